"""Contract of the fairness of patients' risks: whether admissions are foreseen as well in every group."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract
from chairs.tables.risk_skill import MOMENT


def _number(fr: str, en: str) -> Column:
    return Column(kind="number", missing=True, label=Text(fr=fr, en=en))


RISK_GROUPS = CONTRACTS.add(
    "risk_groups",
    Contract(
        name="risk_groups",
        label=Text(fr="Équité des risques d'admission", en="Fairness of the risks of admission"),
        columns={
            "moment": MOMENT,
            "characteristic": Column(kind="text", label=Text(fr="Caractéristique", en="Characteristic")),
            "level": Column(
                kind="text",
                label=Text(
                    fr="Groupe (other : groupes trop petits réunis)", en="Group (other: groups too small, put together)"
                ),
            ),
            "ratio": _number("Admis constatés / prévus", "Admitted, seen / foreseen"),
            "ratio_low": _number("Borne basse à 95 %", "Lower bound, 95%"),
            "ratio_high": _number("Borne haute à 95 %", "Upper bound, 95%"),
            "slope": _number("Pente de calage (1 : juste)", "Slope of calibration (1: right)"),
            "slope_low": _number("Borne basse à 95 %", "Lower bound, 95%"),
            "slope_high": _number("Borne haute à 95 %", "Upper bound, 95%"),
            "admitted": Column(kind="count", at_least=0, label=Text(fr="Admis", en="Admitted")),
            "n": Column(kind="count", at_least=0, label=Text(fr="Patients regardés", en="Patients looked at")),
        },
        key=("moment", "characteristic", "level"),
        order=("moment", "characteristic", "level"),
    ),
)
