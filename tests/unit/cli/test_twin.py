"""`chairs twin simulate`: files, words, and what a person does to it (wrong files, Ctrl-C, lost machines)."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chairs.tables import CONTRACTS
from chairs.twin.anchors.queues import boarding, mmc
from chairs.twin.model import write_model
from chairs.twin.simulate import simulate

pytestmark = pytest.mark.unit

WARD = boarding(dict(arrival_rate=1.5, ed_service_rate=1, cubicles=3, p_admit=0.3, ward_rate=0.2, ward_beds=3))


@pytest.fixture
def model_file(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(write_model(WARD)), encoding="utf-8")
    return path


@pytest.fixture
def chairs(monkeypatch, capsys):
    """Run a command as `chairs` does; return its exit code, output and error output."""

    def call(*words):
        from chairs.cli import main

        monkeypatch.setattr(sys, "argv", ["chairs", *map(str, words)])
        monkeypatch.setenv("CHAIRS_LANG", "en")
        with pytest.raises(SystemExit) as exit_:
            main()
        said = capsys.readouterr()
        return exit_.value.code or 0, said.out, said.err

    return call


def test_everything_at_once_is_written_and_said(chairs, model_file, tmp_path):
    state = tmp_path / "state.json"
    state.write_text('[{"step": "ward stay", "patient_class": "all", "elapsed": 2.0, "holds": {"bed": 1}}]')
    scenario = tmp_path / "more.yaml"
    scenario.write_text("question: {fr: des lits ?, en: beds?}\nresources: {bed: {capacity: 5}}\n")
    files = {name: tmp_path / "out" / f"{name}.x" for name in ("events", "cases", "measures")}
    words = ["twin", "simulate", model_file, "--start", "2026-01-05T00:00+01:00", "--days", 3, "--replications", 3]
    words += ["--seed", 8, "--state", state, "--scenario", scenario, "--threads", 2]
    code, out, err = chairs(*words, *(part for name, path in files.items() for part in (f"--{name}", path)))
    assert code == 0
    assert "ask cubicle" in out
    assert "ask cubicle" not in err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["cases.x", "events.x", "measures.x"]
    events = CONTRACTS["events"].check(pd.read_parquet(files["events"]))
    cases = CONTRACTS["cases"].check(pd.read_parquet(files["cases"]))
    assert set(events["replication"]) == {0, 1, 2}
    assert set(events["case_id"]) == set(cases["case_id"])
    assert events["start"].min() == pd.Timestamp("2026-01-04T21:00Z")
    assert events.loc[events["unit"] == "bed"].groupby("replication").size().min() > 3
    said = json.loads(files["measures"].read_text())
    assert said["seed"] == 8
    open_beds = next(row for row in said["measures"] if (row["measure"], row["of"]) == ("open", "bed"))
    assert open_beds["mean"] == 5
    before = files["events"].read_bytes(), files["measures"].read_bytes()
    again = [word if word != 2 else 1 for word in words]
    assert chairs(*again, "--events", files["events"], "--measures", files["measures"])[0] == 0
    assert (files["events"].read_bytes(), files["measures"].read_bytes()) == before


def test_the_page_on_the_twin_can_be_followed(chairs, tmp_path, monkeypatch):
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "run-the-twin.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:json|yaml) (\S+)\n(.*?)```", page, re.DOTALL)
    assert [name for name, _ in blocks] == ["ward.json", "summer.yaml", "now.json"]
    for name, content in blocks:
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    said = re.findall(r"^chairs (twin simulate (?:.|\\\n)*?)$(?<!\\)", page, re.MULTILINE)
    commands = [command.replace("\\\n", " ").split() for command in said]
    ran = [command for command in commands if "--cluster" not in command]
    assert (len(commands), len(ran)) == (5, 3)
    for command in ran:
        code, out, err = chairs(*command, "--replications", 2, "--days", 9)
        assert code == 0, err
        assert "to_physician" in out
        assert err.strip() == "" or "grow for ever" not in err
    events = CONTRACTS["events"].check(pd.read_parquet("events.parquet"))
    assert {"A17", "present-0000001"} <= set(events["case_id"])
    python = re.search(r"```python\n(.*?)```", page, re.DOTALL).group(1).replace("replications=40", "replications=2")
    namespace: dict = {}
    exec(python, namespace)
    assert (namespace["run"].measures.values("wait", "bed") >= 0).all()
    assert namespace["run"].measures.values("mean", "to_physician", "urgent")[0] < 60


BAD = {
    "unknown key": ({**write_model(WARD), "colour": "red"}, "model.json", 'unknown key "colour"'),
    "unknown step": ({**write_model(WARD), "steps": [{"kind": "dance", "name": "x"}]}, "steps[0]", "choose among"),
    "negative": (
        {**write_model(WARD), "resources": [{"name": "bed", "capacity": -1}, {"name": "cubicle", "capacity": 1}]},
        'resource "bed"',
        "negative capacity",
    ),
    "not JSON": ("{", "model.json", "not JSON"),
    "a list": ([1, 2], "model.json", "a mapping"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_model_that_cannot_run_is_refused_in_words_and_writes_nothing(chairs, tmp_path, name):
    content, where, what = BAD[name]
    path, out = tmp_path / "model.json", tmp_path / "out.parquet"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    code, said, err = chairs("twin", "simulate", path, "--events", out, "--days", 1)
    assert code == 2
    assert where in err
    assert what in err
    assert "Traceback" not in err
    assert said == ""
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--start", "yesterday"], "not a date"),
        (["--start", "2026-01-05T00:00"], "no time zone"),
        (["--days", "-1"], "not a positive number"),
        (["--state", "nowhere.json"], "file not found"),
        (["--scenario", "nowhere.yaml"], "file not found"),
        (["--cluster", "somewhere"], 'neither an address nor "slurm"'),
        (["--cluster", "slurm"], "SLURM is not on this machine"),
        (["--cluster", "tcp://127.0.0.1:9"], "no Dask scheduler answers"),
    ],
)
def test_a_wrong_option_is_refused_in_words(chairs, model_file, monkeypatch, words, what):
    monkeypatch.setattr("chairs.cli.cluster.CONNECT_SECONDS", 1)
    code, _, err = chairs("twin", "simulate", model_file, *words)
    assert code == 2
    assert what in err
    assert "Remedy" in err or "not" in err


def test_an_unknown_key_of_a_scenario_or_state_is_refused(chairs, model_file, tmp_path):
    for option, content in (("--scenario", '{"bets": {}}'), ("--state", '[{"step": "ward stay", "colour": 1}]')):
        path = tmp_path / "wrong.json"
        path.write_text(content)
        code, _, err = chairs("twin", "simulate", model_file, option, path)
        assert code == 2
        assert "unknown key" in err
        assert "choose among" in err


def test_an_unstable_queue_is_warned_of_beside_the_results(chairs, tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(write_model(mmc(3.0, 1.0, 2))))
    code, out, err = chairs("twin", "simulate", path, "--days", 1, "--replications", 1)
    assert code == 0
    assert "grow for ever" in err
    assert "grow for ever" not in out


@pytest.fixture
def long_run(tmp_path):
    """Start a run of many minutes in a process group of its own; give it once it has begun."""
    path = tmp_path / "model.json"
    path.write_text(json.dumps(write_model(mmc(2.02, 1.0, 2))))  # its queue is warned of just before the run
    simulate(mmc(2.02, 1.0, 2), horizon=1.0).replicate(0)  # so that the engine is compiled

    def start(*words):
        files = ("--events", tmp_path / "events.parquet", "--measures", tmp_path / "measures.json")
        heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a shell's & turns it off
        code = f"{heard}; from chairs.cli import main; main()"
        words = ("twin", "simulate", path, "--days", 40_000, "--replications", 900, *files, *words)
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, "CHAIRS_LANG": "en"},
        )  # fmt: skip
        assert "grow for ever" in process.stderr.readline()
        time.sleep(1.5)
        assert process.poll() is None
        return process

    return start


def stopped(process, folder):
    """Send what Ctrl-C sends and look at what is left."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()  # one that did not hear would run for many minutes
    assert process.returncode == 130, err
    assert "Interrupted: nothing was written." in err
    assert "Traceback" not in err
    assert out == ""
    assert sorted(path.name for path in folder.iterdir()) == ["model.json"]


@pytest.mark.parametrize("threads", [pytest.param(1, marks=pytest.mark.nightly), 2])
def test_ctrl_c_stops_cleanly_and_leaves_no_half_file(long_run, tmp_path, threads):
    stopped(long_run("--threads", threads), tmp_path)


def test_the_job_of_slurm_asks_for_one_core_and_starts_a_worker(tmp_path):
    import dask
    from dask_jobqueue.slurm import SLURMJob

    from chairs.cli.cluster import slurm_settings

    with dask.config.set({"jobqueue.slurm.queue": "short", "jobqueue.slurm.memory": "4GB"}):
        script = SLURMJob(scheduler="tcp://10.0.0.5:8786", name="w1", **slurm_settings()).job_script()
    for line in ("#SBATCH -J chairs-twin", "#SBATCH -p short", "#SBATCH -n 1", "--cpus-per-task=1", "--mem=4G"):
        assert line in script
    assert f"{sys.executable} -m distributed.cli.dask_worker tcp://10.0.0.5:8786 --name w1 --nthreads 1" in script
    assert "--nanny" in script


@pytest.fixture(scope="module")
def two_workers():
    """Two processes of this machine as a cluster, reached by its address."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster


@pytest.mark.nightly
def test_ctrl_c_stops_a_run_on_a_cluster_and_leaves_its_workers(long_run, tmp_path, two_workers):
    there = set(two_workers.scheduler_info["workers"])
    stopped(long_run("--cluster", two_workers.scheduler_address), tmp_path)
    assert there
    assert there <= set(two_workers.scheduler_info["workers"])


def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(chairs, tmp_path, two_workers, monkeypatch):
    from chairs.twin import replications

    monkeypatch.setattr(replications, "CHUNK_SECONDS", 0.05)  # more chunks, so that some are lost
    path, files = tmp_path / "model.json", [tmp_path / f"{name}.json" for name in ("alone", "cluster")]
    path.write_text(json.dumps(write_model(mmc(0.9, 1.0, 1))))
    words = ["twin", "simulate", path, "--days", 2000, "--replications", 40, "--seed", 3]
    assert chairs(*words, "--measures", files[0])[0] == 0
    killed = []
    plain = replications.in_order

    def with_a_loss(job, read, n, crew):
        for place, found in enumerate(plain(job, read, n, crew)):
            if place == 5:
                worker = next(iter(two_workers.workers.values()))
                killed.append(worker.process.pid)
                os.kill(worker.process.pid, signal.SIGKILL)
            yield found

    monkeypatch.setattr("chairs.twin.simulate.in_order", with_a_loss)
    code, _, err = chairs(*words, "--measures", files[1], "--cluster", two_workers.scheduler_address)
    assert code == 0, err
    assert len(killed) == 1
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_worker_with_other_code_is_refused(monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    from chairs.core.errors import SettingError
    from chairs.twin import replications

    words = iter(["here", "there"])
    monkeypatch.setattr(replications, "fingerprint", lambda: next(words))
    with ThreadPoolExecutor(1) as pool, pytest.raises(SettingError, match="another version of chairs"):
        list(simulate(WARD, horizon=10.0, executor=pool).each(lambda memory, program: 0))


def test_any_chunking_and_any_executor_give_the_same_bytes(monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    from chairs.twin import replications

    how = {"horizon": 300.0, "replications": 23, "seed": 5}
    alone = simulate(WARD, **how)
    for seconds in (0.0, 2e-3, 1.0):
        monkeypatch.setattr(replications, "CHUNK_SECONDS", seconds)
        seen = []
        with ThreadPoolExecutor(3) as pool:
            spread = simulate(WARD, **how, executor=pool, progress=seen.append)
            for one, other in zip(alone.measures.sums, spread.measures.sums, strict=True):
                np.testing.assert_array_equal(one.resources, other.resources)
                np.testing.assert_array_equal(one.totals, other.totals)
        assert seen[-1] == 23
        assert seen == sorted(seen)
    few = {**how, "replications": 3}
    with ThreadPoolExecutor(3) as pool:
        alone, spread = simulate(WARD, **few), simulate(WARD, **few, executor=pool)
        pd.testing.assert_frame_equal(alone.events, spread.events)
        pd.testing.assert_frame_equal(alone.cases, spread.cases)
        pd.testing.assert_frame_equal(alone.census, spread.census)


def test_a_piece_of_work_that_fails_everywhere_is_told_not_repeated_for_ever():
    from concurrent.futures import ThreadPoolExecutor

    def read(memory, program):
        raise ValueError("broken")

    with ThreadPoolExecutor(2) as pool, pytest.raises(ValueError, match="broken"):
        list(simulate(WARD, horizon=10.0, replications=9, executor=pool).each(read))
