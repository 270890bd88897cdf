"""The lock file: stages, state, what lies upstream."""

import textwrap

import pytest

from chairs.core.errors import SettingError
from chairs.record.lockfile import Made, fingerprint, flat, of_study, read_lock, upstream

pytestmark = pytest.mark.unit

LOCK = """
schema: '2.0'
stages:
  score@demo:
    cmd: python pipelines/score.py demo
    deps:
    - {path: data/ingest/demo, hash: md5, md5: 1e10.dir, size: 3, nfiles: 1}
    - {path: src/chairs/surveys, md5: c0de.dir}
    params:
      params.yaml:
        score.floor: 11
    outs:
    - {path: data/score/demo, md5: b.dir}
  ingest@demo:
    cmd: python pipelines/ingest.py demo
    deps:
    - {path: data/raw/demo, md5: r.dir}
    outs:
    - {path: data/ingest/demo, md5: a.dir}
  track@demo:
    cmd: python pipelines/track.py demo
    deps:
    - {path: data/score/demo, md5: b.dir}
  score@sepsis:
    cmd: python pipelines/score.py sepsis
"""


@pytest.fixture
def lock(tmp_path):
    (tmp_path / "dvc.lock").write_text(textwrap.dedent(LOCK), encoding="utf-8")
    return read_lock(tmp_path / "dvc.lock")


def test_a_stage_is_read_as_it_ran(lock):
    assert lock["score@demo"] == Made(
        stage="score",
        study="demo",
        command="python pipelines/score.py demo",
        reads={"data/ingest/demo": "1e10.dir", "src/chairs/surveys": "c0de.dir"},
        writes={"data/score/demo": "b.dir"},
        params={"score.floor": 11},
    )


def test_the_state_of_a_study_leaves_the_record_itself_and_other_studies_out(lock):
    assert set(of_study(lock, "demo")) == {"score@demo", "ingest@demo"}


def test_the_fingerprint_hangs_on_content_not_on_order(lock):
    mine = of_study(lock, "demo")
    turned = dict(reversed(mine.items()))

    assert fingerprint(mine) == fingerprint(turned)


@pytest.mark.parametrize(
    ("old", "new"),
    [("b.dir", "z.dir"), ("r.dir", "z.dir"), ("floor: 11", "floor: 30"), ("score.py demo", "score.py demo -v")],
)
def test_any_change_of_the_state_changes_the_fingerprint(lock, tmp_path, old, new):
    (tmp_path / "dvc.lock").write_text(textwrap.dedent(LOCK).replace(old, new), encoding="utf-8")

    assert fingerprint(of_study(read_lock(tmp_path / "dvc.lock"), "demo")) != fingerprint(of_study(lock, "demo"))


def test_another_study_does_not_move_the_fingerprint(lock, tmp_path):
    (tmp_path / "dvc.lock").write_text(textwrap.dedent(LOCK).replace("score.py sepsis", "x"), encoding="utf-8")

    assert fingerprint(of_study(read_lock(tmp_path / "dvc.lock"), "demo")) == fingerprint(of_study(lock, "demo"))


def test_upstream_goes_from_the_raw_files_to_the_path(lock):
    assert [made.stage for made in upstream(lock, ["data/score/demo"])] == ["ingest", "score"]
    assert [made.stage for made in upstream(lock, ["data/score/demo/scores.parquet"])] == ["ingest", "score"]
    assert upstream(lock, ["data/raw/demo"]) == []


def test_a_study_that_never_ran_is_named_with_the_remedy(lock):
    with pytest.raises(SettingError, match="chairs run france") as error:
        of_study(lock, "france")
    assert "france" in error.value.say("fr")


@pytest.mark.parametrize("text", ["", "<<<<<<< ours\nstages: {", "stages: [1]", "schema: '2.0'"])
def test_a_lock_that_cannot_be_read_says_so(tmp_path, text):
    (tmp_path / "dvc.lock").write_text(text, encoding="utf-8")

    with pytest.raises(SettingError, match=r"dvc\.lock: not readable"):
        read_lock(tmp_path / "dvc.lock")


def test_no_lock_no_run_yet(tmp_path):
    with pytest.raises(SettingError, match="has not run yet"):
        read_lock(tmp_path / "dvc.lock")


def test_parameters_are_flattened_by_their_path():
    assert flat({"a": {"b": {"c": 1}}, "d": "text", "e": None}) == {"a.b.c": "1", "d": "text", "e": "null"}
