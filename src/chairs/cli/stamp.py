"""A stamp of the last complete run: the same files and times mean that there is nothing to ask DVC."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from chairs.cli.path import Step
from chairs.store import paths
from chairs.store.files import write_text

ALWAYS = ("dvc.yaml", "params.yaml", "dvc.lock", "data/site/index.html")


def signature(planned: Sequence[Step], absent: Mapping[str, str]) -> str:
    """Return a fingerprint of names, sizes and times of all that the steps read and write, and of what is absent.

    DVC compares contents and takes seconds to start; names, sizes and times in nanoseconds take milliseconds and
    change whenever a file is written. A difference here only means that DVC is asked.
    """
    named = sorted({*ALWAYS, *(path for step in planned for path in (*step.reads, *step.writes))})
    record = os.environ.get("MLFLOW_TRACKING_URI") or str((paths.root() / "mlruns" / "mlflow.db").exists())
    seen = [
        *(line for name in named for line in _stats(paths.root() / name)),
        record,
        json.dumps(sorted(absent.items())),
    ]
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def is_current(found: str) -> bool:
    """Say whether the last complete run left this signature."""
    path = _path()
    return path.is_file() and path.read_text(encoding="utf-8") == found


def keep(found: str) -> None:
    """Remember the signature of a complete run."""
    write_text(_path(), found)


def _path() -> Path:
    return paths.data("last_run")


def _stats(path: Path) -> Iterator[str]:
    if path.is_dir():
        for folder, inner, files in os.walk(path):
            inner[:] = sorted(name for name in inner if name != "__pycache__")
            for name in sorted(files):
                yield from _stats(Path(folder, name))
    elif path.exists():
        known = path.stat()
        yield f"{path} {known.st_size} {known.st_mtime_ns}"
    else:
        yield f"{path} absent"
