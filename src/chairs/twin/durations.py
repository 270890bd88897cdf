"""How long things last: distributions named as the field names them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from chairs.core.errors import SettingError, problem

Kind = Literal[
    "never", "fixed", "exponential", "lognormal", "gamma", "weibull", "normal", "uniform", "empirical", "mixture"
]

_NEEDS: dict[str, tuple[str, ...]] = {
    "never": (),
    "fixed": ("mean",),
    "exponential": ("mean",),
    "lognormal": ("mean", "cv"),
    "gamma": ("mean", "cv"),
    "weibull": ("mean", "shape"),
    "normal": ("mean", "cv"),
    "uniform": ("least", "most"),
    "empirical": ("values",),
    "mixture": ("weights", "parts"),
}
_MAY = {"empirical": ("weights",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A distribution of durations, in the model's unit of time.

    Parameters
    ----------
    kind
        `never` (infinite: nobody in this line is concerned), `fixed`, `exponential`, `lognormal`, `gamma`,
        `weibull`, `normal` (negative values become 0), `uniform`, `empirical` (the values observed), `mixture`.
    mean, cv
        Mean and coefficient of variation (standard deviation / mean) of the duration itself, never of its
        logarithm.
    shape
        Shape of a Weibull duration; its scale follows from the mean.
    least, most
        Bounds of a uniform duration.
    values, weights
        What was observed and, if the values do not count alike, how much each counts.
    weights, parts
        Shares and components of a mixture.

    Raises
    ------
    SettingError
        For a parameter that is missing, out of place, negative or not a number.

    Examples
    --------
    >>> Duration(kind="lognormal", mean=25, cv=0.8).average()
    25
    >>> Duration(kind="gamma", mean=25)
    Traceback (most recent call last):
    ...
    chairs.core.errors.SettingError: duration "gamma": "cv" is missing. Remedy: give mean, cv.
    """

    kind: Kind
    mean: float | None = None
    cv: float | None = None
    shape: float | None = None
    least: float | None = None
    most: float | None = None
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    parts: tuple[Duration, ...] = ()

    def __post_init__(self) -> None:
        needed = _NEEDS.get(self.kind)
        if needed is None:
            raise _refuse(self.kind, "genre inconnu", "unknown kind", tuple(_NEEDS))
        given = [name for name in self.__slots__[1:] if getattr(self, name) not in (None, ())]
        for name in needed:
            if name not in given:
                raise _refuse(self.kind, f"« {name} » manque", f'"{name}" is missing', needed)
        for name in given:
            if name not in needed and name not in _MAY.get(self.kind, ()):
                raise _refuse(self.kind, f"« {name} » n'a pas de sens ici", f'"{name}" has no meaning here', needed)
        self._check_numbers()

    def _check_numbers(self) -> None:
        singles = [getattr(self, name) for name in ("mean", "cv", "shape", "least", "most")]
        numbers = [x for x in (*singles, *self.values, *self.weights) if x is not None]
        if not all(isinstance(x, int | float) and math.isfinite(x) and x >= 0 for x in numbers):
            raise _refuse(self.kind, "un nombre est négatif ou infini", "a number is negative or infinite")
        if self.kind in ("exponential", "lognormal", "gamma", "weibull") and not self.mean:
            raise _refuse(self.kind, "la moyenne est nulle", "the mean is zero")
        if self.kind in ("lognormal", "gamma") and not 1e-6 <= (self.cv or 0) <= 1e3:
            raise _refuse(self.kind, "cv hors de 1e-6 à 1000", "cv is outside 1e-6 to 1000")
        if self.kind == "weibull" and not 0.05 <= (self.shape or 0) <= 1e3:
            raise _refuse(self.kind, "forme hors de 0,05 à 1000", "shape is outside 0.05 to 1000")
        if self.kind == "uniform" and (self.least or 0) > (self.most or 0):
            raise _refuse(self.kind, "« least » dépasse « most »", '"least" exceeds "most"')
        shared = self.parts if self.kind == "mixture" else self.values
        if self.weights and (len(self.weights) != len(shared) or abs(sum(self.weights) - 1) > 1e-6):
            raise _refuse(
                self.kind, "il faut un poids par élément, de somme 1", "one weight an element is needed, summing to 1"
            )
        if any(part.kind in ("mixture", "never") for part in self.parts):
            raise _refuse(self.kind, "une partie est un mélange ou sans fin", "a part is a mixture or never ends")

    def average(self) -> float:
        """Return the mean duration (infinite for `never`), in the model's unit of time."""
        if self.kind == "never":
            return math.inf
        if self.kind == "uniform":
            return ((self.least or 0) + (self.most or 0)) / 2
        if self.kind == "empirical":
            weights = self.weights or (1 / len(self.values),) * len(self.values)
            return sum(w * x for w, x in zip(weights, self.values, strict=True))
        if self.kind == "mixture":
            return sum(w * part.average() for w, part in zip(self.weights, self.parts, strict=True))
        return self.mean or 0.0

    def survival(self, elapsed: float) -> float:
        """Return the probability that the duration exceeds `elapsed`.

        Examples
        --------
        >>> round(Duration(kind="exponential", mean=2).survival(2), 4)
        0.3679
        """
        if elapsed < 0 or self.kind == "never":
            return 1.0
        if self.kind == "mixture":
            return sum(w * part.survival(elapsed) for w, part in zip(self.weights, self.parts, strict=True))
        if self.kind == "empirical":
            weights = self.weights or (1 / len(self.values),) * len(self.values)
            return sum(w for w, x in zip(weights, self.values, strict=True) if x > elapsed)
        return _survival(self, elapsed)


def _survival(duration: Duration, elapsed: float) -> float:
    mean, cv = duration.mean or 0.0, duration.cv or 0.0
    if duration.kind == "fixed":
        result = float(elapsed < mean)
    elif duration.kind == "uniform":
        least, most = duration.least or 0.0, duration.most or 0.0
        result = 1.0 if elapsed < least else 0.0 if elapsed >= most else (most - elapsed) / (most - least)
    elif duration.kind == "normal":
        result = _upper_tail((elapsed - mean) / (mean * cv)) if mean * cv > 0 else float(elapsed < mean)
    elif elapsed == 0:
        result = 1.0
    elif duration.kind == "exponential":
        result = math.exp(-elapsed / mean)
    elif duration.kind == "lognormal":
        sigma = math.sqrt(math.log1p(cv * cv))
        result = _upper_tail((math.log(elapsed / mean) + sigma * sigma / 2) / sigma)
    elif duration.kind == "weibull":
        shape = duration.shape or 1.0
        result = math.exp(-((elapsed / (mean / math.gamma(1 + 1 / shape))) ** shape))
    else:
        from scipy.special import gammaincc

        result = float(gammaincc(1 / cv**2, elapsed / (mean * cv**2)))
    return result


def _upper_tail(z: float) -> float:
    return math.erfc(z / math.sqrt(2)) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """One duration, or a table of them chosen by class, attribute, visit, hour or queue.

    Parameters
    ----------
    by
        `all`, `class`, `visit` (first, second, … time here; the last line also counts for later ones), `hour`
        (24 lines, local time), `weekday` (7, Monday first), `hour_of_week` (168 lines), `attribute:NAME` or
        `queue:RESOURCE` (number waiting there: 0, 1, …; the last line also counts for longer queues).
    rows
        One line for each value of `by`.
    """

    rows: tuple[Duration, ...]
    by: str = "all"


def always(duration: Duration) -> Durations:
    """Return the table that gives everybody the same distribution."""
    return Durations(rows=(duration,))


def _refuse(kind: str, fr: str, en: str, needed: tuple[str, ...] = ()) -> SettingError:
    remedy = (f"donner {', '.join(needed)}", f"give {', '.join(needed)}") if needed else None
    return SettingError((problem(f"durée « {kind} » : {fr}", f'duration "{kind}": {en}', remedy=remedy),))
