"""How strong a cause that nobody measured would have to be to undo a declared link: E-value and Oster's δ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.linking.cells import covariates_of
from chairs.stats.estimate import Estimate, shown

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.linking.protocol import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What an unmeasured cause would have to do.

    Parameters
    ----------
    e_value, e_value_interval
        Least risk ratio (of probabilities, no factor on a score) that it needs with exposure and outcome alike, beyond
        what is held equal, to bring the estimate to nothing, and its 95 % interval to zero (1: zero is inside).
    selection
        Oster's δ: its selection in units of that of the covariates; None without covariates, or where classes are
        ordered.
    outweighed
        Whether a cause as strong as the strongest covariate would bring zero into the interval (`between`, linear).
    """

    e_value: float | None = None
    e_value_interval: float | None = None
    selection: float | None = None
    outweighed: bool = False

    def fragile(self, estimand: str) -> bool:
        """Say whether an unmeasured cause no stronger than the covariates would undo the link.

        Within establishments the covariates hardly change: they stand for no unmeasured cause, and neither decides.
        """
        selected = self.selection is not None and 0 <= self.selection < 1
        return estimand == "between" and (selected or self.outweighed)

    def say(self, lang: Language = "fr") -> str:
        """Return it in words; empty where there is no estimate."""
        if self.e_value is None or self.e_value_interval is None:
            return ""
        point, interval = shown(self.e_value, lang, ".2f"), shown(self.e_value_interval, lang, ".2f")
        if lang == "fr":
            return (
                f"pour effacer le lien, une cause non mesurée devrait multiplier par {point} au moins à la fois la"
                " probabilité de l'exposition et celle d'un résultat haut (ou bas) ; E-value : rapport de risques"
                f" approché, pas un facteur sur le score ; {interval} suffirait pour que l'intervalle touche zéro"
            )
        return (
            f"to undo the link, an unmeasured cause would have to multiply by at least {point} both the probability"
            " of the exposure and that of a high (or low) outcome; E-value: an approximate risk ratio, not a factor"
            f" on the score; {interval} would do for the interval to touch zero"
        )


def unseen(table: pd.DataFrame, protocol: Protocol, exposure: str, estimate: Estimate) -> Unseen:
    """Return what an unmeasured cause would have to do to the declared estimate of a pair.

    Parameters
    ----------
    table
        From `chairs.linking.cells.cells`.

    Notes
    -----
    E-value of the declared change of the exposure (`per`), in standard deviations d of the outcome between rows of one
    year, RR = exp(0.91 d); for ordered classes RR is the root of the odds ratio, a high class not being rare
    (VanderWeele & Ding 2017, *Ann. Intern. Med.* 167:268-274). δ is that of the declared comparison: deviations of each
    establishment from its mean for `within`, else all rows, years taken out first, R² max = min(1, 1.3 R²) (Oster 2019,
    *J. Bus. Econ. Stat.* 37:187-204). The strongest covariate is that whose likeness among the unmeasured causes would
    move the slope between means of establishments most (Cinelli & Hazlett 2020, *J. R. Stat. Soc. B* 82:39-67, section
    4.4). Checked on a planted unmeasured cause.
    """
    if estimate.estimate is None or estimate.low is None or estimate.high is None:
        return Unseen()
    ratios = _ratios(table, protocol, exposure, (estimate.estimate, estimate.low, estimate.high))
    if ratios is None:
        return Unseen()
    from chairs.stats.sensitivity import e_value

    point, interval = e_value(*ratios)
    return Unseen(
        e_value=_known(point),
        e_value_interval=_known(interval),
        selection=_selection(table, protocol),
        outweighed=_outweighed(table, protocol),
    )


def _ratios(
    table: pd.DataFrame, protocol: Protocol, exposure: str, numbers: tuple[float, float, float]
) -> tuple[float, float, float] | None:
    """Return the risk ratios that the estimate and the ends of its interval stand for."""
    from chairs.stats.sensitivity import ratio_of

    change = protocol.per.get(exposure, 1.0)
    if protocol.model == "ordinal":
        point, low, high = (math.exp(min(max(change * value / 2, -300.0), 300.0)) for value in numbers)
    else:
        spread = float((table["outcome"] - table.groupby("year")["outcome"].transform("mean")).std())
        if not spread > 0:
            return None
        point, low, high = (ratio_of(min(max(change * value / spread, -300.0), 300.0)) for value in numbers)
    return point, min(low, high), max(low, high)


def _selection(table: pd.DataFrame, protocol: Protocol) -> float | None:
    import numpy as np
    import pandas as pd

    from chairs.stats.proportional_selection import oster

    covariates = covariates_of(table)
    if protocol.model == "ordinal" or not covariates:
        return None
    years = pd.get_dummies(table["year"], dtype=float, drop_first=True)
    names = ["outcome", "exposure", *covariates, *map(str, years.columns)]
    values = np.column_stack([table[names[: 2 + len(covariates)]].to_numpy(dtype=float), years.to_numpy()])
    if protocol.estimand == "within":
        values = _deviations(values, table["establishment"].factorize()[0])
    found = oster(pd.DataFrame(values, columns=names), "outcome", "exposure", covariates, names[2 + len(covariates) :])
    return None if found.reason is not None else _known(found.delta)


def _outweighed(table: pd.DataFrame, protocol: Protocol) -> bool:
    """Say whether a cause like the strongest covariate (all levels of a trait together) takes the link away."""
    from chairs.stats.sensitivity import sensitivity

    covariates = covariates_of(table)
    if protocol.model == "ordinal" or protocol.estimand != "between" or not covariates:
        return False
    means = table.groupby("establishment")[["outcome", "exposure", *covariates]].mean()
    groups: dict[str, list[str]] = {}
    for name in covariates:
        groups.setdefault(name.split("=")[0], []).append(name)
    likened = [tuple(names) for names in groups.values()]
    found = sensitivity(means, "outcome", "exposure", covariates, likened, times=(1,))
    above = (found.result.estimate or 0.0) > 0
    nearest = [bound.adjusted.low if above else bound.adjusted.high for bound in found.bounds]
    return any(end is None or (end <= 0 if above else end >= 0) for end in nearest)  # None: it explains all there is


def _deviations(values: np.ndarray, site: np.ndarray) -> np.ndarray:
    """Return what each row differs by from the mean of its establishment."""
    import numpy as np

    count = np.bincount(site)
    means = np.column_stack([np.bincount(site, column) / count for column in values.T])
    left: np.ndarray = values - means[site]
    left[:, np.abs(left).max(axis=0) <= 1e-12 * np.maximum(np.abs(values).max(axis=0), 1e-300)] = 0.0
    return left


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
