"""The experience that the planted effects give each site and year, before anyone answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.demo.planted import Planted, Questionnaire

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.demo.plan import Plan

LOWEST, HIGHEST = 4.0, 96.0


def expected_scores(
    plan: Plan, planted: Planted, instrument: str, sites: pd.DataFrame, levels: pd.DataFrame
) -> pd.DataFrame:
    """Return the expected score (0 to 100) of each site, year and dimension.

    Parameters
    ----------
    sites
        One row a site: `establishment`, `kind`, `status`, `emergency`, `size`.
    levels
        Indicators by `establishment` and `period` (index), as their quantities give them.

    Returns
    -------
    DataFrame
        Indexed like the rows of `levels` whose site is asked, one column a dimension.
    """
    import numpy as np
    import pandas as pd

    questions = planted.instruments[instrument]
    asked = sites[sites["kind"].isin(questions.asked)].set_index("establishment")
    rows = levels[levels.index.get_level_values("establishment").isin(asked.index)]
    site = asked.loc[rows.index.get_level_values("establishment")]
    own, draw = _own(plan, planted, instrument, asked), plan.draw("experience", instrument)
    scores = {}
    for name, dimension in questions.dimensions.items():
        score = dimension.mean + dimension.per_doubling * np.log2(site["size"].to_numpy() / 100)
        score += _traits(questions, site) + _effects(planted, (instrument, name), rows, site["kind"])
        score += own[name].loc[site.index].to_numpy()
        scores[name] = score + planted.spread.year * draw("year", name).standard_normal(len(rows))
    return pd.DataFrame(scores, index=rows.index).clip(LOWEST, HIGHEST)


def _traits(questions: Questionnaire, site: pd.DataFrame) -> np.ndarray:
    import numpy as np

    status: np.ndarray = site["status"].map(dict(questions.status)).fillna(0.0).to_numpy()
    return status + questions.emergency * np.where(site["emergency"], 1.0, 0.0)


def _own(plan: Plan, planted: Planted, instrument: str, asked: pd.DataFrame) -> pd.DataFrame:
    """Return what is particular to each site; nothing for the demonstration hospital."""
    import pandas as pd

    draw, n = plan.draw("experience", instrument), len(asked)
    common = planted.spread.site * draw("site").standard_normal(n)
    own = {
        name: common + planted.spread.dimension * draw("site", name).standard_normal(n)
        for name in planted.instruments[instrument].dimensions
    }
    frame = pd.DataFrame(own, index=asked.index)
    frame.loc[frame.index == plan.parameters.hospital.finess] = 0.0
    return frame


def _effects(planted: Planted, target: tuple[str, str], rows: pd.DataFrame, kind: pd.Series) -> np.ndarray:
    import numpy as np

    points = np.zeros(len(rows))
    for effect in planted.effects:
        if (effect.instrument, effect.dimension) != target:
            continue
        level = rows[effect.exposure]
        mean = level.groupby(level="establishment").transform("mean")
        base = kind.map(
            {name: them[effect.exposure].base for name, them in planted.exposures.items() if effect.exposure in them}
        )
        points += effect.between * (mean.to_numpy() - base.to_numpy()) + effect.within * (level - mean).to_numpy()
    return points
