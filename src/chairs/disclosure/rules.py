"""The rules of the gate as a frozen record, read from `rules.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from chairs.core.errors import Text
from chairs.core.records import build, read_yaml

FILE = Path(__file__).with_name("rules.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A number of the rule set, why it stands and where it comes from."""

    value: int
    why: Text
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Rows whose `column` holds one of `values`."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The number `of` that a count is a part of, on the rows `when` (all, when left out)."""

    of: str
    when: When | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A column that counts persons, and what it is a part of (see `rules.yaml`)."""

    column: str
    times: str | None = None
    spread: Literal["year", "day"] | None = None
    only: When | None = None
    unless: tuple[When, ...] = ()
    of: str | None = None
    whole: Whole | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Rows that add up, over `over`, to a row of the same table."""

    over: str
    total: Literal["all", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tied:
    """Rows that speak of the same persons as another: hidden (`column` = key of `to`) when that one (value) is."""

    column: str
    to: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Rows that an authority published in this form: `column` matches `pattern`."""

    column: str
    pattern: str
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """How rare kinds become one row: its columns, the name of that row, the number all kinds add up to."""

    name: str
    amount: str
    share: str
    rank: str
    other: str
    whole: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conserved:
    """A network in which as much leaves each inner node as comes in."""

    source: str
    target: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRule:
    """What one table must go through before it leaves."""

    why: Text
    counts: tuple[Count, ...] = ()
    keep: tuple[str, ...] = ()
    quantiles: Mapping[str, float] = field(default_factory=dict)
    tied: Tied | None = None
    margins: tuple[Margin, ...] = ()
    published: Published | None = None
    merge: Merge | None = None
    conserved: Conserved | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The whole rule set; a table that is not in `tables` does not leave."""

    version: str
    threshold: Limit
    complement: Limit
    tail: Limit
    narrow: Limit
    levels: tuple[str, ...]
    never: tuple[str, ...]
    tables: Mapping[str, TableRule]


@cache
def load_rules(path: Path = FILE) -> Rules:
    """Return the rule set; an unknown key or a wrong type is refused.

    Examples
    --------
    >>> load_rules().threshold.value
    11
    """
    return build(Rules, read_yaml(path), path.name)


def allowed() -> tuple[str, ...]:
    """Return the names of the tables that may leave, sorted."""
    return tuple(sorted(load_rules().tables))
