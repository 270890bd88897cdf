"""What may be said from a study and what may not: read off its file, its instrument and its declared links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import Text
from chairs.core.study import Stage, Study
from chairs.dashboards.comparison import compared_period, outcome_compared
from chairs.dashboards.reliability import compared, form_of

if TYPE_CHECKING:
    import pandas as pd

    from chairs.surveys.instrument import Instrument

Side = Literal["may", "may_not"]
Tables = Mapping[str, "pd.DataFrame"]

FLOW: tuple[Stage, ...] = ("discover", "forecast", "calibrate")
TWIN: tuple[Stage, ...] = ("simulate", "backtest")
SCORES: tuple[Stage, ...] = ("score", "derive")
LINKS: tuple[Stage, ...] = ("link",)
EVERY: tuple[Stage, ...] = (*FLOW, *TWIN, *SCORES, *LINKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that may or may not be said, wherever a figure of one of `stages` is shown."""

    stages: tuple[Stage, ...]
    side: Side
    text: Text


def allowed(study: Study, tables: Tables) -> tuple[Line, ...]:
    """Return what may be said from `study`, then what may not.

    Parameters
    ----------
    study
        Its level, calendar, outcome and own lines (`may_say`, `may_not_say`) are read; where its scores are not of
        that outcome, the one that the figures compare.
    tables
        Its released tables; `claims` tells the estimand of the protocol and whether it is exploratory.

    Examples
    --------
    >>> log = Study(name="x", title=Text(fr="X", en="X"), question=Text(fr="?", en="?"), level="public", period="2014",
    ...     stages=("ingest", "discover"), calendar="fictitious")
    >>> [line.text.en for line in allowed(log, {}) if line.side == "may_not"][0]
    'Speak of an hour, a day or a season: the calendar of these data is fictitious.'
    """
    form, dimension = form_of(outcome_compared(study, tables) or study.outcome or "")
    period = compared_period(study, tables)
    official = form is not None and form.official(period, dimension)
    found = [
        *_invented(study),
        *_own(study),
        *_flow(study),
        *_twin(study),
        *_respondents(form),
        *_scores(tables.get("scores"), official),
        *_links(form, tables.get("claims")),
    ]
    run = set(study.stages)
    return tuple(line for side in ("may", "may_not") for line in found if line.side == side and run & set(line.stages))


def _line(stages: tuple[Stage, ...], side: Side, fr: str, en: str) -> Line:
    return Line(stages=stages, side=side, text=Text(fr=fr, en=en))


def _invented(study: Study) -> Iterator[Line]:
    if study.level != "demo":
        return
    yield _line(
        EVERY, "may",
        "Juger la méthode : les vrais effets sont connus, on voit si l'analyse les retrouve.",
        "Judge the method: the true effects are known, so one sees whether the analysis finds them.",
    )  # fmt: skip
    yield _line(
        EVERY, "may_not",
        "Dire quoi que ce soit d'un hôpital réel : tout est inventé.",
        "Say anything of a real hospital: all is invented.",
    )  # fmt: skip


def _own(study: Study) -> Iterator[Line]:
    sides: tuple[tuple[Side, tuple[Text, ...]], ...] = (("may", study.may_say), ("may_not", study.may_not_say))
    for side, texts in sides:
        yield from (Line(stages=EVERY, side=side, text=text) for text in texts)


def _flow(study: Study) -> Iterator[Line]:
    if study.calendar == "fictitious":
        yield _line(
            FLOW, "may",
            "Dire combien de temps sépare les étapes, et quels chemins les patients suivent.",
            "Say how much time lies between the steps, and which ways patients take.",
        )  # fmt: skip
        yield _line(
            (*FLOW, *TWIN), "may_not",
            "Parler d'une heure, d'un jour ou d'une saison : le calendrier de ces données est fictif.",
            "Speak of an hour, a day or a season: the calendar of these data is fictitious.",
        )  # fmt: skip
    else:
        yield _line(
            FLOW, "may",
            "Dire quand les patients arrivent, combien ils attendent et combien de lits sont occupés, sur la période.",
            "Say when patients come, how long they wait and how many beds are taken, over the period.",
        )  # fmt: skip
    yield _line(
        FLOW, "may_not",
        "Dire pourquoi un délai est long, ou l'étendre à un autre hôpital : un seul est décrit.",
        "Say why a delay is long, or carry it over to another hospital: only one is described.",
    )  # fmt: skip


def _twin(study: Study) -> Iterator[Line]:
    if "simulate" in study.stages:
        yield _line(
            TWIN, "may",
            "Comparer des organisations entre elles dans le modèle, avec l'incertitude affichée.",
            "Compare ways of organising with one another in the model, with the uncertainty shown.",
        )  # fmt: skip
    yield _line(
        TWIN, "may",
        "Dire quelles épreuves le jumeau passe sur des semaines qu'il n'a pas vues, et lesquelles il échoue.",
        "Say which tests the twin passes on weeks it has not seen, and which it fails.",
    )  # fmt: skip
    yield _line(
        TWIN, "may_not",
        "Tenir un effet simulé pour un effet observé, ni s'y fier là où une épreuve échoue.",
        "Take a simulated effect for an observed one, or rely on it where a test fails.",
    )  # fmt: skip


def _respondents(form: Instrument | None) -> Iterator[Line]:
    if form is None or form.respondent == "patient":
        return
    who = WHO[form.respondent]
    yield _line(
        (*SCORES, *LINKS), "may",
        f"Parler de ce que dit {who.fr} de son établissement.",
        f"Speak of what {who.en} say of their establishment.",
    )  # fmt: skip
    yield _line(
        (*SCORES, *LINKS), "may_not",
        f"Parler de l'expérience des patients : c'est {who.fr} qui répond, aucun patient n'est interrogé.",
        f"Speak of the experience of patients: {who.en} answer, no patient is asked.",
    )  # fmt: skip


def _scores(scores: pd.DataFrame | None, official: bool) -> Iterator[Line]:
    if scores is None or scores.empty:
        return
    if compared(scores).empty:
        yield _line(
            SCORES, "may",
            "Donner le score d'un établissement tel qu'il est publié, avec son nombre de réponses.",
            "Give the score of an establishment as it is published, with its number of answers.",
        )  # fmt: skip
        yield _line(
            SCORES, "may_not",
            "Dire que deux établissements voisins diffèrent : leurs scores sont publiés sans marge d'erreur.",
            "Say that two establishments close to one another differ: scores are published without a margin of error.",
        )  # fmt: skip
    else:
        yield _line(
            SCORES, "may",
            "Donner un score avec son intervalle, sa fiabilité λ et les rangs qu'il peut avoir.",
            "Give a score with its interval, its reliability λ and the ranks it can hold.",
        )  # fmt: skip
        yield _line(
            SCORES, "may_not",
            "Classer les établissements un à un : leurs rangs possibles se recouvrent.",
            "Rank establishments one by one: the ranks they can hold overlap.",
        )  # fmt: skip
    if not official:
        yield _line(
            SCORES, "may_not",
            "Annoncer une classe ou un seuil atteint : non officiel, aucune table n'est fournie pour cette enquête.",
            "Announce a class or a threshold reached: unofficial, no table is supplied for this survey.",
        )  # fmt: skip


def _links(form: Instrument | None, claims: pd.DataFrame | None) -> Iterator[Line]:
    if claims is not None and len(claims):
        within = bool((claims["estimand"] == "within").any())
        yield from _within() if within else _between()
        yield from _open() if (claims["status"] == "exploratory").any() else _declared()
    else:
        yield from _open()
    if form is not None and form.ordered:
        yield _line(
            (*SCORES, *LINKS), "may",
            "Lire le sens d'un lien avec les étoiles, et l'ordre des établissements.",
            "Read the sign of a link with the stars, and the order of establishments.",
        )  # fmt: skip
        yield _line(
            (*SCORES, *LINKS), "may_not",
            "Lire une quantité : les étoiles sont des classes ordonnées, entre 2 et 3 il n'y a pas « un point ».",
            "Read an amount: stars are ordered classes, between 2 and 3 there is no “one point”.",
        )  # fmt: skip
    yield _line(
        LINKS, "may_not",
        "Dire qu'un indicateur est la cause du score, ou ce que vit une personne : on compare des établissements.",
        "Say that an indicator causes the score, or what one person lives: establishments are compared.",
    )  # fmt: skip


def _within() -> Iterator[Line]:
    yield _line(
        LINKS, "may",
        "Dire de combien le score d'un même établissement change, en moyenne, quand son indicateur change.",
        "Say by how much the score of one establishment changes, on average, when its indicator changes.",
    )  # fmt: skip


def _between() -> Iterator[Line]:
    yield _line(
        LINKS, "may",
        "Dire si les établissements qui diffèrent par un indicateur diffèrent aussi par leur score.",
        "Say whether establishments that differ in an indicator also differ in their score.",
    )  # fmt: skip
    yield _line(
        LINKS, "may_not",
        "Dire ce qui suivrait d'un changement dans un établissement : aucun n'est comparé à lui-même.",
        "Say what would follow a change within one establishment: none is compared with itself.",
    )  # fmt: skip


def _open() -> Iterator[Line]:
    yield _line(
        LINKS, "may",
        "Proposer des hypothèses, à vérifier sur d'autres données.",
        "Propose hypotheses, to be tested on other data.",
    )  # fmt: skip
    yield _line(
        LINKS, "may_not",
        "Parler de lien confirmé : l'étude est exploratoire.",
        "Speak of a confirmed link: the study is exploratory.",
    )  # fmt: skip


def _declared() -> Iterator[Line]:
    yield _line(
        LINKS, "may",
        "Dire quels liens, déclarés avant de lire les scores, sont soutenus, douteux ou non établis.",
        "Say which links, declared before the scores were read, are supported, doubtful or not established.",
    )  # fmt: skip


WHO = {
    "staff": Text(fr="le personnel", en="staff"),
    "customer": Text(fr="la clientèle", en="customers"),
    "student": Text(fr="le public étudiant", en="students"),
}
