"""Reference sets of monitoring: XmR charts, funnels, data envelopment analysis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

NAMES = {
    "common": "Common Cause",
    "above_limit": "Above UCL",
    "below_limit": "Below LCL",
    "run_above": "7 Points Above CL",
    "run_below": "7 Points Below CL",
    "two_of_three_above": "2 in 3 Above CL",
    "two_of_three_below": "2 in 3 Below CL",
    "trend_up": "7 Point Trend (Increasing)",
    "trend_down": "7 Point Trend (Decreasing)",
}
LIMITS = ("l95", "u95", "l998", "u998")
POINTS = {"common": "common_cause", "improvement": "special_cause_improvement", "concern": "special_cause_concern"}


def _spc(folder: Path, reference: Any) -> dict[str, Any]:
    import numpy as np
    import pandas as pd

    from chairs.stats.control_charts import xmr
    from chairs.stats.special_causes import NEAR

    def points(name: str) -> list[dict[str, Any]]:
        data = pd.read_csv(folder / f"spc_xmr__{name}.csv")
        chart = xmr(data["y"].tolist())
        y, mean, low, high = (np.array(v) for v in (chart.points, chart.mean, chart.low, chart.high))
        outside = (y > high) | (y < low)
        close = (np.abs(y - mean) > NEAR * (high - mean)) & ~outside
        kinds = chart.variation(1)
        return [
            {
                "x": data["x"][i],
                "y": y[i],
                "rebase_group": chart.phases[i],
                "mean_col": mean[i],
                "lpl": low[i],
                "upl": high[i],
                "outside_limits": bool(outside[i]),
                "close_to_limits": bool(close[i]),
                "special_cause_type": NAMES[chart.causes[i]],
                "point_type": POINTS[kinds[i]],
            }
            for i in range(len(y))
        ]

    def limits(places: tuple[int, ...] = (0,), **options: Any) -> list[dict[str, Any]]:
        chart = xmr(pd.read_csv(folder / "spc_xmr__ae.csv")["y"].tolist(), **options)
        rows = [{"mean_col": chart.mean[i], "lpl": chart.low[i], "upl": chart.high[i]} for i in places]
        return [{"rebase_group": chart.phases[i], **row} for i, row in zip(places, rows, strict=True)]

    def without_group(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{key: value for key, value in row.items() if key != "rebase_group"} for row in rows]

    return {
        "ae_screened": points("ae"),
        "sim_screened": points("sim"),
        "ae_unscreened_limits": without_group(limits(screened=False)),
        "ae_rebased_at_13": limits((0, 12), rebase_at=[12]),
        "ae_fixed_after_12": without_group(limits(fix_after=12)),
    }


def _topbox(folder: Path, reference: Any) -> dict[str, Any]:
    import numpy as np
    import pandas as pd

    from chairs.stats.funnel import proportions, winsorised

    data = pd.read_csv(folder / reference["data_files"][0])
    found = proportions(data["numerator"], data["denominator"])
    n, target = data["denominator"].to_numpy(), found.target
    normal = (found.observed - target) / np.sqrt(target * (1 - target) / n)
    phi = float((winsorised(normal) ** 2).mean())
    exact = zip(data["id"], found.low95, found.high95, found.low998, found.high998, strict=True)
    return {
        "target": target,
        "exact_binomial": [dict(zip(("id", "l025", "u975", "l001", "u999"), row, strict=True)) for row in exact],
        "normal_z": normal.tolist(),
        "winsorised_phi_normal": phi,
        "multiplicative_z": (normal / np.sqrt(phi)).tolist(),
        "additive": {
            "transform": "arcsin sqrt",
            "z": found.z.tolist(),
            "winsorised_z": winsorised(found.z).tolist(),
            "phi": found.phi,
            "tau2": found.tau2,
            "limits": [dict(zip(LIMITS, row, strict=True)) for row in found.adjusted_limits.tolist()],
            "z_adjusted": found.adjusted_z.tolist(),
        },
    }


def _ratio(folder: Path, reference: Any) -> dict[str, Any]:
    import pandas as pd

    from chairs.stats.funnel import exact_ratio_interval, ratios

    data = pd.read_csv(folder / reference["data_files"][0])
    found = ratios(data["observed"], data["expected"])
    low, high = exact_ratio_interval(data["observed"], data["expected"])
    rows = zip(found.low95, found.high95, found.low998, found.high998, strict=True)
    return {
        "limits": [dict(zip(LIMITS, row, strict=True)) for row in rows],
        "ci95": [{"lo": a, "hi": b} for a, b in zip(low, high, strict=True)],
    }


def _dea(folder: Path, reference: Any) -> dict[str, Any]:
    import pandas as pd

    from chairs.stats.frontier import efficiency

    columns = {"stores": (1, 1), "six": (2, 1), "hospitals": (2, 2)}
    found = {}
    for name, (inputs, outputs) in columns.items():
        data = pd.read_csv(folder / f"dea_cooper_textbook__{name}.csv")
        x = data.iloc[:, 1 : 1 + inputs].to_numpy(float)
        y = data.iloc[:, 1 + inputs : 1 + inputs + outputs].to_numpy(float)
        crs, vrs = efficiency(x, y, returns="constant"), efficiency(x, y, returns="variable")
        found[name] = {
            "dmu": data.iloc[:, 0].tolist(),
            "crs_input": crs.tolist(),
            "crs_output_phi": efficiency(x, y, returns="constant", direction="output").tolist(),
            "vrs_input": vrs.tolist(),
            "vrs_output_phi": efficiency(x, y, returns="variable", direction="output").tolist(),
            "drs_input": efficiency(x, y, returns="decreasing").tolist(),
            "scale_efficiency_input": (crs / vrs).tolist(),
        }
    return found


CASES = {
    "spc_xmr": _spc,
    "funnel_topbox": _topbox,
    "funnel_smr_ratio": _ratio,
    "dea_cooper_textbook": _dea,
}
