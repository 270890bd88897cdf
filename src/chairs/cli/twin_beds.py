"""Open beds named on the command line (`--beds`), and those of units that nobody knows."""

from __future__ import annotations

from collections.abc import Collection


def beds_of(given: list[str] | None) -> dict[str, float]:
    """Return the open beds of each unit named.

    Examples
    --------
    >>> beds_of(["MED=28"])
    {'MED': 28.0}
    """
    from chairs.core.errors import SettingError, problem

    found = {}
    for text in given or ():
        unit, mark, number = text.rpartition("=")
        if not (unit and mark and number.isdigit()):
            raise SettingError(
                (problem("--beds attend UNITÉ=NOMBRE", "--beds expects UNIT=NUMBER", remedy=("MED=28", "MED=28")),)
            )
        found[unit] = float(number)
    return found


def refuse_strange(beds: Collection[str], units: Collection[str]) -> None:
    """Refuse beds of a unit that is not among those foreseen: they would count for nothing.

    Raises
    ------
    SettingError
        With the units there are.
    """
    from chairs.core.errors import unknown

    if strange := sorted(set(beds) - set(units)):
        raise unknown(("unité", "unit"), ", ".join(strange), units, file="--beds")
