"""The twin's engine against C++, cimba, SimPy and ciw: the canonical emergency-ward year, CPU time, interleaved.

The peers are no dependencies: name an interpreter that has them in CHAIRS_PEERS_PYTHON (simpy 4.1.2, ciw 3.2.7,
cimba 0.9.5). C++ needs g++. What is not there is said and left out. Times are user and system CPU seconds; a ratio
is the median over rounds of the ratio inside one round, so that a busy machine weighs on both sides alike.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASE = HERE.parent / "tests" / "reference" / "data" / "des" / "edward_canonical.json"
ROUNDS = 5
CURVE = (10_000, 100_000, 1_000_000, 10_000_000)
YEAR_IN_CPP = 0.039  # CPU s of one year of the C++ on the machine where the bars in seconds were set
IDLE = 0.05  # share of one core that others may use while two threads are timed


@dataclass(frozen=True, kw_only=True)
class Child:
    """What a process that has ended took, and what it said."""

    cpu: float
    memory: float
    said: dict[str, float]


@dataclass
class Table:
    """Lines of the table that is printed, and whether every bar was cleared."""

    lines: list[tuple[str, str, str, str]] = field(default_factory=list)
    failed: int = 0

    def put(self, what: str, value: float, bar: tuple[str, float] | None = None, form: str = "{:.2f}") -> None:
        """Add a figure, with its bar: at most (`<=`) or at least (`>=`)."""
        verdict, limit = "", ""
        if bar is not None:
            passed = value <= bar[1] if bar[0] == "<=" else value >= bar[1]
            self.failed += not passed
            verdict, limit = "pass" if passed else "FAIL", f"{bar[0]} {bar[1]:g}"
        self._add(what, form.format(value), limit, verdict)

    def skip(self, what: str, reason: str) -> None:
        """Add a figure that cannot be had here."""
        self._add(what, "-", "", f"not measured: {reason}")

    def _add(self, *line: str) -> None:
        self.lines.append(line)  # type: ignore[arg-type]
        print("{:<58} {:>9} {:>8}  {}".format(*line), flush=True)


def child(command: list[str], **environment: str) -> Child:
    """Run a process to its end."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **environment}) as process:
        said = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Child(cpu=used.ru_utime + used.ru_stime, memory=used.ru_maxrss / 1024, said=json.loads(said))


def ours(what: str, number: int, **environment: str) -> Child:
    """Run our engine in a process of its own."""
    return child([sys.executable, "-m", "benchmarks._engine_ours", str(CASE), what, str(number)], **environment)


def peer(name: str, replications: int) -> Child:
    """Run a peer's program."""
    return child(
        [os.environ["CHAIRS_PEERS_PYTHON"], str(HERE / f"_engine_{name}.py"), str(CASE), str(replications)],
    )


def has(name: str) -> bool:
    """Say whether the peers' interpreter can import a package."""
    python = os.environ.get("CHAIRS_PEERS_PYTHON")
    return python is not None and not subprocess.run([python, "-c", f"import {name}"], capture_output=True).returncode


def median_ratio(one: Callable[[], float], other: Callable[[], float], rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the median over rounds of one / other, and the median of `one`."""
    pairs = [(one(), other()) for _ in range(rounds)]
    return statistics.median(a / b for a, b in pairs), statistics.median(a for a, _ in pairs)


def start_up(table: Table, folder: Path, program: str | None) -> None:
    """Measure the first result of a fresh process, without and with a cache on disk, and the most memory.

    Seconds depend on the machine; the C++ of the same round says how much slower this one is than the bars' own.
    """
    colds, warms, scales = [], [], []
    for number in range(2):
        cache = str(folder / f"cache{number}")
        colds.append(ours("first", 1, NUMBA_CACHE_DIR=cache))
        warms += [ours("first", 1, NUMBA_CACHE_DIR=cache) for _ in range(ROUNDS)]
        scales.append(child([program, "10"]).cpu / 10 / YEAR_IN_CPP if program else 1.0)
    cold, warm, slower = min(run.cpu for run in colds), min(run.cpu for run in warms), statistics.mean(scales)
    table.put(f"first result of a fresh process, cold, CPU s ({cold:.2f} here)", cold / slower, ("<=", 6.0))
    table.put(f"the same with a warm cache, CPU s ({warm:.2f} here)", warm / slower, ("<=", 0.7))
    table.put("this machine's seconds / those of the bars, by the C++", slower)
    table.put("most memory, compilation included, MB", max(run.memory for run in colds), ("<=", 250.0), "{:.0f}")
    table.put("most memory with a warm cache, MB", max(run.memory for run in warms), ("<=", 250.0), "{:.0f}")


def cpp(folder: Path) -> str | None:
    """Compile the hand-written C++; return the program, or None without a compiler."""
    if shutil.which("g++") is None:
        return None
    program = str(folder / "model")
    subprocess.run(["g++", "-O3", "-march=native", "-o", program, str(HERE / "engine_model.cpp")], check=True)
    return program


def against_cpp(table: Table, program: str | None) -> None:
    """Compare with the hand-written C++, replication for replication."""
    if program is None:
        table.skip("our CPU time / C++", "no g++ here")
        return
    plain: list[float] = []
    logged: list[float] = []
    for _ in range(ROUNDS):
        limit = child([program, "10"]).cpu / 10
        logged.append(ours("logged", 10).said["cpu"] / 10 / limit)
        plain.append(ours("years", 10).said["cpu"] / 10 / limit)
    table.put("our CPU time / C++, without log", statistics.median(plain), ("<=", 2.0))
    table.put("our CPU time / C++, with the full log", statistics.median(logged), ("<=", 2.4))


def against_peers(table: Table) -> None:
    """Compare with the Python packages that are there."""
    if has("simpy"):
        ratio, _ = median_ratio(lambda: peer("simpy", 1).cpu, lambda: ours("years", 10).said["cpu"] / 10, 3)
        table.put("SimPy / ours, one year", ratio, (">=", 50.0), "{:.0f}")
    else:
        table.skip("SimPy / ours, one year", "CHAIRS_PEERS_PYTHON names no interpreter with simpy")
    if has("ciw"):
        ratio, _ = median_ratio(lambda: peer("ciw", 1).cpu, lambda: ours("years", 10).said["cpu"] / 10, 1)
        table.put("ciw / ours, one year, nearest network (no boarding)", ratio, form="{:.0f}")
    else:
        table.skip("ciw / ours, one year", "CHAIRS_PEERS_PYTHON names no interpreter with ciw")
    if has("cimba"):
        ratio, _ = median_ratio(lambda: peer("cimba", 40).cpu, lambda: ours("first", 40).cpu, 3)
        table.put("cimba / ours, 40 years, whole process", ratio, (">=", 4.0))
    else:
        table.skip("cimba / ours, 40 years, whole process", "CHAIRS_PEERS_PYTHON names no interpreter with cimba")


def used_by_all() -> float:
    """Return the CPU seconds that all processes of the machine have used since it started (Linux)."""
    ticks = [int(word) for word in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    idle, waiting = ticks[3:5]
    return (sum(ticks) - idle - waiting) / os.sysconf("SC_CLK_TCK")


def two_threads(table: Table) -> None:
    """Compare one and two threads by the clock on the wall, over rounds in which nobody else used the cores."""
    gains: list[float] = []
    others: list[float] = []
    for _ in range(2 * ROUNDS):
        before, clock = used_by_all(), time.perf_counter()
        one, two = ours("years", 40), ours("threads", 40)
        spent, wall = used_by_all() - before, time.perf_counter() - clock
        others.append((spent - one.cpu - two.cpu) / wall)
        gains.append(one.said["wall"] / two.said["wall"])
    idle = [gain for gain, share in zip(gains, others, strict=True) if share <= IDLE]
    seen = f"{statistics.median(gains):.2f} seen, others used {statistics.median(others):.2f} of a core"
    if idle:
        table.put(
            f"two threads, wall-clock gain ({len(idle)} rounds on idle cores)", statistics.median(idle), (">=", 1.8)
        )
    else:
        table.skip("two threads, wall-clock gain", f"cores not idle: {seen}")
    work = [ours("threads", 20).said["cpu"] / ours("years", 20).said["cpu"] for _ in range(3)]
    table.put("two threads, CPU time / one thread", statistics.median(work), ("<=", 1.1))


def curve(table: Table) -> None:
    """Print the cost of a visit and the memory against the length of one run."""
    costs, memory = [], []
    for visits in CURVE:
        runs = [ours("visits", visits) for _ in range(3 if visits < CURVE[-1] else 1)]
        costs.append(min(run.said["cpu"] for run in runs) / visits * 1e6)
        memory.append(runs[0].memory)
        table.put(f"{visits:,} visits in one run, microseconds a visit ({memory[-1]:.0f} MB)", costs[-1])
    table.put("dearest / cheapest visit", max(costs) / min(costs), ("<=", 1.5))
    table.put("most / least memory", max(memory) / min(memory), ("<=", 1.25))


def same_hospital() -> None:
    """Print what each program says about the hospital: they must describe the same one."""
    expected = json.loads(CASE.read_text(encoding="utf-8"))["expected"]
    names = ("arrivals", "lwbs", "boarding", "ed_los")
    print("\n{:<10}".format("") + "".join(f"{name:>12}" for name in names))
    said = {"expected": {name: expected[name]["mean"] for name in names}, "ours": ours("first", 40).said}
    said |= {name: peer(name, 10 if name == "cimba" else 1).said for name in ("cimba", "simpy", "ciw") if has(name)}
    for program, means in said.items():
        print(f"{program:<10}" + "".join(f"{means.get(name, float('nan')):>12.1f}" for name in names))


def main() -> int:
    """Print the table; return 1 when a bar is missed."""
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    table = Table()
    with tempfile.TemporaryDirectory() as name:
        program = cpp(Path(name))
        start_up(table, Path(name), program)
        against_cpp(table, program)
    against_peers(table)
    two_threads(table)
    curve(table)
    same_hospital()
    print(f"\nload average {os.getloadavg()[0]:.1f}; {table.failed} bars missed")
    return int(table.failed > 0)


if __name__ == "__main__":
    sys.exit(main())
