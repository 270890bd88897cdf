"""Draws the figures of one study from its released tables: `figures.json` and a piece of HTML a figure and language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, Text, problem
from chairs.core.study import Study
from chairs.dashboards.allowed import allowed
from chairs.dashboards.fiche import LANGUAGES, Absence, Fiche
from chairs.dashboards.figures import FIGURES, Drawing
from chairs.dashboards.fragment import absence, fragment
from chairs.store.files import read_json, sha256_of, write_json, write_text
from chairs.store.parquet import read_table
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd


def render_study(study: Study, released: Path, out: Path) -> None:
    """Draw every figure that `study` should have and write the pieces of its pages.

    Writes `figures.json` (the numbers of each figure, with their fingerprint), `study.json` (what the
    pages say of the study), `FIGURE.fr.html` and `FIGURE.en.html`. A figure whose table was not
    released, or holds nothing that can be shown, becomes a card that says so. The same tables give the
    same bytes.

    Parameters
    ----------
    released
        Folder of the study's released tables, `data/release/STUDY`.
    out
        Folder to fill, `data/render/STUDY`.

    Raises
    ------
    DataError
        When a released table is not readable, or lacks a column that the data dictionary gives it.
    """
    out.mkdir(parents=True, exist_ok=True)
    for stale in out.glob("*.html"):
        stale.unlink()
    tables = {path.stem: _whole(path, study.name) for path in sorted(released.glob("*.parquet"))}
    if "indicators" in tables:
        own = tables["indicators"]
        tables["indicators"] = own[~own["code"].isin(study.described.indicators)]  # of the question alone
    tried = [(FIGURES[name], _draw(FIGURES[name], study, tables)) for name in FIGURES if FIGURES[name].expected(study)]
    drawn = [(drawing, made) for drawing, made in tried if made is not None]
    numbers = {}
    for drawing, made in drawn:
        for lang in LANGUAGES:
            text = fragment(study, made, lang) if isinstance(made, Fiche) else absence(study.name, made, lang)
            write_text(out / f"{made.id}.{lang}.html", text)
        if isinstance(made, Fiche):
            numbers[made.id] = _numbers(drawing, made, tables)
    write_json(out / "figures.json", numbers)
    about = _study(study, drawn, released)
    about["allowed"] = [
        {"stages": list(line.stages), "side": line.side, **(_text(line.text) or {})} for line in allowed(study, tables)
    ]
    write_json(out / "study.json", about)


def _whole(path: Path, study: str) -> pd.DataFrame:
    """Return a released table; one that an older version wrote, without a column required today, is refused."""
    table = read_table(path)
    known = CONTRACTS[path.stem].columns if path.stem in CONTRACTS else {}
    lacking = [name for name, column in known.items() if not column.missing and name not in table.columns]
    if lacking:
        what = ("colonne absente : table d'une version antérieure", "column absent: a table of an older version")
        remedy = (f"refaire l'étude : « chairs run {study} »", f'run the study again: "chairs run {study}"')
        raise DataError((problem(*what, file=str(path), column=", ".join(lacking), remedy=remedy),))
    return table


def _draw(drawing: Drawing, study: Study, tables: dict[str, pd.DataFrame]) -> Fiche | Absence | None:
    lacking = [name for name in drawing.needs if name not in tables]
    if lacking:
        listed = ", ".join(lacking)
        fr = f"table non diffusée ({listed})" if len(lacking) == 1 else f"tables non diffusées ({listed})"
        en = f"table not released ({listed})" if len(lacking) == 1 else f"tables not released ({listed})"
        return drawing.absent(Text(fr=f"{fr}.", en=f"{en}."))
    return drawing.draw(study, {name: tables[name] for name in (*drawing.needs, *drawing.takes) if name in tables})


def _numbers(drawing: Drawing, fiche: Fiche, tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    return {
        "fingerprint": fiche.table.fingerprint(),
        "title": {"fr": fiche.title.fr, "en": fiche.title.en},
        "tables": [name for name in (*drawing.needs, *drawing.takes) if name in tables],
        **fiche.table.raw(),
    }


def _study(study: Study, drawn: list[tuple[Drawing, Fiche | Absence]], released: Path) -> dict[str, Any]:
    manifest = released / "manifest.json"
    return {
        "name": study.name,
        "title": _text(study.title),
        "question": _text(study.question),
        "notice": _text(study.notice),
        "level": study.level,
        "period": study.period,
        "calendar": study.calendar,
        "sources": list(study.read),
        "labels": {code: _text(words) for code, words in sorted(study.labels.items())},
        "figures": [_summary(drawing, made) for drawing, made in drawn if isinstance(made, Fiche)],
        "absent": [
            {"id": made.id, "stage": drawing.stage, "title": _text(made.title), "reason": _text(made.reason)}
            for drawing, made in drawn
            if isinstance(made, Absence)
        ],
        "tables": [_table(path) for path in sorted(released.glob("*.parquet"))],
        "rules": read_json(manifest).get("rules") if manifest.is_file() else None,
    }


def _summary(drawing: Drawing, fiche: Fiche) -> dict[str, Any]:
    headline = fiche.headline
    return {
        "id": fiche.id,
        "stage": drawing.stage,
        "title": _text(fiche.title),
        "sentence": _text(fiche.sentence),
        "fingerprint": fiche.table.fingerprint(),
        "headline": {"value": _text(headline.value), "label": _text(headline.label)} if headline else None,
        "quoted": [_text(line) for line in fiche.quoted],
    }


def _table(path: Path) -> dict[str, Any]:
    from pyarrow import parquet

    return {"name": path.stem, "rows": parquet.read_metadata(path).num_rows, "sha256": sha256_of(path)}


def _text(text: Text | None) -> dict[str, str] | None:
    return {"fr": text.fr, "en": text.en} if text else None
