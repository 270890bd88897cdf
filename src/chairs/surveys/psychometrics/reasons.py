"""Why a measurement cannot be computed, in words: the keys that every psychometric result may carry."""

from __future__ import annotations

from chairs.core.errors import Text

REASONS = {
    "too_few_items": Text(fr="trop peu de questions pour ce calcul", en="too few items for this computation"),
    "too_few": Text(
        fr="trop peu de réponses complètes pour ce que le modèle estime",
        en="too few complete answers for what the model estimates",
    ),
    "constant": Text(
        fr="une question a reçu partout la même réponse : elle ne mesure rien ici",
        en="an item was answered alike by all: it measures nothing here",
    ),
    "collinear": Text(
        fr="deux questions au moins se déduisent l'une de l'autre (corrélation parfaite)",
        en="at least two items determine each other (perfect correlation)",
    ),
    "boundary": Text(
        fr="une case vide du croisement de deux questions pousse leur corrélation à ±1",
        en="an empty cell in the table of two items drives their correlation to ±1",
    ),
    "never_together": Text(
        fr="deux questions n'ont presque jamais été répondues par les mêmes personnes",
        en="two items were hardly ever answered by the same persons",
    ),
    "not_positive": Text(
        fr="les corrélations ne forment pas une matrice définie positive",
        en="the correlations do not form a positive definite matrix",
    ),
    "not_identified": Text(
        fr="le modèle demande plus de paramètres que les réponses ne peuvent en fixer",
        en="the model asks for more parameters than the answers can determine",
    ),
    "no_convergence": Text(fr="l'ajustement du modèle n'a pas convergé", en="the fit of the model did not converge"),
    "steep": Text(
        fr="une question sépare les personnes presque sans erreur (copie, trop peu de personnes ?) : pente infinie",
        en="an item separates persons almost without error (a copy, too few persons?): infinite slope",
    ),
    "nothing_shared": Text(
        fr="les questions ne partagent rien : elles ne mesurent pas une même chose",
        en="the items share nothing: they do not measure one thing",
    ),
    "no_variance": Text(fr="les objets jugés ne diffèrent en rien", en="the targets rated do not differ at all"),
    "raters_under_chance": Text(
        fr="les juges diffèrent moins que le hasard ne le ferait, et les objets à peine : rien à moyenner",
        en="raters differ less than chance would make them, and targets hardly: no coefficient of their mean",
    ),
    "one_group": Text(fr="un seul groupe : rien à comparer", en="a single group: nothing to compare"),
    "categories_differ": Text(
        fr="les groupes n'emploient pas les mêmes modalités de réponse",
        en="the groups do not use the same answer categories",
    ),
    "separation": Text(
        fr="le groupe ou le score prédit parfaitement la réponse : l'effet n'est pas fini",
        en="the group or the score predicts the answer perfectly: the effect is not finite",
    ),
}

WARNINGS = {
    "heywood": Text(
        fr="une variance estimée est négative, ou une charge dépasse 1 (cas de Heywood) : solution impropre",
        en="an estimated variance is negative, or a loading exceeds 1 (Heywood case): improper solution",
    ),
    "factors_collinear": Text(
        fr="deux facteurs sont corrélés au-delà de 1 : ils ne se distinguent pas",
        en="two factors correlate beyond 1: they cannot be told apart",
    ),
    "negative_alpha": Text(
        fr="alpha négatif : une question est sans doute à inverser",
        en="negative alpha: an item probably needs reversing",
    ),
    "reversed_item": Text(
        fr="une question va en sens inverse des autres : elle est sans doute à inverser",
        en="an item points the other way than the others: it probably needs reversing",
    ),
    "just_identified": Text(
        fr="modèle tout juste identifié : aucun degré de liberté, l'ajustement ne se juge pas",
        en="just identified model: no degree of freedom, the fit cannot be judged",
    ),
    "flat_item": Text(
        fr="une question ne distingue presque pas les personnes : ses seuils sont mal connus",
        en="an item hardly tells persons apart: its thresholds are poorly known",
    ),
}
