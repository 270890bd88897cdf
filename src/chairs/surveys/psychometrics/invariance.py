"""Do questions mean the same in all groups? Equality in steps across sites, years, modes or languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.surveys.psychometrics.cfa import Fit, confirmatory
from chairs.surveys.psychometrics.comparing import Difference, difference, score_tests
from chairs.surveys.psychometrics.entries import beside, numbers
from chairs.surveys.psychometrics.model import Model
from chairs.surveys.psychometrics.ordinal import ordinal_confirmatory
from chairs.surveys.psychometrics.reasons import REASONS
from chairs.surveys.psychometrics.structure import Plan

if TYPE_CHECKING:
    import pandas as pd

CONTINUOUS = {
    "configural": (),
    "metric": ("loading",),
    "scalar": ("loading", "intercept"),
    "strict": ("loading", "intercept", "residual"),
}
ORDINAL = {"configural": (), "thresholds": ("threshold",)} | {
    step: ("threshold", *matrices) for step, matrices in CONTINUOUS.items() if matrices
}
CFI_LOSS, RMSEA_GAIN = 0.010, 0.015
_NO_LEVELS = Text(
    fr="seulement : les niveaux et les moyennes ne se comparent pas entre ces groupes",
    en="only: levels and means may not be compared between these groups",
)
LABELS = {
    "configural": Text(fr=f"mêmes facteurs {_NO_LEVELS.fr}", en=f"same factors {_NO_LEVELS.en}"),
    "thresholds": Text(fr=f"mêmes seuils {_NO_LEVELS.fr}", en=f"same thresholds {_NO_LEVELS.en}"),
    "metric": Text(fr=f"mêmes charges {_NO_LEVELS.fr}", en=f"same loadings {_NO_LEVELS.en}"),
    "scalar": Text(fr="mêmes niveaux : les moyennes se comparent", en="same intercepts: means can be compared"),
    "strict": Text(fr="mêmes résidus : les scores se comparent", en="same residuals: scores can be compared"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: the model, what its equalities cost beyond the step before, the items released to make it hold.

    `holds` is None for the first step, which is judged by its own fit.
    """

    name: str
    fit: Fit
    difference: Difference | None = None
    released: Mapping[str, str] = field(default_factory=dict)
    holds: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariance:
    """Steps of equality between groups, in order, as far as models could be fitted.

    Parameters
    ----------
    n
        Respondents of each group compared.
    left_out
        Groups with fewer than `fewest` respondents.
    """

    n: Mapping[str, int]
    left_out: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    reason: str | None = None

    @property
    def reached(self) -> str | None:
        """Return the last step that holds with all before it, or None."""
        name = None
        for step in self.steps:
            if step.fit.reason is not None or step.holds is False:
                break
            name = step.name
        return name

    def say(self, lang: Language = "en") -> str:
        """Return the steps that hold, or the reason, as one line of text."""
        colon = " : " if lang == "fr" else ": "
        groups = f"{len(self.n)} {'groupes' if lang == 'fr' else 'groups'}"
        if self.reason is not None:
            return f"{groups}{colon}{REASONS[self.reason].say(lang)}"
        if self.reached is None:
            return f"{groups}{colon}{self.steps[0].fit.say(lang)}"
        return f"{groups}{colon}{LABELS[self.reached].say(lang)}"

    def __str__(self) -> str:
        return self.say("en")


def invariance(
    answers: pd.DataFrame,
    model: Model,
    groups: pd.Series,
    *,
    ordinal: bool = False,
    partial: bool = False,
    fewest: int = 100,
) -> Invariance:
    """Fit the model with more and more numbers equal in all groups, and say what each equality costs.

    Parameters
    ----------
    answers
        One row a respondent; columns include the items of the model.
    groups
        Site, year, mode or language of each respondent, on the same index.
    ordinal
        Ordered categories (thresholds, WLSMV) instead of continuous items (ML).
    partial
        Where a step does not hold, release the item with the largest score test, one after another, while at least
        two items of the model stay equal.
    fewest
        Smallest group compared; the others are named in `left_out`.

    Notes
    -----
    Continuous: configural, metric, scalar, strict (Meredith 1993). Ordinal: configural, thresholds, then the same
    (Wu & Estabrook 2016). A step holds when CFI falls by at most 0.010 and RMSEA rises by at most 0.015 (Cheung &
    Rensvold 2002, *Structural Equation Modeling* 9:233; Chen 2007, *ibid.* 14:464); the p value of the difference is
    given beside and rejects trifles in large samples. An item released at one step stays free at the following ones.
    Checked against the reference set `cfa_holzinger_swineford` and planted truths.
    """
    import numpy as np
    import pandas as pd

    items, known = numbers(answers, model.items), beside(answers, groups)
    sizes = Counter(name for name in known if name is not None)
    kept = {name: sizes[name] for name in sorted(sizes) if sizes[name] >= fewest}
    left_out = tuple(name for name in sorted(sizes) if name not in kept)
    if len(kept) < 2:
        return Invariance(n=kept, left_out=left_out, reason="one_group")
    compared = np.array([name in kept for name in known], dtype=bool)
    table = items[compared]
    labels = pd.Series(known[compared], index=table.index)
    steps: list[Step] = []
    for name in ORDINAL if ordinal else CONTINUOUS:
        before = steps[-1] if steps else None
        step = _step(name, table, model, labels, (ordinal, before))
        if partial and step.holds is False and before is not None:
            step = _released(step, table, model, labels, (ordinal, before))
        steps.append(step)
        if step.fit.reason is not None:
            break
    return Invariance(n=kept, left_out=left_out, steps=tuple(steps))


def _step(
    name: str, table: pd.DataFrame, model: Model, groups: pd.Series, past: tuple[bool, Step | None],
    released: Mapping[str, str] | None = None,
) -> Step:  # fmt: skip
    ordinal, before = past
    free = dict(before.released if before is not None else {}) if released is None else dict(released)
    equal = frozenset((ORDINAL if ordinal else CONTINUOUS)[name])
    plan = Plan(groups=groups.nunique(), equal=equal, released=free, marker=False)
    fit = (ordinal_confirmatory if ordinal else confirmatory)(table, model, groups, plan=plan)
    if fit.reason is not None or before is None:
        return Step(name=name, fit=fit, released=free)
    cost = difference(fit, before.fit)
    return Step(name=name, fit=fit, difference=cost, released=free, holds=_holds(cost))


def _holds(cost: Difference) -> bool:
    loss, gain = cost.cfi or 0.0, cost.rmsea or 0.0
    return loss >= -CFI_LOSS and gain <= RMSEA_GAIN


def _released(step: Step, table: pd.DataFrame, model: Model, groups: pd.Series, past: tuple[bool, Step]) -> Step:
    """Return the step with items released one by one until it holds, or with too few left to release."""
    ordinal = past[0]
    matrix = (ORDINAL if ordinal else CONTINUOUS)[step.name][-1]
    while step.holds is False and len(model.items) - len(step.released) > 2:
        tests = score_tests(step.fit, model, matrix)
        if not tests:
            break
        wider = _step(step.name, table, model, groups, past, {**step.released, tests[0].item: matrix})
        if wider.fit.reason is not None:
            break
        step = wider
    return step
