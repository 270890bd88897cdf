"""The effect of each what-if, by running the generator again with that change: `python -m chairs.demo.truths`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chairs.core.records import build, read_yaml
from chairs.demo.changes import NONE, Changes
from chairs.demo.parameters import HERE

if TYPE_CHECKING:
    import numpy as np

FILE = HERE / "truths.yaml"
MARK = "# What follows is written by the program; do not edit."
RUNS: Mapping[str, Mapping[str, Any]] = {
    "full": {"size": 1.0, "seeds": list(range(1, 13))},  # the planted effects
    "small": {"size": 0.1, "seeds": [1, 2, 3]},  # a quick check that the numbers can be had again
}
DECIMALS = 4

Effects = dict[str, dict[str, dict[str, float]]]


def what_ifs() -> dict[str, Changes]:
    """Return the changes that `truths.yaml` plants, by name.

    Examples
    --------
    >>> what_ifs()["ward_closed"].closed
    ('INF',)
    """
    listed = read_yaml(FILE)["what_ifs"]
    return {name: build(Changes, it["changes"], f"demo/truths.yaml, {name}") for name, it in listed.items()}


def effects(seeds: Sequence[int], size: float) -> Effects:
    """Return the effect of each what-if on each measure, with its Monte-Carlo standard error.

    Parameters
    ----------
    seeds
        One pair of runs (without and with the change, common random numbers) for each.
    size
        Dial of the territory.

    Returns
    -------
    dict
        What-if (and `as_is`, the level without change) to measure to `mean` and `se`: the mean over the
        seeds of the difference, and its standard deviation over the square root of their number.
    """
    import numpy as np

    without = [_run(seed, size, NONE) for seed in seeds]
    found = {"as_is": _summary({name: np.array([run[name] for run in without]) for name in without[0]})}
    for name, changes in what_ifs().items():
        with_change = [_run(seed, size, changes) for seed in seeds]
        pairs = list(zip(without, with_change, strict=True))
        found[name] = _summary({key: np.array([b[key] - a[key] for a, b in pairs]) for key in without[0]})
    return found


def _run(seed: int, size: float, changes: Changes) -> dict[str, float]:
    from chairs.demo.hospital import run_hospital
    from chairs.demo.measures import measure
    from chairs.demo.plan import make_plan

    plan = make_plan(seed=seed, size=size, changes=changes)
    return measure(plan, run_hospital(plan))


def _summary(values: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    return {
        name: {
            "mean": round(float(of_seed.mean()), DECIMALS),
            "se": round(float(of_seed.std(ddof=1) / len(of_seed) ** 0.5), DECIMALS),
        }
        for name, of_seed in values.items()
    }


def as_yaml(runs: Mapping[str, Mapping[str, Any]], results: Mapping[str, Effects]) -> str:
    """Return the last part of `truths.yaml`: one line a measure."""
    lines = [MARK, "what_if_effects:"]
    for name, run in runs.items():
        lines += [f"  {name}:", f"    size: {run['size']}", f"    seeds: {run['seeds']}", "    effects:"]
        for change, measures in results[name].items():
            lines.append(f"      {change}:")
            lines += [f"        {key}: {{mean: {it['mean']}, se: {it['se']}}}" for key, it in measures.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run every what-if over the seeds of `RUNS` and write the effects into `truths.yaml` (about five minutes)."""
    from chairs.store.files import write_text

    text = FILE.read_text(encoding="utf-8").partition(MARK)[0].rstrip() + "\n\n"
    written = as_yaml(RUNS, {name: effects(run["seeds"], run["size"]) for name, run in RUNS.items()})
    write_text(FILE, text + written)
    sys.stdout.write(written)


if __name__ == "__main__":
    main()
