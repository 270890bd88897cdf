"""Shares of answers: top boxes with Wilson's interval, and the net promoter score."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from chairs.stats.estimate import Estimate, estimated

if TYPE_CHECKING:
    import pandas as pd


def top_box(answers: pd.Series, best: Collection[object]) -> Estimate:
    r"""Return the share of the answers (%) that are among `best`, with Wilson's 95 % interval.

    Missing answers do not count.

    Notes
    -----
    Wilson 1927, *JASA* 22:209-212: also right near 0 and 100 %, where it never leaves the scale. `se` is
    :math:`\sqrt{p(1-p)/n}`, 0 when all answer alike.

    Examples
    --------
    >>> import pandas as pd
    >>> print(top_box(pd.Series([5, 5, 4, 3, 5, None, 2, 5]), {5}))
    top box: +57.14 (95 % +25.05 to +84.18, n 7)
    """
    known = answers.dropna()
    n = len(known)
    if n == 0:
        return Estimate(term="top box", n=0, reason="too_few")
    p = float(known.isin(list(best)).mean())
    z = 1.959963984540054
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Estimate(
        term="top box", n=n, estimate=100 * p, se=100 * (p * (1 - p) / n) ** 0.5, low=100 * low, high=100 * high,
        method="wilson",
    )  # fmt: skip


def net_promoter(answers: pd.Series, promoters: int = 9, detractors: int = 6) -> Estimate:
    r"""Return the net promoter score of answers from 0 to 10: % at least `promoters` less % at most `detractors`.

    Missing answers do not count. Where all answer alike the score has no interval (`no_variance`).

    Notes
    -----
    :math:`100(p-d)`, standard error :math:`100\sqrt{(p+d-(p-d)^2)/n}` (multinomial). Checked against the set
    score_patient_survey.

    Examples
    --------
    >>> import pandas as pd
    >>> print(net_promoter(pd.Series([10, 9, 9, 8, 7, 6, 3, None])))
    net promoter: +14.29 (95 % -47.42 to +75.99, n 7)
    """
    known = answers.dropna()
    n = len(known)
    blank = Estimate(term="net promoter", n=n, method="multinomial")
    if n == 0:
        return replace(blank, reason="too_few")
    up, down = float((known >= promoters).mean()), float((known <= detractors).mean())
    return estimated(blank, 100 * (up - down), 100 * (max(up + down - (up - down) ** 2, 0.0) / n) ** 0.5)
