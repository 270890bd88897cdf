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
from chairs.twin.steps import Delay, Held, Leave, Route, Window

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


def test_who_is_held_leaves_on_the_next_day_that_is_not_of_rest() -> None:
    steps = (
        Delay(name="wait", duration=always(_days(1)), lands=_days(0.5), activity="wait",
              held=Held(shares={"saturday sunday holiday": 0.3, "sunday": 0.2})),
        Leave(name="out"),
    )  # fmt: skip
    good_friday = dt.datetime(2024, 3, 29, 9, 0, tzinfo=dt.UTC)  # clocks change on the Sunday, Monday is a holiday
    times = np.concatenate([np.linspace(10, 20, 500), 2 * DAY + np.linspace(10, 20, 500)])
    model = hospital([booked(*times, to="wait")], [], steps, timezone="Europe/Paris")
    events = simulate(model, horizon=10 * DAY, start=good_friday, seed=3).events
    events = events[events["activity"] == "wait"]
    left = events["end"].dt.tz_convert("Europe/Paris")
    assert set(left.dt.strftime("%H:%M")) == {"12:00"}
    day, came = left.dt.strftime("%a").to_numpy(), events["start"].dt.tz_convert("Europe/Paris").dt.strftime("%a")
    for begun, shares in {"Fri": {"Sat": 0.7, "Tue": 0.3}, "Sun": {"Mon": 0.7, "Tue": 0.3}}.items():
        seen = {name: float((day[came == begun] == name).mean()) for name in set(day[came == begun])}
        assert set(seen) == set(shares)
        assert all(abs(seen[name] - share) < 4 * (0.21 / 500) ** 0.5 for name, share in shares.items())


def test_without_dates_the_week_begins_on_monday_and_has_no_holidays() -> None:
    held = Held(shares={"sunday holiday": 1.0})
    steps = (Delay(name="wait", duration=always(_days(1)), lands=_days(0.5), activity="wait", held=held),
             Leave(name="out"))  # fmt: skip
    model = hospital([booked(*(600.0 + DAY * np.arange(7)), to="wait")], [], steps)
    memory = new_memory(program := compile_model(model, horizon=14 * DAY), key=key_of(1, 0), warm_up=0.0, log=True,
                        every=None)  # fmt: skip
    lines = read_lines(run_to_end(memory, lambda: False), program)
    ends = np.sort(lines["end"][lines["kind"] == code.LOG_DELAY]) / DAY
    assert ends.tolist() == [1.5, 2.5, 3.5, 4.5, 5.5, 7.5, 7.5]


def test_held_needs_a_landing_and_known_days() -> None:
    for held, lands, said in (
        (Held(shares={"sunday": 0.5}), None, "held needs lands"),
        (Held(shares={"easter": 0.5}), _days(0.5), "easter"),
        (Held(shares={"sunday": 0.7, "saturday": 0.4}), _days(0.5), "exceed 1"),
    ):
        step = Delay(name="wait", duration=always(_days(1)), lands=lands, held=held)
        with pytest.raises(SettingError, match=said):
            simulate(hospital([booked(0.0, to="wait")], [], (step, Leave(name="out"))), horizon=DAY)


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
