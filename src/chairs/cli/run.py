"""`chairs run`: fetch what can be had, run the pipeline on it, build the pages, say what was done."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from chairs.cli import path, stamp
from chairs.cli.publish import publish
from chairs.core.errors import Language, Problem, unknown
from chairs.core.study import Study
from chairs.store import paths
from chairs.store.durations import expected_duration
from chairs.store.stage import language

console = Console(highlight=False, soft_wrap=True)

# what DVC says of itself; the rest comes from the stages
CHATTER = (
    *("> ", "exit ", "Use `dvc push`", "Updating lock", "Generating lock", "To track", "To enable", "\tgit add"),
    *("\tdvc config", "        dvc config", "Data and pipelines", "Verifying", "WARNING: Process", "Stage '"),
)


@dataclass(slots=True)
class Outcome:
    """What one `chairs run` did."""

    ran: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    absent: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)


def run(
    studies: Annotated[list[str] | None, typer.Argument(help="Studies to run (default: all).")] = None,
    dry: Annotated[bool, typer.Option("--dry", help="Say which stages would run, and about how long.")] = False,
) -> None:
    """Fetch what can be had, run the pipeline, build the pages and say what was done."""
    listed = paths.listed_studies()
    for name in studies or ():
        if name not in listed:
            raise unknown(("étude de params.yaml", "study of params.yaml"), name, listed)
    chosen = [paths.study(name) for name in studies or listed]
    outcome = Outcome()
    ready = [study for study in chosen if _available(study, outcome)]
    planned = path.steps([study.name for study in ready])
    reasons = {name: "\n".join(item.say() for item in problems) for name, problems in outcome.absent.items()}
    current = stamp.is_current(stamp.signature(planned, reasons))
    if dry:
        _say_plan([] if current else path.would_run(planned), outcome)
        return
    if current:
        outcome.unchanged = [step.name for step in planned if step.stage != "track"]
    else:
        _reproduce(planned, outcome)
        publish([study.name for study in ready], outcome.absent)
        if not outcome.failed:
            stamp.keep(stamp.signature(planned, reasons))
    _summary(outcome, ready)
    if outcome.failed or (studies and outcome.absent):
        sys.exit(1)


def _available(study: Study, outcome: Outcome) -> bool:
    from chairs.sources.fetch import prepare

    availability = prepare(study)
    if not availability.ready:
        outcome.absent[study.name] = availability.problems
    return availability.ready


def _say_plan(running: list[path.Step], outcome: Outcome) -> None:
    lang = language()
    total, unknown = 0.0, 0
    for step in running:
        seconds = expected_duration(step.stage, step.study)
        total += seconds or 0.0
        unknown += seconds is None
        words = "durée inconnue" if lang == "fr" else "duration unknown"
        console.print(f"  {step.name:<28} {words if seconds is None else f'≈ {seconds:.1f} s'}")
    if not running:
        console.print("Rien à refaire : tout est à jour." if lang == "fr" else "Nothing to do: all is up to date.")
    else:
        fr = f"{len(running)} étapes à refaire, environ {total:.0f} s" + (
            f" + {unknown} de durée inconnue" if unknown else ""
        )
        en = f"{len(running)} stages to run, about {total:.0f} s" + (
            f" + {unknown} of unknown duration" if unknown else ""
        )
        console.print(fr if lang == "fr" else en)
    _say_absent(outcome, lang)


def _reproduce(planned: list[path.Step], outcome: Outcome) -> None:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<28}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("dvc", total=len(planned))
        for line in path.reproduce(planned):
            name = _note(line, outcome)
            if name and not console.is_terminal and name == (outcome.ran or [""])[-1]:
                console.print(f"  {name}", markup=False)
            if name:
                bar.update(task, description=name, completed=len(outcome.ran) + len(outcome.unchanged))
    outcome.ran = [name for name in outcome.ran if name not in outcome.failed]


def _note(line: str, outcome: Outcome) -> str | None:
    """Sort one line of DVC into the outcome; return the stage it speaks of, if any."""
    if line.startswith("Running stage '"):
        outcome.ran.append(line.split("'")[1])
        return outcome.ran[-1]
    if line.startswith("Stage '") and "skipping" in line:
        outcome.unchanged.append(line.split("'")[1])
        return outcome.unchanged[-1]
    if line.startswith("ERROR: failed to reproduce '"):
        outcome.failed.append(line.split("'")[1])
    elif line and not line.startswith(CHATTER):
        outcome.messages.append(line)
    if line.startswith("exit ") and line != "exit 0" and not outcome.failed:
        outcome.failed.append("dvc repro")
    return None


def _summary(outcome: Outcome, ready: list[Study]) -> None:
    lang = language()
    for message in outcome.messages:
        console.print(message, markup=False)
    ran = [name for name in outcome.ran if not name.startswith("track@")]
    if lang == "fr":
        console.print(
            f"Études : {', '.join(s.name for s in ready) or 'aucune'} — {len(ran)} étapes exécutées, "
            f"{len(outcome.unchanged)} inchangées, {len(outcome.failed)} en échec."
        )
    else:
        console.print(
            f"Studies: {', '.join(s.name for s in ready) or 'none'} — {len(ran)} stages run, "
            f"{len(outcome.unchanged)} unchanged, {len(outcome.failed)} failed."
        )
    for name in outcome.failed:
        console.print(f"  {'échec' if lang == 'fr' else 'failed'} : {name}", markup=False)
    _say_absent(outcome, lang)
    words = ("Pages", "Suivi MLflow", "Carnets") if lang == "fr" else ("Pages", "MLflow store", "Notebooks")
    hints = ("make dashboard", "make mlflow", "make lab")
    places = (str(paths.data("site", "index.html")), "mlruns/mlflow.db", "notebooks/")
    for word, place, hint in zip(words, places, hints, strict=True):
        console.print(f"  {word:<13} {place}  ({hint})", markup=False)


def _say_absent(outcome: Outcome, lang: Language) -> None:
    for study, problems in outcome.absent.items():
        head = f"Étude non exécutée : {study}" if lang == "fr" else f"Study not run: {study}"
        console.print(head, markup=False)
        for item in problems[:3]:
            console.print(f"  {item.say(lang)}", markup=False)
        if len(problems) > 3:
            console.print(f"  … +{len(problems) - 3}")
