"""Brings scores, indicators and traits of the same establishments and year into one table."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import unknown
from chairs.indicators.indicator import INDICATORS
from chairs.linking.request import Request

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """One outcome among its establishments, one row each.

    Parameters
    ----------
    surveyed
        Index `establishment`: `score` (missing where none), `joined` (has a row of indicators), the traits.
    levels
        Same index: one column an indicator, values that are there.
    """

    outcome: str
    period: str
    surveyed: pd.DataFrame
    levels: pd.DataFrame

    @property
    def scored(self) -> pd.DataFrame:
        """The establishments with a score and indicators."""
        return self.surveyed[self.surveyed["joined"] & self.surveyed["score"].notna()]


def joins(
    indicators: pd.DataFrame, scores: pd.DataFrame, establishments: pd.DataFrame, request: Request
) -> Iterator[Joined]:
    """Give for each outcome of `request` the establishments surveyed, with their indicators of the same year.

    Only rows of the whole establishment (`all`) and of one year count: an establishment stands once, since a second
    year of it would not be a second observation. Hospitals and companies are never compared with each other.

    Raises
    ------
    SettingError
        For an outcome that the scores do not have, answered with those they have.
    """
    names = scores["instrument"] + "/" + scores["dimension"]
    answers, there = scores.assign(outcome=names)[_yearly(scores)], indicators[_yearly(indicators)]
    by_outcome = dict(list(answers.groupby("outcome")))
    years = set(there.loc[there["status"] == "ok", "period"].unique())
    wanted = sorted({*(request.exposures or INDICATORS), *request.sizes})
    by_year = dict(list(there[there["code"].isin(wanted)].groupby("period")))
    traits = establishments.set_index("establishment")[["kind", *request.groups]]
    for outcome in request.outcomes:
        if not (names == outcome).any():
            raise unknown(("issue", "outcome"), outcome, names.unique())
        mine = by_outcome.get(outcome, answers.iloc[:0])
        period = request.period or _last_common(mine, years)
        theirs = by_year.get(period, there.iloc[:0])
        surveyed = _surveyed(mine[mine["period"] == period], theirs, traits, request.kind)
        present = theirs[theirs["status"] == "ok"]
        levels = present.set_index(["establishment", "code"])["value"].unstack()  # noqa: PD010 - one value a cell
        yield Joined(outcome=outcome, period=period, surveyed=surveyed, levels=levels.reindex(surveyed.index))


def _yearly(table: pd.DataFrame) -> pd.Series:
    yearly: pd.Series = (table["unit"] == "all") & (table["period"].str.len() == 4)
    return yearly


def _surveyed(mine: pd.DataFrame, theirs: pd.DataFrame, traits: pd.DataFrame, kind: str | None) -> pd.DataFrame:
    import pandas as pd

    mine = mine.set_index("establishment")
    surveyed = pd.DataFrame(
        {
            "score": mine["score"].where(mine["status"] == "ok"),
            "joined": mine.index.isin(theirs["establishment"].unique()),
        }
    ).join(traits)
    wanted = kind or _most_frequent(surveyed.loc[surveyed["score"].notna(), "kind"])
    return surveyed[surveyed["kind"].isna() | (surveyed["kind"] == wanted)].sort_index()


def _most_frequent(kinds: pd.Series) -> str | None:
    counts = kinds.dropna().value_counts()
    return min(counts.index[counts == counts.max()], default=None)


def _last_common(scores: pd.DataFrame, years: Collection[str]) -> str:
    own = set(scores.loc[scores["status"] == "ok", "period"].unique())
    return str(max(own & set(years) or own or set(scores["period"].unique()), default=""))
