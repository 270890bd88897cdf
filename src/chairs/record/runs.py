"""Looks runs up in an MLflow SQLite store, read-only and without importing MLflow (its import takes seconds)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from chairs.core.errors import DataError, problem
from chairs.store import paths

FINGERPRINT = "dvc.fingerprint"  # the last tag written: a run that has it is whole
PENDING = "dvc.fingerprint.pending"
SCHEME = "sqlite:///"

_FIND = """
select r.run_uuid from runs r
join experiments e on e.experiment_id = r.experiment_id
join tags t on t.run_uuid = r.run_uuid
where e.name = ? and t.key = ? and t.value = ? and r.status = ? and r.lifecycle_stage = 'active'
order by r.start_time desc, r.run_uuid limit 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One recorded run: its identifier in MLflow, its tags and its parameters."""

    id: str
    tags: Mapping[str, str]
    params: Mapping[str, str]

    def packed(self, key: str) -> dict[str, str]:
        """Return a mapping that was written in one or several tags (see `state.pack`)."""
        import json

        found: dict[str, str] = {}
        for name in sorted(self.tags):
            if name == key or name.startswith(f"{key}#"):
                found |= json.loads(self.tags[name])
        return found


def address() -> str:
    """Return the tracking address: `MLFLOW_TRACKING_URI` when it is set, else the project's `mlruns/mlflow.db`."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"{SCHEME}{paths.root() / 'mlruns' / 'mlflow.db'}"


def database(uri: str) -> Path | None:
    """Return the file of an SQLite address, None for a server.

    Examples
    --------
    >>> database("sqlite:////srv/mlflow.db").as_posix(), database("https://mlflow.example")
    ('/srv/mlflow.db', None)
    """
    return Path(uri.removeprefix(SCHEME)) if uri.startswith(SCHEME) else None


def look_up(store: Path, study: str, tag: str, value: str, *, status: str = "FINISHED") -> Run | None:
    """Return the newest run of `study` in this state whose `tag` has this value, or None.

    Raises
    ------
    DataError
        When the file is not an MLflow store or stays locked.
    """
    if not store.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True, timeout=20)) as database:
            row = database.execute(_FIND, (study, tag, value, status)).fetchone()
            if row is None:
                return None
            tags, params = (
                dict(database.execute(f"select key, value from {table} where run_uuid = ?", row).fetchall())
                for table in ("tags", "params")
            )
            return Run(id=cast(str, row[0]), tags=tags, params=params)
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None  # a store whose first use was cut, or is under way: it holds no run yet
        raise _unreadable(store) from None
    except sqlite3.DatabaseError:
        raise _unreadable(store) from None


def _unreadable(store: Path) -> DataError:
    return DataError(
        (
            problem(
                "le registre MLflow est illisible ou verrouillé",
                "the MLflow store is unreadable or locked",
                file=str(store),
                remedy=(
                    "fermer ce qui l'utilise, ou supprimer le fichier (il sera réécrit) et relancer",
                    "close what uses it, or delete the file (it will be written again) and rerun",
                ),
            ),
        )
    )
