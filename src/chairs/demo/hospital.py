"""The invented hospital run once: its people, its beds, and what happened to every patient."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.demo.arrivals import Patients, make_patients

if TYPE_CHECKING:
    import numpy as np

    from chairs.demo.chronology import State
    from chairs.demo.parameters import Shifts
    from chairs.demo.plan import Plan

SHIFTS = (8, 12, 4)  # hours of the three shifts of a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """What happened.

    Parameters
    ----------
    patients
        Who came.
    seen
        Columns of `chronology`: seconds from the first simulated midnight, -1 = not by the end.
    beds
        Beds open [ward, day]; never fewer than those taken at midnight.
    """

    patients: Patients
    seen: np.ndarray
    beds: np.ndarray


def run_hospital(plan: Plan) -> Hospital:
    """Run the hospital once over the days of `plan`."""
    import numpy as np

    from chairs.demo.chronology import MOVE, run

    patients = make_patients(plan)
    beds = beds_open(plan)
    state = _state(plan, patients.given, beds)
    run(state, plan.days.end)
    taken = nights(plan, state.seen, patients.given[:, MOVE])
    return Hospital(patients=patients, seen=state.seen, beds=np.maximum(beds, taken))


def beds_of(plan: Plan) -> np.ndarray:
    """Return the beds of each ward at the size of `plan`, with its changes."""
    import numpy as np

    wards, changes = plan.parameters.wards, plan.changes
    beds = scaled(np.array([ward.beds for ward in wards]), plan.size)
    beds += np.array([round(changes.beds.get(ward.code, 0) * plan.size) for ward in wards])
    return np.where([ward.code in changes.closed for ward in wards], 0, np.maximum(beds, 0))


def beds_open(plan: Plan) -> np.ndarray:
    """Return the beds that take patients [ward, day]: fewer at weekends and in the summer period."""
    import numpy as np

    opening, days = plan.parameters.opening, plan.days
    share = []
    for ward in plan.parameters.wards:
        weekend = opening.weekend_by_ward.get(ward.code, opening.weekend[ward.family])
        of_day = np.where(days.weekday >= 5, weekend, 1.0) * np.where(days.summer, opening.summer[ward.family], 1.0)
        share.append(of_day)
    beds: np.ndarray = np.rint(beds_of(plan)[:, None] * np.array(share) + 1e-9).astype(np.int64)
    return beds


def _state(plan: Plan, given: np.ndarray, beds: np.ndarray) -> State:
    import numpy as np

    from chairs.demo import chronology as c

    days, wards, sites = plan.days, plan.parameters.wards, len(plan.parameters.departments)
    index = {ward.code: w for w, ward in enumerate(wards)}
    width = max(len(ward.overflow) for ward in wards)
    overflow = np.full((len(wards), width), -1)
    for w, ward in enumerate(wards):
        for rank, code in enumerate(ward.overflow):
            overflow[w, rank] = index[code]
    held = plan.parameters.discharge.held
    per_mille = np.select([days.weekday == 5, days.rest], [1_000 * held["saturday"], 1_000 * held["sunday"]], 0.0)
    return c.State(
        given=given,
        seen=np.full((len(given), c.SEEN), -1),
        staff=_staff(plan),
        beds=beds,
        calendar=np.stack([days.rest, per_mille]).astype(np.int64),
        overflow=overflow,
        patience=int(plan.parameters.discharge.outlier_after_hours * 3_600),
        busy=np.zeros((4, sites), dtype=np.int64),
        census=np.zeros(len(wards), dtype=np.int64),
        link=np.full(len(given), -1),
        ends=np.full((2, 7 * sites + 2 * len(wards)), -1),
        heap=np.zeros(2 * len(given) + 1_000, dtype=np.int64),
    )


def _staff(plan: Plan) -> np.ndarray:
    """Return the nurses, doctors, boxes and imaging rooms at work [resource, site, rest day, hour]."""
    import numpy as np

    size = plan.size
    rows = []
    for department in plan.parameters.departments:
        more = plan.changes.doctors.get(department.code, 0)
        rows.append(
            [
                _hours(department.nurses, size),
                _hours(department.doctors, size, more),
                scaled(np.full((2, 24), department.boxes), size),
                scaled(np.full((2, 24), department.rooms), size),
            ]
        )
    return np.ascontiguousarray(np.array(rows, dtype=np.int64).transpose(1, 0, 2, 3))


def _hours(shifts: Shifts, size: float, more: int = 0) -> np.ndarray:
    import numpy as np

    people = np.array([shifts.week, shifts.weekend])
    return np.repeat(scaled(people, size) + math.ceil(more * size), SHIFTS, axis=1)


def scaled(places: np.ndarray, size: float) -> np.ndarray:
    """Return places (beds, people, rooms) at another size.

    A small unit needs a larger margin for the same wait: below size 1 each keeps `1 - sqrt(size)` square
    roots of its places beyond its share.

    Examples
    --------
    >>> import numpy as np
    >>> scaled(np.array([36, 2]), 1.0).tolist(), scaled(np.array([36, 2]), 0.1).tolist()
    ([36, 2], [5, 1])
    """
    import numpy as np

    margin = np.sqrt(places * size) * max(0.0, 1 - size**0.5)
    whole: np.ndarray = np.maximum(1, np.rint(places * size + margin)).astype(np.int64)
    return whole


def nights(plan: Plan, seen: np.ndarray, kept: np.ndarray | int = 0) -> np.ndarray:
    """Return the patients who lie in each ward at each midnight [ward, day].

    With `kept`, the seconds for which a bed is kept for each patient before they arrive: the beds taken.
    """
    import numpy as np

    from chairs.demo import chronology as c
    from chairs.demo.days import DAY

    n = len(plan.days.dates)
    change = np.zeros((len(plan.parameters.wards), n + 1), dtype=np.int64)
    for place, start, end in ((c.PLACE, c.START, c.END), (c.PLACE2, c.START2, c.END2)):
        lay = seen[:, start] >= 0
        ward, came, left = seen[lay, place], (seen[:, start] - kept)[lay], seen[lay, end]
        # someone who comes during a day lies there at the next midnight; one who leaves at midnight does not
        np.add.at(change, (ward, np.minimum((came + DAY - 1) // DAY, n)), 1)
        np.add.at(change, (ward, np.where(left < 0, n, np.minimum((left + DAY - 1) // DAY, n))), -1)
    return np.cumsum(change, axis=1)[:, :n]
