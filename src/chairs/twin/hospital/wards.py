"""The wards: asking for a bed, waiting, going elsewhere, the move, the stay, the next ward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chairs.twin.durations import Duration, Durations
from chairs.twin.hospital import lengths
from chairs.twin.hospital.moves import Moves
from chairs.twin.hospital.reading import HospitalLog
from chairs.twin.hospital.wanted import Wanted
from chairs.twin.steps import Delay, EndPatience, Leave, Mark, Patience, Reclass, Release, Route, Seize, Step, Tally

TRANSFER = "transfer"
DISCHARGED = "discharged"
PUT_OFF = "put off"
ELSEWHERE = "elsewhere, wanted "
OR_ANOTHER = " or another"
ENDS_AT_ONCE = Durations(rows=(lengths.AT_ONCE,))
PLANNED = "planned "
A_CALL = Duration(kind="fixed", mean=0.1)  # minutes to ring the other wards: a queue is never left and joined at once


@dataclass(frozen=True)
class Learnt:
    """What all wards share: log, wards wanted, classes, clock of discharge, moves, places to give back, stays.

    `ways` says by ward where its patients come from: "" an emergency department, `PLANNED` home, nothing where nobody
    asks for it; `from_ed` names the classes of those who came by a department; `onward` see there.
    """

    log: HospitalLog
    wanted: Wanted
    classes: tuple[str, ...]
    clock: Duration
    moves: Moves
    ways: dict[str, tuple[str, ...]]
    from_ed: frozenset[str]
    gives_up: dict[str, Duration]
    places: tuple[str, ...]
    onward: np.ndarray
    stays: dict[int, lengths.Stay]


def long_class(ward: str, ed: bool) -> str:
    """Return the class of those who wait for a ward and look for another: first there, last elsewhere."""
    return f"long ED {ward}" if ed else f"long {ward}"


def long_transfer(ward: str) -> str:
    """Return the class of those who wait for a ward, come from another and look for a third."""
    return f"long transfer {ward}"


def lying(log: HospitalLog) -> tuple[np.ndarray, np.ndarray]:
    """Return the begin and the end of each stay on the local clock; one that goes on ends when a bed is asked for."""
    stays = log.stays
    asked_next = stays["requested"].shift(-1).where(stays["case_id"].shift(-1) == stays["case_id"])
    return log.local(stays["start"].to_numpy()), log.local(asked_next.fillna(stays["end"]).to_numpy())


def stays_of(
    log: HospitalLog, lain: tuple[np.ndarray, np.ndarray], wanted: Wanted, clock: Duration
) -> dict[int, lengths.Stay]:
    """Return the stay of each ward wanted, from stays (`lying`) that began in the log and could end in it (60 days).

    Notes
    -----
    Of a ward that sends its patients to others, or takes theirs, only from those who came before others are tried
    (when 60 did): which ward a later one wanted is read with error, and nights of other wards' patients among its own
    would make a short stay long (by 2.7 % for post-emergency medicine, eight draws of the demonstration hospital).
    """
    start, end = lain
    whole = np.isfinite(end) & (start >= log.first * 1440.0) & (start < (log.last - 60) * 1440.0)
    sure = whole & ~_looked_elsewhere(log, wanted)
    alone = np.array([not others for others in wanted.elsewhere])
    alone[[other for others in wanted.elsewhere for other in others]] = False
    alone |= np.bincount(wanted.ward[sure], minlength=len(alone)) < lengths.ENOUGH
    kept = whole & (sure | alone[wanted.ward])
    return lengths.stays(wanted.ward[kept], start[kept], end[kept], clock)


def priorities(wards: tuple[str, ...], classes: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """Return the order in each ward: transfers, those who wait for it longest, others, those who wanted another."""
    found = {}
    for ward in wards:
        rank = dict.fromkeys(classes, 2)
        rank |= {name: 3 for name in classes if name.startswith("long ")}
        rank |= {name: 0 for name in (TRANSFER, long_transfer(ward)) if name in rank} | {
            name: 1 for name in (long_class(ward, True), long_class(ward, False)) if name in rank
        }
        found[ward] = rank
    return found


def ward_steps(learnt: Learnt) -> list[Step]:
    """Return the steps of all wards, and the exits."""
    steps: list[Step] = []
    targets = sorted(set(np.flatnonzero(learnt.onward.sum(axis=(0, 1)))))
    for row, ward in enumerate(learnt.log.wards):
        if learnt.ways[ward]:
            steps += _asking(learnt, row)
        if learnt.ways[ward] or row in targets:
            steps += _staying(learnt, row)
    asked = {to for step in steps if isinstance(step, Route) for to in step.to} | {step.next for step in steps}
    for target in map(int, targets):
        ward = learnt.log.wards[target]
        begin, *rest = transfer_to(ward, learnt.log.wards, learnt.classes, learnt.moves.onward[ward])
        steps += [begin, *rest] if begin.name in asked else rest  # a step that nobody reaches is refused
        if f"{begin.name}{OR_ANOTHER}" in asked:
            steps += _or_another(learnt, target)
    return [*steps, Release(name=DISCHARGED), Leave(name="discharge"), Release(name=PUT_OFF),
            Leave(name="cancellation")]  # fmt: skip


def _asking(learnt: Learnt, row: int) -> list[Step]:
    ward, others = learnt.log.wards[row], learnt.wanted.elsewhere[row]
    elsewhere = learnt.wanted.patience if others else None
    first = Duration(kind="fixed", mean=elsewhere) if elsewhere is not None else lengths.NEVER
    gives_up = [learnt.gives_up.get(name, lengths.NEVER) for name in learnt.classes]
    start: list[Step] = [
        Mark(name=f"ask {ward}", clock="asked"),
        Patience(
            name=f"wait {ward}",
            duration=Durations(by="class", rows=tuple(first if others else own for own in gives_up)),
            leaves=f"look elsewhere {ward}" if others else PUT_OFF,
        ),
        Seize(name=f"bed {ward}", options=({ward: 1},), activity="bed"),
        EndPatience(name=f"granted {ward}", next=_way(learnt, row, ward)[0].name),
    ]
    if not others:
        return start
    rest = tuple(_less(own, elsewhere or 0.0) for own in gives_up)
    options = ({ward: 1}, *({learnt.log.wards[other]: 1} for other in others))
    return [
        *start,
        Delay(name=f"look elsewhere {ward}", duration=Durations(rows=(A_CALL,)), activity="call"),
        Patience(name=f"elsewhere {ward}", duration=Durations(by="class", rows=rest), leaves=PUT_OFF),
        Reclass(name=f"long {ward}", to=_becoming(learnt, ward)),
        Seize(name=f"any bed {ward}", options=options, activity="bed"),
        EndPatience(name=f"found {ward}", next=_way(learnt, row, f"{ELSEWHERE}{ward}")[0].name),
    ]


def _becoming(learnt: Learnt, ward: str) -> dict[str, str]:
    """Return the class of each class of those who look for another ward than `ward`."""
    return {
        name: long_class(ward, name in learnt.from_ed)
        for name in learnt.classes
        if name != TRANSFER and not name.startswith("long ")
    }


def _less(patience: Duration, by: float) -> Duration:
    """Return what is left of a fixed patience; another is not continued."""
    if patience.kind != "fixed" or patience.mean is None:
        return lengths.NEVER
    return Duration(kind="fixed", mean=max(patience.mean - by, 0.01))


def _staying(learnt: Learnt, row: int) -> list[Step]:
    ward, found = learnt.log.wards[row], learnt.stays.get(row, lengths.Stay(duration=ENDS_AT_ONCE, clock=None))
    steps = _lying(learnt, row, ward, found)
    return steps + _lying(learnt, row, f"{ELSEWHERE}{ward}", found) if learnt.wanted.elsewhere[row] else steps


def _lying(learnt: Learnt, row: int, name: str, stay: lengths.Stay) -> list[Step]:
    """Return the move, the stay and what follows."""
    log, far = learnt.log, name.startswith(ELSEWHERE)
    onward_from, may_lie = learnt.onward[int(far), row], {row, *(learnt.wanted.elsewhere[row] if far else ())}
    on = np.flatnonzero(onward_from)
    up = {int(other): f"{name} up for {log.wards[other]}" for other in on if other in may_lie}
    to = {int(other): _onward_to(learnt, may_lie, int(other)) for other in on}
    shares = [round(float(onward_from[other]), 5) for other in on]
    line = (*shares, max(round(1 - sum(shares), 5), 0.0))
    ends = (*(0.0 for _ in on), 1.0)
    entering: list[Step] = [
        *_way(learnt, row, name),
        Tally(name=f"in {name}", measure="boarding", since="asked", within=(240.0, 480.0)),
        Release(name=f"left the ED for {name}", resources=learnt.places),
    ]
    return [
        *(entering if learnt.ways[log.wards[row]] else ()),
        Delay(name=f"stay {name}", duration=stay.duration, lands=stay.clock, held=stay.held, activity="ward_stay"),
        Route(
            name=f"after {name}",
            to=(*(up.get(other, step) for other, step in to.items()), DISCHARGED),
            by="class",
            probabilities=tuple(
                ends if cls == TRANSFER or cls.startswith("long transfer ") else line for cls in learnt.classes
            ),
        ),
        *(Release(name=step, resources=(log.wards[other],), next=to[other]) for other, step in up.items()),
    ]


def _way(learnt: Learnt, row: int, name: str) -> list[Step]:
    """Return the move to the bed granted, by where the patient comes from."""
    lengths_of = {"": learnt.moves.emergency, PLANNED: learnt.moves.planned}
    ways = learnt.ways[learnt.log.wards[row]]
    moves: list[Step] = [
        Delay(name=f"move {way}{name}", duration=Durations(rows=(lengths_of[way],)), activity="move", next=f"in {name}")
        for way in ways
    ]
    if len(ways) == 1:
        return moves
    lines = tuple((1.0, 0.0) if cls in learnt.from_ed else (0.0, 1.0) for cls in learnt.classes)
    to = tuple(move.name for move in moves)
    return [Route(name=f"way to {name}", to=to, by="class", probabilities=lines), *moves]


def _onward_to(learnt: Learnt, may_lie: set[int], target: int) -> str:
    """Return the first step of a transfer; who may lie in a ward that the target sends to waits for the target."""
    others = learnt.wanted.elsewhere[target]
    another = learnt.wanted.onward and others and not may_lie & set(others)
    return f"transfer {learnt.log.wards[target]}{OR_ANOTHER if another else ''}"


def _or_another(learnt: Learnt, row: int) -> list[Step]:
    """Return the steps of those who go on to a ward and, after the usual wait, look for another."""
    ward, others = learnt.log.wards[row], [learnt.log.wards[other] for other in learnt.wanted.elsewhere[row]]
    limit = Durations(rows=(Duration(kind="fixed", mean=learnt.wanted.patience),))
    name, place = f"transfer {ward}{OR_ANOTHER}", f"{ELSEWHERE}{ward}"
    left = tuple(one for one in learnt.log.wards if one not in (ward, *others))
    options = ({ward: 1}, *({other: 1} for other in others))
    return [
        Reclass(name=name, to=dict.fromkeys(learnt.classes, TRANSFER)),
        Patience(name=f"{name}, wait", duration=limit, leaves=f"{name}, call", next=f"transfer bed {ward}"),
        Delay(name=f"{name}, call", duration=Durations(rows=(A_CALL,)), activity="call"),
        Reclass(name=f"{name}, long", to={TRANSFER: long_transfer(ward)}),
        Seize(name=f"any transfer bed {ward}", options=options, activity="bed"),
        Delay(name=f"transfer move {place}", duration=Durations(rows=(learnt.moves.onward[ward],)), activity="move"),
        Release(name=f"left for {place}", resources=left, next=f"stay {place}"),
    ]


def transfer_to(ward: str, wards: Sequence[str], classes: Sequence[str], move: Duration) -> list[Step]:
    """Return the steps of those who go on to a ward from another one."""
    others = tuple(name for name in wards if name != ward)
    return [
        Reclass(name=f"transfer {ward}", to=dict.fromkeys(classes, TRANSFER), next=f"transfer bed {ward}"),
        Seize(name=f"transfer bed {ward}", options=({ward: 1},), activity="bed"),
        EndPatience(name=f"transfer granted {ward}"),
        Delay(name=f"transfer move {ward}", duration=Durations(rows=(move,)), activity="move"),
        Release(name=f"left for {ward}", resources=others, next=f"stay {ward}"),
    ]


def onward(log: HospitalLog, wanted: Wanted) -> np.ndarray:
    """Return the share of stays of each ward wanted that go on to each other ward (11 patients or more).

    Returns
    -------
    array (2, wards, wards)
        From a stay in the ward wanted, and from one that was found after looking elsewhere: in another ward, or in the
        one wanted after all.

    Notes
    -----
    The model does not know in which ward one lies who looked elsewhere. To a ward that patients of the one wanted are
    sent to, all of them go with the share of that one's other patients, times the share of them who lie elsewhere than
    there; who lies there gives his bed back and asks for it anew. Those who went where fewer than 11 did go on too:
    they count for the wards that more went to, in proportion.
    """
    stays, n = log.stays, len(log.wards)
    case, order = stays["case_id"].to_numpy(), stays["order"].to_numpy()
    follows = np.append((case[1:] == case[:-1]), False)
    first = (order == 0) & np.isfinite(stays["end"].to_numpy())
    shares = np.zeros((2, n, n))
    for k, those in enumerate((first & ~wanted.diverted, first)):
        counts, rows = np.zeros((n, n)), np.flatnonzero(those & follows)
        np.add.at(counts, (wanted.ward[rows], wanted.ward[rows + 1]), 1)
        np.fill_diagonal(counts, 0)
        every = counts.sum(axis=1, keepdims=True)
        counts[counts < lengths.LEAST] = 0
        counts *= every / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        shares[k] = counts / np.maximum(np.bincount(wanted.ward[those], minlength=n), 1)[:, None]
    late = _looked_elsewhere(log, wanted)
    for row, others in enumerate(wanted.elsewhere):
        if not others:
            shares[1, row] = 0
            continue
        lies = np.bincount(log.place[first & late & (wanted.ward == row)], minlength=n)
        shares[1, row, list(others)] = shares[0, row, list(others)] * (1 - lies / max(lies.sum(), 1))[list(others)]
    shares[1] /= np.maximum(shares[1].sum(axis=1, keepdims=True), 1)  # of two populations: together they may pass 1
    return shares


def _looked_elsewhere(log: HospitalLog, wanted: Wanted) -> np.ndarray:
    """Say which stays were found after looking elsewhere: in another ward, or after so long a wait."""
    waited = (log.stays["start"] - log.stays["requested"]).to_numpy()
    late: np.ndarray = wanted.diverted | (waited >= (np.inf if wanted.patience is None else wanted.patience))
    return late
