"""NHS, CMS, Québec and MIMIC files: counts, sums and rank correlations known from their notes, read by the readers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import spearmanr

from chairs.indicators.derive import derive
from chairs.sources import READERS
from chairs.sources.catalog import load_catalog
from chairs.sources.nhs_fft import labelled
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.reference

CATALOG = Path(__file__).resolve().parents[2] / "data/catalog.yaml"


@pytest.fixture(scope="module")
def tables(mirror: Path):
    """Checked tables of a catalogue entry, read once."""
    known: dict[str, dict[str, pd.DataFrame]] = {}

    def read(name: str) -> dict[str, pd.DataFrame]:
        if name not in known:
            source = load_catalog(CATALOG)[name]
            files = [mirror / file.mirror for file in source.files]
            found = READERS[source.reader].read(files, {**source.options, "year": source.year, "source": name})
            known[name] = {table: CONTRACTS[table].check(rows) for table, rows in found.items()}
        return known[name]

    return read


def test_the_staff_survey_of_2017_joins_every_trust_and_the_four_hour_rule_goes_with_it(tables):
    survey = tables("nhs-staff-survey-2012-2018")
    of_2017 = survey["scores"].query("period == '2017'")
    scores = of_2017.pivot_table(index="establishment", columns="dimension", values="score", dropna=False)
    assert len(scores) == 134
    monthly = tables("nhs-ae-2016-2018")["quantities"]
    sums = monthly.groupby(["establishment", "quantity"])["value"].sum().unstack()  # noqa: PD010
    assert scores.index.isin(sums.index).all()
    for ending, expected in (("", [0.419, 0.455, -0.326, 0.281]), ("_major", [0.434, 0.418, -0.247, 0.231])):
        kept = 1 - sums[f"ae_breaches{ending}"] / sums[f"ae_attendances{ending}"]
        both = scores.assign(kept=kept.reindex(scores.index)).dropna(subset=["all", "recommend_care", "kept"])
        names = ["recommend_care", "recommend_work", "work_stress", "all"]
        assert len(both) == 132
        assert [round(spearmanr(both[name], both["kept"]).statistic, 3) for name in names] == expected
    deaths = survey["indicators"].query("period == '2017' and code == 'nhs_shmi'").set_index("establishment")["value"]
    pair = scores[["all"]].join(deaths).dropna()
    assert round(spearmanr(pair["all"], pair["value"]).statistic, 2) == -0.25


def test_the_attendances_of_england_and_their_year(tables):
    rows = tables("nhs-ae-2016-2018")
    total = rows["quantities"].groupby("quantity")["value"].sum()
    assert (total["ae_attendances"], total["ae_breaches"], total["ae_admissions"]) == (47_192_421, 5_319_125, 8_727_105)
    assert (len(rows["establishments"]), rows["quantities"]["period"].nunique()) == (271, 24)
    year = derive(rows["quantities"], ["four_hour_performance"]).query("period == '2017' and unit == 'all'")
    whole = rows["quantities"].query("period.str[:4] == '2017'").groupby(["establishment", "quantity"])["value"]
    months, sums = whole.count().unstack(), whole.sum().unstack()  # noqa: PD010
    full = sums[months["ae_attendances"] == 12]
    expected = 100 * (1 - full["ae_breaches"] / full["ae_attendances"])
    found = year[year["status"] == "ok"].set_index("establishment")["value"]
    pd.testing.assert_series_equal(found.sort_index(), expected.sort_index(), check_names=False)


def test_bed_occupancy_is_a_share_and_a_trust_without_beds_is_not_concerned(tables):
    rows = tables("nhs-bed-occupancy-2022")
    assert len(rows["establishments"]) == 212
    night = rows["indicators"].query("code == 'nhs_occupancy_general_acute_night'").set_index("establishment")
    assert night.loc["R0A", ["value", "numerator"]].tolist() == pytest.approx([0.8649729668670834, 1871.81111111111])
    assert set(rows["indicators"]["status"]) == {"ok", "not_applicable", "not_available"}


def test_what_is_described_beside_the_question_is_the_figure_of_the_raw_file(tables):
    rows = tables("cms-star-2022")["indicators"].query("establishment == '010001'")
    found = derive(None, ["cms_mort_30_hf", "cms_hai_1", "cms_edac_30_pn"], rows).set_index("code")
    assert found[["value", "denominator"]].round(9).loc["cms_mort_30_hf"].tolist() == [0.089, 725]
    assert found[["value", "denominator"]].loc["cms_hai_1"].tolist() == [0.574, 8.711]
    assert found.loc["cms_edac_30_pn", "value"] == -7.1  # fewer days than expected


@pytest.mark.parametrize(
    ("name", "hospitals", "scored"), [("cms-star-2021", 4536, 3311), ("cms-star-2022", 4489, 3290)]
)
def test_stars_of_two_releases(tables, name, hospitals, scored):
    rows = tables(name)
    overall = rows["scores"].query("dimension == 'all'")
    assert (len(overall), overall["score"].notna().sum()) == (hospitals, scored)
    assert set(overall["score"].dropna()) == {1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0}
    star = rows["indicators"].query("code == 'cms_overall_star'")["value"].value_counts()
    assert star[5.0] == {"cms-star-2021": 455, "cms-star-2022": 431}[name]
    first = rows["indicators"].query("establishment == '010001'").set_index("code")
    expected = {"cms-star-2021": (178, 349), "cms-star-2022": (183, 176)}[name]
    assert tuple(first.loc["cms_op_18b", ["value", "denominator"]]) == expected


def test_hcahps_rows_filled_in_by_the_copyist_are_no_scores(tables):
    rows = tables("cms-hcahps-2017")["scores"]
    overall = rows.query("dimension == 'all'")
    assert (len(overall), overall["score"].notna().sum()) == (4797, 4797 - 671)
    linear = rows.query("dimension == 'nurses_linear' and status == 'ok'")
    assert linear["n"].min() >= 100
    old = tables("cms-hcahps-2014")["scores"].query("dimension == 'nurses'")
    assert (len(old), old["score"].notna().sum()) == (4619, 4065)
    assert old["establishment"].str.len().eq(6).all()


def test_care_compare_reads_percent_texts_and_ownership(tables):
    rows = tables("cms-care-compare-2024")
    first = rows["scores"].query("establishment == '010001' and dimension == 'nurses'").set_index("period")["score"]
    assert first.to_dict() == {"2019": 77.497, "2022": 73.8343}
    spending = tables("cms-spending-2022")["indicators"].query("establishment == '010001'")
    assert spending[["code", "period", "value"]].to_numpy().tolist() == [["cms_mspb_1", "2022", 1.04]]
    sites = tables("cms-hospitals-2024")["establishments"]
    counts = sites["status"].value_counts()
    assert (len(sites), counts["private_for_profit"], int(sites["emergency"].sum())) == (5398, 1043 + 75, 4509)
    assert len(tables("cms-hospitals-2022")["establishments"]) == 5835


def test_the_emergency_departments_of_quebec_are_over_full(tables):
    rows = tables("quebec-ed-2025")
    wide = rows["unit_hour"].pivot_table(dropna=False, index=["site", "hour"], columns="measure", values="value")
    assert (len(rows["establishments"]), len(wide)) == (115, 6785)
    known = wide.dropna(subset=["occupied_beds", "open_beds"])
    assert round(known["occupied_beds"].sum() / known["open_beds"].sum(), 2) == 1.23
    able = known[known["open_beds"] > 0]
    assert (len(able), round((able["occupied_beds"] > able["open_beds"]).mean(), 2)) == (6725, 0.49)
    assert round((wide["occupied_beds"] > wide["open_beds"]).mean(), 2) == 0.48
    assert rows["unit_hour"]["hour"].min() == pd.Timestamp("2025-12-29 23:00", tz="UTC")  # 18:45 in Québec


def test_mimic_is_a_log_of_129_stays_with_real_durations(tables):
    rows = tables("mimic-iii-demo")
    events = rows["events"]
    assert (len(rows["cases"]), events["case_id"].nunique()) == (129, 129)
    assert events["activity"].value_counts().to_dict() == {"ward_stay": 395, "discharge": 129, "ed": 92}
    first = events[(events["case_id"] == "142345") & (events["unit"] == "MICU")].iloc[0]
    assert (first["end"] - first["start"]).total_seconds() / 3600 == pytest.approx(39.18, abs=0.005)
    assert events["end"].max().year > 2190


def test_labelled_comments_are_counted_by_text(mirror, tables):
    rows = labelled([mirror / "nhs-fft-feedback" / "text_data.csv.gz"])
    # 8,808 with the blanks around the cells, which the readers take off
    assert (len(rows), rows["text"].nunique(), rows["theme"].nunique()) == (10_334, 8_781, 9)
    assert rows["criticality"].isna().sum() == 36
    assert (~rows["says"]).mean() == pytest.approx(0.07, abs=0.02)
    assert len(tables("nhs-fft-feedback")["comments"]) == 8_781


HVBP = ["clinical", "experience", "safety", "efficiency"]


@pytest.mark.parametrize(
    ("name", "domains", "weights", "hospitals", "whole"),
    [
        ("cms-hvbp-2016", ["process", "experience", "outcome", "efficiency"], [0.10, 0.25, 0.40, 0.25], 3041, 2737),
        ("cms-hvbp-2021", HVBP, [0.25] * 4, 2676, 2115),
        ("cms-hvbp-2024", HVBP, [0.25] * 4, 2474, 2037),
    ],
)
def test_purchasing_totals_are_those_of_the_weights_of_their_year(tables, name, domains, weights, hospitals, whole):
    found = tables(name)
    wide = found["indicators"].pivot_table(index="establishment", columns="code", values="value", dropna=False)
    assert len(wide) == len(found["establishments"]) == hospitals
    columns = [f"cms_hvbp_{domain}" for domain in domains]
    complete = wide.dropna(subset=columns)
    assert len(complete) == whole
    total = (complete[columns] * weights).sum(axis=1)
    assert (total - complete["cms_hvbp_total"]).abs().max() < 1e-6
    assert set(derive(None, [*columns, "cms_hvbp_total"], found["indicators"])["code"]) == {*columns, "cms_hvbp_total"}


def test_nine_releases_of_the_patient_survey_by_state_and_nation(tables):
    found = tables("cms-hcahps-2015-2023")
    scores = found["scores"]
    assert (len(scores), scores["period"].nunique(), scores["establishment"].nunique()) == (4580 + 90, 9, 52)
    nation = scores[scores["establishment"] == "US"].set_index(["period", "dimension"])["score"]
    assert (nation["2014", "all"], nation["2014", "nurses"]) == (71, 79)  # release of July 2015
    rates = found["indicators"]
    assert len(rates) == 43_219
    assert (rates["status"] == "ok").sum() == 37_445
    assert round(rates["value"].mean(), 2) == 26.61
    # the same hospitals and year as the release by hospital: its mean share is near that of the nation
    same = tables("cms-hcahps-2017")["scores"].query("dimension == 'all' and status == 'ok'")["score"]
    assert abs(same.mean() - nation["2017", "all"]) < 2
