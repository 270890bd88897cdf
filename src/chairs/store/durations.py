"""How long each stage took last time, so that a dry run can say about how long the next will take."""

from __future__ import annotations

import json

from chairs.store import paths
from chairs.store.files import read_json, write_json


def record_duration(stage: str, study: str, seconds: float) -> None:
    """Remember that `stage` took `seconds` (wall clock) for `study`, in `data/durations.json`."""
    write_json(paths.data("durations.json"), {**_recorded(), f"{stage}@{study}": round(seconds, 1)})


def expected_duration(stage: str, study: str) -> float | None:
    """Return the seconds that `stage` took last time for `study`, or None when it never ran here."""
    return _recorded().get(f"{stage}@{study}")


def _recorded() -> dict[str, float]:
    try:
        return dict(read_json(paths.data("durations.json")))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}  # only an estimate is lost
