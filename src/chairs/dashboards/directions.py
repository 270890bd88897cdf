"""Links with ordered classes: only a direction is shown, since nothing says how far two classes are apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.dashboards.fiche import Column

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    "higher": Text(fr="vers une classe plus haute", en="towards a higher class"),
    "lower": Text(fr="vers une classe plus basse", en="towards a lower class"),
    "open": Text(fr="sens non établi", en="direction not established"),
}
DIRECTION = Column(key="direction", label=Text(fr="Sens", en="Direction"), kind="word", words=WORDS)
AXIS = {
    "wide": Text(fr="← classe plus basse   |   classe plus haute →", en="← lower class   |   higher class →"),
    "narrow": Text(fr="← plus basse | plus haute →", en="← lower | higher →"),
}
READ = Text(
    fr=(
        "Les étoiles sont des classes ordonnées : seul le sens se lit. Chaque trait, de même longueur pour tous, est "
        "l'intervalle à 95 % ; plus il est loin de la ligne, plus le sens est sûr ; s'il la touche, le sens n'est pas "
        "établi."
    ),
    en=(
        "Stars are ordered classes: only the direction can be read. Each line, of one length for all, is the 95% "
        "interval; the farther from the vertical line, the surer the direction; if it touches it, the direction is "
        "not established."
    ),
)


def ordered(claims: pd.DataFrame) -> bool:
    """Say whether the protocol declares a model of ordered classes."""
    return bool((claims["model"] == "ordinal").all())


def directed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with `direction`, and estimates in half widths of their own interval: sizes are taken out.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"estimate": [4.0, -1.0, None], "low": [2.0, -3.0, None], "high": [6.0, 1.0, None]})
    >>> directed(rows)[["direction", "estimate", "low", "high"]].values.tolist()[:2]
    [['higher', 2.0, 1.0, 3.0], ['open', -0.5, -1.5, 0.5]]
    """
    half = (rows["high"] - rows["low"]).astype("float64") / 2
    scaled = {name: rows[name].astype("float64") / half.where(half > 0) for name in ("estimate", "low", "high")}
    words = [_direction(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)]
    return rows.assign(**scaled, direction=words)


def _direction(low: float | None, high: float | None) -> str | None:
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return None
    return "higher" if low > 0 else "lower" if high < 0 else "open"


def axis(rows: pd.DataFrame, lang: Language) -> dict[str, Any]:
    """Return the horizontal axis of `directed` rows: two directions, zero in the middle, no number."""
    reach = 1.05 * float(rows[["low", "high"]].abs().max().max())
    title = {"text": AXIS["wide"].say(lang)}
    return {"title": title, "showticklabels": False, "showgrid": False, "range": [-reach, reach]}


def narrow(lang: Language) -> dict[str, Any]:
    """Return what changes of it on a narrow screen."""
    return {"xaxis.title.text": AXIS["narrow"].say(lang)}
