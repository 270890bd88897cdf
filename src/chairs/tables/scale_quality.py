"""Contract of the quality of scales: reliability of each dimension and fit of each instrument, by year."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS, STATUSES
from chairs.tables.contract import Column, Contract


def _number(fr: str, en: str, *, at_least: float | None = None, at_most: float | None = None) -> Column:
    return Column(kind="number", missing=True, at_least=at_least, at_most=at_most, label=Text(fr=fr, en=en))


SCALE_QUALITY = CONTRACTS.add(
    "scale_quality",
    Contract(
        name="scale_quality",
        label=Text(fr="Qualité de mesure des questionnaires", en="Measurement quality of the instruments"),
        columns={
            "instrument": Column(kind="text", label=Text(fr="Questionnaire", en="Instrument")),
            "dimension": Column(kind="text", label=Text(fr="Dimension, ou « all »", en="Dimension, or “all”")),
            "period": Column(kind="text", pattern=r"\d{4}", label=Text(fr="Année", en="Year")),
            "items": Column(kind="count", at_least=0, unit="questions", label=Text(fr="Questions", en="Items")),
            "n": Column(
                kind="count",
                missing=True,
                at_least=0,
                unit="répondants",
                persons=True,
                label=Text(fr="Répondants à toutes ces questions", en="Respondents to all these items"),
            ),
            "alpha": _number("Alpha de Cronbach", "Cronbach's alpha", at_most=1),
            "low": _number("Borne basse à 95 % (Feldt)", "Lower 95 % bound (Feldt)", at_most=1),
            "high": _number("Borne haute à 95 % (Feldt)", "Upper 95 % bound (Feldt)", at_most=1),
            "omega": _number("Oméga total (un facteur)", "Omega total (one factor)"),
            "fit_n": Column(
                kind="count",
                missing=True,
                at_least=0,
                unit="répondants",
                persons=True,
                label=Text(fr="Répondants du modèle factoriel", en="Respondents of the factor model"),
            ),
            "chisq": _number("Khi-deux ajusté du modèle", "Adjusted chi-square of the model", at_least=0),
            "df": Column(
                kind="count", missing=True, at_least=0, label=Text(fr="Degrés de liberté", en="Degrees of freedom")
            ),
            "cfi": _number("CFI", "CFI"),
            "tli": _number("TLI", "TLI"),
            "rmsea": _number("RMSEA", "RMSEA", at_least=0),
            "rmsea_low": _number("RMSEA, borne basse à 90 %", "RMSEA, lower 90 % bound", at_least=0),
            "rmsea_high": _number("RMSEA, borne haute à 90 %", "RMSEA, upper 90 % bound", at_least=0),
            "srmr": _number("SRMR", "SRMR", at_least=0),
            "warning": Column(kind="text", missing=True, label=Text(fr="Réserve sur ces nombres", en="Reservation")),
            "status": Column(kind="text", choices=STATUSES, label=Text(fr="État", en="State")),
            "reason": Column(
                kind="text", missing=True, label=Text(fr="Raison d'un nombre absent", en="Reason of an absent number")
            ),
        },
        key=("instrument", "dimension", "period"),
        order=("instrument", "period", "dimension"),
    ),
)
