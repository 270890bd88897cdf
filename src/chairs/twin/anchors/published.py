"""Published models, rebuilt: a nurse clinic, stroke units, critical care."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chairs.twin.anchors.case import Effort, Line, line
from chairs.twin.anchors.queues import mmc
from chairs.twin.anchors.short import delay, exponential, fixed, lognormal, release, route, seize
from chairs.twin.arrivals import Arrivals
from chairs.twin.compiling import Program
from chairs.twin.durations import Duration
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.simulate import simulate
from chairs.twin.steps import Leave, Mark, Step, Tally

Case = Mapping[str, Any]


def run_clinic(case: Case, effort: Effort) -> list[Line]:
    """Simulate the M/M/4 clinic: the finite run of the publication, and a long one against the formula."""
    p = case["parameters"]
    model = mmc(1 / p["interarrival_mean"], 1 / p["consultation_mean"], p["nurses"])
    warm_up, nurses = float(p["warm_up"]), p["nurses"]

    def read(memory: Memory, program: Program) -> tuple[float, ...]:
        n = int(memory.n[code.W_LINES])
        lines, times = memory.table(code.AT_LINES, code.L_WIDE)[:n], memory.table(code.AT_LINES_X, code.LX_WIDE)[:n]
        came = (lines[:, code.L_KIND] == code.LOG_ARRIVE) & (times[:, code.LX_START] >= warm_up)
        held = memory.table(code.AT_HOLDINGS, code.H_WIDE)[:, code.H_UNITS] > 0
        open_ = memory.table(code.AT_HOLDINGS_X, code.HX_WIDE)[held]
        seen = np.concatenate([times[lines[:, code.L_KIND] == code.LOG_HOLD][:, :2], open_])
        mine = seen[seen[:, 0] >= warm_up]
        station, sums = (
            memory.table(code.AT_STATIONS, code.S_WIDE)[0],
            memory.table(code.AT_STATIONS_X, code.SX_WIDE)[0],
        )
        length = program.horizon - warm_up
        busy = sums[code.SX_BUSY] + station[code.S_BUSY] * program.horizon
        queue = sums[code.SX_QUEUE] + station[code.S_QUEUE] * program.horizon
        return came.sum(), (mine[:, 1] - mine[:, 0]).mean(), busy / length / nurses, queue / length

    run = simulate(
        model,
        horizon=warm_up + p["collection"],
        warm_up=warm_up,
        replications=5 * effort.published,
        seed=effort.seed,
        threads=effort.threads,
    )
    values = np.array(list(run.each(read, log=True)))
    target = case["finite_run_rerun"]
    names = ("arrivals", "mean_wait", "utilisation", "queue_length")
    lines = [
        line("clinic", name, values[:, i], target[name]["mean"], target[name]["se"]) for i, name in enumerate(names)
    ]
    return lines + _long_clinic(case, model, effort)


def _long_clinic(case: Case, model: Model, effort: Effort) -> list[Line]:
    p = case["parameters"]
    length = max(effort.customers / effort.replications * p["interarrival_mean"], 100_000.0)
    run = simulate(
        model,
        horizon=5000 + length,
        warm_up=5000,
        replications=effort.replications,
        seed=effort.seed,
        threads=effort.threads,
    )
    m, expected = run.measures, case["exact_steady_state"]
    found = {
        "utilisation": m.values("in_use", "server") / p["nurses"],
        "mean_wait_queue": m.values("wait", "ask"),
        "mean_time_system": m.values("stay", "served"),
        "mean_queue_length": m.values("waiting", "server"),
        "mean_number_system": m.values("waiting", "server") + m.values("in_use", "server"),
    }
    return [line("clinic, long run", name, values, expected[name]) for name, values in found.items()]


def stroke_model(p: Mapping[str, Any]) -> Model:
    """Return the acute and rehabilitation stroke units, without a limit of beds."""
    kinds = ("stroke", "tia", "neuro", "other")
    steps: list[Step] = [_to_unit("enters acute", "asu", [f"acute {kind}" for kind in kinds])]
    for kind in kinds:
        steps += _stay(p, "asu", "acute", kind)
    steps += [
        release("leaves acute", "asu", next="out"),
        release("to rehabilitation", "asu"),
        _to_unit("enters rehabilitation", "rehab", [f"rehabilitation {kind}" for kind in kinds]),
    ]
    for kind in kinds:
        steps += _stay(p, "rehab", "rehabilitation", kind)
    steps += [release("leaves rehabilitation", "rehab"), Leave(name="out")]
    first = {"asu": "acute bed", "rehab": "rehabilitation bed"}
    arrivals = [
        Arrivals(
            name=f"{unit} {kind}",
            to=first[unit],
            classes={kind: 1.0},
            kind="cycle",
            rates=(1 / p[f"{unit}_arrival_{kind}"]["params"]["mean"],),
        )
        for unit in first
        for kind in kinds
        if f"{unit}_arrival_{kind}" in p
    ]
    steps.insert(0, seize("acute bed", "asu"))
    steps.insert(
        steps.index(next(s for s in steps if s.name == "enters rehabilitation")), seize("rehabilitation bed", "rehab")
    )
    return Model(
        name="stroke",
        time_unit="days",
        classes=kinds,
        arrivals=tuple(arrivals),
        resources=(Resource(name="asu"), Resource(name="rehab")),
        steps=tuple(steps),
    )


def _to_unit(name: str, unit: str, to: list[str]) -> Step:
    from chairs.twin.anchors.short import route_by_class

    lines = [tuple(float(i == j) for j in range(len(to))) for i in range(len(to))]
    return route_by_class(name, tuple(to), *lines)


def _stay(p: Mapping[str, Any], unit: str, word: str, kind: str) -> list[Step]:
    """Return destination and stay of one kind of patient in one unit."""
    routing = p[f"{unit}_routing_{kind}"]["params"]
    total = sum(routing["freq"])
    shares = {value: freq / total for value, freq in zip(routing["values"], routing["freq"], strict=True)}
    start = {f"{word} {kind}, {value}": share for value, share in shares.items()}
    steps: list[Step] = [route(f"{word} {kind}", start)]
    for value in shares:
        los = p[_los(unit, kind, value)]["params"]
        onward = "leaves rehabilitation" if unit == "rehab" else "leaves acute"
        if unit == "asu" and value == "rehab":
            onward = "to rehabilitation"
        steps.append(delay(f"{word} {kind}, {value}", lognormal(los["mean"], sd=los["stdev"]), next=onward))
    return steps


def _los(unit: str, kind: str, value: str) -> str:
    if kind != "stroke":
        return f"{unit}_los_{kind}"
    if unit == "rehab":
        return "rehab_los_stroke_esd" if value == "esd" else "rehab_los_stroke_noesd"
    return {"rehab": "asu_los_stroke_noesd", "esd": "asu_los_stroke_esd", "other": "asu_los_stroke_mortality"}[value]


def run_stroke(case: Case, effort: Effort) -> list[Line]:
    """Simulate the stroke units and compare occupancies and delay probabilities with Erlang's formula."""
    warm_up, length = case["run"]["warm_up_days"], case["run"]["collection_days"]
    run = simulate(
        stroke_model(case["parameters"]),
        horizon=float(warm_up + length),
        replications=effort.published,
        seed=effort.seed,
        threads=effort.threads,
    )
    seen = run.samples(1.0)[:, warm_up + 1 :, :, 0]
    units = {"asu": seen[:, :, 0], "rehab": seen[:, :, 1]}
    lines = [
        line("stroke", f"occupancy {unit}", units[unit].mean(axis=1), expected)
        for unit, expected in case["mean_occupancy_exact"].items()
    ]
    for row in case["rows"]:
        here = units[row["unit"]]
        at, up_to = (here == row["beds"]).sum(axis=1), (here <= row["beds"]).sum(axis=1)
        # a ratio of sums is unbiased where a mean of ratios is not; its error by the delta method
        ratio = at.sum() / up_to.sum()
        values = ratio + (at - ratio * up_to) / up_to.mean()
        lines.append(line("stroke", f"p(delay) {row['unit']} {row['beds']} beds", values, row["p_delay_exact"]))
    return lines


def critical_care_model(p: Mapping[str, Any], beds: int) -> Model:
    """Return the critical care unit: unplanned patients queue, planned ones are cancelled when it is full."""
    unplanned = p["unplanned_first_come_first_served"]
    names = [source["name"] for source in unplanned]
    planned = p["elective"]
    cv = planned["interarrival_normal"]["sd"] / planned["interarrival_normal"]["mean"]
    lists = [
        Arrivals(
            name=s["name"],
            to="unplanned",
            classes={s["name"]: 1.0},
            kind="cycle",
            rates=(1 / s["interarrival_exponential_mean"],),
        )
        for s in unplanned
    ]
    gap = Duration(kind="normal", mean=planned["interarrival_normal"]["mean"], cv=cv)
    lists.append(Arrivals(name="elective", to="planned", classes={"elective": 1.0}, kind="renewal", gap=gap))
    stays = [lognormal(s["los_lognormal"]["mean"], sd=s["los_lognormal"]["sd"]) for s in unplanned]
    from chairs.twin.anchors.short import by_class

    stay = by_class(*stays, exponential(planned["los_exponential_mean"]))
    return Model(
        name="critical-care",
        time_unit="hours",
        classes=(*names, "elective"),
        arrivals=tuple(lists),
        resources=(Resource(name="bed", capacity=beds, cleaning=fixed(p["bed_cleaning_fixed"])),),
        steps=(
            seize("planned", "bed", next="in bed", queue_limit=0, refused="cancelled"),
            seize("unplanned", "bed"),
            Mark(name="in bed", clock="bed"),
            delay("stay", stay),
            Tally(name="waited", measure="wait", until="bed"),
            Tally(name="stayed", measure="full_stay", since="bed"),
            release("discharge", "bed"),
            Leave(name="discharged"),
            Leave(name="cancelled"),
        ),
    )


def run_critical_care(case: Case, effort: Effort) -> list[Line]:
    """Simulate the critical care unit for each number of beds."""
    warm_up, length = float(case["run"]["warm_up"]), float(case["run"]["collection"])
    lines = []
    for row in case["rows"]:
        run = simulate(
            critical_care_model(case["parameters"], row["beds"]),
            horizon=warm_up + length,
            warm_up=warm_up,
            replications=effort.published,
            seed=effort.seed,
            threads=effort.threads,
        )
        m, target = run.measures, row["independent_rerun"]
        classes = [cls for cls in m.program.model.classes if cls != "elective"]
        counts = [m.values("n", "wait", cls) for cls in classes]
        waits = [np.nan_to_num(m.values("mean", "wait", cls)) * n for cls, n in zip(classes, counts, strict=True)]
        found = {
            "cancelled_elective": m.values("visits", "cancelled"),
            "mean_wait_unplanned": sum(waits) / sum(counts),
            "bed_utilisation": m.values("mean", "full_stay") * m.values("n", "full_stay") / row["beds"] / length,
            "patient_count": sum(m.values("arrivals", source.name) for source in m.program.model.arrivals),
        }
        lines += [
            line(f"critical care, {row['beds']} beds", name, values, target[name]["mean"], target[name]["se"])
            for name, values in found.items()
        ]
    return lines
