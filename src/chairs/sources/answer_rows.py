"""Says which cells of a file of answers the instruments refuse, by the file's own rows and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Problem, Text
from chairs.sources.repeats import rows_text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.surveys.scoring_checks import Flaw

WHOLE = ["instrument", "item", "period"]  # without them a row is refused by its contract


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnswerFile:
    """The answers of one file, and how it writes them.

    Parameters
    ----------
    table
        Table `responses`, of any number of instruments; an index named `row` tells the rows of the file, any other
        one is counted under one header.
    file
        Its name.
    columns
        Column of the table to that of the file, where they differ.
    items
        Item to the column of a wide file that holds its answers.
    """

    table: pd.DataFrame
    file: str
    columns: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)


def answer_problems(*files: AnswerFile) -> list[Problem]:
    """Return what is wrong with answers, in the order of the files: one problem for all rows of a file that share it.

    Files given together are checked as one table: a wave is compared with those of all of them.

    Notes
    -----
    The rule is that of the scores (`surveys.scoring_checks.answer_flaws`): an unknown item or answer code, a year of
    another version, a wave with another scale. Answers given twice are the contract's to find.
    """
    import numpy as np
    import pandas as pd

    parts, numbered = zip(*map(_whole, files), strict=True)
    whole, rows = pd.concat(parts, ignore_index=True), np.concatenate(numbered)
    origin = np.repeat(np.arange(len(files)), [len(part) for part in parts])
    item = whole["item"].to_numpy(dtype=object)
    found = [
        (place, _placed(flaw, column, rows[places], files[place].file))
        for name, at in whole.groupby("instrument", sort=True).indices.items()
        for flaw in _flaws(whole.iloc[at], str(name))
        for place in np.unique(origin[at[flaw.rows]])
        for column, places in _columns(flaw, item, at[flaw.rows][origin[at[flaw.rows]] == place], files[place])
    ]
    return [one for _, one in sorted(found, key=lambda told: (told[0], told[1].row or 0, told[1].column or ""))]


def _whole(one: AnswerFile) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the answers that say to what they answer, and their rows in the file."""
    import numpy as np

    rows = one.table.index.to_numpy() if one.table.index.name == "row" else np.arange(len(one.table)) + 2
    there = one.table[WHOLE].notna().all(axis=1).to_numpy()
    return one.table.loc[there, [*WHOLE, "answer"]], rows[there]


def _flaws(answers: pd.DataFrame, name: str) -> list[Flaw]:
    """Return the flaws of the answers to one instrument; that of its name where the platform has none so called."""
    import numpy as np

    from chairs.surveys.instrument import instrument, instrument_names
    from chairs.surveys.scoring_checks import Flaw, answer_flaws

    if name in instrument_names():
        return answer_flaws(answers, instrument(name))
    return [Flaw.of(np.ones(len(answers), dtype=bool), "instrument", _NAME, instrument_names())]


def _columns(flaw: Flaw, item: np.ndarray, places: np.ndarray, file: AnswerFile) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each column of a file that a flaw is in, with the places of its rows among those `places`."""
    own = flaw.problem.column or ""
    if not file.items or own not in ("item", "answer"):
        yield file.columns.get(own, own), places
        return
    for word in dict.fromkeys(item[places]):
        yield file.items.get(word, own), places[item[places] == word]


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
