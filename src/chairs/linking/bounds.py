"""What a protocol's numbers and lists must keep to, each refusal with its key and its remedy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from chairs.core.errors import Problem, problem

if TYPE_CHECKING:
    from chairs.linking.protocol import Protocol

YEARS = 50  # a lag beyond this is a slip of the hand
SUPPOSED = {"linear": ("site", "year", "person"), "ordinal": ("classes",)}
WIDEST = 1e6  # points: a spread beyond this is a slip of the hand
MOST_CLASSES = 20  # most classes of an ordered outcome
TWICE = ("nommé deux fois", "named twice")
ONCE = ("ne le nommer qu'une fois", "name it once")


def out_of_bounds(protocol: Protocol, where: str) -> list[Problem]:
    """Return what is wrong with the numbers and lists of `protocol`, whose file is called `where`."""
    parts = (_numbers, _lags, _per, _assumed, _lists)
    found = [one for part in parts for one in part(protocol)]
    return [problem(*what, file=where, column=key, remedy=remedy) for key, what, remedy in found]


_Found = tuple[str, tuple[str, str], tuple[str, str]]


def _numbers(protocol: Protocol) -> Iterator[_Found]:
    if not 0 < protocol.fdr < 1:
        yield "fdr", ("part hors de 0 à 1", "share outside 0 to 1"), ("écrire fdr: 0.05", "write fdr: 0.05")
    if not (math.isfinite(protocol.smallest_effect) and protocol.smallest_effect > 0):
        remedy = ("écrire un nombre plus grand que 0", "write a number above 0")
        yield "smallest_effect", ("plus petit effet nul ou impossible", "smallest effect not above 0"), remedy
    if protocol.floor < 1:
        yield "floor", ("moins d'une réponse", "fewer than one answer"), ("écrire 1 ou plus", "write 1 or more")


def _lags(protocol: Protocol) -> Iterator[_Found]:
    named = {
        "lag": (protocol.lag,), "other_lags": protocol.other_lags,
        "future_years": (protocol.future_years,), "other_future_years": protocol.other_future_years,
    }  # fmt: skip
    if protocol.other_future_years and not protocol.future_exposure:
        remedy = ("écrire future_exposure: true, ou l'enlever", "write future_exposure: true, or take it out")
        yield "other_future_years", ("années sans témoin futur", "years without a future exposure"), remedy
    for key, years in named.items():
        least = 1 if key.endswith("future_years") else 0
        remedy = (f"écrire des années entières, de {least} à {YEARS}", f"write whole years, {least} to {YEARS}")
        if any(one < least for one in years):
            yield key, ("décalage négatif", "negative lag") if least == 0 else ("moins d'un an", "under a year"), remedy
        if any(one > YEARS for one in years):
            yield key, (f"plus de {YEARS} ans", f"more than {YEARS} years"), remedy


def _per(protocol: Protocol) -> Iterator[_Found]:
    if stray := sorted(set(protocol.per) - set(protocol.exposures)):
        listed = ", ".join(stray)
        remedy = ("n'y nommer que des codes de exposures", "name only codes of exposures there")
        yield "per", (f"ne sont pas des expositions : {listed}", f"not among the exposures: {listed}"), remedy
    if not all(math.isfinite(one) and one > 0 for one in protocol.per.values()):
        remedy = ("écrire un changement plus grand que 0", "write a change above 0")
        yield "per", ("changement nul ou impossible", "a change that is not above 0"), remedy


def _assumed(protocol: Protocol) -> Iterator[_Found]:
    known, words, spreads = protocol.assumed, SUPPOSED[protocol.model], SUPPOSED["linear"]
    # the spread of a linear score stands there by default, whatever the model
    if stray := sorted(set(known) - set(words) - set(spreads)):
        listed, choices = ", ".join(stray), ", ".join(words)
        remedy = (f"choisir parmi : {choices}", f"choose among: {choices}")
        yield "assumed", (f"clé inconnue « {listed} »", f'unknown key "{listed}"'), remedy
    sound = {key: 0 <= known[key] <= WIDEST for key in spreads if key in known}
    if not all(sound.values()):
        remedy = ("écrire un nombre de 0 à un million", "write a number from 0 to a million")
        yield "assumed", ("dispersion négative ou impossible", "a spread below 0 or impossible"), remedy
    if "classes" in known and known["classes"] not in range(2, MOST_CLASSES + 1):
        remedy = (f"écrire un nombre entier de 2 à {MOST_CLASSES}", f"write a whole number from 2 to {MOST_CLASSES}")
        yield "assumed", ("nombre de classes impossible", "a number of classes that cannot be"), remedy
    if protocol.model == "ordinal":
        return
    if missing := [key for key in spreads if key not in known]:
        listed = ", ".join(missing)
        remedy = ("écrire site, year et person, en points", "write site, year and person, in points")
        yield "assumed", (f"dispersion non dite : {listed}", f"a spread that is not said: {listed}"), remedy
    elif all(sound.values()) and not any(known[key] for key in moving(protocol)):
        listed = ", ".join(moving(protocol))
        remedy = ("y supposer une dispersion plus grande que 0", "suppose a spread above 0 there")
        yield "assumed", (f"rien ne varierait ({listed} : 0)", f"nothing would vary ({listed}: 0)"), remedy


def moving(protocol: Protocol) -> tuple[str, ...]:
    """Return which spreads the declared comparison meets: that between establishments is no part of a change."""
    return SUPPOSED["linear"][1 if protocol.estimand == "within" else 0 :]


def _lists(protocol: Protocol) -> Iterator[_Found]:
    lists: dict[str, Sequence[str]] = {
        "exposures": protocol.exposures,
        "outcomes": protocol.outcomes,
        "covariates": protocol.covariates,
        "ladder": protocol.ladder,
        "negative_outcomes": protocol.negative_outcomes,
        "unmeasured": protocol.unmeasured,
        "other_lags": tuple(map(str, protocol.other_lags)),
        "other_future_years": tuple(map(str, (*protocol.other_future_years, protocol.future_years))),
    }
    for key, named in lists.items():
        if twice := sorted({one for one in named if named.count(one) > 1}):
            listed = ", ".join(twice)
            yield key, (f"{TWICE[0]} : {listed}", f"{TWICE[1]}: {listed}"), ONCE
    for one, other, fr, en in (
        ("exposures", "outcomes", "une exposition est aussi un résultat", "an exposure is an outcome, too"),
        ("covariates", "exposures", "une covariable est aussi une exposition", "a covariate is an exposure, too"),
        ("covariates", "outcomes", "une covariable est aussi un résultat", "a covariate is an outcome, too"),
        ("unmeasured", "exposures", "une exposition serait non mesurée", "an exposure would not be measured"),
        ("unmeasured", "covariates", "une covariable serait non mesurée", "a covariate would not be measured"),
        ("negative_outcomes", "outcomes", "un résultat témoin est aussi étudié", "a control outcome is studied, too"),
    ):
        if both := sorted(set(lists[one]) & set(lists[other])):
            listed = ", ".join(both)
            remedy = (f"l'ôter de {one} ou de {other}", f"take it out of {one} or of {other}")
            yield one, (f"{fr} : {listed}", f"{en}: {listed}"), remedy
