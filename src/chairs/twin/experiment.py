"""What a scenario changes: pairs of runs that share their random numbers, until the effect is known well enough."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from chairs.core.errors import Text
from chairs.twin.measures import Measures
from chairs.twin.model import Model
from chairs.twin.scenario import Scenario
from chairs.twin.simulate import simulate
from chairs.twin.spread import Spread, half_width, pooled

if TYPE_CHECKING:
    from concurrent.futures import Executor

Read = Callable[[Measures], Mapping[str, np.ndarray]]

TOO_FEW = Text(
    fr="Moins de deux répliques ont une valeur : aucun intervalle.",
    en="Fewer than two replications have a value: no interval.",
)
IMPRECISE = Text(
    fr="La précision demandée n'est pas atteinte avec le nombre de répliques permis.",
    en="The precision asked for is not reached with the replications allowed.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How a scenario is tried.

    Parameters
    ----------
    days, warm_up_days
        Length counted in each replication, and run before it.
    first
        First day counted ("2024-01-01", from local midnight); None: a run without seasons and holidays.
    pilot, most
        Pairs run first, and at most.
    threads
        Threads of this process; they change the time it takes, not the result.
    precision
        Half-width of the 95 % interval asked for, by measure; measures not named do not decide.
    """

    days: float = 364.0
    warm_up_days: float = 28.0
    first: str | None = None
    pilot: int = 3
    most: int = 12
    seed: int = 1
    threads: int = 1
    precision: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The effect on one measure: mean difference, interval at 95 %, its two uncertainties, pairs of runs."""

    scenario: str
    measure: str
    before: float
    mean: float
    low: float
    high: float
    se: float
    input_se: float
    replications: int
    status: str
    reason: Text | None = None


class Bench:
    """Runs of one model and its scenarios, batch by batch; each is done once, whatever it is compared with."""

    def __init__(self, model: Model, design: Design, read: Read, executor: Executor | None = None) -> None:
        self.model, self.design, self.read, self.executor = model, design, read, executor
        self.zone = ZoneInfo(model.timezone)
        self._done: dict[tuple[int, int], list[tuple[Scenario | None, Mapping[str, np.ndarray]]]] = {}

    def values(self, scenario: Scenario | None, first: int, number: int) -> Mapping[str, np.ndarray]:
        """Return the measures of `number` replications from the batch that begins at pair `first`."""
        done = self._done.setdefault((first, number), [])
        for one, values in done:
            if one == scenario:
                return values
        design, day = self.design, 24 * self.model.hour
        begins = None if design.first is None else dt.datetime.fromisoformat(design.first)
        run = simulate(
            self.model,
            start=begins and (begins - dt.timedelta(days=design.warm_up_days)).replace(tzinfo=self.zone),
            horizon=(design.days + design.warm_up_days) * day,
            warm_up=design.warm_up_days * day,
            replications=number,
            seed=design.seed + 1_000_003 * first,
            scenario=scenario,
            threads=design.threads,
            executor=self.executor,
        )
        found = self.read(run.measures)
        done.append((scenario, found))
        return found

    def effects(self, scenario: Scenario, known: Mapping[str, Spread] | None = None) -> tuple[Effect, ...]:
        """Return the effect of a scenario on each measure.

        Parameters
        ----------
        known
            What the log's being one sample adds to the error of each effect (`chairs.twin.spread`); without it
            `input_se` is NaN, and the interval holds the noise of the simulation alone.

        Notes
        -----
        Replication r of the model and of the scenario share their random numbers by patient, step and visit (common
        random numbers: Law, *Simulation Modeling and Analysis*, 2015, section 11.2). The number of pairs is chosen in
        two stages: a pilot gives the variance of the differences, from which the pairs that reach the precision
        follow (paired-t, ibid. section 9.4.1). The samples of the log tell of this variance too: `se` is from both
        (`chairs.twin.spread.pooled`). Interval: the half-widths that each error alone would give, added in squares
        (`chairs.twin.spread.half_width`).
        A scenario that changes nothing gives exactly 0.
        """
        design, plain, changed = self.design, [], []
        first, number = 0, design.pilot
        while number > 0:
            plain.append(self.values(None, first, number))
            changed.append(self.values(scenario, first, number))
            first += number
            number = self._missing(plain, changed, first) if first == design.pilot else 0
        return tuple(
            self.effect(scenario.name, name, (_joined(plain, name), _joined(changed, name)), (known or {}).get(name))
            for name in plain[0]
        )

    def _missing(self, plain: list[Mapping[str, np.ndarray]], changed: list[Mapping[str, np.ndarray]], n: int) -> int:
        needed = n
        for name, half in self.design.precision.items():
            spread = float((_joined(changed, name) - _joined(plain, name)).std(ddof=1))
            while needed < self.design.most and half_width(spread / needed**0.5, needed - 1, None) > half:
                needed += 1
        return needed - n

    def effect(
        self, scenario: str, name: str, runs: tuple[np.ndarray, np.ndarray], known: Spread | None = None
    ) -> Effect:
        """Return the effect on one measure from the paired values without and with the change."""
        both = np.isfinite(runs[0]) & np.isfinite(runs[1])
        difference, n = (runs[1] - runs[0])[both], int(both.sum())
        blank = Effect(
            scenario=scenario, measure=name, before=np.nan, mean=np.nan, low=np.nan, high=np.nan, se=np.nan,
            input_se=np.nan if known is None else known.se, replications=n, status="not_valid", reason=TOO_FEW,
        )  # fmt: skip
        if n < 2:
            return blank
        mean = float(difference.mean())
        se, freedom = pooled(float(difference.std(ddof=1) / n**0.5), n, known)
        half = half_width(se, freedom, known)
        reached = half_width(se, freedom, None) <= self.design.precision.get(name, np.inf)
        return replace(
            blank, before=float(runs[0][both].mean()), mean=mean, low=mean - half, high=mean + half, se=se,
            status="estimated" if reached else "imprecise", reason=None if reached else IMPRECISE,
        )  # fmt: skip


def _joined(batches: list[Mapping[str, np.ndarray]], name: str) -> np.ndarray:
    return np.concatenate([batch[name] for batch in batches])


def decompose(bench: Bench, levers: Mapping[str, Scenario], together: Scenario) -> Mapping[str, tuple[Effect, ...]]:
    """Return the effect of each lever alone, of all together, and what the whole has beyond the sum of its parts.

    Notes
    -----
    The last entry, `interaction`, is the difference of all together less the sum of the levers, replication by
    replication over the pilot's pairs, so that common noise cancels there too.
    """
    alone = {name: bench.effects(one) for name, one in levers.items()}
    n = bench.design.pilot
    plain, whole = bench.values(None, 0, n), bench.values(together, 0, n)
    parts = [bench.values(one, 0, n) for one in levers.values()]
    rest = []
    for name in plain:
        sum_of_parts = np.sum([part[name] - plain[name] for part in parts], axis=0)
        rest.append(bench.effect("interaction", name, (plain[name] + sum_of_parts, whole[name])))
    return {**alone, "together": bench.effects(together), "interaction": tuple(rest)}
