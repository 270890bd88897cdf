"""The other hospitals and the companies of the territory: what they are, and their indicators of each year."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from chairs.demo.planted import Exposure, Planted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.demo.plan import Plan

    Draw = Callable[..., np.random.Generator]

HOSPITALS, COMPANIES = 150, 40
MARK = "(démonstration)"


def years_of(plan: Plan) -> list[int]:
    """Return the years of the extracts."""
    first, last = (int(day[:4]) for day in (plan.parameters.period.first, plan.parameters.period.last))
    return list(range(first, last + 1))


def make_sites(plan: Plan) -> pd.DataFrame:
    """Return one row a site: the demonstration hospital, the other hospitals, the companies.

    `size` is the number of beds, or of full-time equivalents for a company; it is what confounds.
    """
    import pandas as pd

    from chairs.demo.hospital import beds_of

    here = plan.parameters.hospital
    own = {
        "establishment": [here.finess],
        "legal_entity": [here.legal_entity],
        "name": [here.name],
        "kind": ["hospital"],
        "status": ["public"],
        "category": ["Centre hospitalier"],
        "region": [plan.parameters.regions[0]],
        "emergency": [True],
        "size": [float(beds_of(plan).sum())],
    }
    return pd.concat([pd.DataFrame(own), _hospitals(plan), _companies(plan)], ignore_index=True)


def _hospitals(plan: Plan) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    n, draw = max(8, round(HOSPITALS * plan.size)), plan.draw("hospitals")
    status = draw("status").choice(["public", "private_non_profit", "private_for_profit"], n, p=[0.5, 0.2, 0.3])
    scale = pd.Series(status).map({"public": 130, "private_non_profit": 80, "private_for_profit": 75}).to_numpy()
    size = np.clip(np.rint(scale * np.exp(0.85 * draw("size").standard_normal(n))), 15, 1300)
    chance = np.where(status == "public", np.where(size > 60, 0.92, 0.35), np.where(size > 90, 0.45, 0.12))
    category = {
        "public": "Centre hospitalier",
        "private_non_profit": "Établissement à but non lucratif",
        "private_for_profit": "Clinique",
    }
    rank = np.arange(1, n + 1)
    return pd.DataFrame(
        {
            "establishment": [f"99{1000 + k:07d}" for k in rank],
            "legal_entity": [f"99{9000 + k:07d}" for k in rank],
            "name": [f"Hôpital n° {k} {MARK}" for k in rank],
            "kind": "hospital",
            "status": status,
            "category": [category[s] for s in status],
            "region": draw("region").choice(plan.parameters.regions, n),
            "emergency": draw("emergency").random(n) < chance,
            "size": size,
        }
    )


def _companies(plan: Plan) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    n, draw = max(5, round(COMPANIES * plan.size)), plan.draw("companies")
    rank = np.arange(1, n + 1)
    return pd.DataFrame(
        {
            "establishment": [f"ENT{k:04d}" for k in rank],
            "legal_entity": [f"ENT{k:04d}" for k in rank],
            "name": [f"Entreprise n° {k} {MARK}" for k in rank],
            "kind": "company",
            "status": "private_for_profit",
            "category": draw("sector").choice(["Industrie", "Services", "Commerce", "Transport"], n),
            "region": draw("region").choice(plan.parameters.regions, n),
            "emergency": False,
            "size": np.clip(np.rint(120 * np.exp(0.8 * draw("size").standard_normal(n))), 20, 1500),
        }
    )


def draw_levels(plan: Plan, planted: Planted, sites: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the indicators of the sites of one kind, wished for before they become whole quantities.

    Rows are (establishment, period); each indicator follows its line of `exposures` in `truths.yaml`.
    """
    import pandas as pd

    those, years = (
        sites[(sites["kind"] == kind) & (sites["establishment"] != plan.parameters.hospital.finess)],
        years_of(plan),
    )
    index = pd.MultiIndex.from_product([those["establishment"], map(str, years)], names=["establishment", "period"])
    draw = plan.draw("levels", kind)
    columns = {name: _level(partial(draw, name), it, those, len(years)) for name, it in planted.exposures[kind].items()}
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)


def _level(draw: Draw, it: Exposure, those: pd.DataFrame, years: int) -> np.ndarray:
    import numpy as np

    lucrative = (those["status"] == "private_for_profit") & (those["kind"] == "hospital")
    site = it.base + it.doubling * np.log2(those["size"].to_numpy() / 100)
    site = site + it.for_profit * lucrative.to_numpy()
    site = site + it.non_profit * (those["status"] == "private_non_profit").to_numpy()
    site = site + it.emergency * those["emergency"].to_numpy(dtype=float)
    site = site + it.between * draw("site").standard_normal(len(those))
    level: np.ndarray = site[:, None] + it.within * draw("year").standard_normal((len(those), years))
    bounded: np.ndarray = np.clip(level, it.low, it.high)
    return bounded
