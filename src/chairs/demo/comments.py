"""Comments of the demonstration hospital's patients, with the themes planted in them and two readers who coded some."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.demo.plan import Plan

WRITES = 0.3  # share of the respondents who write something
SECOND = 0.35  # share of the comments with two themes
OTHER = {"nl": 0.03, "en": 0.02}  # share in other languages
CODED = 1_500  # comments that two readers have coded
SLIPS = 0.04  # share of its labels that each reader misses, and of comments where he adds one
CRITICAL = "critical"
SCALES = {
    "accueil": ("ACC1", "ACC2"),
    "personnel": ("INF1", "INF2"),
    "soins": ("INF3", "MED1"),
    "information": ("MED2", "SOR1"),
    "attente": ("ACC1", "ACC2"),
    "chambre": ("CHA1", "CHA2"),
    "repas": ("REP1", "REP2"),
    "sortie": ("SOR1", "SOR2", "SOR3"),
    "respect": ("INF1", "CHA2"),
}


def make_comments(plan: Plan, answers: pd.DataFrame) -> pd.DataFrame:
    """Return one row a comment: respondent, site, unit, month, text and the labels of readers A and B.

    Parameters
    ----------
    answers
        Answers of the hospital's own patients (`surveys.patient_answers`): a theme is written about with praise or
        with criticism according to what the respondent answered on it.

    Notes
    -----
    Labels are words joined by ";": themes, and `critical` when a piece of the comment criticises. The planted labels
    themselves are not written: readers see them, but for slips.
    """
    import pandas as pd

    draw = plan.draw("survey", "comments")
    rng = draw("text")
    wrote = answers[draw("writes").random(len(answers)) < WRITES]
    scales = _leanings(wrote)
    texts, labels = [], []
    for own in scales:
        text, found = _comment(own, rng)
        texts.append(text)
        labels.append(found)
    coded = _coded(labels, draw("coded"))
    head = wrote[["respondent", "establishment", "unit", "period"]].reset_index(drop=True)
    return pd.concat([head.assign(text=texts), coded], axis=1)


@cache
def _pieces() -> Mapping[str, Any]:
    import yaml

    text = resources.files("chairs.demo").joinpath("comments.yaml").read_text(encoding="utf-8")
    data: Mapping[str, Any] = yaml.safe_load(text)
    return data


def _leanings(answers: pd.DataFrame) -> np.ndarray:
    """Return by comment and theme the probability that it praises, from the answers on that theme (1 to 5)."""
    import numpy as np
    import pandas as pd

    columns = []
    for items in SCALES.values():
        numbers = answers[list(items)].apply(pd.to_numeric, errors="coerce")
        mean = numbers.where(numbers <= 5).mean(axis=1).fillna(3.5).to_numpy()
        columns.append(np.clip((mean - 1.5) / 3.2, 0.03, 0.97))
    return np.stack(columns, axis=1)


def _comment(praise: np.ndarray, rng: np.random.Generator) -> tuple[str, list[str]]:
    dice = rng.random(4)
    at = 0.0
    for tongue, share in OTHER.items():
        at += share
        if dice[0] < at:
            return _chosen(_pieces()["others"][tongue], rng), []
    extreme = abs(praise - 0.5) + 0.15
    count = 2 if dice[1] < SECOND else 1
    chosen = rng.choice(len(praise), size=count, replace=False, p=extreme / extreme.sum())
    names, said, labels = list(SCALES), [], []
    for j in chosen:
        good = rng.random() < praise[j]
        said.append(_filled(_chosen(_pieces()["themes"][names[j]]["good" if good else "bad"], rng), rng))
        labels += [names[j]] if good else [names[j], CRITICAL]
    text = _written(said, dice[2])
    return (text.upper() if dice[3] < 0.03 else text), sorted(set(labels))


def _written(said: Sequence[str], how: float) -> str:
    first = [piece[0].upper() + piece[1:] for piece in said]
    if len(said) == 2 and how < 0.4:
        return f"{first[0]}, mais {said[1][0].lower() + said[1][1:]}."
    return ". ".join(first) + ("." if how < 0.7 else " !" if how < 0.85 else "")


def _filled(piece: str, rng: np.random.Generator) -> str:
    lists = _pieces()["pieces"] | _pieces()["names"]
    return re.sub(r"\{(\w+)\}", lambda found: _chosen(lists[found.group(1)], rng), piece)


def _chosen(items: Sequence[str], rng: np.random.Generator) -> str:
    return str(items[int(rng.integers(len(items)))])


def _coded(labels: Sequence[Sequence[str]], rng: np.random.Generator) -> pd.DataFrame:
    """Return the labels that two readers gave to the first comments of a random order; missing for the others."""
    import numpy as np
    import pandas as pd

    some = set(rng.permutation(len(labels))[:CODED].tolist())
    read: dict[str, list[str | None]] = {"coded_a": [], "coded_b": []}
    for i, planted in enumerate(labels):
        for column in read.values():
            if i not in some:
                column.append(None)
                continue
            kept = {label for label in planted if rng.random() >= SLIPS}
            if rng.random() < SLIPS:
                kept.add(str(rng.choice(np.array(list(SCALES)))))
            column.append(";".join(sorted(kept)) or "none")
    return pd.DataFrame(read)
