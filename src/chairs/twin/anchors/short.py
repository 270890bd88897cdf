"""Short words to write a model in a few lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chairs.twin.durations import Duration, Durations, always
from chairs.twin.steps import Delay, Release, Route, Seize


def exponential(mean: float) -> Duration:
    """Return an exponential duration."""
    return Duration(kind="exponential", mean=mean)


def fixed(mean: float) -> Duration:
    """Return a duration that is always the same."""
    return Duration(kind="fixed", mean=mean)


def lognormal(mean: float, *, cv: float | None = None, sd: float | None = None) -> Duration:
    """Return a lognormal duration by its own mean and coefficient of variation or standard deviation."""
    return Duration(kind="lognormal", mean=mean, cv=(sd or 0.0) / mean if cv is None else cv)


def by_class(*durations: Duration) -> Durations:
    """Return one duration a class."""
    return Durations(by="class", rows=durations)


def seize(name: str, *resources: str, **more: Any) -> Seize:
    """Return the request of one unit of each resource at once."""
    return Seize(name=name, options=(dict.fromkeys(resources, 1),), **more)


def release(name: str, *resources: str, next: str | None = None) -> Release:
    """Return the end of the hold of some resources."""
    return Release(name=name, resources=resources, next=next)


def delay(name: str, duration: Duration | Durations, **more: Any) -> Delay:
    """Return a stay."""
    table = always(duration) if isinstance(duration, Duration) else duration
    return Delay(name=name, duration=table, **more)


def route(name: str, to: Mapping[str, float]) -> Route:
    """Return a random choice with the same probabilities for all."""
    return Route(name=name, to=tuple(to), probabilities=(tuple(to.values()),))


def route_by_class(name: str, to: tuple[str, ...], *lines: tuple[float, ...]) -> Route:
    """Return a random choice with one line of probabilities a class."""
    return Route(name=name, to=to, probabilities=lines, by="class")
