"""From answer codes to the points of each respondent and item, as a dimension counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.surveys.scoring_checks import RESPONDENT, codes_of, placed, refuse_flawed, refuse_repeated

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.surveys.instrument import Dimension, Instrument, Item


def chosen_answers(responses: pd.DataFrame, instrument: Instrument) -> tuple[pd.DataFrame, np.ndarray, list[str]]:
    """Return the respondents, the position of the answer of each to each item (-1: none), and the codes.

    Raises
    ------
    DataError
        By row: unknown item or code, code of another item's scale, an answer twice, a wave with another scale.
    """
    import numpy as np

    items, codes = [item.code for item in instrument.items], codes_of(instrument)
    item, code, flaws = placed(responses, instrument)
    refuse_flawed(responses, flaws)
    refuse_repeated(responses)
    grouped = responses.groupby(RESPONDENT, sort=True, dropna=False)
    people = grouped.size().index.to_frame(index=False)
    chosen = np.full((len(people), len(items)), -1, dtype=np.int16)
    chosen[grouped.ngroup().to_numpy(), item] = code
    return people, _filtered(chosen, instrument, items, codes), codes


def chosen_columns(answers: pd.DataFrame, instrument: Instrument) -> np.ndarray:
    """Return what `chosen_answers` does, of answers that stand in one column an item and need no check.

    Codes that the instrument does not know, and items without a column, count as not answered.
    """
    import numpy as np

    codes = codes_of(instrument)
    asked = [item.code for item in instrument.items]
    chosen = np.full((len(answers), len(asked)), -1, dtype=np.int16)
    for column, item in enumerate(asked):
        if item in answers.columns:
            places, found = answers[item].factorize()
            known = [codes.index(code) if code in codes else -1 for code in found]
            chosen[:, column] = np.array([*known, -1])[places]  # the last place, -1, is the empty cell
    return _filtered(chosen, instrument, asked, codes)


def _filtered(chosen: np.ndarray, instrument: Instrument, items: list[str], codes: list[str]) -> np.ndarray:
    """Return the answers without those to items that the filter says were not to be asked."""
    import numpy as np

    asked = chosen.copy()
    for column, item in enumerate(instrument.items):
        if item.asked_if is not None:
            gate = chosen[:, items.index(item.asked_if.item)]
            passing = [codes.index(answer) for answer in item.asked_if.answers]
            asked[(gate >= 0) & ~np.isin(gate, passing), column] = -1
    return asked


def counted(chosen: np.ndarray, instrument: Instrument, dimension: Dimension, codes: list[str]) -> np.ndarray:
    """Return what each answer counts in `dimension`: one row a respondent, one column an item of it, NaN for none."""
    import numpy as np

    names = [item.code for item in instrument.items]
    columns = []
    for item in instrument.items_of(dimension):
        worth = np.full(len(codes) + 1, np.nan)  # the last place, -1, is the empty cell
        for code, points in _worth(instrument, item, dimension).items():
            worth[codes.index(code)] = points
        columns.append(worth[chosen[:, names.index(item.code)]])
    return np.column_stack(columns)


def _worth(instrument: Instrument, item: Item, dimension: Dimension) -> dict[str, float]:
    """Return what each code with points counts."""
    scale = instrument.scale_of(item)
    low, high = min(scale.answers.values()), max(scale.answers.values())
    if dimension.points in ("top", "bottom", "net"):
        best, worst = scale.best(item.reversed), scale.best(not item.reversed)
        if dimension.points == "bottom":
            best, worst = worst, best
        below = -100.0 if dimension.points == "net" else 0.0
        return {code: 100.0 if code in best else below if code in worst else 0.0 for code in scale.answers}
    turned = {code: low + high - points if item.reversed else points for code, points in scale.answers.items()}
    if dimension.points == "raw":
        return turned
    return {code: 100 * (points - low) / (high - low) for code, points in turned.items()}
