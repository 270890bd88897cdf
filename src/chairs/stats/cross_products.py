"""Additive sums of products per establishment: all that linear models of clustered answers need to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem

if TYPE_CHECKING:
    import numpy as np

INTERCEPT = "(intercept)"
NOTHING = 1e-12  # share of a sum of squares about the mean left by a model, under which it reproduces the data
ALIASED = 1e-9  # share of a column's sum of squares left by the columns before it, under which it is determined


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossProducts:
    r"""Sums of products :math:`P_j = [1\,X\,y]_j' W_j [1\,X\,y]_j` of each establishment `j`.

    They add up over files, machines and years, hold no person's row, and are enough for pooled, fixed-effect,
    random-effect, within/between and random-slope models and for their cluster-robust errors.

    Parameters
    ----------
    columns
        The intercept first, then the covariates, the outcome last.
    shift
        What was subtracted from each column before multiplying, shape (columns,), in the column's unit; it keeps the
        sums exact when a mean is large beside a spread (a year, an amount in euros).
    clusters, rows
        Names of the establishments, sorted, and their numbers of complete rows, shape (establishments,).
    weighted, log_weights
        Whether rows carry weights, and the sum of the logarithms of the weights (for likelihoods).
    products
        Shape (establishments, columns, columns), symmetric.
    classes, references
        The 0/1 columns of factors, and those of their first levels, which models leave out.
    """

    columns: tuple[str, ...]
    shift: np.ndarray
    clusters: tuple[str, ...]
    rows: np.ndarray
    products: np.ndarray
    weighted: bool = False
    log_weights: float = 0.0
    classes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """Name of the outcome."""
        return self.columns[-1]

    @property
    def n(self) -> int:
        """Complete rows over all establishments."""
        return int(self.rows.sum())

    @property
    def terms(self) -> tuple[str, ...]:
        """Covariates in their order, reference levels left out."""
        return tuple(c for c in self.columns[1:-1] if c not in self.references)

    def position(self, column: str) -> int:
        """Return where `column` stands among the columns."""
        return self.columns.index(column)

    def selected(self, columns: Sequence[str]) -> CrossProducts:
        """Return the same sums for some columns, in the order given (the intercept and the outcome included)."""
        import numpy as np

        kept = [self.position(c) for c in columns]
        return replace(
            self,
            columns=tuple(columns),
            shift=self.shift[kept],
            products=self.products[np.ix_(range(len(self.rows)), kept, kept)],
            references=tuple(c for c in self.references if c in columns),
        )

    def mapped(self, maps: np.ndarray, columns: Sequence[str], shift: np.ndarray | None = None) -> CrossProducts:
        """Return the sums of new columns that are, in each establishment, combinations of the present ones.

        `maps` has shape (establishments or 1, columns, new columns).
        """
        import numpy as np

        products = np.swapaxes(maps, 1, 2) @ self.products @ maps
        return replace(
            self,
            columns=tuple(columns),
            shift=np.zeros(len(columns)) if shift is None else shift,
            products=(products + np.swapaxes(products, 1, 2)) / 2,
            references=tuple(c for c in self.references if c in columns),
        )

    def unshifted(self) -> CrossProducts:
        """Return the sums in the columns' own units, with nothing subtracted."""
        import numpy as np

        back = np.eye(len(self.columns))
        back[0] += self.shift
        return self.mapped(back[None], self.columns)

    def means(self) -> np.ndarray:
        """Return the (weighted) mean of each column in each establishment, shift still subtracted."""
        means: np.ndarray = self.products[:, 0, :] / self.products[:, :1, 0]
        return means

    def spread(self) -> np.ndarray:
        """Return the sum of squares of each column about its mean (of the intercept: the sum of weights)."""
        import numpy as np

        total = self.products.sum(axis=0)
        about: np.ndarray = np.diag(total) - total[0] ** 2 / total[0, 0]
        about[0] = total[0, 0]
        return about

    def within(self) -> CrossProducts:
        """Return the sums of deviations from the establishment's (weighted) means; the intercept becomes zero."""
        centred = self.products - (self.products[:, :, :1] @ self.products[:, :1, :]) / self.products[:, :1, :1]
        centred[:, 0, :] = 0
        centred[:, :, 0] = 0
        return replace(self, products=centred)

    def split(self, covariates: Sequence[str]) -> CrossProducts:
        """Replace each of `covariates` by its deviation from the establishment's mean and that mean.

        The new columns are called `name (within)` and `name (between)`; a random-intercept model with both gives the
        two slopes, and their difference is the contextual effect (Raudenbush & Bryk 2002, ch. 5). A deviation that is
        rounding only counts as none: the column does not change within establishments.
        """
        import numpy as np

        means, maps, names, shift = self.means(), [], [], []
        for k, name in enumerate(self.columns):
            column = np.zeros((len(self.rows), len(self.columns)))
            column[:, k] = 1
            if name not in covariates:
                maps.append(column)
                names.append(name)
                shift.append(self.shift[k])
                continue
            between = np.zeros_like(column)
            between[:, 0] = means[:, k]
            maps += [column - between, between]
            names += [f"{name} (within)", f"{name} (between)"]
            shift += [0.0, self.shift[k]]
        done = self.mapped(np.stack(maps, axis=2), names, np.array(shift))
        products, spread = done.products.copy(), self.spread()
        for name in covariates:
            k = done.position(f"{name} (within)")
            if products[:, k, k].sum() <= ALIASED * spread[self.position(name)]:
                products[:, k, :] = products[:, :, k] = 0.0
        return replace(done, products=products)


def merged(parts: Sequence[CrossProducts]) -> CrossProducts:
    """Add the sums of several files or machines, establishment by establishment.

    Raises
    ------
    SettingError
        If the parts do not hold the same columns in the same order.
    """
    import numpy as np

    first = parts[0]
    if any(part.columns != first.columns or part.weighted != first.weighted for part in parts):
        raise SettingError(
            (
                problem(
                    "les sommes à réunir n'ont pas les mêmes colonnes",
                    "the sums to merge do not have the same columns",
                    remedy=("nommer les mêmes covariables partout", "name the same covariates everywhere"),
                ),
            )
        )
    names = sorted({name for part in parts for name in part.clusters})
    place = {name: i for i, name in enumerate(names)}
    width = len(first.columns)
    rows, products = np.zeros(len(names), dtype=np.int64), np.zeros((len(names), width, width))
    for part in parts:
        moved = np.eye(width)
        moved[0] += part.shift - first.shift
        at = [place[name] for name in part.clusters]
        rows[at] += part.rows
        products[at] += part.mapped(moved[None], part.columns).products
    return replace(
        first,
        clusters=tuple(names),
        rows=rows,
        products=products,
        log_weights=float(sum(part.log_weights for part in parts)),
    )


def independent(gram: np.ndarray, total: np.ndarray | None = None) -> np.ndarray:
    """Say which columns are not determined by the columns before them, shape (columns,), from sums of products.

    Parameters
    ----------
    gram
        Sums of products, shape (columns, columns).
    total
        Sums of squares that each column is judged against (default: the diagonal of `gram`): with deviations from
        establishment means in `gram` and the sums about the overall mean here, a column that varies between
        establishments only is found out.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0, 2, 4], [1, 3, 6], [1, 5, 10]])
    >>> independent(x.T @ x).tolist()
    [True, True, False]
    """
    import numpy as np

    left = np.array(gram, dtype=float)
    scale = np.diag(left).copy() if total is None else total
    kept = np.zeros(len(left), dtype=bool)
    for k in range(len(left)):
        pivot = left[k, k]
        if not pivot > ALIASED * max(scale[k], 0.0):
            continue
        kept[k] = True
        left = left - np.outer(left[:, k], left[k]) / pivot
    return kept
