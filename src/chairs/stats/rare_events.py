"""Control charts of rare events, by what lies between two of them: cases (g) or time (t)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chairs.core.errors import Text
from chairs.stats.checked import finite, refused
from chairs.stats.control_charts import FEWEST, FLAT, TOO_FEW, ControlChart, xmr
from chairs.stats.special_causes import Cause

TAIL = 0.00135  # beyond one limit, as with three standard deviations of a Gaussian value
POWER = 1 / 3.6  # makes an exponential waiting time nearly Gaussian
SAME_TIME = Text(
    fr="des événements au même instant : le temps entre eux est nul, donner l'heure ou passer au graphique g",
    en="events at the same instant: the time between them is zero, give the hour or use the g chart",
)


def cases_between(gaps: Sequence[int]) -> ControlChart:
    """Return the g chart of the number of cases without an event between two events.

    Parameters
    ----------
    gaps
        In order of time, how many cases (stays, births, doses) passed between an event and the next; 0 or more.

    Notes
    -----
    With a constant risk p the gap is geometric, P(X >= k) = (1 - p)^k; p is estimated by 1 / (1 + mean), and the limits
    leave 0.135 % beyond each. The centre is the median, for the law is skewed. More cases between two events are better
    when the event is bad. Benneyan 2001, *Health Care Management Science* 4:305-318; limits checked against
    `scipy.stats.geom`. Only points beyond a limit are marked: the other rules suppose a symmetric law.

    Examples
    --------
    >>> chart = cases_between([40, 55, 30, 61, 12, 48, 33, 70, 20, 45, 38, 900])
    >>> chart.causes[-1]
    'above_limit'
    """
    gaps = finite(gaps).tolist()
    if any(gap < 0 for gap in gaps):
        raise refused("un nombre de cas est négatif", "a number of cases is negative")
    if len(gaps) < FEWEST:
        return _no_limits(gaps, TOO_FEW)
    mean = sum(gaps) / len(gaps)
    if mean == 0:
        return _no_limits(gaps, FLAT)
    stay = math.log(mean / (1 + mean))  # log of the probability of one more case without an event
    low, centre, high = (math.log(q) / stay for q in (1 - TAIL, 0.5, TAIL))
    return ControlChart(
        points=tuple(map(float, gaps)),
        mean=(centre,) * len(gaps),
        low=(low - 1 if low >= 1 else 0.0,) * len(gaps),
        high=(high,) * len(gaps),
        causes=tuple("above_limit" if gap > high else "below_limit" if gap < low - 1 else "common" for gap in gaps),
        phases=(0,) * len(gaps),
    )


def time_between(gaps: Sequence[float]) -> ControlChart:
    """Return the t chart of the time between two events, in the unit of `gaps`.

    Notes
    -----
    The gaps are raised to the power 1 / 3.6, an XmR chart is made of them, and its mean and limits are raised back
    (Nelson 1994, *J. Quality Technology* 26:239-241); rules as in `chairs.stats.control_charts.xmr`.

    Examples
    --------
    >>> time_between([9, 12, 7, 15, 11, 8, 13, 10, 9, 14, 12, 200]).causes[-1]
    'above_limit'
    """
    gaps = finite(gaps).tolist()
    if any(gap < 0 for gap in gaps):
        raise refused("un temps entre deux événements est négatif", "a time between two events is negative")
    if any(gap == 0 for gap in gaps):
        return _no_limits(gaps, SAME_TIME)
    chart = xmr([gap**POWER for gap in gaps])
    if chart.reason:
        return _no_limits(gaps, chart.reason)
    return ControlChart(
        points=tuple(map(float, gaps)),
        mean=_back(chart.mean),
        low=_back(chart.low),
        high=_back(chart.high),
        causes=chart.causes,
        phases=chart.phases,
    )


def _back(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(max(value, 0.0) ** (1 / POWER) for value in values)


def _no_limits(gaps: Sequence[float], reason: Text) -> ControlChart:
    nothing = (math.nan,) * len(gaps)
    common: Cause = "common"
    return ControlChart(
        points=tuple(map(float, gaps)),
        mean=nothing,
        low=nothing,
        high=nothing,
        causes=(common,) * len(gaps),
        phases=(0,) * len(gaps),
        reason=reason,
    )
