"""The table of anchors: every number known from outside beside what the engine says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.twin.anchors.case import Effort, Line, Runner
from chairs.twin.anchors.emergency import run_emergency
from chairs.twin.anchors.exact import run_exact
from chairs.twin.anchors.longer import longer
from chairs.twin.anchors.published import run_clinic, run_critical_care, run_stroke
from chairs.twin.anchors.treatment import run_treatment

if TYPE_CHECKING:
    import pandas as pd

LARGEST_Z = 4.0
FILES: dict[str, Runner] = {
    "edward_canonical.json": run_emergency,
    "published_mms_clinic.json": run_clinic,
    "published_stroke_table2.json": run_stroke,
    "published_treat_sim.json": run_treatment,
    "published_critical_care.json": run_critical_care,
}


def cases(folder: Path) -> Iterator[tuple[str, dict[str, Any], Runner]]:
    """Give every case in a folder of reference files: its name, what the file says, and how it is run."""
    for case in json.loads((folder / "exact_queues.json").read_text(encoding="utf-8"))["cases"]:
        yield case["id"], case, run_exact
    for name, runner in FILES.items():
        yield name.removesuffix(".json"), json.loads((folder / name).read_text(encoding="utf-8")), runner


def table(lines: list[Line]) -> pd.DataFrame:
    """Return comparisons as a table, `ok` where the difference is below four standard errors.

    `precision` is the standard error of the difference as a share of the number expected, and `coarse` says why an
    error of 2 % would not be seen where that is so (see `Line`).
    """
    import pandas as pd

    frame = pd.DataFrame(
        [(x.case, x.measure, x.expected, x.expected_se, x.mean, x.se, x.z, x.precision, x.coarse) for x in lines],
        columns=["case", "measure", "expected", "expected_se", "mean", "se", "z", "precision", "coarse"],
    )
    return frame.assign(ok=frame["z"].abs() < LARGEST_Z)


def anchors(folder: Path, effort: Effort, *, longer_by: float = 0.0) -> pd.DataFrame:
    """Run every case of a folder and return the table; with `longer_by`, every service is longer by that share."""
    return table([found for _, case, runner in cases(folder) for found in runner(longer(case, longer_by), effort)])
