"""Two things that calibrated models ask of the engine: stays that end by the clock, and draws spread evenly."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from chairs.core.errors import SettingError
from chairs.twin.compiling import compile_model
from chairs.twin.durations import Duration, Durations, always
from chairs.twin.engine import layout as code
from chairs.twin.lines import read_lines
from chairs.twin.memory import new_memory
from chairs.twin.running import key_of, run_to_end
from chairs.twin.simulate import simulate
from chairs.twin.steps import Delay, Leave, Route, Window

from .conftest import booked, hospital

pytestmark = pytest.mark.unit

DAY = 1440.0


def test_a_stay_lands_on_the_day_and_hour_that_the_model_says() -> None:
    friday_three = Durations(by="weekday", rows=tuple(_days(3 if day == 4 else 1) for day in range(7)))
    steps = (
        Delay(name="wait", duration=friday_three, lands=Duration(kind="fixed", mean=510.0), activity="wait"),
        Leave(name="out"),
    )
    start = dt.datetime(2024, 3, 28, 13, 0, tzinfo=dt.UTC)  # a Thursday; clocks change on the Sunday
    model = hospital([booked(0.0, 1440.0, 2880.0, to="wait")], [], steps, timezone="Europe/Paris")
    events = simulate(model, horizon=10 * DAY, start=start).events
    ends = events[events["activity"] == "wait"]["end"].dt.tz_convert("Europe/Paris")
    assert ends.dt.strftime("%a %H:%M").tolist() == ["Fri 08:30", "Mon 08:30", "Sun 08:30"]


def _days(days: int) -> Duration:
    return Duration(kind="fixed", mean=days * DAY)


def test_a_window_and_a_landing_do_not_go_together() -> None:
    step = Delay(name="wait", duration=always(_days(1)), lands=_days(0.3), window=Window(opens=8, closes=9))
    with pytest.raises(SettingError, match="window and lands"):
        simulate(hospital([booked(0.0, to="wait")], [], (step, Leave(name="out"))), horizon=DAY)


def played(even: bool, patients: int, replication: int) -> tuple[np.ndarray, np.ndarray]:
    steps = (
        Delay(name="stay", duration=always(Duration(kind="uniform", least=0.0, most=1.0)), activity="stay"),
        Route(name="split", to=("left", "right"), probabilities=((0.3, 0.7),)),
        Leave(name="left"),
        Leave(name="right"),
    )
    model = hospital([booked(*np.arange(float(patients)), to="stay")], [], steps)
    program = compile_model(model, horizon=patients + 2.0)
    memory = new_memory(program, key=key_of(3, replication), warm_up=0.0, log=True, every=None)
    memory.n[code.W_EVEN] = int(even)
    lines = read_lines(run_to_end(memory, lambda: False), program)
    left = lines["row"][lines["kind"] == code.LOG_LEAVE] == 2
    stay = lines["kind"] == code.LOG_DELAY
    order = np.argsort(lines["start"][stay])
    return left, (lines["end"] - lines["start"])[stay][order]


def test_even_draws_fill_each_sixteenth_and_stay_unbiased() -> None:
    left, stays = played(True, 16 * 20, 0)
    for block in stays.reshape(20, 16):
        assert sorted(np.floor(block * 16).astype(int)) == list(range(16))
    assert abs(left.sum() - 0.3 * 320) <= 20, "at most one a block off"
    first = np.array([played(True, 1, replication)[1][0] for replication in range(400)])
    assert abs(first.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 400), "one patient alone is as random as ever"


def test_even_draws_leave_much_less_noise() -> None:
    spread = [np.std([played(even, 64, replication)[0].sum() for replication in range(60)]) for even in (False, True)]
    assert spread[1] < 0.5 * spread[0]
