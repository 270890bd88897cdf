"""Answers a challenge to a claim: what one other choice gives, and how few establishments carry the claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.linking.cells import Sources, cells, covariates_of
from chairs.linking.ladder import primary
from chairs.linking.ordered import fitted
from chairs.linking.protocol import Protocol
from chairs.linking.specification import Curve, Specification, curve
from chairs.stats.estimate import Estimate

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    import pandas as pd

MOST = 0.25  # share of the establishments beyond which a removal is no longer a small change
ONE_BY_ONE = 40  # establishments up to which the list is looked for one at a time
ROWS = 50_000  # of all fits of such a search, so that an answer takes seconds
NAMED = 40  # establishments of the list that are named
CLASSES = Text(
    fr="Classes ordonnées : ces nombres sont des log-cotes d'une classe plus haute ; lire leur signe, pas leur taille",
    en="Ordered classes: these numbers are log odds of a higher class; read their sign, not their size",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What somebody would have done otherwise; None: as declared."""

    drop: tuple[str, ...] = ()
    lag: int | None = None
    floor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The claim as declared and as challenged.

    Parameters
    ----------
    overturned_by
        Fewest establishments found whose removal makes the interval touch zero, worst first; empty when a quarter of
        them is not enough; None when the claim had no interval off zero to begin with.
    rank
        Place of the challenged choice on the specification curve; None when it is not one of its choices.
    classes
        The outcome is made of ordered classes: numbers are log odds of a higher one.
    """

    declared: Estimate
    challenged: Estimate
    curve: Curve
    rank: int | None
    overturned_by: tuple[str, ...] | None
    classes: bool = False

    def say(self, lang: Language = "fr") -> str:
        """Return the answer in a few sentences."""
        french = lang == "fr"
        lines = [
            f"{'Déclaré' if french else 'Declared'} – {self.declared.say(lang)}",
            f"{'Contesté' if french else 'Challenged'} – {self.challenged.say(lang)}",
            f"{'Courbe' if french else 'Curve'} – {self.curve.say(lang)}",
        ]
        if self.classes:
            lines.append(CLASSES.say(lang))
        if self.rank is not None:
            where = f"{self.rank} / {len(self.curve.points)}"
            lines.append(f"Place sur la courbe : {where}" if french else f"Place on the curve: {where}")
        return "\n".join([*lines, self._removal(french)])

    def _removal(self, french: bool) -> str:
        if self.overturned_by is None:
            return "Rien à renverser : l'intervalle touche zéro" if french else "Nothing to overturn: zero is inside"
        if not self.overturned_by:
            share = round(100 * MOST)
            return (
                f"retirer {share} % des établissements ne suffit pas à renverser le lien"
                if french
                else f"removing {share}% of the establishments is not enough to overturn the link"
            )
        count = len(self.overturned_by)
        names = ", ".join(self.overturned_by[:NAMED]) + (", …" if count > NAMED else "")
        return (
            f"retirer {count} établissement(s) suffit : {names}"
            if french
            else f"removing {count} establishment(s) is enough: {names}"
        )


def contest(
    sources: Sources,
    protocol: Protocol,
    pair: tuple[str, str],
    challenge: Challenge,
    executor: Executor | None = None,
) -> Answer:
    """Return what a challenge changes, beside the whole curve (`executor`: see `specification.curve`).

    Notes
    -----
    The fewest establishments are looked for by their influence on the slope (Broderick, Giordano & Meager 2020,
    arXiv:2011.14999), and every list found is checked by fitting again without it. This gives an upper bound: fewer
    might do.
    """
    declared = cells(sources, protocol, *pair)
    asked = replace(protocol, floor=protocol.floor if challenge.floor is None else challenge.floor)
    table = cells(sources, asked, *pair, challenge.lag)
    table = table[~table["establishment"].isin(challenge.drop)].reset_index(drop=True)
    lag = protocol.lag if challenge.lag is None else challenge.lag
    choice = Specification(lag=lag, adjusted=bool(protocol.covariates), floor=asked.floor, extremes=True)
    whole = curve(sources, protocol, *pair, executor)
    estimate = primary(declared, protocol.estimand, protocol.model)
    return Answer(
        declared=estimate,
        challenged=primary(table, protocol.estimand, protocol.model),
        curve=whole,
        rank=None if challenge.drop else whole.rank_of(choice),
        overturned_by=_fewest(declared, estimate, protocol),
        classes=protocol.model == "ordinal",
    )


def _fewest(table: pd.DataFrame, estimate: Estimate, protocol: Protocol) -> tuple[str, ...] | None:
    """Return few establishments whose removal makes the interval touch zero, worst first.

    Those that carry the slope most, by one step of the regression, are taken out together; bisection finds the
    shortest such list. Half of it is kept and the rest looked for again among those left, as long as it grows shorter;
    lists of up to `ONE_BY_ONE` are found one establishment at a time where the table is small enough.
    """
    if estimate.low is None or estimate.high is None or estimate.low <= 0 <= estimate.high:
        return None
    sign = 1.0 if estimate.low > 0 else -1.0
    removed: list[str] = []
    best = _shortest(table, (), protocol, sign)
    while best and len(best) > ONE_BY_ONE and len(removed) < len(best) // 2:
        removed = best[: max(len(best) // 2, len(removed) + 1)]
        again = _shortest(table, removed, protocol, sign)
        if not again or len(again) >= len(best):
            break
        best = again
    if best and len(best) <= ONE_BY_ONE and len(best) * len(table) <= ROWS:
        best = min(best, _one_by_one(table, protocol, sign, len(best)), key=len)
    return tuple(best)


def _overturned(table: pd.DataFrame, removed: Sequence[str], protocol: Protocol, sign: float) -> bool:
    """Say whether the interval without `removed` is no longer on its side of zero."""
    left = table[~table["establishment"].isin(removed)].reset_index(drop=True)
    now = primary(left, protocol.estimand, protocol.model)
    return now.low is None or now.high is None or min(sign * now.low, sign * now.high) <= 0


def _shortest(table: pd.DataFrame, removed: Sequence[str], protocol: Protocol, sign: float) -> list[str]:
    """Return `removed` and as few of the most influential others as overturn; empty when a quarter does not."""
    left = table[~table["establishment"].isin(removed)].reset_index(drop=True)
    ranked = [*removed, *influence(left, protocol, sign)]
    low, high = len(removed), int(MOST * table["establishment"].nunique())
    if high <= low or not _overturned(table, ranked[:high], protocol, sign):
        return []
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _overturned(table, ranked[:middle], protocol, sign) else (middle, high)
    return ranked[:high]


def _one_by_one(table: pd.DataFrame, protocol: Protocol, sign: float, most: int) -> list[str]:
    """Return the establishments taken out one at a time, the most influential of those left each time."""
    removed: list[str] = []
    while len(removed) < most:
        left = table[~table["establishment"].isin(removed)].reset_index(drop=True)
        removed.append(influence(left, protocol, sign)[0])
        if _overturned(table, removed, protocol, sign):
            break
    return removed


def influence(table: pd.DataFrame, protocol: Protocol, sign: float) -> list[str]:
    """Return the establishments, first the one whose removal lowers the slope (times `sign`) most, by one step."""
    import numpy as np
    import pandas as pd

    if protocol.model == "ordinal":
        shift = fitted(table, leave_out=True).shift
        names = np.unique(table["establishment"].to_numpy(dtype=str))
        moved = pd.Series(0.0 if shift is None else sign * shift, index=names)
        return [str(name) for name in moved.sort_values(kind="stable").index]
    frame = table[["exposure", "outcome", *covariates_of(table)]].astype(float)
    frame = frame.join(pd.get_dummies(table["year"], dtype=float, drop_first=True))
    if protocol.estimand == "within":
        frame = frame - frame.groupby(table["establishment"]).transform("mean")
    else:
        frame = frame.groupby(table["establishment"]).mean()
        frame = frame - frame.mean()
    others = frame.drop(columns=["exposure", "outcome"]).to_numpy()
    x, y = (_left(frame[name].to_numpy(), others) for name in ("exposure", "outcome"))
    slope, size = float(x @ y / (x @ x)), float(x @ x)
    sites = frame.index if protocol.estimand != "within" else table["establishment"]
    parts = pd.DataFrame({"xy": x * (y - slope * x), "xx": x * x}).groupby(np.asarray(sites)).sum()
    lowered = -sign * parts["xy"] / np.maximum(size - parts["xx"], 1e-300)
    return [str(name) for name in lowered.sort_values(kind="stable").index]


def _left(column: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return what the other columns leave of one."""
    import numpy as np

    if others.size == 0:
        return column
    left: np.ndarray = column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
    return left
