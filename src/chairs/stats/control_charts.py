"""Control charts of single values and of rates: limits, special causes, and whether a target is within reach."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from chairs.core.errors import Language, Text
from chairs.stats.checked import as_long, finite, one_of, refused, unfit
from chairs.stats.special_causes import SENTENCES, UPWARD, Cause, special_causes

if TYPE_CHECKING:
    import numpy as np

Variation = Literal["common", "improvement", "concern", "neutral"]
Assurance = Literal["hit_or_miss", "pass", "fail"]
Rate = Literal["p", "u"]

LIMIT = 2.66  # 3 / d2 for moving ranges of two points, d2 = 1.128
SCREEN = 3.267  # moving ranges beyond this many mean moving ranges are left out
FEWEST = 12  # points under which limits say too little: a run chart is drawn
ROUNDING = 1e-12  # a move smaller than this share of the largest value is no move

TOO_FEW = Text(
    fr=f"moins de {FEWEST} points : des limites de contrôle n'auraient pas de sens, voir le graphique de séquence",
    en=f"fewer than {FEWEST} points: control limits would mean little, see the run chart",
)
FLAT = Text(
    fr="les valeurs sont égales d'un point à l'autre, ou presque toujours : aucune limite ne peut être calculée",
    en="values are equal from one point to the next, or nearly always: no control limit can be computed",
)
RARE = Text(
    fr="plus de la moitié des périodes sont sans événement (ou sans exception) : ces limites ne valent rien, "
    "voir les graphiques g et t",
    en="more than half of the periods are without an event (or without an exception): such limits mean nothing, "
    "see the g and t charts",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChart:
    """One control chart, a value a point.

    Parameters
    ----------
    points, mean, low, high
        The values in time order, and by point the mean and the limits of its phase, in the unit of the values.
    causes
        By point, the rule it falls under (`common`: none).
    phases
        By point, the number of its phase (limits are computed apart in each).
    reason
        Why there are no limits; None when there are.
    """

    points: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    causes: tuple[Cause, ...]
    phases: tuple[int, ...]
    reason: Text | None = None

    def variation(self, better: int) -> tuple[Variation, ...]:
        """Return what each point says when more is better (+1), worse (-1) or neither (0)."""
        return tuple(_variation(cause, better) for cause in self.causes)

    def assurance(self, target: float, better: int) -> Assurance | None:
        """Return whether the last phase passes a target always, never or now and then (None: no limits, or neutral)."""
        if self.reason or better == 0:
            return None
        low, high = self.low[-1], self.high[-1]
        if low < target < high:
            return "hit_or_miss"
        return "pass" if (target <= low) == (better > 0) else "fail"

    def say(self, lang: Language = "en") -> str:
        """Return one sentence: what the last point says, or why there is no chart."""
        if self.reason:
            return self.reason.say(lang)
        words = SENTENCES[self.causes[-1]].say(lang)
        return f"Dernier point : {words}." if lang == "fr" else f"Last point: {words}."


def xmr(
    values: Sequence[float], *, rebase_at: Sequence[int] = (), fix_after: int | None = None, screened: bool = True
) -> ControlChart:
    """Return the XmR chart of values in time order.

    Parameters
    ----------
    values
        One value a period; none may be missing (a gap has to be shown, not bridged).
    rebase_at
        Places (0-based) where a new phase begins because the process was changed on purpose; never by itself.
    fix_after
        Number of first points, 12 at least, whose mean and limits hold for all later ones; not with `rebase_at`.
    screened
        Leave moving ranges beyond 3.267 mean moving ranges out, once, before the limits are computed.

    Raises
    ------
    DataError
        A value that is missing or no number.
    SettingError
        Phases that are out of order, or that are declared together with `fix_after`.

    Notes
    -----
    Limits are mean ± 2.66 mean moving range; where it is zero in a phase (values that stay, but for a rare jump) there
    is the reason `FLAT` and no limits: they would have no width and every point would be special. A point's cause is
    the first that applies: outside the limits; part of 7 points that all rise or all fall; two of three points beyond
    two thirds of the way to a limit, all three on that side of the mean (only the near ones are marked); part of 7 on
    one side of the mean. Rules are applied within a phase; a point on the mean breaks a run. Source: NHS England,
    *Making Data Count*; checked against the set `spc_xmr` (R NHSRplotthedots 0.2.2).

    With these four rules a stable process shows some point as special in far more than 0.3 % of charts
    (`tests/unit/stats/test_control_charts.py` counts it); values that are autocorrelated or seasonal do so more often.

    Examples
    --------
    >>> chart = xmr([5, 6, 4, 5, 6, 5, 4, 6, 5, 4, 5, 30])
    >>> chart.causes[-1], round(chart.mean[0], 2), chart.variation(-1)[-1]
    ('above_limit', 7.08, 'concern')
    """
    import numpy as np

    y = finite(values)
    phases = _phases(len(y), rebase_at)
    if fix_after is not None and (fix_after < 1 or len(rebase_at)):
        raise unfit("`fix_after` est au moins 1, et sans `rebase_at`", "`fix_after` is 1 or more, without `rebase_at`")
    if min(np.bincount(phases, minlength=1)) < FEWEST or (fix_after or FEWEST) < FEWEST:
        return _without_limits(y, phases, TOO_FEW)
    mean, half = np.empty(len(y)), np.empty(len(y))
    for phase in np.unique(phases):
        here = phases == phase
        base = y[here][:fix_after]
        mean[here], half[here] = base.mean(), LIMIT * _moving_range(base, screened)
    if not half.all():
        return _without_limits(y, phases, FLAT)
    return _chart(y, mean, mean - half, mean + half, phases)


def rates(numerator: Sequence[float], denominator: Sequence[float], kind: Rate) -> ControlChart:
    """Return Laney's p' or u' chart of counts over varying denominators.

    The limits of an ordinary p or u chart are too narrow when denominators are large and the process varies by more
    than chance; they are stretched by the spread of the standardised points.

    Parameters
    ----------
    numerator, denominator
        Counts by period; `p`: persons among persons (0 to 1), `u`: events an exposure (stays, FTE, hours).

    Notes
    -----
    z_i = (x_i - mean) / s_i with s_i = sqrt(mean (1 - mean) / n_i) or sqrt(mean / n_i); limits mean ± 3 s_i S with S
    the mean moving range of z over 1.128. Laney 2002, *Quality Engineering* 14:531-537; with S = 1 it is the p or u
    chart. Where most periods are without an event the limits mean nothing and the reason `RARE` sends to the g chart.

    Raises
    ------
    DataError
        A count that is missing or impossible, or columns of different lengths.
    SettingError
        A kind that is neither p nor u.

    Examples
    --------
    >>> chart = rates([12, 9, 11, 10, 13, 8, 9, 12, 10, 11, 9, 10], [100] * 12, "p")
    >>> round(chart.mean[0], 3), chart.causes[-1]
    (0.103, 'common')
    """
    import numpy as np

    one_of(("type de carte", "kind of chart"), kind, get_args(Rate))
    as_long(numerator, denominator)
    x, n = finite(numerator), finite(denominator)
    if (n <= 0).any() or (x < 0).any() or (kind == "p" and (x > n).any()):
        raise refused(
            "un dénominateur n'est pas positif, ou un numérateur sort de ses bornes",
            "a denominator is not positive, or a numerator outside its bounds",
        )
    y, phases = x / n, np.zeros(len(x), dtype=int)
    if len(x) < FEWEST:
        return _without_limits(y, phases, TOO_FEW)
    mean = x.sum() / n.sum()
    spread = np.sqrt(mean * (1 - mean if kind == "p" else 1) / n)
    if not spread.all() or not _moving_range((y - mean) / spread, screened=False):
        return _without_limits(y, phases, FLAT)
    if np.median(x) == 0 or (kind == "p" and np.median(n - x) == 0):
        return _without_limits(y, phases, RARE)
    half = 3 * spread * _moving_range((y - mean) / spread, screened=False) / 1.128
    top = 1.0 if kind == "p" else math.inf
    centre = np.full(len(y), mean)
    return _chart(y, centre, np.maximum(centre - half, 0), np.minimum(centre + half, top), phases)


def _phases(n: int, rebase_at: Sequence[int]) -> np.ndarray:
    import numpy as np

    starts = list(rebase_at)
    if starts != sorted(set(starts)) or any(not 0 < start < n for start in starts):
        raise unfit(
            "les débuts de phase sont en désordre ou hors de la série",
            "the starts of new phases are out of order or outside the series",
        )
    return np.searchsorted(starts, np.arange(n), side="right") if starts else np.zeros(n, dtype=int)


def _without_limits(y: np.ndarray, phases: np.ndarray, reason: Text) -> ControlChart:
    nothing = (math.nan,) * len(y)
    common: Cause = "common"
    return ControlChart(
        points=tuple(y.tolist()),
        mean=nothing,
        low=nothing,
        high=nothing,
        causes=(common,) * len(y),
        phases=tuple(phases.tolist()),
        reason=reason,
    )


def _moving_range(y: np.ndarray, screened: bool) -> float:
    """Return the mean move from one point to the next; 0 where the points move by rounding only."""
    import numpy as np

    moves = np.abs(np.diff(y))
    moves[moves <= ROUNDING * np.abs(y).max()] = 0.0
    if screened:
        moves = moves[moves < SCREEN * moves.mean()] if moves.any() else moves
    return float(moves.mean())


def _chart(y: np.ndarray, mean: np.ndarray, low: np.ndarray, high: np.ndarray, phases: np.ndarray) -> ControlChart:
    return ControlChart(
        points=tuple(y.tolist()),
        mean=tuple(mean.tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        causes=special_causes(y, mean, (low, high), phases),
        phases=tuple(phases.tolist()),
    )


def _variation(cause: Cause, better: int) -> Variation:
    if cause == "common":
        return "common"
    if better == 0:
        return "neutral"
    return "improvement" if (cause in UPWARD) == (better > 0) else "concern"
