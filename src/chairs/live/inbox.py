"""The inbox: what the feed brought, kept in one SQLite file that survives a kill and can be read meanwhile."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chairs.twin.folding import Known, Notice, fold, pathway, read, written

_TABLES = """
create table if not exists messages (hash text primary key, raw text not null) without rowid;
create table if not exists refused (file text, row integer, reason text, hash text, primary key (hash, reason));
create table if not exists notices (case_id text, key text, content text not null, primary key (case_id, key))
    without rowid;
create table if not exists cases (case_id text primary key, open integer not null) without rowid;
create index if not exists open_cases on cases (open, case_id);
create table if not exists facts (name text primary key, value integer not null) without rowid;
"""
NEWEST = "newest"  # latest moment that any message speaks of
ENDS = "ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One message: its bytes as text, what it says, and the latest moment it knows of (UTC microseconds)."""

    raw: str
    notices: tuple[Notice, ...]
    fresh: int


@dataclass(frozen=True)
class Inbox:
    """One inbox; every method is one transaction.

    Write-ahead logging (WAL) with `synchronous=full`: a kill at any moment leaves what was committed before, and a
    reader never waits for a writer. The file holds raw messages: only its owner may read it.
    """

    path: Path

    @contextmanager
    def _opened(self, *, writing: bool = False) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=full")
            connection.executescript(_TABLES)
            connection.execute("begin immediate" if writing else "begin")
            yield connection
            connection.execute("commit")
        finally:
            connection.close()  # without a commit everything since `begin` is undone

    def take(self, told: Iterable[Taken]) -> int:
        """Keep messages and what they say in one transaction: all or none. Return how many were new.

        A message with the same bytes as one that was kept before changes nothing.
        """
        new = 0
        with self._opened(writing=True) as connection:
            touched: set[str] = set()
            for one in told:
                line = (hashed(one.raw), one.raw)
                if connection.execute("insert or ignore into messages values (?, ?)", line).rowcount == 1:
                    new += 1
                    touched |= _merge(connection, one.notices)
                    _note(connection, NEWEST, one.fresh)
            for case in sorted(touched):
                _look_at(connection, case)
        return new

    def refuse(self, raw: str, file: str, row: int, reason: str) -> None:
        """Note a message that could not be taken: where it came from and why, and its hash, not its content."""
        with self._opened(writing=True) as connection:
            line = (file, row, reason, hashed(raw))
            connection.execute("insert or ignore into refused values (?, ?, ?, ?)", line)

    def known(self, *, everything: bool = False) -> Known:
        """Return what is known of the cases that are not closed (or of all)."""
        query = "select content from notices"
        if not everything:
            query += " where case_id in (select case_id from cases where open = 1)"
        with self._opened() as connection:
            return fold(read(text) for (text,) in connection.execute(query))

    def facts(self) -> dict[str, int]:
        """Return the numbers kept beside: newest moment told of (UTC microseconds), whether lines have ends."""
        with self._opened() as connection:
            return dict(connection.execute("select name, value from facts"))

    def counts(self) -> dict[str, int]:
        """Return how many messages were kept, how many refused, how many cases are open."""
        queries = {
            "messages": "select count(*) from messages",
            "refused": "select count(*) from refused",
            "open": "select count(*) from cases where open = 1",
        }
        with self._opened() as connection:
            return {name: int(connection.execute(query).fetchone()[0]) for name, query in queries.items()}

    def reasons(self) -> dict[str, int]:
        """Return how often each reason of refusal occurred."""
        with self._opened() as connection:
            return dict(connection.execute("select reason, count(*) from refused group by reason order by reason"))


def hashed(raw: str) -> str:
    """Return the hash by which a message is known: the same bytes are the same message."""
    return hashlib.sha256(raw.encode("utf-8", errors="surrogateescape")).hexdigest()


def _merge(connection: sqlite3.Connection, notices: Iterable[Notice]) -> set[str]:
    touched = set()
    for notice in notices:
        place = (notice.case, notice.key)
        row = connection.execute("select content from notices where case_id = ? and key = ?", place).fetchone()
        winner = fold([notice], {} if row is None else {place: read(row[0])})[place]
        if winner is notice:
            connection.execute("insert or replace into notices values (?, ?, ?)", (*place, written(notice)))
            touched.add(notice.case)
        if any(line.kind == "move" or line.end is not None for line in notice.lines):
            _note(connection, ENDS, 1)
    return touched


def _note(connection: sqlite3.Connection, name: str, value: int) -> None:
    keep = "insert into facts values (?, ?) on conflict (name) do update set value = max(value, excluded.value)"
    connection.execute(keep, (name, value))


def _look_at(connection: sqlite3.Connection, case: str) -> None:
    """Note whether a case is closed: every line of it in a unit has begun and ended."""
    rows = connection.execute("select content from notices where case_id = ?", (case,))
    lines = [line for line in pathway(read(text) for (text,) in rows) if line.unit is not None]
    is_open = any(line.start is None or line.end is None for line in lines)
    connection.execute("insert or replace into cases values (?, ?)", (case, int(is_open)))
