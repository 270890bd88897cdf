"""Answers a challenge to a claim: what one other choice gives, and how few establishments carry the claim."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Problem, SettingError, Text, problem
from chairs.linking.bounds import YEARS
from chairs.linking.carried import Carried, carried, of_change
from chairs.linking.cells import Sources, cells
from chairs.linking.ladder import FEWEST, primary
from chairs.linking.protocol import Protocol
from chairs.linking.removal import without
from chairs.linking.specification import Curve, Specification, curve
from chairs.stats.estimate import Estimate, shown

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

CLASSES = Text(
    fr="Classes ordonnées : ces nombres sont des log-cotes d'une classe plus haute ; lire leur signe, pas leur taille",
    en="Ordered classes: these numbers are log odds of a higher class; read their sign, not their size",
)

PLACE = Text(fr="Place sur la courbe : ", en="Place on the curve: ")
NO_PLACE = Text(
    fr="Place sur la courbe : aucune, faute d'estimation contestée ou de choix estimable",
    en="Place on the curve: none, for want of a challenged estimate or of a choice that can be estimated",
)
BESIDE = Text(
    fr="À côté de la courbe : ce choix n'en fait pas partie ; {below} de ses {count} points sont plus bas",
    en="Beside the curve: this choice is not one of its points; {below} of its {count} points lie below",
)
LEFT_OVER = Text(
    fr="il ne reste que {left} établissement(s) ; il en faut {least}",
    en="only {left} establishment(s) are left; {least} are needed",
)
REMEDIES = {
    "--lag": Text(
        fr="choisir un décalage dont l'exposition est connue (déclaré : {one.lag})",
        en="choose a lag whose exposure is known (declared: {one.lag})",
    ),
    "--floor": Text(
        fr="demander moins de réponses (déclaré : {one.floor})", en="ask for fewer answers (declared: {one.floor})"
    ),
    "--drop": Text(fr="retirer moins d'établissements", en="leave fewer establishments out"),
}


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
    carried
        How few establishments carry the declared link.
    challenged_carried
        How few carry the challenged one, of those that it compares; None without a challenge.
    rank
        Place of the challenged choice on the specification curve; None when it is not one of its choices.
    classes
        The outcome is made of ordered classes: numbers are log odds of a higher one.
    exposure, per
        What the estimates are about, and the change of it that sentences speak of (estimates are kept per unit).
    """

    declared: Estimate
    challenged: Estimate
    curve: Curve
    rank: int | None
    carried: Carried
    challenged_carried: Carried | None = None
    classes: bool = False
    exposure: str = ""
    per: float = 1.0

    @property
    def below(self) -> int | None:
        """Points of the curve whose estimate is smaller than the challenged one; None where there is none."""
        if self.challenged.estimate is None:
            return None
        found = self.challenged.estimate
        return sum(one.estimate is not None and one.estimate < found for _, one in self.curve.points)

    def say(self, lang: Language = "fr", name: str | None = None) -> str:
        """Return the answer in a few sentences; `name`: words for the exposure and the change of it."""
        french = lang == "fr"
        head = name or f"{self.exposure} (+{shown(self.per, lang, 'g')})"
        median = None if self.curve.median is None else self.curve.median * self.per
        lines = [
            f"{'Déclaré' if french else 'Declared'} – {of_change(self.declared, self.per, head).say(lang)}",
            f"{'Contesté' if french else 'Challenged'} – {of_change(self.challenged, self.per, head).say(lang)}",
            f"{'Courbe' if french else 'Curve'} – {replace(self.curve, median=median).say(lang)}",
        ]
        if self.classes:
            lines.append(CLASSES.say(lang))
        lines += [*self._place(lang), *self.carried.say("declared", lang, self.per, head)]
        theirs = self.challenged_carried
        return "\n".join([*lines, *(theirs.say("challenged", lang, self.per, head) if theirs else [])])

    def _place(self, lang: Language) -> list[str]:
        """Return where the challenged choice stands on the curve, or beside it."""
        count = len(self.curve.points)
        if self.rank is not None:
            return [f"{PLACE.say(lang)}{self.rank} / {count}"]
        if self.below is None or not count:
            return [NO_PLACE.say(lang)]
        return [BESIDE.say(lang).format(below=self.below, count=count)]


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
    The fewest establishments are looked for by their influence on the end of the interval that faces zero (after
    Broderick, Giordano & Meager 2020, arXiv:2011.14999, who follow the estimate), and the list found is checked by
    fitting again without it (`removal.fewest`). Among few establishments all short lists are tried; beyond that the
    list is an upper bound: fewer might do.

    Raises
    ------
    SettingError
        For a lag or floor out of bounds, an establishment that this link does not compare, or a challenge that leaves
        too few establishments to compare.
    """
    _bounded(challenge)
    declared = cells(sources, protocol, *pair)
    whole = _challenged(sources, protocol, pair, replace(challenge, drop=()))
    _compared(challenge, {*declared["establishment"], *whole["establishment"]})
    _comparable(sources, protocol, pair, challenge)
    table = without(whole, challenge.drop)
    lag = protocol.lag if challenge.lag is None else challenge.lag
    floor = protocol.floor if challenge.floor is None else challenge.floor
    choice = Specification(lag=lag, adjusted=bool(protocol.covariates), floor=floor, extremes=True)
    points = curve(sources, protocol, *pair, executor)
    estimate = primary(declared, protocol.estimand, protocol.model)
    contested = challenge != Challenge()
    other = primary(table, protocol.estimand, protocol.model) if contested else estimate
    with ThreadPoolExecutor(2) as side:  # the two searches take most of the time, in NumPy, which lets go of the lock
        theirs = side.submit(carried, table, other, protocol) if contested else None
        ours = carried(declared, estimate, protocol)
    return Answer(
        declared=estimate,
        challenged=other,
        curve=points,
        rank=None if challenge.drop else points.rank_of(choice),
        carried=ours,
        challenged_carried=theirs.result() if theirs else None,
        classes=protocol.model == "ordinal",
        exposure=pair[0],
        per=protocol.per.get(pair[0], 1.0),
    )


def _bounded(challenge: Challenge) -> None:
    """Refuse a lag or a floor that is a slip of the hand."""
    found: list[Problem] = []
    if challenge.lag is not None and abs(challenge.lag) > YEARS:
        what = (f"décalage de plus de {YEARS} ans", f"a lag of more than {YEARS} years")
        remedy = (f"écrire des années entières, de -{YEARS} à {YEARS}", f"write whole years, -{YEARS} to {YEARS}")
        found.append(problem(*what, column="--lag", remedy=remedy))
    if challenge.floor is not None and challenge.floor < 1:
        remedy = ("écrire 1 ou plus", "write 1 or more")
        found.append(problem("moins d'une réponse", "fewer than one answer", column="--floor", remedy=remedy))
    if found:
        raise SettingError(tuple(found))


def _compared(challenge: Challenge, sites: Collection[str]) -> None:
    """Refuse to leave out an establishment that is not there: the answer would be that of no challenge."""
    stray = [name for name in challenge.drop if name not in sites]
    if not stray:
        return
    remedy = (
        "écrire un identifiant de la table « establishments » qui a l'exposition et un score",
        'write an identifier of the table "establishments" that has the exposure and a score',
    )
    raise SettingError(
        tuple(
            problem(
                f"établissement « {name} » absent de ce lien ({len(sites)} comparés)",
                f'establishment "{name}" is not in this link ({len(sites)} compared)',
                column="--drop",
                remedy=remedy,
            )
            for name in stray
        )
    )


def _challenged(sources: Sources, protocol: Protocol, pair: tuple[str, str], challenge: Challenge) -> pd.DataFrame:
    """Return the rows that a challenge compares."""
    asked = replace(protocol, floor=protocol.floor if challenge.floor is None else challenge.floor)
    return without(cells(sources, asked, *pair, challenge.lag), challenge.drop)


def _comparable(sources: Sources, protocol: Protocol, pair: tuple[str, str], challenge: Challenge) -> None:
    """Refuse the option that leaves too few of the establishments of a link that has enough."""
    steps = {
        "": Challenge(),
        "--lag": replace(challenge, floor=None, drop=()),
        "--floor": replace(challenge, drop=()),
        "--drop": challenge,
    }
    for option, one in steps.items():
        left = _challenged(sources, protocol, pair, one)["establishment"].nunique()
        if left >= FEWEST:
            continue
        if not option:  # the declared link has too few already, and says so
            return
        told, remedy = LEFT_OVER, REMEDIES[option]
        what = (told.fr.format(left=left, least=FEWEST), told.en.format(left=left, least=FEWEST))
        do = (remedy.fr.format(one=protocol), remedy.en.format(one=protocol))
        raise SettingError((problem(*what, column=option, remedy=do),))
