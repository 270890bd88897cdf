"""Groups of patients among which fairness is judged; the small ones are put together, so that none is told apart."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from chairs.flow.risk.judging import FEWEST, ratio, slope

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

OTHER = "other"
PARTS = 3  # bands of an attribute that is a number


def fairness(table: pd.DataFrame, chance: np.ndarray, names: tuple[str, ...]) -> list[dict[str, object]]:
    """Return for each group of each characteristic admissions seen over foreseen, and the slope, with intervals.

    Notes
    -----
    A group of fewer than 11 admitted or 11 others is joined to the next smallest under "other", until that one has
    them; a characteristic left with one group is left out, for it tells nothing.
    """
    import numpy as np

    found: list[dict[str, object]] = []
    outcome, case = table["admitted"].to_numpy(np.int64), table["number"].to_numpy()
    for name in names:
        if name not in table.columns:
            continue
        levels = _merged(_labels(table[name]), outcome)
        if len(set(levels)) < 2:
            continue
        for level in sorted(set(levels)):
            here = levels == level
            seen, line = ratio(chance[here], outcome[here], case[here]), slope(chance[here], outcome[here], case[here])
            found.append(
                {
                    "characteristic": name, "level": level,
                    "ratio": seen.value, "ratio_low": seen.low, "ratio_high": seen.high,
                    "slope": line.value, "slope_low": line.low, "slope_high": line.high,
                    "admitted": int(outcome[here].sum()), "n": int(here.sum()),
                }
            )  # fmt: skip
    return found


def _labels(column: pd.Series) -> np.ndarray:
    """Return the group of each row; a number by thirds, written with their bounds."""
    import numpy as np
    import pandas as pd

    value = pd.to_numeric(column, errors="coerce")
    if value.notna().mean() < 0.99 * column.notna().mean() or value.nunique() <= 6:
        words: np.ndarray = column.fillna(OTHER).astype(str).to_numpy(object)
        return words
    edges = np.unique(np.nanquantile(value, np.arange(1, PARTS) / PARTS).round())
    names = [
        f"≤ {edges[0]:g}",
        *(f"{a:g} – {b:g}" for a, b in pairwise(edges)),
        f"> {edges[-1]:g}",
    ]
    bands = np.array(names, dtype=object)[np.searchsorted(edges, value.fillna(edges[0]), side="left")]
    return np.where(value.isna(), OTHER, bands)


def _merged(levels: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Return the levels with the small ones joined under "other"."""
    import numpy as np

    found = levels.copy()
    while True:
        sizes = {name: _smaller(outcome[found == name]) for name in sorted(set(found))}
        small = [name for name, size in sizes.items() if size < FEWEST]
        if not small or set(found) == {OTHER}:
            return found
        rest = sorted((size, name) for name, size in sizes.items() if name != OTHER)
        joined = small if small != [OTHER] else [rest[0][1]]
        found = np.where(np.isin(found, joined), OTHER, found)


def _smaller(outcome: np.ndarray) -> int:
    """Return the number of the rarer outcome."""
    return int(min(outcome.sum(), len(outcome) - outcome.sum()))
