"""Reader of any table as CSV or workbook, through a column mapping, to a table of the platform."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, SettingError, Text, problem
from chairs.sources import READERS, Reader
from chairs.sources.answer_rows import AnswerFile, answer_problems
from chairs.sources.log_sql import Cell, at_sql, instant_sql, span_sql, time_sql
from chairs.sources.mapping import DERIVED, TableMapping, mapping_of, value_column
from chairs.sources.sheet import Sheet
from chairs.sources.text import read_sheet
from chairs.sources.workbook import read_workbook
from chairs.store.duck import connected, frame, one_row
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables

YES, NO = ("true", "vrai", "oui", "yes", "1", "o"), ("false", "faux", "non", "no", "0", "n")
ISO_DATE = r"(\d{4}-\d{2})-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?"
# numbers as one decimal mark allows them: groups of thousands by the other mark or by blanks
MARKED = {
    ",": re.compile(r"[+-]?(\d{1,3}([.  \u202f]\d{3})+|\d+)(,\d*)?\s*%?"),
    ".": re.compile(r"[+-]?(\d{1,3}([,  \u202f]\d{3})+|\d+)(\.\d*)?\s*%?"),
}


def read_mapped_table(files: Sequence[Path], mapping: TableMapping) -> pd.DataFrame:
    """Read tables of one layout into the contract that the mapping names; the index is the row of the file.

    An empty cell, or a text among `missing`, is a missing value; a number that is a known code of a
    missing value (NV, NR...) is missing too, and its reason goes to `status` where the contract has it.
    With `wide`, each row gives one row per wide column. Columns that the mapping does not name are left out.

    Raises
    ------
    DataError
        By file, row and column: an absent column, an unknown code, a cell that is not a number, a date or
        a period of the announced form, an answer that its instrument does not know, then, over all files together, a
        wave with another scale than the others (`answer_rows`).

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "rh.csv"
    >>> _ = file.write_text("FINESS;MOIS;ETP;ABS" + chr(10) + "010000024;03/2024;12,5;NV" + chr(10))
    >>> mapping = mapping_of({"source": "rh.csv", "table": "quantities", "period_format": "%m/%Y",
    ...     "columns": {"establishment": "FINESS", "period": "MOIS"},
    ...     "constants": {"unit": "all", "source": "rh"},
    ...     "wide": {"into": "quantity", "columns": {"staff_fte": "ETP", "absence_days": "ABS"}}})
    >>> table = read_mapped_table([file], mapping)
    >>> table[["establishment", "period", "quantity", "value", "status"]].values.tolist()
    [['010000024', '2024-03', 'staff_fte', 12.5, 'ok'], ['010000024', '2024-03', 'absence_days', nan, 'not_validated']]
    """
    import pandas as pd

    parts, answers = [], []
    wide = mapping.wide.columns if mapping.wide else {}
    for path in files:
        workbook = path.suffix.lower() in (".xlsx", ".xlsm")
        sheet = read_workbook(path, mapping.sheet) if workbook else read_sheet(path, separator=mapping.separator)
        table = _Filling(sheet, mapping).table()
        if mapping.table == "responses":
            answers.append(AnswerFile(table=table, file=sheet.name, columns=mapping.columns, items=wide))
            sheet.problems += answer_problems(answers[-1])
        parts.append(table)
        sheet.finish()
    if answers[1:] and (found := answer_problems(*answers)):
        raise DataError(tuple(found))
    return pd.concat(parts)


@dataclass(slots=True)
class _Filling:
    """One sheet being turned into rows of the contract."""

    sheet: Sheet
    mapping: TableMapping

    def table(self) -> pd.DataFrame:
        import pandas as pd

        mapping = self.mapping
        wide = mapping.wide.columns if mapping.wide else {}
        self.sheet.require(*mapping.columns.values(), *wide.values())
        common: dict[str, Any] = {}
        for name, column in mapping.columns.items():
            common |= self._filled(name, column)
        common |= {name: self._constant(name, text) for name, text in mapping.constants.items()}
        if mapping.wide is None:
            return self._whole(pd.DataFrame(common, index=self.sheet.frame.index))
        parts = []
        for word, column in wide.items():
            own = {mapping.wide.into: word, **self._filled(value_column(mapping.table), column)}
            parts.append(pd.DataFrame({**common, **own}, index=self.sheet.frame.index))
        return self._whole(pd.concat(parts).sort_index(kind="stable"))

    def _whole(self, table: pd.DataFrame) -> pd.DataFrame:
        if "status" in DERIVED.get(self.mapping.table, ()) and "status" not in table:
            table = table.assign(status="ok")
        return table

    def _constant(self, name: str, text: str) -> Any:
        column = CONTRACTS[self.mapping.table].columns[name]
        if column.kind == "text":
            return text
        if column.kind in ("number", "count"):
            return float(text) if column.kind == "number" else int(text)
        return text.casefold() in YES

    def _filled(self, name: str, column: str) -> dict[str, Any]:
        """Return the contract's column `name` read from `column`, and the status words that come with a value."""
        contract = CONTRACTS[self.mapping.table]
        kind = contract.columns[name].kind if name in contract.columns else "text"
        if kind in ("number", "count"):
            values, status = self._numbers(column, whole=kind == "count")
            valued = name == value_column(self.mapping.table) and "status" in DERIVED.get(self.mapping.table, ())
            return {name: values, "status": status} if valued else {name: values}
        if kind == "flag":
            return {name: self._flags(column)}
        if kind == "time":
            return {name: self._times(column)}
        if name == "period" and self.mapping.period_format is not None:
            return {name: self._periods(column)}
        return {name: self._texts(name, column)}

    def _cells(self, column: str) -> pd.Series:
        cells = self.sheet.cells(column)
        return cells.mask(cells.isin(self.mapping.missing), "")

    def _texts(self, name: str, column: str) -> pd.Series:
        cells = self._cells(column)
        words = self.mapping.codes.get(name)
        if words is not None:
            known = cells.isin(["", *words])
            listed = ", ".join(sorted(words))
            self._refuse(~known, column, (*_CODE, f"codes connus : {listed}", f"known codes: {listed}"))
            cells = cells.map({**words, "": ""}).fillna("").astype("str")
        return cells.mask(cells == "")

    def _numbers(self, column: str, *, whole: bool) -> tuple[Any, Any]:
        import numpy as np

        from chairs.sources.cells import MISSING, numbers

        cells = self._cells(column)
        mark = self.mapping.decimal
        if mark is not None:
            fits = cells.str.casefold().isin(list(MISSING)) | cells.str.fullmatch(MARKED[mark])
            self._refuse(~fits, column, _NUMBER)
            cells = cells.where(~fits, cells.str.replace("." if mark == "," else ",", "", regex=False))
        values, status = numbers(cells)
        if mark is None:
            self._refuse(status == "", column, _NUMBER)
        if whole:
            self._refuse(values != np.floor(values), column, _COUNT, unless=np.isnan(values))
        return values, np.where(status == "", "not_available", status)

    def _flags(self, column: str) -> pd.Series:
        import pandas as pd

        cells = self._cells(column).str.casefold()
        self._refuse(~cells.isin(["", *YES, *NO]), column, _FLAG)
        flags = pd.Series(pd.NA, index=cells.index, dtype="boolean")
        return flags.mask(cells.isin(YES), True).mask(cells.isin(NO), False)

    def _periods(self, column: str) -> pd.Series:
        """Return the year and month of dates written as `period_format` (or as ISO, in a workbook)."""
        import pandas as pd

        cells = self._cells(column)
        form = self.mapping.period_format or ""
        dates = pd.to_datetime(cells.where(cells != ""), format=form, errors="coerce")
        monthly = any(mark in form for mark in ("%m", "%b", "%B"))
        periods = dates.dt.strftime("%Y-%m" if monthly else "%Y")
        iso = cells.str.extract(f"^{ISO_DATE}$")[0]
        periods = periods.where(dates.notna(), iso if monthly else iso.str[:4])
        self._refuse((cells != "") & periods.isna(), column, _PERIOD)
        return periods.astype("str")

    def _times(self, column: str) -> pd.Series:
        """Return instants: local times on the mapping's clock, by the rule of `local_time`."""
        import pandas as pd

        cells = self._cells(column)
        mapping = self.mapping
        if cells.where(cells != "").dropna().str.fullmatch(ISO_DATE).all():
            mapping = replace(mapping, time_format=None)
        read = ", ".join(
            f"{sql} as {name}" for name, sql in time_sql(Cell(name=column, sql="cell"), mapping, "cell").items()
        )
        with connected() as connection:
            connection.register("cells", pd.DataFrame({"place": range(len(cells)), "cell": cells.to_numpy()}))
            inner = f"(select place, {read} from cells)"
            low, high = one_row(connection, f"select {span_sql('cell')} from (select {at_sql('cell')} from {inner})")
            instant = instant_sql("cell", mapping, (low, high), bit=0)
            query = f"select make_timestamptz({instant}) as at from (select place, {at_sql('cell')} from {inner})"
            times = frame(connection, f"{query} order by place")["at"].set_axis(cells.index)
        self._refuse((cells != "") & times.isna(), column, _TIME)
        return times

    def _refuse(self, wrong: Any, column: str, words: tuple[str, str, str, str], unless: Any = False) -> None:
        import numpy as np

        self.sheet.refuse(np.asarray(wrong, dtype=bool) & ~np.asarray(unless, dtype=bool), column, words)


def _read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    mapping = mapping_of(options)
    if mapping is None or mapping.table == "events":
        raise SettingError(
            (
                problem(
                    "une correspondance (mapping) vers une table autre que events est nécessaire",
                    "a mapping to a table other than events is needed",
                    file=str(options.get("source")),
                    remedy=(
                        "écrire pipelines/mappings/NOM.yaml et nommer NOM dans l'étude, ou le fichier après --mapping",
                        "write pipelines/mappings/NAME.yaml and name it in the study, or the file after --mapping",
                    ),
                ),
            )
        )
    return {mapping.table: read_mapped_table(files, mapping)}


READERS.add(
    "mapped_table",
    Reader(name="mapped_table", title=Text(fr="Table avec correspondance de colonnes", en="Mapped table"), read=_read),
)

_CODE = ("code inconnu", "unknown code")
_CORRECT = ("corriger la cellule ou la laisser vide", "correct the cell or leave it empty")
_NUMBER = (
    "ni un nombre ni un code connu de valeur absente",
    "neither a number nor a known code of a missing value",
    *_CORRECT,
)
_COUNT = ("ce n'est pas un entier", "not a whole number", *_CORRECT)
_FLAG = ("ni oui ni non", "neither yes nor no", *_CORRECT)
_PERIOD = (
    "période d'une autre forme que celle annoncée",
    "period of another form than announced",
    "corriger la cellule, ou period_format dans la correspondance",
    "correct the cell, or period_format in the mapping",
)
_TIME = (
    "ce n'est pas une date-heure de la forme annoncée",
    "not a date-time of the announced form",
    "corriger la cellule, ou time_format dans la correspondance",
    "correct the cell, or time_format in the mapping",
)
