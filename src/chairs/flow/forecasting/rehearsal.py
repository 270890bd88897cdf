"""One series forecast from any of its moments: models fitted before it, tried at earlier moments, then combined."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chairs.flow.forecasting.blend import blend
from chairs.flow.forecasting.boosting import Boosted, fit_boosted
from chairs.flow.forecasting.days import Place
from chairs.flow.forecasting.expected import Clock, clock_of, expected, slow_level
from chairs.flow.forecasting.level import Levels, fit_levels, pairs
from chairs.flow.forecasting.smoothing import Smoothed, fit_smoothing, seasonal_naive
from chairs.flow.forecasting.spread import Around, Spread, fit_around, fit_spread, spread_alike

if TYPE_CHECKING:
    import numpy as np

    from chairs.flow.forecasting.grain import Grain
    from chairs.flow.forecasting.series import Series

BASELINES = ("ets", "snaive")
MEMBERS = {"h": ("level", "boosted"), "d": ("level", "boosted", "ets"), "w": ("level", "ets"), "m": ("level", "ets")}
RARELY = 4  # blocks between two growths of the trees, which change little and cost most
FEWEST = 30  # past errors under which a group of leads borrows those of all leads, and all leads those of the fit
WITHIN = 5_000  # errors of the fit itself that then stand in


def models_of(step: Grain) -> tuple[str, ...]:
    """Return the models of a step of time: the combination, its members, the baselines.

    Examples
    --------
    >>> from chairs.flow.forecasting.grain import grain
    >>> models_of(grain("m"))
    ('combined', 'level', 'ets', 'snaive')
    """
    return tuple(dict.fromkeys(("combined", *MEMBERS[step.name], *BASELINES)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forecast:
    """The forecast of one model at one origin: a mean (leads,) and its spread by group of leads."""

    mean: np.ndarray
    spreads: tuple[tuple[int, int, Spread | Around], ...]

    def quantiles(self, levels: np.ndarray) -> np.ndarray:
        """Return the quantiles (leads, levels), never crossing."""
        import numpy as np

        return np.concatenate([spread.quantiles(self.mean[a:b], levels) for a, b, spread in self.spreads])

    def probability(self, observed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of less than, and of at most, what was observed (leads,)."""
        import numpy as np

        parts = [spread.probability(self.mean[a:b], observed[a:b]) for a, b, spread in self.spreads]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


@dataclass(slots=True, kw_only=True, eq=False)
class Forecaster:
    """Forecasts one series; what was fitted is kept, since every fit depends on the past of its own step alone.

    Parameters
    ----------
    latest
        The last origin that will be asked for; it may lie after the end of the series.
    """

    series: Series
    places: tuple[Place, ...]
    horizon: int
    latest: int
    clock: Clock = field(init=False)
    seen: np.ndarray = field(init=False)
    fits: dict[int, Levels] = field(default_factory=dict)
    smoothed: dict[int, Smoothed | None] = field(default_factory=dict)
    trees: dict[int, Boosted | None] = field(default_factory=dict)
    tried: dict[tuple[str, int], np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        import numpy as np

        end = max(len(self.series.observed), self.latest) + self.horizon
        self.clock = clock_of(self.series, self.places, end)
        self.seen = np.full(end, np.nan)
        self.seen[: len(self.series.observed)] = self.series.observed

    def forecasts(self, origin: int, models: tuple[str, ...] = ("combined",)) -> dict[str, Forecast]:
        """Return the forecasts made when the steps before `origin` are known, of those models that exist there.

        Past origins whose targets are all or partly known lend their errors to the weights and intervals.
        """
        import numpy as np

        past = self._past(origin)
        members = MEMBERS[self.series.step.name] if "combined" in models else ()
        wanted = dict.fromkeys((*(m for m in models if m != "combined"), *members))
        known = {m: np.array([self.mean(m, o) for o in [*past, origin]]) for m in wanted}
        known = {m: means for m, means in known.items() if not np.isnan(means[-1]).any()}
        observed = self._observed(past, origin)
        if "combined" in models:
            known = {"combined": self._combined(known, observed), **known}
        return {m: self._spread(m, known[m], observed, origin) for m in models if m in known}

    def _past(self, origin: int) -> list[int]:
        step = self.series.step
        last = (origin - 1) // step.stride * step.stride
        origins = [last - i * step.stride for i in range(step.rehearsals)]
        return [o for o in reversed(origins) if step.fitted(o) >= step.shortest]

    def _observed(self, past: list[int], origin: int) -> np.ndarray:
        """Return what came (past, leads), missing from `origin` on."""
        import numpy as np

        targets = np.array(past, dtype=int)[:, None] + np.arange(self.horizon)
        return np.where(targets < origin, self.seen[np.minimum(targets, origin - 1)], np.nan)

    def mean(self, model: str, origin: int) -> np.ndarray:
        """Return the mean forecast of one model at one origin (leads,), missing where the model does not exist yet."""
        key = (model, origin)
        if key not in self.tried:
            self.tried[key] = self._means(model, origin)
        return self.tried[key]

    def _means(self, model: str, origin: int) -> np.ndarray:
        import numpy as np

        leads = np.arange(self.horizon)
        origins = np.full(self.horizon, origin)
        step = self.series.step
        if model == "snaive":
            season = step.season if origin >= step.season else step.naive
            return seasonal_naive(self.seen[:origin], season, origins, leads)
        levels = self._fit(step.fitted(origin))
        if model == "level":
            return levels.predict(origins, leads)
        if model == "ets":
            smoothed = self._smoothed(step.fitted(origin))
            return np.full(self.horizon, np.nan) if smoothed is None else smoothed.predict(origins, leads)
        grown = self._grown(step.fitted(origin) // (RARELY * step.block) * RARELY * step.block)
        return np.full(self.horizon, np.nan) if grown is None else grown.predict(levels, origins, leads)

    def _fit(self, fitted: int) -> Levels:
        if fitted not in self.fits:
            step = self.series.step
            mean = expected(self.seen[:fitted], step, self.clock)
            mean = mean * slow_level(self.seen, mean, step, fitted)
            self.fits[fitted] = fit_levels(self.seen, mean, step, fitted, self.horizon)
        return self.fits[fitted]

    def _smoothed(self, fitted: int) -> Smoothed | None:
        if fitted not in self.smoothed:
            self.smoothed[fitted] = fit_smoothing(self.seen, self._fit(fitted).mean, self.series.step, fitted)
        return self.smoothed[fitted]

    def _grown(self, fitted: int) -> Boosted | None:
        if fitted not in self.trees:
            step = self.series.step
            enough = fitted >= 2 * RARELY * step.block
            levels = self._fit(fitted) if enough else None
            self.trees[fitted] = (
                fit_boosted(levels, self.clock, step, fitted, self.horizon) if levels is not None else None
            )
        return self.trees[fitted]

    def _combined(self, known: dict[str, np.ndarray], observed: np.ndarray) -> np.ndarray:
        import numpy as np

        members = [m for m in MEMBERS[self.series.step.name] if m in known]
        stacked = np.stack([known[m] for m in members], axis=-1)  # (past + 1, leads, models)
        combined = np.empty(stacked.shape[:2])
        for first, last in self.series.step.groups(self.horizon):
            past, seen = stacked[:-1, first:last].reshape(-1, len(members)), observed[:, first:last].ravel()
            there = ~np.isnan(seen) & ~np.isnan(past).any(axis=1)
            weights = blend(past[there], seen[there])
            whole = np.nan_to_num(stacked[:, first:last]) @ weights
            usual = np.nanmean(stacked[:, first:last], axis=-1)
            combined[:, first:last] = np.where(np.isnan(stacked[:, first:last]).any(axis=-1), usual, whole)
        return combined

    def _spread(self, model: str, means: np.ndarray, observed: np.ndarray, origin: int) -> Forecast:
        import numpy as np

        means = np.maximum(means, 0.0 if model in BASELINES else 1e-6)
        history = self.seen[:origin]
        whole = bool((history[~np.isnan(history)] % 1 == 0).all())
        spreads = []
        age = np.repeat(np.linspace(1.0, 0.0, max(len(observed), 1))[: len(observed), None], self.horizon, axis=1)
        there = ~np.isnan(observed) & ~np.isnan(means[:-1])
        groups = self.series.step.groups(self.horizon)
        alike = model not in BASELINES and spread_alike(means[:-1], np.where(there, observed, np.nan), groups)
        for first, last in groups:
            used = there.copy()
            if not alike:
                used[:, :first], used[:, last:] = False, False
            used = used if used.sum() >= FEWEST else there
            known = (means[:-1][used], observed[used], age[used]) if used.sum() >= FEWEST else self._within(origin)
            forecasts = int(used.any(axis=1).sum()) if used.sum() >= FEWEST else 0
            baseline = model in BASELINES
            spread = fit_around(*known) if baseline else fit_spread(*known, whole=whole, forecasts=forecasts)
            spreads.append((first, last, spread))
        return Forecast(mean=means[-1], spreads=tuple(spreads))

    def _within(self, origin: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the errors of the fit on its own history, for a series too short to be rehearsed."""
        import numpy as np

        fitted = self.series.step.fitted(origin)
        levels = self._fit(fitted)
        least = 25 if self.series.step.name == "h" else 1  # levels of the same hour need a day
        origins, leads = pairs(max(fitted // 2, least), fitted, (0, self.horizon), WITHIN)
        if not len(origins):  # the horizon is longer than half the history: the errors one step ahead stand in
            origins, leads = pairs(least, fitted, (0, 1), WITHIN)
        seen = self.seen[origins + leads]
        there = ~np.isnan(seen)
        return levels.predict(origins[there], leads[there]), seen[there], np.zeros(int(there.sum()))
