"""What is known of each patient's own chance of admission, weighed into where the twin takes him."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

import numpy as np

from chairs.twin.ahead import is_shown
from chairs.twin.engine import layout as code
from chairs.twin.following import Map
from chairs.twin.given import Given, Own, with_given
from chairs.twin.steps import Leave, Route

if TYPE_CHECKING:
    from chairs.twin.chances import Chance
    from chairs.twin.simulate import Simulation
    from chairs.twin.starting import Starter
    from chairs.twin.state import Present
    from chairs.twin.steps import Step
    from chairs.twin.whereabouts import Person

SAME = 1e-9  # probabilities that differ by less are the same: nothing is weighed
CERTAIN = 1e-6  # a model that is so sure is not contradicted


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """By case the probability of coming to one of the activities `to` (`chairs.twin.admissions.leaning`)."""

    to: tuple[str, ...]
    chance: Mapping[str, float]


def leaned(
    begun: tuple[Starter, Simulation],
    people: Sequence[Person],
    leaning: Leaning,
    at: dt.datetime,
    found: Map,
) -> tuple[Starter, Simulation]:
    """Return where those present may be, and the run, once each one's own chance counts.

    Parameters
    ----------
    begun
        Where they may be and the run by the model alone.
    people, at, found
        Who is present, that moment, and the map of the model.

    Notes
    -----
    Let the model give a patient, where he is now, the probability H of coming to one of the activities, and let his
    own be p. A way on of probability w, from whose end the model gives the probability h, then has the weight
    w (h p / H + (1 - h) (1 - p) / (1 - H)): Bayes' rule with prior odds H / (1 - H) made p / (1 - p). So each route
    keeps its own odds among the ways that lead there and among those that do not, the factor is the same at each
    route on his way (Doob's transform of the chain), and he comes there with probability p. Where p = H nothing
    changes to the byte; where the model is sure (H is 0 or 1) it is not contradicted. Routes that depend on the hour
    count as at the hour of the update; those by visit or queue as their mean. Whoever has asked for one of the
    activities goes on from there as everybody: his own chance says nothing of what follows.
    """
    starter, run = begun
    clock = at.astimezone(ZoneInfo(found.model.timezone))
    ways = _Ways(found, frozenset(leaning.to), (clock.hour, clock.weekday()))
    chances, factors = list(starter.chances), {}
    for number, person in enumerate(people):
        own = leaning.chance.get(person.case)
        if own is None or any(activity in leaning.to for activity, _, _ in person.history):
            continue
        reach = ways.reach(starter.people[number])
        factor = _factor(chances[number], reach, own)
        if factor is not None:
            chances[number] = tuple(_weighed(chances[number], reach, factor))
            factors[number] = factor
    if not factors:
        return begun
    known = ways.given(starter.people, factors)
    program = dataclasses.replace(run.program, rows=ways.deciding(run.program.rows))
    changed = dataclasses.replace(run, program=with_given(program, known, len(people), source="state"))
    return dataclasses.replace(starter, chances=tuple(chances)), changed


def _factor(chances: Sequence[Chance], reach: Mapping[str, float], own: float) -> tuple[float, float] | None:
    """Return by how much the ways there and the others count more than in the model; None: nothing changes."""
    whole = sum(chance.weight for chance in chances)
    model = sum(chance.weight * reach[chance.step] for chance in chances) / whole
    if abs(own - model) < SAME or not CERTAIN < model < 1 - CERTAIN:
        return None
    return own / model, (1 - own) / (1 - model)


def _weighed(chances: Iterable[Chance], reach: Mapping[str, float], factor: tuple[float, float]) -> Iterable[Chance]:
    for chance in chances:
        share = reach[chance.step]
        weight = chance.weight * (share * factor[0] + (1 - share) * factor[1])
        if weight > 0:
            yield dataclasses.replace(chance, weight=weight)


@dataclass(frozen=True)
class _Ways:
    """A map, the activities to come to, and the local hour and weekday."""

    found: Map
    to: frozenset[str]
    when: tuple[int, int]

    @cached_property
    def _known(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], Mapping[str, float]]:
        return {}

    def reach(self, person: Present) -> Mapping[str, float]:
        """Return the probability of coming to one of the activities, from each step, for somebody like him."""
        key = (person.patient_class, tuple(sorted(person.attributes.items())))
        if key not in self._known:
            self._known[key] = self._reach(person)
        return self._known[key]

    def _reach(self, person: Present) -> Mapping[str, float]:
        from scipy.sparse import coo_array, eye_array
        from scipy.sparse.linalg import spsolve

        names = {name: place for place, name in enumerate(self.found.steps)}
        ends = np.zeros(len(names))
        edges: list[tuple[int, int, float]] = []
        for name, place in names.items():
            if self._there(self.found.steps[name]):
                ends[place] = 1.0
                continue
            edges += [(place, names[other], share) for other, share in self._next(name, person)]
        rows, columns, shares = (np.array(part) for part in zip(*edges, strict=True))
        # a hair below one: two steps that only lead to each other never get there
        chain = coo_array((shares * (1 - 1e-12), (rows, columns)), shape=(len(names), len(names)))
        solved = spsolve((eye_array(len(names)) - chain).tocsc(), ends)
        return dict(zip(names, np.clip(solved, 0.0, 1.0).tolist(), strict=True))

    def deciding(self, rows: np.ndarray) -> np.ndarray:
        """Return the rows of the model's steps, those marked at which one of the activities is asked for."""
        marked = rows.copy()
        marked[:, code.R_DECIDES] = [self._there(step) for step in self.found.model.steps]
        return marked

    def _there(self, step: Step) -> bool:
        return is_shown(step) and (getattr(step, "activity", None) or step.name) in self.to

    def _next(self, name: str, person: Present) -> list[tuple[str, float]]:
        step = self.found.steps[name]
        if isinstance(step, Leave):
            return []
        if isinstance(step, Route):
            return list(zip(step.to, self._shares(step, person).tolist(), strict=True))
        after = self.found.after[name]
        return [] if after is None else [(after, 1.0)]

    def _shares(self, step: Route, person: Present) -> np.ndarray:
        """Return the probabilities of a route for somebody like him, now."""
        lines = np.array(step.probabilities)
        line = self._line(step, person)
        return cast("np.ndarray", lines.mean(axis=0) if line is None else lines[min(line, len(lines) - 1)])

    def _line(self, step: Route, person: Present) -> int | None:
        """Return the line of a route's table that counts for him; None where that is not known beforehand."""
        kind, _, name = step.by.partition(":")
        hour, weekday = self.when
        if kind == "class":
            return self.found.model.classes.index(person.patient_class)
        if kind == "attribute":
            levels = next(label.levels for label in self.found.model.attributes if label.name == name)
            return levels.index(person.attributes.get(name, levels[0]))
        return {"all": 0, "hour": hour, "weekday": weekday, "hour_of_week": 24 * weekday + hour}.get(kind)

    def given(self, people: Sequence[Present], factors: Mapping[int, tuple[float, float]]) -> Given:
        """Return the probabilities that each patient has at each route where his own chance counts."""
        who = np.array(sorted(factors))
        many = np.array([factors[number] for number in who])
        reach = [self.reach(people[number]) for number in who]
        found: dict[str, Own] = {}
        for step in self.found.model.steps:
            if not isinstance(step, Route):
                continue
            shares = np.array([self._shares(step, people[number]) for number in who])
            ends = np.array([[one[name] for name in step.to] for one in reach])
            if np.ptp(np.where(shares > 0, ends, ends.max(axis=1, keepdims=True)), axis=1).max() < SAME:
                continue
            weight = shares * (ends * many[:, :1] + (1 - ends) * many[:, 1:])
            sums = weight.sum(axis=1, keepdims=True)
            own = np.where(sums > 0, weight / np.where(sums > 0, sums, 1.0), shares)
            found[step.name] = Own(who, own, every=True)
        return found


__all__ = ["Leaning", "leaned"]
