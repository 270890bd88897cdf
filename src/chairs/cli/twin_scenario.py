"""`chairs twin scenario`: what a scenario changes in a hospital's twin, with its interval."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from chairs.cli.twin import _model, aside, console
from chairs.store.stage import language

if TYPE_CHECKING:
    from chairs.twin.experiment import Design, Effect


def scenario_(  # noqa: PLR0917 - one argument per option of the command
    model: Annotated[Path, typer.Argument(help="The model of a hospital, a JSON file (stage simulate).")],
    scenario: Annotated[Path, typer.Argument(help="What differs: pipelines/scenarios/NAME.yaml.")],
    first: Annotated[str | None, typer.Option(help="First day counted: 2024-01-01.")] = None,
    days: Annotated[float | None, typer.Option(help="Days counted in each replication.")] = None,
    pairs: Annotated[int | None, typer.Option(min=2, help="Pairs of runs first.")] = None,
    most: Annotated[int | None, typer.Option(min=2, help="Pairs of runs at most.")] = None,
    half: Annotated[float | None, typer.Option(help="Half-width wanted for the wait for a bed, in hours.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same bytes.")] = None,
    threads: Annotated[int | None, typer.Option(min=1)] = None,
) -> None:
    """Run the model with and without the scenario under the same chance, and print the effects.

    What is not said is as in the stage simulate (params.yaml).
    """
    from chairs.core.records import read_yaml
    from chairs.twin.experiment import Bench
    from chairs.twin.hospital.effects import NO_QUEUE, touches_unlimited
    from chairs.twin.hospital.outcomes import outcomes
    from chairs.twin.scenario import read_scenario

    asked = read_scenario(read_yaml(scenario), scenario.name)
    given: dict[str, Any] = {
        "first": first,
        "days": days,
        "pilot": pairs,
        "most": most,
        "seed": seed,
        "threads": threads,
    }
    given["precision"] = None if half is None else {"boarding_mean": half}
    design = _design({name: value for name, value in given.items() if value is not None})
    read = _model(model, None)
    if touches_unlimited(read, asked):
        console.print(NO_QUEUE.say(language()))
        raise typer.Exit(1)
    with Progress(console=aside, transient=True) as bar:
        bar.add_task(asked.name, total=None)
        found = Bench(read, design, outcomes).effects(asked)
    if asked.title is not None:
        console.print(asked.title.say(language()))
    console.print(_printed(found))


def _design(given: dict[str, Any]) -> Design:
    from chairs.core.records import build
    from chairs.store import paths
    from chairs.twin.experiment import Design

    usual = {name: value for name, value in paths.params("simulate").items() if name != "log_samples"}
    asked = build(Design, {**usual, **given}, "params.yaml, simulate")
    return replace(asked, most=max(asked.most, asked.pilot))


def _printed(effects: tuple[Effect, ...]) -> Table:
    table = Table("measure", "before", "effect", "95 %", "pairs", "status")
    for one in effects:
        numbers = (f"{one.before:.3g}", f"{one.mean:+.3g}", f"{one.low:+.3g} … {one.high:+.3g}")
        table.add_row(one.measure, *numbers, str(one.replications), one.status)
    return table
