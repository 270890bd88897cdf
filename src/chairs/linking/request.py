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
    kind
        Establishments compared (`hospital`, `company`), never both at once; None: the more numerous with a score.
    """

    protocol: str
    outcomes: tuple[str, ...]
    exposures: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ("mco_beds", "headcount")
    groups: tuple[str, ...] = ("status", "emergency")
    period: str | None = None
    kind: str | None = None


def request(study: Study) -> Request:
    """Return what `study` asks: its outcome first, then every dimension of its instruments.

    Examples
    --------
    >>> from chairs.core.errors import Text
    >>> ask = Study(name="x", title=Text(fr="X", en="X"), question=Text(fr="?", en="?"), level="public", period="2019",
    ...     stages=(), instruments=("esatis-48h-mco", "esatis-ca"), outcome="esatis-ca/all")
    >>> request(ask).outcomes[:2], len(request(ask).outcomes), request(ask).period
    (('esatis-ca/all', 'esatis-48h-mco/all'), 15, '2019')
    """
    from chairs.surveys.instrument import instrument

    outcomes = [study.outcome] if study.outcome else []
    outcomes += [f"{name}/{d.name}" for name in study.instruments for d in instrument(name).dimensions]
    year = study.period if len(study.period) == 4 else None
    return Request(
        protocol=study.name,
        outcomes=tuple(dict.fromkeys(outcomes)),
        exposures=study.exposures or study.indicators,
        period=year,
    )
