"""The what-if desk: exactly zero without a change, the same answers again, sliders that survive any browser."""

from __future__ import annotations

import datetime as dt
import math
import re
import threading
import time
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from chairs.core.errors import Text
from chairs.live import desk_page as page
from chairs.live.app import server
from chairs.live.desk import Answer, Desk, Setting
from chairs.live.sliders import levers, position, sliders
from chairs.twin.hospital.levers import Levers, scenario_of
from chairs.twin.hospital.outcomes import outcomes
from chairs.twin.running import Cancelled
from chairs.twin.simulate import simulate

pytestmark = pytest.mark.unit

AT = dt.datetime(2024, 1, 8, 7, tzinfo=ZoneInfo("Europe/Paris"))
LABELS = {"A": Text(fr="Médecine", en="Medicine"), "ED": Text(fr="Urgences", en="Emergency department")}


@pytest.fixture(scope="module")
def desk(small_hospital):
    return Desk(small_hospital, Setting(at=AT, days=14, replications=30, first_look=6, threads=1))


def test_no_change_is_exactly_zero(desk):
    for answers in (desk.ask(Levers()), desk.unchanged()):
        assert [(one.mean, one.low, one.high) for one in answers if math.isfinite(one.mean)] == [(0, 0, 0)] * 6


def test_more_beds_shorten_the_wait_and_the_answer_comes_again(desk):
    once, again = desk.ask(Levers(beds={"B": 3})), desk.ask(Levers(beds={"B": 3}))
    assert once == again
    boarding = {one.measure: one for one in once}["boarding_mean"]
    assert boarding.high < 0
    assert boarding.pairs == 30


def test_the_first_look_is_the_first_part_of_the_whole(desk):
    few, all_ = (desk.ask(Levers(beds={"B": 3}), n)[0] for n in (6, None))
    assert (few.pairs, all_.pairs) == (6, 30)
    assert few.mean < 0


def test_the_answer_is_that_of_the_ordinary_path_and_of_more_threads(desk, small_hospital):
    asked = Levers(beds={"B": 3}, emergency=1.1)
    plain = [
        simulate(small_hospital, start=AT, horizon=14 * 24 * small_hospital.hour, replications=30, seed=1,
                 state=desk.state, scenario=scenario).measures
        for scenario in (None, scenario_of(asked, small_hospital))
    ]  # fmt: skip
    today, then = (outcomes(measures) for measures in plain)
    desk.ask(asked, 6)
    for one in desk.ask(asked):
        known = np.isfinite(today[one.measure]) & np.isfinite(then[one.measure])
        assert one.pairs == known.sum()
        assert one.mean == float((then[one.measure] - today[one.measure])[known].mean())
    wide = Desk(small_hospital, Setting(at=AT, days=14, replications=30, first_look=6, threads=2))
    assert wide.ask(asked) == desk.ask(asked)


def test_a_later_question_takes_the_place_of_the_one_in_hand(desk):
    stopped: list[bool] = []

    def slow() -> None:
        try:
            Desk.ask(long, Levers(emergency=1.2))
        except Cancelled:
            stopped.append(True)

    long = Desk(desk.model, Setting(at=AT, days=28, replications=400, first_look=2, threads=1))
    worker = threading.Thread(target=slow)
    worker.start()
    time.sleep(0.15)
    assert long.ask(Levers(), 2)[0].mean == 0
    worker.join(30)
    assert stopped == [True]


def test_sliders_are_those_of_the_hospital_and_start_at_today(desk, small_hospital):
    these = sliders(small_hospital, LABELS, desk.state)
    assert {one.key for one in these} == {
        "emergency", "planned", "stay", "before_noon", "staff:ED nurse", "staff:ED doctor", "beds:A", "beds:B",
    }  # fmt: skip
    assert not {one.key: one.shown for one in these}["staff:ED nurse"]  # the log shows no queue there
    assert levers(these, [one.start for one in these]) == Levers()
    moved = [one.start + (3 if one.key == "beds:A" else 0) for one in these]
    assert levers(these, moved) == Levers(beds={"A": 3})


@pytest.mark.parametrize("sent", [None, "", "x", "nan", "inf", "1e9", "-1e9", "7"])
def test_whatever_a_browser_sends_is_inside_the_bounds(small_hospital, sent):
    for one in sliders(small_hospital, LABELS):
        assert one.least <= position(one, sent) <= one.most


def answer(mean, low, high, unit="h", today=2.0):
    return Answer(
        measure="boarding_mean", unit=unit, today=today, then=today + mean, mean=mean, low=low, high=high, pairs=24
    )


def test_the_sentence_is_computed():
    said = page.sentence([answer(-0.5, -0.7, -0.3)], "en", more=True)
    told = "(24 pairs of simulations, more pairs are being computed)"
    assert said == f"Wait for a bed: −0.50\u00a0h [−0.70, −0.30]. {told}"
    assert page.sentence([answer(-0.5, -0.7, 0.3)], "en", more=False).startswith("No measure changes detectably.")
    assert "nulles" in page.sentence([answer(0.0, 0.0, 0.0)], "fr", more=False)
    nothing = answer(math.nan, math.nan, math.nan)
    assert page.cells([nothing], "fr")[0][4].strip() == "n.d."
    assert "détectable" not in page.sentence([nothing], "fr", more=False)


def test_french_numbers_are_french():
    cells = page.cells([answer(-0.5, -0.7, -0.3)], "fr")[0]
    assert not any(re.search(r"\d\.\d|(?<![\w–-])-\d", cell) for cell in cells)


def test_a_measure_without_level_is_left_out_of_the_figure():
    drawn = page.figure([answer(1.0, 0.5, 1.5), answer(0.0, 0.0, 0.0, today=0.0)], "en")
    assert len(drawn.data[-1].x) == 1


def test_pages_in_both_languages_and_nothing_from_elsewhere(desk):
    client = server(desk, LABELS, [Text(fr="Supposé.", en="Assumed.")]).test_client()
    assert client.get("/").status_code == 302
    for lang, word in (("fr", "Supposé."), ("en", "Assumed.")):
        text = client.get(f"/{lang}/").get_data(as_text=True)
        assert f'<html lang="{lang}">' in text
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
        assert "14 " in client.get(f"/{lang}/_dash-layout").get_data(as_text=True)
        assert word in client.get(f"/{lang}/_dash-layout").get_json().__repr__()
