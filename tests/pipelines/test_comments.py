"""Comments of the demonstration hospital: planted names never reach a table, planted themes are found again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chairs.demo.comments import SCALES, make_comments
from chairs.demo.plan import make_plan
from chairs.surveys.verbatims.language import language
from chairs.surveys.verbatims.names import without_names
from chairs.surveys.verbatims.overview import themes

pytestmark = pytest.mark.pipelines
PLANTED = ("Delcourt", "Wattrelot", "Vanhoutte", "Marchand", "Benali", "Lesage", "Dhaussy", "Petitjean", "Mroz")


@pytest.fixture(scope="module")
def comments() -> pd.DataFrame:
    """Comments of 9,000 invented respondents whose answers are all in the middle."""
    items = sorted({item for pair in SCALES.values() for item in pair})
    units = [f"U{i % 7}" for i in range(9_000)]
    answers = pd.DataFrame(
        {"respondent": [f"R{i}" for i in range(9_000)], "establishment": "H", "unit": units, "period": "2024-03"}
        | dict.fromkeys(items, "3")
    )
    return make_comments(make_plan(seed=5, size=0.05, changes=None), answers)


@pytest.fixture(scope="module")
def read(comments: pd.DataFrame) -> pd.DataFrame:
    """The comments as the stage reads them: without names, each with its language."""
    text = comments["text"].map(without_names)
    return comments.assign(text=text, language=text.map(language))


def test_names_that_were_planted_do_not_come_through(comments: pd.DataFrame, read: pd.DataFrame) -> None:
    named = comments["text"].str.contains("|".join(PLANTED), case=False)
    left = read["text"].str.contains("|".join(PLANTED), case=False)
    assert named.sum() > 100
    assert left.sum() == 0


def test_planted_themes_are_found_and_the_readers_agree(read: pd.DataFrame) -> None:
    counts, errors = themes(read)
    macro = errors.set_index("label").loc["macro"]
    assert macro["f1"] > 0.9
    kappa = errors.set_index("label")["kappa"].drop("macro")
    assert kappa.between(0.85, 1).all()  # each reader slips on 4 % of his labels
    whole = counts[(counts["unit"] == "all") & (counts["theme"] == "all")]
    assert int(whole["comments"].iloc[0]) > 2_000
    assert (counts["critical"] <= counts["comments"]).all()


def test_too_few_coded_comments_give_a_reason_and_no_count(read: pd.DataFrame) -> None:
    counts, errors = themes(read.head(40))
    assert counts.empty
    assert errors["status"].tolist() == ["below_floor"]


def test_the_demonstration_study_keeps_no_name(demo_project: Path) -> None:
    table = pd.read_parquet(demo_project / "data" / "ingest" / "demo" / "comments.parquet")
    assert len(table) > 20
    assert not table["text"].str.contains("|".join(PLANTED), case=False, na=False).any()
    released = demo_project / "data" / "release" / "demo"
    assert not (released / "comments.parquet").exists()
