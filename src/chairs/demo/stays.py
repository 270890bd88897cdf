"""How long an admitted patient will stay, in which wards, and at which hour they will leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

    from chairs.demo.parameters import Discharge
    from chairs.demo.plan import Plan


def draw_stay(draw: Callable[..., np.random.Generator], n: int) -> dict[str, np.ndarray]:
    """Return the chance of `n` patients' stays, whatever their wards turn out to be."""
    return {
        "onward": draw("onward").random((n, 2)),
        "held": draw("held").integers(0, 1_000, n),
        "length": draw("stay").standard_normal(n),
        "length2": draw("stay2").standard_normal(n),
        "hour": draw("out").random(n),
        "hour2": draw("out2").random(n),
    }


def fill_stays(plan: Plan, given: np.ndarray, chance: Mapping[str, np.ndarray]) -> None:
    """Write wards, nights and hours of discharge into `given`, whose column WARD says who is admitted where."""
    import numpy as np

    from chairs.demo import chronology as c

    wards, first = plan.parameters.wards, given[:, c.WARD]
    goes_on = (first >= 0) & (chance["onward"][:, 0] < np.array([ward.onward for ward in wards])[first])
    then = (plan.flows.onward[first] <= chance["onward"][:, 1:]).sum(axis=1)
    given[:, c.WARD2] = np.where(goes_on, then, -1)
    given[:, c.HELD] = chance["held"]
    hours = discharge_hours(plan.parameters.discharge, plan.changes.before_noon)
    _lengths(plan, given, (c.WARD, c.NIGHTS, c.CLOCK), chance["length"], clock_of(chance["hour"], hours))
    _lengths(plan, given, (c.WARD2, c.NIGHTS2, c.CLOCK2), chance["length2"], clock_of(chance["hour2"], hours))
    index = {ward.code: w for w, ward in enumerate(wards)}
    for code in plan.changes.closed:
        instead = index[wards[index[code]].overflow[0]]
        for column in (c.WARD, c.WARD2):
            given[given[:, column] == index[code], column] = instead


def _lengths(plan: Plan, given: np.ndarray, columns: tuple[int, int, int], z: np.ndarray, clock: np.ndarray) -> None:
    import numpy as np

    ward, nights, out = columns
    given[:, out] = clock
    for w, it in enumerate(plan.parameters.wards):
        those = given[:, ward] == w
        length = np.exp(it.stay.mu + it.stay.sigma * z[those])
        if it.nights is None:
            given[those, out] = np.rint(length * 3_600)
        else:
            given[those, nights] = np.maximum(1, np.rint(length))


def discharge_hours(discharge: Discharge, before_noon: float | None) -> dict[int, float]:
    """Return the weights of the hours of discharge, with the share before noon that a what-if asks for.

    Examples
    --------
    >>> from chairs.demo.parameters import read_parameters
    >>> hours = discharge_hours(read_parameters().discharge, 0.5)
    >>> round(sum(w for h, w in hours.items() if h < 12) / sum(hours.values()), 6)
    0.5
    """
    hours = dict(discharge.hours)
    if before_noon is None:
        return hours
    early = sum(weight for hour, weight in hours.items() if hour < 12) / sum(hours.values())
    ratio = {True: before_noon / early, False: (1 - before_noon) / (1 - early)}
    return {hour: weight * ratio[hour < 12] for hour, weight in hours.items()}


def clock_of(u: np.ndarray, hours: Mapping[int, float]) -> np.ndarray:
    """Return seconds after midnight from uniforms and hourly weights (inverse cumulative distribution)."""
    import numpy as np

    weights = np.array([hours.get(h, 0.0) for h in range(24)])
    edges = np.concatenate([[0.0], np.cumsum(weights / weights.sum())])
    seconds: np.ndarray = np.minimum((np.interp(u, edges, np.arange(25)) * 3_600).astype(np.int64), 86_399)
    return seconds
