"""One row an establishment and year: the outcome, the exposure of the declared lag, what is held equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.linking.protocol import Protocol
from chairs.stats.checked import numbers, refused

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TRAITS = ("status", "emergency", "category", "region")
NOT_ASKED = ""  # the answers of an outcome that nobody was asked about
FOUND_BY = 10_000  # a row is found by the rank of its establishment times this, plus its year


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The tables that a protocol reads, whole establishments by year; `scores` is opened last, after the seal.

    Parameters
    ----------
    keys, levels
        The indicators laid out for search: rows in order, and by code the value of each row.
    answers
        The scores laid out likewise, by outcome: `establishment`, `year`, `outcome`, `n`, `kind`, in order.
    marks, untold
        By trait its 0/1 columns `trait=level`, the first level left out, one row an establishment in order; and whether
        an establishment's level is not known, which is no level.
    """

    indicators: pd.DataFrame
    scores: pd.DataFrame
    establishments: pd.DataFrame
    keys: np.ndarray
    levels: Mapping[str, np.ndarray]
    answers: Mapping[str, pd.DataFrame]
    marks: Mapping[str, pd.DataFrame]
    untold: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, indicators: pd.DataFrame, scores: pd.DataFrame, establishments: pd.DataFrame) -> Sources:
        """Return the sources with only the rows that a link can use, outcomes named "instrument/dimension".

        Raises
        ------
        DataError
            Rows that repeat an establishment, or one of its indicators or scores of a year (they would count as so many
            observations), or text where a number is expected.
        """
        values, answers = _yearly(indicators, "value"), _yearly(scores, "score")
        _once(values, ("establishment", "period", "code"), "indicators")
        _once(answers, ("establishment", "period", "instrument", "dimension"), "scores")
        _once(establishments, ("establishment",), "establishments")
        numbers(answers, ["n"])
        names = answers["instrument"].astype(str) + "/" + answers["dimension"].astype(str)
        answers, sites = answers.assign(outcome=names), establishments.set_index("establishment").sort_index()
        levels = _keyed(values, sites).set_index("code", append=True)["value"].unstack()  # noqa: PD010 - one a cell
        scored = _keyed(answers, sites)
        return cls(
            indicators=values,
            scores=answers,
            establishments=establishments,
            keys=levels.index.to_numpy(),
            levels={str(code): levels[code].to_numpy() for code in levels},
            answers={
                NOT_ASKED: _answered(scored.iloc[:0]),
                **{str(name): _answered(rows) for name, rows in scored.groupby("outcome")},
            },
            marks={name: _marks(sites, name) for name in TRAITS if name in sites},
            untold={name: sites[name].isna().to_numpy(dtype=bool) for name in TRAITS if name in sites},
        )


def cells(sources: Sources, protocol: Protocol, exposure: str, outcome: str, lag: int | None = None) -> pd.DataFrame:
    """Return the complete rows that a pair compares.

    Covariates are those of the exposure's year: one taken after the exposure could be its effect. An establishment
    whose trait is not known has no row.

    Parameters
    ----------
    lag
        Years from exposure to outcome; None: the protocol's. A negative lag takes a later exposure (negative control),
        with the covariates of the outcome's year.

    Returns
    -------
    pd.DataFrame
        `establishment`, `year` (text), `outcome` (on its scale), `n` (answers), `exposure`, and one number a covariate
        (traits as 0/1 columns `trait=level`, first level left out).
    """
    import numpy as np
    import pandas as pd

    rows = sources.answers.get(outcome, sources.answers[NOT_ASKED])
    n, key, behind = rows["n"].to_numpy(), rows.index.to_numpy(), protocol.lag if lag is None else lag
    whole = ((n >= protocol.floor) | np.isnan(n)) & (rows["kind"] == protocol.kind).to_numpy(dtype=bool)
    found = {"outcome": rows["outcome"].to_numpy(), "n": np.where(np.isnan(n), 1.0, n)}
    found["exposure"] = _level(sources, exposure, key, behind)
    for name in protocol.covariates:
        if name not in TRAITS:
            found[name] = _level(sources, name, key, max(behind, 0))
    for trait in (name for name in protocol.covariates if name in TRAITS):
        marks, rank = sources.marks[trait], key // FOUND_BY
        found |= dict(zip(map(str, marks.columns), marks.to_numpy()[rank].T, strict=True))
        whole &= ~sources.untold[trait][rank]
    kept = np.flatnonzero(whole & ~np.isnan(np.column_stack(list(found.values()))).any(axis=1))
    names = {name: rows[name].array.take(kept) for name in ("establishment", "year")}
    return pd.DataFrame(names | {name: values[kept] for name, values in found.items()})


def _level(sources: Sources, code: str, key: np.ndarray, lag: int) -> np.ndarray:
    """Return the values of one indicator `lag` years before the rows asked for, missing where there is none.

    A year that a key cannot hold is nobody's: it would be read as a year of another establishment.
    """
    import numpy as np

    if code not in sources.levels:
        return np.full(len(key), np.nan)
    year = key % FOUND_BY - max(min(lag, FOUND_BY), -FOUND_BY)
    wanted = np.where((year >= 0) & (year < FOUND_BY), key - key % FOUND_BY + year, -1)
    at = np.minimum(np.searchsorted(sources.keys, wanted), len(sources.keys) - 1)
    values: np.ndarray = np.where(sources.keys[at] == wanted, sources.levels[code][at], np.nan)
    return values


def covariates_of(table: pd.DataFrame) -> list[str]:
    """Return the columns of `cells` that are held equal."""
    return [name for name in table.columns if name not in ("establishment", "year", "outcome", "n", "exposure")]


def _once(table: pd.DataFrame, key: tuple[str, ...], name: str) -> None:
    """Refuse a table in which a key occurs twice."""
    twice = int(table.duplicated(list(key)).sum())
    if twice:
        raise refused(
            f"{twice} lignes répètent la même clé ({', '.join(key)})",
            f"{twice} rows repeat the same key ({', '.join(key)})",
            file=name,
            remedy=("garder une seule ligne par clé", "keep one row a key"),
        )


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
    """Return the rows of whole establishments and years that have a number: an infinite one is none."""
    import numpy as np

    known = np.isfinite(numbers(table, [value])[:, 0])
    return table[(table["unit"] == "all") & (table["period"].str.len() == 4) & known]
