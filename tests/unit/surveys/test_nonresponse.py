"""Weighting and imputation give back what all those invited would have answered, as far as they can."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from chairs.core.streams import stream
from chairs.demo.answers import ask
from chairs.demo.planted import read_planted
from chairs.surveys.instrument import instrument
from chairs.surveys.nonresponse import Known, nonresponse_scores
from chairs.surveys.scoring import respondent_scores, score, site_scores

pytestmark = pytest.mark.unit
NAME, SITE, INVITED = "demo-patient-experience", "H1", 20_000
LEVEL = 70.0  # score that everybody is expected to give, before age and mode


def points(leaning: float) -> object:
    """The planted truths with age effects four times as strong, so that 6,000 answers show what they do."""
    planted = read_planted()
    strong = {age: 4 * value for age, value in planted.answering.age_points.items()}
    return replace(planted, answering=replace(planted.answering, leaning=leaning, paper_points=0.0, age_points=strong))


@cache
def surveyed(leaning: float, seed: int = 1) -> tuple[pd.DataFrame, Known, float]:
    """Answers of one hospital whose age mix differs from that of those who answer; its population; the truth."""
    planted = points(leaning)
    ages = planted.answering.ages  # type: ignore[attr-defined]
    draw = stream(seed, "nonresponse")
    age = draw.choice(list(ages), INVITED, p=list(ages.values()))
    people = pd.DataFrame({"age": age, "sex": np.where(draw.random(INVITED) < 0.5, "F", "M")})
    dimensions = list(planted.instruments[NAME].dimensions)  # type: ignore[attr-defined]
    expected = np.full((INVITED, len(dimensions)), LEVEL)
    given = ask(lambda *names: stream(seed, "ask", *names), planted, NAME, people, expected)  # type: ignore[arg-type]
    items = [item.code for item in instrument(NAME).items]
    given = given.assign(
        respondent=[f"R{i:06d}" for i in range(len(given))],
        unit=draw.choice(["A", "B", "C", "D"], len(given)),
        age_band=given["age"],
    )
    long = given.melt(["respondent", "unit", "age_band", "sex"], items, "item", "answer")
    long = long.assign(establishment=SITE, period="2024", instrument=NAME, mode="web")
    long["answer"] = long["answer"].where(long["answer"] != "", None)
    totals = {trait: people[column].value_counts().astype(float).to_dict() for trait, column in TRAITS.items()}
    truth = LEVEL + float(people["age"].map(dict(planted.answering.age_points)).mean())  # type: ignore[attr-defined]
    return long, Known(establishment=SITE, totals={"2024": totals}), truth


TRAITS = {"age_band": "age", "sex": "sex"}


def scored(answers: pd.DataFrame, known: Known | None) -> pd.DataFrame:
    form = instrument(NAME)
    people = respondent_scores(answers, form)
    table = nonresponse_scores(site_scores(people, form), people, answers, form, known)
    return table[table["unit"] == "all"].set_index("dimension")


def test_raking_gives_back_the_truth_where_answering_depends_on_age_only() -> None:
    answers, known, truth = surveyed(1.0)
    table = scored(answers, known)
    assert (table["weighting"] == "raked").all()
    raw = (table["score"] - truth) / table["se"]
    weighted = (table["weighted"] - truth) / table["weighted_se"]
    assert raw.mean() > 3, "the planted non-response must bias the raw score"
    assert weighted.abs().max() < 3
    assert (table["design_effect"] > 1).all()
    assert table["design_effect"].between(1.05, 1.6).all()


def test_raking_cannot_mend_that_the_dissatisfied_answer_less() -> None:
    answers, known, truth = surveyed(read_planted().answering.leaning)
    table = scored(answers, known)
    assert (table["weighted"] < table["score"]).all(), "what age explains is taken out"
    assert (table["weighted"] - truth > 3 * table["weighted_se"]).all(), "what it does not explain stays: no cure"


def test_imputation_gives_back_the_score_when_answers_are_lost_by_what_is_known() -> None:
    answers, known, _ = surveyed(1.0)
    people = sorted(answers["respondent"].unique())[:4000]
    whole = answers[answers["respondent"].isin(people)].reset_index(drop=True)
    full = scored(whole, None)
    low = whole[(whole["item"].isin(["ACC1", "ACC2"])) & whole["answer"].isin(["1", "2"])]["respondent"].unique()
    draw = stream(5, "lost")
    lost = set(np.asarray(low)[draw.random(len(low)) < 0.6])
    holes = whole.copy()
    holes.loc[holes["respondent"].isin(lost) & holes["item"].isin(["SOR1", "SOR2", "SOR3"]), "answer"] = None
    table = scored(holes, known)
    raw, imputed = (abs(table.loc["sortie", name] - full.loc["sortie", "score"]) for name in ("score", "imputed"))
    assert raw > 2 * table.loc["sortie", "se"], "those lost are the dissatisfied of another dimension"
    assert imputed < raw / 2
    assert table.loc["sortie", "imputed_se"] >= full.loc["sortie", "se"]


def test_units_and_other_sites_have_no_weights() -> None:
    answers, known, _ = surveyed(1.0)
    form = instrument(NAME)
    other = answers.assign(establishment="H2", respondent="Z" + answers["respondent"])
    both = pd.concat([answers, other], ignore_index=True)
    people = respondent_scores(both, form)
    table = nonresponse_scores(site_scores(people, form), people, both, form, known)
    told = table[table["weighting"].notna()]
    assert set(zip(told["establishment"], told["unit"], strict=True)) == {(SITE, "all")}
    assert table.loc[table["weighting"].isna(), "weighted"].isna().all()


@pytest.mark.parametrize(
    ("totals", "reason"),
    [
        ({}, "no_margins"),
        ({"2024": {"ward": {"A": 10.0}}}, "trait_missing"),
        ({"2024": {"age_band": {"18-39": 10.0}}}, "unknown_class"),
        ({"2024": {"sex": {"F": 10.0, "M": 10.0, "X": 5.0}}}, "empty_margin"),
    ],
)
def test_no_weights_come_with_the_reason(totals: dict[str, dict[str, dict[str, float]]], reason: str) -> None:
    answers, _, _ = surveyed(1.0)
    few = answers[answers["respondent"].isin(sorted(answers["respondent"].unique())[:600])].reset_index(drop=True)
    table = scored(few, Known(establishment=SITE, totals=totals))
    assert set(table["weighting"]) == {reason}
    assert table["weighted"].isna().all()


def test_margins_that_contradict_each_other_are_refused_in_words() -> None:
    answers, known, _ = surveyed(1.0)
    few = answers[answers["respondent"].isin(sorted(answers["respondent"].unique())[:600])].reset_index(drop=True)
    totals = {"2024": {**known.totals["2024"], "sex": {"F": 1.0, "M": 1.0}}}
    assert set(scored(few, Known(establishment=SITE, totals=totals))["weighting"]) == {"unequal_margins"}


def test_the_stage_function_hands_the_population_on() -> None:
    answers, known, _ = surveyed(1.0)
    few = answers[answers["respondent"].isin(sorted(answers["respondent"].unique())[:600])].reset_index(drop=True)
    table = score(few, None, [instrument(NAME)], {NAME: known})
    assert table["weighted"].notna().any()
    assert score(few, None, [instrument(NAME)])["weighted"].isna().all()
