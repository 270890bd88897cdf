"""What a hospital's log says of each patient of a week, step by step; what it bounds, drawn within its bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.bounded import Bound, Bounds, bounded
from chairs.twin.given import NO_CLOCK, Given, Own, joined, own
from chairs.twin.hospital.reading import DAY
from chairs.twin.hospital.wards import PLANNED
from chairs.twin.steps import Delay, Patience, Route

if TYPE_CHECKING:
    from chairs.twin.hospital.week import Week

ONWARD, FROM_HOME, FROM_EMERGENCY = "transfer move ", f"move {PLANNED}", "move "
WAYS = (ONWARD, FROM_HOME, FROM_EMERGENCY)  # beginnings of the names of the moves
FOR_EVER = 60 * DAY  # of a stay that the log does not see end


def known(week: Week) -> Given:
    """Return what is known for certain: lengths of care, ways taken, ward wanted, stays, moves to a free bed.

    Notes
    -----
    By step of the model, one value a patient, in minutes or as a place among the ways on; a stay as nights and hour of
    its end on the local clock, so that it can begin sooner and still end as it did. Nothing is said of a step that the
    log does not date, or that ended before the week: the engine draws it. Played again, the log of a run of the model
    itself gives its own units in use and waits back (`tests/pipelines/test_replay_hospital.py`).
    """
    return joined([_emergency(week), _ways(week), _stays(week)])


def _after(week: Week, told: np.ndarray, until: np.ndarray) -> np.ndarray:
    """Return values of steps that end after the start of the week (the others lie behind the patient), else NaN."""
    return np.where((until > 0) & (week.numbers >= 0), told, np.nan)


def _emergency(week: Week) -> Given:
    at = week.visit
    imaged = np.isfinite(at("imaging_start"))
    ready = np.where(imaged, at("imaging_end"), at("first_doctor_end"))
    way = np.where(imaged, 0.0, np.where(np.isfinite(at("decision_start")), 1.0, np.nan))
    left = at("left_without_being_seen_end")
    lengths = {
        "triaged": (at("triage_end") - at("triage_start"), at("triage_start")),
        "examined": (at("first_doctor_end") - at("first_doctor_start"), at("first_doctor_start")),
        "imaged": (at("imaging_end") - at("imaging_start"), at("imaging_start")),
        "results": (at("decision_start") - ready, ready),
        "leaving": (at("departure_end") - at("decision_start"), at("decision_start")),
        "imaging?": (way, at("first_doctor_end")),
    }
    found: dict[str, Own] = {}
    for unit in sorted(set(week.unit) - {""}):
        for name, (values, begins) in lengths.items():
            mine = (week.unit == unit) & (week.numbers >= 0) & (begins >= 0)
            found[f"{unit} {name}"] = own(week.numbers[mine], values[mine], line=_lines(week, mine))
        mine = (week.unit == unit) & (week.numbers >= 0) & (left > 0)
        found[f"{unit} patience"] = own(week.numbers[mine], (left - at("triage_end"))[mine], line=_lines(week, mine))
    return found


def _lines(week: Week, mine: np.ndarray) -> np.ndarray:
    places = {name: place for place, name in enumerate(week.found.model.classes)}
    return np.array([places.get(name, 0) for name in week.classes[mine]], dtype=np.int64)


def _ways(week: Week) -> Given:
    """Return the ward wanted on admission, and the next ward after a stay."""
    found: dict[str, Own] = {}
    wards = week.found.learnt.log.wards
    wanted, after = week.ward(), week.ward("second")
    lies = (week.cases["first"] >= 0) & (week.numbers >= 0)
    for name, step in week.steps.items():
        if not isinstance(step, Route):
            continue
        if name.endswith(" admitted"):
            mine = lies & (week.unit == name.removesuffix(" admitted")) & (week.visit("decision_start") >= 0)
            places = {f"ask {ward}": step.to.index(f"ask {ward}") for ward in wards if f"ask {ward}" in step.to}
            asked = np.array([places.get(f"ask {wards[ward]}", np.nan) for ward in wanted[mine]], dtype=float)
            found[name] = own(week.numbers[mine], asked, line=_lines(week, mine))
        elif name.startswith("after "):
            mine = lies & (week.stay("end") > 0)
            names = [f"transfer {wards[ward]}" if ward >= 0 else "" for ward in after[mine]]
            to = [step.to.index(one) if one in step.to else len(step.to) - 1 for one in names]
            found[name] = own(week.numbers[mine], np.array(to, dtype=float), line=_lines(week, mine))
    return found


def _stays(week: Week) -> Given:
    """Return the stays, the same in whichever ward the patient comes to lie, and the moves to a bed that was free."""
    found: dict[str, Own] = {}
    log, second = week.found.learnt.log, week.ward("second")
    legs = [_leg(week, which) for which in ("first", "second")]
    moves = {False: week.moves[0][0], True: week.moves[1][0]}
    for name, step in week.steps.items():
        if not isinstance(step, Delay):
            continue
        if step.activity == "ward_stay":
            here = np.array([ward >= 0 and name == f"stay {log.wards[ward]}" for ward in second])
            found[name] = _stay(week, step, legs, here)
        elif step.activity == "move":
            later = name.startswith("transfer ")
            begins = week.stay("start", "second" if later else "first")
            mine = (week.numbers >= 0) & (begins >= 0) & ~_moving(week, later)
            found[name] = own(week.numbers[mine], moves[later][mine])
    return found


def _moving(week: Week, later: bool) -> np.ndarray:
    """Say who was on his way at the start: his move is not drawn again."""
    wanted = "transfer move" if later else "move"
    here = np.zeros(len(week.numbers), dtype=bool)
    for place, one in enumerate(week.present):
        here[place] = one is not None and one.step.startswith(f"{wanted} ") and one.remaining is not None
    return here


Leg = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _leg(week: Week, which: str) -> Leg:
    """Return length, nights, hour of the end and weekday of the begin of the first or second stay of each case."""
    log, begin = week.found.learnt.log, week.stay("start", which)
    until = week.lay[0 if which == "first" else 1]
    until = np.where((week.cases[which] >= 0) & np.isnan(until), begin + FOR_EVER, until)
    local = [log.local(moment + week.zero) for moment in (begin, until)]
    nights = DAY * (np.floor(local[1] / DAY) - np.floor(local[0] / DAY))
    weekday = np.nan_to_num((np.floor(local[0] / DAY) + 3) % 7)
    return until - begin, nights, local[1] % DAY, weekday


def under_way(week: Week) -> Given:
    """Return the whole stays of those who lay in a ward at the start.

    Notes
    -----
    By step, with the places of the patients among those present. The engine subtracts what of each has passed; a stay
    that the log does not see end lasts on for 60 days.
    """
    legs = [_leg(week, which) for which in ("first", "second")]
    began = week.stay("start", "second") < 0
    at: dict[str, list[int]] = {}
    for place, one in enumerate(week.present):
        if one is not None and one.step.startswith("stay "):
            at.setdefault(one.step, []).append(place)
    found: dict[str, Own] = {}
    for name, places in sorted(at.items()):
        step, mine = week.steps[name], np.isin(np.arange(len(began)), places)
        assert isinstance(step, Delay)
        found[name] = _lain(week, step, legs, (began, mine))
    return found


def _stay(week: Week, step: Delay, legs: list[Leg], second: np.ndarray) -> Own:
    """Return the stays at one step: of those who come there as their second ward, else the first stay."""
    begins = np.where(second, week.stay("start", "second"), week.stay("start"))
    return _lain(week, step, legs, (second, (week.numbers >= 0) & (begins >= 0)))


def _lain(week: Week, step: Delay, legs: list[Leg], which: tuple[np.ndarray, np.ndarray]) -> Own:
    second, mine = which
    length, nights, clock, weekday = (np.where(second, two, one) for one, two in zip(*legs, strict=True))
    line = weekday[mine].astype(np.int64) if step.duration.by == "weekday" else None
    if step.lands is None:
        return own(week.numbers[mine], length[mine], line=line)
    return own(week.numbers[mine], nights[mine], np.nan_to_num(clock[mine], nan=NO_CLOCK), line)


def unseen(week: Week) -> Bounds:
    """Return what the log bounds: the patience of those seen, the move of those who waited for a bed."""
    found: list[Bound] = []
    begins = week.visit("first_doctor_start")
    waited = begins - week.visit("triage_end")
    lines = _lines(week, np.ones(len(waited), dtype=bool))
    for unit in sorted(set(week.unit) - {""}):
        step = week.steps[f"{unit} patience"]
        assert isinstance(step, Patience)
        mine = (week.unit == unit) & (begins >= 0) & (week.numbers >= 0)
        for line in np.unique(lines[mine]):
            one = mine & (lines == line)
            ends = np.full(int(one.sum()), np.inf)
            row = step.duration.rows[line]
            found.append(Bound((step.name,), week.numbers[one], waited[one], ends, row, int(line)))
    return bounded([*found, *_moves(week)])


def _moves(week: Week) -> list[Bound]:
    """Return the moves of those whose wait is not all move: at most the wait seen."""
    ways: dict[str, list[str]] = {}
    for name, step in week.steps.items():
        if isinstance(step, Delay) and step.activity == "move":
            ways.setdefault(next(way for way in WAYS if name.startswith(way)), []).append(name)
    found = []
    for way, names in ways.items():
        later = way == ONWARD
        move, wait = week.moves[later]
        mine = np.isnan(move) & np.isfinite(wait) & (week.numbers >= 0) & ~_moving(week, later)
        mine &= week.stay("start", "second" if later else "first") >= 0
        if not later:
            mine &= (week.unit == "") == (way == FROM_HOME)
        if mine.any():
            step = week.steps[names[0]]
            assert isinstance(step, Delay)
            low = np.zeros(int(mine.sum()))
            found.append(Bound(tuple(names), week.numbers[mine], low, wait[mine], step.duration.rows[0]))
    return found
