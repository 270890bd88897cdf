"""The seal of a protocol, kept in git beside it: written before the outcome is read, asked for at every run."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chairs.core.errors import SettingError, problem
from chairs.core.records import build, read_yaml
from chairs.linking.protocol import Deviation, Protocol

LATER = {"ladder": [], "model": "linear"}  # keys that younger protocols may name: former seals stay as they were
BESIDE = frozenset({"question", "ladder", "other_lags", "assumed"})  # no verdict is read off these
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
        Keys that differ from the entry before.
    deviations
        Hash of each deviation recorded in the protocol so far; one that is rewritten or taken out is found.
    """

    date: str
    seal: str
    parts: Mapping[str, str]
    changed: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()


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
    """Return the entries of a seal's file, oldest first; none where there is no file."""
    return build(_File, {"entries": read_yaml(path)}, path.name).entries if path.is_file() else ()


def written(seals: Sequence[Seal], name: str) -> str:
    """Return the text of the file."""
    import yaml

    head = f"# Written by `chairs link seal {name}`, never by hand: what was declared, and each recorded change.\n"
    rows = [{key: list(v) if isinstance(v, tuple) else v for key, v in asdict(one).items()} for one in seals]
    return head + yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=120)


def hold(protocol: Protocol, seals: Sequence[Seal]) -> None:
    """Refuse a protocol that declares anything else than its last seal.

    Called before any outcome is read.

    Raises
    ------
    SettingError
        For a protocol without a seal, one edited without a recorded deviation (the keys are named), and one whose
        recorded deviations were rewritten.
    """
    if not seals:
        _refuse(protocol, "ce protocole n'est pas scellé", "this protocol is not sealed")
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


def sealed_anew(protocol: Protocol, seals: Sequence[Seal], date: str) -> tuple[Seal, ...]:
    """Return the entries with one more, or as they were when nothing changed.

    Raises
    ------
    SettingError
        For a change without one more entry under `deviations:`, or former deviations that were rewritten.
    """
    datetime.date.fromisoformat(date)
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
    parts = {key: _hash(value)[:SHOWN] for key, value in _declared(protocol).items()}
    one = Seal(date=date, seal=seal(protocol), parts=parts, changed=changed, deviations=told)
    return (*seals, one)


def touching(seals: Sequence[Seal]) -> bool:
    """Say whether a recorded change touches what a verdict is read off (a further rung of the ladder does not)."""
    return any(set(one.changed) - BESIDE for one in seals)


def history(protocol: Protocol, seals: Sequence[Seal]) -> list[tuple[Seal, Deviation | None]]:
    """Return each entry with the deviation that it records (None for the first); one deviation a row."""
    rows: list[tuple[Seal, Deviation | None]] = [(seals[0], None)] if seals else []
    before = 0
    for one in seals:
        rows += [(one, deviation) for deviation in protocol.deviations[before : len(one.deviations)]]
        before = len(one.deviations)
    return rows


def _declared(protocol: Protocol) -> dict[str, Any]:
    """Return what is declared, as plain data; keys younger than former seals only where they are used."""
    declared = json.loads(json.dumps(asdict(protocol)))
    return {k: v for k, v in declared.items() if k != "deviations" and not (k in LATER and v == LATER[k])}


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _changed(protocol: Protocol, last: Seal) -> tuple[str, ...]:
    """Return the keys that declare something else than the last seal knows."""
    if seal(protocol) == last.seal:
        return ()
    now = {key: _hash(value)[:SHOWN] for key, value in _declared(protocol).items()}
    return tuple(sorted(key for key in now.keys() | last.parts.keys() if now.get(key) != last.parts.get(key)))


def _refuse(
    protocol: Protocol, fr: str, en: str, *, column: str | None = None, more: tuple[str, str] = ("", "")
) -> None:
    command = f"chairs link seal {protocol.name}"
    remedy = (f"{more[0]} lancer « {command} »".strip(), f'{more[1]} run "{command}"'.strip())
    raise SettingError(
        (problem(fr, en, file=f"pipelines/protocols/{protocol.name}.yaml", column=column, remedy=remedy),)
    )


DEVIATE = (
    "remettre le contenu scellé, ou consigner le changement sous deviations (date, what, why), puis",
    "put the sealed content back, or record the change under deviations (date, what, why), then",
)
