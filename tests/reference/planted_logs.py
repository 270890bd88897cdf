"""Event logs of four invented organisations, made without the twin: office hours, people, batches, forks, drift.

`python tests/reference/planted_logs.py [--events 35000] [NAME ...]` prints, for each, every distance of the twin as a
ratio to the best plain generator.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

WEEK = 7 * 24 * 60
START = pd.Timestamp("2024-01-01", tz="UTC")  # a Monday


def hours(days: str, *spans: tuple[float, float]) -> np.ndarray:
    """Return which minutes of the week are worked: days as digits from 0 (Monday), spans in hours."""
    open_ = np.zeros((7, 1440), dtype=bool)
    for day, (first, last) in itertools.product(days, spans):
        open_[int(day), int(first * 60) : int(last * 60)] = True
    return open_.ravel()


ALWAYS = hours("0123456", (0, 24))
OFFICE = hours("01234", (8, 12), (13, 17))


@dataclass
class Worker:
    name: str
    open: np.ndarray = field(repr=False)
    free: bool = True

    def __post_init__(self) -> None:
        ahead = np.flatnonzero(np.tile(self.open, 2))
        self.opens = ahead[np.searchsorted(ahead, np.arange(WEEK))]  # next worked minute
        self.worked = np.concatenate([[0], np.cumsum(self.open)])
        self.minute = np.flatnonzero(self.open)

    def next_open(self, now: float) -> float:
        week, minute = divmod(now, WEEK)
        return now if self.open[int(minute)] else week * WEEK + float(self.opens[int(minute)])

    def done(self, now: float, work: float) -> float:
        """Return when so much work begun now is done, if it rests outside his hours."""
        week, minute = divmod(now, WEEK)
        so_far = self.worked[int(minute)] + minute % 1 + work
        weeks, left = divmod(so_far, len(self.minute))
        return (week + weeks) * WEEK + float(self.minute[int(left)]) + left % 1


@dataclass
class Pool:
    workers: list[Worker]
    pauses: bool = False
    queue: deque[tuple[Any, str, float]] = field(default_factory=deque)
    wakes: float = -1.0


def pool(names: str, number: int, open_: np.ndarray = OFFICE, *, pauses: bool = False) -> Pool:
    return Pool([Worker(f"{names} {i + 1}", open_) for i in range(number)], pauses)


@dataclass(frozen=True)
class Do:
    """Work of so many minutes by whoever of a pool is free."""

    what: str
    who: Pool
    minutes: float | Callable[[], float]  # a call: what it takes is known when it begins


@dataclass(frozen=True)
class Until:
    """Wait for the next moment of the week among these (minutes), then be done with all who waited for it."""

    what: str
    by: str
    moments: np.ndarray
    lasts: float


Way = Generator[Any, None, None]


class World:
    """Cases as coroutines: they yield work, minutes to wait, moments to wait for, or lists of ways to go at once."""

    def __init__(self) -> None:
        self.now, self.rows, self.agenda, self.tie = 0.0, [], [], itertools.count()

    def at(self, when: float, do: Callable[[], None]) -> None:
        heapq.heappush(self.agenda, (when, next(self.tie), do))

    def run(self, arrivals: np.ndarray, case: Callable[[], Way], last: float) -> pd.DataFrame:
        for number, when in enumerate(arrivals.tolist()):
            self.at(when, partial(self.go, case(), number, lambda: None))
        while self.agenda and self.agenda[0][0] <= last:
            self.now, _, do = heapq.heappop(self.agenda)
            do()
        table = pd.DataFrame(self.rows, columns=["case_id", "activity", "resource", "start", "end"])
        table = table[table["end"] <= last].sort_values(["start", "end", "case_id"], kind="stable", ignore_index=True)
        for name in ("start", "end"):
            table[name] = START + pd.to_timedelta((table[name] * 60).round(), unit="s")
        return table.assign(case_id="c" + table["case_id"].astype(str))

    def go(self, way: Way, number: int, after: Callable[[], None]) -> None:
        step = next(way, None)
        on = partial(self.go, way, number, after)
        if step is None:
            after()
        elif isinstance(step, Do):
            step.who.queue.append((number, step.what, step.minutes, on))
            self.serve(step.who)
        elif isinstance(step, Until):
            week, minute = divmod(self.now, WEEK)
            later = step.moments[step.moments > minute]
            when = week * WEEK + (later[0] if len(later) else step.moments[0] + WEEK)
            self.rows.append((number, step.what, step.by, when, when + step.lasts))
            self.at(when + step.lasts, on)
        elif isinstance(step, list):
            left = [len(step)]
            for one in step:
                self.go(one, number, partial(self.joined, left, on))
        else:
            self.at(self.now + step, on)

    @staticmethod
    def joined(left: list[int], on: Callable[[], None]) -> None:
        left[0] -= 1
        if not left[0]:
            on()

    def serve(self, who: Pool) -> None:
        while who.queue:
            ready = [one for one in who.workers if one.free and one.open[int(self.now % WEEK)]]
            if not ready:
                break
            worker = ready[len(self.rows) % len(ready)]
            number, what, minutes, on = who.queue.popleft()
            worker.free = False
            minutes = minutes() if callable(minutes) else minutes
            end = worker.done(self.now, minutes) if who.pauses else self.now + minutes
            self.rows.append((number, what, worker.name, self.now, end))
            self.at(end, partial(self.finish, who, worker, on))
        idle = [one.next_open(self.now) for one in who.workers if one.free]
        if who.queue and idle and min(idle) > self.now and who.wakes != min(idle):
            who.wakes = min(idle)
            self.at(who.wakes, partial(self.serve, who))

    def finish(self, who: Pool, worker: Worker, on: Callable[[], None]) -> None:
        worker.free = True
        on()
        self.serve(who)


def arrivals(rng: np.random.Generator, rates: np.ndarray, last: float, spread: float = 0.0) -> np.ndarray:
    """Return moments along rates an hour of the week, the level of each day gamma-mixed."""
    n_hours = int(last // 60)
    levels = np.repeat(rng.gamma(1 / spread**2, spread**2, n_hours // 24 + 1), 24) if spread else np.ones(n_hours + 24)
    counts = rng.poisson(rates[np.arange(n_hours) % 168] * levels[:n_hours])
    return np.sort(np.repeat(np.arange(n_hours) * 60.0, counts) + rng.uniform(0, 60, counts.sum()))


def weekly(days: tuple[float, ...], profile: np.ndarray, a_week: float) -> np.ndarray:
    rates = np.outer(days, profile).ravel()
    return rates / rates.sum() * a_week


def bump(*centres: float, width: float = 2.0) -> np.ndarray:
    hour = np.arange(24) + 0.5
    return sum(np.exp(-0.5 * ((hour - centre) / width) ** 2) for centre in centres)


def clinic(rng: np.random.Generator, events: int) -> pd.DataFrame:
    """Return an outpatient clinic: office hours, few people, appointments days later, letters signed in batches."""
    desk, nurses, doctors = pool("clerk", 2), pool("nurse", 2), pool("doctor", 4, hours("01234", (9, 12), (14, 18)))
    scanner = pool("technician", 2, hours("024", (8, 16)))
    signing = np.array([day * 1440 + 16 * 60 for day in range(5)], dtype=float)
    weeks = max(events / 5.6 / 160, 8)

    def case() -> Way:
        yield Do("register", desk, rng.gamma(4, 1.5))
        yield Do("measure", nurses, rng.gamma(3, 3))
        for _ in range(4):
            yield Do("consult", doctors, rng.lognormal(2.9, 0.5))
            if rng.random() < 0.35:
                yield 1440 * float(rng.integers(1, 6))
                yield Do("scan", scanner, rng.gamma(9, 2.2))
                yield 60 * rng.gamma(2, 10)
            elif rng.random() < 0.5:
                break
            else:
                yield 1440 * rng.gamma(6, 2.5)
        yield Until("letter", "secretary", signing, 10.0)

    rates = weekly((1.2, 1, 1, 0.9, 0.7, 0, 0), bump(9.5, 14.5, width=1.3) * (bump(12, width=4) > 0.3), 160)
    last = weeks * WEEK
    return World().run(arrivals(rng, rates, last, 0.15), case, last)


def loans(rng: np.random.Generator, events: int) -> pd.DataFrame:
    """Return an office of applications: arrivals by appointment, three checks at once, work that rests at night."""
    clerks, checkers = pool("clerk", 9, pauses=True), pool("checker", 2, pauses=True)
    valuers, officers = pool("valuer", 2, pauses=True), pool("officer", 4, pauses=True)
    senior = pool("senior", 2, hours("0123", (9, 16)), pauses=True)
    slots = np.flatnonzero(OFFICE & (np.arange(WEEK) % 20 == 0)).astype(float)
    cases = int(events / 7.4)
    moments = (np.arange(cases // len(slots) + 1)[:, None] * WEEK + slots).ravel()[:cases]

    def case() -> Way:
        yield Do("completeness", clerks, rng.lognormal(3.0, 0.8))
        while rng.random() < 0.2:
            yield Do("return", clerks, 5.0)
            yield 60 * float(rng.choice([2, 24, 48, 72]))
            yield Do("completeness", clerks, rng.lognormal(2.5, 0.6))
        yield [one() for one in (credit, value, launder)]
        yield Do("risk", officers, 20.0)
        if rng.random() < 0.55:
            yield Do("offer", officers, rng.exponential(25))
            yield Do("approve", senior, 10.0)
            yield Do("sent" if rng.random() < 0.6 else "cancelled", clerks, 5.0)
        else:
            yield Do("refused", clerks, 10.0)

    def credit() -> Way:
        yield Do("credit", clerks, rng.exponential(50))

    def value() -> Way:
        yield Do("value", valuers, rng.lognormal(2.5, 0.7))

    def launder() -> Way:
        yield Do("launder", checkers, rng.exponential(14))

    return World().run(moments, case, moments[-1] + 3 * 1440)


def beds(rng: np.random.Generator, events: int) -> pd.DataFrame:
    """Return an emergency department and its wards: open always, roster by hour, beds too few, discharge by day."""
    days = events / 5.0 / 55
    nurse = Pool([Worker(f"triage {i}", open_) for i, open_ in enumerate((ALWAYS, hours("0123456", (10, 22))))])
    rosters = (ALWAYS, ALWAYS, hours("0123456", (8, 20)), hours("0123456", (9, 23)), hours("01234", (12, 22)))
    doctor = Pool([Worker(f"physician {i}", open_) for i, open_ in enumerate(rosters)])
    lab, scan = pool("lab", 3, ALWAYS), pool("scan", 1, ALWAYS)
    medical, surgical = (Pool([Worker(name, ALWAYS) for _ in range(n)])
                         for name, n in (("medicine", 57), ("surgery", 27)))  # fmt: skip
    world = World()

    def stay(mean: float) -> float:
        days_, clock = rng.gamma(1.5, mean / 1.5), rng.normal(13.5, 2.0) * 60
        leaves = (world.now // 1440 + 1 + int(days_)) * 1440 + clock
        return max(leaves - world.now, 60.0)

    def case() -> Way:
        urgent = rng.random() < 0.3
        yield Do("triage", nurse, rng.gamma(4, 1.8))
        yield Do("examination", doctor, rng.lognormal(3.1, 0.5) * (1.4 if urgent else 1.0))
        tests = rng.random()
        if tests < 0.5:
            yield rng.gamma(2, 6)
            yield Do("blood", lab, rng.gamma(6, 7))
        if tests < 0.2 or urgent:
            yield Do("scan", scan, rng.gamma(5, 3))
        yield Do("decision", doctor, rng.gamma(2, 4))
        if rng.random() < (0.45 if urgent else 0.15):
            in_medicine = rng.random() < 0.65
            mean = 5.0 if in_medicine else 4.0
            yield Do("ward", medical if in_medicine else surgical, lambda: stay(mean))
            if rng.random() < 0.1:
                yield 1440 * rng.gamma(2, 3)
                yield Do("visit", doctor, rng.gamma(3, 5))

    rates = weekly((1.15, 1, 1, 1, 1.05, 0.95, 0.9), 0.25 + bump(11, 18, width=2.8), 55 * 7)
    last = days * 1440
    return world.run(arrivals(rng, rates, last, 0.1), case, last)


def drift(rng: np.random.Generator, events: int) -> pd.DataFrame:
    """Return an office that changes at 55 % of its time: a step goes, another becomes faster; ends only."""
    front, back, check = pool("front", 3), pool("back", 4, hours("01234", (7, 15))), pool("check", 2)
    last = max(events / 5.0 / 170, 8) * WEEK
    world = World()

    def case() -> Way:
        late = world.now > 0.55 * last
        yield Do("receipt", front, rng.gamma(3, 2))
        yield 60 * rng.gamma(1.2, 10)
        yield Do("content", back, rng.lognormal(2.7, 0.5))
        if not late or rng.random() < 0.2:
            yield 60 * rng.gamma(2, 20)
            yield Do("advice", check, rng.gamma(2, 15))
        yield (12 if late else 40) * 60 * rng.gamma(2, 1)
        while rng.random() < (0.15 if late else 0.3):
            yield Do("question", front, rng.gamma(2, 4))
            yield 1440 * rng.gamma(2, 2)
        yield Do("decision", back, rng.gamma(4, 5))
        yield Do("notice", front, 4.0)

    rates = weekly((1.3, 1, 1, 0.9, 0.8, 0, 0), (np.arange(24) >= 8) * (np.arange(24) < 17) * 1.0, 170)
    made = world.run(arrivals(rng, rates, last, 0.1), case, last)
    return made.assign(start=pd.NaT)


LOGS: dict[str, Callable[[np.random.Generator, int], pd.DataFrame]] = {
    "clinic": clinic, "loans": loans, "beds": beds, "drift": drift,
}  # fmt: skip


def made(name: str, events: int, seed: int = 1) -> pd.DataFrame:
    """Return one of the logs as a table of contract `events`."""
    from chairs.tables import CONTRACTS

    table = LOGS[name](np.random.default_rng([seed, events]), events)
    position = table.groupby("case_id", sort=False).cumcount()
    return CONTRACTS["events"].conform(table.assign(position=position))


def ratios(judged: Any) -> pd.Series:
    """Return, for each judged distance, the twin's figure over that of the best plain generator."""
    from chairs.twin.backtest.verdicts import JUDGED

    even = judged.runs[judged.runs["draws"] == "even"]
    means = even.pivot_table(index="measure", columns="generator", values="value").loc[list(JUDGED)]
    return means["twin"] / means[["bootstrap", "recent", "markov"]].min(axis=1)


def table(names: list[str], events: int, seed: int, runs: int = 10) -> Iterator[tuple[str, Any, float]]:
    import time

    from chairs.twin.backtest.proof import Protocol, prove
    from chairs.twin.calibration.calibrate import Settings

    for name in names:
        log = made(name, events, seed)
        since = time.process_time()
        judged = prove(log, Settings(name=name, timezone="UTC"), Protocol(runs=runs)).judged
        yield name, judged, time.process_time() - since


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=sorted(LOGS))
    parser.add_argument("--events", type=int, default=35_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    columns = {}
    for name, judged, seconds in table(asked.names, asked.events, asked.seed):
        columns[name] = pd.concat([ratios(judged), pd.Series({"band 80 %": judged.coverage[0.8], "CPU s": seconds})])
    print(pd.DataFrame(columns).round(2).T.to_string())  # noqa: T201 - the table is what was asked for
