"""What answers must keep before they are scored: items, codes and years of the instrument, one scale, one answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, Problem, problem

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.surveys.instrument import Instrument

RESPONDENT = ["establishment", "unit", "period", "respondent"]
FIRST_ROW = 2  # of a table under its header, as a spreadsheet numbers it
MOST = 1000  # rows of one flaw that are told, as by the readers of files
EXPECTED = 30  # answers with a code that the other waves would lead one to expect, from which none at all is no chance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flaw:
    """One thing wrong with answers, in words, and the places (from 0) of the rows that have it, in order."""

    rows: np.ndarray
    problem: Problem

    @classmethod
    def of(cls, wrong: np.ndarray, column: str, words: tuple[str, str, str, str], listed: Iterable[str] = ()) -> Flaw:
        """Return the flaw of the rows where `wrong` holds; the remedies of `words` name what is `listed`."""
        import numpy as np

        remedy = (words[2].format(", ".join(listed)), words[3].format(", ".join(listed)))
        return cls(rows=np.flatnonzero(wrong), problem=problem(*words[:2], column=column, remedy=remedy))


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


def codes_of(instrument: Instrument) -> list[str]:
    """Return every answer code of an instrument, in the order of its items."""
    scales = [instrument.scale_of(item) for item in instrument.items]
    return list(dict.fromkeys(code for scale in scales for code in (*scale.answers, *scale.missing)))


def answer_flaws(responses: pd.DataFrame, instrument: Instrument) -> list[Flaw]:
    """Return why answers to one instrument are not scored: an item, code, year or scale that is not its own.

    The one rule of whoever takes answers in: `score`, the readers of files, `chairs survey quality`.
    """
    flaws = placed(responses, instrument)[2]
    return [*flaws, *([] if flaws else version_flaws(responses, instrument))]


def placed(responses: pd.DataFrame, instrument: Instrument) -> tuple[np.ndarray, np.ndarray, list[Flaw]]:
    """Return the position of the item and of the answer code (-1: empty) of each row, and what is wrong with rows.

    The positions are those of `instrument.items` and of `codes_of`; they mean nothing where there are flaws.
    """
    import numpy as np

    items, codes = [item.code for item in instrument.items], codes_of(instrument)
    scales = [instrument.scale_of(item) for item in instrument.items]
    item, code = _positions(responses["item"], items), _positions(responses["answer"], codes)
    given = responses["answer"].notna().to_numpy()
    known = np.array([[c in scale.answers or c in scale.missing for c in codes] for scale in scales])
    # places -1, of an unknown item or code, are set aside by the two other conditions
    strange = given & (item >= 0) & ((code < 0) | ~known[item, code]) if items else np.zeros(len(responses), dtype=bool)
    flaws = [Flaw.of(item < 0, "item", _ITEM, items)]
    words = np.array([one.scale or "" for one in instrument.items], dtype=object)
    owns = [(*scale.answers, *scale.missing) for scale in scales]
    for own in dict.fromkeys(owns[place] for place in np.unique(item[strange])):
        alike = [place for place, other in enumerate(owns) if other == own]
        flaws.append(Flaw.of(strange & np.isin(item, alike), "answer", _CODE, own))
    flaws = [flaw for flaw in flaws if len(flaw.rows)]
    return item, code, flaws or other_scale(responses, words[item], instrument)


def _positions(values: pd.Series, choices: Sequence[str]) -> np.ndarray:
    """Return the position in `choices` of each value, -1 for none; distinct values are looked up once."""
    import numpy as np
    import pandas as pd

    places, distinct = values.factorize()
    known = pd.Index(choices, dtype="object").get_indexer(pd.Index(distinct, dtype="object"))
    found: np.ndarray = np.append(known, -1)[places]  # the last place, -1, is the empty cell
    return found


def refuse_flawed(responses: pd.DataFrame, flaws: Sequence[Flaw]) -> None:
    """Refuse the rows of the table `responses` that have flaws, its first row being numbered 2."""
    found = [problem for flaw in flaws for problem in _by_row(flaw, responses.index[flaw.rows[:MOST]])]
    if found:
        raise DataError(tuple(sorted(found, key=lambda one: one.row or 0)))


def refuse_repeated(responses: pd.DataFrame) -> None:
    """Refuse a second answer of one person to one item, and one person who answers in two places in one period."""
    twice = responses[[*RESPONDENT, "item"]].duplicated().to_numpy()
    refuse_flawed(responses, [Flaw.of(twice, "item", _TWICE)])
    person = ["respondent", "period"]
    places = responses[[*person, "establishment", "unit"]].drop_duplicates()
    again = places[places[person].duplicated()]
    refuse_flawed(responses, [Flaw.of(responses.index.isin(again.index), "respondent", _PLACES)])


def version_flaws(responses: pd.DataFrame, instrument: Instrument) -> list[Flaw]:
    """Return the rows of a year that this version of the instrument does not stand for."""
    periods = responses["period"]
    outside = [period for period in periods.unique() if not instrument.stands_for(str(period))]
    listed = Flaw.of(periods.isin(outside).to_numpy(), "period", _VERSION, instrument.years)
    return [listed] if outside else []


def other_scale(responses: pd.DataFrame, scale: np.ndarray, instrument: Instrument) -> list[Flaw]:
    """Return the waves in which an end of a scale never occurs, though the others lead one to expect it.

    Parameters
    ----------
    scale
        Word of the scale of each row.

    Notes
    -----
    A wave of 1 to 4 among waves of 1 to 5 has no unknown code. It is told by the end of the scale that nobody chose:
    refused where the other years, with at least two of them in all, lead one to expect at least `EXPECTED`.
    """
    import numpy as np
    import pandas as pd

    found: list[Flaw] = []
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
                found.append(Flaw.of(np.isin(wave, strange) & answered & (scale == word), "answer", _OTHER))
    return found


def _by_row(flaw: Flaw, rows: Iterable[int]) -> list[Problem]:
    return [replace(flaw.problem, file="responses", row=int(row) + FIRST_ROW) for row in rows]


_ITEM = (
    "question inconnue du questionnaire",
    "item unknown to the instrument",
    "employer l'une des questions : {}",
    "use one of the items: {}",
)
_CODE = (
    "code inconnu du questionnaire",
    "code unknown to the instrument",
    "employer l'un des codes : {}",
    "use one of the codes: {}",
)
_TWICE = (
    "réponse en double pour ce répondant et cet item",
    "second answer of this respondent to this item",
    "garder une seule réponse",
    "keep one answer",
)
_PLACES = (
    "répondant présent en deux lieux la même période",
    "respondent in two places in the same period",
    "garder un seul lieu, ou donner un pseudonyme par questionnaire rempli",
    "keep one place, or give a pseudonym to each questionnaire",
)
_VERSION = (
    "année hors de cette version du questionnaire",
    "year outside this version of the instrument",
    "employer la version de l'année ; celle-ci vaut pour : {}",
    "use the version of the year; this one stands for: {}",
)
_OTHER = (
    "cette vague n'emploie pas la même échelle que les autres : une extrémité n'y est jamais choisie",
    "this wave has not the scale of the others: one of its ends is never chosen",
    "vérifier le questionnaire de cette année, et lui donner sa version",
    "check the questionnaire of that year, and give it its version",
)
