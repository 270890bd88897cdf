"""What answers must keep before they are scored: known codes, one scale, one place and one answer a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, Problem, problem

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.surveys.instrument import Instrument

RESPONDENT = ["establishment", "unit", "period", "respondent"]
FIRST_ROW = 2  # of a table under its header, as a spreadsheet numbers it
EXPECTED = 30  # answers with a code that the other waves would lead one to expect, from which none at all is no chance


def refuse_incomplete(responses: pd.DataFrame) -> None:
    """Refuse answers without a column that scores need, or rows that name no respondent, place, period or item."""
    needed = [*RESPONDENT, "instrument", "item", "answer"]
    absent = [column for column in needed if column not in responses]
    remedy = ("ajouter la colonne", "add the column")
    if absent:
        words = ("colonne absente", "column absent")
        raise DataError(tuple(problem(*words, file="responses", column=name, remedy=remedy) for name in absent))
    empty = [column for column in needed if column != "answer" and responses[column].isna().any()]
    if empty:
        words, remedy = (
            ("cellule vide", "empty cell"),
            ("la remplir, ou ôter la ligne", "fill it in, or remove the row"),
        )
        rows = {column: int(responses[column].isna().to_numpy().argmax()) + FIRST_ROW for column in empty}
        raise DataError(
            tuple(problem(*words, file="responses", row=row, column=name, remedy=remedy) for name, row in rows.items())
        )


def refuse_unknown(table: str, column: str, values: pd.Series, choices: Iterable[str]) -> None:
    """Refuse instruments or dimensions that the study does not know."""
    import numpy as np

    strange = ~values.isin(list(choices)).to_numpy()
    if strange.any():
        listed = ", ".join(sorted(choices))
        fr, en = (
            f"{int(strange.sum())} ligne(s) hors des questionnaires de l'étude",
            f"{int(strange.sum())} row(s) outside the instruments of the study",
        )
        remedy = (
            f"compléter l'étude ou les lignes ; connus : {listed}",
            f"complete the study or the rows; known: {listed}",
        )
        row = int(np.flatnonzero(strange)[0]) + FIRST_ROW
        raise DataError((problem(fr, en, file=table, row=row, column=column, remedy=remedy),))


def position(responses: pd.DataFrame, column: str, choices: Sequence[str]) -> np.ndarray:
    """Return the position in `choices` of each cell (-1 for an empty answer); an unknown one is a problem by row."""
    import pandas as pd

    values = responses[column]
    found: np.ndarray = pd.Index(choices).get_indexer(pd.Index(values))
    strange = (found < 0) & (values.notna().to_numpy() | (column == "item"))
    if strange.any():
        raise DataError(code_problems(column, responses.index[strange], choices))
    return found


def code_problems(column: str, rows: pd.Index, choices: Iterable[str]) -> tuple[Problem, ...]:
    """Return one problem a row whose code is not among `choices`."""
    listed = ", ".join(choices)
    words = ("code inconnu du questionnaire", "code unknown to the instrument")
    remedy = (f"employer l'un des codes : {listed}", f"use one of the codes: {listed}")
    return _by_row(words, remedy, column, rows)


def refuse_repeated(responses: pd.DataFrame) -> None:
    """Refuse a second answer of one person to one item, and one person who answers in two places in one period."""
    twice = responses[[*RESPONDENT, "item"]].duplicated()
    if twice.any():
        words = ("réponse en double pour ce répondant et cet item", "second answer of this respondent to this item")
        raise DataError(_by_row(words, ("garder une seule réponse", "keep one answer"), "item", responses.index[twice]))
    person = ["respondent", "period"]
    places = responses[[*person, "establishment", "unit"]].drop_duplicates()
    again = places[places[person].duplicated()]
    if len(again):
        words = ("répondant présent en deux lieux la même période", "respondent in two places in the same period")
        remedy = (
            "garder un seul lieu, ou donner un pseudonyme par questionnaire rempli",
            "keep one place, or give a pseudonym to each questionnaire",
        )
        raise DataError(_by_row(words, remedy, "respondent", again.index))


def refuse_other_version(responses: pd.DataFrame, instrument: Instrument) -> None:
    """Refuse answers of a year that this version of the instrument does not stand for."""
    year = responses["period"].str[:4]
    other = ~year.isin(instrument.years) if instrument.years else year.isna()
    if other.any():
        listed = ", ".join(instrument.years)
        words = ("année hors de cette version du questionnaire", "year outside this version of the instrument")
        remedy = (
            f"employer la version de l'année ; celle-ci vaut pour : {listed}",
            f"use the version of the year; this one stands for: {listed}",
        )
        raise DataError(_by_row(words, remedy, "period", responses.index[other][:1]))


def refuse_other_scale(responses: pd.DataFrame, scale: np.ndarray, instrument: Instrument) -> None:
    """Refuse a wave in which the first or the last answer of a scale never occurs, though others lead one to expect it.

    Parameters
    ----------
    scale
        Word of the scale of each row.

    Notes
    -----
    A wave of 1 to 4 among waves of 1 to 5 has no unknown code. It is told by the end of the scale that nobody chose:
    refused where the other years, with at least two of them in all, lead one to expect at least `EXPECTED`.
    """
    import pandas as pd

    wave = responses["period"].str[:4].to_numpy()
    answered = responses["answer"].notna().to_numpy()
    counts = pd.crosstab([scale[answered], wave[answered]], responses["answer"].to_numpy()[answered])
    for word in sorted({str(name) for name in scale}):
        points = instrument.scales[word].answers if word in instrument.scales else instrument.answers
        table = counts.loc[word].reindex(columns=list(points), fill_value=0) if word in counts.index else None
        if table is None or len(table) < 2:
            continue
        for end in (min(points, key=lambda code: points[code]), max(points, key=lambda code: points[code])):
            others = table.sum() - table
            expected = (others[end] / others.sum(axis=1).clip(lower=1)) * table.sum(axis=1)
            strange = table.index[(table[end] == 0) & (expected >= EXPECTED)]
            if len(strange):
                rows = responses.index[(wave == strange[0]) & answered & (scale == word)]
                raise DataError(_by_row(_OTHER[:2], _OTHER[2:], "answer", rows[:1]))


def _by_row(words: tuple[str, str], remedy: tuple[str, str], column: str, rows: Iterable[int]) -> tuple[Problem, ...]:
    return tuple(
        problem(words[0], words[1], file="responses", row=int(row) + FIRST_ROW, column=column, remedy=remedy)
        for row in rows
    )


_OTHER = (
    "cette vague n'emploie pas la même échelle que les autres : une extrémité n'y est jamais choisie",
    "this wave has not the scale of the others: one of its ends is never chosen",
    "vérifier le questionnaire de cette année, et lui donner sa version",
    "check the questionnaire of that year, and give it its version",
)
