"""Keeps the share of false discoveries in hand when many associations are looked at together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from chairs.stats.checked import one_of, refused

if TYPE_CHECKING:
    import numpy as np

Method = Literal["bonferroni", "holm", "hochberg", "BH", "BY"]


def q_values(p: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return the q value of each p value of one declared family, in the same order.

    Keeping the associations with q at most 0.05 leaves, on average, at most 5 % false ones among those kept. A missing
    p value (an association that was not estimable) stays missing and does not count in the family.

    Notes
    -----
    Step-up procedure of Benjamini & Hochberg 1995, *J. R. Statist. Soc. B* 57:289-300: `adjusted` with `BH`.

    Examples
    --------
    >>> q_values([0.01, float("nan"), 0.04, 0.5]).round(3).tolist()
    [0.03, nan, 0.06, 0.5]
    """
    return adjusted(p, "BH")


def adjusted(p: Sequence[float] | np.ndarray, method: Method) -> np.ndarray:
    """Return the adjusted p values of one declared family, in the same order; reject where they are at most 5 %.

    `bonferroni`, `holm` and `hochberg` bound the chance of a single false rejection in the family (Hochberg where the
    tests are independent or positively dependent; Holm always, and never worse than Bonferroni). `BH` bounds the
    expected share of false ones among the rejected, under independence or positive dependence; `BY` whatever the
    dependence, at the price of fewer findings.

    Parameters
    ----------
    p
        p values; a missing one (not estimable) stays missing and does not count in the family.

    Raises
    ------
    DataError
        If a value is not a number or lies outside 0 to 1.
    SettingError
        If the method is unknown.

    Notes
    -----
    Holm 1979, *Scand. J. Statist.* 6:65-70; Hochberg 1988, *Biometrika* 75:800-802; Benjamini & Hochberg 1995, *J. R.
    Statist. Soc. B* 57:289-300; Benjamini & Yekutieli 2001, *Ann. Statist.* 29:1165-1188. The last two through
    `scipy.stats.false_discovery_control`, which never sees a missing value. Checked against R's `p.adjust` on the 15 p
    values of Benjamini & Hochberg.

    Examples
    --------
    >>> adjusted([0.01, float("nan"), 0.04, 0.5], "holm").round(3).tolist()
    [0.03, nan, 0.08, 0.5]
    """
    import numpy as np
    from scipy.stats import false_discovery_control

    one_of(("méthode", "method"), method, get_args(Method))
    try:
        family = np.asarray(p, dtype=float)
    except (TypeError, ValueError):
        raise refused("une valeur p n'est pas un nombre", "a p value is not a number", column="p") from None
    known = ~np.isnan(family)
    if ((family[known] < 0) | (family[known] > 1)).any():
        raise refused("valeur p hors de 0 à 1", "p value outside 0 to 1", column="p")
    result = np.full(family.shape, np.nan)
    if not known.any():
        return result
    if method in ("BH", "BY"):
        result[known] = false_discovery_control(family[known], method="bh" if method == "BH" else "by")
    else:
        result[known] = _familywise(family[known], method)
    return result


def _familywise(p: np.ndarray, method: Method) -> np.ndarray:
    import numpy as np

    m = len(p)
    if method == "bonferroni":
        return np.asarray(np.minimum(p * m, 1.0))
    order = np.argsort(p, kind="stable")
    steps = p[order] * np.arange(m, 0, -1)  # the k-th smallest times m - k + 1
    steps = np.maximum.accumulate(steps) if method == "holm" else np.minimum.accumulate(steps[::-1])[::-1]
    result = np.empty(m)
    result[order] = np.minimum(steps, 1.0)
    return result
