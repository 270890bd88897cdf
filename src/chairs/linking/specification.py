"""The specification curve: the same claim under every defensible choice, and a joint test of all of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.core.streams import stream
from chairs.linking.cells import Sources, cells, covariates_of
from chairs.linking.ladder import primary, several_years
from chairs.linking.protocol import Protocol
from chairs.stats.estimate import Estimate, shown

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    import pandas as pd

TRIMMED = 0.01  # share of each end of exposure and outcome that the choice "without extremes" leaves out
SHUFFLES = 199
TOGETHER = 25  # shuffles handed to a worker at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One set of choices: lag in years, covariates held equal or not, fewest answers, extremes kept or not."""

    lag: int
    adjusted: bool
    floor: int
    extremes: bool

    def say(self, lang: Language = "fr") -> str:
        """Return the choices in words."""
        if lang == "fr":
            held = "ajusté" if self.adjusted else "sans ajustement"
            ends = "" if self.extremes else ", extrêmes ôtés"
            return f"décalage {self.lag} an, {held}, au moins {self.floor} réponses{ends}"
        held = "adjusted" if self.adjusted else "unadjusted"
        ends = "" if self.extremes else ", extremes left out"
        return f"lag {self.lag} year, {held}, at least {self.floor} answers{ends}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """All estimates of one pair, by specification, smallest first; and the joint test.

    `p` is the share of shuffled exposures whose median estimate is as far from zero as the observed one; None when no
    specification could be estimated.
    """

    exposure: str
    outcome: str
    points: tuple[tuple[Specification, Estimate], ...]
    median: float | None
    same_sign: float | None
    significant: float | None
    p: float | None

    def rank_of(self, specification: Specification) -> int | None:
        """Return the place of a specification on the curve (1: smallest), None when it was not estimable."""
        for place, (one, _) in enumerate(self.points, start=1):
            if one == specification:
                return place
        return None

    def say(self, lang: Language = "fr") -> str:
        """Return the curve in one sentence."""
        count = len(self.points)
        if self.median is None or self.same_sign is None or self.significant is None:
            return "aucun choix estimable" if lang == "fr" else "no choice can be estimated"
        median, p = shown(self.median, lang), shown(self.p or 0.0, lang, ".3f")
        if lang == "fr":
            return (
                f"{count} choix défendables : médiane {median}, {100 * self.same_sign:.0f} % du même signe, "
                f"{100 * self.significant:.0f} % significatifs, test conjoint p {p}"
            )
        return (
            f"{count} defensible choices: median {median}, {self.same_sign:.0%} of the same sign, "
            f"{self.significant:.0%} significant, joint test p {p}"
        )


def specifications(protocol: Protocol) -> tuple[Specification, ...]:
    """Return every combination of the declared lags, adjustment, floor (declared and half of it) and extremes."""
    lags = (protocol.lag, *(lag for lag in protocol.other_lags if lag != protocol.lag))
    floors = tuple(dict.fromkeys((protocol.floor, max(protocol.floor // 2, 1))))
    held = (True, False) if protocol.covariates else (False,)
    choices = itertools.product(lags, held, floors, (True, False))
    return tuple(Specification(lag=a, adjusted=b, floor=c, extremes=d) for a, b, c, d in choices)


def curve(sources: Sources, protocol: Protocol, exposure: str, outcome: str, executor: Executor | None = None) -> Curve:
    """Return the specification curve of one pair with its joint permutation test.

    Parameters
    ----------
    executor
        Where the shuffles are computed; None: here. The result is the same.

    Notes
    -----
    Simonsohn, Simmons & Nelson 2020, *Nature Human Behaviour* 4:1208-1214. Under no link, an establishment's whole
    series of exposures could belong to any other establishment: series are exchanged between establishments with the
    same years, all specifications are estimated again, and the medians are compared. 199 shuffles give p from 0.005.
    """
    chosen = specifications(protocol)
    tables = {one: _table(sources, protocol, exposure, outcome, one) for one in chosen}
    usable = {one: table for one, table in tables.items() if table["establishment"].nunique() >= 3}
    found = {one: _estimate(table) for one, table in usable.items()}
    known = {one: est for one, est in found.items() if est.estimate is not None and est.p is not None}
    points = tuple(sorted(known.items(), key=lambda item: (item[1].estimate, repr(item[0]))))
    if not points:
        nothing = {"median": None, "same_sign": None, "significant": None, "p": None}
        return Curve(exposure=exposure, outcome=outcome, points=(), **nothing)
    import numpy as np

    values = np.array([est.estimate for _, est in points], dtype=float)
    median = float(np.median(values))
    names = sorted({name for one, _ in points for name in usable[one]["establishment"]})
    seeds = [stream(protocol.seed, "curve", exposure, outcome, str(i)) for i in range(SHUFFLES)]
    arrays = [_arrays(usable[one], names) for one, _ in points]
    medians = np.array(list(_shuffled(arrays, seeds, executor)))
    return Curve(
        exposure=exposure,
        outcome=outcome,
        points=points,
        median=median,
        same_sign=float(np.mean(np.sign(values) == np.sign(median))),
        significant=float(np.mean([(est.p or 1) < 0.05 for _, est in points])),
        p=float((1 + (np.abs(medians) >= abs(median)).sum()) / (SHUFFLES + 1)),
    )


def _table(sources: Sources, protocol: Protocol, exposure: str, outcome: str, choice: Specification) -> pd.DataFrame:
    asked = replace(protocol, floor=choice.floor, covariates=protocol.covariates if choice.adjusted else ())
    table = cells(sources, asked, exposure, outcome, choice.lag)
    if choice.extremes or table.empty:
        return table
    kept = [table[name].between(*table[name].quantile([TRIMMED, 1 - TRIMMED])) for name in ("exposure", "outcome")]
    return table[kept[0] & kept[1]].reset_index(drop=True)


def _estimate(table: pd.DataFrame) -> Estimate:
    return primary(table, "within") if several_years(table) else primary(table, "between")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrays:
    """A table as numbers.

    `site` by row; by site `name` (its place in the list of all establishments) and `slot` (which years it has): tables
    with the same `layout` have the same rows, whose exposures are exchanged alike. `basis` spans covariates, years and
    establishments; `outcome` is what these leave of it.
    """

    site: np.ndarray
    name: np.ndarray
    slot: np.ndarray
    layout: bytes
    exposure: np.ndarray
    outcome: np.ndarray
    basis: np.ndarray


def _arrays(table: pd.DataFrame, names: Sequence[str]) -> _Arrays:
    import numpy as np
    import pandas as pd

    table = table.sort_values(["establishment", "year"])
    own, site = np.unique(table["establishment"].to_numpy(dtype=str), return_inverse=True)
    years = pd.get_dummies(table["year"], dtype=float, drop_first=True).to_numpy()
    more = table[covariates_of(table)].to_numpy(float)
    if several_years(table):
        design = _centred(np.column_stack([years, more]), site)
    else:
        design = np.column_stack([np.ones(len(table)), more])
    basis = np.linalg.qr(design)[0] if design.size else np.zeros((len(table), 0))
    outcome = _left(table["outcome"].to_numpy(float), site, basis)
    bit = 2.0 ** table["year"].astype("category").cat.codes
    pattern = bit.groupby(table["establishment"]).sum()
    name = np.searchsorted(np.asarray(names), own)
    slot = np.unique(pattern.loc[own].to_numpy(), return_inverse=True)[1]
    return _Arrays(
        site=site,
        name=name,
        slot=slot,
        layout=b"/".join(one.tobytes() for one in (site, name, slot)),
        exposure=table["exposure"].to_numpy(float),
        outcome=outcome,
        basis=basis,
    )


def _centred(columns: np.ndarray, site: np.ndarray) -> np.ndarray:
    import numpy as np

    count = np.bincount(site).astype(float)
    means = np.stack([np.bincount(site, column) / count for column in columns.T], axis=1) if columns.size else columns
    return columns - means[site] if columns.size else columns


def _shuffled(
    arrays: Sequence[_Arrays], seeds: Sequence[np.random.Generator], executor: Executor | None
) -> Iterator[float]:
    """Give the median slope of each shuffle; a worker receives the arrays once for many shuffles."""
    mapper = map if executor is None else executor.map
    parts = [seeds[begin : begin + TOGETHER] for begin in range(0, len(seeds), TOGETHER)]
    for medians in mapper(_shuffled_medians, [arrays] * len(parts), parts):
        yield from medians


def _shuffled_medians(arrays: Sequence[_Arrays], seeds: Sequence[np.random.Generator]) -> list[float]:
    return [_shuffled_median(arrays, rng) for rng in seeds]


def _shuffled_median(arrays: Sequence[_Arrays], rng: np.random.Generator) -> float:
    """Return the median slope when one and the same exchange of exposures is made in every specification."""
    import numpy as np

    given_by = rng.permutation(1 + max(int(one.name.max()) for one in arrays))
    rows = {one.layout: one for one in arrays}
    received = {layout: _received(one, given_by) for layout, one in rows.items()}
    return float(np.median([_slope(one, one.exposure[received[one.layout]]) for one in arrays]))


def _received(one: _Arrays, given_by: np.ndarray) -> np.ndarray:
    """Return for each row the row of the establishment with the same years from which it receives its exposure."""
    import numpy as np

    starts = np.searchsorted(one.site, np.arange(len(one.name) + 1))
    rows = np.empty(len(one.site), dtype=int)
    for slot in range(int(one.slot.max()) + 1):
        places = np.flatnonzero(one.slot == slot)
        years = np.arange(starts[places[0] + 1] - starts[places[0]])
        sources = places[_givers(one.name[places], given_by)]
        rows[starts[places][:, None] + years] = starts[sources][:, None] + years
    return rows


def _slope(one: _Arrays, exposure: np.ndarray) -> float:
    x = _left(exposure, one.site, one.basis)
    size = float(x @ x)
    return float(x @ one.outcome) / size if size > 0 else 0.0


def _left(values: np.ndarray, site: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return what establishments (or the mean, where each stands once) and then `basis` leave of `values`."""
    single = site[-1] + 1 == len(site)
    values = values - values.mean() if single else _centred(values[:, None], site)[:, 0]
    left: np.ndarray = values - basis @ (basis.T @ values)
    return left


def _givers(names: np.ndarray, given_by: np.ndarray) -> np.ndarray:
    """Return for each of `names` (sorted) the place among them of the one that gives to it.

    `given_by` says who gives to whom among all establishments; a giver that is not among `names` passes the request on
    to its own giver.
    """
    import numpy as np

    here = np.full(len(given_by), -1)
    here[names] = np.arange(len(names))
    giver = given_by[names]
    away = np.flatnonzero(here[giver] < 0)
    while len(away):
        giver[away] = given_by[giver[away]]
        away = away[here[giver[away]] < 0]
    places: np.ndarray = here[giver]
    return places
