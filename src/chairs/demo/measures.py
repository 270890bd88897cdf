"""What one run of the demonstration hospital comes to: the figures on which the effect of a what-if is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from chairs.demo.hospital import Hospital
    from chairs.demo.plan import Plan

HOUR, DAY = 3_600, 86_400


def measure(plan: Plan, hospital: Hospital) -> dict[str, float]:
    """Return the figures of the two years, of patients who came from the first day of the extracts on.

    `boarding_*` hours from the request of a bed to the arrival in the ward, of those admitted from the ED
    (`winter`: asked for in December, January, February); `wait_*` minutes from arrival to first doctor;
    `stay_*` hours in the ED of those sent home; `unseen` % gone without being seen; `admitted` % of the ED
    visits with a bed asked for; `census` mean patients in the wards; `other_ward` % of the stays that began
    in another ward than the one asked for; `put_off` % of the planned stays put off for want of a bed;
    `ward_stay` mean days from the first ward to discharge.
    """
    import numpy as np

    from chairs.demo import chronology as c
    from chairs.demo.activity import last_place

    g, s, days = hospital.patients.given, hospital.seen, plan.days
    counted = (g[:, c.ARRIVAL] >= days.start) & (g[:, c.ARRIVAL] < days.end)
    in_ed = counted & (g[:, c.SITE] < len(plan.parameters.departments))
    admitted = in_ed & (s[:, c.START] >= 0)
    boarding = (s[:, c.START] - s[:, c.REQUEST])[admitted] / HOUR
    winter = days.winter[s[admitted, c.REQUEST] // DAY]
    seen = in_ed & (s[:, c.DOCTOR_START] >= 0)
    wait = (s[:, c.DOCTOR_START] - g[:, c.ARRIVAL])[seen] / 60
    home = in_ed & (g[:, c.WARD] < 0) & (s[:, c.ED_EXIT] >= 0) & (s[:, c.UNSEEN] < 0)
    planned = counted & ~in_ed
    placed = counted & (s[:, c.PLACE] >= 0)
    left = last_place(s)[1]
    done = counted & (left >= 0)
    return {
        "boarding_mean": float(boarding.mean()),
        "boarding_median": float(np.median(boarding)),
        "boarding_winter_mean": float(boarding[winter].mean()),
        "boarding_winter_median": float(np.median(boarding[winter])),
        "wait_mean": float(wait.mean()),
        "wait_median": float(np.median(wait)),
        "stay_median": float(np.median((s[home, c.ED_EXIT] - g[home, c.ARRIVAL]) / HOUR)),
        "unseen": _percent(s[in_ed, c.UNSEEN] >= 0),
        "admitted": _percent(s[in_ed, c.REQUEST] >= 0),
        "census": census_mean(plan, s),
        "other_ward": _percent(s[placed, c.PLACE] != g[placed, c.WARD]),
        "put_off": _percent(s[planned, c.CANCELLED] >= 0),
        "ward_stay": float((left - s[:, c.START])[done].mean() / DAY),
    }


def census_mean(plan: Plan, seen: np.ndarray) -> float:
    """Return the mean number of patients in the wards over the extracts (Little's sum of the time in beds)."""
    import numpy as np

    from chairs.demo import chronology as c

    first, last, total = plan.days.start, plan.days.end, 0.0
    for start, end in ((c.START, c.END), (c.START2, c.END2)):
        lay = seen[seen[:, start] >= 0]
        until = np.where(lay[:, end] < 0, last, lay[:, end])
        total += (np.clip(until, first, last) - np.clip(lay[:, start], first, last)).sum()
    return float(total / (last - first))


def _percent(which: np.ndarray) -> float:
    return float(100 * which.mean())
