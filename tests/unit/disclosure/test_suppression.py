"""Small counts, complements, thin tails, second cells, merged kinds: exact cases."""

import numpy as np
import pandas as pd
import pytest

from chairs.disclosure.suppression import merge_rare, protect, protect_groups, small, small_complement, thin_tail

pytestmark = pytest.mark.unit


def test_small_is_1_to_10_and_any_fraction_between():
    counts = pd.Series([0, 0.4, 1, 10, 10.9, 11, None])

    assert small(counts, 11).tolist() == [False, True, True, True, True, False, False]


def test_all_but_three_speaks_of_the_three():
    counts, totals = pd.Series([100, 97, 89, 90, None]), pd.Series([100, 100, 100, 100, 100])

    assert small_complement(counts, totals, 11).tolist() == [False, True, False, True, False]


TAILS = [
    (21, 0.5, True),
    (22, 0.5, False),
    (43, 0.25, True),
    (44, 0.75, False),
    (109, 0.9, True),
    (110, 0.9, False),
    (110, 0.1, False),
]


@pytest.mark.parametrize(("n", "share", "thin"), TAILS)
def test_a_quantile_needs_eleven_beyond_it(n, share, thin):
    assert thin_tail(pd.Series([n]), share, 11).tolist() == [thin]


@pytest.mark.parametrize(
    ("amounts", "hidden", "expected"),
    [
        # one hidden cell equals total minus the rest: a second one goes, the smallest shown that is not zero
        ([4, 30, 25, 60], [1, 0, 0, 0], [1, 0, 1, 0]),
        ([4, 0, 60, 30], [1, 0, 0, 0], [1, 0, 0, 1]),
        # two cells that sum to 2 are 1 and 1 once zeros are printed
        ([1, 1, 50, 40], [1, 1, 0, 0], [1, 1, 0, 1]),
        # 9 and 9: their sum, 18, leaves each of them anything from 1 to 17
        ([9, 9, 50], [1, 1, 0], [1, 1, 0]),
        ([5, 6, 50], [1, 1, 0], [1, 1, 1]),
        # nothing hidden, nothing to protect; nothing left to hide
        ([50, 40], [0, 0], [0, 0]),
        ([3], [1], [1]),
    ],
)
def test_second_cells(amounts, hidden, expected):
    found = protect(np.array(amounts), np.array(hidden, dtype=bool), 11)

    assert found.astype(int).tolist() == expected


def _table(total: float) -> pd.DataFrame:
    return pd.DataFrame({"unit": ["A", "B", "C", "all"], "n": [4.0, 30.0, 25.0, total]})


def test_without_a_published_total_one_hidden_cell_is_enough():
    table = _table(59.0).head(3)
    found = protect_groups(table["n"], small(table["n"], 11), [pd.Series(["x"] * 3)], table["unit"] == "all", 11)

    assert found.tolist() == [True, False, False]


def test_with_a_published_total_a_second_cell_goes():
    table = _table(59.0)
    found = protect_groups(table["n"], small(table["n"], 11), [pd.Series(["x"] * 4)], table["unit"] == "all", 11)

    assert found.tolist() == [True, False, True, False]


def test_a_row_with_a_missing_group_belongs_to_no_sum():
    table = _table(59.0)
    groups = [pd.Series(["x", "x", None, "x"])]
    found = protect_groups(table["n"], small(table["n"], 11), groups, table["unit"] == "all", 11)

    assert found.tolist() == [True, True, False, False]


def _variants(counts: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {"variant": [f"v{i}" for i in range(len(counts))], "cases": pd.array(counts, dtype="Int64"), "steps": 2}
    )


def _merge(counts: list[int], rest: int = 0) -> dict:
    merged = merge_rare(_variants(counts), "variant", "cases", other="other", threshold=11, rest=rest)
    return dict(zip(merged["variant"], merged["cases"], strict=True))


def test_rare_kinds_lose_their_name_and_the_total_stays():
    assert _merge([300, 20, 9, 3, 1]) == {"v0": 300, "v1": 20, "other": 13}


def test_a_small_rest_takes_the_rarest_shown_kind_with_it():
    # 320 cases in all are known elsewhere: 320 - 300 - 17 would give the 3 back
    assert _merge([300, 17, 2, 1]) == {"v0": 300, "other": 20}


def test_kinds_that_are_all_rare_leave_one_row():
    assert _merge([4, 3, 1]) == {"other": 8}


def test_kinds_that_are_not_listed_join_the_rest():
    assert _merge([300, 20], rest=700) == {"v0": 300, "v1": 20, "other": 700}
    assert _merge([300, 20], rest=4) == {"v0": 300, "other": 24}


def test_nothing_rare_nothing_merged():
    assert _merge([300, 20]) == {"v0": 300, "v1": 20}
