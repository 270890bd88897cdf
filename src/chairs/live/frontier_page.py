"""The page of a frontier: cost against effect, with intervals, and the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt, phrases, theme
from chairs.dashboards.fiche import LANGUAGES, Column, Fiche, Table
from chairs.dashboards.fragment import fragment, identifier
from chairs.live import desk_words
from chairs.live import frontier_words as words
from chairs.live.desk_page import DIGITS
from chairs.record.asked import INTERNAL
from chairs.twin.hospital.outcomes import UNITS
from chairs.twin.options import TOTALS

if TYPE_CHECKING:
    from chairs.twin.experiment import Effect
    from chairs.twin.optimise import Frontier, Member

HEIGHT = 460  # px
MOST = 0.75  # share of the strongest effect that counts as most of it
SIDES = ("right", "left")  # of the dots, for their numbers: by turns, so that two at one cost do not run together
LOOKS = {
    "dominated": {"size": 7, "symbol": "circle", "color": theme.GREY, "opacity": 0.55},
    "undecided": {"size": 12, "symbol": "circle-open", "color": theme.BLUE, "line": {"width": 2}},
    "frontier": {"size": 12, "symbol": "circle", "color": theme.BLUE},
}


def label(found: Frontier, member: Member, lang: Language) -> str:
    """Return a combination in words: "+8 hospitalisation de courte durée, +4 cardiologie"."""
    parts = []
    for (name, lever), units in zip(found.question.levers.items(), member.choice, strict=True):
        if units:
            sign = "+" if units > 0 else ""
            parts.append(f"{sign}{fmt.number(units, lang)} {lever.title.say(lang) if lever.title else name}")
    return ", ".join(parts) or words.TODAY.say(lang)


def effect_of(member: Member, measure: str) -> Effect | None:
    """Return the effect of a combination on a measure, None for a dominated one."""
    return next((one for one in member.effects if one.measure == measure), None)


def told(effect: Effect, lang: Language) -> str:
    """Return an effect with its unit and interval."""
    digits, sign = DIGITS.get(UNITS.get(effect.measure, ""), 2), "+" if effect.mean > 0 else ""
    number, ends = fmt.number(effect.mean, lang, digits), fmt.interval(effect.low, effect.high, lang, digits)
    return " ".join(part for part in (f"{sign}{number}", _unit(effect.measure, lang), ends) if part)


def _unit(measure: str, lang: Language) -> str:
    """Return the unit of a difference in a measure."""
    unit = UNITS.get(measure, "")
    return "points" if unit == "%" else desk_words.UNITS[unit].say(lang) if unit in desk_words.UNITS else unit


def name_of(measure: str, lang: Language) -> str:
    """Return a measure in words."""
    return desk_words.MEASURES[measure].say(lang) if measure in desk_words.MEASURES else measure


def axis_of(found: Frontier) -> str:
    """Return the total against which effects are drawn: the first among the objectives, else what has a price."""
    priced = [name for name in ("euros", "fte") if any(getattr(one, name) for one in found.question.levers.values())]
    return (*found.question.totals, *priced, "units")[0]


def sentence(found: Frontier, measure: str, lang: Language) -> str:
    """Return the finding in words, computed."""
    kept = sum(one.standing == "frontier" for one in found.members)
    said = _counts(found, kept, measure, lang)
    pairs = [(one, effect) for one in found.members if (effect := effect_of(one, measure)) is not None]
    best, effect = min(pairs, key=lambda pair: pair[1].mean)
    doubt = f", {words.STANDINGS[best.standing].say(lang)}" if best.standing == "undecided" else ""
    strongest = f"{_cost(found, best, lang)} ({_inside(measure, effect, lang)})"
    head = {"fr": "La plus efficace", "en": "The strongest"}[lang]
    colon = {"fr": " :", "en": ":"}[lang]
    said = f"{said}. {head}{doubt}{colon} {label(found, best, lang)}, {strongest}."
    cheaper = _cheaper(found, pairs, (best, effect))
    if cheaper is None:
        return said
    one, less = cheaper
    more = {"fr": "L'essentiel de cet effet, à moindre coût :", "en": "Most of that effect at less cost:"}[lang]
    return f"{said} {more} {label(found, one, lang)}, {_cost(found, one, lang)} ({_inside(measure, less, lang)})."


def _cost(found: Frontier, member: Member, lang: Language) -> str:
    axis = axis_of(found)
    cost = fmt.number(member.totals[axis], lang, 1 if axis == "fte" else 0)
    return f"{'pour' if lang == 'fr' else 'for'} {cost} {words.TOTALS[axis].say(lang)}"


def _inside(measure: str, effect: Effect, lang: Language) -> str:
    name = name_of(measure, lang)
    return f"{name[0].lower()}{name[1:]} {told(effect, lang)}"


def _cheaper(
    found: Frontier, pairs: Sequence[tuple[Member, Effect]], best: tuple[Member, Effect]
) -> tuple[Member, Effect] | None:
    """Return the cheapest combination not beaten that has most of the strongest effect; None: none is cheaper."""
    axis, (strongest, effect) = axis_of(found), best
    enough = [
        pair
        for pair in pairs
        if pair[0].standing == "frontier"
        and pair[0].totals[axis] < strongest.totals[axis]
        and pair[1].mean <= MOST * effect.mean < 0
    ]
    return min(enough, key=lambda pair: pair[0].totals[axis], default=None)


def _counts(found: Frontier, kept: int, measure: str, lang: Language) -> str:
    compared, alpha = fmt.number(len(found.members), lang), fmt.percent(100 * found.question.alpha, lang)
    doubt, many = sum(one.standing == "undecided" for one in found.members), fmt.number(kept, lang)
    tolerance = found.question.tolerance[measure]
    digits = len(f"{tolerance:g}".partition(".")[2])
    least = f"{fmt.number(tolerance, lang, digits)} {_unit(measure, lang)}".strip()
    if lang == "fr":
        verb = fmt.plural(kept, "n'est battue", "ne sont battues", lang)
        more = f" ; {doubt} {fmt.plural(doubt, 'reste indécise', 'restent indécises', lang)}" if doubt else ""
        head = f"Sur {compared} combinaisons comparées, {many} {verb} par aucune autre"
        return f"{head} (risque d'erreur {alpha} au plus, pour des écarts d'au moins {least}){more}"
    more = f"; {doubt} undecided" if doubt else ""
    head = f"Of {compared} combinations compared, {many} {fmt.plural(kept, 'is', 'are', lang)} beaten by no other"
    return f"{head} (risk of error at most {alpha}, for differences of at least {least}){more}"


def figure(found: Frontier, measure: str, lang: Language) -> Any:
    """Return cost against effect: dominated grey, undecided hollow, the frontier full with its intervals."""
    axis = axis_of(found)
    traces = []
    for standing, look in LOOKS.items():
        rows = [(i, one) for i, one in enumerate(found.members, 1) if one.standing == standing]
        if rows:
            traces.append(_dots(rows, (axis, measure), (look, words.GROUPS[standing].say(lang))))
    head = f"{name_of(measure, lang)} ({_unit(measure, lang)}, {words.APART.say(lang)})"
    line = {"color": theme.INK, "width": 1}
    zero = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "line": line}
    return theme.draw(
        traces,
        height=HEIGHT,
        margin={"l": 64, "r": 24, "t": 64, "b": 56},
        showlegend=True,
        legend=theme.LEGEND,
        xaxis={"title": {"text": words.TOTALS[axis].say(lang)}, "nticks": 6, "tickformat": ",~f"},
        yaxis={"title": {"text": head}, "nticks": 7},
        shapes=[zero],
        meta={"narrow": {"xaxis.nticks": 3}},
        separators=",\u202f" if lang == "fr" else ".,",
    )


def _dots(
    rows: Sequence[tuple[int, Member]], what: tuple[str, str], look: tuple[dict[str, Any], str]
) -> dict[str, Any]:
    (axis, measure), (marker, name) = what, look
    effects = [effect_of(one, measure) for _, one in rows]
    trace: dict[str, Any] = {
        "type": "scatter", "mode": "markers", "name": name, "marker": marker, "hoverinfo": "skip", "cliponaxis": False,
        "x": [one.totals[axis] for _, one in rows],
        "y": [one.differences[measure] if e is None else e.mean for (_, one), e in zip(rows, effects, strict=True)],
    }  # fmt: skip
    if all(effect is not None for effect in effects):
        halves = [effect.high - effect.mean for effect in effects if effect is not None]
        sides = [f"middle {SIDES[i % 2]}" for i in range(len(rows))]
        trace |= {
            "mode": "markers+text", "text": [str(i) for i, _ in rows], "textposition": sides,
            "error_y": {"type": "data", "array": halves, "color": theme.BLUE, "thickness": 2, "width": 0},
        }  # fmt: skip
    return trace


def table(found: Frontier, measure: str) -> Table:
    """Return all combinations; those not dominated with their effects from fresh runs."""
    names = {
        str(i): Text(fr=label(found, one, "fr"), en=label(found, one, "en")) for i, one in enumerate(found.members, 1)
    }
    unit = UNITS.get(measure, "")
    digits = DIGITS.get(unit, 2)
    columns = [
        Column(key="number", label=Text(fr="Nº", en="No"), kind="count"),
        Column(key="choice", label=Text(fr="Combinaison", en="Combination"), kind="word", words=names),
        *(
            Column(key=name, label=words.HEADS[name], kind="number", digits=1 if name == "fte" else 0)
            for name in TOTALS
        ),
        Column(key="standing", label=Text(fr="Verdict", en="Verdict"), kind="word", words=words.STANDINGS),
        Column(
            key="by", label=Text(fr="Battue par, ou peut l'être (nº)", en="Beaten by, or may be (No)"), kind="count"
        ),
        Column(key="mean", label=Text(fr=f"Effet ({unit})", en=f"Effect ({unit})"), kind="number", digits=digits),
        Column(key="low", label=Text(fr="De", en="From"), kind="number", digits=digits),
        Column(key="high", label=Text(fr="À", en="To"), kind="number", digits=digits),
        Column(key="replications", label=Text(fr="Simulations pour choisir", en="Runs to choose"), kind="count"),
    ]
    rows = []
    for i, one in enumerate(found.members, 1):
        effect = effect_of(one, measure)
        ends = (one.differences[measure], None, None) if effect is None else (effect.mean, effect.low, effect.high)
        costs = (one.totals[name] for name in TOTALS)
        by = None if one.by is None else one.by + 1
        rows.append((i, str(i), *costs, one.standing, by, *ends, one.replications))
    return Table(columns=tuple(columns), rows=tuple(rows), statuses=("not_applicable",) * len(rows))


def fiches(found: Frontier) -> list[Fiche]:
    """Return one figure for each measure among the objectives."""
    cards = []
    for measure in found.question.measures:
        said = Text(fr=sentence(found, measure, "fr"), en=sentence(found, measure, "en"))
        n = len(found.members)
        cards.append(
            Fiche(
                id=f"frontier-{measure.replace('_', '-').lower()}",
                title=words.TITLE,
                question=found.question.question or words.TITLE,
                sentence=said,
                alt=phrases.seen(f"Nuage de {n} combinaisons.", f"Scatter of {n} combinations.", said),
                figure={lang: figure(found, measure, lang) for lang in LANGUAGES},
                table=table(found, measure),
                n=n,
                counted=words.COUNTED,
                source=words.SOURCE,
                how_to_read=words.HOW,
                note=phrases.joined([words.NOTE, words.SEARCHED if found.searched else None]),
            )
        )
    return cards


def pages(found: Frontier) -> dict[Language, str]:
    """Return the whole page in each language; it needs the site's assets in a folder beside it."""
    title = found.question.title or words.TITLE
    plain = Text(fr=found.question.name, en=found.question.name)
    about = Study(name=found.question.name, title=title, question=plain, level="patient", period="", stages=())
    cards = fiches(found)
    return {
        lang: _document(title, _banners(found, lang), "".join(fragment(about, card, lang) for card in cards), lang)
        for lang in LANGUAGES
    }


def marks(found: Frontier) -> list[str]:
    """Return the identifiers printed on the page, which `chairs trace` understands."""
    return [identifier(found.question.name, card.id, card.table.fingerprint()) for card in fiches(found)]


def _banners(found: Frontier, lang: Language) -> str:
    said = [INTERNAL, *([] if found.question.notice is None else [found.question.notice])]
    safe = [escape(fmt.typeset(one.say(lang), lang), quote=False) for one in said]
    return "".join(f'<div class="banner" role="note">{one}</div>\n' for one in safe)


def _document(title: Text, banner: str, body: str, lang: Language) -> str:
    other: Language = "en" if lang == "fr" else "fr"
    said = escape(fmt.typeset(title.say(lang), lang), quote=False)
    scripts = "\n".join(
        f'<script src="assets/{name}" defer></script>' for name in ("locale-fr.js", "plotly.min.js", "site.js")
    )
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{said}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/site.css">
<link rel="alternate" hreflang="{other}" href="{other}.html">
{scripts}
</head>
<body>
<main id="content" class="frame">
<div class="head"><h1>{said}</h1>
<p><a href="{other}.html" hreflang="{other}" lang="{other}">{desk_words.OTHER.say(lang)}</a></p></div>
{banner}<div class="grid">{body.replace('class="card', 'class="card wide', 1)}</div>
</main>
</body>
</html>
"""
