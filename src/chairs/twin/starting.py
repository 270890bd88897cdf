"""From who is where to a state the engine can start from: one draw of what is not known, a replication."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from chairs.core.errors import SettingError, problem
from chairs.twin.chances import Chance, Clock, chance_of
from chairs.twin.columns import Columns, written_out
from chairs.twin.following import Followed, Map
from chairs.twin.lists import Lists, lists
from chairs.twin.model import Model
from chairs.twin.state import Present
from chairs.twin.steps import Delay, Seize, Step
from chairs.twin.successive import later

if TYPE_CHECKING:
    from chairs.twin.compiling import Program
    from chairs.twin.surviving import Surviving
    from chairs.twin.whereabouts import Person

SECOND = 1_000_000
NOTHING: Mapping[str, int] = {}
FEW = 11  # patients present under which unknown steps may be chance


@dataclass(frozen=True, kw_only=True)
class Starter:
    """Everything needed to draw states: for each patient present, where he may be.

    `guessed` counts those whose last step the model does not know: they were placed by their unit, or anywhere.
    """

    people: tuple[Present, ...]
    chances: tuple[tuple[Chance, ...], ...]
    guessed: int

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return one state: by patient a place among all that `columns` has, and how long he stays there.

        The time is not a number where the engine draws it.
        """
        numbers = rng.random((len(self.people), 2))
        ways = self._ways.chosen(np.arange(len(self.people)), numbers[:, 0])
        rests = self._rests.chosen(ways, numbers[:, 1])
        return ways, self._left[rests]

    def columns(self, program: Program, surviving: Surviving | None = None) -> Columns:
        """Return all places, written out for the memory of a replication."""
        spots = [(number, chance.step, chance.elapsed, chance.holds) for number, chance in self._whose]
        since = [max(self.people[number].since_arrival or 0.0, chance.elapsed) for number, chance in self._whose]
        known = [np.nan if chance.rest is None else 0.0 for _, chance in self._whose]  # `draw` says how long
        return written_out(program, self.people, spots, since, remaining=known, surviving=surviving)

    @cached_property
    def _whose(self) -> tuple[tuple[int, Chance], ...]:
        return tuple((number, chance) for number, ways in enumerate(self.chances) for chance in ways)

    @cached_property
    def _left(self) -> np.ndarray:
        unknown = np.full(1, np.nan)
        parts = [unknown if chance.rest is None else chance.rest[:, 0] for _, chance in self._whose]
        return np.concatenate([np.zeros(0), *parts])

    @cached_property
    def _ways(self) -> Lists:
        return lists([[chance.weight for chance in ways] for ways in self.chances])

    @cached_property
    def _rests(self) -> Lists:
        alone = np.ones(1)
        return lists([alone if chance.rest is None else chance.rest[:, 1] for _, chance in self._whose])


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
        When the model has no step at which somebody could be, or does not know the step of most of those present: it
        was not learnt from their log.

    Notes
    -----
    A patient's history leads to a state of the model (`follow`). From it, each way on has the probability of its
    route times that of having lasted so long: Bayes' rule on what is not seen. A step under way holds its resource;
    one that is over, or that a log dates once, is followed by the delay before the next. Where several delays follow
    one another the later ones begin when those before them end (`chairs.twin.successive`). Lengths in whole days with
    a time of landing, or tabulated by hour or weekday of their beginning, are drawn here, given that beginning.
    """
    found = followed or Followed(Map(model))
    found.turn()
    present = tuple(_present(model, person, at) for person in people)
    classes = [model.classes.index(one.patient_class) for one in present]
    drawn = [_chances(found, person, at, cls) for person, cls in zip(people, classes, strict=True)]
    guessed = sum(guess for _, guess in drawn)
    strange = len(people) >= FEW and guessed > len(people) / 2
    if strange or any(not chances for chances, _ in drawn):
        what = (
            "le modèle n'a pas d'étape où placer les patients présents",
            "the model has no step at which to place those present",
        )
        if strange:
            told = f"{guessed}/{len(people)}"
            what = (
                f"le modèle ne connaît pas l'étape de la plupart des patients présents ({told})",
                f"the model does not know the step of most of those present ({told})",
            )
        remedy = ("donner le modèle calibré sur ce journal", "give the model calibrated on this log")
        raise SettingError((problem(*what, remedy=remedy),))
    return Starter(
        people=present,
        chances=tuple(chances for chances, _ in drawn),
        guessed=guessed,
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


def _chances(followed: Followed, person: Person, at: dt.datetime, cls: int) -> tuple[tuple[Chance, ...], bool]:
    found = followed.map
    begun = person.step_since if person.step_end is None else person.step_end
    local = dt.datetime.fromtimestamp(begun / SECOND, tz=ZoneInfo(found.model.timezone))
    places = followed.places(person.history, (local.hour, local.weekday(), cls))
    guessed = not places
    if guessed:
        places = _anywhere(found, person)
    clock = at.astimezone(local.tzinfo), local
    chances = list(_ways(found, places, person, (_since(found.model, begun, at), clock, cls)))
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


def _ways(found: Map, places: Mapping[str, float], person: Person, since: tuple[float, Clock, int]) -> Iterator[Chance]:
    """Give where somebody may be who was last seen at one of these steps."""
    elapsed, clock, cls = since
    over, now = person.step_end is not None, (clock[1].hour, clock[1].weekday(), cls)
    for name, weight in places.items():
        step = found.steps[name]
        shown = isinstance(step, Delay)
        if isinstance(step, Delay) and not (over and found.first_delays(name, now, False)):
            yield chance_of(found, step, (weight, elapsed, _held(found, step, person)), clock)
        elif person.waiting and isinstance(step, Seize):
            yield Chance(weight=weight, step=name, elapsed=elapsed)
        else:
            holds = _held(found, step, person)
            for spot in found.first_delays(name, now, over and not shown):  # after a delay, what comes first
                drawn = (weight * spot.weight, elapsed, NOTHING if spot.released else holds)
                first = found.steps[spot.step]
                assert isinstance(first, Delay)
                one = chance_of(found, first, drawn, clock)
                goes_on = found.tail(spot.step, spot.released) > 0
                if one.weight > 0 or not goes_on:
                    yield one
                if goes_on:
                    yield from later(found, spot, drawn, clock, cls)


def _held(found: Map, step: Step, person: Person) -> Mapping[str, int]:
    if not isinstance(step, Seize):
        return dict.fromkeys(found.in_hand(step.name, person.unit, person.resource), 1)
    here = (person.unit, person.resource)
    fitting = [option for option in step.options if any(word in here or found.units[word] in here for word in option)]
    return dict((fitting or step.options)[0])
