"""What many redraws show, held against the bars: coverage, false alarms, false discoveries, flags, non-response."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import Language, Text
from chairs.demo.planted import read_planted
from chairs.demo.redraw import HOSPITALS
from chairs.demo.redraws import SILENT_SITES, RedrawTables
from chairs.stats.estimate import shown

if TYPE_CHECKING:
    import pandas as pd

Check = Literal["coverage", "false_alarms", "false_discoveries", "confounded", "non_response"]

LEVEL, ALPHA, FDR = 0.95, 0.05, 0.05
FLAGGED, BRACKETED = 0.95, 0.90
FAR = 0.0005  # chance left on each side: 926 to 971 of 1,000 intervals of 95 %, at least 87 of 100
ENOUGH = 1_000  # redraws from which the bars are those declared
MARGIN = 0.015  # of the rate of false alarms
DOUBT = ("confounded", "crude_only")  # flags that tell of confounding
CHECKS: dict[Check, Text] = {
    "coverage": Text(fr="intervalles à 95 % qui contiennent l'effet planté", en="95% intervals that hold the effect"),
    "false_alarms": Text(fr="effets nuls déclarés à 5 %", en="null effects declared at 5%"),
    "false_discoveries": Text(fr="fausses découvertes de la famille", en="false discoveries of the family"),
    "confounded": Text(fr="confusion signalée", en="confounding flagged"),
    "non_response": Text(fr="non-réponse encadrée", en="non-response bracketed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure and its bar: `share` of the redraws (0 to 1) has to be within `low` and `high`.

    `subject` is the pair or exposure; empty where all are taken together. `error` is one Monte-Carlo standard error.
    """

    check: Check
    subject: str
    sites: int
    redraws: int
    share: float
    error: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether the bar is met."""
        return self.low - 1e-12 <= self.share <= self.high + 1e-12

    def say(self, lang: Language = "fr") -> str:
        """Return the figure, its bar and whether it is met, as one line."""
        share, low, high = (shown(100 * x, lang, ".1f") for x in (self.share, self.low, self.high))
        if lang == "fr":
            bar, met = f"attendu {low} à {high} %", "tenu" if self.holds else "NON TENU"
            return (
                f"{CHECKS[self.check].fr}, {self.subject or 'ensemble'}, {self.sites} sites : {share} % ({bar}), {met}"
            )
        bar, met = f"expected {low} to {high}%", "met" if self.holds else "NOT MET"
        return f"{CHECKS[self.check].en}, {self.subject or 'all'}, {self.sites} sites: {share}% ({bar}), {met}"


def figures(found: RedrawTables) -> tuple[Figure, ...]:
    """Return every figure of the redraws with its bar.

    Notes
    -----
    Coverage is held against the central 99.9 % of the binomial law of 95 %, which is 926 to 971 of 1,000 and at least
    87 of 100. The other bars are 3.5 to 6.5 % of false alarms, 5 % of false discoveries and two Monte-Carlo errors,
    95 % of confounded indicators flagged (on an outcome of the family, in a study of the whole territory: a link must
    be visible to be doubted) and 90 % of unignorable non-response bracketed; with fewer than 1,000 redraws the bar is
    what the binomial law of that many allows with a chance of 1 in 2,000.
    """
    pairs = found.pairs.assign(
        inside=found.pairs["low"].le(found.pairs["truth"]) & found.pairs["high"].ge(found.pairs["truth"]),
        alarm=found.pairs["low"].gt(0) | found.pairs["high"].lt(0),
    )
    return (*_coverage(pairs), *_alarms(pairs), *_family(pairs[pairs["sites"] == pairs["sites"].max()]), _silent(found))


def _coverage(pairs: pd.DataFrame) -> Iterator[Figure]:
    for (sites, exposure), rows in pairs[pairs["truth"] != 0].groupby(["sites", "exposure"]):
        yield _figure("coverage", str(exposure), int(sites), rows["inside"], _law(len(rows), LEVEL))


def _alarms(pairs: pd.DataFrame) -> Iterator[Figure]:
    """Give the rate over all null pairs of a size: as many trials as redraws, since pairs of one redraw go together."""
    for sites, rows in pairs[pairs["truth"] == 0].groupby("sites"):
        rate = rows.groupby("redraw")["alarm"].mean()
        bar = (ALPHA - MARGIN, ALPHA + MARGIN) if len(rate) >= ENOUGH else _law(len(rate), ALPHA)
        yield _figure("false_alarms", "", int(sites), rate, bar)


def _family(pairs: pd.DataFrame) -> Iterator[Figure]:
    """Give the share of false ones among the links found, and how often a confounded indicator is flagged."""
    sites = int(pairs["sites"].max())
    kept = pairs["q"] <= FDR
    counts = pairs.assign(kept=kept, false=kept & (pairs["truth"] == 0)).groupby("redraw")[["kept", "false"]].sum()
    share = counts["false"] / counts["kept"].clip(lower=1)
    yield _figure("false_discoveries", "", sites, share, (0.0, FDR + 2 * float(share.sem())))
    if sites < HOSPITALS:
        return  # a link of few hospitals is not visible often enough to be doubted
    doubted = pairs["flags"].str.split(";").map(lambda flags: not set(flags).isdisjoint(DOUBT))
    for exposure in _confounded(set(pairs["exposure"])):
        mine = pairs["exposure"] == exposure
        flagged = doubted[mine].groupby(pairs.loc[mine, "redraw"]).any()
        yield _figure("confounded", exposure, sites, flagged, (_at_least(len(flagged), FLAGGED), 1.0))


def _confounded(exposures: set[str]) -> list[str]:
    """Return the indicators that go with a score between hospitals but move none within one."""
    planted = read_planted()
    mixed = {one.exposure for one in planted.effects if one.between and not one.within}
    return sorted(exposures & {*planted.confounded, *mixed})


def _silent(found: RedrawTables) -> Figure:
    held = found.silent["low"].le(found.silent["truth"]) & found.silent["high"].ge(found.silent["truth"])
    return _figure("non_response", "", SILENT_SITES, held, (_at_least(len(held), BRACKETED), 1.0))


def _figure(check: Check, subject: str, sites: int, of_redraw: pd.Series, bar: tuple[float, float]) -> Figure:
    values = of_redraw.astype(float)
    error = float(values.sem()) if len(values) > 1 else 0.0
    return Figure(
        check=check, subject=subject, sites=sites, redraws=len(values), share=float(values.mean()), error=error,
        low=bar[0], high=bar[1],
    )  # fmt: skip


def _law(n: int, share: float) -> tuple[float, float]:
    """Return the shares of `n` that the binomial law of `share` allows."""
    from scipy.stats import binom

    low, high = binom.interval(1 - 2 * FAR, n, share)
    return float(low) / n, float(high) / n


def _at_least(n: int, share: float) -> float:
    return share if n >= ENOUGH else _law(n, share)[0]
