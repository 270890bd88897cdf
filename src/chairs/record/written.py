"""Reads the JSON files that stages wrote; one that is absent or damaged is said with what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chairs.core.errors import DataError, problem
from chairs.store import paths
from chairs.store.files import read_json


def read_written(path: Path, study: str, *keys: str) -> dict[str, Any]:
    """Return the content of a JSON file that a run of `study` wrote: a mapping that has `keys`.

    Raises
    ------
    DataError
        When the file is absent, cannot be read, or lacks one of `keys`; it names the file from the project's
        root and the command that writes it again.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "manifest.json"
    >>> _ = path.write_text('{"rules": "1"}')
    >>> read_written(path, "demo", "rules")
    {'rules': '1'}
    """
    try:
        content = read_json(path)
    except FileNotFoundError:
        raise _lost(path, study, ("fichier absent", "file absent")) from None
    except (OSError, ValueError):  # not UTF-8, or not JSON
        raise _lost(path, study, _DAMAGED) from None
    if not isinstance(content, dict) or not all(key in content for key in keys):
        raise _lost(path, study, _DAMAGED)
    return content


def _lost(path: Path, study: str, words: tuple[str, str]) -> DataError:
    root = paths.root()
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    remedy = (
        f"supprimer ce fichier s'il est là, puis lancer « chairs run {study} »",
        f'delete this file if it is there, then run "chairs run {study}"',
    )
    return DataError((problem(*words, file=name, remedy=remedy),))


_DAMAGED = ("fichier abîmé ou d'une autre version", "damaged file, or one of another version")
