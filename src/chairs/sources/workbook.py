"""One sheet of an Excel workbook read as text, bounded in size."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, Problem, SettingError, problem
from chairs.sources.layout import LARGEST, LARGEST_RATIO, RATIO_FROM, refuse
from chairs.sources.text import MOST_COLUMNS, MOST_PROBLEMS

if TYPE_CHECKING:
    from chairs.sources.sheet import Sheet


def read_workbook(path: Path, sheet: str | None = None) -> Sheet:
    """Read a sheet of an `.xlsx` file as text only; blank rows are left out, values are those last computed.

    The header is the first row that is not blank. Numbers are written without exponent where they are
    whole, dates as ISO text. The index of the frame is the row of the sheet.

    Parameters
    ----------
    sheet
        Its name; the first one when absent.

    Raises
    ------
    DataError
        For a file that is not a workbook, inflates out of proportion, is empty, or has columns without a
        name, named twice, or cells beyond the header.
    SettingError
        When the workbook has no sheet of this name.
    """
    import openpyxl
    import pandas as pd

    from chairs.sources.sheet import Sheet

    _check_archive(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (KeyError, ValueError, OSError, TypeError, AttributeError):
        raise refuse(path.name, _NOT_WORKBOOK) from None
    try:
        rows = _rows(_sheet(book, sheet, path.name), path.name)
        first, header = next(rows, (0, []))
        if not header:
            raise refuse(path.name, _EMPTY)
        names = _names(header, path.name, first)
        index, cells = _body(rows, len(names), path.name)
    finally:
        book.close()
    if not index:
        raise refuse(path.name, _NO_ROW)
    columns = {
        name: pd.array(list(column), dtype="str") for name, column in zip(names, zip(*cells, strict=True), strict=True)
    }
    return Sheet(name=path.name, frame=pd.DataFrame(columns, index=pd.Index(index, name="row", dtype="int64")))


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except FileNotFoundError:
        raise refuse(path.name, _ABSENT) from None
    except (zipfile.BadZipFile, OSError):
        raise refuse(path.name, _NOT_WORKBOOK) from None
    size, packed = sum(m.file_size for m in members), path.stat().st_size
    if size > LARGEST or (size > RATIO_FROM and size > LARGEST_RATIO * packed):
        raise refuse(path.name, _TOO_LARGE)


def _sheet(book: Any, name: str | None, file: str) -> Any:
    if name is not None and name not in book.sheetnames:
        raise SettingError(
            (
                problem(
                    f"pas de feuille « {name} » (le classeur en a {len(book.sheetnames)})",
                    f'no sheet "{name}" (the workbook has {len(book.sheetnames)})',
                    file=file,
                    remedy=("corriger sheet: dans la correspondance", "correct sheet: in the mapping"),
                ),
            )
        )
    found = book[name] if name is not None else book.worksheets[0]
    found.reset_dimensions()  # the size that the file declares is not to be trusted
    return found


def _rows(sheet: Any, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, as text, with their number."""
    from xml.etree import ElementTree

    try:
        for row, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = [_text(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > MOST_COLUMNS:
                raise refuse(file, _COLUMNS, row)
            if cells:
                yield row, cells
    except (ElementTree.ParseError, KeyError, ValueError, zipfile.BadZipFile, EOFError):
        raise refuse(file, _NOT_WORKBOOK) from None


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value).strip()


def _names(cells: Sequence[str], file: str, row: int) -> list[str]:
    problems = []
    for place, name in enumerate(cells, start=1):
        if not name:
            problems.append((f"colonne sans nom (place {place})", f"column without a name (place {place})"))
        elif name in cells[: place - 1]:
            problems.append((f"nom de colonne répété (place {place})", f"column name repeated (place {place})"))
    if problems:
        remedy = ("nommer chaque colonne, une seule fois", "name each column, only once")
        raise DataError(tuple(problem(fr, en, file=file, row=row, remedy=remedy) for fr, en in problems))
    return list(cells)


def _body(rows: Iterator[tuple[int, list[str]]], width: int, file: str) -> tuple[list[int], list[list[str]]]:
    index, body = [], []
    problems: list[Problem] = []
    for row, cells in rows:
        if len(cells) > width and len(problems) < MOST_PROBLEMS:
            problems.append(
                problem(
                    f"cellules au-delà des {width} colonnes de l'en-tête",
                    f"cells beyond the {width} columns of the header",
                    file=file,
                    row=row,
                    remedy=("nommer la colonne ou vider les cellules", "name the column or empty the cells"),
                )
            )
        index.append(row)
        body.append(cells[:width] + [""] * (width - len(cells)))
    if problems:
        raise DataError(tuple(problems))
    return index, body


_ABSENT = ("fichier absent", "file not found", "vérifier le nom du fichier", "check the name of the file")
_NOT_WORKBOOK = (
    "ce n'est pas un classeur Excel (.xlsx) lisible",
    "this is not a readable Excel workbook (.xlsx)",
    "l'enregistrer à nouveau en .xlsx, sans mot de passe, ou en CSV",
    "save it again as .xlsx, without a password, or as CSV",
)
_TOO_LARGE = (
    "contenu trop grand ou archive qui gonfle démesurément",
    "content too large, or an archive that inflates out of proportion",
    "enregistrer la feuille en CSV",
    "save the sheet as CSV",
)
_EMPTY = ("feuille vide", "empty sheet", "nommer la bonne feuille (sheet:)", "name the right sheet (sheet:)")
_NO_ROW = ("aucune ligne sous l'en-tête", "no row under the header", "exporter à nouveau", "export again")
_COLUMNS = (
    f"plus de {MOST_COLUMNS} colonnes",
    f"more than {MOST_COLUMNS} columns",
    "vider les cellules égarées à droite de la table",
    "empty the cells astray to the right of the table",
)
