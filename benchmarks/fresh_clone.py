"""The two commands on a fresh clone with a cold package cache, and a second run, against their limits in seconds.

Run with `python -m benchmarks.fresh_clone`. It needs a package index. The clone is made beside nothing: the mirror is
named by `CHAIRS_DATA_MIRROR` when it is set or found beside the project; without one, only the demonstration runs.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMITS = {"first make run": 300.0, "second make run": 5.0, "make test": 480.0}


def main() -> int:
    """Print wall and CPU seconds of each command beside its limit; return 1 when one is above it."""
    project = Path(__file__).resolve().parent.parent
    mirror = os.environ.get("CHAIRS_DATA_MIRROR", str(project.parent / "shared" / "data"))
    failed = 0
    print(f"{'command':<18}{'wall s':>9}{'CPU s':>9}{'limit s':>9}")
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        subprocess.run(["git", "clone", "-q", str(project), str(clone)], check=True)
        outside = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL", "OPENBLAS_CORETYPE"}}
        environment = {**outside, "CHAIRS_DATA_MIRROR": mirror, "UV_CACHE_DIR": str(Path(folder, "uv")),
                       "PIP_CACHE_DIR": str(Path(folder, "pip"))}  # fmt: skip
        for name, limit in LIMITS.items():
            wall, cpu, code = timed(name.split()[-2:], clone, environment)
            failed += wall > limit or code != 0
            print(f"{name:<18}{wall:>9.1f}{cpu:>9.1f}{limit:>9.0f}{'  failed' if code else ''}", flush=True)
        status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
        print("git status is clean" if not status.stdout else f"git status is NOT clean:\n{status.stdout}")
    return 1 if failed or status.stdout else 0


def timed(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, float, int]:
    """Run `command`; return wall seconds, CPU seconds of it and its children, exit code."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    if done.returncode:
        sys.stderr.write(done.stdout[-3000:] + done.stderr[-3000:])
    return ended - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.returncode


if __name__ == "__main__":
    sys.exit(main())
