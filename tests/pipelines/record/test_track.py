"""Recording in a real MLflow store: once a state, none for a no-op, whole after a kill, one writer at a time."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from chairs.core.errors import DataError, SettingError
from chairs.record import state, tracking
from chairs.record.runs import FINGERPRINT, PENDING, look_up
from chairs.record.tracking import track

pytestmark = pytest.mark.pipelines

TRACK = """
import os, sys
from chairs.core.errors import Text
from chairs.core.study import Study
from chairs.record import tracking
words = Text(fr="", en="")
study = Study(name="mini", title=words, question=words, level="demo", period="2024", stages=())
{before}
done = tracking.track(study)
print(done.new, done.run_id, "mlflow" in sys.modules)
"""


def _start(ran, before: str = "") -> subprocess.Popen:
    environment = {**os.environ, "CHAIRS_ROOT": str(ran.root)}
    command = [sys.executable, "-c", TRACK.format(before=before)]
    return subprocess.Popen(
        command, cwd=ran.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _runs(ran) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(ran.root / "mlruns" / "mlflow.db")) as store:
        return store.execute("select run_uuid, status from runs order by start_time").fetchall()


@pytest.fixture
def store(ran, schema: Path) -> Path:
    """A store whose tables exist already (making them takes seconds)."""
    place = ran.root / "mlruns" / "mlflow.db"
    place.parent.mkdir()
    place.write_bytes(schema.read_bytes())
    return place


@pytest.fixture(scope="module")
def schema(tmp_path_factory) -> Path:
    from mlflow.tracking import MlflowClient

    place = tmp_path_factory.mktemp("schema") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{place}").get_experiment_by_name("none")
    return place


def test_two_first_uses_at_once_make_one_store_and_one_run(ran):
    both = [_start(ran), _start(ran)]
    told = [process.communicate(timeout=120) for process in both]

    assert [process.returncode for process in both] == [0, 0], told
    answers = sorted(out.split()[:2] for out, _ in told)
    assert [new for new, _ in answers] == ["False", "True"]
    assert answers[0][1] == answers[1][1]
    assert [status for _, status in _runs(ran)] == ["FINISHED"]
    assert "alembic" not in told[0][1] + told[1][1]


def test_a_run_holds_the_state(ran, store):
    done = track(ran.study)
    run = look_up(store, "mini", FINGERPRINT, done.fingerprint)

    assert done.new
    assert run is not None
    assert run.id == done.run_id
    assert run.params == {"score.floor": "11", "score.seed": "7"}
    assert run.tags["dvc.stages"] == "ingest@mini score@mini release@mini render@mini"
    assert run.tags[state.LOCK] == state.sha256_of(ran.root / "dvc.lock")
    assert run.packed("dvc.outs.score") == {"data/score/mini": "14.dir"}
    assert run.packed("dvc.deps.ingest") == {"data/raw/mini": "11.dir", "src/chairs/sources": "12.dir"}
    assert run.packed("raw.sha256") == {"answers.csv": "aa" * 32}
    assert run.tags["figure.scores-by-site"] == "abcdef01"
    assert "mlflow.user" not in run.tags
    with closing(sqlite3.connect(store)) as database:
        metrics = dict(database.execute("select key, value from metrics where run_uuid = ?", (run.id,)).fetchall())
    assert metrics == {"facts/cases/value": 200.0, "facts/returns/value": 40.0}
    kept = {path.name for path in (ran.root / "mlruns" / "artifacts").rglob("*") if path.is_file()}
    assert kept == {"manifest.json", "facts.parquet", "scores.parquet"}


def test_nothing_changed_no_run_and_mlflow_is_not_even_imported(ran, store):
    first = track(ran.study)
    process = _start(ran)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out.split()) == (0, ["False", first.run_id, "False"]), err
    started = time.perf_counter()
    again = track(ran.study)
    assert time.perf_counter() - started < 0.2
    assert (again.new, again.run_id) == (False, first.run_id)
    assert len(_runs(ran)) == 1


def test_a_changed_state_is_a_new_run_and_the_old_state_is_known_when_it_comes_back(ran, store):
    first = track(ran.study)
    ran.change("99.dir")
    second = track(ran.study)
    ran.change("14.dir")
    third = track(ran.study)

    assert second.new
    assert second.run_id != first.run_id
    assert (third.new, third.run_id) == (False, first.run_id)
    assert len(_runs(ran)) == 2


def test_a_run_killed_half_way_is_not_taken_as_done_and_is_completed(ran, store):
    kill = "tracking._log = lambda *a: os.kill(os.getpid(), 9)"
    process = _start(ran, before=kill)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    ((cut, status),) = _runs(ran)
    assert status == "RUNNING"

    done = track(ran.study)
    run = look_up(store, "mini", FINGERPRINT, done.fingerprint)
    assert (done.new, done.run_id) == (True, cut)
    assert _runs(ran) == [(cut, "FINISHED")]
    assert run is not None
    assert run.params["score.floor"] == "11"


def test_a_run_killed_after_its_numbers_is_completed_without_doubling_them(ran, store, monkeypatch):
    client_log = tracking._log

    def log_then_die(*arguments):
        client_log(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(tracking, "_log", log_then_die)
    with pytest.raises(KeyboardInterrupt):
        track(ran.study)
    monkeypatch.setattr(tracking, "_log", client_log)
    track(ran.study)

    with closing(sqlite3.connect(store)) as database:
        (count,) = database.execute("select count(*) from metrics").fetchone()
    assert count == 2
    assert len(_runs(ran)) == 1


def test_another_address_in_the_environment_wins(ran, store, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere" / "store.db"
    elsewhere.parent.mkdir()
    store.replace(elsewhere)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{elsewhere}")
    done = track(ran.study)

    assert look_up(elsewhere, "mini", FINGERPRINT, done.fingerprint) is not None
    assert not store.exists()
    assert {p.name for p in (elsewhere.parent / "artifacts").rglob("*.json")} == {"manifest.json"}


def test_a_server_is_asked_through_mlflow(ran, store, monkeypatch):
    done = track(ran.study)
    monkeypatch.setattr(tracking.runs, "database", lambda uri: None)  # as for an https address

    found = tracking.find("mini", FINGERPRINT, done.fingerprint)
    assert found is not None
    assert found.id == done.run_id
    assert found.tags[PENDING] == done.fingerprint
    assert tracking.find("mini", FINGERPRINT, "0" * 64) is None
    assert tracking.find("absent", FINGERPRINT, done.fingerprint) is None
    assert track(ran.study).new is False


def test_no_row_of_data_enters_the_store(ran, store):
    table = ran.root / "data" / "ingest" / "mini" / "responses.parquet"
    table.write_bytes(b"CANARYNAME")
    track(ran.study)

    for path in (ran.root / "mlruns").rglob("*"):
        assert path.is_dir() or b"CANARYNAME" not in path.read_bytes()
    with closing(sqlite3.connect(store)) as database:
        values = [value for (value,) in database.execute("select value from tags")]
    assert not any(str(ran.root / "data") in value for value in values), "no path of this machine"


def test_a_study_that_never_ran_is_named(ran):
    (ran.root / "dvc.lock").write_text(json.dumps({"stages": {"ingest@other": {"cmd": "x"}}}), encoding="utf-8")

    with pytest.raises(SettingError, match="chairs run mini"):
        track(ran.study)


def test_a_file_that_is_no_store_is_named_with_the_remedy(ran):
    place = ran.root / "mlruns" / "mlflow.db"
    place.parent.mkdir()
    place.write_text("not a database at all" * 100, encoding="utf-8")

    with pytest.raises(DataError, match=r"mlflow\.db"):
        track(ran.study)


def test_a_store_whose_first_use_was_cut_is_finished(ran):
    place = ran.root / "mlruns" / "mlflow.db"
    place.parent.mkdir()
    place.touch()

    assert look_up(place, "mini", FINGERPRINT, "0" * 64) is None


def test_the_commit_and_a_changed_tree_are_told(ran, tmp_path, monkeypatch):
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    assert state.git_state() == {}
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "--no-verify", "-m", "one"]):
        subprocess.run(["git", *command], cwd=ran.root, check=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ran.root, check=True, capture_output=True, text=True)

    assert state.git_state() == {"mlflow.source.git.commit": commit.stdout.strip(), "git.dirty": "false"}
    ran.change("99.dir")
    assert state.git_state()["git.dirty"] == "true"


def test_a_server_that_does_not_answer_is_said_without_its_password(ran, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:CANARYPASS@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    with pytest.raises(SettingError, match="MLFLOW_TRACKING_URI") as error:
        track(ran.study)
    assert "CANARYPASS" not in error.value.say("fr") + error.value.say("en")
