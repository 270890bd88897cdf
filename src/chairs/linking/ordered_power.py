"""How large a link with ordered classes must be to be found four times in five: by law, where few by redraws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chairs.linking.ordered import design
from chairs.stats.cluster_robust import sandwich
from chairs.stats.ordered_clusters import bounds, ordered_clusters, separate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

POWER = 0.8
FEW = 120  # establishments under which the law is put right by redraws
HOPELESS = 0.55  # most power that the law gives to any effect, under which nothing is drawn
DRAWS = (80, 480)  # redraws of one pair, at least and at most
AROUND = (0.8, 0.9, 1.0, 1.12, 1.25)  # effects redrawn, as shares of the one that the law gives
STEP, MOST_STEPS, PAST = 1.12, 40, 0.1  # the search: by which factor, how often, how far beyond the most power
FAR = 2.0  # standard deviations by which redraws may move the law


def smallest_found(
    table: pd.DataFrame, classes: int, levels: Sequence[float], draw: np.random.Generator, draws: int = DRAWS[1]
) -> tuple[float | None, ...]:
    r"""Return by level of the test the smallest log odds per unit found in 80 % of studies; None: no effect is.

    Parameters
    ----------
    table
        From `chairs.linking.cells.cells`; its outcome is not read.
    classes
        Supposed of the outcome: equally filled where there is no link; of an establishment the same in all years.

    Notes
    -----
    With :math:`s_{gk}` the score of establishment g, all its years together, when its class is k, and :math:`p_{gk}`
    the chance of that under the effect b, the estimate varies as :math:`A^{-1} B A^{-1}`,
    :math:`B = \sum_g \sum_k p_{gk} s_{gk} s_{gk}'`, A the information expected under working independence. Both are
    taken at b: a strong link leaves less information than none, and beyond some effect the test is weaker again (Hauck
    & Donner 1977, *J. Am. Statist. Ass.* 72:851-853). The power is that of a t law with the degrees of freedom that
    CR2 has at b (at no effect where establishments are many). Under 120 establishments its normal quantile is moved by
    as much as the declared fit finds more or less often, in seeded redraws at effects around, than that law says.
    Checked by simulation with 15 to 150 establishments (`tests/unit/linking/test_ordered_power.py`).
    """
    import numpy as np
    from scipy.special import ndtr, ndtri

    table = table.sort_values(["establishment", "year"])
    names, x = design(table)
    cluster = table["establishment"].to_numpy(dtype=str)
    site = np.unique(cluster, return_inverse=True)[1]
    law = _Law(x=x[:, separate(x)], site=site, classes=classes)
    wanted = float(ndtri(POWER))
    near = {level: _first(law, level, wanted) for level in levels}
    hopeful = [level for level, (_, most) in near.items() if ndtr(most) >= HOPELESS]
    least = dict.fromkeys(near, wanted)
    if site.max() + 1 < FEW and hopeful:
        draws = min(max(draws, DRAWS[0]), DRAWS[1])
        effects, p = np.empty(0), np.empty(0)
        for more in (draws // 3, draws - draws // 3):  # the second time around what the first time found
            tried = np.resize([share * near[level][0] for level in hopeful for share in AROUND], more)
            p = np.append(p, [_p(one, x, names, cluster) for one in law.drawn(tried, draw)])
            effects = np.append(effects, tried)
            for level in hopeful:
                told = np.array([law.quantile(one, level) for one in effects])
                least[level] = wanted - _raised(told, float((p < level).sum()))
                near[level] = _first(law, level, least[level])
    return tuple(near[level][0] if near[level][1] >= least[level] else None for level in levels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Law:
    """The law of the estimate by effect: of the columns `x` (rows, k), the last the mean of each `site`, in order."""

    x: np.ndarray
    site: np.ndarray
    classes: int
    known: dict[float, tuple[float, float]] = field(default_factory=dict)

    def quantile(self, effect: float, level: float) -> float:
        """Return the normal quantile of the power."""
        import numpy as np
        from scipy.special import ndtri, stdtr, stdtrit

        error, df = self.error(effect)
        if not df >= 1:
            return -math.inf
        df = min(df, 1e15)
        return float(ndtri(np.clip(stdtr(df, effect / error - stdtrit(df, 1 - level / 2)), 1e-9, 1 - 1e-9)))

    def error(self, effect: float) -> tuple[float, float]:
        """Return standard error and degrees of freedom."""
        if effect not in self.known:
            self.known[effect] = self._error(effect)
        return self.known[effect]

    def _error(self, effect: float) -> tuple[float, float]:
        import numpy as np

        slopes = np.zeros(self.x.shape[1])
        slopes[-1] = effect
        first = np.flatnonzero(np.diff(self.site, prepend=-1))
        size = len(self.cuts) + len(slopes)
        each, spread = np.zeros((len(self.x), size, size)), np.zeros((size, size))
        for k in range(self.classes):
            codes = np.full(len(self.x), k)
            up, down, upper, lower, gap = bounds(self.cuts - effect * self.centre, slopes, codes, self.x)
            near, chance = 1 / np.expm1(gap), (upper - lower)[:, None]
            score = up * (1 - upper + near)[:, None] - down * (lower + near)[:, None]
            each += (chance * score)[:, :, None] * score[:, None, :]
            own = np.add.reduceat(score, first)
            spread += (chance[first] * own).T @ own
        gram = each if len(first) == len(each) else np.add.reduceat(each, first)
        scale = np.sqrt(np.diagonal(gram.sum(axis=0)))
        gram, spread = gram / np.outer(scale, scale), spread / np.outer(scale, scale)
        back = np.linalg.inv(gram.sum(axis=0))[-1]
        error = math.sqrt(float(back @ spread @ back)) / float(scale[-1])
        if self.known and len(first) >= FEW:  # many: the degrees of freedom hardly move any more
            return error, next(iter(self.known.values()))[1]
        df = sandwich(gram, np.zeros((len(first), size)), "CR2-exact", asked=[size - 1]).df[-1]
        return error, float(df)

    @property
    def cuts(self) -> np.ndarray:
        """Return the thresholds of classes that no link fills equally."""
        import numpy as np
        from scipy.special import logit

        cuts: np.ndarray = -logit(np.arange(1, self.classes) / self.classes)
        return cuts

    @property
    def centre(self) -> float:
        """Return the mean exposure of the establishments."""
        import numpy as np

        return float(self.x[np.flatnonzero(np.diff(self.site, prepend=-1)), -1].mean())

    def drawn(self, effects: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        """Return the classes of the rows, drawn anew for each effect, shape (effects, rows)."""
        import numpy as np

        latent = effects[:, None] * (self.x[:, -1] - self.centre)
        latent = latent + draw.logistic(size=(len(effects), int(self.site.max()) + 1))[:, self.site]
        return np.digitize(latent, -self.cuts).astype(float)


def _first(law: _Law, level: float, wanted: float) -> tuple[float, float]:
    """Return the smallest effect whose quantile is the one wanted, or the effect that comes nearest; its quantile."""
    from scipy.optimize import brentq
    from scipy.special import ndtri

    before, effect = 0.0, float(ndtri(POWER) - ndtri(level / 2)) * law.error(0.0)[0]
    best = (effect, law.quantile(effect, level))
    for _ in range(MOST_STEPS):
        here = law.quantile(effect, level)
        if here >= wanted:
            exact = brentq(lambda one: law.quantile(one, level) - wanted, before, effect, rtol=1e-3)
            return float(exact), wanted
        if here < best[1] - PAST:
            return best
        best = max(best, (effect, here), key=lambda one: one[1])
        before, effect = effect, effect * STEP
    return best


def _p(outcome: np.ndarray, x: np.ndarray, names: Sequence[str], cluster: np.ndarray) -> float:
    """Return the p value of the last column; 1 where the fit has none: such a study finds nothing."""
    p = ordered_clusters(outcome, x, names, cluster).estimates[-1].p
    return 1.0 if p is None else p


def _raised(quantiles: np.ndarray, hits: float) -> float:
    """Return what the quantiles of the power have to be raised by, for as many hits as there were."""
    import numpy as np
    from scipy.optimize import brentq
    from scipy.special import ndtr

    ends = [float(np.sum(ndtr(quantiles + far))) - hits for far in (-FAR, FAR)]
    if ends[0] >= 0 or ends[1] <= 0:
        return -FAR if ends[0] >= 0 else FAR
    return float(brentq(lambda more: float(np.sum(ndtr(quantiles + more))) - hits, -FAR, FAR))
