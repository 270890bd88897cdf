"""One row an establishment and year: the outcome, the exposure of the declared lag, what is held equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.linking.protocol import Protocol

if TYPE_CHECKING:
    import pandas as pd

TRAITS = ("status", "emergency", "category", "region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The tables that a protocol reads, whole establishments by year; `scores` is opened last, after the seal."""

    indicators: pd.DataFrame
    scores: pd.DataFrame
    establishments: pd.DataFrame

    @classmethod
    def of(cls, indicators: pd.DataFrame, scores: pd.DataFrame, establishments: pd.DataFrame) -> Sources:
        """Return the sources with only the rows that a link can use, outcomes named "instrument/dimension"."""
        values, answers = _yearly(indicators, "value"), _yearly(scores, "score")
        names = answers["instrument"].astype(str) + "/" + answers["dimension"].astype(str)
        return cls(indicators=values, scores=answers.assign(outcome=names), establishments=establishments)


def cells(sources: Sources, protocol: Protocol, exposure: str, outcome: str, lag: int | None = None) -> pd.DataFrame:
    """Return the complete rows that a pair compares.

    Parameters
    ----------
    lag
        Years from exposure to outcome; None: the protocol's. A negative lag takes a later exposure (negative control).

    Returns
    -------
    pd.DataFrame
        `establishment`, `year` (text), `outcome` (0 to 100), `n` (answers), `exposure`, and one number a covariate
        (traits as 0/1 columns `trait=level`, first level left out).
    """
    import pandas as pd

    wanted = protocol.lag if lag is None else lag
    scored = _scored(sources.scores, outcome, protocol.floor)
    lagged = _values(sources.indicators, exposure, "exposure")
    lagged["year"] = (lagged["year"].astype(int) + wanted).astype(str)
    table = scored.merge(lagged, on=["establishment", "year"])
    kinds = sources.establishments.set_index("establishment")["kind"]
    table = table[table["establishment"].map(kinds) == protocol.kind]
    for name in protocol.covariates:
        if name in TRAITS:
            continue
        table = table.merge(_values(sources.indicators, name, name), on=["establishment", "year"], how="left")
    traits = [name for name in protocol.covariates if name in TRAITS]
    if traits:
        levels = sources.establishments.set_index("establishment")[traits].astype("str")
        dummies = pd.get_dummies(levels, prefix_sep="=", drop_first=True, dtype=float)
        table = table.join(dummies, on="establishment")
    return table.dropna().sort_values(["establishment", "year"], ignore_index=True)


def covariates_of(table: pd.DataFrame) -> list[str]:
    """Return the columns of `cells` that are held equal."""
    return [name for name in table.columns if name not in ("establishment", "year", "outcome", "n", "exposure")]


def _scored(scores: pd.DataFrame, outcome: str, floor: int) -> pd.DataFrame:
    rows = scores[(scores["outcome"] == outcome) & (scores["n"].isna() | (scores["n"] >= floor))]
    rows = rows[["establishment", "period", "score", "n"]].set_axis(["establishment", "year", "outcome", "n"], axis=1)
    return rows.assign(n=rows["n"].fillna(1.0).astype(float))


def _values(indicators: pd.DataFrame, code: str, name: str) -> pd.DataFrame:
    rows = indicators.loc[indicators["code"] == code, ["establishment", "period", "value"]]
    return rows.set_axis(["establishment", "year", name], axis=1)


def _yearly(table: pd.DataFrame, value: str) -> pd.DataFrame:
    return table[(table["unit"] == "all") & (table["period"].str.len() == 4) & table[value].notna()]
