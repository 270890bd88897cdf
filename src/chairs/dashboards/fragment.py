"""One figure as a piece of HTML: title, sentence, drawing, table, n and source, identifier."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, theme
from chairs.dashboards.fiche import Absence, Column, Fiche, Table
from chairs.store.files import rounded

WORDS = {
    "how": Text(fr="Comment lire cette figure", en="How to read this figure"),
    "table": Text(fr="Voir les données", en="See the data"),
    "lines": Text(fr="lignes", en="rows"),
    "line": Text(fr="ligne", en="row"),
    "csv": Text(fr="Télécharger ce tableau (CSV)", en="Download this table (CSV)"),
    "source": Text(fr="Source : ", en="Source: "),
    "mark": Text(fr="Identifiant : ", en="Identifier: "),
    "slide": Text(fr="↔ Faire glisser la carte pour la voir en entier", en="↔ Slide the map to see all of it"),
    "none": Text(fr="Figure non produite : ", en="Figure not made: "),
}
VISIBLE = ("text", "ticktext", "name", "yaxis.ticktext", "xaxis.ticktext", "xaxis.title.text")
NUMBERS = ("count", "number", "measure", "percent", "hours", "p")


def fragment(study: Study, fiche: Fiche, lang: Language) -> str:
    """Return the card of `fiche`; the same fiche always gives the same bytes."""
    name = f"{study.name}-{fiche.id}"
    parts = [
        f'<article class="card" id="{name}" aria-labelledby="{name}-title">',
        f'<h3 id="{name}-title">{_say(fiche.title, lang)}</h3>',
        f'<p class="question">{_say(fiche.question, lang)}</p>',
        f'<p class="finding">{_say(fiche.sentence, lang)}</p>',
        _drawing(name, fiche, lang),
        f"<details><summary>{_say(WORDS['how'], lang)}</summary><p>{_say(fiche.how_to_read, lang)}</p></details>",
        _data(name, study, fiche, lang),
        _facts(study.name, fiche, lang),
        "</article>",
    ]
    return "\n".join(parts) + "\n"


def absence(study: str, missing: Absence, lang: Language) -> str:
    """Return the card that says why a figure is not there."""
    name = f"{study}-{missing.id}"
    return (
        f'<article class="card none" id="{name}" aria-labelledby="{name}-title">\n'
        f'<h3 id="{name}-title">{_say(missing.title, lang)}</h3>\n'
        f"<p>{_say(WORDS['none'], lang)}{_say(missing.reason, lang)}</p>\n</article>\n"
    )


def identifier(study: str, figure: str, fingerprint: str) -> str:
    """Return what is printed under a figure and understood by `chairs trace`.

    Examples
    --------
    >>> identifier("demo", "arrivals", "0123456789abcdef")
    'demo/arrivals@01234567'
    """
    return f"{study}/{figure}@{fingerprint[:8]}"


def _say(text: Text, lang: Language) -> str:
    return escape(fmt.typeset(text.say(lang), lang), quote=False)


def _drawing(name: str, fiche: Fiche, lang: Language) -> str:
    drawn = fiche.figure[lang]
    alt = escape(fmt.typeset(fiche.alt.say(lang), lang))
    if isinstance(drawn, str):
        # a wide map scrolls inside its card, so the keyboard must reach it; a list reads by itself
        is_map = drawn.startswith("<svg")
        role = 'role="img" tabindex="0"' if is_map else 'role="group"'
        hint = f'<p class="slide" hidden>{_say(WORDS["slide"], lang)}</p>\n' if is_map else ""
        return f'{hint}<div class="drawn" id="{name}-drawn" {role} aria-label="{alt}">{drawn}</div>'
    content = _typeset(rounded(drawn.to_plotly_json()), lang)
    content["layout"].pop("template", None)
    text = json.dumps(
        {"data": content["data"], "layout": content["layout"], "config": theme.CONFIG},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).replace("</", "<\\/")
    return (
        f'<div class="chart" id="{name}-chart" role="img" aria-label="{alt}" data-figure="{name}-json" '
        f'style="height:{int(content["layout"]["height"])}px"></div>\n'
        f'<script type="application/json" id="{name}-json">{text}</script>'
    )


def _typeset(content: Any, lang: Language, written: bool = False) -> Any:
    """Return the figure with its visible texts typeset for the language."""
    if isinstance(content, dict):
        return {key: _typeset(value, lang, key in VISIBLE) for key, value in content.items()}
    if isinstance(content, list):
        return [_typeset(value, lang, written) for value in content]
    return fmt.typeset(content, lang) if written and isinstance(content, str) else content


def _data(name: str, study: Study, fiche: Fiche, lang: Language) -> str:
    table = fiche.table
    count = f"{fmt.number(len(table.rows), lang)} {_say(WORDS['line' if len(table.rows) == 1 else 'lines'], lang)}"
    title = _say(fiche.title, lang)
    # two studies may have the same figure: the name of its region tells them apart
    region = escape(fmt.typeset(f"{fiche.title.say(lang)} – {study.title.say(lang)}", lang))
    return (
        f"<details><summary>{_say(WORDS['table'], lang)} ({count})</summary>\n"
        f'<div class="scroll" tabindex="0" role="region" aria-label="{region}">'
        f'<table id="{name}-table" class="{_right(table)}"><caption>{title}</caption>\n{_rows(table, lang)}</table>'
        "</div>\n"
        f'<button type="button" class="csv" hidden data-table="{name}-table" data-name="{name}.csv">'
        f"{_say(WORDS['csv'], lang)}</button></details>"
    )


def _rows(table: Table, lang: Language) -> str:
    head = "".join(
        f'<th scope="col"{_class(column)}>{escape(fmt.typeset(column.label.say(lang), lang), quote=False)}</th>'
        for column in table.columns
    )
    lines = [f"<thead><tr>{head}</tr></thead><tbody>"]
    for raw, shown in zip(table.raw()["rows"], table.formatted(lang), strict=True):
        first, *rest = (escape(text, quote=False) for text in shown)
        cells = (_cell(column, *pair) for column, *pair in zip(table.columns[1:], raw[1:], rest, strict=True))
        lines.append(f'<tr><th scope="row">{first}</th>{"".join(cells)}</tr>')
    return "\n".join(lines) + "</tbody>"


def _cell(column: Column, raw: Any, text: str) -> str:
    # The download gives the number in full where the page shows it rounded or in other units.
    whole = column.kind == "hours" or (isinstance(raw, float) and round(raw, column.digits) != raw)
    kept = f' data-v="{raw!r}"' if column.kind in NUMBERS and raw is not None and whole else ""
    return f"<td{kept}>{text}</td>"


def _right(table: Table) -> str:
    """Return the classes that align the numeric columns, one for the table rather than one a cell."""
    return " ".join(f"r{i}" for i, column in enumerate(table.columns, 1) if column.kind in NUMBERS)


def _class(column: Column) -> str:
    return ' class="num"' if column.kind in NUMBERS else ""


def _facts(study: str, fiche: Fiche, lang: Language) -> str:
    count = f"n = {fmt.number(fiche.n, lang)} {fiche.counted.say(lang)}"
    note = f"<p>{_say(fiche.note, lang)}</p>\n" if fiche.note else ""
    mark = identifier(study, fiche.id, fiche.table.fingerprint())
    return (
        f'<div class="facts">\n{note}<p class="n">{escape(fmt.typeset(count, lang), quote=False)}</p>\n'
        f'<p class="source">{_say(WORDS["source"], lang)}{_say(fiche.source, lang)}</p>\n'
        f'<p class="mark">{_say(WORDS["mark"], lang)}<code>{escape(mark)}</code></p>\n</div>'
    )
