"""Indicators that come published (IQSS, CMS, NHS): what they are, from `published.yaml`; nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from chairs.core.errors import SettingError, Text, problem
from chairs.core.records import build, read_yaml
from chairs.indicators.indicator import INDICATORS, Indicator

FILE = Path(__file__).parent / "published.yaml"
WHOLE = Text(fr="Valeur publiée par l'organisme", en="Value as its publisher gives it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One published indicator: `unit` is a word of the file's list of units; `note` a warning for its readers."""

    domain: Literal["social", "managerial", "economic", "environmental", "territorial", "quality", "flow"]
    unit: str
    direction: Literal[-1, 0, 1]
    label: Text
    reference: str
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The file: units and indicators by word."""

    units: Mapping[str, Text]
    indicators: Mapping[str, Published]


@cache
def read_published(path: Path = FILE) -> Sheet:
    """Read and check the list of published indicators.

    Raises
    ------
    SettingError
        For an unknown key, or a unit that the file does not list.

    Examples
    --------
    >>> read_published().indicators["cms_op_18b"].direction
    -1
    """
    sheet = build(Sheet, read_yaml(path), path.name)
    for code, item in sheet.indicators.items():
        if item.unit not in sheet.units:
            listed = ", ".join(sheet.units)
            remedy = (f"choisir parmi : {listed}", f"choose among: {listed}")
            raise SettingError((problem("unité inconnue", "unknown unit", file=path.name, column=code, remedy=remedy),))
    return sheet


def _register() -> None:
    sheet = read_published()
    for code, item in sheet.indicators.items():
        INDICATORS.add(
            code,
            Indicator(
                code=code,
                label=item.label,
                unit=sheet.units[item.unit],
                kind="count" if item.unit == "stars" else "ratio",
                grain="establishment_year",
                direction=item.direction,
                domain=item.domain,
                inputs=(),
                numerator=WHOLE,
                denominator=None,
                reference=item.reference,
                per=1.0,
                compute=None,
                note=item.note,
            ),
        )


_register()
