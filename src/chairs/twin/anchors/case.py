"""A number known from outside, and what the engine says: one line of the table of anchors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

SHARE_SEEN = 0.02  # an error of this share of a number must show as four standard errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is simulated: customers in all and replications for queues, replications for published models.

    `years` are those of the emergency ward (default: a quarter of `published`, at least 20).
    """

    customers: float = 400_000
    replications: int = 40
    published: int = 400
    years: int | None = None
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
    def spread(self) -> float:
        """Standard error of the difference: that of ours and that of the number from outside."""
        return float(np.hypot(self.se, self.expected_se))

    @property
    def precision(self) -> float:
        """Standard error of the difference as a share of what is expected."""
        return self.spread / abs(self.expected) if self.expected else float("inf")

    @property
    def coarse(self) -> str:
        """Why an error of 2 % would not be seen here (it would be less than four standard errors); empty if it would.

        `reference`: the number from outside is itself known no better. Otherwise how many times as long one would
        have to simulate (rare probabilities, variances, long tails).
        """
        if self.precision < SHARE_SEEN / 4:
            return ""
        if self.expected_se >= SHARE_SEEN / 4 * abs(self.expected):
            return "reference"
        allowed = (SHARE_SEEN / 4 * self.expected) ** 2 - self.expected_se**2
        return f"x {self.se**2 / allowed:.2g}" if allowed > 0 else "zero"

    @property
    def z(self) -> float:
        """Difference in standard errors."""
        spread = self.spread
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
