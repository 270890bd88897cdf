"""Effect of a programme that establishments join at different times, year by year since they joined."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chairs.stats.cluster_robust import sandwich
from chairs.stats.cross_products import independent
from chairs.stats.estimate import Estimate, estimated
from chairs.stats.joint_test import JointTest, joint_test

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStudy:
    """Effect on those who joined, by periods since they joined (negative: before, where it should be 0).

    Parameters
    ----------
    events
        By event time; -1 is the reference and has no estimate.
    overall
        Mean effect over all exposed establishment-periods.
    before
        Joint test of the event times before -1 (pre-trends); None where there is none.
    joined, never
        Establishments that joined and were used, and establishments that never joined.
    left_out
        Establishments that were exposed in all, or in none, of their observed periods before or after they joined.
    reason
        Why there is no estimate (a key of `estimate.REASONS`).
    """

    joined: int
    never: int
    left_out: int = 0
    events: tuple[tuple[int, Estimate], ...] = ()
    overall: Estimate | None = None
    before: JointTest | None = None
    reason: str | None = None

    def at(self, event: int) -> Estimate:
        """Return the estimate at one event time."""
        return dict(self.events)[event]


def event_study(
    table: pd.DataFrame, outcome: str, unit: str, period: str, start: str, covariates: Sequence[str] = ()
) -> EventStudy:
    r"""Compare those who joined a programme with those who never did, period by period since joining.

    One coefficient for "exposed" mixes effects of unlike age, some with negative weights, when establishments join at
    different times and the effect grows; this keeps every (cohort, event time) apart and averages them openly.

    Parameters
    ----------
    table
        Respondents or establishment-periods.
    unit, period, start
        Columns of the establishment, the period (whole number) and the first exposed period (0 or missing: never).
    covariates
        Numbers that may differ between respondents or periods. They must not be changed by the programme: where they
        determine who is exposed when, the reason is `collinear`.

    Notes
    -----
    Sun & Abraham 2021 (*J. Econometrics* 225:175-199): :math:`y = \alpha_j + \lambda_t + \sum_{g,e \ne -1}
    \delta_{ge} 1\{G_j = g, t - g = e\} + x'\gamma` with never-joined controls, and :math:`ATT(e) = \sum_g w_{g|e}
    \delta_{ge}` weighted by establishments of the cohort; in a balanced panel it equals Callaway & Sant'Anna 2021
    (*J. Econometrics* 225:200-230) with never-treated controls and base period -1. Standard errors CR2 by establishment
    with Satterthwaite degrees of freedom, and the joint test of `joint_test`. Parallel trends cannot be proven: a
    pre-trend test that does not reject is weak evidence. Checked against pyfixest's saturated event study, closed
    formulas on balanced panels, the set planted_truth, and bias and size over redraws.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(f"h{j}", t, (0, 0, 0, 2, 2, 3)[j]) for j in range(6) for t in range(1, 5)]
    >>> panel = pd.DataFrame(rows, columns=["site", "year", "start"])
    >>> noise = [((7 * i) % 5 - 2) / 10 for i in range(len(panel))]
    >>> panel["score"] = 70 + panel["year"] + 3.0 * ((panel["start"] > 0) & (panel["year"] >= panel["start"])) + noise
    >>> study = event_study(panel, "score", "site", "year", "start")
    >>> print(round(study.overall.estimate, 2), round(study.at(0).estimate, 2), study.joined, study.never)
    2.87 3.0 3 3
    """
    panel = _Panel.of(table, (outcome, unit, period, start, *covariates))
    if panel.reason is not None:
        return EventStudy(joined=panel.joined, never=panel.never, left_out=panel.left_out, reason=panel.reason)
    return panel.studied()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Panel:
    """Usable rows sorted by establishment, with the cells (cohort, event time) that get a coefficient."""

    y: np.ndarray
    unit: np.ndarray
    period: np.ndarray
    start: np.ndarray
    covariates: np.ndarray
    joined: int = 0
    never: int = 0
    left_out: int = 0
    reason: str | None = None

    @classmethod
    def of(cls, table: pd.DataFrame, columns: tuple[str, ...]) -> _Panel:
        import numpy as np
        import pandas as pd

        outcome, unit, period, start, *covariates = columns
        begin = pd.to_numeric(table[start]).fillna(0)
        used = table[[outcome, unit, period, *covariates]].assign(**{"(start)": begin}).dropna()
        first = used.groupby(unit, sort=True)[period].transform("min")
        last = used.groupby(unit, sort=True)[period].transform("max")
        ever = used["(start)"] > 0
        bad = ever & ((first >= used["(start)"]) | (last < used["(start)"]))
        left_out = int(used.loc[bad, unit].nunique())
        used, ever = used[~bad], ever[~bad]
        compared = used[period].isin(used.loc[~ever, period].unique())
        used = used[compared].sort_values([unit, period], kind="stable")
        joined, never = (int(used.loc[(used["(start)"] > 0) == side, unit].nunique()) for side in (True, False))
        y = used[outcome].to_numpy(dtype=float)
        reason = "no_control" if never == 0 else "no_before" if joined == 0 else None
        if reason is None and np.ptp(y) == 0:
            reason = "constant_outcome"
        if reason is None and min(joined, never) < 2:
            reason = "few_effective_clusters"
        return cls(
            y=y, unit=used.groupby(unit, sort=True).ngroup().to_numpy(), period=used[period].to_numpy(),
            start=used["(start)"].to_numpy(), covariates=used[covariates].to_numpy(dtype=float),
            joined=joined, never=never, left_out=left_out, reason=reason,
        )  # fmt: skip

    def cells(self) -> list[tuple[int, int]]:
        """Return (event time, cohort) of each coefficient: all but the last period before joining."""
        import numpy as np

        found = []
        for cohort in np.unique(self.start[self.start > 0]):
            events = np.unique(self.period[self.start == cohort] - cohort)
            base = events[events < 0].max()
            found += [(int(event), int(cohort)) for event in events if event != base]
        return sorted(found)

    def studied(self) -> EventStudy:
        import numpy as np

        cells = self.cells()
        dummies = [(self.start == g) & (self.period - g == e) for e, g in cells]
        years = [self.period == t for t in np.unique(self.period)[1:]]
        x = np.column_stack([*dummies, *years, self.covariates]).astype(float)
        count = np.bincount(self.unit)
        x, y = (column - _group_means(column, self.unit, count) for column in (x, self.y[:, None]))
        scale = np.maximum(np.sqrt((x**2).mean(axis=0)), 1e-300)
        kept = independent((x / scale).T @ (x / scale))
        blank = EventStudy(joined=self.joined, never=self.never, left_out=self.left_out)
        if not kept[: len(cells)].all() or len(y) <= kept.sum() + len(count):
            return replace(blank, reason="too_few")
        last = np.roll(x / scale, -len(cells), axis=1)  # the programme after years and covariates
        if not independent(last.T @ last)[-len(cells) :].all():
            return replace(blank, reason="collinear")
        x = (x / scale)[:, kept]
        edges = np.append(0, np.cumsum(count))
        gram = np.array([x[a:b].T @ x[a:b] for a, b in itertools.pairwise(edges)])
        beta = np.linalg.solve(gram.sum(axis=0), x.T @ y[:, 0])
        rest = y[:, 0] - x @ beta
        score = np.array([x[a:b].T @ rest[a:b] for a, b in itertools.pairwise(edges)])
        return replace(blank, **self._averaged(cells, gram, score, beta, scale[kept]))

    def _averaged(
        self, cells: list[tuple[int, int]], gram: np.ndarray, score: np.ndarray, beta: np.ndarray, scale: np.ndarray
    ) -> dict[str, Any]:
        """Average the cells by event time and over all exposed, as coefficients of a turned design."""
        import numpy as np

        size = np.array([len(np.unique(self.unit[(self.start == g) & (self.period - g == e)])) for e, g in cells])
        times = np.array([e for e, _ in cells])
        events = sorted(set(times.tolist()))
        rows = [np.where(times == e, size, 0) / size[times == e].sum() for e in events]
        places = [int(np.argmax(times == e)) for e in events]
        form = Estimate(term="overall", n=len(self.y), clusters=len(gram), method="CR2")
        turned = _turned(rows, places, gram, score, beta, scale)
        fit = sandwich(turned[0], turned[1], "CR2")
        error = np.sqrt(np.maximum(np.diag(fit.covariance), 0.0))
        effects = [
            (e, estimated(replace(form, term=f"{e:+d}"), float(turned[2][i]), float(error[i]), float(fit.df[i])))
            for e, i in zip(events, places, strict=True)
        ]
        early = [place for e, place in zip(events, places, strict=True) if e < 0]
        whole = [np.where(times >= 0, size, 0) / size[times >= 0].sum()]
        i = int(np.argmax(times >= 0))
        mean = _turned(whole, [i], gram, score, beta, scale)
        fit = sandwich(mean[0], mean[1], "CR2")
        spread = max(float(fit.covariance[i, i]), 0.0) ** 0.5
        return {
            "events": tuple(effects),
            "overall": estimated(form, float(mean[2][i]), spread, float(fit.df[i])),
            "before": joint_test(*turned, early) if early else None,
        }


def _turned(
    rows: list[np.ndarray], places: list[int], gram: np.ndarray, score: np.ndarray, beta: np.ndarray, scale: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn the design so that each contrast is itself a coefficient, in the place of one that takes part in it."""
    import numpy as np

    turn = np.diag(1 / scale)  # from scaled to natural coefficients
    for row, place in zip(rows, places, strict=True):
        turn[place, : len(row)] = row / scale[: len(row)]
    back = np.linalg.inv(turn)
    return back.T @ gram @ back, score @ back, turn @ beta


def _group_means(columns: np.ndarray, group: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return each row's establishment mean of each column."""
    import numpy as np

    sums = np.column_stack([np.bincount(group, column, len(count)) for column in columns.T])
    return np.asarray((sums / count[:, None])[group])
