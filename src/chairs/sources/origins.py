"""The places a catalogue file can come from, in order: the cache, a mirror folder, its address."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chairs.sources.catalog import Entry, SourceFile
from chairs.store import paths
from chairs.store.files import replacing, sha256_of

if TYPE_CHECKING:
    from rich.progress import Progress

Reason = tuple[str, str]  # in French and English

CHUNK = 1 << 20
SLACK = 1 << 20  # bytes by which a download may exceed the content


class Missing(Exception):
    """No place gave the file; `reasons` say what each answered."""

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__()
        self.reasons = reasons


def mirror_folder() -> Path | None:
    """Return the folder with copies of the publishers' files, or None.

    `CHAIRS_DATA_MIRROR` names it (empty: none); by default `../shared/data` beside the project.
    """
    named = os.environ.get("CHAIRS_DATA_MIRROR")
    folder = paths.root().parent / "shared" / "data" if named is None else Path(named)
    return folder if named != "" and folder.is_dir() else None


def cache_path(source: Entry, file: SourceFile) -> Path:
    """Return where the cache keeps `file`, decompressed."""
    return paths.data("cache", source.id, file.name)


@dataclass(slots=True)
class Origins:
    """One round of fetching: its progress display, and the hosts already found out of reach.

    Parameters
    ----------
    stack
        Closes the display when the round ends.
    progress
        Display of rich; made at the first download when the error stream is a terminal.
    """

    stack: contextlib.ExitStack
    progress: Progress | None = None
    down: set[str] = field(default_factory=set)

    def obtain(self, source: Entry, file: SourceFile) -> Path:
        """Return `file` in the cache, its content verified; raise `Missing` when no place gives it.

        What the cache holds is hashed again; a file that does not match is dropped and fetched anew.
        """
        target = cache_path(source, file)
        reasons: list[Reason] = []
        if target.is_file():
            if sha256_of(target) == file.sha256:
                return target
            target.unlink()
            reasons.append(_DAMAGED)
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        for place in (_from_mirror, self._from_address):
            reason = place(file, target)
            if reason is None:
                return target
            reasons.append(reason)
        raise Missing(reasons)

    def _from_address(self, file: SourceFile, target: Path) -> Reason | None:
        from chairs.sources.download import Unavailable, download

        if file.address is None:
            return "pas d'adresse de téléchargement", "no address to download from"
        host = urlsplit(file.address).netloc
        if host in self.down:
            return "hôte injoignable", "host out of reach"
        part = target.with_name(f".{target.name}.download")
        for resumed in (part.exists(), False):
            try:
                with self._shown(file) as advance:
                    download(file.address, part, file.bytes + SLACK, advance)
            except Unavailable as failure:
                if failure.host_down:
                    self.down.add(host)
                return failure.reason.fr, failure.reason.en
            whole = _verified_copy(part, file, target)
            part.unlink()
            if whole:
                return None
            if not resumed:  # else the part came from another version of the file: once more, from zero
                break
        return "le contenu reçu n'est pas celui attendu", "the content received is not the one expected"

    @contextlib.contextmanager
    def _shown(self, file: SourceFile) -> Iterator[Callable[[int], None]]:
        if self.progress is None and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress

            self.progress = self.stack.enter_context(Progress(console=Console(stderr=True), transient=True))
        if self.progress is None:
            yield lambda count: None
            return
        shown = self.progress
        task = shown.add_task(file.name, total=file.bytes)
        try:
            yield lambda count: shown.advance(task, count)
        finally:
            shown.remove_task(task)


def _from_mirror(file: SourceFile, target: Path) -> Reason | None:
    mirror = mirror_folder()
    if mirror is None:
        return "pas de dossier miroir", "no mirror folder"
    if not (mirror / file.mirror).is_file():
        return "absent du dossier miroir", "not in the mirror folder"
    if not _verified_copy(mirror / file.mirror, file, target):
        return "la copie du miroir n'est pas le fichier attendu", "the copy in the mirror is not the file expected"
    return None


class _Other(Exception):
    """The content is another than the one expected."""


def _verified_copy(origin: Path, file: SourceFile, target: Path) -> bool:
    """Copy `origin`, decompressed, to `target` if its content is the one expected; say whether it was."""
    try:
        with replacing(target) as draft:
            if _copied(origin, draft, file.bytes) != (file.bytes, file.sha256):
                raise _Other
    except (_Other, EOFError, gzip.BadGzipFile, zlib.error):
        return False
    return True


def _copied(origin: Path, draft: Path, size: int) -> tuple[int, str]:
    """Copy at most one byte more than `size`; return the bytes copied and their SHA-256."""
    digest, copied = hashlib.sha256(), 0
    with origin.open("rb") as raw, draft.open("wb") as out:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: Any = gzip.GzipFile(fileobj=raw) if packed else raw
        while copied <= size and (chunk := stream.read(min(CHUNK, size + 1 - copied))):
            copied += len(chunk)
            digest.update(chunk)
            out.write(chunk)
    return copied, digest.hexdigest()


_DAMAGED = (
    "la copie locale était là, mais son contenu n'était pas celui attendu (sha256) : elle a été retirée",
    "the local copy was there, but its content was not the one expected (sha256): it was removed",
)


def _sweep(folder: Path) -> None:
    """Remove the drafts of processes that were killed (`replacing` writes their number in the name)."""
    if os.name != "posix":
        return
    for draft in folder.glob(".*.part"):
        number = draft.name.split(".")[-2]
        if number.isdigit() and not _alive(int(number)):
            draft.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
