"""May answers be averaged by group? ICC(1), ICC(2), eta squared and within-group agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Language, SettingError, problem
from chairs.surveys.psychometrics.entries import aligned, beside, numbers
from chairs.surveys.psychometrics.reasons import REASONS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation:
    """How much of the answers lies between groups, or the reason why that cannot be said.

    Parameters
    ----------
    n, groups
        Answers and groups.
    icc1
        Share of the variance of one answer that lies between groups.
    icc2
        Reliability of the mean of a group of average size.
    eta2
        Sum of squares between groups over the total.
    """

    n: int
    groups: int
    icc1: float | None = None
    icc2: float | None = None
    eta2: float | None = None
    reason: str | None = None

    def say(self, lang: Language = "en") -> str:
        """Return the coefficients, or the reason, as one line of text."""
        if self.icc1 is None or self.icc2 is None:
            return f"n {self.n}{' : ' if lang == 'fr' else ': '}{REASONS[self.reason or 'too_few'].say(lang)}"
        text = f"ICC(1) {self.icc1:.3f}, ICC(2) {self.icc2:.3f} ({self.groups} groups, n {self.n})"
        return text.replace(".", ",").replace("groups,", "groupes,") if lang == "fr" else text

    def __str__(self) -> str:
        return self.say("en")


def aggregation(values: pd.Series, groups: pd.Series) -> Aggregation:
    r"""Return how much of some values lies between groups; rows where either is missing are left out.

    Notes
    -----
    One-way analysis of variance: :math:`ICC(1)=(MSB-MSW)/(MSB+(k-1)MSW)` with k the mean size of a group,
    :math:`ICC(2)=(MSB-MSW)/MSB` (Bliese 2000). Checked against the reference set `agg_bh1996` (multilevel).

    Examples
    --------
    >>> import pandas as pd
    >>> print(aggregation(pd.Series([1, 2, 5, 6, 9, 8]), pd.Series(list("aabbcc"))))
    ICC(1) 0.960, ICC(2) 0.980 (3 groups, n 6)
    """
    import pandas as pd

    value = numbers(values.to_frame("value"))["value"]
    table = pd.DataFrame({"value": value, "group": beside(values, groups)}).dropna()
    by = table.groupby("group", observed=True)["value"]
    n, count = len(table), by.ngroups
    if count < 2 or n <= count:
        return Aggregation(n=n, groups=count, reason="one_group" if count < 2 else "too_few")
    within = float((table["value"] - by.transform("mean")).pow(2).sum())
    total = float((table["value"] - table["value"].mean()).pow(2).sum())
    if total <= 1e-24 * float(table["value"].pow(2).sum()):
        return Aggregation(n=n, groups=count, reason="constant")
    msb, msw, k = (total - within) / (count - 1), within / (n - count), n / count
    if msb < 1e-12 * total:
        return Aggregation(n=n, groups=count, reason="no_variance")
    return Aggregation(
        n=n, groups=count, icc1=(msb - msw) / (msb + (k - 1) * msw), icc2=(msb - msw) / msb, eta2=1 - within / total
    )


def within_agreement(values: pd.Series, groups: pd.Series, points: int) -> pd.Series:
    r"""Return the agreement of each group on one item, :math:`r_{wg}=1-s^2/\sigma^2_E`.

    Parameters
    ----------
    points
        Answer categories; chance is the uniform law, :math:`\sigma^2_E=(A^2-1)/12`.

    Notes
    -----
    Sample variance (n - 1); NaN for a group of one. Negative when a group disagrees more than chance. James, Demaree &
    Wolf (1984, *Journal of Applied Psychology* 69:85). Checked against the reference set `agg_bh1996`.

    Examples
    --------
    >>> import pandas as pd
    >>> within_agreement(pd.Series([3, 3, 1, 5]), pd.Series(list("aabb")), 5).tolist()
    [1.0, -3.0]
    """
    if points < 2:
        raise SettingError((problem("au moins deux modalités de réponse", "at least two answer categories"),))
    value = numbers(values.to_frame("value"))["value"].rename(values.name)
    return 1 - value.groupby(aligned(values, groups), observed=True).var() / ((points**2 - 1) / 12)
