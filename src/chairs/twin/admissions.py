"""Admissions to expect among the emergency patients present: each one's chance, and the distribution of the sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.flow.risk.model import RiskModel
from chairs.flow.risk.moments import HOUR, SEEN, clock_columns
from chairs.twin.leaning import Leaning

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.twin.whereabouts import Person

BAND = (0.1, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admissions:
    """How many of those present will be admitted.

    Parameters
    ----------
    undecided, waiting
        Emergency patients of whom it is not known yet, and those who wait for a bed.
    mean, low, high
        Admissions expected among the undecided: mean and 80 % interval.
    """

    undecided: int
    waiting: int
    mean: float
    low: float
    high: float


def expected_admissions(model: RiskModel, people: Sequence[Person], at: int) -> Admissions:
    """Return the admissions to expect among the emergency patients present.

    Parameters
    ----------
    people
        Who is present, from `chairs.twin.whereabouts.people`.
    at
        That moment, UTC microseconds.

    Notes
    -----
    Given their probabilities patients are independent: the sum is Poisson binomial, computed exactly by convolution.
    """
    import numpy as np

    open_cases = undecided(model, people)
    chance = model.probability(known_at(model, open_cases, at)) if open_cases else np.zeros(0)
    sums = distribution(chance)
    edges = [int(np.searchsorted(np.cumsum(sums), share - 1e-12)) for share in BAND]
    return Admissions(
        undecided=len(open_cases),
        waiting=sum(_waits(model, person) for person in people),
        mean=round(float(chance.sum()), 6),
        low=float(edges[0]),
        high=float(edges[1]),
    )


def leaning(model: RiskModel, people: Sequence[Person], at: int) -> Leaning:
    """Return each undecided emergency patient's own chance of admission, for `chairs.twin.outlook.outlook`."""
    open_cases = undecided(model, people)
    chance = model.probability(known_at(model, open_cases, at)).tolist() if open_cases else []
    return Leaning(
        to=tuple(model.admission),
        chance={person.case: share for person, share in zip(open_cases, chance, strict=True)},
    )


def undecided(model: RiskModel, people: Sequence[Person]) -> list[Person]:
    """Return the emergency patients of whom it is not known yet whether they are admitted."""
    found = []
    for person in people:
        steps = {step for step, _, _ in person.history}
        if model.arrival in steps and not steps.intersection(model.admission):
            found.append(person)
    return found


def known_at(model: RiskModel, people: Sequence[Person], at: int) -> pd.DataFrame:
    """Return what is known of patients present, in the columns of `chairs.flow.risk.moments.looks`."""
    import numpy as np
    import pandas as pd

    clock = clock_columns(np.full(len(people), at, dtype=np.int64), model.timezone)
    counts = [Counter(step for step, _, _ in person.history) for person in people]
    columns: dict[str, object] = {
        "case_id": [person.case for person in people],
        "unit": [person.unit for person in people],
        "hours_here": [(at - person.arrived) / HOUR for person in people],
        "hours_since_news": [(at - person.step_since) / HOUR for person in people],
    }
    columns |= {name: values if model.calendar == "real" else 0.0 for name, values in clock.items()}
    steps = [name.removeprefix(SEEN) for name in model.columns if name.startswith(SEEN)]
    columns |= {SEEN + step: [count[step] for count in counts] for step in steps}
    over = [_over(person) for person in people]
    for name, step in model.known.items():
        columns[name] = [
            person.attributes.get(name) if step in done else None for person, done in zip(people, over, strict=True)
        ]
    return pd.DataFrame(columns)


def _over(person: Person) -> set[str]:
    """Return the steps that are over: all but a latest one that is asked for or under way."""
    steps = [step for step, _, _ in person.history]
    return set(steps if person.step_end is not None else steps[:-1])


def distribution(chance: np.ndarray) -> np.ndarray:
    """Return the probability of each number of admissions, shape (patients + 1,).

    Examples
    --------
    >>> import numpy as np
    >>> distribution(np.array([0.5, 0.5])).tolist()
    [0.25, 0.5, 0.25]
    """
    import numpy as np

    found = np.ones(1)
    for p in chance:
        found = np.convolve(found, [1 - p, p])
    return found


def _waits(model: RiskModel, person: Person) -> bool:
    """Say whether a patient is to be admitted and still where he arrived."""
    steps = [step for step, _, _ in person.history]
    if model.arrival not in steps or not set(steps) & set(model.admission):
        return False
    place = person.history[steps.index(model.arrival)][1]
    return place == person.unit
