"""Effect of an exposure with many covariates, their influence learnt by machine and kept out by cross-fitting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from chairs.core.streams import stream
from chairs.stats.checked import numbers, one_of, unfit
from chairs.stats.cross_products import ALIASED, independent
from chairs.stats.estimate import Estimate, estimated

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Learner = Literal["linear", "forest"]
OVERLAP = 0.01  # chances of being exposed below it, or above its complement, leave nobody to compare with
EXACT = 1e-10  # share of an effect under which its error is rounding: the outcome is reproduced exactly
FEWEST = 5  # rows (clusters) in a fold
LEAVES = 10  # of a tree, at least: with fewer a forest is one mean, and what it should keep out stays in the effect
# Share of the exposure's variance, out of fold, under which nothing of it is left to learn from: rounding for least
# squares, whose error tells how little is left; a variance inflation above 10 (Marquardt 1970, *Technometrics*
# 12:591-612) for a forest, which smooths: what it leaves of an exposure it was given is its own error, not chance.
LEFT: dict[Learner, float] = {"linear": 1e-6, "forest": 0.1}
WORSE = 1.1  # times what linear learners leave, out of fold, above which a forest has not learnt it,
APART = 2.0  # and standard errors from the effect that linear learners give, above which that matters


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleML:
    """Effect with what it rests on.

    Parameters
    ----------
    result
        Effect per unit of the exposure (partially linear), or of exposed against not (interactive), or its reason.
    propensity
        Lowest and highest chance of being exposed among the rows (interactive model only).
    exposure_left
        Share of the exposure's variance that the covariates do not explain (partially linear only): near 0, there is
        nothing left to learn from.
    """

    result: Estimate
    propensity: tuple[float, float] | None = None
    exposure_left: float = math.nan


def folds_of(n: int, folds: int = 5, clusters: np.ndarray | None = None, seed: int = 0) -> np.ndarray:
    """Return the fold of each row: at random by the named stream, whole clusters together.

    Examples
    --------
    >>> import numpy as np
    >>> folds_of(6, 2, np.array(["a", "a", "b", "b", "c", "d"])).tolist()
    [0, 0, 1, 1, 0, 1]
    """
    import numpy as np

    codes = np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    many = int(codes.max(initial=-1)) + 1
    return np.asarray((stream(seed, "double_ml", "folds").permutation(many) % folds)[codes])


def partially_linear(
    table: pd.DataFrame, outcome: str, exposure: str, covariates: Sequence[str], folds: np.ndarray,
    how: Learning | None = None,
) -> DoubleML:  # fmt: skip
    r"""Return the effect of one unit of the exposure, the same for all, covariates acting in any shape.

    Parameters
    ----------
    folds
        Fold of each row of the table (`folds_of`): declared, so that the figure can be found again.
    how
        Learner, seed and clusters.

    Notes
    -----
    Partialling out with one moment over all folds (DML2), :math:`\theta = \sum \tilde d\tilde y/\sum\tilde d^2`
    (Chernozhukov et al. 2018, *Econometrics J.* 21:C1-C68) by doubleml. With clusters the scores are summed by cluster
    and t has clusters - 1 degrees of freedom; clusters must not be cut by folds. Checked on the set dml_bonus.

    An exposure that the covariates determine has the reason `collinear`: a linear combination of them, one of them in
    other units or on another scale (same ranks), or, out of fold, a variance left under `LEFT`. Forests have the reason
    `too_few` where their trees can hardly branch, and `not_learnt` where least squares leave less of the exposure out
    of fold and give an effect more than two standard errors away: a strong straight influence stays in that of the
    forest (an effect of 0 behind d = 2x + 0.7e and y = 5x comes out as 0.97 with 300 rows, 0.27 with 1,500).
    """
    frame, fold, group, blank = _used(table, (outcome, exposure, *covariates), folds, how)
    how = how or Learning()
    reason = _reason(frame, fold, group)
    if reason is None and _determined(frame):
        return DoubleML(result=replace(blank, reason="collinear"), exposure_left=0.0)
    reason = reason or _small(fold, how)
    if reason is not None:
        return DoubleML(result=replace(blank, reason=reason))
    model = _model("DoubleMLPLR", frame, fold, how, exposure_classes=False)
    model.fit(store_predictions=True)
    share = float(_left(frame, model)[0].var() / frame.iloc[:, 1].to_numpy(dtype=float).var())
    if share < LEFT[how.learner]:
        return DoubleML(result=replace(blank, reason="collinear"), exposure_left=share)
    return DoubleML(result=_learnt(_tested(blank, model, group), frame, fold, model, how), exposure_left=share)


def interactive(
    table: pd.DataFrame, outcome: str, exposure: str, covariates: Sequence[str], folds: np.ndarray,
    how: Learning | None = None,
) -> DoubleML:  # fmt: skip
    r"""Return the mean effect of being exposed (0/1), which may differ from person to person.

    Notes
    -----
    Doubly robust scores :math:`g_1 - g_0 + \frac{d(y-g_1)}{m} - \frac{(1-d)(y-g_0)}{1-m}` by doubleml, one outcome
    model for each side, no trimming and no normalisation. Where a chance :math:`m` of being exposed lies outside 1 to
    99 % there is no number but the reason `no_overlap`: restrict the population first; an exposure of other values than
    0 and 1 has the reason `not_binary`; forests, `too_few` and `not_learnt` as in `partially_linear`, also where linear
    learners leave less of the outcome. Checked on the set dml_bonus.
    """
    frame, fold, group, blank = _used(table, (outcome, exposure, *covariates), folds, how)
    reason = _reason(frame, fold, group)
    if reason is None and set(frame.iloc[:, 1].unique()) != {0, 1}:
        reason = "not_binary"
    if reason is None and any(frame.iloc[:, 1][fold != k].value_counts().min() < FEWEST for k in set(fold)):
        reason = "too_few"
    how = how or Learning()
    reason = reason or _small(fold, how)
    if reason is not None:
        return DoubleML(result=replace(blank, reason=reason))
    model = _model("DoubleMLIRM", frame, fold, how, exposure_classes=True)
    model.fit(store_predictions=True)
    chances = model.predictions["ml_m"][:, 0, 0]
    ends = (float(chances.min()), float(chances.max()))
    if ends[0] <= OVERLAP or ends[1] >= 1 - OVERLAP:
        return DoubleML(result=replace(blank, reason="no_overlap"), propensity=ends)
    return DoubleML(result=_learnt(_tested(blank, model, group), frame, fold, model, how), propensity=ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """How the influence of the covariates is learnt.

    Parameters
    ----------
    learner
        `linear` (least squares, and a logit solved to convergence without penalty) or `forest` (random forests).
    clusters
        Column of establishments, for errors by cluster.
    seed
        Of the forests.
    trees, leaf
        Trees of a forest and fewest rows in a leaf.
    """

    learner: Learner = "linear"
    clusters: str | None = None
    seed: int = 0
    trees: int = 200
    leaf: int = 20

    def regressor(self) -> Any:
        """Return the learner of a number."""
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.linear_model import LinearRegression

        if self.learner == "linear":
            return LinearRegression()
        return RandomForestRegressor(self.trees, min_samples_leaf=self.leaf, random_state=self.seed)

    def classifier(self) -> Any:
        """Return the learner of a chance."""
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.linear_model import LogisticRegression

        if self.learner == "linear":
            return LogisticRegression(C=math.inf, solver="newton-cholesky", tol=1e-10, max_iter=200)
        return RandomForestClassifier(self.trees, min_samples_leaf=self.leaf, random_state=self.seed)


def _used(
    table: pd.DataFrame, columns: tuple[str, ...], folds: np.ndarray, how: Learning | None
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray | None, Estimate]:
    import numpy as np
    import pandas as pd

    if how is not None:
        one_of(("apprentissage", "learner"), how.learner, get_args(Learner))
    if len(columns) < 3:
        raise unfit("aucune covariable n'est nommée : rien à apprendre", "no covariate is named: nothing to learn")
    if len(folds) != len(table):
        raise unfit("un pli par ligne de la table est attendu", "one fold for each row of the table is expected")
    values = numbers(table, columns)
    known = np.isfinite(values).all(axis=1)
    if how is not None and how.clusters is not None:
        known &= table[how.clusters].notna().to_numpy()
    frame = pd.DataFrame(values[known], columns=list(columns))
    x = np.column_stack([np.ones(len(frame)), frame.iloc[:, 2:]])
    frame = frame.iloc[:, [0, 1, *(np.flatnonzero(independent(x.T @ x)[1:]) + 2)]]  # a logit cannot do with more
    group = None
    if how is not None and how.clusters is not None:
        group = np.unique(table.loc[known, how.clusters].astype(str), return_inverse=True)[1]
    clusters = None if group is None else int(group.max(initial=-1)) + 1
    blank = Estimate(term=columns[1], n=len(frame), clusters=clusters, method="double_ml")
    return frame, np.asarray(folds)[known], group, blank


def _reason(frame: pd.DataFrame, fold: np.ndarray, group: np.ndarray | None) -> str | None:
    import numpy as np

    several = np.unique(fold)
    size = min((int((fold == k).sum()) for k in several), default=0)
    if len(several) < 2 or size < FEWEST or len(frame) - max(len(frame) // len(several), 1) <= frame.shape[1] + 1:
        return "too_few"
    if frame.iloc[:, 0].nunique() < 2:
        return "constant_outcome"
    if frame.iloc[:, 1].nunique() < 2:
        return "constant_exposure"
    if group is None:
        return None
    cut = len(np.unique(np.column_stack([group, fold]), axis=0)) > len(np.unique(group))
    return "one_cluster" if len(np.unique(group)) < 2 else "cut_clusters" if cut else None


def _small(fold: np.ndarray, how: Learning) -> str | None:
    """Say that a forest has too few rows to learn from (those of all folds but one) for its trees to branch."""
    left = min(int((fold != k).sum()) for k in set(fold))
    return "too_few" if how.learner == "forest" and left < LEAVES * how.leaf else None


def _learnt(found: Estimate, frame: pd.DataFrame, fold: np.ndarray, model: Any, how: Learning) -> Estimate:
    """Return what was found, or `not_learnt`: linear learners explain something better and give another effect."""
    if how.learner == "linear" or found.estimate is None or found.se is None:
        return found
    straight = _model(type(model).__name__, frame, fold, Learning(), exposure_classes="ml_g0" in model.predictions)
    straight.fit(store_predictions=True)
    both = zip(_left(frame, model), _left(frame, straight), strict=True)
    worse = any(forest.var() > WORSE * line.var() for forest, line in both)
    if not worse or abs(found.estimate - float(straight.coef[0])) <= APART * found.se:
        return found
    return Estimate(term=found.term, n=found.n, clusters=found.clusters, method=found.method, reason="not_learnt")


def _left(frame: pd.DataFrame, model: Any) -> list[np.ndarray]:
    """Return what a fitted model leaves, out of fold, of the exposure and, where each side has its own, the outcome."""
    import numpy as np

    y, d = frame.iloc[:, :2].to_numpy(dtype=float).T
    told = {name: values[:, 0, 0] for name, values in model.predictions.items() if values is not None}
    left = [d - told["ml_m"]]
    return [*left, y - np.where(d == 1, told["ml_g1"], told["ml_g0"])] if "ml_g0" in told else left


def _determined(frame: pd.DataFrame) -> bool:
    """Say whether the covariates give the exposure exactly: all together linearly, or one alone by its ranks.

    Checked apart from the learner: with few rows a forest does not see a copy, and its residuals look like chance.
    """
    import numpy as np

    raw, ranks = ((one - one.mean()).to_numpy()[:, 1:] for one in (frame, frame.rank()))
    last = np.roll(raw, -1, axis=1)  # the exposure after its covariates
    if not independent(last.T @ last)[-1]:
        return True
    exposure, others = ranks[:, 0], ranks[:, 1:]
    same = (others.T @ exposure) ** 2 >= (1 - ALIASED) * (others**2).sum(axis=0) * (exposure @ exposure)
    return bool(same.any())


def _model(kind: str, frame: pd.DataFrame, fold: np.ndarray, how: Learning, *, exposure_classes: bool) -> Any:
    import doubleml
    import numpy as np

    columns = [f"x{k}" for k in range(frame.shape[1] - 2)]  # names of the study may clash with those of the library
    plain = frame.set_axis(["y", "d", *columns], axis=1)
    data = doubleml.DoubleMLData(plain, y_col="y", d_cols="d", x_cols=columns)
    exposed = how.classifier() if exposure_classes else how.regressor()
    extra: dict[str, Any] = {}
    if exposure_classes:
        extra["ps_processor_config"] = doubleml.utils.PSProcessorConfig(clipping_threshold=1e-12)
    model = getattr(doubleml, kind)(
        data, how.regressor(), exposed, n_folds=len(np.unique(fold)), draw_sample_splitting=False, **extra
    )
    rows = np.arange(len(frame))
    return model.set_sample_splitting([[(rows[fold != k], rows[fold == k]) for k in np.unique(fold)]])


def _tested(blank: Estimate, model: Any, group: np.ndarray | None) -> Estimate:
    import numpy as np

    effect, error, df = float(model.coef[0]), float(model.se[0]), math.inf
    if group is not None:
        psi, slope = model.psi[:, 0, 0], model.psi_deriv[:, 0, 0]
        sums = np.bincount(group, psi)
        many = len(sums)
        error, df = math.sqrt(float(sums @ sums) * many / (many - 1)) / abs(float(slope.sum())), many - 1
    return estimated(blank, effect, error if error > EXACT * abs(effect) else 0.0, df)
