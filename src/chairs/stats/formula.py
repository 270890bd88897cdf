"""Reads the formula of a mixed model and prepares its rows: `score ~ age + staff + (1 + age | site)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, SettingError, problem, unknown
from chairs.stats.cross_products import INTERCEPT

if TYPE_CHECKING:
    import pandas as pd

ODD = re.compile(r"[^\x00-\x7f]|\.")  # letters of a column's name that the library's formulas do not take
RANDOM = re.compile(r"\(([^()|]*)(\|\|?)([^()|]*)\)")
WORD = re.compile(r"[^\W\d][\w.]*(?!\w*\s*\()")


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomTerm:
    """One `(1 + slopes | group)`; `correlated` is false for `||`; `group` may be nested (`a:b`, `a/b`)."""

    slopes: tuple[str, ...]
    group: str
    correlated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula taken apart: outcome, fixed part as written, random terms."""

    text: str
    outcome: str
    fixed: str
    random: tuple[RandomTerm, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """Columns that name groups."""
        return tuple(dict.fromkeys(word for term in self.random for word in WORD.findall(term.group)))

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that the formula reads, the outcome first."""
        return tuple(dict.fromkeys((self.outcome, *WORD.findall(self.text))))


def parse(text: str) -> Formula:
    """Take a formula apart.

    Raises
    ------
    SettingError
        If it has no `~`, no outcome, or leaves out the intercept (a model without one is not offered).

    Examples
    --------
    >>> parse("score ~ age*sex + (1 + age | site) + (1 || year)").random[0]
    RandomTerm(slopes=('age',), group='site', correlated=True)
    >>> parse("score ~ age*sex + (1 | site)").fixed
    'age*sex'
    >>> parse("score + (1 | site)")
    Traceback (most recent call last):
    ...
    chairs.core.errors.SettingError: the formula does not read. Remedy: write for example score ~ age + (1 | site).
    """
    text = WORD.sub(lambda word: plain(word[0]), text)
    left, tilde, right = text.partition("~")
    outcome = left.strip()
    fixed = re.sub(r"\++", "+", RANDOM.sub("", right).replace(" ", "")).strip("+") or "1"
    whole = re.split(r"[+\-]", fixed)
    if not tilde or not re.fullmatch(r"[^\W\d]\w*", outcome) or "|" in fixed or "0" in whole or "-1" in fixed:
        remedy = ("écrire par exemple score ~ age + (1 | site)", "write for example score ~ age + (1 | site)")
        raise SettingError((problem("la formule ne se lit pas", "the formula does not read", remedy=remedy),))
    terms = []
    for inside, bar, group in RANDOM.findall(right):
        slopes = tuple(word.strip() for word in inside.split("+") if word.strip() not in ("", "1"))
        terms.append(RandomTerm(slopes=slopes, group=group.strip(), correlated=bar == "|"))
    return Formula(text=text, outcome=outcome, fixed=fixed, random=tuple(terms))


def complete_rows(
    data: pd.DataFrame, formula: Formula, also: tuple[str, ...] = (), classes: bool = False
) -> pd.DataFrame:
    """Return the rows complete and finite on every column of the formula, groups as text, unused levels dropped.

    `also` names further columns that must be complete; `classes` lets the outcome be a class.

    Raises
    ------
    SettingError
        If a column does not exist.
    DataError
        If the outcome is not numeric, or a class of the fixed part has a single level.
    """
    import numpy as np
    import pandas as pd

    data = data.rename(columns={name: plain(str(name)) for name in data.columns})
    wanted = [*formula.columns, *(name for name in also if name not in formula.columns)]
    for name in wanted:
        if name not in data.columns:
            raise unknown(("colonne", "column"), named(name), map(named, data.columns))
    a_class = classes and isinstance(data[formula.outcome].dtype, pd.CategoricalDtype)
    if not a_class and not pd.api.types.is_numeric_dtype(data[formula.outcome]):
        what = ("le résultat étudié n'est pas numérique", "the outcome is not numeric")
        raise DataError((problem(*what, column=named(formula.outcome)),))
    rows = data[wanted]
    kept = rows.notna().all(axis=1)
    for name in wanted:
        if pd.api.types.is_numeric_dtype(rows[name]):
            kept &= np.isfinite(rows[name].to_numpy(dtype=float, na_value=np.nan))
    rows = rows[kept].reset_index(drop=True)
    for name in wanted:
        words = not pd.api.types.is_numeric_dtype(rows[name])
        if words and name in WORD.findall(formula.fixed) and len(rows) and rows[name].nunique() < 2:
            what = ("cette classe n'a qu'un seul niveau", "this class has a single level")
            remedy = ("retirer la variable de la formule", "leave the variable out of the formula")
            raise DataError((problem(*what, column=named(name), remedy=remedy),))
        if name in formula.groups:
            rows[name] = pd.Categorical(rows[name].astype(str))
        elif isinstance(rows[name].dtype, pd.CategoricalDtype):
            rows[name] = rows[name].cat.remove_unused_categories()
    return rows


def plain(name: str) -> str:
    """Return a column's name in the letters that the library takes.

    Examples
    --------
    >>> plain("G.HRS"), named(plain("âge"))
    ('G_u2e_HRS', 'âge')
    """
    return ODD.sub(lambda letter: f"_u{ord(letter[0]):x}_", name)


def named(term: str) -> str:
    """Return a term of the library under the name that it has here.

    Examples
    --------
    >>> named("(Intercept)"), named("G_u2e_HRS")
    ('(intercept)', 'G.HRS')
    """
    back = re.sub(r"_u([0-9a-f]{2,6})_", lambda code: chr(int(code[1], 16)), str(term))
    return INTERCEPT if term == "(Intercept)" else back


def codes(rows: pd.DataFrame, group: str) -> pd.Series:
    """Return the level of each row in a (nested) group, as text.

    Examples
    --------
    >>> import pandas as pd
    >>> codes(pd.DataFrame({"a": ["1", "1"], "b": ["x", "y"]}), "a:b").tolist()
    ['1:x', '1:y']
    """
    names = WORD.findall(group)
    found = rows[names[0]].astype(str)
    for name in names[1:]:
        found = found + ":" + rows[name].astype(str)
    return found
