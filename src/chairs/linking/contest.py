"""Answers a challenge to a claim: what one other choice gives, and how few establishments carry the claim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.linking.cells import Sources, cells, covariates_of
from chairs.linking.ladder import primary
from chairs.linking.protocol import Protocol
from chairs.linking.specification import Curve, Specification, curve
from chairs.stats.estimate import Estimate

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    import pandas as pd

MOST = 0.25  # share of the establishments beyond which a removal is no longer a small change


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
    """

    declared: Estimate
    challenged: Estimate
    curve: Curve
    rank: int | None
    overturned_by: tuple[str, ...] | None

    def say(self, lang: Language = "fr") -> str:
        """Return the answer in a few sentences."""
        french = lang == "fr"
        lines = [
            f"{'Déclaré' if french else 'Declared'} – {self.declared.say(lang)}",
            f"{'Contesté' if french else 'Challenged'} – {self.challenged.say(lang)}",
            f"{'Courbe' if french else 'Curve'} – {self.curve.say(lang)}",
        ]
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
        return (
            f"retirer {count} établissement(s) suffit : {', '.join(self.overturned_by)}"
            if french
            else f"removing {count} establishment(s) is enough: {', '.join(self.overturned_by)}"
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
    The fewest establishments are found greedily: the one whose removal brings the interval nearest to zero is taken
    out, again and again (each step tries all establishments, ranked by their influence on the slope). Greedy search
    gives an upper bound: fewer might do.
    """
    declared = cells(sources, protocol, *pair)
    asked = replace(protocol, floor=protocol.floor if challenge.floor is None else challenge.floor)
    table = cells(sources, asked, *pair, challenge.lag)
    table = table[~table["establishment"].isin(challenge.drop)].reset_index(drop=True)
    lag = protocol.lag if challenge.lag is None else challenge.lag
    choice = Specification(lag=lag, adjusted=bool(protocol.covariates), floor=asked.floor, extremes=True)
    whole = curve(sources, protocol, *pair, executor)
    estimate = primary(declared, protocol.estimand)
    return Answer(
        declared=estimate,
        challenged=primary(table, protocol.estimand),
        curve=whole,
        rank=None if challenge.drop else whole.rank_of(choice),
        overturned_by=_fewest(declared, estimate, protocol.estimand),
    )


def _fewest(table: pd.DataFrame, estimate: Estimate, estimand: str) -> tuple[str, ...] | None:
    if estimate.low is None or estimate.high is None or estimate.low <= 0 <= estimate.high:
        return None
    sign = 1.0 if estimate.low > 0 else -1.0
    removed: list[str] = []
    most = int(MOST * table["establishment"].nunique())
    while len(removed) < most:
        left = table[~table["establishment"].isin(removed)]
        worst = _most_influential(left, estimand, sign)
        removed.append(worst)
        now = primary(left[left["establishment"] != worst].reset_index(drop=True), estimand)
        if now.low is None or now.high is None or now.low <= 0 <= now.high:
            return tuple(removed)
    return ()


def _most_influential(table: pd.DataFrame, estimand: str, sign: float) -> str:
    """Return the establishment whose removal lowers the slope (times `sign`) most, by one step of the regression."""
    import numpy as np
    import pandas as pd

    frame = table[["exposure", "outcome", *covariates_of(table)]].astype(float)
    frame = frame.join(pd.get_dummies(table["year"], dtype=float, drop_first=True))
    if estimand == "within":
        frame = frame - frame.groupby(table["establishment"]).transform("mean")
    else:
        frame = frame.groupby(table["establishment"]).mean()
        frame = frame - frame.mean()
    others = frame.drop(columns=["exposure", "outcome"]).to_numpy()
    x, y = (_left(frame[name].to_numpy(), others) for name in ("exposure", "outcome"))
    slope, size = float(x @ y / (x @ x)), float(x @ x)
    names = frame.index if estimand != "within" else table["establishment"]
    parts = pd.DataFrame({"xy": x * (y - slope * x), "xx": x * x}).groupby(np.asarray(names)).sum()
    shift = sign * parts["xy"] / np.maximum(size - parts["xx"], 1e-300)
    return str(shift.idxmax())


def _left(column: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return what the other columns leave of one."""
    import numpy as np

    if others.size == 0:
        return column
    left: np.ndarray = column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
    return left
