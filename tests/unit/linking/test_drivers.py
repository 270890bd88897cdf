"""Key drivers: shares that exact designs give, what is held equal, and the reasons when shares would mean nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import Text
from chairs.core.streams import stream
from chairs.core.study import Drivers
from chairs.linking.cells import Sources
from chairs.linking.drivers import key_drivers
from chairs.linking.protocol import Protocol

pytestmark = pytest.mark.unit
OUTCOME = "esatis-48h-mco/recommend"
SITES = [f"s{i:03d}" for i in range(160)]


def sources(scores: dict[str, np.ndarray], indicators: dict[str, np.ndarray], n: int = 100) -> Sources:
    parts = [
        pd.DataFrame({"establishment": SITES, "dimension": name, "score": values}) for name, values in scores.items()
    ]
    answers = pd.concat(parts).assign(unit="all", period="2019", instrument="esatis-48h-mco", n=float(n))
    codes = [pd.DataFrame({"establishment": SITES, "code": code, "value": v}) for code, v in indicators.items()]
    empty = pd.DataFrame(columns=["establishment", "code", "value"])
    known = pd.concat(codes or [empty]).assign(unit="all", period="2019")
    sites = pd.DataFrame({"establishment": SITES, "kind": "hospital", "status": ["public", "private"] * 80})
    return Sources.of(known, answers, sites)


def protocol(**more: object) -> Protocol:
    asked = {"exposures": ("staff", "beds"), "outcomes": (OUTCOME,), "lag": 0, "covariates": ("size", "status")}
    return Protocol(name="p", study="s", question=Text(fr="?", en="?"), estimand="between", **{**asked, **more})  # type: ignore[arg-type]


def normal(name: str) -> np.ndarray:
    values = stream(1, "drivers", name).standard_normal(len(SITES))
    return (values - values.mean()) / values.std()


def share(table: pd.DataFrame, term: str) -> float:
    return float(table.set_index("term").loc[term, "share"])


def test_shares_of_dimensions_add_up_and_leave_the_overall_score_out() -> None:
    a, b, noise = normal("a"), normal("b"), normal("noise")
    made = {"pec_inf": a, "repas": b, "recommend": 2 * a + b + noise, "all": (a + b) / 2}
    found = key_drivers(sources(made, {}), Drivers(outcome=OUTCOME))
    assert set(found["term"]) == {"all", "esatis-48h-mco/pec_inf", "esatis-48h-mco/repas"}
    parts = found[found["term"] != "all"]
    assert parts["share"].sum() == pytest.approx(share(found, "all"), abs=1e-9)
    assert share(found, "esatis-48h-mco/pec_inf") == pytest.approx(4 / 6, abs=0.08)
    assert (parts["low"] <= parts["share"]).all()
    assert (parts["share"] <= parts["high"]).all()
    assert found["clusters"].eq(len(SITES)).all()


def test_what_goes_with_size_only_has_no_share_once_size_is_held_equal() -> None:
    size, own, noise = normal("size"), normal("own"), normal("noise")
    indicators = {"size": size, "beds": size + 0.2 * normal("beds"), "staff": own}
    made = {"recommend": 3 * size + own + noise}
    held = key_drivers(sources(made, indicators), Drivers(outcome=OUTCOME, of="exposures"), protocol())
    loose = key_drivers(sources(made, indicators), Drivers(outcome=OUTCOME, of="exposures"), protocol(covariates=()))
    assert share(loose, "beds") > 0.5
    assert share(held, "beds") < 0.05
    assert share(held, "staff") == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("indicators", "outcome", "reason"),
    [
        ({"beds": normal("a"), "staff": 2 * normal("a")}, normal("y"), "collinear"),
        ({"beds": normal("a"), "staff": normal("size")}, normal("y"), "collinear"),  # what is held equal takes it all
        ({"beds": normal("a"), "staff": normal("b")}, np.full(len(SITES), 70.0), "constant_outcome"),
        ({"beds": normal("a")}, normal("y"), "too_few"),  # staff is nowhere: no complete row
    ],
)
def test_shares_that_would_be_arbitrary_have_a_reason(
    indicators: dict[str, np.ndarray], outcome: np.ndarray, reason: str
) -> None:
    given = {"size": normal("size"), **indicators}
    asked = Drivers(outcome=OUTCOME, of="exposures")
    found = key_drivers(sources({"recommend": outcome}, given), asked, protocol(covariates=("size",)))
    assert found["reason"].tolist() == [reason]
    assert found["share"].isna().all()


def test_scores_under_the_floor_do_not_count() -> None:
    made = {"pec_inf": normal("a"), "recommend": normal("b")}
    few = key_drivers(sources(made, {}, n=20), Drivers(outcome=OUTCOME), protocol())
    assert few["reason"].tolist() == ["too_few"]
