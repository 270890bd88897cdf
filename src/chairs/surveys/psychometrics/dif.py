"""Does a question work differently in some groups? Differential item functioning by ordered logistic regression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import Language, Text
from chairs.stats.multiplicity import q_values
from chairs.stats.ordered_logit import OrderedLogit, ordered_logit
from chairs.surveys.psychometrics.entries import beside, numbers
from chairs.surveys.psychometrics.reasons import REASONS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MODERATE, LARGE = 0.035, 0.070
ROUNDS = 10
Size = Literal["A", "B", "C"]
SIZES: dict[str, Text] = {
    "A": Text(fr="négligeable", en="negligible"),
    "B": Text(fr="modéré", en="moderate"),
    "C": Text(fr="fort", en="large"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDif:
    """One item.

    Parameters
    ----------
    n
        Respondents used.
    chisq, df, p, q
        Test of any difference between groups at equal score, and its p value adjusted over the items.
    p_uniform, p_nonuniform
        Tests of a shift, and of another slope.
    r2_uniform, r2_nonuniform, r2
        Gains of Nagelkerke's R squared: by the groups, by their slopes, both.
    size
        Class of the effect: A, B or C (A where q says it may be chance).
    shifts
        Group -> shift in log odds against the largest group, at equal score.
    """

    item: str
    n: int
    chisq: float | None = None
    df: int | None = None
    p: float | None = None
    q: float | None = None
    p_uniform: float | None = None
    p_nonuniform: float | None = None
    r2_uniform: float | None = None
    r2_nonuniform: float | None = None
    r2: float | None = None
    size: Size | None = None
    shifts: Mapping[str, float] = field(default_factory=dict)
    reason: str | None = None

    def say(self, lang: Language = "en") -> str:
        """Return the size of the effect, or the reason, as one line of text."""
        colon = " : " if lang == "fr" else ": "
        if self.size is None or self.r2 is None:
            return f"{self.item}{colon}{REASONS[self.reason or 'no_convergence'].say(lang)}"
        text = f"{self.item}{colon}{SIZES[self.size].say(lang)} (ΔR² {self.r2:.3f}, q {self.q:.3f}, n {self.n})"
        return text.replace(".", ",") if lang == "fr" else text

    def __str__(self) -> str:
        return self.say("en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dif:
    """All items of a scale; `anchors` made up the matching score in the last round."""

    reference: str = ""
    groups: Mapping[str, int] = field(default_factory=dict)
    items: tuple[ItemDif, ...] = ()
    anchors: tuple[str, ...] = ()
    rounds: int = 0
    reason: str | None = None


def differential_functioning(
    answers: pd.DataFrame, groups: pd.Series, *, fewest: int = 100, level: float = 0.05
) -> Dif:
    r"""Return, item by item, what the group adds to the answer of persons of equal score.

    Parameters
    ----------
    answers
        One row a respondent, one column an item of *one* dimension, ordered numbers, reversed items turned; NaN where
        missing.
    groups
        Site, year, mode or language, on the same index.
    fewest
        Smallest group compared.
    level
        Of q, under which an item leaves the matching score (purification).

    Notes
    -----
    Three nested proportional-odds models: score; and group; and group x score (Swaminathan & Rogers 1990; Zumbo 1999).
    The score is the mean of the respondent's answers to the anchors and the studied item (half of the anchors at
    least), anchors being the items not flagged in the round before, the half with the smallest effects at least.
    Effect: gain of Nagelkerke's R squared, negligible under 0.035, large from 0.070 (Jodoin & Gierl 2001, *Applied
    Measurement in Education* 14:329-349). Respondents of one site are not independent: with sites as clusters, q is
    optimistic and the effect size is what counts. Checked on planted effects and on none.

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.core.streams import stream
    >>> draw = stream(6, "doctest")
    >>> f = draw.standard_normal((1000, 1))
    >>> table = pd.DataFrame(f + draw.standard_normal((1000, 5)), columns=list("abcde"))
    >>> language = pd.Series(["fr", "nl"] * 500)
    >>> table["e"] += 1.2 * (language == "nl")
    >>> found = differential_functioning((table * 1.5).round().clip(-2, 2), language)
    >>> [item.size for item in found.items], found.anchors
    (['A', 'A', 'A', 'A', 'C'], ('a', 'b', 'c', 'd'))
    """
    import numpy as np

    table, known = numbers(answers), beside(answers, groups)
    sizes = Counter(name for name in known if name is not None)
    kept = {name: sizes[name] for name in sorted(sizes) if sizes[name] >= fewest}
    names = tuple(table.columns)
    if len(kept) < 2 or len(names) < 3:
        return Dif(groups=kept, reason="one_group" if len(kept) < 2 else "too_few_items")
    reference = max(kept, key=lambda name: kept[name])
    rows = np.array([name in kept for name in known], dtype=bool)
    values = table.to_numpy()[rows]
    others = [name for name in kept if name != reference]
    dummies = np.column_stack([(known[rows] == name).astype(float) for name in others])
    anchors, seen, rounds = tuple(range(len(names))), set(), 0
    while True:
        rounds += 1
        found = _with_q([_item(values, j, anchors, dummies, (names[j], others)) for j in range(len(names))], level)
        seen.add(anchors)
        following = _anchors(found, level)
        if following in seen or rounds == ROUNDS:
            break
        anchors = following
    used = tuple(names[j] for j in anchors)
    return Dif(reference=reference, groups=kept, items=tuple(found), anchors=used, rounds=rounds)


def _item(
    values: np.ndarray, j: int, anchors: Sequence[int], dummies: np.ndarray, names: tuple[str, list[str]]
) -> ItemDif:
    import numpy as np

    used = values[:, sorted({*anchors, j})]
    share = np.isfinite(used).mean(axis=1)
    rows = np.isfinite(values[:, j]) & (share >= 0.5)
    total = np.nansum(used[rows], axis=1) / np.isfinite(used[rows]).sum(axis=1)
    blank = ItemDif(item=names[0], n=int(rows.sum()))
    if rows.sum() < 10 or total.std() <= 1e-12 * np.abs(total).max():
        return replace(blank, reason="too_few" if rows.sum() < 10 else "constant")
    codes = np.unique(values[rows, j], return_inverse=True)[1]
    score = ((total - total.mean()) / total.std())[:, None]
    group = dummies[rows]
    fits = [
        ordered_logit(codes, x) for x in (score, np.hstack([score, group]), np.hstack([score, group, group * score]))
    ]
    reason = next((fit.reason for fit in fits if fit.reason is not None), None)
    if reason is not None:
        return replace(blank, reason=reason)
    return _tested(blank, fits, names[1])


def _tested(blank: ItemDif, fits: list[OrderedLogit], others: list[str]) -> ItemDif:
    from scipy.special import chdtrc

    logl = [fit.logl or 0.0 for fit in fits]
    gain = [2 * max(logl[i] - logl[i - 1], 0.0) for i in (1, 2)]
    df, (one, two, three) = len(others), (fit.r2 for fit in fits)
    shift = fits[1].coefficients
    assert shift is not None
    return replace(
        blank, chisq=sum(gain), df=2 * df, p=float(chdtrc(2 * df, sum(gain))),
        p_uniform=float(chdtrc(df, gain[0])), p_nonuniform=float(chdtrc(df, gain[1])),
        r2_uniform=two - one, r2_nonuniform=three - two, r2=three - one,
        shifts=dict(zip(others, map(float, shift[1 : 1 + df]), strict=True)),
    )  # fmt: skip


def _with_q(found: list[ItemDif], level: float) -> list[ItemDif]:
    import pandas as pd

    known = [item for item in found if item.p is not None]
    adjusted_p = q_values(pd.Series([item.p for item in known], dtype=float))
    q = {item.item: float(value) for item, value in zip(known, adjusted_p, strict=True)}
    complete = []
    for item in found:
        if item.r2 is None:
            complete.append(item)
            continue
        large: Size = "C" if item.r2 >= LARGE else "B" if item.r2 >= MODERATE else "A"
        complete.append(replace(item, q=q[item.item], size=large if q[item.item] < level else "A"))
    return complete


def _anchors(found: list[ItemDif], level: float) -> tuple[int, ...]:
    """Return the items of the next matching score: those not flagged, half of them at least."""
    ranked = sorted(range(len(found)), key=lambda j: (found[j].r2 is None, found[j].r2 or 0.0, j))
    clean = [j for j in ranked if (found[j].q or 0.0) >= level]
    least = max(2, (len(found) + 1) // 2)
    return tuple(sorted(clean if len(clean) >= least else ranked[:least]))
