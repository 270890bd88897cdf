"""Which items measure which factors: a measurement model, written in the usual `factor =~ item + item` lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chairs.core.errors import Problem, SettingError, problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A measurement model.

    Parameters
    ----------
    factors
        Factor -> its items; an item may load on several.
    residuals
        Pairs of items whose errors are correlated beyond the factors.
    orthogonal
        Are the factors uncorrelated?
    """

    factors: Mapping[str, tuple[str, ...]]
    residuals: tuple[tuple[str, str], ...] = ()
    orthogonal: bool = False

    @property
    def items(self) -> tuple[str, ...]:
        """Return the items, each once, in the order of the factors."""
        return tuple(dict.fromkeys(item for items in self.factors.values() for item in items))


def one_factor(items: Iterable[str], name: str = "f") -> Model:
    """Return the model in which one factor carries all the items."""
    return Model(factors={name: tuple(items)})


def parse(text: str) -> Model:
    """Return the model that `text` writes, one line a factor or a pair of correlated errors.

    Raises
    ------
    SettingError
        With the line, when it is neither `factor =~ item + item` nor `item ~~ item`.

    Examples
    --------
    >>> parse("care =~ a + b + c; a ~~ b")
    Model(factors={'care': ('a', 'b', 'c')}, residuals=(('a', 'b'),), orthogonal=False)
    >>> parse("care = a + b")
    Traceback (most recent call last):
    ...
    chairs.core.errors.SettingError: model, row 1: neither a factor nor a pair of items. Remedy: write “factor =~ \
item + item” or “item ~~ item”.
    """
    factors: dict[str, tuple[str, ...]] = {}
    residuals: list[tuple[str, str]] = []
    for row, line in enumerate(text.replace(";", "\n").splitlines(), start=1):
        stripped = line.split("#")[0].strip()
        if not stripped:
            continue
        left, mark, right = stripped.partition("=~" if "=~" in stripped else "~~")
        names = tuple(name.strip() for name in right.split("+"))
        if not mark or not left.strip() or not all(names) or (mark == "~~" and len(names) > 1):
            raise SettingError((_unreadable(row),))
        if mark == "=~":
            factors[left.strip()] = (*factors.get(left.strip(), ()), *names)
        else:
            residuals.append((left.strip(), names[0]))
    model = Model(factors=factors, residuals=tuple(residuals))
    strange = sorted({name for pair in residuals for name in pair} - set(model.items))
    if strange or not factors:
        raise SettingError((_not_measured(strange),))
    return model


def _unreadable(row: int) -> Problem:
    return problem(
        "ni un facteur ni un couple de questions",
        "neither a factor nor a pair of items",
        file="model",
        row=row,
        remedy=("écrire « facteur =~ question + question » ou « question ~~ question »",
                "write “factor =~ item + item” or “item ~~ item”"),
    )  # fmt: skip


def _not_measured(names: list[str]) -> Problem:
    listed = ", ".join(names) or "–"
    return problem(
        f"aucun facteur ne porte : {listed}",
        f"no factor carries: {listed}",
        file="model",
        remedy=("placer ces questions sous un facteur", "put these items under a factor"),
    )
