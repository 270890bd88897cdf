"""How many patients each ward expects: from the emergency departments, from other wards, and planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from chairs.demo.parameters import Department, Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Expected stays a day by ward at size 1.

    Parameters
    ----------
    destination
        Cumulated shares of the wards, by kind of patient: `ed`, `ed_80`, `severe`, `child`.
    onward
        Cumulated shares of the ward after the first one [ward, ward]; rows of zeros where none.
    emergency, planned
        First stays a day, admitted from the ED and planned.
    """

    destination: dict[str, np.ndarray]
    onward: np.ndarray
    emergency: np.ndarray
    planned: np.ndarray


def admission_chance(department: Department) -> np.ndarray:
    """Return the chance of admission [age band, CCMU 1 to 5]."""
    import numpy as np

    by_age = np.array([department.admission_by_age[age] for age in department.ages])
    chance: np.ndarray = np.minimum(by_age[:, None] * np.asarray(department.admission), 0.98)
    return chance


def kind_of_patient(age: str, ccmu: int) -> str:
    """Return which destination weights hold for an admitted patient.

    Examples
    --------
    >>> kind_of_patient("80+", 3), kind_of_patient("80+", 5), kind_of_patient("0-17", 4)
    ('ed_80', 'severe', 'child')
    """
    if age == "0-17":
        return "child"
    if ccmu >= 4:
        return "severe"
    return "ed_80" if age == "80+" else "ed"


def expected_flows(parameters: Parameters) -> Flows:
    """Return the expected stays: planned ones fill each ward up to its `demand`."""
    import numpy as np

    wards = parameters.wards
    destination = {}
    for kind in ("ed", "ed_80", "severe", "child"):
        weights = np.array([getattr(ward, kind) for ward in wards])
        destination[kind] = np.cumsum(weights / weights.sum())
    emergency = _emergency(parameters, destination)
    matrix = np.zeros((len(wards), len(wards)))
    index = {ward.code: w for w, ward in enumerate(wards)}
    for code, targets in parameters.onward.items():
        for target, weight in targets.items():
            matrix[index[code], index[target]] = weight / sum(targets.values())
    share = np.array([ward.onward for ward in wards])
    asked = np.array([ward.demand * ward.beds / ward.mean_days for ward in wards])
    first = np.maximum(asked, emergency)
    for _ in range(20):  # who goes on to a ward leaves less room there for planned stays: a fixed point
        first = np.maximum(asked - (first * share) @ matrix, emergency)
    return Flows(
        destination=destination, onward=np.cumsum(matrix, axis=1), emergency=emergency, planned=first - emergency
    )


def _emergency(parameters: Parameters, destination: dict[str, np.ndarray]) -> np.ndarray:
    import numpy as np

    expected = np.zeros(len(parameters.wards))
    for department in parameters.departments:
        chance = admission_chance(department)
        for a, (age, share) in enumerate(department.ages.items()):
            for c, part in enumerate(department.ccmu):
                shares = np.diff(destination[kind_of_patient(age, c + 1)], prepend=0.0)
                expected += department.visits_a_day * share * part * chance[a, c] * shares
    return expected
