"""Contract of the verdicts: can the twin be believed, by what threshold, in words."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

VERDICTS = CONTRACTS.add(
    "verdicts",
    Contract(
        name="verdicts",
        label=Text(fr="Verdicts sur le jumeau", en="Verdicts on the twin"),
        columns={
            "measure": Column(kind="text", label=Text(fr="Écart jugé", en="Distance judged")),
            "value": Column(kind="number", label=Text(fr="Valeur du jumeau", en="Value of the twin")),
            "limit": Column(kind="number", label=Text(fr="Seuil", en="Threshold")),
            "against": Column(
                kind="text",
                missing=True,
                label=Text(fr="Générateur dont vient le seuil", en="Generator the threshold comes from"),
            ),
            "holds": Column(kind="flag", label=Text(fr="Tient", en="Holds")),
            "sentence_fr": Column(kind="text", label=Text(fr="En mots", en="In words, French")),
            "sentence_en": Column(kind="text", label=Text(fr="En mots, anglais", en="In words")),
        },
        key=("measure",),
        order=("measure",),
    ),
)
