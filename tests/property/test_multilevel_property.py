"""Multilevel fits: any partition of the answers, any order, any unit, the same result."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.core.streams import stream
from chairs.stats.cross_products import merged
from chairs.stats.one_way import one_way
from chairs.stats.panel import fixed_effects
from chairs.stats.streaming import Design, cross_products

pytestmark = pytest.mark.property

DESIGN = Design(outcome="score", cluster="site", covariates=("age",), factors=("wave",))


def drawn(seed: int, sites: int) -> pd.DataFrame:
    """Draw unbalanced answers in two waves."""
    random = stream(seed, "multilevel property")
    site = np.concatenate([np.arange(sites), np.arange(sites), random.integers(0, sites, 4 * sites)])
    wave = np.arange(len(site)) % 2
    age = random.normal(50, 10, len(site))
    score = 0.2 * age + wave + random.normal(0, 2, sites)[site] + random.normal(0, 3, len(site))
    return pd.DataFrame({"site": site.astype(str), "wave": wave, "age": age, "score": score})


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), sites=st.integers(3, 12), parts=st.integers(2, 4))
def test_partition_order_and_units_do_not_matter(seed: int, sites: int, parts: int) -> None:
    data = drawn(seed, sites)
    whole = cross_products(data, DESIGN)
    fit = one_way(whole)
    shuffled = data.sample(frac=1, random_state=seed)
    halves = [d for k in range(parts) if (d := shuffled.iloc[k::parts])["wave"].nunique() == 2]
    if sum(map(len, halves)) == len(data):
        again = one_way(merged([cross_products(d, DESIGN) for d in halves]))
        assert again.coefficient("age").estimate == pytest.approx(fit.coefficient("age").estimate, rel=1e-7)
        assert again.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-9)
    tenfold = one_way(cross_products(data.assign(score=10 * data["score"], age=data["age"] / 2 + 7), DESIGN))
    for part in ("estimate", "se"):
        known = 20 * getattr(fit.coefficient("age"), part)
        assert getattr(tenfold.coefficient("age"), part) == pytest.approx(known, rel=1e-6)
    assert tenfold.variances[0].value == pytest.approx(100 * fit.variances[0].value, rel=1e-5, abs=1e-6)
    assert tenfold.coefficient("age").p == pytest.approx(fit.coefficient("age").p, rel=1e-4, abs=1e-12)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), sites=st.integers(3, 12))
def test_what_is_added_to_a_whole_site_changes_nothing_within(seed: int, sites: int) -> None:
    data = drawn(seed, sites)
    lift = data["site"].astype(int) * 13.0
    before, after = (
        fixed_effects(cross_products(d, DESIGN))
        for d in (data, data.assign(score=data["score"] + lift, age=data["age"] + lift))
    )
    for part in ("estimate", "se", "df"):
        known = getattr(before.coefficient("age"), part)
        assert getattr(after.coefficient("age"), part) == pytest.approx(known, rel=1e-6)
