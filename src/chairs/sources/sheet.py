"""One file read as text, and the checks that name its rows and columns as the file writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, Problem, problem
from chairs.sources.cells import numbers
from chairs.sources.layout import refuse
from chairs.sources.text import MOST_PROBLEMS, ONE_COLUMN

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(slots=True)
class Sheet:
    """One file as a table of texts, with what is found wrong in it.

    Checks collect problems so that one reading names them all; `finish` raises them.

    Parameters
    ----------
    name
        Name of the file, shown in the problems.
    frame
        All-text columns under their names in the file; the index, named `row`, is the row of the file.
    """

    name: str
    frame: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)

    def find(self, column: str) -> str | None:
        """Return the name of `column` as the file writes it, whatever its case, or None."""
        if column in self.frame.columns:
            return column
        return next((name for name in self.frame.columns if name.casefold() == column.casefold()), None)

    def require(self, *columns: str) -> None:
        """Raise at once when a column is not there.

        Where only one column was read, the separator is the one problem.
        The columns that are there are listed only when some expected one is among them: the first line
        of a file without header is data.
        """
        absent = [column for column in columns if self.find(column) is None]
        if not absent:
            return
        if len(self.frame.columns) == 1 < len(columns) and not self.name.casefold().endswith((".xlsx", ".xlsm")):
            raise refuse(self.name, ONE_COLUMN)
        here = ", ".join(list(self.frame.columns)[:30]) if len(absent) < len(columns) else ""
        there = (f" ; colonnes présentes : {here}", f"; columns present: {here}") if here else ("", "")
        remedy = ("vérifier l'en-tête et le séparateur du fichier", "check the header and the separator of the file")
        raise DataError(
            tuple(
                problem(
                    f"colonne absente{there[0]}", f"column absent{there[1]}", file=self.name, column=c, remedy=remedy
                )
                for c in absent
            )
        )

    def cells(self, column: str) -> pd.Series:
        """Return a column as text; `require` it first."""
        name = self.find(column)
        if name is None:
            self.require(column)
        return self.frame[name]

    def text(self, column: str) -> pd.Series:
        """Return a column as text, an empty cell as missing."""
        cells = self.cells(column)
        return cells.mask(cells == "")

    def keep(self, rows: pd.Series) -> None:
        """Keep the rows where `rows` holds; the others are not checked any further."""
        self.frame = self.frame[rows]

    def identifier(self, column: str, form: str = ".+") -> pd.Series:
        """Return a column of identifiers; an empty cell, or one that has not the `form`, is a problem."""
        cells = self.cells(column)
        empty = cells == ""
        self.refuse(empty, column, _NO_IDENTIFIER)
        self.refuse(~empty & ~cells.str.fullmatch(form), column, _NOT_FORM)
        return cells

    def unique(self, *columns: str) -> None:
        """Note each row that repeats the identifier made of `columns`."""
        names = [self.find(column) or column for column in columns]
        self.refuse(self.frame.duplicated(names), ", ".join(names), _TWICE)

    def number(
        self, column: str, *, at_least: float | None = None, at_most: float | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return a column as numbers and status words; what is neither number nor code is a problem."""
        values, status = numbers(self.cells(column))
        self.refuse(status == "", column, _NOT_NUMBER)
        if at_least is not None:
            self.refuse(values < at_least, column, _OUT)
        if at_most is not None:
            self.refuse(values > at_most, column, _OUT)
        return values, status

    def code(self, column: str, words: Mapping[str, str]) -> pd.Series:
        """Return a column translated by `words`; a code that is not among them is a problem."""
        cells = self.cells(column)
        listed = ", ".join(sorted(code for code in words if code))
        unknown = (*_UNKNOWN[:2], f"codes connus : {listed}", f"known codes: {listed}")
        self.refuse(~cells.isin(list(words)), column, unknown)
        return cells.map(dict(words)).astype("str")

    def finish(self) -> None:
        """Raise what the checks found, in row order."""
        if self.problems:
            raise DataError(tuple(sorted(self.problems, key=lambda p: (p.row or 0, p.column or ""))))

    def refuse(
        self, wrong: Iterable[bool] | np.ndarray | pd.Series, column: str, words: tuple[str, str, str, str]
    ) -> None:
        """Note each row where `wrong` holds; `words` say what in French and English, then the remedy in both."""
        import numpy as np

        rows = self.frame.index[np.asarray(wrong, dtype=bool)][:MOST_PROBLEMS]
        name = self.find(column) or column
        fr, en, remedy_fr, remedy_en = words
        self.problems += [
            problem(fr, en, file=self.name, row=int(row), column=name, remedy=(remedy_fr, remedy_en)) for row in rows
        ]


_NO_IDENTIFIER = (
    "identifiant manquant",
    "missing identifier",
    "compléter la cellule ou retirer la ligne",
    "fill the cell or remove the row",
)
_NOT_FORM = (
    "identifiant de forme inattendue",
    "identifier of an unexpected form",
    "garder l'identifiant en texte : un tableur efface les zéros du début",
    "keep the identifier as text: a spreadsheet drops leading zeros",
)
_TWICE = (
    "identifiant en double",
    "duplicate identifier",
    "garder une seule ligne par identifiant",
    "keep one row per identifier",
)
_NOT_NUMBER = (
    "ni un nombre ni un code connu de valeur absente",
    "neither a number nor a known code of a missing value",
    "corriger la cellule ou la laisser vide",
    "correct the cell or leave it empty",
)
_OUT = (
    "valeur hors des bornes",
    "value out of bounds",
    "vérifier l'unité et la saisie",
    "check the unit and the entry",
)
_UNKNOWN = ("code inconnu", "unknown code")
