"""Writes an event log back as CSV, Parquet or XES, so that `read_event_log` gives the same table again."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from chairs.core.errors import SettingError, problem, unknown
from chairs.store.duck import connected, named, quoted
from chairs.store.files import replacing
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

FORMATS = (".csv", ".parquet", ".xes", ".xes.gz")
BATCH = 20_000

_EXTENSIONS = {
    "Concept": "concept",
    "Time": "time",
    "Lifecycle": "lifecycle",
    "Organizational": "org",
}
_MOMENTS = {"requested": "schedule", "start": "start", "end": "complete"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def write_event_log(events: pd.DataFrame | Path, path: Path) -> None:
    """Write an event log in the format of the file's name: `.csv`, `.parquet`, `.xes` or `.xes.gz`, all or nothing.

    Rows keep the order of `position`; in XES they are grouped by case, as the format demands. CSV and XES
    write times in UTC with microseconds; a row of the log becomes one XES event for each of its times
    (`schedule`, `start`, `complete`), tied by `concept:instance`.

    Parameters
    ----------
    events
        Contract `events`, as a table or its Parquet file.

    Raises
    ------
    SettingError
        For another suffix, or a character that XML cannot hold (control characters), by row of the table.

    Notes
    -----
    Read back, the table is the same but for `position`, which is counted anew; an empty text comes back
    as missing and blanks around a text are lost.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> log = CONTRACTS["events"].conform(pd.DataFrame({"case_id": ["NA"], "activity": ["triage"],
    ...     "end": pd.to_datetime(["2024-01-01 08:00"], utc=True), "position": [0]}))
    >>> file = Path(tempfile.mkdtemp()) / "log.csv"
    >>> write_event_log(log, file)
    >>> print(file.read_text(), end="")
    case_id,activity,unit,requested,start,end,resource,replication
    NA,triage,,,,2024-01-01T08:00:00.000000Z,,
    """
    suffix = next((form for form in reversed(FORMATS) if path.name.lower().endswith(form)), None)
    if suffix is None:
        raise unknown(("suffixe", "suffix"), path.suffix, FORMATS, file=path.name)
    with connected() as connection, replacing(path) as draft:
        if isinstance(events, Path):
            connection.execute(f"create view log as select * from read_parquet({quoted(str(events))})")
        else:
            connection.register("log", events)
        if suffix == ".csv":
            connection.execute(f"copy ({_as_text()} order by position) to {quoted(str(draft))} (format csv, header)")
        elif suffix == ".parquet":
            columns = ", ".join(named(name) for name in CONTRACTS["events"].columns)
            connection.execute(
                f"copy (select {columns} from log order by position) to {quoted(str(draft))} "
                "(format parquet, compression zstd)"
            )
        else:
            _write_xes(connection, draft, path.name, packed=suffix == ".xes.gz")


def _as_text(*more: str) -> str:
    columns = [
        f"strftime({named(name)}, '%Y-%m-%dT%H:%M:%S.%fZ') as {named(name)}" if column.kind == "time" else named(name)
        for name, column in CONTRACTS["events"].columns.items()
        if name != "position"
    ]
    return f"select {', '.join([*columns, *more])} from log"


def _write_xes(connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, packed: bool) -> None:
    first = "min(position) over (partition by case_id) as first"
    query = f"{_as_text('position', first)} order by first, case_id, position"
    with path.open("wb") as raw:
        target: Any = gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") if packed else raw
        stream = io.TextIOWrapper(target, encoding="utf-8", newline="\n")
        stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        stream.write('<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">\n')
        for extension, prefix in _EXTENSIONS.items():
            uri = f"http://www.xes-standard.org/{prefix}.xesext"
            stream.write(f'\t<extension name="{extension}" prefix="{prefix}" uri="{uri}"/>\n')
        _write_traces(stream, _rows(connection, query), name)
        stream.write("</log>\n")
        stream.flush()
        stream.detach()
        if packed:
            target.close()


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[dict[str, Any]]:
    for batch in connection.sql(query).to_arrow_reader(BATCH):
        yield from batch.to_pylist()


def _write_traces(stream: TextIO, rows: Iterator[dict[str, Any]], name: str) -> None:
    case = None
    for row in rows:
        if row["case_id"] != case:
            stream.write("\t</trace>\n" if case is not None else "")
            case = row["case_id"]
            stream.write(f"\t<trace>\n{_attribute('concept:name', case, row, name, depth=2)}")
        moments = [(moment, row[column]) for column, moment in _MOMENTS.items() if row[column] is not None]
        for moment, time in moments or [("complete", None)]:
            stream.write(_event(row, moment, time, name))
    stream.write("\t</trace>\n" if case is not None else "")


def _event(row: dict[str, Any], moment: str, time: str | None, name: str) -> str:
    pairs = {
        "concept:name": row["activity"],
        "concept:instance": str(row["position"]),
        "lifecycle:transition": moment,
        "org:group": row["unit"],
        "org:resource": row["resource"],
    }
    lines = [_attribute(key, text, row, name, depth=3) for key, text in pairs.items() if text is not None]
    if time is not None:
        lines.append(f'\t\t\t<date key="time:timestamp" value="{time}"/>\n')
    if row["replication"] is not None:
        lines.append(f'\t\t\t<int key="replication" value="{row["replication"]}"/>\n')
    return f"\t\t<event>\n{''.join(lines)}\t\t</event>\n"


def _attribute(key: str, text: str, row: dict[str, Any], name: str, *, depth: int) -> str:
    if _FORBIDDEN.search(text):
        raise SettingError(
            (
                problem(
                    "caractère de contrôle, que XML ne peut pas porter",
                    "control character, which XML cannot hold",
                    file=name,
                    row=row["position"],
                    column=key,
                    remedy=("écrire le journal en CSV ou en Parquet", "write the log as CSV or Parquet"),
                ),
            )
        )
    return f'{chr(9) * depth}<string key="{key}" value="{text.translate(_ESCAPES)}"/>\n'
