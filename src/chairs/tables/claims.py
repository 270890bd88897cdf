"""Contract of the declared links: the verdict of each pair of a protocol, with what speaks against it."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract, measured

CLAIMS = CONTRACTS.add(
    "claims",
    Contract(
        name="claims",
        label=Text(fr="Liens déclarés", en="Declared links"),
        columns={
            "protocol": Column(kind="text", label=Text(fr="Protocole", en="Protocol")),
            "seal": Column(kind="text", label=Text(fr="Empreinte du protocole", en="Seal of the protocol")),
            "exposure": Column(kind="text", label=Text(fr="Exposition", en="Exposure")),
            "outcome": Column(kind="text", label=Text(fr="Résultat", en="Outcome")),
            "estimand": Column(
                kind="text", choices=("within", "between"), label=Text(fr="Comparaison", en="Comparison")
            ),
            "model": Column(
                kind="text",
                choices=("two_way", "between", "ordinal"),
                label=Text(fr="Modèle déclaré (`claim_steps`, `rung`)", en="Declared model (`claim_steps`, `rung`)"),
            ),
            "lag": Column(kind="count", at_least=0, unit="années", label=Text(fr="Décalage", en="Lag")),
            "claim": Column(
                kind="text",
                choices=("supported", "doubtful", "not_supported", "not_valid"),
                label=Text(fr="Verdict", en="Verdict"),
            ),
            "per": measured("Changement de l'exposition dont on parle", "Change of the exposure spoken of"),
            "estimate": measured(
                "Points par unité de l'exposition (log-cotes : `ordinal`)",
                "Points per unit of the exposure (log odds: `ordinal`)",
            ),
            "low": measured("Borne basse à 95 %", "Lower 95% bound"),
            "high": measured("Borne haute à 95 %", "Upper 95% bound"),
            "df": measured("Degrés de liberté", "Degrees of freedom"),
            "q": measured("q (Benjamini-Hochberg)", "q (Benjamini-Hochberg)"),
            "q_any_dependence": measured("q (Benjamini-Yekutieli)", "q (Benjamini-Yekutieli)"),
            "robustness": measured("Valeur de robustesse à 5 %", "Robustness value at 5%"),
            "e_value": measured("Valeur E de l'estimation", "E-value of the estimate"),
            "e_value_interval": measured("Valeur E de l'intervalle à 95 %", "E-value of the 95% interval"),
            "selection": measured(
                "δ d'Oster : sélection sur le non-mesuré, en fois celle sur les covariables",
                "Oster's δ: selection on the unmeasured, in times that on the covariates",
            ),
            "n": Column(kind="count", at_least=0, label=Text(fr="Sites × années", en="Sites × years")),
            "clusters": Column(
                kind="count", missing=True, at_least=0, unit="établissements", label=Text(fr="Sites", en="Sites")
            ),
            "flags": Column(kind="text", missing=True, label=Text(fr="Ce qui s'y oppose", en="What speaks against it")),
            "reason": Column(kind="text", missing=True, label=Text(fr="Raison si non estimable", en="Reason if none")),
            "status": Column(
                kind="text", choices=("confirmatory", "exploratory"), label=Text(fr="Statut", en="Status")
            ),
        },
        key=("protocol", "exposure", "outcome"),
        order=("protocol", "outcome", "exposure"),
    ),
)
