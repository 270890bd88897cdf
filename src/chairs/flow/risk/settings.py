"""What a study says of its patients' risk, and the numbers of `params.yaml`, as one checked record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chairs.core.errors import SettingError, problem
from chairs.core.records import build
from chairs.core.study import Study
from chairs.flow.settings import read_pathway

TRIAGE = "triage"  # name of the moment at which each patient is triaged
DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRequest:
    """How admissions and stays are read from the log, and from which moments they are foreseen.

    Parameters
    ----------
    arrival, triage
        Steps by which an emergency visit and its triage are known; a visit without the first is not one.
    admission
        Steps that say the patient is admitted, as soon as they are asked for.
    known
        Attributes of the case that may be used, each with the step after which it is known.
    groups
        Attributes among which fairness is judged.
    final, outside
        As in `chairs.flow.settings.Pathway`.
    timezone, calendar
        Clock of the site; with a fictitious calendar nothing is foreseen by the hour of the day.
    hours
        Local hours of the bed meetings (huddles).
    days
        Latest days of the log that are used, so that a large log costs no more than a small one.
    every
        Remaining stays of all present are read every so many days.
    horizon_days
        Admission counts when it is asked for within these days; longer stays are told as this long. No moment lies
        closer to the end of the log, so that no outcome is cut off.
    share
        Of the days, those from which the model learns; it is judged on the others.
    most
        Moments it learns from, at most.
    """

    arrival: str
    admission: tuple[str, ...]
    triage: str | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    final: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    timezone: str = "Europe/Paris"
    calendar: Literal["real", "fictitious"] = "real"
    hours: tuple[int, ...] = (7, 10, 14, 18)
    days: int = 365
    every: int = 5
    horizon_days: int = 28
    share: float = 0.8
    most: int = 30_000


def read_risk_request(study: Study, params: Mapping[str, Any], discover: Mapping[str, Any]) -> RiskRequest:
    """Return what a study asks: its block `risk`, its pathway, the numbers of `params.yaml`.

    Parameters
    ----------
    params, discover
        The blocks `risk` and `discover` of `params.yaml`.

    Raises
    ------
    SettingError
        For an unknown or missing key, an hour or a share that cannot be, a group that is not an attribute.
    """
    pathway = read_pathway(study, discover)
    where = f"{study.name}.yaml, risk"
    build(RiskRequest, {"arrival": "", "admission": [""], **params}, "params.yaml, risk")
    shared = {
        "arrival": pathway.arrival or pathway.reference,
        "final": list(pathway.final),
        "outside": list(pathway.outside),
        "timezone": pathway.timezone if study.calendar == "real" else "UTC",
        "calendar": study.calendar,
    }
    asked = build(RiskRequest, {**shared, **params, **study.risk}, where)
    wrong = [
        column
        for column, bad in (
            ("hours", not all(0 <= hour < 24 for hour in asked.hours)),
            ("share", not 0 < asked.share < 1),
            ("days", min(asked.days, asked.every, asked.horizon_days, asked.most) < 1),
            ("groups", not set(asked.groups) <= set(asked.known)),
            ("admission", not asked.admission),
        )
        if bad
    ]
    if wrong:
        raise SettingError(
            tuple(problem("valeur impossible", "impossible value", file=where, column=column) for column in wrong)
        )
    return asked


def moment_of(hour: int) -> str:
    """Return the name of a bed meeting's moment.

    Examples
    --------
    >>> moment_of(7)
    'h07'
    """
    return f"h{hour:02d}"
