"""The specification curve: the same claim under every defensible choice, and a joint test of all of them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.core.streams import stream
from chairs.linking.cells import Sources, cells, covariates_of
from chairs.linking.ladder import primary
from chairs.linking.protocol import Protocol
from chairs.linking.shuffles import laid_out, median_slope, shuffled
from chairs.stats.estimate import Estimate, shown

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

TRIMMED = 0.01  # share of each end of exposure and outcome that the choice "without extremes" leaves out
SHUFFLES = 199
SAME = 1e-9  # of a median, by which two of them differ for rounding alone


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

    `p` is the share of shuffles whose median estimate is as far from the mean of all medians, the observed one among
    them, as that one; None when no specification could be estimated.
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
    What the covariates tell of an exposure stays where it is, whether they are held equal or not (`shuffles.laid_out`):
    the test asks for a link beside them. An unadjusted slope that they explain is then in every shuffle too, which is
    why medians are compared with their mean and not with zero; and adjusted or not, the rows are the same. Every choice
    keeps the declared estimand: one that leaves a single year says nothing of a change and is left out.
    """
    chosen = specifications(protocol)
    tables = {one: _table(sources, protocol, exposure, outcome, one) for one in chosen}
    usable = {one: table for one, table in tables.items() if table["establishment"].nunique() >= 3}
    found = {one: _estimate(table, protocol, one) for one, table in usable.items()}
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
    arrays = [laid_out(usable[one], names, protocol, one.adjusted) for one, _ in points]
    medians = np.array([median_slope(arrays), *shuffled(arrays, seeds, executor)])
    away = np.abs(medians - medians.mean())
    return Curve(
        exposure=exposure,
        outcome=outcome,
        points=points,
        median=median,
        same_sign=float(np.mean(np.sign(values) == np.sign(median))),
        significant=float(np.mean([(est.p or 1) < 0.05 for _, est in points])),
        p=float((away >= away[0] - SAME * np.abs(medians).max()).mean()),
    )


def _estimate(table: pd.DataFrame, protocol: Protocol, choice: Specification) -> Estimate:
    kept = table if choice.adjusted else table.drop(columns=covariates_of(table))
    return primary(kept, protocol.estimand, protocol.model)


def _table(sources: Sources, protocol: Protocol, exposure: str, outcome: str, choice: Specification) -> pd.DataFrame:
    asked = replace(protocol, floor=choice.floor)
    table = cells(sources, asked, exposure, outcome, choice.lag)
    if choice.extremes or table.empty:
        return table
    kept = [table[name].between(*table[name].quantile([TRIMMED, 1 - TRIMMED])) for name in ("exposure", "outcome")]
    return table[kept[0] & kept[1]].reset_index(drop=True)
