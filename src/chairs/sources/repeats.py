"""Says once what is wrong in the same way on many rows, with the rows it is on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from chairs.core.errors import Language, Problem, Text

NAMED = 3  # rows named when they do not follow each other


def rows_text(rows: Sequence[int], count: int | None = None) -> Text:
    """Return how rows are said: one, a range, a few, or how many with the first ones.

    Parameters
    ----------
    rows
        In order, at least one.
    count
        How many there are, when `rows` are only the first.

    Examples
    --------
    >>> rows_text([7]).en, rows_text([2, 3, 4, 5]).en, rows_text([2, 9]).en, rows_text([2, 5, 7, 9]).en
    ('row 7', 'rows 2 to 5', 'rows 2, 9', '4 rows, among them 2, 5, 7…')
    >>> rows_text([2, 3, 4], 60).fr
    '60 lignes, dont 2, 3, 4…'
    """
    total = len(rows) if count is None else count
    if total == 1:
        return Text(fr=f"ligne {rows[0]}", en=f"row {rows[0]}")
    if total == len(rows) > 2 and list(rows) == list(range(rows[0], rows[0] + total)):
        return Text(fr=f"lignes {rows[0]} à {rows[-1]}", en=f"rows {rows[0]} to {rows[-1]}")
    listed = ", ".join(map(str, rows[:NAMED]))
    if total <= NAMED:
        return Text(fr=f"lignes {listed}", en=f"rows {listed}")
    return Text(fr=f"{total} lignes, dont {listed}…", en=f"{total} rows, among them {listed}…")


def said_once(problems: Iterable[Problem], lang: Language) -> list[str]:
    """Return problems as lines, those that differ by their row only as one line, at the place of the first.

    Examples
    --------
    >>> from chairs.core.errors import problem
    >>> said_once([problem("", "unknown code", file="a.csv", row=row, column="unit") for row in (2, 3, 4)], "en")
    ['a.csv, rows 2 to 4, column "unit": unknown code']
    """
    alike: dict[Problem, list[int]] = {}
    for found in problems:
        rows = alike.setdefault(replace(found, row=None), [])
        if found.row is not None:
            rows.append(found.row)
    return [_said(found, rows, lang) for found, rows in alike.items()]


def _said(found: Problem, rows: list[int], lang: Language) -> str:
    if not rows:
        return found.say(lang)
    where = rows_text(sorted(set(rows))).say(lang)
    return replace(found, file=f"{found.file}, {where}" if found.file else where).say(lang)
