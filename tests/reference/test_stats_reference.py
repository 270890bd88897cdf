"""Statistics against numbers from outside that no reference set holds: R's statpsych and sensemakr."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chairs.stats.rank import spearman
from chairs.stats.sensitivity import sensitivity

pytestmark = pytest.mark.reference
DATA = Path(__file__).parent / "data"


def test_the_interval_of_bonett_and_wright():
    # example of ci.spear in the manual of the R package statpsych (D. G. Bonett)
    y = pd.Series([21, 4, 9, 12, 35, 18, 10, 22, 24, 1, 6, 8, 13, 16, 19])
    x = pd.Series([67, 28, 30, 28, 52, 40, 25, 37, 44, 10, 14, 20, 28, 40, 51])
    result = spearman(x, y)
    assert result.estimate == pytest.approx(0.8699639, abs=1e-7)
    assert result.low == pytest.approx(0.5840951, abs=1e-7)
    assert result.high == pytest.approx(0.9638297, abs=1e-7)


def test_the_darfur_benchmarks():
    # table "Bounds on omitted variable bias" of the vignette of the R package sensemakr (Cinelli, Ferwerda, Hazlett)
    survey = pd.read_csv(DATA / "sensitivity_unobserved_confounding__darfur.csv")
    villages = pd.get_dummies(survey.pop("village"), prefix="village", dtype=float)
    observed = ["age", "farmer_dar", "herder_dar", "pastvoted", "hhsize_darfur", "female"]
    found = sensitivity(
        survey.join(villages), "peacefactor", "directlyharmed", [*observed, *villages.columns], ["female"]
    )
    expected = [
        (0.0092, 0.1246, 0.0752, 0.0219, 3.44, 0.0323, 0.1182),
        (0.0183, 0.2493, 0.0529, 0.0204, 2.60, 0.0130, 0.0929),
        (0.0275, 0.3741, 0.0304, 0.0187, 1.63, -0.0063, 0.0670),
    ]
    for bound, row in zip(found.bounds, expected, strict=True):
        one = bound.adjusted
        values = (bound.r2_exposure, bound.r2_outcome, one.estimate, one.se, one.estimate / one.se, one.low, one.high)
        assert values[:4] + values[5:] == pytest.approx(row[:4] + row[5:], abs=5.1e-5)
        assert values[4] == pytest.approx(row[4], abs=5.1e-3)
