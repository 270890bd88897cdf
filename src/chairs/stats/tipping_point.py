"""What a result becomes if those who did not answer differ from those who did beyond what is known of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.stats.estimate import Estimate
from chairs.stats.imputation import Imputation
from chairs.stats.pooling import Pooled

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The pooled result when the missing values are `delta` higher than imputed.

    `odds` is what this means: how the odds of answering change with one standard deviation more of the value.
    """

    delta: float
    odds: float
    pooled: Pooled


@dataclass(frozen=True, slots=True, kw_only=True)
class TippingPoint:
    """Results over a range of departures from ignorable non-response.

    Parameters
    ----------
    steps
        From the most to the least optimistic about those who did not answer.
    low, high
        Lowest and highest end of the 95 % intervals over the range: what can still be said.
    tips_at
        Smallest departure (in the unit of the column) at which the conclusion about `null` changes; missing where the
        whole range tells the same.
    """

    steps: tuple[Step, ...]
    null: float
    low: float
    high: float
    tips_at: float

    @property
    def at_random(self) -> Pooled:
        """Return the result under ignorable non-response."""
        return min(self.steps, key=lambda step: abs(step.delta)).pooled


def tipping_point(
    imputation: Imputation,
    column: str,
    model: Callable[[pd.DataFrame], Estimate],
    *,
    odds: float = 2.0,
    steps: int = 9,
    null: float = 0.0,
) -> TippingPoint:
    r"""Return the result as the imputed values of `column` are moved down and up.

    Parameters
    ----------
    imputation
        Completions under ignorable non-response, `column` among those filled.
    model
        The analysis of one completed table.
    odds
        Strongest departure thought plausible: the odds of answering are at most multiplied or divided by this for a
        value one standard deviation higher, other things known being equal. To be declared before the outcome is read.
    steps
        Points of the range (an odd number keeps 0 among them).
    null
        Value that the conclusion is about.

    Notes
    -----
    With answering logistic in the value, :math:`\gamma` log odds a residual standard deviation :math:`\sigma`, the
    silent differ from those who answer by :math:`\delta = -\gamma\sigma` (exponential tilting), which ties the range
    to something that can be discussed. δ-adjustment: Carpenter & Kenward 2013, *Multiple Imputation and its
    Application*, ch. 10; van Buuren 2018, §3.8. Checked over redraws with planted unignorable non-response: the range
    holds the truth.
    """
    import numpy as np

    spread = imputation.residual[column]
    filled = imputation.filled[column].to_numpy()
    rows = []
    for slope in np.linspace(-math.log(odds), math.log(odds), steps):
        delta = -float(slope) * spread
        moved = replace(
            imputation, tables=tuple(t.assign(**{column: t[column] + delta * filled}) for t in imputation.tables)
        )
        rows.append(Step(delta=delta, odds=math.exp(float(slope)), pooled=moved.analyse(model)))
    results = [(step.delta, step.pooled.result) for step in rows]
    known = [(d, r.low, r.high) for d, r in results if r.low is not None and r.high is not None]
    verdicts = {d: (low > null) - (high < null) for d, low, high in known}
    first = verdicts.get(min(verdicts, key=abs)) if verdicts else 0
    changed = [d for d, verdict in verdicts.items() if verdict != first]
    return TippingPoint(
        steps=tuple(rows),
        null=null,
        low=min((low for _, low, _ in known), default=math.nan),
        high=max((high for _, _, high in known), default=math.nan),
        tips_at=min(changed, key=abs, default=math.nan),
    )
