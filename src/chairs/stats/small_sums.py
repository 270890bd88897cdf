"""Sums the products of a small table in memory: the same cells, to the last bit, as DuckDB finds for a large one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

    from chairs.stats.streaming import Design

LARGEST = 20_000  # rows beyond which opening DuckDB costs less than it saves


def is_small(source: Any, design: Design) -> bool:
    """Say whether `small_cells` can sum `source`: a short table of plain text, whole numbers and floats, no weights."""
    if not hasattr(source, "columns") or len(source) > LARGEST or design.weights is not None:
        return False
    named = [design.cluster, *design.factors, *design.covariates, design.outcome]
    if len(set(named)) < len(named) or any(list(source.columns).count(name) != 1 for name in named):
        return False  # the refusal is written once, in `streaming`
    keys = all(_is_text(source[name]) or source[name].dtype.kind in "iu" for name in (design.cluster, *design.factors))
    return keys and all(source[name].dtype.kind in "iuf" for name in (*design.covariates, design.outcome))


def _is_text(column: pd.Series) -> bool:
    import pandas as pd

    return isinstance(column.dtype, pd.StringDtype)


def small_cells(table: pd.DataFrame, design: Design) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the sums by establishment and level of each factor, and what was subtracted from each column.

    Notes
    -----
    `bincount` adds in the order of the rows, as one thread of DuckDB does: the sums are the same numbers, which a test
    holds, in half a millisecond instead of forty.
    """
    import numpy as np

    names = (*design.covariates, design.outcome)
    values = [table[name].to_numpy(dtype=float, na_value=np.nan) for name in names]
    keys = [table[name] for name in (design.cluster, *design.factors)]
    whole = np.logical_and.reduce([*(np.isfinite(v) for v in values), *(key.notna().to_numpy() for key in keys)])
    values = [v[whole] for v in values]
    levels, cell, rows = _grouped([key.to_numpy()[whole].astype(str) for key in keys])
    shift = np.array([_mean(v) for v in values])
    reduced = [v - centre for v, centre in zip(values, shift, strict=True)]
    found = {"cluster": levels[0], **{f"f{k}": level for k, level in enumerate(levels[1:])}}
    found |= {"rows": rows, "s": rows.astype(float)}
    for k, d in enumerate(reduced):
        found[f"s{k}"] = np.bincount(cell, d, len(rows))
        found |= {f"s{k}_{j}": np.bincount(cell, d * reduced[j], len(rows)) for j in range(k + 1)}
    return found, shift


def _mean(values: np.ndarray) -> float:
    import numpy as np

    return float(np.cumsum(values)[-1] / len(values)) if len(values) else 0.0


def _grouped(keys: Sequence[np.ndarray]) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Return the levels of each key in each cell, the cell of each row, and the rows of each cell, keys in order."""
    import numpy as np

    uniques, codes = zip(*(np.unique(key, return_inverse=True) for key in keys), strict=True)
    flat = np.ravel_multi_index(codes, [max(len(level), 1) for level in uniques])
    there, cell, rows = np.unique(flat, return_inverse=True, return_counts=True)
    places = np.unravel_index(there, [max(len(level), 1) for level in uniques])
    return [level[place] for level, place in zip(uniques, places, strict=True)], cell, rows
