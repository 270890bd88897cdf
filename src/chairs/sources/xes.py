"""Streaming reader of XES event logs: bounded in depth, length and size, no entity, no document type."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from chairs.sources.layout import LARGEST_RATIO, refuse
from chairs.sources.log_file import LARGEST_LOG, Source
from chairs.sources.log_sql import Cell
from chairs.sources.mapping import TableMapping
from chairs.store.duck import named
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import duckdb

DEEPEST = 64  # elements within elements; real logs stay under 10
LONGEST = 1 << 20  # bytes without a tag
MOST_ATTRIBUTES = 500
MOST_EVENTS = 1_000_000  # of one trace
BATCH = 50_000
READ = 1 << 16
RATIO_FROM = 4 << 20  # bytes from which the rate of decompression is looked at

# column of the event log -> key of the event's attribute, and how the column is named in problems
KEYS = {"activity": "concept:name", "unit": "org:group", "resource": "org:resource", "replication": "replication"}
PLACES = {
    "case_id": "concept:name (trace)",
    **KEYS,
    "requested": "time:timestamp (schedule)",
    "start": "time:timestamp (start)",
    "end": "time:timestamp (complete)",
}
CASE = "concept:name"  # key of the trace's attribute
IDLE = ("assign", "reassign", "suspend", "resume")  # moments within a step, which the contract does not keep
_SINGLE = ("string", "date", "int", "float", "boolean", "id")


@dataclass(slots=True)
class _Row:
    """One step of one case, made of the XES events of its life cycle."""

    line: int
    texts: dict[str, str] = field(default_factory=dict)  # by column of the event log
    others: dict[str, str] = field(default_factory=dict)  # by attribute of the case


@dataclass(slots=True)
class _Trace:
    """The case being read."""

    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    rows: list[_Row] = field(default_factory=list)
    under_way: dict[tuple[str | None, str | None], list[_Row]] = field(default_factory=dict)


def load_xes(connection: duckdb.DuckDBPyConnection, path: Path, mapping: TableMapping | None) -> Source:
    """Read an XES file (`.xes`, `.xes.gz`) into the table `xes` of `connection`, all text.

    The XES events of one step are paired within their trace: `schedule` gives the request, `start` the
    start, `complete` (and any other end) the end; `concept:instance` tells apart steps of the same name,
    else the one that began first ends first. `assign`, `suspend` and `resume` are left out. A trace
    without event is left out. Without mapping, every attribute of the traces is one of the cases.

    Parameters
    ----------
    mapping
        `columns` name other keys than the standard ones, `attributes` the attributes of the cases (on the
        trace, else on its first event that has it).

    Raises
    ------
    DataError
        For anything that is not XES, by row of the file: document type or entity, over `DEEPEST` levels,
        over `LONGEST` bytes without a tag, truncated XML or gzip, content inflated out of proportion.
    """
    reader = _Reader(path.name, mapping)
    connection.execute(f"create or replace table xes ({', '.join(f'{named(c)} varchar' for c in PLACES)}, line bigint)")
    written: list[str] = []
    for batch in reader.batches(path):
        for place in range(len(written), len(reader.attributes)):
            connection.execute(f"alter table xes add column attribute_{place} varchar")
            written.append(reader.attributes[place])
        _insert(connection, batch, len(written))
    columns = {name: Cell(name=name, sql=named(column)) for column, name in PLACES.items()}
    columns |= {name: Cell(name=name, sql=f"attribute_{place}") for place, name in enumerate(written)}
    columns["line"] = Cell(name="line", sql="line")
    attributes = {name: name for name in written}
    chosen = replace(mapping or TableMapping(table="events"), columns=PLACES, attributes=attributes)
    return Source(name=path.name, path=path, sql="xes", columns=columns, mapping=chosen)


def _insert(connection: duckdb.DuckDBPyConnection, batch: list[tuple[Any, ...]], attributes: int) -> None:
    import pyarrow as arrow

    names = [*PLACES, "line", *(f"attribute_{place}" for place in range(attributes))]
    filled = [row + (None,) * (len(names) - len(row)) for row in batch]
    kinds = [arrow.int64() if name == "line" else arrow.string() for name in names]
    columns = [arrow.array(column, kind) for column, kind in zip(zip(*filled, strict=True), kinds, strict=True)]
    connection.register("xes_batch", arrow.table(columns, names=names))
    connection.execute("insert into xes by name select * from xes_batch")
    connection.unregister("xes_batch")


class _Reader:
    """What has been read of a log so far, one tag after another."""

    def __init__(self, file: str, mapping: TableMapping | None) -> None:
        self.file = file
        self.keys = {**KEYS, **{n: k for n, k in (mapping.columns.items() if mapping else ()) if n in PLACES}}
        self.wanted = dict(mapping.attributes) if mapping and mapping.attributes else None
        self.attributes: list[str] = list(self.wanted) if self.wanted else []
        self.ready: list[tuple[Any, ...]] = []
        self.path: list[str] = []
        self.trace: _Trace | None = None
        self.event: dict[str, str] = {}
        self.line = self.seen = 0
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.StartDoctypeDeclHandler = self._doctype

    def batches(self, path: Path) -> Iterator[list[tuple[Any, ...]]]:
        """Yield rows: the columns of `PLACES`, the line, then the attributes known by then."""
        fed = 0
        try:
            for chunk in _chunks(path):
                self.parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - self.seen > LONGEST:
                    raise refuse(self.file, _LONG, self.parser.CurrentLineNumber)
                if len(self.ready) >= BATCH:
                    yield self._take()
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise refuse(self.file, _NOT_XML, error.lineno) from None
        except LookupError:  # an encoding that does not exist
            raise refuse(self.file, _NOT_XML, 1) from None
        if self.ready:
            yield self._take()

    def _take(self) -> list[tuple[Any, ...]]:
        ready, self.ready = self.ready, []
        return ready

    def _doctype(self, *_: object) -> None:
        raise refuse(self.file, _DOCTYPE, self.parser.CurrentLineNumber)

    def _open(self, tag: str, found: Mapping[str, str]) -> None:
        self.seen = self.parser.CurrentByteIndex
        name = tag.rpartition("}")[2]
        if len(self.path) >= DEEPEST:
            raise refuse(self.file, _DEEP, self.parser.CurrentLineNumber)
        if not self.path and name != "log":
            raise refuse(self.file, _NOT_XES, self.parser.CurrentLineNumber)
        inside = self.path[-1] if self.path else ""
        self.path.append(name)
        if name == "trace":
            self.trace = _Trace(line=self.parser.CurrentLineNumber)
        elif name == "event":
            self.event, self.line = {}, self.parser.CurrentLineNumber
        elif name in _SINGLE and "key" in found and "value" in found:
            if inside == "event":
                self.event.setdefault(found["key"], found["value"])
            elif inside == "trace" and self.trace is not None:
                self.trace.attributes.setdefault(found["key"], found["value"])

    def _close(self, tag: str) -> None:
        self.seen = self.parser.CurrentByteIndex
        name = self.path.pop()
        if name == "event":
            outside = self.trace is None
            trace = self.trace if self.trace is not None else _Trace(line=self.line)
            self._step(trace)
            if outside:
                self._finish(trace)
        elif name == "trace" and self.trace is not None:
            self._finish(self.trace)
            self.trace = None

    def _step(self, trace: _Trace) -> None:
        """Add one XES event to its trace: a new row, or one more moment of a row under way."""
        event = self.event
        moment = event.get("lifecycle:transition", "complete").lower()
        if moment in IDLE:
            return
        texts = {column: event[key] for column, key in self.keys.items() if key in event}
        key = (texts.get("activity"), event.get("concept:instance"))
        under_way = trace.under_way.setdefault(key, [])
        column = {"schedule": "requested", "start": "start"}.get(moment, "end")
        row = None if column == "requested" else next((r for r in under_way if column not in r.texts), None)
        if row is None:
            row = _Row(line=self.line)
            trace.rows.append(row)
            if len(trace.rows) > MOST_EVENTS:
                raise refuse(self.file, _MANY, self.line)
            if column != "end":
                under_way.append(row)
        elif column == "end":
            under_way.remove(row)
        if "time:timestamp" in event:
            row.texts[column] = event["time:timestamp"]
        row.texts = texts | row.texts
        row.others = {name: event[key] for name, key in (self.wanted or {}).items() if key in event} | row.others

    def _finish(self, trace: _Trace) -> None:
        """Hand over the rows of a trace; its attributes stand on the first one."""
        case = trace.attributes.get(self.keys.get("case_id", CASE))
        for place, row in enumerate(trace.rows):
            texts = [row.texts.get(column) for column in list(PLACES)[1:]]
            self.ready.append((case, *texts, row.line, *self._given(trace, row, first=place == 0)))

    def _given(self, trace: _Trace, row: _Row, *, first: bool) -> list[str | None]:
        """Return the attributes of the case that stand on a row."""
        if self.wanted is not None:
            given = trace.attributes if first else {}
            return [given.get(key, row.others.get(name)) for name, key in self.wanted.items()]
        if not first:
            return []
        known = {name.casefold() for name in (*self.attributes, *CONTRACTS["events"].columns, "line")}
        for name in trace.attributes:
            if name != self.keys.get("case_id", CASE) and name.casefold() not in known:
                self.attributes.append(name)
                known.add(name.casefold())
        if len(self.attributes) > MOST_ATTRIBUTES:
            raise refuse(self.file, _WIDE, trace.line)
        return [trace.attributes.get(name) for name in self.attributes]


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield the content of a file, decompressed, in bounded memory."""
    size = 0
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream: Any = gzip.GzipFile(fileobj=raw) if packed else raw
            while chunk := stream.read(READ):
                size += len(chunk)
                if size > LARGEST_LOG or (packed and size > RATIO_FROM and size > LARGEST_RATIO * raw.tell()):
                    raise refuse(path.name, _LARGE)
                yield chunk
    except FileNotFoundError:
        raise refuse(path.name, _ABSENT) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise refuse(path.name, _TRUNCATED) from None
    if size == 0:
        raise refuse(path.name, _EMPTY)


_AGAIN = ("exporter le journal à nouveau", "export the log again")
_ABSENT = ("fichier absent", "file not found", "vérifier le nom du fichier", "check the name of the file")
_EMPTY = ("fichier vide", "empty file", *_AGAIN)
_TRUNCATED = ("archive gzip tronquée ou abîmée", "truncated or damaged gzip file", *_AGAIN)
_NOT_XML = ("XML mal formé ou tronqué", "XML not well formed, or truncated", *_AGAIN)
_NOT_XES = ("ce n'est pas un journal XES", "this is not an XES log", *_AGAIN)
_DOCTYPE = (
    "le fichier déclare un type de document ou des entités, ce qui est refusé",
    "the file declares a document type or entities, which is refused",
    "retirer la déclaration DOCTYPE",
    "remove the DOCTYPE declaration",
)
_DEEP = (
    f"plus de {DEEPEST} éléments emboîtés",
    f"more than {DEEPEST} elements within each other",
    *_AGAIN,
)
_LONG = (
    f"plus de {LONGEST >> 20} Mo sans balise",
    f"more than {LONGEST >> 20} MB without a tag",
    *_AGAIN,
)
_LARGE = (
    "contenu trop grand ou archive qui gonfle démesurément",
    "content too large, or an archive that inflates out of proportion",
    "découper le journal",
    "split the log",
)
_MANY = (f"plus de {MOST_EVENTS} étapes dans une trace", f"more than {MOST_EVENTS} steps in one trace", *_AGAIN)
_WIDE = (
    f"plus de {MOST_ATTRIBUTES} attributs de trace",
    f"more than {MOST_ATTRIBUTES} attributes of traces",
    "nommer ceux à garder sous attributes: dans une correspondance",
    "name those to keep under attributes: in a mapping",
)
