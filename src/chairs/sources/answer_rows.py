"""Says which cells of a file of answers the instruments refuse, by the file's own rows and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from chairs.core.errors import Problem, Text
from chairs.sources.repeats import rows_text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.surveys.scoring_checks import Flaw

WHOLE = ["instrument", "item", "period"]  # without them a row is refused by its contract


def answer_problems(
    table: pd.DataFrame, file: str, columns: Mapping[str, str] | None = None, items: Mapping[str, str] | None = None
) -> list[Problem]:
    """Return what is wrong with answers, in the order of the file: one problem for all rows that share it.

    Parameters
    ----------
    table
        Table `responses`, of any number of instruments; an index named `row` tells the rows of the file, any other
        one is counted under one header.
    columns
        Column of the table to that of the file, where they differ.
    items
        Item to the column of a wide file that holds its answers.

    Notes
    -----
    The rule is that of the scores (`surveys.scoring_checks.answer_flaws`): an unknown item or answer code, a year of
    another version, a wave with another scale. Answers given twice are the contract's to find.
    """
    import numpy as np

    rows = table.index.to_numpy() if table.index.name == "row" else np.arange(len(table)) + 2
    there = table[WHOLE].notna().all(axis=1).to_numpy()
    whole, rows = table.loc[there, [*WHOLE, "answer"]], rows[there]
    item = whole["item"].to_numpy(dtype=object)
    found = [
        _placed(flaw, column, rows[places], file)
        for name, at in whole.groupby("instrument", sort=True).indices.items()
        for flaw in _flaws(whole.iloc[at], str(name))
        for column, places in _columns(flaw, item, at, (columns or {}, items or {}))
    ]
    return sorted(found, key=lambda one: (one.row or 0, one.column or ""))


def _flaws(answers: pd.DataFrame, name: str) -> list[Flaw]:
    """Return the flaws of the answers to one instrument; that of its name where the platform has none so called."""
    import numpy as np

    from chairs.surveys.instrument import instrument, instrument_names
    from chairs.surveys.scoring_checks import Flaw, answer_flaws

    if name in instrument_names():
        return answer_flaws(answers, instrument(name))
    return [Flaw.of(np.ones(len(answers), dtype=bool), "instrument", _NAME, instrument_names())]


def _columns(
    flaw: Flaw, item: np.ndarray, at: np.ndarray, names: tuple[Mapping[str, str], Mapping[str, str]]
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each column of the file that a flaw is in, with the places of its rows."""
    columns, items = names
    own, places = flaw.problem.column or "", at[flaw.rows]
    if not items or own not in ("item", "answer"):
        yield columns.get(own, own), places
        return
    for word in dict.fromkeys(item[places]):
        yield items.get(word, own), places[item[places] == word]


def _placed(flaw: Flaw, column: str, rows: np.ndarray, file: str) -> Problem:
    """Return the problem at its first row; how many rows share it, and the first ones, stand in its words."""
    lines = sorted({int(row) for row in rows})
    what = flaw.problem.what
    if len(lines) > 1:
        said = rows_text(lines)
        what = Text(fr=f"{what.fr} ({said.fr})", en=f"{what.en} ({said.en})")
    return replace(flaw.problem, what=what, file=file, row=lines[0], column=column)


_NAME = (
    "questionnaire inconnu",
    "unknown instrument",
    "employer l'un de : {} ; ou écrire le sien (chairs new survey)",
    "use one of: {}; or write your own (chairs new survey)",
)
