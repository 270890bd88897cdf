"""A number known from outside, and what the engine says: one line of the table of anchors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is simulated: customers in all and replications for queues, replications for published models."""

    customers: float = 400_000
    replications: int = 40
    published: int = 400
    seed: int = 20260101
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One comparison.

    Parameters
    ----------
    expected, expected_se
        The number from outside, and its own standard error (0 for a formula).
    mean, se
        Ours, over replications.
    """

    case: str
    measure: str
    expected: float
    expected_se: float
    mean: float
    se: float

    @property
    def z(self) -> float:
        """Difference in standard errors."""
        spread = np.hypot(self.se, self.expected_se)
        difference = self.mean - self.expected
        return float(difference / spread) if spread > 0 else float(np.sign(difference) * np.inf if difference else 0.0)


Runner = Callable[[Mapping[str, Any], Effort], list[Line]]


def line(case: str, measure: str, values: np.ndarray, expected: float, expected_se: float = 0.0) -> Line:
    """Return the comparison of one number a replication with what is expected of its mean."""
    known = values[~np.isnan(values)]
    return Line(
        case=case,
        measure=measure,
        expected=float(expected),
        expected_se=float(expected_se),
        mean=float(known.mean()),
        se=float(known.std(ddof=1) / np.sqrt(len(known))),
    )
