"""The seal of a protocol, kept in git beside it: written before the outcome is read, asked for at every run."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from chairs.core.errors import SettingError, problem
from chairs.core.records import build, read_yaml
from chairs.linking.protocol import Deviation, Protocol, place

# Keys younger than some seals, which stay as they were.
LATER = {"ladder": [], "model": "linear", "other_future_years": [], "unmeasured": []}
BESIDE = frozenset({"question", "ladder", "other_lags", "assumed"})  # no verdict is read off these
WHOLE = re.compile(r"[0-9a-f]{64}")  # a hash
SHOWN = 12  # characters of a hash by which a key's declaration is known again


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One entry of the seal's file: the first when the protocol was sealed, then one a recorded change.

    Parameters
    ----------
    date
        Day of the entry (ISO).
    seal
        Hash of everything declared (`seal`).
    parts
        By key, the beginning of the hash of what it declares: tells which keys a change touches.
    changed
        Keys that differ from the entry before: written for the reader, computed anew from `parts` where it counts.
    deviations
        Hash of each deviation recorded in the protocol so far; one that is rewritten or taken out is found.
    outcome
        `known` when scores of the study lay there at the first sealing: its claims are exploratory.
    """

    date: str
    seal: str
    parts: Mapping[str, str]
    changed: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    outcome: Literal["unread", "known"] = "unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    entries: tuple[Seal, ...] = field(default=())


def seal(protocol: Protocol) -> str:
    """Return the sha256 of everything the protocol declares, deviations apart.

    Two protocols that declare the same have the same seal, however their files are written: comments, order of keys
    and white space do not count.

    Examples
    --------
    >>> from chairs.core.errors import Text
    >>> one = Protocol(name="a", study="s", question=Text(fr="?", en="?"), estimand="within", exposures=("x",),
    ...     outcomes=("i/d",))
    >>> len(seal(one)), seal(one) == seal(one)
    (64, True)
    """
    return _hash(_declared(protocol))


def sealed(protocol: Protocol) -> dict[str, Any]:
    """Return what is written before the outcome is read: the seal, what was declared, the deviations."""
    declared = json.loads(json.dumps(asdict(protocol)))
    return {"seal": seal(protocol), "deviations": declared.pop("deviations"), "declared": declared}


def read_seals(path: Path) -> tuple[Seal, ...]:
    """Return the entries of a seal's file, oldest first; none where there is no file.

    Raises
    ------
    SettingError
        For a file that cannot be read, with the command that puts the committed one back.
    """
    if not path.is_file():
        return ()
    try:
        return build(_File, {"entries": read_yaml(path)}, path.name).entries
    except SettingError:
        raise _broken(path.stem, "scellé illisible", "unreadable seal") from None


def written(seals: Sequence[Seal], name: str) -> str:
    """Return the text of the file."""
    import yaml

    head = f"# Written by `chairs link seal {name}`, never by hand: what was declared, and each recorded change.\n"
    rows = [{key: list(v) if isinstance(v, tuple) else v for key, v in asdict(one).items()} for one in seals]
    rows = [{key: v for key, v in row.items() if (key, v) != ("outcome", "unread")} for row in rows]
    return head + yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=120)


def hold(protocol: Protocol, seals: Sequence[Seal], study: str | None = None) -> None:
    """Refuse a protocol that declares anything else than its last seal.

    Called before any outcome is read.

    Parameters
    ----------
    study
        The study that asks; None where the protocol's own is read.

    Raises
    ------
    SettingError
        For a protocol without a seal, one edited without a recorded deviation (the keys are named), one whose
        recorded deviations were rewritten, a seal's file edited by hand, and the protocol of another study.
    """
    if study is not None and protocol.study != study:
        what = (f"protocole de l'étude « {protocol.study} »", f'protocol of the study "{protocol.study}"')
        remedy = (f"donner à l'étude « {study} » son protocole", f'give the study "{study}" a protocol of its own')
        raise SettingError((problem(*what, file=place(protocol.name), column="study", remedy=remedy),))
    if not seals:
        _refuse(protocol, "ce protocole n'est pas scellé", "this protocol is not sealed", more=_back(protocol))
    _intact(protocol, seals)
    changed = _changed(protocol, seals[-1])
    if changed:
        keys = ", ".join(changed)
        _refuse(
            protocol,
            f"changé depuis son scellé du {seals[-1].date} ({keys})",
            f"changed since its seal of {seals[-1].date} ({keys})",
            column=changed[0],
            more=DEVIATE,
        )
    if tuple(_hash(asdict(one)) for one in protocol.deviations) != seals[-1].deviations:
        what = ("les écarts consignés ne sont plus ceux du scellé", "the recorded deviations are not those of the seal")
        _refuse(protocol, *what, column="deviations", more=DEVIATE)


def sealed_anew(
    protocol: Protocol, seals: Sequence[Seal], date: str, *, today: str | None = None, known: bool = False
) -> tuple[Seal, ...]:
    """Return the entries with one more, or as they were when nothing changed.

    Parameters
    ----------
    date, today
        Day of the entry and present day (ISO); without the latter nothing is said of the future, nor of a first entry.
    known
        Scores of the study are there already: kept in the first entry, whose claims are then exploratory.

    Raises
    ------
    SettingError
        For a change without one more entry under `deviations:`, former deviations that were rewritten, a seal's file
        edited by hand, and a day before the last entry (before today for the first) or after today.
    """
    _dated(date, today, seals)
    if seals:
        _intact(protocol, seals)
    told = tuple(_hash(asdict(one)) for one in protocol.deviations)
    if seals and told == seals[-1].deviations and not _changed(protocol, seals[-1]):
        return tuple(seals)
    former = seals[-1].deviations if seals else ()
    changed = _changed(protocol, seals[-1]) if seals else ()
    if told[: len(former)] != former:
        what = ("un écart déjà scellé a été récrit ou ôté", "a deviation that was sealed was rewritten or taken out")
        _refuse(
            protocol, *what, column="deviations", more=("le remettre tel quel, puis", "put it back as it was, then")
        )
    if seals and len(told) == len(former):
        keys = ", ".join(changed)
        what = (f"changement sans écart consigné ({keys})", f"a change without a recorded deviation ({keys})")
        _refuse(protocol, *what, column="deviations", more=DEVIATE)
    outcome: Literal["unread", "known"] = "known" if known and not seals else "unread"
    one = Seal(
        date=date, seal=seal(protocol), parts=_parts(protocol), changed=changed, deviations=told, outcome=outcome
    )
    return (*seals, one)


def touching(seals: Sequence[Seal]) -> bool:
    """Say whether a recorded change touches what a verdict is read off (a further rung of the ladder does not).

    A first entry that holds deviations counts: what they changed was sealed before, and that seal is gone.
    """
    return any(_touches(seals))


def outcome_known(protocol: Protocol, seals: Sequence[Seal]) -> bool:
    """Say whether the outcome was known when the protocol was first sealed: by its own word, or scores lay there."""
    return protocol.exploratory or any(one.outcome == "known" for one in seals)


def history(protocol: Protocol, seals: Sequence[Seal]) -> list[tuple[Seal, Deviation | None, bool]]:
    """Return each entry with the deviation that it records (None for the first) and whether it touches a verdict."""
    rows: list[tuple[Seal, Deviation | None, bool]] = [(seals[0], None, False)] if seals else []
    before = 0
    for one, touches in zip(seals, _touches(seals), strict=True):
        rows += [(one, deviation, touches) for deviation in protocol.deviations[before : len(one.deviations)]]
        before = len(one.deviations)
    return rows


def _touches(seals: Sequence[Seal]) -> list[bool]:
    """Return for each entry whether what it changed touches a verdict, read off the recorded parts."""
    later = [bool(set(_between(one.parts, two.parts)) - BESIDE) for one, two in pairwise(seals)]
    return [bool(seals[0].deviations), *later] if seals else []


def _dated(date: str, today: str | None, seals: Sequence[Seal]) -> None:
    """Refuse a day that is none, in the future, or before the last entry (a first seal is of today)."""
    try:
        day = datetime.date.fromisoformat(date).isoformat()
    except ValueError:
        day = ""
    least = seals[-1].date if seals else today
    if day != date or (least is not None and date < least) or (today is not None and date > today):
        what = (
            "jour illisible, à venir, ou d'avant le dernier scellé",
            "a day unreadable, to come, or before the last seal",
        )
        if not seals:
            what = ("un premier scellé porte la date du jour", "a first seal is of today")
        remedy = ("ne pas donner de date", "give no date")
        raise SettingError((problem(*what, column="--date", remedy=remedy),))


def _intact(protocol: Protocol, seals: Sequence[Seal]) -> None:
    """Refuse a seal's file whose entries do not hold together: it is written by the command, never by hand."""
    last = seals[-1]
    holds = [not seals[0].changed, (last.seal == seal(protocol)) == (dict(last.parts) == _parts(protocol))]
    holds += [WHOLE.fullmatch(one.seal) is not None for one in seals]
    for one, two in pairwise(seals):
        holds.append(tuple(two.changed) == _between(one.parts, two.parts))
        holds.append((one.seal == two.seal) == (dict(one.parts) == dict(two.parts)))
        holds.append(one.deviations == two.deviations[: len(one.deviations)] and one.date <= two.date)
        holds.append(len(two.deviations) > len(one.deviations))
    if not all(holds):
        raise _broken(protocol.name, "ce scellé a été récrit à la main", "this seal was edited by hand")


def _broken(name: str, fr: str, en: str) -> SettingError:
    file = place(name, "seal")
    remedy = (f"lancer « git restore {file} »", f'run "git restore {file}"')
    return SettingError((problem(fr, en, file=file, remedy=remedy),))


def _back(protocol: Protocol) -> tuple[str, str]:
    """Return what is asked first where a seal is missing: the one that was committed, if there was one."""
    file = place(protocol.name, "seal")
    return (
        f"d'abord « git restore {file} » ; s'il n'y en a jamais eu,",
        f'first "git restore {file}"; if there was none,',
    )


def _declared(protocol: Protocol) -> dict[str, Any]:
    """Return what is declared, as plain data; keys younger than former seals only where they are used."""
    declared = json.loads(json.dumps(asdict(protocol)))
    return {k: v for k, v in declared.items() if k != "deviations" and not (k in LATER and v == LATER[k])}


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _parts(protocol: Protocol) -> dict[str, str]:
    """Return by key the beginning of the hash of what it declares."""
    return {key: _hash(value)[:SHOWN] for key, value in _declared(protocol).items()}


def _between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key)))


def _changed(protocol: Protocol, last: Seal) -> tuple[str, ...]:
    """Return the keys that declare something else than the last seal knows."""
    return _between(last.parts, _parts(protocol))


def _refuse(
    protocol: Protocol, fr: str, en: str, *, column: str | None = None, more: tuple[str, str] = ("", "")
) -> None:
    command = f"chairs link seal {protocol.name}"
    remedy = (f"{more[0]} lancer « {command} »".strip(), f'{more[1]} run "{command}"'.strip())
    raise SettingError((problem(fr, en, file=place(protocol.name), column=column, remedy=remedy),))


DEVIATE = (
    "remettre le contenu scellé, ou consigner le changement sous deviations (date, what, why), puis",
    "put the sealed content back, or record the change under deviations (date, what, why), then",
)
