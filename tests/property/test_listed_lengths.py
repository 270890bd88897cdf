"""A length drawn from a list by its guide is the one found by going through the whole list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.twin.clock import read_clock
from chairs.twin.draft import Draft
from chairs.twin.durations import Duration, Durations
from chairs.twin.engine import layout as code
from chairs.twin.engine.cells import cells
from chairs.twin.engine.jit import fingerprint, whole
from chairs.twin.engine.quantile import duration
from chairs.twin.model import Model

pytestmark = pytest.mark.property

shares = st.one_of(st.just(0.0), st.just(1.0), st.floats(1e-12, 1e3))
lists = st.lists(st.tuples(st.floats(0, 1e6), shares), min_size=1, max_size=120).filter(
    lambda pairs: sum(share for _, share in pairs) > 0
)


def draft() -> Draft:
    nothing = Model(name="lists", classes=("a",), arrivals=(), resources=(), steps=())
    return Draft(model=nothing, clock=read_clock(None, 1.0, "UTC"), horizon=1.0)


def entry(files):
    @whole
    def lengths(wholes, reals, which, asked, found):
        n, x = cells(wholes), cells(reals)
        for place in range(len(asked)):
            found[place] = duration(n, x, which, asked[place])
        return files

    return lengths


LENGTHS = entry(fingerprint())


def drawn(listed: tuple[Duration, ...], which: int, asked: np.ndarray) -> np.ndarray:
    written = draft()
    place = written.table(Durations(by="class", rows=listed))
    reals = np.concatenate([np.zeros(code.HEADER_X), *written.floats, np.zeros(2 * len(written.durations))])
    wholes = np.zeros(code.HEADER + code.D_WIDE * len(written.durations), dtype=np.int64)
    wholes[code.AT_DURATIONS], wholes[code.AT_DURATIONS_X] = code.HEADER, len(reals) - 2 * len(written.durations)
    wholes[code.HEADER :] = np.array([line[:3] for line in written.durations]).ravel()
    reals[wholes[code.AT_DURATIONS_X] :] = np.array([line[3:] for line in written.durations]).ravel()
    found = np.zeros(len(asked))
    LENGTHS(wholes, reals, place + which, asked, found)
    return found


@settings(deadline=None)
@given(lists, st.lists(st.floats(1e-300, 1.0), max_size=20), st.booleans())
def test_a_listed_length_is_the_first_whose_shares_exceed_what_was_drawn(pairs, asked, weighted):
    values = tuple(value for value, _ in pairs)
    weights = np.array([share for _, share in pairs]) / sum(share for _, share in pairs) if weighted else ()
    one = Duration(kind="empirical", values=values, weights=tuple(weights))
    order = np.argsort(values, kind="stable")
    summed = np.cumsum((np.array(weights) if weighted else np.full(len(values), 1 / len(values)))[order])
    levels = np.clip([*asked, *(1 - summed), *np.nextafter(1 - summed, 0), *np.nextafter(1 - summed, 1)], 1e-300, 1.0)
    places = [next((k for k, total in enumerate(summed) if total > 1 - s), len(values) - 1) for s in levels]
    assert drawn((one, one), 1, levels).tolist() == np.array(values)[order][places].tolist()


def test_a_list_that_comes_again_is_written_once():
    written = draft()
    one, other = (Duration(kind="empirical", values=values) for values in ((1.0, 2.0), (1.0, 3.0)))
    written.table(Durations(by="class", rows=(one, other, one)))
    written.table(Durations(rows=(Duration(kind="empirical", values=(1.0, 2.0)),)))
    assert written.floats_n == 2 * 3 * 2
    assert [line[1] for line in written.durations] == [code.HEADER_X + 6 * k for k in (0, 1, 0, 0)]
