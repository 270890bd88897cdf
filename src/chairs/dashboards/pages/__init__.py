"""One file per page: what it asks, where it stands in the menu, what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chairs.core.errors import Language, Text
from chairs.core.registry import Registry
from chairs.dashboards.content import Content, Rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the site.

    Parameters
    ----------
    slug
        File name in each language, without ".html".
    title, heading
        Its name in the menu; its first heading, when that says more.
    question
        What a reader comes for; stands under the heading.
    order
        Place in the menu.
    body
        Builds what stands under the heading; pure.
    figures
        Figures that it shows, in order; a number quoted elsewhere leads here.
    part
        Builds the page of one study, for a page too long to hold them all; `body` then leads to these.
    """

    slug: Text
    title: Text
    question: Text
    order: int
    body: Callable[[Content, Language], str]
    figures: tuple[str, ...] = ()
    heading: Text | None = None
    part: Callable[[Content, Rendered, Language], str] | None = None

    def file(self, lang: Language, study: str = "") -> str:
        """Return the file that shows this page, or what it says of `study` where each study has a page of its own."""
        own = f"-{study}" if study and self.part else ""
        return f"{self.slug.say(lang)}{own}.html"


PAGES: Registry[Page] = Registry(("page", "page"), __name__)
