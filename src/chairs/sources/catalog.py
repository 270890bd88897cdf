"""The catalogue of sources: who publishes each file, under which licence, and what its content must hash to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from chairs.core.errors import Problem, SettingError, Text, problem, unknown
from chairs.core.records import build, read_yaml
from chairs.store import paths


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of a source.

    Parameters
    ----------
    name
        Its name, decompressed, in the cache and in a study's raw folder.
    mirror
        Its place in a mirror folder (there it may be gzip-compressed).
    sha256, bytes
        Of the decompressed content.
    address
        Where it can be downloaded, when that is known; the content is verified, whoever hands it over.
    """

    name: str
    mirror: str
    sha256: str
    bytes: int
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One source.

    Parameters
    ----------
    year
        Year of the figures ("2019"), or the years covered ("2013-2018").
    reader
        Word of the reader, or None for a source that no study reads.
    options
        Handed to the reader.
    page, doi
        Where the publisher presents it.
    via
        Public repository whose unmodified copy the addresses point to.
    derived
        Cut or converted on the way: no address gives this content.
    """

    id: str
    title: Text
    publisher: str
    licence: str
    files: tuple[SourceFile, ...]
    year: str | None = None
    reader: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    page: str | None = None
    doi: str | None = None
    via: str | None = None
    derived: bool = False
    note: Text | None = None


def load_catalog(path: Path | None = None) -> Mapping[str, Entry]:
    """Read and check `data/catalog.yaml`; entries by id, in the order of the file.

    Raises
    ------
    SettingError
        For an unknown key, a hash or address of another form, a path that leaves its folder, or a
        derived file with an address.
    """
    path = path or paths.data("catalog.yaml")
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _load(path, stamp)


def entry(name: str) -> Entry:
    """Return the entry called `name`; an unknown name is answered with the valid ones."""
    catalog = load_catalog()
    if name not in catalog:
        raise unknown(("source", "source"), name, catalog, file="data/catalog.yaml")
    return catalog[name]


@lru_cache(maxsize=8)
def _load(path: Path, stamp: int) -> Mapping[str, Entry]:
    content = read_yaml(path) or {}
    entries = {name: build(Entry, {"id": name, **fields}, f"{path.name}, {name}") for name, fields in content.items()}
    problems = [found for item in entries.values() for found in _problems(item, path.name)]
    if problems:
        raise SettingError(tuple(problems))
    return entries


def _problems(item: Entry, where: str) -> list[Problem]:
    checks = {
        ("une source dérivée n'a pas d'adresse", "a derived source has no address"): (
            item.derived and any(file.address for file in item.files)
        ),
        ("une adresse commence par https://", "an address starts with https://"): any(
            not link.startswith("https://") for link in (item.page, *(file.address for file in item.files)) if link
        ),
        ("sha256 : 64 chiffres hexadécimaux attendus", "sha256: 64 hexadecimal digits expected"): any(
            not re.fullmatch("[0-9a-f]{64}", file.sha256) for file in item.files
        ),
        ("chemin qui sort de son dossier", "a path that leaves its folder"): any(
            not _inside(name) for name in (item.id, *(n for file in item.files for n in (file.name, file.mirror)))
        )
        or any("/" in file.name for file in item.files),
        ("nom de fichier en double", "file name used twice"): (
            len({file.name for file in item.files}) < len(item.files)
        ),
    }
    return [
        problem(fr, en, file=f"{where}, {item.id}", remedy=("corriger le catalogue", "correct the catalogue"))
        for (fr, en), wrong in checks.items()
        if wrong
    ]


def _inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not PurePosixPath(name).is_absolute() and ".." not in parts and "\\" not in name
