"""What a table promises: columns, units, keys and checks, declared once and checked with pandera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import DataError, Problem, Text, problem

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

Kind = Literal["text", "number", "count", "flag", "time"]

PANDAS_TYPE = {"text": "str", "number": "float64", "count": "Int64", "flag": "boolean", "time": "datetime64[us, UTC]"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a contract.

    Parameters
    ----------
    kind
        `text`, `number` (float), `count` (whole, may be missing), `flag` or `time` (UTC microseconds).
    label
        What it holds, for the data dictionary and the pages.
    unit
        Unit of measure, empty where none applies.
    missing
        May it be missing?
    choices
        The only values allowed (a code list that is public).
    at_least, at_most
        Bounds, inclusive.
    pattern
        Regular expression that the whole text matches.
    persons
        Does it count people (patients, stays, respondents)? The release gate hides the small ones.
    """

    kind: Kind
    label: Text
    unit: str = ""
    missing: bool = False
    choices: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    pattern: str | None = None
    persons: bool = False


def measured(fr: str, en: str, unit: str = "") -> Column:
    """Return a column of numbers that may be missing."""
    return Column(kind="number", missing=True, unit=unit, label=Text(fr=fr, en=en))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A check over whole rows: `holds` gives one boolean a row (missing counts as held)."""

    name: str
    column: str
    message: Text
    holds: Callable[[pd.DataFrame], pd.Series]
    remedy: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One table of the platform.

    `open` contracts allow further columns (case attributes, covariates); others refuse them.
    `order` are the columns by which a written table is sorted (the key, when there is one).
    """

    name: str
    label: Text
    columns: dict[str, Column]
    key: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    open: bool = False
    rules: tuple[Rule, ...] = ()

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return `frame` with the contract's columns in order and of their types.

        Columns that may be missing are added when absent.

        Raises
        ------
        DataError
            For a required column that is absent, one the contract does not know, or values that do
            not convert.
        """
        import pandas as pd

        absent = [n for n, c in self.columns.items() if n not in frame.columns and not c.missing]
        extra = [] if self.open else [n for n in frame.columns if n not in self.columns]
        if absent or extra:
            raise DataError(tuple(_absent(self, n, frame) for n in absent) + tuple(_extra(self, n) for n in extra))
        parts = {}
        for name, column in self.columns.items():
            values = frame[name] if name in frame.columns else pd.Series([None] * len(frame), index=frame.index)
            try:
                parts[name] = _cast(values, column.kind)
            except (TypeError, ValueError, OverflowError, pd.errors.OutOfBoundsDatetime):
                raise DataError((_not_of_type(self, name, column),)) from None
        for name in frame.columns:
            parts.setdefault(name, frame[name])
        return pd.DataFrame(parts, index=frame.index)

    def schema(self) -> pa.DataFrameSchema:
        """Return the pandera schema of this contract."""
        from chairs.tables.checking import schema

        return schema(self)

    def check(self, frame: pd.DataFrame, *, file: str | None = None, first_row: int = 2) -> pd.DataFrame:
        """Return the conformed table, or raise with each breach by row and column.

        Parameters
        ----------
        file
            Name shown in the problems (default: the contract's name).
        first_row
            Row of the file that the first row of the table came from (2 under one header line).

        Raises
        ------
        DataError
            Naming file, row and column of each breach, without any value.
        """
        from chairs.tables.checking import breaches

        table = self.conform(frame)
        found = breaches(self, table, file=file or self.name, first_row=first_row)
        if found:
            raise DataError(tuple(found))
        return table


def _cast(values: pd.Series, kind: Kind) -> pd.Series:
    import pandas as pd

    if kind == "time":
        times = pd.to_datetime(values, utc=True)
        return times.astype(PANDAS_TYPE["time"])
    if kind == "text" and values.dtype != "str":
        return values.astype("object").where(values.notna(), None).astype("str")
    return values.astype(PANDAS_TYPE[kind])


def _absent(contract: Contract, name: str, frame: pd.DataFrame) -> Problem:
    there = ", ".join(map(str, list(frame.columns)[:30])) or "–"
    return problem(
        f"colonne absente ; colonnes présentes : {there}",
        f"column absent; columns present: {there}",
        file=contract.name,
        column=name,
        remedy=(
            "ajouter la colonne ou la nommer dans la correspondance (mapping)",
            "add the column or name it in the mapping",
        ),
    )


def _extra(contract: Contract, name: str) -> Problem:
    listed = ", ".join(contract.columns)
    return problem(
        "colonne inconnue du contrat",
        "column unknown to the contract",
        file=contract.name,
        column=str(name),
        remedy=(
            f"retirer la colonne ; le contrat connaît : {listed}",
            f"drop the column; the contract knows: {listed}",
        ),
    )


def _not_of_type(contract: Contract, name: str, column: Column) -> Problem:
    names = {
        "text": ("du texte", "text"),
        "number": ("des nombres", "numbers"),
        "count": ("des entiers", "whole numbers"),
        "flag": ("des oui/non", "true/false"),
        "time": ("des dates-heures", "date-times"),
    }
    fr, en = names[column.kind]
    return problem(
        f"la colonne ne contient pas que {fr}",
        f"the column does not hold only {en}",
        file=contract.name,
        column=name,
        remedy=("corriger ou laisser vide les cellules concernées", "correct the cells or leave them empty"),
    )
