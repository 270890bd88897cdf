"""Page: how patients move, where they wait, where beds are short."""

from __future__ import annotations

from chairs.core.errors import Language, Text
from chairs.dashboards import shell
from chairs.dashboards.content import Content
from chairs.dashboards.pages import PAGES, Page

FIGURES = ("arrivals", "census", "durations", "waits", "process-map", "variants")
WIDE = ("arrivals", "census", "process-map", "variants")
KEPT = ("arrivals", "durations", "census")


def body(content: Content, lang: Language) -> str:
    """Return the page: one part per study that has an event log, real calendars first."""
    studies = sorted(content.with_any(FIGURES), key=lambda study: study.about["calendar"] != "real")
    parts = [shell.keep(shell.sentences(studies, KEPT, lang), lang)]
    parts += shell.study_sections(studies, FIGURES, WIDE, lang)
    if not studies:
        parts.append(f'<p class="card none">{shell.text(NOTHING, lang)}</p>\n')
    return "".join(parts)


NOTHING = Text(
    fr="Aucune étude avec un journal d'événements n'a été exécutée : lancer « make run ».",
    en='No study with an event log was run: run "make run".',
)

PAGES.add(
    "flow",
    Page(
        slug=Text(fr="parcours", en="flow"),
        title=Text(fr="Parcours des patients", en="Patient flow"),
        question=Text(
            fr="Quand arrivent les patients, combien de temps attendent-ils, et où les lits manquent-ils ?",
            en="When do patients come, how long do they wait, and where are beds short?",
        ),
        order=2,
        body=body,
        figures=FIGURES,
    ),
)
