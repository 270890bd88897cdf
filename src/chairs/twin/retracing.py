"""The way of one patient of an event log through a model: where he was at a moment, what is known of his next steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chairs.twin.ahead import DEEPEST, RAREST, is_shown
from chairs.twin.following import Map
from chairs.twin.model import Model
from chairs.twin.state import Present
from chairs.twin.steps import Delay, EndPatience, Leave, Patience, Reclass, Release, Route, Seize, Step


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a case, times in the model's unit since the start of the week; NaN where there is none."""

    activity: str
    unit: str | None
    resource: str | None
    requested: float
    start: float
    end: float

    @property
    def begins(self) -> float:
        """First moment of the line."""
        times = (self.requested, self.start, self.end)
        return min([time for time in times if not math.isnan(time)], default=math.nan)


@dataclass(frozen=True, slots=True)
class Told:
    """What is known at a step: a value, or at least how much (`least`) where the value is NaN; since when."""

    step: str
    value: float
    least: float = 0.0
    line: int = 0
    since: float = 0.0


@dataclass
class Trace:
    """What one case gives: who he was at the start (None: he came later), what is known after that.

    `lost` says that the log takes a turn that the model does not know; the engine draws from there on.
    """

    patient_class: str
    source: str
    arrived: float
    present: Present | None = None
    under_way: Told | None = None
    told: list[Told] = field(default_factory=list)
    lost: bool = False


@dataclass(frozen=True)
class Tracer:
    """A model on which cases are traced; `until` is the last moment that the log knows."""

    model: Model
    until: float

    @cached_property
    def map(self) -> Map:
        """The model as a map of the steps that its log shows."""
        return Map(self.model)

    @cached_property
    def leaves(self) -> dict[str, list[str]]:
        """Exits by the name they have in the log."""
        found: dict[str, list[str]] = {}
        for step in self.model.steps:
            if isinstance(step, Leave):
                found.setdefault(step.activity or step.name, []).append(step.name)
        return found

    @cached_property
    def _ways(self) -> dict[tuple[str | None, tuple[str, ...]], tuple[str, ...] | None]:
        return {}

    def way(self, begin: str | None, to: Sequence[str]) -> tuple[str, ...] | None:
        """Return the likeliest steps from `begin` to one of `to`, both included; None: there is no way."""
        place = (begin, tuple(to))
        if place not in self._ways:
            found = max(self._search(begin, frozenset(to), 1.0, DEEPEST), default=None)
            self._ways[place] = None if found is None else found[1]
        return self._ways[place]

    def _search(
        self, name: str | None, to: frozenset[str], weight: float, left: int
    ) -> Iterator[tuple[float, tuple[str, ...]]]:
        if name is None or weight < RAREST or left == 0:
            return
        step = self.map.steps[name]
        if name in to:
            yield weight, (name,)
        elif not is_shown(step) and not isinstance(step, Leave):
            ways = [(self.map.after[name], 1.0)]
            if isinstance(step, Route):
                shares = np.mean(step.probabilities, axis=0)
                ways = list(zip(step.to, shares.tolist(), strict=True))
            for other, share in ways:
                for found, rest in self._search(other, to, weight * share, left - 1):
                    yield found, (name, *rest)

    def targets(self, line: Line) -> list[str]:
        """Return the steps or exits at which the model shows such a line."""
        known = self.map.asked.get(line.activity, [])
        fitting = [name for name in known if self.map.fits(name, line.unit, line.resource)]
        return fitting or known or self.leaves.get(line.activity, [])

    def trace(self, lines: Sequence[Line], patient_class: str, arrived: float) -> Trace:
        """Return what one case gives; its lines in their order, without that of the arrival."""
        walk = _Walk(self, patient_class, arrived)
        first = self.targets(lines[0]) if lines else list(self.map.steps)
        for source in self.model.arrivals:
            if source.classes.get(patient_class, 0) > 0 and self.way(source.to, first) is not None:
                walk.trace.source, walk.next = source.name, source.to
                break
        walk.trace.lost = walk.next is None
        for line in lines:
            if walk.next is None or walk.trace.lost:
                break
            walk.through(line)
        walk.finish()
        return walk.trace


class _Walk:
    """One case on its way: the step that comes next, the moment reached, what is held."""

    def __init__(self, tracer: Tracer, patient_class: str, arrived: float) -> None:
        self.tracer, self.trace = tracer, Trace(patient_class=patient_class, source="", arrived=arrived)
        self.next: str | None = None
        self.now = arrived
        self.here: Line | None = None  # the line of what he was last served
        self.holds: dict[str, int] = {}
        self.ends: dict[str, float] = {}  # when what he holds is given back
        self.clock: tuple[str, float] | None = None
        self.cls = patient_class

    def through(self, line: Line) -> None:
        """Go on to the step of a line, and through it."""
        if self.here is not None and (line.activity, line.start) == (self.here.activity, self.here.start):
            self.ends.update({name: line.end for name in self.holds if name in (line.resource, line.unit)})
            return  # another unit of the same request
        way = self.tracer.way(self.next, self.tracer.targets(line))
        if way is None:
            self.trace.lost = True
            return
        begins = line.begins
        self._pass(way, begins)
        step = self.tracer.map.steps[way[-1]]
        if isinstance(step, Leave):
            self.next = None
        elif isinstance(step, Delay):
            self._known(step, line.end - line.start if math.isfinite(line.end) else math.nan, line.start)
            self.now, self.next = (line.end if math.isfinite(line.end) else math.inf), self._after(step.name)
        else:
            assert isinstance(step, Seize)
            self._ask(step, line)

    def _after(self, name: str) -> str | None:
        return self.tracer.map.after[name]

    def _ask(self, step: Seize, line: Line) -> None:
        """Wait at a step, be served or leave."""
        asked = line.requested if math.isfinite(line.requested) else line.start
        served = math.isfinite(line.start)
        until = line.start if served else line.end
        until = until if math.isfinite(until) else math.inf  # still waiting at the log's end
        self._present(step.name, asked, until, None)
        self.now = until
        if served:
            fitting = [o for o in step.options if any(word in (line.resource, line.unit) for word in o)]
            for name, units in (fitting or step.options)[0].items():
                self.holds[name] = self.holds.get(name, 0) + units
                self.ends[name] = line.end
            self.here, self.next = line, self._after(step.name)
        elif math.isfinite(until) and self.clock is not None:
            self._ring(until)
        else:
            self.next = None

    def _ring(self, until: float) -> None:
        assert self.clock is not None
        name, since = self.clock
        step = self.tracer.map.steps[name]
        assert isinstance(step, Patience)
        self._tell(step, until - since)
        self.clock, self.next = None, step.leaves

    def _pass(self, way: Sequence[str], until: float) -> None:
        """Take the steps before the last of a way: the time until a release or the end is that of the delay before."""
        steps = [self.tracer.map.steps[name] for name in way]
        borders = [until] * len(steps)
        for place in range(len(steps) - 2, -1, -1):
            step = steps[place]
            freed = self._freed(step) if isinstance(step, Release) else []
            borders[place] = min(max(freed), borders[place + 1]) if freed else borders[place + 1]
        for step, following, border in zip(steps[:-1], way[1:], borders, strict=False):
            self._take(step, following, border)

    def _freed(self, step: Release) -> list[float]:
        """Return when what a step gives back was given back in the log."""
        ends = [self.ends[name] for name in step.resources or tuple(self.ends) if name in self.ends]
        return [end for end in ends if math.isfinite(end)]

    def _take(self, step: Step, following: str, border: float) -> None:
        if isinstance(step, Delay):
            lasts = max(border - self.now, 0.0)
            self._known(step, lasts if math.isfinite(lasts) else math.nan, self.now)
            self.now = max(border, self.now)
        elif isinstance(step, Route):
            if self.now >= 0:
                self.trace.told.append(Told(step.name, float(step.to.index(following)), line=self._row(step)))
        elif isinstance(step, Release):
            for name in step.resources or tuple(self.holds):
                self.holds.pop(name, None)
                self.ends.pop(name, None)
        elif isinstance(step, Reclass):
            self.cls = step.to.get(self.cls, self.cls)
        elif isinstance(step, Patience):
            self.clock = (step.name, self.now)
        elif isinstance(step, EndPatience):
            self._outlast()

    def _outlast(self) -> None:
        """He was served: his patience is longer than he waited."""
        if self.clock is not None:
            name, since = self.clock
            self._tell(self.tracer.map.steps[name], math.nan, self.now - since)
            self.clock = None

    def _row(self, step: Step) -> int:
        by = step.by if isinstance(step, Route) else step.duration.by  # type: ignore[attr-defined]
        return self.tracer.model.classes.index(self.cls) if by == "class" else 0

    def _tell(self, step: Step, value: float, least: float = 0.0) -> None:
        """Note a patience, unless its clock ran out before the week."""
        if self.now >= 0:
            self.trace.told.append(Told(step.name, value, least, self._row(step)))

    def _known(self, step: Delay, lasts: float, since: float) -> None:
        """Note a length; of one under way at the start, what is left of it."""
        ends = since + lasts if math.isfinite(lasts) else math.inf
        inside = self._present(step.name, since, ends, None if math.isinf(ends) else ends)
        least = 0.0 if math.isfinite(lasts) else max(self.tracer.until - since, 0.0)
        told = Told(step.name, lasts, least, self._row(step), since)
        if inside and math.isfinite(lasts):
            self.trace.under_way = told
        elif since >= 0:
            self.trace.told.append(told)

    def _present(self, name: str, since: float, until: float, ends: float | None) -> bool:
        """Say whether the start of the week lies in a wait or a delay, and keep him there if so."""
        if self.trace.present is not None or not since < 0 <= until or self.trace.arrived >= 0:
            return False
        clock, rung = (None, 0.0) if self.clock is None else (self.clock[0], max(-self.clock[1], 0.0))
        self.trace.present = Present(
            step=name, patient_class=self.cls, elapsed=-since, since_arrival=max(-self.trace.arrived, -since),
            holds=dict(self.holds), remaining=ends, patience=clock, patience_elapsed=rung,
        )  # fmt: skip
        return True

    def finish(self) -> None:
        """Take the way out after the last line; who is still there at the log's end stays."""
        exits = [name for names in self.tracer.leaves.values() for name in names]
        way = None if self.next is None or self.trace.lost else self.tracer.way(self.next, exits)
        if way is None:
            return
        ends = max([*self.ends.values(), self.now])
        self._pass(way, ends if math.isfinite(ends) else math.inf)


def classes_of(model: Model, lines: Sequence[Line], labels: Mapping[str, str]) -> str:
    """Return the class of a case: the one it names, else one called as its first step, else the model's last."""
    named = [labels.get("patient_class"), labels.get("class")]
    if lines:
        named += [lines[0].activity, f"{lines[0].activity} {lines[0].unit}"]
    return next((name for name in named if name in model.classes), model.classes[-1])
