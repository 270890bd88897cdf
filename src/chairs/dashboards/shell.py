"""The frame around every page: head, menu, language switch, footer; and the pieces that pages share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from itertools import groupby

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt
from chairs.dashboards.content import Rendered
from chairs.dashboards.pages import PAGES, Page
from chairs.dashboards.phrases import LEVELS, headed

SITE = Text(fr="Chaires IA et Performance", en="AI and Performance chairs")
PARTNERS = Text(
    fr="CH de Valenciennes · Université Polytechnique Hauts-de-France",
    en="CH de Valenciennes · Université Polytechnique Hauts-de-France",
)
SKIP = Text(fr="Aller au contenu", en="Skip to content")
MENU = Text(fr="Pages", en="Pages")
TWIN = Text(fr="English version", en="Version française")
DEMO = Text(
    fr=(
        "Données de démonstration. L'établissement et les patients de cette partie sont inventés : aucun chiffre ne "
        "décrit un hôpital réel."
    ),
    en=(
        "Demonstration data. The establishment and the patients of this part are invented: no figure describes a "
        "real hospital."
    ),
)
SIDES = {
    "may": Text(fr="Ce que l'on peut affirmer", en="What may be said"),
    "may_not": Text(fr="Ce que l'on ne peut pas affirmer", en="What may not be said"),
}
PERIOD = Text(fr="Données :", en="Data:")
HERE = Text(fr="Sur cette page", en="On this page")
KEEP = Text(fr="À retenir", en="Key points")
FOOT = (
    Text(
        fr=(
            "Chaque figure porte son effectif, sa source et un identifiant : « chairs trace IDENTIFIANT » remonte "
            "du chiffre affiché au calcul, au programme et aux fichiers d'origine."
        ),
        en=(
            "Each figure carries its n, its source and an identifier: “chairs trace IDENTIFIER” goes back from the "
            "number shown to the computation, the program and the original files."
        ),
    ),
    Text(
        fr="Recherche : ces pages ne servent pas à décider pour un patient.",
        en="Research: these pages are not for decisions about a patient.",
    ),
)


def text(words: Text | str, lang: Language) -> str:
    """Return words ready for HTML: typeset for the language, escaped."""
    return escape(fmt.typeset(words if isinstance(words, str) else words.say(lang), lang), quote=False)


def ordered_pages() -> list[Page]:
    """Return the pages in the order of the menu."""
    return sorted((PAGES[name] for name in PAGES), key=lambda page: page.order)


def document(page: Page, body: str, lang: Language, study: Rendered | None = None) -> str:
    """Return the whole HTML of one page, or of its part about `study`."""
    other: Language = "en" if lang == "fr" else "fr"
    twin = f"../{other}/{page.file(other, study.name if study else '')}"
    title = f"{study.say('title', lang)} – {page.title.say(lang)}" if study else page.title
    drawn = 'class="chart"' in body
    scripts = ["locale-fr.js", "plotly.min.js", "site.js"] if drawn else ["site.js"]
    tags = "\n".join(f'<script src="../assets/{name}" defer></script>' for name in scripts)
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{text(title, lang)} – {text(SITE, lang)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="../assets/site.css">
<link rel="alternate" hreflang="{other}" href="{twin}">
{tags}
</head>
<body>
<a class="skip" href="#content">{text(SKIP, lang)}</a>
{_header(page, lang, other, twin, study is not None)}
<main id="content" class="frame" tabindex="-1">
<div class="head">
<h1>{text(page.heading or page.title, lang)}</h1>
<p class="lead">{text(page.question, lang)}</p>
</div>
{body}
</main>
{_footer(lang)}
</body>
</html>
"""


def _header(page: Page, lang: Language, other: Language, twin: str, inside: bool) -> str:
    links = []
    for entry in ordered_pages():
        here = f' aria-current="{"true" if inside else "page"}"' if entry is page else ""
        links.append(f'<li><a href="{entry.file(lang)}"{here}>{text(entry.title, lang)}</a></li>')
    home = ordered_pages()[0].file(lang)
    return f"""<header class="top"><div class="frame">
<a class="brand" href="{home}">{text(SITE, lang)}<span>{text(PARTNERS, lang)}</span></a>
<nav aria-label="{text(MENU, lang)}"><ul>{"".join(links)}</ul></nav>
<a class="twin" href="{twin}" hreflang="{other}" lang="{other}">{text(TWIN, lang)}</a>
</div></header>"""


def _footer(lang: Language) -> str:
    lines = "".join(f"<p>{text(line, lang)}</p>" for line in FOOT)
    return f'<footer class="foot"><div class="frame">{lines}</div></footer>'


def keep(said: Sequence[tuple[str, str]], lang: Language) -> str:
    """Return the "À retenir" block for (where, sentence) pairs; empty when there is nothing to say."""
    if not said:
        return ""
    parts = []
    for where, pairs in groupby(said, key=lambda pair: pair[0]):
        lines = "".join(f"<li>{text(sentence, lang)}</li>" for _, sentence in pairs)
        parts.append(f"<p><strong>{text(where, lang)}</strong></p><ul>{lines}</ul>")
    return (
        f'<section class="keep" aria-labelledby="keep"><h2 id="keep">{text(KEEP, lang)}</h2>'
        f"{''.join(parts)}</section>\n"
    )


def study_sections(
    studies: Sequence[Rendered], figures: Sequence[str], wide: Collection[str], lang: Language
) -> list[str]:
    """Return the parts of a page, one a study, after a list of them when there are several."""
    parts = [study_section(study, figures, _cards(study, figures, wide, lang), lang) for study in studies]
    places = ((f"study-{study.name}", study.say("title", lang)) for study in studies)
    return parts if len(studies) < 2 else [here(places, lang), *parts]


def here(places: Iterable[tuple[str, str]], lang: Language) -> str:
    """Return the list of what stands on this page, from (place, name) pairs."""
    links = "".join(f'<li><a href="#{place}">{text(name, lang)}</a></li>' for place, name in places)
    label = text(HERE, lang)
    return f'<nav class="contents" aria-label="{label}"><span>{label}</span><ul>{links}</ul></nav>\n'


def study_page(study: Rendered, figures: Sequence[str], wide: Collection[str], lang: Language) -> str:
    """Return the part of one study that has a page to itself, with the list of its figures."""
    places = [(f"{study.name}-{figure}", study.heading(figure, lang)) for figure in figures if study.has(figure)]
    return study_section(study, figures, here(places, lang) + _cards(study, figures, wide, lang), lang)


def study_section(study: Rendered, figures: Sequence[str], inner: str, lang: Language) -> str:
    """Return one study's part of a page: its name, notice, banner, what may be said, then `inner`."""
    level = str(study.about["level"])
    tag = f'<span class="tag {level}">{text(LEVELS[level], lang)}</span>'
    period = f"{PERIOD.say(lang)} {fmt.period(str(study.about['period']), lang)}"
    return (
        f'<section aria-labelledby="study-{study.name}">\n'
        f'<h2 id="study-{study.name}">{text(study.say("title", lang), lang)} {tag}</h2>\n'
        f'<p class="under">{text(study.say("question", lang), lang)} {text(period, lang)}.</p>\n'
        f"{_banner(study, lang)}{_allowed(study, figures, lang)}{inner}</section>\n"
    )


def _cards(study: Rendered, figures: Sequence[str], wide: Collection[str], lang: Language) -> str:
    shown = [figure for figure in figures if study.has(figure)]
    whole = _alone(shown, wide) | set(wide)
    cards = (study.fragment(figure, lang) for figure in shown)
    placed = [
        card.replace('class="card', 'class="card wide', 1) if figure in whole else card
        for figure, card in zip(shown, cards, strict=True)
    ]
    return f'<div class="grid">\n{"".join(placed)}</div>\n'


def _allowed(study: Rendered, figures: Sequence[str], lang: Language) -> str:
    """Return what may be said from these figures and what may not, side by side."""
    parts = []
    for side, title in SIDES.items():
        lines = "".join(f"<li>{text(line, lang)}</li>" for line in study.allowed(figures, side, lang))
        if lines:
            parts.append(f'<div class="{side}"><h3>{text(title, lang)}</h3><ul>{lines}</ul></div>')
    return f'<div class="said">{"".join(parts)}</div>\n' if parts else ""


def _alone(shown: Sequence[str], wide: Collection[str]) -> set[str]:
    """Return the figures that would stand beside an empty half: the odd one of each run of narrow figures.

    Examples
    --------
    >>> sorted(_alone(["a", "b", "c", "W", "d"], ["W"]))
    ['c', 'd']
    """
    found = set()
    for narrow, run in groupby(shown, key=lambda figure: figure not in wide):
        group = list(run)
        if narrow and len(group) % 2:
            found.add(group[-1])
    return found


def _banner(study: Rendered, lang: Language) -> str:
    """Return what must be known before reading: invented data, or the study's own notice."""
    notice = DEMO.say(lang) if study.about["level"] == "demo" else study.say("notice", lang)
    if not notice:
        return ""
    first, _, rest = headed(notice).partition(". ")
    strong = text(first.rstrip("."), lang)
    return f'<div class="banner" role="note"><strong>{strong}.</strong> {text(rest, lang)}</div>\n'


def sentences(studies: Sequence[Rendered], figures: Sequence[str], lang: Language) -> list[tuple[str, str]]:
    """Return, for each of `figures`, the title and computed sentence of the study with most of them that has it."""
    found = []
    studies = sorted(studies, key=lambda one: -sum(one.summary(figure) is not None for figure in figures))
    for figure in figures:
        having = [(study, summary) for study in studies if (summary := study.summary(figure))]
        if having:
            study, summary = having[0]
            where = study.say("title", lang)
            if study.about["level"] == "demo":
                where += f" ({LEVELS['demo'].say(lang)})"
            found.append((where, str(summary["sentence"][lang])))
    return found
