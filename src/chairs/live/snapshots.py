"""Snapshots: what is published of one update, whole or not at all, readable while the next one is written."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from chairs.core.errors import DataError, problem
from chairs.core.records import build
from chairs.store.files import replacing

LATEST = "latest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One update; times are ISO text in UTC. It holds counts, no patient.

    Parameters
    ----------
    at, newest
        Moment of the update, and the latest moment that the feed knew of.
    age_minutes
        Age of the data: from `newest` to `at`.
    state
        Digest of the state: equal states have equal digests.
    model
        SHA-256 of the model file behind the forecast; None without a model.
    census
        Patients present by unit; `all` is the whole site.
    admissions
        Admissions to expect among the emergency patients present (`chairs.twin.admissions`), without a risk model none.
    outlook
        Rows of the contract `outlook`, without a model none.
    """

    at: str
    newest: str
    age_minutes: float
    state: str
    model: str | None = None
    guessed: int = 0
    census: dict[str, int] = field(default_factory=dict)
    admissions: dict[str, float] = field(default_factory=dict)
    outlook: tuple[dict[str, Any], ...] = ()


def write_snapshot(snapshot: Snapshot, folder: Path) -> Path:
    """Write a snapshot in the place of the former one, with the hash of its content.

    Written beside, flushed to the disk, then renamed: whoever reads meanwhile sees the former or the new one, and a
    kill at any moment leaves one of the two.
    """
    content = {name.name: getattr(snapshot, name.name) for name in fields(snapshot)}
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False)
    _clear(folder)
    path = folder / LATEST
    with replacing(path) as draft:
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({"sha256": _hash(body), "snapshot": body}), encoding="utf-8")
    _flush_names(folder)
    return path


def read_snapshot(folder: Path) -> Snapshot:
    """Read the latest snapshot.

    Raises
    ------
    DataError
        When there is none, or when its content does not have its hash.
    """
    path = folder / LATEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        body = content["snapshot"]
        if content["sha256"] != _hash(body):
            raise _damaged(path)
        return build(Snapshot, json.loads(body), path.name)
    except FileNotFoundError:
        raise DataError((problem("aucun instantané encore", "no snapshot yet", file=path.name),)) from None
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError):
        raise _damaged(path) from None


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def _damaged(path: Path) -> DataError:
    return DataError(
        (
            problem(
                "instantané endommagé",
                "damaged snapshot",
                file=path.name,
                remedy=("relancer la mise à jour", "run the update again"),
            ),
        )
    )


def _clear(folder: Path) -> None:
    """Remove what writers that were killed left behind."""
    if folder.is_dir():
        for left in folder.glob(f".{LATEST}.*.part"):
            left.unlink(missing_ok=True)


def _flush_names(folder: Path) -> None:
    """Write the renaming itself to the disk, where the system knows how."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
