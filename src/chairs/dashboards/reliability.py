"""How far a score can be believed: reliability, shrunken score, possible ranks, whether its classes are official."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt, phrases
from chairs.dashboards.fiche import Column

if TYPE_CHECKING:
    import pandas as pd

    from chairs.surveys.instrument import Instrument

ENOUGH = 0.7  # reliability often asked for before establishments are compared one by one
NAMES = ("reliability", "shrunken", "shrunken_low", "shrunken_high", "rank_low", "rank_high")
MENDED = ("weighted", "design_effect", "imputed")


def completed(scores: pd.DataFrame) -> pd.DataFrame:
    """Return `scores` with every column of `NAMES` and `MENDED`, empty where the table has none."""
    import numpy as np

    absent = {name: np.nan for name in (*NAMES, *MENDED) if name not in scores.columns}
    return scores.assign(**absent, **{name: None for name in ("weighting", "modes") if name not in scores.columns})


def compared(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores that have a reliability, so can be ranked."""
    whole = completed(scores)
    return whole[whole["score"].notna() & whole["reliability"].notna()]


def columns(scores: pd.DataFrame) -> tuple[Column, ...]:
    """Return the columns that a table of establishments gets beside the score; none where nothing is known of it."""
    if compared(scores).empty:
        return ()
    return (
        Column(key="reliability", label=RELIABILITY, kind="number", digits=2),
        Column(key="shrunken", label=SHRUNKEN, kind="number", digits=2),
        Column(key="rank_low", label=Text(fr="Rang, au mieux", en="Rank, at best"), kind="count"),
        Column(key="rank_high", label=Text(fr="Rang, au pire", en="Rank, at worst"), kind="count"),
    )


def of_one(scores: pd.DataFrame, establishment: str | None) -> Text | None:
    """Return reliability and possible ranks of one establishment's score, in words; None where there are none.

    Parameters
    ----------
    scores
        Scores of one outcome and period, one row an establishment.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"establishment": ["A", "B"], "score": [70.0, 80.0], "reliability": [0.91, 0.4],
    ...     "shrunken": [70.5, 78.0], "rank_low": [2, 1], "rank_high": [2, 2]})
    >>> of_one(scores, "B").en
    'Reliability λ of this score: 0.40; shrunken score 78.0; possible rank: 1 to 2 of 2.'
    """
    known = compared(scores)
    own = known[known["establishment"] == (establishment or "")]
    if own.empty:
        return None
    row = own.iloc[0]

    def said(lang: Language) -> str:
        share, value = lambda_(float(row["reliability"]), lang), fmt.number(float(row["shrunken"]), lang, 1)
        rank = ranks(row, len(known), lang)
        if lang == "fr":
            return f"Fiabilité λ de ce score : {share} ; score rapproché {value} ; rang possible : {rank}."
        return f"Reliability λ of this score: {share}; shrunken score {value}; possible rank: {rank}."

    return phrases.both(said)


def beside(scores: pd.DataFrame, establishment: str | None, lang: Language) -> str:
    """Return " (fiabilité λ 0,91, rang 2 à 9 sur 40)", to stand beside a score; empty where it is not known."""
    known = compared(scores)
    own = known[known["establishment"] == (establishment or "")]
    if own.empty:
        return ""
    share, rank = lambda_(float(own.iloc[0]["reliability"]), lang), ranks(own.iloc[0], len(known), lang)
    return f" (fiabilité λ {share}, rang {rank})" if lang == "fr" else f" (reliability λ {share}, rank {rank})"


def lambda_(value: float, lang: Language) -> str:
    r"""Return a reliability with two decimals; one that only rounding brings to 1 stays under it.

    Examples
    --------
    >>> lambda_(0.612, "en"), lambda_(0.997, "en").replace("\u00a0", " ")
    ('0.61', '> 0.99')
    """
    if value > 0.99:
        return f">{fmt.FIRM}{fmt.number(0.99, lang, 2)}"
    return fmt.number(value, lang, 2)


def ranks(row: pd.Series, count: int, lang: Language) -> str:
    """Return "12 à 45 sur 138", the ranks that hold 95 % of what is possible."""
    low, high, many = (fmt.number(int(v), lang) for v in (row["rank_low"], row["rank_high"], count))
    return f"{low} à {high} sur {many}" if lang == "fr" else f"{low} to {high} of {many}"


def of_all(scores: pd.DataFrame) -> Text:
    """Return how reliable the scores of one outcome and period are as a whole, or why it cannot be said."""
    known = compared(scores)
    if known.empty:
        published = "se" not in scores.columns or scores.loc[scores["score"].notna(), "se"].isna().all()
        return NO_ERROR if published else NOT_TOLD

    def said(lang: Language) -> str:
        middle = lambda_(float(known["reliability"].median()), lang)
        low, high = (lambda_(float(known["reliability"].quantile(q)), lang) for q in (0.1, 0.9))
        weak = fmt.number(int((known["reliability"] < ENOUGH).sum()), lang)
        many, least = fmt.number(len(known), lang), fmt.number(ENOUGH, lang, 1)
        if lang == "fr":
            return (
                f"Fiabilité λ des scores : {middle} pour la médiane, de {low} à {high} pour huit sur dix ; {weak} sur "
                f"{many} sous {least}, où un rang dit surtout le hasard."
            )
        return (
            f"Reliability λ of the scores: median {middle}, {low} to {high} for eight in ten; {weak} of {many} under "
            f"{least}, where a rank mostly tells chance."
        )

    return phrases.both(said)


def standing(outcome: str, period: str) -> Text:
    """Return whether the thresholds of an outcome's classes are official, and whose.

    Examples
    --------
    >>> standing("esatis-48h-mco/all", "2019").en[:34]
    'Classes of this score: official (H'
    >>> standing("demo-patient-experience/all", "2024").en
    'Classes of this score: unofficial (no official table of thresholds for this survey and year).'
    """
    form, dimension = form_of(outcome)
    if form is None:
        return phrases.both(lambda lang: f"{HEAD.say(lang)} {UNKNOWN.say(lang)}.")
    known, words = form.ordered or form.classes_of(period, dimension) is not None, form.standing(period, dimension)
    why = None if known else NO_TABLE
    return phrases.both(lambda lang: f"{HEAD.say(lang)} {words.say(lang)}{f' ({why.say(lang)})' if why else ''}.")


def mended(row: pd.Series, margins: Sequence[str]) -> Text | None:
    """Return what a score becomes once weighted and completed, or why it was not weighted; None where nobody asked.

    Parameters
    ----------
    row
        One row of table `scores`.
    margins
        Traits of the population that the study names.
    """
    how = row["weighting"]
    if not isinstance(how, str) or not margins:
        return None

    def said(lang: Language) -> str:
        traits = fmt.listing([TRAITS[name].say(lang) if name in TRAITS else name for name in margins], lang)
        if how != "raked":
            head = "Non redressé" if lang == "fr" else "Not weighted"
            return f"{head} ({traits}){' :' if lang == 'fr' else ':'} {WHY_NOT[how].say(lang)}."
        value, effect = (fmt.number(float(row[key]), lang, 2) for key in ("weighted", "design_effect"))
        filled = "" if math.isnan(row["imputed"]) else fmt.number(float(row["imputed"]), lang, 2)
        if lang == "fr":
            more = f" ; réponses manquantes complétées : {filled}" if filled else ""
            return f"Redressé sur la population connue ({traits}) : {value}, effet de plan {effect}{more}. {NO_CURE.fr}"
        more = f"; missing answers completed: {filled}" if filled else ""
        return f"Weighted to the known population ({traits}): {value}, design effect {effect}{more}. {NO_CURE.en}"

    return phrases.both(said)


def of_modes(rows: pd.DataFrame) -> Text | None:
    """Return that scores mix modes of collection and are not adjusted for them; None where they do not."""
    return MIXED if (rows["modes"] == "modes_mixed").any() else None


def form_of(outcome: str) -> tuple[Instrument | None, str]:
    """Return the instrument of "instrument/dimension" (None when it is not known) and the dimension."""
    from chairs.surveys.instrument import instrument, instrument_names

    name, _, dimension = outcome.partition("/")
    return (instrument(name) if name in instrument_names() else None), dimension


def axis_of(outcomes: Collection[str]) -> Text:
    """Return the title of an axis of scores: the word and the unit, or only the word where units differ.

    Examples
    --------
    >>> axis_of(["esatis-48h-mco/all"]).fr, axis_of(["cms-hcahps-stars/all"]).fr, axis_of(["nps/all", "fft/all"]).en
    ('score (sur 100)', 'étoiles (de 1 à 5)', 'score')
    """
    forms = [form_of(name) for name in outcomes]
    units = {form.dimension(name).unit or form.unit for form, name in forms if form is not None}
    if len(units) != 1 or None in [form for form, _ in forms]:
        return Text(fr="score", en="score")
    unit = units.pop()
    low, _, high = unit.partition("-")
    fr, en = UNITS.get(unit) or (f"de {low} à {high}", f"{low} to {high}")
    stars = all(form is not None and form.ordered for form, _ in forms)
    return Text(fr=f"{'étoiles' if stars else 'score'} ({fr})", en=f"{'stars' if stars else 'score'} ({en})")


UNITS = {"0-100": ("sur 100", "out of 100"), "%": ("%", "%"), "-100 à 100": ("de −100 à 100", "−100 to 100")}
TRAITS = {"age_band": Text(fr="âge", en="age"), "sex": Text(fr="sexe", en="sex")}
WHY_NOT = {
    "no_margins": Text(fr="la population de l'année n'est pas connue", en="the population of the year is not known"),
    "trait_missing": Text(fr="un caractère manque chez des répondants", en="a trait of some respondents is missing"),
    "unknown_class": Text(fr="des répondants hors de la population connue", en="respondents outside the population"),
    "empty_margin": Text(fr="une classe de la population n'a aucun répondant", en="a class has no respondent"),
    "unequal_margins": Text(fr="les marges n'ont pas le même total", en="the margins have different totals"),
    "no_convergence": Text(fr="aucun poids ne respecte ces marges", en="no weights meet these margins"),
}
NO_CURE = Text(
    fr="Ce redressement ne corrige pas ce que ces marges ne disent pas, comme des mécontents qui répondent moins.",
    en="Weighting does not mend what these margins do not tell, for example dissatisfied people who answer less.",
)
RELIABILITY = Text(fr="Fiabilité λ", en="Reliability λ")
SHRUNKEN = Text(fr="Score rapproché", en="Shrunken score")
MIXED = Text(
    fr="Réponses recueillies de plusieurs façons (papier, internet…) : scores non corrigés de ce mode de recueil, "
    "faute d'une table publique de ses effets.",
    en="Answers collected in several modes (paper, web…): scores not adjusted for the mode, for want of a public table "
    "of its effects.",
)
HEAD = Text(fr="Classes de ce score :", en="Classes of this score:")
UNKNOWN = Text(fr="non officiel (questionnaire inconnu)", en="unofficial (unknown instrument)")
NO_TABLE = Text(
    fr="aucune table officielle de seuils pour cette enquête et cette année",
    en="no official table of thresholds for this survey and year",
)
NO_ERROR = Text(
    fr="Fiabilité λ, score rapproché et rangs : non calculables, ces scores sont publiés sans leur erreur type.",
    en="Reliability λ, shrunken score, ranks: cannot be computed, these scores are published without standard error.",
)
NOT_TOLD = Text(
    fr="Fiabilité λ et rangs : non calculables, l'écart entre établissements ne se distingue pas du hasard.",
    en="Reliability λ and ranks: cannot be computed, the spread between establishments cannot be told from chance.",
)
