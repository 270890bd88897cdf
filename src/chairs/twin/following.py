"""What a patient known by the steps he went through may be doing in a model: places, and their probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chairs.twin.model import Model
from chairs.twin.resting import Resting
from chairs.twin.steps import Delay, Leave, Release, Route, Seize, Step
from chairs.twin.surviving import Surviving

DEEPEST = 60  # steps between two that the event log shows
RAREST = 1e-9
BY_TIME = ("hour", "hour_of_week", "weekday")

History = tuple[tuple[str, str | None, str | None], ...]  # activity, unit and resource of each step
Asked = tuple[History, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Spot:
    """A step that lies ahead of another, the probability of the way to it, and whether resources were given back."""

    step: str
    weight: float
    released: bool
    shown: bool  # a step that the event log shows, at which the way ends


@dataclass(frozen=True)
class Map:
    """A model as a map of the steps that its event log shows (`Seize`, and `Delay` with an activity)."""

    model: Model

    @cached_property
    def steps(self) -> dict[str, Step]:
        """Steps by name."""
        return {step.name: step for step in self.model.steps}

    @cached_property
    def after(self) -> dict[str, str | None]:
        """Step that follows each step."""
        names = [*(step.name for step in self.model.steps), None]
        return {step.name: step.next or names[row + 1] for row, step in enumerate(self.model.steps)}

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
    def _cache(self) -> dict[tuple[str, int, int], tuple[Spot, ...]]:
        return {}

    @cached_property
    def _clocks(self) -> dict[str, tuple[bool, bool]]:
        return {}

    def _clocked(self, name: str) -> tuple[bool, bool]:
        """Say whether a route ahead of a step depends on the hour, and whether one depends on the weekday."""
        if name not in self._clocks:
            seen, by, work = set(), set(), [self.after[name]]
            while work:
                here = work.pop()
                if here is None or here in seen or is_shown(self.steps[here]):
                    continue
                seen.add(here)
                step = self.steps[here]
                if isinstance(step, Route):
                    by.add(step.by)
                    work.extend(step.to)
                elif not isinstance(step, Leave):
                    work.append(self.after[here])
            self._clocks[name] = bool(by & {"hour", "hour_of_week"}), bool(by & {"weekday", "hour_of_week"})
        return self._clocks[name]

    @cached_property
    def _delays(self) -> dict[tuple[str, tuple[int, int], bool], tuple[Spot, ...]]:
        return {}

    @cached_property
    def surviving(self) -> Surviving:
        """What is known of the durations of the model: their survival."""
        return Surviving()

    @cached_property
    def resting(self) -> Resting:
        """What is known of the durations of the model: the values of the discrete ones."""
        return Resting()

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

    def ahead(self, name: str, hour: int, weekday: int) -> tuple[Spot, ...]:
        """Return what lies ahead of a step, up to the next steps that the log shows; routes as at a local hour."""
        by_hour, by_weekday = self._clocked(name)
        place = (name, hour * by_hour, weekday * by_weekday)
        if place not in self._cache:
            self._cache[place] = tuple(self._walk(self.after[name], 1.0, False, (hour, weekday, DEEPEST)))
        return self._cache[place]

    def delays(self, name: str, when: tuple[int, int], over: bool) -> tuple[Spot, ...]:
        """Return the delays not shown before the next shown steps: those after the resources were given back, if over.

        Where there are none such, the others.
        """
        place = (name, when, over)
        if place not in self._delays:
            delays = tuple(spot for spot in self.ahead(name, *when) if not spot.shown)
            self._delays[place] = tuple(spot for spot in delays if spot.released == over) or delays
        return self._delays[place]

    def entries(self, hour: int, weekday: int) -> tuple[Spot, ...]:
        """Return the steps at which patients of each list of arrivals are first seen."""
        place = ("", hour, weekday)
        if place not in self._cache:
            self._cache[place] = tuple(
                spot
                for source in self.model.arrivals
                for spot in self._walk(source.to, 1.0, False, (hour, weekday, DEEPEST))
                if spot.shown
            )
        return self._cache[place]

    def _walk(self, name: str | None, weight: float, released: bool, when: tuple[int, int, int]) -> Iterator[Spot]:
        if name is None or weight < RAREST or when[2] == 0:
            return
        step = self.steps[name]
        deeper = (*when[:2], when[2] - 1)
        if is_shown(step):
            yield Spot(name, weight, released, True)
        elif isinstance(step, Route):
            for to, share in zip(step.to, step.probabilities[self._line(step, when)], strict=True):
                yield from self._walk(to, weight * share, released, deeper)
        elif not isinstance(step, Leave):
            if isinstance(step, Delay):
                yield Spot(name, weight, released, False)
            yield from self._walk(self.after[name], weight, released or isinstance(step, Release), deeper)

    def _line(self, step: Route, when: tuple[int, int, int]) -> int:
        lines = {"hour": when[0], "hour_of_week": 24 * when[1] + when[0], "weekday": when[1]}
        return min(lines.get(step.by, 0), len(step.probabilities) - 1)

    def fits(self, name: str, unit: str | None, resource: str | None) -> bool:
        """Say whether a step takes place in a unit or with a resource."""
        step = self.steps[name]
        if not isinstance(step, Seize):
            return False
        return any(word in (unit, resource, None) or self.units[word] in (unit, resource) for option in step.options
                   for word in option)  # fmt: skip


@dataclass
class Followed:
    """A map, and where the patients of the last forecast were on it: an unchanged history is replayed once."""

    map: Map
    _now: dict[Asked, Mapping[str, float]] = field(default_factory=dict, init=False)
    _former: dict[Asked, Mapping[str, float]] = field(default_factory=dict, init=False)

    def turn(self) -> None:
        """Begin another forecast: whom the last one did not ask for is forgotten."""
        self._former, self._now = self._now, {}

    def places(self, history: History, when: tuple[int, int]) -> Mapping[str, float]:
        """Return what `follow` returns."""
        asked = (history, when)
        if asked not in self._now:
            former = self._former.get(asked)
            self._now[asked] = follow(self.map, history, when) if former is None else former
        return self._now[asked]


def is_shown(step: Step) -> bool:
    """Say whether the event log has a line for a step."""
    return isinstance(step, Seize) or (isinstance(step, Delay) and step.activity is not None)


def follow(
    found: Map, history: Sequence[tuple[str, str | None, str | None]], when: tuple[int, int]
) -> Mapping[str, float]:
    """Return the steps of the model at which a patient with this history may be, with their weights (sum 1).

    Parameters
    ----------
    history
        Activity, unit and resource of the steps so far, the latest last.
    when
        Local hour and weekday for routes that depend on them.

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
        spots = found.entries(*when) if number == 0 else (
            Spot(spot.step, weight * spot.weight, spot.released, spot.shown)
            for name, weight in places.items() for spot in found.ahead(name, *when) if spot.shown
        )  # fmt: skip
        for spot in spots:
            if spot.step in fitting:
                ahead[spot.step] = ahead.get(spot.step, 0.0) + spot.weight
        places = ahead or fitting
        total = sum(places.values())
        places = {name: weight / total for name, weight in places.items()}
    return places
