"""The SQL that turns an export's columns into those of the event log, with a mark on each cell that does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chairs.sources.local_time import FIRST_YEAR, LAST_YEAR, Span, utc
from chairs.sources.mapping import TableMapping
from chairs.store.duck import named, quoted

TEXTS = ("case_id", "activity", "unit", "resource", "replication")
TIMES = ("requested", "start", "end")
_OFFSET = r"[0-9]:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?\s*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"

Kind = Literal["text", "local", "instant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One column of an export: its name in the file, its SQL, and what it holds.

    `text` is anything written; `local` a typed time without offset; `instant` a typed time with one.
    """

    name: str
    sql: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing that can be wrong with one column, as a bit of the column `bad`."""

    column: str
    fault: Literal["time", "year", "zone", "code", "count"]


def marks(mapping: TableMapping) -> tuple[Mark, ...]:
    """Return what the bits of `bad` mean, lowest first."""
    found = [Mark(column=name, fault=fault) for name in TIMES for fault in ("time", "year", "zone")]  # type: ignore[arg-type]
    found += [Mark(column=name, fault="code") for name in sorted(mapping.codes)]
    return (*found, Mark(column="replication", fault="count"))


def select_cells(source: str, cells: Mapping[str, Cell], mapping: TableMapping) -> str:
    """Return the query that reads `source`, its rows in the order of the file.

    It gives the texts of the log, codes turned into words; `at_requested`, `at_start`, `at_end` in microseconds, as
    the clock showed them or, where a bit of `fixed` is set, as instants; the case attributes
    (`attribute_0`...); `line` (null unless `cells` has one); and `bad` (bits of `marks`).

    Parameters
    ----------
    source
        A FROM expression.
    cells
        Column of the contract, or `attribute_N`, to the column of the export it is read from.
    """
    attributes = [name for name in cells if name.startswith("attribute_")]
    read = [f"{cells['line'].sql if 'line' in cells else 'null::bigint'} as line"]
    read += [f"{text_sql(cells.get(name), mapping, name)} as {name}" for name in (*TEXTS, *attributes)]
    times = [time_sql(cells.get(column), mapping, column) for column in TIMES]
    read += [f"{sql} as {name}" for parts in times for name, sql in parts.items()]
    texts = ", ".join(f"{_coded(name, mapping)} as {name}" for name in (*TEXTS[:-1], *attributes))
    return f"""
        select {texts}, try_cast(replication as bigint) as replication, {at_sql(*TIMES)}, line, {_bad(mapping)} as bad
        from (select {", ".join(read)} from {source})"""


def select_log(table: str, mapping: TableMapping, span: Span) -> str:
    """Return the query over a table made by `select_cells` that gives the log in UTC; `record` is the row's rank."""
    first = ", ".join(f"{instant_sql(name, mapping, span)} as utc_{name}" for name in TIMES)
    start = _not_before("start", "utc_requested", mapping, span)
    end = _not_before("end", "coalesce(from_start, utc_requested)", mapping, span)
    return f"""
        select *, make_timestamptz(utc_requested) as requested, make_timestamptz(from_start) as start,
               make_timestamptz({end}) as "end"
        from (select *, {start} as from_start from (select *, {first}, rowid as record from {table}))"""


def text_sql(cell: Cell | None, mapping: TableMapping, name: str) -> str:
    """Return the SQL of a text cell: blanks around it lost, null when empty or among `missing`."""
    if cell is None:
        return quoted(mapping.constants[name]) if name in mapping.constants else "null::varchar"
    bare = f"trim({cell.sql}::varchar)"
    if not mapping.missing:
        return f"nullif({bare}, '')"
    empty = ", ".join(quoted(text) for text in ("", *mapping.missing))
    return f"case when {bare} not in ({empty}) then {bare} end"


def time_sql(cell: Cell | None, mapping: TableMapping, name: str) -> dict[str, str]:
    """Return the SQL of what is written (null when empty), of the wall time and of the instant, in microseconds."""
    if cell is None or cell.kind != "text":
        value = "null::bigint" if cell is None else f"epoch_us({cell.sql})"
        wall, fixed = (value, "null::bigint") if cell is None or cell.kind == "local" else ("null::bigint", value)
        raw = "null::varchar" if cell is None else f"({cell.sql})::varchar"
        return {f"raw_{name}": raw, f"wall_{name}": wall, f"fixed_{name}": fixed}
    raw = text_sql(cell, mapping, name)
    if mapping.time_format is None:
        offset = f"regexp_matches({raw}, {quoted(_OFFSET)})"
        wall = f"case when not {offset} then epoch_us(try_cast({raw} as timestamp)) end"
        fixed = f"case when {offset} then epoch_us(try_cast({raw} as timestamptz)) end"
    else:
        value = f"epoch_us(try_strptime({raw}, {quoted(mapping.time_format)}))"
        has_offset = "%z" in mapping.time_format or "%Z" in mapping.time_format
        wall, fixed = ("null::bigint", value) if has_offset else (value, "null::bigint")
    return {f"raw_{name}": raw, f"wall_{name}": wall, f"fixed_{name}": fixed}


def at_sql(*names: str) -> str:
    """Return the columns `at_NAME` and `fixed` over the columns of `time_sql`."""
    values = ", ".join(f"coalesce(fixed_{name}, wall_{name}) as at_{name}" for name in names)
    bits = " + ".join(f"case when fixed_{name} is null then 0 else {1 << n} end" for n, name in enumerate(names))
    return f"{values}, ({bits})::utinyint as fixed"


def span_sql(*names: str) -> str:
    """Return the aggregates that make a `Span` over the columns of `at_sql`."""
    listed = ", ".join(f"at_{name}" for name in names)
    return f"min(least({listed})), max(greatest({listed}))"


def instant_sql(name: str, mapping: TableMapping, span: Span, *, second: bool = False, bit: int | None = None) -> str:
    """Return the SQL of the instant, in microseconds, over the columns of `at_sql`."""
    at, place = f"at_{name}", TIMES.index(name) if bit is None else bit
    if mapping.timezone is None or span[0] is None:
        return at
    return f"case when fixed & {1 << place} = 0 then {utc(at, mapping.timezone, span, second=second)} else {at} end"


def _not_before(name: str, earlier: str, mapping: TableMapping, span: Span) -> str:
    """Read a repeated hour as its second occurrence where the first would come before `earlier`."""
    if mapping.timezone is None or span[0] is None:
        return f"utc_{name}"
    return f"case when utc_{name} < {earlier} then {instant_sql(name, mapping, span, second=True)} else utc_{name} end"


def _coded(name: str, mapping: TableMapping) -> str:
    words = mapping.codes.get(_column(name, mapping))
    if words is None:
        return name
    branches = " ".join(f"when {quoted(code)} then {quoted(word)}" for code, word in sorted(words.items()))
    return f"case {name} {branches} end"


def _column(name: str, mapping: TableMapping) -> str:
    if not name.startswith("attribute_"):
        return name
    return list(mapping.attributes)[int(name.removeprefix("attribute_"))] if mapping.attributes else name


def _bad(mapping: TableMapping) -> str:
    bits = [f"case when {_fault(mark, mapping)} then {1 << bit} else 0 end" for bit, mark in enumerate(marks(mapping))]
    return f"({' + '.join(bits)})::bigint"


def _fault(mark: Mark, mapping: TableMapping) -> str:
    name = mark.column
    if mark.fault == "time":
        return f"raw_{name} is not null and wall_{name} is null and fixed_{name} is null"
    if mark.fault == "year":
        low, high = (f"epoch_us(timestamp '{year}-01-01')" for year in (FIRST_YEAR, LAST_YEAR))
        return f"coalesce(wall_{name}, fixed_{name}) not between {low} and {high}"
    if mark.fault == "zone":
        return f"wall_{name} is not null" if mapping.timezone is None else "false"
    if mark.fault == "count":
        return "replication is not null and coalesce(try_cast(replication as bigint), -1) < 0"
    listed = ", ".join(quoted(code) for code in sorted(mapping.codes[name]))
    column = name
    if name in mapping.attributes:
        column = f"attribute_{list(mapping.attributes).index(name)}"
    return f"{named(column)} not in ({listed})"
