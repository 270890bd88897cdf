"""One row an establishment and year: the outcome, the exposure of the declared lag, what is held equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.linking.protocol import Protocol

if TYPE_CHECKING:
    import pandas as pd

TRAITS = ("status", "emergency", "category", "region")
NOT_ASKED = ""  # the answers of an outcome that nobody was asked about
FOUND_BY = 10_000  # a row is found by the rank of its establishment times this, plus its year


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The tables that a protocol reads, whole establishments by year; `scores` is opened last, after the seal.

    Parameters
    ----------
    levels
        The indicators laid out for search: one column a code, one row an establishment and year.
    answers
        The scores laid out likewise, by outcome: `establishment`, `year`, `outcome`, `n`, `kind`, in order.
    marks
        Each trait of the establishments as 0/1 columns `trait=level`, the first level left out, by rank.
    """

    indicators: pd.DataFrame
    scores: pd.DataFrame
    establishments: pd.DataFrame
    levels: pd.DataFrame
    answers: Mapping[str, pd.DataFrame]
    marks: Mapping[str, pd.DataFrame]

    @classmethod
    def of(cls, indicators: pd.DataFrame, scores: pd.DataFrame, establishments: pd.DataFrame) -> Sources:
        """Return the sources with only the rows that a link can use, outcomes named "instrument/dimension"."""
        values, answers = _yearly(indicators, "value"), _yearly(scores, "score")
        names = answers["instrument"].astype(str) + "/" + answers["dimension"].astype(str)
        answers, sites = answers.assign(outcome=names), establishments.set_index("establishment").sort_index()
        by_key = _keyed(values, sites).set_index("code", append=True)["value"]
        scored = _keyed(answers, sites)
        return cls(
            indicators=values,
            scores=answers,
            establishments=establishments,
            levels=by_key.unstack(),  # noqa: PD010 - one value a cell
            answers={
                NOT_ASKED: _answered(scored.iloc[:0]),
                **{str(name): _answered(rows) for name, rows in scored.groupby("outcome")},
            },
            marks={name: _marks(sites, name) for name in TRAITS if name in sites},
        )


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
    import numpy as np
    import pandas as pd

    wanted = protocol.lag if lag is None else lag
    rows = sources.answers.get(outcome, sources.answers[NOT_ASKED])
    rows = rows[((rows["n"] >= protocol.floor) | rows["n"].isna()).to_numpy() & (rows["kind"] == protocol.kind)]
    named = [(exposure, "exposure"), *((name, name) for name in protocol.covariates if name not in TRAITS)]
    found = {}
    for code, name in named:
        place = sources.levels.index.get_indexer(rows.index - (wanted if name == "exposure" else 0))
        known = sources.levels[code].to_numpy() if code in sources.levels else np.full(len(sources.levels), np.nan)
        found[name] = np.append(known, np.nan)[place]  # what is not found is at -1: missing
    for trait in (name for name in protocol.covariates if name in TRAITS):
        marks = sources.marks[trait]
        found |= {str(name): marks[name].to_numpy()[rows.index // FOUND_BY] for name in marks}
    complete = np.logical_and.reduce([~np.isnan(column) for column in found.values()])
    table = rows.drop(columns="kind").assign(n=rows["n"].fillna(1.0))
    return pd.concat([table, pd.DataFrame(found, index=table.index)], axis=1)[complete].reset_index(drop=True)


def covariates_of(table: pd.DataFrame) -> list[str]:
    """Return the columns of `cells` that are held equal."""
    return [name for name in table.columns if name not in ("establishment", "year", "outcome", "n", "exposure")]


def _keyed(table: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of known establishments in order, indexed by rank and year, with their kind."""
    rank = sites.index.get_indexer(table["establishment"])
    known = table[rank >= 0].assign(kind=sites["kind"].to_numpy()[rank[rank >= 0]])
    return known.set_index(rank[rank >= 0] * FOUND_BY + known["period"].astype(int).to_numpy()).sort_index()


def _answered(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[["establishment", "period", "score", "n", "kind"]].astype({"n": float})
    return rows.set_axis(["establishment", "year", "outcome", "n", "kind"], axis=1)


def _marks(sites: pd.DataFrame, trait: str) -> pd.DataFrame:
    import pandas as pd

    return pd.get_dummies(sites[[trait]].astype("str"), prefix_sep="=", drop_first=True, dtype=float)


def _yearly(table: pd.DataFrame, value: str) -> pd.DataFrame:
    return table[(table["unit"] == "all") & (table["period"].str.len() == 4) & table[value].notna()]
