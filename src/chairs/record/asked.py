"""Receipts of the pages that a command makes: where a figure comes from that belongs to no page of a study."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from chairs.core.errors import Language, SettingError, Text
from chairs.core.records import build
from chairs.record import state
from chairs.store import paths
from chairs.store.files import read_json, sha256_of, write_json

FOLDER = "asked"
MARK = re.compile(r"[\w.-]+/(?:frontier-[a-z0-9-]+|replay)(?:@(?P<short>[0-9a-f]{4,64}))?(?:/.*)?")
INTERNAL = Text(
    fr="Usage interne : cette page décrit un hôpital et n'est pas passée par le filtre de publication.",
    en="Internal use: this page describes one hospital and has not been through the release gate.",
)
_SAID = {
    "made": Text(
        fr="{} : figure d'une page faite par « chairs {} », à usage interne (elle n'est pas passée par le filtre de "
        "publication)",
        en='{}: figure of a page made by "chairs {}", for internal use (it has not been through the release gate)',
    ),
    "files": Text(fr="Faite de (sha256)", en="Made from (sha256)"),
    "settings": Text(fr="Réglages", en="Settings"),
    "commit": Text(fr="Commit git", en="Git commit"),
    "dirty": Text(fr=" + modifications non enregistrées dans git", en=" + changes not committed"),
    "again": Text(
        fr="Les mêmes fichiers et réglages redonnent la même figure, sous le même identifiant.",
        en="The same files and settings give the same figure again, under the same identifier.",
    ),
    "lost": Text(
        fr="{} : figure d'une page faite par une commande (chairs twin optimise, chairs twin replay), à usage "
        "interne ; son reçu n'est pas dans ce projet (data/asked). Le demander là où la commande a été lancée.",
        en="{}: figure of a page made by a command (chairs twin optimise, chairs twin replay), for internal use; its "
        "receipt is not in this project (data/asked). Ask where the command was run.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """How a page was made: the command, its files by name with their SHA-256, its settings, the commit of the code."""

    command: str
    files: Mapping[str, str]
    settings: Mapping[str, str]
    commit: str | None = None
    dirty: bool = False


def keep(marks: Sequence[str], command: str, files: Sequence[Path], settings: Mapping[str, object]) -> None:
    """Keep the receipt of a page under each identifier printed on it; outside a project nothing is kept.

    Files and settings that are files are kept by name, never with their folders: those are of one machine.
    """
    try:
        folder = paths.data(FOLDER)
    except SettingError:
        return
    known = state.git_state()
    receipt = Receipt(
        command=command,
        files=_named(files),
        settings={name: _without_folder(value, files) for name, value in settings.items() if value is not None},
        commit=known.get(state.COMMIT),
        dirty=known.get(state.DIRTY) == "true",
    )
    for mark in marks:
        write_json(folder / _name(mark), asdict(receipt))


def _named(files: Sequence[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file by its name; of one name, the second and later are numbered."""
    found: dict[str, str] = {}
    for path in dict.fromkeys(files):
        number = 1 + sum(other.name == path.name for other in dict.fromkeys(files[: files.index(path)]))
        found[path.name if number == 1 else f"{path.name} ({number})"] = sha256_of(path)
    return found


def _without_folder(value: object, files: Sequence[Path]) -> str:
    said = str(value)
    path = Path(said)
    return path.name if path.is_absolute() or path in files else said


def answer(identifier: str, lang: Language) -> str | None:
    """Return what is known of a figure of a page that a command made; None for the figure of a study.

    Examples
    --------
    >>> answer("demo/arrivals@0123abcd", "en") is None
    True
    """
    mark = identifier.strip()
    match = MARK.fullmatch(mark)
    if match is None:
        return None
    first, figure = mark.split("/")[:2]
    short = (match["short"] or "")[:8]
    place = paths.data(FOLDER)
    found = sorted(place.glob(_name(f"{first}/{figure.partition('@')[0]}@{short}*"))) if place.is_dir() else []
    if not found:
        return _SAID["lost"].say(lang).format(mark)
    return "\n".join(_told(path, lang) for path in found)


def _name(mark: str) -> str:
    return f"{mark.replace('/', '--')}.json"


def _told(path: Path, lang: Language) -> str:
    kept = build(Receipt, read_json(path), path.name)
    said = {name: text.say(lang) for name, text in _SAID.items()}
    lines = [said["made"].format(path.stem.replace("--", "/", 1), kept.command), said["files"]]
    lines += [f"  {name}  {digest}" for name, digest in sorted(kept.files.items())]
    lines += [said["settings"], *(f"  {name} = {value}" for name, value in sorted(kept.settings.items()))]
    if kept.commit is not None:
        lines.append(f"{said['commit']} {kept.commit}{said['dirty'] if kept.dirty else ''}")
    return "\n".join([*lines, said["again"]])
