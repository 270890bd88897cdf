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

GROUPS = "Column of groups (establishment, year, mode, language...): do the questions mean the same there?"
YEAR = "year"
MOST = 10  # groups compared, the largest ones: a model of a hundred sites at once says nothing that ten do not

app = typer.Typer(help="Questionnaires: how well their questions measure.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)


@app.command("quality")
def quality(
    instrument: Annotated[str, typer.Argument(help="Name of the instrument.")],
    responses: Annotated[Path, typer.Argument(help="Answers, as the table `responses` (Parquet, or CSV in UTF-8).")],
    by: Annotated[str | None, typer.Option(help=GROUPS)] = None,
) -> None:
    """Print reliability and fit by dimension and year and, with --by, whether the questions mean the same in groups."""
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
    """Print by dimension which items differ between the groups of `by`, then how far all of them mean the same."""
    from chairs.core.errors import unknown
    from chairs.surveys.psychometrics.answers import matrix, respondents

    answers = answers.assign(**{YEAR: answers["period"].str[:4]}) if YEAR not in answers.columns else answers
    if by not in answers.columns:
        raise unknown(("colonne", "column"), by, [str(name) for name in answers.columns])
    points, groups = _largest(matrix(answers, asked), respondents(answers, asked, [by])[by])
    for dimension in asked.dimensions:
        items = [item.code for item in asked.items_of(dimension) if item.code in points]
        if len(items) >= 3:
            _differing(points[items], groups, dimension.name)
    _same_meaning(points, groups, asked)


def _largest(points: pd.DataFrame, groups: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Return the answers of the largest groups, and say so where there are more."""
    counts = groups.value_counts().sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    if len(counts) <= MOST:
        return points, groups
    words = {"fr": f"les {MOST} plus grands des {len(counts)} groupes", "en": f"the {MOST} largest of {len(counts)}"}
    console.print(words[language()], markup=False)
    kept = groups[groups.isin(counts.index[:MOST].tolist())]
    return points.loc[kept.index], kept


def _differing(points: pd.DataFrame, groups: pd.Series, name: str) -> None:
    from chairs.surveys.psychometrics.dif import differential_functioning
    from chairs.surveys.psychometrics.reasons import REASONS

    found = differential_functioning(points, groups)
    said = [REASONS[found.reason].say(language())] if found.reason else [i.say(language()) for i in found.items]
    for line in said:
        console.print(f"{name:<16} {line}", markup=False)


def _same_meaning(points: pd.DataFrame, groups: pd.Series, asked: Instrument) -> None:
    """Print the last equality between groups that the model of the instrument allows."""
    import pandas as pd

    from chairs.surveys.psychometrics.answers import model_of
    from chairs.surveys.psychometrics.invariance import invariance
    from chairs.surveys.psychometrics.quality import LARGEST, sampled

    model = model_of(asked, list(points.columns))
    if not model.factors:
        return
    answered = points[list(model.items)].dropna(how="all")
    each = LARGEST // max(groups.nunique(), 1)  # as many of each group, so that none is judged by another's size
    parts = [sampled(part, asked.name, str(name), each) for name, part in answered.groupby(groups, sort=True)]
    people = pd.concat(parts) if parts else answered
    found = invariance(people, model, groups, ordinal=True)
    if found.steps and found.steps[0].fit.reason == "categories_differ":  # a rare answer that some group never gave
        found = invariance(people, model, groups)
    console.print(found.say(language()), markup=False)
