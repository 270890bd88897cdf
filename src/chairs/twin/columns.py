"""Those who may be present at a start, written out as columns once, however many replications take from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from chairs.core.counter import word
from chairs.twin.compiling import Program
from chairs.twin.engine import layout as code
from chairs.twin.steps import Delay, Patience, Seize
from chairs.twin.surviving import Surviving

if TYPE_CHECKING:
    from chairs.twin.durations import Durations
    from chairs.twin.state import Present

LEAST = 1e-300  # of a survival: nobody is where nobody can be
NOTHING = dt.timedelta(0)
LONGEST = 87_660.0  # hours, ten years: what began before is taken to have begun then

Spot = tuple[int, str, float, Mapping[str, int]]  # who, at which step, since when, and what he holds there


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """A stay that is a mixture: by part the cumulated weights and the survival so far, and where the parts stand."""

    key: int
    first: int
    sums: np.ndarray
    survival: float
    parts: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One line for each place at which somebody may be.

    `patients` and `reals` are the records that the engine keeps of a patient there, but for his number; `own` is the
    line of the person in `attributes`. `held` has one line for each resource held (resource, units, row at which it was
    asked for, 1 for once), those of line k from `first[k]` on.
    """

    program: Program
    own: np.ndarray
    patients: np.ndarray
    reals: np.ndarray
    stays: np.ndarray
    elapsed: np.ndarray
    remaining: np.ndarray
    is_mixed: np.ndarray
    mixed: Mapping[int, Mixed]
    first: np.ndarray
    held: np.ndarray
    attributes: np.ndarray

    def __len__(self) -> int:
        return len(self.patients)


def columns_of(program: Program, state: Sequence[Present]) -> Columns:
    """Return the columns of a state: one place for each of those present."""
    spots = [(number, person.step, person.elapsed, person.holds) for number, person in enumerate(state)]
    since = [person.elapsed if person.since_arrival is None else person.since_arrival for person in state]
    remaining = [np.nan if person.remaining is None else person.remaining for person in state]
    return written_out(program, state, spots, since, remaining=remaining)


def written_out(
    program: Program,
    people: Sequence[Present],
    spots: Sequence[Spot],
    since: Sequence[float] | np.ndarray,
    *,
    remaining: Sequence[float] | None = None,
    surviving: Surviving | None = None,
) -> Columns:
    """Return the columns of places where people may be.

    Parameters
    ----------
    people
        Their classes, attributes, levels and patience; where they are, `spots` says.
    since
        Since when they are in the hospital, by spot.
    remaining
        How long the stay at each spot still lasts; None, or not a number: the engine draws it.
    surviving
        What is known of this model's durations already.
    """
    book = _Book(program, people, surviving or Surviving())
    rest = np.full(len(spots), np.nan) if remaining is None else np.array(remaining, dtype=float)
    gained = book.gained(spots, np.isnan(rest).tolist())
    survival, mixed = book.survivals(spots, np.isnan(rest).tolist(), gained)
    lines = [
        (book.stations[name], units, book.asked_at(name, book.rows[step]), 1)
        for _, step, _, holds in spots
        for name, units in holds.items()
    ]
    own = np.array([spot[0] for spot in spots], dtype=np.int64)
    patients, reals = _records(book, people, spots, own)
    reals[:, code.PX_ARRIVED] = -np.array(since, dtype=float)
    reals[:, code.PX_SURVIVAL], reals[:, code.PX_GAINED] = survival, gained
    return Columns(
        program=program,
        own=own,
        patients=patients,
        reals=reals,
        stays=np.array([spot[1] in book.delays for spot in spots], dtype=bool),
        elapsed=reals[:, code.PX_ELAPSED].copy(),
        remaining=rest,
        is_mixed=np.isin(np.arange(len(spots)), list(mixed)),
        mixed=mixed,
        first=np.concatenate([[0], np.cumsum(patients[:, code.P_HOLDING])]).astype(np.int64),
        held=np.array(lines, dtype=np.int64).reshape(-1, 4),
        attributes=book.attributes(people),
    )


def _records(
    book: _Book, people: Sequence[Present], spots: Sequence[Spot], own: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what the engine keeps of a patient at each spot: who he is, where, since when, and his patience."""
    patience = book.patience(people)[own]
    patients = np.zeros((len(spots), code.P_WIDE), dtype=np.int64)
    patients[:, code.P_ROW] = [book.rows[spot[1]] for spot in spots]
    patients[:, [code.P_CLASS, code.P_PRIORITY]] = book.classes_of(people)[own]
    patients[:, code.P_DRAWN], patients[:, code.P_PATIENCE] = -1, patience[:, 0]
    patients[:, code.P_SOURCE] = word("state")
    patients[:, code.P_HOLDING] = [len(spot[3]) for spot in spots]
    reals = np.zeros((len(spots), code.PX_WIDE))
    reals[:, code.PX_ELAPSED] = [spot[2] for spot in spots]
    reals[:, [code.PX_PATIENCE_ELAPSED, code.PX_PATIENCE_SURVIVAL]] = np.where(patience[:, :1] >= 0, patience[:, 1:], 0)
    return patients, reals


@dataclass(frozen=True)
class _Book:
    """A program with its steps and resources by name, and the people it is asked about."""

    program: Program
    people: Sequence[Present]
    surviving: Surviving
    _rows_asked: dict[tuple[str, int], int] = field(default_factory=dict)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        return {step.name: row for row, step in enumerate(self.program.model.steps)}

    @cached_property
    def delays(self) -> Mapping[str, Delay]:
        return {step.name: step for step in self.program.model.steps if isinstance(step, Delay)}

    @cached_property
    def _classes(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.program.model.classes)}

    @cached_property
    def stations(self) -> Mapping[str, int]:
        return {resource.name: place for place, resource in enumerate(self.program.model.resources)}

    @cached_property
    def _levels(self) -> Mapping[str, tuple[str, Mapping[str, int]]]:
        """First level and places of the levels of each attribute."""
        return {
            label.name: (label.levels[0], {level: place for place, level in enumerate(label.levels)})
            for label in self.program.model.attributes
        }

    @cached_property
    def _asking(self) -> Mapping[str, list[int]]:
        """Rows at which each resource is asked for."""
        found: dict[str, list[int]] = {}
        for row, step in enumerate(self.program.model.steps):
            for name in {name for option in step.options for name in option} if isinstance(step, Seize) else ():
                found.setdefault(name, []).append(row)
        return found

    def asked_at(self, resource: str, row: int) -> int:
        """Return the row at which somebody who is at `row` will have asked for a resource: the last one before it."""
        place = (resource, row)
        if place not in self._rows_asked:
            asking = self._asking.get(resource, [])
            self._rows_asked[place] = max([one for one in asking if one <= row] or asking or [row])
        return self._rows_asked[place]

    def classes_of(self, people: Sequence[Present]) -> np.ndarray:
        """Return class and level of each person; level -1: his class's."""
        lines = [(self._classes[p.patient_class], -1 if p.priority is None else p.priority) for p in people]
        return np.array(lines, dtype=np.int64).reshape(-1, 2)

    def attributes(self, people: Sequence[Present]) -> np.ndarray:
        """Return the levels of the attributes of each person."""
        lines = [
            [places[person.attributes.get(name, first)] for name, (first, places) in self._levels.items()]
            for person in people
        ]
        return np.array(lines, dtype=np.int64).reshape(len(people), len(self._levels))

    def patience(self, people: Sequence[Present]) -> np.ndarray:
        """Return row, time run and survival of each person's clock; row -1: none runs."""
        found = np.full((len(people), 3), -1.0)
        for number, person in enumerate(people):
            if person.patience is not None:
                row = self.rows[person.patience]
                step = self.program.model.steps[row]
                assert isinstance(step, Patience)
                clock = step.duration.rows[self._line(step.duration, number)]
                found[number] = row, person.patience_elapsed, clock.survival(person.patience_elapsed)
        return found

    def gained(self, spots: Sequence[Spot], drawn: Sequence[bool]) -> list[float]:
        """Return the time by which the clock was put forward since each stay began that ends by it; 0 for all others.

        Whole days are counted on the clock: of a stay over a day of 23 hours, 24 are over at the end of that day.
        """
        found = [0.0] * len(spots)
        start, hour = self.program.start, self.program.model.hour
        if start is None:
            return found
        local = start.astimezone(ZoneInfo(self.program.model.timezone))
        lands = {name for name, step in self.delays.items() if step.lands is not None}
        known: dict[float, float] = {}  # a patient may be in many places, since one moment
        for place, (_, name, elapsed, _) in enumerate(spots):
            if name in lands and drawn[place] and elapsed > 0:
                if elapsed not in known:
                    known[elapsed] = _put_forward(local, min(elapsed / hour, LONGEST)) * hour
                found[place] = known[elapsed]
        return found

    def survivals(
        self, spots: Sequence[Spot], drawn: Sequence[bool], gained: Sequence[float]
    ) -> tuple[np.ndarray, dict[int, Mixed]]:
        """Return the survival so far of each stay whose rest is drawn (1 for all others), and those of mixtures."""
        found, mixed, of = [1.0] * len(spots), {}, self.surviving.of
        delays = {name: (step, not _by_person(step)) for name, step in self.delays.items()}
        for place, (number, name, passed, _) in enumerate(spots):
            if name not in delays or not drawn[place]:
                continue
            (step, alike), elapsed = delays[name], max(passed + gained[place], 0.0)
            line = 0 if alike else self._line(step.duration, number)
            duration = step.duration.rows[line]
            share = of(duration, elapsed)
            if duration.kind == "mixture" and share > 0:
                mixed[place] = self._mixed(step, line, elapsed)
            found[place] = max(share, LEAST)
        return np.array(found), mixed

    def _mixed(self, step: Delay, line: int, elapsed: float) -> Mixed:
        duration = step.duration.rows[line]
        parts = tuple(part.survival(elapsed) for part in duration.parts)
        place = int(self.program.rows[self.rows[step.name], code.R_FIRST]) + line
        return Mixed(
            key=word("part", step.name),
            first=int(self.program.durations[place, code.D_FIRST]),
            sums=np.cumsum([weight * part for weight, part in zip(duration.weights, parts, strict=True)]),
            survival=duration.survival(elapsed),
            parts=parts,
        )

    def _line(self, table: Durations, number: int) -> int:
        """Return the line of a table that counts for a person (that of his first visit, at the start's hour)."""
        kind, _, name = table.by.partition(":")
        person, line = self.people[number], 0
        if kind == "class":
            line = self._classes[person.patient_class]
        elif kind == "attribute":
            first, places = self._levels[name]
            line = places[person.attributes.get(name, first)]
        elif kind in ("hour", "hour_of_week", "weekday"):
            hour = int(self.program.hours[0])
            line = {"hour": hour % 24, "weekday": hour // 24}.get(kind, hour)
        return line


def _by_person(step: Delay) -> bool:
    """Say whether the line of a step's table differs between those present."""
    return step.duration.by.partition(":")[0] in ("class", "attribute", "hour", "hour_of_week", "weekday")


def _put_forward(local: dt.datetime, hours: float) -> float:
    """Return by how many hours the clock was put forward in the hours before a local moment."""
    begun = (local.astimezone(dt.UTC) - dt.timedelta(hours=hours)).astimezone(local.tzinfo)
    return ((local.utcoffset() or NOTHING) - (begun.utcoffset() or NOTHING)) / dt.timedelta(hours=1)
