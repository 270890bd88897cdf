"""Reads table `links`: which estimates may be counted together, what they are adjusted for, how they are written."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt, phrases
from chairs.dashboards.fiche import Column
from chairs.dashboards.words import indicator

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.05  # q value under which a link is called distinguishable from zero
NUMBERS = ["estimate", "low", "high"]
NOTHING = Text(fr="aucun lien estimable ou publiable.", en="no link that can be estimated or published.")


def estimated(links: pd.DataFrame) -> pd.DataFrame:
    """Return the links that have an estimate, with `adjusted`, `covariates` (a set of words) and `sized`.

    `sized` marks an indicator that other links of the table are adjusted for: it measures size itself.
    """
    kept = links.assign(adjusted_for=links["adjusted_for"].fillna("").astype(str))
    kept["adjusted"] = kept["adjusted_for"] != ""
    kept["covariates"] = [covariates(text) for text in kept["adjusted_for"]]
    kept["sized"] = kept["exposure"].isin(frozenset().union(*kept["covariates"]))
    return kept[(kept["status"] != "not_valid") & kept[NUMBERS].notna().all(axis=1)]


def covariates(text: str) -> frozenset[str]:
    """Return what a link is adjusted for, as a set.

    Examples
    --------
    >>> sorted(covariates("mco_beds, status"))
    ['mco_beds', 'status']
    """
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def fullest(valid: pd.DataFrame) -> frozenset[str]:
    """Return the largest set that links are adjusted for, the most frequent of equals; empty when none is adjusted."""
    counts = valid.loc[valid["adjusted"], "adjusted_for"].value_counts().to_dict()
    sets = sorted(counts, key=lambda text: (-len(covariates(text)), -counts[text], text))
    return covariates(sets[0]) if sets else frozenset()


def comparable(valid: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates that may be counted together, the strongest first.

    These are the links adjusted for the fullest set, measures of size left out. Without any, the crude ones.
    """
    full = fullest(valid)
    same = [bool(full) and own == full for own in valid["covariates"]]
    chosen = valid[[one and not sized for one, sized in zip(same, valid["sized"], strict=True)]]
    chosen = chosen if len(chosen) else valid[~valid["adjusted"]]
    chosen = chosen.assign(strength=chosen["estimate"].abs())
    return chosen.sort_values(["strength", "exposure"], ascending=[False, True], ignore_index=True)


def adjusted_for(names: frozenset[str], lang: Language) -> str:
    """Return in words what a link is adjusted for, size first; "–" for a crude link."""
    ordered = [name for name in COVARIATES if name in names] + sorted(names - set(COVARIATES))
    words = [COVARIATES[name].say(lang) if name in COVARIATES else indicator(name).say(lang) for name in ordered]
    return fmt.listing(words, lang) or "–"


def excepted(valid: pd.DataFrame) -> Text | None:
    """Return why some adjusted links are not counted with the others; None when all are."""
    full, counted = fullest(valid), comparable(valid)
    left = valid[valid["adjusted"] & ~valid["exposure"].isin(counted["exposure"])].sort_values("exposure")
    if left.empty or not counted["adjusted"].all():
        return None

    def said(lang: Language) -> str:
        parts = []
        for exposure, own in zip(left["exposure"], left["covariates"], strict=True):
            why = WHOLE.say(lang) if own == full else f"{ONLY.say(lang)} {adjusted_for(own, lang)}"
            parts.append(f"{indicator(str(exposure)).say(lang)} ({why})")
        return f"{LEFT_OUT.say(lang)} {'; '.join(parts) if lang == 'en' else ' ; '.join(parts)}."

    return phrases.both(said)


def strength(row: pd.Series, lang: Language, *, explain: bool = True) -> str:
    """Return an estimate in words: the strength with its interval, its scale when `explain`, the establishments."""
    value, span = fmt.number(float(row["estimate"]), lang, 2), fmt.interval(float(row["low"]), float(row["high"]), lang)
    scale = f" {SCALE.say(lang)}" if explain else ""
    count, many = int(row["n"]), {"fr": ("établissement", "établissements"), "en": ("establishment", "establishments")}
    sites = f"{fmt.number(count, lang)} {fmt.plural(count, *many[lang], lang)}"
    return f"{STRENGTH.say(lang)} {value} {span}{scale} ({sites})"


def verdict(status: object, q: object) -> str:
    """Return the key in `VERDICTS` of what may be said of a link."""
    if status == "not_valid" or not isinstance(q, float) or math.isnan(q):
        return "not_valid"
    return "clear" if q < LEVEL else "unclear"


def columns(sets: set[str]) -> tuple[Column, ...]:
    """Return the columns that a table of links ends with; `sets` are the values of its column `adjusted_for`."""
    words = {
        text: Text(fr=adjusted_for(covariates(text), "fr"), en=adjusted_for(covariates(text), "en")) for text in sets
    }
    return (
        Column(key="adjusted_for", label=Text(fr="Ajusté sur", en="Adjusted for"), kind="word", words=words),
        Column(
            key="estimate",
            label=Text(fr="Force du lien (corrélation de rang)", en="Strength of the link (rank correlation)"),
            kind="number",
            digits=3,
        ),
        Column(key="low", label=Text(fr="Borne basse à 95 %", en="Lower 95% bound"), kind="number", digits=3),
        Column(key="high", label=Text(fr="Borne haute à 95 %", en="Upper 95% bound"), kind="number", digits=3),
        Column(key="q", label=ALARMS, kind="p", digits=3),
        Column(key="n", label=Text(fr="Établissements", en="Establishments"), kind="count"),
        Column(key="verdict", label=Text(fr="Lecture", en="Reading"), kind="word", words=VERDICTS),
    )


def tabled(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with the verdict, and the correlations at the three decimals that are shown."""
    verdicts = [verdict(status, q) for status, q in zip(rows["status"], rows["q"], strict=True)]
    shown = {name: rows[name].astype("float64").round(3) for name in NUMBERS}
    return rows.assign(verdict=verdicts, adjusted_for=rows["adjusted_for"].fillna("").astype(str), **shown)


CAUTION = Text(
    fr="Association exploratoire — pas une preuve de causalité.", en="Exploratory association — not proof of causation."
)
STRENGTH = Text(fr="force", en="strength")
SCALE = Text(fr="sur une échelle de −1 à +1", en="on a scale from −1 to +1")
AXIS = Text(
    fr="force du lien, de −1 à +1<br>(signe creux : ne se distingue pas de zéro)",
    en="strength of the link, from −1 to +1<br>(hollow mark: not distinguishable from zero)",
)
METHOD = Text(
    fr="La force du lien est une corrélation de rang (Spearman).",
    en="The strength of a link is a rank correlation (Spearman).",
)
Q = Text(
    fr="moins de 5 % de fausses alertes attendues parmi les liens retenus",
    en="fewer than 5% false alarms expected among the links kept",
)
ALARMS = Text(fr="Fausses alertes attendues (q)", en="False alarms expected (q)")
LEFT_OUT = Text(fr="Ajustés autrement, donc non comptés :", en="Adjusted otherwise, hence not counted:")
WHOLE = Text(fr="mesure de taille", en="a measure of size")
ONLY = Text(fr="seulement sur", en="only for")
VERDICTS = {
    "clear": Text(fr="se distingue de zéro", en="distinguishable from zero"),
    "unclear": Text(fr="ne se distingue pas de zéro", en="not distinguishable from zero"),
    "not_valid": Text(fr="non estimable", en="cannot be estimated"),
}
COVARIATES = {
    "mco_beds": Text(fr="la taille (lits MCO)", en="size (acute-care beds)"),
    "headcount": Text(fr="la taille (effectif)", en="size (headcount)"),
    "status": Text(fr="le statut juridique", en="legal status"),
    "emergency": Text(fr="la présence d'un service d'urgences", en="having an emergency department"),
    "kind": Text(fr="la nature de l'établissement", en="kind of establishment"),
}
