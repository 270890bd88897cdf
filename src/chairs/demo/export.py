"""Files as hospital systems export them: CSV, Parquet and XLSX, the same bytes for the same content."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.store.files import replacing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as arrow

SPRING_FORWARD = 2 * 3_600  # the hour from 2 to 3 o'clock that the clock skips


def write_csv(
    frame: pd.DataFrame, path: Path, *, encoding: str = "utf-8", separator: str = ";", decimal: str = "."
) -> None:
    """Write a CSV with Windows line ends, as French hospital software does; all or nothing."""
    with replacing(path) as draft:
        frame.to_csv(draft, sep=separator, decimal=decimal, index=False, encoding=encoding, lineterminator="\r\n")


def write_parquet(table: arrow.Table, path: Path) -> None:
    """Write a Parquet file without any metadata of the writer's session; all or nothing."""
    import pyarrow.parquet

    with replacing(path) as draft:
        pyarrow.parquet.write_table(table.replace_schema_metadata(None), draft, compression="zstd", version="2.6")


def write_xlsx(frame: pd.DataFrame, path: Path, sheet: str) -> None:
    """Write a workbook of one sheet; the times that the library puts into the file are taken out again."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(list(frame.columns))
    for row in frame.itertuples(index=False, name=None):
        page.append([value.item() if hasattr(value, "item") else value for value in row])
    content = io.BytesIO()
    book.save(content)
    with replacing(path) as draft, zipfile.ZipFile(content) as made, zipfile.ZipFile(draft, "w") as kept:
        for name in sorted(made.namelist()):
            text = re.sub(rb"(?<=Z\">|F\">)\d{4}-\d\d-\d\dT[\d:]+Z", b"2025-01-01T00:00:00Z", made.read(name))
            entry = zipfile.ZipInfo(name, date_time=(2025, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(entry, text)


def clock_times(seconds: np.ndarray, dates: np.ndarray) -> np.ndarray:
    """Return local date-times (numpy seconds, NaT for -1) of seconds counted from the first midnight of `dates`.

    The simulation runs on the clock on the wall; what falls into the hour that spring skips is written
    at the end of that hour.
    """
    import numpy as np

    skipped = np.array([sunday_of_change(year, 3) for year in range(2022, 2026)]) - dates[0]
    day, rest = seconds // 86_400, seconds % 86_400
    jumped = np.isin(day, skipped.astype(int)) & (rest >= SPRING_FORWARD) & (rest < SPRING_FORWARD + 3_600)
    whole = np.where(jumped, day * 86_400 + SPRING_FORWARD + 3_600, seconds)
    times = dates[0].astype("datetime64[s]") + whole.astype("timedelta64[s]")
    return np.where(seconds < 0, np.datetime64("NaT"), times)


def sunday_of_change(year: int, month: int) -> np.datetime64:
    """Return the last Sunday of a month with 31 days, when the clock changes in Europe (March, October).

    Examples
    --------
    >>> str(sunday_of_change(2024, 3)), str(sunday_of_change(2023, 10))
    ('2024-03-31', '2023-10-29')
    """
    import numpy as np

    last = np.datetime64(f"{year}-{month:02d}-31", "D")
    sunday: np.datetime64 = last - (last.astype(int) + 4) % 7
    return sunday


def midnights(dates: np.ndarray) -> list[str]:
    """Return the ISO text of each midnight in France, with its offset to UTC."""
    import numpy as np

    changes = [(sunday_of_change(y, 3), sunday_of_change(y, 10)) for y in range(2022, 2026)]
    summer = np.any([(dates > spring) & (dates <= autumn) for spring, autumn in changes], axis=0)
    return [
        f"{day}T00:00:00{'+02:00' if late else '+01:00'}" for day, late in zip(dates.astype(str), summer, strict=True)
    ]


def labels(ranks: np.ndarray, words: Sequence[str]) -> arrow.DictionaryArray:
    """Return text by rank (-1: missing), kept as ranks."""
    import pyarrow as arrow

    return arrow.DictionaryArray.from_arrays(
        arrow.array(ranks.astype("int32"), mask=ranks < 0), arrow.array(list(words))
    )
