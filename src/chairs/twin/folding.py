"""Notices of what happens to patients, folded into what is known: one result whatever the order of arrival."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["step", "move", "leave"]
STAY = "stay"  # activity of the lines that movements become
PATHWAY = "pathway"  # key of a notice that tells the whole pathway of a case


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened: times in UTC microseconds.

    Parameters
    ----------
    kind
        `step`: a line of an event log. `move`: from `start` on the patient is in `unit`. `leave`: he left at `start`.
    """

    activity: str = STAY
    kind: Kind = "step"
    unit: str | None = None
    bed: str | None = None
    resource: str | None = None
    requested: int | None = None
    start: int | None = None
    end: int | None = None

    @property
    def begins(self) -> int | None:
        """When it began: start, else end, else request (the rule of `chairs.flow.log`)."""
        return next((t for t in (self.start, self.end, self.requested) if t is not None), None)

    @property
    def finishes(self) -> int | None:
        """When it finished: end, else start, else request."""
        return next((t for t in (self.end, self.start, self.requested) if t is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one message says of one thing.

    Parameters
    ----------
    case
        Visit or stay.
    key
        What it is about, inside the case: a movement, the departure, an attribute, the whole pathway.
    moment, issue
        Version: when it was said (UTC microseconds), and the identifier of the message, which settles ties.
    cancelled
        It takes back what was said under this key.
    label
        Name and value of an attribute of the case.
    """

    case: str
    key: str
    moment: int = 0
    issue: str = ""
    cancelled: bool = False
    lines: tuple[Line, ...] = ()
    label: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, str, bool, str]:
        """Return what decides between two notices under one key: the greater one counts."""
        return self.moment, self.issue, self.cancelled, written(self)


Known: TypeAlias = dict[tuple[str, str], Notice]


def fold(notices: Iterable[Notice], known: Mapping[tuple[str, str], Notice] | None = None) -> Known:
    """Return what is known once `notices` have come on top of `known`; the latest version of each key counts.

    Parameters
    ----------
    notices
        In any order, any number of times.
    known
        What an earlier fold returned; it is not changed.

    Notes
    -----
    A map of last-writer-wins registers (Shapiro, Preguiça, Baquero & Zawirski, *Conflict-free replicated data
    types*, SSS 2011): the greater of two notices under one key is commutative, associative and idempotent, so that
    late, duplicated, corrected and cancelled notices give one result in any order. A cancellation that comes before
    what it cancels still wins, for it was said later. Checked by permutation in `tests/property/test_folding.py`.

    Examples
    --------
    >>> a, b = Notice(case="1", key="m1", moment=1), Notice(case="1", key="m1", moment=2, cancelled=True)
    >>> fold([b, a, b]) == fold([a, b])
    True
    """
    found = dict(known or {})
    for notice in notices:
        place = (notice.case, notice.key)
        other = found.get(place)
        if other is None or notice.rank > other.rank:
            found[place] = notice
    return found


def pathway(notices: Iterable[Notice]) -> tuple[Line, ...]:
    """Return the lines of one case in the order of time, movements turned into stays that end at the next one.

    Examples
    --------
    >>> come = Notice(case="1", key="m1", lines=(Line(kind="move", unit="A", start=5),))
    >>> go = Notice(case="1", key="out", lines=(Line(kind="leave", start=9),))
    >>> [(line.unit, line.start, line.end) for line in pathway([go, come])]
    [('A', 5, 9)]
    """
    told = [
        (line, notice.key, place)
        for notice in notices
        if not notice.cancelled
        for place, line in enumerate(notice.lines)
    ]
    moves = sorted(
        (item for item in told if item[0].kind != "step"),
        key=lambda item: (item[0].start or 0, item[0].kind == "leave", item[1]),
    )
    ends = [*(item[0].start for item in moves[1:]), None][: len(moves)]
    stays = [
        (Line(activity=line.activity, unit=line.unit, bed=line.bed, start=line.start, end=end), key, place)
        for (line, key, place), end in zip(moves, ends, strict=True)
        if line.kind == "move"
    ]
    steps = [item for item in told if item[0].kind == "step" and item[0].begins is not None]
    return tuple(item[0] for item in sorted(steps + stays, key=_order))


def _order(item: tuple[Line, str, int]) -> tuple[int, str, int]:
    line, key, place = item
    return line.begins or 0, key, place


def attributes(notices: Iterable[Notice]) -> dict[str, str]:
    """Return the attributes of one case."""
    given = [notice.label for notice in notices if len(notice.label) == 2 and not notice.cancelled]
    return dict(sorted((name, value) for name, value in given))


def by_case(known: Mapping[tuple[str, str], Notice]) -> dict[str, list[Notice]]:
    """Return what is known of each case, cases and keys in the order of the alphabet."""
    found: dict[str, list[Notice]] = {}
    for place in sorted(known):
        found.setdefault(place[0], []).append(known[place])
    return found


def written(notice: Notice) -> str:
    """Return a notice as one line of JSON; `read` gives it back.

    Examples
    --------
    >>> notice = Notice(case="1", key="pathway", lines=(Line(unit="A", start=5),))
    >>> read(written(notice)) == notice
    True
    """
    content: dict[str, Any] = {name: value for name, value in asdict(notice).items() if value not in ((), None, "")}
    content["lines"] = [{name: value for name, value in line.items() if value is not None} for line in
                        content.get("lines", ())]  # fmt: skip
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(text: str) -> Notice:
    """Return the notice that `written` wrote."""
    content = json.loads(text)
    lines = tuple(Line(**line) for line in content.pop("lines"))
    label = tuple(content.pop("label", ()))
    return Notice(lines=lines, label=label, **content)


def digest(things: Iterable[object]) -> str:
    """Return the SHA-256 of records in their order: equal states have equal digests."""
    text = json.dumps(list(things), ensure_ascii=False, sort_keys=True, default=_fields)
    return hashlib.sha256(text.encode()).hexdigest()


def _fields(record: Any) -> dict[str, Any]:
    """Return what `asdict` returns without copying what the fields hold: a thousand patients in milliseconds."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def notices_of(log: pd.DataFrame, moment: int = 0, issue: str = "") -> list[Notice]:
    """Return an event log (contract `events`, one replication) as one notice a case: its whole pathway.

    Parameters
    ----------
    moment, issue
        Version of all of them: when the log was written, its name. A later log replaces what an earlier one said
        of the cases that it names.
    """
    import numpy as np

    none = np.iinfo(np.int64).min
    ordered = log.sort_values(["case_id", "position"], kind="stable")
    columns = [ordered[name].astype(object).where(ordered[name].notna(), None).tolist() for name in
               ("case_id", "activity", "unit", "resource")]  # fmt: skip
    times = [ordered[name].to_numpy("M8[us]").astype(np.int64).tolist() for name in ("requested", "start", "end")]
    lines: dict[str, list[Line]] = {}
    for case, activity, unit, resource, *moments in zip(*columns, *times, strict=True):
        requested, start, end = (None if value == none else value for value in moments)
        lines.setdefault(case, []).append(
            Line(activity=activity, unit=unit, resource=resource, requested=requested, start=start, end=end)
        )
    return [
        Notice(case=case, key=PATHWAY, moment=moment, issue=issue, lines=tuple(told)) for case, told in lines.items()
    ]


def labels_of(cases: pd.DataFrame, issue: str = "") -> list[Notice]:
    """Return the attributes of cases (contract `cases`) as one notice each, those that are known."""
    names = sorted(set(cases.columns) - {"case_id", "replication"})
    columns = [cases[name].astype(object).where(cases[name].notna(), None).tolist() for name in names]
    return [
        Notice(case=case, key=f"label {name}", issue=issue, label=(name, str(value)))
        for name, values in zip(names, columns, strict=True)
        for case, value in zip(cases["case_id"].tolist(), values, strict=True)
        if value is not None
    ]
