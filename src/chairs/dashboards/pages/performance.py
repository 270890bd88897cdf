"""Pages: how the performance of establishments goes with the experience of their patients or customers, by study."""

from __future__ import annotations

from chairs.core.errors import Language, Text
from chairs.dashboards import fmt, shell
from chairs.dashboards.content import Content, Rendered
from chairs.dashboards.pages import PAGES, Page

FIGURES = (
    "claims",
    "ladder",
    "associations",
    "dimensions",
    "key-drivers",
    "position",
    "score-reliability",
    "score-distribution",
    "score-indicator",
)
WIDE = ("claims", "ladder", "associations", "dimensions", "key-drivers", "position", "score-reliability")
QUOTED = ("claims", "associations", "position")  # the first that a study has is quoted where studies are listed


def body(content: Content, lang: Language) -> str:
    """Return the overview: each study in a sentence, its clearest links, and the way to its own page."""
    studies = content.with_any(FIGURES)
    if not studies:
        return _caution(lang) + f'<p class="card none">{shell.text(NOTHING, lang)}</p>\n'
    parts = [shell.study_section(study, FIGURES, _summary(study, lang), lang) for study in studies]
    places = ((f"study-{study.name}", study.say("title", lang)) for study in studies)
    return "".join([_caution(lang), shell.here(places, lang) if len(studies) > 1 else "", *parts])


def part(content: Content, study: Rendered, lang: Language) -> str:
    """Return the page of one study: the way to the others, its key points, its figures."""
    said = shell.sentences([study], ("claims" if study.summary("claims") else "associations", "position"), lang)
    return _others(content, study, lang) + shell.keep(said, lang) + shell.study_page(study, FIGURES, WIDE, lang)


def _caution(lang: Language) -> str:
    first, _, rest = shell.text(CAUTION, lang).partition(". ")
    return f'<div class="banner" role="note"><strong>{first}.</strong> {rest}</div>\n'


def _others(content: Content, study: Rendered, lang: Language) -> str:
    """Return the list of the studies, this one marked, after the way back."""
    page = PAGES["performance"]
    links = [f'<li><a href="{page.file(lang)}">{shell.text(ALL, lang)}</a></li>']
    for other in content.with_any(FIGURES):
        mark = ' aria-current="page"' if other.name == study.name else ""
        name = shell.text(other.say("title", lang), lang)
        links.append(f'<li><a href="{page.file(lang, other.name)}"{mark}>{name}</a></li>')
    return f'<nav class="contents tabs" aria-label="{shell.text(STUDIES, lang)}"><ul>{"".join(links)}</ul></nav>\n'


def _summary(study: Rendered, lang: Language) -> str:
    """Return what a study found, in a sentence and its clearest links, then the list of its figures.

    Each figure's link bears the name that the figure had when all studies stood on this page: old addresses still lead
    to it.
    """
    address = PAGES["performance"].file(lang, study.name)
    found = next((summary for figure in QUOTED if (summary := study.summary(figure))), None)
    said = f'<p class="finding">{shell.text(found["sentence"][lang], lang)}</p>\n' if found else ""
    lines = "".join(f"<li>{shell.text(line[lang], lang)}</li>" for line in (found or {}).get("quoted", ()))
    listed = f"<p>{shell.text(CLEAREST, lang)}</p><ul>{lines}</ul>\n" if lines else ""
    shown = [figure for figure in FIGURES if study.has(figure)]
    links = "".join(
        f'<li><a id="{study.name}-{figure}" href="{address}#{study.name}-{figure}">'
        f"{shell.text(study.heading(figure, lang), lang)}</a></li>"
        for figure in shown
    )
    count = f"{len(shown)} {fmt.plural(len(shown), 'figure', 'figures', lang)}"
    more = f'<p><a class="more" href="{address}">{shell.text(OPEN, lang)} ({count})</a></p>'
    return f'<div class="card overview">{said}{listed}{more}\n<ul class="places">{links}</ul></div>\n'


ALL = Text(fr="Toutes les études", en="All studies")
STUDIES = Text(fr="Études", en="Studies")
OPEN = Text(fr="Ouvrir la page de cette étude", en="Open the page of this study")
CLEAREST = Text(fr="Les liens soutenus les plus nets :", en="The clearest links supported:")
CAUTION = Text(
    fr=(
        "Des associations — pas des preuves de causalité. La taille, le statut et les patients accueillis diffèrent "
        "d'un établissement à l'autre : un lien observé ne dit pas ce qu'un changement produirait."
    ),
    en=(
        "Associations — not proofs of causation. Size, legal status and patients differ from one establishment to "
        "the next: an observed link does not say what a change would bring."
    ),
)
NOTHING = Text(
    fr="Aucune étude avec des scores d'expérience n'a été exécutée : lancer « make run ».",
    en='No study with experience scores was run: run "make run".',
)
PAGES.add(
    "performance",
    Page(
        slug=Text(fr="performance", en="performance"),
        title=Text(fr="Performance et expérience", en="Performance and experience"),
        question=Text(
            fr="Quels indicateurs vont de pair avec une meilleure expérience, et où se situe l'établissement ?",
            en="Which indicators go with a better experience, and where does the establishment stand?",
        ),
        order=3,
        body=body,
        figures=FIGURES,
        part=part,
    ),
)
