"""The planted truths as frozen records, for the generator and for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from chairs.core.records import build, read_yaml
from chairs.demo.parameters import HERE

NOT_READ = ("what_ifs", "what_if_effects")  # changes to plant and what they did: read by `truths` and the tests only


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One dimension of a questionnaire: its mean score, its items, points per doubling of the size."""

    mean: float
    items: tuple[str, ...]
    per_doubling: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """Who is asked, what, and how a site's status moves the answers (points)."""

    asked: tuple[str, ...]
    invited: tuple[int, ...]
    dimensions: Mapping[str, Dimension]
    reversed: tuple[str, ...] = ()
    status: Mapping[str, float] = field(default_factory=dict)
    emergency: float = 0.0
    not_concerned: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Standard deviations (points) of what no indicator explains, and how alike a person's answers are."""

    site: float
    dimension: float
    year: float
    precision: float
    common: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Points of a dimension per unit of an indicator, between sites and within one."""

    instrument: str
    dimension: str
    exposure: str
    between: float
    within: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How an indicator comes about."""

    base: float
    between: float
    within: float
    low: float
    high: float
    doubling: float = 0.0
    for_profit: float = 0.0
    non_profit: float = 0.0
    emergency: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What moves one dimension for a patient of the demonstration hospital."""

    dimension: str
    points: float
    at_most_hours: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalEffects:
    """Effects planted inside the demonstration hospital."""

    boarding_hour: Lived
    other_ward: Lived
    unit_absenteeism: Lived


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Who answers, by which mode, and what age and mode do to the answers."""

    answers: Mapping[str, float]
    staff_answers: Mapping[str, float]
    leaning: float
    age_points: Mapping[str, float]
    paper: Mapping[str, float]
    paper_points: float
    ages: Mapping[str, float]
    staff_ages: Mapping[str, float]
    customer_ages: Mapping[str, float]
    with_address: float
    skipped: float
    does_not_know: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """All planted truths that the generator reads."""

    instruments: Mapping[str, Questionnaire]
    spread: Spread
    effects: tuple[Effect, ...]
    confounded: tuple[str, ...]
    no_effect: tuple[str, ...]
    exposures: Mapping[str, Mapping[str, Exposure]]
    hospital: HospitalEffects
    answering: Answering


@cache
def read_planted() -> Planted:
    """Return the planted truths of `truths.yaml`, without the results of the what-ifs.

    Examples
    --------
    >>> [e.within for e in read_planted().effects if (e.dimension, e.exposure) == ("pec_med", "turnover")]
    [0.0]
    """
    content = read_yaml(HERE / "truths.yaml")
    return build(Planted, {key: value for key, value in content.items() if key not in NOT_READ}, "demo/truths.yaml")
