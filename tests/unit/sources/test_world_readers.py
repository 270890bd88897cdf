"""Readers of NHS, CMS, Québec and MIMIC on small files: what they keep, and what they refuse by row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.sources import READERS
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit


def read(reader: str, tmp_path: Path, *texts: str, **options: str) -> dict[str, pd.DataFrame]:
    files = []
    for k, text in enumerate(texts):
        files.append(tmp_path / f"f{k}.csv")
        files[-1].write_text(text, encoding="utf-8")
    tables = READERS[reader].read(files, {"year": "2021", "source": "s", **options})
    return {name: CONTRACTS[name].check(table) for name, table in tables.items()}


AE = "period,org_code,type,attendances,breaches,admissions\n"


def test_departments_of_one_provider_are_added_and_major_ones_apart(tmp_path):
    found = read(
        "nhs_ae", tmp_path, AE + "2017-03-01,RF4,1,100,20,30\n2017-03-01,RF4,other,50,1,0\n2017-03-01,5NA,2,9,0,0\n"
    )
    amounts = found["quantities"].set_index(["establishment", "quantity"])["value"]
    assert (amounts["RF4", "ae_attendances"], amounts["RF4", "ae_attendances_major"]) == (150, 100)
    assert amounts["5NA", "ae_attendances"] == 9
    assert found["establishments"].set_index("establishment")["emergency"].to_dict() == {"5NA": False, "RF4": True}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2017-03-01,RF4,1,10,20,0", "more waits"),
        ("2017-03-01,RF4,7,10,2,0", "unknown code"),
        ("2017-03,RF4,1,10,2,0", "unexpected form"),
        ("2017-03-01,RF4,1,-1,0,0", "out of bounds"),
        ("2017-03-01,RF4,1,10,2,0\n2017-03-01,RF4,1,10,2,0", "duplicate identifier"),
    ],
)
def test_attendances_that_cannot_be_are_refused_by_row(tmp_path, row, said):
    with pytest.raises(DataError) as error:
        read("nhs_ae", tmp_path, AE + row + "\n")
    assert said in error.value.say("en")
    assert error.value.problems[0].row in (2, 3)


STAFF = (
    "Code,Year.Index,Name,HEE.region.name,SHMI.Index,Responses,Survey.clinical.proportion,Engagement.Index,"
    "Engagement.Index.dichot,RecommendWork.Index,RecommendWork.Index.dichot,RecommendCare.Index,"
    "RecommendCare.Index.dichot,WorkStress.Index\n"
)


def test_the_staff_survey_keeps_the_last_name_and_the_reason_of_a_gap(tmp_path):
    rows = (
        "RA1,2016,Old,North,1.1,NA,0.7,NA,NA,NA,NA,NA,NA,NA\nRA1,2017,New,NA,1.0,300,0.7,3.9,0.7,3.5,0.6,3.6,0.6,0.3\n"
    )
    found = read("nhs_staff", tmp_path, STAFF + rows)
    site = found["establishments"].iloc[0]
    assert (site["name"], site["region"]) == ("New", "North")
    overall = found["scores"].query("dimension == 'all'").set_index("period")
    assert overall["status"].to_dict() == {"2016": "not_available", "2017": "ok"}
    with pytest.raises(DataError, match="missing identifier"):
        read("nhs_staff", tmp_path, STAFF + "RA1,,Old,North,1.1,10,0.7,3,0.6,3,0.6,3,0.6,0.3\n")
    with pytest.raises(DataError, match="out of bounds"):
        read("nhs_staff", tmp_path, STAFF + "RA1,2017,Old,North,1.1,10,0.7,9,0.6,3,0.6,3,0.6,0.3\n")


HCAHPS = ("Provider.ID,Hospital.Name,State,Number.of.Completed.Surveys,H_COMP_6_N_P,H_COMP_6_Y_P,H_HSP_RATING_9_10,"
          "H_HSP_RATING_LINEAR_SCORE\n")  # fmt: skip


def test_filled_rows_bounds_in_words_and_lost_zeros(tmp_path):
    rows = (
        "10001,A,AL,300 or more,15,85,72,88\n10002,B,AL,716,34,34,34,88\n"
        "10003,C,AL,40,10,90,80,91\n10004,D,AL,Fewer than 100,NA,NA,NA,NA\n"
    )
    table = read("cms_hcahps", tmp_path, HCAHPS + rows)["scores"].set_index(["establishment", "dimension"])
    assert table.loc[("010001", "all"), "score"] == 72
    assert pd.isna(table.loc[("010001", "all"), "n"])
    assert table.loc[("010002", "all"), "status"] == "not_available"
    assert table.loc[("010003", "all_linear"), "status"] == "not_available"  # under 100 questionnaires
    assert table.loc[("010003", "all"), "score"] == 80


def test_stars_and_measures_of_one_release(tmp_path):
    head = "PROVIDER_ID,OP_22,OP_22_DEN,H_RESP_RATE_P,H_NUMB_COMP," + ",".join(
        f"H_{word}_STAR_RATING" for word in ("GLOB", "INDI", "COMP_1", "COMP_2", "COMP_3", "COMP_5", "COMP_6", "COMP_7")
    )
    found = read("cms_stars", tmp_path, head + "\n010001,0.03,57844.0,21,507,3.5,3,3,3,3,3,4,3\n01A002,,,,,,,,,,,,\n",
                 "PROVIDER_ID,star\n010001,3\n")  # fmt: skip
    measures = found["indicators"].set_index(["establishment", "code"])
    assert measures.loc[("010001", "cms_op_22"), ["value", "denominator"]].tolist() == [0.03, 57844]
    assert measures.loc[("010001", "cms_overall_star"), "value"] == 3
    assert "cms_h_glob_star_rating" not in measures.index.get_level_values("code")
    assert found["scores"].query("dimension == 'all'")["status"].tolist() == ["ok", "not_available"]


def test_a_file_of_the_release_that_is_not_read_is_refused(tmp_path):
    with pytest.raises(DataError, match="does not read"):
        read("cms_care_compare", tmp_path, "Facility ID,Measure ID,Score\n010001,OP-10,3\n")


QUEBEC = (
    "Region,Nom_etablissement,Nom_installation,No_permis_installation,Nombre_de_civieres_fonctionnelles,"
    "Nombre_de_civieres_occupees,Nombre_total_de_patients_presents_a_lurgence,Nombre_total_de_patients_en_attente_de_PEC,"
    "Mise_a_jour\n"
)


def test_quebec_leaves_totals_out_and_reads_both_forms_of_the_hour(tmp_path):
    rows = (
        "Estrie,E,I,51216695,44,45,74,29,2025-12-29T18:45:00\n"
        "Estrie,E,I,51216695,44,pas d'information disponible,74,29,2025-12-30T1:45\n"
        "Estrie,Total régional,Total régional,,99,99,99,99,2025-12-30T1:45\n"
        "Ensemble du Québec,X,X,,99,99,99,99,2025-12-30T1:45\n"
    )
    table = read("quebec_ed", tmp_path, QUEBEC + rows)["unit_hour"]
    occupied = table.query("measure == 'occupied_beds'").set_index("hour")["value"]
    assert occupied.index.tolist() == [
        pd.Timestamp("2025-12-29 23:00", tz="UTC"),
        pd.Timestamp("2025-12-30 06:00", tz="UTC"),
    ]
    assert occupied.iloc[0] == 45
    assert pd.isna(occupied.iloc[1])
    with pytest.raises(DataError, match="installation and hour twice"):
        read(
            "quebec_ed",
            tmp_path,
            QUEBEC + "E,E,I,51216695,4,4,4,4,2025-12-29T18:45:00\nE,E,I,51216695,4,4,4,4,2025-12-29T18:50\n",
        )


def test_mimic_needs_both_files_and_dates_a_discharge_by_its_end(tmp_path):
    stays = ("hadm_id,admittime,edregtime,edouttime,admission_type,admission_location,discharge_location\n"
             "7,x,2164-01-01 10:00:00,2164-01-01 12:00:00,EMERGENCY,ER,HOME\n")  # fmt: skip
    moves = ("hadm_id,eventtype,curr_careunit,curr_wardid,intime,outtime\n"
             "7,admit,,52,2164-01-01 12:00:00,2164-01-03 12:00:00\n7,discharge,,,2164-01-03 12:00:00,\n")  # fmt: skip
    events = read("mimic", tmp_path, stays, moves)["events"]
    assert events["activity"].tolist() == ["ed", "ward_stay", "discharge"]
    assert events["unit"].tolist()[:2] == ["ED", "ward 52"]
    assert pd.isna(events["start"].iloc[2])
    with pytest.raises(SettingError, match=r"give ADMISSIONS\.csv"):
        read("mimic", tmp_path, stays)
    with pytest.raises(DataError, match="date-time not readable"):
        read("mimic", tmp_path, stays, moves.replace("2164-01-03 12:00:00,\n", "yesterday,\n"))


BEFORE = (
    "Provider Number,State,Clinical Process of Care Score, Patient Experience of Care Score,Outcome Score,"
    "Efficiency Score,TPS\n"
)
AFTER = (
    "Fiscal Year,Facility ID,Facility Name,City/Town,State,"
    "Unweighted Normalized Clinical Outcomes Domain Score,Weighted Normalized Clinical Outcomes Domain Score,"
    "Unweighted Person And Community Engagement Domain Score,Unweighted Normalized Safety Domain Score,"
    "Unweighted Normalized Efficiency and Cost Reduction Domain Score,Total Performance Score\n"
)


def test_purchasing_scores_of_both_designs(tmp_path):
    old = read("cms_hvbp", tmp_path, BEFORE + "10001,AL,52.5,15,,10,28.1\n")["indicators"].set_index("code")
    assert set(old["establishment"]) == {"010001"}
    assert old.loc["cms_hvbp_process", "value"] == 52.5
    assert old.loc["cms_hvbp_outcome", "status"] == "not_available"
    given = read("cms_hvbp", tmp_path, AFTER + "2024,01A002,A,B,AL,Not Available,x,45.0,40.0,0.0,36.25\n", year="2024")
    new = given["indicators"].set_index("code")
    assert new.loc["cms_hvbp_experience", "value"] == 45
    assert new.loc["cms_hvbp_clinical", "status"] == "not_available"
    assert new.loc["cms_hvbp_total", "period"] == "2024"
    assert given["establishments"][["establishment", "name", "region"]].iloc[0].tolist() == ["01A002", "A", "AL"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BEFORE + "10001,AL,101,15,10,10,28\n", "out of bounds"),
        (BEFORE + "10001,AL,1,15,10,10,28\n010001,AL,1,15,10,10,28\n", "duplicate"),
        (BEFORE + "10001,AL,often,15,10,10,28\n", "number"),
        (BEFORE + "no number,AL,1,15,10,10,28\n", "form"),
        (AFTER.replace("Total Performance Score", "Sum") + "2024,010001,A,B,AL,1,1,1,1,1,1\n", "column absent"),
        (AFTER + "2019,010001,A,B,AL,1,1,1,1,1,1\n", "not the catalogue's"),
    ],
)
def test_purchasing_scores_that_cannot_be_are_refused_by_row(tmp_path, content, said):
    with pytest.raises(DataError, match=said) as caught:
        read("cms_hvbp", tmp_path, content)
    assert "often" not in str(caught.value)
    assert "no number" not in str(caught.value)


REPORTS = "Release Period,Start Date,End Date\n07_2015,2013-10-01,2014-09-30\n07_2016,2014-10-01,2015-09-30\n"
STATES = "Release Period,State,Measure ID,Bottom-box Percentage,Middle-box Percentage,Top-box Percentage\n"
RESPONSES = "Release Period,State,Facility ID,Completed Surveys,Response Rate (%)\n"


def test_releases_by_state_are_dated_and_no_state_is_a_hospital(tmp_path):
    found = read(
        "cms_hcahps_trend",
        tmp_path,
        STATES + "07_2015,AL,H_HSP_RATING,8,22,70\n07_2016,AL,H_HSP_RATING,8,21,71\n",
        RESPONSES + "07_2015,AL,10001,FEWER THAN 50,27\n07_2016,AL,010001,61,Not Available\n",
        REPORTS,
        STATES.replace("State,", "") + "07_2015,H_CLEAN_HSP,8,18,74\n",
    )
    scores = found["scores"].set_index(["establishment", "period", "dimension"])["score"]
    assert scores.to_dict() == {
        ("US-AL", "2014", "all"): 70, ("US-AL", "2015", "all"): 71, ("US", "2014", "clean"): 74
    }  # fmt: skip
    assert found["establishments"]["establishment"].tolist() == ["010001"]
    rates = found["indicators"].set_index("period")
    assert rates.loc["2014", ["establishment", "value"]].tolist() == ["010001", 27]
    assert rates.loc["2015", "status"] == "not_available"


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ([STATES + "07_2015,AL,H_HSP_RATING,8,22,70\n"], "not given"),
        ([REPORTS, STATES + "07_2031,AL,H_HSP_RATING,8,22,70\n"], "unknown"),
        ([REPORTS, STATES + "07_2015,AL,H_SECRET,8,22,70\n"], "unknown"),
        ([REPORTS, STATES + "07_2015,AL,H_RECMND,8,22,70\n07_2015,AL,H_RECMND,8,22,70\n"], "duplicate"),
        ([REPORTS, STATES + "07_2015,AL,H_RECMND,8,22,170\n"], "out of bounds"),
        ([REPORTS, RESPONSES + "07_2015,AL,10001,61,many\n"], "number"),
        ([REPORTS, "Measure ID,Measure,Type\nH_COMP_1,a,b\n"], "does not read"),
        (["Release Period,Start Date,End Date\nJuly,2013-10-01,2014-09-30\n"], "form"),
    ],
)
def test_releases_that_cannot_be_are_refused_in_words(tmp_path, contents, said):
    with pytest.raises(DataError, match=said) as caught:
        read("cms_hcahps_trend", tmp_path, *contents)
    assert "H_SECRET" not in str(caught.value)
    assert "many" not in str(caught.value)
