"""What every establishment declares once a year beside its other files, as shares of what it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from chairs.core.records import build, read_yaml
from chairs.demo.parameters import HERE

if TYPE_CHECKING:
    import pandas as pd

    from chairs.demo.plan import Plan

FILE = HERE / "yearbook.yaml"
YEARLY = 0.3  # standard deviation of a year, as a share of that between sites
SURE = 0.999  # a share of a share stays under the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One column of the yearbook: a share (mean, relative standard deviation between sites) of the word `of`."""

    column: str
    of: str
    mean: float
    sd: float
    only: Literal["hospital", "company"] | None = None
    decimals: int = 0


@cache
def read_lines() -> Mapping[str, Line]:
    """Return the lines of `yearbook.yaml` by word.

    Examples
    --------
    >>> read_lines()["managers"].of
    'headcount'
    """
    return {word: build(Line, line, f"{FILE.name}, {word}") for word, line in read_yaml(FILE).items()}


def make_yearbook(plan: Plan, declared: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return by kind one row an establishment and year, one column a word that is for this kind.

    Parameters
    ----------
    declared
        By kind (`hospital`, `company`) what its establishments declare elsewhere, one row an establishment and year.

    Notes
    -----
    A share is lognormal between sites, less so between the years of one site, drawn from streams of its own: no other
    file of the territory changes with it. A whole number under 30 is drawn (Poisson), so that small ones vary.
    """
    import pandas as pd

    book = {}
    for kind, table in declared.items():
        lines = {word: line for word, line in read_lines().items() if line.only in (None, kind)}
        known = {name: table[name].astype(float) for name in table.columns} | {"one": pd.Series(1.0, index=table.index)}
        for word, line in lines.items():
            known[word] = _column(plan, (kind, word), line, known[line.of])
        book[kind] = pd.DataFrame({word: known[word] for word in lines}, index=table.index)
    return book


def _column(plan: Plan, key: tuple[str, str], line: Line, whole: pd.Series) -> pd.Series:
    import numpy as np

    draw = plan.draw("yearbook", *key)
    site = whole.index.get_level_values("establishment")
    sites, place = np.unique(site, return_inverse=True)
    between = draw("site").standard_normal(len(sites))[place]
    noise = between + YEARLY * draw("year").standard_normal(len(whole))
    share = line.mean * np.exp(line.sd * noise - line.sd**2 / 2)
    if line.mean < 1:
        share = np.minimum(share, SURE)
    amount = share * whole
    if line.decimals:
        return amount.round(line.decimals)
    count = np.floor(amount) if line.mean < 1 else np.rint(amount)
    small = (amount < 30) & (line.mean < 0.01)
    return count.mask(small, draw("few").poisson(np.minimum(amount, 30)))
