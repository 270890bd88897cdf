"""Rules of the instruments by hand, adjustments, reliability, and answers that must not be scored."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError
from chairs.core.records import build
from chairs.core.streams import stream
from chairs.surveys import scoring_adjustment
from chairs.surveys.instrument import Instrument, instrument
from chairs.surveys.scoring import respondent_scores, score, site_scores
from chairs.surveys.scoring_adjustment import mode_effects
from chairs.surveys.scoring_reliability import with_reliability

pytestmark = pytest.mark.unit

POINTS = {"name": "all", "label": {"fr": "a", "en": "a"}, "items": ["CSAT"]}
REFERENCE = Path(__file__).parents[2] / "reference" / "data"


def answers(name: str, given: list[dict[str, str]], **place: str) -> pd.DataFrame:
    """One dictionary a respondent: item to answer code."""
    rows = [{"respondent": f"r{k}", "item": i, "answer": a} for k, one in enumerate(given) for i, a in one.items()]
    where = {"establishment": "h", "unit": "all", "period": "2024", "instrument": name, "mode": "web"} | place
    return pd.DataFrame(rows).assign(**where)


def person(name: str, given: dict[str, str]) -> dict[str, float]:
    return respondent_scores(answers(name, [given]), instrument(name)).iloc[0].to_dict()


def site(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return score(table, None, [instrument(name)]).set_index("dimension")


def test_engagement_takes_each_part_from_two_of_its_three_items():
    given = {"Q2a": "5", "Q2b": "3", "Q3c": "4", "Q3d": "4", "Q3f": "4", "Q23a": "1", "Q23c": "2", "Q23d": "3"}
    found = person("nhs-staff-engagement", given)
    assert (found["motivation"], found["involvement"], found["advocacy"]) == pytest.approx((7.5, 7.5, 2.5))
    assert found["all"] == pytest.approx((7.5 + 7.5 + 2.5) / 3)
    del given["Q2b"]
    found = person("nhs-staff-engagement", given)
    assert np.isnan(found["motivation"])
    assert np.isnan(found["all"])


def test_sums_need_every_item_and_cases_are_counted_at_the_threshold():
    full = {f"P{k}": "1" for k in range(1, 10)}
    assert person("phq-9", full)["all"] == 9
    assert (person("phq-9", full)["moderate"], person("phq-9", full | {"P1": "2"})["moderate"]) == (0, 100)
    short = {k: v for k, v in full.items() if k != "P4"}
    assert np.isnan(person("phq-9", short)["all"])
    assert np.isnan(person("phq-9", short)["moderate"])
    assert person("who-5", {f"W{k}": "3" for k in range(1, 6)})["all"] == 60
    assert person("who-5", {f"W{k}": "2" for k in range(1, 6)})["low"] == 100
    assert person("gad-7", {f"G{k}": "3" for k in range(1, 8)})["all"] == 21


def test_isatis_codes_7_and_8_are_the_worst_answer_and_the_filter_drops_pain():
    given = {"Q1": "5", "Q2": "7", "Q5": "8", "Q6": "6", "Q12": "2", "Q13": "5", "Q20": "3", "Q21": "10"}
    found = person("isatis-coding", given)
    assert (found["information"], found["attitude"], found["sortie"]) == (50, 0, 50)
    assert np.isnan(found["douleur"])


def test_dont_know_counts_in_all_of_the_friends_and_family_test():
    table = site(answers("fft", [{"FFT": code} for code in ["1"] * 10 + ["2"] * 4 + ["5"] * 2 + ["6"] * 4]), "fft")
    assert (table.loc["all", "score"], table.loc["negative", "score"], table.loc["all", "n"]) == (70, 10, 20)
    assert table.loc["all", "se"] == pytest.approx(100 * (0.7 * 0.3 / 20) ** 0.5)
    assert table.loc["all", ["low", "high"]].tolist() == pytest.approx([48.10, 85.45], abs=0.01)  # Wilson


def test_net_promoter_and_its_error_are_those_of_the_reference_set():
    expected = json.loads((REFERENCE / "score_patient_survey.json").read_text())["expected"]
    wide = pd.read_csv(REFERENCE / "score_patient_survey.csv", dtype="str")
    column = next(name for name in wide.columns if name.startswith("reco"))
    known = wide[wide[column].notna()]
    rows = [{"respondent": i, "establishment": e, "item": "NPS", "answer": str(int(float(a)))}
            for i, e, a in known[["id", "est", column]].itertuples(index=False)]  # fmt: skip
    table = pd.DataFrame(rows).assign(unit="all", period="2024", instrument="nps", mode="web")
    found = score(table, None, [build(Instrument, without_floor("nps"), "nps.yaml")]).set_index("establishment")
    assert found["score"].to_dict() == pytest.approx(expected["nps"])
    assert found["se"].to_dict() == pytest.approx(expected["nps_se"])


@pytest.mark.parametrize(
    ("name", "given", "extent"),
    [
        ("nps", [{"NPS": "10"}] * 39 + [{"NPS": "8"}], (-100, 100)),
        ("nps", [{"NPS": "0"}] * 39 + [{"NPS": "8"}], (-100, 100)),
        ("phq-9", [{f"P{k}": "0" for k in range(1, 10)}] * 39 + [{f"P{k}": "1" for k in range(1, 10)}], (0, 27)),
    ],
)
def test_an_interval_near_the_end_of_the_scale_stays_on_it(name, given, extent):
    found = site(answers(name, given), name).loc["all"]
    assert not extent[0] <= found["score"] - 1.96 * found["se"] < found["score"] + 1.96 * found["se"] <= extent[1]
    assert extent[0] <= found["low"] < found["score"] < found["high"] <= extent[1]
    assert found["high"] - found["low"] > 2 * found["se"]


def test_an_interval_that_stays_on_the_scale_is_that_of_e_satis():
    found = site(answers("nps", [{"NPS": code} for code in ["10"] * 20 + ["8"] * 12 + ["3"] * 8]), "nps").loc["all"]
    reach = 1.959964 * found["se"]
    assert found[["low", "high"]].tolist() == pytest.approx([found["score"] - reach, found["score"] + reach], rel=1e-6)


def test_near_the_end_of_the_scale_the_interval_holds_the_truth_more_often_than_one_that_is_cut_off():
    sites, n = 1500, 30
    random = stream(11, "ceiling")
    cuts = np.array([-1.8, -1, -0.2, 0.8])  # answers 1 to 5, of which most are 5
    truth = 25.0 * sum(1 - NormalDist(2.5, 1.64**0.5).cdf(cut) for cut in cuts)
    points = np.searchsorted(cuts, 2.5 + 1.64**0.5 * random.standard_normal(sites * n))
    people = pd.DataFrame({"establishment": np.repeat(np.arange(sites).astype(str), n), "unit": "all",
                           "period": "2024", "all": 25.0 * points})  # fmt: skip
    form = build(Instrument, without_floor("csat-ces") | {"unit": "0-100", "dimensions": [POINTS]}, "ceiling.yaml")
    found = site_scores(people, form).dropna(subset="low")
    plain = (found["score"] + 1.959964 * found["se"] >= truth) & (found["score"] - 1.959964 * found["se"] <= truth)
    held = (found["low"] <= truth) & (truth <= found["high"])
    assert truth == pytest.approx(97.2, abs=0.1)
    assert plain.mean() < 0.9  # cut off at 100 it would hold the truth as often, not more
    assert held.mean() > 0.95
    assert found["high"].max() <= 100


def test_a_shrunken_interval_does_not_leave_the_scale_either():
    rows = [(f"h{k}", 99.9 if k < 6 else 60.0 + k, 3.0) for k in range(12)]
    scores = pd.DataFrame(rows, columns=["establishment", "score", "se"]).assign(
        unit="all", period="2024", instrument="x", dimension="all", n=30, status="ok"
    )
    free = with_reliability(scores, {("x", "all"): (-1e9, 1e9)})
    held = with_reliability(scores, {("x", "all"): (0.0, 100.0)})
    assert free["shrunken_high"].max() > 100
    assert held["shrunken_high"].tolist() == free["shrunken_high"].clip(upper=100).tolist()
    assert held["shrunken_low"].equals(free["shrunken_low"])


@pytest.mark.parametrize(("code", "score"), [("10", 100), ("8", 0), ("0", -100)])
def test_a_net_score_of_people_who_answer_alike_has_no_error_nor_interval(code, score):
    found = site(answers("nps", [{"NPS": code}] * 40), "nps").loc["all"]
    assert found["score"] == score
    assert found[["se", "low"]].isna().all()
    shares = site(answers("csat-ces", [{"CSAT": "5", "CES": "7"}] * 40), "csat-ces")
    assert shares.loc["all", "high"] == pytest.approx(100)
    assert 85 < shares.loc["all", "low"] < 95  # a share keeps Wilson's interval
    assert np.isnan(shares.loc["ease", "low"])


def without_floor(name: str) -> dict:
    import yaml

    from chairs.surveys.instrument import FOLDER

    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")) | {"floor": 2}


def test_a_composite_is_the_mean_of_its_items_each_over_those_who_answered():
    # nurses: item 1 always for 60 of 120; item 2 always for all of the 30 who answered; item 3 for none of 120
    people = [{"Q1": "4" if k < 60 else "3", "Q3": "1"} | ({"Q2": "4"} if k < 30 else {}) for k in range(120)]
    table = site(answers("hcahps", people), "hcahps")
    assert table.loc["nurses", "score"] == pytest.approx((50 + 100 + 0) / 3)
    assert table.loc["nurses", "n"] == 120
    assert table.loc["nurses_linear", "score"] == pytest.approx(((100 + 200 / 3) / 2 + 100 + 0) / 3)
    assert table.loc["nurses", "se"] == pytest.approx(100 * (0.25 / 120) ** 0.5 / 3)  # only item 1 varies
    assert table.loc["doctors", "status"] == "not_available"
    assert "pain" not in table.index


def test_a_screener_drops_what_was_not_to_be_asked():
    found = person("hcahps", {"Q10": "2", "Q11": "4", "Q4": "9", "Q15": "3", "Q16": "1", "Q18": "9"})
    assert np.isnan(found["responsiveness"])
    assert np.isnan(found["discharge"])
    assert found["all"] == 100


def test_a_site_with_three_answers_has_a_reason_and_no_number():
    table = site(answers("csat-ces", [{"CSAT": "5", "CES": "7"}] * 3), "csat-ces")
    assert (table["status"] == "below_floor").all()
    numbers = table[["score", "se", "low", "high", "reliability", "rank"]]
    assert numbers.isna().all().all()


def refused(table: pd.DataFrame, name: str) -> str:
    with pytest.raises(DataError) as error:
        score(table, None, [instrument(name)])
    return error.value.say("en")


def test_answers_that_must_not_be_scored_are_refused_in_words():
    known = {"Q2a": "5", "Q2b": "3"}
    strange = answers("nhs-staff-engagement", [known | {"Q2c": "7"}], period="2021")
    assert "code unknown" in refused(strange, "nhs-staff-engagement")
    # 0 is a code of another item's scale
    assert "code unknown" in refused(answers("csat-ces", [{"CSAT": "7"}]), "csat-ces")
    twice = pd.concat([answers("fft", [{"FFT": "1"}]), answers("fft", [{"FFT": "1"}], unit="u2")], ignore_index=True)
    assert "respondent in two places" in refused(twice, "fft")
    again = pd.concat([answers("fft", [{"FFT": "1"}])] * 2, ignore_index=True)
    assert "second answer" in refused(again, "fft")
    old = build(Instrument, without_floor("fft") | {"years": ["2020", "2021"]}, "fft.yaml")
    with pytest.raises(DataError, match="year outside this version"):
        score(answers("fft", [{"FFT": "1"}]), None, [old])
    hcahps = {item.code: "1" for item in instrument("hcahps").items[:1]}
    assert "this one stands for: 2020-2024" in refused(answers("hcahps", [hcahps], period="2025"), "hcahps")


def test_a_wave_with_another_scale_is_refused_and_a_rare_answer_is_not():
    draw = stream(5, "waves")
    wave = {year: [{"CSAT": str(code)} for code in draw.choice([1, 2, 3, 4, 5], 400, p=[0.1, 0.2, 0.2, 0.3, 0.2])]
            for year in ("2021", "2022", "2023")}  # fmt: skip
    parts = [answers("csat-ces", given, period=year).assign(respondent=lambda t, y=year: y + t["respondent"])
             for year, given in wave.items()]  # fmt: skip
    assert len(score(pd.concat(parts, ignore_index=True), None, [instrument("csat-ces")])) == 6
    short = [{"CSAT": str(code)} for code in draw.choice([1, 2, 3, 4], 400)]
    other = answers("csat-ces", short, period="2024").assign(respondent=lambda t: "x" + t["respondent"])
    assert "not the scale of the others" in refused(pd.concat([*parts, other], ignore_index=True), "csat-ces")
    few = answers("csat-ces", short[:20], period="2024").assign(respondent=lambda t: "x" + t["respondent"])
    assert len(score(pd.concat([*parts, few], ignore_index=True), None, [instrument("csat-ces")])) == 8


def many(sites: int = 12, people: int = 60) -> pd.DataFrame:
    draw = stream(3, "sites")
    parts = []
    for k in range(sites):
        chance = 0.3 + 0.4 * k / sites
        rows = [{"CSAT": "5" if u < chance else "2", "CES": "4"} for u in draw.random(people)]
        parts.append(
            answers("csat-ces", rows, establishment=f"h{k:02d}").assign(
                respondent=lambda t, k=k: f"{k}" + t["respondent"]
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_reliability_shrunken_score_and_ranks_stand_beside_each_score():
    table = score(many(), None, [instrument("csat-ces")]).query("dimension == 'all'").set_index("establishment")
    within = (table["n"] * table["se"] ** 2).mean()
    assert table["reliability"].between(0.5, 1).all()
    between = table["reliability"] / (1 - table["reliability"]) * within / table["n"]
    assert between.max() / between.min() < 1.05  # the same variance between establishments stands behind all
    assert (
        (table["shrunken"] - table["score"].mean()).abs() <= (table["score"] - table["score"].mean()).abs() + 0.5
    ).all()
    assert (table["rank_low"] <= table["rank"]).all()
    assert (table["rank"] <= table["rank_high"]).all()
    assert table["shrunken"].rank(ascending=False).corr(table["rank"]) > 0.95
    few = score(many(sites=3), None, [instrument("csat-ces")])
    assert few["reliability"].isna().all()  # three establishments: the variance between them cannot be told


def test_adjusted_scores_are_those_of_the_fixed_effects_and_respect_the_floor():
    form = build(Instrument, without_floor("csat-ces") | {"floor": 30, "adjust_for": ["age_band"]}, "csat-ces.yaml")
    table = many(sites=4)
    old = stream(1, "ages").random(table["respondent"].nunique()) < 0.5
    ages = dict(zip(table["respondent"].unique(), np.where(old, "65+", "18-64"), strict=True))
    table["age_band"] = table["respondent"].map(ages)
    scores = score(table, None, [form]).query("dimension == 'all'").set_index("establishment")
    people = respondent_scores(table, form).assign(old=lambda t: t["respondent"].map(ages).eq("65+").astype(float))
    centred = people[["all", "old"]] - people.groupby("establishment")[["all", "old"]].transform("mean")
    slope = (centred["old"] * centred["all"]).sum() / (centred["old"] ** 2).sum()
    means = people.groupby("establishment")[["all", "old"]].mean()
    expected = means["all"] - slope * (means["old"] - people["old"].mean())
    assert scores["adjusted"].to_dict() == pytest.approx(expected.to_dict())
    alike = score(table.assign(age_band="18-64"), None, [form])
    assert alike["adjusted"].isna().all()  # everybody alike: nothing to adjust for


MODES = """
- instrument: csat-ces
  years: ["2024"]
  reference: paper
  official: true
  source: invented
  effects: {all: {paper: 0.0, web: 6.0}, ease: {paper: 0.0}}
"""


@pytest.mark.parametrize("covariates", [[], ["age_band"]])
def test_the_mode_is_adjusted_with_a_dated_table_and_before_the_patient_mix(tmp_path, monkeypatch, covariates):
    form = build(Instrument, without_floor("csat-ces") | {"floor": 30, "adjust_for": covariates}, "csat-ces.yaml")
    table = many(sites=4)
    who = table["respondent"].unique()
    web = dict(zip(who, np.where(stream(2, "modes").random(len(who)) < 0.4, "web", "paper"), strict=True))
    ages = dict(zip(who, np.where(stream(3, "ages").random(len(who)) < 0.5, "65+", "18-64"), strict=True))
    table = table.assign(mode=table["respondent"].map(web), age_band=table["respondent"].map(ages))
    plain = score(table, None, [form]).set_index(["dimension", "establishment"])
    assert mode_effects("csat-ces", "2024") is None  # none is shipped: nothing official has been loaded
    (tmp_path / "modes.yaml").write_text(MODES, encoding="utf-8")
    monkeypatch.setattr(scoring_adjustment, "FILE", tmp_path / "modes.yaml")
    scores = score(table, None, [form]).set_index(["dimension", "establishment"])
    share = table.drop_duplicates("respondent").groupby("establishment")["mode"].agg(lambda m: (m == "web").mean())
    if covariates:
        moved = (plain["adjusted"] - scores["adjusted"])["all"]
        assert moved.between(0.5, 6).all()
    else:
        assert plain["adjusted"].isna().all()
        assert scores["adjusted"]["all"].to_dict() == pytest.approx((scores["score"]["all"] - 6 * share).to_dict())
    assert (set(scores["modes"]["all"]), set(scores["modes"]["ease"])) == ({"mode_adjusted"}, {"modes_mixed"})
    assert scores["adjusted"]["ease"].isna().all()  # the table does not say what the web adds there
    other = score(table.assign(period="2023"), None, [form])
    assert other["adjusted"].isna().all() == (not covariates)  # a table of another year is not used


def test_modes_that_mix_without_a_table_of_their_effects_are_told_and_change_no_score():
    form = build(Instrument, without_floor("csat-ces") | {"floor": 30, "adjust_for": []}, "csat-ces.yaml")
    table = many(sites=4)
    alone = score(table.assign(mode="paper"), None, [form])
    by_site = table["establishment"].eq(table["establishment"].iloc[0]).map({True: "web", False: "paper"})
    mixed = score(table.assign(mode=by_site), None, [form])
    pd.testing.assert_frame_equal(alone.drop(columns="modes"), mixed.drop(columns="modes"))
    there = alone["status"] == "ok"
    assert (set(alone["modes"][there]), set(mixed["modes"][there])) == ({"one_mode"}, {"modes_mixed"})
    assert mixed["modes"][~there].isna().all()


def test_what_is_not_official_says_so():
    assert instrument("esatis-48h-mco").standing("2019").fr.startswith("officiel")
    assert instrument("phq-9").standing("2024").fr == "non officiel"


@pytest.mark.parametrize("column", ["answer", "establishment", "respondent", "item", "period"])
def test_answers_without_a_column_are_refused_by_its_name(column):
    table = answers("csat-ces", [{"CSAT": "4"}] * 3)
    with pytest.raises(DataError, match=f'column "{column}": column absent'):
        score(table.drop(columns=column), None, [instrument("csat-ces")])
    if column != "answer":
        with pytest.raises(DataError, match=f'row 2, column "{column}": empty cell'):
            score(table.assign(**{column: None}), None, [instrument("csat-ces")])
