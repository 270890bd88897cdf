"""The year of a figure is that of the links, not the one with most establishments; grains are never mixed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from chairs.core.records import read_yaml
from chairs.core.study import Study, read_study
from chairs.dashboards import rows
from chairs.dashboards.comparison import compared_period, indicator_values, outcome_scores
from chairs.dashboards.fiche import Absence, Fiche
from chairs.dashboards.figures import FIGURES

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[3]
OUTCOME = "nhs-staff-survey/recommend_care"
SITES = {"2016": 60, "2017": 40, "2018": 55}  # the year of the study has the fewest


def plain(text: Any) -> str:
    return str(text.fr).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def site(i: int) -> str:
    return f"E{i:03d}"


def scored(year: str, i: int) -> float:
    """Ten points a year apart, so that a mixture shows; within 2017 a score rises with the site's number."""
    return {"2016": 40.0 - 0.1 * i, "2017": 50.0 + 0.1 * i, "2018": 70.0 - 0.1 * i}[year]


@pytest.fixture
def uneven(invented: ModuleType) -> tuple[Study, dict[str, pd.DataFrame]]:
    """Scores of three years, an indicator by year and month, one of 2016 only, one of later years only."""
    instrument, dimension = OUTCOME.split("/")
    scores = pd.DataFrame(
        [(site(i), "all", year, scored(year, i)) for year, count in SITES.items() for i in range(1, count + 1)],
        columns=["establishment", "unit", "period", "score"],
    ).assign(instrument=instrument, dimension=dimension, se=1.0, n=100, status="ok", cell_status="ok")
    values = [(site(i), "2017", "occupancy", i / 100) for i in range(1, 41)]
    values += [(site(i), "2017-03", "occupancy", -i / 100) for i in range(1, 61)]
    values += [(site(i), "2016", "occupancy", 0.9 - i / 100) for i in range(1, 61)]
    values += [(site(i), "2016", "mean_stay", float(i)) for i in range(1, 61)]
    values += [(site(i), when, "day_stay_share", i / 100) for i in range(1, 61) for when in ("2017-05", "2018")]
    indicators = pd.DataFrame(values, columns=["establishment", "period", "code", "value"])
    sites = pd.DataFrame({"establishment": [site(i) for i in range(1, 61)]})
    links = pd.DataFrame(
        [[code, "0", size] for code, size in (("occupancy", 0.9), ("mean_stay", 0.2), ("day_stay_share", 0.1))],
        columns=["exposure", "lag", "estimate"],
    )
    coverage = invented.coverage(OUTCOME).assign(period="2017")
    coverage.loc[coverage["measure"].isin(["surveyed", "joined", "scored"]), "n"] = 40
    study = replace(invented.sites(), name="uneven", period="2017", outcome=OUTCOME, focus=site(20))
    return study, {
        "scores": scores,
        "indicators": indicators.assign(unit="all", status="ok", cell_status="ok"),
        "establishments": sites.assign(name=sites["establishment"], kind="hospital", status="public", emergency=True),
        "links": links.assign(outcome=OUTCOME, adjusted_for="", low=0.0, high=1.0, q=0.01, n=40, status="exploratory"),
        "coverage": coverage,
    }


def drawn(figure: str, study: Study, tables: dict[str, pd.DataFrame]) -> Fiche:
    made = FIGURES[figure].draw(study, tables)
    assert isinstance(made, Fiche), made
    return made


def by_key(fiche: Fiche, key: str) -> list[Any]:
    return [row[[column.key for column in fiche.table.columns].index(key)] for row in fiche.table.rows]


def test_the_scatter_pairs_the_year_of_the_study_with_itself(uneven: Any) -> None:
    fiche = drawn("score-indicator", *uneven)
    assert fiche.n == 40
    assert by_key(fiche, "score") == pytest.approx([scored("2017", i) for i in range(1, 41)])
    assert by_key(fiche, "value") == pytest.approx([float(i) for i in range(1, 41)])  # in percent, all months left out
    assert plain(fiche.sentence).startswith("En 2017, ")
    assert fiche.sentence.en.startswith("In 2017, ")
    assert ", 2017 (" in plain(fiche.source)
    axes = fiche.figure["fr"].layout
    assert all(axis.title.text.endswith(", 2017") for axis in (axes.xaxis, axes.yaxis))


@pytest.mark.parametrize("figure", ["position", "funnel", "score-reliability", "score-distribution", "associations"])
def test_each_figure_says_the_year_of_its_numbers(uneven: Any, figure: str) -> None:
    fiche = drawn(figure, *uneven)
    assert "2017" in plain(fiche.sentence)
    assert "2017" in fiche.sentence.en
    assert ", 2017 (" in plain(fiche.source)
    numbers = [value for row in fiche.table.rows for value in row if isinstance(value, float)]
    assert not [value for value in numbers if 60.0 <= value <= 70.0 or 34.0 <= value < 39.9]  # other years' scores


def test_counts_and_deciles_of_one_row_are_of_one_year(uneven: Any) -> None:
    fiche = drawn("score-distribution", *uneven)
    first = dict(zip([column.key for column in fiche.table.columns], fiche.table.rows[0], strict=True))
    assert first["scored"] == 40
    assert first["p50"] == pytest.approx(50 + 0.1 * 20.5)
    assert fiche.figure["en"].layout.yaxis.ticktext[0] == "All (40)"
    assert all("With an ed" not in name for name in fiche.figure["en"].layout.yaxis.ticktext)


def test_who_is_joined_is_counted_in_the_year_compared(uneven: Any) -> None:
    study, tables = uneven
    kept = tables["indicators"]
    kept = kept[(kept["period"] != "2017") | (kept["establishment"] <= site(20))]
    fiche = drawn("score-distribution", study, {**tables, "indicators": kept})
    assert by_key(fiche, "p50")[0] == pytest.approx(50 + 0.1 * 10.5)


def test_a_measure_without_that_year_is_of_the_last_year_before_and_said_so(uneven: Any) -> None:
    study, tables = uneven
    assert indicator_values(study, tables, "mean_stay")["period"].unique().tolist() == ["2016"]
    note = drawn("position", study, tables).note
    assert note is not None
    said = plain(note)
    assert "D'une autre année que le score, faute de valeur la même année : Durée moyenne de séjour (2016)." in said
    assert "donc non montrées : Part des séjours sans nuit." in said
    links = tables["links"].assign(estimate=[0.1, 0.9, 0.2])
    scatter = drawn("score-indicator", study, {**tables, "links": links})
    assert scatter.note is not None
    assert "L'indicateur est celui de 2016, le score celui de 2017." in plain(scatter.note)


def test_a_later_year_or_a_month_never_stands_for_the_year(uneven: Any) -> None:
    study, tables = uneven
    assert indicator_values(study, tables, "day_stay_share").empty
    links = tables["links"].assign(estimate=[0.1, 0.2, 0.9])
    made = FIGURES["score-indicator"].draw(study, {**tables, "links": links})
    assert isinstance(made, Absence)
    assert "n'a de valeur ni en 2017 ni avant" in plain(made.reason)
    assert "no value in 2017 or before" in made.reason.en


@pytest.mark.parametrize("linked", [True, False])
def test_a_declared_lag_takes_the_indicator_of_the_earlier_year_and_says_so(uneven: Any, linked: bool) -> None:
    study, tables = uneven
    claims = pd.DataFrame({"outcome": OUTCOME, "exposure": ["occupancy", "day_stay_share"], "lag": [1, 0]})
    declared = {name: frame for name, frame in tables.items() if linked or name != "links"} | {"claims": claims}
    assert indicator_values(study, declared, "occupancy")["period"].unique().tolist() == ["2016"]
    assert set(outcome_scores(study, declared)["period"]) == {"2017"}
    note = drawn("position", study, declared).note
    assert note is not None
    said = plain(note)
    assert "antérieure à celle du score, comme le protocole le déclare : Taux d'occupation des lits (2016)." in said
    assert "faute de valeur la même année : Durée moyenne de séjour (2016)." in said
    assert "as the protocol declares: Bed occupancy (2016)." in note.en


def test_a_lagged_indicator_without_its_year_is_said_apart(uneven: Any) -> None:
    study, tables = uneven
    claims = pd.DataFrame({"outcome": OUTCOME, "exposure": ["mean_stay"], "lag": [1]})
    kept = tables["indicators"].replace({"period": {"2016": "2015"}})
    note = drawn("position", study, {**tables, "indicators": kept, "claims": claims}).note
    assert note is not None
    assert "que le protocole déclare, faute de valeur cette année-là : Durée moyenne de séjour (2015)." in plain(note)
    assert "faute de valeur la même année" not in plain(note)


def test_scores_by_quarter_only_are_drawn_of_the_last_one_of_the_study(uneven: Any) -> None:
    study, tables = uneven
    quarters = {"2016": "2017-Q3", "2017": "2017-Q4", "2018": "2018-Q1"}
    moved = {name: tables[name].replace({"period": quarters}) for name in ("scores", "indicators")}
    own = {**{name: frame for name, frame in tables.items() if name != "coverage"}, **moved}
    for period in ("2017", "2016-2017", "2016-01/2017-12", "2017-Q4"):
        assert compared_period(replace(study, period=period), own) == "2017-Q4"
    assert compared_period(replace(study, period="2017-01/2017-10"), own) == "2017-Q3"
    assert compared_period(replace(study, period="2010"), own) == "2010"
    assert len(outcome_scores(study, own)) == 40
    assert indicator_values(study, own, "occupancy")["period"].unique().tolist() == ["2017-Q4"]  # not 2017-03
    fiche = drawn("funnel", study, own)
    assert plain(fiche.sentence).startswith("Au 4e trimestre 2017, ")
    assert fiche.n == 40


def test_scores_by_month_only_are_drawn_of_the_last_one_of_the_study(uneven: Any) -> None:
    study, tables = uneven
    months = {"2016": "2017-02", "2017": "2017-03", "2018": "2018-01"}
    scores = {"scores": tables["scores"].replace({"period": months})}
    assert compared_period(study, scores) == "2017-03"
    assert len(outcome_scores(study, scores)) == 40


def test_a_study_without_an_outcome_compares_one_and_the_same_of_all_tables(uneven: Any) -> None:
    study, tables = uneven
    first = tables["scores"].assign(instrument="an-earlier-name", dimension="all", period="2018")
    both = {**tables, "scores": pd.concat([first, tables["scores"]])}
    asks = replace(study, outcome=None, period="2016-2018")
    assert compared_period(asks, both) == "2018"
    assert set(outcome_scores(asks, both)["instrument"]) == {"an-earlier-name"}
    made = FIGURES["score-distribution"].draw(asks, both)
    assert isinstance(made, Absence)
    assert "ne sont pas comptés pour ce score" in plain(made.reason)


def test_dimensions_say_their_own_years_and_not_that_of_the_whole_score(invented: ModuleType) -> None:
    study = replace(invented.sites(), period="2017-2019")
    tables = invented.released(study)
    names = sorted(set(tables["links"]["outcome"]) - {study.outcome})
    known = tables["coverage"].iloc[:1]
    scores = tables["scores"].iloc[:1]
    cover = [known.assign(outcome=name, period="2018") for name in names]
    named = [
        scores.assign(instrument=name.split("/")[0], dimension=name.split("/")[1], period="2018") for name in names
    ]
    own = {
        **tables,
        "coverage": pd.concat([tables["coverage"], *cover]),
        "scores": pd.concat([tables["scores"], *named]),
    }
    assert plain(drawn("dimensions", study, own).sentence).startswith("En 2018, ")
    own["coverage"] = own["coverage"].assign(
        period=own["coverage"]["period"].where(own["coverage"]["outcome"] != names[0], "2017")
    )
    fiche = drawn("dimensions", study, own)
    assert not plain(fiche.sentence).startswith("En ")
    assert fiche.note is not None
    assert "pas toutes de la même période : " in plain(fiche.note)
    assert "(2017)" in plain(fiche.note)
    assert plain(fiche.note).count("(2018)") == len(fiche.table.rows) - 1


@pytest.mark.parametrize("high", [60, 61])
def test_tied_scores_that_are_no_classes_have_the_median_between_two(uneven: Any, high: int) -> None:
    study, tables = uneven
    scores = tables["scores"]
    tied = [60.0 if int(name[1:]) <= 20 else float(high + 20) for name in scores["establishment"]]
    fiche = drawn("score-distribution", study, {**tables, "scores": scores.assign(score=tied)})
    assert by_key(fiche, "p50")[0] == pytest.approx((60 + high + 20) / 2)


def test_without_coverage_the_study_says_its_year_or_the_last_scored_one(uneven: Any) -> None:
    study, tables = uneven
    scores = {"scores": tables["scores"]}
    assert compared_period(study, scores) == "2017"
    assert compared_period(replace(study, period="2016-2017"), scores) == "2017"
    assert compared_period(replace(study, period="2016-01/2024-12"), scores) == "2018"
    assert compared_period(replace(study, period="2010-2011"), scores) == ""


def test_stars_have_no_mean_but_a_share_over_the_median(invented: ModuleType) -> None:
    outcome = "cms-hcahps-stars/all"
    study = replace(invented.sites(), outcome=outcome)
    tables = invented.released(study)
    stars = tables["scores"].assign(score=[float(1 + i % 5) for i in range(len(tables["scores"]))])
    fiche = drawn("score-distribution", study, {**tables, "scores": stars})
    assert "moyen" not in plain(fiche.sentence)
    assert "Mean" not in fiche.sentence.en
    assert "Part au-dessus de 3, médiane de tous : " in plain(fiche.sentence)
    assert "mean" not in [column.key for column in fiche.table.columns]
    assert by_key(fiche, "above")[0] == pytest.approx(40, abs=2)
    assert all(value in (1, 2, 3, 4, 5) for value in by_key(fiche, "p25"))


def test_who_is_in_no_group_is_said(invented: ModuleType) -> None:
    study, tables = invented.sites(), invented.released(invented.sites())
    coverage = tables["coverage"].copy()
    coverage.loc[coverage["subject"] == "status=public", "n"] = 30
    note = drawn("score-distribution", study, {**tables, "coverage": coverage}).note
    assert note is not None
    assert "dans « tous » mais dans aucun groupe : 1 (statut inconnu)." in plain(note)


def test_long_names_of_two_rows_do_not_touch() -> None:
    names = ["Passages terminés en quatre heures, tous types d'urgences et plus encore de mots pour quatre lignes"] * 3
    layout = rows.rows_layout(names, row=34, edges=(40, 24, 56), wrap=28)
    lines = max(name.count("<br>") + 1 for name in layout["yaxis"]["ticktext"])
    low, high = layout["yaxis"]["range"]
    assert lines >= 4
    assert (layout["height"] - 96) / (high - low) >= rows.LINE * lines + 5


def test_no_interval_of_a_declared_link_touches_the_frame(invented: ModuleType) -> None:
    study = invented.hospital()
    figure = drawn("claims", study, invented.released(study)).figure["fr"]
    low, high = figure.layout.xaxis.range
    ends = [x for x in figure.data[0].x if x is not None]
    assert low < min(ends) < max(ends) < high


def test_the_page_names_the_control_years_that_the_protocol_tests() -> None:
    study = read_study(ROOT / "pipelines/studies/france-2019.yaml")
    protocol = read_yaml(ROOT / "pipelines/protocols/france-2019.yaml")
    years = [int(study.period) + ahead for ahead in (protocol["future_years"], *protocol["other_future_years"])]
    said = " ".join(line.fr for line in study.may_not_say)
    assert f"les SAE {years[0]} et {years[1]} ne servent que de témoins" in said


def test_insteval_lies_beside_the_mirror_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks.multilevel import insteval_file

    (tmp_path / "data").mkdir()
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(tmp_path / "data"))
    assert insteval_file() == tmp_path.resolve() / "reference" / "stats" / "lmm_insteval.csv"
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", "")
    assert insteval_file() is None
