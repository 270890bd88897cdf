"""ADT messages as notices: who came, moved, left, what was corrected or cancelled (HL7 v2, IHE PAM France)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chairs.live.hl7 import Message, Unreadable, moment
from chairs.twin.folding import Line, Notice

ENTRIES = ("A01", "A04")  # admission; registration (emergency, outpatient)
MOVES = ("A02", "A06", "A07")  # transfer; change to inpatient, to outpatient
EXITS = ("A03",)
CANCELS = {"A11": "A01", "A12": "A02", "A13": "A03"}
CORRECTIONS = ("A08", "Z99")  # of the patient; of a movement (PAM France)
KNOWN = (*ENTRIES, *MOVES, *EXITS, *CANCELS, *CORRECTIONS)
ACTIONS = ("INSERT", "UPDATE", "CANCEL")
OUT = "leave"  # key of the departure, where movements have no identifiers
COME = "arrive"
LABELS = {"sex": ("PID", 8, 1), "class": ("PV1", 2, 1), "admission": ("PV1", 4, 1), "from": ("PV1", 14, 1)}


@dataclass(frozen=True, slots=True)
class Told:
    """What the header and the event segment say of one message."""

    trigger: str
    case: str
    issue: str
    said: int
    action: str
    movement: str
    original: str


def notices_of(message: Message, zone: str = "Europe/Paris") -> list[Notice]:
    """Return what an ADT message says; nothing for an event that moves nobody (A05, A28, …).

    Parameters
    ----------
    zone
        Clock of stamps without offset.

    Raises
    ------
    Unreadable
        With the code of what is missing.

    Notes
    -----
    HL7 v2.5 chapter 3, and the movement segment ZBE of IHE PAM with its French extension: ZBE-1 identifies a
    movement, ZBE-2 is its moment, ZBE-4 says INSERT, UPDATE or CANCEL, ZBE-6 the event that an UPDATE or a CANCEL
    is about. ZBE-5 (a movement of the past) needs nothing more: a movement counts from its own moment, whenever it
    is told. Without ZBE the moment is EVN-6, PV1-44 (entry), PV1-45 (exit) or EVN-2; an entry and an exit are one
    each a visit, a transfer is named by its moment. An A08 corrects the patient's attributes; it moves nobody
    unless a ZBE says so.
    """
    told = _told(message, zone)
    if told.trigger not in KNOWN:
        return []
    return [*_movement(message, told, zone), *_labels(message, told)]


def _told(message: Message, zone: str) -> Told:
    if message.get("MSH", 9, 1) != "ADT":
        raise Unreadable("no_type")
    issue = message.get("MSH", 10)
    if not issue:
        raise Unreadable("no_id")
    trigger = message.get("MSH", 9, 2) or message.get("EVN", 1)
    said = moment(message.get("MSH", 7), zone)
    said = moment(message.get("EVN", 2), zone) if said is None else said
    action = message.get("ZBE", 4).upper()
    if message.has("ZBE") and action not in ("", *ACTIONS):
        raise Unreadable("bad_action")
    case = message.get("PV1", 19) or message.get("PID", 18)
    if trigger in KNOWN and not case:
        raise Unreadable("no_visit")
    if trigger in KNOWN and said is None:
        raise Unreadable("no_time")
    movement = "/".join(part for part in (message.get("ZBE", 1, 1), message.get("ZBE", 1, 2)) if part)
    return Told(trigger, case, issue, said or 0, action, movement, message.get("ZBE", 6))


def _movement(message: Message, told: Told, zone: str) -> Iterator[Notice]:
    cancels = told.trigger in CANCELS or told.action == "CANCEL"
    event = CANCELS.get(told.trigger, told.trigger)
    if event in CORRECTIONS:
        event = CANCELS.get(told.original, told.original)
        if event not in (*ENTRIES, *MOVES, *EXITS):
            if told.trigger == "Z99" or (told.trigger == "A08" and told.action in ("UPDATE", "CANCEL")):
                raise Unreadable("no_movement")
            return
    when = _moment(message, event, cancels, zone)
    key = _key(message, told, event, when)
    if cancels:
        yield Notice(case=told.case, key=key, moment=told.said, issue=told.issue, cancelled=True)
        return
    if when is None:
        raise Unreadable("no_time")
    line = Line(kind="leave", start=when) if event in EXITS else _entered(message, when)
    yield Notice(case=told.case, key=key, moment=told.said, issue=told.issue, lines=(line,))


def _moment(message: Message, event: str, cancels: bool, zone: str) -> int | None:
    """Return when a movement took place."""
    places = [("ZBE", 2), ("EVN", 6)]
    if not cancels:
        places += [("PV1", 44)] if event in ENTRIES else [("PV1", 45)] if event in EXITS else []
        places.append(("EVN", 2))
    return next((found for segment, field in places if (found := moment(message.get(segment, field), zone))), None)


def _key(message: Message, told: Told, event: str, when: int | None) -> str:
    if told.movement:
        return f"movement {told.movement}"
    if event in ENTRIES:
        return COME
    if event in EXITS:
        return OUT
    if when is None:
        raise Unreadable("no_movement")
    return f"move {when}"


def _entered(message: Message, when: int) -> Line:
    unit = message.get("PV1", 3, 1) or message.get("ZBE", 7, 10) or message.get("ZBE", 7, 1)
    if not unit:
        raise Unreadable("no_unit")
    bed = "-".join(part for part in (message.get("PV1", 3, 2), message.get("PV1", 3, 3)) if part)
    return Line(kind="move", unit=unit, bed=bed or None, start=when)


def _labels(message: Message, told: Told) -> Iterator[Notice]:
    """Give each attribute that is filled as a notice of its own, so that an empty field corrects nothing."""
    if told.action == "CANCEL" or told.trigger in CANCELS:
        return
    for name, place in LABELS.items():
        value = message.get(*place)
        if value and value != '""':
            yield Notice(case=told.case, key=f"label {name}", moment=told.said, issue=told.issue, label=(name, value))
