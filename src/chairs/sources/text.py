"""Delimited text to an all-text table: separator, header, and every row of the header's length."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, Problem, problem
from chairs.sources.layout import EMPTY, LARGEST, Layout, inspect, open_text, refuse

if TYPE_CHECKING:
    import io

    import pandas as pd

    from chairs.sources.sheet import Sheet

SEPARATORS = ";,\t|"
MOST_COLUMNS = 5_000
MOST_PROBLEMS = 1_000  # more of one kind are not collected
BATCH = 50_000  # rows turned into columns at a time


def guess_separator(header: str) -> str:
    """Return the separator of a header line: the most frequent of semicolon, comma, tab and bar, outside quotes.

    Examples
    --------
    >>> guess_separator('FI;"name, first, last";AN'), guess_separator("a,b"), guess_separator("one")
    (';', ',', ';')
    """
    outside = re.sub(r'"[^"]*"', "", header)
    return max(SEPARATORS, key=outside.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where the rows of a delimited file begin: lines before the header, separator, names, cells of a row."""

    before: int
    separator: str
    names: tuple[str, ...]
    cells: int


def read_start(path: Path, layout: Layout, separator: str | None = None) -> Start:
    """Return how an inspected delimited file begins, with its column names checked.

    Raises
    ------
    DataError
        For columns without a name or named twice, or quotes that do not close.
    """
    with open_text(path, layout) as stream:
        before, line = _first_line(stream, path.name)
        separator = separator or guess_separator(line)
        try:
            header = next(csv.reader([line], delimiter=separator, strict=True))
        except csv.Error:
            raise refuse(path.name, _QUOTES, before + 1) from None
    names = _names(header)
    _check_names(names, path.name, before + 1)
    return Start(before=before, separator=separator, names=names, cells=len(header))


def read_sheet(path: Path, *, separator: str | None = None, largest: int = LARGEST, row_names: bool = False) -> Sheet:
    r"""Read a delimited text file, gzip-compressed or not, as text only.

    Lines before the header that are blank or start with ``#`` are left out; cells and column names lose
    the blanks around them; nothing is taken for a missing value ("NA" stays). The index of the frame,
    named `row`, is the row of the file where each record starts.

    Parameters
    ----------
    separator
        When known; guessed from the header otherwise.
    largest
        Most bytes of decompressed content.
    row_names
        The first column has no name, as R writes the names of rows: it is called `row`.

    Raises
    ------
    DataError
        As `layout.inspect`, and for columns without a name or named twice, rows of another length than
        the header, quotes that do not close. Rows and columns are named, values never.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_text("# export\nsite;n\nNA;1\n", encoding="utf-8")
    >>> sheet = read_sheet(file)
    >>> sheet.frame.to_dict("index")
    {3: {'site': 'NA', 'n': '1'}}
    """
    from chairs.sources.sheet import Sheet

    with open_text(path, inspect(path, largest=largest)) as stream:
        before, line = _first_line(stream, path.name)
        if row_names and line.startswith('""'):
            line = f'"row"{line[2:]}'
        reader = csv.reader(itertools.chain([line], stream), delimiter=separator or guess_separator(line), strict=True)
        try:
            frame = _frame(reader, before, path.name)
        except csv.Error:
            raise refuse(path.name, _QUOTES, before + reader.line_num) from None
    return Sheet(name=path.name, frame=frame)


def _first_line(stream: io.TextIOWrapper, file: str) -> tuple[int, str]:
    for before, line in enumerate(stream):
        if line.strip() and not line.startswith("#"):
            return before, line
    raise refuse(file, EMPTY)


def _names(cells: list[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:  # some exports close every row with a separator
        names.pop()
    return tuple(names)


def _frame(reader: Any, before: int, file: str) -> pd.DataFrame:
    import pandas as pd

    header = next(reader)
    names = _names(header)
    _check_names(names, file, before + 1)
    problems: list[Problem] = []
    records = _records(reader, before, (len(names), len(header)), _Ragged(file, problems))
    parts = []
    while batch := list(itertools.islice(records, BATCH)):
        rows, values = zip(*batch, strict=True)
        columns = zip(*values, strict=True)
        index = pd.Index(rows, name="row", dtype="int64")
        cells = {
            n: pd.array([c.strip() for c in column], dtype="str") for n, column in zip(names, columns, strict=True)
        }
        parts.append(pd.DataFrame(cells, index=index))
    if problems:
        raise DataError(tuple(problems))
    if not parts:
        raise refuse(file, _NO_ROW)
    return pd.concat(parts)


class _Ragged:
    """Collects the rows whose number of cells is not the header's."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file, self.problems = file, problems

    def add(self, row: int, found: int, wanted: int) -> bool:
        self.problems.append(
            problem(
                f"{found} cellules au lieu de {wanted}",
                f"{found} cells instead of {wanted}",
                file=self.file,
                row=row,
                remedy=("vérifier les séparateurs et les guillemets", "check the separators and the quotes"),
            )
        )
        return len(self.problems) >= MOST_PROBLEMS


def _records(reader: Any, before: int, lengths: tuple[int, int], ragged: _Ragged) -> Iterator[tuple[int, list[str]]]:
    wanted, padded = lengths
    row = before + reader.line_num + 1
    for cells in reader:
        if len(cells) == wanted or (wanted < len(cells) <= padded and not any(cells[wanted:])):
            yield row, cells[:wanted]
        elif cells and ragged.add(row, len(cells), wanted):
            return
        row = before + reader.line_num + 1


def _check_names(names: tuple[str, ...], file: str, row: int) -> None:
    """Refuse columns without a name or named twice; places are told, not names: a file may lack its header."""
    if len(names) > MOST_COLUMNS:
        raise refuse(file, _COLUMNS, row)
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name, []).append(place)
    problems = []
    for name, found in places.items():
        listed = ", ".join(map(str, found))
        if not name:
            problems.append((f"colonne sans nom (place {listed})", f"column without a name (place {listed})"))
        elif len(found) > 1:
            problems.append((f"même nom de colonne aux places {listed}", f"same column name at places {listed}"))
    if problems:
        remedy = ("nommer chaque colonne, une seule fois", "name each column, only once")
        raise DataError(tuple(problem(fr, en, file=file, row=row, remedy=remedy) for fr, en in problems))


ONE_COLUMN = (
    "une seule colonne lue : le séparateur n'est sans doute pas celui attendu",
    "only one column read: the separator is probably not the one expected",
    "écrire le fichier avec « ; », « , », la tabulation ou « | », ou donner separator: (mapping)",
    'write the file with ";", ",", a tab or "|", or give separator: (mapping)',
)
_QUOTES = (
    "guillemets mal fermés, ou cellule démesurée",
    "quotes that do not close, or an outsized cell",
    "corriger les guillemets de cette ligne",
    "correct the quotes of this row",
)
_NO_ROW = (
    "aucune ligne sous l'en-tête",
    "no row under the header",
    "exporter le fichier à nouveau",
    "export the file again",
)
_COLUMNS = (
    f"plus de {MOST_COLUMNS} colonnes",
    f"more than {MOST_COLUMNS} columns",
    "vérifier le séparateur et les fins de ligne",
    "check the separator and the line ends",
)
