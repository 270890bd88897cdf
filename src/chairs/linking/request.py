"""What is asked of a link: outcomes, exposures, covariates, period."""

from __future__ import annotations

from dataclasses import dataclass

from chairs.core.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One exploratory question across establishments.

    Parameters
    ----------
    protocol
        Word under which the links are kept (the study, until it has a protocol file).
    outcomes
        Scores looked at, each "instrument/dimension".
    exposures
        Codes of indicators; none: all of the platform's that the establishments have.
    sizes
        Indicators that measure size; the first that the establishments have is adjusted for.
    groups
        Traits of the establishments adjusted for; one that does not vary among those compared is left out.
    period
        Year compared; None: the last year in which the outcome and an indicator are both there.
    """

    protocol: str
    outcomes: tuple[str, ...]
    exposures: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ("mco_beds", "headcount")
    groups: tuple[str, ...] = ("status", "emergency")
    period: str | None = None


def request(study: Study) -> Request:
    """Return what `study` asks: every dimension of its outcome's instrument, the overall score of its others.

    Examples
    --------
    >>> from chairs.core.errors import Text
    >>> ask = Study(name="x", title=Text(fr="X", en="X"), question=Text(fr="?", en="?"), level="demo", period="2024",
    ...     stages=(), instruments=("demo-patient-experience", "demo-staff-barometer"),
    ...     outcome="demo-staff-barometer/all")
    >>> request(ask).outcomes[0], len(request(ask).outcomes)
    ('demo-staff-barometer/all', 6)
    """
    from chairs.surveys.instrument import OVERALL, instrument

    main = study.outcome.partition("/")[0] if study.outcome else None
    outcomes = [study.outcome] if study.outcome else []
    for name in sorted(study.instruments, key=lambda name: (name != main, name)):
        dimensions = [dimension.name for dimension in instrument(name).dimensions]
        outcomes += [f"{name}/{d}" for d in dimensions if name == main or d == OVERALL]
    year = study.period if len(study.period) == 4 else None
    return Request(
        protocol=study.name, outcomes=tuple(dict.fromkeys(outcomes)), exposures=study.indicators, period=year
    )
