"""A calibrated model run through the held-out period: its arrivals, its engine, its log as traces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from chairs.twin.arrivals import Arrivals
from chairs.twin.backtest.traces import HOUR, Traces, Words, local_moments
from chairs.twin.backtest.window import Window, spread_arrivals
from chairs.twin.checking import check
from chairs.twin.compiling import Program, compile_model
from chairs.twin.engine import layout as code
from chairs.twin.lines import Lines, dated, read_lines
from chairs.twin.memory import Memory, new_memory
from chairs.twin.model import Model
from chairs.twin.rosters import hourly_rates
from chairs.twin.running import key_of, run_to_end
from chairs.twin.steps import Seize

MINUTE = HOUR // 60


@dataclass(frozen=True)
class Player:
    """A compiled model with the hourly rates of its lists over one or more windows, ready for any number of runs.

    The run begins at `start`. The windows follow one another, in microseconds since then: a change of the clock is no
    gap among them. `read` makes traces of the lines of a run (minutes since 1970, UTC).
    """

    program: Program
    rates: np.ndarray
    dispersion: tuple[tuple[str, float], ...]
    within: tuple[tuple[float, ...], ...]
    windows: tuple[Window, ...]
    start: dt.datetime
    read: Callable[[Lines], Traces]

    def run(self, rng: np.random.Generator, *, even: bool) -> Traces:
        """Return the log of one run.

        Parameters
        ----------
        rng
            Where the run's arrivals and the seed of its patients come from.
        even
            Draw each choice and each duration evenly over the patients who come to it (a randomised Sobol
            sequence), instead of by each patient's own random numbers: every distribution is the model's, the noise
            of some hundred patients around it is mostly gone.
        """
        arrivals = self._arrivals(rng, even)
        key = key_of(int(rng.integers(1 << 31)), 0)
        memory = new_memory(self.program, key=key, warm_up=0.0, log=True, every=None)
        memory.n[code.W_EVEN] = int(even)
        _announce(memory, self.program, arrivals)
        return self.read(dated(read_lines(run_to_end(memory, lambda: False), self.program), self.start))

    def _arrivals(self, rng: np.random.Generator, even: bool) -> list[np.ndarray]:
        """Return the moments of each list, in minutes since the run's start."""
        levels = self.rates if even else self._levels(rng)
        parts = []
        for window in self.windows:
            hours = slice(window.opens // HOUR, window.closes // HOUR + 1)
            parts.append(spread_arrivals(levels[:, hours].sum(axis=0), window, rng, even=even))
        moments = np.concatenate(parts)
        shares = np.cumsum(levels / np.maximum(levels.sum(axis=0), 1e-300), axis=0)
        lists = (rng.random(len(moments)) >= shares[:, moments // HOUR]).sum(axis=0)
        lists = np.minimum(lists, len(levels) - 1)
        since = moments / MINUTE
        return [_in_the_hour(since[lists == which], self.within[which]) for which in range(len(levels))]

    def _levels(self, rng: np.random.Generator) -> np.ndarray:
        """Return the rates, each day's multiplied by a level where its list is over-dispersed."""
        found, drawn = self.rates.copy(), dict[tuple[str, float], np.ndarray]()
        for line, (group, cv) in zip(found, self.dispersion, strict=True):
            if cv > 0:
                if (group, cv) not in drawn:
                    drawn[group, cv] = rng.gamma(1 / cv**2, cv**2, size=len(line) // 24 + 1)
                line *= np.repeat(drawn[group, cv], 24)[: len(line)]
        return found


@dataclass(frozen=True)
class Holds:
    """Reads the holds of a run as traces; one under way at the end of the run ends after the window."""

    window: Window
    timezone: str
    activity: np.ndarray
    resource: np.ndarray

    def __call__(self, lines: Lines) -> Traces:
        """Return the traces of a run."""
        held = (lines["kind"] == code.LOG_HOLD) & ~np.isnan(lines["start"])
        who, began = lines["who"][held], lines["start"][held]
        ended = lines["end"][held]
        order = np.lexsort((np.arange(len(who)), ended, began, who))
        start, ended = local_moments(began[order], self.timezone), ended[order]
        end = np.where(np.isnan(ended), self.window.ends + HOUR, local_moments(np.nan_to_num(ended), self.timezone))
        case = np.cumsum(np.diff(who[order], prepend=-1) != 0) - 1
        activity, resource = self.activity[lines["row"][held]], self.resource[lines["resource"][held]]
        return Traces(case, activity[order], start, end, resource[order])


def _announce(memory: Memory, program: Program, lists: list[np.ndarray]) -> None:
    """Write the moments of this run over those the program was compiled with."""
    for source, moments in zip(memory.table(code.AT_SOURCES, code.A_WIDE), lists, strict=True):
        first = int(source[code.A_FIRST])
        source[code.A_N] = len(moments)
        memory.x[first : first + len(moments)] = moments
        if not len(moments):
            source[code.A_N] = 1
            memory.x[first] = 2 * program.horizon


def holds_of(model: Model, window: Window, words: Words) -> Holds:
    """Return the reader of a model whose every step holds what the log names (`chairs.twin.calibration`)."""
    acts, places = (list(names) for names in (words.activities, words.resources))
    activities = [acts.index(step.activity or step.name) if isinstance(step, Seize) else 0 for step in model.steps]
    names = [item.unit or item.name for item in model.resources]
    resources = [places.index(name) if name in places else 0 for name in names]
    return Holds(window, model.timezone, np.array(activities), np.array(resources))


def player_of(model: Model, windows: tuple[Window, ...], read: Callable[[Lines], Traces]) -> Player:
    """Return a model ready to be run through windows; its own arrivals give the shape, each window the number.

    Raises
    ------
    SettingError
        For a model that cannot run.
    """
    from chairs.twin.clock import read_clock

    start = instant(windows[0].opens // HOUR * HOUR, model.timezone)
    windows = tuple(_since(start, window, model.timezone) for window in windows)
    horizon = windows[-1].ends / MINUTE + 1
    clock = read_clock(start, horizon / 60, model.timezone)
    hours = slice(clock.before, clock.before + windows[-1].closes // HOUR + 1)
    rates = np.stack([hourly_rates(source, clock)[hours] for source in model.arrivals])
    room = tuple(np.linspace(0.0, horizon, sum(window.cases for window in windows) + 1).tolist())
    listed = tuple(
        Arrivals(name=source.name, to=source.to, classes=source.classes, kind="scheduled", times=room)
        for source in model.arrivals
    )
    scheduled = replace(model, arrivals=listed)
    check(scheduled, horizon=horizon)
    program = compile_model(scheduled, start=start, horizon=horizon)
    dispersion = tuple((source.level_group or source.name, source.level_cv) for source in model.arrivals)
    within = tuple(source.within for source in model.arrivals)
    return Player(program, rates, dispersion, within, windows, start, read)


def _since(start: dt.datetime, window: Window, timezone: str) -> Window:
    """Return a window of the local clock in microseconds since an instant."""
    moments = (instant(local, timezone) for local in (window.opens, window.closes, window.ends))
    opens, closes, ends = ((moment - start) // dt.timedelta(microseconds=1) for moment in moments)
    return replace(window, opens=opens, closes=closes, ends=ends)


def _in_the_hour(since: np.ndarray, within: tuple[float, ...]) -> np.ndarray:
    """Return arrivals moved inside their hours to where the rates within the hour have them."""
    if not within:
        return since
    hours = since // 60
    summed = np.concatenate([[0.0], np.cumsum(within)]) / sum(within)
    place = np.interp(since / 60 - hours, summed, np.linspace(0.0, 60.0, len(summed)))
    return np.asarray(60 * hours + place)


def instant(local: int, timezone: str) -> dt.datetime:
    """Return the instant of a moment of the local clock (the later one where the clock goes back)."""
    import pandas as pd

    stamp = pd.Timestamp(local, unit="us").tz_localize(timezone, ambiguous=False, nonexistent="shift_forward")
    moment: dt.datetime = stamp.tz_convert("UTC").to_pydatetime()
    return moment
