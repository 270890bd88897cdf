"""What a questionnaire is: items, answer codes and their meaning, dimensions, floor, source, licence; one YAML each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from chairs.core.errors import SettingError, Text, problem, unknown
from chairs.core.records import build, misnamed, read_yaml
from chairs.surveys.instrument_flaws import flaws
from chairs.surveys.instrument_scale import Filter, Missing, Scale
from chairs.surveys.instrument_years import OVERALL, Classes, undated, within

FOLDER = Path(__file__).parent / "instruments"

Respondent = Literal["patient", "customer", "staff", "student"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A threshold on a person's score in `dimension`: cases have `at_least` that much, or are `under` it.

    `official` says whether the body in charge of the instrument set it for this use, and `source` where it stands.
    """

    dimension: str
    official: bool
    source: str
    at_least: float | None = None
    under: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One thing measured.

    Parameters
    ----------
    direction
        1 when more is better, -1 when less is.
    items
        Its items; none: those that name this dimension. An item may serve several dimensions that list it.
    points
        What an answer counts: `scaled` from 0 to 100; `raw` its points; `top` 100 for a best answer, else 0;
        `bottom` 100 for a worst one; `net` 100 for a best, -100 for a worst answer, else 0.
    combine
        What a respondent's items become: their `mean`, or their `sum` when all are answered.
    times
        Factor of the result (a mean of 0 to 100 becomes 0 to 10 with 0.1).
    of
        What a site's score is the mean of: its `respondents`, or its `items`, each the mean of those who answered it.
    cut
        Set for a share of cases (%): those whose score in another dimension passes a threshold.
    published
        Its scores come published only; no item of this version is in it.
    unit
        Unit of its score, where it is not the instrument's.
    quantity
        Word of the table `quantities` that its scores feed (`engagement`), where an indicator reads it.
    """

    name: str
    label: Text
    direction: Literal[1, -1] = 1
    items: tuple[str, ...] = ()
    points: Literal["scaled", "raw", "top", "bottom", "net"] = "scaled"
    combine: Literal["mean", "sum"] = "mean"
    times: float = 1.0
    of: Literal["respondents", "items"] = "respondents"
    cut: Cut | None = None
    published: bool = False
    unit: str | None = None
    quantity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question; `reversed` when agreeing is the bad answer; without `dimension` it is in those that list it.

    `scale` names one of the instrument's scales; none: its `answers` and `missing`. `facet` is the dimension of a
    published questionnaire that a local item stands for.
    """

    code: str
    label: Text
    dimension: str | None = None
    reversed: bool = False
    scale: str | None = None
    facet: str | None = None
    asked_if: Filter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One questionnaire.

    Parameters
    ----------
    name
        Its word everywhere: file name, column `instrument` of the tables.
    version, years
        Edition, and the collections it stands for: years (`2019`), spans (`2020-2024`), from one on (`1998-`), or `any`
        for one of no edition. An instrument file says so; without, any.
    unit
        Unit of the scores.
    floor
        Fewest respondents under which a score is withheld.
    dimensions
        What it scores, the overall score `all` among them where it has one.
    items, answers, missing
        Questions; points (1 to k, k best before reversal) of each answer code; reason of each code without points.
        Instruments whose scores come published by site have none.
    scales
        Further scales by name, for items that have not the instrument's.
    answered_share
        Share of a dimension's items that a respondent must have answered.
    dimension_share
        Share of the dimensions that a respondent must have for an overall score.
    classes
        Official or observed classes, dated.
    ordered
        Its scores are the classes (stars) of the body in charge: their order counts, their distance does not.
    adjust_for
        Covariates of the table `responses` that scores are adjusted for: what respondents are, never what they lived.
    note
        What its readers must know besides; the catalogue of instruments prints it.
    """

    name: str
    title: Text
    version: str
    source: Text
    licence: str
    respondent: Respondent
    floor: int
    dimensions: tuple[Dimension, ...]
    unit: str = "0-100"
    years: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    answers: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, Missing] = field(default_factory=dict)
    scales: Mapping[str, Scale] = field(default_factory=dict)
    answered_share: float = 0.5
    dimension_share: float = 1.0
    classes: tuple[Classes, ...] = ()
    ordered: bool = False
    adjust_for: tuple[str, ...] = ()
    note: Text | None = None

    def __post_init__(self) -> None:
        found = tuple(problem(fr, en, file=f"{self.name}.yaml") for fr, en in flaws(self))
        if found:
            raise SettingError(found)

    def dimension(self, name: str) -> Dimension:
        """Return the dimension called `name`; an unknown one is answered with the valid ones."""
        for dimension in self.dimensions:
            if dimension.name == name:
                return dimension
        raise unknown(("dimension", "dimension"), name, [d.name for d in self.dimensions], file=f"{self.name}.yaml")

    def scale_of(self, item: Item) -> Scale:
        """Return the scale on which an item is answered."""
        return self.scales[item.scale] if item.scale else Scale(answers=self.answers, missing=self.missing)

    def items_of(self, dimension: Dimension) -> tuple[Item, ...]:
        """Return the items of a dimension; none for an overall score made of the other dimensions."""
        if dimension.items:
            return tuple(item for item in self.items if item.code in dimension.items)
        return tuple(item for item in self.items if item.dimension == dimension.name)

    @property
    def parts(self) -> tuple[Dimension, ...]:
        """Dimensions that the overall score is the mean of: those with items, thresholds left out."""
        return tuple(d for d in self.dimensions if d.name != OVERALL and d.cut is None and self.items_of(d))

    def extent(self, dimension: Dimension) -> tuple[float, float]:
        """Return the lowest and the highest score that a dimension can have.

        Examples
        --------
        >>> form = instrument("phq-9")
        >>> form.extent(form.dimension("all"))
        (0.0, 27.0)
        """
        items = self.items_of(dimension)
        unit = dimension.unit or self.unit
        if dimension.cut is not None or unit == "%":
            return (0.0, 100.0)
        if not items:
            parts = [self.extent(d) for d in self.parts] or [_ends(unit)]
            return (sum(low for low, _ in parts) / len(parts), sum(high for _, high in parts) / len(parts))
        if dimension.points != "raw":
            return (-100.0 * dimension.times if dimension.points == "net" else 0.0, 100.0 * dimension.times)
        points = [self.scale_of(item).answers.values() for item in items]
        several = 1 if dimension.combine == "sum" else len(items)
        ends = (sum(map(min, points)), sum(map(max, points)))
        return (dimension.times * ends[0] / several, dimension.times * ends[1] / several)

    def classes_of(self, period: str, dimension: str = OVERALL) -> Classes | None:
        """Return the classes of `dimension` in force in the year of `period`, or None when there are none for it.

        Examples
        --------
        >>> instrument("esatis-48h-mco").classes_of("2019").bounds["A"]
        77.3
        >>> instrument("esatis-48h-mco").classes_of("2016") is None
        True
        """
        known = (c for c in self.classes if c.dimension == dimension)
        return next((c for c in known if not c.years or period[:4] in c.years), None)

    def stands_for(self, period: str) -> bool:
        """Say whether this version of the questionnaire is that of the year of `period`.

        Examples
        --------
        >>> [instrument("hcahps").stands_for(year) for year in ("2019", "2024-Q4", "2025")]
        [False, True, False]
        >>> instrument("phq-9").stands_for("2025"), instrument("demo-staff-barometer").stands_for("1990")
        (True, True)
        """
        return not self.years or any(within(period[:4], span) for span in self.years)

    def official(self, period: str, dimension: str = OVERALL) -> bool:
        """Say whether the body in charge published classes of `dimension` for that year, or its scores are classes."""
        found = self.classes_of(period, dimension)
        return self.ordered if found is None else found.official

    def standing(self, period: str, dimension: str = OVERALL) -> Text:
        """Return what a page says of the classes of `dimension` in that year: official and whose, or unofficial.

        Examples
        --------
        >>> instrument("esatis-48h-mco").standing("2019").en[:8], instrument("esatis-48h-mco").standing("2016").fr
        ('official', 'non officiel')
        """
        found = self.classes_of(period, dimension)
        if found is None and not self.ordered:
            return Text(fr="non officiel", en="unofficial")
        source = found.source if found else self.source
        words = ("officiel", "official") if self.official(period, dimension) else ("non officiel", "unofficial")
        return Text(fr=f"{words[0]} ({source.fr})", en=f"{words[1]} ({source.en})")


def _ends(unit: str) -> tuple[float, float]:
    low, _, high = unit.partition("-")
    return (float(low), float(high))


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
    """Read and check one instrument file; it must say for which years its version stands."""
    record = build(Instrument, read_yaml(path), path.name)
    if record.name != path.stem:
        raise SettingError((misnamed(record.name, path),))
    if not record.years:
        raise SettingError((undated(path.name),))
    return record
