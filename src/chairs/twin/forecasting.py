"""A model that forecasts hour after hour: what does not change from one hour to the next is made once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

from chairs.twin.checking import check
from chairs.twin.compiling import compile_model
from chairs.twin.following import Followed, Map
from chairs.twin.model import Model
from chairs.twin.simulate import Simulation


@dataclass(frozen=True)
class Forecaster:
    """A model, that it can run, its map, and the places of those present at the last forecast.

    Whoever forecasts again and again keeps one; a forecast is the same to the byte as from the model alone. The
    program is written out anew each time: rates, rosters and holidays depend on the hour of the start.
    """

    model: Model
    _checked: set[float] = field(default_factory=set, init=False, repr=False, compare=False)

    @cached_property
    def followed(self) -> Followed:
        """The map of the model, and where those present were on it."""
        return Followed(Map(self.model))

    def run(self, start: dt.datetime, horizon: float, draws: tuple[int, int]) -> Simulation:
        """Return the futures of nobody yet; `draws` are their number and seed.

        Raises
        ------
        SettingError
            For a model that cannot run.
        """
        if horizon not in self._checked:
            check(self.model, horizon=horizon)
            self._checked.add(horizon)
        program = compile_model(self.model, start=start, horizon=horizon)
        return Simulation(program=program, replications=draws[0], seed=draws[1], warm_up=0.0, state=())
