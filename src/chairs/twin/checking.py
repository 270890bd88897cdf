"""Is a model fit to run? Refusals in words before anything starts; warnings where only the reader can judge."""

from __future__ import annotations

import math
from collections.abc import Iterator

from chairs.core.errors import Problem, SettingError, problem
from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Durations
from chairs.twin.model import UNITS_AN_HOUR, Model
from chairs.twin.paths import path_problems
from chairs.twin.resources import Resource
from chairs.twin.steps import Delay, Leave, Mark, Patience, Reclass, Release, Route, Seize, Step, Tally

CLOSE = 1e-9
MOST_PIECES = 20_000_000
MOST_UNITS = 4095
Fault = tuple[str, str]


def check(model: Model, *, horizon: float) -> None:
    """Refuse a model that cannot run as it is meant.

    Raises
    ------
    SettingError
        With every fault found: unknown or double names, probabilities that do not sum to one, negative numbers,
        steps that nobody reaches, resources that are never released, loops in which no time passes.
    """
    where = model.name
    faults = [*_horizon(model, horizon), *_names(model)]
    if not faults:
        for resource in model.resources:
            faults += [
                _in(f"resource « {resource.name} »", f'resource "{resource.name}"', f)
                for f in _resource(resource, model)
            ]
        for arrivals in model.arrivals:
            faults += [
                _in(f"arrivées « {arrivals.name} »", f'arrivals "{arrivals.name}"', f)
                for f in _arrivals(arrivals, model, horizon)
            ]
        for place, step in enumerate(model.steps):
            faults += [_in(f"étape « {step.name} »", f'step "{step.name}"', f) for f in _step(step, place, model)]
        faults += list(_attributes(model))
    problems: list[Problem] = [problem(fr, en, file=where) for fr, en in faults]
    problems = problems or path_problems(model, where)
    if problems:
        raise SettingError(tuple(problems))


def _in(fr: str, en: str, fault: Fault) -> Fault:
    return f"{fr} : {fault[0]}", f"{en}: {fault[1]}"


def _horizon(model: Model, horizon: float) -> Iterator[Fault]:
    if not (math.isfinite(horizon) and horizon > 0):
        yield "la durée simulée n'est pas un nombre positif", "the length of the run is not a positive number"
    elif horizon / model.hour > MOST_PIECES:
        yield "la durée simulée dépasse vingt millions d'heures", "the run is longer than twenty million hours"
    if model.time_unit not in UNITS_AN_HOUR:
        yield "unité de temps inconnue", "unknown unit of time"


def _names(model: Model) -> Iterator[Fault]:
    kinds = {
        ("classe", "class"): list(model.classes),
        ("étape", "step"): [step.name for step in model.steps],
        ("ressource", "resource"): [resource.name for resource in model.resources],
        ("liste d'arrivées", "list of arrivals"): [arrivals.name for arrivals in model.arrivals],
        ("attribut", "attribute"): [attribute.name for attribute in model.attributes],
    }
    for (fr, en), names in kinds.items():
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{fr} « {name} » donnée deux fois", f'{en} "{name}" is given twice'
    if not model.classes:
        yield "aucune classe de patients", "no class of patients"
    if not model.steps:
        yield "aucune étape", "no step"
    if len(model.steps) > 30_000 or len(model.resources) > 4000 or len(model.classes) > 1000:
        yield "trop d'étapes, de ressources ou de classes", "too many steps, resources or classes"


def _positive(values: object, least: float = 0.0) -> bool:
    numbers = values if isinstance(values, list | tuple) else [values]
    return all(isinstance(v, int | float) and math.isfinite(v) and v >= least for v in numbers)


def _resource(resource: Resource, model: Model) -> Iterator[Fault]:
    numbers = [resource.capacity or 0, *(s.capacity for s in resource.shifts), *(c.capacity for c in resource.closures)]
    if not _positive(numbers):
        yield "capacité négative", "negative capacity"
    if resource.capacity is None and resource.closures and not resource.shifts:
        yield "fermeture d'une ressource sans capacité", "a closure of a resource without a capacity"
    most = 24 if resource.roster == "day" else 168
    if not all(0 <= shift.at < most for shift in resource.shifts):
        yield f"heure de relève hors de 0 à {most}", f"hour of a shift outside 0 to {most}"
    if not all(closure.start < closure.end for closure in resource.closures):
        yield "une fermeture finit avant de commencer", "a closure ends before it starts"
    for names in (resource.priority, resource.ageing):
        yield from _known(names, model.classes, "classe", "class")
    if not all(isinstance(level, int) and 0 <= level < 100 for level in resource.priority.values()):
        yield "priorité hors de 0 à 99", "priority outside 0 to 99"
    if not all(_positive(value) and value > 0 for value in resource.ageing.values()):
        yield "délai de vieillissement nul ou négatif", "ageing time is zero or negative"


def _known(names: object, choices: object, fr: str, en: str) -> Iterator[Fault]:
    for name in names:  # type: ignore[attr-defined]
        if name not in choices:  # type: ignore[operator]
            listed = ", ".join(map(str, choices))  # type: ignore[call-overload]
            yield f"{fr} inconnue « {name} » (il y a : {listed})", f'unknown {en} "{name}" (there are: {listed})'


def _shares(shares: object) -> bool:
    return _positive(shares) and abs(sum(shares) - 1) <= CLOSE  # type: ignore[call-overload]


def _arrivals(arrivals: Arrivals, model: Model, horizon: float) -> Iterator[Fault]:
    yield from _known(arrivals.classes, model.classes, "classe", "class")
    yield from _known([arrivals.to], [step.name for step in model.steps], "étape", "step")
    if not _shares(tuple(arrivals.classes.values())):
        yield "les parts des classes ne font pas 1", "the shares of the classes do not sum to one"
    if not _positive([*arrivals.rates, *arrivals.weekday, *arrivals.month, arrivals.holiday, arrivals.factor]):
        yield "un taux ou un facteur est négatif", "a rate or factor is negative"
    if not _positive([arrivals.level_cv]) or arrivals.level_cv > 100 or 0 < arrivals.level_cv < 1e-6:
        yield "level_cv hors de 1e-6 à 100", "level_cv is outside 1e-6 to 100"
    if not 0 <= arrivals.shows <= 1:
        yield (
            "la part des rendez-vous honorés n'est pas entre 0 et 1",
            "the share of kept appointments is not in 0 to 1",
        )
    if arrivals.kind == "weekly":
        yield from _weekly(arrivals)
    elif arrivals.kind == "renewal":
        if arrivals.gap is None or arrivals.gap.average() <= 0:
            yield "il faut un intervalle moyen positif (gap)", "a gap with a positive mean is needed"
    else:
        yield from _repeated(arrivals, horizon)


def _weekly(arrivals: Arrivals) -> Iterator[Fault]:
    if len(arrivals.rates) not in (24, 168):
        yield "il faut 24 ou 168 taux horaires", "24 or 168 hourly rates are needed"
    if len(arrivals.weekday) not in (0, 7) or len(arrivals.month) not in (0, 12):
        yield "il faut 7 facteurs de jour et 12 de mois", "7 factors of days and 12 of months are needed"


def _repeated(arrivals: Arrivals, horizon: float) -> Iterator[Fault]:
    every = arrivals.every
    if every is not None and not (math.isfinite(every) and every > 0):
        yield "« every » n'est pas un nombre positif", '"every" is not a positive number'
    elif every is not None and horizon / every > MOST_PIECES:
        yield "« every » est trop court pour cette durée", '"every" is too short for a run of this length'
    if arrivals.kind == "cycle" and (not arrivals.rates or (len(arrivals.rates) > 1 and every is None)):
        yield "il faut des taux et la durée de chacun (every)", "rates and how long each lasts (every) are needed"
    if arrivals.kind == "scheduled":
        if not arrivals.times or not _positive(arrivals.times):
            yield "il faut des heures de rendez-vous, positives", "times of appointments, not negative, are needed"
        elif every is not None and max(arrivals.times) >= every:
            yield "un rendez-vous est après la fin du cycle", "an appointment is after the end of the cycle"


def _attributes(model: Model) -> Iterator[Fault]:
    for attribute in model.attributes:
        lines = [attribute.shares, *attribute.by_class.values()]
        if not attribute.levels or not all(len(line) == len(attribute.levels) and _shares(line) for line in lines):
            yield (
                f"attribut « {attribute.name} » : les parts ne font pas 1",
                f'attribute "{attribute.name}": the shares do not sum to one',
            )
        yield from _known(attribute.by_class, model.classes, "classe", "class")


def _lines(by: str, lines: int, model: Model) -> Iterator[Fault]:
    kind, _, name = by.partition(":")
    attributes = {attribute.name: len(attribute.levels) for attribute in model.attributes}
    needed = {"all": 1, "class": len(model.classes), "hour": 24, "hour_of_week": 168}.get(by)
    if kind == "attribute":
        yield from _known([name], attributes, "attribut", "attribute")
        needed = attributes.get(name)
    elif kind == "queue":
        yield from _known([name], [resource.name for resource in model.resources], "ressource", "resource")
    elif by != "visit" and needed is None:
        yield f"« by » inconnu : {by}", f'unknown "by": {by}'
    if lines < 1 or (needed is not None and lines != needed):
        yield (
            f"{lines} lignes pour « {by} », il en faut {needed or 1}",
            f'{lines} lines for "{by}", {needed or 1} needed',
        )


def _table(table: Durations, model: Model) -> Iterator[Fault]:
    yield from _lines(table.by, len(table.rows), model)


def _step(step: Step, place: int, model: Model) -> Iterator[Fault]:
    names = [other.name for other in model.steps]
    yield from _known([step.next] if step.next is not None else [], names, "étape", "step")
    if step.next is None and place + 1 == len(names) and not isinstance(step, Leave | Route):
        yield "la dernière étape ne mène nulle part", "the last step leads nowhere"
    if isinstance(step, Delay):
        yield from _table(step.duration, model)
        if step.window and not 0 <= step.window.opens < step.window.closes <= 24:
            yield "la fenêtre de sortie n'est pas dans la journée", "the window is not within the day"
    elif isinstance(step, Patience):
        yield from _table(step.duration, model)
        yield from _known([step.leaves], names, "étape", "step")
    elif isinstance(step, Route):
        yield from _route(step, model, names)
    elif isinstance(step, Seize):
        yield from _seize(step, model, names)
    else:
        yield from _small_step(step, model)


def _route(step: Route, model: Model, names: list[str]) -> Iterator[Fault]:
    yield from _lines(step.by, len(step.probabilities), model)
    yield from _known(step.to, names, "étape", "step")
    if not step.to:
        yield "aucune suite", "no step to go to"
    for number, line in enumerate(step.probabilities, start=1):
        if len(line) != len(step.to):
            yield f"ligne {number} : une probabilité par suite", f"line {number}: one probability a branch"
        elif not _shares(line):
            yield (
                f"ligne {number} : les probabilités ne font pas 1",
                f"line {number}: the probabilities do not sum to one",
            )


def _seize(step: Seize, model: Model, names: list[str]) -> Iterator[Fault]:
    resources = {resource.name: resource for resource in model.resources}
    if not step.options or not all(step.options):
        yield "ne demande rien", "asks for nothing"
    for option in step.options:
        yield from _known(option, resources, "ressource", "resource")
        if not all(isinstance(units, int) and 1 <= units <= MOST_UNITS for units in option.values()):
            yield f"nombre d'unités hors de 1 à {MOST_UNITS}", f"number of units outside 1 to {MOST_UNITS}"
    if (step.queue_limit is None) != (step.refused is None):
        yield "queue_limit et refused vont ensemble", "queue_limit and refused go together"
    if step.queue_limit is not None and step.queue_limit < 0:
        yield "limite de file négative", "negative queue limit"
    yield from _known([step.refused] if step.refused is not None else [], names, "étape", "step")
    if step.worsens:
        if step.worsens.after.by not in ("all", "class"):
            yield "l'aggravation se donne pour tous ou par classe", "worsening is given for all or by class"
        yield from _table(step.worsens.after, model)
        yield from _known([*step.worsens.to, *step.worsens.to.values()], model.classes, "classe", "class")


def _small_step(step: Step, model: Model) -> Iterator[Fault]:
    if isinstance(step, Release):
        yield from _known(step.resources, [resource.name for resource in model.resources], "ressource", "resource")
    elif isinstance(step, Reclass):
        yield from _known([*step.to, *step.to.values()], model.classes, "classe", "class")
    elif isinstance(step, Tally):
        clocks = {other.clock for other in model.steps if isinstance(other, Mark)}
        yield from _known([c for c in (step.since, step.until) if c is not None], clocks, "horloge", "clock")
        same = {other.within for other in model.steps if isinstance(other, Tally) and other.measure == step.measure}
        if len(same) > 1:
            yield "la même mesure a d'autres limites ailleurs", "the same measure has other limits elsewhere"
        if not _positive(step.within):
            yield "une limite est négative", "a limit is negative"
