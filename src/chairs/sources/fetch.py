"""Puts the catalogue files of a study in its raw folder, and says what is missing and what to do about it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import Problem, problem
from chairs.core.study import Study
from chairs.sources.catalog import Entry, SourceFile, entry, load_catalog
from chairs.sources.origins import Missing, Origins, Reason, cache_path, mirror_folder
from chairs.store import paths
from chairs.store.files import read_json, replacing, write_json

if TYPE_CHECKING:
    from rich.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether all raw files of a study are in place, and what is wrong with those that are not."""

    ready: bool
    problems: tuple[Problem, ...] = ()


def is_cached(source: Entry, file: SourceFile) -> bool:
    """Say whether the cache holds `file`; only its size is looked at (its hash is, before use)."""
    path = cache_path(source, file)
    return path.is_file() and path.stat().st_size == file.bytes


def prepare(study: Study, *, progress: Progress | None = None) -> Availability:
    """Put the catalogue files of a study into `data/raw/STUDY/ENTRY/`, each verified against its SHA-256.

    A file is linked from the cache (`data/cache/ENTRY/`), which is filled from the mirror folder, else from
    the file's address. Files of catalogue entries that the study no longer names are removed. When nothing
    changed since the last call, only sizes and times are looked at. A study without catalogue sources is
    ready.

    Parameters
    ----------
    progress
        Progress display of rich for downloads; one is made when the error stream is a terminal.

    Raises
    ------
    SettingError
        When the study names a source that the catalogue does not have. A file that cannot be had does not
        raise: it is a problem of the answer, with its remedy.
    """
    if not study.sources:
        return Availability(ready=True)
    wanted = [(source, file) for source in map(entry, study.sources) for file in source.files]
    raw = paths.raw_folder(study.name)
    seen = _Seen(paths.data("cache", ".seen", f"{study.name}.json"))
    problems: list[Problem] = []
    with contextlib.ExitStack() as stack:
        origins = Origins(stack, progress)
        for source, file in wanted:
            target = raw / source.id / file.name
            if seen.knows(target, file):
                continue
            try:
                _link(origins.obtain(source, file), target)
            except Missing as missing:
                target.unlink(missing_ok=True)
                problems.append(_unavailable(source, file, missing.reasons))
            else:
                seen.note(target, file)
    _prune(raw, {(source.id, file.name) for source, file in wanted}, seen.entries() | set(load_catalog()))
    seen.save()
    return Availability(ready=not problems, problems=tuple(problems))


class _Seen:
    """Size, time and hash of the raw files that were verified, so that they are not hashed again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.known: dict[str, list[object]] = dict(read_json(path))
        except (OSError, ValueError, TypeError):  # absent or damaged: everything is verified again
            self.known = {}
        self.changed = False

    def entries(self) -> set[str]:
        return {key.split("/")[0] for key in self.known}

    def knows(self, target: Path, file: SourceFile) -> bool:
        return target.is_file() and self.known.get(self._key(target)) == self._state(target, file)

    def note(self, target: Path, file: SourceFile) -> None:
        self.known[self._key(target)] = self._state(target, file)
        self.changed = True

    def save(self) -> None:
        if self.changed:
            write_json(self.path, self.known)

    def _key(self, target: Path) -> str:
        return f"{target.parent.name}/{target.name}"

    def _state(self, target: Path, file: SourceFile) -> list[object]:
        state = target.stat()
        return [state.st_size, state.st_mtime_ns, file.sha256]


def _link(cached: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(cached, target)
    except OSError:  # another disk, or a file system without links
        with replacing(target) as draft:
            shutil.copyfile(cached, draft)


def _prune(raw: Path, wanted: Collection[tuple[str, str]], entries: Collection[str]) -> None:
    """Remove from the folders of catalogue entries what the study does not name; its own files stay."""
    for folder in raw.iterdir() if raw.is_dir() else ():
        if folder.name not in entries or not folder.is_dir():
            continue
        for path in folder.iterdir():
            if (folder.name, path.name) not in wanted and path.is_file():
                path.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()


def _unavailable(source: Entry, file: SourceFile, reasons: list[Reason]) -> Problem:
    said = ", ".join(fr for fr, _ in reasons), ", ".join(en for _, en in reasons)
    mirror = (
        "indiquer dans CHAIRS_DATA_MIRROR un dossier qui contient les fichiers",
        "name in CHAIRS_DATA_MIRROR a folder that holds the files",
    )
    place = f"data/cache/{source.id}/{file.name}"
    if source.derived:
        remedy = mirror
    elif file.address is None:
        page = source.page or f"https://doi.org/{source.doi}"
        remedy = (
            f"télécharger le fichier depuis {page} et le déposer en {place}, ou {mirror[0]}",
            f"download the file from {page} and put it at {place}, or {mirror[1]}",
        )
    else:
        remedy = (f"vérifier le réseau et relancer, ou {mirror[0]}", f"check the network and run again, or {mirror[1]}")
    return problem(
        f"fichier indisponible : {said[0]}",
        f"file not available: {said[1]}",
        file=f"{source.id}/{file.name}",
        remedy=remedy,
    )


__all__ = ["Availability", "is_cached", "mirror_folder", "prepare"]
