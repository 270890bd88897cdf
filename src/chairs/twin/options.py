"""What may be chosen: levers with bounds and steps, what they cost, the limits that any choice must keep."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from chairs.core.errors import Problem, SettingError, Text, problem, unknown
from chairs.core.records import build
from chairs.twin.changing import MORE
from chairs.twin.clock import WEEK
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.scenario import Scenario
from chairs.twin.searching import Choice, Grid

Total = Literal["units", "fte", "euros"]
TOTALS: tuple[Total, ...] = ("units", "fte", "euros")
ROUNDING = 1e-9  # a total of prices such as 0.1 + 0.2 is not over a limit of 0.3
DAY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """Units (beds, people on duty) added to one resource, or taken away: from `lowest` to `highest` by `step`.

    Parameters
    ----------
    hours
        Local hours of each day between which the units are there ([8, 20]; [20, 8] over midnight); none: always.
    fte, euros
        What one unit costs: full-time equivalents, and euros a year.
    """

    resource: str
    highest: int
    lowest: int = 0
    step: int = 1
    hours: tuple[float, ...] = ()
    fte: float = 0.0
    euros: float = 0.0
    title: Text | None = None

    @property
    def values(self) -> tuple[int, ...]:
        """All values that the lever may take."""
        return tuple(range(self.lowest, self.highest + 1, self.step))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A total over some levers (default: all) that must stay within bounds, whatever is chosen."""

    of: Total
    at_most: float = math.inf
    at_least: float = -math.inf
    levers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Replications and trials.

    Parameters
    ----------
    first, batch, most
        Replications of every combination compared, then at each further look, and at most.
    final
        Fresh replications of what is on the frontier, from which its effects are estimated.
    compared
        Combinations compared at most; when more keep the limits, a search picks them.
    trials, trial
        Combinations the search tries, and replications of each.
    """

    first: int = 10
    batch: int = 5
    most: int = 60
    final: int = 20
    compared: int = 40
    trials: int = 120
    trial: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which levers, within which limits, judged by what.

    Parameters
    ----------
    notice
        What must be known before reading the answer (invented data, say).
    objectives
        Measures of the twin, and totals (`units`, `fte`, `euros`); of all, less is better.
    tolerance
        For each measure among them, the difference that is not worth telling apart.
    alpha
        Probability of a wrong frontier that is accepted.
    first_day, days, warm_up_days, seed
        The window of each replication, as for a scenario.
    """

    name: str
    levers: Mapping[str, Lever]
    objectives: tuple[str, ...]
    tolerance: Mapping[str, float]
    title: Text | None = None
    question: Text | None = None
    notice: Text | None = None
    limits: tuple[Limit, ...] = ()
    alpha: float = 0.05
    first_day: str | None = None
    days: float = 63.0
    warm_up_days: float = 28.0
    seed: int = 1
    effort: Effort = field(default_factory=Effort)

    @property
    def measures(self) -> tuple[str, ...]:
        """The objectives that only the twin can tell."""
        return tuple(name for name in self.objectives if name not in TOTALS)

    @property
    def totals(self) -> tuple[str, ...]:
        """The objectives that are known without it."""
        return tuple(name for name in self.objectives if name in TOTALS)


def read_question(data: object, where: str = "question") -> Question:
    """Build a question from what a file holds, and check all that needs no model.

    Raises
    ------
    SettingError
        In words, for each thing that is wrong.
    """
    asked = build(Question, data, where)
    found = [*_wrong_levers(asked, where), *_wrong_goals(asked, where)]
    if found:
        raise SettingError(tuple(found))
    return asked


def _wrong_levers(asked: Question, where: str) -> Iterator[Problem]:
    if not asked.levers:
        yield problem("aucun levier", "no lever", file=where)
    for name, lever in asked.levers.items():
        place = f"{where}, {name}"
        if lever.step < 1 or lever.highest < lever.lowest:
            fr, en = "bornes ou pas impossibles", "impossible bounds or step"
            yield problem(fr, en, file=place, remedy=("lowest <= highest, step >= 1", "lowest <= highest, step >= 1"))
        hours = lever.hours
        if hours and not (len(hours) == 2 and all(0 <= h <= DAY for h in hours) and hours[0] != hours[1]):
            fr, en = "les heures sont un début et une fin, de 0 à 24", "hours are a begin and an end, 0 to 24"
            yield problem(fr, en, file=place, remedy=("écrire [8, 20]", "write [8, 20]"))
        if not (math.isfinite(lever.fte) and math.isfinite(lever.euros)):
            yield problem("un coût n'est pas un nombre", "a cost is not a number", file=place)
    for limit in asked.limits:
        for name in limit.levers:
            if name not in asked.levers:
                yield unknown(("levier", "lever"), name, list(asked.levers), file=f"{where}, limits").problems[0]
        if math.isnan(limit.at_most) or math.isnan(limit.at_least) or limit.at_least > limit.at_most:
            yield problem("limites contradictoires", "limits that contradict each other", file=f"{where}, limits")


def _wrong_goals(asked: Question, where: str) -> Iterator[Problem]:
    if not asked.measures or len(set(asked.objectives)) < len(asked.objectives):
        yield problem(
            "il faut au moins une mesure parmi les objectifs, et chacun une seule fois",
            "at least one measure is needed among the objectives, and each of them once", file=f"{where}, objectives",
        )  # fmt: skip
    for name in asked.measures:
        if not 0 < asked.tolerance.get(name, math.nan) < math.inf:
            yield problem(
                f"« {name} » n'a pas de tolérance au-dessus de 0", f'"{name}" has no tolerance above 0',
                file=f"{where}, tolerance",
                remedy=("dire quelle différence ne compte pas", "say which difference does not matter"),
            )  # fmt: skip
    for name in sorted(set(asked.tolerance) - set(asked.measures)):
        yield unknown(("mesure", "measure"), name, asked.measures, file=f"{where}, tolerance").problems[0]
    effort = asked.effort
    small = min(effort.batch, effort.trial, effort.trials, effort.compared - 1)
    if small < 1 or min(effort.first, effort.final) < 2 or effort.most < effort.first or not 0 < asked.alpha < 0.5:
        yield problem(
            "effort impossible", "impossible effort", file=f"{where}, effort",
            remedy=(
                "first et final au moins 2, most au moins first, compared au moins 2, alpha entre 0 et 0,5",
                "first and final at least 2, most at least first, compared at least 2, alpha between 0 and 0.5",
            ),
        )  # fmt: skip
    if not (0 < asked.days < math.inf and 0 <= asked.warm_up_days < math.inf):
        yield problem("durée impossible", "impossible length of time", file=f"{where}, days")


def total(question: Question, choice: Choice, of: str, levers: Sequence[str] = ()) -> float:
    """Return what a combination adds up to: `units`, `fte` or `euros`.

    Examples
    --------
    >>> asked = Question(name="q", levers={"MIN": Lever(resource="MIN", highest=8, fte=1.4)}, objectives=(),
    ...     tolerance={})
    >>> total(asked, (5,), "units"), total(asked, (5,), "fte")
    (5.0, 7.0)
    """
    pairs = zip(question.levers.items(), choice, strict=True)
    prices = ((1.0 if of == "units" else getattr(lever, of), units, name) for (name, lever), units in pairs)
    return math.fsum(price * units for price, units, name in prices if not levers or name in levers)


def grid_of(question: Question) -> Grid:
    """Return the combinations, and by how much each breaks the limits."""

    def excess(choice: Choice) -> float:
        over = 0.0
        for limit in question.limits:
            found = total(question, choice, limit.of, limit.levers)
            over = max(over, found - limit.at_most - ROUNDING, limit.at_least - found - ROUNDING)
        return over

    return Grid(values=tuple(lever.values for lever in question.levers.values()), excess=excess)


def check_options(question: Question, model: Model, measures: Sequence[str]) -> None:
    """Check a question against a model and the measures of which less is better.

    Raises
    ------
    SettingError
        For a resource that the model does not have or whose number the log did not show, units that are not there
        to be taken away, a measure that is not known.
    """
    from chairs.twin.hospital.effects import NO_QUEUE, touches_unlimited

    resources = {resource.name: resource for resource in model.resources}
    for name in question.measures:
        if name not in measures:
            raise unknown(("objectif", "objective"), name, [*measures, *TOTALS], file=question.name)
    for name, lever in question.levers.items():
        where = f"{question.name}, {name}"
        if lever.resource not in resources:
            raise unknown(("ressource", "resource"), lever.resource, list(resources), file=where)
        if touches_unlimited(model, Scenario(resources={lever.resource: {}})):
            raise SettingError((Problem(what=NO_QUEUE, file=where),))
        resource = resources[lever.resource]
        there = max([shift.capacity for shift in resource.shifts] or [resource.capacity or 0])
        if there + sum(one.lowest for one in question.levers.values() if one.resource == lever.resource) < 0:
            fr, en = "plus d'unités retirées qu'il n'y en a", "more units taken away than there are"
            raise SettingError((problem(fr, en, file=where),))


def scenario_of(question: Question, choice: Choice, model: Model) -> Scenario | None:
    """Return a combination as a scenario; None when it changes nothing.

    Examples
    --------
    >>> levers = {"night": Lever(resource="nurse", highest=2, hours=(20, 8))}
    >>> asked = Question(name="q", levers=levers, objectives=(), tolerance={})
    >>> model = Model(name="m", classes=("a",), arrivals=(), steps=(), resources=(Resource(name="nurse", capacity=3),))
    >>> [(row["at"], row["capacity"]) for row in scenario_of(asked, (1,), model).resources["nurse"]["shifts"]]
    [(0.0, 4), (8.0, 3), (20.0, 4)]
    """
    changes: dict[str, dict[str, Any]] = {}
    chosen = [(lever, units) for lever, units in zip(question.levers.values(), choice, strict=True) if units]
    for resource in model.resources:
        always = sum(units for lever, units in chosen if lever.resource == resource.name and not lever.hours)
        part = [(lever.hours, units) for lever, units in chosen if lever.resource == resource.name and lever.hours]
        change: dict[str, Any] = {MORE: always} if always else {}
        if part:
            change["shifts"] = _roster(resource, part)
        if change:
            changes[resource.name] = change
    return Scenario(name=question.name, resources=changes) if changes else None


def _roster(resource: Resource, added: Sequence[tuple[tuple[float, ...], int]]) -> list[dict[str, Any]]:
    """Return the shifts of a resource with units added between hours of each day; no shift falls below none."""
    length = WEEK if resource.shifts and resource.roster == "week" else DAY
    rows = sorted((shift.at, shift.capacity) for shift in resource.shifts) or [(0.0, resource.capacity or 0)]
    marks = {float(day + hour) % length for hours, _ in added for hour in hours for day in range(0, length, DAY)}
    found = []
    for at in sorted({0.0, *marks, *(at for at, _ in rows)}):
        now = [capacity for begins, capacity in rows if begins <= at] or [rows[-1][1]]
        more = sum(units for hours, units in added if _within(at % DAY, hours))
        found.append({"at": at, "capacity": max(now[-1] + more, 0)})
    return found


def _within(hour: float, hours: tuple[float, ...]) -> bool:
    begin, end = hours
    return begin <= hour < end if begin < end else hour >= begin or hour < end
