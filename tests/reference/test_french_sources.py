"""The real files of HAS and DREES: exact counts and sums published in their notes, read by the readers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chairs.core.study import Study
from chairs.indicators.derive import derive
from chairs.sources import READERS
from chairs.sources.catalog import Entry, load_catalog
from chairs.sources.fetch import prepare
from chairs.sources.ingest import ingest
from chairs.sources.text import read_sheet
from chairs.store import paths
from chairs.store.files import read_json
from chairs.store.parquet import read_table

pytestmark = pytest.mark.reference

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def catalog() -> dict[str, Entry]:
    return dict(load_catalog(ROOT / "data/catalog.yaml"))


@pytest.fixture(scope="session")
def tables(mirror: Path, catalog: dict[str, Entry]):
    """Tables of a catalogue entry, read once from the mirror."""
    known: dict[str, dict[str, pd.DataFrame]] = {}

    def read(name: str) -> dict[str, pd.DataFrame]:
        if name not in known:
            source = catalog[name]
            files = [mirror / file.mirror for file in source.files]
            options = {**source.options, "year": source.year, "source": name}
            known[name] = READERS[source.reader].read(files, options)
        return known[name]

    return read


@pytest.mark.parametrize(
    ("name", "rows", "scored", "reasons"),
    [
        ("has-esatis-48h-2017", 1157, 623, {"below_floor": 478, "non_respondent": 56}),
        ("has-esatis-48h-2019", 1152, 858, {"below_floor": 137, "non_respondent": 29, "not_validated": 128}),
        ("has-esatis-ca-2019", 945, 793, {"below_floor": 52, "non_respondent": 39, "not_validated": 61}),
    ],
)
def test_esatis_keeps_every_site_and_its_reason(tables, name, rows, scored, reasons) -> None:
    overall = tables(name)["scores"].query("dimension == 'all'")
    assert len(overall) == rows
    assert overall["score"].notna().sum() == scored
    assert overall["status"].value_counts().to_dict() == {"ok": scored, **reasons}
    assert overall["establishment"].is_unique
    assert tables(name)["scores"].query("status == 'ok'")["n"].min() >= 30


@pytest.mark.parametrize(
    ("name", "thresholds", "classes"),
    [
        ("has-esatis-48h-2017", (77.3, 74, 70.7), [73, 181, 230, 139]),
        ("has-esatis-48h-2019", (77.3, 74, 70.7), [136, 263, 300, 159]),
        ("has-esatis-ca-2019", (79.7, 76.5, 73.1), [128, 295, 282, 88]),
    ],
)
def test_scores_fall_in_the_published_classes(tables, name, thresholds, classes) -> None:
    score = tables(name)["scores"].query("dimension == 'all'")["score"].dropna()
    a, b, c = thresholds
    counted = [(score >= a).sum(), ((score >= b) & (score < a)).sum(), ((score >= c) & (score < b)).sum()]
    assert [*counted, (score < c).sum()] == classes


def test_valenciennes_by_dimension(tables) -> None:
    scores = tables("has-esatis-48h-2019")["scores"].query("establishment == '590000618'").set_index("dimension")
    assert scores.loc["pec_inf", "score"] == 81.99  # also in the sheet of public facts
    assert scores["status"].eq("ok").all()


def test_survey_joins_the_establishments_without_doubling(tables) -> None:
    survey = tables("has-esatis-48h-2019")["scores"].query("dimension == 'all'")
    sites = tables("drees-sae-2019")["establishments"]
    joined = survey.merge(sites, on="establishment", validate="one_to_one")
    assert len(joined) == 1148
    scored = joined[joined["score"].notna()]
    assert len(scored) == 856
    mean = scored.groupby("emergency")["score"].agg(["size", "mean"]).round(2)
    assert mean.loc[True].tolist() == [485, 72.30]
    assert mean.loc[False].tolist() == [371, 75.60]


def test_rank_correlations_of_the_notes_can_be_recovered(tables) -> None:
    quantities = tables("drees-sae-2019")["quantities"].pivot_table(
        index="establishment", columns="quantity", values="value"
    )
    survey = tables("has-esatis-48h-2019")["scores"].query("dimension == 'all'").set_index("establishment")["score"]
    q = quantities.reindex(survey.index)
    beds = q["mco_beds"].where(q["mco_beds"] > 0)
    exposures = {
        "mco_beds": (q["mco_beds"], -0.448, 855),
        "mean_stay": (q["mco_days"] / q["mco_full_stays"].where(q["mco_full_stays"] > 0), -0.332, 855),
        "occupancy": (q["mco_days"] / (365 * beds), -0.469, 850),
        "day_share": (q["mco_day_stays"] / (q["mco_day_stays"] + q["mco_full_stays"]), 0.430, 855),
        "care_fte": (q["care_fte"] / beds, -0.354, 848),
    }
    for name, (values, rho, n) in exposures.items():
        pair = pd.DataFrame({"x": values, "y": survey}).dropna()
        assert len(pair) == n, name
        assert pair["x"].corr(pair["y"], method="spearman") == pytest.approx(rho, abs=5e-4), name


@pytest.mark.parametrize(
    ("year", "sites", "visits", "with_visits"),
    [("2019", 4006, 21_953_926, 627), ("2021", 3992, 20_372_097, 624), ("2022", 3988, 21_634_037, 623)],
)
def test_national_emergency_visits(tables, mirror: Path, year, sites, visits, with_visits) -> None:
    read = tables(f"drees-sae-{year}")
    quantities = read["quantities"]
    by_word = quantities.groupby("quantity")["value"].sum()
    assert by_word["ed_visits_general"] + by_word["ed_visits_paediatric"] == visits
    assert quantities["establishment"].nunique() == sites
    assert not quantities.duplicated(["establishment", "quantity"]).any()
    assert read["establishments"]["emergency"].sum() == with_visits
    form = read_sheet(mirror / f"drees-sae/{year}/URGENCES2_{year}r.csv.gz")  # the same visits, from another form
    form.keep(form.cells("AN") == year)
    assert form.number("PASSU")[0].sum() == visits


def test_a_blank_number_is_never_zero(tables) -> None:
    beds = tables("drees-sae-2019")["quantities"].query("quantity == 'mco_beds'")
    assert beds["status"].value_counts().to_dict() == {"not_available": 4006 - 1475, "ok": 1475}
    assert beds["value"].sum() == 201_402


def test_legal_status_is_read_the_right_way(tables) -> None:
    sites = tables("drees-sae-2019")["establishments"]
    assert sites["status"].value_counts().to_dict() == {
        "public": 1450,
        "private_for_profit": 1287,
        "private_non_profit": 1281,
    }
    cancer_centres = sites.query("category == '131'")["status"]  # private and non-profit by law
    assert set(cancer_centres) == {"private_non_profit"}
    assert set(sites.query("category == '355'")["status"]) == {"public"}


def test_valenciennes_declares_what_the_facts_say(tables) -> None:
    quantities = tables("drees-sae-2019")["quantities"].query("establishment == '590000618'")
    value = quantities.set_index("quantity")["value"]
    assert value["ed_visits_general"] + value["ed_visits_paediatric"] == 101_445
    assert value[["mco_beds", "mco_days", "mco_full_stays"]].tolist() == [847, 250_691, 52_182]
    site = tables("drees-sae-2019")["establishments"].set_index("establishment").loc["590000618"]
    assert site[["legal_entity", "status", "region"]].tolist() == ["590782215", "public", "Hauts-de-France"]


def test_iqss_2019(tables) -> None:
    indicators = tables("has-iqss-2019")["indicators"]
    assert indicators["establishment"].nunique() == 3392
    assert indicators["code"].nunique() == 13
    pain = indicators.query("code == 'iqss_dpa_pcd_mco'")
    assert pain["status"].value_counts().to_dict() == {
        "ok": 1307,
        "not_applicable": 2072,
        "non_respondent": 9,
        "not_validated": 2,
        "not_available": 2,
    }
    assert pain["value"].between(0, 100).sum() == 1307


@pytest.mark.parametrize(
    ("year", "codes"),
    [
        ("2014", {"iqss_dpa_ssr_tdp_c": 1405, "iqss_rcp_mco_rcp2_c2": 767}),
        ("2015", {"iqss_hpp_mco_surmin_c": 512, "iqss_idm_mco_basi_c": 366}),
        ("2016", {"iqss_dan_mco_tda_c": 965, "iqss_dpa_had_tre_c": 271}),
        ("2018", {"iqss_dpa_ssr_dtn2_c2": 1493, "iqss_rcp_mco_rcp2_c2": 721, "iqss_ete_ortho": 740}),
    ],
)
def test_older_iqss(tables, year, codes) -> None:
    indicators = tables(f"has-iqss-{year}")["indicators"]
    known = indicators.query("status == 'ok'").groupby("code").size()
    assert {code: known[code] for code in codes} == codes
    assert not indicators.duplicated(["establishment", "code"]).any()


def test_beds_of_a_site_by_discipline(tables) -> None:
    codes = ["occupancy_medicine", "occupancy_surgery", "occupancy_obstetrics"]
    own = tables("drees-sae-2019")["quantities"].query("establishment == '590000618'")
    found = derive(own, codes).set_index("code").loc[codes, "value"].tolist()
    assert found == pytest.approx([176_943 / (365 * 561), 51_008 / (365 * 198), 22_740 / (365 * 88)])


def test_france_2019_end_to_end(mirror: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(mirror))
    study: Study = paths.study("france-2019")
    assert prepare(study).ready
    out = project / "data/ingest/france-2019"
    ingest(study, paths.raw_folder(study.name), out)
    sites = read_table(out / "establishments.parquet")
    survey = read_table(out / "scores.parquet").query("dimension == 'all'")
    assert len(survey) == 1152
    assert len(survey.merge(sites, on="establishment", validate="one_to_one")) == 1152
    entities = set(sites["legal_entity"].dropna())
    indicators = read_table(out / "indicators.parquet")
    by_entity = set(indicators["establishment"]) - set(sites["establishment"])
    assert len(by_entity) == 203  # results of IQSS that stand under a legal entity, never beside its own sites
    assert by_entity <= entities
    files = read_json(out / "sources.json")["files"]
    assert {line["file"]: line["rows"] for line in files} == {
        "has-esatis-48h-2019/resultats-esatis48h-mco-open-data-2019.csv": 1152,
        "drees-sae-2019/ID_2019r.csv": 4018,
        "drees-sae-2019/SYGEN_2019r.csv": 4008,
        "drees-sae-2021/ID_2021r.csv": 3998,
        "drees-sae-2021/SYGEN_2021r.csv": 3994,
        "drees-sae-2022/ID_2022r.csv": 3995,
        "drees-sae-2022/SYGEN_2022r.csv": 3988,
        "has-iqss-2019/resultats-iqss-open-data-2019.csv": 3392,
    }
