"""The answers to one instrument as a matrix: a row a respondent, a column an item, in points, all turned one way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.surveys.instrument import Instrument
from chairs.surveys.instrument_years import OVERALL
from chairs.surveys.psychometrics.model import Model
from chairs.surveys.scoring_checks import placed, refuse_flawed

if TYPE_CHECKING:
    import pandas as pd

WHO = ["establishment", "unit", "period", "respondent"]


def matrix(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Return the points of each respondent, indexed by establishment, unit, period and respondent.

    Parameters
    ----------
    responses
        Table `responses`; rows of other instruments are passed over. Codes without points (not concerned, does not
        know, refused), empty cells and answers to items that the filter says were not to be asked are NaN.

    Raises
    ------
    DataError
        By row, for what `score` refuses: an unknown item or code, a wave with another scale.

    Notes
    -----
    Only items of a dimension are kept. Points are those of the item's own scale; a reversed item counts best + worst
    points - x, so that more is better everywhere.
    """
    import numpy as np
    import pandas as pd

    rows = responses[responses["instrument"] == instrument.name]
    refuse_flawed(rows, placed(rows, instrument)[2])
    grouped = rows.groupby(WHO, sort=True)
    person, people = grouped.ngroup().to_numpy(), grouped.size().index
    asked = rows["item"].to_numpy(dtype=object)
    codes = rows["answer"].to_numpy(dtype=object, na_value=None)
    scored = [i for i in instrument.items if (i.dimension or _listed(instrument, i.code)) and (asked == i.code).any()]
    wide = {code: np.full(len(people), None, dtype=object) for code in dict.fromkeys(asked)}
    for code, column in wide.items():
        here = asked == code
        column[person[here]] = codes[here]
    parts = {}
    for item in scored:
        points = instrument.scale_of(item).answers
        values = pd.Series(wide[item.code], index=people).map(dict(points)).astype("float64")
        if item.asked_if is not None and item.asked_if.item in wide:
            gate = pd.Series(wide[item.asked_if.item], index=people)
            values = values.where(gate.isna() | gate.isin(list(item.asked_if.answers)))
        parts[item.code] = max(points.values()) + min(points.values()) - values if item.reversed else values
    return pd.DataFrame(parts, index=people)


def respondents(responses: pd.DataFrame, instrument: Instrument, columns: list[str]) -> pd.DataFrame:
    """Return covariates (site, mode, language, age...) of each respondent, on the index of `matrix`."""
    rows = responses[responses["instrument"] == instrument.name]
    return rows.drop_duplicates(WHO).set_index(WHO, drop=False)[columns].sort_index()


def model_of(instrument: Instrument, items: list[str]) -> Model:
    """Return the instrument as a measurement model: its dimensions of two items or more among `items`."""
    factors = {}
    for dimension in instrument.dimensions:
        carried = tuple(item.code for item in instrument.items_of(dimension) if item.code in items)
        if dimension.name != OVERALL and len(carried) >= 2:
            factors[dimension.name] = carried
    return Model(factors=factors)


def _listed(instrument: Instrument, code: str) -> bool:
    return any(code in dimension.items for dimension in instrument.dimensions)
