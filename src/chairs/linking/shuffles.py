"""Exposures exchanged between establishments: the slopes that every specification would have if there were no link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.linking.cells import covariates_of
from chairs.linking.ordered import held
from chairs.linking.protocol import Protocol

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    import pandas as pd

LEAST = 1e-9  # of a column's length left by the others, under which it adds nothing to them
TOGETHER = 25  # shuffles handed to a worker at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """A table as numbers.

    `site` by row; by site `name` (its place in the list of all establishments) and `slot` (which years it has): tables
    with the same `layout` have the same rows, whose exposures are exchanged alike. `basis` spans what is held equal;
    `outcome` is what it leaves of the outcome. The exposure is the deviation from its establishment's mean for a change
    within, else that mean: `tied` is the part that years and all declared covariates tell of it, which stays with its
    establishment, `exposure` the rest, which is exchanged. Their sum counts times `weight`.
    """

    site: np.ndarray
    name: np.ndarray
    slot: np.ndarray
    layout: bytes
    tied: np.ndarray
    exposure: np.ndarray
    outcome: np.ndarray
    basis: np.ndarray
    weight: np.ndarray


def laid_out(table: pd.DataFrame, names: Sequence[str], protocol: Protocol, adjusted: bool = True) -> Arrays:
    """Return the rows of one specification, ready to be shuffled.

    Parameters
    ----------
    table
        With all declared covariates, also where they are not held equal (`adjusted` false).

    Notes
    -----
    Raw exposures of other establishments would be freed of the covariates, and their slopes spread less than the one
    observed. Residuals of the exposure on years and covariates are exchanged, and the fitted part is put back: under no
    link beside the covariates each shuffle is then as good as what was observed. Werft & Benner 2010, *The R Journal*
    2(1):39-43 (the residuals of Freedman & Lane 1983, *J. Business & Economic Statistics* 1:292-298, taken of the
    regressor). Checked by redraws with a covariate that explains 80 % of the exposure (`tests/unit/linking`).

    A slope is that of least squares. For ordered classes it is one Newton step from no link: the scores of the model
    without the exposure over the square root of their information, on the exposure times that root (a score test).
    """
    import numpy as np

    table = table.sort_values(["establishment", "year"])
    own, site = np.unique(table["establishment"].to_numpy(dtype=str), return_inverse=True)
    whole = np.column_stack([np.ones(len(table)), *held(table)[1]])
    equal = whole if adjusted else whole[:, : whole.shape[1] - len(covariates_of(table))]
    outcome, exposure = table["outcome"].to_numpy(float), table["exposure"].to_numpy(float)
    means, weight = _means(exposure[:, None], site)[:, 0][site], np.ones(len(table))
    within = site if protocol.estimand == "within" else None
    exposure = means if within is None else exposure - means
    if within is not None:
        outcome = _centred(outcome[:, None], site)[:, 0]
    elif protocol.model == "ordinal":
        outcome, weight = _scores(outcome, equal[:, 1:])
    every, basis = _spanned(whole, within), _spanned(equal * weight[:, None], within)
    tied = every @ (every.T @ exposure)
    bit = 2.0 ** table["year"].astype("category").cat.codes
    pattern = bit.groupby(table["establishment"]).sum()
    name = np.searchsorted(np.asarray(names), own)
    slot = np.unique(pattern.loc[own].to_numpy(), return_inverse=True)[1]
    return Arrays(
        site=site,
        name=name,
        slot=slot,
        layout=b"/".join(one.tobytes() for one in (site, name, slot)),
        tied=tied,
        exposure=exposure - tied,
        outcome=outcome - basis @ (basis.T @ outcome),
        basis=basis,
        weight=weight,
    )


def _spanned(columns: np.ndarray, site: np.ndarray | None) -> np.ndarray:
    """Return an orthonormal basis of columns (`site`: centred in each establishment); what says nothing left out."""
    import numpy as np

    sizes = np.linalg.norm(columns, axis=0)
    columns = columns[:, sizes > 0] / sizes[sizes > 0]
    basis, strength, _ = np.linalg.svd(columns if site is None else _centred(columns, site), full_matrices=False)
    spanned: np.ndarray = basis[:, strength > LEAST]
    return spanned


def _scores(outcome: np.ndarray, equal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of ordered classes without the exposure, over the root of their information, and that root."""
    import numpy as np

    from chairs.stats.ordered_clusters import bounds
    from chairs.stats.ordered_logit import ordered_logit

    codes = np.unique(outcome, return_inverse=True)[1]
    fit = ordered_logit(codes, equal)
    if fit.cuts is None or fit.coefficients is None:  # covariates that determine one another: none are held equal
        equal = equal[:, :0]
        fit = ordered_logit(codes, equal)
    assert fit.cuts is not None
    assert fit.coefficients is not None
    _, _, upper, lower, _ = bounds(fit.cuts, fit.coefficients, codes, equal)
    root = np.sqrt(upper * (1 - upper) + lower * (1 - lower))
    return (1 - upper - lower) / root, root


def _centred(columns: np.ndarray, site: np.ndarray) -> np.ndarray:
    return columns - _means(columns, site)[site] if columns.size else columns


def _means(columns: np.ndarray, site: np.ndarray) -> np.ndarray:
    import numpy as np

    count = np.bincount(site).astype(float)
    return np.stack([np.bincount(site, column) / count for column in columns.T], axis=1)


def median_slope(arrays: Sequence[Arrays]) -> float:
    """Return the median slope of the specifications as they are."""
    import numpy as np

    return float(np.median([_slope(one, np.arange(len(one.site))) for one in arrays]))


def shuffled(
    arrays: Sequence[Arrays], seeds: Sequence[np.random.Generator], executor: Executor | None
) -> Iterator[float]:
    """Give the median slope of each shuffle; a worker receives the arrays once for many shuffles."""
    mapper = map if executor is None else executor.map
    parts = [seeds[begin : begin + TOGETHER] for begin in range(0, len(seeds), TOGETHER)]
    for medians in mapper(_shuffled_medians, [arrays] * len(parts), parts):
        yield from medians


def _shuffled_medians(arrays: Sequence[Arrays], seeds: Sequence[np.random.Generator]) -> list[float]:
    return [_shuffled_median(arrays, rng) for rng in seeds]


def _shuffled_median(arrays: Sequence[Arrays], rng: np.random.Generator) -> float:
    """Return the median slope when one and the same exchange of exposures is made in every specification."""
    import numpy as np

    along = _cycles(rng.permutation(1 + max(int(one.name.max()) for one in arrays)))
    rows = {one.layout: one for one in arrays}
    received = {layout: _received(one, along) for layout, one in rows.items()}
    return float(np.median([_slope(one, received[one.layout]) for one in arrays]))


def _received(one: Arrays, along: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return for each row the row of the establishment with the same years from which it receives its exposure."""
    import numpy as np

    giver = np.empty(len(one.name), dtype=int)
    for slot in range(int(one.slot.max()) + 1):
        places = np.flatnonzero(one.slot == slot)
        giver[places] = places[_givers(one.name[places], along)]
    starts = np.searchsorted(one.site, np.arange(len(one.name)))
    rows: np.ndarray = np.arange(len(one.site)) + (starts[giver] - starts)[one.site]
    return rows


def _slope(one: Arrays, rows: np.ndarray) -> float:
    """Return the slope on the exposures of `rows`."""
    x = (one.tied + one.exposure[rows]) * one.weight
    x = x - one.basis @ (one.basis.T @ x)
    size = float(x @ x)
    return float(x @ one.outcome) / size if size > 0 else 0.0


def _givers(names: np.ndarray, along: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return for each of `names` the place among them of the one that gives to it.

    `along` says who gives to whom among all establishments (`_cycles`); a giver that is not among `names` passes the
    request on to its own giver.
    """
    import numpy as np

    cycle, turn = along
    order = np.argsort(turn[names])
    starts = np.flatnonzero(np.diff(cycle[names][order], prepend=-1))
    following = np.roll(order, -1)
    following[np.append(starts[1:], len(order)) - 1] = order[starts]
    places = np.empty(len(names), dtype=int)
    places[order] = following
    return places


def _cycles(given_by: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cycle of each establishment in a permutation, and its turn when cycles are walked one by one.

    Examples
    --------
    >>> import numpy as np
    >>> [one.tolist() for one in _cycles(np.array([2, 1, 3, 0]))]
    [[0, 1, 0, 0], [2, 3, 0, 1]]
    """
    import numpy as np

    cycle, ahead = np.arange(len(given_by)), given_by.copy()
    rounds = range(len(given_by).bit_length())
    for _ in rounds:  # the least of a cycle names it: twice as far ahead each round
        cycle, ahead = np.minimum(cycle, cycle[ahead]), ahead[ahead]
    first = cycle == np.arange(len(given_by))
    left, ahead = np.where(first, 0, 1), np.where(first, np.arange(len(given_by)), given_by)
    for _ in rounds:  # steps left until the one that names it
        left, ahead = left + left[ahead], ahead[ahead]
    turn = np.empty(len(given_by), dtype=int)
    turn[np.lexsort((-left, cycle))] = np.arange(len(given_by))
    return cycle, turn
