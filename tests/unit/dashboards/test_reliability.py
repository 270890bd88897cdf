"""λ, shrunken score and possible ranks stand beside each score; "non officiel" where no official table is supplied."""

from __future__ import annotations

import re
from dataclasses import replace
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from chairs.core.study import Population
from chairs.dashboards import reliability
from chairs.dashboards.fiche import Absence, Fiche
from chairs.dashboards.figures import FIGURES

pytestmark = pytest.mark.unit


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def drawn(figure: str, study: Any, tables: Any) -> Fiche:
    made = FIGURES[figure].draw(study, tables)
    assert isinstance(made, Fiche), made
    return made


def with_reliability(scores: pd.DataFrame) -> pd.DataFrame:
    known = scores["score"].notna()
    rank = scores["score"].rank(ascending=False)
    return scores.assign(
        reliability=pd.Series(0.64, index=scores.index).where(known),
        shrunken=(0.64 * scores["score"] + 0.36 * 73).where(known),
        shrunken_low=scores["score"] - 3,
        shrunken_high=scores["score"] + 3,
        rank=rank,
        rank_low=(rank - 9).clip(lower=1),
        rank_high=(rank + 9).clip(upper=known.sum()),
        low=scores["score"] - 5,
        high=scores["score"] + 5,
    )


@pytest.fixture(scope="module")
def told(invented: ModuleType) -> tuple[Any, dict[str, pd.DataFrame]]:
    study = invented.hospital()
    tables = dict(invented.released(study))
    return study, tables | {"scores": with_reliability(tables["scores"])}


@pytest.mark.parametrize("figure", ["score-reliability", "position", "score-indicator", "score-distribution", "funnel"])
def test_each_figure_with_a_score_says_how_reliable_it_is(told: Any, figure: str) -> None:
    fiche = drawn(figure, *told)
    for lang, unofficial in (("fr", "non officiel"), ("en", "unofficial")):
        whole = plain(f"{fiche.sentence.say(lang)} {fiche.note.say(lang)}")  # type: ignore[union-attr, arg-type]
        assert re.search(r"λ.{0,40}0[.,]64", whole), whole
        assert unofficial in whole


@pytest.mark.parametrize("figure", ["score-indicator", "funnel", "score-reliability"])
def test_tables_of_scores_carry_reliability_shrunken_score_and_ranks(told: Any, figure: str) -> None:
    table = drawn(figure, *told).table
    keys = [column.key for column in table.columns]
    scores = told[1]["scores"].set_index("establishment")
    for key in ("reliability", "shrunken", "rank_low", "rank_high"):
        assert key in keys
    row = table.raw()["rows"][0]
    own = scores.loc["E001" if figure == "score-reliability" else row[0]]
    assert row[keys.index("rank_low")] == own["rank_low"]
    assert row[keys.index("shrunken")] == pytest.approx(own["shrunken"], abs=1e-3)


def test_the_links_of_dimensions_show_how_reliable_each_score_is(told: Any) -> None:
    study, tables = told
    scores = pd.concat([tables["scores"], tables["scores"].assign(dimension="accueil")], ignore_index=True)
    table = drawn("dimensions", study, {**tables, "scores": scores}).table
    place = [column.key for column in table.columns].index("reliability")
    shown = {row[0].partition("/")[2]: row[place] for row in table.raw()["rows"]}
    assert shown["accueil"] == pytest.approx(0.64)
    assert shown["repas"] is None


def test_a_weighted_score_is_told_with_its_design_effect_and_its_limit(told: Any) -> None:
    study, tables = told
    asked = {"demo-patient-experience": Population(establishment="E001", activity="stay", margins=("age_band", "sex"))}
    scores = tables["scores"].assign(weighting="raked", weighted=71.0, design_effect=1.3, imputed=72.0)
    fiche = drawn("score-reliability", replace(study, population=asked), {**tables, "scores": scores})
    note = plain(fiche.note.fr)  # type: ignore[union-attr]
    assert "(âge et sexe) : 71,00, effet de plan 1,30 ; réponses manquantes complétées : 72,00" in note
    assert "ne corrige pas" in note
    none = scores.assign(weighting="empty_margin", weighted=float("nan"))
    fiche = drawn("score-reliability", replace(study, population=asked), {**tables, "scores": none})
    assert "Not weighted (age and sex): a class has no respondent." in plain(fiche.note.en)  # type: ignore[union-attr]
    assert "weighted" not in [column.key for column in fiche.table.columns]


def test_the_focus_is_told_with_its_possible_ranks(told: Any) -> None:
    own = told[1]["scores"].set_index("establishment").loc["E001"]
    expected = f"rang possible {int(own['rank_low'])} à {int(own['rank_high'])} sur 96"
    assert expected in plain(drawn("score-reliability", *told).sentence.fr)


def test_published_scores_say_why_there_is_no_reliability(invented: ModuleType) -> None:
    study = invented.sites()
    tables = dict(invented.released(study))
    tables["scores"] = tables["scores"].assign(se=float("nan"))
    for figure in ("score-reliability", "position", "score-distribution", "score-indicator"):
        note = drawn(figure, study, tables).note
        assert note is not None
        assert "publiés sans leur erreur type" in plain(note.fr), figure
        assert "without standard error" in plain(note.en), figure


def test_an_official_class_is_named_with_its_source(invented: ModuleType) -> None:
    study = invented.sites()
    tables = dict(invented.released(study))
    tables["scores"] = tables["scores"].assign(score=74.0)
    sentence = plain(drawn("score-reliability", study, tables).sentence.fr)
    assert "classe B, officiel" in sentence
    assert "officiel (HAS" in plain(drawn("position", study, tables).note.fr)  # type: ignore[union-attr]


def test_without_a_focus_the_card_says_why(invented: ModuleType) -> None:
    study = replace(invented.sites(), focus=None)
    made = FIGURES["score-reliability"].draw(study, invented.released(study))
    assert isinstance(made, Absence)
    assert "aucun" in made.reason.fr or "ne suit pas" in made.reason.fr


def test_a_reliability_is_never_shown_as_one() -> None:
    assert plain(reliability.lambda_(0.9999, "fr")) == "> 0,99"
    assert reliability.lambda_(0.99, "en") == "0.99"


def test_scores_that_cannot_be_told_from_chance_say_so() -> None:
    scores = pd.DataFrame({"establishment": ["A", "B"], "score": [70.0, 71.0], "se": [3.0, 3.0]})
    assert "chance" in reliability.of_all(scores).en
    assert reliability.of_one(scores, "A") is None
    assert reliability.beside(scores, "A", "fr") == ""
