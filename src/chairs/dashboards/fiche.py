"""A figure with all that an honest figure carries: title, sentence, alternative text, table, n and source."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt
from chairs.store.files import rounded

if TYPE_CHECKING:
    import plotly.graph_objects as go

LANGUAGES: tuple[Language, ...] = ("fr", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a figure's table: its key in `figures.json`, its heading and how its values are written.

    `words` gives, for kind "word", what each code reads like in the two languages.
    """

    key: str
    label: Text
    kind: fmt.Kind = "text"
    digits: int = 0
    words: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The numbers behind a figure, raw; `statuses` says for each row why a missing value is missing."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    statuses: tuple[str, ...] = ()

    def formatted(self, lang: Language) -> list[list[str]]:
        """Return the rows as the reader sees them."""
        reasons = self.statuses or ("not_available",) * len(self.rows)
        return [
            [_written(value, column, lang, reason) for value, column in zip(row, self.columns, strict=True)]
            for row, reason in zip(self.rows, reasons, strict=True)
        ]

    def raw(self) -> dict[str, Any]:
        """Return columns and rows ready for JSON, floats rounded as everything published is."""
        return {"columns": [column.key for column in self.columns], "rows": rounded([list(row) for row in self.rows])}

    def fingerprint(self) -> str:
        """Return the sha256 of the canonical JSON of `raw`: the same numbers give the same name.

        Examples
        --------
        >>> column = Column(key="n", label=Text(fr="n", en="n"), kind="count")
        >>> Table(columns=(column,), rows=((1,),)).fingerprint()[:8]
        'f45c5cf0'
        """
        text = json.dumps(self.raw(), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _written(value: object, column: Column, lang: Language, reason: str) -> str:
    if column.kind == "word" and value is not None:
        word = column.words.get(str(value))
        return fmt.typeset(word.say(lang), lang) if word else str(value)
    return fmt.cell(value, column.kind, lang, column.digits, reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The one number by which a figure is quoted on the home page."""

    value: Text
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fiche:
    """One figure of the pages.

    Parameters
    ----------
    id
        Its name in the identifier printed under it (`STUDY/ID@FINGERPRINT`).
    sentence
        What the figure shows, computed from the table; never written by hand.
    alt
        What a reader who does not see the figure gets; holds at least one number.
    figure
        For each language a plotly figure, or markup drawn at build time (SVG, list).
    n, counted
        How many things stand behind it, and what they are (visits, sites).
    note
        Limits: what is left out, masked or assumed.
    quoted
        The few lines by which a list of studies tells what this figure found.

    Raises
    ------
    ValueError
        When something is missing: a figure is not shown without it.
    """

    id: str
    title: Text
    question: Text
    sentence: Text
    alt: Text
    figure: Mapping[Language, go.Figure | str]
    table: Table
    n: int
    counted: Text
    source: Text
    how_to_read: Text
    note: Text | None = None
    headline: Headline | None = None
    quoted: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        found = lint(self)
        if found:
            raise ValueError(f"figure {self.id}: {'; '.join(found)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A figure that cannot be drawn from what was released, and why."""

    id: str
    title: Text
    reason: Text


def lint(fiche: Fiche) -> list[str]:
    """Return what an honest figure would have and this one lacks (English, for the developer)."""
    found = [] if re.fullmatch(r"[a-z][a-z0-9-]*", fiche.id) else ["id is not lower-case words joined by '-'"]
    for name in ("title", "question", "sentence", "alt", "counted", "source", "how_to_read", "note"):
        text = getattr(fiche, name)
        if text is not None:
            found += [f"{name} is empty in {lang}" for lang in LANGUAGES if not text.say(lang).strip()]
    found += [f"alt holds no number in {lang}" for lang in LANGUAGES if not re.search(r"\d", fiche.alt.say(lang))]
    found += [f"no drawing in {lang}" for lang in LANGUAGES if not fiche.figure.get(lang)]
    if fiche.n < 0:
        found.append("n is negative")
    return found + _lint_table(fiche.table)


def _lint_table(table: Table) -> list[str]:
    found = [] if table.rows and table.columns else ["the table is empty"]
    if any(len(row) != len(table.columns) for row in table.rows):
        found.append("a row of the table is not as long as its columns")
    if table.statuses and len(table.statuses) != len(table.rows):
        found.append("statuses and rows differ in number")
    keys = [column.key for column in table.columns]
    if len(set(keys)) < len(keys):
        found.append("two columns of the table share a key")
    for column in table.columns:
        found += [f"column {column.key} has no heading in {lang}" for lang in LANGUAGES if not column.label.say(lang)]
    return found


def rows_of(frame: Any, keys: Sequence[str]) -> tuple[tuple[Any, ...], ...]:
    """Return the columns `keys` of a data frame as plain Python rows, missing values as None."""
    taken = frame[list(keys)].astype("object")
    return tuple(tuple(row) for row in taken.where(taken.notna(), None).itertuples(index=False, name=None))
