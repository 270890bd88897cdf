"""The what-if desk: a hospital's twin from those present at a moment, asked again and again under the same chance."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.twin.hospital.levers import Levers, scenario_of
from chairs.twin.hospital.outcomes import UNITS, outcomes
from chairs.twin.measures import Measures, Sums, read_sums
from chairs.twin.scenario import apply
from chairs.twin.settled import settled
from chairs.twin.spread import half_width
from chairs.twin.standing import Standing, stand

if TYPE_CHECKING:
    import numpy as np

    from chairs.twin.compiling import Program
    from chairs.twin.memory import Memory
    from chairs.twin.model import Model

SETTLING_DAYS = 91.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How the desk is run: first moment (with its time zone), days counted, pairs of runs, seed and threads."""

    at: dt.datetime
    days: float = 14.0
    replications: int = 200
    first_look: int = 24
    seed: int = 1
    threads: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One measure today and with the levers: means over the pairs, and the 95 % interval of their difference."""

    measure: str
    unit: str
    today: float
    then: float
    mean: float
    low: float
    high: float
    pairs: int


class Desk:
    """A model, the patients it starts from, and the runs without change, kept so that only the change is run."""

    def __init__(self, model: Model, setting: Setting) -> None:
        self.model, self.setting = model, setting
        self.state = settled(model, setting.at, SETTLING_DAYS, setting.seed)
        self._lock, self._asked = threading.Lock(), threading.Event()
        self._latest = self._question(Levers(), model)
        self.plain = self._latest.first(setting.replications, setting.threads, self._asked)

    def ask(self, levers: Levers, pairs: int | None = None) -> tuple[Answer, ...]:
        """Return what the levers change, over the first `pairs` runs (default: all).

        A question put while another is being answered stops it: `chairs.twin.running.Cancelled` is raised there.
        """
        n = pairs or self.setting.replications
        self._asked.set()
        with self._lock:
            self._asked.clear()
            if levers != self._latest.levers:
                self._latest = self._question(levers, apply(scenario_of(levers, self.model), self.model))
            then = self._latest.first(n, self.setting.threads, self._asked)
        return tuple(_answer(name, self.plain[name][:n], then[name]) for name in UNITS)

    def unchanged(self) -> tuple[Answer, ...]:
        """Return today's levels, all differences zero."""
        return tuple(_answer(name, self.plain[name], self.plain[name]) for name in UNITS)

    def _question(self, levers: Levers, model: Model) -> _Question:
        setting = self.setting
        ready = stand(model, self.state, setting.at, setting.days * 24 * model.hour, seed=setting.seed)
        return _Question(levers=levers, ready=ready)


@dataclass(slots=True, kw_only=True)
class _Question:
    """The levers asked for, and the runs made so far: when more are wanted they are added to."""

    levers: Levers
    ready: Standing
    sums: tuple[Sums, ...] = ()

    def first(self, n: int, threads: int, stop: threading.Event) -> dict[str, np.ndarray]:
        """Return the outcomes of the first `n` runs."""
        self.sums += tuple(self.ready.run(_read, range(len(self.sums), n), threads, stop))
        return outcomes(Measures(program=self.ready.program, sums=self.sums[:n]))


def _read(memory: Memory, program: Program) -> Sums:
    """Read the sums of a run; visits of steps by class, which nothing asks for, are most of them: added up."""
    return read_sums(memory, program, visits_by_class=False)


def _answer(name: str, today: np.ndarray, then: np.ndarray) -> Answer:
    import numpy as np

    known = np.isfinite(today) & np.isfinite(then)
    difference, n = (then - today)[known], int(known.sum())
    if n < 2:
        nothing = float("nan")
        return Answer(
            measure=name,
            unit=UNITS[name],
            today=nothing,
            then=nothing,
            mean=nothing,
            low=nothing,
            high=nothing,
            pairs=n,
        )
    mean = float(difference.mean())
    half = half_width(float(difference.std(ddof=1)) / n**0.5, n - 1, None)
    return Answer(
        measure=name, unit=UNITS[name], today=float(today[known].mean()), then=float(then[known].mean()), mean=mean,
        low=mean - half, high=mean + half, pairs=n,
    )  # fmt: skip
