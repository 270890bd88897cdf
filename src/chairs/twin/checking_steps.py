"""Faults of the steps of a model, each for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chairs.twin.clock import REST
from chairs.twin.faults import Fault, known, lines_fit, positive, sums_to_one, table_fits
from chairs.twin.model import Model
from chairs.twin.steps import Delay, Leave, Mark, Patience, Reclass, Release, Route, Seize, Step, Tally

MOST_UNITS = 4095
MOST_WAITING = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What each step is held against: the names of all, the clocks that are set, the limits of each measure."""

    names: Mapping[str, None]
    clocks: frozenset[str]
    within: Mapping[str, frozenset[tuple[float, ...]]]


def table_of(model: Model) -> Table:
    """Return what each step of a model is held against."""
    within: dict[str, set[tuple[float, ...]]] = {}
    for step in model.steps:
        if isinstance(step, Tally):
            within.setdefault(step.measure, set()).add(step.within)
    return Table(
        names=dict.fromkeys(step.name for step in model.steps),
        clocks=frozenset(step.clock for step in model.steps if isinstance(step, Mark)),
        within={measure: frozenset(limits) for measure, limits in within.items()},
    )


def step_faults(step: Step, place: int, model: Model, table: Table) -> Iterator[Fault]:
    """Give what is wrong with a step, its place in the table given."""
    names = table.names
    yield from known([step.next] if step.next is not None else [], names, "étape", "step")
    if step.next is None and place + 1 == len(names) and not isinstance(step, Leave | Route):
        yield "la dernière étape ne mène nulle part", "the last step leads nowhere"
    if isinstance(step, Delay):
        yield from table_fits(step.duration, model)
        if step.window and not 0 <= step.window.opens < step.window.closes <= 24:
            yield "la fenêtre de sortie n'est pas dans la journée", "the window is not within the day"
        if step.window and step.lands:
            yield "window et lands ne vont pas ensemble", "window and lands do not go together"
        if step.held:
            yield from _held(step)
    elif isinstance(step, Patience):
        yield from table_fits(step.duration, model)
        yield from known([step.leaves], names, "étape", "step")
    elif isinstance(step, Route):
        yield from _route(step, model, names)
    elif isinstance(step, Seize):
        yield from _seize(step, model, names)
    else:
        yield from _small_step(step, model, table)


def _held(step: Delay) -> Iterator[Fault]:
    shares = step.held.shares if step.held else {}
    if not step.lands:
        yield "held demande lands", "held needs lands"
    yield from known([word for words in shares for word in words.split()], REST, "jour de repos", "day of rest")
    if not positive(list(shares.values())) or sum(shares.values()) > 1 + 1e-6:
        yield "les parts de held dépassent 1 ou sont négatives", "the shares of held exceed 1 or are negative"


def _route(step: Route, model: Model, names: Mapping[str, None]) -> Iterator[Fault]:
    yield from lines_fit(step.by, len(step.probabilities), model)
    yield from known(step.to, names, "étape", "step")
    if not step.to:
        yield "aucune suite", "no step to go to"
    distinct = {id(line): line for line in step.probabilities}  # a line often counts for many classes
    unfit = {which for which, line in distinct.items() if not sums_to_one(line)}
    for number, line in enumerate(step.probabilities, start=1):
        if len(line) != len(step.to):
            yield f"ligne {number} : une probabilité par suite", f"line {number}: one probability a branch"
        elif id(line) in unfit:
            yield (
                f"ligne {number} : les probabilités ne font pas 1",
                f"line {number}: the probabilities do not sum to one",
            )


def _seize(step: Seize, model: Model, names: Mapping[str, None]) -> Iterator[Fault]:
    resources = {resource.name: resource for resource in model.resources}
    if not step.options or not all(step.options):
        yield "ne demande rien", "asks for nothing"
    for option in step.options:
        yield from known(option, resources, "ressource", "resource")
        if not all(isinstance(units, int) and 1 <= units <= MOST_UNITS for units in option.values()):
            yield f"nombre d'unités hors de 1 à {MOST_UNITS}", f"number of units outside 1 to {MOST_UNITS}"
    if (step.queue_limit is None) != (step.refused is None):
        yield "queue_limit et refused vont ensemble", "queue_limit and refused go together"
    if step.queue_limit is not None and not 0 <= step.queue_limit <= MOST_WAITING:
        yield "limite de file négative ou de plus d'un milliard", "queue limit negative or of more than a billion"
    yield from known([step.refused] if step.refused is not None else [], names, "étape", "step")
    if step.worsens:
        if step.worsens.after.by not in ("all", "class"):
            yield "l'aggravation se donne pour tous ou par classe", "worsening is given for all or by class"
        yield from table_fits(step.worsens.after, model)
        yield from known([*step.worsens.to, *step.worsens.to.values()], model.classes, "classe", "class")


def _small_step(step: Step, model: Model, table: Table) -> Iterator[Fault]:
    if isinstance(step, Release):
        yield from known(step.resources, [resource.name for resource in model.resources], "ressource", "resource")
    elif isinstance(step, Reclass):
        yield from known([*step.to, *step.to.values()], model.classes, "classe", "class")
    elif isinstance(step, Tally):
        yield from known([c for c in (step.since, step.until) if c is not None], table.clocks, "horloge", "clock")
        if len(table.within[step.measure]) > 1:
            yield "la même mesure a d'autres limites ailleurs", "the same measure has other limits elsewhere"
        if not positive(step.within):
            yield "une limite est négative", "a limit is negative"
