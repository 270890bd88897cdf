"""A past week of a hospital's log: who was there, who came, and what is known of each."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from chairs.core.errors import Text
from chairs.twin.hospital.journeys import NEAR, UNITS, of_run
from chairs.twin.hospital.known import known, under_way, unseen
from chairs.twin.hospital.rare import with_rare_transfers
from chairs.twin.hospital.reading import DAY
from chairs.twin.hospital.week import Week
from chairs.twin.replay import Past

if TYPE_CHECKING:
    from chairs.twin.hospital.calibrate import HospitalModel

ASSUMED = (
    Text(
        fr="Un séjour garde son nombre de nuits et son heure de sortie, même s'il commence plus tôt ou dans une autre "
        "unité ; personne ne sort plus tôt parce que l'unité est pleine.",
        en="A stay keeps its number of nights and its hour of discharge, even when it begins sooner or in another "
        "ward; nobody is discharged sooner because the ward is full.",
    ),
    Text(
        fr="Qui a vu le médecin aurait patienté plus longtemps qu'il n'a attendu : sa patience est tirée au sort "
        "au-delà. Qui est parti sans être vu attend jusqu'au même moment ; les soins qu'il aurait reçus sont tirés au "
        "sort.",
        en="Who saw the doctor would have been patient for longer than he waited: his patience is drawn beyond that. "
        "Who left unseen waits as long as he did; the care he would have had is drawn.",
    ),
    Text(
        fr="Quand un lit était libre, l'attente est le temps du transport ; sinon l'historique ne sépare pas les deux, "
        "et le transport est tiré au sort, au plus l'attente vue.",
        en="When a bed was free, the wait is the time of the move; otherwise the log does not tell them apart, and the "
        "move is drawn, at most the wait seen.",
    ),
    Text(
        fr="Médecins, infirmiers et lits sont ceux de la semaine type du modèle : l'historique ne dit pas qui était "
        "absent cette semaine-là. L'unité voulue par un patient hébergé ailleurs est une estimation.",
        en="Doctors, nurses and beds are those of the model's typical week: the log does not say who was away that "
        "week. The ward wanted by a patient placed elsewhere is an estimate.",
    ),
)


def past_week(found: HospitalModel, start: dt.datetime, *, days: float = 7.0) -> Past:
    """Return a past week of the log that a hospital was learnt from, ready to be played again.

    Parameters
    ----------
    found
        Result of `chairs.twin.hospital.calibrate.calibrate_hospital`.
    start, days
        First moment, with its time zone, and length.

    Raises
    ------
    DataError
        When the log does not cover these days.

    Notes
    -----
    Known of each patient: arrival, class, triage, examination, imaging and results as they lasted, the patience of
    those who left, the ward wanted, nights and hour of discharge, the next ward. Queues, the doctor's and the beds',
    are not: they follow from the others and are what the replay is about.
    """
    zero, horizon = round(start.timestamp()) / 60, days * DAY
    week = Week(found, zero, horizon)
    week.check()
    found = with_rare_transfers(week)
    week = Week(found, zero, horizon)
    real, lists = week.journeys(), week.lists
    state = tuple(present for present in week.present if present is not None)
    sizes = [len(one.times) for one in lists]
    return Past(
        model=dataclasses.replace(found.model, arrivals=lists),
        start=start,
        horizon=horizon,
        state=state,
        before={one.name: len(state) + sum(sizes[:place]) for place, one in enumerate(lists)},
        count=len(state) + sum(sizes) + 1,
        known=known(week),
        under_way=under_way(week),
        unseen=unseen(week).draw,
        read=lambda lines, program: of_run(lines, program, state, real).seen(horizon),
        real=real.seen(horizon),
        near=NEAR,
        units=UNITS,
        assumed=ASSUMED,
    )
