"""The SQL that turns an export's columns into those of the event log, with a mark on each cell that does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chairs.sources.local_time import FIRST_YEAR, LAST_YEAR, utc
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


def select_log(source: str, cells: Mapping[str, Cell], mapping: TableMapping) -> str:
    """Return the query that reads `source` as an event log.

    Its rows keep the order of the file and have the contract's columns but for `position`, the case
    attributes (`attribute_0`...), `line` (null unless `cells` has one) and `bad` (bits of `marks`).

    Parameters
    ----------
    source
        A FROM expression.
    cells
        Column of the contract, or `attribute_N`, to the column of the export it is read from.
    """
    attributes = [name for name in cells if name.startswith("attribute_")]
    line = cells["line"].sql if "line" in cells else "null::bigint"
    read = [f"{line} as line"]
    read += [f"{text_sql(cells.get(name), mapping, name)} as {name}" for name in (*TEXTS, *attributes)]
    read += [
        f"{sql} as {name}" for column in TIMES for name, sql in time_sql(cells.get(column), mapping, column).items()
    ]
    parsed = f"select {', '.join(read)} from {source}"
    first = ", ".join(f"{instant_sql(name, mapping)} as at_{name}" for name in TIMES)
    in_utc = f"select *, {first} from ({parsed})"
    start = f"select *, {_not_before('start', 'at_requested', mapping)} as from_start from ({in_utc})"
    end = _not_before("end", "coalesce(from_start, at_requested)", mapping)
    return f"""
        select {_coded("case_id", mapping)} as case_id, {_coded("activity", mapping)} as activity,
               {_coded("unit", mapping)} as unit, make_timestamptz(at_requested) as requested,
               make_timestamptz(from_start) as start, make_timestamptz({end}) as "end",
               {_coded("resource", mapping)} as resource, try_cast(replication as bigint) as replication,
               {"".join(f"{_coded(name, mapping)} as {name}, " for name in attributes)}
               line, {_bad(mapping)} as bad
        from ({start})"""


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


def instant_sql(name: str, mapping: TableMapping, *, second: bool = False) -> str:
    """Return the SQL of the instant, in microseconds, from the columns of `time_sql`."""
    local = f"wall_{name}" if mapping.timezone is None else utc(f"wall_{name}", mapping.timezone, second=second)
    return f"case when fixed_{name} is not null then fixed_{name} when wall_{name} is not null then {local} end"


def _not_before(name: str, earlier: str, mapping: TableMapping) -> str:
    """Read a repeated hour as its second occurrence where the first would come before `earlier`."""
    if mapping.timezone is None:
        return f"at_{name}"
    return f"case when at_{name} < {earlier} then {instant_sql(name, mapping, second=True)} else at_{name} end"


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
