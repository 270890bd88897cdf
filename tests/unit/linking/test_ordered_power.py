"""Effects on ordered classes that are called detectable are found four times in five, or none is called so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import Text
from chairs.core.streams import stream
from chairs.linking.answerable import NO_CLASSES, Power, answerable
from chairs.linking.cells import Sources, cells
from chairs.linking.ordered import design
from chairs.linking.ordered_power import smallest_found
from chairs.linking.protocol import Protocol
from chairs.stats.ordered_clusters import ordered_clusters

pytestmark = pytest.mark.unit
PROTOCOL = Protocol(
    name="p", study="s", question=Text(fr="?", en="?"), estimand="between", model="ordinal", exposures=("x",),
    outcomes=("i/d",), lag=0, floor=1, future_exposure=False,
)  # fmt: skip


def hospitals(sites: int, years: int, number: int = 1) -> Sources:
    """Exposures and a covariate that goes with them; everybody has one and the same score."""
    draw = stream(51, "power", sites, years, number)
    names, trait = [f"H{i:04d}" for i in range(sites)], draw.standard_normal(sites)
    flat = {"establishment": np.repeat(names, years), "unit": "all"}
    flat |= {"period": np.tile([str(2020 + k) for k in range(years)], sites)}
    x = np.repeat(trait, years)
    both = {"x": x, "c": 0.7 * x + 0.5 * draw.standard_normal(len(x))}
    indicators = pd.concat([pd.DataFrame({**flat, "code": code, "value": v}) for code, v in both.items()])
    scores = pd.DataFrame({**flat, "instrument": "i", "dimension": "d", "score": 3.0, "n": 300.0})
    known = pd.DataFrame({"establishment": names, "kind": "hospital"})
    return Sources.of(indicators.assign(status="ok").reset_index(drop=True), scores, known)


def power(sources: Sources, protocol: Protocol) -> Power:
    return answerable(sources.indicators, sources.establishments, protocol, sources.scores)[0]


def found(sources: Sources, protocol: Protocol, effect: float, redraws: int) -> int:
    """Count the redraws in which the declared fit finds the effect on one class an establishment, the same each year.

    Its thresholds fill the classes equally where there is no link: drawn here without a line of the code judged.
    """
    table = cells(sources, protocol, "x", "i/d").sort_values(["establishment", "year"], ignore_index=True)
    names, x = design(table)
    cluster, hits = table["establishment"].to_numpy(dtype=str), 0
    site, classes = table["establishment"].factorize()[0], int(protocol.assumed["classes"])
    mean = table.groupby("establishment")["exposure"].mean().to_numpy()
    cuts = [np.log(k / (classes - k)) for k in range(1, classes)]
    draw = stream(52, "found", len(mean), classes)
    for _ in range(redraws):
        stars = np.digitize(effect * (mean - mean.mean()) + draw.logistic(size=len(mean)), cuts)[site]
        p = ordered_clusters(stars.astype(float), x, names, cluster).estimates[-1].p
        hits += p is not None and p < 0.05
    return hits


def asked(classes: int, held: bool) -> Protocol:
    return replace(PROTOCOL, assumed={"classes": float(classes)}, covariates=("c",) if held else ())


@pytest.mark.parametrize(("sites", "years", "classes", "held", "redraws"), [
    (25, 1, 5, False, 120),
    *(pytest.param(*one, 500, marks=pytest.mark.nightly) for one in [
        (20, 2, 3, False), (20, 1, 9, False), (25, 1, 5, False), (25, 2, 5, True), (40, 1, 9, False), (40, 3, 5, True),
        (60, 2, 3, True), (100, 1, 5, False), (100, 2, 9, True), (150, 1, 5, False), (150, 2, 3, True),
    ]),
])  # fmt: skip
def test_what_is_promised_is_found_four_times_in_five(
    sites: int, years: int, classes: int, held: bool, redraws: int
) -> None:
    """Between 72 and 88 %; with few redraws, as far from it as chance allows once in 1,000."""
    from scipy.stats import binom

    sources, protocol = hospitals(sites, years), asked(classes, held)
    said = power(sources, protocol)
    if said.detectable is None:  # said of few establishments only: its 480 draws know 80 % to three errors of 1.8 %
        assert sites <= 20
        assert max(found(sources, protocol, effect, redraws) for effect in (1.0, 1.5, 2.0, 3.0, 4.0)) <= 0.855 * redraws
        return
    hits = found(sources, protocol, said.detectable, redraws)
    low, high = (0.72, 0.88) if redraws >= 500 else (0.8, 0.8)
    assert binom.ppf(0.0005 if redraws < 500 else 0.5, redraws, low) <= hits
    assert hits <= binom.ppf(0.9995 if redraws < 500 else 0.5, redraws, high)


def test_with_few_hospitals_no_effect_is_promised_at_all() -> None:
    """15 hospitals: the test is weaker again for effects beyond a certain size, and never reaches four in five."""
    sources, protocol = hospitals(15, 1), asked(5, False)
    said = power(sources, protocol)
    assert (said.reason, said.detectable, said.detectable_in_family) == (NO_CLASSES, None, None)
    assert "aucun effet, si grand soit-il" in said.say(1.0, "fr")
    assert max(found(sources, protocol, effect, 60) for effect in (2.0, 4.0)) < 48


def test_in_a_large_family_an_effect_may_be_found_alone_only() -> None:
    table = cells(hospitals(25, 1), asked(5, False), "x", "i/d")
    alone, family = smallest_found(table, 5, (0.05, 0.05 / 60), stream(53, "family"), 80)
    assert alone is not None
    assert family is None
    assert (alone, family) == smallest_found(table, 5, (0.05, 0.05 / 60), stream(53, "family"), 80), "drawn by name"
    said = Power(exposure="x", outcome="i/d", establishments=25, rows=25, detectable=alone, classes=True)
    assert "aucun, si grand soit-il, dans la famille ; un effet de 9" in said.say(9.0, "fr")
    assert "none, however large, in the family; an effect of 9" in said.say(9.0, "en")
