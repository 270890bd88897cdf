"""Do the scenarios' intervals hold the planted effects? Fresh logs of the demonstration hospital, learnt anew.

One analysis: a fresh draw of the two years of the demonstration hospital, the twin learnt from its log, effects with
intervals from both errors (pairs of runs; the log drawn again by weeks). The planted effect is what the generator
gives, over the same winter window, when it is run with and without the change under the same chance.
Arguments: analyses, seed of the first, draws of the generator behind the planted effects.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from benchmarks._planted_hospital import counted, drawn_log, stopped

from chairs.core.records import read_yaml
from chairs.demo.changes import NONE, Changes
from chairs.demo.hospital import run_hospital
from chairs.twin.experiment import Design
from chairs.twin.hospital.calibrate import calibrate_again, calibrate_hospital
from chairs.twin.hospital.effects import effects_table, input_spread
from chairs.twin.scenario import read_scenario

WINDOW = {"first": "2023-12-01", "days": 63}
WARM_UP = 112  # the generator has lived with the change for months; the twin too
PAIRS, SAMPLES = 4, 8
PLANTED = {
    "ten-medical-beds": Changes(beds={"MIN": 10}),
    "one-more-doctor": Changes(doctors={"URG": 1}),
    "ward-works": Changes(closed=("INF",)),
}
FOLDER = Path(__file__).resolve().parents[1] / "pipelines" / "scenarios"


def planted(draws: int, first_seed: int = 900_000) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the planted effects and their standard errors, by scenario and measure."""
    differences: dict[str, list[dict[str, float]]] = {name: [] for name in PLANTED}
    for seed in range(first_seed, first_seed + draws):
        runs = {name: _measured(seed, changes) for name, changes in {"": NONE, **PLANTED}.items()}
        for name in PLANTED:
            differences[name].append({key: runs[name][key] - runs[""][key] for key in runs[""]})
    return {
        name: {key: _mean(np.array([row[key] for row in rows])) for key in rows[0]}
        for name, rows in differences.items()
    }


def _mean(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / len(values) ** 0.5)


def _measured(seed: int, changes: Changes) -> dict[str, float]:
    plan = stopped(seed, changes)
    return counted(plan, run_hospital(plan), str(WINDOW["first"]), int(WINDOW["days"]))


def analysis(seed: int) -> list[dict[str, object]]:
    """Return the effects of one fresh log, as rows of the table `effects`."""
    found = calibrate_hospital(*drawn_log(seed), name="demo")
    scenarios = [read_scenario(read_yaml(FOLDER / f"{name}.yaml"), name) for name in PLANTED]
    design = Design(**WINDOW, warm_up_days=WARM_UP, pilot=PAIRS, most=PAIRS, seed=seed)
    models = (calibrate_again(found.learnt, number) for number in range(SAMPLES))
    known = input_spread(models, scenarios, design)
    return effects_table(found.model, scenarios, design, known).to_dict("records")


def main(analyses: int = 2, first: int = 1, draws: int = 4) -> None:
    """Print one JSON line an analysis, then how many intervals hold the planted effect."""
    truth = planted(draws)
    print(json.dumps({"planted": truth}), flush=True)
    inside: dict[tuple[str, str], list[bool]] = {}
    for seed in range(first, first + analyses):
        rows = analysis(seed)
        print(json.dumps({"seed": seed, "effects": rows}), flush=True)
        for row in rows:
            of = truth[str(row["scenario"])].get(str(row["measure"]))
            if of is not None:
                inside.setdefault((str(row["scenario"]), str(row["measure"])), []).append(
                    row["low"] <= of[0] <= row["high"]
                )  # type: ignore[operator]
    for (scenario, measure), held in inside.items():
        print(f"{scenario:20s}{measure:16s}{sum(held)} / {len(held)}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
