"""The table of steps of a calibrated model: a bundle a state, a bundle a way on from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chairs.store.files import DECIMALS
from chairs.twin.calibration.journal import ENDS, NONE, WHOLE, WITHIN, Journal
from chairs.twin.calibration.lapses import Gate, Lapse
from chairs.twin.calibration.modes import AT_ONCE, LATER, LINES, SOON
from chairs.twin.calibration.paths import END, Paths
from chairs.twin.calibration.places import Place, choices
from chairs.twin.durations import Duration, Durations, always
from chairs.twin.steps import Delay, Leave, Release, Route, Seize, Step

OUT = "leaves"
RARE = 1e-6  # what was seen is never impossible
INSTANT = Duration(kind="fixed", mean=round(1 / 60, 6))  # a second: what happens "at once" keeps its order
MODES = {AT_ONCE: "at once", SOON: "soon", LATER: "later"}


@dataclass(frozen=True)
class Table:
    """What the steps are made from; `names` are the labels of the states."""

    journal: Journal
    paths: Paths
    places: tuple[Place, ...]
    names: dict[int, str]

    def steps(self) -> tuple[Step, ...]:
        """Return all steps: first the states, then the ways on, then the exit."""
        found: list[Step] = []
        for state in self.names:
            found += self._state(state)
        for way in range(len(self.paths.ways)):
            found += self._way(way)
        return (*found, Leave(name=OUT))

    def start(self, state: int) -> str:
        """Return the first step of a state."""
        return self.names[state]

    def _state(self, state: int) -> Iterator[Step]:
        name, symbol = self.names[state], self.paths.symbol_of[state] - 1
        step = self.paths.symbols.step[symbol]
        activity, kind = self.journal.activity(step), self.journal.kinds[step] if self.journal.kinds else WHOLE
        if kind == ENDS:
            yield Release(name=name, resources=self._held(activity), next=f"then: {name}")
            yield self._then(state)
            return
        then = f"done: {name}" if kind == WITHIN else f"then: {name}"
        where, shares = self._where(symbol)
        resources = [self.places[place].resource.name for place in where]
        asks = tuple(f"{name} @ {resource}" for resource in resources) if len(where) > 1 else (name,)
        if len(where) > 1:
            by = "all" if len(shares) == 1 else "hour"
            yield Route(name=name, to=asks, probabilities=tuple(map(_written, shares)), by=by)
        for ask, resource in zip(asks, resources, strict=True):
            yield Seize(name=ask, options=({resource: 1},), activity=activity, next=then)
        if kind == WITHIN:
            yield Release(name=then, resources=tuple(resources), next=f"then: {name}")
        yield self._then(state)

    def _held(self, activity: str) -> tuple[str, ...]:
        """Return the places where an activity goes on beside others."""
        parts = {step for step, name in enumerate(self.journal.activities) if name == activity}
        cut = np.isin(self.journal.step, list(parts)) & (self.journal.kind != WHOLE)
        return tuple(self.journal.where(code) for code in np.unique(self.journal.place[cut]).tolist())

    def _where(self, symbol: int) -> tuple[tuple[int, ...], np.ndarray]:
        codes = {code: i for i, code in enumerate(self.journal.place_codes)}
        return choices(self.journal, self.paths.symbols.code == symbol + 1, codes)

    def _then(self, state: int) -> Step:
        follows = self.paths.follows[state]
        total = sum(follows.values())
        shares = [max(weight / total, RARE) if total > 0 else 1.0 for weight in follows.values()]
        return Route(
            name=f"then: {self.names[state]}",
            to=tuple(self._first(way) for way in follows),
            probabilities=(_written(np.array(shares)),),
        )

    def _parts(self, way: int) -> tuple[Lapse | None, Lapse | None, str, str]:
        """Return stay, delay, name and destination of a way."""
        stay, delay, state = self.paths.ways[way].tolist()
        to = OUT if state == END else self.start(state)
        return self.paths.stays.get(stay), self.paths.delays.get(delay), f"to: {to} ({way})", to

    def _first(self, way: int) -> str:
        stay, _, name, to = self._parts(way)
        if self.paths.ways[way, 0] == END:
            return to if to == OUT else name
        return f"release, {name}" if stay is None else f"stay, {name}"

    def _way(self, way: int) -> Iterator[Step]:
        stay, delay, name, to = self._parts(way)
        if stay is not None:
            yield from _spent(stay, f"stay, {name}", f"release, {name}")
        if self.paths.ways[way, 0] != END:
            yield Release(name=f"release, {name}", next=OUT if to == OUT else name)
        if to == OUT:
            return
        if delay is None:
            yield Delay(name=name, duration=always(INSTANT), next=to)
        else:
            yield from _spent(delay, name, to)


def _spent(lapse: Lapse, name: str, then: str) -> Iterator[Step]:
    """Give the steps in which the time of a lapse goes by."""
    if lapse.gate and lapse.gate.before:
        yield from _opened(lapse.gate, name, f"{name}, open")
        name = f"{name}, open"
    elif lapse.gate:
        yield from _opened(lapse.gate, f"{name}, over", then)
        then = f"{name}, over"
    modes = lapse.modes
    if len(modes) == 1:
        yield from _delay(lapse, modes[0], name, then)
        return
    names = tuple(f"{name}, {MODES[mode]}" for mode in modes)
    lines = tuple(_written(np.array([line[mode] for mode in modes])) for line in lapse.shares)
    yield Route(name=name, to=names, probabilities=lines, by=LINES[len(lines)])
    for mode, own in zip(modes, names, strict=True):
        yield from _delay(lapse, mode, own, then)


def _opened(gate: Gate, name: str, then: str) -> Iterator[Step]:
    """Give the steps in which one waits until work goes on, at once in hours of work."""
    hours, waits = np.arange(len(gate.wait)), np.array(gate.wait)
    opening = np.where(waits > 0, np.array(gate.opening), NONE)
    columns = [NONE, *range(len(gate.lands))]
    names = [f"{name}, at opening {number + 1}" for number in columns[1:]]
    lines = tuple(tuple(float(column == one) for column in columns) for one in opening.tolist())
    yield Route(name=name, to=(then, *names), probabilities=lines, by=LINES[len(lines)])
    days = np.where(waits > 0, (hours % 24 + waits) // 24, 0)
    rows = tuple(Duration(kind="fixed", mean=1440.0 * day) for day in days.tolist())
    for own, lands in zip(names, gate.lands, strict=True):
        yield Delay(name=own, duration=Durations(by="hour_of_week", rows=rows), lands=lands, next=then)


def _delay(lapse: Lapse, mode: int, name: str, then: str) -> Iterator[Step]:
    if mode == LATER:
        yield Delay(name=name, duration=_some(lapse.later), lands=lapse.clock, next=then)
    elif mode == AT_ONCE:
        yield Delay(name=name, duration=always(INSTANT), next=then)
    elif lapse.closed:
        rows = tuple(Duration(kind="fixed", mean=60.0 * wait) for wait in lapse.closed)
        yield Delay(name=name, duration=_some(lapse.soon), next=f"{name}, in hours")
        yield Delay(name=f"{name}, in hours", duration=Durations(by="hour_of_week", rows=rows), next=then)
    else:
        yield Delay(name=name, duration=_some(lapse.soon), next=then)


def _some(duration: Durations | None) -> Durations:
    return duration if duration is not None else always(INSTANT)


def _written(shares: np.ndarray) -> tuple[float, ...]:
    """Return probabilities with as many digits as a model file keeps, which sum to one."""
    rounded = [round(float(share), DECIMALS) for share in shares / shares.sum()]
    largest = int(np.argmax(rounded))
    rounded[largest] = round(1.0 - sum(rounded[:largest]) - sum(rounded[largest + 1 :]), DECIMALS)
    return tuple(rounded)
