"""A replay in words: sentences, a table for the terminal, a page and files to keep."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt
from chairs.dashboards.fragment import WORDS
from chairs.live import desk_words
from chairs.record.asked import INTERNAL

if TYPE_CHECKING:
    from chairs.twin.replayed import Line, Moves, Replay

MEASURES = {
    "wait_mean": desk_words.MEASURES["wait_mean"],
    "boarding_mean": Text(fr="Attente d'un lit aux urgences", en="Wait for a bed in the ED"),
    "boarding_hours": Text(fr="Heures d'attente d'un lit aux urgences", en="Hours of waiting for a bed in the ED"),
    "stay_mean": Text(fr="Passage aux urgences de qui rentre chez soi", en="Stay in the ED of those who go home"),
    "left_unseen": Text(fr="Partis sans être vus", en="Left without being seen"),
    "put_off": Text(fr="Admissions programmées reportées", en="Planned admissions put off"),
    "census": Text(fr="Patients présents", en="Patients present"),
    "wait": Text(fr="Attente", en="Wait"),
    "queue_hours": Text(fr="Heures d'attente", en="Hours of waiting"),
    "in_use": Text(fr="Places occupées", en="Units in use"),
    "gone": Text(fr="Partis avant d'être servis", en="Left before being served"),
}
UNITS = {**desk_words.UNITS, "units": Text(fr="places", en="units")}
HEADS = {
    "fr": ("mesure", "ce qui s'est passé", "rejoué sans changement", "proche ?", "effet du changement"),
    "en": ("measure", "what happened", "played again without change", "near?", "effect of the change"),
}
PLACES = {"ED": Text(fr="Aux urgences", en="In the ED"), "all": Text(fr="Dans les unités", en="In the wards")}
WAITS = {
    "doctor": Text(fr="Attente du médecin", en="Wait for the doctor"),
    "bed": Text(fr="Attente d'un lit", en="Wait for a bed"),
    "all": Text(fr="Attentes, ensemble", en="Waits together"),
}
BEDS = {"fr": ("lit", "lits"), "en": ("bed", "beds")}
TITLE = Text(fr="Et si, la semaine dernière…", en="What if, last week…")
BY_UNIT = Text(fr="Unité par unité", en="Unit by unit")
ASSUMED = Text(fr="Ce que l'historique ne dit pas", en="What the record does not tell")
NOTE = Text(
    fr="Entre crochets, ce que laisse ouvert le tirage au sort de ce que l'historique ne montre pas, et rien d'autre : "
    "80 % des tirages pour la semaine rejouée, 95 % pour l'effet. L'erreur propre du jumeau n'y est pas : elle se lit "
    "dans l'écart entre « ce qui s'est passé » et « rejoué ». Un effet dont la mesure n'est pas proche est à ne pas "
    "croire ; un effet plus petit que cet écart est à lire avec prudence.",
    en="In brackets, what is left open by drawing what the record does not show, and nothing else: 80% of the draws "
    "for the week played again, 95% for the effect. The twin's own error is not in it: it is the gap between “what "
    "happened” and “played again”. An effect on a measure that is not near is not to be believed; one smaller than "
    "that gap is to be read with care.",
)
Labels = Mapping[str, Text]


def changed(title: Text | None, more: Mapping[str, int], labels: Labels, lang: Language) -> str:
    """Return the change in words: the scenario's title, and units more or fewer by their names."""
    parts = [] if title is None else [title.say(lang)]
    for unit, number in more.items():
        name, beds = unit, ""
        if unit in labels:  # a ward of the study
            name = labels[unit].say(lang)
            beds = f" {fmt.plural(abs(number), *BEDS[lang], lang)}"
        signed = f"{'+' if number > 0 else ''}{fmt.number(number, lang)}"
        parts.append(f"{name}{' :' if lang == 'fr' else ':'} {signed}{beds}")
    return ", ".join(parts) or {"fr": "Rien ne change", "en": "Nothing changes"}[lang]


def head(found: Replay, first: str, lang: Language) -> list[str]:
    """Return the sentences that come first: what was played, whether it can be believed, who would wait less."""
    day, counts = fmt.period(first, lang), [fmt.number(n, lang) for n in (found.present, found.arrived, found.redraws)]
    said = {
        "fr": f"À partir du {day} : {counts[0]} patients présents au début, {counts[1]} arrivés ensuite. Ce que "
        f"l'historique ne montre pas d'eux est tiré au sort {counts[2]} fois.",
        "en": f"From {day}: {counts[0]} patients present at the start, {counts[1]} came later. What the record does "
        f"not show of them is drawn {counts[2]} times.",
    }[lang]
    apart = [_apart(found, name, lang) for name in sorted(found.gaps) if name in PLACES]
    return [said, found.verdict.say(lang), *apart,
            *(_moved(one, lang) for one in found.moves)]  # fmt: skip


def _apart(found: Replay, name: str, lang: Language) -> str:
    place, apart = PLACES[name].say(lang), fmt.number(found.apart[name], lang, 1)
    said = {
        "fr": f"{place}, heure par heure : sans changement, le rejeu est à {apart} patients de ce qui s'est passé, en "
        "moyenne.",
        "en": f"{place}, hour by hour: without change the replay is {apart} patients from what happened, on average.",
    }[lang]
    if name not in found.margin:
        return said
    margin, held = fmt.number(found.margin[name], lang, 1), fmt.percent(100 * found.held[name], lang)
    weeks = fmt.number(found.weeks, lang)
    before = {
        "fr": fmt.plural(found.weeks, "La semaine d'avant, rejouée de même,", f"Les {weeks} semaines d'avant, rejouées "
                         "de même,", lang) + f" {fmt.plural(found.weeks, 'donne', 'donnent', lang)} l'erreur du "
        f"jumeau : au plus {margin} patients quatre heures sur cinq ; cette semaine, l'écart y reste {held} des "
        "heures.",
        "en": f"The {fmt.plural(found.weeks, 'week', f'{weeks} weeks', lang)} before, played likewise, "
        f"{fmt.plural(found.weeks, 'gives', 'give', lang)} the twin's error: at most {margin} patients four hours out "
        f"of five; this week it stays there {held} of the hours.",
    }[lang]  # fmt: skip
    return f"{said} {before}"


def _moved(one: Moves, lang: Language) -> str:
    what = WAITS.get(one.wait, Text(fr=f"« {one.wait} »", en=f"“{one.wait}”")).say(lang)
    less, more = (
        f"{fmt.number(mean, lang)} {fmt.interval(low, high, lang, 0)}" for mean, low, high in (one.less, one.more)
    )
    return {
        "fr": f"{what} : plus courte d'au moins un quart d'heure pour {less} patients, plus longue pour {more}.",
        "en": f"{what}: shorter by at least a quarter of an hour for {less} patients, longer for {more}.",
    }[lang]


def rows(found: Replay, labels: Labels, lang: Language) -> list[tuple[str, ...]]:
    """Return one line a measure, written out; those of the whole site first."""
    ordered = sorted(found.lines, key=lambda one: (one.of != "all", one.measure, one.of))
    return [_row(line, labels, lang) for line in ordered if math.isfinite(line.again) or math.isfinite(line.real)]


def _row(line: Line, labels: Labels, lang: Language) -> tuple[str, ...]:
    name = MEASURES[line.measure].say(lang)
    if line.of != "all":
        name += f", {labels[line.of].say(lang) if line.of in labels else line.of}"
    if line.measure != "census":  # its name says what is counted
        name += f" ({UNITS[line.unit].say(lang)})"
    digits = 0 if line.unit in ("min", "patients") and line.measure != "census" else 1
    yes = Text(fr="oui", en="yes") if line.near else Text(fr="non", en="no")
    band = fmt.interval(line.again_low, line.again_high, lang, digits)
    effect = fmt.number(line.effect, lang, digits)
    rising = line.effect > 0 and any(digit in effect for digit in "123456789")
    return (
        name, fmt.number(line.real, lang, digits), f"{fmt.number(line.again, lang, digits)} {band}", yes.say(lang),
        f"{'+' if rising else ''}{effect} {fmt.interval(line.low, line.high, lang, digits)}",
    )  # fmt: skip


def printed(found: Replay, labels: Labels, lang: Language) -> list[str]:
    """Return the measures of the whole site as lines, for the terminal; those of the units are in the files."""
    whole = dataclasses.replace(found, lines=tuple(line for line in found.lines if line.of == "all"))
    said = {
        "fr": "{0} : {1} ; rejoué {2}, proche : {3} ; effet {4}",
        "en": "{0}: {1}; played again {2}, near: {3}; effect {4}",
    }[lang]
    return [fmt.typeset(said.format(*row), lang) for row in rows(whole, labels, lang)]


def mark(found: Replay, of: str) -> str:
    """Return the identifier printed on the page, which `chairs trace` understands."""
    import hashlib

    from chairs.dashboards.fragment import identifier
    from chairs.twin.replayed import table

    content = json.dumps([content_of(found), table(found)], sort_keys=True, ensure_ascii=False)
    return identifier(of, "replay", hashlib.sha256(content.encode()).hexdigest())


def page(found: Replay, said: Sequence[str], labels: Labels, printed: str, notice: Text | None, lang: Language) -> str:
    """Return a page that needs nothing else.

    Parameters
    ----------
    said
        Its sentences, the change first.
    printed
        Its identifier.
    notice
        What must be said of the data.
    """
    other: Language = "en" if lang == "fr" else "fr"

    def safe(text: Text | str) -> str:
        return escape(fmt.typeset(text if isinstance(text, str) else text.say(lang), lang), quote=False)

    whole, units = (
        dataclasses.replace(found, lines=tuple(line for line in found.lines if (line.of == "all") == all_))
        for all_ in (True, False)
    )
    told = "".join(f"<p>{safe(one)}</p>\n" for one in said[1:])
    notes = [INTERNAL.say(lang), *([] if notice is None else [_sentence(notice.say(lang))])]
    banners = "".join(f'<p class="note" role="note">{safe(one)}</p>\n' for one in notes)
    listed = "".join(f"<li>{safe(one)}</li>\n" for one in found.assumed)
    more = f"<details><summary>{safe(BY_UNIT)}</summary>\n{_table(units, labels, lang)}</details>\n"
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{safe(TITLE)}</title>\n'
        f'<link rel="icon" href="data:,"><link rel="alternate" hreflang="{other}" href="{other}.html">\n'
        f"<style>{STYLE}</style></head>\n<body><main>\n<h1>{safe(TITLE)}</h1>\n"
        f'<p><a href="{other}.html" hreflang="{other}" lang="{other}">{desk_words.OTHER.say(lang)}</a></p>\n'
        f"{banners}<p><strong>{safe(said[0])}</strong></p>\n{told}"
        f"{_table(whole, labels, lang)}{more if units.lines else ''}<p>{safe(NOTE)}</p>\n"
        f"<h2>{safe(ASSUMED)}</h2>\n<ul>\n{listed}</ul>\n"
        f"<p>{safe(WORDS['mark'])}<code>{escape(printed)}</code></p>\n</main></body></html>\n"
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _table(found: Replay, labels: Labels, lang: Language) -> str:
    """Return the measures as a table in a box that scrolls by itself."""

    def safe(text: str) -> str:
        return escape(fmt.typeset(text, lang), quote=False)

    heads = "".join(f'<th scope="col">{safe(one)}</th>' for one in HEADS[lang])
    lines = "".join(
        f'<tr><th scope="row">{safe(row[0])}</th>{"".join(f"<td>{safe(cell)}</td>" for cell in row[1:])}</tr>\n'
        for row in rows(found, labels, lang)
    )
    name = ({line.of for line in found.lines} == {"all"} and TITLE) or BY_UNIT
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{safe(name.say(lang))}"><table>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{lines}</tbody></table></div>\n"
    )


STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;color:#1b1b1b;margin:0}main{max-width:70rem;margin:auto;padding:1rem}"
    "table{border-collapse:collapse}th,td{padding:.3rem .6rem;border-bottom:1px solid #ccc;text-align:right;"
    "font-variant-numeric:tabular-nums;white-space:nowrap}th:first-child{text-align:left;white-space:normal;min-width:9rem;"
    "font-weight:400}thead th{font-weight:600;vertical-align:bottom}.wide{overflow-x:auto}"
    ".note{border-left:4px solid #b54a00;background:#fdf0e6;padding:.6rem 1rem}details{margin:1rem 0}"
    "summary{cursor:pointer;font-weight:600;padding:.3rem 0}"
)


def _written(value: object) -> object:
    return "" if isinstance(value, float) and math.isnan(value) else value


def content_of(found: Replay) -> dict[str, object]:
    """Return all that was found as JSON holds it."""
    told: dict[str, object] = {name: getattr(found, name) for name in ("scenario", "redraws", "present", "arrived")}
    verdict = {"fr": found.verdict.fr, "en": found.verdict.en}
    assumed = [{"fr": one.fr, "en": one.en} for one in found.assumed]
    by_unit = {name: dict(getattr(found, name)) for name in ("apart", "margin", "held")}
    error = {"weeks": found.weeks, **by_unit}
    moves = [dataclasses.asdict(one) for one in found.moves]
    return {
        **told,
        "verdict": verdict,
        "inside": dict(found.inside),
        "error": error,
        "waits": moves,
        "assumed": assumed,
    }


def keep(folder: Path, found: Replay, pages: Mapping[Language, str]) -> None:
    """Write `replay.csv` (all measures), `replay.json` (all that was found) and the pages `fr.html` and `en.html`."""
    import csv
    import io

    from chairs.store.files import write_json, write_text
    from chairs.twin.replayed import table

    folder.mkdir(parents=True, exist_ok=True)
    lines = table(found)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _written(value) for key, value in line.items()} for line in lines)
    write_text(folder / "replay.csv", text.getvalue())
    write_json(folder / "replay.json", content_of(found))
    for lang, page_ in pages.items():
        write_text(folder / f"{lang}.html", page_)
