"""The numbers of the demonstration territory as frozen records, read from its two YAML files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from chairs.core.records import build, read_yaml

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Identity of the invented hospital."""

    finess: str
    legal_entity: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """First and last day (ISO) of the extracts, and the days run before them to fill the beds."""

    first: str
    last: str
    warm_up_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """When people come: shares by hour (%), factors by weekday and month, variance of the daily factor."""

    weekday: tuple[float, ...]
    week: tuple[float, ...]
    weekend: tuple[float, ...]
    day_variance: float
    severity: float
    holiday: float
    month: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """A yearly epidemic: its peak, its height over the usual (share) and its standard deviation in days."""

    month: int
    day: int
    height: float
    width_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts:
    """People at work from 0 to 8 h, 8 to 20 h and 20 to 24 h, on week days and on weekends and holidays."""

    week: tuple[int, ...]
    weekend: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """One emergency department: who comes (shares by age band and CCMU 1 to 5), who works, what is there."""

    code: str
    label: str
    visits_a_day: float
    wave: Wave
    ages: Mapping[str, float]
    ccmu: tuple[float, ...]
    admission: tuple[float, ...]
    admission_by_age: Mapping[str, float]
    imaging: tuple[float, ...]
    nurses: Shifts
    doctors: Shifts
    boxes: int
    rooms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A lognormal: its mean (minutes, hours or nights, as its place says) and coefficient of variation."""

    mean: float
    cv: float

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.sqrt(math.log(1 + self.cv**2))

    @property
    def mu(self) -> float:
        """Mean of the logarithm."""
        return math.log(self.mean) - self.sigma**2 / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ByCcmu:
    """A lognormal whose mean (minutes) depends on the CCMU class, 1 to 5."""

    mean: tuple[float, ...]
    cv: float

    def at(self, rank: int) -> Spread:
        """Return the distribution for the class of that rank (0 = CCMU 1)."""
        return Spread(mean=self.mean[rank], cv=self.cv)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Durations of the steps in the emergency department, in minutes."""

    triage: Spread
    doctor: ByCcmu
    imaging: Spread
    tests: ByCcmu
    leaving: Spread
    move: Spread
    patience: ByCcmu
    ambulance: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharge:
    """Clock hours of discharge (weights), share held to the next day, patience of those who wait for a bed."""

    hours: Mapping[int, float]
    held: Mapping[str, float]
    outlier_after_hours: float
    elective_gives_up_after_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Elective:
    """When planned admissions come."""

    weekday: tuple[float, ...]
    hours: Mapping[int, float]
    holiday: float
    ages: Mapping[str, Mapping[str, float]]
    summer: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """One ward: its beds, how long people stay, where its patients come from and go on to."""

    code: str
    label: str
    family: str
    beds: int
    fte: float
    nights: Spread | None = None
    hours: Spread | None = None
    demand: float = 0.0
    ed: float = 0.0
    ed_80: float = 0.0
    severe: float = 0.0
    child: float = 0.0
    any_day: bool = False
    overflow: tuple[str, ...] = ()
    onward: float = 0.0

    @property
    def stay(self) -> Spread:
        """Length of a stay: in nights, or in hours for a ward that counts hours."""
        return self.nights or self.hours or Spread(mean=1, cv=0.1)

    @property
    def mean_days(self) -> float:
        """Mean length of a stay, in days."""
        return self.stay.mean / (1 if self.nights else 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Share of the beds that are open on weekends and in the summer period, by family of wards."""

    weekend: Mapping[str, float]
    summer: Mapping[str, float]
    weekend_by_ward: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit without beds: its full-time equivalents, its violence reports per 1,000 of them and year."""

    code: str
    label: str
    fte: float
    violence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The people of the hospital by unit and month; mappings hold means and standard deviations."""

    units: tuple[Unit, ...]
    ward_violence: Mapping[str, float]
    people_per_fte: float
    hours_a_year: float
    absenteeism: Mapping[str, float]
    turnover: float
    agency: Mapping[str, float]
    accident_frequency: float
    days_per_accident: float
    training_hours: float
    violence_levels: tuple[float, ...]
    day_stays_a_year: float
    income_per_fte: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The invented hospital."""

    hospital: Site
    period: Period
    profile: Profile
    departments: tuple[Department, ...]
    steps: Steps
    discharge: Discharge
    elective: Elective
    wards: tuple[Ward, ...]
    onward: Mapping[str, Mapping[str, float]]
    opening: Opening
    staff: Staff
    regions: tuple[str, ...]


@cache
def read_parameters() -> Parameters:
    """Return the numbers of `parameters.yaml`, checked.

    Raises
    ------
    SettingError
        For an unknown or missing key.

    Examples
    --------
    >>> sum(ward.beds for ward in read_parameters().wards)
    847
    """
    return build(Parameters, read_yaml(HERE / "parameters.yaml"), "demo/parameters.yaml")
