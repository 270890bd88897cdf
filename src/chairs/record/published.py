"""Every published number of a study, each under the table, row and column where a reader finds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chairs.store import paths
from chairs.store.files import read_json
from chairs.store.parquet import read_table
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

    # table -> row (its key, joined) -> column -> number, or the word that stands for a missing one
    Numbers = dict[str, dict[str, dict[str, "float | str"]]]

SEPARATOR = " · "
MISSING = "missing"


def manifest_path(study: str) -> Path:
    """Return the manifest of the study's release."""
    return paths.stage_folder("release", study) / "manifest.json"


def released_tables(study: str) -> list[str]:
    """Return the names of the released tables, by the manifest; none when the study released nothing."""
    path = manifest_path(study)
    return [Path(entry["file"]).stem for entry in read_json(path)["outputs"]] if path.is_file() else []


def published_numbers(study: str, *, only: tuple[str, ...] = ()) -> Numbers:
    """Return the published numbers of `study`, from its released tables (`only` those named, when given).

    A missing number is kept with its reason ("masked", "not_available"), so that a cell which becomes
    masked shows as a change.
    """
    folder = manifest_path(study).parent
    wanted = [name for name in released_tables(study) if not only or name in only]
    return {name: rows(read_table(folder / f"{name}.parquet"), name) for name in wanted}


def rows(table: pd.DataFrame, contract: str) -> dict[str, dict[str, float | str]]:
    """Return one table as row -> column -> number or reason.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"establishment": ["1", "2"], "legal_entity": None, "name": None,
    ...     "kind": "hospital", "status": None, "category": None, "region": None, "emergency": [True, None],
    ...     "cell_status": "ok"})
    >>> rows(table, "establishments")
    {'1': {'emergency': 1.0}, '2': {'emergency': 'missing'}}
    """
    rules = CONTRACTS[contract]
    key = list(rules.key or rules.order)
    values = [n for n, c in rules.columns.items() if c.kind in ("number", "count", "flag") and n not in key]
    labels = table[key].astype("object").where(table[key].notna(), "–").astype(str).agg(SEPARATOR.join, axis=1)
    found: dict[str, dict[str, float | str]] = {}
    cells = table[values].astype("object").where(table[values].notna(), None).to_dict("records")
    for label, row, state in zip(labels, cells, table["cell_status"], strict=True):
        word = MISSING if state == "ok" else str(state)
        found[label] = {name: word if value is None else float(value) for name, value in row.items()}
    return found
