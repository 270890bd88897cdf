"""What the page of a frontier says, in French and English."""

from __future__ import annotations

from chairs.core.errors import Text

TOTALS = {
    "units": Text(fr="unités en plus", en="units added"),
    "fte": Text(fr="équivalents temps plein", en="full-time equivalents"),
    "euros": Text(fr="euros par an", en="euros a year"),
}
HEADS = {
    "units": Text(fr="Unités", en="Units"),
    "fte": Text(fr="Temps plein", en="Full-time posts"),
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
SOURCE = Text(fr="jumeau de l'hôpital, répliques appariées", en="the hospital's twin, paired runs")
HOW = Text(
    fr=(
        "Chaque point est une combinaison, comparée à aujourd'hui avec les mêmes patients tirés au sort. Bleu plein : "
        "aucune autre n'est à la fois moins chère et meilleure. Rond vide : les répliques permises n'ont pas suffi "
        "pour en décider. Gris : une autre fait au moins aussi bien partout. Les traits verticaux sont des intervalles "
        "à 95 %, calculés sur des répliques neuves qui n'ont servi à rien choisir."
    ),
    en=(
        "Each dot is a combination, compared with today on the same patients drawn at random. Full blue: no other one "
        "is both cheaper and better. Empty dot: the replications allowed were not enough to decide. Grey: another one "
        "does at least as well everywhere. The vertical lines are 95% intervals from fresh runs that chose nothing."
    ),
)
NOTE = Text(
    fr=(
        "La probabilité d'erreur suppose des moyennes de répliques à peu près normales et des écarts d'au moins la "
        "tolérance ; deux combinaisons plus proches peuvent se remplacer l'une l'autre. Les intervalles ne comptent "
        "que le hasard de la simulation, non ce que le modèle ignore. Un point gris est placé par rapport au point "
        "bleu qui lui ressemble le plus, à l'écart observé quand il a été abandonné. Les coûts sont ceux du fichier "
        "de la question."
    ),
    en=(
        "The probability of error supposes means of runs that are about normal and differences of at least the "
        "tolerance; two combinations closer than that may stand for one another. The intervals count the chance of "
        "the simulation only, not what the model does not know. A grey dot is placed by the blue one most like it, "
        "as far from it as when it was dropped. Costs are those of the question's file."
    ),
)
SEARCHED = Text(
    fr="Une recherche a choisi celles qui sont comparées : ce qui n'a pas été essayé n'est pas connu.",
    en="A search picked those that are compared: what was not tried is not known.",
)
