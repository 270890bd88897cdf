"""Page: how the performance of establishments goes with the experience of their patients or customers."""

from __future__ import annotations

from chairs.core.errors import Language, Text
from chairs.dashboards import shell
from chairs.dashboards.content import Content
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


CAUTION = Text(
    fr=(
        "Association exploratoire — pas une preuve de causalité. La taille, le statut et les patients accueillis "
        "diffèrent d'un établissement à l'autre : un lien observé ne dit pas ce qu'un changement produirait."
    ),
    en=(
        "Exploratory association — not proof of causation. Size, legal status and patients differ from one "
        "establishment to the next: an observed link does not say what a change would bring."
    ),
)
NOTHING = Text(
    fr="Aucune étude avec des scores d'expérience n'a été exécutée : lancer « make run ».",
    en='No study with experience scores was run: run "make run".',
)


def body(content: Content, lang: Language) -> str:
    """Return the page: open data first, then the demonstration territory."""
    studies = content.with_any(FIGURES)
    parts = [shell.keep(shell.sentences(studies, ("associations", "position"), lang), lang)]
    first, _, rest = shell.text(CAUTION, lang).partition(". ")
    parts.append(f'<div class="banner" role="note"><strong>{first}.</strong> {rest}</div>\n')
    parts += shell.study_sections(studies, FIGURES, WIDE, lang)
    if not studies:
        parts.append(f'<p class="card none">{shell.text(NOTHING, lang)}</p>\n')
    return "".join(parts)


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
    ),
)
