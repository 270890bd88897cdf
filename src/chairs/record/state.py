"""What is recorded of one state of a study: tags, parameters, numbers and files, gathered from disk alone."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chairs.record import lockfile
from chairs.record.published import manifest_path, published_numbers, released_sums, released_tables
from chairs.record.written import read_written
from chairs.store import paths
from chairs.store.files import sha256_of

COMMIT = "mlflow.source.git.commit"
DIRTY = "git.dirty"
LOCK = "dvc.lock.sha256"
READS, WRITES, RAW, FIGURES, TABLES, RULES = "dvc.deps.", "dvc.outs.", "raw.sha256", "figure.", "release", "rules"
MEASURED = {
    "facts": ("value",),
    "links": ("estimate", "n"),
    "risk_skill": ("value",),
    "drift_verdicts": ("value",),
    "forecast_skill": ("crps", "mase", "coverage_80", "coverage_95"),
}  # numbers worth a curve over the runs
TAG_ROOM = 6000  # characters of one tag; MLflow's limit is 8,000
FILE_ROOM = 1_000_000  # bytes of a released table kept with the run


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of a study, ready to be recorded."""

    study: str
    fingerprint: str
    tags: Mapping[str, str]
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    files: tuple[Path, ...]


def gather(study: str, stages: Mapping[str, lockfile.Made]) -> State:
    """Return the state of `study` as its stages left it; nothing in it is a row of data."""
    params = {name: text for made in stages.values() for name, text in lockfile.flat(made.params).items()}
    return State(
        study=study,
        fingerprint=lockfile.fingerprint(stages),
        tags=_tags(study, stages),
        params=params,
        metrics=_metrics(study),
        files=_files(study),
    )


def pack(key: str, content: Mapping[str, str]) -> dict[str, str]:
    """Return a mapping as one tag, or several (`key`, `key#2`, …) when it is longer than a tag may be.

    Examples
    --------
    >>> pack("outs", {"a": "1", "b": "2"})
    {'outs': '{"a": "1", "b": "2"}'}
    """
    parts: list[dict[str, str]] = [{}]
    for name, value in sorted(content.items()):
        if parts[-1] and len(json.dumps({**parts[-1], name: value})) > TAG_ROOM:
            parts.append({})
        parts[-1][name] = value
    return {key if i == 0 else f"{key}#{i + 1}": json.dumps(part) for i, part in enumerate(parts)}


def raw_files(study: str) -> dict[str, str]:
    """Return the raw files of `study` and their SHA-256, as `ingest` noted them."""
    path = paths.stage_folder("ingest", study) / "sources.json"
    if not path.is_file():
        return {}
    return {str(entry["file"]): str(entry["sha256"]) for entry in read_written(path, study, "files")["files"]}


def figures(study: str) -> dict[str, dict[str, object]]:
    """Return the rendered figures of `study` by their name, with fingerprint, tables, columns and rows."""
    path = paths.stage_folder("render", study) / "figures.json"
    return read_written(path, study) if path.is_file() else {}


def git_state() -> dict[str, str]:
    """Return the commit and whether the working tree differs from it; empty outside a git checkout."""
    commit, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    if commit is None or changes is None:
        return {}
    return {COMMIT: commit, DIRTY: "true" if changes else "false"}


def _tags(study: str, stages: Mapping[str, lockfile.Made]) -> dict[str, str]:
    tags = {
        "dvc.stages": " ".join(stages),
        LOCK: sha256_of(paths.root() / "dvc.lock"),
        **git_state(),
        **pack(RAW, raw_files(study)),
    }
    for made in stages.values():
        tags |= pack(READS + made.stage, made.reads) | pack(WRITES + made.stage, made.writes)
    for name, figure in figures(study).items():
        tags[FIGURES + name] = str(figure["fingerprint"])[:8]
        tags |= pack(f"{FIGURES}{name}.tables", {str(t): "" for t in figure["tables"]})  # type: ignore[attr-defined]
    if manifest_path(study).is_file():
        tags |= pack(TABLES, released_sums(study))
        tags[RULES] = str(read_written(manifest_path(study), study, "rules")["rules"])
    return tags


def _metrics(study: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for table, lines in published_numbers(study, only=tuple(MEASURED)).items():
        for row, cells in lines.items():
            for column, value in cells.items():
                if isinstance(value, float) and column in MEASURED[table]:
                    found[_metric_name(table, row, column)] = value
    return found


def _metric_name(*parts: str) -> str:
    # MLflow takes letters, digits and a few signs, and reads the name as a path
    words = [re.sub(r"[^\w.: -]+", "_", part.replace(" · ", " ")).strip(". ") for part in parts]
    return "/".join(word for word in words if word)[:250]


def _files(study: str) -> tuple[Path, ...]:
    manifest = manifest_path(study)
    tables = [manifest.parent / f"{name}.parquet" for name in released_tables(study)]
    small = [path for path in tables if path.is_file() and path.stat().st_size <= FILE_ROOM]
    return (manifest, *small) if manifest.is_file() else ()


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=paths.root(), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
