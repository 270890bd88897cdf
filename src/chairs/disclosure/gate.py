"""The only way out: checks what may leave, hides what must be, writes it with a manifest, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import DisclosureError, Problem, Text, problem
from chairs.core.study import Study
from chairs.disclosure.masking import Masked, mask, released_contract
from chairs.disclosure.rules import Rules, TableRule, load_rules
from chairs.store.files import replacing_folder, sha256_of, write_json
from chairs.store.parquet import read_table, write_table
from chairs.tables import CONTRACTS
from chairs.tables.transitions import CASE_START

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One released table: its file, what was hidden in it and the table it was made from."""

    file: str
    rows: int
    sha256: str
    source_sha256: str
    masked_cells: int
    dropped_rows: int
    published_rows: int
    rule: Mapping[str, str]
    published_because: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What left, under which rules; written beside the tables as `manifest.json`."""

    study: str
    level: str
    notice: Mapping[str, str] | None
    rules: str
    limits: Mapping[str, int]
    outputs: tuple[Output, ...]


def release(study: Study, inputs: Mapping[str, Path], out: Path) -> Manifest:
    """Write the releasable form of `inputs` to `out`, with `manifest.json`, and return the manifest.

    Parameters
    ----------
    inputs
        Contract name -> Parquet file, for the tables of `rules.allowed()` that the study has.
    out
        Folder of the release; its former content is replaced as a whole.

    Raises
    ------
    DisclosureError
        For a study that is neither public nor demo, a table that is not on the list, or a column that names
        one person's row. Nothing is written.
    DataError
        For a table that breaks its contract. Nothing is written.

    Notes
    -----
    This first gate promises, for each table alone: no count of 1 to 10 persons, none that a published total gives
    back by subtraction, no pathway of fewer than 11 visits by name. It does not promise it across tables or across
    two releases, nor for two-way tables, nor against a reader who knows the choice of the second cell; that is why
    it refuses real patients.
    """
    rules = load_rules()
    _refuse(study, inputs, rules)
    frames = {name: _checked(name, path, rules) for name, path in sorted(inputs.items())}
    wholes = _wholes(frames)
    with replacing_folder(out) as draft:
        outputs = []
        for name, frame in frames.items():
            masked = mask(frame, CONTRACTS[name], rules, public=study.level == "public", wholes=wholes)
            written = write_table(masked.frame, released_contract(CONTRACTS[name]), draft)
            outputs.append(_output(written, inputs[name], masked, rules.tables[name]))
        manifest = Manifest(
            study=study.name,
            level=study.level,
            notice=_said(study.notice) if study.notice else None,
            rules=rules.version,
            limits={name: getattr(rules, name).value for name in ("threshold", "complement", "tail", "narrow")},
            outputs=tuple(outputs),
        )
        write_json(draft / MANIFEST, asdict(manifest))
    return manifest


def _refuse(study: Study, inputs: Mapping[str, Path], rules: Rules) -> None:
    if study.level not in rules.levels:
        raise DisclosureError((_not_yet(study, rules),))
    strangers = sorted(set(inputs) - set(rules.tables))
    if strangers:
        listed = ", ".join(sorted(rules.tables))
        raise DisclosureError(
            tuple(
                problem(
                    "cette table ne sort pas",
                    "this table does not leave",
                    file=name,
                    remedy=(f"tables admises : {listed}", f"tables admitted: {listed}"),
                )
                for name in strangers
            )
        )


def _not_yet(study: Study, rules: Rules) -> Problem:
    """Return what a study of real persons is told, as long as the gate for such data does not exist."""
    listed = ", ".join(f"« {level} »" for level in rules.levels), ", ".join(f'"{level}"' for level in rules.levels)
    return problem(
        f"étude de niveau « {study.level} » : la barrière de sortie actuelle ne sait pas encore protéger des données"
        f" de personnes réelles et n'admet que les niveaux {listed[0]}. Rien n'a été écrit ni publié",
        f'study of level "{study.level}": the present gate cannot yet protect data of real persons and admits only'
        f" the levels {listed[1]}. Nothing was written or published",
        file=f"pipelines/studies/{study.name}.yaml",
        column="level",
        remedy=(
            "retirer release et render de ses étapes (stages) jusqu'à ce que la barrière complète existe ;"
            " les étapes précédentes fonctionnent",
            "remove release and render from its stages until the full gate exists; the stages before them work",
        ),
    )


def _checked(name: str, path: Path, rules: Rules) -> pd.DataFrame:
    frame = read_table(path)
    naming = [column for column in rules.never if column in frame.columns]
    if naming:
        raise DisclosureError(
            tuple(
                problem(
                    "colonne qui désigne la ligne d'une personne",
                    "column that names one person's row",
                    file=path.name,
                    column=column,
                    remedy=("ne sortir que des tables agrégées", "release aggregated tables only"),
                )
                for column in naming
            )
        )
    return CONTRACTS[name].check(frame, file=path.name)


def _wholes(frames: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Return the totals that several tables share: `pathways`, the visits that begin in the process map."""
    if "transitions" not in frames:
        return {}
    edges = frames["transitions"]
    return {"pathways": float(edges.loc[edges["source"] == CASE_START, "n"].sum())}


def _output(written: Path, source: Path, masked: Masked, rule: TableRule) -> Output:
    published = rule.published.why if rule.published and masked.exempt else None
    return Output(
        file=written.name,
        rows=len(masked.frame),
        sha256=sha256_of(written),
        source_sha256=sha256_of(source),
        masked_cells=masked.cells,
        dropped_rows=masked.dropped,
        published_rows=masked.exempt,
        rule=_said(rule.why),
        published_because=_said(published) if published else None,
    )


def _said(text: Text) -> dict[str, str]:
    return {"fr": text.fr, "en": text.en}
