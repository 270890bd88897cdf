"""What is known does not depend on the order of arrival, and who is where is the census of the log."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.flow.census import hourly_census
from chairs.tables import CONTRACTS
from chairs.twin.folding import Line, Notice, digest, fold, notices_of
from chairs.twin.whereabouts import count, people

pytestmark = pytest.mark.property

HOUR = 3_600_000_000
ORIGIN = 1_700_000_000_000_000 // HOUR * HOUR
UNITS = st.sampled_from(["A", "B", "C"])
times = st.integers(0, 60).map(lambda n: ORIGIN + n * HOUR // 4)


@st.composite
def movements(draw: st.DrawFn) -> Notice:
    kind = draw(st.sampled_from(["move", "move", "leave", "label"]))
    case, version = draw(st.sampled_from(["1", "2", "NA"])), draw(st.integers(0, 3))
    key = f"{kind} {draw(st.integers(0, 2))}"
    said = {"case": case, "key": key, "moment": version, "issue": draw(st.sampled_from(["x", "y"]))}
    if kind == "label":
        return Notice(**said, label=("sex", draw(st.sampled_from(["F", "M"]))))
    unit = draw(UNITS) if kind == "move" else None
    lines = (Line(kind=kind, unit=unit, start=draw(times)),)
    return Notice(**said, lines=lines, cancelled=draw(st.booleans()))


@settings(max_examples=60, deadline=None)
@given(st.lists(movements(), max_size=12), st.data())
def test_any_order_and_any_repetition_give_one_state(notices: list[Notice], data: st.DataObject) -> None:
    again = data.draw(st.permutations(notices + data.draw(st.lists(st.sampled_from(notices), max_size=5))
                                      if notices else notices))  # fmt: skip
    cut = data.draw(st.integers(0, len(again)))
    at = data.draw(times)
    whole = fold(notices)
    assert fold(again) == whole
    assert fold(again[cut:], fold(again[:cut])) == whole  # a prefix replayed, then the rest: the same as at once
    assert digest(people(fold(again), at)) == digest(people(whole, at))


@settings(max_examples=60, deadline=None)
@given(st.lists(movements(), max_size=12), times)
def test_counts_by_unit_sum_to_the_site(notices: list[Notice], at: int) -> None:
    found = count(people(fold(notices), at))
    assert found["all"] == sum(n for unit, n in found.items() if unit != "all") <= 3


@st.composite
def logs(draw: st.DrawFn) -> pd.DataFrame:
    rows = []
    dated = draw(st.sampled_from(["both", "end", "start"]))
    for case in draw(st.lists(st.sampled_from(["1", "2", "3", "NA"]), min_size=1, max_size=4, unique=True)):
        for position in range(draw(st.integers(1, 4))):
            start = draw(times)
            end = start + draw(st.integers(0, 12)) * HOUR // 4 if draw(st.booleans()) else None
            requested = start - draw(st.integers(0, 4)) * HOUR // 4 if draw(st.booleans()) else None
            rows.append(
                {
                    "case_id": case,
                    "activity": draw(st.sampled_from(["stay", "test", "gone"])),
                    "unit": draw(st.one_of(st.none(), UNITS)),
                    "requested": requested,
                    "start": None if dated == "end" else start,
                    "end": (end or start) if dated == "end" else None if dated == "start" else end,
                    "position": position,
                }
            )
    frame = pd.DataFrame(rows)
    for name in ("requested", "start", "end"):
        frame[name] = pd.to_datetime(frame[name].astype("Int64"), unit="us", utc=True)
    return CONTRACTS["events"].conform(frame)


@settings(max_examples=20, deadline=None)
@given(logs(), st.sampled_from([(), ("gone",)]))
def test_at_lead_zero_the_census_of_each_unit_is_that_of_the_log(log: pd.DataFrame, outside: tuple[str, ...]) -> None:
    from chairs.twin.whereabouts import Rule

    known, ends = fold(notices_of(log)), bool(log["end"].notna().any())
    table = hourly_census(log, outside=outside)
    table = table[table["measure"] == "census"]
    for hour, rows in table.groupby("hour"):
        found = count(people(known, int(hour.timestamp() * 1_000_000), Rule(outside=outside), ends=ends))
        expected = {unit: int(value) for unit, value in zip(rows["unit"], rows["value"], strict=True) if value}
        assert {unit: n for unit, n in found.items() if n} == expected
