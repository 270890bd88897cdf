"""Whether a protocol may be sealed: filled in, of things that the platform knows, its changes of days that can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from chairs.core.errors import Problem, SettingError, problem
from chairs.linking.cells import TRAITS
from chairs.linking.protocol import OUTCOME, Protocol, place
from chairs.linking.sealing import Seal

BLANKS = ("à remplir", "fill in")  # what a skeleton leaves to be written


def refuse_unready(
    protocol: Protocol, studies: Collection[str], seals: Sequence[Seal] = (), today: str | None = None
) -> None:
    """Refuse to seal a skeleton, a protocol of something that does not exist, or a deviation of an impossible day.

    Parameters
    ----------
    studies
        Names of all studies.
    seals, today
        Entries of the seal's file so far, and present day (ISO): a deviation that is not sealed yet is dated from the
        last of them to today.

    Raises
    ------
    SettingError
        With each key that is still blank, names something unknown or holds such a day.
    """
    found = [*_blank(protocol), *_unknown(protocol, studies), *_untimely(protocol, seals, today)]
    if found:
        raise SettingError(tuple(found))


def refuse_unknown(protocol: Protocol, studies: Collection[str]) -> None:
    """Refuse a protocol of a study, indicator or score that does not exist, or whose graph names a stray cause.

    Raises
    ------
    SettingError
        With each name, and those most like it.
    """
    found = _unknown(protocol, studies)
    if found:
        raise SettingError(tuple(found))


def _blank(protocol: Protocol) -> Iterator[Problem]:
    where, remedy = place(protocol.name), ("l'écrire", "write it")
    for key, value in asdict(protocol).items():
        texts = list(_texts(value))
        if any(text.strip().lower() in BLANKS for text in texts):
            yield problem("reste à remplir", "still to be filled in", file=where, column=key, remedy=remedy)
        elif not all(map(_says, texts)):
            yield problem("texte vide", "empty text", file=where, column=key, remedy=remedy)


def _says(text: str) -> bool:
    """Say whether a text shows anything at all."""
    return any(sign.isprintable() and not sign.isspace() for sign in text)


def _unknown(protocol: Protocol, studies: Collection[str]) -> list[Problem]:
    from chairs.indicators.indicator import INDICATORS
    from chairs.surveys.instrument import instrument, instrument_names

    where, found = place(protocol.name), []
    if protocol.study not in studies:
        what = (f"étude inconnue « {protocol.study} »", f'unknown study "{protocol.study}"')
        found.append(_stray(what, sorted(studies), where, "study"))
    codes = set(INDICATORS)
    named = {"exposures": (protocol.exposures, codes), "covariates": (protocol.covariates, codes | set(TRAITS))}
    for key, (asked, known) in named.items():
        for code in sorted(set(asked) - known):
            what = (f"indicateur inconnu « {code} »", f'unknown indicator "{code}"')
            found.append(_stray(what, _near(code, known), where, key))
    scores = {f"{name}/{one.name}" for name in instrument_names() for one in instrument(name).dimensions}
    for key, outcomes in (("outcomes", protocol.outcomes), ("negative_outcomes", protocol.negative_outcomes)):
        for outcome in sorted(set(outcomes) - scores):
            what = (f"score inconnu « {outcome} »", f'unknown score "{outcome}"')
            found.append(_stray(what, _near(outcome, scores), where, key))
    return [*found, *_strays(protocol, codes | set(TRAITS), where)]


def _strays(protocol: Protocol, measured: set[str], where: str) -> Iterator[Problem]:
    """Yield what the graph names that is neither measured nor declared as not measured."""
    declared = {OUTCOME, *protocol.exposures, *protocol.covariates, *protocol.unmeasured}
    for name in sorted(protocol.in_graph - declared - measured):
        what = (f"nom inconnu dans le graphe « {name} »", f'unknown name in the graph "{name}"')
        near = OUTCOME if name in protocol.outcomes else ", ".join(_near(name, declared | measured))
        choose = (f"choisir parmi : {near}, ou ", f"choose among: {near}, or ") if near else ("", "")
        remedy = (f"{choose[0]}l'écrire sous unmeasured", f"{choose[1]}write it under unmeasured")
        yield problem(*what, file=where, column="graph", remedy=remedy)


def _untimely(protocol: Protocol, seals: Sequence[Seal], today: str | None) -> Iterator[Problem]:
    """Yield the deviations not sealed yet that are dated before the last seal or to come."""
    sealed_on, told = (seals[-1].date, len(seals[-1].deviations)) if seals else ("", 0)
    for one in protocol.deviations[told:]:
        if one.date < sealed_on or (today is not None and one.date > today):
            what = (f"écart daté du {one.date}", f"a deviation dated {one.date}")
            why = (f", avant le scellé du {sealed_on}", f", before the seal of {sealed_on}")
            why = why if one.date < sealed_on else (", un jour à venir", ", a day to come")
            remedy = ("écrire le jour où le changement a été décidé", "write the day the change was decided")
            file = place(protocol.name)
            yield problem(what[0] + why[0], what[1] + why[1], file=file, column="deviations", remedy=remedy)


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _near(name: str, known: Collection[str]) -> list[str]:
    """Return the few names most like the unknown one."""
    from difflib import get_close_matches

    return get_close_matches(name, sorted(known), n=5, cutoff=0.5)


def _stray(what: tuple[str, str], choices: list[str], where: str, key: str) -> Problem:
    listed = ", ".join(choices)
    choose = (f"choisir parmi : {listed}", f"choose among: {listed}")
    search = ("voir docs/reference pour les noms", "see docs/reference for the names")
    return problem(*what, file=where, column=key, remedy=choose if choices else search)
