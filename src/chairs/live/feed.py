"""The feed: a folder of HL7 messages and CSV drops, taken into the inbox; what cannot be read is put aside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from chairs.core.errors import DataError, Problem
from chairs.live.adt import notices_of
from chairs.live.hl7 import Unreadable, messages, read_message
from chairs.live.inbox import Inbox, Taken
from chairs.live.reasons import refusal
from chairs.sources.mapping import TableMapping
from chairs.twin import folding

if TYPE_CHECKING:
    import pandas as pd

MESSAGES = (".hl7", ".er7", ".txt")
DROPS = (".csv", ".parquet")
LARGEST = 256 * 1024 * 1024
TAKEN, REJECTED = "taken", "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What one look at the folder brought."""

    files: int
    new: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A folder that the hospital writes into, and how it is read.

    A file counts once it bears its final name (`.hl7`, `.er7`, `.txt`; `.csv`, `.parquet`): the writer uses another
    name (`.part`) until then. When read, it goes to `taken/`; if anything of it was refused, to `rejected/`.
    """

    folder: Path
    mapping: TableMapping | None = None
    timezone: str = "Europe/Paris"

    def waiting(self) -> list[Path]:
        """Return the files to be read, in the order of their names."""
        found = (path for path in self.folder.iterdir() if path.is_file() and not path.name.startswith("."))
        return sorted(path for path in found if path.suffix.lower() in (*MESSAGES, *DROPS))

    def receive(self, inbox: Inbox) -> Received:
        """Take all files into the inbox; a bad message is noted with its reason and stops nothing.

        Safe against a kill at any moment: a file is moved away only after its messages are committed, and reading it
        again changes nothing.
        """
        files, new, problems = 0, 0, []
        for path in self.waiting():
            refused = self._one(path, inbox)
            files, new = files + 1, new + refused[0]
            problems += refused[1]
            self._away(path, REJECTED if refused[1] else TAKEN)
        return Received(files=files, new=new, problems=tuple(problems))

    def _one(self, path: Path, inbox: Inbox) -> tuple[int, list[Problem]]:
        try:
            if path.suffix.lower() in DROPS:
                return inbox.take([self._drop(path)]), []
            taken, refused = [], []
            for number, text in enumerate(messages(_text(path)), start=1):
                try:
                    taken.append(self._message(text))
                except Unreadable as error:
                    refused.append((number, text, str(error)))
            new = inbox.take(taken)
            for number, text, reason in refused:
                inbox.refuse(text, path.name, number, reason)
            return new, [refusal(reason, path.name, number) for number, _, reason in refused]
        except Unreadable as error:
            inbox.refuse(path.name, path.name, 0, str(error))
            return 0, [refusal(str(error), path.name)]
        except DataError as error:
            inbox.refuse(path.name, path.name, 0, "not_a_log")
            return 0, [refusal("not_a_log", path.name), *error.problems]

    def _message(self, text: str) -> Taken:
        notices = tuple(notices_of(read_message(text), self.timezone))
        return Taken(raw=text, notices=notices, fresh=max((notice.moment for notice in notices), default=0))

    def _drop(self, path: Path) -> Taken:
        """Read a drop: it tells the whole pathway so far of each case that it names; later names replace earlier."""
        from chairs.sources.event_log import read_event_log
        from chairs.store.files import sha256_of

        told = read_event_log([path], self.mapping)
        log = cast("pd.DataFrame", told["events"])
        latest = [log[name].max() for name in ("requested", "start", "end") if log[name].notna().any()]
        fresh = max((int(moment.timestamp() * 1_000_000) for moment in latest), default=0)
        raw = f"{path.name} {sha256_of(path)}"
        notices = folding.notices_of(log, issue=path.name)
        if "cases" in told:
            notices += folding.labels_of(cast("pd.DataFrame", told["cases"]), issue=path.name)
        return Taken(raw=raw, notices=tuple(notices), fresh=fresh)

    def _away(self, path: Path, where: str) -> None:
        folder = self.folder / where
        folder.mkdir(exist_ok=True)
        path.replace(folder / path.name)


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        raise Unreadable("too_large")
    content = path.read_bytes()
    for encoding in ("utf-8", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Unreadable("bad_text")
