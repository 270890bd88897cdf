"""Contract of the declared links: the verdict of each pair of a protocol, with what speaks against it, in words."""

from __future__ import annotations

from collections.abc import Sequence

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract, measured

VERDICTS = {
    "supported": Text(fr="soutenu", en="supported"),
    "doubtful": Text(fr="douteux", en="doubtful"),
    "not_supported": Text(fr="non établi", en="not established"),
    "not_valid": Text(fr="non estimable", en="cannot be estimated"),
}
FLAGS = {
    "confounded": Text(
        fr="une autre différence entre établissements l'explique sans doute (confusion)",
        en="another difference between establishments probably explains it (confounding)",
    ),
    "crude_only": Text(
        fr="visible en comparaison brute seulement : une confusion peut l'expliquer",
        en="seen in a crude comparison only: confounding may explain it",
    ),
    "fragile": Text(
        fr="un facteur caché, faible ou pas plus fort que ceux tenus égaux, l'effacerait",
        en="a hidden factor, weak or no stronger than those held equal, would undo it",
    ),
    "future": Text(
        fr="l'indicateur d'une période suivante va aussi avec le résultat : le temps ne va pas dans ce sens",
        en="the indicator of a later period goes with the outcome too: time does not run that way",
    ),
    "negative_outcome": Text(
        fr="un résultat témoin, que l'indicateur ne peut pas toucher, bouge aussi",
        en="a control outcome, which the indicator cannot reach, moves too",
    ),
    "small": Text(
        fr="trop petit pour compter (tout l'intervalle est sous le plus petit effet utile)",
        en="too small to matter (the whole interval is under the smallest effect that matters)",
    ),
    "unadjusted": Text(
        fr="rien n'est tenu égal entre établissements : tout ce qui les distingue peut l'expliquer",
        en="nothing is held equal between establishments: whatever tells them apart may explain it",
    ),
    "untested": Text(
        fr="un test qui pourrait le contredire manque (contrôle négatif non déclaré, ou faute de données)",
        en="a test that could contradict it is missing (negative control not declared, or too few data)",
    ),
}


def years_of(years: Sequence[int]) -> str | None:
    """Return years ahead as columns `future_tried` and `future_held` write them; None for none.

    Examples
    --------
    >>> years_of((2, 3)), years_of(())
    ('2;3', None)
    """
    return ";".join(map(str, years)) or None


def against(flag: str, held: str | None = None, tried: str | None = None) -> Text:
    """Return what a flag says; that of the later exposure names the years it held for, and all that were tried.

    Parameters
    ----------
    held, tried
        Columns `future_held` and `future_tried`; without them the sentence names no year.

    Examples
    --------
    >>> against("future", "3", "2;3").en.partition(" (")[2]
    '3 years later; tried: 2 and 3 years later, at a threshold tightened for 2 tries by Holm)'
    >>> against("future", "1", "1").fr.partition(" (")[2]
    '1 an après, seul essai)'
    """
    said = FLAGS[flag]
    if flag != "future" or not held or not tried:
        return said
    many = len(tried.split(";"))
    if many == 1:
        return Text(fr=f"{said.fr} ({_after(held).fr}, seul essai)", en=f"{said.en} ({_after(held).en}, the only try)")
    fr = f"essayés : {_after(tried).fr}, au seuil resserré pour {many} essais selon Holm"
    en = f"tried: {_after(tried).en}, at a threshold tightened for {many} tries by Holm"
    return Text(fr=f"{said.fr} ({_after(held).fr} ; {fr})", en=f"{said.en} ({_after(held).en}; {en})")


def _after(years: str) -> Text:
    *first, last = years.split(";")
    head = ", ".join(first)
    fr, en = (f"{head} {word} {last}" if first else last for word in ("et", "and"))
    one = years == "1"
    return Text(fr=f"{fr} {'an' if one else 'ans'} après", en=f"{en} {'year' if one else 'years'} later")


CLAIMS = CONTRACTS.add(
    "claims",
    Contract(
        name="claims",
        label=Text(fr="Liens déclarés", en="Declared links"),
        columns={
            "protocol": Column(kind="text", label=Text(fr="Protocole", en="Protocol")),
            "seal": Column(kind="text", label=Text(fr="Empreinte du protocole", en="Seal of the protocol")),
            "exposure": Column(kind="text", label=Text(fr="Exposition", en="Exposure")),
            "outcome": Column(kind="text", label=Text(fr="Résultat", en="Outcome")),
            "estimand": Column(
                kind="text", choices=("within", "between"), label=Text(fr="Comparaison", en="Comparison")
            ),
            "model": Column(
                kind="text",
                choices=("two_way", "between", "ordinal"),
                label=Text(fr="Modèle déclaré (`claim_steps`, `rung`)", en="Declared model (`claim_steps`, `rung`)"),
            ),
            "lag": Column(kind="count", at_least=0, unit="années", label=Text(fr="Décalage", en="Lag")),
            "claim": Column(
                kind="text",
                choices=tuple(VERDICTS),
                label=Text(fr="Verdict", en="Verdict"),
            ),
            "per": measured("Changement de l'exposition dont on parle", "Change of the exposure spoken of"),
            "estimate": measured(
                "Points par unité de l'exposition (log-cotes pour des classes)",
                "Points per unit of the exposure (log odds for classes)",
            ),
            "low": measured("Borne basse à 95 %", "Lower 95% bound"),
            "high": measured("Borne haute à 95 %", "Upper 95% bound"),
            "df": measured("Degrés de liberté", "Degrees of freedom"),
            "q": measured("q (Benjamini-Hochberg)", "q (Benjamini-Hochberg)"),
            "q_any_dependence": measured("q (Benjamini-Yekutieli)", "q (Benjamini-Yekutieli)"),
            "robustness": measured("Valeur de robustesse à 5 %", "Robustness value at 5%"),
            "e_value": measured("Valeur E de l'estimation", "E-value of the estimate"),
            "e_value_interval": measured("Valeur E de l'intervalle à 95 %", "E-value of the 95% interval"),
            "selection": measured(
                "δ d'Oster : sélection sur le non-mesuré, en fois celle sur les covariables",
                "Oster's δ: selection on the unmeasured, in times that on the covariates",
            ),
            "n": Column(kind="count", at_least=0, label=Text(fr="Sites × années", en="Sites × years")),
            "clusters": Column(
                kind="count", missing=True, at_least=0, unit="établissements", label=Text(fr="Sites", en="Sites")
            ),
            "flags": Column(kind="text", missing=True, label=Text(fr="Ce qui s'y oppose", en="What speaks against it")),
            "future_tried": Column(
                kind="text",
                missing=True,
                label=Text(fr="Expositions futures essayées (années après)", en="Later exposures tried (years after)"),
            ),
            "future_held": Column(
                kind="text",
                missing=True,
                label=Text(
                    fr="Celles qui vont avec le résultat (p < 5 % selon Holm)",
                    en="Those that go with the outcome (p < 5% by Holm)",
                ),
            ),
            "future_p": measured("Plus petit p des expositions futures (Holm)", "Smallest p of later exposures (Holm)"),
            "reason": Column(kind="text", missing=True, label=Text(fr="Raison si non estimable", en="Reason if none")),
            "status": Column(
                kind="text", choices=("confirmatory", "exploratory"), label=Text(fr="Statut", en="Status")
            ),
        },
        key=("protocol", "exposure", "outcome"),
        order=("protocol", "outcome", "exposure"),
    ),
)
