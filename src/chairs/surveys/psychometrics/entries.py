"""What every method asks of its answers: numbers in columns named once, and groups that stand beside the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, Problem, problem

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FILE = "answers"


def numbers(answers: pd.DataFrame, items: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the answers (to `items`, or all) as floating-point numbers, NaN where missing, columns named by text.

    Raises
    ------
    DataError
        For each column that is absent, stands twice, holds text or an infinite number; never with a value.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers(pd.DataFrame({1: [True, False], "b": ["2", None]}))
         1    b
    0  1.0  2.0
    1  0.0  NaN
    >>> numbers(pd.DataFrame({"b": [1, 2]}), ["a"])
    Traceback (most recent call last):
    ...
    chairs.core.errors.DataError: answers, column "a": no such column. Remedy: name a column of the table.
    """
    import pandas as pd

    held = [str(name) for name in answers.columns]
    found, flaws = {}, []
    for name in dict.fromkeys(held if items is None else items):
        if held.count(name) != 1:
            flaws.append(_absent(name) if name not in held else _twice(name, held.count(name)))
            continue
        column = answers.iloc[:, held.index(name)]
        found[name], flaw = _as_numbers(column, name)
        flaws += flaw
    if flaws:
        raise DataError(tuple(flaws))
    return pd.DataFrame(found, index=answers.index)


def _as_numbers(column: pd.Series, name: str) -> tuple[pd.Series, list[Problem]]:
    import numpy as np
    import pandas as pd

    if pd.api.types.is_float_dtype(column.dtype) and isinstance(column.dtype, np.dtype):
        values = column.astype("float64")
    else:
        plain = column.astype("object")
        read = pd.to_numeric(plain.where(plain.notna(), None), errors="coerce")
        values = pd.Series(read.to_numpy(dtype=float, na_value=np.nan), index=column.index)
    dated = pd.api.types.is_datetime64_any_dtype(column.dtype) or pd.api.types.is_timedelta64_dtype(column.dtype)
    text = int(column.notna().sum()) if dated else int((values.isna() & column.notna()).sum())
    endless = int(np.isinf(values).sum())
    return values, [*([_text(name, text)] if text else []), *([_endless(name, endless)] if endless else [])]


def aligned(rows: pd.DataFrame | pd.Series, others: pd.Series) -> pd.Series:
    """Return what stands beside each row.

    Parameters
    ----------
    others
        On the same index as the rows, in any order; where a label stands twice in it, in the same order.

    Raises
    ------
    DataError
        When labels stand twice and the two indexes are not the same: nobody can say whose group is whose.

    Examples
    --------
    >>> import pandas as pd
    >>> aligned(pd.Series([5, 6], index=[1, 0]), pd.Series(["x", "y"], index=[0, 1])).tolist()
    ['y', 'x']
    """
    if others.index.equals(rows.index):
        return others
    if not others.index.is_unique:
        raise DataError((_whose(int(others.index.duplicated().sum())),))
    return others.reindex(rows.index)


def beside(rows: pd.DataFrame | pd.Series, groups: pd.Series) -> np.ndarray:
    """Return the group of each row, by position, as text; None where missing (see `aligned`)."""
    import numpy as np

    found = aligned(rows, groups)
    named = found.astype("object").map(str).to_numpy(dtype=object)
    named[found.isna().to_numpy()] = None
    return np.asarray(named, dtype=object)


def _absent(name: str) -> Problem:
    return problem("colonne absente", "no such column", file=FILE, column=name,
                   remedy=("nommer une colonne de la table", "name a column of the table"))  # fmt: skip


def _twice(name: str, count: int) -> Problem:
    return problem(
        f"{count} colonnes de ce nom", f"{count} columns of this name", file=FILE, column=name,
        remedy=("donner à chaque question un nom à elle", "give each item a name of its own"),
    )  # fmt: skip


def _text(name: str, count: int) -> Problem:
    return problem(
        f"{count} réponse(s) qui ne sont pas des nombres", f"{count} answer(s) that are no numbers",
        file=FILE, column=name,
        remedy=("coder les réponses en points, vide si manquante", "code answers as points, empty where missing"),
    )  # fmt: skip


def _endless(name: str, count: int) -> Problem:
    return problem(
        f"{count} nombre(s) infini(s)", f"{count} infinite number(s)", file=FILE, column=name,
        remedy=("laisser vide une réponse manquante", "leave a missing answer empty"),
    )  # fmt: skip


def _whose(count: int) -> Problem:
    return problem(
        f"{count} étiquette(s) de ligne en double : on ne sait quel groupe va à quelle réponse",
        f"{count} row label(s) standing twice: which group belongs to which answer is not known",
        file="groups",
        remedy=("prendre les groupes de la table même des réponses, ou renuméroter les deux",
                "take the groups from the very table of the answers, or number both anew"),
    )  # fmt: skip
