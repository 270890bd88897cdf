"""`chairs link seal | answerable | redraws` and `chairs contest`: what a protocol can show, what a claim stands on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from chairs.store.stage import language

if TYPE_CHECKING:
    from chairs.demo.redraw_figures import Figure

HEADS = {
    "fr": ("", "sites", "tirages", "%", "± erreur", "de", "à", ""),
    "en": ("", "sites", "redraws", "%", "± error", "from", "to", ""),
}
CLUSTER = "Other machines: tcp://HOST:PORT of a Dask scheduler, or slurm."
ANSWERS = "Answers of a site and year; as many as there were where not given."
WORKERS = "Processes of this machine; they change the time it takes, not the result."

app = typer.Typer(help="Declared links: what they can show.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)
aside = Console(highlight=False, soft_wrap=True, stderr=True)


@app.command("seal")
def seal_(
    protocol: Annotated[str, typer.Argument(help="Name of a file of pipelines/protocols.")],
    date: Annotated[str | None, typer.Option(help="Day of the seal (ISO); today where not given.")] = None,
) -> None:
    """Seal a protocol before its outcome is read, or a change that it records under deviations; commit the file."""
    from chairs.linking.protocol import read_protocol
    from chairs.linking.ready import refuse_unready
    from chairs.linking.sealing import read_seals, sealed_anew, written
    from chairs.store import paths
    from chairs.store.files import write_text

    asked, file = read_protocol(paths.protocol_file(protocol)), paths.seal_file(protocol)
    former, today = read_seals(file), _today()
    refuse_unready(asked, paths.study_names(), former, today)
    seals = sealed_anew(asked, former, date or today, today=today, known=paths.scored(asked.study))
    if len(seals) > len(former):
        write_text(file, written(seals, protocol))
    words = {"fr": ("scellé", "écarts consignés"), "en": ("sealed", "recorded deviations")}[language()]
    colon = " : " if language() == "fr" else ": "
    seal = f"{seals[-1].date} {seals[-1].seal[:12]}"
    line = f"{protocol}{colon}{words[0]} {seal}, {words[1]}{colon}{len(seals[-1].deviations)}"
    console.print(line, markup=False)
    console.print(file.relative_to(paths.root()).as_posix(), markup=False)
    if seals[0].outcome == "known":
        late = ("les scores étaient déjà là : liens exploratoires", "the scores were there already: exploratory links")
        console.print({"fr": late[0], "en": late[1]}[language()], markup=False)


def _today() -> str:
    """Return the day in universal time; the one place where a seal reads the clock, so that a test can hold it."""
    import datetime

    return datetime.datetime.now(datetime.UTC).date().isoformat()


@app.command("answerable")
def answerable(
    protocol: Annotated[str, typer.Argument(help="Name of a file of pipelines/protocols.")],
    answers: Annotated[float | None, typer.Option(help=ANSWERS)] = None,
) -> None:
    """Say, without reading any value of the outcome, which effect could be detected with these sites and years."""
    from chairs.dashboards.words import indicator, named
    from chairs.linking.answerable import answerable as power
    from chairs.linking.protocol import read_protocol, unblocked
    from chairs.linking.ready import refuse_unknown
    from chairs.store import paths
    from chairs.store.load import load_table, locate

    asked = read_protocol(paths.protocol_file(protocol))
    refuse_unknown(asked, paths.study_names())
    indicators, establishments = (load_table(table, asked.study) for table in ("indicators", "establishments"))
    scores = load_table("scores", asked.study) if locate("scores", asked.study) else None
    years = _years(paths.study(asked.study).period)
    for one in power(indicators, establishments, asked, scores, answers, years):
        line = one.say(asked.smallest_effect, language(), named(one.exposure, one.per, language()))
        console.print(line, markup=False)
        if open_doors := sorted(unblocked(asked, one.exposure)):
            words = {"fr": "causes communes non tenues égales", "en": "common causes not held equal"}[language()]
            causes = ", ".join(indicator(cause).say(language()) for cause in open_doors)
            console.print(f"  {words}{' : ' if language() == 'fr' else ': '}{causes}", markup=False)


def _years(period: str) -> list[str]:
    """Return the years of a study's period.

    Examples
    --------
    >>> _years("2023-2025"), _years("2019")
    (['2023', '2024', '2025'], ['2019'])
    """
    import re

    years = [int(year) for year in re.findall(r"\b\d{4}\b", period)]
    return [str(year) for year in range(min(years), max(years) + 1)] if years else []


@app.command("redraws")
def redraws_(
    protocol: Annotated[str, typer.Argument(help="Protocol of the demonstration territory.")] = "demo",
    of: Annotated[int, typer.Option(help="How many times the territory is drawn again.")] = 100,
    sites: Annotated[str, typer.Option(help="Establishments of the studies.")] = "8,15,30,60,150",
    cluster: Annotated[str | None, typer.Option(help=CLUSTER)] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Jobs asked of SLURM.")] = 4,
    workers: Annotated[int, typer.Option(min=1, help=WORKERS)] = 1,
) -> None:
    """Draw the demonstration territory again and again, and say how often declared links find what was planted."""
    from chairs.cli.cluster import executor_for
    from chairs.demo.redraw_figures import figures
    from chairs.demo.redraws import redraws
    from chairs.linking.protocol import read_protocol
    from chairs.store import paths

    asked, sizes = read_protocol(paths.protocol_file(protocol)), _numbers(sites)
    with executor_for(cluster, jobs, workers) as executor, Progress(console=aside, transient=True) as bar:
        task = bar.add_task("redraws", total=of)
        found = redraws(asked, sizes, of, executor=executor, progress=lambda done: bar.update(task, completed=done))
    said = figures(found)
    console.print(_table(said))
    if missed := [one for one in said if not one.holds]:
        for one in missed:
            aside.print(one.say(language()), markup=False)
        raise typer.Exit(1)


def _numbers(text: str) -> list[int]:
    from chairs.core.errors import SettingError, problem

    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        remedy = ("écrire --sites 8,15,30", "write --sites 8,15,30")
        what = ("nombres entiers séparés par des virgules attendus", "whole numbers with commas between are expected")
        raise SettingError((problem(*what, column="--sites", remedy=remedy),)) from None


def _table(said: Sequence[Figure]) -> Table:
    from chairs.demo.redraw_figures import CHECKS
    from chairs.stats.estimate import shown

    lang = language()
    table = Table(box=None)
    for place, word in enumerate(HEADS[lang]):
        table.add_column(word, justify="right" if place else "left")
    for one in said:
        numbers = (shown(100 * x, lang, ".1f") for x in (one.share, one.error, one.low, one.high))
        met = {"fr": ("NON TENU", "tenu"), "en": ("NOT MET", "met")}[lang][one.holds]
        name = f"{CHECKS[one.check].say(lang)} {one.subject}".strip()
        table.add_row(name, str(one.sites), str(one.redraws), *numbers, met)
    return table


def contest(
    claim: Annotated[str, typer.Argument(help='"PROTOCOL EXPOSURE INSTRUMENT/DIMENSION", quoted.')],
    drop: Annotated[list[str] | None, typer.Option(help="Establishment left out (may be repeated).")] = None,
    lag: Annotated[int | None, typer.Option(help="Years from exposure to outcome (-50 to 50).")] = None,
    floor: Annotated[int | None, typer.Option(help="Fewest answers of a score (1 or more).")] = None,
    cluster: Annotated[str | None, typer.Option(help=CLUSTER)] = None,
    workers: Annotated[int, typer.Option(min=1, help=WORKERS)] = 1,
) -> None:
    """Answer a challenge to a claim: the changed choice on the specification curve, and how few carry the claim."""
    from chairs.cli.cluster import executor_for
    from chairs.core.errors import SettingError, problem, unknown
    from chairs.dashboards.words import named
    from chairs.linking.cells import Sources
    from chairs.linking.contest import Challenge
    from chairs.linking.contest import contest as answer
    from chairs.linking.protocol import read_protocol
    from chairs.linking.sealing import hold, read_seals
    from chairs.store import paths
    from chairs.store.load import load_table

    words = claim.split()
    if len(words) != 3:
        remedy = ("écrire « PROTOCOLE EXPOSITION RÉSULTAT »", 'write "PROTOCOL EXPOSURE OUTCOME"')
        raise SettingError((problem("lien mal nommé", "the claim is not named well", remedy=remedy),))
    protocol = read_protocol(paths.protocol_file(words[0]))
    hold(protocol, read_seals(paths.seal_file(words[0])))
    pair = (words[1], words[2])
    if pair not in protocol.pairs:
        known = [" ".join(one) for one in protocol.pairs]
        raise unknown(("lien", "claim"), " ".join(pair), known)
    names = ("indicators", "scores", "establishments")
    sources = Sources.of(*(load_table(name, protocol.study) for name in names))
    challenge = Challenge(drop=tuple(drop or ()), lag=lag, floor=floor)
    with executor_for(cluster, 1, workers) as executor:
        said = answer(sources, protocol, pair, challenge, executor)
    console.print(said.say(language(), named(said.exposure, said.per, language())), markup=False)
