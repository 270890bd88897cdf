"""The emergency departments: triage, doctor with a place, imaging, results, decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.streams import stream
from chairs.twin.durations import Duration, Durations
from chairs.twin.hospital import lengths
from chairs.twin.hospital.reading import HospitalLog
from chairs.twin.hospital.stations import busy, held_places, holiday_as, shifts, weekly_capacity
from chairs.twin.resources import Resource
from chairs.twin.steps import Delay, EndPatience, Leave, Patience, Release, Route, Seize, Step, Tally

THURSDAY = 3 * 24  # hours from a Monday to 1 January 1970
if TYPE_CHECKING:
    import pandas as pd

LIMITS = (60.0, 120.0, 240.0)
SERVED = {"triage": "nurse", "first_doctor": "doctor", "imaging": "imaging room"}


@dataclass(frozen=True)
class Emergency:
    """Places and steps of the departments, class of each visit, and the stations whose number was not shown."""

    resources: tuple[Resource, ...]
    steps: tuple[Step, ...]
    visit_class: np.ndarray
    classes: tuple[str, ...]
    not_identified: tuple[str, ...]


def read_emergency(log: HospitalLog, known: Emergency | None = None) -> Emergency:
    """Learn the departments from the log; admitted patients go on to the step `UNIT admitted`, given elsewhere.

    `known` gives the places and staff where the log is one drawn again, whose queues are torn.
    """
    visits = log.visits
    admitted = visits["admitted"].to_numpy().copy()
    unit, level = visits["unit"].to_numpy(str), visits["level"].to_numpy(str)
    open_end = visits["left_without_being_seen_end"].notna().to_numpy()
    group = np.char.add(np.char.add(unit, " "), level)
    names = sorted(set(group))
    draw = stream(0, "twin", "who left").random(len(visits))
    for name in names:  # those who left would have been admitted as often as those of their level who stayed
        mine = group == name
        stayed = mine & ~open_end
        admitted[mine & open_end] = draw[mine & open_end] < (admitted[stayed].mean() if stayed.any() else 0.0)
    cls = np.char.add(group, np.where(admitted, " admitted", " home"))
    classes = tuple(f"{name} {fate}" for name in names for fate in ("admitted", "home"))
    resources: list[Resource] = []
    steps: list[Step] = []
    missing: list[str] = []
    for department in sorted(set(unit)):
        some, lacking = ([], []) if known else _places(log, department, classes, group)
        resources += some
        missing += lacking
        steps += _steps(log, department, classes, (cls, group))
    if known is not None:
        return replace(known, steps=tuple(steps), visit_class=cls, classes=classes)
    return Emergency(tuple(resources), tuple(steps), cls, classes, tuple(missing))


def _places(
    log: HospitalLog, unit: str, classes: tuple[str, ...], group: np.ndarray
) -> tuple[list[Resource], list[str]]:
    visits = log.visits[log.visits["unit"] == unit]
    found: list[Resource] = []
    missing: list[str] = []
    held: int | None = None
    for step, word in SERVED.items():
        name = f"{unit} {word}"
        start, end, queued = _station(visits, step)
        seen = busy(*_both(start, end), queued)
        capacity = weekly_capacity(seen, log.local(seen.time) / 60 + THURSDAY)
        if capacity[0] < 0:
            missing.append(name)
            found.append(Resource(name=name))
            continue
        rank = _priority(log, classes, group, unit) if step == "first_doctor" else {}
        as_day = holiday_as(seen, log.local(seen.time), capacity)
        found.append(Resource(name=name, shifts=shifts(capacity), roster="week", holiday_as=as_day, priority=rank))
        if step == "first_doctor":
            held = _held(log, visits, capacity, queued)
    found.append(Resource(name=f"{unit} place", capacity=held))
    return found, missing if held is not None else [*missing, found[-1].name]


def _station(visits: pd.DataFrame, step: str) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Return starts and ends of a step, and when those who waited for it began and ended to wait."""
    asked, start, end = (visits[f"{step}_{name}"].to_numpy() for name in ("requested", "start", "end"))
    waited = start > asked
    since, until = asked[waited], start[waited]
    if step == "first_doctor":
        left = visits["left_without_being_seen_end"].to_numpy()
        since = np.concatenate([since, visits["triage_end"].to_numpy()[np.isfinite(left)]])
        until = np.concatenate([until, left[np.isfinite(left)]])
    return start, end, _both(since, until)


def _held(
    log: HospitalLog, visits: pd.DataFrame, capacity: np.ndarray, queued: tuple[np.ndarray, np.ndarray]
) -> int | None:
    """Return the places of a department: how many are held when a doctor is free and yet somebody waits."""
    start, end = visits["first_doctor_start"].to_numpy(), visits["first_doctor_end"].to_numpy()
    places = busy(*_both(start, visits["departure_end"].to_numpy()), queued)
    doctors = busy(*_both(start, end), (np.empty(0), np.empty(0)))
    serving = doctors.serving[np.maximum(np.searchsorted(doctors.time, places.time, side="right") - 1, 0)]
    week_hour = (log.local(places.time) / 60 + THURSDAY).astype(int) % 168
    return held_places(places, (places.waiting > 0) & (serving < capacity[week_hour]))


def _both(start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = np.isfinite(start) & np.isfinite(end)
    return start[known], end[known]


def _priority(log: HospitalLog, classes: tuple[str, ...], group: np.ndarray, unit: str) -> dict[str, int]:
    """Return the order in which levels are called: up or down the scale, as the mean waits go."""
    wait = (log.visits["first_doctor_start"] - log.visits["first_doctor_requested"]).to_numpy()
    names = sorted({name.rpartition(" ")[0] for name in classes if name.startswith(f"{unit} ")})
    mean = {name: float(np.nanmean(wait[group == name])) for name in names}
    known = [name for name in names if np.isfinite(mean[name])]
    order = np.argsort(np.argsort([mean[name] for name in known]))
    falling = len(known) > 1 and float(np.corrcoef(order, np.arange(len(known)))[0, 1]) < 0
    rank = {name: place for place, name in enumerate(reversed(names) if falling else names)}
    return {name: rank[name.rpartition(" ")[0]] for name in classes if name.rpartition(" ")[0] in rank}


def _steps(log: HospitalLog, unit: str, classes: tuple[str, ...], of: tuple[np.ndarray, np.ndarray]) -> list[Step]:
    visits = log.visits
    mine = (visits["unit"] == unit).to_numpy()
    times = [name for name in visits.columns if name.endswith(("_start", "_end", "_requested"))]
    at = {name: np.where(mine, visits[name].to_numpy(), np.nan) for name in times}
    imaged = np.isfinite(at["imaging_start"])
    ready = np.where(imaged, at["imaging_end"], at["first_doctor_end"])

    def by_class(values: np.ndarray) -> Durations:
        return lengths.by_class(np.where(mine, values, np.nan), *of, classes)

    triage = at["triage_end"] - at["triage_start"]
    return [
        Seize(name=f"{unit} triage", options=({f"{unit} nurse": 1},)),
        Delay(name=f"{unit} triaged", duration=Durations(rows=(lengths.of(triage),))),
        Release(name=f"{unit} nurse free", resources=(f"{unit} nurse",)),
        Patience(name=f"{unit} patience", duration=_patience(at, of[1], classes), leaves=f"{unit} left"),
        Seize(name=f"{unit} doctor asked", options=({f"{unit} doctor": 1, f"{unit} place": 1},),
              activity="first_doctor"),
        EndPatience(name=f"{unit} seen"),
        Tally(name=f"{unit} wait", measure=f"wait {unit}", within=LIMITS),
        Delay(name=f"{unit} examined", duration=by_class(at["first_doctor_end"] - at["first_doctor_start"])),
        Release(name=f"{unit} doctor free", resources=(f"{unit} doctor",)),
        Route(name=f"{unit} imaging?", to=(f"{unit} imaging asked", f"{unit} results"), by="class",
              probabilities=_shares(imaged, np.isfinite(at["first_doctor_end"]) & mine, of[0], classes)),
        Seize(name=f"{unit} imaging asked", options=({f"{unit} imaging room": 1},), activity="imaging"),
        Delay(name=f"{unit} imaged", duration=Durations(rows=(lengths.of(at["imaging_end"] - at["imaging_start"]),))),
        Release(name=f"{unit} imaging free", resources=(f"{unit} imaging room",)),
        Delay(name=f"{unit} results", duration=by_class(at["decision_start"] - ready), activity="tests"),
        Route(name=f"{unit} decision", to=(f"{unit} admitted", f"{unit} leaving"), by="class",
              probabilities=tuple((1.0, 0.0) if name.endswith(" admitted") else (0.0, 1.0) for name in classes)),
        Delay(name=f"{unit} leaving", duration=Durations(rows=(_leaving(log, at),))),
        Tally(name=f"{unit} stay", measure=f"stay {unit}", within=LIMITS),
        Release(name=f"{unit} out"),
        Leave(name=f"{unit} departure"),
        Leave(name=f"{unit} left", activity="left_without_being_seen"),
    ]  # fmt: skip


def _leaving(log: HospitalLog, at: dict[str, np.ndarray]) -> Duration:
    home = ~log.visits["admitted"].to_numpy()
    return lengths.of(np.where(home, at["departure_end"] - at["decision_start"], np.nan))


def _patience(at: dict[str, np.ndarray], group: np.ndarray, classes: tuple[str, ...]) -> Durations:
    left = np.isfinite(at["left_without_being_seen_end"])
    until = np.where(left, at["left_without_being_seen_end"], at["first_doctor_start"])
    waited = until - at["triage_end"]
    found = {name: lengths.patience(waited[group == name], left[group == name]) for name in sorted(set(group))}
    return Durations(by="class", rows=tuple(found.get(name.rpartition(" ")[0], lengths.NEVER) for name in classes))


def _shares(
    yes: np.ndarray, among: np.ndarray, cls: np.ndarray, classes: tuple[str, ...]
) -> tuple[tuple[float, ...], ...]:
    found = []
    for name in classes:
        mine = among & (cls == name)
        share = round(float(yes[mine].mean()), 5) if mine.sum() >= lengths.LEAST else 0.0
        found.append((share, round(1 - share, 5)))
    return tuple(found)
