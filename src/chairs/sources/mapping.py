"""The mapping file of a generic reader: which column of a hospital's export is which column of a contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chairs.core.clock import check_zone
from chairs.core.errors import Problem, SettingError, problem, unknown
from chairs.core.records import build
from chairs.tables import CONTRACTS
from chairs.tables.contract import Contract

OWN_OPTIONS = ("year", "source", "scratch", "review")  # what every reader is handed, beside the mapping
DERIVED = {
    "events": ("position",),
    "quantities": ("status",),
    "indicators": ("status",),
    "scores": ("status",),
    "comments": ("language", "coded_a", "coded_b"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """Columns of a wide table that become rows: word written in the column `into`, to the column it is read from."""

    into: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """How one export is read.

    Parameters
    ----------
    table
        Contract that it feeds.
    columns
        Column of the contract to column of the file. An open contract takes further ones (covariates).
    separator
        Of a text file; guessed from the header when absent.
    sheet
        Of a workbook; its first sheet when absent.
    timezone
        Clock of times written without offset.
    time_format, period_format
        As in `strptime`; ISO when absent. A period is then year and month.
    decimal
        The only decimal mark accepted; comma and dot are both read when absent.
    missing
        Texts that mean "no value" (`NULL`, a far date), beside the empty cell.
    attributes
        Attribute of the cases to column of the event log.
    codes
        Column of the contract to what its codes mean; a code that is not listed is a problem.
    constants
        Column of the contract to the value of all rows.
    wide
        Columns turned into rows.
    """

    table: str
    columns: Mapping[str, str] = field(default_factory=dict)
    separator: str | None = None
    sheet: str | None = None
    timezone: str | None = None
    time_format: str | None = None
    period_format: str | None = None
    decimal: str | None = None
    missing: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    wide: Wide | None = None


def mapping_of(options: Mapping[str, Any]) -> TableMapping | None:
    """Return the checked mapping held by a reader's options, None when they hold none.

    Raises
    ------
    SettingError
        For an unknown key or table, a column that the contract does not know or that nothing provides,
        times without a time zone, and the like.

    Examples
    --------
    >>> mapping_of({"source": "a.csv", "year": None}) is None
    True
    >>> mapping_of({"source": "a.csv", "table": "events", "columns": {"case_id": "NUM", "activity": "STEP"}}).table
    'events'
    >>> mapping_of({"source": "a.csv", "table": "events", "columns": {"case": "NUM"}})
    Traceback (most recent call last):
    ...
    chairs.core.errors.SettingError: mapping of a.csv: unknown column "case". Remedy: choose among: activity, ...
    """
    keys = {key: value for key, value in options.items() if key not in OWN_OPTIONS}
    if not keys:
        return None
    where = f"mapping of {options.get('source')}"
    mapping = build(TableMapping, keys, where)
    if mapping.table not in CONTRACTS:
        raise unknown(("table", "table"), mapping.table, CONTRACTS, file=where)
    problems = _problems(mapping, CONTRACTS[mapping.table], where)
    if problems:
        raise SettingError(tuple(problems))
    if mapping.timezone is not None:
        check_zone(mapping.timezone, where)
    return mapping


def provided(mapping: TableMapping) -> set[str]:
    """Return the columns of the contract that the mapping gives a value."""
    names = {*mapping.columns, *mapping.constants, *DERIVED.get(mapping.table, ())}
    if mapping.wide is not None:
        names |= {mapping.wide.into, value_column(mapping.table)}
    return names


def value_column(table: str) -> str:
    """Return the column that holds the value of a row made from a wide column."""
    return {"responses": "answer", "scores": "score"}.get(table, "value")


def _problems(mapping: TableMapping, contract: Contract, where: str) -> list[Problem]:
    known = ", ".join(sorted(contract.columns))
    named = {*mapping.columns, *mapping.constants} | ({mapping.wide.into} if mapping.wide else set())
    found = [
        problem(
            f"colonne inconnue « {name} »",
            f'unknown column "{name}"',
            file=where,
            remedy=(f"choisir parmi : {known}", f"choose among: {known}"),
        )
        for name in sorted(named - set(contract.columns))
        if not (contract.open and name in mapping.columns)
    ]
    if not found:
        found = _missing(mapping, contract, where)
    found += [_lone(name, where) for name in sorted(set(mapping.codes) - provided(mapping) - set(mapping.attributes))]
    timed = [n for n in mapping.columns if n in contract.columns and contract.columns[n].kind == "time"]
    if timed and mapping.timezone is None:
        remedy = ("ajouter par exemple timezone: Europe/Paris", "add for example timezone: Europe/Paris")
        found.append(problem("fuseau horaire absent", "time zone absent", file=where, column="timezone", remedy=remedy))
    return found + _marks(mapping, where) + _formats(mapping, where) + _unused(mapping, where)


def _missing(mapping: TableMapping, contract: Contract, where: str) -> list[Problem]:
    needed = {name for name, column in contract.columns.items() if not column.missing}
    return [
        problem(
            f"rien ne donne la colonne « {name} »",
            f'nothing gives the column "{name}"',
            file=where,
            remedy=("la nommer sous columns: ou constants:", "name it under columns: or constants:"),
        )
        for name in sorted(needed - provided(mapping))
    ]


def _lone(name: str, where: str) -> Problem:
    return problem(
        f"codes donnés pour « {name} », qui n'est pas lue",
        f'codes given for "{name}", which is not read',
        file=where,
        remedy=("la nommer sous columns:", "name it under columns:"),
    )


def _formats(mapping: TableMapping, where: str) -> list[Problem]:
    """Refuse formats and constants that no cell could fit."""
    found = []
    remedy = ('écrire par exemple "%d/%m/%Y %H:%M:%S"', 'write for example "%d/%m/%Y %H:%M:%S"')
    for key, fits in (("time_format", _is_time_format), ("period_format", _is_period_format)):
        form = getattr(mapping, key)
        if form is not None and not fits(form):
            found.append(
                problem("format de date inconnu", "unknown date format", file=where, column=key, remedy=remedy)
            )
    kinds = {name: column.kind for name, column in CONTRACTS[mapping.table].columns.items()}
    for name, text in mapping.constants.items():
        if kinds.get(name) == "time" or (kinds.get(name) in ("number", "count") and not text.isdecimal()):
            found.append(
                problem(
                    f"« {name} » ne peut pas être constante, ou pas à cette valeur",
                    f'"{name}" cannot be constant, or not with this value',
                    file=where,
                    column="constants",
                    remedy=("lire une colonne du fichier", "read a column of the file"),
                )
            )
    return found


def _is_time_format(form: str) -> bool:
    import duckdb

    from chairs.store.duck import connected, quoted

    try:
        with connected() as connection:
            connection.execute(f"select try_strptime('', {quoted(form)})").fetchall()
    except duckdb.Error:
        return False
    return "%" in form


def _is_period_format(form: str) -> bool:
    try:
        moment = datetime(2024, 3, 1)
        return datetime.strptime(moment.strftime(form), form).year == moment.year
    except ValueError:
        return False


def _unused(mapping: TableMapping, where: str) -> list[Problem]:
    """Refuse what would be ignored without a word."""
    if mapping.table == "events":
        idle: dict[str, object] = {"wide": mapping.wide, "sheet": mapping.sheet, "period_format": mapping.period_format}
        idle |= {"decimal": mapping.decimal, "columns: position": mapping.columns.get("position")}
        taken = sorted({*mapping.attributes} & {*CONTRACTS["events"].columns, "line"})
        idle |= {f"attributes: {name}": name for name in taken}
        dated = ("requested", "start", "end", "position", "replication")
        idle |= {f"constants: {name}": mapping.constants.get(name) for name in dated}
    else:
        idle = {"attributes": mapping.attributes}
    return [
        problem(
            f"« {key} » ne sert pas pour la table {mapping.table}",
            f'"{key}" has no use for the table {mapping.table}',
            file=where,
            remedy=("la retirer", "remove it"),
        )
        for key, value in idle.items()
        if value
    ]


def _marks(mapping: TableMapping, where: str) -> list[Problem]:
    found = []
    if mapping.decimal not in (None, ",", "."):
        found.append(
            problem(
                "marque décimale inconnue",
                "unknown decimal mark",
                file=where,
                column="decimal",
                remedy=('écrire "," ou "."', 'write "," or "."'),
            )
        )
    if mapping.separator is not None and (len(mapping.separator) != 1 or mapping.separator in '"\r\n'):
        found.append(
            problem(
                "le séparateur est un seul caractère",
                "the separator is one character",
                file=where,
                column="separator",
                remedy=('écrire par exemple ";"', 'write for example ";"'),
            )
        )
    return found
