"""The two arrays of one replication: laid out, read, enlarged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.core.errors import SettingError, problem
from chairs.twin.compiling import Program
from chairs.twin.engine import layout as code

PATIENTS_AT_FIRST = 256

_WIDTHS = {
    code.AT_CALENDAR: 1,
    code.AT_CALENDAR_X: 1,
    code.AT_PATIENTS: code.P_WIDE,
    code.AT_PATIENTS_X: code.PX_WIDE,
    code.AT_LINES: code.L_WIDE,
    code.AT_LINES_X: code.LX_WIDE,
}
_PER_PATIENT = (
    code.AT_PATIENTS,
    code.AT_PATIENTS_X,
    code.AT_NODES,
    code.AT_HOLDINGS,
    code.AT_HOLDINGS_X,
    code.AT_ATTRIBUTES,
    code.AT_VISITS,
    code.AT_MARKS,
)
_IN_X = (
    code.AT_DURATIONS_X,
    code.AT_STATIONS_X,
    code.AT_SOURCES_X,
    code.AT_TALLIES_X,
    code.AT_CALENDAR_X,
    code.AT_PATIENTS_X,
    code.AT_HOLDINGS_X,
    code.AT_MARKS,
    code.AT_LINES_X,
)


@dataclass
class Memory:
    """What one replication reads and writes; `sizes` holds the length of each table by its header word."""

    n: np.ndarray
    x: np.ndarray
    sizes: dict[int, int]

    def table(self, word: int, width: int = 1) -> np.ndarray:
        """Return a table as rows of `width`, sharing memory with the replication."""
        array = self.x if word in _IN_X else self.n
        first = int(self.n[word])
        return array[first : first + self.sizes[word]].reshape(-1, width)

    def grow(self) -> None:
        """Make room for more of whatever is short."""
        n = self.n
        need = int(n[code.W_MARGIN] + n[code.W_BURSTS] * n[code.W_INSIDE])
        sizes = dict(self.sizes)
        if n[code.W_FREE] < 0:
            if 2 * int(n[code.N_PATIENTS]) > 1 << code.WHO_BITS:
                raise _too_many()
            for word in _PER_PATIENT:
                sizes[word] *= 2
        for counted, room, words in _ROOMS:
            if n[counted] + need > n[room]:
                for word in words:
                    sizes[word] = self._wanted(counted, room, need) * _WIDTHS[word]
        if not n[code.W_LOGGING]:
            sizes[code.AT_LINES], sizes[code.AT_LINES_X] = code.L_WIDE, code.LX_WIDE
        self._lay(sizes)

    def _lay(self, sizes: dict[int, int]) -> None:
        """Give the tables other lengths, what they hold stays."""
        n, patients = self.n, int(self.n[code.N_PATIENTS])
        old = {word: self.table(word).ravel() for word in self.sizes}
        self.n, self.x = _laid_out(n[: _first(n, code.AT_ROWS)], self.x[: _first(n, code.AT_DURATIONS_X)], sizes)
        self.sizes = sizes
        for word, values in old.items():
            kept = min(len(values), sizes[word])
            self.table(word).ravel()[:kept] = values[:kept]
        _count_rooms(self)
        if int(self.n[code.N_PATIENTS]) > patients:
            _chain(self, patients)

    def free_all(self) -> None:
        """Chain all places of a memory that holds nobody, in their order."""
        patients = self.table(code.AT_PATIENTS, code.P_WIDE)
        patients[:, code.P_NEXT] = [*range(1, len(patients)), -1]
        self.n[code.W_FREE] = 0

    def again(self, used: Memory | None) -> Memory:
        """Return a copy of this memory that holds nobody yet, in the arrays of a used one.

        What no run writes, or reads before it writes, is left as it was: the model, coming events, places in queues,
        lines of the log, visits of those who made none, units that nobody holds. Where the used one had to grow, this
        one grows too, so that no other will have to.
        """
        if used is None:
            return Memory(n=self.n.copy(), x=self.x.copy(), sizes=dict(self.sizes))
        if used.sizes != self.sizes:
            self._lay(used.sizes)
            self.free_all()
        patients = used.table(code.AT_PATIENTS, code.P_WIDE)
        used.table(code.AT_VISITS).reshape(len(patients), -1)[patients[:, code.P_VISITED] > 0] = 0
        held = (patients[:, code.P_HOLDING] > 0) | (self.n[code.W_CLEANS] == 1)  # who cleans counts earlier holds
        used.table(code.AT_HOLDINGS).reshape(len(patients), -1)[held] = 0
        used.n[: code.HEADER], used.x[: code.HEADER_X] = self.n[: code.HEADER], self.x[: code.HEADER_X]
        for word in self.sizes:
            if word not in _LEFT:
                used.table(word)[:] = self.table(word)
        return used

    def _wanted(self, counted: int, room: int, need: int) -> int:
        """Return the new length of a table; of the log's what the run so far promises, so that it moves seldom."""
        used, done = int(self.n[counted]), float(self.x[code.WX_NOW] / self.x[code.WX_HORIZON])
        ahead = int(min(16.0 * used, 1.1 * used / done)) if counted == code.W_LINES and done > 0 else 0
        return max(2 * int(self.n[room]), used + 2 * need, ahead)


_ROOMS = (
    (code.W_CALENDAR, code.N_CALENDAR, (code.AT_CALENDAR, code.AT_CALENDAR_X)),
    (code.W_LINES, code.N_LINES, (code.AT_LINES, code.AT_LINES_X)),
)
_LEFT = {
    *(code.AT_ROWS, code.AT_DURATIONS, code.AT_DURATIONS_X, code.AT_HOURS),  # no run writes them
    *(code.AT_CALENDAR, code.AT_CALENDAR_X, code.AT_NODES, code.AT_LINES, code.AT_LINES_X),
    *(code.AT_VISITS, code.AT_HOLDINGS, code.AT_HOLDINGS_X),
}


def _first(n: np.ndarray, word: int) -> int:
    return int(n[word])


def _laid_out(head: np.ndarray, head_x: np.ndarray, sizes: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    wholes = sum(size for word, size in sizes.items() if word not in _IN_X)
    reals = sum(size for word, size in sizes.items() if word in _IN_X)
    n = np.zeros(len(head) + wholes, dtype=np.int64)
    x = np.zeros(len(head_x) + reals)
    n[: len(head)], x[: len(head_x)] = head, head_x
    place, place_x = len(head), len(head_x)
    for word, size in sizes.items():
        if word in _IN_X:
            n[word], place_x = place_x, place_x + size
        else:
            n[word], place = place, place + size
    return n, x


def _count_rooms(memory: Memory) -> None:
    n, sizes = memory.n, memory.sizes
    n[code.N_CALENDAR] = sizes[code.AT_CALENDAR]
    n[code.N_PATIENTS] = sizes[code.AT_PATIENTS] // code.P_WIDE
    n[code.N_LINES] = sizes[code.AT_LINES] // code.L_WIDE


def _chain(memory: Memory, first: int) -> None:
    """Put the places from `first` on into the list of free places."""
    patients = memory.table(code.AT_PATIENTS, code.P_WIDE)
    patients[first:, code.P_NEXT] = [*range(first + 1, len(patients)), memory.n[code.W_FREE]]
    memory.n[code.W_FREE] = first


def new_memory(
    program: Program, *, key: tuple[int, int], warm_up: float, log: bool, every: float | None, present: int = 0
) -> Memory:
    """Return the arrays of one replication of a program, at time 0 and empty.

    Parameters
    ----------
    key
        The two words of the random key.
    log
        Whether activities are written down.
    every
        Interval of the samples of units in use and patients waiting; None: none.
    present
        Patients who will be put in it before it runs: room for them and half as many again at once.
    """
    model, stations = program.model, program.stations
    samples = 0 if every is None else int(program.horizon / every) + 1
    margin = (4 * len(program.rows) + 8) * (1 + program.places) + 8 * len(stations) + 64
    sizes = _sizes(program, samples, (2 * margin + 4096) if log else 1, (margin, present))
    head = np.concatenate([np.zeros(code.HEADER, dtype=np.int64), program.wholes])
    head_x = np.concatenate([np.zeros(code.HEADER_X), program.reals])
    n, x = _laid_out(head, head_x, sizes)
    memory = Memory(n=n, x=x, sizes=sizes)
    whole = _counts(program) | {
        code.W_COUNTING: warm_up <= 0,
        code.W_OPENING: 1,
        code.W_FREE: -1,
        code.W_READY: -1,
        code.W_LAST_READY: -1,
        code.W_LOGGING: log,
        code.W_MARGIN: margin,
        code.W_BURSTS: bool((stations[:, code.S_PREEMPTS] == 1).any()),
        code.W_CLEANS: bool((stations[:, code.S_CLEANING] >= 0).any()),
        code.W_KEY0: key[0],
        code.W_KEY1: key[1],
        code.N_SAMPLES: samples,
    }
    for word, value in whole.items():
        n[word] = value
    x[code.WX_COUNTED] = x[code.WX_WARM_UP] = warm_up
    x[code.WX_HORIZON], x[code.WX_HOUR] = program.horizon, model.hour
    x[code.WX_PHASE], x[code.WX_SAMPLE_EVERY] = program.clock.phase * model.hour, every or 0.0
    _fill(memory, program, warm_up)
    return memory


def _counts(program: Program) -> dict[int, int]:
    """Return how many there are of each thing that the program names."""
    return {
        code.N_PLACES: program.places,
        code.N_CLASSES: len(program.model.classes),
        code.N_STEPS: len(program.rows),
        code.N_STATIONS: len(program.stations),
        code.N_SOURCES: len(program.sources),
        code.N_ATTRIBUTES: len(program.model.attributes),
        code.N_VISITS: program.visits,
        code.N_MARKS: program.marks,
        code.N_HOURS: len(program.hours),
        code.N_CHANGES: int((np.diff(program.hours) % 168 != 1).sum()),  # of the local clock
    }


def _sizes(program: Program, samples: int, lines: int, room: tuple[int, int]) -> dict[int, int]:
    classes, stations = len(program.model.classes), len(program.stations)
    patients = max(PATIENTS_AT_FIRST, 3 * room[1] // 2 + 1)
    calendar = 2 * room[0] + 4 * patients
    tallies = len(program.tallies) * classes
    return {
        code.AT_ROWS: program.rows.size,
        code.AT_DURATIONS: program.durations.size,
        code.AT_HOURS: program.hours.size,
        code.AT_HEADS: 2 * int(program.stations[:, code.S_LEVELS].sum()),
        code.AT_STATIONS: program.stations.size,
        code.AT_SOURCES: program.sources.size,
        code.AT_TALLIES: tallies,
        code.AT_WITHIN: len(program.within) * classes,
        code.AT_PASSES: len(program.rows) * classes,
        code.AT_ARRIVED: len(program.sources) * classes,
        code.AT_SAMPLES: samples * stations * 3,
        code.AT_CALENDAR: calendar,
        code.AT_PATIENTS: patients * code.P_WIDE,
        code.AT_NODES: patients * program.places * code.Q_WIDE,
        code.AT_HOLDINGS: patients * stations * code.H_WIDE,
        code.AT_ATTRIBUTES: patients * len(program.model.attributes),
        code.AT_VISITS: patients * program.visits,
        code.AT_LINES: lines * code.L_WIDE,
        code.AT_DURATIONS_X: program.durations_x.size,
        code.AT_STATIONS_X: stations * code.SX_WIDE,
        code.AT_SOURCES_X: program.sources_x.size,
        code.AT_TALLIES_X: tallies * code.TX_WIDE,
        code.AT_CALENDAR_X: calendar,
        code.AT_PATIENTS_X: patients * code.PX_WIDE,
        code.AT_HOLDINGS_X: patients * stations * code.HX_WIDE,
        code.AT_MARKS: patients * program.marks,
        code.AT_LINES_X: lines * code.LX_WIDE,
    }


def _fill(memory: Memory, program: Program, warm_up: float) -> None:
    given = {
        code.AT_ROWS: program.rows,
        code.AT_DURATIONS: program.durations,
        code.AT_HOURS: program.hours,
        code.AT_STATIONS: program.stations,
        code.AT_SOURCES: program.sources,
        code.AT_DURATIONS_X: program.durations_x,
        code.AT_SOURCES_X: program.sources_x,
    }
    for word, values in given.items():
        memory.table(word).ravel()[:] = values.ravel()
    memory.table(code.AT_HEADS)[:] = -1
    memory.table(code.AT_STATIONS_X, code.SX_WIDE)[:, code.SX_IDLE_SINCE] = warm_up
    _count_rooms(memory)
    _chain(memory, 0)


def _too_many() -> SettingError:
    return SettingError(
        (
            problem(
                "plus de huit millions de patients sont présents à la fois",
                "more than eight million patients are present at once",
                remedy=("vérifier les taux et les capacités", "check the rates and capacities"),
            ),
        )
    )
