"""A replay in words: sentences, a table for the terminal, a page and files to keep."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt
from chairs.live import desk_words

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
    "fr": ("mesure", "en vrai", "rejoué [80 %]", "proche ?", "effet du changement [95 %]"),
    "en": ("measure", "in truth", "played again [80%]", "near?", "effect of the change [95%]"),
}
PLACES = {"ED": Text(fr="Aux urgences", en="In the ED"), "all": Text(fr="Dans les unités", en="In the wards")}
WAITS = {
    "doctor": Text(fr="Médecin", en="Doctor"),
    "bed": Text(fr="Lit", en="Bed"),
    "all": Text(fr="Ensemble", en="All"),
}
NOTE = Text(
    fr="L'intervalle compte le hasard de ce que le journal ne montre pas, et rien d'autre. Un effet dont la mesure "
    "n'est pas proche de ce qui s'est passé est à ne pas croire ; un effet plus petit que l'écart entre « en vrai » et "
    "« rejoué » est à lire avec prudence.",
    en="The interval holds the chance of what the log does not show, and nothing else. An effect on a measure that is "
    "not near what happened is not to be believed; one that is smaller than the gap between “in truth” and “played "
    "again” is to be read with care.",
)
Labels = Mapping[str, Text]


def head(found: Replay, period: str, lang: Language) -> list[str]:
    """Return the sentences that come first: what was played, whether it can be believed, who would wait less."""
    day = dt.date.fromisoformat(period).strftime("%d/%m/%Y") if lang == "fr" else period
    said = {
        "fr": f"À partir du {day} : {found.present} patients présents au début, {found.arrived} arrivés ensuite ; "
        f"{found.redraws} tirages de ce que le journal ne montre pas.",
        "en": f"From {day}: {found.present} patients present at the start, {found.arrived} came later; "
        f"{found.redraws} draws of what the log does not show.",
    }[lang]
    apart = [_apart(found, name, lang) for name in sorted(found.apart) if name in PLACES]
    return [said, found.verdict.say(lang), *apart,
            *(_moved(one, lang) for one in found.moves)]  # fmt: skip


def _apart(found: Replay, name: str, lang: Language) -> str:
    place, share = PLACES[name].say(lang), fmt.percent(100 * found.inside[name], lang)
    apart = fmt.number(found.apart[name], lang, 1)
    return {
        "fr": f"{place}, heure par heure : {apart} patients d'écart en moyenne avec ce qui s'est passé ; dans la bande "
        f"à 80 % du rejeu à {share} des heures (elle est étroite : presque tout est connu).",
        "en": f"{place}, hour by hour: {apart} patients apart on average from what happened; inside the replay's 80% "
        f"band at {share} of the hours (it is narrow: almost everything is known).",
    }[lang]


def _moved(one: Moves, lang: Language) -> str:
    what = WAITS.get(one.wait, Text(fr=f"« {one.wait} »", en=f"“{one.wait}”")).say(lang)
    less, more = (
        f"{fmt.number(mean, lang)} {fmt.interval(low, high, lang, 0)}" for mean, low, high in (one.less, one.more)
    )
    return {
        "fr": f"{what} : attente plus courte d'au moins un quart d'heure pour {less} patients, plus longue "
        f"pour {more}.",
        "en": f"{what}: a wait shorter by at least a quarter of an hour for {less} patients, longer for {more}.",
    }[lang]


def rows(found: Replay, labels: Labels, lang: Language) -> list[tuple[str, ...]]:
    """Return one line a measure, written out; those of the whole site first."""
    ordered = sorted(found.lines, key=lambda one: (one.of != "all", one.measure, one.of))
    return [_row(line, labels, lang) for line in ordered if math.isfinite(line.again) or math.isfinite(line.real)]


def _row(line: Line, labels: Labels, lang: Language) -> tuple[str, ...]:
    name = MEASURES[line.measure].say(lang)
    if line.of != "all":
        name += f", {labels[line.of].say(lang) if line.of in labels else line.of}"
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
    import dataclasses

    whole = dataclasses.replace(found, lines=tuple(line for line in found.lines if line.of == "all"))
    said = {
        "fr": "{0} : {1} en vrai, {2} rejoué [80 %], proche : {3} ; effet {4} [95 %]",
        "en": "{0}: {1} in truth, {2} played again [80%], near: {3}; effect {4} [95%]",
    }[lang]
    return [fmt.typeset(said.format(*row), lang) for row in rows(whole, labels, lang)]


def page(found: Replay, title: str, said: Sequence[str], labels: Labels, lang: Language) -> str:
    """Return a page that needs nothing else: sentences, table, what is assumed."""
    name = {"fr": "Et si, la semaine dernière…", "en": "What if, last week…"}[lang]
    assumed = {"fr": "Ce que le journal ne dit pas", "en": "What the log does not tell"}[lang]

    def safe(text: str) -> str:
        return escape(fmt.typeset(text, lang), quote=False)

    heads = "".join(f'<th scope="col">{safe(one)}</th>' for one in HEADS[lang])
    lines = "".join(
        f'<tr><th scope="row">{safe(row[0])}</th>{"".join(f"<td>{safe(cell)}</td>" for cell in row[1:])}</tr>\n'
        for row in rows(found, labels, lang)
    )
    told = "".join(f"<p>{safe(one)}</p>\n" for one in said)
    listed = "".join(f"<li>{safe(one.say(lang))}</li>\n" for one in found.assumed)
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{safe(name)}</title>\n'
        f"<style>{STYLE}</style></head>\n<body><main>\n<h1>{safe(name)}</h1>\n<p><strong>{safe(title)}</strong></p>\n"
        f'{told}<div class="wide" tabindex="0" role="region" aria-label="{safe(name)}"><table>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{lines}</tbody></table></div>\n<p>{safe(NOTE.say(lang))}</p>\n"
        f"<h2>{safe(assumed)}</h2>\n<ul>\n{listed}</ul>\n</main></body></html>\n"
    )


STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;color:#1b1b1b;margin:0}main{max-width:70rem;margin:auto;padding:1rem}"
    "table{border-collapse:collapse}th,td{padding:.3rem .6rem;border-bottom:1px solid #ccc;text-align:right;"
    "font-variant-numeric:tabular-nums;white-space:nowrap}th:first-child{text-align:left;white-space:normal;"
    "font-weight:400}thead th{font-weight:600;vertical-align:bottom}.wide{overflow-x:auto}"
)


def _written(value: object) -> object:
    return "" if isinstance(value, float) and math.isnan(value) else value


def keep(folder: Path, found: Replay, html: str) -> None:
    """Write `replay.csv` (all measures), `replay.json` (all that was found) and `replay.html`."""
    import csv
    import dataclasses
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
    moves = [dataclasses.asdict(one) for one in found.moves]
    told: dict[str, object] = {name: getattr(found, name) for name in ("scenario", "redraws", "present", "arrived")}
    verdict = {"fr": found.verdict.fr, "en": found.verdict.en}
    assumed = [{"fr": one.fr, "en": one.en} for one in found.assumed]
    told |= {"verdict": verdict, "inside": dict(found.inside), "waits": moves, "assumed": assumed}
    write_json(folder / "replay.json", told)
    write_text(folder / "replay.html", html)
