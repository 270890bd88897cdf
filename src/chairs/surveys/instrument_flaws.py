"""What an instrument file says against itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chairs.surveys.instrument_scale import Scale
from chairs.surveys.instrument_years import OVERALL, unreadable

if TYPE_CHECKING:
    from chairs.surveys.instrument import Instrument, Item


def flaws(instrument: Instrument) -> Iterator[tuple[str, str]]:
    """Yield each contradiction in French and English: names twice, unknown scales, filters and dimensions."""
    items = {item.code: item for item in instrument.items}
    for kind, names in (
        ("item", [*map(_code, instrument.items)]),
        ("dimension", [d.name for d in instrument.dimensions]),
    ):
        for name in sorted(name for name, times in Counter(names).items() if times > 1):
            yield f"{kind} « {name} » en double", f'{kind} "{name}" twice'
    yield from unreadable(instrument.years)
    yield from _scale_flaws(instrument)
    yield from _dimension_flaws(instrument)
    dimensions = {dimension.name for dimension in instrument.dimensions}
    for item in instrument.items:
        if item.dimension is not None and item.dimension not in dimensions - {OVERALL}:
            yield f"{item.code} : dimension inconnue", f"{item.code}: unknown dimension"
        if item.scale is not None and item.scale not in instrument.scales:
            yield f"{item.code} : échelle inconnue", f"{item.code}: unknown scale"
        elif item.asked_if is not None:
            gate = items.get(item.asked_if.item)
            if gate is None or gate.code == item.code:
                yield f"{item.code} : filtre sur un item inconnu", f"{item.code}: filter on an unknown item"
            elif not set(item.asked_if.answers) <= _codes(instrument, gate):
                yield f"{item.code} : filtre sur un code inconnu", f"{item.code}: filter on an unknown code"


def _code(item: Item) -> str:
    return item.code


def _codes(instrument: Instrument, item: Item) -> set[str]:
    scale = instrument.scale_of(item)
    return {*scale.answers, *scale.missing}


def _scale_flaws(instrument: Instrument) -> Iterator[tuple[str, str]]:
    used = {item.scale for item in instrument.items}
    if None in used:
        if sorted(instrument.answers.values()) != list(range(1, len(instrument.answers) + 1)):
            yield "les points ne vont pas de 1 à k", "the points do not run from 1 to k"
        yield from Scale(answers=instrument.answers, missing=instrument.missing).flaws() if instrument.answers else ()
    for name, scale in instrument.scales.items():
        yield from ((f"{name} : {fr}", f"{name}: {en}") for fr, en in scale.flaws())
    for share in (instrument.answered_share, instrument.dimension_share):
        if not 0 < share <= 1:
            yield "une part va de 0 (exclu) à 1", "a share lies between 0 (excluded) and 1"
    if instrument.floor < 2:
        yield "le seuil est d'au moins 2 répondants", "the floor is at least 2 respondents"


def _dimension_flaws(instrument: Instrument) -> Iterator[tuple[str, str]]:
    codes = {item.code for item in instrument.items}
    names = {dimension.name for dimension in instrument.dimensions}
    for dimension in instrument.dimensions if instrument.items else ():
        if set(dimension.items) - codes:
            yield f"{dimension.name} : item inconnu", f"{dimension.name}: unknown item"
        elif dimension.cut is not None:
            if dimension.cut.dimension not in names or (dimension.cut.at_least is None) == (
                dimension.cut.under is None
            ):
                yield f"{dimension.name} : seuil mal défini", f"{dimension.name}: threshold not well defined"
        elif dimension.name != OVERALL and not dimension.published and not instrument.items_of(dimension):
            yield f"dimension « {dimension.name} » sans item", f'dimension "{dimension.name}" without an item'
    overall = next((d for d in instrument.dimensions if d.name == OVERALL), None)
    directions = {d.direction for d in (*instrument.parts, *([overall] if overall else []))}
    if instrument.items and overall is not None and not overall.items and len(directions) > 1:
        yield "des dimensions de sens opposés n'ont pas de moyenne", "dimensions of opposite directions have no mean"
    for listed in instrument.classes:
        if listed.dimension not in names:
            yield "classes d'une dimension inconnue", "classes of an unknown dimension"
