"""Runs every benchmark of this folder, one after the other, and prints their tables: `make bench [ONLY=name]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main(names: list[str]) -> int:
    """Run the benchmarks called `names` (all when empty), each in its own process; return the worst exit code."""
    here = Path(__file__).resolve().parent
    found = sorted(path.stem for path in here.glob("*.py") if not path.stem.startswith("_"))
    codes = []
    for name in names or found:
        print(f"\n## {name}\n", flush=True)
        codes.append(
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=here.parent, check=False).returncode
        )
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
