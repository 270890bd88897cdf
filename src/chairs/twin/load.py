"""Can the queues of a model be stable? A warning for the reader, never a refusal: a surge is a scenario."""

from __future__ import annotations

import dataclasses

import numpy as np

from chairs.core.errors import Text
from chairs.twin.arrivals import Arrivals
from chairs.twin.clock import read_clock
from chairs.twin.model import Model
from chairs.twin.paths import Situation, situations
from chairs.twin.rosters import capacities, hourly_rates
from chairs.twin.steps import Delay, Seize

MOST_SITUATIONS = 3000
UNCHECKED = Text(
    fr="le modèle a trop de situations possibles : ni les étapes jamais atteintes ni les ressources jamais libérées "
    "n'ont été cherchées",
    en="the model has too many possible situations: steps that nobody reaches and resources that are never released "
    "were not looked for",
)


def offered_load(model: Model) -> dict[str, float]:
    """Return the mean number of units of each resource that treatment alone would keep busy.

    Waits with a resource in hand are left out, and so are those who lose patience: it is a lower bound for
    patients who stay. Empty when the model has too many situations to solve.

    Notes
    -----
    Expected visits v of each situation solve v = a + P'v (traffic equations, Jackson 1957); the load of a
    resource is the sum over situations that hold it of v times the mean duration there.
    """
    found = situations(model)
    if found is None or len(found) > MOST_SITUATIONS:
        return {}
    places = {here: place for place, here in enumerate(found)}
    visits = _visits(model, found, places)
    load = dict.fromkeys((resource.name for resource in model.resources), 0.0)
    units = {name: n for step in model.steps if isinstance(step, Seize) for o in step.options for name, n in o.items()}
    steps = {step.name: step for step in model.steps}
    for here, place in places.items():
        step = steps[here.step]
        if isinstance(step, Delay):
            for name in here.held:
                load[name] += float(visits[place]) * _mean(step, here, model) * units[name]
    return load


def _visits(
    model: Model, found: dict[Situation, list[tuple[Situation, float]]], places: dict[Situation, int]
) -> np.ndarray:
    """Return the expected visits of each situation in a unit of time; not a number where nobody ever leaves."""
    flow = np.zeros((len(found), len(found)))
    for here, after in found.items():
        for there, weight in after:
            flow[places[there], places[here]] += weight
    coming = np.zeros(len(found))
    for arrivals in model.arrivals:
        for cls, share in arrivals.classes.items():
            if share > 0:
                coming[places[Situation(arrivals.to, cls, frozenset(), None)]] += mean_rate(arrivals, model) * share
    try:
        return np.linalg.solve(np.eye(len(found)) - flow, coming)
    except np.linalg.LinAlgError:
        return np.full(len(found), np.nan)


def _mean(step: Delay, here: Situation, model: Model) -> float:
    rows = step.duration.rows
    if step.duration.by == "class":
        return rows[model.classes.index(here.patient_class)].average()
    return sum(row.average() for row in rows) / len(rows)


def mean_rate(arrivals: Arrivals, model: Model) -> float:
    """Return the mean number of arrivals in a unit of time, over a week or a cycle without seasons."""
    if arrivals.kind == "weekly":
        return float(hourly_rates(arrivals, read_clock(None, 1.0, model.timezone)).mean()) / model.hour
    if arrivals.kind == "cycle":
        return float(np.mean(arrivals.rates)) * arrivals.factor
    if arrivals.kind == "renewal" and arrivals.gap is not None:
        return 1.0 / arrivals.gap.average()
    return arrivals.shows * len(arrivals.times) / arrivals.every if arrivals.every else 0.0


def warnings(model: Model) -> list[Text]:
    """Return one sentence for each resource whose queue cannot be stable; closures, which end, are left out.

    Examples
    --------
    >>> from chairs.twin.anchors.queues import mmc
    >>> [text.en for text in warnings(mmc(3.0, 1.0, 2))]
    ['resource "server": treatment alone asks for 3.0 units, 2.0 are open on average; its queue will grow for ever']
    """
    load = offered_load(model)
    clock = read_clock(None, 168.0, model.timezone)
    found = [] if situations(model) is not None else [UNCHECKED]
    for resource in model.resources:
        week = 168 * model.hour
        changes = capacities(dataclasses.replace(resource, closures=()), clock, model.hour, week)
        ends = [time for time, _ in changes[1:]] + [week]
        hours = sum(units * (end - time) for (time, units), end in zip(changes, ends, strict=True))
        mean, asked = hours / week, load.get(resource.name, 0.0)
        if (resource.capacity is None and not resource.shifts) or asked < mean:
            continue
        if asked > 0:
            found.append(
                Text(
                    fr=f"ressource « {resource.name} » : les soins seuls demandent {asked:.1f} unités, {mean:.1f} "
                    "sont ouvertes en moyenne ; sa file grandira sans fin",
                    en=f'resource "{resource.name}": treatment alone asks for {asked:.1f} units, {mean:.1f} are open '
                    "on average; its queue will grow for ever",
                )
            )
    return found
