"""What an indicator is, and the decorator that registers one function as one."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast, get_args

from chairs.core.errors import Text
from chairs.core.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["ratio", "count", "level"]
Grain = Literal["unit_month", "establishment_year"]
Domain = Literal["social", "managerial", "economic", "environmental", "territorial", "quality", "flow"]
DOMAINS: tuple[Domain, ...] = get_args(Domain)


class Amounts:
    """The quantities of every cell (establishment, unit, period): `amounts["mco_beds"]` is one column of them.

    A quantity that no source declares is missing everywhere. `days` is the number of days of each cell's period,
    `years` the same as a share of its year (a whole year: 1, leap or not).
    """

    def __init__(self, wide: pd.DataFrame) -> None:
        import pandas as pd

        self._wide = wide
        periods = wide.index.get_level_values("period")
        length = {period: days_of(str(period)) for period in periods.unique()}
        year = {period: days_of(str(period)[:4]) for period in periods.unique()}
        self.days = pd.Series([float(length[p]) for p in periods], index=wide.index)
        self.years = self.days / pd.Series([float(year[p]) for p in periods], index=wide.index)
        self.read: set[str] = set()

    def __getitem__(self, word: str) -> pd.Series:
        import pandas as pd

        self.read.add(word)
        if word not in self._wide.columns:
            return pd.Series(float("nan"), index=self._wide.index)
        return self._wide[word]

    def any_of(self, *words: str) -> pd.Series:
        """Return the sum of those of `words` that are present; missing where all are."""
        import pandas as pd

        return pd.concat([self[word] for word in words], axis=1).sum(axis=1, min_count=1)

    def first_of(self, *words: str) -> pd.Series:
        """Return, for each cell, the first of `words` that is present."""
        found = self[words[0]]
        for word in words[1:]:
            found = found.fillna(self[word])
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Numerator of each cell and, for a ratio, its denominator; both add up over units and months."""

    numerator: pd.Series
    denominator: pd.Series | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator: what it is, and the function that computes its two sides.

    Parameters
    ----------
    kind
        `ratio`: `per` times numerator over denominator. `count`: what happened in the period; counts add up.
        `level`: what there is on an average day (beds, people); levels add up over units and average over months.
    unit
        Unit of the value.
    grain
        Finest cell in which it means something: a unit and month, or an establishment and year.
    direction
        1 when more is better, -1 when less is, 0 when neither can be said without context.
    domain
        Side of performance it belongs to (`DOMAINS`); the first word of the module it lives in.
    inputs
        Words of the table `quantities` that it reads.
    numerator, denominator
        What the two sides are, for the dictionary.
    reference
        Where the definition comes from.
    note
        What a reader must know before comparing, where there is something.
    lowest, highest
        Values that its definition allows (a share: 0 to 100); None: no end. Beyond them a value is `impossible`.
    compute
        From quantities to its two sides; None for an indicator that comes published (`published.yaml`).
    """

    code: str
    label: Text
    unit: Text
    kind: Kind
    grain: Grain
    direction: Literal[-1, 0, 1]
    domain: Domain
    inputs: tuple[str, ...]
    numerator: Text
    denominator: Text | None
    reference: str
    per: float
    compute: Callable[[Amounts], Sides] | None
    note: Text | None = None
    lowest: float | None = 0.0
    highest: float | None = None

    def possible(self, value: pd.Series) -> pd.Series:
        """Say of each value whether the definition allows it; a missing one is not judged."""
        slack = 1e-9 * max(abs(self.highest or 0.0), 1.0)  # of the division, no more
        low = float("-inf") if self.lowest is None else self.lowest - slack
        high = float("inf") if self.highest is None else self.highest + slack
        return value.isna() | (value.between(low, high) & (value.abs() != float("inf")))


INDICATORS: Registry[Indicator] = Registry(("indicateur", "indicator"), "chairs.indicators")


def indicator(  # noqa: PLR0913 - the fields of the dictionary, one each
    *,
    label: Text,
    unit: Text,
    inputs: tuple[str, ...],
    numerator: Text,
    reference: str,
    denominator: Text | None = None,
    direction: Literal[-1, 0, 1] = 0,
    grain: Grain = "unit_month",
    kind: Kind = "ratio",
    per: float = 1.0,
    note: Text | None = None,
    lowest: float | None = 0.0,
    highest: float | None = None,
) -> Callable[[Callable[[Amounts], Sides]], Callable[[Amounts], Sides]]:
    """Register the decorated function as the indicator of its name, in the domain of its module."""

    def register(compute: Callable[[Amounts], Sides]) -> Callable[[Amounts], Sides]:
        domain = cast(Domain, compute.__module__.rsplit(".", 1)[-1].partition("_")[0])
        INDICATORS.add(
            compute.__name__,
            Indicator(
                code=compute.__name__, label=label, unit=unit, kind=kind, grain=grain, direction=direction,
                domain=domain, inputs=inputs, numerator=numerator, denominator=denominator, reference=reference,
                per=per, compute=compute, note=note, lowest=lowest, highest=highest,
            ),
        )  # fmt: skip
        return compute

    return register


def days_of(period: str) -> int:
    """Return the number of days of an ISO year, quarter or month.

    Examples
    --------
    >>> days_of("2019"), days_of("2020"), days_of("2024-Q1"), days_of("2023-02")
    (365, 366, 91, 28)
    """
    year = int(period[:4])
    if len(period) == 4:
        months = range(1, 13)
    elif "Q" in period:
        first = 3 * int(period[-1]) - 2
        months = range(first, first + 3)
    else:
        months = range(int(period[-2:]), int(period[-2:]) + 1)
    return sum(calendar.monthrange(year, month)[1] for month in months)
