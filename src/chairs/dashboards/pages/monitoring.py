"""Page: what has changed in the establishment, and who stands apart from the others."""

from __future__ import annotations

from chairs.core.errors import Language, Text
from chairs.dashboards import shell
from chairs.dashboards.content import Content
from chairs.dashboards.pages import PAGES, Page

FIGURES = ("control-charts", "funnel", "comment-themes")
WIDE = ("control-charts", "funnel")


def body(content: Content, lang: Language) -> str:
    """Return the page: one part per study with monthly measures or scores with their errors."""
    studies = content.with_any(FIGURES)
    parts = [shell.keep(shell.sentences(studies, FIGURES, lang), lang)]
    parts += shell.study_sections(studies, FIGURES, WIDE, lang)
    if not studies:
        parts.append(f'<p class="card none">{shell.text(NOTHING, lang)}</p>\n')
    return "".join(parts)


NOTHING = Text(
    fr="Aucune étude avec des mesures mensuelles n'a été exécutée : lancer « make run ».",
    en='No study with monthly measures was run: run "make run".',
)
PAGES.add(
    "monitoring",
    Page(
        slug=Text(fr="suivi", en="monitoring"),
        title=Text(fr="Suivi", en="Monitoring"),
        question=Text(
            fr="Qu'est-ce qui a changé au-delà de la variation habituelle, et qui s'écarte des autres ?",
            en="What has changed beyond the usual variation, and who stands apart from the others?",
        ),
        order=4,
        body=body,
        figures=FIGURES,
    ),
)
