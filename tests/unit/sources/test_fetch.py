"""Fetching against a real server and a damaged mirror: verified, resumed, never half a file."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chairs.core.errors import Text
from chairs.core.study import Described, FileInput, Study
from chairs.sources import catalog, download, fetch
from chairs.sources.catalog import Entry, SourceFile
from chairs.sources.fetch import is_cached, mirror_folder, prepare

pytestmark = pytest.mark.unit

CONTENT = b"site;score\n" + b"010000011;75,09\n" * 20_000


class Server(ThreadingHTTPServer):
    """Serves `CONTENT`; `manners` say how badly, one a request."""

    manners: list[str]
    ranges: list[str | None]
    daemon_threads = True


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        manner = self.server.manners.pop(0) if self.server.manners else "well"
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        if manner == "404":
            self.send_error(404)
            return
        body = b"X" * len(CONTENT) if manner == "wrong" else CONTENT * 9 if manner == "huge" else CONTENT
        start = int(re.search(r"\d+", asked)[0]) if asked and manner != "no range" else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if manner != "huge":
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        if manner == "cut":
            self.wfile.write(body[start : start + 100_000])
            self.wfile.flush()
            self.connection.close()
        elif manner == "silent":
            time.sleep(3)
        elif manner == "slow":
            for i in range(start, len(body), 1000):
                self.wfile.write(body[i : i + 1000])
                time.sleep(0.02)
        else:
            self.wfile.write(body[start:])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "PAUSE", 0.01)
    monkeypatch.setattr(download, "SILENCE", 0.5)
    made = Server(("127.0.0.1", 0), Handler)
    made.manners, made.ranges = [], []
    made.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def source(address: str | None, **fields: object) -> Entry:
    file = SourceFile(
        name="scores.csv",
        mirror="one/scores.csv.gz",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        bytes=len(CONTENT),
        address=address,
    )
    given = {"id": "one", "title": Text(fr="un", en="one"), "publisher": "P", "licence": "L", "files": (file,)}
    return Entry(**{**given, **fields})  # type: ignore[arg-type]


@pytest.fixture
def place(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", "")
    use(monkeypatch, source(None, page="https://example.org/scores"))
    return project


def use(monkeypatch: pytest.MonkeyPatch, made: Entry) -> None:
    monkeypatch.setattr(fetch, "entry", lambda name: made)
    monkeypatch.setattr(fetch, "load_catalog", lambda: {made.id: made})


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/scores.csv"


def study(*sources: str) -> Study:
    text = Text(fr="x", en="x")
    return Study(
        name="s", title=text, question=text, level="public", period="2019", stages=("ingest",), sources=sources
    )


def raw(place: Path) -> Path:
    return place / "data/raw/s/one/scores.csv"


def leftovers(place: Path) -> list[str]:
    return [path.name for path in place.glob("data/**/.*") if path.is_file()]


def put_in_mirror(folder: Path, content: bytes) -> Path:
    (folder / "one").mkdir(parents=True, exist_ok=True)
    (folder / "one/scores.csv.gz").write_bytes(content)
    return folder


def test_a_study_without_sources_is_ready(place: Path) -> None:
    assert prepare(study()).ready
    assert not (place / "data/raw").exists()


def test_a_source_that_is_only_described_is_fetched_and_said(
    place: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from chairs.cli.app import app
    from chairs.store import paths

    monkeypatch.setenv("CHAIRS_LANG", "en")
    beside = replace(study(), indicators=("mean_stay",), described=Described(sources=("one",), indicators=("x",)))
    monkeypatch.setattr(paths, "study", lambda name: beside)
    told = prepare(beside)
    assert not told.ready
    assert told.problems[0].file == "one/scores.csv"
    done = CliRunner().invoke(app, ["data", "fetch", "s"])
    assert (done.exit_code, "incomplete" in done.output) == (1, True)
    folder = put_in_mirror(tmp_path_factory.mktemp("mirror"), gzip.compress(CONTENT))
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(folder))
    done = CliRunner().invoke(app, ["data", "fetch", "s"])
    assert (done.exit_code, done.output.split()) == (0, ["s", "complete"])
    assert raw(place).read_bytes() == CONTENT


def test_from_the_address_then_from_the_cache(place: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    made = source(address(server))
    use(monkeypatch, made)
    assert not is_cached(made, made.files[0])
    assert prepare(study("one")).ready
    assert raw(place).read_bytes() == CONTENT
    assert is_cached(made, made.files[0])
    assert leftovers(place) == []
    raw(place).unlink()
    assert prepare(study("one")).ready
    assert raw(place).read_bytes() == CONTENT
    assert len(server.ranges) == 1


def test_a_cut_is_resumed_where_it_stopped(place: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, source(address(server)))
    server.manners = ["cut", "cut"]
    assert prepare(study("one")).ready
    assert server.ranges == [None, "bytes=100000-", "bytes=200000-"]
    assert raw(place).read_bytes() == CONTENT
    assert leftovers(place) == []


def test_a_download_cut_for_good_goes_on_at_the_next_call(
    place: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, source(address(server)))
    server.manners = ["cut", "silent"]
    answer = prepare(study("one"))
    assert not answer.ready
    assert not raw(place).exists()
    assert not (place / "data/cache/one/scores.csv").exists()
    assert prepare(study("one")).ready
    assert server.ranges[-1] == "bytes=100000-"


def test_a_server_that_knows_no_ranges_starts_again(
    place: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, source(address(server)))
    server.manners = ["cut", "no range"]
    assert prepare(study("one")).ready
    assert raw(place).read_bytes() == CONTENT


def test_a_part_of_another_version_is_dropped(place: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, source(address(server)))
    part = place / "data/cache/one/.scores.csv.download"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"older content")
    assert prepare(study("one")).ready
    assert server.ranges == ["bytes=13-", None]
    part.write_bytes(b"z" * (len(CONTENT) + 5))
    raw(place).unlink()
    (place / "data/cache/one/scores.csv").unlink()
    assert prepare(study("one")).ready


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        ("404", "HTTP answer 404"),
        ("wrong", "not the one expected"),
        ("huge", "answer larger"),
        ("silent", "out of reach or silent"),
    ],
)
def test_a_bad_answer_is_a_problem_with_a_remedy(
    place: Path, server: Server, monkeypatch: pytest.MonkeyPatch, manner: str, words: str
) -> None:
    use(monkeypatch, source(address(server)))
    server.manners = [manner] * 9
    answer = prepare(study("one"))
    assert not answer.ready
    assert words in answer.problems[0].what.en
    assert "CHAIRS_DATA_MIRROR" in answer.problems[0].say("fr")
    assert not raw(place).exists()
    assert not (place / "data/cache/one/scores.csv").exists()
    assert leftovers(place) == []


def test_a_trickle_is_given_up(place: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PATIENCE", 0.3)
    monkeypatch.setattr(download, "SLOWEST", 1e9)
    use(monkeypatch, source(address(server)))
    server.manners = ["slow"]
    started = time.perf_counter()
    answer = prepare(study("one"))
    assert "too slow" in answer.problems[0].what.en
    assert time.perf_counter() - started < 3


def test_a_host_out_of_reach_is_asked_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = source("http://127.0.0.1:9/a")
    second = SourceFile(name="b.csv", mirror="b", sha256="0" * 64, bytes=1, address="http://127.0.0.1:9/b")
    use(monkeypatch, source(None, files=(*made.files, second)))
    asked: list[str] = []
    real = download.download
    monkeypatch.setattr(download, "download", lambda *given: (asked.append(given[0]), real(*given)))
    (problem,) = prepare(study("one")).problems
    assert asked == ["http://127.0.0.1:9/a"]
    assert (problem.file, problem.what.en[:22]) == ("one", "2 files not available:")
    for name in ("scores.csv (", "b.csv ("):  # what each was answered, and the remedy once for both
        assert name in problem.what.fr
    assert problem.say("fr").count("CHAIRS_DATA_MIRROR") == 1


def test_files_answered_alike_are_said_together(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = source(None, page="https://example.org/scores")
    second = SourceFile(name="b.csv", mirror="b", sha256="0" * 64, bytes=1)
    use(monkeypatch, source(None, page="https://example.org/scores", files=(*made.files, second)))
    (problem,) = prepare(study("one")).problems
    assert problem.what.en == "2 files not available: scores.csv, b.csv (no mirror folder, no address to download from)"
    assert "data/cache/one/" in problem.say("fr")


@pytest.mark.parametrize("scheme", ["file:///etc/hosts", "ftp://127.0.0.1/a"])
def test_only_the_web_is_asked(place: Path, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    use(monkeypatch, source(scheme))
    assert "not allowed" in prepare(study("one")).problems[0].what.en


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_from_the_mirror(place: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch, pack) -> None:
    folder = put_in_mirror(tmp_path_factory.mktemp("mirror"), pack(CONTENT))
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(folder))
    assert mirror_folder() == folder
    assert prepare(study("one")).ready
    assert raw(place).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "damage",
    [
        gzip.compress(CONTENT, mtime=0)[:-10],
        gzip.compress(CONTENT + b"more", mtime=0),
        gzip.compress(b"\0" * (64 << 20), mtime=0),
        CONTENT.replace(b"75,09", b"76,09"),
        b"",
    ],
    ids=["truncated", "longer", "bomb", "altered", "empty"],
)
def test_a_damaged_mirror_is_refused_and_the_address_asked(
    place: Path, server: Server, tmp_path_factory: pytest.TempPathFactory, monkeypatch, damage: bytes
) -> None:
    folder = put_in_mirror(tmp_path_factory.mktemp("mirror"), damage)
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(folder))
    answer = prepare(study("one"))
    assert "copy in the mirror is not the file expected" in answer.problems[0].what.en
    assert "https://example.org/scores" in answer.problems[0].say("en")
    assert leftovers(place) == []
    use(monkeypatch, source(address(server)))
    assert prepare(study("one")).ready
    assert raw(place).read_bytes() == CONTENT


def test_a_derived_file_points_to_the_mirror_only(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, source(None, derived=True))
    said = prepare(study("one")).problems[0].say("en")
    assert "CHAIRS_DATA_MIRROR" in said
    assert "download" not in said.split("Remedy")[1]


def test_a_file_put_in_the_cache_by_hand_is_verified(place: Path) -> None:
    hand = place / "data/cache/one/scores.csv"
    hand.parent.mkdir(parents=True)
    hand.write_bytes(CONTENT[:-1] + b"!")
    answer = prepare(study("one"))
    assert not answer.ready
    assert "the local copy was there, but its content was not the one expected (sha256)" in answer.problems[0].what.en
    assert not hand.exists()
    hand.write_bytes(CONTENT)
    assert prepare(study("one")).ready


def test_an_altered_raw_file_is_replaced(place: Path, tmp_path_factory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = put_in_mirror(tmp_path_factory.mktemp("mirror"), CONTENT)
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(folder))
    prepare(study("one"))
    with raw(place).open("r+b") as handle:  # the same file as in the cache: both are wrong now
        handle.write(b"SITE")
    os.utime(raw(place), ns=(1, 1))
    assert prepare(study("one")).ready
    assert raw(place).read_bytes() == CONTENT


def test_what_the_study_no_longer_names_goes_and_its_own_files_stay(
    place: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put_in_mirror(tmp_path_factory.mktemp("mirror"), CONTENT)
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(folder))
    prepare(study("one"))
    own, stray = place / "data/raw/s/export/own.csv", raw(place).with_name("stray.csv")
    own.parent.mkdir()
    for path in (own, stray):
        path.write_text("x", encoding="utf-8")
    prepare(study("one"))
    assert own.exists()
    assert not stray.exists()
    renamed = source(None, id="two")
    monkeypatch.setattr(fetch, "entry", lambda name: renamed)
    monkeypatch.setattr(fetch, "load_catalog", lambda: {"two": renamed})
    assert prepare(study("two")).ready
    assert not raw(place).exists()
    assert (place / "data/raw/s/two/scores.csv").read_bytes() == CONTENT


def test_nothing_to_do_is_quick_and_hashes_nothing(
    place: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(put_in_mirror(tmp_path_factory.mktemp("mirror"), CONTENT)))
    prepare(study("one"))
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
    started = time.perf_counter()
    assert prepare(study("one")).ready
    assert time.perf_counter() - started < 0.15


def test_a_damaged_stamp_is_made_again(place: Path, tmp_path_factory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(put_in_mirror(tmp_path_factory.mktemp("mirror"), CONTENT)))
    prepare(study("one"))
    stamp = place / "data/cache/.seen/s.json"
    for damage in ("{", "[1]", '{"one/scores.csv": 3}'):
        stamp.write_text(damage, encoding="utf-8")
        assert prepare(study("one")).ready


KILLED = """
import sys
from chairs.core.errors import Text
from chairs.core.study import Study
from chairs.sources import catalog, fetch
text = Text(fr="x", en="x")
address, sha256, size = sys.argv[1:]
file = catalog.SourceFile(name="scores.csv", mirror="m", sha256=sha256, bytes=int(size), address=address)
entry = catalog.Entry(id="one", title=text, publisher="P", licence="L", files=(file,))
fetch.entry, fetch.load_catalog = lambda name: entry, lambda: {"one": entry}
study = Study(name="s", title=text, question=text, level="public", period="2019", stages=("ingest",), sources=("one",))
print("started", flush=True)
fetch.prepare(study)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process with SIGKILL")
def test_killed_half_way_then_whole(place: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.manners = ["slow"]
    made = source(address(server))
    told = [address(server), made.files[0].sha256, str(made.files[0].bytes)]
    process = subprocess.Popen([sys.executable, "-c", KILLED, *told], stdout=subprocess.PIPE)
    part = place / "data/cache/one/.scores.csv.download"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not (part.exists() and part.stat().st_size > 0):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    half = part.stat().st_size
    assert 0 < half < len(CONTENT)
    assert not raw(place).exists()
    assert not (place / "data/cache/one/scores.csv").exists()
    dead = part.with_name(f".scores.csv.{process.pid}.part")  # what a kill during the last copy leaves
    dead.write_bytes(CONTENT[:10])
    use(monkeypatch, made)
    assert prepare(study("one")).ready
    assert server.ranges[-1] == f"bytes={half}-"
    assert raw(place).read_bytes() == CONTENT
    assert leftovers(place) == []


def test_importing_fetch_is_light() -> None:
    code = (
        "import sys, chairs.sources.fetch; print([m for m in sys.modules if m in ('pandas','numpy','duckdb','rich')])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_default_mirror_is_beside_the_project(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAIRS_DATA_MIRROR", raising=False)
    monkeypatch.setenv("CHAIRS_ROOT", str(project / "inner"))
    assert mirror_folder() is None
    (project / "shared/data").mkdir(parents=True)
    assert mirror_folder() == project / "shared/data"
    monkeypatch.setenv("CHAIRS_DATA_MIRROR", str(project / "nowhere"))
    assert mirror_folder() is None
    assert catalog.load_catalog(project / "data/catalog.yaml")


def test_a_file_of_the_study_that_is_not_there_is_told_with_its_place_and_remedy(place: Path) -> None:
    asked = replace(study(), sources=(), files=(FileInput(file="stays.csv", reader="event_log"),))
    found = prepare(asked)
    assert not found.ready
    assert [one.file for one in found.problems] == ["data/raw/s/stays.csv"]
    assert "put it there" in found.problems[0].say("en")
    assert prepare(replace(asked, stages=("synthesise", "ingest"))).ready  # its first step makes them
    folder = place / "data/raw/s"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stays.csv").touch()
    assert prepare(asked).ready
