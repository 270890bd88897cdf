"""What a patient known by the steps he went through may be doing in a model: places, and their probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chairs.twin.ahead import DEEPEST, Ahead, Spot, When, is_shown
from chairs.twin.paths import situations
from chairs.twin.steps import Delay, Seize
from chairs.twin.surviving import Surviving

BY_TIME = ("hour", "hour_of_week", "weekday")

History = tuple[tuple[str, str | None, str | None], ...]  # activity, unit and resource of each step
Asked = tuple[History, When]


@dataclass(frozen=True)
class Map(Ahead):
    """A model as a map of the steps that its event log shows (`Seize`, and `Delay` with an activity)."""

    @cached_property
    def asked(self) -> dict[str, list[str]]:
        """Steps shown under each activity."""
        found: dict[str, list[str]] = {}
        for step in self.model.steps:
            if is_shown(step):
                found.setdefault(getattr(step, "activity", None) or step.name, []).append(step.name)
        return found

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of each resource."""
        return {resource.name: resource.unit or resource.name for resource in self.model.resources}

    @cached_property
    def surviving(self) -> Surviving:
        """What is known of the durations of the model: their survival."""
        return Surviving()

    @cached_property
    def _drawn(self) -> dict[str, bool]:
        return {}

    def may_be_drawn(self, step: Delay) -> bool:
        """Say whether what is left of a stay depends on when it began, in a way that can be drawn beforehand."""
        if step.name not in self._drawn:
            plain = step.window is None and step.held is None
            known = step.lands is None or self.resting.points(step.lands) is not None
            by_time = step.lands is not None or step.duration.by in BY_TIME
            self._drawn[step.name] = plain and known and by_time
        return self._drawn[step.name]

    @cached_property
    def _fitting(self) -> dict[tuple[str, str | None, str | None], dict[str, float]]:
        return {}

    def fitting(self, activity: str, unit: str | None, resource: str | None) -> dict[str, float]:
        """Return the steps shown under an activity that take place in a unit or with a resource, or else all, each 1.0.

        Patients share few of these: they are looked for once.
        """
        asked = (activity, unit, resource)
        if asked not in self._fitting:
            known = self.asked.get(activity, [])
            self._fitting[asked] = dict.fromkeys([n for n in known if self.fits(n, unit, resource)] or known, 1.0)
        return self._fitting[asked]

    def entries(self, when: When) -> tuple[Spot, ...]:
        """Return the steps at which patients of each list of arrivals are first seen."""
        place = ("", when)
        if place not in self._cache:
            self._cache[place] = tuple(
                spot
                for source in self.model.arrivals
                for spot in self._walk(source.to, 1.0, False, (*when, DEEPEST))
                if spot.shown
            )
        return self._cache[place]

    def fits(self, name: str, unit: str | None, resource: str | None) -> bool:
        """Say whether a step takes place in a unit or with a resource: it asks for one there, or has one in hand."""
        step = self.steps[name]
        if not isinstance(step, Seize):
            return bool(self.in_hand(name, unit, resource))
        return any(self._there(option, unit, resource) for option in step.options)

    def in_hand(self, name: str, unit: str | None, resource: str | None) -> tuple[str, ...]:
        """Return what a patient holds during a delay in a unit or with a resource; nothing where that cannot be."""
        fitting = [held for held in self._held.get(name, ()) if self._there(held, unit, resource)]
        return min(fitting, key=lambda held: (len(held), held), default=())

    def _there(self, words: Iterable[str], unit: str | None, resource: str | None) -> bool:
        return any(word in (unit, resource) or self.units[word] in (unit, resource) for word in words)

    @cached_property
    def _held(self) -> dict[str, set[tuple[str, ...]]]:
        """What may be in hand at each delay that the log shows."""
        found: dict[str, set[tuple[str, ...]]] = {}
        shown = {name for name, step in self.steps.items() if isinstance(step, Delay) and is_shown(step)}
        for here in (situations(self.model) or ()) if shown else ():
            if here.step in shown:
                found.setdefault(here.step, set()).add(tuple(sorted(here.held)))
        return found


@dataclass
class Followed:
    """A map, and where the patients of the last forecast were on it: an unchanged history is replayed once."""

    map: Map
    _now: dict[Asked, Mapping[str, float]] = field(default_factory=dict, init=False)
    _former: dict[Asked, Mapping[str, float]] = field(default_factory=dict, init=False)

    def turn(self) -> None:
        """Begin another forecast: whom the last one did not ask for is forgotten."""
        self._former, self._now = self._now, {}

    def places(self, history: History, when: When) -> Mapping[str, float]:
        """Return what `follow` returns."""
        asked = (history, when)
        if asked not in self._now:
            former = self._former.get(asked)
            self._now[asked] = follow(self.map, history, when) if former is None else former
        return self._now[asked]


def follow(found: Map, history: Sequence[tuple[str, str | None, str | None]], when: When) -> Mapping[str, float]:
    """Return the steps of the model at which a patient with this history may be, with their weights (sum 1).

    Parameters
    ----------
    history
        Activity, unit and resource of the steps so far, the latest last.
    when
        Local hour and weekday, and the place of his class in the model, for routes that depend on them.

    Notes
    -----
    The history is replayed on the map. In a calibrated model the next state follows from the state and the next
    step alone, so that a replay finds it; where the model does not know a turn, the replay starts again from all
    states of the step. Nothing when the model knows no such step.
    """
    places: dict[str, float] = {}
    for number, (activity, unit, resource) in enumerate(history):
        fitting = found.fitting(activity, unit, resource)
        if not fitting:
            continue
        ahead: dict[str, float] = {}
        spots = found.entries(when) if number == 0 else (
            Spot(spot.step, weight * spot.weight, spot.released, spot.shown)
            for name, weight in places.items() for spot in found.ahead(name, when) if spot.shown
        )  # fmt: skip
        for spot in spots:
            if spot.step in fitting:
                ahead[spot.step] = ahead.get(spot.step, 0.0) + spot.weight
        places = ahead or fitting
        total = sum(places.values())
        places = {name: weight / total for name, weight in places.items()}
    return places
