"""Remaining stay: quantiles of the hours still to stay, of groups of patients alike in moment, place and days there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.flow.risk.model import ANY, LEVELS, Cell, rest_groups

if TYPE_CHECKING:
    from collections.abc import Hashable

    import numpy as np
    import pandas as pd

FEWEST = 60  # looks in a cell: three beyond its outermost quantile, and 11 patients by far
PATIENTS = 11


def learn_remaining(urgent: tuple[pd.DataFrame, np.ndarray], present: pd.DataFrame) -> tuple[Cell, ...]:
    """Return the cells learnt from looks at emergency patients (with their risk) and at the others present.

    Notes
    -----
    Empirical conditional quantiles: by moment, by unit (or by band of risk, where the way is not known yet) and by
    days already on the site; a cell of fewer than 60 looks or 11 patients is left out, and its patients take those
    of their moment and group, then of the moment. Stays longer than the horizon count as the horizon, which moves no
    quantile below it.
    """
    import pandas as pd

    table, chance = urgent
    parts = []
    for looked, risk in ((table, chance), (present, None)):
        groups, here = rest_groups(looked, risk)
        part = looked[["moment", "number", "rest_hours"]]
        parts.append(part.assign(group=groups, here=here))
    whole = pd.concat(parts, ignore_index=True)
    found = [Cell(moment=ANY, group=ANY, here=-1, hours=_quantiles(whole["rest_hours"]))]
    for keys in (["moment"], ["moment", "group"], ["moment", "group", "here"]):
        for place, rows in whole.groupby(keys, sort=True):
            if len(rows) >= FEWEST and rows["number"].nunique() >= PATIENTS:
                found.append(_cell(place, _quantiles(rows["rest_hours"])))
    return tuple(found)


def moment_only(cells: tuple[Cell, ...], moments: list[str]) -> np.ndarray:
    """Return what somebody says who knows the moment only: quantiles, shape (rows, 7)."""
    import numpy as np

    known = {cell.moment: cell.hours for cell in cells if cell.group == ANY}
    return np.array([known.get(moment, known[ANY]) for moment in moments]).reshape(len(moments), len(LEVELS))


def _cell(place: Hashable, hours: tuple[float, ...]) -> Cell:
    assert isinstance(place, tuple)
    moment, group, here = (*place, ANY, -1)[:3] if len(place) == 1 else (*place, -1)[:3]
    return Cell(moment=str(moment), group=str(group), here=int(here), hours=hours)


def _quantiles(hours: pd.Series) -> tuple[float, ...]:
    import numpy as np

    return tuple(round(float(value), 3) for value in np.quantile(hours.to_numpy(np.float64), LEVELS))
