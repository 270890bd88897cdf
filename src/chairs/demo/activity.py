"""The activity of the demonstration hospital by unit and month, counted from what happened to its patients."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.demo.hospital import Hospital
    from chairs.demo.plan import Plan


def make_activity(plan: Plan, hospital: Hospital) -> pd.DataFrame:
    """Return one row a ward and month: beds, nights (`mco_days`), stays that ended, day stays, FTE of care."""
    import numpy as np
    import pandas as pd

    from chairs.demo import chronology as c
    from chairs.demo.hospital import beds_of, nights
    from chairs.demo.staff import months_of

    wards, months, beds = plan.parameters.wards, months_of(plan), beds_of(plan)
    first = plan.days.dates.astype("datetime64[M]")[plan.days.warm_up :]
    edges = np.searchsorted(first, months)
    lay = np.add.reduceat(nights(plan, hospital.seen)[:, plan.days.warm_up :], edges, axis=1)
    seen, last = hospital.seen, last_place(hospital.seen)
    ended = (last[1] >= plan.days.start) & (seen[:, c.START] >= 0)
    month = np.searchsorted(months, plan.days.dates[last[1][ended] // 86_400].astype("datetime64[M]"))
    stays = np.zeros((len(wards), len(months)), dtype=np.int64)
    np.add.at(stays, (last[0][ended], month), 1)
    frame = pd.DataFrame(
        {
            "unit": np.repeat([ward.code for ward in wards], len(months)),
            "period": np.tile(months.astype(str), len(wards)),
            "mco_beds": np.repeat(beds, len(months)),
            "mco_days": lay.ravel(),
            "mco_full_stays": stays.ravel(),
            "mco_day_stays": _day_stays(plan, len(months)).ravel(),
            "care_fte": np.repeat(np.round(beds * [ward.fte for ward in wards], 2), len(months)),
        }
    )
    return frame[frame["mco_beds"] > 0].reset_index(drop=True)


def make_visits(plan: Plan, hospital: Hospital) -> pd.DataFrame:
    """Return the ED visits by department and month: `unit`, `period`, `visits`."""
    import numpy as np
    import pandas as pd

    from chairs.demo import chronology as c
    from chairs.demo.staff import months_of

    given, months, sites = hospital.patients.given, months_of(plan), plan.parameters.departments
    those = (given[:, c.ARRIVAL] >= plan.days.start) & (given[:, c.SITE] < len(sites))
    month = np.searchsorted(months, plan.days.dates[given[those, c.ARRIVAL] // 86_400].astype("datetime64[M]"))
    visits = np.zeros((len(sites), len(months)), dtype=np.int64)
    np.add.at(visits, (given[those, c.SITE], month), 1)
    return pd.DataFrame(
        {
            "unit": np.repeat([site.code for site in sites], len(months)),
            "period": np.tile(months.astype(str), len(sites)),
            "visits": visits.ravel(),
        }
    )


def last_place(seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the last ward of each patient and when they left it (-1: not admitted, or still there)."""
    import numpy as np

    from chairs.demo import chronology as c

    moved = seen[:, c.START2] >= 0
    waiting = (seen[:, c.REQUEST2] >= 0) & ~moved  # for the second ward, in the first
    left = np.where(moved, seen[:, c.END2], np.where(waiting, -1, seen[:, c.END]))
    return np.where(moved, seen[:, c.PLACE2], seen[:, c.PLACE]), left


def _day_stays(plan: Plan, months: int) -> np.ndarray:
    """Return day stays by ward and month, shared out as the wards plan their stays."""
    import numpy as np

    planned = np.where([ward.any_day for ward in plan.parameters.wards], 0.0, plan.flows.planned)
    mean = plan.size * plan.parameters.staff.day_stays_a_year / 12 * planned / planned.sum()
    return plan.draw("day stays")("months").poisson(np.repeat(mean[:, None], months, axis=1))
