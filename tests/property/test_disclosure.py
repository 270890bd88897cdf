"""Whatever the counts, subtracting what is shown from what is published gives no small count back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.disclosure.masking import mask
from chairs.disclosure.network import possible, protect_edges
from chairs.disclosure.rules import load_rules
from chairs.disclosure.suppression import merge_rare, protect
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.property

counts = st.integers(0, 60) | st.integers(0, 12)


@given(st.lists(counts, min_size=1, max_size=15))
@settings(max_examples=200, deadline=None)
def test_one_way_no_hidden_count_can_be_worked_out(parts):
    amounts = np.array(parts)
    first = (amounts > 0) & (amounts < 11)
    hidden = protect(amounts, first, 11)

    assert (hidden >= first).all(), "what was hidden stays hidden"
    assert not hidden[amounts == 0].any(), "a zero needs no protection"
    if first.any() and amounts.sum() >= 22 + len(parts):
        rest, k = amounts[hidden].sum(), hidden.sum()
        assert k >= 2
        assert rest - k + 1 >= 11, "each hidden count may still be anything from 1 to 10"


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_merging_keeps_the_total_and_shows_no_rare_kind(cases, rest):
    table = pd.DataFrame({"variant": [f"v{i}" for i in range(len(cases))], "cases": pd.array(cases, dtype="Int64")})
    merged = merge_rare(table, "variant", "cases", other="other", threshold=11, rest=rest)

    assert merged["cases"].sum() == sum(cases) + rest
    assert merged.loc[merged["variant"] != "other", "cases"].ge(11).all()
    if sum(cases) + rest >= 11:
        assert merged["cases"].ge(11).all(), "nor does the total give the rest back"
    assert table["cases"].tolist() == cases, "the input is not changed"


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), min_size=15, max_size=90))
@settings(max_examples=25, deadline=None)
def test_process_map_no_rare_edge_can_be_worked_out(paths):
    steps = [pair for path in paths for pair in zip(["case_start", *path], [*path, "case_end"], strict=True)]
    edges = pd.DataFrame(steps, columns=["source", "target"]).value_counts(sort=False).rename("amount").reset_index()
    rare = (edges["amount"] < 11).to_numpy()
    hidden = protect_edges(edges, rare, threshold=11, narrow=5)

    if not hidden.all():
        for low, high in possible(edges, hidden, rare.nonzero()[0].tolist()).values():
            assert high >= 11 or high - low + 1 >= 5


@st.composite
def scores(draw):
    """Return own-scored scores of some units in some months, with the totals by unit and by year."""
    units, months = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    cells = draw(st.lists(counts, min_size=units * months, max_size=units * months))
    grid = np.array(cells).reshape(units, months)
    rows = [(f"u{u}", f"2024-0{m + 1}", int(grid[u, m])) for u in range(units) for m in range(months)]
    rows += [("all", f"2024-0{m + 1}", int(grid[:, m].sum())) for m in range(months)]
    rows += [(f"u{u}", "2024", int(grid[u].sum())) for u in range(units)]
    rows += [("all", "2024", int(grid.sum()))]
    frame = pd.DataFrame(rows, columns=["unit", "period", "n"])
    return CONTRACTS["scores"].check(
        frame.assign(establishment="1", instrument="own", dimension="all", score=50.0, se=1.0, status="ok")
    )


@given(scores())
@settings(max_examples=25, deadline=None)
def test_scores_no_unit_or_month_comes_back_from_its_total(frame):
    out = mask(frame, CONTRACTS["scores"], load_rules(), public=True, wholes={}).frame
    shown = out["n"].notna()

    assert not out.loc[shown, "n"].between(1, 10).any()
    assert out.loc[~shown, ["score", "se"]].isna().all(axis=None)
    assert (out["cell_status"] == "masked").equals(~shown)
    months = out["period"] != "2024"
    for total, parts in [
        *((out[(out["unit"] == "all") & (out["period"] == p)], out[(out["unit"] != "all") & (out["period"] == p)])
          for p in out["period"].unique()),
        *((out[(out["unit"] == u) & ~months], out[(out["unit"] == u) & months]) for u in out["unit"].unique()),
    ]:  # fmt: skip
        hidden = parts["n"].isna()
        if total["n"].notna().all() and hidden.any():
            rest = int(total["n"].iloc[0]) - int(parts["n"].sum())
            possible_values = rest - int(hidden.sum()) + 1
            nothing_left = parts.loc[~hidden, "n"].eq(0).all()
            assert hidden.sum() >= 2 or nothing_left
            assert possible_values >= 11 or nothing_left
