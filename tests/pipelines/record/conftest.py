"""A small project that has run: lock file, released tables, figures, raw files; all invented."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
import yaml

from chairs.core.errors import Text
from chairs.core.study import Study
from chairs.disclosure.gate import release
from chairs.store.parquet import write_table

STUDY = """
name: mini
title: {fr: Mini, en: Mini}
question: {fr: Quoi ?, en: What?}
level: demo
period: "2024"
stages: [ingest, score, release, render, track]
"""

LOCK = {
    "schema": "2.0",
    "stages": {
        "ingest@mini": {
            "cmd": "python pipelines/ingest.py mini",
            "deps": [{"path": "data/raw/mini", "md5": "11.dir"}, {"path": "src/chairs/sources", "md5": "12.dir"}],
            "outs": [{"path": "data/ingest/mini", "md5": "13.dir"}],
        },
        "score@mini": {
            "cmd": "python pipelines/score.py mini",
            "deps": [{"path": "data/ingest/mini", "md5": "13.dir"}],
            "params": {"params.yaml": {"score": {"floor": 11, "seed": 7}}},
            "outs": [{"path": "data/score/mini", "md5": "14.dir"}],
        },
        "release@mini": {
            "cmd": "python pipelines/release.py mini",
            "deps": [{"path": "data/score/mini", "md5": "14.dir"}],
            "outs": [{"path": "data/release/mini", "md5": "15.dir"}],
        },
        "render@mini": {
            "cmd": "python pipelines/render.py mini",
            "deps": [{"path": "data/release/mini", "md5": "15.dir"}],
            "outs": [{"path": "data/render/mini", "md5": "16.dir"}],
        },
        "track@mini": {
            "cmd": "python pipelines/track.py mini",
            "deps": [{"path": "data/render/mini", "md5": "16.dir"}],
        },
        "ingest@other": {"cmd": "x", "outs": [{"path": "data/ingest/other", "md5": "21.dir"}]},
    },
}

FACTS = {
    "name": ["cases", "returns"],
    "value": [200.0, 40.0],
    "unit": "",
    "n": [None, 200],
    "status": "ok",
    "reason": None,
}
SCORES = {
    "establishment": ["1", "2"],
    "unit": "all",
    "period": "2024",
    "instrument": "own",
    "dimension": "all",
    "score": [60.0, 70.0],
    "se": 1.0,
    "n": [40, 30],
    "status": "ok",
}


STUDY_WORDS = Text(fr="Mini", en="Mini")
MINI = Study(
    name="mini", title=STUDY_WORDS, question=STUDY_WORDS, level="demo", period="2024", stages=("release", "track")
)


@cache
def released(content: str) -> dict[str, bytes]:
    """What the gate writes for these tables (JSON), by file: the tests ask for few different ones, many times."""
    with TemporaryDirectory() as kept:
        inputs, target = Path(kept, "in"), Path(kept, "release")
        frames = {name: pd.DataFrame(rows) for name, rows in json.loads(content).items()}
        release(MINI, {name: write_table(frame, name, inputs) for name, frame in frames.items()}, target)
        return {path.name: path.read_bytes() for path in target.iterdir()}


class Project:
    """The project's folder, with the means to change its state as a run would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lock = json.loads(json.dumps(LOCK))

    study = MINI

    def write(self, *, facts: dict = FACTS, scores: dict = SCORES, fingerprint: str = "abcdef01" * 8) -> None:
        folder = self.root / "data" / "release" / "mini"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in released(json.dumps({"facts": facts, "scores": scores})).items():
            (folder / name).write_bytes(content)
        figure = {
            "fingerprint": fingerprint,
            "tables": ["scores"],
            "columns": ["establishment", "score", "n"],
            "rows": [["1", 60.0, 40], ["2", 70.0, 30]],
        }
        self._json("render/mini/figures.json", {"scores-by-site": figure})
        self._json("ingest/mini/sources.json", {"files": [{"file": "answers.csv", "sha256": "aa" * 32}]})
        self._lock()

    def change(self, md5: str) -> None:
        """Change the state as a run on other data would: another hash of what `score` wrote and `release` read."""
        self.lock["stages"]["score@mini"]["outs"][0]["md5"] = md5
        self.lock["stages"]["release@mini"]["deps"][0]["md5"] = md5
        self._lock()

    def _lock(self) -> None:
        (self.root / "dvc.lock").write_text(yaml.safe_dump(self.lock, sort_keys=False), encoding="utf-8")

    def _json(self, place: str, content: object) -> None:
        path = self.root / "data" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose study `mini` has run once."""
    monkeypatch.setenv("CHAIRS_ROOT", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "pipelines" / "studies").mkdir(parents=True)
    (tmp_path / "pipelines" / "studies" / "mini.yaml").write_text(STUDY, encoding="utf-8")
    project = Project(tmp_path)
    project.write()
    return project
