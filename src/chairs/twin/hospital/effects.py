"""The effects of a study's scenarios as the table `effects`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.twin.experiment import Bench, Design, Effect, decompose
from chairs.twin.hospital.outcomes import UNITS, outcomes
from chairs.twin.scenario import fits, merged
from chairs.twin.spread import Spread, spread

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.model import Model
    from chairs.twin.scenario import Scenario

DECIMALS = 4
PAIRS_A_SAMPLE = 4
BEYOND = "/interaction"  # what a combination does beyond the sum of its levers
NO_QUEUE = Text(
    fr="Le journal ne montre jamais de file à cet endroit : le nombre de places n'est pas identifiable.",
    en="The log never shows a queue there: the number of places cannot be identified.",
)


def effects_table(
    model: Model,
    scenarios: Sequence[Scenario],
    design: Design,
    known: Mapping[str, Mapping[str, Spread]] | None = None,
) -> pd.DataFrame:
    """Return the effect of each scenario on each measure of `outcomes`.

    A scenario that combines others also has what it does beyond the sum of their effects (`NAME/interaction`).

    Parameters
    ----------
    known
        By scenario and measure, the error that comes from the log's being a sample (`input_spread`); without it the
        column is empty and the interval holds the noise of the simulation alone.
    """
    bench, known = Bench(model, design, outcomes), known or {}
    named = {scenario.name: scenario for scenario in scenarios}
    found: list[Effect] = []
    for scenario in (merged(one, named) for one in scenarios):
        unlimited = touches_unlimited(model, scenario)
        found += _unknown(scenario) if unlimited else bench.effects(scenario, known.get(scenario.name))
        parts = named[scenario.name].combines
        if parts and not unlimited:
            levers = {name: named[name] for name in parts}
            found += [
                replace(one, scenario=f"{scenario.name}{BEYOND}")
                for one in decompose(bench, levers, scenario)["interaction"]
            ]
    return written(found, {one.name: merged(one, named) for one in scenarios})


def input_spread(
    models: Iterable[Model], scenarios: Sequence[Scenario], design: Design, wider: float = 1.0
) -> dict[str, dict[str, Spread]]:
    """Return, by scenario and measure, what the log's being one sample adds to the error of each effect.

    Parameters
    ----------
    models
        The model learnt again from the log drawn again (`calibrate_again`), three or more.
    design
        As of the effects, but that few pairs are run with each model. They have other random numbers than those of
        the effects, and the same from model to model: what pairs have in common is no difference between models.
    """
    first = design.most  # a batch that `Bench.effects` never runs
    found: dict[str, dict[str, list[np.ndarray]]] = {}
    for model in models:
        bench = Bench(model, design, outcomes)
        plain = bench.values(None, first, PAIRS_A_SAMPLE)
        named = {scenario.name: scenario for scenario in scenarios}
        for scenario in (merged(one, named) for one in scenarios):
            if touches_unlimited(model, scenario):
                continue
            changed = bench.values(scenario, first, PAIRS_A_SAMPLE)
            for name, values in changed.items():
                found.setdefault(scenario.name, {}).setdefault(name, []).append(values - plain[name])
    spreads = {key: {name: spread(np.stack(rows), wider) for name, rows in of.items()} for key, of in found.items()}
    return {key: {name: one for name, one in of.items() if one is not None} for key, of in spreads.items()}


def touches_unlimited(model: Model, scenario: Scenario) -> bool:
    """Say whether a scenario changes a place whose number the log does not show: no queue was ever seen there."""
    return any(
        resource.capacity is None and not resource.shifts
        for resource in model.resources
        if any(fits(resource.name, name) for name in scenario.resources)
    )


def _unknown(scenario: Scenario) -> list[Effect]:
    numbers = dict.fromkeys(("before", "mean", "low", "high", "se", "input_se"), math.nan)
    return [
        Effect(scenario=scenario.name, measure=name, replications=0, status="not_valid", reason=NO_QUEUE, **numbers)
        for name in UNITS
    ]


def written(effects: Sequence[Effect], scenarios: Mapping[str, Scenario] | None = None) -> pd.DataFrame:
    """Return effects as the table `effects`, rounded and in its order, with what each scenario costs."""
    import pandas as pd

    contract = CONTRACTS["effects"]
    numbers = ("before", "mean", "low", "high", "se", "input_se")
    rows = [
        {
            "scenario": one.scenario,
            "measure": one.measure,
            "unit": UNITS[one.measure],
            **{name: round(getattr(one, name), DECIMALS) for name in numbers},
            "replications": one.replications,
            **{name: getattr((scenarios or {}).get(one.scenario), name, None) for name in ("fte", "euros")},
            "status": one.status,
            "reason": None if one.reason is None else one.reason.en,
        }
        for one in effects
    ]
    table = contract.conform(pd.DataFrame(rows, columns=list(contract.columns)))
    return table.sort_values(list(contract.order), kind="stable", ignore_index=True)
