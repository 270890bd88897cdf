"""What lies ahead of a step of a model: delays, then the next steps that the event log shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from chairs.twin.model import Model
from chairs.twin.resting import DAY, Resting
from chairs.twin.steps import Delay, Leave, Release, Route, Seize, Step

DEEPEST = 60  # steps between two that the event log shows
RAREST = 1e-9

When = tuple[int, int, int]  # local hour and weekday, and the place of the patient's class in the model


@dataclass(frozen=True, slots=True)
class Spot:
    """A step that lies ahead of another, the probability of the way to it, and whether resources were given back."""

    step: str
    weight: float
    released: bool
    shown: bool  # a step that the event log shows, at which the way ends


def is_shown(step: Step) -> bool:
    """Say whether the event log has a line for a step."""
    return isinstance(step, Seize) or (isinstance(step, Delay) and step.activity is not None)


@dataclass(frozen=True)
class Ahead:
    """The ways of a model, each from one step that its event log shows to the next."""

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
    def _cache(self) -> dict[tuple[str, When], tuple[Spot, ...]]:
        return {}

    @cached_property
    def _matters(self) -> dict[str, tuple[bool, bool, bool]]:
        return {}

    def _asking(self, name: str, when: When) -> When:
        """Return the hour, weekday and class on which a route ahead of a step depends, 0 for those that none does."""
        if name not in self._matters:
            ways = (self.steps[one] for one in self._reached(name, lambda _: True))
            by = {step.by for step in ways if isinstance(step, Route)}
            self._matters[name] = (
                bool(by & {"hour", "hour_of_week"}),
                bool(by & {"weekday", "hour_of_week"}),
                "class" in by,
            )
        by_hour, by_weekday, by_class = self._matters[name]
        return when[0] * by_hour, when[1] * by_weekday, when[2] * by_class

    @cached_property
    def _delays(self) -> dict[tuple[str, When, bool], tuple[Spot, ...]]:
        return {}

    @cached_property
    def _next(self) -> dict[tuple[str, When, bool], tuple[Spot, ...]]:
        return {}

    @cached_property
    def _tails(self) -> dict[tuple[str, bool], float]:
        return {}

    @cached_property
    def resting(self) -> Resting:
        """What is known of the durations of the model: the values of the discrete ones."""
        return Resting()

    def ahead(self, name: str, when: When) -> tuple[Spot, ...]:
        """Return what lies ahead of a step, up to the next steps that the log shows; routes as at a local hour."""
        place = (name, self._asking(name, when))
        if place not in self._cache:
            self._cache[place] = tuple(self._walk(self.after[name], 1.0, False, (*place[1], DEEPEST)))
        return self._cache[place]

    def first_delays(self, name: str, when: When, over: bool) -> tuple[Spot, ...]:
        """Return the first delay not shown on each way from a step: after the resources were given back, if over.

        Where there are none such, the others.
        """
        place = (name, self._asking(name, when), over)
        if place not in self._delays:
            kinds = {spot.released for spot in self.ahead(name, when) if not spot.shown}
            kept = over if over in kinds else not over
            self._delays[place] = tuple(self._first(self.after[name], 1.0, False, (*place[1], DEEPEST), kept))
        return self._delays[place]

    def next_delays(self, name: str, when: When, released: bool) -> tuple[Spot, ...]:
        """Return the first delay not shown on each way from a delay: before resources are given back, unless they were.

        Parameters
        ----------
        when
            Local hour and weekday at which the delay ends, and the patient's class.
        """
        place = (name, self._asking(name, when), released)
        if place not in self._next:
            self._next[place] = tuple(self._first(self.after[name], 1.0, released, (*place[1], DEEPEST), released))
        return self._next[place]

    def tail(self, name: str, released: bool, deepest: int = DEEPEST) -> float:
        """Return how long the delays that may follow a delay last at most; 0: none follows, or all are instant."""
        place = (name, released)
        if place not in self._tails:
            self._tails[place] = math.inf  # while it is looked for: a way that comes back to it has no end
            ends = self._followers(name, released) if deepest else set()
            tails = [self._longest(end) + self.tail(end, released, deepest - 1) for end in ends]
            self._tails[place] = max(tails, default=0.0 if deepest else math.inf)
        return self._tails[place]

    def _followers(self, name: str, released: bool) -> set[str]:
        """Return the delays that `next_delays` gives at any hour."""
        ends = (Delay,) if released else (Delay, Release)
        reached = self._reached(name, lambda step: not isinstance(step, ends))
        return {one for one in reached if isinstance(self.steps[one], Delay)}

    def _reached(self, name: str, through: Callable[[Step], bool]) -> set[str]:
        """Return the steps not shown on the ways from a step at any hour, up to those that `through` does not pass."""
        found: set[str] = set()
        work = [self.after[name]]
        while work:
            here = work.pop()
            if here is None or here in found or is_shown(self.steps[here]):
                continue
            found.add(here)
            step = self.steps[here]
            if isinstance(step, Route):
                work.extend(step.to)
            elif not isinstance(step, Leave) and through(step):
                work.append(self.after[here])
        return found

    def _longest(self, name: str) -> float:
        """Return how long a delay lasts at most."""
        step = self.steps[name]
        assert isinstance(step, Delay)
        if step.window is not None or step.held is not None:
            return math.inf
        parts = [self.resting.points(row) for row in (*step.duration.rows, *((step.lands,) if step.lands else ()))]
        if any(part is None for part in parts):
            return math.inf
        longest = max(float(part[0].max()) for part in parts[: len(step.duration.rows)] if part is not None)
        # it ends on that day, at midnight at most: 25 hours where the clock is put back
        clock = 0.0 if step.lands is None else (DAY + 60) * self.model.hour / 60
        return longest + clock

    def _walk(self, name: str | None, weight: float, released: bool, when: tuple[int, int, int, int]) -> Iterator[Spot]:
        if name is None or weight < RAREST or when[3] == 0:
            return
        step = self.steps[name]
        deeper = (*when[:3], when[3] - 1)
        if is_shown(step):
            yield Spot(name, weight, released, True)
        elif isinstance(step, Route):
            for to, share in zip(step.to, step.probabilities[self._line(step, when)], strict=True):
                yield from self._walk(to, weight * share, released, deeper)
        elif not isinstance(step, Leave):
            if isinstance(step, Delay):
                yield Spot(name, weight, released, False)
            yield from self._walk(self.after[name], weight, released or isinstance(step, Release), deeper)

    def _first(
        self, name: str | None, weight: float, released: bool, when: tuple[int, int, int, int], kept: bool
    ) -> Iterator[Spot]:
        """Give the first delays on the ways ahead that lie before or, if `kept`, after the resources are given back."""
        if name is None or weight < RAREST or when[3] == 0:
            return
        step = self.steps[name]
        deeper = (*when[:3], when[3] - 1)
        if isinstance(step, Route):
            for to, share in zip(step.to, step.probabilities[self._line(step, when)], strict=True):
                yield from self._first(to, weight * share, released, deeper, kept)
        elif isinstance(step, Delay) and released == kept and not is_shown(step):
            yield Spot(name, weight, released, False)
        elif not is_shown(step) and not isinstance(step, Leave):
            given_back = released or isinstance(step, Release)
            if kept or not given_back:
                yield from self._first(self.after[name], weight, given_back, deeper, kept)

    def _line(self, step: Route, when: tuple[int, int, int, int]) -> int:
        lines = {"hour": when[0], "hour_of_week": 24 * when[1] + when[0], "weekday": when[1], "class": when[2]}
        return min(lines.get(step.by, 0), len(step.probabilities) - 1)
