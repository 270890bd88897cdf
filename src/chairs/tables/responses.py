"""Contract of the answers to questionnaires: one row a respondent and item, with declared covariates."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, PERIOD
from chairs.tables.contract import Column, Contract

RESPONSES = CONTRACTS.add(
    "responses",
    Contract(
        name="responses",
        label=Text(fr="Réponses aux questionnaires", en="Answers to questionnaires"),
        columns={
            "respondent": Column(kind="text", label=Text(fr="Répondant (pseudonyme)", en="Respondent (pseudonym)")),
            "establishment": Column(kind="text", label=Text(fr="Identifiant du site", en="Identifier of the site")),
            "unit": Column(kind="text", label=Text(fr="Unité, ou « all »", en="Unit, or “all”")),
            "period": Column(kind="text", pattern=PERIOD, label=Text(fr="Période ISO", en="ISO period")),
            "instrument": Column(kind="text", label=Text(fr="Questionnaire", en="Instrument")),
            "item": Column(kind="text", label=Text(fr="Question", en="Item")),
            "answer": Column(
                kind="text", missing=True, label=Text(fr="Code de réponse, tel que saisi", en="Answer code, as entered")
            ),
            "mode": Column(
                kind="text",
                choices=("web", "paper", "telephone", "face_to_face"),
                label=Text(fr="Mode de recueil", en="Mode of collection"),
            ),
        },
        key=("respondent", "instrument", "period", "item"),
        order=("instrument", "establishment", "unit", "period", "respondent", "item"),
        open=True,
    ),
)
