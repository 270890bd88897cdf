"""How few establishments carry a link, declared or challenged: the list, what is left without it, in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import Language, Text
from chairs.linking.ladder import FEWEST, primary
from chairs.linking.protocol import Protocol
from chairs.linking.removal import fewest, longest, tried, without
from chairs.stats.estimate import REASONS, Estimate

if TYPE_CHECKING:
    import pandas as pd

NAMED = 40  # establishments of the list that are named
TOUCHES = Text(fr="rien à renverser : l'intervalle touche zéro", en="nothing to overturn: zero is inside")
NO_INTERVAL = Text(
    fr="rien à renverser : ce lien n'a pas d'estimation avec un intervalle ({reason})",
    en="nothing to overturn: this link has no estimate with an interval ({reason})",
)
NONE_EXISTS = Text(
    fr="aucun retrait de {most} établissement(s) ou moins ({share} %) ne renverse le lien : tous ont été essayés",
    en="no removal of {most} establishment(s) or fewer ({share}%) overturns the link: all were tried",
)
NONE_POSSIBLE = Text(
    fr="aucun retrait à essayer : il ne resterait pas {least} établissements",
    en="no removal to try: fewer than {least} establishments would be left",
)
NONE_FOUND = Text(
    fr="aucune liste trouvée jusqu'à {share} % des établissements ({most}) dont le retrait renverse le lien ; "
    "toutes n'ont pas été essayées",
    en="no list found up to {share}% of the establishments ({most}) whose removal overturns the link; "
    "not all were tried",
)
ENOUGH = Text(
    fr="retirer {count} établissement(s) suffit : {names}", en="removing {count} establishment(s) is enough: {names}"
)
SHORTEST = {
    True: Text(
        fr="aucune liste plus courte ne suffit : toutes ont été essayées", en="no shorter list is: all were tried"
    ),
    False: Text(fr="une liste plus courte peut exister", en="a shorter list may exist"),
}
WHOSE = {
    "declared": Text(fr="Lien déclaré (n {n})", en="Declared link (n {n})"),
    "challenged": Text(fr="Lien contesté (n {n})", en="Challenged link (n {n})"),
}
LEFT = Text(fr="{whose} sans cette liste – ", en="{whose} without that list – ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a link hangs on.

    Parameters
    ----------
    link
        The estimate with all establishments.
    names
        Fewest establishments found whose removal makes its interval touch zero, or leaves none; empty when no list of
        up to a quarter of them was found; None when it had no interval off zero to begin with.
    left
        The link without them; None without a list.
    classes
        The outcome is made of ordered classes.
    """

    link: Estimate
    names: tuple[str, ...] | None
    left: Estimate | None = None
    classes: bool = False

    def say(self, which: Literal["declared", "challenged"], lang: Language, per: float, name: str) -> list[str]:
        """Return whose link it is, how few establishments carry it, how sure it is that fewer do not, what is left."""
        whose = WHOSE[which].say(lang).format(n=self.link.n)
        lines = [f"{whose}{' : ' if lang == 'fr' else ': '}{self._list(lang)}"]
        if self.left is not None:
            lines.append(f"{LEFT.say(lang).format(whose=whose)}{of_change(self.left, per, name).say(lang)}")
        return lines

    def _list(self, lang: Language) -> str:
        link, names = self.link, self.names
        if names is None and link.low is None:
            return NO_INTERVAL.say(lang).format(reason=REASONS[link.reason or "too_few"].say(lang))
        if names is None:
            return TOUCHES.say(lang)
        sites, count = link.clusters or 0, len(names)
        every = tried(sites, "ordinal" if self.classes else "linear")
        if not count:
            most = longest(sites)
            words = NONE_FOUND if every < most else NONE_EXISTS if most else NONE_POSSIBLE
            return words.say(lang).format(share=round(100 * most / max(sites, 1)), most=most, least=FEWEST)
        listed = ", ".join(names[:NAMED]) + (", …" if count > NAMED else "")
        found = ENOUGH.say(lang).format(count=count, names=listed)
        if count > 1:
            found += f"{' ; ' if lang == 'fr' else '; '}{SHORTEST[count - 1 <= every].say(lang)}"
        return found


def carried(table: pd.DataFrame, link: Estimate, protocol: Protocol) -> Carried:
    """Return how few of the establishments of `table` carry the link estimated from it (see `removal.fewest`)."""
    names = fewest(table, link, protocol)
    left = primary(without(table, names), protocol.estimand, protocol.model) if names else None
    return Carried(link=link, names=names, left=left, classes=protocol.model == "ordinal")


def of_change(one: Estimate, per: float, name: str) -> Estimate:
    """Return an estimate of one unit as that of `per` units, called `name`."""
    estimate, se, low, high = (
        None if size is None else size * per for size in (one.estimate, one.se, one.low, one.high)
    )
    return replace(one, term=name, estimate=estimate, se=se, low=low, high=high)
