"""Scores stay on their scale and never show a value; totals of indicators do not depend on how they are cut."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.core.errors import DataError
from chairs.indicators.derive import derive
from chairs.surveys.instrument import instrument
from chairs.surveys.scoring import score

pytestmark = pytest.mark.property

BAROMETER = instrument("demo-staff-barometer")
ITEMS = [item.code for item in BAROMETER.items]
KNOWN = [*BAROMETER.answers, *BAROMETER.missing]


def table(answers: list[list[str | None]]) -> pd.DataFrame:
    rows = [
        {"respondent": f"r{who}", "item": item, "answer": answer}
        for who, given_ in enumerate(answers)
        for item, answer in zip(ITEMS, given_, strict=True)
    ]
    return pd.DataFrame(rows, columns=["respondent", "item", "answer"]).assign(
        establishment="h", unit="all", period="2024", instrument=BAROMETER.name, mode="web"
    )


one_person = st.lists(st.sampled_from([*KNOWN, None]), min_size=len(ITEMS), max_size=len(ITEMS))


@given(st.lists(one_person, min_size=1, max_size=50))
@settings(max_examples=20, deadline=None)
def test_scores_lie_on_their_scale_and_count_people_once(answers):
    scores = score(table(answers), None, [BAROMETER])
    assert len(scores) == len(BAROMETER.dimensions)
    assert (scores["n"] <= len(answers)).all()
    shown = scores[scores["status"] == "ok"]
    assert shown["score"].between(0, 100).all()
    assert (shown["n"] >= BAROMETER.floor).all()
    assert (shown["se"] <= 50 / (shown["n"] - 1) ** 0.5 + 1e-9).all()
    withheld = scores[scores["status"] != "ok"]
    assert withheld["score"].isna().all()
    assert withheld["se"].isna().all()


@given(st.text(alphabet="0123456789abcXYZ-. ", min_size=1, max_size=12).filter(lambda text: text not in KNOWN))
@settings(max_examples=40, deadline=None)
def test_whatever_the_unknown_code_it_is_refused_and_not_repeated(code):
    rows = table([["1"] * len(ITEMS)] * 2)
    rows.loc[4, "answer"] = f"<{code}>"
    with pytest.raises(DataError) as error:
        score(rows, None, [BAROMETER])
    assert error.value.problems[0].row == 6
    assert f"<{code}>" not in error.value.say("fr") + error.value.say("en")


parts = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 400)), min_size=1, max_size=6)


@given(parts)
@settings(max_examples=12, deadline=None)
def test_a_total_does_not_depend_on_how_the_staff_is_cut_into_units(units):
    rows = [
        ("h", f"u{place}", "2024-02", word, float(value))
        for place, pair in enumerate(units)
        for word, value in zip(("absence_days", "staff_fte"), pair, strict=True)
    ]
    quantities = pd.DataFrame(rows, columns=["establishment", "unit", "period", "quantity", "value"])
    table_ = derive(quantities.assign(status="ok", source="x"), ["absenteeism"])
    whole = table_[(table_["unit"] == "all") & (table_["period"] == "2024-02")].iloc[0]
    share = 100 * sum(a for a, _ in units) / (29 * sum(f for _, f in units))
    if share > 100:  # more days of absence than the staff has days
        assert (whole["status"], np.isnan(whole["value"])) == ("impossible", True)
    else:
        assert whole["value"] == pytest.approx(share)
    year = table_[(table_["unit"] == "all") & (table_["period"] == "2024")].iloc[0]
    assert year["status"] == "not_available"
