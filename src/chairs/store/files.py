"""Writing that is all or nothing, and the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DECIMALS = 6  # what is published is rounded here, so that two CPUs print the same figures


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path` and move it there when the block ends without error.

    A reader sees the old file or the new one, never half of one; an error or a kill leaves the old.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with replacing(target) as draft:
    ...     _ = draft.write_text("whole")
    >>> target.read_text(), [p.name for p in target.parent.iterdir()]
    ('whole', ['a.txt'])
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield draft
        with draft.open("rb+") as handle:
            os.fsync(handle.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give an empty temporary folder beside `path` that takes its place when the block ends without error.

    An error leaves the old folder as it was; a kill between the two moves leaves none, and the next run
    makes it again.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "site"
    >>> with replacing_folder(target) as draft:
    ...     _ = (draft / "a.txt").write_text("whole")
    >>> [p.name for p in target.iterdir()], [p.name for p in target.parent.iterdir()]
    (['a.txt'], ['site'])
    """
    draft, old = (path.with_name(f".{path.name}.{kind}") for kind in ("part", "old"))
    for left in (draft, old):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        if path.exists():
            path.replace(old)
        draft.replace(path)
    finally:
        for left in (draft, old):
            shutil.rmtree(left, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, all or nothing."""
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, content: Any) -> None:
    """Write JSON with sorted keys, floats rounded to `DECIMALS` and no NaN (written null)."""
    write_text(path, json.dumps(rounded(content), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file of the project."""
    return json.loads(path.read_text(encoding="utf-8"))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def rounded(content: Any) -> Any:
    """Return `content` with every float rounded to `DECIMALS`, NaN and infinity as None.

    Examples
    --------
    >>> rounded({"a": [1 / 3, float("nan"), 2]})
    {'a': [0.333333, None, 2]}
    """
    if isinstance(content, dict):
        return {str(key): rounded(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [rounded(value) for value in content]
    if isinstance(content, float):
        return round(content, DECIMALS) + 0.0 if math.isfinite(content) else None
    if hasattr(content, "item") and not isinstance(content, str):
        return rounded(content.item())
    return content
