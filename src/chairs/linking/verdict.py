"""What may be said of one declared pair, and why: the primary estimate, its family, and what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.linking.cells import Sources, cells, covariates_of
from chairs.linking.ladder import PER_UNIT, Rung, Step, ladder, primary
from chairs.linking.later import ALPHA, Later, later_exposures
from chairs.linking.protocol import Protocol
from chairs.linking.unseen import Unseen, unseen
from chairs.stats.estimate import Estimate, shown
from chairs.stats.multiplicity import adjusted, q_values
from chairs.tables.claims import VERDICTS, against, years_of

if TYPE_CHECKING:
    import pandas as pd

UNTESTED = "untested"  # what was not tried speaks neither for nor against
FRAGILE = 0.05  # robustness value under which a weak unobserved cause would undo a claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One pair of the family.

    Parameters
    ----------
    primary
        The declared estimate: points of the score (log odds of a higher class for `ordinal`) per unit of the exposure.
    steps
        All rungs of the ladder.
    q, q_any_dependence
        q values of the family (Benjamini-Hochberg; Benjamini-Yekutieli).
    robustness
        Robustness value at 5 %, of 0 to 1 (Cinelli & Hazlett 2020); None where there is no estimate.
    unseen
        E-value and Oster's δ of the primary estimate.
    later
        What the exposures of later years show, where the estimate would be claimed.
    flags
        Keys of `chairs.tables.claims.FLAGS` that apply.
    claim
        Key of `chairs.tables.claims.VERDICTS`.
    """

    exposure: str
    outcome: str
    primary: Estimate
    steps: tuple[Step, ...]
    q: float | None
    q_any_dependence: float | None
    robustness: float | None
    flags: tuple[str, ...]
    claim: str
    unseen: Unseen = field(default_factory=Unseen)
    later: Later = field(default_factory=Later)

    def say(self, lang: Language = "fr", name: str | None = None) -> str:
        """Return the verdict in words: claim, number, and every reason to doubt it; `name`: words for the pair."""
        head = (name or f"{self.exposure} → {self.outcome}") + (" : " if lang == "fr" else ": ")
        parts = [VERDICTS[self.claim].say(lang), replace(self.primary, term=PER_UNIT.say(lang)).say(lang)]
        if self.q is not None:
            parts.append(f"q {shown(self.q, lang, '.3f')}")
        parts += [against(flag, years_of(self.later.held), years_of(self.later.tried)).say(lang) for flag in self.flags]
        parts += [self.unseen.say(lang)] if self.claim in ("supported", "doubtful") else []
        return head + " ; ".join(parts) if lang == "fr" else head + "; ".join(parts)

    def step(self, rung: Rung) -> Estimate | None:
        """Return the estimate of one rung, None when the ladder has none."""
        return next((step.estimate for step in self.steps if step.rung == rung), None)


def verdicts(sources: Sources, protocol: Protocol) -> tuple[Verdict, ...]:
    """Return the verdict of every declared pair.

    Notes
    -----
    A link is `supported` when its primary estimate has q at most the declared share of false discoveries and nothing
    speaks against it, `doubtful` when something does. What may speak against it: the difference of the between and the
    within slope (p < 5 %), a robustness value under 5 % or, between establishments, Oster's δ from 0 to 1, a later
    year's exposure beside the declared one (negative control, p < 5 %, by Holm over the years declared), a declared
    outcome that cannot be moved (p < 5 %), an interval entirely under the smallest effect that matters, a comparison
    of establishments that holds nothing equal. A link that is not supported although a cruder comparison shows it
    (unadjusted, or pooled for a change; p < 5 %) is marked `crude_only`. A negative control that the data do not allow
    (no later year, a control outcome nobody measured), or a protocol that declares none, is not passed: the claim is
    marked `untested`, and its sentence says so; to declare less never earns more. A causal reading is never written:
    that takes a design that the protocol does not check.
    """
    tables = {pair: cells(sources, protocol, *pair) for pair in protocol.pairs}
    steps = {pair: ladder(table, protocol.further, protocol.seed) for pair, table in tables.items()}
    estimates = {pair: _primary(found, protocol) for pair, found in steps.items()}
    p = [_p(estimate) for estimate in estimates.values()]
    qs, qys = q_values(p), adjusted(p, "BY")
    found = []
    for (pair, estimate), q, qy in zip(estimates.items(), qs, qys, strict=True):
        strength = _robustness(tables[pair], protocol, estimate)
        hidden = unseen(tables[pair], protocol, pair[0], estimate)
        weak = (strength is not None and strength < FRAGILE) or hidden.fragile(protocol.estimand)
        flags, later = _confounded(steps[pair]), Later()
        if q <= protocol.fdr or _significant(estimate):
            later = later_exposures(sources, protocol, pair)
            flags += _against(sources, protocol, pair, estimate, later, weak=weak)
        if q > protocol.fdr and _crude(steps[pair], protocol):
            flags = ("crude_only", *flags)
        found.append(
            Verdict(
                exposure=pair[0],
                outcome=pair[1],
                primary=estimate,
                steps=steps[pair],
                q=_known(q),
                q_any_dependence=_known(qy),
                robustness=strength,
                flags=flags,
                claim=_claim(estimate, q, flags, protocol),
                unseen=hidden,
                later=later,
            )
        )
    return tuple(found)


def _primary(steps: Sequence[Step], protocol: Protocol) -> Estimate:
    return next(step.estimate for step in steps if step.rung == protocol.declared)


def _crude(steps: Sequence[Step], protocol: Protocol) -> bool:
    """Say whether a cruder comparison than the declared one shows the link; of one year, "pooled" is "between"."""
    rungs = ("description",) if protocol.estimand == "between" else ("description", "pooled")
    return any(step.rung in rungs and _significant(step.estimate) for step in steps)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _p(estimate: Estimate) -> float:
    return float("nan") if estimate.p is None else estimate.p


def _claim(estimate: Estimate, q: float, flags: Sequence[str], protocol: Protocol) -> str:
    if estimate.p is None:
        return "not_valid"
    if not q <= protocol.fdr:
        return "not_supported"
    return "supported" if set(flags) <= {UNTESTED} else "doubtful"


def _robustness(table: pd.DataFrame, protocol: Protocol, estimate: Estimate) -> float | None:
    """Return the robustness value at 5 % of the primary estimate, from its own t value (latent scale for classes)."""
    from chairs.stats.sensitivity import robustness_value

    if estimate.estimate is None or not estimate.se:
        return None
    sites = table["establishment"].nunique()
    known = len(table) - sites if protocol.estimand == "within" else sites
    df = known - table["year"].nunique() - len(covariates_of(table)) - (protocol.estimand == "between")
    return robustness_value(estimate.estimate / estimate.se, df, alpha=ALPHA) if df > 1 else None


def _confounded(steps: Sequence[Step]) -> tuple[str, ...]:
    shown = {step.rung for step in steps if _significant(step.estimate)}
    return ("confounded",) if {"contextual", "pooled"} <= shown else ()


def _against(
    sources: Sources, protocol: Protocol, pair: tuple[str, str], estimate: Estimate, later: Later, *, weak: bool
) -> tuple[str, ...]:
    """Return what speaks against an estimate that would be claimed, or was not tried."""
    found = ["fragile"] if weak else []
    if protocol.estimand == "between" and not protocol.covariates:
        found.append("unadjusted")
    years = 1 + len(protocol.other_future_years) if protocol.future_exposure else 0
    moved = [_moved(sources, protocol, pair[0], outcome) for outcome in protocol.negative_outcomes]
    said = (("future", bool(later.held)), ("negative_outcome", any(map(_significant, moved))))
    found += [flag for flag, spoke in said if spoke]
    if not (years or moved) or len(later.tried) < years or any(one is None or one.p is None for one in moved):
        found.append(UNTESTED)
    if _too_small(estimate, protocol.smallest_effect / protocol.per.get(pair[0], 1.0)):
        found.append("small")
    return tuple(found)


def _moved(sources: Sources, protocol: Protocol, exposure: str, outcome: str) -> Estimate | None:
    table = cells(sources, protocol, exposure, outcome)
    return primary(table, protocol.estimand, protocol.model) if len(table) else None


def _significant(estimate: Estimate | None) -> bool:
    return estimate is not None and estimate.p is not None and estimate.p < ALPHA


def _too_small(estimate: Estimate, least: float) -> bool:
    return estimate.low is not None and estimate.high is not None and max(abs(estimate.low), abs(estimate.high)) < least
