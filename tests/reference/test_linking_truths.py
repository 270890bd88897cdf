"""The declared estimate on redraws of the demonstration territory: its 95 % interval holds the planted effect.

Each redraw makes new hospitals, indicators, respondents and non-response; the first 8, 15, 30, 60 or 150 hospitals are
the study. `make studies` runs 1,000 redraws; the ordinary tests 100 at two sizes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from chairs.demo import quantities, surveys
from chairs.demo.experience import expected_scores
from chairs.demo.neighbours import draw_levels, make_sites
from chairs.demo.plan import make_plan
from chairs.demo.planted import read_planted
from chairs.demo.staff import make_staff
from chairs.linking.ladder import FEWEST, primary

pytestmark = pytest.mark.reference

PLANTED = read_planted()
DIMENSION = "pec_inf"
QUESTIONS = PLANTED.instruments[surveys.PATIENTS]
ONE = replace(
    PLANTED,
    instruments={surveys.PATIENTS: replace(QUESTIONS, dimensions={DIMENSION: QUESTIONS.dimensions[DIMENSION]})},
)
EXPOSURES = ("absenteeism", "care_fte_per_bed")
NULL = "turnover"  # its planted effect is on another dimension
ITEMS = QUESTIONS.dimensions[DIMENSION].items


@cache
def truth(exposure: str) -> float:
    """Return the planted effect of one establishment's change, in points per unit of the indicator."""
    found = [e for e in PLANTED.effects if (e.exposure, e.dimension) == (exposure, DIMENSION)]
    return found[0].within if found else 0.0


def redraw(seed: int) -> pd.DataFrame:
    """Return one row an establishment and year: score of its respondents, number of them, indicators."""
    plan = make_plan(seed=seed, size=1.0, changes=None)
    sites, staff = make_sites(plan), make_staff(plan)
    levels = quantities.levels_of(
        quantities.hospital_quantities(plan, sites, draw_levels(plan, PLANTED, sites, "hospital"))
    )
    expected = expected_scores(plan, PLANTED, surveys.PATIENTS, sites, levels)[[DIMENSION]]
    answers = surveys.site_answers(plan, ONE, surveys.PATIENTS, expected, staff)
    codes = answers[list(ITEMS)].apply(pd.to_numeric, errors="coerce").where(lambda code: code <= 5)
    person = 25 * (codes.mean(axis=1) - 1)
    keys = [answers["establishment"], answers["period"].astype(str)]
    cells = pd.DataFrame({"outcome": person.groupby(keys).mean(), "n": person.groupby(keys).count()})
    levels = levels.rename(index=str, level="period")
    return cells.join(levels).rename_axis(["establishment", "year"]).reset_index()


def intervals(seeds: range, sizes: tuple[int, ...]) -> pd.DataFrame:
    """Return for each redraw, size and exposure whether the truth is inside, and whether zero is outside."""
    rows = []
    for seed in seeds:
        table = redraw(seed)
        names = sorted(set(table["establishment"]))
        for size in sizes:
            some = table[table["establishment"].isin(names[:size])]
            for exposure in (*EXPOSURES, NULL):
                pair = some[["establishment", "year", "outcome", "n", exposure]].rename(columns={exposure: "exposure"})
                found = primary(pair.reset_index(drop=True), "within")
                inside = found.low is not None and found.low <= truth(exposure) <= found.high
                out = found.low is not None and not found.low <= 0 <= found.high
                rows.append((size, exposure, inside, out, found.estimate))
    return pd.DataFrame(rows, columns=["size", "exposure", "inside", "nonzero", "estimate"])


def test_the_interval_holds_the_planted_effect_in_100_redraws() -> None:
    found = intervals(range(100), (FEWEST, 60))
    covered = found.groupby(["size", "exposure"])["inside"].sum()
    assert (covered >= 87).all(), covered.to_dict()


@pytest.mark.nightly
def test_the_interval_holds_the_planted_effect_in_1000_redraws() -> None:
    found = intervals(range(1_000), (8, 15, 30, 60, 150))
    covered = found.groupby(["size", "exposure"])["inside"].sum()
    assert covered.between(926, 971).all(), covered.to_dict()
    null = found[found["exposure"] == NULL].groupby("size")["nonzero"].mean()
    assert null.between(0.035, 0.065).all(), null.to_dict()
    mean = found[found["size"] == 150].groupby("exposure")["estimate"].mean()
    for exposure in EXPOSURES:
        assert mean[exposure] == pytest.approx(truth(exposure), rel=0.05)


if __name__ == "__main__":  # prints the table: python tests/reference/test_linking_truths.py 300
    import sys

    made = intervals(range(int(sys.argv[1])), (8, 15, 30, 60, 150))
    print(made.groupby(["size", "exposure"])[["inside", "nonzero", "estimate"]].mean().round(4))  # noqa: T201
    print(np.round([truth(exposure) for exposure in EXPOSURES], 3))  # noqa: T201
