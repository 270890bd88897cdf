"""Event logs of the demonstration hospital: emergency pathways (warehouse extract) and planned stays (export)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.demo.export import clock_times, labels, write_csv, write_parquet
from chairs.demo.plan import AGES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.demo.hospital import Hospital
    from chairs.demo.plan import Plan

STEPS = ("ARR", "IOA", "MED", "IMG", "DEC", "LIT", "SOR", "PSA", "HEB", "MUT", "ANN")
RESOURCES = ("IAO", "Médecin urgentiste", "Imagerie", "Gestion des lits")
OUTCOMES = ("Domicile", "Hospitalisation", "Parti sans attendre")
OF_STEP = (-1, 0, 1, 2, 1, 3, -1, -1, -1, -1, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Steps of many patients in the order of the file: ranks of patient, step and unit; seconds, -1 = none."""

    patient: np.ndarray
    step: np.ndarray
    unit: np.ndarray
    requested: np.ndarray
    start: np.ndarray
    end: np.ndarray


def case_ids(ranks: np.ndarray) -> list[str]:
    """Return the pseudonyms of patients by rank of arrival.

    Examples
    --------
    >>> import numpy as np
    >>> case_ids(np.array([0, 41]))
    ['DEMO0000001', 'DEMO0000042']
    """
    return [f"DEMO{rank + 1:07d}" for rank in ranks.tolist()]


def units_of(plan: Plan) -> list[str]:
    """Return the codes of the emergency departments, then of the wards."""
    return [site.code for site in plan.parameters.departments] + [ward.code for ward in plan.parameters.wards]


def write_emergency(plan: Plan, hospital: Hospital, path: Path) -> None:
    """Write the steps of the emergency pathways as Parquet, times on the local clock without offset."""
    import numpy as np
    import pyarrow as arrow

    from chairs.demo import chronology as c

    given, seen, people = hospital.patients.given, hospital.seen, hospital.patients
    steps = _steps(plan, hospital, given[:, c.SITE] < len(plan.parameters.departments))
    who = np.unique(steps.patient)
    rank = np.searchsorted(who, steps.patient)
    outcome = np.select([seen[:, c.UNSEEN] >= 0, seen[:, c.ED_EXIT] < 0, given[:, c.WARD] >= 0], [2, -1, 1], 0)
    times = {
        name: clock_times(getattr(steps, name), plan.days.dates).astype("datetime64[ms]")
        for name in ("requested", "start", "end")
    }
    table = arrow.table(
        {
            "NUM_DOSSIER": labels(rank, case_ids(who)),
            "ETAPE": labels(steps.step, STEPS),
            "UF": labels(steps.unit, units_of(plan)),
            "H_DEMANDE": arrow.array(times["requested"]),
            "H_DEBUT": arrow.array(times["start"]),
            "H_FIN": arrow.array(times["end"]),
            "RESSOURCE": labels(np.array(OF_STEP)[steps.step], RESOURCES),
            "TRANCHE_AGE": labels(people.age[steps.patient], AGES),
            "SEXE": labels(people.woman[steps.patient].astype(int), ("M", "F")),
            "CCMU": labels(people.ccmu[steps.patient] - 1, "12345"),
            "MODE_ARRIVEE": labels(people.carried[steps.patient].astype(int), ("Personnel", "Ambulance")),
            "ORIENTATION": labels(outcome[steps.patient], OUTCOMES),
            "MODE_ENTREE": labels(np.zeros(len(rank), dtype=int), ("URGENCE",)),
        }
    )
    write_parquet(table, path)


def write_planned(plan: Plan, hospital: Hospital, path: Path) -> None:
    """Write the stays that did not begin in the ED as CSV: cp1252, dd/mm/yyyy hh:mm on the local clock."""
    import numpy as np
    import pandas as pd

    from chairs.demo import chronology as c

    people, given = hospital.patients, hospital.patients.given
    steps = _steps(plan, hospital, given[:, c.SITE] == len(plan.parameters.departments))
    who = steps.patient
    births = np.array([ward.any_day for ward in plan.parameters.wards])[given[who, c.WARD]]
    times = {name: _minutes(getattr(steps, name), plan.days.dates) for name in ("requested", "start", "end")}
    frame = pd.DataFrame(
        {
            "N° dossier": case_ids(who),
            "Mouvement": np.array(STEPS)[steps.step],
            "UF": np.array(units_of(plan))[steps.unit],
            "Demandé le": times["requested"],
            "Entré le": times["start"],
            "Sorti le": times["end"],
            "Tranche d'âge": np.array(AGES)[people.age[who]],
            "Sexe": np.where(people.woman[who], "F", "M"),
            "Mode d'entrée": np.where(births, "DIRECTE", "PROGRAMMÉE"),
        }
    )
    write_csv(frame, path, encoding="cp1252")


def _minutes(seconds: np.ndarray, dates: np.ndarray) -> pd.Series:
    import pandas as pd

    return pd.Series(clock_times(seconds, dates)).dt.strftime("%d/%m/%Y %H:%M")


def _steps(plan: Plan, hospital: Hospital, of_kind: np.ndarray) -> Steps:
    """Return the steps from the first day of the extracts on; of earlier patients, the stays that last till then."""
    import numpy as np

    from chairs.demo import chronology as c

    days, arrival = plan.days, hospital.patients.given[:, c.ARRIVAL]
    chosen = np.flatnonzero(of_kind & (arrival < days.end))
    rows = _rows(len(plan.parameters.departments), hospital.seen[chosen], hospital.patients.given[chosen])
    unit, requested, start, end = (np.stack([row[k] for row in rows], axis=1) for k in range(4))
    stays = np.arange(len(STEPS)) >= STEPS.index("HEB")
    recent = (arrival[chosen] >= days.start)[:, None] | (stays & ((end < 0) | (end >= days.start)))
    kept = np.flatnonzero(((start >= 0) & recent).ravel())
    return Steps(
        patient=np.repeat(chosen, len(STEPS))[kept],
        step=np.tile(np.arange(len(STEPS)), len(chosen))[kept],
        unit=unit.ravel()[kept],
        requested=requested.ravel()[kept],
        start=start.ravel()[kept],
        end=end.ravel()[kept],
    )


def _rows(sites: int, s: np.ndarray, g: np.ndarray) -> list[tuple[np.ndarray, ...]]:
    """Return unit, request, start and end of each of the `STEPS`, one array entry a patient, -1 = none."""
    import numpy as np

    from chairs.demo import chronology as c

    site, none = g[:, c.SITE], np.full(len(g), -1)
    in_ed = site < sites
    ward, ward2 = (np.where(s[:, place] >= 0, s[:, place] + sites, -1) for place in (c.PLACE, c.PLACE2))
    came = np.where(in_ed, g[:, c.ARRIVAL], -1)
    home = np.where(s[:, c.UNSEEN] >= 0, -1, s[:, c.ED_EXIT])
    return [
        (site, none, came, came),
        (site, came, s[:, c.TRIAGE_START], s[:, c.TRIAGE_END]),
        (site, s[:, c.TRIAGE_END], s[:, c.DOCTOR_START], s[:, c.DOCTOR_END]),
        (site, s[:, c.DOCTOR_END], s[:, c.IMAGING_START], s[:, c.IMAGING_END]),
        (site, none, s[:, c.DECISION], s[:, c.DECISION]),
        (site, none, np.where(in_ed, s[:, c.REQUEST], -1), s[:, c.ED_EXIT]),
        (site, none, home, home),
        (site, none, s[:, c.UNSEEN], s[:, c.UNSEEN]),
        (ward, s[:, c.REQUEST], s[:, c.START], s[:, c.END]),
        (ward2, s[:, c.REQUEST2], s[:, c.START2], s[:, c.END2]),
        (g[:, c.WARD] + sites, s[:, c.REQUEST], s[:, c.CANCELLED], s[:, c.CANCELLED]),
    ]
