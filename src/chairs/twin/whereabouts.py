"""Who is where at one moment: unit, bed, step, since when, or in which queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chairs.twin.folding import Line, Notice, attributes, by_case, pathway

ALL = "all"  # the whole site, as in `chairs.flow.census`


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How presence is read from the lines of a case.

    Parameters
    ----------
    outside
        Steps at which the patient is not there.
    final
        Steps that end a pathway. When given, a case whose last known step is not one of them is still there; a log
        that dates ends only says it in no other way.
    """

    outside: tuple[str, ...] = ()
    final: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One patient present: times in UTC microseconds.

    Parameters
    ----------
    unit, since
        Where he is, and since when without a break.
    arrived
        Start of his visit.
    activity, step_since, step_end
        Latest step known, since when, and its end if it is over. A step asked for and not begun: `waiting`.
    history
        All steps known so far with their units, the latest last.
    """

    case: str
    unit: str
    since: int
    arrived: int
    activity: str
    step_since: int
    step_end: int | None
    waiting: bool
    bed: str | None = None
    resource: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    history: tuple[tuple[str, str | None, str | None], ...] = ()


def people(
    known: Mapping[tuple[str, str], Notice], at: int, rule: Rule | None = None, *, ends: bool | None = None
) -> tuple[Person, ...]:
    """Return who is present at a moment, in the order of their identifiers.

    Parameters
    ----------
    known
        Result of `chairs.twin.folding.fold`.
    at
        UTC microseconds. Lines that lie later only say that the patient is still there; nothing else of them counts.
    ends
        Whether the source dates ends (then a last line without one is under way); None: looked up in `known`.

    Notes
    -----
    The rule is that of `chairs.flow.census.hourly_census`: a patient is in a unit from the first step of an unbroken
    run there until the first step elsewhere, and at the end until the latest end of the case. Counted by unit the
    result equals that census exactly (`tests/property/test_folding.py`).
    """
    cases = by_case(known)
    pathways = {case: pathway(notices) for case, notices in cases.items()}
    if ends is None:
        ends = any(line.end is not None for lines in pathways.values() for line in lines)
        ends = ends or any(line.kind == "move" for notice in known.values() for line in notice.lines)
    found = []
    for case, lines in pathways.items():
        place = locate(lines, at, rule or Rule(), ends=ends)
        if place is not None:
            found.append(_person(case, lines, at, place, attributes(cases[case])))
    return tuple(found)


def locate(lines: Sequence[Line], at: int, rule: Rule, *, ends: bool) -> tuple[str, int, int] | None:
    """Return unit, entry into it and entry into the site of a patient at a moment; None when he is not there."""
    placed = [line for line in lines if line.unit is not None and line.activity not in rule.outside]
    if not placed or _begins(placed[0]) > at:
        return None
    gone = left(placed, rule, ends=ends)
    if gone is not None and gone <= at:
        return None
    unit, since = "", 0
    for line in placed:
        if _begins(line) > at:
            break
        if line.unit != unit:
            unit, since = str(line.unit), _begins(line)
    return unit, since, _begins(placed[0])


def left(placed: Sequence[Line], rule: Rule, *, ends: bool) -> int | None:
    """Return when a patient left, None while he is there."""
    last = placed[-1]
    if (ends and last.end is None) or (rule.final and last.activity not in rule.final):
        return None
    return max(line.finishes or 0 for line in placed)


def _begins(line: Line) -> int:
    return line.begins or 0


def _person(
    case: str, lines: Sequence[Line], at: int, place: tuple[str, int, int], labels: Mapping[str, str]
) -> Person:
    known = [(line, _known(line, at)) for line in lines]
    begun = [(line, times) for line, times in known if any(time is not None for time in times)]
    begun.sort(key=lambda item: _first(item[1]))
    line, (_, start, end) = begun[-1]
    unit, since, arrived = place
    beds = [line.bed for line, _ in begun if line.bed is not None and line.unit == unit]
    return Person(
        case=case,
        unit=unit,
        since=since,
        arrived=arrived,
        activity=line.activity,
        step_since=_first(begun[-1][1]),
        step_end=end,
        waiting=start is None and end is None,
        bed=beds[-1] if beds else None,
        resource=line.resource,
        attributes=dict(labels),
        history=tuple((line.activity, line.unit, line.resource) for line, _ in begun),
    )


Times = tuple[int | None, int | None, int | None]


def _known(line: Line, at: int) -> Times:
    """Return request, start and end as far as they were known at a moment."""
    requested, start, end = (
        time if time is not None and time <= at else None for time in (line.requested, line.start, line.end)
    )
    return requested, start, end


def _first(times: Times) -> int:
    requested, start, end = times
    return next((time for time in (start, end, requested) if time is not None), 0)


def count(present: Iterable[Person]) -> dict[str, int]:
    """Return how many are present in each unit and on the whole site.

    Examples
    --------
    >>> count([])
    {'all': 0}
    """
    found = Counter(person.unit for person in present)
    return {ALL: sum(found.values()), **dict(sorted(found.items()))}
