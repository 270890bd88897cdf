"""How long each stage took last time, so that a dry run can say about how long the next will take."""

from __future__ import annotations

import json
from pathlib import Path

from chairs.store import paths
from chairs.store.files import read_json, write_json


def record_duration(stage: str, study: str, seconds: float) -> None:
    """Remember that `stage` took `seconds` (wall clock) for `study`, in `data/durations/STUDY.json`.

    A file a study, because studies may run at the same time and the stages of one do not.
    """
    write_json(_file(study), {**_recorded(study), stage: round(seconds, 1)})


def expected_duration(stage: str, study: str) -> float | None:
    """Return the seconds that `stage` took last time for `study`, or None when it never ran here."""
    return _recorded(study).get(stage)


def _file(study: str) -> Path:
    return paths.data("durations", f"{study}.json")


def _recorded(study: str) -> dict[str, float]:
    try:
        return dict(read_json(_file(study)))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}  # only an estimate is lost
