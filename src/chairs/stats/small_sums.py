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
    import pandas as pd

    if not hasattr(source, "columns") or len(source) > LARGEST or design.weights is not None:
        return False
    numbers, keys = (*design.covariates, design.outcome), (design.cluster, *design.factors)
    named = {*numbers, *keys}
    if len(named) < len(numbers) + len(keys) or not named <= set(source.columns) or not source.columns.is_unique:
        return False  # the refusal is written once, in `streaming`
    kinds = dict(zip(source.columns, source.dtypes, strict=True))
    plain = all(isinstance(kinds[key], pd.StringDtype) or kinds[key].kind in "iu" for key in keys)
    return plain and all(kinds[name].kind in "iuf" for name in numbers)


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
    levels, cell, rows = _grouped([_coded(key[whole]) for key in keys])
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


def _coded(key: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the levels of a key as text, in order, and the level of each row."""
    import numpy as np

    codes, found = key.factorize()
    levels, place = np.unique(np.asarray(found).astype(str), return_inverse=True)
    return levels, place[codes]


def _grouped(keys: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Return the levels of each key in each cell, the cell of each row, and the rows of each cell, keys in order."""
    import numpy as np

    levels, codes = zip(*keys, strict=True)
    shape = [max(len(level), 1) for level in levels]
    there, cell, rows = np.unique(np.ravel_multi_index(codes, shape), return_inverse=True, return_counts=True)
    places = np.unravel_index(there, shape)
    return [level[place] for level, place in zip(levels, places, strict=True)], cell, rows
