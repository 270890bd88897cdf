"""`chairs survey quality`: how well the questions of an instrument measure, in a file of answers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn

from chairs.cli.survey_answers import in_words, read_answers, refuse_strange, refuse_without
from chairs.core.errors import Text
from chairs.store.stage import language

if TYPE_CHECKING:
    import pandas as pd

    from chairs.surveys.instrument import Dimension, Instrument
    from chairs.surveys.psychometrics.dif_by_dimension import DimensionDif

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
AMONG_ALL = Text(
    fr="* moins de trois questions : comparées entre répondants de même moyenne à tout le questionnaire",
    en="* fewer than three items: compared between respondents of the same mean of the whole questionnaire",
)
NO_LEVELS = Text(
    fr="ne pas comparer les niveaux entre ces groupes sur : {items} (la question n'y est pas comprise de même)",
    en="do not compare levels between these groups on: {items} (the item does not mean the same there)",
)
EITHER = Text(
    fr=(
        "ces groupes répondent autrement qu'au reste du questionnaire à toutes les questions d'une dimension ; un avis "
        "différent ne s'y distingue pas d'une question comprise autrement : {items}"
    ),
    en=(
        "these groups answer all items of a dimension otherwise than the rest of the questionnaire; another opinion "
        "cannot be told there from an item understood otherwise: {items}"
    ),
)
NOT_LOOKED_AT = Text(
    fr="non examinées, faute de réponses ou d'ajustement ; leurs niveaux ne se comparent pas : {items}",
    en="not looked at, for want of answers or of a fit; their levels may not be compared: {items}",
)
TOO_SHORT = Text(
    fr="trop peu de questions pour savoir si elles sont comprises de même ; niveaux à décrire seulement : {items}",
    en="too few items to know whether the groups understand them alike; levels to describe only: {items}",
)
OUTSIDE = Text(
    fr="hors du modèle d'ensemble, seules dans leur dimension : {items}",
    en="outside the joint model, alone in their dimension: {items}",
)
DIFFERS = ("B", "C")  # moderate and large, of `surveys.psychometrics.dif`
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
    refuse_strange(answers, asked, responses.name)
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
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=aside, transient=True) as bar:
        task = bar.add_task(by, total=2)
        _differing(points, groups, asked)
        bar.update(task, advance=1, description=WHOLE.say(language()))
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


def _differing(points: pd.DataFrame, groups: pd.Series, asked: Instrument) -> None:
    """Print the items of each dimension, which of them forbid to compare levels, and those not looked at."""
    from chairs.surveys.psychometrics.dif_by_dimension import dif_by_dimension
    from chairs.surveys.psychometrics.reasons import REASONS

    lang, parts = language(), dif_by_dimension(points, groups, asked)
    for part in parts:
        name = f"{part.dimension.label.say(lang)}{' *' if part.among_all else ''}"
        reason = part.found.reason
        for line in [REASONS[reason].say(lang)] if reason else [item.say(lang) for item in part.found.items]:
            console.print(f"{name:<30} {line}", markup=False)
    tested = [item for part in parts for item in part.found.items]
    either = [item.item for part in parts if part.among_all for item in part.found.items if _all_differ(part)]
    unlike = dict.fromkeys(item.item for item in tested if item.size in DIFFERS and item.item not in either)
    short = [part.dimension for part in parts if part.found.reason == "too_few_items"]
    alone = [code for code in _codes(asked, short) if code in points]
    seen = {*alone, *(one.item for one in tested if one.size is not None)}
    left = [code for code in _codes(asked, asked.dimensions) if code not in seen]  # a filter is of none
    said = [AMONG_ALL.say(lang)] if any(part.among_all for part in parts) else []
    said += [NO_LEVELS.say(lang).format(items=", ".join(unlike))] if unlike else []
    said += [EITHER.say(lang).format(items=", ".join(either))] if either else []
    said += [TOO_SHORT.say(lang).format(items=", ".join(alone))] if alone else []
    said += [NOT_LOOKED_AT.say(lang).format(items=", ".join(left))] if left else []
    for line in said:
        console.print(line, markup=False)


def _all_differ(part: DimensionDif) -> bool:
    return all(item.size in DIFFERS for item in part.found.items)


def _codes(asked: Instrument, dimensions: Iterable[Dimension]) -> list[str]:
    """Return the items of dimensions, each once."""
    return list(dict.fromkeys(item.code for dimension in dimensions for item in asked.items_of(dimension)))


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
    if alone := [code for code in points.columns if code not in model.items]:
        console.print(OUTSIDE.say(language()).format(items=", ".join(alone)), markup=False)


def _drawn(answers: pd.DataFrame, groups: pd.Series, name: str) -> pd.DataFrame:
    """Return as many respondents of each group, so that none is judged by another's size."""
    import pandas as pd

    from chairs.surveys.psychometrics.quality import LARGEST, sampled

    each = LARGEST // max(groups.nunique(), 1)
    parts = [sampled(part, name, str(group), each) for group, part in answers.groupby(groups, sort=True)]
    return pd.concat(parts) if parts else answers
