"""`chairs survey quality` on files of answers, good and bad."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from chairs.cli.app import app
from chairs.core.errors import DataError, SettingError
from chairs.core.streams import stream

pytestmark = pytest.mark.pipelines


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    draw, n = stream(40, "survey"), 1300
    content, rows = draw.standard_normal(n), []
    for item in ("ENG1", "ENG2", "ENG3"):
        points = np.digitize(content + draw.standard_normal(n), [-1.5, -0.5, 0.5, 1.5]) + 1
        rows.append(pd.DataFrame({"respondent": [f"R{k}" for k in range(n)], "item": item, "answer": points}))
    table = pd.concat(rows).assign(establishment="A", unit="all", period="2024", instrument="demo-staff-barometer")
    table["mode"] = np.where(table["respondent"].str[-1].isin(list("01234")), "web", "paper")
    table["language"] = np.where(table["respondent"].str[-1].isin(list("02468")), "fr-BE", "nl")
    table.loc[table["respondent"].str[-1].isin(list("01234")), "period"] = "2023"
    path = tmp_path / "answers.csv"
    table.to_csv(path, index=False)
    return path


def test_it_prints_reliability_and_the_items_by_group(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "mode"])
    assert done.exit_code == 0, done.output
    assert re.search(r"Engagement +2024 +650 ", done.output)
    assert "engagement" not in done.output  # the label of the dimension, not its code
    assert done.output.count("ENG") == 3
    assert "negligible" in done.output
    assert "2 groups: same" in done.output


@pytest.mark.parametrize("by", ["year", "language"])
def test_groups_may_be_years_or_languages(answers: Path, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", by])
    assert done.exit_code == 0, done.output
    assert "2 groups: same" in done.output


def test_an_item_that_a_language_reads_otherwise_is_named(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    table = pd.read_csv(answers)
    dutch = (table["language"] == "nl") & ~table["respondent"].str.endswith("9")  # some keep the best answer in use
    harder = dutch & (table["item"] == "ENG2") & (table["answer"] > 1)
    table.loc[harder, "answer"] -= 1
    table.to_csv(answers, index=False)
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "language"])
    named = [line for line in done.output.splitlines() if "large" in line or "moderate" in line]
    assert len(named) == 1
    assert "ENG2" in named[0]


def test_of_many_sites_the_largest_are_compared(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    table = pd.read_csv(answers)
    place = table["respondent"].str[1:].astype(int) % 12
    table.assign(establishment="S" + place.astype(str)).to_csv(answers, index=False)
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "establishment"])
    assert done.exit_code == 0, done.output
    assert "the 10 largest of 12" in done.output
    assert "10 groups: same" in done.output


def test_it_refuses_what_it_cannot_read(answers: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert isinstance(
        run(app, ["survey", "quality", "demo-staff-barometer", str(tmp_path / "none.csv")]).exception, DataError
    )
    assert isinstance(run(app, ["survey", "quality", "no-such-survey", str(answers)]).exception, SettingError)
    assert isinstance(
        run(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "colour"]).exception, SettingError
    )


def _refused(path: Path, instrument: str = "demo-staff-barometer") -> str:
    done = CliRunner().invoke(app, ["survey", "quality", instrument, str(path)])
    assert done.exit_code != 0, done.output
    assert isinstance(done.exception, DataError)
    return "\n".join(problem.say("en") for problem in done.exception.problems)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rubbish.parquet", b"rubbish", "not readable as Parquet"),
        ("empty.parquet", b"", "not readable as Parquet"),
        ("empty.csv", b"", "empty.csv"),
        ("rubbish.csv", b"\xff\xfe\x00bad", "rubbish.csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert said in _refused(tmp_path / name)


def test_a_file_without_the_column_of_answers_or_any_answer_is_refused(answers: Path) -> None:
    assert "without its items" in _refused(answers, "esatis-48h-mco")
    assert "this file holds: demo-staff-barometer" in _refused(answers, "demo-patient-experience")
    table = pd.read_csv(answers)
    table.drop(columns="answer").to_csv(answers, index=False)
    assert 'column "answer": column absent' in _refused(answers)


@pytest.mark.parametrize(("lang", "said"), [("fr", "partout la même réponse"), ("en", "answered alike by all")])
def test_a_missing_number_has_its_reason_in_words(
    answers: Path, lang: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAIRS_LANG", lang)
    pd.read_csv(answers).assign(answer=3).to_csv(answers, index=False, sep=";")
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers)])
    assert done.exit_code == 0, done.output
    assert said in done.output
    assert "constant" not in done.output
    assert "not_available" not in done.output


def test_the_number_of_groups_compared_may_be_chosen(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    table = pd.read_csv(answers)
    table["ward"] = table["respondent"].str[-1]
    table.to_csv(answers, index=False)
    given = ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "ward", "--groups", "2"]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 0, done.output
    assert "the 2 largest of 10" in done.output
    assert "2 groups: " in done.output


def test_a_single_group_is_said_once(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "fr")
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "establishment"])
    assert done.exit_code == 0, done.output
    assert done.output.count("rien à comparer : il faut au moins deux groupes de 100 répondants") == 1
    assert "1 groupes" not in done.output


def test_groups_without_enough_complete_answers_get_a_reason(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    table = pd.read_csv(answers)
    few = table["mode"] == "web"  # answers in use differ between modes, and hardly a web answer is complete
    table.loc[few & (table["item"] == "ENG1") & (table["answer"] == 5), "answer"] = 4
    table.loc[few & (table["item"] == "ENG2") & ~table["respondent"].str.endswith("00"), "answer"] = None
    table["answer"] = table["answer"].astype("Int64")
    table.to_csv(answers, index=False)
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "mode"])
    assert done.exit_code == 0, done.output
    assert "fewer than two groups have 100 complete answers" in done.output


def test_what_scores_refuse_is_refused_by_file_row_and_column(answers: Path) -> None:
    table = pd.read_csv(answers, dtype="str")
    table.assign(item=table["item"].str.lower()).to_csv(answers, index=False)
    assert 'answers.csv, row 2, column "item": item unknown to the instrument (rows 2 to 3901)' in _refused(answers)
    table.assign(item=table["item"].replace("ENG2", "ENGX")).to_csv(answers, index=False)
    assert 'row 1302, column "item": item unknown to the instrument (rows 1302 to 2601)' in _refused(answers)
    strange = table.copy()
    strange.loc[5, "answer"] = "77"
    strange.to_csv(answers, index=False)
    said = _refused(answers)
    assert 'answers.csv, row 7, column "answer": code unknown to the instrument. Remedy' in said
    assert "77" not in said
    short = table.mask((table["period"] == "2024") & (table["answer"] == "5"), other=table.assign(answer="4"))
    short.to_csv(answers, index=False)
    assert "this wave has not the scale of the others" in _refused(answers)
    strange.to_parquet(answers.with_suffix(".parquet"))
    assert 'answers.parquet, row 7, column "answer"' in _refused(answers.with_suffix(".parquet"))


@pytest.mark.parametrize("lower", [["CHG2"], ["CHG1", "CHG2"]])
def test_dimensions_of_two_items_are_looked_at_and_levels_forbidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lower: list[str]
) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "fr")
    draw, n = stream(41, "short"), 500
    trait, dutch = draw.standard_normal(n), np.arange(n) % 2 == 1
    rows = []
    for item in ("CHG1", "CHG2", "ENG1", "ENG2", "REC1", "REC2"):
        level = trait + 0.8 * draw.standard_normal(n) - 1.2 * dutch * (item in lower)
        points = np.digitize(level, [-1.5, -0.5, 0.5, 1.5]) + 1
        rows.append(pd.DataFrame({"respondent": [f"R{k}" for k in range(n)], "item": item, "answer": points}))
    table = pd.concat(rows).assign(establishment="A", unit="all", period="2024", instrument="demo-staff-barometer")
    table["mode"], table["language"] = "web", np.where(np.tile(dutch, 6), "nl", "fr")
    table.to_csv(tmp_path / "a.csv", index=False)
    given = ["survey", "quality", "demo-staff-barometer", str(tmp_path / "a.csv"), "--by", "language"]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 0, done.output
    named = [line for line in done.output.splitlines() if " : fort" in line or " : modéré" in line]
    assert len(named) == len(lower)
    assert "CHG2 : fort" in named[-1]
    assert ("ne pas comparer les niveaux entre ces groupes sur : CHG2 (" in done.output) == (len(lower) == 1)
    # the whole dimension: another opinion would look the same
    assert ("d'une question comprise autrement : CHG1, CHG2" in done.output) == (len(lower) == 2)
    assert "non examinées, faute de réponses" in done.output, "items that nobody answered"
    assert "* moins de trois questions" in done.output


def test_equal_loadings_alone_say_that_means_are_not_compared() -> None:
    from chairs.surveys.psychometrics.invariance import LABELS

    assert LABELS["metric"].fr == (
        "mêmes charges seulement : les niveaux et les moyennes ne se comparent pas entre ces groupes"
    )
    assert "may not be compared" in LABELS["configural"].en
    assert "can be compared" in LABELS["scalar"].en


def _told(folder: Path, name: str, items: list[str], scale: int) -> str:
    """What is printed on 300 answers of two sites to `items`, of 1 to `scale`, with one trait in them."""
    draw = stream(42, name)
    trait = draw.standard_normal(300)
    rows = []
    for item in items:
        cuts = np.linspace(-1.5, 1.5, scale - 1)
        points = np.digitize(trait + 0.8 * draw.standard_normal(300), cuts) + 1
        rows.append(pd.DataFrame({"respondent": [f"R{k}" for k in range(300)], "item": item, "answer": points}))
    table = pd.concat(rows).assign(unit="all", period="2024", instrument=name, mode="web", language="fr")
    table["establishment"] = np.where(table["respondent"].str[-1].isin(list("01234")), "A", "B")
    table.to_csv(folder / "a.csv", index=False)
    done = CliRunner().invoke(app, ["survey", "quality", name, str(folder / "a.csv"), "--by", "establishment"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(("name", "items"), [("nps", ["NPS"]), ("csat-ces", ["CSAT", "CES"])])
def test_one_or_two_items_in_all_are_too_few_and_nothing_else_is_claimed(
    tmp_path: Path, name: str, items: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "fr")
    said = _told(tmp_path, name, items, 5)
    assert "trop peu de questions pour ce calcul" in said
    assert "*" not in said, "nobody was compared among all items"
    assert "faute de réponses" not in said
    assert f"niveaux à décrire seulement : {', '.join(items)}" in said


def test_an_item_that_nobody_answered_is_not_one_of_too_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    said = _told(tmp_path, "csat-ces", ["CSAT"], 5)
    assert "levels to describe only: CSAT\n" in said
    assert "for want of answers or of a fit; their levels may not be compared: CES\n" in said


def test_a_filter_question_is_of_no_dimension_and_not_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "fr")
    said = _told(tmp_path, "hcahps", ["Q1", "Q2", "Q3"], 4)
    (line,) = [one for one in said.splitlines() if one.startswith("non examinées")]
    left = line.split(" : ")[1].split(", ")
    assert "Q5" in left
    assert not {"Q1", "Q2", "Q3", "Q10", "Q12", "Q15"} & set(left)
