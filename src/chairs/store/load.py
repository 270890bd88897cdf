"""Finds a study's table and says where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, problem, unknown
from chairs.store import paths
from chairs.store.files import sha256_of
from chairs.store.parquet import read_table
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

LATEST_FIRST = (
    "link",
    "derive",
    "score",
    "simulate",
    "backtest",
    "calibrate",
    "watch",
    "risk",
    "forecast",
    "discover",
    "ingest",
)  # `score` passes published scores on


def load_table(table: str, study: str) -> pd.DataFrame:
    """Return `table` of `study` with its provenance (see `chairs.load`)."""
    if table not in CONTRACTS:
        raise unknown(("table", "table"), table, CONTRACTS)
    question = paths.study(study)
    path = locate(table, study)
    if path is not None:
        frame = read_table(path)
        frame.attrs["provenance"] = {
            "study": study,
            "level": question.level,
            "notice": question.notice.fr if question.notice else "",
            "table": table,
            "stage": path.parent.parent.name,
            "file": path.relative_to(paths.root()).as_posix(),
            "sha256": sha256_of(path),
            "rows": len(frame),
        }
        return frame
    raise DataError(
        (
            problem(
                f"l'étude « {study} » n'a pas de table « {table} »",
                f'the study "{study}" has no table "{table}"',
                remedy=(f"lancer « chairs run {study} »", f'run "chairs run {study}"'),
            ),
        )
    )


def locate(table: str, study: str) -> Path | None:
    """Return the file of the last step that wrote `table` for `study`, before the gate; None when none did."""
    found = (paths.stage_folder(stage, study) / f"{table}.parquet" for stage in LATEST_FIRST)
    return next((path for path in found if path.is_file()), None)
