"""Every number of a computed sentence equals a recomputation from the table, on random tables."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.dashboards import fmt
from chairs.dashboards.fiche import Absence
from chairs.dashboards.figures import FIGURES, arrivals, associations, census, delays, position, process_map, variants

pytestmark = pytest.mark.property
few = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 10**6)


@pytest.fixture(autouse=True)
def no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences are under test here: the drawings, tried elsewhere, would take most of the time."""
    for module, name in [
        (arrivals, "_plot"),
        (associations, "_plot"),
        (census, "_plot"),
        (delays, "_plot"),
        (position, "_plot"),
        (process_map, "_map"),
        (variants, "_listed"),
    ]:
        monkeypatch.setattr(module, name, lambda *_: "<svg/>")


def said(figure: str, study: Any, tables: dict[str, pd.DataFrame]) -> tuple[Any, str] | None:
    made = FIGURES[figure].draw(study, tables)
    if isinstance(made, Absence):
        return None
    for lang in fmt.MONTHS:
        assert "nan" not in made.sentence.say(lang).replace(",", " ").split()  # type: ignore[arg-type]
    return made, made.sentence.fr


@few
@given(seeds, st.integers(1, 9), st.floats(0, 0.9), st.booleans())
def test_delays(invented: ModuleType, seed: int, count: int, masked: float, tied: bool) -> None:
    draw = np.random.default_rng(seed)
    medians = np.full(count, 1.5) if tied else draw.lognormal(0, 2, count)
    hidden = draw.random(count) < masked
    spread = {"p10_hours": 0.2, "p25_hours": 0.5, "median_hours": 1.0, "p75_hours": 2.0, "p90_hours": 4.0}
    table = pd.DataFrame({name: np.where(hidden, np.nan, medians * k) for name, k in spread.items()})
    table = table.assign(
        kind="waiting",
        from_activity="x",
        to_activity=[f"step{i}" for i in range(count)],
        negative=0,
        n=np.where(hidden, np.nan, 50),
        cell_status=np.where(hidden, "masked", "ok"),
    )
    found = said("waits", invented.hospital(), {"durations": table})
    shown = medians[~hidden]
    if found is None:
        assert hidden.all()
    elif len(shown) > 1 and len(set(np.round(shown, 2))) == 1:
        assert "Aucune différence décelable" in found[1]
    else:
        for end in (shown.min(), shown.max()):
            assert fmt.hours(end, "fr") in found[1]
            assert fmt.hours(4 * end, "fr") in found[1]


@few
@given(seeds, st.floats(0, 0.3), st.integers(0, 3))
def test_arrivals(invented: ModuleType, seed: int, masked: float, digits: int) -> None:
    draw = np.random.default_rng(seed)
    rows = [
        ["URG", d, h, "arrivals", round(draw.gamma(2, 2), digits) if draw.random() >= masked else None, 0, 0, 52]
        for d in range(1, 8)
        for h in range(24)
    ]
    table = pd.DataFrame(rows, columns=["unit", "weekday", "hour", "measure", "mean", "p10", "p90", "n"])
    found = said("arrivals", invented.hospital(), {"profile": table})
    assert found is not None
    values = [row[4] for row in rows if row[4] is not None]
    assert f"({fmt.number(max(values), 'fr', 1)} " in found[1]
    assert f"({fmt.number(min(values), 'fr', 1)})" in found[1]
    for end in (max(values), min(values)):
        ties = sum(round(v, 1) == round(end, 1) for v in values)
        assert ties == 1 or f"sur {ties} créneaux à égalité" in found[1]
    assert ("par jour" in found[1]) == (len(values) == 168)
    if len(values) == 168:
        assert f"{fmt.number(sum(values) / 7, 'fr', 1)} arrivées par jour" in found[1]


@few
@given(seeds, st.integers(1, 6), st.floats(0, 0.4), st.booleans())
def test_census(invented: ModuleType, seed: int, count: int, masked: float, calm: bool) -> None:
    draw = np.random.default_rng(seed)
    units = {f"U{i}": (int(draw.integers(12, 60)), draw.uniform(0.5, 0.8 if calm else 1.0)) for i in range(count)}
    week = [
        [u, d, h, m, (b if m == "open_beds" else b * share), 0, 0, 52]
        for u, (b, share) in units.items()
        for d in range(1, 8)
        for h in range(24)
        for m in ("census", "open_beds")
    ]
    profile = pd.DataFrame(week, columns=["unit", "weekday", "hour", "measure", "mean", "p10", "p90", "n"])
    days, full = [], {}
    for unit, (beds, share) in units.items():
        hidden = draw.random() < masked
        census = np.minimum(beds, beds * share + (0 if calm else 3) * draw.standard_normal(50))
        for i, value in enumerate(census):
            days.append([unit, f"2024-01-{i:02d}", "census", np.nan if hidden and i == 7 else value])
            days.append([unit, f"2024-01-{i:02d}", "open_beds", float(beds)])
        if not hidden:
            full[unit] = 100 * float(np.mean(100 * census >= 95 * beds))
    unit_day = pd.DataFrame(days, columns=["unit", "day", "measure", "value"]).assign(site="H")
    found = said("census", invented.hospital(), {"profile": profile, "unit_day": unit_day})
    assert found is not None
    total = 100 * sum(b * s for b, s in units.values()) / sum(b for b, _ in units.values())
    assert fmt.percent(total, "fr", 1) in found[1]
    if full and max(full.values()) > 0:
        assert f"; {sum(v >= 10 for v in full.values())} unité" in found[1]
        assert f"sur {len(full)} " in found[1]
        assert f"{fmt.percent(max(full.values()), 'fr')} des jours" in found[1]
    elif full:
        assert "n’a de jour plein" in found[1]
    else:
        assert "la plus occupée" in found[1]


@few
@given(st.lists(st.integers(11, 500), min_size=1, max_size=12), st.integers(0, 4000))
def test_variants(invented: ModuleType, cases: list[int], rest: int) -> None:
    cases = sorted(cases, reverse=True)
    total = sum(cases) + rest
    names = [f"a → b{i}" for i in range(len(cases))]
    table = pd.DataFrame(
        {"variant": [*names, "other"], "cases": [*cases, rest], "share": [c / total for c in [*cases, rest]]}
    )
    table = table.assign(rank=range(1, len(table) + 1), steps=2)
    found = said("variants", invented.hospital(), {"variants": table})
    assert found is not None
    assert fmt.number(cases[0], "fr") in found[1]
    assert fmt.percent(100 * cases[0] / total, "fr", 1) in found[1]
    if len(cases) > 1:
        assert fmt.percent(100 * sum(cases[:8]) / total, "fr", 1) in found[1]
    tied = sum(c == cases[0] for c in cases[:8])
    assert (f"{tied} parcours sont à égalité" in found[1]) == (tied > 1)


@few
@given(seeds, st.integers(1, 30))
def test_process_map(invented: ModuleType, seed: int, count: int) -> None:
    draw = np.random.default_rng(seed)
    pairs = sorted({(str(a), str(b)) for a, b in draw.choice(list("pqrstuv"), (count, 2)) if a != b})
    counts = draw.integers(11, 15, len(pairs)) if seed % 2 else draw.integers(11, 9000, len(pairs))
    table = pd.DataFrame(pairs, columns=["source", "target"]).assign(
        cases=counts, n=counts, median_hours=np.where(draw.random(len(pairs)) < 0.3, np.nan, 1.25), p90_hours=9.0
    )
    found = said("process-map", invented.hospital(), {"transitions": table})
    if found is None:
        assert not pairs
        return
    assert f"{fmt.number(int(max(counts)), 'fr')} fois" in found[1]
    tied = sum(counts == max(counts))
    assert ("à égalité" in found[1]) == (tied > 1)


@few
@given(seeds, st.integers(1, 10), st.floats(0, 1))
def test_associations(invented: ModuleType, seed: int, count: int, valid: float) -> None:
    draw = np.random.default_rng(seed)
    estimate, q = draw.uniform(-0.8, 0.8, count), draw.choice([1e-6, 0.01, 0.049, 0.05, 0.3], count)
    ok = draw.random(count) < valid
    table = pd.DataFrame(
        {
            "exposure": [f"x{i}" for i in range(count)],
            "estimate": np.where(ok, estimate, np.nan),
            "low": estimate - 0.1,
            "high": estimate + 0.1,
            "q": q,
        }
    )
    table = table.assign(
        outcome="esatis-48h-mco/all", adjusted_for="status", status=np.where(ok, "exploratory", "not_valid"), n=90
    )
    found = said("associations", invented.sites(), {"links": table})
    if found is None:
        assert not ok.any()
        return
    clear, strongest = int((q[ok] < 0.05).sum()), estimate[ok][np.abs(estimate[ok]).argmax()]
    assert f"En 2019, sur {ok.sum()} " in found[1]
    assert f", {clear} rest" in found[1] if clear else "aucun" in found[1]
    assert fmt.number(strongest, "fr", 2) in found[1]
    assert "pas une preuve de causalité" in found[1]
    assert "not proof of causation" in found[0].sentence.en


@few
@given(seeds, st.integers(11, 40), st.booleans())
def test_position(invented: ModuleType, seed: int, count: int, tied: bool) -> None:
    draw = np.random.default_rng(seed)
    names = [f"E{i:03d}" for i in range(1, count + 2)]
    sites = pd.DataFrame(
        {"establishment": names, "name": names, "kind": "hospital", "status": "public", "emergency": True}
    )
    values = np.full(count + 1, 300.0) if tied else draw.uniform(0, 900, count + 1).round(0)
    scores = draw.normal(72, 4, count + 1).round(2)
    tables = {
        "establishments": sites,
        "indicators": pd.DataFrame(
            {"establishment": names, "unit": "all", "period": "2019", "code": "mco_beds", "value": values}
        ),
        "scores": pd.DataFrame(
            {
                "establishment": names,
                "unit": "all",
                "period": "2019",
                "instrument": "esatis-48h-mco",
                "dimension": "all",
                "score": scores,
            }
        ),
    }
    found = said("position", invented.sites(), tables)
    assert found is not None
    away = 0
    for own, others in ((values[0], values[1:]), (scores[0], scores[1:])):
        below = 100 * (np.mean(others < own) + 0.5 * np.mean(others == own))
        away += not 20 <= below <= 80
    assert (f"pour {away} mesure" in found[1]) if away else "pour aucune mesure" in found[1]
    assert f"est de {fmt.number(scores[0], 'fr', 1)}" in found[1]
    assert f"des autres de {fmt.number(float(np.median(scores[1:])), 'fr', 1)}" in found[1]
    assert not math.isnan(found[0].table.rows[0][5])
