"""`chairs survey quality`: how well the questions of an instrument measure, in a file of answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn

from chairs.cli.survey_answers import in_words, read_answers, refuse_without
from chairs.core.errors import Text
from chairs.store.stage import language

if TYPE_CHECKING:
    import pandas as pd

    from chairs.surveys.instrument import Instrument

GROUPS = "Column of groups (establishment, year, mode, language...): do the questions mean the same there?"
YEAR = "year"
WHOLE = Text(fr="toutes les questions ensemble (le plus long)", en="all items together (the longest)")
MOST = 10  # groups compared unless asked, the largest ones: the time of the joint model grows with their cube
FEWEST = 100  # respondents of a group, under which it is not compared
ALONE = Text(
    fr=f"rien à comparer : il faut au moins deux groupes de {FEWEST} répondants",
    en=f"nothing to compare: at least two groups of {FEWEST} respondents are needed",
)
FEW_COMPLETE = Text(
    fr=f"ensemble : moins de deux groupes comptent {FEWEST} réponses complètes, rien à comparer",
    en=f"all items together: fewer than two groups have {FEWEST} complete answers, nothing to compare",
)
GROUPS_AT_MOST = "Groups compared, the largest ones; the time grows with them."

app = typer.Typer(help="Questionnaires: how well their questions measure.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)
aside = Console(stderr=True)


@app.command("quality")
def quality(
    instrument: Annotated[str, typer.Argument(help="Name of the instrument.")],
    responses: Annotated[Path, typer.Argument(help="Answers, as the table `responses` (Parquet, or CSV in UTF-8).")],
    by: Annotated[str | None, typer.Option(help=GROUPS)] = None,
    most: Annotated[int, typer.Option("--groups", min=2, max=50, help=GROUPS_AT_MOST)] = MOST,
) -> None:
    """Print reliability and fit by dimension and year and, with --by, whether the questions mean the same in groups."""
    from chairs.surveys.instrument import instrument as named
    from chairs.surveys.psychometrics.quality import scale_quality

    asked, answers = named(instrument), read_answers(responses)
    refuse_without(answers, asked, responses.name)
    table = scale_quality(answers, [asked])
    console.print(in_words(table, asked, language()), markup=False)
    if by is not None:
        _compare(answers, asked, by, most)


def _compare(answers: pd.DataFrame, asked: Instrument, by: str, most: int) -> None:
    """Print by dimension which items differ between the groups of `by`, then how far all of them mean the same."""
    from chairs.core.errors import unknown
    from chairs.surveys.psychometrics.answers import matrix, respondents

    answers = answers.assign(**{YEAR: answers["period"].str[:4]}) if YEAR not in answers.columns else answers
    if by not in answers.columns:
        raise unknown(("colonne", "column"), by, [str(name) for name in answers.columns])
    points, groups = _largest(matrix(answers, asked), respondents(answers, asked, [by])[by], most)
    if (groups.value_counts() >= FEWEST).sum() < 2:
        console.print(ALONE.say(language()), markup=False)
        return
    carried = [(d, [item.code for item in asked.items_of(d) if item.code in points]) for d in asked.dimensions]
    parts = [(dimension, items) for dimension, items in carried if len(items) >= 3]
    whole = WHOLE.say(language())
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=aside, transient=True) as bar:
        task = bar.add_task(by, total=len(parts) + 1)
        for dimension, items in parts:
            bar.update(task, description=dimension.label.say(language()))
            _differing(points[items], groups, dimension.label.say(language()))
            bar.advance(task)
        bar.update(task, description=whole)
        _same_meaning(points, groups, asked)


def _largest(points: pd.DataFrame, groups: pd.Series, most: int) -> tuple[pd.DataFrame, pd.Series]:
    """Return the answers of the largest groups, and say so where there are more."""
    counts = groups.value_counts().sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    if len(counts) <= most:
        return points, groups
    words = {"fr": f"les {most} plus grands des {len(counts)} groupes", "en": f"the {most} largest of {len(counts)}"}
    console.print(words[language()], markup=False)
    kept = groups[groups.isin(counts.index[:most].tolist())]
    return points.loc[kept.index], kept


def _differing(points: pd.DataFrame, groups: pd.Series, name: str) -> None:
    from chairs.surveys.psychometrics.dif import differential_functioning
    from chairs.surveys.psychometrics.reasons import REASONS

    found = differential_functioning(points, groups)
    said = [REASONS[found.reason].say(language())] if found.reason else [i.say(language()) for i in found.items]
    for line in said:
        console.print(f"{name:<30} {line}", markup=False)


def _same_meaning(points: pd.DataFrame, groups: pd.Series, asked: Instrument) -> None:
    """Print the last equality between groups that the model of the instrument allows."""
    from chairs.surveys.psychometrics.answers import model_of
    from chairs.surveys.psychometrics.invariance import invariance

    model = model_of(asked, list(points.columns))
    if not model.factors:
        return
    answered = points[list(model.items)]
    found = invariance(_drawn(answered.dropna(how="all"), groups, asked.name), model, groups, ordinal=True)
    if found.steps and found.steps[0].fit.reason == "categories_differ":  # a rare answer that some group never gave
        found = invariance(_drawn(answered.dropna(), groups, asked.name), model, groups)  # counts complete answers only
    said = FEW_COMPLETE if found.reason == "one_group" else found
    console.print(said.say(language()), markup=False)


def _drawn(answers: pd.DataFrame, groups: pd.Series, name: str) -> pd.DataFrame:
    """Return as many respondents of each group, so that none is judged by another's size."""
    import pandas as pd

    from chairs.surveys.psychometrics.quality import LARGEST, sampled

    each = LARGEST // max(groups.nunique(), 1)
    parts = [sampled(part, name, str(group), each) for group, part in answers.groupby(groups, sort=True)]
    return pd.concat(parts) if parts else answers
