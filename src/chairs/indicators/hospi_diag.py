"""Codes of Hospi Diag by edition, and the indicator of the platform that each stands for (`hospi_diag.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chairs.core.errors import Text, unknown
from chairs.core.records import build, read_yaml

FILE = Path(__file__).parent / "hospi_diag.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code of one edition; `indicator` computes it (`note` says where the two differ), or nothing does."""

    label: Text
    indicator: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Editions:
    """Codes by edition ("2010-2016") and code."""

    editions: Mapping[str, Mapping[str, Code]]


@cache
def read_editions(path: Path = FILE) -> Editions:
    """Read and check the table."""
    return build(Editions, read_yaml(path), path.name)


def hospi_diag(edition: str, code: str) -> Code:
    """Return what a code of an edition is; the endings _D and _O of the files of 2010-2016 may stay.

    Raises
    ------
    SettingError
        For an unknown edition, or a code that the edition does not have, answered with the valid ones.

    Examples
    --------
    >>> hospi_diag("2010-2016", "F6_D").indicator, hospi_diag("2017+", "F6").indicator
    ('investment_rate', 'debt_ratio')
    """
    editions = read_editions().editions
    if edition not in editions:
        raise unknown(("édition de Hospi Diag", "edition of Hospi Diag"), edition, editions)
    short = code.removesuffix("_D").removesuffix("_O")
    if short not in editions[edition]:
        raise unknown(("code de Hospi Diag", "code of Hospi Diag"), code, editions[edition])
    return editions[edition][short]
