"""Scores as all those concerned would have given them: weighted to the known population, missing answers completed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.surveys.instrument_years import OVERALL

if TYPE_CHECKING:
    import pandas as pd

    from chairs.core.study import Population
    from chairs.surveys.instrument import Instrument

COLUMNS = ("weighted", "weighted_se", "design_effect", "imputed", "imputed_se")
FEWEST = 3  # completions; more where more percent of the respondents are incomplete (White, Royston & Wood 2011)
MOST_MISSING = 0.3  # share of incomplete respondents beyond which completing them would be inventing the score
CYCLES = 3
SEED = 20240301
KEYS = ["establishment", "unit", "period", "respondent"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """The people that the answers of one establishment stand for: by year and trait, how many of each class."""

    establishment: str
    totals: Mapping[str, Mapping[str, Mapping[str, float]]]


def known_population(stays: pd.DataFrame, cases: pd.DataFrame, asked: Population) -> Known:
    """Return how many people of each class left the establishment in each year.

    Parameters
    ----------
    stays
        Events of the activity that makes a person concerned: `case_id`, `end` (UTC). The last of a case counts.
    cases
        One row a case with the traits.
    asked
        The study's `population`: establishment, margins, time zone.

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.core.study import Population
    >>> days = pd.to_datetime(["2023-05-01", "2024-01-02", "2024-03-01"], utc=True)
    >>> stays = pd.DataFrame({"case_id": ["a", "a", "b"], "end": days})
    >>> cases = pd.DataFrame({"case_id": ["a", "b", "c"], "sex": ["F", "M", "F"]})
    >>> known_population(stays, cases, Population(establishment="H", activity="ward_stay", margins=("sex",))).totals
    {'2024': {'sex': {'F': 1.0, 'M': 1.0}}}
    """
    last = stays.dropna(subset="end").groupby("case_id", sort=True)["end"].max()
    year = last.dt.tz_convert(asked.timezone).dt.strftime("%Y").rename("year")
    people = cases.set_index("case_id")[list(asked.margins)].join(year, how="inner")
    totals = {
        str(name): {
            trait: {str(k): float(v) for k, v in group[trait].value_counts().sort_index().items()}
            for trait in asked.margins
        }
        for name, group in people.groupby("year", sort=True)
    }
    return Known(establishment=asked.establishment, totals=totals)


def nonresponse_scores(
    scores: pd.DataFrame, people: pd.DataFrame, responses: pd.DataFrame, instrument: Instrument, known: Known | None
) -> pd.DataFrame:
    r"""Return the scores with what they become by weighting and by imputation, for the whole establishment and year.

    Parameters
    ----------
    scores, people
        From `site_scores` and `respondent_scores`.
    responses
        Answers with the traits that the population is known by.
    known
        The population, or None: nothing is added.

    Returns
    -------
    DataFrame
        Further columns `weighted`, `weighted_se`, `design_effect`, `imputed`, `imputed_se`, and `weighting`, which says
        `raked` or why there are no weights.

    Notes
    -----
    Weights: raking of the respondents to each margin (`chairs.stats.weighting.calibrate`), error linearised, design
    effect of Kish: what the weights cost in precision. They mend who answers as far as the margins tell it, not that
    the dissatisfied answer less. Imputation: chained equations over the dimensions with an effect of the unit
    (`chairs.stats.imputation`), pooled by Rubin's rules; the overall score is the mean of the completed dimensions.
    Checked on the demonstration generator, which knows what all invited would have answered.
    """
    import numpy as np

    table = scores.assign(**dict.fromkeys(COLUMNS, np.nan), weighting=None)
    if known is None:
        return table
    here = people[people["establishment"] == known.establishment]
    traits = sorted({trait for margins in known.totals.values() for trait in margins} & set(responses.columns))
    told = responses.loc[responses["establishment"] == known.establishment, [*KEYS, *traits]].drop_duplicates(KEYS)
    joined = here.merge(told, on=KEYS, how="left")
    own = table[(table["establishment"] == known.establishment) & (table["unit"] == "all") & (table["status"] == "ok")]
    row_of = {pair: row for row, pair in zip(own.index, zip(own["period"], own["dimension"], strict=True), strict=True)}
    for year, those in joined.groupby(joined["period"].str[:4], sort=True):
        made = _of_year(those.reset_index(drop=True), instrument, known.totals.get(str(year), {}))
        for dimension, values in made:
            if (str(year), dimension) in row_of:
                table.loc[row_of[(str(year), dimension)], list(values)] = list(values.values())
    return table


def _of_year(
    people: pd.DataFrame, instrument: Instrument, totals: Mapping[str, Mapping[str, float]]
) -> Iterator[tuple[str, dict[str, object]]]:
    from chairs.stats.survey_design import survey_design
    from chairs.stats.survey_estimates import design_effect, means
    from chairs.stats.weighting import calibrate

    names = [d.name for d in instrument.dimensions if d.name in people.columns]
    reason = _no_weights(people, totals)
    design = None if reason else calibrate(people, survey_design(people), totals)
    reason = reason or (design.reason if design else None)
    completed = _completed(people, instrument, _usable(people, totals))
    for name in names:
        values: dict[str, object] = {"weighting": reason or "raked", **completed.get(name, {})}
        if design is not None and reason is None:
            mean = means(people, [name], design)[0]
            values |= {"weighted": mean.estimate, "weighted_se": mean.se}
            values["design_effect"] = design_effect(people, name, design)
        yield name, values


def _usable(people: pd.DataFrame, totals: Mapping[str, object]) -> list[str]:
    return [trait for trait in totals if trait in people.columns and people[trait].notna().all()]


def _no_weights(people: pd.DataFrame, totals: Mapping[str, Mapping[str, float]]) -> str | None:
    """Return why these respondents cannot be weighted: no margins, an unknown class, a class that nobody told."""
    if not totals:
        return "no_margins"
    for trait, classes in totals.items():
        if trait not in people.columns or people[trait].isna().any():
            return "trait_missing"
        if not set(people[trait].astype(str)) <= set(classes):
            return "unknown_class"
    return None


def _completed(people: pd.DataFrame, instrument: Instrument, traits: list[str]) -> dict[str, dict[str, object]]:
    """Return by dimension the mean with its missing scores imputed; empty where nothing or too much is missing."""
    from chairs.stats.estimate import Estimate
    from chairs.stats.imputation import impute

    parts = [d.name for d in instrument.parts if d.name in people.columns and d.of != "items"]
    holes = people[parts].isna().any(axis=1).mean() if parts else 0.0
    if not 0 < holes <= MOST_MISSING or (people[parts].nunique() < 2).any():
        return {}
    many = max(FEWEST, math.ceil(100 * holes))
    done = impute(people[["unit", *parts, *traits]], [*parts, *traits], "unit", m=many, cycles=CYCLES, seed=SEED)

    def mean_of(names: list[str]) -> dict[str, object]:
        def model(table: pd.DataFrame) -> Estimate:
            values, n = table[names].mean(axis=1), len(table)
            return Estimate(
                term=names[0], n=n, estimate=float(values.mean()), se=float(values.std() / n**0.5), df=float(n - 1)
            )

        pooled = done.analyse(model).result
        return {"imputed": pooled.estimate, "imputed_se": pooled.se}

    found = {name: mean_of([name]) for name in parts}
    return found | ({OVERALL: mean_of(parts)} if OVERALL in people.columns else {})
