"""Checks any file of a known kind: recognises it, reads it, and lists what is wrong by row and column."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import SHOWN, ChairsError, Language, Problem, SettingError, problem
from chairs.core.records import read_yaml
from chairs.sources import READERS
from chairs.sources.catalog import load_catalog
from chairs.sources.layout import count_rows, inspect, refuse
from chairs.sources.log_review import Review
from chairs.sources.repeats import said_once
from chairs.sources.text import ONE_COLUMN, read_sheet, read_start
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a file is taken for: its reader (None: any text table), what the reader is told, and why."""

    name: str
    reader: str | None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found in one file: its kind, rows, the tables it gives (with their rows), the problems.

    `warnings` are what the file may hold but a person should look at; with them alone the file is good.
    """

    file: str
    kind: str | None = None
    rows: int | None = None
    tables: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def say(self, lang: Language = "en") -> str:
        """Return a summary line, then the problems, then the warnings, at most `SHOWN` lines of each.

        What differs by its row only is one line.
        """
        fr = lang == "fr"
        kind = self.kind or ("genre non reconnu" if fr else "kind not recognised")
        counts = [f"{self.rows} {'lignes' if fr else 'rows'}"] if self.rows is not None else []
        counts += [f"{name} {rows}" for name, rows in self.tables.items()]
        verdict = "" if self.problems else "rien à signaler" if fr else "nothing wrong"
        if self.warnings and not self.problems:
            verdict = "rien à corriger, à vérifier :" if fr else "nothing to correct, to be checked:"
        head = " · ".join(
            part for part in (f"{self.file} : {kind}" if fr else f"{self.file}: {kind}", *counts, verdict) if part
        )
        mark = "avertissement : " if fr else "warning: "
        warned = [mark + line for line in _shown(self.warnings, lang)]
        return "\n".join([head, *_shown(self.problems, lang), *warned])


def _shown(problems: Sequence[Problem], lang: Language) -> list[str]:
    lines = said_once(problems, lang)
    if (more := len(lines) - SHOWN) > 0:
        return [*lines[:SHOWN], f"… et {more} autres" if lang == "fr" else f"… and {more} more"]
    return lines


def check_file(
    path: Path, *, reader: str | None = None, mapping: Path | None = None, year: str | None = None
) -> Report:
    """Read one file as its kind and report what is wrong, without any value of it.

    The kind is the one given, else that of the mapping, else that of the catalogue file of the same name,
    else the one whose columns the header has. Time and memory are bounded by the readers' limits.

    Parameters
    ----------
    reader
        Word of a reader.
    mapping
        Column mapping (YAML) of the generic readers.
    year
        Year of the file, where neither the catalogue nor its name says it.
    """
    name = mapping.name if mapping else None
    review = Review()
    tables: Mapping[str, int] = {}
    try:
        kind = _kind(path, reader, mapping)
        name = kind.name
        options = {"year": None, "source": path.name, **kind.options, "review": review}
        options["year"] = year or options["year"] or _year(path.name)
        with tempfile.TemporaryDirectory(prefix="chairs-") as scratch:
            tables, found = _read(path, kind, {**options, "scratch": Path(scratch)})
    except ChairsError as error:
        found = error.problems
    # a publisher's log is what it is: its repetitions are for the reader to know, not to remove
    repeated, kept = (review.problems, []) if name not in load_catalog() else ([], review.problems)
    problems = (*repeated, *found)
    rows = None if problems else count_rows(path)
    warnings = (*kept, *review.warnings)
    return Report(file=path.name, kind=name, rows=rows, tables=tables, problems=problems, warnings=warnings)


def breaches_by_row(table: pd.DataFrame, contract: str, file: str) -> list[Problem]:
    """Return what a table breaks of its contract, by the rows of the file it came from.

    A table whose index is named `row` tells the row of the file; another is counted under one header.
    """
    from chairs.tables.checking import breaches

    rules = CONTRACTS[contract]
    known = table.index.name == "row"
    try:
        conformed = rules.conform(table)
    except ChairsError as error:
        return [replace(found, file=file) for found in error.problems]
    found = breaches(rules, conformed, file=file, first_row=0 if known else 2)
    if not known:
        return found
    placed = [item if item.row is None else replace(item, row=int(table.index[item.row])) for item in found]
    return list(dict.fromkeys(placed))  # a row of a wide file gives several rows of the table


def _kind(path: Path, reader: str | None, mapping: Path | None) -> Kind:
    if mapping is not None:
        options = read_yaml(mapping) or {}
        if not isinstance(options, Mapping):
            raise SettingError((problem(*_NO_KEYS[:2], file=mapping.name, remedy=_NO_KEYS[2:]),))
        generic = "event_log" if options.get("table") == "events" else "mapped_table"
        return Kind(name=reader or generic, reader=reader or generic, options=options)
    named = path.name.removesuffix(".gz").casefold()
    for source in load_catalog().values():
        if any(file.name.casefold() == named for file in source.files) and reader in (None, source.reader):
            return Kind(name=source.id, reader=source.reader, options={**source.options, "year": source.year})
    if reader is not None:
        return Kind(name=reader, reader=READERS[reader].name)
    if named.endswith(".xes"):
        return Kind(name="xes", reader="xes")
    columns = frozenset(name.casefold() for name in read_start(path, inspect(path)).names)
    if len(columns) == 1:
        raise refuse(path.name, ONE_COLUMN)
    for word in READERS:
        recognises = READERS[word].recognises
        if recognises is not None and recognises(columns):
            return Kind(name=word, reader=word)
    listed = ", ".join(READERS)
    remedy = (
        f"nommer un lecteur après --as ({listed}) ou donner une correspondance de colonnes après --mapping",
        f"name a reader after --as ({listed}) or give a column mapping after --mapping",
    )
    raise SettingError(
        (problem("genre de fichier non reconnu", "kind of file not recognised", file=path.name, remedy=remedy),)
    )


def _read(path: Path, kind: Kind, options: Mapping[str, Any]) -> tuple[dict[str, int], tuple[Problem, ...]]:
    if kind.reader is None:
        read_sheet(path)
        return {}, ()
    counts: dict[str, int] = {}
    problems: list[Problem] = []
    for name, table in READERS[kind.reader].read([path], options).items():
        if isinstance(table, Path):
            counts[name] = count_rows(table) or 0
        else:
            counts[name] = len(table)
            problems += breaches_by_row(table, name, path.name)
    return counts, tuple(problems)


def _year(name: str) -> str | None:
    found = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", name)
    return found[-1] if found else None


_NO_KEYS = (
    "une correspondance de colonnes est faite de lignes clé: valeur",
    "a column mapping is made of lines key: value",
    "prendre modèle sur pipelines/mappings",
    "take those of pipelines/mappings as a model",
)
