"""Process maps: what an attacker who knows that "what comes in goes out" can work out."""

import numpy as np
import pandas as pd
import pytest

from chairs.disclosure.network import possible, protect_edges

pytestmark = pytest.mark.unit


def _map(*edges: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(list(edges), columns=["source", "target", "amount"])


TRIAGE = _map(("case_start", "triage", 200), ("triage", "ward", 196), ("triage", "icu", 4), ("icu", "ward", 4),
              ("ward", "case_end", 200))  # fmt: skip


def test_hiding_the_small_edges_alone_gives_them_back():
    hidden = (TRIAGE["amount"] < 11).to_numpy()

    assert possible(TRIAGE, hidden, [2, 3]) == {2: (4.0, 4.0), 3: (4.0, 4.0)}


def test_the_way_round_is_hidden_with_them():
    hidden = protect_edges(TRIAGE, (TRIAGE["amount"] < 11).to_numpy(), threshold=11, narrow=5)

    assert hidden.tolist() == [False, True, True, True, False]
    for low, high in possible(TRIAGE, hidden, [2, 3]).values():
        assert high - low + 1 >= 5


def test_a_loop_on_one_step_tells_nothing_and_needs_nothing():
    loop = _map(("case_start", "lab", 50), ("lab", "lab", 3), ("lab", "case_end", 50))

    assert protect_edges(loop, np.array([False, True, False]), threshold=11, narrow=5).tolist() == [False, True, False]


def test_a_map_without_small_edges_stays_whole():
    whole = _map(("case_start", "lab", 50), ("lab", "case_end", 50))

    assert not protect_edges(whole, np.zeros(2, dtype=bool), threshold=11, narrow=5).any()


def test_a_map_of_a_few_visits_is_hidden_as_a_whole():
    few = _map(("case_start", "a", 12), ("case_start", "b", 2), ("a", "case_end", 12), ("b", "case_end", 2))
    hidden = protect_edges(few, (few["amount"] < 11).to_numpy(), threshold=11, narrow=5)

    assert hidden.all()
