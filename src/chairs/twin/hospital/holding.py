"""Who is kept over days of rest: the nights a stay needs, told apart from those spent waiting for a working day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.clock import REST, holidays_among, rest_days

KINDS = 8  # sets of the three kinds of days of rest, as bits of `REST`
LATER = 6  # days that a stay may be prolonged by
ROUNDS = 800
LEAST_STAYS = 1_000
SMALL = 0.005


@dataclass(frozen=True)
class Nights:
    """What is learnt of a number of nights.

    Parameters
    ----------
    expected
        By group and nights, how many stays needed so many.
    shares
        Share of the patients who are kept on exactly these days of rest (`chairs.twin.steps.Held`).
    """

    expected: np.ndarray
    shares: dict[str, float]


def read_nights(group: np.ndarray, start: np.ndarray, end: np.ndarray, country: str = "FR") -> Nights:
    """Tell the nights that stays need from those spent waiting for a day on which the patient may leave.

    Parameters
    ----------
    group
        Number of the group (ward wanted) of each stay; each has its own distribution of nights.
    start, end
        Local days (since 1970) on which a stay began and ended.

    Notes
    -----
    A patient belongs to one of eight kinds: kept on none, one or several of Saturdays, Sundays and public holidays
    from Monday to Friday. He is ready after the nights he needs and leaves on the first day on which his kind is not
    kept. Shares of the kinds (all groups together) and nights (by group) by expectation-maximisation (Dempster, Laird
    & Rubin 1977). With fewer than 1,000 stays nobody is thought to be kept. Checked by planted shares
    (tests/unit/twin/test_holding.py).
    """
    nights = end - start
    most = int(nights.max(initial=0)) + 1
    groups = int(group.max(initial=-1)) + 1
    plain: np.ndarray = np.bincount(group * most + nights, minlength=groups * most).reshape(groups, most).astype(float)
    if len(nights) < LEAST_STAYS:
        return Nights(plain, {})
    context, seen = _possible(end, country)
    cell, number = np.unique((group * most + nights) * len(context) + seen, return_counts=True)
    row, kind, later = np.nonzero(context[cell % len(context)])
    needed = cell[row] // len(context) - later  # group and nights as one number
    kept = (cell[row] // len(context)) % most >= later
    row, kind, needed = row[kept], kind[kept], needed[kept]
    chance = np.full(KINDS, 0.5 / (KINDS - 1))
    expected: np.ndarray = plain + 0.1
    chance[0] = 0.5
    for _ in range(ROUNDS):
        likely = (expected / expected.sum(axis=1, keepdims=True)).ravel()[needed] * chance[kind]
        total = np.bincount(row, weights=likely, minlength=len(cell))
        part = likely * (number / np.maximum(total, 1e-300))[row]
        chance = np.bincount(kind, weights=part, minlength=KINDS) / number.sum()
        expected = 1e-9 + np.bincount(needed, weights=part, minlength=groups * most).reshape(groups, most)
    return Nights(expected, _written(chance))


def _possible(end: np.ndarray, country: str) -> tuple[np.ndarray, np.ndarray]:
    """Say, by kind of patient and days of prolongation, what a stay that ended on a day may have had.

    Returns the different answers, and which of them each stay has.
    """
    days, place = np.unique(end, return_inverse=True)
    span = np.arange(days.min() - LATER, days.max() + 1)
    rest = rest_days((span + 3) % 7, holidays_among(span, country))
    kept = (rest[None, :] & np.arange(KINDS)[:, None]) > 0
    at = days - span[0]
    found = np.zeros((len(days), KINDS, LATER + 1), dtype=bool)
    open_so_far = ~kept[:, at].T
    for later in range(LATER + 1):
        found[:, :, later] = open_so_far
        open_so_far = open_so_far & kept[:, at - later - 1].T if later < LATER else open_so_far
    context, seen = np.unique(found.reshape(len(days), -1), axis=0, return_inverse=True)
    return context.reshape(-1, KINDS, LATER + 1), seen.ravel()[place.ravel()]


def _written(chance: np.ndarray) -> dict[str, float]:
    named = {" ".join(word for word, bit in REST.items() if kind & bit): chance[kind] for kind in range(1, KINDS)}
    return {words: round(float(share), 4) for words, share in named.items() if share >= SMALL}
