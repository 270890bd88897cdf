"""The distances of a backtest are those of log-distance-measures, to the last digits, and their values are pinned."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from log_distance_measures import (
    absolute_event_distribution,
    case_arrival_distribution,
    circadian_event_distribution,
    circadian_workforce_distribution,
    cycle_time_distribution,
    n_gram_distribution,
    relative_event_distribution,
)
from log_distance_measures.config import AbsoluteTimestampType, EventLogIDs

from chairs.twin.backtest.distances import DISTANCES, distances
from chairs.twin.backtest.traces import HOUR, Traces

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore:The inplace keyword"),  # the library's own, which asks for an older pandas
]

IDS = EventLogIDs(case="case", activity="activity", start_time="start", end_time="end", resource="resource")


def invented(seed: int, *, lasting: bool, cases: int = 25) -> Traces:
    """Cases of one to six steps over a month, some at the same moment, some at the hour exactly."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 7, size=cases)
    case = np.repeat(np.arange(cases), sizes)
    began = rng.integers(0, 30 * 24, size=cases) * HOUR + 1_700_000_000_000_000
    gaps = rng.choice([0, HOUR // 7, 3 * HOUR, 26 * HOUR], size=len(case))
    since = np.cumsum(gaps) - np.repeat(np.cumsum(gaps)[np.cumsum(sizes) - sizes], sizes)
    start = np.repeat(began, sizes) + since
    end = start + (rng.integers(0, 5 * HOUR, size=len(case)) if lasting else 0)
    order = np.lexsort((end, start, case))
    codes = rng.integers(1, 5, size=len(case)), rng.integers(0, 4, size=len(case))
    return Traces(case, codes[0], start[order], end[order], codes[1])


def frame(traces: Traces) -> pd.DataFrame:
    moments = {name: pd.to_datetime(getattr(traces, name).astype("M8[us]"), utc=True) for name in ("start", "end")}
    return pd.DataFrame({"case": traces.case, "activity": traces.activity, "resource": traces.resource, **moments})


def by_library(one: Traces, two: Traces, lasting: bool) -> dict[str, float]:
    a, b = frame(one), frame(two)
    pair = (a, IDS, b, IDS)
    kind = AbsoluteTimestampType.BOTH if lasting else AbsoluteTimestampType.END
    return {
        "ngd2": n_gram_distribution.n_gram_distribution_distance(*pair, n=2),
        "ngd3": n_gram_distribution.n_gram_distribution_distance(*pair, n=3),
        "aed": absolute_event_distribution.absolute_event_distribution_distance(*pair, discretize_type=kind),
        "ced": circadian_event_distribution.circadian_event_distribution_distance(*pair, discretize_type=kind),
        "red": relative_event_distribution.relative_event_distribution_distance(*pair, discretize_type=kind),
        "car": case_arrival_distribution.case_arrival_distribution_distance(*pair),
        "cwd": circadian_workforce_distribution.circadian_workforce_distribution_distance(*pair),
        "ctd": cycle_time_distribution.cycle_time_distribution_distance(*pair, bin_size=dt.timedelta(hours=1)),
    }


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_distances_are_those_of_the_library(seed: int, lasting: bool) -> None:
    one, two = invented(seed, lasting=lasting), invented(seed + 100, lasting=lasting, cases=18)
    expected, found = by_library(one, two, lasting), distances(one, two)
    assert set(found) == set(expected) == set(DISTANCES)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-12, abs=1e-12), name


def test_the_values_on_a_small_log_stay_what_they_are() -> None:
    found = by_library(invented(1, lasting=True), invented(101, lasting=True, cases=18), True)
    assert {name: round(float(value), 6) for name, value in found.items()} == {
        "ngd2": 0.343284,
        "ngd3": 0.47541,
        "aed": 73.017292,
        "ced": 6.38585,
        "red": 7.904644,
        "car": 80.346667,
        "cwd": 6.220381,
        "ctd": 8.54,
    }
