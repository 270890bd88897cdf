"""What holds for some years only: the version of a questionnaire, and the classes of its scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chairs.core.errors import Problem, Text, problem

ANY = "any"  # a questionnaire of no edition
SPAN = re.compile(r"(\d{4})(?:(-)(\d{4})?)?")
OVERALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """Classes of the scores of one dimension for the collections of `years`; no year: any.

    `bounds` gives the lowest score of each class but the last, which is `below`. `official` says whether the body in
    charge of the survey published them, and `source` where.
    """

    years: tuple[str, ...]
    bounds: Mapping[str, float]
    below: str
    official: bool
    source: Text
    dimension: str = OVERALL

    def name_of(self, score: float) -> str:
        """Return the class of a score (`instrument("esatis-48h-mco").classes_of("2019").name_of(74.0)` is B)."""
        highest_first = sorted(self.bounds.items(), key=lambda pair: -pair[1])
        return next((name for name, least in highest_first if score >= least), self.below)


def within(year: str, span: str) -> bool:
    """Say whether a year is in a span.

    Examples
    --------
    >>> within("2021", "2021"), within("2025", "2020-2024"), within("2025", "2020-"), within("1990", "any")
    (True, False, True, True)
    """
    if span == ANY:
        return True
    first, dash, last = span.partition("-")
    return first <= year <= (last or ("9999" if dash else first))


def unreadable(years: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield in French and English what is wrong with the years of a version."""
    for span in years:
        found = SPAN.fullmatch(span)
        if span != ANY and (found is None or (found[3] or found[1]) < found[1]):
            yield "années illisibles : 2019, 2020-2024, 1998- ou any", "unreadable years: 2019, 2020-2024, 1998- or any"


def undated(file: str) -> Problem:
    """Return what is said of an instrument file without the years of its version."""
    remedy = (
        'écrire years: ["2020-2024"], ["2020-"] sans fin, ou ["any"] sans édition',
        'write years: ["2020-2024"], ["2020-"] without an end, or ["any"] without an edition',
    )
    words = ("les années de cette version ne sont pas dites", "the years of this version are not said")
    return problem(*words, file=file, column="years", remedy=remedy)
