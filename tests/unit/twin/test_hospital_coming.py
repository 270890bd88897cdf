"""Lists of arrivals: who is admitted, who is sent home by level, and their seasons."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from chairs.twin.clock import read_clock
from chairs.twin.hospital.coming import lists
from chairs.twin.hospital.emergency import Emergency
from chairs.twin.hospital.reading import HospitalLog
from chairs.twin.hospital.wanted import Wanted
from chairs.twin.rosters import hourly_rates

pytestmark = pytest.mark.unit

FIRST, DAYS = 19_358, 731  # 2023 and 2024
CLASSES = tuple(f"URG {level} {fate}" for level in "125" for fate in ("admitted", "home"))


@pytest.fixture(scope="module")
def coming():
    """20 a day of level 1 sent home, 40 of level 2 of whom 60 % are admitted in January, 30 in July; 40 of level 5."""
    rng = np.random.default_rng(3)
    day = np.concatenate([np.repeat(np.arange(DAYS), rng.poisson(mean, DAYS)) for mean in (20, 40)])
    level = np.repeat([0, 1], [(np.diff(day) < 0).argmax() + 1, len(day) - (np.diff(day) < 0).argmax() - 1])
    day, level = np.append(day, rng.integers(0, DAYS, 40)), np.append(level, np.full(40, 2))
    january = (FIRST + day).astype("M8[D]").astype("M8[M]").astype(int) % 12 == 0
    share = 0.45 + 0.15 * np.cos(2 * np.pi * (day - 15) / 365.25)
    admitted = (level == 1) & (rng.random(len(day)) < share)
    minutes = 1440.0 * (FIRST + day) + rng.uniform(0, 1440, len(day))
    stays = pd.DataFrame({"order": [], "requested": [], "kind": [], "unit": []})
    log = HospitalLog(
        visits=pd.DataFrame({"arrival": minutes}), stays=stays, cancelled=stays, beds=np.empty((0, DAYS)), wards=(),
        first=FIRST, last=FIRST + DAYS - 1, timezone="UTC",
    )  # fmt: skip
    code = 2 * level + ~admitted
    emergency = Emergency((), (), np.array(CLASSES)[code], code, CLASSES, ())
    wanted = Wanted(ward=np.empty(0), diverted=np.empty(0), elsewhere=(), patience=None)
    return {one.name: one for one in lists(log, emergency, wanted, ())}, code, january


def test_those_sent_home_have_a_list_by_level_and_rare_levels_one_together(coming):
    found, code, _ = coming
    assert set(found) == {"URG admitted", "URG 1 home", "URG 2 home", "URG home"}
    assert found["URG home"].classes == {"URG 5 home": 1.0}
    assert {one.level_group for one in found.values()} == {"URG"}
    assert (code == CLASSES.index("URG 5 home")).sum() < 730


def test_when_more_are_admitted_fewer_of_their_level_go_home(coming):
    found, code, january = coming
    clock = read_clock(dt.datetime(2024, 1, 1, tzinfo=dt.UTC), 31 * 24, "UTC")
    due = {name: hourly_rates(one, clock)[: 31 * 24].sum() / 31 for name, one in found.items()}
    for name, planted in (("URG 1 home", 20.0), ("URG 2 home", 16.0), ("URG admitted", 24.0)):
        seen = (january & (code == CLASSES.index(name.replace("URG a", "URG 2 a")))).sum() / 62
        assert abs(seen - planted) < 4 * (planted / 62) ** 0.5
        assert due[name] == pytest.approx(planted, rel=0.06)
