"""The twin's engine against hand-written C++ and SimPy: the canonical emergency-ward year, CPU time, interleaved.

SimPy is not a dependency: name an interpreter that has it in CHAIRS_PEERS_PYTHON. C++ needs g++. What is not
there is said and left out. Every figure is the user CPU time of a whole process, medians over rounds.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASE = HERE.parent / "tests" / "reference" / "data" / "des" / "edward_canonical.json"
ROUNDS = 3
OURS = """
import json, sys
from chairs.twin.anchors.emergency import emergency_model
from chairs.twin.simulate import simulate
from chairs.twin.engine import layout
spec = json.load(open(sys.argv[1]))["spec"]
n, log = int(sys.argv[2]), sys.argv[3] == "log"
run = simulate(emergency_model(spec), horizon=float(sys.argv[4]), replications=n, seed=1)
if log:
    print(sum(run.each(lambda memory, program: int(memory.n[layout.W_LINES]), log=True)))
else:
    m = run.measures
    print(m.values("arrivals", "emergency").mean(), m.values("mean", "boarding").mean())
"""


def cpu(command: list[str], **environment: str) -> tuple[float, float]:
    """Return user CPU seconds of one process and the largest memory (MB) of any process so far."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before, after.ru_maxrss / 1024


def ours(replications: int, log: str = "no", horizon: float = 525_600.0) -> list[str]:
    """Return the command that runs our engine."""
    return [sys.executable, "-c", OURS, str(CASE), str(replications), log, str(horizon)]


def compiled(folder: Path) -> list[str] | None:
    """Compile the C++ and return the command that runs one replication, None without a compiler."""
    if shutil.which("g++") is None:
        return None
    program = folder / "model"
    subprocess.run(["g++", "-O3", "-march=native", "-o", str(program), str(HERE / "engine_model.cpp")], check=True)
    return [str(program)]


def medians(commands: dict[str, list[str]]) -> dict[str, float]:
    """Run the commands in turn, several rounds, and return the median CPU time of each."""
    seen: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            seen[name].append(cpu(command)[0])
    return {name: statistics.median(values) for name, values in seen.items()}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold, _ = cpu(ours(1, horizon=1440.0), NUMBA_CACHE_DIR=str(folder / "cache"))
        warm, memory = cpu(ours(1), NUMBA_CACHE_DIR=str(folder / "cache"))
        print(f"first result of a fresh process: cold {cold:.2f} s, warm {warm:.2f} s; most memory {memory:.0f} MB")
        commands = {
            "ours 1": ours(1),
            "ours 21": ours(21),
            "ours 1 log": ours(1, "log"),
            "ours 21 log": ours(21, "log"),
        }
        cpp, peers = compiled(folder), os.environ.get("CHAIRS_PEERS_PYTHON")
        if cpp:
            commands |= {"C++ 20": [*cpp, "20"]}
        else:
            print("no g++ here: no comparison with C++")
        if peers:
            commands |= {"SimPy 1": [peers, str(HERE / "_engine_simpy.py"), str(CASE), "1"]}
        else:
            print("CHAIRS_PEERS_PYTHON names no interpreter: no comparison with SimPy")
        times = medians(commands)
    plain, logged = (times["ours 21"] - times["ours 1"]) / 20, (times["ours 21 log"] - times["ours 1 log"]) / 20
    print(f"ours, CPU s a year: {plain:.4f} without log, {logged:.4f} with the full log")
    if cpp:
        limit = times["C++ 20"] / 20
        print(f"C++, CPU s a year: {limit:.4f}; ours / C++: {plain / limit:.2f}, with log {logged / limit:.2f}")
    if peers:
        print(f"SimPy, CPU s a year: {times['SimPy 1']:.2f}; SimPy / ours: {times['SimPy 1'] / plain:.0f}")
    year = json.loads(CASE.read_text(encoding="utf-8"))["expected"]["arrivals"]["mean"]
    start = times["ours 1"] - plain
    for visits in (100_000, 1_000_000):
        spent = cpu(ours(1, horizon=525_600.0 * visits / year))[0] - start
        print(f"{visits:,} visits in one run: {1e6 * spent / visits:.2f} microseconds a visit")


if __name__ == "__main__":
    main()
