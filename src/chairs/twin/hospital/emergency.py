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

NEAR = 100  # visits on each side whose fate tells that of one who left
LIMITS = (60.0, 120.0, 240.0)
SERVED = {"triage": "nurse", "first_doctor": "doctor", "imaging": "imaging room"}


@dataclass(frozen=True)
class Emergency:
    """Places and steps of the departments, the class of each visit as a name and as its place among `classes`.

    `classes` come in pairs, admitted and home; `not_identified` names the stations whose number was not shown.
    """

    resources: tuple[Resource, ...]
    steps: tuple[Step, ...]
    visit_class: np.ndarray
    code: np.ndarray
    classes: tuple[str, ...]
    not_identified: tuple[str, ...]


@dataclass(frozen=True)
class Visits:
    """Visits of one department: times by name, class (a place among `classes`), whether admitted."""

    unit: str
    classes: tuple[str, ...]
    code: np.ndarray
    times: dict[str, np.ndarray]
    admitted: np.ndarray

    def groups(self) -> dict[str, np.ndarray]:
        """Return, for each level of the department, its visits."""
        return {self.classes[2 * k].rpartition(" ")[0]: self.code // 2 == k for k in np.unique(self.code // 2).tolist()}


def read_emergency(log: HospitalLog, known: Emergency | None = None) -> Emergency:
    """Learn the departments from the log; admitted patients go on to the step `UNIT admitted`, given elsewhere.

    `known` gives the places and staff where the log is one drawn again, whose queues are torn.
    """
    code, classes = _classes(log.visits)
    resources: list[Resource] = []
    steps: list[Step] = []
    missing: list[str] = []
    for visits in _departments(log.visits, code, classes):
        some, lacking = ([], []) if known else _places(log, visits)
        resources += some
        missing += lacking
        steps += _steps(visits)
    found = Emergency(tuple(resources), tuple(steps), np.array(classes)[code], code, classes, tuple(missing))
    return found if known is None else replace(found, resources=known.resources, not_identified=known.not_identified)


def _classes(visits: pd.DataFrame) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the class of each visit; who left would have been admitted as often as those like him who stayed.

    Like him: of the same department and level, the `NEAR` who came just before and the `NEAR` who came just after. More
    leave in winter, when more are admitted: a share of the whole log would make the winter too mild.
    """
    import pandas as pd

    coded = [pd.factorize(visits[name]) for name in ("unit", "level")]
    both, code = np.unique(coded[0][0] * len(coded[1][1]) + coded[1][0], return_inverse=True)
    names = [f"{coded[0][1][pair // len(coded[1][1])]} {coded[1][1][pair % len(coded[1][1])]}" for pair in both]
    order = sorted(range(len(names)), key=names.__getitem__)
    code = np.argsort(order)[code]
    admitted, left = visits["admitted"].to_numpy(), visits["left_without_being_seen_end"].notna().to_numpy()
    draw = stream(0, "twin", "who left").random(len(visits))
    share, arrival = np.zeros(len(visits)), visits["arrival"].to_numpy()
    for one in np.unique(code[left]):
        stayed, gone = (np.flatnonzero((code == one) & which) for which in (~left, left))
        stayed = stayed[np.argsort(arrival[stayed], kind="stable")]
        share[gone] = _share_around(np.searchsorted(arrival[stayed], arrival[gone]), admitted[stayed])
    admitted = np.where(left, draw < share, admitted)
    return 2 * code + ~admitted, tuple(f"{names[k]} {fate}" for k in order for fate in ("admitted", "home"))


def _share_around(place: np.ndarray, admitted: np.ndarray) -> np.ndarray:
    """Return the share admitted of the `NEAR` before and the `NEAR` after each place in a series; 0 if it is empty."""
    so_far = np.append(0, np.cumsum(admitted))
    first, last = np.maximum(place - NEAR, 0), np.minimum(place + NEAR, len(admitted))
    share: np.ndarray = (so_far[last] - so_far[first]) / np.maximum(last - first, 1)
    return share


def _departments(visits: pd.DataFrame, code: np.ndarray, classes: tuple[str, ...]) -> list[Visits]:
    unit = visits["unit"].to_numpy(object)
    times = [name for name in visits.columns if name.endswith(("_start", "_end", "_requested"))]
    found = []
    for department in sorted(set(unit)):
        mine = np.flatnonzero(unit == department)
        at = {name: visits[name].to_numpy()[mine] for name in times}
        at["arrival"] = visits["arrival"].to_numpy()[mine]
        found.append(Visits(department, classes, code[mine], at, visits["admitted"].to_numpy()[mine]))
    return found


def _places(log: HospitalLog, visits: Visits) -> tuple[list[Resource], list[str]]:
    found: list[Resource] = []
    missing: list[str] = []
    held: int | None = None
    unit, order = visits.unit, _priority(visits)
    for step, word in SERVED.items():
        name = f"{unit} {word}"
        start, end, queued = _station(visits, step)
        seen = busy(*_both(start, end), queued)
        capacity = weekly_capacity(seen, log.local(seen.time) / 60 + THURSDAY)
        if capacity[0] < 0:
            missing.append(name)
            found.append(Resource(name=name))
            continue
        rank = order if step == "first_doctor" else {}
        as_day = holiday_as(seen, log.local(seen.time), capacity)
        found.append(Resource(name=name, shifts=shifts(capacity), roster="week", holiday_as=as_day, priority=rank))
        if step == "first_doctor":
            held = _held(log, visits, capacity, queued)
    # a place that is freed is offered in the same order as a doctor
    found.append(Resource(name=f"{unit} place", capacity=held, priority=order))
    return found, missing if held is not None else [*missing, found[-1].name]


def _station(visits: Visits, step: str) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Return starts and ends of a step, and when those who waited for it began and ended to wait."""
    asked, start, end = (visits.times[f"{step}_{name}"] for name in ("requested", "start", "end"))
    waited = start > asked
    since, until = asked[waited], start[waited]
    if step == "first_doctor":
        left = visits.times["left_without_being_seen_end"]
        since = np.concatenate([since, visits.times["triage_end"][np.isfinite(left)]])
        until = np.concatenate([until, left[np.isfinite(left)]])
    return start, end, _both(since, until)


def _held(log: HospitalLog, visits: Visits, capacity: np.ndarray, queued: tuple[np.ndarray, np.ndarray]) -> int | None:
    """Return the places of a department: how many are held when a doctor is free and yet somebody waits."""
    start, end = visits.times["first_doctor_start"], visits.times["first_doctor_end"]
    places = busy(*_both(start, visits.times["departure_end"]), queued)
    doctors = busy(*_both(start, end), (np.empty(0), np.empty(0)))
    serving = doctors.serving[np.maximum(np.searchsorted(doctors.time, places.time, side="right") - 1, 0)]
    week_hour = (log.local(places.time) / 60 + THURSDAY).astype(int) % 168
    return held_places(places, (places.waiting > 0) & (serving < capacity[week_hour]))


def _both(start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = np.isfinite(start) & np.isfinite(end)
    return start[known], end[known]


def _priority(visits: Visits) -> dict[str, int]:
    """Return the order in which levels are called: up or down the scale, as the mean waits go."""
    wait = visits.times["first_doctor_start"] - visits.times["first_doctor_requested"]
    mean = {name: _mean(wait[mine]) for name, mine in visits.groups().items()}
    known = [name for name in mean if np.isfinite(mean[name])]
    order = np.argsort(np.argsort([mean[name] for name in known]))
    falling = len(known) > 1 and float(np.corrcoef(order, np.arange(len(known)))[0, 1]) < 0
    rank = {name: place for place, name in enumerate(reversed(mean) if falling else mean)}
    return {name: rank[name.rpartition(" ")[0]] for name in visits.classes if name.rpartition(" ")[0] in rank}


def _mean(values: np.ndarray) -> float:
    seen = values[np.isfinite(values)]
    return float(seen.mean()) if len(seen) else np.nan


def _steps(visits: Visits) -> list[Step]:
    unit, at, classes = visits.unit, visits.times, visits.classes
    imaged = np.isfinite(at["imaging_start"])
    ready = np.where(imaged, at["imaging_end"], at["first_doctor_end"])

    def by_class(values: np.ndarray) -> Durations:
        return lengths.by_class(values, visits.code, len(classes))

    triage = at["triage_end"] - at["triage_start"]
    return [
        Seize(name=f"{unit} triage", options=({f"{unit} nurse": 1},)),
        Delay(name=f"{unit} triaged", duration=Durations(rows=(lengths.of(triage),))),
        Release(name=f"{unit} nurse free", resources=(f"{unit} nurse",)),
        Patience(name=f"{unit} patience", duration=_patience(visits), leaves=f"{unit} left"),
        Seize(name=f"{unit} doctor asked", options=({f"{unit} doctor": 1, f"{unit} place": 1},),
              activity="first_doctor"),
        EndPatience(name=f"{unit} seen"),
        Tally(name=f"{unit} wait", measure=f"wait {unit}", within=LIMITS),
        Delay(name=f"{unit} examined", duration=by_class(at["first_doctor_end"] - at["first_doctor_start"])),
        Release(name=f"{unit} doctor free", resources=(f"{unit} doctor",)),
        Route(name=f"{unit} imaging?", to=(f"{unit} imaging asked", f"{unit} results"), by="class",
              probabilities=_shares(imaged, np.isfinite(at["first_doctor_end"]), visits)),
        Seize(name=f"{unit} imaging asked", options=({f"{unit} imaging room": 1},), activity="imaging"),
        Delay(name=f"{unit} imaged", duration=Durations(rows=(lengths.of(at["imaging_end"] - at["imaging_start"]),))),
        Release(name=f"{unit} imaging free", resources=(f"{unit} imaging room",)),
        Delay(name=f"{unit} results", duration=by_class(at["decision_start"] - ready), activity="tests"),
        Route(name=f"{unit} decision", to=(f"{unit} admitted", f"{unit} leaving"), by="class",
              probabilities=tuple((1.0, 0.0) if name.endswith(" admitted") else (0.0, 1.0) for name in classes)),
        Delay(name=f"{unit} leaving", duration=Durations(rows=(_leaving(visits),))),
        Tally(name=f"{unit} stay", measure=f"stay {unit}", within=LIMITS),
        Release(name=f"{unit} out"),
        Leave(name=f"{unit} departure"),
        Leave(name=f"{unit} left", activity="left_without_being_seen"),
    ]  # fmt: skip


def _leaving(visits: Visits) -> Duration:
    lasted = visits.times["departure_end"] - visits.times["decision_start"]
    return lengths.of(lasted[~visits.admitted])


def _patience(visits: Visits) -> Durations:
    gone = visits.times["left_without_being_seen_end"]
    left = np.isfinite(gone)
    waited = np.where(left, gone, visits.times["first_doctor_start"]) - visits.times["triage_end"]
    found = {name: lengths.patience(waited[mine], left[mine]) for name, mine in visits.groups().items()}
    rows = (found.get(name.rpartition(" ")[0], lengths.NEVER) for name in visits.classes)
    return Durations(by="class", rows=tuple(rows))


def _shares(yes: np.ndarray, among: np.ndarray, visits: Visits) -> tuple[tuple[float, ...], ...]:
    found = []
    for k in range(len(visits.classes)):
        mine = among & (visits.code == k)
        share = round(float(yes[mine].mean()), 5) if mine.sum() >= lengths.LEAST else 0.0
        found.append((share, round(1 - share, 5)))
    return tuple(found)
