"""One table through its rule: exact rows in, exact rows out."""

import pandas as pd
import pytest

from chairs.disclosure.masking import Masked, mask
from chairs.disclosure.rules import load_rules
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit


def _mask(name: str, rows: dict, *, public: bool = False, **wholes: float) -> Masked:
    return mask(CONTRACTS[name].check(pd.DataFrame(rows)), CONTRACTS[name], load_rules(), public=public, wholes=wholes)


SCORES = {
    "establishment": ["1", "2", "3"],
    "unit": "all",
    "period": "2019",
    "dimension": "all",
    "score": [70.0, 71.0, None],
    "se": None,
    "n": [8, 40, None],
    "status": ["ok", "ok", "not_available"],
}


def test_own_scores_of_few_answers_are_masked():
    out = _mask("scores", SCORES | {"instrument": "own"})

    assert out.frame["cell_status"].tolist() == out.frame["status"].tolist() == ["masked", "ok", "not_available"]
    assert out.frame["score"].isna().tolist() == [True, False, True]
    assert (out.cells, out.dropped, out.exempt) == (2, 0, 0)


def test_scores_published_as_open_data_pass_in_a_public_study():
    out = _mask("scores", SCORES | {"instrument": "esatis-48h-mco"}, public=True)

    assert out.frame["n"].tolist()[:2] == [8, 40]
    assert (out.cells, out.exempt) == (0, 3)


def test_the_name_of_a_published_instrument_opens_nothing_in_a_demo_study():
    out = _mask("scores", SCORES | {"instrument": "esatis-48h-mco"}, public=False)

    assert out.frame["cell_status"].tolist()[0] == "masked"


def _indicators(code: str, numerator: list[float], denominator: list[float], source: str = "export") -> dict:
    return {
        "establishment": ["1", "2"],
        "unit": "ED",
        "period": "2024-01",
        "code": code,
        "value": [n / d for n, d in zip(numerator, denominator, strict=True)],
        "numerator": numerator,
        "denominator": denominator,
        "status": "ok",
        "source": source,
    }


def test_a_rate_of_few_events_or_among_few_staff_is_masked():
    out = _mask("indicators", _indicators("violence_rate", [3.0, 20.0], [50.0 / 12, 8.0 / 12]))

    assert out.frame[["value", "numerator", "denominator"]].isna().all(axis=None)
    assert out.frame["status"].tolist() == ["masked", "masked"]


def test_a_month_of_twelve_people_is_no_small_count_but_of_ten_is():
    out = _mask("indicators", _indicators("turnover", [0.0, 0.0], [12 / 12, 10 / 12]))

    assert out.frame["cell_status"].tolist() == ["ok", "masked"]


def test_absence_days_of_a_small_team_are_masked():
    out = _mask("indicators", _indicators("absenteeism", [30.0, 30.0], [12 * 30.5, 10 * 30.0]))

    assert out.frame["cell_status"].tolist() == ["ok", "masked"]


def test_days_lost_are_hidden_with_the_few_accidents_that_cost_them():
    rows = {"establishment": "1", "unit": ["ED", "ED", "lab", "lab"], "period": "2024-01", "value": 1.0,
            "code": ["accident_frequency", "accident_severity"] * 2, "numerator": [1.0, 30.0, 14.0, 60.0],
            "denominator": 9000.0, "status": "ok", "source": "export"}  # fmt: skip
    out = _mask("indicators", rows)

    assert out.frame["cell_status"].tolist() == ["masked", "masked", "ok", "ok"]


def test_beds_are_not_persons():
    out = _mask("indicators", _indicators("mco_beds", [6.0, 8.0], [1.0, 1.0]))

    assert out.frame["cell_status"].tolist() == ["ok", "ok"]


def test_a_new_indicator_is_taken_for_persons_until_a_rule_says_otherwise():
    out = _mask("indicators", _indicators("never_heard_of", [6.0, 80.0], [100.0, 100.0]))

    assert out.frame["cell_status"].tolist() == ["masked", "ok"]


def test_published_ratios_pass_in_a_public_study():
    out = _mask("indicators", _indicators("occupancy", [6.0, 80.0], [100.0, 100.0], "drees-sae-2019"), public=True)

    assert out.exempt == 2
    assert out.frame["cell_status"].tolist() == ["ok", "ok"]


def _durations(**columns) -> dict:
    hours = dict.fromkeys(("median_hours", "p10_hours", "p25_hours", "p75_hours", "p90_hours"), 1.0)
    return (
        {"kind": "since_reference", "from_activity": "arrival", "to_activity": ["a", "b", "c", "d"]} | hours | columns
    )


def test_delays_by_their_number_of_visits():
    out = _mask("durations", _durations(n=[10, 21, 44, 110], negative=[0, 0, 3, 0]), pathways=1050).frame

    assert out["n"].isna().tolist() == [True, False, False, False]
    assert out["median_hours"].isna().tolist() == [True, True, False, False]
    assert out["p25_hours"].isna().tolist() == [True, True, False, False]
    assert out["p90_hours"].isna().tolist() == [True, True, True, False]
    assert out["negative"].isna().tolist() == [True, False, True, False], "three visits with a negative delay"
    assert out["cell_status"].tolist() == ["masked", "masked", "masked", "ok"]


def test_a_step_that_nearly_all_have_hides_its_count_but_not_its_median():
    out = _mask("durations", _durations(n=[1049, 1050, 823, 1039], negative=0), pathways=1050).frame

    assert out["n"].isna().tolist() == [True, False, False, False]
    assert out["median_hours"].notna().all()


def test_facts_of_few_persons_and_of_all_but_few():
    rows = {
        "name": ["cases", "returns", "activities", "pathway_hours_median", "undated_events"],
        "value": [1050.0, 1047.0, 4.0, 3.4, 6.0],
        "unit": ["", "", "", "h", ""],
        "n": [None, 1050, 1050, 8, 15214],
        "status": "ok",
        "reason": None,
    }
    out = _mask("facts", rows).frame.set_index("name")

    assert out["value"].isna().to_dict() == {
        "cases": False,
        "returns": True,  # 3 did not
        "activities": False,
        "pathway_hours_median": True,  # of 8 visits
        "undated_events": True,
    }


def test_rare_pathways_lose_their_name():
    rows = {
        "rank": [1, 2, 3, 4],
        "variant": ["A", "A → B", "A → CANARY", "CANARY"],
        "steps": [1, 2, 2, 1],
        "cases": [60, 20, 9, 5],
        "share": [60 / 94, 20 / 94, 9 / 94, 5 / 94],
    }
    out = _mask("variants", rows, pathways=94)

    assert out.frame["variant"].tolist() == ["A", "A → B", "other"]
    assert out.frame["cases"].tolist() == [60, 20, 14]
    assert out.frame["rank"].tolist() == [1, 2, 3]
    assert out.frame["share"].sum() == pytest.approx(1)
    assert out.dropped == 2


def test_a_shortened_list_of_pathways_is_completed_by_the_rest():
    rows = {"rank": [1, 2], "variant": ["A", "B"], "steps": 1, "cases": [600, 200], "share": [0.6, 0.2]}
    out = _mask("variants", rows, pathways=1000).frame

    assert dict(zip(out["variant"], out["cases"], strict=True)) == {"A": 600, "B": 200, "other": 200}
    assert out["share"].tolist() == pytest.approx([0.6, 0.2, 0.2])


def test_a_rare_edge_leaves_the_map_and_takes_its_way_round_with_it():
    rows = {
        "source": ["case_start", "triage", "triage", "icu", "ward"],
        "target": ["triage", "ward", "icu", "ward", "case_end"],
        "cases": [200, 196, 4, 4, 200],
        "n": [200, 196, 4, 4, 200],
        "median_hours": 1.0,
        "p90_hours": 2.0,
    }
    out = _mask("transitions", rows, pathways=200)

    assert out.frame[["source", "target"]].to_numpy().tolist() == [["case_start", "triage"], ["ward", "case_end"]]
    assert out.dropped == 3


def test_a_mean_week_counts_persons_by_mean_times_hours():
    rows = {"unit": "ED", "weekday": 1, "hour": [0, 1], "measure": "arrivals", "mean": [0.05, 0.5], "p10": 0.0,
            "p90": 1.0, "n": 104}  # fmt: skip
    out = _mask("profile", rows).frame

    assert out["mean"].isna().tolist() == [True, False], "5 and 52 arrivals in two years"
    assert out["n"].tolist() == [104, 104]


def test_a_day_of_a_unit_hides_the_small_hour_alone_and_a_second_unit_with_a_small_day():
    rows = {
        "site": "1",
        "unit": ["A", "B", "C", "all"],
        "day": "2024-01-01",
        "measure": "census",
        "value": [5.0, 30.0, 25.0, 60.0],
        "low": [4.0, 9.0, 20.0, 40.0],
        "high": [6.0, 35.0, 28.0, 66.0],
        "n": 24,
    }
    out = _mask("unit_day", rows).frame.set_index("unit")

    assert out["value"].isna().to_dict() == {"A": True, "B": False, "C": True, "all": False}
    assert out["low"].isna().to_dict() == {"A": True, "B": True, "C": True, "all": False}
    assert out["high"].isna().to_dict() == {"A": True, "B": False, "C": True, "all": False}


def test_a_year_does_not_give_a_month_back():
    months = [f"2024-{m:02d}" for m in range(1, 13)]
    amounts = [4.0, *[20.0 + m for m in range(11)]]
    rows = {
        "establishment": "1",
        "unit": "ED",
        "period": [*months, "2024"],
        "code": "violence_rate",
        "value": 1.0,
        "numerator": [*amounts, sum(amounts)],
        "denominator": 500.0,
        "status": "ok",
        "source": "export",
    }
    out = _mask("indicators", rows).frame.set_index("period")

    assert out.index[out["numerator"].isna()].tolist() == ["2024-01", "2024-02"]


def test_the_input_is_not_changed():
    frame = CONTRACTS["scores"].check(pd.DataFrame(SCORES | {"instrument": "own"}))
    before = frame.copy()
    mask(frame, CONTRACTS["scores"], load_rules(), public=False, wholes={})

    pd.testing.assert_frame_equal(frame, before)
