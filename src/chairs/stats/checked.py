"""Refuses in words what no method of this room can read: text for a number, lengths that differ, an unknown word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, SettingError, problem, unknown

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TEXT = ("la colonne n'est pas numérique", "the column is not numeric")
TO_NUMBER = ("la coder en nombres", "code it as numbers")
HUGE = 1e150  # its square is still a number


def numbers(table: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Return columns of numbers side by side, shape (rows, columns); an infinite value is a missing one (nan).

    Raises
    ------
    SettingError
        A column that does not exist.
    DataError
        A column of text.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers(pd.DataFrame({"age": [40, float("inf")], "ward": ["a", "b"]}), ["age"]).tolist()
    [[40.0], [nan]]
    """
    import numpy as np

    found = np.full((len(table), len(names)), np.nan)
    for place, name in enumerate(names):
        if name not in table.columns:
            raise unknown(("colonne", "column"), str(name), map(str, table.columns))
        if not _numeric(table[name]):
            raise DataError((problem(*TEXT, column=str(name), remedy=TO_NUMBER),))
        found[:, place] = table[name].to_numpy(dtype=float, na_value=np.nan)
    found[~np.isfinite(found)] = np.nan
    return found


def _numeric(column: pd.Series) -> bool:
    """Say whether a column holds numbers, yes and no, or nothing at all; digits written as text are text."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column):
        return True
    given = column.dropna()
    return all(isinstance(value, Real) for value in given.tolist())


def finite(values: Iterable[Any]) -> np.ndarray:
    """Return numbers in a row, none of which is missing, infinite or text.

    Raises
    ------
    DataError
        It says where the first one stands, not what it is.
    """
    import numpy as np

    given = list(values)
    for place, value in enumerate(given, start=1):
        try:
            known = abs(float(value)) < HUGE
        except (TypeError, ValueError):
            known = False
        if not known:
            raise refused(
                f"valeur n° {place} : manquante, infinie ou qui n'est pas un nombre",
                f"value no. {place}: missing, infinite or not a number",
            )
    return np.array(given, dtype=float)


def refused(fr: str, en: str, **where: Any) -> DataError:
    """Return the error of data that cannot be used, from two plain sentences."""
    return DataError((problem(fr, en, **where),))


def unfit(fr: str, en: str) -> SettingError:
    """Return the error of a setting that cannot be used, from two plain sentences."""
    return SettingError((problem(fr, en),))


def one_of(kind: tuple[str, str], word: Any, choices: Iterable[str]) -> None:
    """Refuse a word that is not among `choices`, naming those that are.

    Examples
    --------
    >>> from chairs.core.errors import SettingError
    >>> try:
    ...     one_of(("méthode", "method"), "fdr", ("BH", "BY"))
    ... except SettingError as error:
    ...     print(error)
    unknown method "fdr". Remedy: choose among: BH, BY.
    """
    known = tuple(choices)
    if word not in known:
        raise unknown(kind, str(word), known)


def as_long(*given: Sequence[Any] | np.ndarray) -> None:
    """Refuse columns that do not have the same length."""
    if len({len(one) for one in given}) > 1:
        raise refused("les colonnes n'ont pas la même longueur", "the columns do not have the same length")
