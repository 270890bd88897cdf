"""Runs a contract's checks through pandera and turns its reports into problems without values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.core.errors import Problem, problem
from chairs.tables.contract import PANDAS_TYPE, Column, Contract

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

# name of the check in pandera -> (French, English, remedy in French, remedy in English)
MESSAGES = {
    "missing": (
        "valeur manquante",
        "missing value",
        "compléter la cellule ou écarter la ligne",
        "fill the cell or drop the row",
    ),
    "choices": (
        "code inconnu",
        "unknown code",
        "employer un code de la liste du dictionnaire",
        "use a code of the data dictionary",
    ),
    "bounds": (
        "valeur hors des bornes",
        "value out of bounds",
        "vérifier l'unité et la saisie",
        "check the unit and the entry",
    ),
    "pattern": (
        "forme inattendue",
        "unexpected form",
        "suivre la forme décrite dans le dictionnaire",
        "follow the form described in the data dictionary",
    ),
    "key": (
        "identifiant en double",
        "duplicate identifier",
        "garder une seule ligne par identifiant",
        "keep one row per identifier",
    ),
}


def schema(contract: Contract) -> pa.DataFrameSchema:
    """Return the pandera schema of `contract`: types, missing values, choices, bounds, patterns, key, rules."""
    import pandera.pandas as pa

    columns = {
        name: pa.Column(
            PANDAS_TYPE[column.kind],
            checks=_checks(column),
            nullable=column.missing,
            required=not column.missing,
            name=name,
        )
        for name, column in contract.columns.items()
    }
    rules = [pa.Check(rule.holds, name=rule.name, ignore_na=False) for rule in contract.rules]
    return pa.DataFrameSchema(
        columns,
        checks=rules,
        strict=not contract.open,
        name=contract.name,
        unique=list(contract.key) or None,
        report_duplicates="exclude_first",
    )


def breaches(contract: Contract, frame: pd.DataFrame, *, file: str, first_row: int) -> list[Problem]:
    """Return what `frame` (already of the contract's types) breaks, in row order, without any value."""
    import pandera.errors

    table = frame.reset_index(drop=True)
    try:
        schema(contract).validate(table, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        found = {_locate(contract, failure) for _, failure in errors.failure_cases.iterrows()}
    else:
        return []
    rows = sorted(found, key=lambda item: (item[0] is None, item[0] or 0, item[1] or "", item[2]))
    return [_problem(contract, index, column, check, file, first_row) for index, column, check in rows]


def _checks(column: Column) -> list[Any]:
    import pandera.pandas as pa

    checks = []
    if column.choices:
        checks.append(pa.Check(lambda values, allowed=column.choices: values.isin(allowed), name="choices"))
    if column.at_least is not None or column.at_most is not None:
        low = float("-inf") if column.at_least is None else column.at_least
        high = float("inf") if column.at_most is None else column.at_most
        checks.append(pa.Check(lambda values, low=low, high=high: (values >= low) & (values <= high), name="bounds"))
    if column.pattern is not None:
        checks.append(pa.Check(lambda values, form=column.pattern: values.str.fullmatch(form), name="pattern"))
    return checks


def _locate(contract: Contract, failure: Any) -> tuple[int | None, str | None, str]:
    check = str(failure["check"])
    index = None if failure["index"] is None or failure["index"] != failure["index"] else int(failure["index"])
    if "unique" in check:
        return index, ", ".join(contract.key), "key"
    rule = next((rule for rule in contract.rules if rule.name == check), None)
    column = rule.column if rule else failure["column"]
    if check == "not_nullable":
        return index, str(column), "missing"
    return index, str(column), check


def _problem(
    contract: Contract, index: int | None, column: str | None, check: str, file: str, first_row: int
) -> Problem:
    row = None if index is None else index + first_row
    rule = next((rule for rule in contract.rules if rule.name == check), None)
    if rule is not None:
        return Problem(what=rule.message, remedy=rule.remedy, file=file, row=row, column=column)
    fr, en, remedy_fr, remedy_en = MESSAGES.get(
        check,
        ("contenu inattendu", "unexpected content", "voir le dictionnaire des données", "see the data dictionary"),
    )
    return problem(fr, en, remedy=(remedy_fr, remedy_en), file=file, row=row, column=column)
