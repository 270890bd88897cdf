"""How an item is asked: of whom, and its answer scale (points of each code, codes without points, best and worst)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Missing = Literal["not_concerned", "does_not_know", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """An item is asked only of those who answered `item` with one of `answers`."""

    item: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One set of answers.

    Parameters
    ----------
    answers
        Points of each answer code; equal points are allowed (an answer "no possibility to ask" counted as the worst).
    missing
        Reason of each code without points.
    top, bottom
        Answers counted as best and as worst by the shares (`points: top`, `net`); none: those with the most, the
        fewest points.
    """

    answers: Mapping[str, float]
    missing: Mapping[str, Missing] = field(default_factory=dict)
    top: tuple[str, ...] = ()
    bottom: tuple[str, ...] = ()

    def best(self, turned: bool) -> tuple[str, ...]:
        """Return the answers counted as best; those counted as worst when the item is `turned`."""
        if turned:
            return self.bottom or self._at(min(self.answers.values()))
        return self.top or self._at(max(self.answers.values()))

    def _at(self, points: float) -> tuple[str, ...]:
        return tuple(code for code, value in self.answers.items() if value == points)

    def flaws(self) -> list[tuple[str, str]]:
        """Return what the scale says against itself, in French and English."""
        found = []
        for code in sorted(set(self.answers) & set(self.missing)):
            found.append(
                (f"le code « {code} » a des points et une raison d'absence", f'code "{code}" has points and a reason')
            )
        if len(set(self.answers.values())) < 2:
            found.append(("une échelle a au moins deux réponses", "a scale has at least two answers"))
        for code in sorted({*self.top, *self.bottom} - set(self.answers)):
            found.append((f"le code « {code} » n'a pas de points", f'code "{code}" has no points'))
        if set(self.top) & set(self.bottom):
            found.append(("une réponse est à la fois la meilleure et la pire", "an answer is both best and worst"))
        return found
