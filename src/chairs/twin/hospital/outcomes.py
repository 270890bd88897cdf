"""What a run of a hospital's model comes to: the figures on which a scenario is judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from chairs.twin.measures import Measures

UNITS = {
    "boarding_mean": "h",
    "wait_mean": "min",
    "stay_mean": "h",
    "unseen": "%",
    "put_off": "%",
    "beds_in_use": "patients",
}
"""Measures and their units: see `outcomes`."""


def outcomes(measures: Measures) -> dict[str, np.ndarray]:
    """Return one number a replication for each measure.

    `boarding_mean` from the request of a bed to the arrival in the ward, of those admitted by the ED; `wait_mean`
    from arrival to first doctor; `stay_mean` of those sent home, in the ED; `unseen` of the visits, left before the
    doctor; `put_off` of the planned admissions; `beds_in_use` mean number of ward beds taken (the move included).
    """
    model = measures.program.model
    ed = [name for name in model.classes if name.endswith((" admitted", " home")) or name.startswith("long ED ")]
    steps = [step.name for step in model.steps]
    departments = [name.removesuffix(" triaged") for name in steps if name.endswith(" triaged")]
    lists = [arrivals.name for arrivals in model.arrivals]
    visits = [name for name in lists if name.startswith(tuple(f"{d} " for d in departments))]
    wards = [resource.name for resource in model.resources if resource.unit]
    came = _sum(measures, "arrivals", visits)
    planned = _sum(measures, "arrivals", [name for name in lists if name not in visits])
    return {
        "boarding_mean": _mean(measures, [("boarding", cls) for cls in ed]) / 60,
        "wait_mean": _mean(measures, [(f"wait {d}", None) for d in departments]),
        "stay_mean": _mean(measures, [(f"stay {d}", None) for d in departments]) / 60,
        "unseen": 100 * _sum(measures, "visits", [f"{d} left" for d in departments]) / came,
        "put_off": 100 * _sum(measures, "visits", ["put off"]) / planned,
        "beds_in_use": _sum(measures, "in_use", wards),
    }


def _sum(measures: Measures, measure: str, of: Sequence[str]) -> np.ndarray:
    total = np.zeros(len(measures.sums))
    for name in of:
        total = total + measures.values(measure, name)
    return total


def _mean(measures: Measures, of: Sequence[tuple[str, str | None]]) -> np.ndarray:
    """Return the mean over several measures or classes, weighted by their counts."""
    total, count = np.zeros(len(measures.sums)), np.zeros(len(measures.sums))
    for name, patient_class in of:
        n = measures.values("n", name, patient_class)
        total = total + np.where(n > 0, np.nan_to_num(measures.values("mean", name, patient_class)) * n, 0.0)
        count = count + n
    means: np.ndarray = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    return means
