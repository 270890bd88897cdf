"""Scoring against the worked example of 815 respondents, and official classes against the published ones."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from chairs.core.records import build
from chairs.surveys.instrument import Instrument, instrument
from chairs.surveys.scoring import respondent_scores, score

pytestmark = pytest.mark.reference
DATA = Path(__file__).parent / "data"
WORDS = {"fr": "a", "en": "a"}


@pytest.fixture(scope="module")
def example() -> tuple[dict, pd.DataFrame, Instrument]:
    reference = json.loads((DATA / "score_patient_survey.json").read_text())["expected"]
    dimensions = reference["dimensions"]
    sheet = {
        "name": "score_patient_survey",
        "title": WORDS,
        "version": "1",
        "source": {"fr": "jeu de référence", "en": "reference set"},
        "licence": "simulated, no restriction",
        "respondent": "patient",
        "floor": 30,
        "dimensions": [{"name": name, "label": WORDS} for name in ("all", *dimensions)],
        "items": [{"code": q, "label": WORDS, "dimension": d} for d, items in dimensions.items() for q in items],
        "answers": {str(k): k for k in range(1, 6)},
    }
    wide = pd.read_csv(DATA / "score_patient_survey.csv", dtype="str")
    items = [column for column in wide.columns if column.startswith("Q")]
    long = wide.melt(id_vars=["id", "est"], value_vars=items, var_name="item", value_name="answer")
    long = long.rename(columns={"id": "respondent", "est": "establishment"}).assign(
        unit="all", period="2024", instrument="score_patient_survey", mode="web"
    )
    return reference, long, build(Instrument, sheet, "score_patient_survey")


def test_respondents_have_the_scores_of_the_reference(example):
    reference, answers, questionnaire = example
    people = respondent_scores(answers, questionnaire).set_index("respondent")
    assert people["all"].notna().sum() == reference["n_global"]
    assert people["all"].mean() == pytest.approx(reference["overall_mean"], abs=1e-6)
    for expected in reference["respondents_first5"]:
        for dimension in (*reference["dimensions"], "all"):
            name = "global" if dimension == "all" else dimension
            assert people.loc[str(expected["id"]), dimension] == pytest.approx(expected[name], abs=1e-6)


def test_establishments_have_the_mean_error_and_floor_of_the_reference(example):
    reference, answers, questionnaire = example
    table = score(answers, None, [questionnaire])
    overall = table[table["dimension"] == "all"].set_index("establishment")
    assert len(overall) == len(reference["establishments"]) == 12
    for expected in reference["establishments"]:
        row = overall.loc[expected["est"]]
        assert row["n"] == expected["n"]
        assert (row["status"] == "ok") == expected["publishable"]
        if expected["publishable"]:
            assert row["score"] == pytest.approx(expected["mean"], abs=1e-6)
            assert row["se"] == pytest.approx(expected["se"], abs=1e-6)
        else:
            assert pd.isna(row["score"])
            assert pd.isna(row["se"])


@pytest.mark.parametrize(
    ("file", "name", "year", "column", "classed"),
    [
        ("ESATIS48H_MCO_recueil2017_donnees.csv.gz", "esatis-48h-mco", "2017", "score_all_rea_ajust", 623),
        ("resultats-esatis48h-mco-open-data-2019.csv.gz", "esatis-48h-mco", "2019", "score_all_rea_ajust", 858),
        ("resultats-esatisca-mco-open-data-2019.csv.gz", "esatis-ca", "2019", "score_all_ajust", 793),
    ],
)
def test_the_class_bounds_give_every_published_class(mirror, file, name, year, column, classed):
    table = pd.read_csv(mirror / "has-esatis" / file, sep=";", encoding="cp1252", dtype="str", keep_default_na=False)
    table = table[table["classement"].isin(list("ABCD"))]
    values = table[column].str.replace(",", ".").astype(float)
    rules = instrument(name).classes_of(year)
    given = pd.Series(rules.below, index=table.index)
    for letter, bound in sorted(rules.bounds.items(), key=lambda pair: pair[1]):
        given[values >= bound] = letter
    assert len(table) == classed
    assert (given == table["classement"]).all()
