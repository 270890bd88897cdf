"""Stage ingest: every source of a study through its reader, into one checked table per contract."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, SettingError, problem
from chairs.core.records import read_yaml
from chairs.core.study import Study
from chairs.sources import READERS
from chairs.sources.answer_rows import AnswerFile, answer_problems
from chairs.sources.catalog import Entry, entry
from chairs.sources.checking import breaches_by_row
from chairs.sources.layout import count_rows
from chairs.sources.sites import merged, without_entities
from chairs.store import paths
from chairs.store.files import replacing, sha256_of, write_json
from chairs.store.parquet import write_table
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

RANK = {"sae": 0, "esatis": 1, "iqss": 3}  # whose facts about a site win; other readers stand at 2
BY_ENTITY = ("iqss",)  # readers whose results may stand under the number of a legal entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Files that one reader reads together, and what it is told."""

    reader: str
    files: tuple[Path, ...]
    options: Mapping[str, Any]
    origin: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table that one reader made."""

    table: pd.DataFrame | Path
    origin: Input


def ingest(study: Study, raw: Path, out: Path) -> None:
    """Read the sources and files of `study` under `raw`, and write its tables and `sources.json` to `out`.

    Tables of one contract are put together. Sites that several sources describe are one row each: the
    facts of SAE win over those of e-Satis, these over those of IQSS. `sources.json` lists each raw file
    with its SHA-256, bytes, rows, reader, publisher and licence.

    Raises
    ------
    DataError
        A file that is absent, what a reader finds, what a contract refuses, a wave of answers with another scale than
        those of the other files: by file, row and column.
    """
    if not study.read and not study.files:
        raise SettingError(
            (
                problem(
                    "l'étude ne nomme aucune source et aucun fichier",
                    "the study names no source and no file",
                    file=f"{study.name}.yaml",
                    remedy=("remplir « sources: » ou « files: »", "fill in sources: or files:"),
                ),
            )
        )
    out.mkdir(parents=True, exist_ok=True)
    scratch = out / ".scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        parts: dict[str, list[Part]] = {}
        inputs = list(_inputs(study, raw, scratch))
        for item in inputs:
            for contract, table in READERS[item.reader].read(item.files, item.options).items():
                parts.setdefault(contract, []).append(Part(table=table, origin=item))
        _refuse_waves(parts.get("responses", []))
        for contract in sorted(parts):
            _write(contract, parts[contract], out, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    write_json(out / "sources.json", {"files": [line for item in inputs for line in _provenance(item, raw)]})


def _inputs(study: Study, raw: Path, scratch: Path) -> Iterator[Input]:
    for place, name in enumerate(study.read):
        source = entry(name)
        if source.reader is None:
            continue
        files = tuple(raw / source.id / file.name for file in source.files)
        told = {"year": source.year, "source": source.id, "scratch": scratch / f"s{place}"}
        yield _present(Input(reader=source.reader, files=files, options={**source.options, **told}, origin=source))
    mappings = paths.root() / "pipelines" / "mappings" / study.name
    for place, file in enumerate(study.files):
        mapping = mappings / f"{file.mapping}.yaml" if file.mapping else None
        told = {"year": None, "source": file.file, "scratch": scratch / f"f{place}"}
        options = {**told, **(read_yaml(mapping) if mapping else {}), **file.options}
        yield _present(Input(reader=file.reader, files=(raw / file.file,), options=options))


def _present(item: Input) -> Input:
    absent = [path for path in item.files if not path.is_file()]
    if absent:
        remedy = (
            "lancer « chairs data fetch », ou déposer le fichier",
            'run "chairs data fetch", or put the file there',
        )
        raise DataError(
            tuple(problem("fichier brut absent", "raw file absent", file=path.name, remedy=remedy) for path in absent)
        )
    item.options["scratch"].mkdir(parents=True, exist_ok=True)
    return item


def _refuse_waves(parts: list[Part]) -> None:
    """Refuse answers that each file alone allows and all of them together do not, as `score` would."""
    answers = [
        AnswerFile(
            table=part.table,
            file=part.origin.files[0].name,
            columns=part.origin.options.get("columns", {}),
            items=(part.origin.options.get("wide") or {}).get("columns", {}),
        )
        for part in parts
        if not isinstance(part.table, Path)
    ]
    if answers[1:] and (found := answer_problems(*answers)):
        raise DataError(tuple(found))


def _write(contract: str, parts: list[Part], out: Path, scratch: Path) -> None:
    import pandas as pd

    frames = [part.table for part in parts if not isinstance(part.table, Path)]
    files = [part.table for part in parts if isinstance(part.table, Path)]
    if frames:
        together = _sites(parts) if contract == "establishments" else pd.concat(frames) if frames[1:] else frames[0]
        try:
            written = write_table(together, contract, scratch if files else out)
        except DataError:
            _explain(contract, parts)
            raise
        files += [written] if files else []
    if files[1:]:
        _join(contract, files, out)
    elif files:
        files[0].replace(out / f"{contract}.parquet")


def _sites(parts: list[Part]) -> pd.DataFrame:
    ranked = sorted(parts, key=lambda part: RANK.get(part.origin.reader, 2))
    frames = {id(part): part.table for part in ranked if not isinstance(part.table, Path)}
    sure = {
        site for part in ranked if part.origin.reader not in BY_ENTITY for site in frames[id(part)]["establishment"]
    }
    sites = merged(list(frames.values()))
    return without_entities(sites, set(sites["establishment"]) - sure)


def _explain(contract: str, parts: list[Part]) -> None:
    """Raise what a contract refuses by the rows of the raw file, where one source alone breaks it."""
    for part in parts:
        if not isinstance(part.table, Path):
            found = breaches_by_row(part.table, contract, part.origin.files[0].name)
            if found:
                raise DataError(tuple(found)) from None


def _join(contract: str, files: list[Path], out: Path) -> None:
    """Put Parquet files of one contract together, in its order, without holding them in memory."""
    from chairs.store.duck import connected, named, quoted

    order = ", ".join(map(named, CONTRACTS[contract].order))
    listed = ", ".join(quoted(str(file)) for file in files)
    with replacing(out / f"{contract}.parquet") as draft, connected() as connection:
        connection.execute(
            f"copy (select * exclude (filename) from read_parquet([{listed}], union_by_name = true, filename = true)"
            f" order by {order}, filename) to {quoted(str(draft))} (format parquet, compression zstd)"
        )


def _provenance(item: Input, raw: Path) -> Iterator[dict[str, Any]]:
    for path in item.files:
        line: dict[str, Any] = {
            "file": path.relative_to(raw).as_posix(),
            "reader": item.reader,
            "bytes": path.stat().st_size,
            "rows": count_rows(path),
            "sha256": sha256_of(path),
        }
        if source := item.origin:
            line |= {
                "title": {"fr": source.title.fr, "en": source.title.en},
                "publisher": source.publisher,
                "licence": source.licence,
                "year": source.year,
                "page": source.page,
                "doi": source.doi,
                "via": source.via,
                "derived": source.derived,
            }
        yield line
