"""From who is where to a state the engine can start from: one draw of what is not known, a replication."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chairs.core.errors import SettingError, problem
from chairs.twin.durations import Duration, Durations
from chairs.twin.following import Followed, Map
from chairs.twin.model import Model
from chairs.twin.state import Present
from chairs.twin.steps import Delay, Seize

if TYPE_CHECKING:
    import numpy as np

    from chairs.twin.whereabouts import Person

SECOND = 1_000_000
DAY = 1440.0  # minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """One place in the model at which a patient may be: its weight, and how the rest of his stay there is drawn."""

    weight: float
    step: str
    elapsed: float
    holds: Mapping[str, int] = field(default_factory=dict)
    rest: tuple[tuple[float, float], ...] = ()  # remaining times and their weights; empty: the engine draws


@dataclass(frozen=True, kw_only=True)
class Starter:
    """Everything needed to draw states: for each patient present, where he may be.

    `guessed` counts those whose last step the model does not know: they were placed by their unit, or anywhere.
    """

    people: tuple[Present, ...]
    chances: tuple[tuple[Chance, ...], ...]
    guessed: int

    def draw(self, rng: np.random.Generator) -> tuple[Present, ...]:
        """Return one state: a place and, where the engine does not draw it, a remaining time for each patient."""
        import numpy as np

        numbers = rng.random((len(self.people), 2))
        ways = self._ways.chosen(np.arange(len(self.people)), numbers[:, 0])
        rests = self._rests.chosen(ways, numbers[:, 1])
        known, found = self._known, []
        for way, rest in zip(ways.tolist(), rests.tolist(), strict=True):
            place = (way, rest)
            if place not in known:
                known[place] = self._placed(way, rest)
            found.append(known[place])
        return tuple(found)

    def _placed(self, way: int, rest: int) -> Present:
        number, chance = self._whose[way]
        person = self.people[number]
        return Present(  # written out: `dataclasses.replace` costs five times as much
            step=chance.step,
            patient_class=person.patient_class,
            elapsed=chance.elapsed,
            since_arrival=max(person.since_arrival or 0.0, chance.elapsed),
            holds=chance.holds,
            attributes=person.attributes,
            remaining=self._left[rest] if chance.rest else None,
        )

    @cached_property
    def _whose(self) -> tuple[tuple[int, Chance], ...]:
        return tuple((number, chance) for number, ways in enumerate(self.chances) for chance in ways)

    @cached_property
    def _left(self) -> tuple[float, ...]:
        return tuple(hours for _, chance in self._whose for hours, _ in chance.rest or ((0.0, 1.0),))

    @cached_property
    def _ways(self) -> _Lists:
        return _lists([[chance.weight for chance in ways] for ways in self.chances])

    @cached_property
    def _rests(self) -> _Lists:
        return _lists([[weight for _, weight in chance.rest] or [1.0] for _, chance in self._whose])

    @cached_property
    def _known(self) -> dict[tuple[int, int], Present]:
        return {}


@dataclass(frozen=True, eq=False)
class _Lists:
    """Weights of many lists one after the other: their sums, scaled so that list k ends at k + 1."""

    sums: np.ndarray
    first: np.ndarray

    def chosen(self, lists: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Return for each list named the place, among all, that a number between 0 and 1 falls on."""
        import numpy as np

        found = np.searchsorted(self.sums, lists + u, side="right")
        kept: np.ndarray = np.clip(found, self.first[lists], self.first[lists + 1] - 1)
        return kept


def _lists(weights: Sequence[Sequence[float]]) -> _Lists:
    import numpy as np

    first = np.concatenate([[0], np.cumsum([len(one) for one in weights])]).astype(np.int64)
    alone = np.ones(1)  # most lists have one element
    shares = [alone if len(one) == 1 else np.cumsum(one) / np.sum(one) for one in weights]
    sums = np.concatenate([np.zeros(0), *shares]) + np.repeat(np.arange(len(weights)), np.diff(first))
    return _Lists(sums, first)


def starter(model: Model, people: Sequence[Person], at: dt.datetime, followed: Followed | None = None) -> Starter:
    """Return what states are drawn from: where each patient may be in the model at a moment.

    Parameters
    ----------
    people
        Who is present (`chairs.twin.whereabouts.people`).
    at
        That moment, with its time zone.
    followed
        The map of this model, and where those present were at the last forecast; it changes nothing but the time.

    Raises
    ------
    SettingError
        When the model has no step at which anybody could be.

    Notes
    -----
    A patient's history leads to a state of the model (`follow`). From it, each way on has the probability of its
    route times that of having lasted so long: Bayes' rule on what is not seen. A step under way holds its resource;
    one that is over, or that a log dates once, is followed by the delay before the next. Lengths in whole days with
    a time of landing, or tabulated by hour or weekday of their beginning, are drawn here, given that beginning.
    """
    found = followed or Followed(Map(model))
    found.turn()
    drawn = [_chances(found, person, at) for person in people]
    if any(not chances for chances, _ in drawn):
        raise SettingError(
            (
                problem(
                    "le modèle n'a aucune étape où placer les patients présents",
                    "the model has no step at which to place those present",
                    remedy=("donner le modèle calibré sur ce journal", "give the model calibrated on this log"),
                ),
            )
        )
    return Starter(
        people=tuple(_present(model, person, at) for person in people),
        chances=tuple(chances for chances, _ in drawn),
        guessed=sum(guess for _, guess in drawn),
    )


def _present(model: Model, person: Person, at: dt.datetime) -> Present:
    levels = {label.name: label.levels for label in model.attributes}
    first = person.history[0][0] if person.history else person.activity
    named = (person.attributes.get("class"), first, f"{first} {person.unit}")
    known = next((name for name in named if name in model.classes), model.classes[-1])
    labels = {name: value for name, value in person.attributes.items() if value in levels.get(name, ())}
    return Present(
        step="",
        patient_class=known,
        since_arrival=_since(model, person.arrived, at),
        attributes=labels,
    )


def _since(model: Model, moment: int, at: dt.datetime) -> float:
    """Return the time since a moment, in the model's unit."""
    now = round(at.timestamp() * SECOND)
    return max(now - moment, 0) / SECOND / 3600 * model.hour


def _chances(followed: Followed, person: Person, at: dt.datetime) -> tuple[tuple[Chance, ...], bool]:
    found = followed.map
    begun = person.step_since if person.step_end is None else person.step_end
    local = dt.datetime.fromtimestamp(begun / SECOND, tz=ZoneInfo(found.model.timezone))
    when = (local.hour, local.weekday())
    places = followed.places(person.history, when)
    guessed = not places
    if guessed:
        places = _anywhere(found, person)
    chances: list[Chance] = []
    for name, weight in places.items():
        chances += _at(found, (name, weight), person, (at, local))
    if not chances:  # the model lets nobody stay there: he asks again, and goes on
        chances = [Chance(weight=weight, step=name, elapsed=0.0) for name, weight in places.items()]
    alive = [chance for chance in chances if chance.weight > 0]
    if alive:
        return tuple(alive), guessed
    longest = [Chance(weight=1.0, step=one.step, elapsed=one.elapsed, holds=one.holds) for one in chances]
    return tuple(longest), guessed


def _anywhere(found: Map, person: Person) -> dict[str, float]:
    shown = [name for names in found.asked.values() for name in names]
    here = [name for name in shown if found.fits(name, person.unit, person.resource)]
    return dict.fromkeys(here or shown, 1.0)


def _at(found: Map, place: tuple[str, float], person: Person, when: tuple[dt.datetime, dt.datetime]) -> list[Chance]:
    """Return where somebody may be who was last seen at one step."""
    name, weight = place
    at, local = when
    step = found.steps[name]
    elapsed = _since(found.model, person.step_since if person.step_end is None else person.step_end, at)
    holds = _held(found, step, person)
    if person.waiting and isinstance(step, Seize):
        return [Chance(weight=weight, step=name, elapsed=elapsed)]
    if isinstance(step, Delay):
        return [_chance(found.model, step, (weight, elapsed, {}), when)]
    over = person.step_end is not None
    delays = [spot for spot in found.ahead(name, local.hour, local.weekday()) if not spot.shown]
    fitting = [spot for spot in delays if spot.released == over] or delays
    return [
        _chance(found.model, found.steps[spot.step], (weight * spot.weight, elapsed, {} if spot.released else holds),
                when) for spot in fitting
    ]  # fmt: skip


def _held(found: Map, step: object, person: Person) -> Mapping[str, int]:
    if not isinstance(step, Seize):
        return {}
    here = (person.unit, person.resource)
    fitting = [option for option in step.options if any(word in here or found.units[word] in here for word in option)]
    return dict((fitting or step.options)[0])


def _chance(
    model: Model, step: object, drawn: tuple[float, float, Mapping[str, int]], when: tuple[dt.datetime, dt.datetime]
) -> Chance:
    assert isinstance(step, Delay)
    weight, elapsed, holds = drawn
    at, local = when
    row = _row(step.duration, local)
    if step.window is None and step.held is None and (step.lands is not None or step.duration.by in _BY_TIME):
        ends = _ends(row, step.lands, (at.astimezone(local.tzinfo), local), model.hour / 60)
        if ends is not None:
            mass = sum(share for _, share in ends)
            return Chance(weight=weight * mass, step=step.name, elapsed=elapsed, holds=holds, rest=ends)
    return Chance(weight=weight * row.survival(elapsed), step=step.name, elapsed=elapsed, holds=holds)


_BY_TIME = ("hour", "hour_of_week", "weekday")


def _row(table: Durations, local: dt.datetime) -> Duration:
    lines = {
        "hour": local.hour,
        "weekday": local.weekday(),
        "hour_of_week": 24 * local.weekday() + local.hour,
    }
    return table.rows[min(lines.get(table.by, 0), len(table.rows) - 1)]


def _points(duration: Duration) -> list[tuple[float, float]] | None:
    """Return values and shares of a discrete distribution; None for another one."""
    if duration.kind == "fixed":
        return [(duration.mean or 0.0, 1.0)]
    if duration.kind == "empirical":
        shares = duration.weights or (1 / len(duration.values),) * len(duration.values)
        return list(zip(duration.values, shares, strict=True))
    return None


def _ends(
    row: Duration, lands: Duration | None, clock: tuple[dt.datetime, dt.datetime], minute: float
) -> tuple[tuple[float, float], ...] | None:
    """Return the times a stay may still last and their shares (sum: the probability of having lasted so long).

    `clock` is now and the beginning, local. Days of 23 or 25 hours count as 24: the end may be an hour off.
    """
    points, hands = _points(row), None if lands is None else _points(lands)
    if points is None or (lands is not None and hands is None):
        return None
    now, begun = clock
    passed = (now.replace(tzinfo=None) - begun.replace(tzinfo=None)).total_seconds() / 60 * minute
    if hands is None:
        return tuple((value - passed, share) for value, share in points if value > passed)
    midnight = (begun.hour * 60 + begun.minute + begun.second / 60) * minute  # since the midnight before it began
    found = []
    for value, share in points:
        day = (midnight + value) // (DAY * minute) * DAY * minute
        found += [(day + hand - midnight - passed, share * part) for hand, part in hands]
    return tuple((rest, share) for rest, share in found if rest > 0)
