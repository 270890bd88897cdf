"""Efficiencies against the others of many subsets of the establishments, all programmes solved side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

FAR = 1e3  # times its own inputs: what the artificial establishment uses, so that no mixture of real ones is as bad
SLACK = 100  # of `FAR`: how far below it a mixture stays where own inputs are enlarged
GAIN = 1e-9  # of the score, below which a column is not worth taking in
CAUTIOUS = 60  # steps after which the first good column is taken in instead of the best: ties make no endless round
STEPS = 500
AT_ONCE = 4_000_000  # numbers in the largest array


def against_others(x: np.ndarray, y: np.ndarray, kept: np.ndarray, returns: str) -> np.ndarray:
    """Return the input efficiency of each establishment against the others of each subset, never against itself.

    Parameters
    ----------
    x, y
        Inputs and outputs, one row an establishment, the largest value of a column is 1.
    kept
        One row a subset, one column an establishment: whether it is in.
    returns
        `constant`, `variable` or `decreasing`.

    Returns
    -------
    One row a subset, one column an establishment: above 1 where it does better than all the others; infinite where no
    mixture of the others makes as much.

    Notes
    -----
    The programmes of `chairs.stats.frontier.efficiency`. Their columns are the same for all subsets, so one step of a
    revised simplex is one matrix product for thousands of programmes. It starts from an artificial establishment that
    makes slightly more and uses a thousand times as much. Where that one is never left, either nobody makes as much or
    every mixture uses more than it: the programme is solved again with own inputs enlarged until no mixture can.
    Checked against HiGHS to 1e-9
    (`tests/unit/stats/test_funnel_frontier.py`).

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.array([[0.5], [0.8], [1.0]]), np.ones((3, 1))
    >>> against_others(x, y, np.array([[True, True, True], [False, True, True]]), "variable").round(9).tolist()
    [[1.6, 0.625, 0.5], [1.6, 1.25, 0.8]]
    """
    import numpy as np

    made, convex = x.shape[1] + y.shape[1], returns != "constant"
    columns = np.vstack([x.T, -y.T, np.ones((int(convex), len(x)))])
    slacks = np.eye(len(columns))[:, : made + (returns == "decreasing")]
    columns, start = np.hstack([columns, slacks]), _start(x, y, convex)
    itself = np.hstack([np.eye(len(x), dtype=bool), np.zeros((len(x), slacks.shape[1]), dtype=bool)])
    allowed = np.hstack([kept, np.ones((len(kept), slacks.shape[1]), dtype=bool)])
    found, together = np.empty(kept.shape), max(1, AT_ONCE // (len(x) * columns.shape[1]))
    for first in range(0, len(kept), together):
        some = allowed[first : first + together]
        begun = [np.concatenate([part] * len(some)) for part in start]
        each = np.repeat(some, len(x), axis=0) & ~np.concatenate([itself] * len(some))
        scores = _solved(columns, each, begun)
        left = np.flatnonzero(~np.isfinite(scores))
        if len(left):
            scores[left] = _enlarged(columns, each[left], (x, y), left % len(x), returns)
        found[first : first + together] = scores.reshape(len(some), -1)
    return found


def _enlarged(
    columns: np.ndarray, allowed: np.ndarray, best: tuple[np.ndarray, np.ndarray], own: np.ndarray, returns: str
) -> np.ndarray:
    """Return the scores of establishments `own` whose mixtures may use more than the artificial one; infinite: none do.

    A mixture uses at most the sum of its weights (the largest input is 1): 1, or what makes own outputs of the least.
    First own inputs are enlarged by that bound, which tells whether there is a mixture; then by the score found, so
    that it is found again near 1, as exactly as any other.
    """
    import numpy as np

    x, y = best
    convex = returns != "constant"
    least = np.where(y > 0, y, np.inf).min(axis=0)
    weights = 1.0 if convex else (y[own] / np.where(np.isfinite(least), least, 1)).sum(axis=1)
    smallest = np.where(x[own] > 0, x[own], np.inf).min(axis=1)
    scale = np.maximum(weights / smallest / SLACK, 1.0)
    scores = np.full(len(own), np.inf)
    for _ in range(2):
        scores = scale * _solved(columns, allowed, _start(x[own] * scale[:, None], y[own], convex))
        scale = np.where(np.isfinite(scores), scores, scale)
    return scores


def _start(x: np.ndarray, y: np.ndarray, convex: bool) -> list[np.ndarray]:
    """Return, for each establishment, a first basis inverted, its values, and the rows of the score and the artificial.

    All other rows begin with their slack, which margins keep above zero: no step is lost in a tie.
    """
    import numpy as np

    (n, p), q = x.shape, y.shape[1]
    every, score, margin = np.arange(n), x.argmax(axis=1), np.tile(np.arange(1.0, p + 1) / (2 * p + 2), (n, 1))
    margin[every, score] = 0
    needs = np.hstack([np.zeros((n, p)), -y, np.ones((n, int(convex)))])
    artificial = needs - np.append(np.zeros(p), np.append(np.arange(1, q + 1) / 30, np.zeros(int(convex))))
    artificial[:, :p] = FAR * x * (1 - margin)
    spare = np.full(n, p + q) if convex else p + y.argmax(axis=1)
    artificial[every, spare] = needs[every, spare]
    basis = np.tile(np.eye(needs.shape[1]), (n, 1, 1))
    basis[every, :, spare] = artificial
    basis[every, :, score] = np.hstack([-x, np.zeros((n, q + convex))])
    inverse = np.linalg.inv(basis)
    return [inverse, (inverse @ needs[:, :, None])[:, :, 0], score, spare]


def _solved(columns: np.ndarray, allowed: np.ndarray, begun: list[np.ndarray]) -> np.ndarray:
    """Take columns into the bases until none lowers a score; the artificial one, once out, does not come back."""
    import numpy as np

    inverse, value, score, spare = begun
    scores, live, artificial = np.empty(len(value)), np.arange(len(value)), np.ones(len(value), dtype=bool)
    for step in range(STEPS):
        every = np.arange(len(live))
        gain = np.where(allowed, inverse[every, score] @ columns, 0.0)
        taken = gain.argmax(axis=1) if step < CAUTIOUS else (gain > GAIN).argmax(axis=1)
        on = gain[every, taken] > GAIN
        if not on.all():
            short = artificial & (value[every, spare] > GAIN)
            scores[live[~on]] = np.where(short, np.inf, value[every, score])[~on]
            live, allowed, taken, artificial = live[on], allowed[on], taken[on], artificial[on]
            inverse, value, score, spare = inverse[on], value[on], score[on], spare[on]
            every = np.arange(len(live))
        if not len(live):
            return scores
        change = (inverse @ columns.T[taken][:, :, None])[:, :, 0]
        room = np.full(value.shape, np.inf)
        np.divide(value, change, out=room, where=change > 1e-11)
        room[every, score] = np.inf  # nobody makes something of nothing: the score never falls to zero
        out = room.argmin(axis=1)
        artificial &= out != spare
        row, amount = inverse[every, out] / change[every, out][:, None], room[every, out]
        change[every, out] -= 1
        inverse, value = inverse - change[:, :, None] * row[:, None, :], value - change * amount[:, None]
    raise RuntimeError("the solver found no frontier: too many steps")
