"""At any hour the census is the number of stays that cover it, whatever the log."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.flow.census import hourly_census, open_stays
from chairs.flow.discovery import process_map, variants
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.property

MINUTE = pd.Timedelta(minutes=1)
DAY = pd.Timestamp("2024-03-30 20:00", tz="UTC")

step = st.tuples(
    st.sampled_from("AB"),
    st.sampled_from(["U", "V"]),
    st.integers(0, 600),
    st.one_of(st.none(), st.integers(0, 400)),
)


def make_log(rows: list[tuple[str, str, int, int | None]]) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "case_id": [case for case, *_ in rows],
            "activity": "stay",
            "unit": [unit for _, unit, *_ in rows],
            "start": [DAY + begin * MINUTE for _, _, begin, _ in rows],
            "end": [None if length is None else DAY + (begin + length) * MINUTE for _, _, begin, length in rows],
            "position": range(len(rows)),
        }
    )
    return CONTRACTS["events"].conform(table)


def hours(rows: list[tuple[str, str, int, int | None]]) -> range:
    """Full hours from the first to the last time of the log, in minutes since `DAY` (which is on the hour)."""
    first, last = min(r[2] for r in rows), max(r[2] + (r[3] or 0) for r in rows)
    return range(first // 60 * 60, last // 60 * 60 + 1, 60)


def counted(table: pd.DataFrame, unit: str) -> list[float]:
    chosen = table[(table["unit"] == unit) & (table["measure"] == "census")].sort_values("hour")
    return chosen["value"].tolist()


def present(rows: list[tuple[str, str, int, int | None]], h: int) -> int:
    return len({case for case, _, begin, length in rows if begin <= h and (length is None or h < begin + length)})


@settings(max_examples=25, deadline=None)
@given(st.lists(step, min_size=1, max_size=12))
def test_declared_stays(rows: list[tuple[str, str, int, int | None]]) -> None:
    table = hourly_census(make_log(rows), presence=["stay"])
    for unit in sorted({unit for _, unit, *_ in rows}):
        there = [
            len(
                {
                    c
                    for c, u, begin, length in rows
                    if u == unit and begin <= h and (length is None or h < begin + length)
                }
            )
            for h in hours(rows)
        ]
        assert counted(table, unit) == there
    assert counted(table, "all") == [present(rows, h) for h in hours(rows)]


def located(rows: list[tuple[str, str, int, int | None]], case: str, h: int) -> str | None:
    """Walk through the steps of one case in order: the unit of the latest one, until the case is over."""
    steps = sorted(((r[2], place, r) for place, r in enumerate(rows) if r[0] == case), key=lambda item: item[:2])
    begun = [r for begin, _, r in steps if begin <= h]
    if not begun:
        return None
    has_ends = any(r[3] is not None for r in rows)
    still_open = has_ends and steps[-1][2][3] is None
    over = max(r[2] + (r[3] or 0) for _, _, r in steps)
    if len(begun) == len(steps) or all(r[1] == begun[-1][1] for _, _, r in steps[len(begun) :]):
        return begun[-1][1] if still_open or h < over else None
    return begun[-1][1]


@settings(max_examples=25, deadline=None)
@given(st.lists(step, min_size=1, max_size=12))
def test_located_patients(rows: list[tuple[str, str, int, int | None]]) -> None:
    table = hourly_census(make_log(rows))
    cases = sorted({case for case, *_ in rows})
    for unit in sorted({unit for _, unit, *_ in rows}):
        assert counted(table, unit) == [sum(located(rows, c, h) == unit for c in cases) for h in hours(rows)]


@settings(max_examples=8, deadline=None)
@given(st.lists(step, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_are_stored_changes_nothing(rows, random) -> None:
    log = make_log(rows)
    shuffled = log.sample(frac=1, random_state=random.randrange(1000), ignore_index=True)
    for table in (hourly_census, process_map, lambda events: variants(events, keep=99)):
        pd.testing.assert_frame_equal(table(log), table(shuffled))
    assert open_stays(log) == open_stays(shuffled)
