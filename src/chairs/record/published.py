"""Every published number of a study, each under the table, row and column where a reader finds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chairs.record.written import read_written
from chairs.store import paths
from chairs.store.parquet import read_table
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

    # table -> row (its key, joined) -> column -> number, or "masked"
    Numbers = dict[str, dict[str, dict[str, "float | str"]]]

SEPARATOR = " · "
MASKED = "masked"


def manifest_path(study: str) -> Path:
    """Return the manifest of the study's release."""
    return paths.stage_folder("release", study) / "manifest.json"


def released_tables(study: str) -> list[str]:
    """Return the names of the released tables, by the manifest; none when the study released nothing."""
    return [Path(name).stem for name in released_sums(study)] if manifest_path(study).is_file() else []


def released_sums(study: str) -> dict[str, str]:
    """Return the SHA-256 of each released file, by the manifest.

    Raises
    ------
    DataError
        When the study released nothing, or the manifest is damaged.
    """
    outputs = read_written(manifest_path(study), study, "outputs")["outputs"]
    return {str(entry["file"]): str(entry["sha256"]) for entry in outputs}


def published_numbers(study: str, *, only: tuple[str, ...] = ()) -> Numbers:
    """Return the published numbers of `study`, from its released tables (`only` those named, when given).

    A masked number is kept as the word, so that a cell which becomes masked shows as a change; a missing one is
    left out.
    """
    folder = manifest_path(study).parent
    wanted = [name for name in released_tables(study) if not only or name in only]
    return {name: rows(read_table(folder / f"{name}.parquet"), name) for name in wanted}


def rows(table: pd.DataFrame, contract: str) -> dict[str, dict[str, float | str]]:
    """Return one released table as row -> column -> number or "masked"; rows without either are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"establishment": ["1", "2"], "legal_entity": None, "name": None,
    ...     "kind": "hospital", "status": None, "category": None, "region": None, "emergency": [True, None],
    ...     "cell_status": "ok"})
    >>> rows(table, "establishments")
    {'1': {'emergency': 1.0}}
    """
    rules = CONTRACTS[contract]
    key = list(rules.key or rules.order)
    values = [n for n, c in rules.columns.items() if c.kind in ("number", "count", "flag") and n not in key]
    labels = table[key[0]].astype("object").fillna("–").astype(str)
    for name in key[1:]:
        labels = labels + SEPARATOR + table[name].astype("object").fillna("–").astype(str)
    masked = (table["cell_status"] == MASKED).tolist()
    found: dict[str, dict[str, float | str]] = {label: {} for label in labels}
    for name in values:
        present = table[name].notna().tolist()
        for label, value, there, hidden in zip(labels, table[name], present, masked, strict=True):
            if there or hidden:
                found[label][name] = float(value) if there else MASKED
    return {label: cells for label, cells in found.items() if cells}
