"""A table summed in memory and one scanned by DuckDB give the same cells to the last bit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.stats.small_sums import is_small, small_cells
from chairs.stats.streaming import Design, _scanned

pytestmark = pytest.mark.property
SITES = ["010000024", "2A0000014", "NA", "Élan", "a", "Z", "~", ""]


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), n=st.integers(1, 400), scale=st.integers(-6, 6), factors=st.sampled_from(["", "yg"])
)
def test_both_ways_of_summing_agree_to_the_last_bit(seed: int, n: int, scale: int, factors: str) -> None:
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "site": random.choice(SITES, n),
            "y": random.choice(["2023", "2024"], n),
            "g": random.integers(-2, 3, n),
            "x": random.normal(8, 1, n) * 10.0**scale,
            "k": random.integers(0, 9, n),
            "score": random.normal(70, 20, n),
        }
    )
    table.loc[random.random(n) < 0.1, "x"] = np.nan
    table.loc[random.random(n) < 0.05, "score"] = np.inf
    table.loc[random.random(n) < 0.05, ["site", "y"]] = None
    design = Design(outcome="score", cluster="site", covariates=("x", "k"), factors=tuple(factors))
    assert is_small(table, design)
    (here, shift), (there, moved) = small_cells(table, design), _scanned(table, design, 1)
    assert shift.tobytes() == moved.tobytes()
    assert sorted(here) == sorted(there)
    for name, column in here.items():
        assert np.asarray(there[name]).astype(column.dtype).tolist() == column.tolist()


def test_what_it_cannot_sum_alike_is_left_to_duckdb() -> None:
    table = pd.DataFrame({"site": ["a", "b"], "x": [1.0, 2.0], "w": [1.0, 1.0], "f": [1.5, 2.5], "b": [True, False]})
    plain = Design(outcome="x", cluster="site")
    assert is_small(table, plain)
    assert not is_small(pd.concat([table] * 20_000), plain)
    for other in (
        Design(outcome="x", cluster="site", weights="w"),
        Design(outcome="x", cluster="f"),
        Design(outcome="b", cluster="site"),
        Design(outcome="x", cluster="site", covariates=("x",)),
        Design(outcome="x", cluster="absent"),
    ):
        assert not is_small(table, other)
