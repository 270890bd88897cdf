"""What is wrong with a part of a model, in both languages; the checks that several parts share."""

from __future__ import annotations

import math
from collections.abc import Iterator

from chairs.core.errors import offered
from chairs.twin.durations import Durations
from chairs.twin.model import Model

CLOSE = 1e-9
Fault = tuple[str, str]


def inside(fr: str, en: str, fault: Fault) -> Fault:
    """Return a fault with the part of the model it is in."""
    return f"{fr} : {fault[0]}", f"{en}: {fault[1]}"


def positive(values: object, least: float = 0.0) -> bool:
    """Say whether a number, or each of several, is finite and at least `least`."""
    numbers = values if isinstance(values, list | tuple) else [values]
    if not all(issubclass(kind, (int, float)) for kind in set(map(type, numbers))):
        return False
    return all(map(math.isfinite, numbers)) and min(numbers, default=least) >= least


def known(names: object, choices: object, fr: str, en: str) -> Iterator[Fault]:
    """Give a fault for each name that is not among the choices."""
    for name in names:  # type: ignore[attr-defined]
        if name not in choices:  # type: ignore[operator]
            listed = offered(str(name), choices)  # type: ignore[arg-type]
            yield f"{fr} inconnue « {name} » (il y a : {listed})", f'unknown {en} "{name}" (there are: {listed})'


def sums_to_one(shares: object) -> bool:
    """Say whether shares are not negative and sum to one."""
    return positive(shares) and abs(sum(shares) - 1) <= CLOSE  # type: ignore[call-overload]


def lines_fit(by: str, lines: int, model: Model) -> Iterator[Fault]:
    """Give a fault where a table has not the lines that its `by` needs."""
    kind, _, name = by.partition(":")
    attributes = {attribute.name: len(attribute.levels) for attribute in model.attributes}
    needed = {"all": 1, "class": len(model.classes), "hour": 24, "hour_of_week": 168, "weekday": 7}.get(by)
    if kind == "attribute":
        yield from known([name], attributes, "attribut", "attribute")
        needed = attributes.get(name)
    elif kind == "queue":
        yield from known([name], [resource.name for resource in model.resources], "ressource", "resource")
    elif by != "visit" and needed is None:
        yield f"« by » inconnu : {by}", f'unknown "by": {by}'
    if lines < 1 or (needed is not None and lines != needed):
        yield (
            f"{lines} lignes pour « {by} », il en faut {needed or 1}",
            f'{lines} lines for "{by}", {needed or 1} needed',
        )


def table_fits(table: Durations, model: Model) -> Iterator[Fault]:
    """Give the faults of a table of durations."""
    yield from lines_fit(table.by, len(table.rows), model)
