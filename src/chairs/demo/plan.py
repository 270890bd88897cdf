"""What one run of the generator starts from: numbers, days, expected flows, seed, size, changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem
from chairs.core.streams import stream
from chairs.demo.changes import NONE, Changes
from chairs.demo.days import Days, make_days
from chairs.demo.flows import Flows, expected_flows
from chairs.demo.parameters import Parameters, read_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

AGES = ("0-17", "18-39", "40-64", "65-79", "80+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run: everything that is known before chance."""

    parameters: Parameters
    days: Days
    flows: Flows
    seed: int
    size: float
    changes: Changes

    def draw(self, *names: str | int) -> Callable[..., np.random.Generator]:
        """Return the streams whose names begin with `names`; call it with the rest of the name."""
        return partial(stream, self.seed, "demo", *names)


def make_plan(*, seed: int, size: float = 1.0, changes: Changes | None = None) -> Plan:
    """Return the plan of a run.

    Parameters
    ----------
    size
        Dial of the territory: 1 is the scale of the Centre Hospitalier de Valenciennes (278 ED visits
        a day, 847 beds) with 150 other hospitals and 40 companies; visits, beds, staff and the number
        of other establishments follow it.

    Raises
    ------
    SettingError
        For a size outside 0.02 to 4, or a change that names no ward or department.

    Examples
    --------
    >>> make_plan(seed=1, size=0.1).size
    0.1
    """
    if not 0.02 <= size <= 4:
        raise _refuse("size", ("une valeur de 0,02 à 4 est attendue", "a value from 0.02 to 4 is expected"))
    parameters, changes = read_parameters(), changes or NONE
    wards = {ward.code for ward in parameters.wards}
    for name, codes, valid in (
        ("beds", changes.beds, wards),
        ("closed", changes.closed, {ward.code for ward in parameters.wards if ward.overflow}),
        ("doctors", changes.doctors, {department.code for department in parameters.departments}),
    ):
        if unknown := sorted(set(codes) - valid):
            listed = ", ".join(sorted(valid))
            raise _refuse(f"{name}, {unknown[0]}", (f"choisir parmi : {listed}", f"choose among: {listed}"))
    flows = expected_flows(parameters)
    return Plan(
        parameters=parameters, days=make_days(parameters.period), flows=flows, seed=seed, size=size, changes=changes
    )


def _refuse(what: str, remedy: tuple[str, str]) -> SettingError:
    return SettingError((problem("réglage hors limites", "setting out of range", remedy=remedy, column=what),))
