"""What a questionnaire is: items, answer codes and their meaning, dimensions, floor, source, licence; one YAML each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from chairs.core.errors import Problem, SettingError, Text, problem, unknown
from chairs.core.records import build, read_yaml

FOLDER = Path(__file__).parent / "instruments"
OVERALL = "all"

Missing = Literal["not_concerned", "does_not_know", "refused"]
Respondent = Literal["patient", "customer", "staff", "student"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One thing measured; `direction` is 1 when more is better, -1 when less is."""

    name: str
    label: Text
    direction: Literal[1, -1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """An item is asked only of those who answered `item` with one of `answers`."""

    item: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question; `reversed` when agreeing is the bad answer; without `dimension` it is not scored."""

    code: str
    label: Text
    dimension: str | None = None
    reversed: bool = False
    asked_if: Filter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """Classes of the overall score for the collections of `years`.

    `bounds` gives the lowest score of each class but the last, which is `below`. `official` says whether the body in
    charge of the survey published them, and `source` where.
    """

    years: tuple[str, ...]
    bounds: Mapping[str, float]
    below: str
    official: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One questionnaire.

    Parameters
    ----------
    name
        Its word everywhere: file name, column `instrument` of the tables.
    version, years
        Edition, and the collections (ISO years) it stands for; no year: any.
    unit
        Unit of the scores.
    floor
        Fewest respondents under which a score is withheld.
    dimensions
        What it scores, the overall score `all` among them where it has one.
    items, answers, missing
        Questions; points (1 to k, k best before reversal) of each answer code; reason of each code without points.
        Instruments whose scores come published by site have none.
    answered_share
        Share of a dimension's items that a respondent must have answered.
    dimension_share
        Share of the dimensions that a respondent must have for an overall score.
    classes
        Official or observed classes, dated.
    """

    name: str
    title: Text
    version: str
    source: str
    licence: str
    respondent: Respondent
    floor: int
    dimensions: tuple[Dimension, ...]
    unit: str = "0-100"
    years: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    answers: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, Missing] = field(default_factory=dict)
    answered_share: float = 0.5
    dimension_share: float = 1.0
    classes: tuple[Classes, ...] = ()

    def __post_init__(self) -> None:
        found = tuple(problem(fr, en, file=f"{self.name}.yaml") for fr, en in _flaws(self))
        if found:
            raise SettingError(found)

    def dimension(self, name: str) -> Dimension:
        """Return the dimension called `name`; an unknown one is answered with the valid ones."""
        for dimension in self.dimensions:
            if dimension.name == name:
                return dimension
        raise unknown(("dimension", "dimension"), name, [d.name for d in self.dimensions], file=f"{self.name}.yaml")

    def classes_of(self, period: str) -> Classes | None:
        """Return the classes in force in the year of `period`, or None when the instrument has none for it.

        Examples
        --------
        >>> instrument("esatis-48h-mco").classes_of("2019").bounds["A"]
        77.3
        >>> instrument("esatis-48h-mco").classes_of("2016") is None
        True
        """
        return next((c for c in self.classes if period[:4] in c.years), None)


def _flaws(instrument: Instrument) -> Iterator[tuple[str, str]]:
    items = {item.code: item for item in instrument.items}
    dimensions = {dimension.name for dimension in instrument.dimensions}
    for kind, names in (
        ("item", [item.code for item in instrument.items]),
        ("dimension", [dimension.name for dimension in instrument.dimensions]),
    ):
        for name in sorted(name for name, times in Counter(names).items() if times > 1):
            yield f"{kind} « {name} » en double", f'{kind} "{name}" twice'
    for code in sorted(set(instrument.answers) & set(instrument.missing)):
        yield f"le code « {code} » a des points et une raison d'absence", f'code "{code}" has points and a reason'
    yield from _scale_flaws(instrument)
    for item in instrument.items:
        if item.dimension is not None and item.dimension not in dimensions - {OVERALL}:
            yield f"{item.code} : dimension inconnue", f"{item.code}: unknown dimension"
        if item.asked_if and (item.asked_if.item not in items or item.asked_if.item == item.code):
            yield f"{item.code} : filtre sur un item inconnu", f"{item.code}: filter on an unknown item"
        if item.asked_if and not set(item.asked_if.answers) <= {*instrument.answers, *instrument.missing}:
            yield f"{item.code} : filtre sur un code inconnu", f"{item.code}: filter on an unknown code"


def _scale_flaws(instrument: Instrument) -> Iterator[tuple[str, str]]:
    if instrument.items and sorted(instrument.answers.values()) != list(range(1, len(instrument.answers) + 1)):
        yield "les points ne vont pas de 1 à k", "the points do not run from 1 to k"
    if instrument.items and len(instrument.answers) < 2:
        yield "une échelle a au moins deux réponses", "a scale has at least two answers"
    for share in (instrument.answered_share, instrument.dimension_share):
        if not 0 < share <= 1:
            yield "une part va de 0 (exclu) à 1", "a share lies between 0 (excluded) and 1"
    if instrument.floor < 2:
        yield "le seuil est d'au moins 2 répondants", "the floor is at least 2 respondents"
    scored = {item.dimension for item in instrument.items}
    if instrument.items:
        for dimension in instrument.dimensions:
            if dimension.name not in scored | {OVERALL}:
                yield f"dimension « {dimension.name} » sans item", f'dimension "{dimension.name}" without an item'
    if instrument.items and len({d.direction for d in instrument.dimensions}) > 1:
        yield "des dimensions de sens opposés n'ont pas de moyenne", "dimensions of opposite directions have no mean"


def instrument_names() -> list[str]:
    """Return the names of all instruments, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def instrument(name: str) -> Instrument:
    """Read the instrument called `name` (`surveys/instruments/NAME.yaml`).

    Raises
    ------
    SettingError
        For an unknown name (answered with the valid ones) or a file that contradicts itself.

    Examples
    --------
    >>> instrument("demo-patient-experience").floor
    30
    """
    if name not in instrument_names():
        raise unknown(("questionnaire", "instrument"), name, instrument_names())
    return read_instrument(FOLDER / f"{name}.yaml")


def read_instrument(path: Path) -> Instrument:
    """Read and check one instrument file."""
    record = build(Instrument, read_yaml(path), path.name)
    if record.name != path.stem:
        raise SettingError((_misnamed(record.name, path),))
    return record


def _misnamed(name: str, path: Path) -> Problem:
    return problem(
        f"le nom « {name} » n'est pas celui du fichier",
        f'the name "{name}" is not that of the file',
        file=path.name,
        column="name",
        remedy=(f"écrire name: {path.stem}", f"write name: {path.stem}"),
    )
