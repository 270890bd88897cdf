"""Contract of the log of a protocol: when it was sealed, then each deviation recorded since."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

DAY = r"\d{4}-\d{2}-\d{2}"

PROTOCOL_LOG = CONTRACTS.add(
    "protocol_log",
    Contract(
        name="protocol_log",
        label=Text(fr="Scellé et écarts du protocole", en="Seal and deviations of the protocol"),
        columns={
            "protocol": Column(kind="text", label=Text(fr="Protocole", en="Protocol")),
            "place": Column(kind="count", at_least=0, label=Text(fr="Ordre (0 : le scellé)", en="Order (0: the seal)")),
            "event": Column(kind="text", choices=("sealed", "deviation"), label=Text(fr="Événement", en="Event")),
            "date": Column(kind="text", pattern=DAY, label=Text(fr="Date", en="Date")),
            "seal": Column(kind="text", label=Text(fr="Empreinte à cette date", en="Seal at that date")),
            "outcome": Column(
                kind="text",
                choices=("unread", "known"),
                label=Text(fr="Résultat : non lu, ou connu", en="Outcome: unread, or known"),
            ),
            "touches": Column(
                kind="flag", label=Text(fr="Touche ce dont les verdicts sont tirés", en="Touches what verdicts rest on")
            ),
            "what_fr": Column(kind="text", missing=True, label=Text(fr="Quoi (français)", en="What (French)")),
            "what_en": Column(kind="text", missing=True, label=Text(fr="Quoi (anglais)", en="What (English)")),
            "why_fr": Column(kind="text", missing=True, label=Text(fr="Pourquoi (français)", en="Why (French)")),
            "why_en": Column(kind="text", missing=True, label=Text(fr="Pourquoi (anglais)", en="Why (English)")),
        },
        key=("protocol", "place"),
        order=("protocol", "place"),
    ),
)
