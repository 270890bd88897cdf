"""What the CMS files share about US hospitals: identifiers, legal status, one row a hospital."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources.sheet import Sheet

PROVIDER = r"[0-9][0-9A-Z]{5}"  # CMS certification number: six characters, leading zeros, sometimes a letter

# ownership in the directory -> legal status
STATUSES = {
    "Voluntary non-profit - Private": "private_non_profit",
    "Voluntary non-profit - Other": "private_non_profit",
    "Voluntary non-profit - Church": "private_non_profit",
    "Proprietary": "private_for_profit",
    "Physician": "private_for_profit",
    "Government - Hospital District or Authority": "public",
    "Government - Local": "public",
    "Government - State": "public",
    "Government - Federal": "public",
    "Veterans Health Administration": "public",
    "Department of Defense": "public",
    "Tribal": "public",
    "Not Available": "",
    "": "",
}


def providers(sheet: Sheet, column: str) -> pd.Series:
    """Return the identifiers in six characters; files that a spreadsheet touched have lost their leading zeros."""
    name = sheet.find(column) or column
    sheet.frame = sheet.frame.assign(**{name: sheet.cells(name).mask(lambda cell: cell != "", _padded)})
    identifiers = sheet.identifier(name, PROVIDER)
    return identifiers


def _padded(cells: pd.Series) -> pd.Series:
    return cells.str.zfill(6)
