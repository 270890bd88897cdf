"""The words in which a scenario says a difference: `add`, `times`, `also`, `with`, or the new value itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chairs.core.errors import SettingError, problem

MORE = "more"
MONTHS = 12
WORDS = ("add", "times", "also", "with")


def changed(old: Any, change: Any, where: str) -> Any:
    """Return a plain value (as a JSON file holds it) with a change.

    Parameters
    ----------
    change
        `{add: 2}` (numbers), `{times: 1.2}` or `{times: [..]}` (numbers, lists one by one), `{also: [..]}` (more
        elements of a list), `{with: {..}}` (some fields of a record, the others
        kept; a record that is not there stays away); anything else is the new value.

    Raises
    ------
    SettingError
        For a word that does not fit the value.

    Examples
    --------
    >>> changed([1.0, 1.1], {"times": [1.2, 1.0]}, "month")
    [1.2, 1.1]
    >>> changed({"kind": "fixed", "mean": 3}, {"with": {"mean": {"add": 2}}}, "lands")
    {'kind': 'fixed', 'mean': 5}
    """
    if not isinstance(change, Mapping) or len(change) != 1:
        return change
    ((word, by),) = change.items()
    if word not in WORDS:
        return change
    if word == "with" and old is None:
        return None
    new: Any = None
    if word == "add" and isinstance(old, int | float) and isinstance(by, int | float):
        new = old + by
    elif word == "times":
        new = _times(old, by)
    elif word == "also" and isinstance(old, list | tuple) and isinstance(by, list | tuple):
        new = [*old, *by]
    elif word == "with" and isinstance(old, Mapping) and isinstance(by, Mapping):
        new = {**old, **{key: changed(old.get(key), value, f"{where}, {key}") for key, value in by.items()}}
    if new is None:
        raise _refuse(where, word)
    return new


def _times(old: Any, by: Any) -> Any:
    """Return numbers multiplied, None where that has no meaning."""
    if isinstance(old, list | tuple):
        factors = list(by) if isinstance(by, list | tuple) else [by] * len(old)
        return (
            [value * factor for value, factor in zip(old, factors, strict=True)] if len(factors) == len(old) else None
        )
    return old * by if isinstance(old, int | float) and isinstance(by, int | float) else None


def more_units(resource: Mapping[str, Any], more: int) -> dict[str, Any]:
    """Return a resource with `more` units (fewer when negative) in its capacity, each shift and each closure.

    Nothing falls below 0; a closure of the whole stays one.

    Examples
    --------
    >>> more_units({"name": "bed", "shifts": [{"at": 0, "capacity": 3}], "closures": []}, 2)["shifts"]
    [{'at': 0, 'capacity': 5}]
    """
    found = dict(resource)
    if found.get("capacity") is not None:
        found["capacity"] = max(found["capacity"] + more, 0)
    found["shifts"] = [{**shift, "capacity": max(shift["capacity"] + more, 0)} for shift in found.get("shifts", ())]
    found["closures"] = [
        {**one, "capacity": max(one["capacity"] + more, 0)} if one.get("capacity") else one
        for one in found.get("closures", ())
    ]
    return found


def _refuse(where: str, word: str) -> SettingError:
    return SettingError(
        (
            problem(
                f"« {word} » ne convient pas à ce champ",
                f'"{word}" does not fit this field',
                file=where,
                remedy=(
                    "add et times pour des nombres, also pour des listes, with pour des champs",
                    "add and times for numbers, also for lists, with for fields",
                ),
            ),
        )
    )
