"""`chairs twin scenario`: what a scenario changes in a hospital's twin, with its interval."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from chairs.cli.twin import _model, aside, console
from chairs.store.stage import language

if TYPE_CHECKING:
    from chairs.twin.experiment import Effect


def scenario_(  # noqa: PLR0917 - one argument per option of the command
    model: Annotated[Path, typer.Argument(help="The model of a hospital, a JSON file (stage simulate).")],
    scenario: Annotated[Path, typer.Argument(help="What differs: pipelines/scenarios/NAME.yaml.")],
    first: Annotated[str, typer.Option(help="First day counted: 2024-01-01.")] = "2024-01-01",
    days: Annotated[float, typer.Option(help="Days counted in each replication.")] = 91.0,
    pairs: Annotated[int, typer.Option(min=2, help="Pairs of runs first.")] = 4,
    most: Annotated[int, typer.Option(min=2, help="Pairs of runs at most.")] = 12,
    half: Annotated[float, typer.Option(help="Half-width wanted for the wait for a bed, in hours.")] = 0.5,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    threads: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Run the model with and without the scenario under the same chance, and print the effects."""
    from chairs.core.records import read_yaml
    from chairs.twin.experiment import Bench, Design
    from chairs.twin.hospital.effects import NO_QUEUE, touches_unlimited
    from chairs.twin.hospital.outcomes import outcomes
    from chairs.twin.scenario import read_scenario

    asked = read_scenario(read_yaml(scenario), scenario.name)
    design = Design(
        days=days, first=first, pilot=pairs, most=max(most, pairs), seed=seed, threads=threads,
        precision={"boarding_mean": half},
    )  # fmt: skip
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


def _printed(effects: tuple[Effect, ...]) -> Table:
    table = Table("measure", "before", "effect", "95 %", "pairs", "status")
    for one in effects:
        numbers = (f"{one.before:.3g}", f"{one.mean:+.3g}", f"{one.low:+.3g} … {one.high:+.3g}")
        table.add_row(one.measure, *numbers, str(one.replications), one.status)
    return table
