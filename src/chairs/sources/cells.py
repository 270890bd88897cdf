"""What one cell means: a number however it is written, or the reason why there is none."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MISSING = {
    "": "not_available",
    "na": "not_available",
    "n/a": "not_available",
    "nd": "not_available",
    "not available": "not_available",
    "non disponible": "not_available",
    "pas d'information disponible": "not_available",
    "-": "not_available",
    "--": "not_available",
    ".": "not_available",
    "?": "not_available",
    "??": "not_available",
    "#boþ!": "not_available",
    "#n/a": "not_available",
    # published as not comparable with others: a site has the activity, its result is withheld
    "non concerné (non comparable)": "not_available",
    "nv": "not_validated",
    "non validé": "not_validated",
    "recueil non validé": "not_validated",
    "nr": "non_respondent",
    "non répondant": "non_respondent",
    "di": "below_floor",
    "données insuffisantes": "below_floor",
    "effectif < 10": "below_floor",
    "fewer than 50": "below_floor",
    "fewer than 100": "below_floor",
    "number of cases too small": "below_floor",
    "nc": "not_applicable",
    "non concerné": "not_applicable",
    "non concerné (pas d'activité)": "not_applicable",
    "non applicable": "not_applicable",
    "not applicable": "not_applicable",
}

_GROUPED = re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f]\d{3})+([.,]\d*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)


def number(text: str) -> tuple[float, str]:
    """Read one cell: the number and `ok`, or NaN and the reason, or NaN and an empty text when it is neither.

    Decimal comma and decimal dot are both read; blanks may group thousands; a percent sign is dropped
    (72 % is 72.0, in percent).

    Examples
    --------
    >>> number("74,19"), number("73.19"), number("72%"), number("1 234,5")
    ((74.19, 'ok'), (73.19, 'ok'), (72.0, 'ok'), (1234.5, 'ok'))
    >>> number("NV"), number("Non concerné (pas d'activité)"), number("blue")
    ((nan, 'not_validated'), (nan, 'not_applicable'), (nan, ''))
    """
    text = text.strip()
    status = MISSING.get(text.casefold())
    if status is not None:
        return math.nan, status
    text = text.removesuffix("%").rstrip()
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[ \u00a0\u202f]", "", text)
    text = text.replace(",", ".", 1)
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return (value, "ok") if math.isfinite(value) else (math.nan, "")


def numbers(cells: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Read a column of text cells: values (float64, NaN where missing) and status words (see `number`).

    Each distinct text is read once.
    """
    import numpy as np
    import pandas as pd

    codes, distinct = pd.factorize(cells.fillna(""))
    read = [number(str(text)) for text in distinct]
    values = np.array([value for value, _ in read], dtype="float64")
    status = np.array([word for _, word in read], dtype="object")
    return values[codes], status[codes]
