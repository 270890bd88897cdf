"""Contract of the calibration of patients' risks: admissions that came, beside those foreseen, by band of risk."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract
from chairs.tables.risk_skill import MOMENT


def _share(fr: str, en: str) -> Column:
    return Column(kind="number", missing=True, at_least=0, at_most=1, label=Text(fr=fr, en=en))


RISK_CALIBRATION = CONTRACTS.add(
    "risk_calibration",
    Contract(
        name="risk_calibration",
        label=Text(fr="Calage des risques d'admission", en="Calibration of the risks of admission"),
        columns={
            "moment": MOMENT,
            "band": Column(
                kind="count",
                at_least=1,
                label=Text(fr="Bande de risque, de bas en haut", en="Band of risk, from low to high"),
            ),
            "expected": _share("Part d'admis prévue", "Share admitted, foreseen"),
            "observed": _share("Part d'admis constatée", "Share admitted, seen"),
            "low": _share("Borne basse à 95 % (Wilson)", "Lower bound, 95% (Wilson)"),
            "high": _share("Borne haute à 95 % (Wilson)", "Upper bound, 95% (Wilson)"),
            "admitted": Column(kind="count", at_least=0, label=Text(fr="Admis", en="Admitted")),
            "n": Column(kind="count", at_least=0, label=Text(fr="Patients regardés", en="Patients looked at")),
        },
        key=("moment", "band"),
        order=("moment", "band"),
    ),
)
