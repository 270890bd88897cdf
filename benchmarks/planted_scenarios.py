"""Do the scenarios' intervals hold the planted effects? Fresh logs of the demonstration hospital, learnt anew.

One analysis: a fresh draw of the two years of the demonstration hospital, the twin learnt from its log, effects with
intervals from both errors (pairs of runs; the log drawn again by weeks). The planted effect is what the generator
gives, over the same winter window, when it is run with and without the change under the same chance: it is written
once by `python -m benchmarks.planted_scenarios plant 400 2` (five seconds of a processor a draw) and read by the
analyses.

`python -m benchmarks.planted_scenarios ANALYSES FIRST_SEED PROCESSES` prints one JSON line an analysis, then the
coverage; a file of such lines is summed up again by `python -m benchmarks.planted_scenarios sum FILE`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks._planted_hospital import counted, drawn_log, stopped

from chairs.core.records import read_yaml
from chairs.demo.changes import NONE, Changes
from chairs.demo.hospital import run_hospital
from chairs.twin.experiment import Design
from chairs.twin.hospital.calibrate import calibrate_again, calibrate_hospital
from chairs.twin.hospital.effects import effects_table, input_spread
from chairs.twin.hospital.resampling import too_alike
from chairs.twin.scenario import Scenario, read_scenario

WINDOW: dict[str, Any] = {"first": "2023-12-01", "days": 63}
PLANTED = {
    "ten-medical-beds": Changes(beds={"MIN": 10}),
    "one-more-doctor": Changes(doctors={"URG": 1}),
    "ward-works": Changes(closed=("INF",)),
    "discharge-lounge": Changes(before_noon=0.4),
    "short-stay-unit": Changes(beds={"UHCD": 8}),
    "paediatric-doctor": Changes(doctors={"URP": 1}),
    "winter-surge": Changes(winter_arrivals=1.2),
}
NOTHING = "no-change"
MEASURES = ("boarding_mean", "wait_mean", "stay_mean", "unseen", "put_off")
HERE = Path(__file__).resolve().parents[1]
SCENARIOS, TRUTH = HERE / "pipelines" / "scenarios", HERE / "tests/reference/data/planted/winter_effects.json"
STAGE = read_yaml(HERE / "params.yaml")["simulate"]
PAIRS, SAMPLES = STAGE["most"], STAGE["log_samples"]  # those of the pipeline: its intervals are what is checked
WARM_UP = STAGE["warm_up_days"]  # four months, as the generator has lived with the change


def planted(seed: int) -> dict[str, dict[str, float]]:
    """Return the measures of one draw of the generator, without change ("") and with each."""
    return {name: _measured(seed, changes) for name, changes in {"": NONE, **PLANTED}.items()}


def _measured(seed: int, changes: Changes) -> dict[str, float]:
    plan = stopped(seed, changes, first="2023-08-01")
    return counted(plan, run_hospital(plan), WINDOW["first"], WINDOW["days"])


def effects_of(draws: Iterable[dict[str, dict[str, float]]]) -> dict[str, dict[str, list[float]]]:
    """Return the planted effects and their standard errors, by scenario and measure."""
    whole, found = list(draws), {}
    for name in PLANTED:
        rows = {m: np.array([one[name][m] - one[""][m] for one in whole]) for m in MEASURES}
        found[name] = {
            m: [round(float(x), 5) for x in (v.mean(), v.std(ddof=1) / len(v) ** 0.5)] for m, v in rows.items()
        }
    return found


def _rounded(*numbers: float) -> list[float]:
    return [round(float(number), 5) for number in numbers]


def truth() -> dict[str, dict[str, list[float]]]:
    """Return the planted effects written by `plant`."""
    found: dict[str, dict[str, list[float]]] = json.loads(TRUTH.read_text(encoding="utf-8"))["effects"]
    return found


def analysis(seed: int) -> list[dict[str, Any]]:
    """Return the effects of one fresh log, as rows of the table `effects`; a scenario without change is among them."""
    found = calibrate_hospital(*drawn_log(seed), name="demo")
    scenarios = [read_scenario(read_yaml(SCENARIOS / f"{name}.yaml"), name) for name in PLANTED]
    design = Design(**WINDOW, warm_up_days=WARM_UP, pilot=PAIRS, most=PAIRS, seed=seed)
    again = (calibrate_again(found.learnt, number) for number in range(SAMPLES))
    known = input_spread(again, scenarios, design, too_alike(found.learnt.log))
    rows: list[dict[str, Any]] = effects_table(found.model, scenarios, design, known).to_dict("records")
    short = replace(design, days=7, warm_up_days=0, pilot=2, most=2)
    rows += effects_table(found.model, [Scenario(name=NOTHING)], short).to_dict("records")
    return rows


def analyses(number: int, first: int, executor: Executor) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Give the rows of each analysis, in the order of the seeds."""
    seeds = range(first, first + number)
    yield from zip(seeds, executor.map(analysis, seeds), strict=True)


def coverage(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], list[bool]]:
    """Return, by scenario and measure, whether each interval holds what was planted (no change: exactly 0)."""
    known, found = truth(), {}
    for row in rows:
        scenario, measure = str(row["scenario"]), str(row["measure"])
        if scenario == NOTHING:
            held = row["mean"] == row["low"] == row["high"] == 0
        elif measure in known.get(scenario, {}):
            held = row["low"] <= known[scenario][measure][0] <= row["high"]
        else:
            continue
        found.setdefault((scenario, measure), []).append(bool(held))
    return found


def _print_sum(rows: Iterable[dict[str, Any]]) -> None:
    for (scenario, measure), held in coverage(rows).items():
        print(f"{scenario:20s}{measure:16s}{sum(held)} / {len(held)}")


def main(words: list[str]) -> None:
    """Run as the first lines of this file say."""
    if words[:1] == ["plant"]:
        number, processes = map(int, words[1:])
        with ProcessPoolExecutor(processes) as executor:
            found = effects_of(executor.map(planted, range(900_000, 900_000 + number)))
        TRUTH.write_text(json.dumps({"draws": number, "window": WINDOW, "effects": found}, indent=1) + "\n", "utf-8")
    elif words[:1] == ["sum"]:
        lines = Path(words[1]).read_text(encoding="utf-8").splitlines()
        _print_sum(row for line in lines for row in json.loads(line)["effects"])
    else:
        number, first, processes = (*map(int, words), *(2, 1, 1)[len(words) :])
        every: list[dict[str, Any]] = []
        with ProcessPoolExecutor(processes) as executor:
            for seed, rows in analyses(number, first, executor):
                print(json.dumps({"seed": seed, "effects": rows}), flush=True)
                every += rows
        _print_sum(every)


if __name__ == "__main__":
    main(sys.argv[1:])
