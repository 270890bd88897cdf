"""The numbers of a model on their way into the engine's arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chairs.twin.clock import REST, Clock, holidays_among, rest_days
from chairs.twin.durations import Duration, Durations
from chairs.twin.engine import layout as code
from chairs.twin.model import Model
from chairs.twin.spline import gamma_spline
from chairs.twin.steps import Held

JUST_BELOW = 1 - 2.0**-50  # a guide may send a place too early, never too late


@dataclass
class Draft:
    """Numbers collected while a model is written out; every method returns the place of what it keeps.

    `written` has the line of each duration: one that comes again is not kept twice.
    """

    model: Model
    clock: Clock
    horizon: float
    floats: list[np.ndarray] = field(default_factory=list)
    floats_n: int = 0
    ints: list[int] = field(default_factory=list)
    durations: list[tuple[int, int, int, float, float]] = field(default_factory=list)
    written: dict[Duration, tuple[int, int, int, float, float]] = field(default_factory=dict)
    tallies: dict[tuple[str, str], int] = field(default_factory=dict)
    within: list[tuple[str, float]] = field(default_factory=list)
    clocks: dict[str, int] = field(default_factory=dict)
    rests: dict[str, int] = field(default_factory=dict)
    places: int = 1

    def numbers(self, values: Any) -> int:
        """Keep numbers; return the place of the first."""
        array = np.asarray(values, dtype=float).ravel()
        self.floats.append(array)
        self.floats_n += array.size
        return code.HEADER_X + self.floats_n - array.size

    def wholes(self, values: Any) -> int:
        """Keep whole numbers; return the place of the first."""
        place = code.HEADER + len(self.ints)
        self.ints.extend(int(value) for value in values)
        return place

    def tally(self, kind: str, name: str) -> int:
        """Return the place of a sum, a new one if the name is new."""
        return self.tallies.setdefault((kind, name), len(self.tallies))

    def held(self, held: Held | None) -> int:
        """Keep who stays over which days: place of the kinds of days by hour, kinds of patients, shares, days of each.

        -1 where nobody is held.
        """
        if held is None:
            return -1
        clock = self.clock
        if held.country not in self.rests:
            weekday = clock.hour_of_week // 24
            closed = holidays_among(clock.day, held.country) if clock.dated else np.zeros(weekday.size, dtype=bool)
            self.rests[held.country] = self.wholes(rest_days(weekday, closed)[clock.before :])
        masks = [sum(REST[word] for word in set(words.split())) for words in held.shares]
        shares = self.numbers(np.cumsum(list(held.shares.values())))
        return self.wholes([self.rests[held.country], len(masks), shares, *masks])

    def table(self, table: Durations) -> int:
        """Keep a table of durations; return the place of its first line."""
        place = len(self.durations)
        self.durations.extend([(0, 0, 0, 0.0, 0.0)] * len(table.rows))
        for i, duration in enumerate(table.rows):
            if duration not in self.written:
                self.written[duration] = _duration(self, duration)
            self.durations[place + i] = self.written[duration]
        return place


def _duration(draft: Draft, duration: Duration) -> tuple[int, int, int, float, float]:
    mean, cv = duration.mean or 0.0, duration.cv or 0.0
    if duration.kind == "fixed":
        return code.FIXED, 0, 0, mean, 0.0
    if duration.kind == "exponential":
        return code.EXPONENTIAL, 0, 0, mean, 0.0
    if duration.kind == "lognormal":
        sigma = math.sqrt(math.log1p(cv * cv))
        return code.LOGNORMAL, 0, 0, math.log(mean) - sigma * sigma / 2, sigma
    if duration.kind == "weibull":
        shape = duration.shape or 1.0
        return code.WEIBULL, 0, 0, mean / math.gamma(1 + 1 / shape), 1 / shape
    return _rarer_duration(draft, duration, mean, cv)


def _rarer_duration(draft: Draft, duration: Duration, mean: float, cv: float) -> tuple[int, int, int, float, float]:
    if duration.kind == "normal":
        return code.NORMAL, 0, 0, mean, mean * cv
    if duration.kind == "uniform":
        return code.UNIFORM, 0, 0, duration.least or 0.0, duration.most or 0.0
    if duration.kind == "gamma":
        spline = gamma_spline(cv)
        return code.SPLINE, draft.numbers(spline), len(spline), mean, 0.0
    if duration.kind == "empirical":
        n = len(duration.values)
        order = np.argsort(duration.values, kind="stable")
        summed = np.cumsum(np.asarray(duration.weights or [1 / n] * n)[order])
        guide = np.searchsorted(summed, np.arange(n) / n * JUST_BELOW, side="right")
        lines = np.column_stack([np.asarray(duration.values)[order], summed, np.minimum(guide, n - 1)])
        return code.EMPIRICAL, draft.numbers(lines), n, 0.0, 0.0
    if duration.kind == "mixture":
        place = draft.table(Durations(rows=duration.parts))
        return code.MIXTURE, place, len(duration.parts), float(draft.numbers(np.cumsum(duration.weights))), 0.0
    return code.NEVER, 0, 0, 0.0, 0.0
