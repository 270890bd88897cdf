"""A hospital's log to a model with queues: what was planted in a small log is found again."""

from __future__ import annotations

import numpy as np
import pytest

from chairs.twin.durations import Duration
from chairs.twin.hospital import lengths
from chairs.twin.hospital.stations import busy, held_places, shifts, weekly_capacity
from chairs.twin.hospital.wanted import _maximise

pytestmark = pytest.mark.unit


def queue(capacity_of_hour, rng, days=140, rate=0.35, mean=14.0):
    """Return request, start and end (minutes from a Monday) of a first-come queue whose capacity has a roster."""
    asked = np.cumsum(rng.exponential(1 / rate, int(days * 1440 * rate)))
    asked = asked[asked < days * 1440]
    ends: list[float] = []
    start, end = np.empty(len(asked)), np.empty(len(asked))
    last = 0.0
    for i, t in enumerate(asked):
        now = max(t, last)
        while True:
            ends = [e for e in ends if e > now]
            open_now = capacity_of_hour(int(now // 60) % 168)
            if len(ends) < open_now:
                break
            now = min([*ends, (now // 60 + 1) * 60])
        start[i], last = now, now
        end[i] = now + rng.exponential(mean)
        ends.append(end[i])
    return asked, start, end


def test_the_roster_is_read_from_who_waits():
    def planted(hour):
        return 5 if 8 <= hour % 24 < 20 else 4

    asked, start, end = queue(planted, np.random.default_rng(3))
    waited = start > asked
    found = busy(start, end, (asked[waited], start[waited]))
    assert weekly_capacity(found, found.time / 60).tolist() == [planted(hour) for hour in range(168)]


def test_where_nobody_waits_the_capacity_is_not_identified():
    found = busy(np.array([0.0, 1.0]), np.array([5.0, 6.0]), (np.empty(0), np.empty(0)))
    assert (weekly_capacity(found, found.time / 60) == -1).all()
    assert held_places(found, found.waiting > 0) is None


def test_shifts_say_each_change_once():
    capacity = np.full(168, 2)
    capacity[8:20] = 3
    assert [(shift.at, shift.capacity) for shift in shifts(capacity)] == [(0.0, 2), (8.0, 3), (20.0, 2)]


def test_patience_is_found_behind_the_censoring():
    rng = np.random.default_rng(5)
    sigma2 = np.log1p(4.0)
    patience = np.exp(np.log(300) - sigma2 / 2 + sigma2**0.5 * rng.standard_normal(40_000))
    offered = rng.exponential(60, 40_000)
    found = lengths.patience(np.minimum(patience, offered), patience < offered)
    assert found.kind == "lognormal"
    # the bound is four standard errors of the estimate over redraws of this design (about 2.5 % of the mean)
    assert found.mean == pytest.approx(300, rel=0.1)


def test_patience_of_one_length_is_fixed_and_of_nobody_is_never():
    waited = np.concatenate([np.linspace(1, 500, 100), np.full(20, 600.0)])
    assert lengths.patience(waited, np.arange(120) >= 100) == Duration(kind="fixed", mean=600.0)
    assert lengths.patience(waited, np.zeros(120, dtype=bool)).kind == "never"


def test_a_ward_has_nights_and_a_clock_or_durations_when_it_never_sleeps():
    start = np.repeat(np.arange(70), 20) * 1440.0 + 600
    end = (np.floor(start / 1440) + 3) * 1440 + 840
    short = start + 700  # leaves at 21:40
    ward = np.repeat([0, 4], len(start))
    found = lengths.stays(ward, np.tile(start, 2), np.append(end, short), lengths.clock_of(end))
    assert sorted(found) == [0, 4]
    assert found[0].clock is not None
    assert found[0].duration.rows[0].average() == 3 * 1440.0
    assert (found[4].clock, found[4].held) == (None, None)
    assert found[4].duration.rows[0].average() == 700.0


def test_the_ward_wanted_is_the_one_that_was_full():
    full = np.zeros((200, 4), dtype=bool)
    full[:, 1] = True
    full[:30, 2] = True
    place = np.full(200, 3)
    room = np.zeros((200, 4), dtype=bool)
    room[:, 3] = True
    share, sent = _maximise(full, room, place, np.ones((200, 4)))
    assert share[:, 1].mean() > 0.95
    assert sent[1, 3] > 190
    assert not share[:, [0, 3]].any()


def test_who_would_have_been_sent_to_a_ward_with_room_did_not_want_that_sender():
    # Ward 0 sends to 2 whenever that has room, else to 3; ward 1 sends to 3 alone.
    place = np.repeat([2, 3, 3], [100, 20, 120])
    full = np.zeros((240, 4), dtype=bool)
    full[:, :2] = True
    full[:120, 1] = False  # only 0 was full: it sent them
    full[120:140, 0] = False  # only 1 was full
    room = np.zeros((240, 4), dtype=bool)
    room[:, 3] = True
    room[:100, 2] = room[120:, 2] = True  # both had room: 0 sent to 2
    share, _ = _maximise(full, room, place, np.ones((240, 4)))
    blind, _ = _maximise(full, np.ones_like(room), place, np.ones((240, 4)))
    assert share[140:, 1].mean() > 0.95
    assert blind[140:, 1].mean() < 0.9
