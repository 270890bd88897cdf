"""Page: the twin of the flow, what it answers to "what if?", and whether it can be believed."""

from __future__ import annotations

from chairs.core.errors import Language, Text
from chairs.dashboards import shell
from chairs.dashboards.content import Content
from chairs.dashboards.pages import PAGES, Page

FIGURES = ("scenarios", "forecasts", "trust", "assumptions", "risk", "risk-groups", "drift")

KEPT = ("scenarios", "forecasts", "trust", "drift")


def body(content: Content, lang: Language) -> str:
    """Return the page: scenarios first, then forecasts, the tests of the model, what it assumes."""
    studies = content.with_any(FIGURES)
    parts = [shell.keep(shell.sentences(studies, KEPT, lang), lang)]
    parts += shell.study_sections(studies, FIGURES, FIGURES, lang)
    if not studies:
        parts.append(f'<p class="card none">{shell.text(NOTHING, lang)}</p>\n')
    return "".join(parts)


NOTHING = Text(
    fr="Aucun jumeau n'a été calé : lancer « make run ».",
    en='No twin was calibrated: run "make run".',
)
PAGES.add(
    "twin",
    Page(
        slug=Text(fr="jumeau", en="twin"),
        title=Text(fr="Jumeau et scénarios", en="Twin and scenarios"),
        question=Text(
            fr="Si l'on change l'organisation, que devient l'attente, et peut-on croire la réponse ?",
            en="If the organisation changes, what becomes of the waits, and can the answer be believed?",
        ),
        order=5,
        body=body,
        figures=FIGURES,
    ),
)
