"""What a run shows: counts, mean times and time averages, by replication."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.compiling import Program
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory

if TYPE_CHECKING:
    import pandas as pd

BY_RESOURCE = ("in_use", "open", "waiting", "queue_share", "idle_share")


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of one replication, small enough to keep for thousands."""

    passes: np.ndarray  # step, class
    arrived: np.ndarray  # list of arrivals, class
    counts: np.ndarray  # sum, class
    totals: np.ndarray  # sum, class: total and total of squares
    within: np.ndarray  # limit, class
    resources: np.ndarray  # resource, BY_RESOURCE
    inside: int


def read_sums(memory: Memory, program: Program, *, visits_by_class: bool = True) -> Sums:
    """Read the sums of a replication that has ended; without visits by class, `passes` has one column for all."""
    passes = memory.table(code.AT_PASSES, len(program.rows))
    classes = len(program.model.classes)
    stations = memory.table(code.AT_STATIONS, code.S_WIDE)
    sums = memory.table(code.AT_STATIONS_X, code.SX_WIDE)
    end, warm_up = program.horizon, float(memory.x[code.WX_WARM_UP])
    queued = sums[:, code.SX_QUEUE_TIME] + np.where(
        stations[:, code.S_QUEUE] > 0, end - np.maximum(sums[:, code.SX_QUEUE_SINCE], warm_up), 0.0
    )
    idle = sums[:, code.SX_IDLE_TIME] + np.where(
        stations[:, code.S_BUSY] == 0, end - np.maximum(sums[:, code.SX_IDLE_SINCE], warm_up), 0.0
    )
    columns = [
        sums[:, code.SX_BUSY] + stations[:, code.S_BUSY] * end,
        sums[:, code.SX_CAPACITY] + stations[:, code.S_CAPACITY] * end,
        sums[:, code.SX_QUEUE] + stations[:, code.S_QUEUE] * end,
        queued,
        idle,
    ]
    return Sums(
        passes=passes.copy().T if visits_by_class else passes.sum(axis=0)[:, None],
        arrived=memory.table(code.AT_ARRIVED, classes).copy(),
        counts=memory.table(code.AT_TALLIES, classes).copy(),
        totals=memory.table(code.AT_TALLIES_X, code.TX_WIDE).reshape(-1, classes, code.TX_WIDE).copy(),
        within=memory.table(code.AT_WITHIN, classes).copy(),
        resources=np.column_stack(columns) / (end - warm_up),
        inside=int(memory.n[code.W_INSIDE]),
    )


@dataclass(frozen=True)
class Measures:
    """Measures of all replications.

    `values` gives one number a replication; `table` all of them as a data frame.

    Names of measures: `arrivals` of a list, `visits` of a step (how often patients came to it), `wait` at a seizing
    step, `stay` (time in the hospital) by leaving step, any `measure` of a tally step with its count `measure:n` and,
    for each limit, `within:LIMIT`; of a resource `in_use`, `open`, `waiting` (time averages), `queue_share` and
    `idle_share` (shares of time with somebody waiting, with nobody served).
    """

    program: Program
    sums: tuple[Sums, ...]

    def values(self, measure: str, of: str, patient_class: str | None = None) -> np.ndarray:
        """Return one number a replication; not a number where nobody was counted.

        Parameters
        ----------
        measure
            `arrivals`, `visits`, `wait`, `stay`, `mean`, `n`, `within:LIMIT` or one of `BY_RESOURCE`.
        of
            The list, step, measure or resource concerned.
        patient_class
            One class only (measures of resources have none).
        """
        model = self.program.model
        cls = slice(None) if patient_class is None else [model.classes.index(patient_class)]
        if measure in BY_RESOURCE:
            place = [resource.name for resource in model.resources].index(of)
            return np.array([s.resources[place, BY_RESOURCE.index(measure)] for s in self.sums])
        if measure == "visits":
            place = [step.name for step in model.steps].index(of)
            return np.array([s.passes[place, cls].sum() for s in self.sums], dtype=float)
        if measure == "arrivals":
            place = [arrivals.name for arrivals in model.arrivals].index(of)
            return np.array([s.arrived[place, cls].sum() for s in self.sums], dtype=float)
        return self._tallied(measure, of, cls)

    def _tallied(self, measure: str, of: str, cls: slice | list[int]) -> np.ndarray:
        kind = measure if measure in ("wait", "stay") else "measure"
        names = self.program.tallies
        place = names.index((kind, of)) if (kind, of) in names else [name for _, name in names].index(of)
        counts: np.ndarray = self._stacked("counts", place)[:, cls].sum(axis=1).astype(float)
        if measure == "n":
            return counts
        if measure.startswith("within:"):
            limit = self.program.within.index((of, float(measure.removeprefix("within:"))))
            totals = np.array([s.within[limit, cls].sum() for s in self.sums], dtype=float)
        else:
            totals = self._stacked("totals", place)[:, cls, code.TX_TOTAL].sum(axis=1)
        means: np.ndarray = np.divide(totals, counts, out=np.full(len(counts), np.nan), where=counts > 0)
        return means

    def _stacked(self, sums: str, place: int) -> np.ndarray:
        """Return one sum by replication and class, put together once."""
        if (sums, place) not in self._known:
            self._known[sums, place] = np.stack([getattr(s, sums)[place] for s in self.sums])
        return self._known[sums, place]

    @cached_property
    def _known(self) -> dict[tuple[str, int], np.ndarray]:
        return {}

    def names(self) -> list[tuple[str, str]]:
        """Return all (measure, of) pairs of the model."""
        model = self.program.model
        pairs = [("arrivals", arrivals.name) for arrivals in model.arrivals]
        pairs += [("visits", step.name) for step in model.steps]
        pairs += [(kind if kind != "measure" else "mean", name) for kind, name in self.program.tallies]
        pairs += [("n", name) for _, name in self.program.tallies]
        pairs += [(f"within:{limit:g}", name) for name, limit in self.program.within]
        return pairs + [(measure, resource.name) for resource in model.resources for measure in BY_RESOURCE]

    def table(self) -> pd.DataFrame:
        """Return mean, standard deviation between replications and standard error of each measure."""
        import pandas as pd

        lines = []
        for measure, of in self.names():
            values = self.values(measure, of)
            values = values[~np.isnan(values)]
            n = len(values)
            sd = float(values.std(ddof=1)) if n > 1 else float("nan")
            mean = float(values.mean()) if n else float("nan")
            lines.append((measure, of, mean, sd, sd / np.sqrt(n) if n > 1 else float("nan"), n))
        return pd.DataFrame(lines, columns=["measure", "of", "mean", "sd", "se", "replications"])
