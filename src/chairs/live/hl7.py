"""HL7 version 2 messages: segments, fields, repetitions, components, escapes, time stamps, batch files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

HEADERS = ("FHS", "BHS", "FTS", "BTS")  # of files and batches
_STAMP = re.compile(r"(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:\.(\d{1,6}))?([+-]\d{4})?")
MICROSECOND = dt.timedelta(microseconds=1)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Unreadable(ValueError):
    """What is wrong with a message, as a code of `chairs.live.reasons`; never a value of it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its segments as lists of raw fields, and its five encoding characters."""

    segments: tuple[tuple[str, ...], ...]
    marks: str  # field, component, repetition, escape, subcomponent

    def get(self, segment: str, field: int, component: int = 1) -> str:
        r"""Return one component of the first repetition of a field, unescaped; empty where there is none.

        Examples
        --------
        >>> read_message("MSH|^~\\&|HIS\rPV1|1|I|WARD^101^B~OTHER").get("PV1", 3, 2)
        '101'
        """
        found = self._field(segment, field).split(self.marks[2])[0].split(self.marks[1])
        text = found[component - 1] if len(found) >= component else ""
        return unescaped(text.split(self.marks[4])[0], self.marks).strip()

    def has(self, segment: str) -> bool:
        """Say whether there is such a segment."""
        return any(fields[0] == segment for fields in self.segments)

    def _field(self, segment: str, field: int) -> str:
        for fields in self.segments:
            if fields[0] == segment:
                return fields[field] if len(fields) > field else ""
        return ""


def messages(text: str) -> Iterator[str]:
    r"""Give the messages of a file: one or many, with or without batch headers, with any line end.

    Examples
    --------
    >>> [len(one.splitlines()) for one in messages("BHS|x\rMSH|^~\\&|a\rEVN||1\rMSH|^~\\&|b\rBTS|2\r")]
    [2, 1]
    """
    lines: list[str] = []
    for raw in re.split(r"[\r\n\v\x1c]+", text.lstrip("\ufeff")):
        line = raw.strip()
        if not line or line[:3] in HEADERS:
            continue
        if line.startswith("MSH") and lines:
            yield "\r".join(lines)
            lines = []
        lines.append(line)
    if lines:
        yield "\r".join(lines)


def read_message(text: str) -> Message:
    """Read one message; the field separator and the encoding characters are those that it declares.

    Raises
    ------
    Unreadable
        When it has no header or no encoding characters.
    """
    lines = [line for line in re.split(r"[\r\n]+", text) if line]
    if not lines or not lines[0].startswith("MSH"):
        raise Unreadable("no_header")
    mark = lines[0][3:4]
    declared = lines[0][4:].split(mark)[0] if mark else ""
    if len(declared) < 3 or mark.isalnum() or len({mark, *declared}) != len(declared) + 1:
        raise Unreadable("no_encoding")
    marks = mark + declared + ("&" if len(declared) == 3 else "")
    segments = []
    for line in lines:
        fields = line.split(mark)
        segments.append(tuple([fields[0], mark, *fields[1:]] if line is lines[0] else fields))
    return Message(tuple(segments), marks[:5])


def unescaped(text: str, marks: str) -> str:
    r"""Return a text with its escape sequences replaced; unknown ones are left out.

    Examples
    --------
    >>> unescaped("A\\T\\E 2\\S\\3 \\X41\\", "|^~\\&")
    'A&E 2^3 A'
    """
    field, component, repetition, escape, sub = tuple(marks)
    if escape not in text:
        return text
    known = {"F": field, "S": component, "R": repetition, "E": escape, "T": sub, ".br": "\n"}
    parts = text.split(escape)
    found = parts[0]
    for place in range(1, len(parts), 2):
        word, after = parts[place], parts[place + 1] if place + 1 < len(parts) else ""
        found += known.get(word, _from_hex(word)) + after
    return found


def _from_hex(word: str) -> str:
    if not re.fullmatch(r"X([0-9A-Fa-f]{2})+", word):
        return ""
    return bytes.fromhex(word[1:]).decode("utf-8", errors="replace")


def moment(text: str, zone: str = "Europe/Paris") -> int | None:
    """Return a time stamp as UTC microseconds; None when it is empty.

    A stamp without offset is read on the clock of `zone` (the first occurrence of a repeated hour); one that stops
    at the day is its midnight.

    Raises
    ------
    Unreadable
        When it is not a time stamp with a day at least, or no such day exists.

    Examples
    --------
    >>> moment("20260105080000") == moment("20260105070000+0000") == moment("202601050800")
    True
    """
    if not text:
        return None
    match = _STAMP.fullmatch(text)
    if match is None or match[3] is None or (match[4] is not None and match[5] is None):
        raise Unreadable("bad_time")
    year, month, day, hour, minute, second = (int(match[i] or 0) for i in range(1, 7))
    micro = int((match[7] or "0").ljust(6, "0"))
    try:
        wall = dt.datetime(year, month, day, hour, minute, min(second, 59), micro)
        offset = _offset(match[8]) if match[8] else _zone(zone)
        instant = wall.replace(tzinfo=offset).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Unreadable("bad_time") from None
    if not 1900 <= year <= 2300:
        raise Unreadable("bad_time")
    return (instant - _EPOCH) // MICROSECOND


def _offset(text: str) -> dt.tzinfo:
    minutes = int(text[1:3]) * 60 + int(text[3:5])
    return dt.timezone((-1 if text[0] == "-" else 1) * dt.timedelta(minutes=minutes))


@lru_cache(maxsize=8)
def _zone(zone: str) -> dt.tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(zone)
