"""Who answers a questionnaire and what they answer, from the experience expected of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from chairs.demo.planted import Planted, Questionnaire

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Draw = Callable[..., np.random.Generator]

CHOICES = 4  # answers 1 to 5 are 0 to 4 successes


def ask(draw: Draw, planted: Planted, instrument: str, people: pd.DataFrame, expected: np.ndarray) -> pd.DataFrame:
    """Return the answers of those who answer: the columns of `people`, `mode`, then one column an item (text).

    Parameters
    ----------
    people
        Those invited, one row each, with `age` (a band that `truths.yaml` knows).
    expected
        Expected score (0 to 100) of each of them in each dimension.

    Notes
    -----
    A person leans towards being satisfied by a standard normal z, shared by the dimensions up to
    `spread.common`. In a dimension of expected score 100 m the person's own chance p is the quantile of that
    leaning in a beta law of mean m and `spread.precision` = a + b; an item is 1 + binomial(4, p). The mean of
    all invited is therefore exactly m; who answers depends on z and age, which is what biases raw means.
    """
    import numpy as np
    from scipy.special import betaincinv, ndtr

    questions = planted.instruments[instrument]
    answered, leaning, paper = who_answers(draw, planted, people)
    mean = mean_share(planted, people, paper, expected)[answered]
    common, precision = planted.spread.common, planted.spread.precision
    alike = np.sqrt(common) * leaning[answered, None]
    apart = np.sqrt(1 - common) * draw("dimensions").standard_normal(expected.shape)[answered]
    chance = betaincinv(mean * precision, (1 - mean) * precision, ndtr(alike + apart))
    frame = people[answered].reset_index(drop=True).assign(mode=np.where(paper[answered], "PAPIER", "INTERNET"))
    return frame.assign(**_items(draw, planted, questions, chance))


def who_answers(draw: Draw, planted: Planted, people: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each of those invited whether they answer, how they lean (standard normal), whether on paper.

    The odds of answering grow with the leaning: the dissatisfied are missing, beyond what age tells.
    """
    import numpy as np

    answering, n = planted.answering, len(people)
    paper = draw("paper").random(n) < _by_age(people["age"], answering.paper)
    leaning = draw("leaning").standard_normal(n)
    rate = _by_age(people["age"], {**answering.answers, **answering.staff_answers})
    odds = rate / (1 - rate) * np.exp(np.log(answering.leaning) * leaning)
    return draw("answers").random(n) < odds / (1 + odds), leaning, paper


def mean_share(planted: Planted, people: pd.DataFrame, paper: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return the mean score (0 to 1) of people of this age and mode where `expected` (0 to 100) is their place's."""
    import numpy as np

    points = _by_age(people["age"], planted.answering.age_points) + planted.answering.paper_points * paper
    mean: np.ndarray = np.clip((expected + points[:, None]) / 100, 0.03, 0.97)
    return mean


def _by_age(age: pd.Series, values: Mapping[str, float]) -> np.ndarray:
    import numpy as np

    codes, bands = age.factorize()
    found: np.ndarray = np.array([values.get(str(band), 0.0) for band in bands], dtype=float)[codes]
    return found


def _items(draw: Draw, planted: Planted, questions: Questionnaire, chance: np.ndarray) -> dict[str, np.ndarray]:
    """Return the codes of each item: 1 to 5, 6 not concerned, 9 does not know, empty when skipped."""
    import numpy as np

    answering, n = planted.answering, len(chance)
    items = {}
    for rank, dimension in enumerate(questions.dimensions.values()):
        for item in dimension.items:
            code = 1 + draw("item", item).binomial(CHOICES, chance[:, rank])
            code = 6 - code if item in questions.reversed else code
            u = draw("missing", item).random(n)
            edges = np.cumsum([answering.skipped, answering.does_not_know, questions.not_concerned.get(item, 0.0)])
            kind = np.searchsorted(edges, u, side="right")
            items[item] = np.array(["", "9", "6"] + ["12345"[k] for k in range(5)])[np.where(kind < 3, kind, 2 + code)]
    return items
