"""Downloads one file: bounded in size and time, resumed after a cut, never mistaken for whole."""

from __future__ import annotations

import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chairs.core.errors import Text

SILENCE = 20.0  # seconds without a byte before a connection is given up
PATIENCE = 60.0  # seconds for a file, to which its size at the slowest pace is added
SLOWEST = 20_000  # bytes a second
ATTEMPTS = 4
PAUSE = 0.5  # seconds before another attempt
CHUNK = 1 << 16


class Unavailable(Exception):
    """The file cannot be had from this address; `reason` says why."""

    def __init__(self, fr: str, en: str, *, host_down: bool = False) -> None:
        super().__init__(en)
        self.reason = Text(fr=fr, en=en)
        self.host_down = host_down


def download(address: str, part: Path, largest: int, advance: Callable[[int], None]) -> None:
    """Download `address` into `part`, going on from what `part` already holds.

    After a cut the connection is made again, as long as each attempt brings something. What was received
    stays in `part` when the download fails, so that a later call goes on from there.

    Parameters
    ----------
    largest
        Most bytes accepted; a longer answer is refused and `part` removed.
    advance
        Told the bytes received, as they come (and those already there).

    Raises
    ------
    Unavailable
        With the reason: address refused, host out of reach, answer too large, too slow or cut again and again.
    """
    if urlsplit(address).scheme not in ("https", "http"):
        raise Unavailable("adresse non admise", "address not allowed")
    deadline = time.monotonic() + PATIENCE + largest / SLOWEST
    advance(_size(part))
    for _ in range(ATTEMPTS):
        before = _size(part)
        try:
            _receive(address, part, largest, (deadline, advance))
            return
        except urllib.error.HTTPError as error:
            if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise Unavailable(f"réponse HTTP {error.code}", f"HTTP answer {error.code}") from None
            part.unlink(missing_ok=True)
        except (OSError, http.client.HTTPException) as error:
            if _size(part) <= before:
                if before == 0:
                    part.unlink(missing_ok=True)
                down = isinstance(error, urllib.error.URLError)
                raise Unavailable("hôte injoignable ou muet", "host out of reach or silent", host_down=down) from None
        time.sleep(PAUSE)
    raise Unavailable("connexion coupée à plusieurs reprises", "connection cut again and again")


def _receive(address: str, part: Path, largest: int, pace: tuple[float, Callable[[int], None]]) -> None:
    deadline, advance = pace
    have = _size(part)
    headers = {"Accept-Encoding": "identity", "User-Agent": "chairs"} | ({"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=SILENCE) as answer:
        going_on = have > 0 and _goes_on(answer, have)
        if not going_on:
            advance(-have)
            have = 0
        expected = int(answer.headers.get("Content-Length") or -1)
        received = 0
        with part.open("ab" if going_on else "wb") as handle:
            while chunk := answer.read1(CHUNK):
                received += len(chunk)
                if have + received > largest:
                    handle.close()
                    part.unlink()
                    raise Unavailable(
                        "réponse plus grande que le fichier attendu", "answer larger than the file expected"
                    )
                if time.monotonic() > deadline:
                    raise Unavailable("téléchargement trop lent", "download too slow")
                handle.write(chunk)
                advance(len(chunk))
        if received < expected:
            raise http.client.IncompleteRead(b"", expected - received)


def _goes_on(answer: Any, have: int) -> bool:
    start = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range") or "")
    return answer.status == http.client.PARTIAL_CONTENT and start is not None and int(start[1]) == have


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
