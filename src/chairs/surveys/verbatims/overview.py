"""From comments to numbers: how many speak of each theme and criticise it, and how far the reading can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.surveys.psychometrics.agreement import kappa
from chairs.surveys.verbatims.classify import FEWEST, FOLDS, ErrorRate, error_rates, learner
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CRITICAL, NONE, ALL = "critical", "none", "all"
READ_IN = "fr"  # language of the coded comments: others are counted, not themed


def themes(comments: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `comment_themes` and `comment_errors`.

    Parameters
    ----------
    comments
        Table of the same name; some of its rows are coded by readers A and B.

    Notes
    -----
    A classifier (`chairs.surveys.verbatims.classify.learner`) learns from the French comments that reader A coded and
    reads all of them, with those too short for their language to be told. `critical` counts comments with a theme that
    criticise something: with two themes in one comment it does not say which. Error rates are those of comments of
    units it had not seen, against reader A; kappa is the agreement of the two readers, beyond which no machine can be
    judged. Without enough coded comments the first table is empty and the second says so.

    The themes planted in the demonstration territory are found again in `tests/pipelines/test_comments.py`.
    """
    import pandas as pd

    ours = comments["language"].isna() | (comments["language"] == READ_IN)
    french = comments[ours & comments["text"].notna()].drop_duplicates("respondent")
    coded = french[french["coded_a"].notna()].drop_duplicates("text", keep="first")
    if len(coded) < 2 * FEWEST or coded["unit"].nunique() < FOLDS:
        return _empty("comment_themes"), _errors([ErrorRate(label="macro", n=len(coded))], coded)
    labels = [_split(text) for text in coded["coded_a"]]
    rates = error_rates(coded["text"].tolist(), labels, coded["unit"].tolist())
    known = sorted(rate.label for rate in rates if rate.f1 is not None and rate.label != "macro")
    if not known:
        return _empty("comment_themes"), _errors(rates, coded)
    found = _read(coded["text"], labels, french["text"], known)
    flags = pd.DataFrame(found, columns=known, index=french.index)
    return _counts(french, flags), _errors(rates, coded)


def _split(text: str) -> list[str]:
    return [] if text == NONE else text.split(";")


def _read(texts: pd.Series, labels: list[list[str]], all_texts: pd.Series, known: list[str]) -> np.ndarray:
    """Return by comment whether it carries each label that can be learnt."""
    from sklearn.preprocessing import MultiLabelBinarizer

    kept = [[label for label in given if label in known] for given in labels]
    truth = MultiLabelBinarizer(classes=known).fit_transform(kept)
    model = learner().fit(texts.tolist(), truth)
    guessed: np.ndarray = model.predict(all_texts.tolist()).reshape(len(all_texts), len(known))
    return guessed


def _counts(comments: pd.DataFrame, flags: pd.DataFrame) -> pd.DataFrame:
    """Count by unit and for the whole establishment, by year: each theme, and all comments together."""
    import pandas as pd

    contract = CONTRACTS["comment_themes"]
    critical = flags[CRITICAL].astype(int) if CRITICAL in flags else pd.Series(0, index=flags.index)
    place = comments[["establishment", "unit"]].assign(period=comments["period"].str[:4])
    rows = []
    for theme in [*(name for name in flags.columns if name != CRITICAL), ALL]:
        speaks = flags[theme] == 1 if theme != ALL else pd.Series(True, index=flags.index)
        told = place.assign(theme=theme, comments=speaks.astype(int), critical=(critical * speaks).astype(int))
        rows += [told, told.assign(unit="all")]
    keys = ["establishment", "unit", "period", "theme"]
    counted = pd.concat(rows).groupby(keys, as_index=False)[["comments", "critical"]].sum()
    return contract.conform(counted).sort_values(list(contract.order), ignore_index=True)


def _errors(rates: list[ErrorRate], coded: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    contract = CONTRACTS["comment_errors"]
    rows = [
        {
            "label": rate.label,
            "n": rate.n,
            "precision": rate.precision,
            "precision_low": rate.precision_low,
            "precision_high": rate.precision_high,
            "recall": rate.recall,
            "recall_low": rate.recall_low,
            "recall_high": rate.recall_high,
            "f1": rate.f1,
            "low": rate.low,
            "high": rate.high,
            "kappa": _kappa(coded, rate.label),
            "status": "below_floor" if rate.f1 is None else "ok",
        }
        for rate in rates
    ]
    table = contract.conform(pd.DataFrame(rows, columns=list(contract.columns)))
    return table.sort_values("label", ignore_index=True)


def _kappa(coded: pd.DataFrame, label: str) -> float | None:
    """Return Cohen's kappa of the two readers for one label; None where one of them never or always gave it."""
    import numpy as np

    both = coded[coded["coded_b"].notna()]
    first, second = (np.array([label in _split(text) for text in both[name]]) for name in ("coded_a", "coded_b"))
    if len(both) == 0 or len(set(first)) < 2 or len(set(second)) < 2:
        return None
    cells = [[int(np.sum((first == a) & (second == b))) for b in (False, True)] for a in (False, True)]
    return kappa(np.array(cells)).estimate


def _empty(name: str) -> pd.DataFrame:
    import pandas as pd

    contract = CONTRACTS[name]
    return contract.conform(pd.DataFrame(columns=list(contract.columns)))
