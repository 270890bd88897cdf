"""France 2019 from the publishers' files: sites joined and scored, rank correlations, means, to three decimals."""

from __future__ import annotations

import pandas as pd
import pytest

from chairs.indicators.derive import derive
from chairs.linking.association import associate
from chairs.linking.coverage import coverage
from chairs.linking.request import Request
from chairs.sources import esatis, sae
from chairs.surveys.instrument import instrument
from chairs.surveys.scoring import score

pytestmark = pytest.mark.reference
ASK = Request(protocol="france-2019", outcomes=("esatis-48h-mco/all",), period="2019")


@pytest.fixture(scope="module")
def france(mirror) -> dict[str, pd.DataFrame]:
    options = {"year": "2019", "source": "mirror", "scratch": None}
    survey = esatis.read([mirror / "has-esatis" / "resultats-esatis48h-mco-open-data-2019.csv.gz"], options)
    forms = [mirror / "drees-sae" / "2019" / name for name in ("SYGEN_2019r.csv.gz", "ID_2019r.csv.gz")]
    hospitals = sae.read(forms, options)
    return {
        "indicators": derive(hospitals["quantities"]),
        "scores": score(None, survey["scores"], [instrument("esatis-48h-mco")]),
        "establishments": hospitals["establishments"],
    }


def test_the_rank_correlations_of_2019(france):
    links = associate(**france, request=ASK)
    crude = links[links["method"] == "spearman"].set_index("exposure")
    found = {code: (round(row["estimate"], 3), row["n"]) for code, row in crude.iterrows()}
    expected = {
        "mco_beds": (-0.448, 855),
        "mean_stay": (-0.332, 855),
        "occupancy": (-0.469, 850),
        "day_stay_share": (0.430, 855),
        "care_fte_per_bed": (-0.354, 848),
    }
    assert {code: found[code] for code in expected} == expected


def test_adjusting_for_size_status_and_emergency_changes_the_picture(france):
    links = associate(**france, request=ASK)
    adjusted = links[links["method"] == "partial_spearman"].set_index("exposure")
    assert adjusted.loc["occupancy", "adjusted_for"] == "mco_beds, status, emergency"
    assert (adjusted.loc["occupancy", "n"], adjusted.loc["care_fte_per_bed", "n"]) == (850, 848)
    # crude -0.354 is nearly all size, status and ED: nothing distinguishable from zero remains
    assert adjusted.loc["care_fte_per_bed", "low"] < 0 < adjusted.loc["care_fte_per_bed", "high"]


def test_who_is_compared_and_the_means_with_and_without_an_emergency_department(france):
    facts = coverage(**france, request=ASK).set_index(["measure", "subject"])
    assert facts.loc[[("surveyed", ""), ("joined", ""), ("scored", "")], "n"].tolist() == [1152, 1148, 856]
    groups = facts.loc[[("mean_outcome", "emergency=true"), ("mean_outcome", "emergency=false")]]
    assert groups["value"].round(2).tolist() == [72.30, 75.60]
    assert groups["n"].tolist() == [485, 371]
