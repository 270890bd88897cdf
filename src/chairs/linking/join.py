"""Brings scores, indicators and traits of the same establishments and year into one table."""

from __future__ import annotations

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


def join(
    outcome: str, indicators: pd.DataFrame, scores: pd.DataFrame, establishments: pd.DataFrame, request: Request
) -> Joined:
    """Return the establishments surveyed for `outcome`, with their indicators of the same year.

    Only rows of the whole establishment (`all`) and of one year count: an establishment stands once, since a second
    year of it would not be a second observation. Hospitals and companies are never compared with each other.

    Raises
    ------
    SettingError
        For an outcome that the scores do not have, answered with those they have.
    """
    import pandas as pd

    names = scores["instrument"] + "/" + scores["dimension"]
    if not (names == outcome).any():
        raise unknown(("issue", "outcome"), outcome, names.unique())
    mine = scores[(names == outcome) & (scores["unit"] == "all") & (scores["period"].str.len() == 4)]
    theirs = indicators[(indicators["unit"] == "all") & (indicators["period"].str.len() == 4)]
    period = request.period or _last_common(mine, theirs)
    mine = mine[mine["period"] == period].set_index("establishment")
    wanted = sorted({*(request.exposures or INDICATORS), *request.sizes})
    theirs = theirs[(theirs["period"] == period) & theirs["code"].isin(wanted)]
    present = theirs[theirs["status"] == "ok"]
    levels = present.set_index(["establishment", "code"])["value"].unstack()  # noqa: PD010 - one value a cell
    traits = establishments.set_index("establishment")[["kind", *request.groups]]
    surveyed = pd.DataFrame(
        {
            "score": mine["score"].where(mine["status"] == "ok"),
            "joined": mine.index.isin(theirs["establishment"].unique().tolist()),
        }
    ).join(traits)
    kind = request.kind or _most_frequent(surveyed.loc[surveyed["score"].notna(), "kind"])
    surveyed = surveyed[surveyed["kind"].isna() | (surveyed["kind"] == kind)].sort_index()
    return Joined(outcome=outcome, period=period, surveyed=surveyed, levels=levels.reindex(surveyed.index))


def _most_frequent(kinds: pd.Series) -> str | None:
    counts = kinds.dropna().value_counts()
    return min(counts.index[counts == counts.max()], default=None)


def _last_common(scores: pd.DataFrame, indicators: pd.DataFrame) -> str:
    own = set(scores.loc[scores["status"] == "ok", "period"])
    shared = own & set(indicators.loc[indicators["status"] == "ok", "period"])
    return str(max(shared or own or set(scores["period"]), default=""))
