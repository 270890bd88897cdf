"""The table `scale_quality`: how well each dimension of each instrument was measured, year by year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from chairs.core.streams import stream
from chairs.surveys.instrument import Instrument
from chairs.surveys.instrument_years import OVERALL
from chairs.surveys.psychometrics.answers import matrix, model_of
from chairs.surveys.psychometrics.ordinal import ordinal_confirmatory
from chairs.surveys.psychometrics.reliability import reliability
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 4000  # respondents of the ordinal model; more of them only sharpen what is sharp enough
DIGITS = 6


def scale_quality(responses: pd.DataFrame | None, instruments: Iterable[Instrument]) -> pd.DataFrame:
    """Return one row for each instrument, dimension and year, with alpha, omega and the fit of the instrument.

    Parameters
    ----------
    responses
        Table `responses`, or None.
    instruments
        Those of the study; one without items (scores come published by site) has no row: its quality cannot be known.

    Notes
    -----
    Row `all` treats all items as one scale and carries the fit of the instrument's own model, its dimensions as
    correlated factors of ordered answers (WLSMV; a random sample of 4,000 respondents where there are more). Under the
    instrument's floor of complete respondents nothing is given. A number that cannot be computed is empty and
    `reason` says why (keys of `reasons.REASONS`), of reliability, omega or fit in this order.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for instrument in instruments:
        if responses is None or not instrument.items:
            continue
        answers = matrix(responses, instrument)
        years = answers.index.get_level_values("period").str[:4]
        for year in sorted(set(years)):
            rows.extend(_of_year(answers[years == year], instrument, str(year)))
    contract = CONTRACTS["scale_quality"]
    table = pd.DataFrame(rows, columns=list(contract.columns))
    numbers = [name for name, column in contract.columns.items() if column.kind == "number"]
    table[numbers] = table[numbers].astype("float64").round(DIGITS)
    return contract.conform(table).sort_values(list(contract.order), kind="stable", ignore_index=True)


def _of_year(answers: pd.DataFrame, instrument: Instrument, year: str) -> list[dict[str, Any]]:
    rows = []
    for dimension in instrument.dimensions:
        items = [item.code for item in instrument.items_of(dimension) if item.code in answers]
        if dimension.name == OVERALL and not items:
            items = list(answers.columns)
        if not items:
            continue
        row = _reliability(answers[items], instrument)
        if dimension.name == OVERALL and row["status"] == "ok":
            row = _with_fit(row, answers, instrument, year)
        rows.append({"instrument": instrument.name, "dimension": dimension.name, "period": year, **row})
    return rows


def _reliability(answers: pd.DataFrame, instrument: Instrument) -> dict[str, Any]:
    found = reliability(answers)
    row: dict[str, Any] = {"items": len(found.items), "n": found.n_complete}
    if found.n_complete < instrument.floor:
        return row | {"status": "below_floor"}
    if found.reason is not None:
        return row | {"status": "not_available", "reason": found.reason}
    return row | {
        "alpha": found.alpha, "low": found.low, "high": found.high, "omega": found.omega,
        "warning": "; ".join(found.warnings) or None, "status": "ok", "reason": found.omega_reason,
    }  # fmt: skip


def _with_fit(row: dict[str, Any], answers: pd.DataFrame, instrument: Instrument, year: str) -> dict[str, Any]:
    """Return the row with the fit of the instrument's dimensions as factors."""
    model = model_of(instrument, list(answers.columns))
    if not model.factors:
        return row | {"reason": row["reason"] or "too_few_items"}
    people = sampled(answers[list(model.items)].dropna(how="all"), instrument.name, year)
    fit = ordinal_confirmatory(people, model)
    if fit.indices is None:
        return row | {"reason": row["reason"] or fit.reason}
    i = fit.indices
    return row | {
        "fit_n": fit.n, "chisq": i.chisq, "df": i.df, "cfi": i.cfi, "tli": i.tli, "rmsea": i.rmsea,
        "rmsea_low": i.rmsea_low, "rmsea_high": i.rmsea_high, "srmr": i.srmr,
        "warning": "; ".join(filter(None, [row["warning"], *fit.warnings])) or None,
    }  # fmt: skip


def sampled(people: pd.DataFrame, instrument: str, purpose: str, most: int = LARGEST) -> pd.DataFrame:
    """Return all respondents, or `most` of them drawn at random (always the same) where there are more."""
    if len(people) <= most:
        return people
    draw = stream(1, "scale_quality", instrument, purpose)
    return people.iloc[sorted(draw.choice(len(people), most, replace=False))]
