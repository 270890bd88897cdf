"""Planted truths: what the demonstration territory was made with is what scoring, indicators and links give back."""

from __future__ import annotations

import pandas as pd
import pytest

from chairs.demo.plan import make_plan
from chairs.demo.planted import read_planted
from chairs.demo.territory import make_territory
from chairs.indicators.derive import derive
from chairs.linking.association import associate
from chairs.linking.request import Request
from chairs.surveys.instrument import instrument
from chairs.surveys.scoring import score
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.reference
PLANTED = read_planted()
CELL = ["establishment", "unit", "period"]


@pytest.fixture(scope="module")
def links() -> pd.DataFrame:
    """Links of the last year among the sites of the territory, by exposure and outcome, crude and adjusted."""
    territory = make_territory(make_plan(seed=20240117))
    declared = [
        table.reset_index().assign(unit="all").melt(id_vars=CELL, var_name="quantity")
        for table in (territory.declared["hospital"], territory.declared["company"])
    ]
    quantities = pd.concat(declared).astype({"period": "str"}).assign(status="ok", source="demo")
    answers = []
    for name in PLANTED.instruments:
        items = [item.code for item in instrument(name).items]
        wide = territory.answers[name].astype({"period": "str"}).assign(instrument=name)
        keys = ["respondent", "instrument", "mode", *CELL]
        answers.append(wide.melt(id_vars=keys, value_vars=items, var_name="item", value_name="answer"))
    responses = pd.concat(answers, ignore_index=True)
    responses["answer"] = responses["answer"].replace("", None)
    sites = CONTRACTS["establishments"].check(territory.sites.drop(columns="size"))
    instruments = [instrument(name) for name in PLANTED.instruments]
    request = Request(protocol="demo", outcomes=tuple(f"{i.name}/{d.name}" for i in instruments for d in i.dimensions))
    return associate(derive(quantities), score(responses, None, instruments), sites, request)


def one(links: pd.DataFrame, exposure: str, outcome: str, method: str) -> pd.Series:
    found = links[(links["exposure"] == exposure) & (links["outcome"] == outcome) & (links["method"] == method)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("effect", PLANTED.effects, ids=lambda e: f"{e.exposure} on {e.dimension}")
def test_every_planted_effect_has_its_sign(links, effect):
    adjusted = one(links, effect.exposure, f"{effect.instrument}/{effect.dimension}", "partial_spearman")
    assert adjusted["status"] == "exploratory"
    assert (adjusted["estimate"] > 0) == (effect.between > 0)
    if adjusted["n"] >= 100:  # the 150 hospitals; 40 companies are too few for the weaker effects
        assert (adjusted["low"] > 0) == (adjusted["high"] > 0)


def test_what_size_and_status_explain_fades_when_they_are_accounted_for(links):
    overall = "demo-patient-experience/all"
    crude = [one(links, code, overall, "spearman") for code in PLANTED.confounded]
    adjusted = [one(links, code, overall, "partial_spearman") for code in PLANTED.confounded]
    assert sum(row["q"] < 0.01 for row in crude) >= 3
    assert not any(row["q"] < 0.05 for row in adjusted)


def test_what_has_no_effect_is_not_found(links):
    null = links[links["exposure"].isin([*PLANTED.no_effect])]
    assert len(null) > 60
    assert not (null["q"] < 0.05).any()
