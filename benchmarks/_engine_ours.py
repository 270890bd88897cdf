"""The canonical emergency-ward year in our engine, measured from inside: one line of JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable

from chairs.twin.anchors.emergency import emergency_model
from chairs.twin.simulate import Simulation, simulate

YEAR, VISITS_A_YEAR = 525_600.0, 89_974


def means(run: Simulation) -> dict[str, float]:
    """Return the measures that every program of the comparison prints."""
    m = run.measures
    return {
        "arrivals": float(m.values("arrivals", "emergency").mean()),
        "lwbs": float(m.values("visits", "left unseen").mean()),
        "boarding": float(m.values("mean", "boarding").mean()),
        "ed_los": float(m.values("mean", "emergency_stay").mean()),
    }


def spent(act: Callable[[], object]) -> dict[str, float]:
    """Return CPU and wall-clock seconds of what `act` does."""
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def main(case: str, what: str, number: str) -> dict[str, float]:
    """Do one of: `years`, `logged`, `threads` (replications of one year), `visits` (one run of so many), `first`."""
    with open(case, encoding="utf-8") as file:
        model, n = emergency_model(json.load(file)["spec"]), int(number)
    if what == "first":
        return means(simulate(model, horizon=YEAR, replications=n, seed=1))
    for _ in simulate(model, horizon=1440.0, seed=1).each(lambda memory, program: 0):  # the engine is ready
        pass
    if what == "visits":
        long = simulate(model, horizon=YEAR * n / VISITS_A_YEAR, seed=1)
        found = spent(lambda: long.measures)
    else:
        run = simulate(model, horizon=YEAR, replications=n, seed=1, threads=2 if what == "threads" else 1)
        found = spent(lambda: list(run.each(lambda memory, program: 0, log=what == "logged")))
    return {**found, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
