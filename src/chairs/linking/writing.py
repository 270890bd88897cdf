"""Writes verdicts, ladders and curves as the platform's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chairs.linking.cells import Sources
from chairs.linking.protocol import Protocol
from chairs.linking.sealing import Seal, history, outcome_known, seal, touching
from chairs.linking.specification import Curve, curve
from chairs.linking.verdict import Verdict
from chairs.tables import CONTRACTS
from chairs.tables.claims import years_of

if TYPE_CHECKING:
    import pandas as pd


def tables(
    sources: Sources, found: Sequence[Verdict], protocol: Protocol, seals: Sequence[Seal]
) -> dict[str, pd.DataFrame]:
    """Return every table of the declared links by name; a specification curve for each supported one."""
    curves = [curve(sources, protocol, one.exposure, one.outcome) for one in found if one.claim == "supported"]
    return {
        "claims": claims(found, protocol, seals),
        "claim_steps": claim_steps(found, protocol),
        "curve_points": curve_points(curves, protocol),
        "protocol_log": protocol_log(protocol, seals),
    }


def claims(found: Sequence[Verdict], protocol: Protocol, seals: Sequence[Seal] = ()) -> pd.DataFrame:
    """Return the table `claims`; a protocol changed in what verdicts are read off is exploratory, whatever it says."""
    loose = outcome_known(protocol, seals) or touching(seals) or (bool(protocol.deviations) and not seals)
    rows = [
        {
            "protocol": protocol.name,
            "seal": seal(protocol),
            "exposure": one.exposure,
            "outcome": one.outcome,
            "estimand": protocol.estimand,
            "model": protocol.declared,
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
            "e_value": _rounded(one.unseen.e_value),
            "e_value_interval": _rounded(one.unseen.e_value_interval),
            "selection": _rounded(one.unseen.selection),
            "n": one.primary.n,
            "clusters": one.primary.clusters,
            "flags": ";".join(one.flags) or None,
            "future_tried": years_of(one.later.tried),
            "future_held": years_of(one.later.held),
            "future_p": _rounded(one.later.p),
            "reason": one.primary.reason,
            "status": "exploratory" if loose else "confirmatory",
        }
        for one in found
    ]
    return _table("claims", rows)


def protocol_log(protocol: Protocol, seals: Sequence[Seal]) -> pd.DataFrame:
    """Return the table `protocol_log`: the seal, then each recorded deviation."""
    known = outcome_known(protocol, seals)
    rows = [
        {
            "protocol": protocol.name,
            "place": place,
            "event": "sealed" if told is None else "deviation",
            "date": one.date if told is None else told.date,
            "seal": one.seal,
            "outcome": "known" if known else "unread",
            "touches": touches,
            "what_fr": told.what.fr if told else None,
            "what_en": told.what.en if told else None,
            "why_fr": told.why.fr if told else None,
            "why_en": told.why.en if told else None,
        }
        for place, (one, told, touches) in enumerate(history(protocol, seals))
    ]
    return _table("protocol_log", rows)


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


def _rounded(value: float | None) -> float | None:
    """Return six digits: what a last bit moves in a ratio of small differences is not written."""
    return None if value is None else float(f"{value:.6g}")


def _table(name: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    contract = CONTRACTS[name]
    table = contract.conform(pd.DataFrame(rows, columns=list(contract.columns)))
    return table.sort_values(list(contract.order), kind="stable", ignore_index=True)
