"""Small invented studies and released tables in the shapes that the release stage writes."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pandas as pd

from chairs.core.errors import Text
from chairs.core.study import Drivers, Study

STEPS = ("arrival", "triage", "doctor", "imaging", "bed_request", "departure")
LABELS = {
    "arrival": Text(fr="Arrivée", en="Arrival"),
    "triage": Text(fr="Tri par l'infirmière", en="Triage"),
    "doctor": Text(fr="Consultation médicale", en="Doctor"),
    "imaging": Text(fr="Imagerie", en="Imaging"),
    "bed_request": Text(fr="Demande de lit", en="Bed request"),
    "departure": Text(fr="Sortie des urgences", en="Departure"),
    "URG": Text(fr="Urgences adultes", en="Adult emergency department"),
    "MED": Text(fr="Médecine interne", en="Internal medicine"),
    "CHI": Text(fr="Chirurgie viscérale", en="Visceral surgery"),
    "GER": Text(fr="Gériatrie aiguë", en="Acute geriatrics"),
}


def hospital() -> Study:
    """An invented hospital with an event log and a real calendar."""
    return Study(
        name="demo",
        title=Text(fr="Hôpital de démonstration", en="Demonstration hospital"),
        question=Text(fr="Où les patients attendent-ils ?", en="Where do patients wait?"),
        level="demo",
        period="2023/2024",
        stages=(
            "synthesise",
            "ingest",
            "discover",
            "forecast",
            "risk",
            "watch",
            "backtest",
            "simulate",
            "score",
            "derive",
            "link",
            "release",
            "render",
            "track",
        ),
        outcome="demo-patient-experience/all",
        protocol="demo",
        drivers=Drivers(outcome="demo-patient-experience/all", of="exposures"),
        focus="E001",
        labels=LABELS,
    )


def sites() -> Study:
    """Invented public sites with scores and indicators."""
    return Study(
        name="sites",
        title=Text(fr="Sites inventés : performance et expérience", en="Invented sites: performance and experience"),
        question=Text(fr="Qu'est-ce qui va avec l'expérience ?", en="What goes with experience?"),
        level="public",
        period="2019",
        stages=("ingest", "score", "derive", "link", "release", "render", "track"),
        sources=("has-esatis-48h-2019", "drees-sae-2019"),
        outcome="esatis-48h-mco/all",
        focus="E001",
    )


def pathway() -> Study:
    """An invented pathway whose calendar is fictitious."""
    return Study(
        name="pathway",
        title=Text(fr="Parcours inventé", en="Invented pathway"),
        question=Text(fr="En combien de temps les étapes sont-elles atteintes ?", en="How soon are the steps reached?"),
        level="public",
        period="2014",
        stages=("ingest", "discover", "release", "render", "track"),
        calendar="fictitious",
        notice=Text(
            fr="Durées réelles, calendrier fictif. Les dates ont été décalées.",
            en="Real durations, fictitious calendar. Dates were shifted.",
        ),
        labels=LABELS,
    )


def profile(seed: int = 1) -> pd.DataFrame:
    """A typical week: arrivals in the ED, census and open beds in three wards."""
    draw = random.Random(seed)
    rows = []
    for day in range(1, 8):
        for hour in range(24):
            wave = 6 + 5 * math.sin((hour - 8) * math.pi / 12) + 0.3 * (day == 1) + draw.random()
            rows.append(["URG", day, hour, "arrivals", wave, wave - 2, wave + 2, 104])
            for unit, beds, share in (("MED", 36, 0.97), ("CHI", 48, 0.82), ("GER", 30, 1.0)):
                census = beds * share - 2 * (day > 5) + draw.random()
                rows.append([unit, day, hour, "census", census, census - 3, census + 3, 104])
                rows.append([unit, day, hour, "open_beds", float(beds), beds, beds, 104])
    frame = pd.DataFrame(rows, columns=["unit", "weekday", "hour", "measure", "mean", "p10", "p90", "n"])
    return frame.assign(cell_status="ok")


def unit_day(seed: int = 1, days: int = 60) -> pd.DataFrame:
    """Daily census and open beds of the three wards; one ward has masked days."""
    draw = random.Random(seed)
    rows = []
    for i in range(days):
        day = str((pd.Timestamp("2024-01-01") + pd.Timedelta(days=i)).date())
        for unit, beds, share in (("MED", 36, 0.93), ("CHI", 48, 0.8), ("GER", 30, 0.97)):
            census = float(min(beds, round(beds * share + draw.gauss(0, 2), 2)))
            hidden = unit == "CHI" and i < 3
            rows.append(
                ["H", unit, day, "census", None if hidden else census, None, None, 24, "masked" if hidden else "ok"]
            )
            rows.append(["H", unit, day, "open_beds", float(beds), beds, beds, 24, "ok"])
    return pd.DataFrame(rows, columns=["site", "unit", "day", "measure", "value", "low", "high", "n", "cell_status"])


def durations(*, days: bool = False) -> pd.DataFrame:
    """Delays since arrival and waits; with `days`, from minutes to days."""
    base = {"triage": 0.12, "doctor": 1.1, "imaging": 2.2, "bed_request": 3.4, "departure": 4.6 if not days else 134.0}
    rows = []
    for step, hours in base.items():
        rows.append(
            [
                "since_reference",
                "arrival",
                step,
                9000,
                6 if step == "triage" else 0,
                hours,
                hours / 4,
                hours / 2,
                hours * 1.7,
                hours * 2.5,
                "ok",
            ]
        )
    rows.append(["since_reference", "arrival", "rare", None, None, None, None, None, None, None, "masked"])
    for step, hours in {"imaging": 0.6, "bed_request": 5.2, "doctor": 0.8}.items():
        rows.append(["waiting", step, step, 4000, 0, hours, hours / 4, hours / 2, hours * 1.7, hours * 2.5, "ok"])
    columns = [
        "kind",
        "from_activity",
        "to_activity",
        "n",
        "negative",
        "median_hours",
        "p10_hours",
        "p25_hours",
        "p75_hours",
        "p90_hours",
        "cell_status",
    ]
    return pd.DataFrame(rows, columns=columns)


def transitions() -> pd.DataFrame:
    """A small map with a loop, a repeated step and a way back."""
    arcs = [
        ("case_start", "arrival", 9000, None),
        ("arrival", "triage", 8800, 0.12),
        ("triage", "doctor", 8200, 1.0),
        ("doctor", "imaging", 4100, 0.8),
        ("imaging", "doctor", 2600, 1.1),
        ("doctor", "departure", 4500, 1.4),
        ("doctor", "bed_request", 1500, 0.9),
        ("bed_request", "departure", 1480, 4.9),
        ("imaging", "imaging", 240, 0.3),
        ("imaging", "departure", 1200, 1.2),
        ("departure", "case_end", 8900, None),
        ("triage", "departure", 600, 2.0),
        ("arrival", "doctor", 200, 0.4),
    ]
    rows = [[a, b, n, n, h, h * 3 if h else None, "ok"] for a, b, n, h in arcs]
    return pd.DataFrame(rows, columns=["source", "target", "cases", "n", "median_hours", "p90_hours", "cell_status"])


def variants() -> pd.DataFrame:
    """Four pathways and the rare ones merged by the gate."""
    rows = [
        [1, "other", 1, 4300, 0.43, "ok"],
        [2, "arrival → triage → doctor → departure", 4, 3100, 0.31, "ok"],
        [3, "arrival → triage → doctor → imaging → doctor → departure", 6, 1400, 0.14, "ok"],
        [4, "arrival → triage → doctor → imaging → imaging → departure", 6, 800, 0.08, "ok"],
        [5, "arrival → triage → departure", 3, 400, 0.04, "ok"],
    ]
    return pd.DataFrame(rows, columns=["rank", "variant", "steps", "cases", "share", "cell_status"])


CODES = ("mco_beds", "mean_stay", "occupancy", "day_stay_share", "care_fte_per_bed")


def establishments(count: int = 120) -> pd.DataFrame:
    """Sites of three legal statuses, some with an ED."""
    statuses = ("public", "private_for_profit", "private_non_profit")
    rows = [
        [
            f"E{i:03d}",
            None,
            f"Site inventé n° {i}" if i > 1 else "CH de Valmont",
            "hospital",
            statuses[0] if i == 1 else statuses[i % 3],
            None,
            None,
            i % 2 == 1,
            "ok",
        ]
        for i in range(1, count + 1)
    ]
    return pd.DataFrame(
        rows,
        columns=[
            "establishment",
            "legal_entity",
            "name",
            "kind",
            "status",
            "category",
            "region",
            "emergency",
            "cell_status",
        ],
    )


def indicators(count: int = 120, seed: int = 2) -> pd.DataFrame:
    """Five indicators for each site, the last sites have none; two by month for the first, one ends in a jump."""
    draw = random.Random(seed)
    rows = []
    for i in range(1, count - 3):
        for code, scale in zip(CODES, (300, 5, 0.8, 0.4, 1.6), strict=True):
            value = round(scale * (0.5 + draw.random()), 3 if scale < 10 else 0)
            rows.append([f"E{i:03d}", "all", "2019", code, value, None, None, "ok", "sae", "ok"])
    for k in range(24):
        month = f"{2018 + k // 12}-{k % 12 + 1:02d}"
        for code, usual in (("absenteeism", 9.0), ("training_hours_per_fte", 2.0)):
            value = usual + (0.3, -0.3, 0.2, -0.1)[k % 4] + (4 if k == 23 and code == "absenteeism" else 0)
            rows.append(["E001", "all", month, code, value, None, None, "ok", "rh", "ok"])
    return pd.DataFrame(
        rows,
        columns=[
            "establishment",
            "unit",
            "period",
            "code",
            "value",
            "numerator",
            "denominator",
            "status",
            "source",
            "cell_status",
        ],
    )


def scores(instrument: str, count: int = 120, seed: int = 3) -> pd.DataFrame:
    """Overall scores of the sites; one in five is below the floor."""
    draw = random.Random(seed)
    rows = []
    for i in range(1, count + 1):
        there = i % 5 != 0
        score = round(73 + 2.5 * (i % 3 == 1) + draw.gauss(0, 3), 2) if there else None
        rows.append(
            [
                f"E{i:03d}",
                "all",
                "2019",
                instrument,
                "all",
                score,
                2.5 if there else None,
                100 if there else None,
                "ok" if there else "below_floor",
                "ok" if there else "below_floor",
            ]
        )
    return pd.DataFrame(
        rows,
        columns=[
            "establishment",
            "unit",
            "period",
            "instrument",
            "dimension",
            "score",
            "se",
            "n",
            "status",
            "cell_status",
        ],
    )


def links(outcome: str) -> pd.DataFrame:
    """Crude and adjusted estimates of the five indicators; one cannot be estimated."""
    rows = []
    for code, crude, adjusted in zip(
        CODES, (-0.45, -0.33, -0.47, 0.43, -0.35), (-0.12, -0.2, -0.31, 0.22, None), strict=True
    ):
        rows.append(
            [
                "explore",
                code,
                outcome,
                "0",
                "spearman",
                "",
                crude,
                crude - 0.06,
                crude + 0.06,
                0.0001,
                96,
                "exploratory",
                None,
                "ok",
            ]
        )
        valid = adjusted is not None
        rows.append(
            [
                "explore",
                code,
                outcome,
                "0",
                "partial_spearman",
                "status, emergency" if code == "mco_beds" else "mco_beds, status, emergency",
                adjusted,
                adjusted - 0.07 if valid else None,
                adjusted + 0.07 if valid else None,
                (0.2 if code == "mco_beds" else 0.002) if valid else None,
                90 if valid else 0,
                "exploratory" if valid else "not_valid",
                None if valid else "trop peu",
                "ok",
            ]
        )
    columns = [
        "protocol",
        "exposure",
        "outcome",
        "lag",
        "method",
        "adjusted_for",
        "estimate",
        "low",
        "high",
        "q",
        "n",
        "status",
        "reason",
        "cell_status",
    ]
    return pd.DataFrame(rows, columns=columns)


def dimension_links(instrument: str) -> pd.DataFrame:
    """Adjusted links of three dimensions: a planted one, a size measure that is stronger, and none that is clear."""
    planted = [
        ("accueil", "mean_stay", 0.4, 0.001),
        ("accueil", "occupancy", -0.2, 0.01),
        ("pec_inf", "mco_beds", -0.6, 0.001),
        ("pec_inf", "occupancy", -0.3, 0.01),
        ("repas", "day_stay_share", 0.1, 0.4),
    ]
    frame = links(f"{instrument}/all")
    like = frame[(frame["adjusted_for"] != "") & (frame["status"] != "not_valid")].set_index("exposure")
    rows = [
        like.loc[code].to_dict()
        | {
            "exposure": code,
            "outcome": f"{instrument}/{name}",
            "estimate": rho,
            "low": rho - 0.1,
            "high": rho + 0.1,
            "q": q,
        }
        for name, code, rho, q in planted
    ]
    return pd.DataFrame(rows)[list(frame.columns)]


def coverage(outcome: str) -> pd.DataFrame:
    """Who stands behind the links, and the mean score of five groups."""
    rows = [
        ["surveyed", "", 120.0, 120],
        ["joined", "", 116.0, 116],
        ["scored", "", 93.0, 93],
        ["mean_outcome", "emergency=false", 75.597, 46],
        ["mean_outcome", "emergency=true", 72.298, 47],
        ["mean_outcome", "status=private_for_profit", 74.0, 31],
        ["mean_outcome", "status=private_non_profit", 73.0, 31],
        ["mean_outcome", "status=public", 75.0, 31],
    ]
    frame = pd.DataFrame(rows, columns=["measure", "subject", "value", "n"])
    return frame.assign(protocol="explore", outcome=outcome, period="2019", cell_status="ok")


def claims(outcome: str) -> pd.DataFrame:
    """Four declared pairs: a supported, a doubtful, one not established, one that cannot be estimated."""
    rows = [
        ["occupancy", 0.1, "supported", -20.0, -30.0, -10.0, 0.001, 0.2, None, None],
        ["mean_stay", 1.0, "doubtful", 1.5, 0.5, 2.5, 0.02, 0.03, "confounded;fragile", None],
        ["mco_beds", 100.0, "not_supported", 0.001, -0.004, 0.006, 0.7, 0.0, None, None],
        ["day_stay_share", 0.1, "not_valid", None, None, None, None, None, None, "too_few"],
    ]
    columns = ["exposure", "per", "claim", "estimate", "low", "high", "q", "robustness", "flags", "reason"]
    frame = pd.DataFrame(rows, columns=columns)
    same = {"protocol": "demo", "seal": "0123456789abcdef", "estimand": "within", "model": "two_way", "lag": 0}
    same |= {"df": 40.0, "n": 240, "future_tried": None, "future_held": None, "future_p": None}
    return frame.assign(
        **same, outcome=outcome, q_any_dependence=frame["q"], clusters=120, status="confirmatory", cell_status="ok"
    )


def protocol_log(outcome: str = "unread") -> pd.DataFrame:
    """A seal, and one deviation that touches no verdict."""
    told = {"what_fr": "un modèle ajouté", "what_en": "one model added", "why_fr": "pour voir", "why_en": "to see"}
    rows = [{"place": 0, "event": "sealed"}, {"place": 1, "event": "deviation", **told}]
    same = {"protocol": "demo", "date": "2026-11-22", "seal": "0123456789abcdef", "outcome": outcome}
    return pd.DataFrame(rows).assign(**same, touches=False, cell_status="ok")


def claim_steps(outcome: str) -> pd.DataFrame:
    """Four rungs of the supported pair; the programme is not one."""
    rows = [["description", -60.0, -80.0, -40.0, 0.001, None], ["between", -30.0, -45.0, -15.0, 0.001, None]]
    rows += [["two_way", -20.0, -30.0, -10.0, 0.001, None], ["staggered", None, None, None, None, "not_a_programme"]]
    frame = pd.DataFrame(rows, columns=["rung", "estimate", "low", "high", "p", "reason"])
    same = {"protocol": "demo", "exposure": "occupancy", "level": "establishment", "n": 240, "clusters": 120}
    return frame.assign(**same, outcome=outcome, cell_status="ok")


def key_drivers(outcome: str) -> pd.DataFrame:
    """Three drivers of a score with their shares, and all together."""
    rows = [["all", 0.45, None, None, None, None, None], ["occupancy", 0.3, 0.25, 0.36, 0.29, -0.5, 0.35]]
    rows += [["mean_stay", 0.1, 0.05, 0.16, 0.11, 0.2, 0.2], ["mco_beds", 0.05, 0.0, 0.1, 0.05, 0.0, 0.1]]
    columns = ["term", "share", "low", "high", "johnson", "beta", "alone"]
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], float))
    return frame.assign(outcome=outcome, of="exposures", n=240, clusters=120, reason=None, cell_status="ok")


def effects() -> pd.DataFrame:
    """Three scenarios: one that helps, one that harms, one that cannot be told from nothing."""
    rows = [["more-beds", -0.5, -0.7, -0.3], ["surge", 1.6, 1.2, 2.0], ["lounge", -0.1, -0.3, 0.1]]
    frame = pd.DataFrame(rows, columns=["scenario", "mean", "low", "high"])
    same = {"measure": "boarding_mean", "unit": "h", "before": 5.5, "se": 0.1, "input_se": None, "replications": 4,
            "fte": [14.0, None, 3.0], "euros": [770000.0, None, 165000.0]}  # fmt: skip
    return frame.assign(**same, status="estimated", reason=None, cell_status="ok")


def verdicts() -> pd.DataFrame:
    """Two tests, one of which holds, and the verdict on all."""
    rows = [
        ["all", 1.0, 2.0, None, False, "Le jumeau tient 1 épreuve sur 2.", "The twin holds 1 of 2 tests."],
        ["ngd3", 0.11, 0.14, "recent", True, "tient", "holds"],
        ["red", 0.49, 0.31, "markov", False, "ne tient pas", "does not hold"],
    ]
    columns = ["measure", "value", "limit", "against", "holds", "sentence_fr", "sentence_en"]
    return pd.DataFrame(rows, columns=columns).assign(cell_status="ok")


def assumptions() -> pd.DataFrame:
    """One thing that the log does not tell, two that are assumed."""
    rows = [
        ["assumed", 1, "les parcours sont indépendants", "cases are independent"],
        ["assumed", 2, "les jours fériés sont des jours comme les autres", "public holidays are days like others"],
        ["unidentified", 1, "capacité de « imagerie »", "capacity of imaging"],
    ]
    return pd.DataFrame(rows, columns=["kind", "rank", "sentence_fr", "sentence_en"]).assign(cell_status="ok")


def forecasts() -> pd.DataFrame:
    """Two days of two measures from the end, one day from an older origin."""
    days = ["2024-12-31T23:00Z", "2025-01-01T23:00Z"]
    rows = [["arrivals", days[0], day, 280.0 + 10 * i, 250.0, 310.0] for i, day in enumerate(days)]
    rows += [["census", days[0], day, 800.0, 780.0, 820.0] for day in days]
    rows.append(["arrivals", "2024-12-01T23:00Z", "2024-12-01T23:00Z", 999.0, 900.0, 1100.0])
    frame = pd.DataFrame(rows, columns=["measure", "origin", "target", "mean", "q0.1", "q0.9"])
    times = {name: pd.to_datetime(frame[name], utc=True) for name in ("origin", "target")}
    wider = {"q0.025": frame["q0.1"] - 20, "q0.975": frame["q0.9"] + 20}
    inner = {f"q{k / 20:g}": frame["mean"] for k in range(1, 20) if k not in (2, 18)}
    return frame.assign(**times, **wider, **inner, site="E001", unit="all", step="d", cell_status="ok")


def forecast_skill() -> pd.DataFrame:
    """The combination halves the error of the naive rule."""
    rows = [[m, model, crps] for m in ("arrivals", "census") for model, crps in (("combined", 6.0), ("snaive", 12.0))]
    frame = pd.DataFrame(rows, columns=["measure", "model", "crps"])
    same = {"site": "E001", "unit": "all", "step": "d", "from_lead": 1, "to_lead": 2, "coverage_80": 0.81, "n": 40}
    return frame.assign(**same, status="ok", reason=None, cell_status="ok")


def risk_skill() -> pd.DataFrame:
    """Area and slope of the risk of admission."""
    rows = [["auc", 0.81, 0.79, 0.83], ["slope", 1.02, 0.95, 1.09]]
    table = pd.DataFrame(rows, columns=["measure", "value", "low", "high"])
    said = {"target": "admission", "moment": "all", "n": 900, "status": "ok", "reason_fr": None, "reason_en": None}
    return table.assign(**said, cell_status="ok")


def risk_calibration() -> pd.DataFrame:
    """Two bands of risk, the upper one off."""
    rows = [["all", 1, 0.1, 0.11, 0.08, 0.14, 50, 450], ["all", 2, 0.6, 0.7, 0.65, 0.74, 315, 450]]
    columns = ["moment", "band", "expected", "observed", "low", "high", "admitted", "n"]
    return pd.DataFrame(rows, columns=columns).assign(cell_status="ok")


def risk_groups() -> pd.DataFrame:
    """Two groups, one of which is off."""
    rows = [
        ["all", "sex", "F", 1.02, 0.95, 1.09, 1.0, 0.9, 1.1, 180, 450],
        ["all", "sex", "M", 0.8, 0.7, 0.9, 1.1, 0.9, 1.3, 185, 450],
    ]
    columns = ["moment", "characteristic", "level", "ratio", "ratio_low", "ratio_high", "slope", "slope_low",
               "slope_high", "admitted", "n"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).assign(cell_status="ok")


def drift() -> pd.DataFrame:
    """Three days: stays ring on the last, arrivals never."""
    days = ["2024-05-01", "2024-05-02", "2024-05-03"]
    table = pd.DataFrame({"day": days, "observed": [160, 130, 120], "below": [0.0, 2.0, 4.1], "above": [0.4, 0, 0]})
    stays = table.assign(
        flow="stays", expected=160.0, low_80=145.0, high_80=175.0, limit=3.1, alarm=[None, None, "longer"]
    )
    coming = table.assign(flow="arrivals", expected=137.0, low_80=120.0, high_80=155.0, limit=4.2, alarm=None)
    return pd.concat([coming, stays], ignore_index=True).assign(cell_status="ok")


def drift_verdicts() -> pd.DataFrame:
    """An alarm, a coverage, a challenger that loses; quiet arrivals."""
    rows = [
        ["stays", "alarms", 1.0, "Une alarme : les séjours s'allongent.", "One alarm: stays become longer."],
        ["stays", "coverage_80", 0.75, "jours", "days"],
        ["stays", "gain", -0.01, "Le modèle en place reste.", "The champion stays."],
        ["arrivals", "alarms", 0.0, "Arrivées : aucune alarme.", "Arrivals: no alarm."],
        ["arrivals", "told_rise", 0.15, "hausse", "rise"],
    ]
    table = pd.DataFrame(rows, columns=["flow", "measure", "value", "sentence_fr", "sentence_en"])
    return table.assign(low=0.0, high=1.0, days=3, cell_status="ok")


def comment_themes() -> pd.DataFrame:
    """Comments of one year in three themes; one theme is masked."""
    rows = [["all", 400.0, 120.0, "ok"], ["attente", 160.0, 90.0, "ok"], ["soins", 120.0, 20.0, "ok"]]
    rows.append(["repas", None, None, "masked"])
    frame = pd.DataFrame(rows, columns=["theme", "comments", "critical", "cell_status"])
    return frame.assign(establishment="E001", unit="all", period="2019")


def comment_errors() -> pd.DataFrame:
    """A mean F1 with its interval."""
    row = ["macro", 300.0, None, None, 0.82, 0.78, 0.86, None, "ok", "ok"]
    columns = ["label", "n", "precision", "recall", "f1", "low", "high", "kappa", "status", "cell_status"]
    return pd.DataFrame([row], columns=columns)


def facts(*, clock: bool = True) -> pd.DataFrame:
    """Numbers of the overview; without a clock nothing a day."""
    values = {"cases": 9100.0, "variants": 846.0, "arrivals_per_day": 278.23 if clock else None}
    rows = [[name, value, None, None, "ok" if value else "not_applicable"] for name, value in values.items()]
    return pd.DataFrame(rows, columns=["name", "value", "unit", "n", "status"]).assign(cell_status="ok")


def released(study: Study) -> dict[str, pd.DataFrame]:
    """The released tables of one of the invented studies."""
    tables: dict[str, pd.DataFrame] = {}
    if "discover" in study.stages:
        tables |= {
            "durations": durations(days=study.calendar == "fictitious"),
            "transitions": transitions(),
            "variants": variants(),
            "facts": facts(clock=study.calendar == "real"),
        }
    if study.calendar == "real" and "discover" in study.stages:
        tables |= {"profile": profile(), "unit_day": unit_day()}
    if "simulate" in study.stages:
        tables |= {"effects": effects(), "verdicts": verdicts(), "assumptions": assumptions()}
        tables |= {"forecasts": forecasts(), "forecast_skill": forecast_skill()}
        tables |= {"risk_skill": risk_skill(), "risk_calibration": risk_calibration(), "risk_groups": risk_groups()}
        tables |= {"drift": drift(), "drift_verdicts": drift_verdicts()}
    if "link" in study.stages:
        outcome = str(study.outcome)
        tables |= {
            "establishments": establishments(),
            "indicators": indicators(),
            "scores": scores(outcome.split("/")[0]),
            "links": pd.concat([links(outcome), dimension_links(outcome.split("/")[0])], ignore_index=True),
            "coverage": coverage(outcome),
            "claims": claims(outcome),
            "key_drivers": key_drivers(outcome),
            "claim_steps": claim_steps(outcome),
            "protocol_log": protocol_log(),
            "comment_themes": comment_themes(),
            "comment_errors": comment_errors(),
        }
    return tables


def write(study: Study, folder: Path) -> Path:
    """Write the released tables of `study` to `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in released(study).items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    return folder
