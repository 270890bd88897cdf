"""Inbox, feed, snapshots and update: duplicates, rubbish, kills, old data, speed; all content is invented."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chairs.core.errors import DataError
from chairs.live.feed import Feed
from chairs.live.hl7 import moment
from chairs.live.inbox import Inbox
from chairs.live.snapshots import LATEST, Snapshot, read_snapshot, write_snapshot
from chairs.live.update import Settings, present_at, update
from chairs.twin.folding import digest
from chairs.twin.whereabouts import Rule, people

pytestmark = pytest.mark.unit

NOON = dt.datetime(2026, 1, 5, 11, tzinfo=dt.UTC)  # noon in Paris


def adt(trigger: str, said: str, visit: str, unit: str = "MED") -> str:
    pv1 = "|".join(["PV1", "1", "I", unit, *[""] * 15, visit])
    head = f"MSH|^~\\&|HIS|H|T|C|{said}||ADT^{trigger}|{trigger}{said}{visit}|P|2.5\rEVN||{said}\rPID|1\r"
    return head + pv1 + "\r"


def day(folder: Path) -> Feed:
    folder.mkdir(exist_ok=True)
    (folder / "1.hl7").write_text(adt("A01", "20260105080000", "V1") + adt("A01", "20260105090000", "V2"))
    (folder / "2.hl7").write_text(adt("A02", "20260105100000", "V1", "ORT") + adt("A03", "20260105110000", "V2"))
    return Feed(folder=folder)


def test_feed_to_snapshot(tmp_path: Path) -> None:
    feed, inbox = day(tmp_path / "feed"), Inbox(tmp_path / "in" / "inbox.sqlite")
    received = feed.receive(inbox)
    assert (received.files, received.new, received.problems) == (2, 4, ())
    assert sorted(path.name for path in (feed.folder / "taken").iterdir()) == ["1.hl7", "2.hl7"]
    snapshot = update(inbox, tmp_path / "out", NOON, Settings())
    assert snapshot.census == {"all": 1, "ORT": 1}
    assert snapshot.age_minutes == 60.0
    assert read_snapshot(tmp_path / "out") == snapshot
    assert inbox.counts() == {"messages": 4, "refused": 0, "open": 1}
    assert inbox.path.stat().st_mode & 0o077 == 0


def test_duplicates_change_nothing_and_closed_cases_need_not_be_read(tmp_path: Path) -> None:
    inbox, at = Inbox(tmp_path / "inbox.sqlite"), moment("20260105120000")
    assert day(tmp_path / "feed").receive(inbox).new == 4
    before = digest(present_at(inbox, at, Rule()))
    assert day(tmp_path / "feed").receive(inbox).new == 0
    assert digest(present_at(inbox, at, Rule())) == before
    assert digest(people(inbox.known(everything=True), at, ends=True)) == before
    assert len({case for case, _ in inbox.known()}) == 1


def test_messages_in_any_files_in_any_order_give_one_digest(tmp_path: Path) -> None:
    texts = [adt("A01", "20260105080000", "V1"), adt("A02", "20260105100000", "V1", "ORT"),
             adt("A03", "20260105110000", "V1", "ORT"), adt("A13", "20260105113000", "V1", "ORT")]  # fmt: skip
    digests = set()
    for number in range(6):
        order = texts + texts[:2]
        random.Random(number).shuffle(order)
        feed, inbox = Feed(folder=tmp_path / f"feed{number}"), Inbox(tmp_path / f"{number}.sqlite")
        feed.folder.mkdir()
        for place, text in enumerate(order):
            (feed.folder / f"{place}.hl7").write_text(text)
            if place % 2:
                feed.receive(inbox)  # an update in between
        feed.receive(inbox)
        digests.add(digest(present_at(inbox, moment("20260105120000"), Rule())))
    assert len(digests) == 1


def test_rubbish_is_put_aside_without_values_and_the_rest_is_taken(tmp_path: Path) -> None:
    feed, inbox = day(tmp_path / "feed"), Inbox(tmp_path / "inbox.sqlite")
    (feed.folder / "bad.hl7").write_text(adt("A01", "SECRET", "V3") + adt("A01", "20260105103000", "V4"))
    (feed.folder / "binary.hl7").write_bytes(bytes(range(256)) * 4)
    (feed.folder / "empty.hl7").write_text("")
    (feed.folder / "bad.csv").write_text("SECRET;SECRET\n1;2\n")
    (feed.folder / "writing.hl7.part").write_text("half")
    received = feed.receive(inbox)
    assert received.new == 5
    said = "\n".join(problem.say("fr") + problem.say("en") for problem in received.problems)
    assert "bad.hl7, row 1: time stamp that cannot be read" in said
    assert "SECRET" not in said.replace('"SECRET', "")  # names of columns of a CSV header may be said
    assert sorted(path.name for path in (feed.folder / "rejected").iterdir()) == ["bad.csv", "bad.hl7", "binary.hl7"]
    assert inbox.reasons() == {"bad_text": 1, "bad_time": 1, "not_a_log": 1}
    assert [path.name for path in feed.folder.iterdir() if path.is_file()] == ["writing.hl7.part"]


def test_a_later_drop_replaces_what_an_earlier_one_said_of_its_cases(tmp_path: Path) -> None:
    head = "case_id,activity,unit,start,end\n"
    drops = {
        "drop-08.csv": "NA,stay,MED,2026-01-05T07:00Z,\nB,stay,ORT,2026-01-05T06:00Z,\n",
        "drop-10.csv": "NA,stay,CAR,2026-01-05T07:30Z,\n",  # the unit was wrong
        "drop-11.csv": "B,stay,ORT,2026-01-05T06:00Z,2026-01-05T09:30Z\n",
    }
    found = set()
    for order in (list(drops), list(reversed(drops))):
        feed, inbox = Feed(folder=tmp_path / order[0]), Inbox(tmp_path / f"{order[0]}.sqlite")
        feed.folder.mkdir()
        for name in order:
            (feed.folder / name).write_text(head + drops[name])
            assert feed.receive(inbox).problems == ()
        snapshot = update(inbox, tmp_path / "out", NOON, Settings())
        assert snapshot.census == {"all": 1, "CAR": 1}
        found.add(snapshot.state)
    assert len(found) == 1


def test_old_data_no_data_and_data_of_the_future_are_refused(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite")
    with pytest.raises(DataError, match="brought nothing"):
        update(inbox, tmp_path, NOON, Settings())
    day(tmp_path / "feed").receive(inbox)
    with pytest.raises(DataError, match=r"5\.0 h old \(limit: 3\.0 h\)") as error:
        update(inbox, tmp_path, NOON + dt.timedelta(hours=4), Settings())
    assert "vieilles de 5.0 h" in error.value.say("fr")
    with pytest.raises(DataError, match="in the future"):
        update(inbox, tmp_path, NOON - dt.timedelta(hours=9), Settings())
    assert not (tmp_path / LATEST).exists()


def test_a_damaged_snapshot_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no snapshot yet"):
        read_snapshot(tmp_path)
    path = write_snapshot(Snapshot(at="a", newest="b", age_minutes=1.0, state="c"), tmp_path)
    path.write_text(path.read_text().replace("age_minutes", "age_minutos"))
    with pytest.raises(DataError, match="damaged"):
        read_snapshot(tmp_path)


WRITER = """
import sys
from pathlib import Path
from chairs.live.inbox import Inbox, Taken
from chairs.live.snapshots import Snapshot, write_snapshot
from chairs.twin.folding import Line, Notice
folder, first = Path(sys.argv[1]), int(sys.argv[2])
inbox = Inbox(folder / "inbox.sqlite")
print("ready", flush=True)
for n in range(first, first + 100_000):
    pair = [Taken(raw=f"{n} {half}", fresh=n, notices=(Notice(case=str(n), key=half, lines=(
        Line(kind="move", unit="A", start=n),)),)) for half in "ab"]
    inbox.take(pair)
    census = {"all": n, **{f"unit {i}": n for i in range(2000)}}
    write_snapshot(Snapshot(at=str(n), newest="", age_minutes=0.0, state=str(n), census=census), folder)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_killed_at_any_moment_nothing_is_half_written_and_readers_never_wait(tmp_path: Path) -> None:
    chance, reads, seen = random.Random(5), 0, 0
    for attempt in range(4):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(1_000_000 * attempt)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            until = time.monotonic() + 0.2 + 0.5 * chance.random()
            while time.monotonic() < until:
                if (tmp_path / LATEST).exists():
                    snapshot = read_snapshot(tmp_path)  # whole, while the writer writes
                    assert set(snapshot.census.values()) == {int(snapshot.at)}
                    reads += 1
            writer.send_signal(signal.SIGKILL)
        inbox = Inbox(tmp_path / "inbox.sqlite")
        kept = inbox.counts()["messages"]
        assert kept % 2 == 0  # pairs are kept together or not at all
        assert len(inbox.known()) == kept >= seen
        seen = kept
        with sqlite3.connect(inbox.path) as connection:
            assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        connection.close()
    write_snapshot(Snapshot(at="0", newest="", age_minutes=0.0, state=""), tmp_path)
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*.part"))
    assert reads > 0
    assert seen > 0


def test_an_update_with_a_thousand_present_takes_less_than_two_seconds(tmp_path: Path) -> None:
    feed, inbox = Feed(folder=tmp_path / "feed"), Inbox(tmp_path / "inbox.sqlite")
    feed.folder.mkdir()
    days = [adt("A01", f"202601{1 + n % 4:02d}{n % 24:02d}0000", f"V{n}", f"U{n % 30}") for n in range(1000)]
    days += [adt("A02", "20260105060000", f"V{n}", f"U{n % 17}") for n in range(1000)]
    (feed.folder / "all.hl7").write_text("".join(days))
    feed.receive(inbox)
    (feed.folder / "hour.hl7").write_text("".join(adt("A02", "20260105110000", f"V{n}", "X") for n in range(60)))
    before = time.process_time()
    feed.receive(inbox)
    snapshot = update(inbox, tmp_path / "out", NOON, Settings())
    assert time.process_time() - before < 2.0
    assert snapshot.census["all"] == 1000
    assert snapshot.census["X"] == 60
