"""A reference case with every service a little longer: the comparison must then fail, or it would see nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MEANS = {
    *("mean", "mean_days", "mean_hours", "los_mean", "physician1_mean", "consultation_mean", "los_exponential_mean"),
    *("triage_mean_exponential", "trauma_stabilisation_exponential_mean"),
}
RATES = {"service_rate", "service_rates", "service_rate_per_hour", "mu1", "mu2", "ed_service_rate", "ward_rate"}


def longer(case: Mapping[str, Any], share: float) -> dict[str, Any]:
    """Return the case with the mean of each service and stay longer by a share; what is expected stays as it was.

    Examples
    --------
    >>> longer({"parameters": {"arrival_rate": 1.0, "service_rate": 2.0}, "expected": {"mean": 3.0}}, 0.25)
    {'parameters': {'arrival_rate': 1.0, 'service_rate': 1.6}, 'expected': {'mean': 3.0}}
    """
    given = ("parameters", "spec")
    return {key: _stretched(value, "", 1 + share) if key in given else value for key, value in case.items()}


def _stretched(value: Any, key: str, factor: float) -> Any:
    if "arrival" in key or "patience" in key:
        return value
    if isinstance(value, Mapping):
        return {name: _stretched(item, name, factor) for name, item in value.items()}
    if isinstance(value, list):
        return [_stretched(item, key, factor) for item in value]
    if isinstance(value, int | float) and key in MEANS | RATES:
        return value / factor if key in RATES else value * factor
    return value
