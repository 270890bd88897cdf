"""What a log only bounds: drawn within its bounds, from the distribution of its step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.given import Given, joined, own
from chairs.twin.quantiles import beyond, upper

if TYPE_CHECKING:
    from chairs.twin.durations import Duration


@dataclass(frozen=True, eq=False)
class Bound:
    """Patients of whom a length is known to lie between two values; equal ones are known exactly.

    Parameters
    ----------
    steps
        Steps at which the length counts, whichever of them the patient comes to.
    who, low, high
        Numbers of the patients and the bounds.
    length
        The distribution, line `line` of the steps' tables.
    """

    steps: tuple[str, ...]
    who: np.ndarray
    low: np.ndarray
    high: np.ndarray
    length: Duration
    line: int = 0


@dataclass(frozen=True, eq=False)
class Bounds:
    """All that is bounded, made ready to be drawn again and again."""

    parts: tuple[tuple[Bound, np.ndarray, np.ndarray], ...]

    def draw(self, rng: np.random.Generator) -> Given:
        """Return one draw: the distribution given the bounds (inverse of the survival function between them)."""
        found = []
        for bound, above, width in self.parts:
            values = upper(bound.length, above + width * (1 - rng.random(len(above))))
            lines = np.full(len(values), bound.line)
            told = own(bound.who, np.clip(values, bound.low, bound.high), line=lines)
            found.append(dict.fromkeys(bound.steps, told))
        return joined(found)


def bounded(bounds: Sequence[Bound]) -> Bounds:
    """Return bounds made ready.

    Examples
    --------
    >>> from chairs.twin.durations import Duration
    >>> hour = Duration(kind="exponential", mean=60)
    >>> waited = Bound(("patience",), np.array([4]), np.array([90.0]), np.array([np.inf]), hour)
    >>> bool(bounded([waited]).draw(np.random.default_rng(1))["patience"].value[0] > 90)
    True
    """
    parts = []
    for bound in bounds:
        above = np.where(np.isinf(bound.high), 0.0, beyond(bound.length, bound.high))
        parts.append((bound, above, np.maximum(beyond(bound.length, bound.low) - above, 0.0)))
    return Bounds(tuple(parts))
