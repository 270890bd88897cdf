"""The territory drawn again by another seed, as far as declared links read it: indicators, scores, who was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from chairs.demo import quantities, surveys
from chairs.demo.answers import ask, mean_share, who_answers
from chairs.demo.experience import expected_scores
from chairs.demo.neighbours import draw_levels, make_sites
from chairs.demo.plan import Plan, make_plan
from chairs.demo.planted import Planted, read_planted
from chairs.linking.cells import FOUND_BY, Sources
from chairs.surveys.instrument import instrument
from chairs.surveys.scoring import of_items
from chairs.surveys.scoring_checks import codes_of
from chairs.surveys.scoring_points import chosen_columns, counted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

HOSPITALS = 150  # of a territory of size 1
SPARE = 1.3  # hospitals drawn for each that is wanted: in some years too few answer
LIVED = "lived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redraw:
    """One redraw.

    Parameters
    ----------
    sources
        Indicators, scores and traits of hospitals whose scores are all there, as declared links read them.
    names
        These hospitals in the order in which a study of fewer of them takes them.
    asked
        All people invited: `establishment`, `period`, `age`, by dimension the score of those who
        answered and, as `<dimension> lived`, the mean planted for everyone.
    """

    sources: Sources
    names: tuple[str, ...]
    asked: pd.DataFrame

    def first(self, sites: int) -> Sources:
        """Return what a study of the first `sites` hospitals reads."""
        answers = {name: rows[rows.index < sites * FOUND_BY] for name, rows in self.sources.answers.items()}
        return replace(self.sources, answers=answers)


def draw_again(seed: int, dimensions: Sequence[str], sites: int) -> Redraw:
    """Draw the hospitals of the territory again, their indicators, their patients' experience, who answers and what.

    Parameters
    ----------
    dimensions
        Those of the patients' questionnaire that are wanted.
    sites
        Hospitals wanted with a score every year.

    Notes
    -----
    The same functions and the same truths as the files of the demonstration territory, without what links do not
    read (flows, staff, companies, comments). Answers are scored by the functions of `chairs.surveys.scoring`, without
    the checks that answers of our own making do not need: a test holds both ways together.
    """
    planted = _only(tuple(dimensions))
    plan = make_plan(seed=seed, size=max(0.1, sites * SPARE / HOSPITALS))
    territory = make_sites(plan)
    wished = draw_levels(plan, planted, territory, "hospital")
    declared = quantities.hospital_quantities(plan, territory, wished)
    levels = quantities.levels_of(declared)
    expected = expected_scores(plan, planted, surveys.PATIENTS, territory, levels)
    people = surveys.invited_people(plan, planted, surveys.PATIENTS, expected)
    asked = _asked(plan, planted, people, expected)
    scores = _scores(asked, tuple(expected.columns))
    names = _complete(scores, sites, people["period"].nunique() * len(dimensions))
    indicators = _indicators(wished.assign(**levels, mco_beds=declared["mco_beds"]))
    traits = territory[["establishment", "kind", "status", "emergency"]]
    tables = (indicators, scores, traits, asked)
    *read, asked = (table[table["establishment"].isin(names)] for table in tables)
    return Redraw(sources=Sources.of(*read), names=names, asked=asked)


@cache
def _only(dimensions: tuple[str, ...]) -> Planted:
    """Return the truths with these dimensions of the patients' questionnaire alone."""
    planted = read_planted()
    questions = planted.instruments[surveys.PATIENTS]
    kept = {name: it for name, it in questions.dimensions.items() if name in dimensions}
    return replace(planted, instruments={surveys.PATIENTS: replace(questions, dimensions=kept)})


def _asked(plan: Plan, planted: Planted, people: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """Return all people invited, with the scores of those who answer and the mean planted for everyone."""
    import numpy as np

    draw, there = plan.draw("survey", surveys.PATIENTS), expected.to_numpy()[people["row"].to_numpy()]
    answered, _, paper = who_answers(draw, planted, people)
    answers = ask(draw, planted, surveys.PATIENTS, people, there)
    lived = 100 * mean_share(planted, people, paper, there)
    columns: dict[str, np.ndarray] = {}
    form = instrument(surveys.PATIENTS)
    chosen, codes = chosen_columns(answers, form), codes_of(form)
    asked = {dimension.name: dimension for dimension in form.dimensions}
    for rank, name in enumerate(planted.instruments[surveys.PATIENTS].dimensions):
        score = np.full(len(people), np.nan)
        score[answered] = of_items(counted(chosen, form, asked[name], codes), form, asked[name])
        columns |= {name: score, f"{name} {LIVED}": lived[:, rank]}
    return people.drop(columns="row").assign(**columns)


def _scores(asked: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Return the scores of enough respondents, by hospital, year and dimension."""
    import pandas as pd

    groups = asked.groupby(["establishment", "period"])
    parts = []
    for name in dimensions:
        table = pd.DataFrame({"score": groups[name].mean(), "n": groups[name].count()})
        parts.append(table[table["n"] >= instrument(surveys.PATIENTS).floor].assign(dimension=name).reset_index())
    return pd.concat(parts, ignore_index=True).assign(unit="all", instrument=surveys.PATIENTS)


def _complete(scores: pd.DataFrame, sites: int, cells: int) -> tuple[str, ...]:
    """Return the first `sites` hospitals that have all their scores."""
    count = scores.groupby("establishment").size()
    return tuple(map(str, sorted(count.index[count == cells])[:sites]))


def _indicators(levels: pd.DataFrame) -> pd.DataFrame:
    long = levels.reset_index().melt(id_vars=["establishment", "period"], var_name="code")
    return long.assign(unit="all").astype({"value": float})
