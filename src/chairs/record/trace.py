"""Walks from a printed figure back to its tables, stages, run, commit, parameters and raw files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chairs.core.errors import Language, SettingError, problem, unknown
from chairs.record import lockfile, state
from chairs.record.lockfile import Made
from chairs.record.published import manifest_path, released_sums
from chairs.record.runs import FINGERPRINT, Run
from chairs.record.tracking import find
from chairs.record.written import read_written
from chairs.store import paths

SHORT = 8  # characters of a fingerprint printed under a figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One printed number: the label of its row, its column and what the figure's table shows."""

    row: str
    column: str
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Where a figure comes from.

    Parameters
    ----------
    current
        Is it the state now on disk? Otherwise all below is what the record kept of that older state.
    tables
        Released tables behind the figure, with their SHA-256.
    stages
        What made them, from the raw files to the figure (paths with their md5, as `dvc.lock` has them).
    run
        The MLflow run that holds this state, None when it is not recorded yet.
    raw
        Raw files with the SHA-256 of their content.
    """

    study: str
    figure: str
    fingerprint: str
    current: bool
    tables: Mapping[str, str]
    rules: str
    stages: tuple[Made, ...]
    params: Mapping[str, str]
    raw: Mapping[str, str]
    run: Run | None = None
    cell: Cell | None = None
    state: str = field(default="")

    @property
    def identifier(self) -> str:
        """Return the identifier as printed under the figure."""
        return f"{self.study}/{self.figure}@{self.fingerprint[:SHORT]}"

    @property
    def commit(self) -> str | None:
        """Return the git commit of the run (the parent of the code when `dirty`)."""
        return self.run.tags.get(state.COMMIT) if self.run else None

    @property
    def dirty(self) -> bool | None:
        """Say whether the code differed from the commit; None when that is not known."""
        return {"true": True, "false": False}.get(self.run.tags.get(state.DIRTY, "")) if self.run else None

    def say(self, lang: Language = "fr") -> str:
        """Return the walk as text."""
        from chairs.record.telling import tell

        return tell(self, lang)


def trace(identifier: str) -> Trace:
    """Return where a figure, or one number of it, comes from.

    Parameters
    ----------
    identifier
        `FIGURE`, `STUDY/FIGURE` or `STUDY/FIGURE@FINGERPRINT` as printed under the figure, with `/ROW:COLUMN`
        for one number: row and column by their label, or by their place in the figure's table (from 1).

    Raises
    ------
    SettingError
        For an unknown study, figure, row or column, with the valid ones; for a figure name that several
        studies have; for a fingerprint that neither the present state nor the record knows.
    DataError
        When a file that a run left (figures, manifest, list of raw files) is gone or damaged.
    """
    study, figure, short, place = _parse(identifier)
    rendered = state.figures(study)
    if not rendered:
        raise _unrendered(study)
    if figure not in rendered:
        raise unknown(("figure", "figure"), figure, rendered, file=f"data/render/{study}/figures.json")
    drawn: Mapping[str, Any] = rendered[figure]
    if short and not str(drawn["fingerprint"]).startswith(short):
        return _past(study, figure, short, place)
    lock = lockfile.read_lock()
    made = lockfile.upstream(lock, [f"data/render/{study}"])
    mark = lockfile.fingerprint(lockfile.of_study(lock, study))
    sums = released_sums(study)
    return Trace(
        study=study,
        figure=figure,
        fingerprint=str(drawn["fingerprint"]),
        current=True,
        tables={name: sums.get(f"{name}.parquet", "") for name in drawn["tables"]},
        rules=str(read_written(manifest_path(study), study, "rules")["rules"]),
        stages=tuple(made),
        params={name: text for step in made for name, text in lockfile.flat(step.params).items()},
        raw=state.raw_files(study),
        run=find(study, FINGERPRINT, mark),
        cell=_cell(drawn, place) if place else None,
        state=mark,
    )


def _past(study: str, figure: str, short: str, place: str) -> Trace:
    """Return what the record kept of an older state of the figure."""
    run = find(study, state.FIGURES + figure, short[:SHORT])
    if run is None or place:
        raise _gone(study, figure, short, number=bool(place))
    names = run.packed(f"{state.FIGURES}{figure}.tables")
    sums = run.packed(state.TABLES)
    stages = [
        Made(
            stage=name.partition("@")[0],
            study=study,
            reads=run.packed(state.READS + name.partition("@")[0]),
            writes=run.packed(state.WRITES + name.partition("@")[0]),
        )
        for name in run.tags.get("dvc.stages", "").split()
    ]
    return Trace(
        study=study,
        figure=figure,
        fingerprint=short,
        current=False,
        tables={name: sums.get(f"{name}.parquet", "") for name in names},
        rules=run.tags.get(state.RULES, ""),
        stages=tuple(lockfile.upstream({f"{s.stage}@{s.study}": s for s in stages}, [f"data/render/{study}"])),
        params=run.params,
        raw=run.packed(state.RAW),
        run=run,
        state=run.tags[FINGERPRINT],
    )


def _parse(identifier: str) -> tuple[str, str, str, str]:
    """Return study, figure, fingerprint and place in the table (the last two may be empty)."""
    first, _, rest = identifier.strip().partition("/")
    rendered = {name: state.figures(name) for name in paths.study_names()}
    if first in rendered and rest:
        study, (named, _, place) = first, rest.partition("/")
    else:
        named, place = first, rest
        study = _owner(named.partition("@")[0], place, rendered)
    figure, mark, short = named.partition("@")
    if mark and not re.fullmatch("[0-9a-f]{4,64}", short):
        raise _gone(study, figure, short, number=False)
    return study, figure, short, place


def _owner(figure: str, place: str, rendered: Mapping[str, Mapping[str, object]]) -> str:
    """Return the one study that has a figure of this name."""
    owners = [study for study, figures in rendered.items() if figure in figures]
    if len(owners) == 1:
        return owners[0]
    if not any(rendered.values()):
        raise _unrendered(None)
    if not owners and place and ":" not in place:
        raise unknown(("étude", "study"), figure, rendered)
    choices = [f"{study}/{name}" for study in owners or rendered for name in rendered[study]]
    raise unknown(("figure", "figure"), figure, [c for c in choices if not owners or c.endswith(f"/{figure}")])


def _unrendered(study: str | None) -> SettingError:
    command = f"chairs run {study}" if study else "chairs run"
    return SettingError(
        (
            problem(
                "aucune figure n'est rendue",
                "no figure is rendered",
                file=f"data/render/{study}/figures.json" if study else None,
                remedy=(f"lancer « {command} »", f'run "{command}"'),
            ),
        )
    )


def _cell(drawn: Mapping[str, Any], place: str) -> Cell:
    row, colon, column = place.rpartition(":")
    columns, table = [str(name) for name in drawn["columns"]], drawn["rows"]
    labels = [str(line[0]) for line in table]
    if not colon:
        remedy = ("écrire /LIGNE:COLONNE", "write /ROW:COLUMN")
        raise SettingError((problem("case mal désignée", "cell not well named", file=place, remedy=remedy),))
    i, j = _index(row, labels, ("ligne", "row")), _index(column, columns, ("colonne", "column"))
    return Cell(row=labels[i], column=columns[j], value=table[i][j])


def _index(name: str, labels: list[str], kind: tuple[str, str]) -> int:
    """Return the place of `name`: a label, else a number from 1."""
    if name in labels:
        return labels.index(name)
    if name.isdecimal() and 1 <= int(name) <= len(labels):
        return int(name) - 1
    raise unknown(kind, name, [*labels[:30], f"1 … {len(labels)}"])


def _gone(study: str, figure: str, short: str, *, number: bool) -> SettingError:
    if number:
        fr = "cette empreinte est celle d'un état antérieur, dont les cases ne sont pas gardées"
        en = "this fingerprint is that of an older state, whose cells are not kept"
        remedy = (
            f"demander {study}/{figure}@{short} sans la case",
            f"ask for {study}/{figure}@{short} without the cell",
        )
    else:
        fr = "empreinte inconnue de l'état présent comme du registre MLflow"
        en = "fingerprint known neither to the present state nor to the MLflow store"
        remedy = ("vérifier l'identifiant imprimé sous la figure", "check the identifier printed under the figure")
    return SettingError((problem(fr, en, file=f"{study}/{figure}@{short}", remedy=remedy),))
