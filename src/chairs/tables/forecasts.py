"""Contract of the forecasts: mean and quantiles of a measure at a target time, as seen from an origin."""

from chairs.core.errors import Text
from chairs.tables import CONTRACTS
from chairs.tables.contract import Column, Contract

STEPS = ("h", "d", "w", "m")
QUANTILES = (0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975)


def quantile_name(level: float) -> str:
    """Return the column that holds a quantile: q0.025, q0.5, q0.95."""
    return f"q{level:g}"


def _quantile(level: float) -> Column:
    share = f"{100 * level:g}"
    return Column(
        kind="number",
        at_least=0,
        unit="patients",
        label=Text(fr=f"Quantile à {share} %".replace(".", ","), en=f"{share} % quantile"),
    )


SERIES_COLUMNS = {
    "site": Column(kind="text", label=Text(fr="Établissement (site)", en="Establishment (site)")),
    "unit": Column(kind="text", label=Text(fr="Unité, ou « all »", en="Unit, or “all”")),
    "measure": Column(kind="text", label=Text(fr="Mesure", en="Measure")),
    "step": Column(
        kind="text",
        choices=STEPS,
        label=Text(
            fr="Pas de temps : heure, jour, semaine, mois (h, d, w, m)",
            en="Time step: hour, day, week, month (h, d, w, m)",
        ),
    ),
}

FORECASTS = CONTRACTS.add(
    "forecasts",
    Contract(
        name="forecasts",
        label=Text(fr="Prévisions", en="Forecasts"),
        columns={
            **SERIES_COLUMNS,
            "origin": Column(
                kind="time",
                unit="UTC",
                label=Text(
                    fr="Moment de la prévision : rien après n'est connu", en="When it is made: nothing later is known"
                ),
            ),
            "target": Column(
                kind="time", unit="UTC", label=Text(fr="Début du pas de temps prévu", en="Start of the step forecast")
            ),
            "mean": Column(kind="number", at_least=0, unit="patients", label=Text(fr="Moyenne", en="Mean")),
            **{quantile_name(level): _quantile(level) for level in QUANTILES},
        },
        key=("site", "unit", "measure", "step", "origin", "target"),
        order=("site", "unit", "measure", "step", "origin", "target"),
    ),
)
