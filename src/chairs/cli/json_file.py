"""A JSON file that a command is given: read, or said in words what is wrong with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chairs.store.files import read_json

if TYPE_CHECKING:
    from pathlib import Path


def content(path: Path) -> Any:
    """Return what the file holds.

    Raises
    ------
    SettingError
        For a file that is not there or is not JSON.
    """
    from chairs.core.errors import SettingError, problem

    try:
        return read_json(path)
    except OSError:
        said = problem("fichier absent ou illisible", "file not found or not readable", file=path.name)
    except (UnicodeDecodeError, json.JSONDecodeError):
        said = problem("ce n'est pas du JSON", "not JSON", file=path.name)
    raise SettingError((said,))
