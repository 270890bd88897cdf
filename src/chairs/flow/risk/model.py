"""The risk model as a frozen record of plain numbers: what it reads of a patient, and what it answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from chairs.core.errors import SettingError, problem
from chairs.core.records import build
from chairs.flow.risk.moments import SEEN, nearest_moment

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

DIGITS = 6  # decimals kept of every number
MISSING = ""  # level of a word that is not known
Kind = Literal["logistic", "trees"]
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
RISK_EDGES = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
DAY_EDGES = (0.25, 1.0, 2.0, 4.0, 7.0, 14.0, 28.0)  # days on the site
ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One decision tree: below `threshold` to the left, else to the right; a leaf has its own place as children."""

    column: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Quantiles (`LEVELS`) of the hours still to stay, of a group of patients at a moment."""

    moment: str
    group: str
    here: int
    hours: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskModel:
    """What was learnt: aggregates over 11 patients or more, no row of anybody.

    Parameters
    ----------
    arrival, admission, known, timezone, calendar, hours
        How a patient is read (`chairs.flow.risk.settings.RiskRequest`).
    words
        Of each column of words the code of each level: the log odds of admission there less those of all.
    numbers
        Attributes that are numbers, each with the value that stands for a missing one.
    columns
        Columns of the design, in order.
    kind
        `logistic`: intercept and weights. `trees`: intercept and the sum of trees.
    rest
        Remaining stays.
    """

    name: str
    arrival: str
    admission: tuple[str, ...]
    known: Mapping[str, str]
    timezone: str
    calendar: Literal["real", "fictitious"]
    hours: tuple[int, ...]
    words: Mapping[str, Mapping[str, float]]
    numbers: Mapping[str, float]
    columns: tuple[str, ...]
    kind: Kind
    intercept: float
    weights: tuple[float, ...] = ()
    trees: tuple[Tree, ...] = ()
    rest: tuple[Cell, ...] = ()
    version: int = field(default=1)

    def probability(self, table: pd.DataFrame) -> np.ndarray:
        """Return the probability of admission of each row of `looks`, shape (rows,)."""
        import numpy as np

        design = design_of(table, self.words, self.numbers, self.columns)
        if self.kind == "logistic":
            score = self.intercept + design @ np.asarray(self.weights)
        else:
            score = self.intercept + sum((_grown(tree, design) for tree in self.trees), np.zeros(len(design)))
        result: np.ndarray = 1.0 / (1.0 + np.exp(-score))
        return result

    def remaining(self, table: pd.DataFrame, probability: np.ndarray | None = None) -> np.ndarray:
        """Return quantiles (`LEVELS`) of the hours still to stay, shape (rows, 7).

        Parameters
        ----------
        probability
            Of admission, for patients of whom it is not known; None: for those whose way is known.
        """
        import numpy as np

        cells = {(cell.moment, cell.group, cell.here): cell.hours for cell in self.rest}
        groups, here = rest_groups(table, probability)
        moments = self.moments_of(table)
        found = []
        for place in zip(moments, groups, here, strict=True):
            moment, group, _ = place
            tried = (place, (moment, group, -1), (moment, ANY, -1), (ANY, ANY, -1))
            found.append(next((cells[one] for one in tried if one in cells), (math.nan,) * len(LEVELS)))
        return np.array(found).reshape(len(table), len(LEVELS))

    def moments_of(self, table: pd.DataFrame) -> list[str]:
        """Return the moment of each row: its own, or the bed meeting closest to its hour."""
        if "moment" in table.columns:
            return [str(name) for name in table["moment"]]
        return [nearest_moment(float(hour), self.hours) for hour in table["hour"]]


def rest_groups(table: pd.DataFrame, probability: np.ndarray | None) -> tuple[list[str], list[int]]:
    """Return in which group each row's remaining stay is looked up: by risk, or by unit; and by days on the site."""
    import numpy as np

    here = np.searchsorted(DAY_EDGES, table["hours_here"].to_numpy(np.float64) / 24, side="right").tolist()
    if probability is None:
        return table["unit"].fillna(MISSING).astype(str).tolist(), here
    return [f"risk {band}" for band in np.searchsorted(RISK_EDGES, probability, side="right")], here


def design_of(
    table: pd.DataFrame,
    words: Mapping[str, Mapping[str, float]],
    numbers: Mapping[str, float],
    columns: tuple[str, ...],
) -> np.ndarray:
    """Return the numbers that a model reads, shape (rows, columns); a column that the table lacks counts as missing."""
    import numpy as np
    import pandas as pd

    rows = len(table)
    parts = []
    for name in columns:
        if name in words:
            codes = words[name]
            labels = table[name] if name in table.columns else pd.Series([None] * rows, dtype=object)
            known = labels.fillna(MISSING).astype(str).map(codes).astype("float64")
            parts.append(known.fillna(codes.get(MISSING, 0.0)).to_numpy())
        elif name in numbers:
            value = table[name] if name in table.columns else pd.Series([None] * rows, dtype=object)
            parts.append(pd.to_numeric(value, errors="coerce").fillna(numbers[name]).to_numpy(np.float64))
        else:
            parts.append(_computed(table, name, rows))
    return np.column_stack(parts) if parts else np.zeros((rows, 0))


def _computed(table: pd.DataFrame, name: str, rows: int) -> np.ndarray:
    import numpy as np

    if name in ("hour_sin", "hour_cos"):
        turn = 2 * np.pi * table["hour"].to_numpy(np.float64) / 24
        found: np.ndarray = np.sin(turn) if name == "hour_sin" else np.cos(turn)
        return found
    value = table[name].to_numpy(np.float64) if name in table.columns else np.zeros(rows)
    if name.startswith(SEEN):
        return np.minimum(value, 3.0)
    return np.log1p(np.maximum(value, 0.0)) if name.startswith("hours_") else value


def _grown(tree: Tree, design: np.ndarray) -> np.ndarray:
    import numpy as np

    column, threshold = np.asarray(tree.column), np.asarray(tree.threshold)
    left, right = np.asarray(tree.left), np.asarray(tree.right)
    at = np.zeros(len(design), dtype=np.int64)
    rows = np.arange(len(design))
    for _ in range(len(column)):
        onward = np.where(design[rows, column[at]] <= threshold[at], left[at], right[at])
        if np.array_equal(onward, at):
            break
        at = onward
    found: np.ndarray = np.asarray(tree.value)[at]
    return found


def short(value: float) -> float:
    """Return a number to `DIGITS` decimals, those that a file keeps: the model read is the model written.

    Examples
    --------
    >>> short(1 / 3)
    0.333333
    """
    return round(float(value), DIGITS)


def write_risk(model: RiskModel) -> dict[str, Any]:
    """Return the model as plain JSON content: the same model gives the same bytes, and reading it runs no code."""
    return asdict(model)


def read_risk(data: object, where: str) -> RiskModel:
    """Return the model that `write_risk` wrote.

    Raises
    ------
    SettingError
        For an unknown or missing key, or weights that do not fit the columns.
    """
    model = build(RiskModel, data, where)
    fits = all(_fits(tree, len(model.columns)) for tree in model.trees)
    if (model.kind == "logistic" and len(model.weights) != len(model.columns)) or not fits:
        raise SettingError(
            (problem("les poids ne vont pas avec les colonnes", "weights do not fit the columns", file=where),)
        )
    return model


def _fits(tree: Tree, columns: int) -> bool:
    size = len(tree.column)
    same = {len(tree.threshold), len(tree.left), len(tree.right), len(tree.value)} == {size}
    inside = all(0 <= place < size for place in (*tree.left, *tree.right))
    return same and size > 0 and inside and all(0 <= place < max(columns, 1) for place in tree.column)
