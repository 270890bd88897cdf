"""`chairs survey quality`: how well the questions of an instrument measure, in a file of answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from chairs.store.stage import language

if TYPE_CHECKING:
    import pandas as pd

    from chairs.surveys.instrument import Instrument

app = typer.Typer(help="Questionnaires: how well their questions measure.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)


@app.command("quality")
def quality(
    instrument: Annotated[str, typer.Argument(help="Name of the instrument.")],
    responses: Annotated[Path, typer.Argument(help="Answers, as the table `responses` (Parquet, or CSV in UTF-8).")],
    by: Annotated[str | None, typer.Option(help="Column of groups (mode, language...): do items differ there?")] = None,
) -> None:
    """Print reliability and fit by dimension and year and, with --by, the items that work differently in groups."""
    from chairs.surveys.instrument import instrument as named
    from chairs.surveys.psychometrics.quality import scale_quality

    asked, answers = named(instrument), _read(responses)
    columns = ["dimension", "period", "n", "alpha", "low", "high", "omega", "cfi", "rmsea", "status", "reason"]
    table = scale_quality(answers, [asked])[columns].round(3)
    console.print(table.to_string(index=False, na_rep=""), markup=False)
    if by is not None:
        _compare(answers, asked, by)


def _read(path: Path) -> pd.DataFrame:
    """Return the answers that a file holds, checked against their contract."""
    import pandas as pd

    from chairs.core.errors import DataError, problem
    from chairs.tables import CONTRACTS

    if not path.is_file():
        raise DataError((problem("fichier absent", "no such file", file=str(path)),))
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype="str")
    return CONTRACTS["responses"].check(frame, file=path.name)


def _compare(answers: pd.DataFrame, asked: Instrument, by: str) -> None:
    """Print, for each dimension of three items or more, which items differ between the groups of `by`."""
    from chairs.core.errors import unknown
    from chairs.surveys.psychometrics.answers import matrix, respondents
    from chairs.surveys.psychometrics.dif import differential_functioning
    from chairs.surveys.psychometrics.reasons import REASONS

    if by not in answers.columns:
        raise unknown(("colonne", "column"), by, [str(name) for name in answers.columns])
    points, groups = matrix(answers, asked), respondents(answers, asked, [by])[by]
    for dimension in asked.dimensions:
        items = [item.code for item in asked.items_of(dimension) if item.code in points]
        if len(items) < 3:
            continue
        found = differential_functioning(points[items], groups)
        said = [REASONS[found.reason].say(language())] if found.reason else [i.say(language()) for i in found.items]
        for line in said:
            console.print(f"{dimension.name:<16} {line}", markup=False)
