"""Model files changed at random: each is refused in words or runs to its end; nothing else happens."""

from __future__ import annotations

import copy
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chairs.core.errors import SettingError
from chairs.twin.anchors.emergency import emergency_model
from chairs.twin.anchors.queues import boarding
from chairs.twin.load import warnings
from chairs.twin.model import read_model, write_model
from chairs.twin.running import Cancelled
from chairs.twin.scenario import apply, read_scenario
from chairs.twin.simulate import simulate
from chairs.twin.state import read_state

from .test_twin_engine import some_model

pytestmark = pytest.mark.property

HORIZON = 600.0
LONGEST = 20.0  # seconds of a run; none needs a second
FOLDER = Path(__file__).parents[1] / "reference" / "data" / "des"
STRANGE = (
    *(None, True, "", "bed", "a", "step 1", "out", "never", [], {}, [[]], [None], {"": 1}, -1, 0, 1, 3, 0.5, -0.5),
    *(1e-300, 1e9, 1e18, 1e300, -1e300, math.nan, math.inf, 10**30, [0.5, 0.5], [1e308, 1e308], "2024-07-01", "\x00"),
    *({"kind": "fixed", "mean": 0.0}, {"kind": "never"}, {"rows": []}, {"by": "queue:bed", "rows": []}),
)


def seeds_of_files() -> list[dict[str, Any]]:
    spec = json.loads((FOLDER / "edward_canonical.json").read_text(encoding="utf-8"))["spec"]
    ward = dict(arrival_rate=1.5, ed_service_rate=1, cubicles=3, p_admit=0.3, ward_rate=0.2, ward_beds=3)
    return [write_model(emergency_model(spec)), write_model(boarding(ward))]


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value of a file."""
    found = [path] if path else []
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        found += places(value, (*path, key))
    return found


def mangled(data: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    """Return a file with one to three values changed: mostly a number or name for another of its kind."""
    changed = copy.deepcopy(data)
    for _ in range(int(random.integers(1, 4))):
        ways = places(changed)
        if not ways:
            return changed
        path = ways[int(random.integers(len(ways)))]
        holder = changed
        for key in path[:-1]:
            holder = holder[key]
        if random.random() < 0.8:
            _other_of_its_kind(holder, path[-1], random)
        else:
            _structure(holder, path[-1], random)
    return changed


def _other_of_its_kind(holder: Any, key: Any, random: np.random.Generator) -> None:
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int):
        holder[key] = value + int(random.choice([-3, -1, 1, 2, 50]))
    elif isinstance(value, float):
        holder[key] = value * float(random.choice([-1.0, 0.0, 1e-12, 0.5, 2.0, 30.0, 1e12]))
    elif isinstance(value, str) and isinstance(holder, dict) and key in ("kind", "by"):
        holder[key] = str(random.choice(["all", "class", "hour", "fixed", "exponential", "delay", "leave", "weekly"]))
    elif isinstance(value, list) and len(value) > 1:
        holder[key] = [value[i] for i in random.permutation(len(value))]


def _structure(holder: Any, key: Any, random: np.random.Generator) -> None:
    change = int(random.integers(4))
    if change == 0:
        del holder[key]
    elif change == 1 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    elif change == 2 and isinstance(holder, dict):
        holder[f"{key}s"] = holder.pop(key)
    else:
        holder[key] = copy.deepcopy(STRANGE[int(random.integers(len(STRANGE)))])


def said(refusal: SettingError) -> bool:
    """Say whether a refusal has words in both languages for each fault."""
    return bool(refusal.problems) and all(fault.what.en and fault.what.fr for fault in refusal.problems)


def outcome(data: object, seed: int) -> str:
    """Run a file to the end, or say why not; anything but a refusal in words is an error of ours."""
    try:
        model = read_model(json.loads(json.dumps(data)))
        run = simulate(model, horizon=HORIZON, seed=seed)
    except SettingError as refusal:
        return "refused" if said(refusal) else "refused without a word"
    warnings(model)
    started = time.monotonic()
    job = run._job(False, None)
    try:
        memory = job.replicate(0, lambda: time.monotonic() - started > LONGEST)
    except SettingError as refusal:  # time stands still, or too many patients: only the run can tell
        return "stopped: " + refusal.problems[0].what.en
    except Cancelled:
        raise AssertionError("the run went on and on") from None
    assert 0 <= memory.x[0] <= HORIZON
    return "ran"


def fuzz(numbers: range) -> dict[str, int]:
    whole = seeds_of_files()
    counted: dict[str, int] = {}
    for number in numbers:
        random = np.random.default_rng(number)
        data = whole[number % 3] if number % 3 < 2 else write_model(some_model(number))
        try:
            found = outcome(mangled(data, random), number)
        except Exception as error:
            raise AssertionError(f"file {number}: {type(error).__name__}: {error}") from error
        counted[found] = counted.get(found, 0) + 1
    return counted


def test_a_file_changed_at_random_is_refused_in_words_or_runs():
    counted = fuzz(range(300))
    assert "refused without a word" not in counted
    assert counted["refused"] > 60
    assert counted["ran"] > 60


@pytest.mark.nightly
def test_thousands_of_files_changed_at_random_are_refused_in_words_or_run():
    counted = fuzz(range(10_000, 16_000))
    assert "refused without a word" not in counted
    assert counted["refused"] > 1200
    assert counted["ran"] > 1200


def test_a_scenario_or_state_changed_at_random_is_refused_in_words_or_runs():
    model = read_model(seeds_of_files()[1])
    scenario = {"resources": {"bed": {"capacity": 4, "closures": [{"start": 3, "end": 9}]}}, "arrivals": {}}
    state = [{"step": "ward stay", "patient_class": "all", "elapsed": 2.0, "holds": {"bed": 1}, "attributes": {}}]
    refused = 0
    for number in range(400):
        random = np.random.default_rng(number)
        try:
            changed = apply(read_scenario(mangled(scenario, random)), model)
            present = read_state([mangled(state[0], random)])
            simulate(changed, horizon=20.0, state=present).replicate(0)
        except SettingError as refusal:
            refused += said(refusal)
    assert 60 < refused < 400
