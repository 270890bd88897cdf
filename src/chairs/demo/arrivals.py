"""Who comes, when, and what they will need: one row a patient, drawn from named streams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.demo.plan import AGES, Plan
from chairs.demo.stays import clock_of, draw_stay, fill_stays

if TYPE_CHECKING:
    import numpy as np

    from chairs.demo.parameters import ByCcmu, Spread

    Draw = Callable[..., np.random.Generator]

NEVER = 400 * 86_400
SHORTEST = 60  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Patients:
    """All who come, in order of arrival: what the pass needs and what is written beside it.

    Parameters
    ----------
    given
        Columns of `chronology` (whole seconds).
    age, woman, ccmu, carried
        Age band (rank in `AGES`), sex, CCMU class (0 for a planned stay), brought by ambulance.
    """

    given: np.ndarray
    age: np.ndarray
    woman: np.ndarray
    ccmu: np.ndarray
    carried: np.ndarray


def make_patients(plan: Plan) -> Patients:
    """Return all patients of the simulated days.

    Each source of chance has its own named stream and each patient their own place in it, so that a
    what-if moves only the patients it concerns (common random numbers).
    """
    import numpy as np

    from chairs.demo import chronology as c

    parts = [part for site in range(len(plan.parameters.departments)) for part in _visits(plan, site)]
    parts += [_planned(plan, w) for w in range(len(plan.parameters.wards)) if plan.flows.planned[w] > 0]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    people = {name: whole.pop(name) for name in ("given", "age", "woman", "ccmu", "carried")}
    fill_stays(plan, people["given"], whole)
    order = np.argsort(people["given"][:, c.ARRIVAL], kind="stable")
    return Patients(**{name: values[order] for name, values in people.items()})


def _visits(plan: Plan, site: int) -> list[dict[str, np.ndarray]]:
    """Return the visits of one department: the usual ones, then those that a what-if adds."""
    from chairs.demo.days import DAY, intensity

    department = plan.parameters.departments[site]
    rate = plan.size * intensity(plan.days, plan.parameters.profile, department.wave, department.visits_a_day)
    draw, factor = plan.draw(department.code), plan.changes.winter_arrivals
    usual = _visitors(plan, site, draw, _moments(plan, draw, rate))
    if factor > 1:
        more = plan.draw(department.code, "more")
        return [
            usual,
            _visitors(plan, site, more, _moments(plan, more, rate * (factor - 1) * plan.days.winter[:, None])),
        ]
    winter = plan.days.winter[usual["given"][:, 0] // DAY]
    kept = ~winter | (draw("kept").random(len(winter)) < factor)
    return [{name: values[kept] for name, values in usual.items()}]


def _moments(plan: Plan, draw: Draw, rate: np.ndarray) -> np.ndarray:
    """Return the seconds of arrival: Poisson by hour, around a gamma factor of each day."""
    import numpy as np

    variance = plan.parameters.profile.day_variance
    factor = draw("days").gamma(1 / variance, variance, len(rate))
    counts = draw("hours").poisson(rate * factor[:, None]).ravel()
    hours: np.ndarray = np.repeat(np.arange(len(counts)) * 3_600, counts)
    return hours + draw("seconds").integers(0, 3_600, len(hours))


def _visitors(plan: Plan, site: int, draw: Draw, arrival: np.ndarray) -> dict[str, np.ndarray]:
    """Return what the visitors of one department are and need."""
    import numpy as np

    from chairs.demo import chronology as c
    from chairs.demo.days import DAY, epidemic
    from chairs.demo.flows import admission_chance

    department, n = plan.parameters.departments[site], len(arrival)
    rank = _pick(draw("age").random(n), list(department.ages.values()))
    age = np.array([AGES.index(name) for name in department.ages])[rank]
    ccmu = _pick(draw("ccmu").random(n), department.ccmu)
    excess = plan.parameters.profile.severity * epidemic(plan.days, department.wave)[arrival // DAY]
    admitted = draw("admitted").random(n) < admission_chance(department)[rank, ccmu] * (1 + excess)
    given = np.zeros((n, c.GIVEN), dtype=np.int64)
    given[:, c.ARRIVAL], given[:, c.SITE], given[:, c.LEVEL] = arrival, site, 4 - ccmu
    _needs(plan, site, draw, given)
    given[:, c.WARD] = np.where(admitted, _destination(plan, draw, age, ccmu), -1)
    return {
        "given": given,
        "age": age,
        "woman": draw("sex").random(n) < 0.5,
        "ccmu": ccmu + 1,
        "carried": draw("carried").random(n) < np.asarray(plan.parameters.steps.ambulance)[ccmu],
        **draw_stay(draw, n),
    }


def _needs(plan: Plan, site: int, draw: Draw, given: np.ndarray) -> None:
    import numpy as np

    from chairs.demo import chronology as c

    steps, n, ccmu = plan.parameters.steps, len(given), 4 - given[:, c.LEVEL]
    given[:, c.TRIAGE] = _seconds(draw("triage"), steps.triage, n)
    given[:, c.DOCTOR] = _by_ccmu(draw("doctor"), steps.doctor, ccmu)
    imaged = draw("imaged").random(n) < np.asarray(plan.parameters.departments[site].imaging)[ccmu]
    given[:, c.IMAGING] = np.where(imaged, _seconds(draw("imaging"), steps.imaging, n), 0)
    given[:, c.TESTS] = _by_ccmu(draw("tests"), steps.tests, ccmu)
    given[:, c.LEAVING] = _seconds(draw("leaving"), steps.leaving, n)
    given[:, c.MOVE] = _seconds(draw("move"), steps.move, n)
    given[:, c.PATIENCE] = np.minimum(_by_ccmu(draw("patience"), steps.patience, ccmu), NEVER)


def _destination(plan: Plan, draw: Draw, age: np.ndarray, ccmu: np.ndarray) -> np.ndarray:
    """Return the ward of each visitor, should they be admitted."""
    import numpy as np

    from chairs.demo.flows import kind_of_patient

    u = draw("ward").random(len(age))
    ward = np.zeros(len(age), dtype=np.int64)
    for band, name in enumerate(AGES):
        for level in range(5):
            those = (age == band) & (ccmu == level)
            edges = plan.flows.destination[kind_of_patient(name, level + 1)]
            ward[those] = np.searchsorted(edges[:-1], u[those], side="right")
    return ward


def _planned(plan: Plan, w: int) -> dict[str, np.ndarray]:
    """Return the planned stays of one ward: on weekdays in the morning, or at any hour (births)."""
    import numpy as np

    from chairs.demo import chronology as c
    from chairs.demo.days import DAY

    ward = plan.parameters.wards[w]
    draw, elective = plan.draw(ward.code), plan.parameters.elective
    counts = draw("days").poisson(plan.size * plan.flows.planned[w] * _calendar(plan, w))
    n = int(counts.sum())
    hours = dict.fromkeys(range(24), 1.0) if ward.any_day else elective.hours
    given = np.zeros((n, c.GIVEN), dtype=np.int64)
    given[:, c.ARRIVAL] = np.repeat(np.arange(len(counts)) * DAY, counts) + clock_of(draw("hour").random(n), hours)
    given[:, c.SITE], given[:, c.WARD] = len(plan.parameters.departments), w
    given[:, c.MOVE] = _seconds(draw("move"), plan.parameters.steps.leaving, n)
    gives_up = int(plan.parameters.discharge.elective_gives_up_after_hours * 3_600)
    given[:, c.PATIENCE] = NEVER if ward.any_day else gives_up
    ages = elective.ages.get(ward.family, elective.ages["others"])
    rank = _pick(draw("age").random(n), list(ages.values()))
    return {
        "given": given,
        "age": np.array([AGES.index(name) for name in ages])[rank],
        "woman": (draw("sex").random(n) < 0.5) | (ward.family == "obstetrics"),
        "ccmu": np.zeros(n, dtype=np.int64),
        "carried": np.zeros(n, dtype=bool),
        **draw_stay(draw, n),
    }


def _calendar(plan: Plan, w: int) -> np.ndarray:
    """Return the factor of each day on a ward's planned stays; 1 on average over ordinary weeks."""
    import numpy as np

    days, elective = plan.days, plan.parameters.elective
    if plan.parameters.wards[w].any_day:
        return np.ones(len(days.dates))
    week = np.asarray(elective.weekday) * 7 / sum(elective.weekday)
    return np.where(days.holiday, elective.holiday, week[days.weekday]) * np.where(days.summer, elective.summer, 1.0)


def _pick(u: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    import numpy as np

    edges = np.cumsum(np.asarray(shares, dtype=float))
    return np.searchsorted(edges[:-1] / edges[-1], u, side="right")


def _seconds(draw: np.random.Generator, spread: Spread, n: int) -> np.ndarray:
    import numpy as np

    return _whole(np.exp(spread.mu + spread.sigma * draw.standard_normal(n)))


def _by_ccmu(draw: np.random.Generator, spread: ByCcmu, ccmu: np.ndarray) -> np.ndarray:
    import numpy as np

    mu, sigma = np.array([spread.at(k).mu for k in range(5)]), spread.at(0).sigma
    return _whole(np.exp(mu[ccmu] + sigma * draw.standard_normal(len(ccmu))))


def _whole(minutes: np.ndarray) -> np.ndarray:
    import numpy as np

    seconds: np.ndarray = np.maximum(SHORTEST, np.rint(60 * minutes)).astype(np.int64)
    return seconds
