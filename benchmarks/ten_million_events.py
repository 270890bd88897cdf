"""Ten million event rows: ingest (CSV to checked, sorted Parquet) and hourly census, against 60 s and 4 GB.

Run with `python -m benchmarks.ten_million_events [ROWS]`. The rows are invented; DuckDB writes them to a
temporary CSV in a process of its own, so that only the reader and the census are measured.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS = 10_000_000
MOST_SECONDS, MOST_GB = 60.0, 4.0
STEPS = ["ARR", "IOA", "MED", "IMG", "LAB", "DEC", "HEB", "SOR"]
MAPPING = {
    "table": "events",
    "separator": ";",
    "timezone": "Europe/Paris",
    "time_format": "%d/%m/%Y %H:%M:%S",
    "columns": {
        "case_id": "NUM",
        "activity": "ETAPE",
        "unit": "UF",
        "start": "H_DEBUT",
        "end": "H_FIN",
        "resource": "RESSOURCE",
    },
    "codes": {"activity": {step: step.lower() for step in STEPS}},
}


def generate(path: Path, rows: int) -> None:
    """Write `rows` events of cases of eight steps over about two years: local times, 31 units, unsorted in time."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select 'V' || lpad((i // 8)::varchar, 9, '0') as NUM, {STEPS}[1 + i % 8] as ETAPE,
                       case when i % 8 < 6 then 'URG' else 'UF' || (hash(i // 8) % 30)::varchar end as UF,
                       strftime(began, '%d/%m/%Y %H:%M:%S') as H_DEBUT,
                       strftime(began + to_seconds(100 + (hash(i) % 2900)::int), '%d/%m/%Y %H:%M:%S') as H_FIN,
                       'R' || (hash(i + 1) % 200)::varchar as RESSOURCE
                from (
                    select i, timestamp '2022-01-01' + to_seconds((i // 8) * 50 + (i % 8) * 3000) as began
                    from range({rows}) as numbers(i)))
            to '{path}' (header, delimiter ';')"""
        )


def measured(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return what `work` gives, its wall seconds and its CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def main(rows: int = ROWS) -> bool:
    """Measure, print the table and return whether both limits hold."""
    from chairs.flow.census import hourly_census
    from chairs.sources.event_log import read_event_log
    from chairs.sources.mapping import mapping_of

    with tempfile.TemporaryDirectory(prefix="chairs-bench-") as folder:
        path = Path(folder) / "log.csv"
        writer = multiprocessing.get_context("spawn").Process(target=generate, args=(path, rows))
        writer.start()
        writer.join()
        mapping = mapping_of({"source": path.name, **MAPPING})
        tables, wall, cpu = measured(lambda: read_event_log([path], mapping, Path(folder)))
        lines = [("ingest and validation", wall, cpu)]
        census, wall, cpu = measured(lambda: hourly_census(tables["events"]))
        lines.append((f"hourly census ({len(census):,} rows)", wall, cpu))
    seconds = sum(line[1] for line in lines)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    lines.append((f"total, {rows:,} events", seconds, sum(line[2] for line in lines)))
    passed = seconds < MOST_SECONDS and memory < MOST_GB
    print(f"{'':40} {'wall s':>8} {'CPU s':>8}")
    for name, wall, cpu in lines:
        print(f"{name:40} {wall:8.1f} {cpu:8.1f}")
    print(f"peak memory {memory:.2f} GB; limits {MOST_SECONDS:.0f} s, {MOST_GB:.0f} GB: {'pass' if passed else 'FAIL'}")
    return passed


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
