"""Writes a trace as text, in French or English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text

if TYPE_CHECKING:
    from chairs.record.trace import Trace

WORDS = {
    "figure": Text(fr="Figure", en="Figure"),
    "past": Text(
        fr="  (état antérieur : ce qui suit vient du registre)", en="  (older state: what follows is from the record)"
    ),
    "cell": Text(fr="Case", en="Cell"),
    "state": Text(fr="Empreinte de l'état", en="Fingerprint of the state"),
    "tables": Text(fr="Tables publiées (sha256), règles de diffusion", en="Released tables (sha256), disclosure rules"),
    "run": Text(fr="Exécution MLflow", en="MLflow run"),
    "unrecorded": Text(fr="pas encore enregistrée : lancer « chairs run »", en='not recorded yet: run "chairs run"'),
    "commit": Text(fr="Commit git", en="Git commit"),
    "dirty": Text(fr=" + modifications non enregistrées dans git", en=" + changes not committed"),
    "clean": Text(fr=" (copie de travail propre)", en=" (clean working tree)"),
    "unknown": Text(fr="inconnu (pas un dépôt git)", en="unknown (not a git checkout)"),
    "stages": Text(fr="Étapes, des données brutes à la figure (md5)", en="Stages, from raw data to the figure (md5)"),
    "reads": Text(fr="lit", en="reads"),
    "writes": Text(fr="écrit", en="writes"),
    "code": Text(
        fr="et {} fichiers ou dossiers de code et de réglages", en="and {} files or folders of code and settings"
    ),
    "params": Text(fr="Paramètres", en="Parameters"),
    "raw": Text(fr="Fichiers bruts (sha256)", en="Raw files (sha256)"),
    "none": Text(fr="aucun noté", en="none noted"),
    "lost": Text(
        fr="liste absente (data/ingest/{0}/sources.json) : lancer « chairs run {0} »",
        en='list absent (data/ingest/{0}/sources.json): run "chairs run {0}"',
    ),
}


def tell(found: Trace, lang: Language) -> str:
    """Return the walk from the figure to the raw files, one fact a line."""
    word = {name: text.say(lang) for name, text in WORDS.items()}
    lines = [f"{word['figure']} {found.identifier}{'' if found.current else word['past']}"]
    if found.cell is not None:
        lines.append(f"{word['cell']} {found.cell.row} : {found.cell.column} = {found.cell.value}")
    lines.append(f"{word['state']} {found.state}")
    lines.append(f"{word['tables']} {found.rules}")
    lines.extend(f"  {name}  {digest}" for name, digest in sorted(found.tables.items()))
    lines.append(f"{word['run']} {found.run.id if found.run else word['unrecorded']}")
    if found.run is not None:
        lines.append(f"{word['commit']} {_commit(found, word)}")
    lines.append(word["stages"])
    lines.extend(_stages(found, word))
    lines.append(word["params"])
    lines.extend(f"  {name} = {text}" for name, text in sorted(found.params.items()))
    lines.append(word["raw"])
    lines.extend(f"  {name}  {digest}" for name, digest in sorted(found.raw.items()))
    if not found.raw:
        lines.append(f"  {(word['lost'] if found.current else word['none']).format(found.study)}")
    return "\n".join(lines)


def _commit(found: Trace, word: dict[str, str]) -> str:
    if found.commit is None:
        return word["unknown"]
    return found.commit + word["dirty" if found.dirty else "clean"]


def _stages(found: Trace, word: dict[str, str]) -> Iterator[str]:
    for made in found.stages:
        yield f"  {made.stage}@{made.study}"
        data = {path: md5 for path, md5 in made.reads.items() if path.startswith("data/")}
        yield from (f"    {word['reads']} {path}  {md5}" for path, md5 in data.items())
        if len(made.reads) > len(data):
            yield f"    {word['code'].format(len(made.reads) - len(data))}"
        yield from (f"    {word['writes']} {path}  {md5}" for path, md5 in made.writes.items())
