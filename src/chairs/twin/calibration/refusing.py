"""Why a log cannot support a twin: reasons in words, before anything is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chairs.core.errors import DataError, Problem, problem
from chairs.twin.calibration.journal import DAY, Journal

if TYPE_CHECKING:
    import pandas as pd

LEAST_CASES = 50
LEAST_DAYS = 7
LONGEST_CASE = 20_000
MOST_STEPS = 400
MOST_YEARS = 150
FAR_OFF = 10  # times the years in which nearly all cases arrive: somewhere a date is wrong


def refuse_table(log: pd.DataFrame, file: str) -> None:
    """Refuse a table that holds several replications, or nothing.

    Raises
    ------
    DataError
        With the reason.
    """
    if log.empty:
        raise DataError((_no("le journal est vide", "the log is empty", file),))
    if "replication" in log and len(log["replication"].unique()) > 1:
        raise DataError(
            (_no("plusieurs répliques dans un journal", "several replications in one log", file,
                 ("en garder une", "keep one of them")),)
        )  # fmt: skip


def refuse(journal: Journal, file: str) -> None:
    """Refuse a log from which no twin can be learnt.

    Raises
    ------
    DataError
        With every reason found: too few cases, no time between steps, one step only, one week at most, a pathway
        that never ends, dates centuries apart.
    """
    found = [*_too_little(journal, file), *_too_much(journal, file)]
    if found:
        raise DataError(tuple(found))


def _no(fr: str, en: str, file: str, remedy: tuple[str, str] | None = None) -> Problem:
    return problem(f"pas de jumeau possible : {fr}", f"no twin can be learnt: {en}", file=file, remedy=remedy)


def _too_little(journal: Journal, file: str) -> list[Problem]:
    found = []
    cases = journal.cases
    if cases < LEAST_CASES:
        found.append(
            _no(
                f"{cases} parcours datés, il en faut {LEAST_CASES}",
                f"{cases} dated cases, {LEAST_CASES} are needed",
                file,
                ("prendre une période plus longue", "take a longer period"),
            )
        )
    if len(journal) and int(journal.end.max()) == int(journal.start.min()):
        found.append(_no("toutes les heures sont égales", "all times are equal", file))
    elif len(journal) and int(journal.arrivals.max() - journal.arrivals.min()) < LEAST_DAYS * DAY:
        found.append(
            _no(
                f"les arrivées couvrent moins de {LEAST_DAYS} jours : ni jour ni semaine ne se voient",
                f"arrivals span less than {LEAST_DAYS} days: neither day nor week can be seen",
                file,
                ("prendre une période plus longue", "take a longer period"),
            )
        )
    if len(journal) and len(np.unique(journal.step)) == 1 and len(np.unique(journal.place)) == 1:
        found.append(
            _no(
                "une seule étape, en un seul lieu : il n'y a pas de parcours",
                "a single step, in a single place: there is no pathway",
                file,
                (
                    "prévoir le nombre de présents par une série (flow.census)",
                    "forecast the census as a series (flow.census)",
                ),
            )
        )
    return found


def _too_much(journal: Journal, file: str) -> list[Problem]:
    if not len(journal):
        return []
    found = []
    longest = int(np.bincount(journal.case).max())
    if longest > LONGEST_CASE:
        found.append(
            _no(
                f"un parcours a {longest} étapes (limite {LONGEST_CASE}) : une boucle qui ne finit pas",
                f"a case has {longest} steps (limit {LONGEST_CASE}): a loop that does not end",
                file,
                (
                    "vérifier que l'identifiant est celui du passage, et non du lit ou de l'appareil",
                    "check that the identifier is that of the visit, not of the bed or machine",
                ),
            )
        )
    if len(journal.steps) > MOST_STEPS:
        found.append(
            _no(
                f"{len(journal.steps)} étapes différentes (limite {MOST_STEPS})",
                f"{len(journal.steps)} different steps (limit {MOST_STEPS})",
                file,
                ("regrouper les libellés", "group the labels"),
            )
        )
    return [*found, *_too_long(journal, file)]


def _too_long(journal: Journal, file: str) -> list[Problem]:
    years = int(journal.end.max() - journal.start.min()) // (366 * DAY)
    usual = int(np.diff(np.quantile(journal.arrivals, (0.01, 0.99)))[0]) // (366 * DAY)
    if years >= MOST_YEARS or years > FAR_OFF * max(usual, 1):
        return [
            _no(
                f"les dates couvrent {years} ans",
                f"the dates span {years} years",
                file,
                (
                    "chercher une date erronée ou des dates décalées patient par patient",
                    "look for a wrong date, or dates shifted patient by patient",
                ),
            )
        ]
    return []
