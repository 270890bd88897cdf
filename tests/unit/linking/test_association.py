"""Links: joined by establishment and year, adjusted, with q values and reasons; coverage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import SettingError, Text
from chairs.core.streams import stream
from chairs.core.study import Study
from chairs.linking.association import associate, associations
from chairs.linking.coverage import coverage
from chairs.linking.request import Request, request
from chairs.stats.rank import spearman
from chairs.tables import CONTRACTS
from chairs.tables.links import ECOLOGICAL

pytestmark = pytest.mark.unit
OUTCOME = "esatis-48h-mco/all"
ASK = Request(protocol="study", outcomes=(OUTCOME,))


def territory(n: int = 120) -> dict[str, pd.DataFrame]:
    """Size drives score and absence; training drives the score; occupancy drives nothing."""
    random = stream(7, "linking")
    beds = random.integers(20, 900, n).astype(float)
    frame = pd.DataFrame(
        {
            "establishment": [f"h{i:03d}" for i in range(n)],
            "mco_beds": beds,
            "absenteeism": 5 + beds / 200 + random.normal(size=n) * 0.5,
            "training_hours_per_fte": random.normal(20, 5, n),
            "occupancy": random.normal(0.8, 0.05, n),
        }
    )
    score = 80 - beds / 100 + (frame["training_hours_per_fte"] - 20) * 0.6 + random.normal(size=n)
    long = frame.melt(id_vars="establishment", var_name="code", value_name="value").assign(
        unit="all", period="2019", numerator=np.nan, denominator=np.nan, status="ok", source="x"
    )
    scores = pd.DataFrame({"establishment": frame["establishment"], "score": score}).assign(
        unit="all", period="2019", instrument="esatis-48h-mco", dimension="all", se=np.nan, n=50, status="ok"
    )
    sites = pd.DataFrame(
        {
            "establishment": frame["establishment"],
            "kind": "hospital",
            "status": ["public", "private_non_profit"] * (n // 2),
            "emergency": [True, True, False, False] * (n // 4),
        }
    )
    return {"indicators": long, "scores": scores, "establishments": CONTRACTS["establishments"].conform(sites)}


def test_the_planted_effects_are_found_and_the_confounded_one_fades():
    links = CONTRACTS["links"].check(associate(**territory(), request=ASK))
    crude = links[links["method"] == "spearman"].set_index("exposure")
    adjusted = links[links["method"] == "partial_spearman"].set_index("exposure")
    assert (links["status"] == "exploratory").all()
    assert crude.loc["absenteeism", "q"] < 0.01
    assert adjusted.loc["absenteeism", "low"] < 0 < adjusted.loc["absenteeism", "high"]
    assert adjusted.loc["training_hours_per_fte", "low"] > 0.5
    assert crude.loc["occupancy", "q"] > 0.05
    assert adjusted.loc["absenteeism", "adjusted_for"] == "mco_beds, status, emergency"
    assert adjusted.loc["mco_beds", "adjusted_for"] == "status, emergency"


def test_the_crude_estimate_is_that_of_the_joined_rows():
    tables = territory()
    links = associate(**tables, request=ASK)
    beds = tables["indicators"].query("code == 'mco_beds'").set_index("establishment")["value"]
    expected = spearman(beds, tables["scores"].set_index("establishment")["score"])
    row = links.query("exposure == 'mco_beds' and method == 'spearman'").iloc[0]
    assert (row["estimate"], row["low"], row["n"]) == (expected.estimate, expected.low, 120)


def test_only_whole_establishments_of_one_year_are_compared():
    tables = territory()
    before = associate(**tables, request=ASK)
    noise = tables["scores"].assign(score=1.0)
    tables["scores"] = pd.concat(
        [tables["scores"], noise.assign(period="2017"), noise.assign(unit="u1"), noise.assign(period="2019-07")]
    )
    tables["indicators"] = pd.concat(
        [
            tables["indicators"],
            tables["indicators"].assign(period="2017", value=3.0),
            tables["indicators"].assign(unit="u1"),
        ]
    )
    pd.testing.assert_frame_equal(associate(**tables, request=ASK), before)


def test_a_withheld_score_or_missing_value_leaves_the_site_out():
    tables = territory()
    tables["scores"].loc[:9, ["status", "score"]] = ["below_floor", np.nan]
    gone = (tables["indicators"]["code"] == "occupancy") & (tables["indicators"]["establishment"] > "h099")
    tables["indicators"].loc[gone, ["status", "value"]] = ["zero_denominator", np.nan]
    tables["scores"] = pd.concat([tables["scores"], tables["scores"].iloc[[50]].assign(establishment="unknown")])
    n = associate(**tables, request=ASK).query("method == 'spearman'").set_index("exposure")["n"]
    assert (n["mco_beds"], n["occupancy"]) == (110, 90)
    facts = CONTRACTS["coverage"].check(coverage(**tables, request=ASK)).set_index(["measure", "subject"])["n"]
    assert facts["surveyed", ""] == 121
    assert facts["joined", ""] == 120
    assert facts["scored", ""] == 110
    assert facts["compared", "occupancy"] == 90
    assert facts["mean_outcome", "emergency=true"] + facts["mean_outcome", "emergency=false"] == 110


def test_the_mean_of_a_group_is_that_of_its_scores():
    tables = territory()
    facts = coverage(**tables, request=ASK).set_index(["measure", "subject"])
    scores = tables["scores"].set_index("establishment")["score"]
    public = tables["establishments"].query("status == 'public'")["establishment"]
    assert facts.loc[("mean_outcome", "status=public"), "value"] == pytest.approx(scores[public].mean())


def test_traits_that_do_not_vary_are_left_out_and_size_may_be_the_headcount():
    tables = territory()
    tables["indicators"]["code"] = tables["indicators"]["code"].replace("mco_beds", "headcount")
    tables["establishments"] = tables["establishments"].assign(emergency=pd.NA, status="private_for_profit")
    links = associate(**tables, request=ASK)
    assert set(links["adjusted_for"]) == {"", "headcount"}
    assert set(links.query("exposure == 'headcount'")["adjusted_for"]) == {""}


def test_hospitals_and_companies_are_never_compared_with_each_other():
    tables = territory()
    before = associate(**tables, request=ASK)
    firms = {name: table.head(30 if name != "indicators" else 480).copy() for name, table in territory(120).items()}
    for table in firms.values():
        table["establishment"] = table["establishment"].str.replace("h", "c")
    firms["establishments"]["kind"] = "company"
    firms["scores"]["score"] += 10
    both = {name: pd.concat([tables[name], firms[name]]) for name in tables}
    pd.testing.assert_frame_equal(associate(**both, request=ASK), before)
    only = associate(**both, request=replace(ASK, kind="company"))
    assert set(only["n"]) == {30}


def test_an_exposure_that_nobody_has_gets_a_reason():
    links = associate(
        **territory(), request=Request(protocol="s", outcomes=(OUTCOME,), exposures=("ed_visits", "occupancy"))
    )
    row = links.query("exposure == 'ed_visits'").iloc[0]
    assert (row["status"], row["reason"], row["n"]) == ("not_valid", "too_few", 0)
    assert np.isnan(row["estimate"])
    assert np.isnan(row["q"])


def test_a_constant_outcome_gets_a_reason():
    tables = territory()
    tables["scores"]["score"] = 70.0
    links = associate(**tables, request=ASK)
    assert set(links["reason"]) == {"constant"}
    assert links["estimate"].isna().all()


def test_q_values_grow_with_the_family():
    tables = territory()
    alone = Request(protocol="s", outcomes=(OUTCOME,), exposures=("occupancy",))
    small = associate(**tables, request=alone).set_index(["exposure", "method"])["q"]
    big = associate(**tables, request=ASK).set_index(["exposure", "method"])["q"]
    assert big["training_hours_per_fte", "spearman"] < 0.001
    assert small["occupancy", "spearman"] <= big["occupancy", "spearman"]


def test_an_unknown_outcome_is_answered_with_those_there_are():
    with pytest.raises(SettingError, match="choose among: esatis-48h-mco/all"):
        associate(**territory(), request=Request(protocol="s", outcomes=("esatis-48h-mco/parking",)))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_association_says_what_it_is(lang):
    said = associations(**territory(), request=ASK)[1].say(lang)
    assert said.startswith("Association exploratoire" if lang == "fr" else "Exploratory association")
    assert said.endswith(ECOLOGICAL.say(lang))
    assert "mco_beds, status, emergency" in said


def test_a_study_asks_for_its_outcome_first():
    study = Study(
        name="x",
        title=Text(fr="X", en="X"),
        question=Text(fr="?", en="?"),
        level="public",
        period="2019",
        stages=(),
        instruments=("esatis-ca", "esatis-48h-mco"),
        outcome="esatis-48h-mco/all",
    )
    ask = request(study)
    assert ask.outcomes[0] == "esatis-48h-mco/all"
    assert ask.outcomes[1] == "esatis-ca/all"
    assert len(ask.outcomes) == len(set(ask.outcomes)) == 15
    assert (ask.period, ask.protocol) == ("2019", "x")
