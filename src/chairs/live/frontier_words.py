"""What the page of a frontier says, in French and English."""

from __future__ import annotations

from chairs.core.errors import Text

TOTALS = {
    "units": Text(fr="lits ou postes en plus", en="beds or posts added"),
    "fte": Text(fr="équivalents temps plein", en="full-time equivalents"),
    "euros": Text(fr="euros par an", en="euros a year"),
}
HEADS = {
    "units": Text(fr="Lits ou postes", en="Beds or posts"),
    "fte": Text(fr="Équivalents temps plein", en="Full-time equivalents"),
    "euros": Text(fr="Euros par an", en="Euros a year"),
}
STANDINGS = {
    "frontier": Text(fr="non battue", en="not beaten"),
    "undecided": Text(fr="indécise", en="undecided"),
    "dominated": Text(fr="battue", en="beaten"),
}
GROUPS = {
    "frontier": Text(fr="battue par aucune autre", en="beaten by no other"),
    "undecided": Text(fr="indécise", en="undecided"),
    "dominated": Text(fr="battue par une autre", en="beaten by another"),
}
TODAY = Text(fr="comme aujourd'hui", en="as today")
TITLE = Text(fr="Ce que l'on obtient, à chaque niveau de dépense", en="What is obtained at each level of expense")
APART = Text(fr="écart avec aujourd'hui", en="difference from today")
COUNTED = Text(fr="combinaisons comparées", en="combinations compared")
SOURCE = Text(
    fr="jumeau de l'hôpital, mêmes patients simulés avec et sans le changement",
    en="the hospital's twin, the same patients simulated with and without the change",
)
HOW = Text(
    fr=(
        "Chaque point est une combinaison, comparée à aujourd'hui avec les mêmes patients tirés au sort ; plus il est "
        "bas, plus la mesure diminue. Bleu plein : aucune autre n'est à la fois moins chère et meilleure. Rond vide : "
        "les simulations permises n'ont pas suffi pour en décider. Gris : une autre fait au moins aussi bien partout. "
        "Les traits verticaux sont des intervalles à 95 %, calculés sur des simulations neuves, qui n'ont pas servi à "
        "choisir."
    ),
    en=(
        "Each dot is a combination, compared with today on the same patients drawn at random; the lower it is, the "
        "more the measure falls. Full blue: no other one is both cheaper and better. Empty dot: the runs allowed were "
        "not enough to decide. Grey: another one does at least as well everywhere. The vertical lines are 95% "
        "intervals from fresh runs that chose nothing."
    ),
)
NOTE = Text(
    fr=(
        "Deux combinaisons qui diffèrent de moins que l'écart nommé plus haut peuvent se remplacer l'une l'autre. Les "
        "intervalles et le risque d'erreur ne comptent que le hasard de la simulation, non ce que le modèle ignore. "
        "La place d'un point gris est indicative : il a été abandonné dès qu'il était battu. Les coûts sont ceux que "
        "la question indique."
    ),
    en=(
        "Two combinations that differ by less than the difference named above may stand for one another. The intervals "
        "and the risk of error count the chance of the simulation only, not what the model does not know. The place of "
        "a grey dot is a guide: it was dropped as soon as it was beaten. Costs are those that the question gives."
    ),
)
SEARCHED = Text(
    fr="Une recherche a retenu celles qui sont comparées : ce qui n'a pas été essayé n'est pas connu.",
    en="A search picked those that are compared: what was not tried is not known.",
)
