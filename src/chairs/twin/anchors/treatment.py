"""The treatment centre of Nelson's textbook: trauma and non-trauma patients, hourly arrivals, one day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chairs.twin.anchors.case import Effort, Line, line
from chairs.twin.anchors.short import delay, exponential, lognormal, release, route, seize
from chairs.twin.arrivals import Arrivals
from chairs.twin.compiling import Program
from chairs.twin.durations import Duration
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.simulate import simulate
from chairs.twin.steps import Leave, Step

AFTERMATH = 20_000.0  # minutes after the last arrival in which started services end, so that their length is known
STAGES = {
    "triage": ("01a_triage_wait", "01b_triage_util"),
    "registration": ("02a_registration_wait", "02b_registration_util"),
    "exam": ("03a_examination_wait", "03b_examination_util"),
    "cubicles_non_trauma": ("04a_treatment_wait(non_trauma)", "04b_treatment_util(non_trauma)"),
    "trauma": ("06a_trauma_wait", "06b_trauma_util"),
    "cubicles_trauma": ("07a_treatment_wait(trauma)", "07b_treatment_util(trauma)"),
}


def treatment_model(case: Mapping[str, Any], capacities: Mapping[str, int]) -> Model:
    """Return the treatment centre; arrivals end with the day, services that have started go on."""
    p, durations = case["parameters"], _durations(case["parameters"])

    def stage(name: str, next: str | None = None) -> tuple[Step, ...]:
        service = delay(f"{name} service", durations[name])
        return seize(name, name), service, release(f"{name} ends", name, next=next)

    trauma, treated = p["p_trauma"], p["p_non_trauma_treatment"]
    return Model(
        name="treatment-centre",
        classes=("all",),
        arrivals=(
            Arrivals(
                name="arrivals",
                to="triage",
                classes={"all": 1.0},
                kind="cycle",
                rates=tuple(rate / 60 for rate in case["arrivals"]["rates_per_hour"]),
                every=60.0,
                until=float(case["run_length"]),
            ),
        ),
        resources=tuple(Resource(name=name, capacity=capacities[name]) for name in STAGES),
        steps=(
            *stage("triage"),
            route("kind", {"trauma": trauma, "registration": 1 - trauma}),
            *stage("trauma"),
            *stage("cubicles_trauma"),
            Leave(name="trauma out"),
            *stage("registration"),
            *stage("exam"),
            route("treated?", {"cubicles_non_trauma": treated, "non-trauma out": 1 - treated}),
            *stage("cubicles_non_trauma"),
            Leave(name="non-trauma out"),
        ),
    )


def _durations(p: Mapping[str, Any]) -> dict[str, Duration]:
    exam = p["exam_normal_truncated_at_0"]
    return {
        "triage": exponential(p["triage_mean_exponential"]),
        "registration": _lognormal(p["registration_lognormal"]),
        "exam": Duration(kind="normal", mean=exam["mean"], cv=exam["var"] ** 0.5 / exam["mean"]),
        "cubicles_non_trauma": _lognormal(p["non_trauma_treatment_lognormal"]),
        "trauma": exponential(p["trauma_stabilisation_exponential_mean"]),
        "cubicles_trauma": _lognormal(p["trauma_treatment_lognormal"]),
    }


def _lognormal(given: Mapping[str, float]) -> Duration:
    return lognormal(given["mean"], sd=given["var"] ** 0.5)


def run_treatment(case: Mapping[str, Any], effort: Effort) -> list[Line]:
    """Simulate each scenario with exact arrivals and compare with the independent program of the same."""
    return [found for scenario in case["scenarios"] for found in _run(case, scenario, effort)]


def _run(case: Mapping[str, Any], scenario: Mapping[str, Any], effort: Effort) -> list[Line]:
    capacities = {**case["capacities"], **scenario["changes"]}
    end = float(case["run_length"])
    run = simulate(
        treatment_model(case, capacities),
        horizon=end + AFTERMATH,
        replications=2 * effort.published,
        seed=effort.seed,
        threads=effort.threads,
    )
    found = list(run.each(lambda memory, program: _read(memory, program, end, capacities), log=True))
    lines = []
    for name, target in scenario["expected_exact_nhpp"].items():
        values = np.array([one[name] for one in found], dtype=float)
        lines.append(line(f"treatment centre, {scenario['scenario']}", name, values, target["mean"], target["se"]))
    return lines


def _read(memory: Memory, program: Program, end: float, capacities: Mapping[str, int]) -> dict[str, float]:
    """Return the measures of one day: what started or ended before its end."""
    n = int(memory.n[code.W_LINES])
    lines = memory.table(code.AT_LINES, code.L_WIDE)[:n]
    times = memory.table(code.AT_LINES_X, code.LX_WIDE)[:n]
    kind = lines[:, code.L_KIND]
    names = [resource.name for resource in program.model.resources]
    result: dict[str, float] = {"00_arrivals": float((kind == code.LOG_ARRIVE).sum())}
    for name, (wait, use) in STAGES.items():
        mine = (kind == code.LOG_HOLD) & (lines[:, code.L_RESOURCE] == names.index(name))
        asked, started, ended = times[mine & (times[:, code.LX_START] < end)].T
        result[wait] = float((started - asked).mean()) if len(asked) else np.nan
        result[use] = float((ended - started).sum()) / capacities[name] / end
    came = np.zeros(int(lines[:, code.L_WHO].max()) + 1)
    came[lines[kind == code.LOG_ARRIVE, code.L_WHO]] = times[kind == code.LOG_ARRIVE, code.LX_END]
    steps = [step.name for step in program.model.steps]
    gone = (kind == code.LOG_LEAVE) & (times[:, code.LX_END] < end)
    for measure, exit_ in (("05_total_time(non-trauma)", "non-trauma out"), ("08_total_time(trauma)", "trauma out")):
        mine = gone & (lines[:, code.L_ROW] == steps.index(exit_))
        stays = times[mine, code.LX_END] - came[lines[mine, code.L_WHO]]
        result[measure] = float(stays.mean()) if len(stays) else np.nan
    result["09_throughput"] = float(gone.sum())
    return result
