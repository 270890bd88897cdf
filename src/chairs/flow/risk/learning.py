"""From looks at past patients to a risk model: codes of words, two candidates, the better one by held-out score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from chairs.flow.risk.model import MISSING, Kind, Tree, design_of, short
from chairs.flow.risk.moments import SEEN

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

LEAST = 11  # patients behind every number that is kept
SHRINK = 20.0  # patients' worth of the common odds in the code of a level
MOST_LEVELS = 40
TREES = 200  # at most: the sum stops growing when a part set aside is foretold no better
LEAVES = 8
RATE = 0.1
LEAST_LEAF = 0.005  # of the looks learnt from
HELD = 0.25  # of the learning days, the latest, on which the candidates are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What `chairs.flow.risk.model.RiskModel` needs, and the held-out log score of each candidate."""

    words: Mapping[str, Mapping[str, float]]
    numbers: Mapping[str, float]
    columns: tuple[str, ...]
    kind: Kind
    intercept: float
    weights: tuple[float, ...]
    trees: tuple[Tree, ...]
    scores: Mapping[str, float]


def learn(table: pd.DataFrame, attributes: tuple[str, ...]) -> Learnt:
    """Return the better of a logistic regression and gradient-boosted trees.

    Parameters
    ----------
    table
        Looks (`chairs.flow.risk.moments.looks`), in any order; both outcomes occur among them.
    attributes
        Attributes of the cases among its columns.

    Notes
    -----
    A word is coded by the log odds of admission at its level, shrunk towards those of all by 20 patients; levels of
    fewer than 11 patients count as unknown. The latest quarter of the days chooses between the candidates by log
    score; the chosen one is then fitted to all. Histogram gradient boosting (Ke and others 2017) and logistic
    regression of scikit-learn; what is kept of both are plain numbers, because a pickled file of the same
    model differs from one writing to the next.
    """
    import numpy as np

    table = table.sort_values(["at", "number"], kind="stable", ignore_index=True)
    outcome = table["admitted"].to_numpy(np.int64)
    cut = int(np.searchsorted(table["at"].to_numpy(), np.quantile(table["at"], 1 - HELD)))
    scores = _tried(table, outcome, cut, attributes)
    words, numbers = _coded(table, outcome, attributes)
    columns = _columns(table, words, numbers)
    design = design_of(table, words, numbers, columns)
    kind = min(scores, key=lambda name: (scores[name], name))
    model = _fit(kind, design, outcome)
    intercept, weights, trees = _plain(kind, model)
    return Learnt(words=words, numbers=numbers, columns=columns, kind=kind, intercept=intercept, weights=weights,
                  trees=trees, scores={name: float(value) for name, value in scores.items()})  # fmt: skip


def _tried(table: pd.DataFrame, outcome: np.ndarray, cut: int, attributes: tuple[str, ...]) -> dict[Kind, float]:
    """Return the log score of each candidate on the rows from `cut` on, learnt, codes included, from those before."""
    import numpy as np

    if not _both(outcome[:cut]):
        return dict.fromkeys(get_args(Kind), float(np.inf))
    words, numbers = _coded(table.iloc[:cut], outcome[:cut], attributes)
    design = design_of(table, words, numbers, _columns(table, words, numbers))
    fitted = {kind: _fit(kind, design[:cut], outcome[:cut]) for kind in get_args(Kind)}
    return {kind: _log_score(_predicted(one, design[cut:]), outcome[cut:]) for kind, one in fitted.items()}


def _both(outcome: np.ndarray) -> bool:
    return bool(LEAST <= outcome.sum() <= len(outcome) - LEAST)


def _coded(
    table: pd.DataFrame, outcome: np.ndarray, attributes: tuple[str, ...]
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return the codes of the words, and of the numbers what stands for a missing one."""
    import pandas as pd

    words: dict[str, dict[str, float]] = {}
    numbers: dict[str, float] = {}
    for name in ("unit", *(name for name in attributes if name in table.columns)):
        value = pd.to_numeric(table[name], errors="coerce")
        there = table[name].notna()
        if value[there].notna().mean() > 0.99 and value.nunique() > 6:
            numbers[name] = short(float(value.median()))
        else:
            words[name] = _codes(table[name].fillna(MISSING).astype(str), outcome)
    return words, numbers


def _codes(labels: pd.Series, outcome: np.ndarray) -> dict[str, float]:
    import numpy as np
    import pandas as pd

    counts = pd.DataFrame({"label": labels.to_numpy(), "y": outcome}).groupby("label")["y"].agg(["size", "sum"])
    counts = counts[counts["size"] >= LEAST].sort_values("size", ascending=False, kind="stable").head(MOST_LEVELS)
    share = outcome.mean()
    odds = (counts["sum"] + SHRINK * share) / (counts["size"] - counts["sum"] + SHRINK * (1 - share))
    code = np.log(odds / (share / (1 - share)))
    return {str(name): short(float(value)) for name, value in sorted(code.items())}


def _columns(table: pd.DataFrame, words: Mapping[str, object], numbers: Mapping[str, object]) -> tuple[str, ...]:
    """Return the columns that vary."""
    clock = ("hour_sin", "hour_cos") if _moves(table["hour"]) else ()
    told = [*(name for name in table.columns if name.startswith(SEEN)), "hours_here", "hours_since_news", "weekend"]
    moving = [name for name in told if _moves(table[name])]
    return (*words, *numbers, *moving, *clock)


def _moves(column: pd.Series) -> bool:
    return bool(column.min() < column.max())


def _fit(kind: str, design: np.ndarray, outcome: np.ndarray) -> Any:
    if kind == "logistic":
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        return make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=200)).fit(design, outcome)
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        learning_rate=RATE, max_iter=TREES, max_leaf_nodes=LEAVES, l2_regularization=10.0, max_bins=48,
        min_samples_leaf=max(LEAST + 9, int(LEAST_LEAF * len(outcome))), early_stopping=True, validation_fraction=0.15,
        n_iter_no_change=10, random_state=0,
    ).fit(design, outcome)  # fmt: skip


def _predicted(model: Any, design: np.ndarray) -> np.ndarray:
    found: np.ndarray = model.predict_proba(design)[:, 1]
    return found


def _log_score(chance: np.ndarray, outcome: np.ndarray) -> float:
    import numpy as np

    kept = np.clip(chance, 1e-9, 1 - 1e-9)
    return float(-np.mean(np.where(outcome == 1, np.log(kept), np.log1p(-kept))))


def _plain(kind: str, model: Any) -> tuple[float, tuple[float, ...], tuple[Tree, ...]]:
    """Return intercept, weights and trees as rounded numbers."""
    import numpy as np

    if kind == "logistic":
        scaler, line = model[0], model[1]
        weights = line.coef_[0] / scaler.scale_
        intercept = float(line.intercept_[0] - np.dot(weights, scaler.mean_))
        return short(intercept), tuple(short(float(w)) for w in weights), ()
    trees = tuple(_tree(stage[0].nodes) for stage in model._predictors)
    return short(float(np.ravel(model._baseline_prediction)[0])), (), trees


def _tree(nodes: np.ndarray) -> Tree:
    import numpy as np

    places = np.arange(len(nodes))
    leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        column=tuple(np.where(leaf, 0, nodes["feature_idx"]).tolist()),
        threshold=tuple(short(v) for v in np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        left=tuple(np.where(leaf, places, nodes["left"]).tolist()),
        right=tuple(np.where(leaf, places, nodes["right"]).tolist()),
        value=tuple(short(v) for v in np.where(leaf, nodes["value"], 0.0).tolist()),
    )
