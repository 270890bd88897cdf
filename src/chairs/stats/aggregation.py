"""Slopes of the same two variables at each level: individual, within and between establishments, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.stats.one_way import one_way
from chairs.stats.panel import between, fixed_effects, pooled

if TYPE_CHECKING:
    from chairs.stats.cross_products import CrossProducts
    from chairs.stats.estimate import Estimate

WARNING = Text(
    fr="La pente entre établissements décrit des établissements : elle ne dit rien de ce qui arrive à une personne "
    "(erreur écologique).",
    en="The slope between establishments describes establishments: it says nothing of what happens to a person "
    "(ecological fallacy).",
)
LEVELS = {
    "individual": Text(fr="toutes réponses confondues", en="all answers together"),
    "within": Text(fr="à l'intérieur des établissements", en="within establishments"),
    "ecological": Text(fr="entre moyennes d'établissements", en="between establishment means"),
    "contextual": Text(fr="contextuelle (entre moins intra)", en="contextual (between minus within)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slopes:
    """The slopes of one exposure, in units of the outcome per unit of the exposure.

    Parameters
    ----------
    individual, within, ecological
        Over all answers; of deviations from establishment means; of the means, each establishment counting once.
    contextual
        Between minus within, of one multilevel model: what the establishment's mean adds for a given person.
    """

    exposure: str
    individual: Estimate
    within: Estimate
    ecological: Estimate
    contextual: Estimate

    def say(self, lang: Language = "en") -> str:
        """Return the four slopes and the warning that goes with them."""
        colon = " : " if lang == "fr" else ": "
        lines = [f"{text.say(lang)}{colon}{getattr(self, name).say(lang)}" for name, text in LEVELS.items()]
        return "\n".join([*lines, WARNING.say(lang)])

    def __str__(self) -> str:
        return self.say("en")


def slopes(sums: CrossProducts, exposure: str) -> Slopes:
    r"""Return the slope of the outcome on `exposure` at each level.

    Parameters
    ----------
    sums
        From `chairs.stats.streaming.cross_products`, with `exposure` among the covariates.

    Notes
    -----
    Individual slope :math:`b_t = \eta^2 b_b + (1-\eta^2) b_w` (with the between slope weighted by size), so that it
    mixes the other two; errors by CR2 (classical for the means). The contextual effect is the coefficient of the mean
    in a random-intercept model that also holds the variable itself (Raudenbush & Bryk 2002, ch. 5). Checked against
    the staff survey of Bliese & Halverson 1996 (−0.065, −0.046, −0.171).

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.stats.streaming import cross_products
    >>> rows = pd.DataFrame({"site": list("AAABBBCCC"), "hours": [8.0, 9, 10, 9, 11, 10, 10, 12, 11],
    ...                      "mood": [5.0, 4.5, 4.4, 4, 3.9, 3.6, 3, 2.5, 2.7]})
    >>> sums = cross_products(rows, {"outcome": "mood", "cluster": "site", "covariates": ["hours"]})
    >>> found = slopes(sums, "hours")
    >>> round(found.within.estimate, 3), round(found.ecological.estimate, 3), round(found.individual.estimate, 3)
    (-0.2, -0.95, -0.575)
    """
    import numpy as np

    from chairs.stats.cross_products import INTERCEPT

    split = sums.selected((INTERCEPT, exposure, sums.outcome)).split([exposure])
    inside, outside = f"{exposure} (within)", f"{exposure} (between)"
    # exposure itself beside its mean: the coefficient of the mean is then the contextual effect
    both = np.eye(len(split.columns))
    both[split.position(outside), split.position(inside)] = 1.0
    shift = split.shift.copy()
    shift[split.position(inside)] += shift[split.position(outside)]
    contextual = one_way(split.mapped(both[None], split.columns, shift))
    return Slopes(
        exposure=exposure,
        individual=pooled(sums, [exposure]).coefficient(exposure),
        within=fixed_effects(sums, [exposure]).coefficient(exposure),
        ecological=between(sums, [exposure]).coefficient(exposure),
        contextual=contextual.coefficient(outside),
    )
