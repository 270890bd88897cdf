"""Keeps the share of false discoveries in hand when many associations are looked at together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def q_values(p: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return the q value of each p value of one declared family, in the same order.

    Keeping the associations with q at most 0.05 leaves, on average, at most 5 % false ones among those kept. A missing
    p value (an association that was not estimable) stays missing and does not count in the family.

    Notes
    -----
    Step-up procedure of Benjamini & Hochberg 1995, *J. R. Statist. Soc. B* 57:289-300 (through
    `scipy.stats.false_discovery_control`, which refuses missing values). Checked against the 15 p values of that paper.

    Examples
    --------
    >>> q_values([0.01, float("nan"), 0.04, 0.5]).round(3).tolist()
    [0.03, nan, 0.06, 0.5]
    """
    import numpy as np
    from scipy.stats import false_discovery_control

    family = np.asarray(p, dtype=float)
    known = ~np.isnan(family)
    q = np.full(family.shape, np.nan)
    if known.any():
        q[known] = false_discovery_control(family[known])
    return q
