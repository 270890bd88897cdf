"""Puts the catalogue files of a study in its raw folder, and says what is missing and what to do about it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection, Iterator, Sequence
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

    _Refused = tuple[Entry, SourceFile, list[Reason]]  # a file that no place gave, and what each answered


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
    changed since the last call, only sizes and times are looked at. The files of the study's own folder must
    be there, but for a study whose step `synthesise` makes them.

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
    own = tuple(_own(study))
    if not study.read:
        return Availability(ready=not own, problems=own)
    wanted = [(source, file) for source in map(entry, study.read) for file in source.files]
    raw = paths.raw_folder(study.name)
    seen = _Seen(paths.data("cache", ".seen", f"{study.name}.json"))
    refused: dict[str, list[_Refused]] = {}
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
                refused.setdefault(source.id, []).append((source, file, missing.reasons))
            else:
                seen.note(target, file)
    _prune(raw, {(source.id, file.name) for source, file in wanted}, seen.entries() | set(load_catalog()))
    seen.save()
    problems = (*own, *(found for files in refused.values() for found in _unavailable(files)))
    return Availability(ready=not problems, problems=problems)


def _own(study: Study) -> Iterator[Problem]:
    """Yield the files of the study's own folder that are not there, unless a step makes them."""
    for name in () if "synthesise" in study.stages else [one.file for one in study.files]:
        if not (paths.raw_folder(study.name) / name).is_file():
            yield problem(
                "fichier absent",
                "file not found",
                file=f"data/raw/{study.name}/{name}",
                remedy=(
                    "le déposer là sous ce nom, ou l'ôter de « files: » de l'étude",
                    "put it there under this name, or take it out of files: of the study",
                ),
            )


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


def _unavailable(refused: Sequence[_Refused]) -> Iterator[Problem]:
    """Yield what is missing of one entry: one problem for all its files that have the same remedy."""
    alike: dict[Reason, list[_Refused]] = {}
    for source, file, reasons in refused:
        alike.setdefault(_remedy(source, file), []).append((source, file, reasons))
    for remedy, found in alike.items():
        source, file, _ = found[0]
        if not found[1:]:
            yield problem(
                f"fichier indisponible : {_answers(found, 0)}",
                f"file not available: {_answers(found, 1)}",
                file=f"{source.id}/{file.name}",
                remedy=remedy,
            )
        else:
            yield problem(
                f"{len(found)} fichiers indisponibles : {_answers(found, 0)}",
                f"{len(found)} files not available: {_answers(found, 1)}",
                file=source.id,
                remedy=remedy,
            )


def _answers(found: Sequence[_Refused], lang: int) -> str:
    """Return what the places answered, in French (0) or English (1); names before it where there are several files."""
    said: dict[str, list[str]] = {}
    for _, file, reasons in found:
        said.setdefault(", ".join(reason[lang] for reason in reasons), []).append(file.name)
    if not found[1:]:
        return next(iter(said))
    return (" ; ", "; ")[lang].join(f"{', '.join(names)} ({answer})" for answer, names in said.items())


def _remedy(source: Entry, file: SourceFile) -> Reason:
    mirror = (
        "indiquer dans CHAIRS_DATA_MIRROR un dossier qui contient les fichiers",
        "name in CHAIRS_DATA_MIRROR a folder that holds the files",
    )
    if source.derived:
        return mirror
    if file.address is not None:
        return f"vérifier le réseau et relancer, ou {mirror[0]}", f"check the network and run again, or {mirror[1]}"
    page = source.page or f"https://doi.org/{source.doi}"
    place = f"data/cache/{source.id}/"
    return (
        f"télécharger depuis {page} et déposer, sous ce nom, dans {place}, ou {mirror[0]}",
        f"download from {page} and put under this name in {place}, or {mirror[1]}",
    )


__all__ = ["Availability", "is_cached", "mirror_folder", "prepare"]
