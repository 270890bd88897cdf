"""From a uniform number to a duration: the inverse of each distribution's survival function."""

from __future__ import annotations

import math
from typing import Any

from chairs.twin.engine.jit import part, plain
from chairs.twin.engine.layout import (
    AT_DURATIONS,
    AT_DURATIONS_X,
    D_FIRST,
    D_KIND,
    D_N,
    D_WIDE,
    DX_WIDE,
    EMPIRICAL,
    EXPONENTIAL,
    FIXED,
    FOREVER,
    LOGNORMAL,
    MIXTURE,
    NORMAL,
    SPLINE,
    UNIFORM,
    WEIBULL,
)

SPLINE_LEAST, SPLINE_STEP = -8.5, 0.0625  # first normal deviate of a tabulated quantile, and the step


@part
def _near(q: float) -> Any:
    r = 0.180625 - q * q
    top = (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
        + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
        + 133.14166789178437745) * r + 3.387132872796366608)  # fmt: skip
    low = (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
        + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
        + 42.313330701600911252) * r + 1.0)  # fmt: skip
    return q * top / low


@part
def _far(p: float) -> Any:
    r = math.sqrt(-math.log(p))
    if r <= 5.0:
        r -= 1.6
        top = (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
            + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
            + 4.6303378461565452959) * r + 1.42343711074968357734)  # fmt: skip
        low = (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
            + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
            + 2.05319162663775882187) * r + 1.0)  # fmt: skip
        return top / low
    r -= 5.0
    top = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
        + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
        + 5.4637849111641143699) * r + 6.6579046435011037772)  # fmt: skip
    low = (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
        + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
        + 0.59983220655588793769) * r + 1.0)  # fmt: skip
    return top / low


@plain
def normal_deviate(survival: float) -> Any:
    """Return the z that a standard normal variable exceeds with probability `survival`.

    Notes
    -----
    Wichura, *Algorithm AS 241*, Applied Statistics 37 (1988): relative error about 1e-16. Checked against
    scipy.stats.norm.isf.

    Examples
    --------
    >>> round(normal_deviate(0.025), 6), round(normal_deviate(0.975), 6), round(normal_deviate(1e-20), 6)
    (1.959964, -1.959964, 9.26234)
    """
    q = 0.5 - survival
    if abs(q) <= 0.425:
        return _near(q)
    if q > 0.0:
        return _far(survival)
    return -_far(1.0 - survival)


@part
def _from_spline(x: Any, first: int, last: int, z: float) -> Any:
    place = (z - SPLINE_LEAST) / SPLINE_STEP
    i = min(max(int(place), 0), last - 2)
    t = place - i
    y0, d0 = x[first + 2 * i], x[first + 2 * i + 1]
    y1, d1 = x[first + 2 * i + 2], x[first + 2 * i + 3]
    rise = y1 - y0
    return math.exp(y0 + t * (d0 + t * (3.0 * rise - 2.0 * d0 - d1 + t * (d0 + d1 - 2.0 * rise))))


@part
def _from_values(x: Any, first: int, values: int, below: float) -> Any:
    """Return the first listed value whose summed shares exceed `below`; a guide says from which on to look.

    Chen & Asau, *On generating random variates from an empirical distribution*, AIIE Transactions 6 (1974) 163-166.
    """
    low = int(x[first + 3 * min(int(below * values), values - 1) + 2])
    while low < values - 1 and x[first + 3 * low + 1] <= below:
        low += 1
    return x[first + 3 * low]


@part
def _rarer(n: Any, x: Any, which: int, s: float) -> Any:
    d, dx = n[AT_DURATIONS] + which * D_WIDE, n[AT_DURATIONS_X] + which * DX_WIDE
    kind, a, b = n[d + D_KIND], x[dx], x[dx + 1]
    result = FOREVER
    if kind == WEIBULL:
        result = a * (-math.log(s)) ** b
    elif kind == NORMAL:
        result = max(a + b * normal_deviate(s), 0.0)
    elif kind == UNIFORM:
        result = b + s * (a - b)
    elif kind == SPLINE:
        result = a * _from_spline(x, n[d + D_FIRST], n[d + D_N], normal_deviate(s))
    elif kind == EMPIRICAL:
        result = _from_values(x, n[d + D_FIRST], n[d + D_N], 1.0 - s)
    return result


@part
def _of_part(n: Any, x: Any, which: int, s: float) -> Any:
    """Choose the part of a mixture by `s` and spend what is left of it inside the part."""
    d = n[AT_DURATIONS] + which * D_WIDE
    weights, parts = int(x[n[AT_DURATIONS_X] + which * DX_WIDE]), n[d + D_N]
    chosen = 0
    while chosen < parts - 1 and s >= x[weights + chosen]:
        chosen += 1
    low = 0.0 if chosen == 0 else x[weights + chosen - 1]
    rest = min(max((s - low) / (x[weights + chosen] - low), 1.0e-300), 1.0)
    return n[d + D_FIRST] + chosen, rest


@part
def duration(n: Any, x: Any, which: int, s: float) -> Any:
    """Return the duration that is exceeded with probability `s`, in the model's unit of time."""
    kind = n[n[AT_DURATIONS] + which * D_WIDE + D_KIND]
    if kind == MIXTURE:
        which, s = _of_part(n, x, which, s)
        kind = n[n[AT_DURATIONS] + which * D_WIDE + D_KIND]
    dx = n[AT_DURATIONS_X] + which * DX_WIDE
    if kind == LOGNORMAL:
        return math.exp(x[dx] + x[dx + 1] * normal_deviate(s))
    if kind == EXPONENTIAL:
        return -x[dx] * math.log(s)
    if kind == FIXED:
        return x[dx]
    return _rarer(n, x, which, s)
