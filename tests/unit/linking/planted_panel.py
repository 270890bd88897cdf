"""An invented panel with planted links: sites and years, one exposure each, scores out of 100."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from chairs.linking.cells import Sources


@dataclass(frozen=True, kw_only=True)
class Planted:
    """What is planted: the slope within sites, and what the site itself adds to exposure and outcome alike."""

    sites: int = 60
    years: int = 5
    within: float = 1.0
    shared: float = 0.0
    lag: int = 0


def panel(planted: Planted, seed: int) -> Sources:
    """Return indicator `x`, score `i/d` and unrelated score `i/other` of hospitals."""
    rng = np.random.default_rng(seed)
    shape = (planted.sites, planted.years + planted.lag)
    site = rng.normal(0, 1.5, planted.sites)[:, None]
    x = 10 + site + rng.normal(0, 1, shape)
    noise = rng.normal(0, 1.2, shape) + rng.normal(0, 2, planted.sites)[:, None]
    year = np.linspace(0, 2, shape[1])[None, :]
    lagged = np.roll(x, planted.lag, axis=1) if planted.lag else x
    y = 70 + planted.within * (lagged - 10) + planted.shared * site + noise + year
    kept = slice(planted.lag, None)
    ids = np.array([f"H{i:03d}" for i in range(planted.sites)])
    years = np.array([str(2010 + t) for t in range(shape[1])])
    flat = {"establishment": np.repeat(ids, shape[1]), "unit": "all", "period": np.tile(years, planted.sites)}
    indicators = pd.DataFrame({**flat, "code": "x", "value": x.ravel(), "status": "ok"})
    scored = {
        "establishment": np.repeat(ids, planted.years),
        "unit": "all",
        "period": np.tile(years[kept], planted.sites),
        "instrument": "i",
        "se": 1.0,
        "n": 100.0,
        "status": "ok",
    }
    scores = pd.concat(
        [
            pd.DataFrame({**scored, "dimension": "d", "score": y[:, kept].ravel()}),
            pd.DataFrame({**scored, "dimension": "other", "score": (70 + noise[:, kept][::-1]).ravel()}),
        ]
    )
    sites = pd.DataFrame({"establishment": ids, "kind": "hospital", "status": "public", "emergency": True})
    return Sources.of(indicators, scores, sites)
