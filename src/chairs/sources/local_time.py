"""Times of a local clock turned into UTC, both clock changes included, as an SQL expression for millions of rows.

The rule, for any time zone:

- an hour that the clock skips (spring) is read as the instant of the change;
- an hour that the clock repeats (autumn) is read as its first occurrence; the caller may ask for the
  second, which the readers do when the first would put an end before its start.

So a later wall time never gives an earlier instant, and a clock change never makes a duration negative.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000  # microseconds
FIRST_YEAR, LAST_YEAR = 1900, 2300  # dates outside are refused
Span = tuple[int | None, int | None]  # lowest and highest wall time, in microseconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=5)  # no zone has two changes closer than this


@dataclass(frozen=True, slots=True)
class Shift:
    """One change of a clock: its instant and the offsets to UTC before and after, in microseconds."""

    at: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """From the wall time `since` on: UTC is the wall time minus `offset`, or the instant `fixed`."""

    since: int
    offset: int
    fixed: int | None = None


def utc(wall: str, zone: str, span: Span = (None, None), *, second: bool = False) -> str:
    """Return the SQL that turns a wall time into UTC, both in microseconds since 1970.

    Parameters
    ----------
    wall
        Column of whole numbers: what the clock showed, as if it were UTC.
    zone
        IANA time zone.
    span
        Lowest and highest wall time that occur, to leave the other years out; 1900 to 2300 when absent.
    second
        Read a repeated hour as its second occurrence.

    Notes
    -----
    A balanced tree of comparisons over the changes of the zone. Checked against `zoneinfo` with both folds.

    Examples
    --------
    >>> utc("wall", "Etc/GMT-1")
    'wall - (3600000000)'
    """
    pieces = _pieces(zone, second)
    low, high = span
    if low is not None and high is not None:
        since = [piece.since for piece in pieces]
        pieces = pieces[max(bisect_right(since, low) - 1, 0) : bisect_right(since, high)]
    return _tree(wall, pieces)


def skipped(wall: str, zone: str, span: Span = (None, None)) -> str:
    """Return the SQL that says whether a wall time is one that the clock of the zone never showed (spring).

    Parameters
    ----------
    wall, span
        As in `utc`.

    Examples
    --------
    >>> spring = 1_711_839_600 * SECOND  # 2024-03-30 23:00, then an hour less in that night
    >>> skipped("wall", "Europe/Paris", (spring, spring + 86_400 * SECOND))
    '(wall >= 1711850400000000 and wall < 1711854000000000)'
    """
    low, high = span
    gaps = [(shift.at + shift.before, shift.at + shift.after) for shift in shifts(zone) if shift.after > shift.before]
    if low is not None and high is not None:
        gaps = [(first, last) for first, last in gaps if low < last and first <= high]
    return " or ".join(f"({wall} >= {first} and {wall} < {last})" for first, last in gaps) or "false"


def _tree(wall: str, pieces: tuple[_Piece, ...]) -> str:
    if len(pieces) == 1:
        piece = pieces[0]
        return f"{wall} - ({piece.offset})" if piece.fixed is None else str(piece.fixed)
    middle = len(pieces) // 2
    low, high = _tree(wall, pieces[:middle]), _tree(wall, pieces[middle:])
    return f"case when {wall} < {pieces[middle].since} then {low} else {high} end"


@lru_cache(maxsize=16)
def _pieces(zone: str, second: bool) -> tuple[_Piece, ...]:
    changes = shifts(zone)
    pieces = [_Piece(-(1 << 62), changes[0].before if changes else _offset(zone, _EPOCH))]
    for shift in changes:
        if shift.after > shift.before:
            pieces.append(_Piece(shift.at + shift.before, 0, shift.at))
            pieces.append(_Piece(shift.at + shift.after, shift.after))
        else:
            pieces.append(_Piece(shift.at + (shift.after if second else shift.before), shift.after))
    return tuple(pieces)


@lru_cache(maxsize=16)
def shifts(zone: str) -> tuple[Shift, ...]:
    """Return the changes of a zone's offset from 1900 to 2300, in order.

    Examples
    --------
    >>> spring = next(s for s in shifts("Europe/Paris") if s.at > 1_704_067_200 * SECOND)
    >>> (_EPOCH + timedelta(microseconds=spring.at)).isoformat(), (spring.after - spring.before) // SECOND
    ('2024-03-31T01:00:00+00:00', 3600)
    """
    found = []
    low, last = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 1, 1, tzinfo=UTC)
    before = _offset(zone, low)
    while low < last:
        high = low + _STEP
        after = _offset(zone, high)
        if after != before:
            found.append(Shift(_change(zone, low, high), before, after))
        low, before = high, after
    return tuple(found)


def _change(zone: str, low: datetime, high: datetime) -> int:
    """Return the first second from which the offset is that of `high`, by bisection."""
    after = _offset(zone, high)
    first, last = _seconds(low), _seconds(high)
    while last - first > 1:
        middle = (first + last) // 2
        if _offset(zone, _EPOCH + timedelta(seconds=middle)) == after:
            last = middle
        else:
            first = middle
    return last * SECOND


def _seconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(seconds=1)


def _offset(zone: str, instant: datetime) -> int:
    from zoneinfo import ZoneInfo

    offset = instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    return offset // timedelta(microseconds=1)
