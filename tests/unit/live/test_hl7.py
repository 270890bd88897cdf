"""HL7 messages of every type that is understood, and rubbish; all content is invented."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.live.adt import notices_of
from chairs.live.hl7 import Unreadable, messages, moment, read_message, unescaped
from chairs.live.reasons import REASONS
from chairs.twin.folding import attributes, digest, fold, pathway
from chairs.twin.whereabouts import count, people

pytestmark = pytest.mark.unit


def adt(trigger: str, said: str, unit: str = "MED^101^A", *, zbe: str = "", visit: str = "V1", evn6: str = "",
        sex: str = "F", more: str = "") -> str:  # fmt: skip
    pv1 = ["PV1", "1", "I", unit, *[""] * 15, visit]
    lines = [
        f"MSH|^~\\&|HIS|HOSP|TWIN|CHAIR|{said}||ADT^{trigger}^ADT_A01|{trigger}-{said}|P|2.5",
        f"EVN||{said}||||{evn6}",
        f"PID|1||P1||NAME^FIRST||19500101|{sex}",
        "|".join(pv1) + more,
    ]
    return "\r".join([*lines, *([f"ZBE|{zbe}"] if zbe else [])]) + "\r"


def known(*texts: str):
    return fold(notice for text in texts for notice in notices_of(read_message(text)))


def stays(*texts: str) -> list[tuple]:
    zero = moment("20260105000000")
    hours = 3_600_000_000
    return [
        (line.unit, (line.start - zero) // hours, None if line.end is None else (line.end - zero) // hours)
        for line in pathway(list(known(*texts).values()))
    ]


COME, MOVE, GO = (
    adt("A01", "20260105080000"),
    adt("A02", "20260105100000", "ORT^7^B"),
    adt("A03", "20260105180000", "ORT^7^B"),
)


def test_admission_transfer_and_discharge() -> None:
    assert stays(COME) == [("MED", 8, None)]
    assert stays(COME, MOVE) == [("MED", 8, 10), ("ORT", 10, None)]
    assert stays(COME, MOVE, GO) == [("MED", 8, 10), ("ORT", 10, 18)]
    person = people(known(COME, MOVE), moment("20260105110000"))[0]
    assert (person.unit, person.bed, person.attributes["sex"]) == ("ORT", "7-B", "F")


@pytest.mark.parametrize(
    ("cancel", "left"),
    [
        (adt("A13", "20260105190000", "ORT^7^B"), [("MED", 8, 10), ("ORT", 10, None)]),
        (adt("A12", "20260105190000", evn6="20260105100000"), [("MED", 8, 18)]),
        (adt("A11", "20260105190000"), [("ORT", 10, 18)]),
    ],
)
def test_cancellations_take_back_one_movement_in_any_order(cancel: str, left: list[tuple]) -> None:
    for order in itertools.permutations([COME, MOVE, GO, cancel]):
        assert stays(*order) == left


def test_a_discharge_told_again_after_its_cancellation_counts() -> None:
    again = adt("A03", "20260105200000", "ORT^7^B")
    assert stays(again, COME, GO, adt("A13", "20260105190000"), MOVE) == [("MED", 8, 10), ("ORT", 10, 20)]


def test_a08_corrects_attributes_and_moves_nobody() -> None:
    texts = [COME, adt("A08", "20260105090000", "XYZ", sex="M"), MOVE.replace("|F", "|")]
    for order in itertools.permutations(texts):
        found = known(*order)
        assert attributes(found.values())["sex"] == "M"
    assert stays(*texts) == [("MED", 8, 10), ("ORT", 10, None)]


def test_pam_france_movements_are_corrected_and_cancelled_by_their_identifier() -> None:
    come = adt("A01", "20260105080000", zbe="11^HIS|20260105080000||INSERT|N||^^^^^^^^^UF1")
    move = adt("A02", "20260105100000", "ORT", zbe="12^HIS|20260105100000||INSERT|N")
    later = adt("Z99", "20260105120000", "ORT", zbe="12^HIS|20260105110000||UPDATE|N|A02")
    elsewhere = adt("A08", "20260105130000", "CAR", zbe="12^HIS|20260105110000||UPDATE|N|A02")
    undone = adt("A12", "20260105140000", zbe="12^HIS|20260105110000||CANCEL|N|A02")
    for order in itertools.permutations([come, move, later]):
        assert stays(*order) == [("MED", 8, 11), ("ORT", 11, None)]
    for order in itertools.permutations([come, move, later, elsewhere]):
        assert stays(*order) == [("MED", 8, 11), ("CAR", 11, None)]
    assert stays(undone, elsewhere, come, move) == [("MED", 8, None)]


def test_a_movement_of_the_past_takes_its_place_in_time() -> None:
    past = adt("A02", "20260105150000", "REA", zbe="9^HIS|20260105090000||INSERT|Y")
    assert stays(COME, MOVE, past) == [("MED", 8, 9), ("REA", 9, 10), ("ORT", 10, None)]


def test_unit_may_come_from_the_responsible_ward() -> None:
    text = adt("A01", "20260105080000", "", zbe="11|20260105080000||INSERT|N||^^^^^^^^^UF1")
    assert stays(text) == [("UF1", 8, None)]


def test_events_that_move_nobody_say_nothing() -> None:
    assert notices_of(read_message(adt("A28", "20260105080000"))) == []


def test_clocks_of_both_changes() -> None:
    second = 1_000_000
    assert moment("20260329033000") - moment("20260329013000") == 3600 * second  # an hour that is not there
    assert moment("20261025033000") - moment("20261025013000") == 3 * 3600 * second
    assert moment("20260705120000") == moment("20260705100000+0000") == moment("20260705120000.000+0200")
    assert moment("") is None
    for bad in ("2026", "202601", "20261301", "20260105080", "tomorrow", "2026010525", "20260105250000", "0001010112"):
        with pytest.raises(Unreadable):
            moment(bad)


def test_other_encoding_characters_escapes_and_repetitions() -> None:
    text = (
        "MSH#*!$%#HIS#H#T#C#20260105080000##ADT*A01#1#P#2.5\rEVN##20260105080000\rPV1#1#I#M$F$D*1*B!X#"
        + "#" * 15
        + "V9"
    )
    (entry, *_) = notices_of(read_message(text))
    assert (entry.case, entry.lines[0].unit, entry.lines[0].bed) == ("V9", "M#D", "1-B")
    assert unescaped("\\.br\\a\\H\\b\\X", "|^~\\&") == "\nab"


def test_batches_and_line_ends() -> None:
    text = (
        "FHS|^~\\&\nBHS|^~\\&\n" + COME.replace("\r", "\r\n") + "\n\x0b" + MOVE.replace("\r", "\n") + "\x1cBTS|2\nFTS|1"
    )
    assert len(list(messages(text))) == 2
    assert stays(*messages(text)) == [("MED", 8, 10), ("ORT", 10, None)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("PID|1", "no_header"),
        ("MSH", "no_encoding"),
        ("MSH|^^^^|x", "no_encoding"),
        (COME.replace("ADT^A01", "ORU^R01"), "no_type"),
        (COME.replace("|A01-20260105080000|", "||"), "no_id"),
        (COME.replace("|V1", "|"), "no_visit"),
        (COME.replace("20260105080000", "x"), "bad_time"),
        (COME.replace("EVN||20260105080000", "EVN||").replace("CHAIR|20260105080000", "CHAIR|"), "no_time"),
        (COME.replace("MED^101^A", ""), "no_unit"),
        (adt("A12", "20260105190000"), "no_movement"),
        (adt("Z99", "20260105190000", zbe="1|20260105190000||UPDATE|N"), "no_movement"),
        (adt("A01", "20260105190000", zbe="1|20260105190000||REPLACE|N"), "bad_action"),
    ],
)
def test_a_bad_message_has_a_reason(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as error:
        notices_of(read_message(text))
    assert str(error.value) == reason
    assert reason in REASONS


def outcome(text: str) -> str:
    try:
        notices_of(read_message(text))
    except Unreadable as error:
        return str(error)
    return "read"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="MSHEVNPID1Z|^~\\&\r0A\x00é", max_size=60), st.integers(0, 300), st.integers(0, 60))
def test_rubbish_is_refused_and_never_a_crash(rubbish: str, where: int, length: int) -> None:
    damaged = COME[:where] + rubbish + COME[where + length :]
    for text in [*messages(damaged), *messages(rubbish), rubbish]:
        assert outcome(text) in {*REASONS, "read"}


def test_one_digest_whatever_the_order() -> None:
    texts = [COME, MOVE, GO, adt("A01", "20260105090000", visit="V2"), adt("A13", "20260105190000"), MOVE]
    at = moment("20260105200000")
    digests = {digest(people(known(*order), at)) for order in itertools.permutations(texts)}
    assert len(digests) == 1
    assert count(people(known(*texts), at)) == {"all": 2, "MED": 1, "ORT": 1}
