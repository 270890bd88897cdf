"""Contract of the comments of patients: text with names taken out, and what readers found in it; never released."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, PERIOD
from chairs.tables.contract import Column, Contract

COMMENTS = CONTRACTS.add(
    "comments",
    Contract(
        name="comments",
        label=Text(fr="Commentaires", en="Comments"),
        columns={
            "respondent": Column(kind="text", label=Text(fr="Répondant (pseudonyme)", en="Respondent (pseudonym)")),
            "establishment": Column(kind="text", label=Text(fr="Identifiant du site", en="Identifier of the site")),
            "unit": Column(kind="text", label=Text(fr="Unité, ou « all »", en="Unit, or “all”")),
            "period": Column(kind="text", pattern=PERIOD, label=Text(fr="Période ISO", en="ISO period")),
            "text": Column(
                kind="text",
                missing=True,
                label=Text(fr="Commentaire, noms et numéros ôtés", en="Comment, names and numbers taken out"),
            ),
            "language": Column(
                kind="text",
                missing=True,
                choices=("fr", "nl", "en"),
                label=Text(fr="Langue (absente : non reconnue)", en="Language (absent: not told)"),
            ),
            "coded_a": Column(
                kind="text",
                missing=True,
                label=Text(
                    fr="Thèmes du lecteur A, joints par « ; » (absent : non lu)",
                    en="Themes of reader A, joined by “;” (absent: not read)",
                ),
            ),
            "coded_b": Column(kind="text", missing=True, label=Text(fr="Thèmes du lecteur B", en="Themes of reader B")),
        },
        key=("respondent",),
        order=("establishment", "unit", "period", "respondent"),
    ),
)
