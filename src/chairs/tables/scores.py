"""Contract of the survey scores: one score per establishment, unit, period, instrument and dimension."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, PERIOD, STATUSES
from chairs.tables.contract import Column, Contract

WEIGHTING = (
    "raked",
    "no_margins",
    "trait_missing",
    "unknown_class",
    "empty_margin",
    "unequal_margins",
    "no_convergence",
)

MODES = ("one_mode", "mode_adjusted", "modes_mixed")

SCORES = CONTRACTS.add(
    "scores",
    Contract(
        name="scores",
        label=Text(fr="Scores d'expérience", en="Experience scores"),
        columns={
            "establishment": Column(kind="text", label=Text(fr="Identifiant du site", en="Identifier of the site")),
            "unit": Column(kind="text", label=Text(fr="Unité, ou « all »", en="Unit, or “all”")),
            "period": Column(kind="text", pattern=PERIOD, label=Text(fr="Période ISO", en="ISO period")),
            "instrument": Column(kind="text", label=Text(fr="Questionnaire", en="Instrument")),
            "dimension": Column(kind="text", label=Text(fr="Dimension", en="Dimension")),
            "score": Column(
                kind="number",
                missing=True,
                label=Text(fr="Score, sur l'échelle du questionnaire", en="Score, on the instrument's scale"),
            ),
            "se": Column(
                kind="number",
                missing=True,
                at_least=0,
                label=Text(
                    fr="Erreur type (absente si non publiée, ou si tous répondent de même)",
                    en="Standard error (absent when not published, or when all answer alike)",
                ),
            ),
            "low": Column(
                kind="number", missing=True, label=Text(fr="Borne basse à 95 %", en="Lower bound of the 95 % interval")
            ),
            "high": Column(
                kind="number", missing=True, label=Text(fr="Borne haute à 95 %", en="Upper bound of the 95 % interval")
            ),
            "n": Column(
                kind="count",
                missing=True,
                at_least=0,
                unit="répondants",
                persons=True,
                label=Text(fr="Nombre de réponses", en="Number of answers"),
            ),
            "status": Column(
                kind="text", choices=STATUSES, label=Text(fr="Raison d'un score absent", en="Reason of a missing score")
            ),
            "adjusted": Column(
                kind="number",
                missing=True,
                label=Text(
                    fr="Score à répondants comparables (coefficients estimés ici, non officiels) ; corrigé aussi du "
                    "mode de recueil là seulement où « modes » le dit : il y faut une table de ses effets, et aucune, "
                    "celle de HCAHPS comprise, n'est publique ici",
                    en="Score with the same respondents everywhere (coefficients estimated here, not official); "
                    "adjusted for the mode of collection too only where “modes” says so: this needs a table of its "
                    "effects, and none, that of HCAHPS included, is public here",
                ),
            ),
            "modes": Column(
                kind="text",
                missing=True,
                choices=MODES,
                label=Text(
                    fr="Mode de recueil : un seul, corrigé, ou plusieurs et non corrigé faute de table de ses effets",
                    en="Mode of collection: one only, adjusted for, or several and not adjusted for want of a table of "
                    "their effects",
                ),
            ),
            "reliability": Column(
                kind="number",
                missing=True,
                at_least=0,
                at_most=1,
                label=Text(
                    fr="Fiabilité λ : part de la variance qui tient aux établissements",
                    en="Reliability λ: share of the variance that is between establishments",
                ),
            ),
            "shrunken": Column(
                kind="number", missing=True, label=Text(fr="Score rapproché de la moyenne", en="Shrunken score")
            ),
            "shrunken_low": Column(
                kind="number", missing=True, label=Text(fr="Sa borne basse à 95 %", en="Its lower 95 % bound")
            ),
            "shrunken_high": Column(
                kind="number", missing=True, label=Text(fr="Sa borne haute à 95 %", en="Its upper 95 % bound")
            ),
            "rank": Column(
                kind="number",
                missing=True,
                at_least=1,
                label=Text(fr="Rang médian (1 = le plus haut)", en="Median rank (1 = highest)"),
            ),
            "rank_low": Column(
                kind="number", missing=True, at_least=1, label=Text(fr="Meilleur rang à 95 %", en="Best rank at 95 %")
            ),
            "rank_high": Column(
                kind="number", missing=True, at_least=1, label=Text(fr="Moins bon rang à 95 %", en="Worst rank at 95 %")
            ),
            "weighting": Column(
                kind="text",
                missing=True,
                choices=WEIGHTING,
                label=Text(fr="Redressement, ou pourquoi il n'y en a pas", en="Weighting, or why there is none"),
            ),
            "weighted": Column(
                kind="number",
                missing=True,
                label=Text(fr="Score redressé sur la population connue", en="Score weighted to the known population"),
            ),
            "weighted_se": Column(
                kind="number", missing=True, at_least=0, label=Text(fr="Son erreur type", en="Its standard error")
            ),
            "design_effect": Column(
                kind="number",
                missing=True,
                at_least=0,
                label=Text(
                    fr="Effet de plan : ce que les poids coûtent en précision",
                    en="Design effect: what the weights cost in precision",
                ),
            ),
            "imputed": Column(
                kind="number",
                missing=True,
                label=Text(
                    fr="Score, réponses manquantes complétées (imputation multiple)",
                    en="Score with missing answers completed (multiple imputation)",
                ),
            ),
            "imputed_se": Column(
                kind="number", missing=True, at_least=0, label=Text(fr="Son erreur type", en="Its standard error")
            ),
        },
        key=("establishment", "unit", "period", "instrument", "dimension"),
        order=("instrument", "establishment", "unit", "period", "dimension"),
    ),
)
