"""`chairs twin optimise`: which choices of beds or rosters no other choice beats, with a stated risk of error."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, TaskID
from rich.table import Table

from chairs.cli.twin import _clean_stop, _model, aside, console
from chairs.store.stage import language

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.optimise import Frontier
    from chairs.twin.optimise import Progress as Told

PHASES = {
    "search": {"fr": "recherche", "en": "search"},
    "compare": {"fr": "comparaison", "en": "comparison"},
    "estimate": {"fr": "effets", "en": "effects"},
}
NO_DIRECTION = "beds_in_use"  # neither more nor less of it is better


def optimise_(
    model: Annotated[Path, typer.Argument(help="The model of a hospital, a JSON file (stage simulate).")],
    question: Annotated[Path, typer.Argument(help="Levers, limits, objectives: pipelines/optimise/NAME.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder for the tables, the JSON and the pages.")],
    seed: Annotated[
        int | None, typer.Option(help="Instead of the question's; the same seed gives the same bytes.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads; they change the time it takes, not the result.")] = 1,
) -> None:
    """Find which combinations of levers no other one beats among those that keep the limits."""
    from chairs.core.records import read_yaml
    from chairs.twin.hospital.outcomes import UNITS, outcomes
    from chairs.twin.optimise import optimise
    from chairs.twin.options import read_question

    asked = read_question(read_yaml(question), question.name)
    if seed is not None:
        asked = dataclasses.replace(asked, seed=seed)
    read = _model(model, None)
    measures = [name for name in UNITS if name != NO_DIRECTION]
    with _clean_stop(), _bars() as told:
        found = optimise(asked, read, outcomes, measures, threads=threads, progress=told)
    _write(found, out)
    _keep(found, (model, question))
    _say(found)


@contextmanager
def _bars() -> Iterator[Told]:
    """Give what draws one progress bar a phase, in replications."""
    with Progress(console=aside, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def told(phase: str, done: int, of: int | None) -> None:
            if phase not in tasks:
                tasks[phase] = bar.add_task(PHASES[phase][language()], total=of)
            bar.update(tasks[phase], completed=done, total=of)

        yield told


def _write(found: Frontier, out: Path) -> None:
    """Write the tables, the JSON and the page in both languages, once everything has been computed."""
    from chairs.dashboards.site import copy_assets
    from chairs.live.frontier_page import pages
    from chairs.store.files import write_json, write_text
    from chairs.twin.frontier_tables import combinations_table, frontier_effects, written

    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "combinations.csv", _csv(combinations_table(found)))
    write_text(out / "effects.csv", _csv(frontier_effects(found)))
    write_json(out / "frontier.json", written(found))
    for lang, page in pages(found).items():
        write_text(out / f"{lang}.html", page)
    copy_assets(out / "assets")


def _keep(found: Frontier, files: tuple[Path, Path]) -> None:
    """Keep the receipt of the page, which `chairs trace` gives."""
    from chairs.live.frontier_page import marks
    from chairs.record.asked import keep

    keep(marks(found), "twin optimise", files, {"seed": found.question.seed})


def _csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(index=False, lineterminator="\n"))


def _say(found: Frontier) -> None:
    from chairs.dashboards import fmt
    from chairs.live.frontier_page import effect_of, label, name_of, sentence, told
    from chairs.live.frontier_words import HEADS, NOTE, SEARCHED, STANDINGS

    lang, measures = language(), found.question.measures
    first = {"fr": ("nº", "combinaison"), "en": ("no", "combination")}[lang]
    shown = Table(*first, *(HEADS[name].say(lang) for name in HEADS), *(name_of(one, lang) for one in measures), "")
    for number, one in enumerate(found.members, 1):
        if one.standing != "dominated":
            costs = (fmt.number(one.totals[name], lang, 1 if name == "fte" else 0) for name in HEADS)
            effects = [effect_of(one, name) for name in measures]
            said = (told(effect, lang) for effect in effects if effect is not None)
            shown.add_row(str(number), label(found, one, lang), *costs, *said, STANDINGS[one.standing].say(lang))
    if found.question.title is not None:
        console.print(found.question.title.say(lang), markup=False)
    if found.question.notice is not None:
        console.print(found.question.notice.say(lang), markup=False)
    console.print(shown)
    for measure in measures:
        console.print(sentence(found, measure, lang), markup=False)
    for words in (NOTE, SEARCHED) if found.searched else (NOTE,):
        console.print(words.say(lang), markup=False)
