"""Themes and polarity of comments: scikit-learn on labelled comments, with error rates on comments it never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text

if TYPE_CHECKING:
    import numpy as np
    from sklearn.pipeline import Pipeline

FEWEST = 30  # labelled comments of a theme under which it cannot be learnt or judged
FOLDS = 5
REDRAWS = 300
TOO_FEW = Text(
    fr=f"moins de {FEWEST} commentaires étiquetés : le thème ne peut être ni appris ni jugé",
    en=f"fewer than {FEWEST} labelled comments: the theme can be neither learnt nor judged",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRate:
    """How well one label is found in comments not used for learning.

    `f1`, `precision` and `recall`, from 0 to 1, each with its 95 % interval (bootstrap over comments: `low` and `high`
    are those of `f1`); `n` comments carry the label. `reason` says why there is none.
    """

    label: str
    n: int
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    low: float | None = None
    high: float | None = None
    precision_low: float | None = None
    precision_high: float | None = None
    recall_low: float | None = None
    recall_high: float | None = None
    reason: Text | None = None

    def say(self, lang: Language = "fr") -> str:
        """Return one sentence: of ten comments announced how many are right, of ten true ones how many are found."""
        if self.precision is None or self.recall is None:
            return f"{self.label} : {self.reason.say(lang) if self.reason else ''}"
        right, found = round(10 * self.precision), round(10 * self.recall)
        if lang == "fr":
            return f"{self.label} : sur 10 annoncés, {right} en parlent ; sur 10 vrais, {found} sont trouvés."
        return f"{self.label}: of 10 comments announced {right} are right; of 10 true ones {found} are found."


def learner(seed: int = 1) -> Pipeline:
    """Return the untrained classifier: words and pieces of words, weighted, into a linear model a label.

    Notes
    -----
    Pieces of words (3 to 5 letters) forgive spelling mistakes, frequent in comments; how the comment leans by the
    lexicon (`chairs.surveys.verbatims.lexicon`) helps with words never seen. Weights of classes are balanced: a rare
    theme counts as much as a common one.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import FunctionTransformer

    shared = {"sublinear_tf": True, "min_df": 2, "lowercase": True}
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), **shared),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), **shared),
        FunctionTransformer(_leanings),
    )
    model = LogisticRegression(C=4.0, class_weight="balanced", max_iter=2000, random_state=seed, solver="liblinear")
    return make_pipeline(features, OneVsRestClassifier(model))


def _leanings(texts: Sequence[str]) -> np.ndarray:
    import numpy as np

    from chairs.surveys.verbatims.lexicon import lean

    return np.tanh(np.array([[lean(text)] for text in texts]) / 2)


def error_rates(texts: Sequence[str], labels: Sequence[Sequence[str]], groups: Sequence[Any]) -> list[ErrorRate]:
    """Return the error rate of each label, and of their mean (`macro`), by cross-validation.

    Parameters
    ----------
    texts, labels
        One comment a place, with the labels that a reader gave it (several, or none). The same text must stand once.
    groups
        What a fold may not split: the service, the site, the template. A classifier that has seen the other comments of
        a group looks better than it will be on a new one.

    Notes
    -----
    Five folds by group; F1 of each label over all held-out predictions; interval by 300 bootstrap redraws of comments.
    A label with fewer than 30 comments gets the reason and has no part in the mean.

    Raises
    ------
    ValueError
        For a text that stands twice, or fewer groups than folds.
    """
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.preprocessing import MultiLabelBinarizer

    if len(set(texts)) < len(texts):
        raise ValueError("a comment stands twice: it would be learnt in one fold and judged in another")
    names = sorted({label for given in labels for label in given})
    truth = MultiLabelBinarizer(classes=names).fit_transform(labels)
    known = [j for j in range(len(names)) if truth[:, j].sum() >= FEWEST]
    counts = {j: int(truth[:, j].sum()) for j in range(len(names)) if j not in known}
    few = [ErrorRate(label=names[j], n=n, reason=TOO_FEW) for j, n in counts.items()]
    if not known:
        return few
    folds = GroupKFold(n_splits=FOLDS)
    guessed = cross_val_predict(learner(), list(texts), truth[:, known], groups=list(groups), cv=folds)
    guessed = guessed.reshape(len(texts), len(known))
    found = [_rate(names[j], truth[:, j], guessed[:, i]) for i, j in enumerate(known)]
    return [*found, *few, _macro(truth[:, known], guessed)]


def _scores(truth: np.ndarray, guessed: np.ndarray) -> tuple[float, float, float]:
    right = float((truth & guessed).sum())
    precision, recall = right / max(guessed.sum(), 1), right / max(truth.sum(), 1)
    return precision, recall, 2 * right / max(truth.sum() + guessed.sum(), 1)


def _rate(label: str, truth: np.ndarray, guessed: np.ndarray) -> ErrorRate:
    precision, recall, f1 = _scores(truth, guessed)
    ends = _interval(lambda rows: _scores(truth[rows], guessed[rows]), len(truth))
    return ErrorRate(
        label=label, n=int(truth.sum()), precision=precision, recall=recall, f1=f1,
        precision_low=ends[0][0], precision_high=ends[0][1], recall_low=ends[1][0], recall_high=ends[1][1],
        low=ends[2][0], high=ends[2][1],
    )  # fmt: skip


def _macro(truth: np.ndarray, guessed: np.ndarray) -> ErrorRate:
    import numpy as np

    def mean(rows: np.ndarray) -> tuple[float]:
        return (float(np.mean([_scores(truth[rows, j], guessed[rows, j])[2] for j in range(truth.shape[1])])),)

    ((low, high),) = _interval(mean, len(truth))
    return ErrorRate(label="macro", n=len(truth), f1=mean(np.arange(len(truth)))[0], low=low, high=high)


def _interval(values: Any, n: int) -> list[tuple[float, float]]:
    """Return the 95 % interval of each of the values of redrawn comments."""
    import numpy as np

    rng = np.random.default_rng(1)
    drawn = np.array([values(rng.integers(0, n, n)) for _ in range(REDRAWS)])
    return [(float(low), float(high)) for low, high in np.quantile(drawn, [0.025, 0.975], axis=0).T]
