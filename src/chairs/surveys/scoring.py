"""From answer codes to scores by establishment, unit and period, with standard error, n and floor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, Problem, problem
from chairs.surveys.instrument import OVERALL, Instrument
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

RESPONDENT = ["establishment", "unit", "period", "respondent"]
SITE = ["establishment", "unit", "period"]
FIRST_ROW = 2  # of a table under its header, as a spreadsheet numbers it


def score(
    responses: pd.DataFrame | None, published: pd.DataFrame | None, instruments: Iterable[Instrument]
) -> pd.DataFrame:
    """Return the table `scores`: those computed from answers and those that came published, side by side.

    Parameters
    ----------
    responses
        Table `responses`, or None. Every answer is scored by the instrument it names.
    published
        Table `scores` as its publisher gives it, or None. It is passed on as it is.
    instruments
        The instruments of the study.

    Raises
    ------
    DataError
        By row: an instrument, item, dimension or answer code that the instruments do not know, an item answered
        twice by one respondent. Values are never shown.

    Notes
    -----
    Each score is given for the unit and for the whole establishment (`all`), in the period of the answers and, when
    that is a month or a quarter, in the year: always from the respondents, never from other scores.
    """
    import pandas as pd

    known = {instrument.name: instrument for instrument in instruments}
    parts = []
    if responses is not None and len(responses):
        _refuse_unknown("responses", "instrument", responses["instrument"], known)
        rows = responses.reset_index(drop=True)
        for name, answers in rows.groupby("instrument", sort=True):
            people = respondent_scores(answers, known[str(name)])
            parts.append(site_scores(people, known[str(name)]))
    if published is not None and len(published):
        _refuse_unknown("scores", "instrument", published["instrument"], known)
        pairs = published["instrument"] + "/" + published["dimension"]
        _refuse_unknown(
            "scores", "dimension", pairs, [f"{i.name}/{d.name}" for i in known.values() for d in i.dimensions]
        )
        parts.append(published)
    contract = CONTRACTS["scores"]
    if not parts:
        return contract.conform(pd.DataFrame(columns=list(contract.columns)))
    table = pd.concat([contract.conform(part) for part in parts])
    return table.sort_values(list(contract.order), kind="stable", ignore_index=True)


def respondent_scores(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    r"""Return one row a respondent: establishment, unit, period, respondent and a score for each dimension.

    Parameters
    ----------
    responses
        Answers to this instrument only; its index gives the rows named in problems (0 is row 2 of the table).

    Notes
    -----
    An item answered x on 1..k counts :math:`100\,(x-1)/(k-1)`, after k + 1 - x when it is reversed; codes that carry
    a reason (not concerned, does not know, refused) and empty cells do not count. A dimension is the mean of its
    answered items when at least `answered_share` of them are; the overall score is the mean of the respondent's
    dimensions when at least `dimension_share` of them are there. The scale is that of e-Satis (Haute Autorité de
    santé) and of COPSOQ; the rule of half is COPSOQ's (Burr et al. 2019, *Safety and Health at Work* 10:482-503).

    Checked against the reference set `score_patient_survey`.
    """
    import numpy as np

    items = [item.code for item in instrument.items]
    codes = [*instrument.answers, *instrument.missing]
    item = _position(responses, "item", items)
    code = _position(responses, "answer", codes)
    grouped = responses.groupby(RESPONDENT, sort=True, dropna=False)
    person = grouped.ngroup().to_numpy()
    people = grouped.size().index.to_frame(index=False)
    cell = person * len(items) + item
    _refuse_repeated(responses, cell)
    chosen = np.full(len(people) * len(items), -1, dtype=np.int16)
    chosen[cell] = code
    chosen = _filtered(chosen.reshape(len(people), len(items)), instrument, items, codes)
    values = _rescaled(chosen, instrument, len(codes))
    means = {}
    for dimension in instrument.dimensions:
        if dimension.name != OVERALL:
            columns = [i for i, item in enumerate(instrument.items) if item.dimension == dimension.name]
            means[dimension.name] = _mean(values[:, columns], instrument.answered_share)
    if any(dimension.name == OVERALL for dimension in instrument.dimensions):
        means[OVERALL] = _mean(np.column_stack(list(means.values())), instrument.dimension_share)
    return people.assign(**means)


def site_scores(people: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Return the scores by establishment, unit and period of respondents scored by `respondent_scores`.

    Notes
    -----
    A score is the mean over respondents, its standard error sd/√n (n - 1 in the sd). The overall score is the mean of
    the respondents' overall scores, not of the site's dimensions: only so does it have a standard error that accounts
    for a person's dimensions going together. Under `floor` respondents it is withheld (`below_floor`); without any it
    is `not_available`.
    """
    import pandas as pd

    dimensions = [dimension.name for dimension in instrument.dimensions]
    parts = []
    for level in _levels(people):
        groups = level.groupby(SITE, sort=True)[dimensions]
        n, mean, sd = groups.count(), groups.mean(), groups.std()
        for dimension in dimensions:
            table = pd.DataFrame(
                {"score": mean[dimension], "se": sd[dimension] / n[dimension] ** 0.5, "n": n[dimension]}
            )
            parts.append(table.reset_index().assign(dimension=dimension))
    scores = pd.concat(parts, ignore_index=True).assign(instrument=instrument.name, status="ok")
    few = scores["n"] < instrument.floor
    scores.loc[few, "status"] = "below_floor"
    scores.loc[scores["n"] == 0, "status"] = "not_available"
    scores.loc[few, ["score", "se"]] = float("nan")
    return scores


def _levels(people: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the respondents by unit and in the whole establishment, in their period and in its year."""
    of_unit = people[people["unit"] != "all"]
    whole = people.assign(unit="all")
    return [
        level
        for table in (of_unit, whole)
        for level in (table[table["period"].str.len() > 4], table.assign(period=table["period"].str[:4]))
        if len(level)
    ]


def _position(responses: pd.DataFrame, column: str, choices: Sequence[str]) -> np.ndarray:
    """Return the position in `choices` of each cell (-1 for an empty answer); an unknown one is a problem by row."""
    import pandas as pd

    values = responses[column]
    position: np.ndarray = pd.Index(choices).get_indexer(pd.Index(values))
    strange = (position < 0) & (values.notna().to_numpy() | (column == "item"))
    if strange.any():
        raise DataError(_problems(column, responses.index[strange], choices))
    return position


def _problems(column: str, rows: pd.Index, choices: Iterable[str]) -> tuple[Problem, ...]:
    listed = ", ".join(choices)
    return tuple(
        problem(
            "code inconnu du questionnaire",
            "code unknown to the instrument",
            file="responses",
            row=int(row) + FIRST_ROW,
            column=column,
            remedy=(f"employer l'un des codes : {listed}", f"use one of the codes: {listed}"),
        )
        for row in rows
    )


def _refuse_unknown(table: str, column: str, values: pd.Series, choices: Iterable[str]) -> None:
    import numpy as np

    strange = ~values.isin(list(choices)).to_numpy()
    if strange.any():
        rows = np.flatnonzero(strange)[:1]
        listed = ", ".join(sorted(choices))
        fr, en = (
            f"{int(strange.sum())} ligne(s) hors des questionnaires de l'étude",
            (f"{int(strange.sum())} row(s) outside the instruments of the study"),
        )
        remedy = (
            f"compléter l'étude ou les lignes ; connus : {listed}",
            f"complete the study or the rows; known: {listed}",
        )
        raise DataError((problem(fr, en, file=table, row=int(rows[0]) + FIRST_ROW, column=column, remedy=remedy),))


def _refuse_repeated(responses: pd.DataFrame, cell: np.ndarray) -> None:
    import numpy as np

    if np.bincount(cell, minlength=1).max(initial=0) > 1:
        repeated = responses[[*RESPONDENT, "item"]].duplicated()
        raise DataError(
            tuple(
                problem(
                    "réponse en double pour ce répondant et cet item",
                    "second answer of this respondent to this item",
                    file="responses",
                    row=int(row) + FIRST_ROW,
                    column="item",
                    remedy=("garder une seule réponse", "keep one answer"),
                )
                for row in responses.index[repeated]
            )
        )


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


def _rescaled(chosen: np.ndarray, instrument: Instrument, codes: int) -> np.ndarray:
    import numpy as np

    points = np.full(codes + 1, np.nan)  # the last place, -1, is the empty cell
    points[: len(instrument.answers)] = list(instrument.answers.values())
    top = max(instrument.answers.values())
    values = 100 * (points[chosen] - 1) / (top - 1)
    turned = np.array([item.reversed for item in instrument.items])
    return np.asarray(np.where(turned, 100 - values, values))


def _mean(values: np.ndarray, share: float) -> np.ndarray:
    """Return the mean of each row's known values, missing where fewer than `share` of them are known."""
    import numpy as np

    known = np.isfinite(values)
    enough = known.sum(axis=1) >= share * values.shape[1] - 1e-9
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(enough, total / np.maximum(known.sum(axis=1), 1), np.nan)
