"""Answers: the planted mean is that of all invited, and who does not answer is who was planted not to."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from chairs.core.streams import stream
from chairs.demo.answers import ask
from chairs.demo.planted import Planted, read_planted

pytestmark = pytest.mark.unit

DRAW = partial(stream, 11, "test")
PATIENTS, STAFF = "demo-patient-experience", "demo-staff-barometer"


def everyone_answers(planted: Planted) -> Planted:
    sure = dict.fromkeys([*planted.answering.answers, *planted.answering.staff_answers], 1 - 1e-12)
    return replace(planted, answering=replace(planted.answering, answers=sure, staff_answers=sure, leaning=1.0))


def points(answers: pd.DataFrame, items: tuple[str, ...]) -> pd.DataFrame:
    codes = answers[list(items)].apply(pd.to_numeric)
    return 25 * (codes.where(codes <= 5) - 1)


def test_the_mean_of_all_invited_is_the_expected_score() -> None:
    planted, n = everyone_answers(read_planted()), 40_000
    people = pd.DataFrame({"age": np.repeat(["18-39", "65-79"], n // 2)})
    expected = np.tile([20.0, 80, 90, 50, 70, 60], (n, 1))
    answers = ask(DRAW, planted, PATIENTS, people, expected)
    assert len(answers) == n
    for rank, dimension in enumerate(planted.instruments[PATIENTS].dimensions.values()):
        scored = points(answers, dimension.items).mean(axis=1)
        for age, rows in answers.groupby("age").groups.items():
            on_paper = (answers.loc[rows, "mode"] == "PAPIER").mean()
            target = expected[0, rank] + planted.answering.age_points[age] + planted.answering.paper_points * on_paper
            values = scored.loc[rows].dropna()
            assert abs(values.mean() - target) < 4 * values.std() / len(values) ** 0.5


def test_who_answers_depends_on_age_and_on_being_satisfied() -> None:
    planted, n = read_planted(), 60_000
    ages = ["18-39", "40-64", "65-79", "80+"]
    people = pd.DataFrame({"age": np.tile(ages, n // 4)})
    answers = ask(DRAW, planted, PATIENTS, people, np.full((n, 6), 70.0))
    for age in ages:
        share = (answers["age"] == age).sum() / (n // 4)
        assert share == pytest.approx(planted.answering.answers[age], abs=0.02)
    same_age = answers[(answers["age"] == "18-39") & (answers["mode"] == "INTERNET")]
    observed = points(same_age, ("INF1", "INF2", "INF3")).mean(axis=1).mean()
    assert observed > 70 - 3 + 1  # the dissatisfied are missing: the raw mean is more than a point too high


def test_single_answers_are_missing_as_planted() -> None:
    planted, n = everyone_answers(read_planted()), 20_000
    people = pd.DataFrame({"age": ["40-64"] * n})
    answers = ask(DRAW, planted, PATIENTS, people, np.full((n, 6), 70.0))
    for item, share in (("REP1", 0.06), ("INF1", 0.0)):
        codes = answers[item].value_counts(normalize=True)
        assert codes.get("6", 0.0) == pytest.approx(share, abs=0.01)
        assert codes[""] == pytest.approx(planted.answering.skipped, abs=0.01)
        assert codes["9"] == pytest.approx(planted.answering.does_not_know, abs=0.01)


def test_a_reversed_item_is_answered_the_other_way_round() -> None:
    planted, n = everyone_answers(read_planted()), 10_000
    people = pd.DataFrame({"age": ["30-39"] * n})
    answers = ask(DRAW, planted, STAFF, people, np.full((n, 4), 70.0))
    codes = answers[["CHG1", "CHG2", "REC1"]].apply(pd.to_numeric)
    codes = codes.where(codes <= 5)
    assert codes["CHG1"].corr(codes["CHG2"]) < -0.2
    assert codes["CHG1"].corr(codes["REC1"]) > 0.1
    assert codes["CHG2"].mean() == pytest.approx(6 - codes["CHG1"].mean(), abs=0.05)
