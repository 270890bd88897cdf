"""Run charts: values around their median, for series too short or too odd for control limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from chairs.core.errors import Language, Text
from chairs.stats.checked import finite

FEWEST = 6  # useful points under which no run says anything
TOO_FEW = Text(
    fr=f"moins de {FEWEST} points hors de la médiane : rien ne peut être dit d'une suite",
    en=f"fewer than {FEWEST} points off the median: nothing can be said of a run",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChart:
    """A run chart and its two tests.

    Parameters
    ----------
    median
        Median of the values.
    longest, longest_expected
        Longest run on one side of the median, and the length that chance seldom exceeds.
    crossings, crossings_expected
        Times the series crosses its median, and the number that chance seldom falls short of.
    reason
        Why nothing is said; None when the tests hold.
    """

    median: float
    longest: int
    longest_expected: int
    crossings: int
    crossings_expected: int
    reason: Text | None = None

    @property
    def signal(self) -> bool:
        """Return whether the series shows more than chance."""
        if self.reason:
            return False
        return self.longest > self.longest_expected or self.crossings < self.crossings_expected

    def say(self, lang: Language = "en") -> str:
        """Return one sentence."""
        if self.reason:
            return self.reason.say(lang)
        if lang == "fr":
            return "Un changement durable est visible." if self.signal else "Aucun changement durable n'est visible."
        return "A lasting change is visible." if self.signal else "No lasting change is visible."


def run_chart(values: Sequence[float]) -> RunChart:
    """Return the run chart of values in time order, with the tests of Anhøj.

    Notes
    -----
    Points on the median are useless and left out (n left). A run is too long above round(log2 n + 3); crossings are too
    few under the 5 % quantile of a binomial of n - 1 trials and probability 1/2. Anhøj & Olesen 2014, *PLoS ONE*
    9:e113825; Anhøj 2015, *PLoS ONE* 10:e0121349.

    Examples
    --------
    >>> run_chart([1, 2, 1, 2, 1, 2, 8, 9, 8, 9, 8, 9]).say()
    'A lasting change is visible.'
    """
    import numpy as np
    from scipy.stats import binom

    y = finite(values)
    median = float(np.median(y)) if len(y) else math.nan
    side = np.sign(y - median)
    side = side[side != 0]
    if len(side) < FEWEST:
        return RunChart(median=median, longest=0, longest_expected=0, crossings=0, crossings_expected=0, reason=TOO_FEW)
    turns = np.flatnonzero(np.diff(side))
    runs = np.diff(np.concatenate([[-1], turns, [len(side) - 1]]))
    return RunChart(
        median=median,
        longest=int(runs.max()),
        longest_expected=round(math.log2(len(side)) + 3),
        crossings=len(turns),
        crossings_expected=int(binom.ppf(0.05, len(side) - 1, 0.5)),
    )
