"""Key drivers: how the differences of one score between establishments share out among dimensions or indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.core.study import Drivers
from chairs.linking.cells import TRAITS, Sources
from chairs.linking.protocol import Protocol

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 400  # resamples of establishments: the ends of an interval move by about a tenth of its length
ALL = "all"


def key_drivers(sources: Sources, asked: Drivers, protocol: Protocol | None = None) -> pd.DataFrame:
    """Return the table `key_drivers`: one row for all drivers together (R²), then one a driver.

    Parameters
    ----------
    asked
        The score explained, and by what: the other `dimensions` of its instrument (a mean of them is left out), or the
        `exposures` of the protocol at its lag.
    protocol
        Its floor, its kind of establishments and its exposures hold; None only for dimensions.

    Notes
    -----
    LMG shares (`chairs.stats.relative_importance`), intervals by resampling whole establishments. What the protocol
    holds equal (size, status, year) is first taken out of the score and of the exposures: the shares are of what
    remains. They describe how establishments differ: a driver is not a cause, and nothing says that it holds for one
    person. What makes the shares arbitrary (a constant score, drivers that determine one another, too few rows) stands
    in `reason`.

    Examples
    --------
    >>> import pandas as pd
    >>> sites = [f"s{i:02d}" for i in range(12)]
    >>> two = [(1, 1), (1, -1), (-1, 1), (-1, -1)] * 3
    >>> rows = [(s, "pec_inf", 70 + 2 * a) for s, (a, _) in zip(sites, two)] + [
    ...     (s, "repas", 60 + b) for s, (_, b) in zip(sites, two)] + [
    ...     (s, "recommend", 50 + 2 * a + b) for s, (a, b) in zip(sites, two)]
    >>> scores = pd.DataFrame(rows, columns=["establishment", "dimension", "score"]).assign(unit="all", period="2019",
    ...     instrument="esatis-48h-mco", n=100)
    >>> some = pd.DataFrame({"establishment": sites, "kind": "hospital"})
    >>> none = pd.DataFrame(columns=["establishment", "unit", "period", "code", "value"])
    >>> found = key_drivers(Sources.of(none, scores, some), Drivers(outcome="esatis-48h-mco/recommend"))
    >>> found[["term", "share"]].round(2).values.tolist()
    [['all', 1.0], ['esatis-48h-mco/pec_inf', 0.8], ['esatis-48h-mco/repas', 0.2]]
    """
    import pandas as pd

    from chairs.stats.relative_importance import relative_importance
    from chairs.tables import CONTRACTS

    table, names = _laid_out(sources, asked, protocol)
    found = relative_importance(table, asked.outcome, names, clusters="establishment", draws=DRAWS)
    same = {"outcome": asked.outcome, "of": asked.of, "n": found.n, "clusters": found.clusters, "reason": found.reason}
    rows = [{**same, "term": ALL, "share": found.r2}]
    rows += [
        {
            **same,
            "term": one.term,
            "share": one.lmg,
            "low": one.low,
            "high": one.high,
            "johnson": one.johnson,
            "beta": one.beta,
            "alone": one.alone,
        }
        for one in found.drivers
    ]
    contract = CONTRACTS["key_drivers"]
    made = contract.conform(pd.DataFrame(rows, columns=list(contract.columns)))
    return made.sort_values(list(contract.order), kind="stable", ignore_index=True)


def _laid_out(sources: Sources, asked: Drivers, protocol: Protocol | None) -> tuple[pd.DataFrame, list[str]]:
    """Return one row an establishment and year with the score and its drivers, and the names of these."""
    scores = sources.scores
    if protocol is not None:
        kinds = sources.establishments.set_index("establishment")["kind"]
        enough = (scores["n"] >= protocol.floor) | scores["n"].isna()
        scores = scores[enough & (scores["establishment"].map(kinds) == protocol.kind)]
    wide = _wide(scores, "outcome", "score")
    if asked.of == "dimensions" or protocol is None:
        names = _dimensions(asked.outcome, [str(name) for name in wide.columns])
        return wide.reindex(columns=[asked.outcome, *names]).reset_index(), names
    names, held = list(protocol.exposures), [name for name in protocol.covariates if name not in TRAITS]
    values = sources.indicators
    later = values.assign(period=(values["period"].astype(int) + protocol.lag).astype(str))
    drivers = _wide(later[later["code"].isin(names)], "code", "value").reindex(columns=names)
    table = wide.reindex(columns=[asked.outcome]).join(drivers)
    equal = _wide(later[later["code"].isin(held)], "code", "value").reindex(columns=held)
    return _held_equal(table.join(equal.add_prefix("=")), sources, protocol), names


def _wide(table: pd.DataFrame, column: str, value: str) -> pd.DataFrame:
    laid = table.pivot_table(index=["establishment", "period"], columns=column, values=value, aggfunc="first")
    return laid.astype("float64")


def _held_equal(table: pd.DataFrame, sources: Sources, protocol: Protocol) -> pd.DataFrame:
    """Return the complete rows with what the covariates of the protocol explain taken out of score and drivers."""
    import numpy as np
    import pandas as pd

    known = table.dropna().reset_index()
    order = sources.establishments.set_index("establishment").sort_index().index
    for trait in (name for name in protocol.covariates if name in TRAITS):
        known = known[~sources.untold[trait][order.get_indexer(known["establishment"])]]
    sites = order.get_indexer(known["establishment"])
    columns = [np.ones(len(known)), *(known[name].to_numpy() for name in known.columns if name.startswith("="))]
    for trait in (name for name in protocol.covariates if name in TRAITS):
        columns += list(sources.marks[trait].to_numpy()[sites].T)
    columns += list(pd.get_dummies(known["period"], drop_first=True, dtype=float).to_numpy().T)
    x = np.column_stack(columns)
    names = [name for name in table.columns if not name.startswith("=")]
    y = known[names].to_numpy()
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0] if len(known) else y
    left[:, np.abs(left).max(axis=0, initial=0.0) <= 1e-9 * np.abs(y).max(axis=0, initial=1.0)] = 0.0
    return known[["establishment", "period"]].assign(**dict(zip(names, left.T, strict=True)))


def _dimensions(outcome: str, scored: list[str]) -> list[str]:
    """Return the other dimensions of the outcome's instrument that have scores; an overall one is left out."""
    instrument = outcome.partition("/")[0]
    left = (outcome, f"{instrument}/{ALL}")
    return sorted(name for name in scored if name.startswith(f"{instrument}/") and name not in left)
