"""`chairs data list | fetch | check | export`: the catalogue, its files, what is wrong with one, a log written back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chairs.core.errors import EXIT_CODE
from chairs.store import paths
from chairs.store.stage import language

app = typer.Typer(help="The catalogue of sources: list it, fetch the files, check one.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)


@app.command("list")
def list_() -> None:
    """List the sources: publisher, licence, years, and whether the files are here."""
    from chairs.sources.catalog import load_catalog
    from chairs.sources.fetch import is_cached

    lang = language()
    heads = ("source", "éditeur", "licence", "année", "ici") if lang == "fr" else (
        "source", "publisher", "licence", "year", "here")  # fmt: skip
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, no_wrap=True, overflow="ellipsis", max_width=26)
    for entry in load_catalog().values():
        here = sum(is_cached(entry, file) for file in entry.files)
        table.add_row(entry.id, entry.publisher, entry.licence, entry.year or "", f"{here}/{len(entry.files)}")
    console.print(table)


@app.command("fetch")
def fetch(
    studies: Annotated[list[str] | None, typer.Argument(help="Studies whose files are wanted (default: all).")] = None,
) -> None:
    """Fetch the files of the studies: from the cache, a mirror folder, or the publisher; verified before use."""
    from chairs.sources.fetch import prepare

    lang, missing = language(), False
    for name in studies or paths.study_names():
        study = paths.study(name)
        availability = prepare(study)
        if not study.read:
            state = "aucun fichier à aller chercher" if lang == "fr" else "no file to fetch"
        elif availability.ready:
            state = "complet" if lang == "fr" else "complete"
        else:
            state, missing = ("incomplet" if lang == "fr" else "incomplete"), True
        console.print(f"{name:<16} {state}", markup=False)
        for item in availability.problems:
            console.print(f"  {item.say(lang)}", markup=False)
    if missing:
        sys.exit(1)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="File to check (CSV, XLSX, Parquet, XES; .gz too).")],
    reader: Annotated[str | None, typer.Option("--as", help="Reader to use; guessed when left out.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Column mapping (YAML) for the generic readers.")] = None,
    year: Annotated[str | None, typer.Option(help="Year of the file, where its content does not say.")] = None,
) -> None:
    """Say what is wrong with a file, by row and column, without printing its values."""
    from chairs.sources.checking import check_file

    report = check_file(file, reader=reader, mapping=mapping, year=year)
    console.print(report.say(language()), markup=False)
    if report.problems:
        sys.exit(EXIT_CODE)


@app.command("export")
def export(
    study: Annotated[str, typer.Argument(help="Study whose event log is written.")],
    file: Annotated[Path, typer.Argument(help="File to write: .csv, .parquet, .xes or .xes.gz.")],
) -> None:
    """Write the event log of a study for another tool; one row a step of a case, so it is no release."""
    from chairs.sources.log_writing import write_event_log
    from chairs.store.load import load_table

    write_event_log(load_table("events", study), file)
    console.print(str(file), markup=False)
    if paths.study(study).level == "patient":
        words = {
            "fr": "un parcours par patient : ce fichier ne sort pas de l'établissement",
            "en": "one pathway a patient: this file does not leave the hospital",
        }
        console.print(words[language()], markup=False)
