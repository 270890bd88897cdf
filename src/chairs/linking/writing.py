"""Writes verdicts, ladders and curves as the platform's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chairs.linking.protocol import Protocol, seal
from chairs.linking.specification import Curve
from chairs.linking.verdict import Verdict
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd


def claims(found: Sequence[Verdict], protocol: Protocol) -> pd.DataFrame:
    """Return the table `claims`; a protocol with deviations is exploratory, whatever it says of itself."""
    loose = protocol.exploratory or bool(protocol.deviations)
    rows = [
        {
            "protocol": protocol.name,
            "seal": seal(protocol),
            "exposure": one.exposure,
            "outcome": one.outcome,
            "estimand": protocol.estimand,
            "lag": protocol.lag,
            "claim": one.claim,
            "per": protocol.per.get(one.exposure, 1.0),
            "estimate": one.primary.estimate,
            "low": one.primary.low,
            "high": one.primary.high,
            "df": one.primary.df,
            "q": one.q,
            "q_any_dependence": one.q_any_dependence,
            "robustness": one.robustness,
            "n": one.primary.n,
            "clusters": one.primary.clusters,
            "flags": ";".join(one.flags) or None,
            "reason": one.primary.reason,
            "status": "exploratory" if loose else "confirmatory",
        }
        for one in found
    ]
    return _table("claims", rows)


def claim_steps(found: Sequence[Verdict], protocol: Protocol) -> pd.DataFrame:
    """Return the table `claim_steps`."""
    rows = [
        {
            "protocol": protocol.name,
            "exposure": one.exposure,
            "outcome": one.outcome,
            "rung": step.rung,
            "level": step.level,
            "estimate": step.estimate.estimate,
            "low": step.estimate.low,
            "high": step.estimate.high,
            "p": step.estimate.p,
            "n": step.estimate.n,
            "clusters": step.estimate.clusters,
            "reason": step.estimate.reason,
        }
        for one in found
        for step in one.steps
    ]
    return _table("claim_steps", rows)


def curve_points(curves: Sequence[Curve], protocol: Protocol) -> pd.DataFrame:
    """Return the table `curve_points`."""
    rows = [
        {
            "protocol": protocol.name,
            "exposure": one.exposure,
            "outcome": one.outcome,
            "place": place,
            "lag": choice.lag,
            "adjusted": choice.adjusted,
            "floor": choice.floor,
            "extremes": choice.extremes,
            "estimate": estimate.estimate,
            "low": estimate.low,
            "high": estimate.high,
            "joint_p": one.p,
        }
        for one in curves
        for place, (choice, estimate) in enumerate(one.points, start=1)
    ]
    return _table("curve_points", rows)


def _table(name: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    contract = CONTRACTS[name]
    table = contract.conform(pd.DataFrame(rows, columns=list(contract.columns)))
    return table.sort_values(list(contract.order), kind="stable", ignore_index=True)
