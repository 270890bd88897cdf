"""The exposure of a later year as a negative control: it cannot have moved the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.linking.cells import Sources, cells
from chairs.linking.ladder import beside
from chairs.linking.protocol import Protocol

if TYPE_CHECKING:
    from chairs.stats.estimate import Estimate

ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What the exposures of later years add to the declared one.

    Parameters
    ----------
    tried
        Years from the exposure declared to each later one that the data allow to test, in order.
    held
        Those of `tried` that add something: p under 5 %, adjusted for their number.
    p
        Smallest adjusted p value; None where nothing could be tried.
    """

    tried: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    p: float | None = None


def later_exposures(sources: Sources, protocol: Protocol, pair: tuple[str, str]) -> Later:
    """Return what the declared later years show for one pair.

    Notes
    -----
    Each year is one more test of a link that nothing contradicts: p values are adjusted by Holm 1979 over the years
    that could be tested, so that a sound link is contradicted by chance in at most 5 % of families, however many years
    a protocol declares. With one year nothing changes.
    """
    from chairs.stats.multiplicity import adjusted

    years = sorted({protocol.future_years, *protocol.other_future_years}) if protocol.future_exposure else []
    found = {ahead: _beside(sources, protocol, pair, ahead) for ahead in years}
    p = {ahead: one.p for ahead, one in found.items() if one is not None and one.p is not None}
    if not p:
        return Later()
    family = dict(zip(p, adjusted(list(p.values()), "holm").tolist(), strict=True))
    return Later(
        tried=tuple(family),
        held=tuple(ahead for ahead, value in family.items() if value < ALPHA),
        p=min(family.values()),
    )


def _beside(sources: Sources, protocol: Protocol, pair: tuple[str, str], years: int) -> Estimate | None:
    """Return what a later exposure adds to the declared one; alone it would carry the declared one's share."""
    later = cells(sources, protocol, *pair, lag=-years)[["establishment", "year", "exposure"]]
    later = later.rename(columns={"exposure": "future"})
    table = cells(sources, protocol, *pair).merge(later, on=["establishment", "year"])
    return beside(table, "future", protocol.estimand, protocol.model) if len(table) else None
