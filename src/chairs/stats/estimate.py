"""One estimated number with its uncertainty, or the reason in words why there is none."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from chairs.core.errors import Language, Text, unknown

REASONS = {
    "too_few": Text(
        fr="trop peu d'observations utilisables pour ce que le modèle estime",
        en="too few usable observations for what the model estimates",
    ),
    "constant_outcome": Text(fr="le résultat étudié ne varie pas", en="the outcome does not vary"),
    "not_learnt": Text(
        fr="les forêts expliquent moins bien l'exposition qu'une droite : ce qu'elles laissent fausserait l'effet",
        en="the forests explain the exposure less well than a straight line: what they leave would bias the effect",
    ),
    "collinear": Text(
        fr="cette variable est constante ou entièrement déterminée par les autres",
        en="this variable is constant or entirely determined by the others",
    ),
    "one_cluster": Text(
        fr="un seul établissement : la variation entre établissements ne peut pas être mesurée",
        en="a single establishment: the variation between establishments cannot be measured",
    ),
    "one_level": Text(
        fr="un groupe du modèle n'a qu'un seul niveau : sa variance ne peut pas être estimée",
        en="a grouping of the model has a single level: its variance cannot be estimated",
    ),
    "one_row_per_cluster": Text(
        fr="une seule observation par établissement : les deux variances ne se distinguent pas",
        en="one observation per establishment: the two variances cannot be told apart",
    ),
    "no_within_variation": Text(
        fr="cette variable ne change pas à l'intérieur des établissements : l'effet intra n'existe pas",
        en="this variable does not change within establishments: the within effect does not exist",
    ),
    "few_effective_clusters": Text(
        fr="l'effet repose sur trop peu d'établissements : moins d'un degré de liberté",
        en="the effect rests on too few establishments: less than one degree of freedom",
    ),
    "few_clusters": Text(
        fr="moins de 40 établissements : l'intervalle de cette méthode serait trop étroit",
        en="fewer than 40 establishments: the interval of this method would be too narrow",
    ),
    "one_unit": Text(
        fr="presque tout repose sur une seule unité (établissement ou réponse) : l'erreur ne peut pas être mesurée",
        en="nearly everything rests on a single unit (establishment or answer): the error cannot be measured",
    ),
    "no_convergence": Text(fr="l'ajustement du modèle n'a pas convergé", en="the fit of the model did not converge"),
    "not_counts": Text(
        fr="le résultat n'est pas un nombre de cas possible (négatif, fractionnaire ou au-delà du total)",
        en="the outcome is no possible number of cases (negative, fractional or beyond the total)",
    ),
    "separation": Text(
        fr="une combinaison des variables prédit parfaitement le résultat : le coefficient n'est pas fini",
        en="a combination of the variables predicts the outcome perfectly: the coefficient is not finite",
    ),
    "no_variance": Text(
        fr="rien ne reste à expliquer : le modèle reproduit exactement les données",
        en="nothing is left to explain: the model reproduces the data exactly",
    ),
    "not_positive": Text(
        fr="la différence des deux matrices de covariance n'est pas positive : ce test n'est pas défini sur ces "
        "données ; comparer les effets inter et intra (Mundlak) y répond",
        en="the difference of the two covariance matrices is not positive: this test is not defined on these data; "
        "comparing the between and within effects (Mundlak) answers instead",
    ),
    "few_to_resample": Text(
        fr="trop peu d'établissements (ou de réponses) pour être tirés au sort à nouveau : les parts sont sans "
        "intervalle",
        en="too few establishments (or answers) to be drawn at random again: the shares have no interval",
    ),
    "single_unit": Text(
        fr="une strate n'a qu'une seule unité tirée : sa variance ne peut pas être estimée",
        en="a stratum holds a single sampled unit: its variance cannot be estimated",
    ),
    "empty_margin": Text(
        fr="une catégorie de la population n'a aucun répondant : aucun poids ne peut la représenter",
        en="a category of the population has no respondent: no weight can represent it",
    ),
    "unequal_margins": Text(
        fr="les marges n'ont pas le même total : aucun poids ne peut les respecter toutes",
        en="the margins do not have the same total: no weights can meet them all",
    ),
    "constant_exposure": Text(fr="l'exposition étudiée ne varie pas", en="the exposure does not vary"),
    "not_binary": Text(
        fr="l'exposition n'est pas faite de 0 et de 1 : cette méthode compare exposés et non exposés",
        en="the exposure is not made of 0 and 1: this method compares the exposed with the others",
    ),
    "no_overlap": Text(
        fr="certains sont exposés, ou ne le sont pas, presque à coup sûr : personne à qui les comparer",
        en="some are exposed, or unexposed, almost for certain: there is nobody to compare them with",
    ),
    "cut_clusters": Text(
        fr="un établissement est réparti sur plusieurs plis : ses réponses se prédiraient elles-mêmes",
        en="an establishment is spread over several folds: its answers would predict one another",
    ),
    "no_control": Text(
        fr="aucun établissement jamais exposé : il n'y a pas de comparaison",
        en="no establishment that is never exposed: there is no comparison",
    ),
    "no_before": Text(
        fr="aucun établissement exposé n'est observé avant et après le début de l'exposition",
        en="no exposed establishment is observed both before and after the exposure starts",
    ),
    "not_a_programme": Text(
        fr="cette exposition n'est pas un programme que l'on rejoint pour de bon (0, puis 1)",
        en="this exposure is not a programme that is joined for good (0, then 1)",
    ),
    "not_classes": Text(
        fr="le résultat n'est pas fait de quelques classes ordonnées : le modèle linéaire convient",
        en="the outcome is not made of a few ordered classes: the linear model will do",
    ),
    "still_outcome": Text(
        fr="le résultat ne change dans aucun établissement d'une période à l'autre : aucun n'est comparé à lui-même",
        en="the outcome changes in no establishment from one period to the next: none is compared with itself",
    ),
    "trends_before": Text(
        fr="ceux qui l'ont rejoint évoluaient déjà autrement avant : la comparaison ne tient pas",
        en="those who joined already moved differently before: the comparison does not hold",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One coefficient; without an estimate, `reason` is a key of `REASONS`.

    Parameters
    ----------
    term
        What the number belongs to: a column, or `(intercept)`.
    n
        Rows that the model could use.
    estimate, se
        In the unit of the outcome per unit of the term (log odds or log rates for a generalised model).
    df
        Degrees of freedom of the t distribution; infinite for a normal one.
    low, high
        95 % interval.
    p
        Two-sided p value of no effect.
    clusters
        Establishments (or the groups the standard error was computed over), where there are any.
    method
        Word for how the standard error was obtained (`classical`, `CR2`, `satterthwaite`...).
    reason
        Why there is no estimate, or none with an interval.
    """

    term: str
    n: int
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    clusters: int | None = None
    method: str | None = None
    reason: str | None = None

    def say(self, lang: Language = "en") -> str:
        """Return the estimate, or its reason, as one line of text."""
        colon = " : " if lang == "fr" else ": "
        base = f"n {self.n}"
        if self.clusters is not None:
            words = ("établissement", "cluster") if self.clusters == 1 else ("établissements", "clusters")
            base += f", {self.clusters} {words[lang != 'fr']}"
        why = REASONS[self.reason].say(lang) if self.reason is not None else ""
        if self.estimate is None:
            return f"{self.term}{colon}{why} ({base})"
        value = shown(self.estimate, lang)
        if self.low is None or self.high is None:
            tail = f", p {shown(self.p, lang, '.3f')}" if self.p is not None else ""
            return f"{self.term}{colon}{value}{tail} ({base}){'; ' + why if why else ''}"
        to = "à" if lang == "fr" else "to"
        interval = f"{shown(self.low, lang)} {to} {shown(self.high, lang)}"
        return f"{self.term}{colon}{value} (95 % {interval}, {base})"

    def __str__(self) -> str:
        return self.say("en")


def of_term(estimates: Iterable[Estimate], term: str) -> Estimate:
    """Return the estimate of `term`; a term that was not estimated is refused with those that were.

    Examples
    --------
    >>> of_term([Estimate(term="age", n=9, reason="too_few")], "age").reason
    'too_few'
    """
    found = {one.term: one for one in estimates}
    if term not in found:
        raise unknown(("terme", "term"), term, found)
    return found[term]


def shown(value: float, lang: Language, pattern: str = "+.4g") -> str:
    """Return a number as text, with a decimal comma in French.

    Examples
    --------
    >>> shown(1.25, "fr"), shown(1.25, "en", ".1f")
    ('+1,25', '1.2')
    """
    text = format(value, pattern)
    return text.replace(".", ",") if lang == "fr" else text


def estimated(blank: Estimate, estimate: float, se: float, df: float = math.inf) -> Estimate:
    r"""Complete `blank` with an estimate, its 95 % interval and its two-sided p value.

    Parameters
    ----------
    blank
        Term, n, clusters and method.
    estimate, se
        In the same unit; a standard error that is not positive and finite gives the estimate with the reason
        `no_variance` and no interval.
    df
        Degrees of freedom; below one the interval means nothing and the reason `few_effective_clusters` stands.

    Notes
    -----
    :math:`b \pm t_{0.975}(\nu)\,s` and :math:`p = 2 P(T_\nu > |b/s|)`; the normal distribution for infinite
    :math:`\nu`. Checked against every reference set that prints a p value.

    Examples
    --------
    >>> print(estimated(Estimate(term="beds", n=40, clusters=10, method="CR2"), 1.5, 0.5, 8.0))
    beds: +1.5 (95 % +0.347 to +2.653, n 40, 10 clusters)
    >>> print(Estimate(term="beds", n=40, clusters=1, reason="one_cluster").say("fr"))
    beds : un seul établissement : la variation entre établissements ne peut pas être mesurée (n 40, 1 établissement)
    """
    from scipy.special import stdtr, stdtrit

    if not (math.isfinite(estimate) and math.isfinite(se) and se > 0):
        known = float(estimate) if math.isfinite(estimate) else None
        return replace(blank, estimate=known, reason="no_variance" if known is not None else "no_convergence")
    if not df >= 1:
        return replace(blank, estimate=float(estimate), se=float(se), df=float(df), reason="few_effective_clusters")
    many = min(float(df), 1e15)
    reach = float(stdtrit(many, 0.975)) * se
    p = 2 * float(stdtr(many, -abs(estimate / se)))
    return replace(
        blank,
        estimate=float(estimate), se=float(se), df=float(df),
        low=float(estimate - reach), high=float(estimate + reach), p=p,
    )  # fmt: skip
