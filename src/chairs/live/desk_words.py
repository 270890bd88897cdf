"""What the what-if app says, in French and English."""

from __future__ import annotations

from dataclasses import dataclass

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt

BRAND = Text(fr="Chaires IA et Performance · application", en="AI and Performance chairs · app")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the page is about: whose twin it is, for how many days it runs, what must be said of the data."""

    name: Text
    days: float
    notice: Text | None = None

    def title(self, lang: Language) -> str:
        """Return the head of the page."""
        return f"{'Et si ?' if lang == 'fr' else 'What if?'} {self.name.say(lang)}"

    def lead(self, lang: Language) -> str:
        """Return the sentence under it."""
        days = _days(self.days, lang)
        if lang == "fr":
            return f"Déplacez un curseur : le jumeau rejoue les {days} à venir, avec et sans le changement."
        return f"Move a slider: the twin replays the {days} ahead, with and without the change."

    def caption(self, lang: Language) -> str:
        """Return the head of the table."""
        return f"{'Moyennes sur' if lang == 'fr' else 'Means over'} {_days(self.days, lang)}"

    def banner(self, lang: Language) -> str:
        """Return what must be said of the data; nothing, or a sentence."""
        said = "" if self.notice is None else self.notice.say(lang)
        return f"{said[:1].upper()}{said[1:]}." if said else ""


def _days(days: float, lang: Language) -> str:
    shown = fmt.number(days, lang, 0 if float(days).is_integer() else 1)
    return (
        f"{shown} {fmt.plural(days, 'jour', 'jours', lang) if lang == 'fr' else fmt.plural(days, 'day', 'days', lang)}"
    )


CHANGE = Text(fr="Ce que l'on change", en="What is changed")
RESULT = Text(fr="Ce que cela change", en="What it changes")
ASSUMED = Text(fr="Ce qui est supposé", en="What is assumed")
GROUPS = {
    "flow": Text(fr="Arrivées, durées, sorties", en="Arrivals, stays, departures"),
    "staff": Text(fr="Personnel, à chaque poste", en="Staff, on every shift"),
    "beds": Text(fr="Lits par unité", en="Beds by ward"),
}
LEVERS = {
    "emergency": Text(fr="Arrivées aux urgences", en="Arrivals at the ED"),
    "planned": Text(fr="Admissions programmées et directes", en="Planned and direct admissions"),
    "stay": Text(fr="Durée des séjours", en="Length of stays"),
    "before_noon": Text(fr="Départs des unités avant midi", en="Departures from the wards before noon"),
}
STATIONS = {
    "doctor": Text(fr="Médecins", en="Doctors"),
    "nurse": Text(fr="Infirmières d'accueil", en="Triage nurses"),
}
NOT_SHOWN = Text(
    fr="le journal ne montre jamais de file ici : le nombre n'est pas identifiable",
    en="the log never shows a queue here: the number cannot be identified",
)
RESET = Text(fr="Revenir à aujourd'hui", en="Back to today")
OTHER = Text(fr="English version", en="Version française")
SKIP = Text(fr="Aller au contenu", en="Skip to content")
MEASURES = {
    "boarding_mean": Text(fr="Attente d'un lit", en="Wait for a bed"),
    "wait_mean": Text(fr="Attente du médecin", en="Wait for the doctor"),
    "stay_mean": Text(fr="Séjour aux urgences", en="Stay in the ED"),
    "unseen": Text(fr="Partis sans être vus", en="Left without being seen"),
    "put_off": Text(fr="Admissions reportées", en="Admissions put off"),
    "beds_in_use": Text(fr="Lits occupés", en="Beds in use"),
}
UNITS = {
    "h": Text(fr="h", en="h"),
    "min": Text(fr="min", en="min"),
    "%": Text(fr="%", en="%"),
    "patients": Text(fr="patients", en="patients"),
}
HEADS = (
    Text(fr="Mesure", en="Measure"),
    Text(fr="Unité", en="Unit"),
    Text(fr="Aujourd'hui", en="Today"),
    Text(fr="Avec le changement", en="With the change"),
    Text(fr="Différence", en="Difference"),
    Text(fr="Intervalle à 95 %", en="95% interval"),
)
AXIS = Text(fr="différence, en % d'aujourd'hui", en="difference, in % of today")
HOW = Text(
    fr=(
        "Chaque ligne compare des simulations appariées : les mêmes patients tirés au sort, avec et sans le "
        "changement. Le trait est l'intervalle à 95 % du hasard de la simulation ; un rond vide : il touche zéro."
    ),
    en=(
        "Each row compares paired simulations: the same patients drawn at random, with and without the change. The "
        "line is the 95% interval of the chance of the simulation; an empty dot: it touches zero."
    ),
)
SETTLED = Text(
    fr=(
        "Le départ est un état simulé : les patients présents au bout de trois mois. Ceux qui sont déjà dans un "
        "lit y restent le temps prévu ; les curseurs ne changent que les suivants."
    ),
    en=(
        "The start is a simulated state: those present after three months. Those already in a bed stay as "
        "long as was due; the sliders change those after them only."
    ),
)
INPUT = Text(
    fr=(
        "L'intervalle ne compte pas l'incertitude du modèle, appris d'un seul journal : voir la page "
        "des scénarios, qui dit ce qu'elle ajoute."
    ),
    en=(
        "The interval leaves out the uncertainty of the model, learnt from one log: see the page of scenarios, which "
        "says what it adds."
    ),
)
NOTHING = Text(
    fr="Rien n'est changé : toutes les différences sont exactement nulles.",
    en="Nothing is changed: all differences are exactly zero.",
)
UNCLEAR = Text(
    fr="Aucune mesure ne change de façon décelable.",
    en="No measure changes detectably.",
)
MORE = Text(fr="plus de paires en cours de calcul", en="more pairs are being computed")
