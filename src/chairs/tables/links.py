"""Contract of the links: one estimated association of exposure and outcome, with the reason when not valid."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

# said wherever a link is shown: what is compared is establishments, not people
ECOLOGICAL = Text(
    fr="Association exploratoire entre établissements : elle ne dit rien d'un patient, d'un client ou d'un agent pris "
    "à part, ni de ce qu'un changement produirait.",
    en="Exploratory association between establishments: it says nothing about one patient, customer or member of "
    "staff, nor about what a change would bring.",
)

LINKS = CONTRACTS.add(
    "links",
    Contract(
        name="links",
        label=Text(fr="Liens estimés", en="Estimated links"),
        columns={
            "protocol": Column(kind="text", label=Text(fr="Protocole", en="Protocol")),
            "exposure": Column(
                kind="text", label=Text(fr="Exposition (code de l'indicateur)", en="Exposure (code of the indicator)")
            ),
            "outcome": Column(
                kind="text", label=Text(fr="Issue (questionnaire/dimension)", en="Outcome (instrument/dimension)")
            ),
            "lag": Column(kind="text", label=Text(fr="Décalage (0 = même période)", en="Lag (0 = same period)")),
            "method": Column(
                kind="text", choices=("spearman", "partial_spearman"), label=Text(fr="Méthode", en="Method")
            ),
            "adjusted_for": Column(
                kind="text", label=Text(fr="Ajusté sur (vide : brut)", en="Adjusted for (empty: crude)")
            ),
            "estimate": Column(kind="number", missing=True, label=Text(fr="Estimation", en="Estimate")),
            "low": Column(kind="number", missing=True, label=Text(fr="Borne basse à 95 %", en="Lower 95 % bound")),
            "high": Column(kind="number", missing=True, label=Text(fr="Borne haute à 95 %", en="Upper 95 % bound")),
            "q": Column(
                kind="number",
                missing=True,
                at_least=0,
                at_most=1,
                label=Text(
                    fr="Valeur q (Benjamini-Hochberg, dans la famille)",
                    en="q value (Benjamini-Hochberg, in the family)",
                ),
            ),
            "n": Column(
                kind="count",
                at_least=0,
                unit="établissements",
                label=Text(fr="Établissements comparés", en="Establishments compared"),
            ),
            "status": Column(kind="text", choices=("exploratory", "not_valid"), label=Text(fr="Statut", en="Status")),
            "reason": Column(
                kind="text", missing=True, label=Text(fr="Raison si non valide", en="Reason when not valid")
            ),
        },
        key=("protocol", "exposure", "outcome", "lag", "method", "adjusted_for"),
        order=("protocol", "outcome", "exposure", "lag", "method", "adjusted_for"),
    ),
)
