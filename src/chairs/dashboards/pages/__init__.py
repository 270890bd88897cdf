"""One file per page: what it asks, where it stands in the menu, what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chairs.core.errors import Language, Text
from chairs.core.registry import Registry
from chairs.dashboards.content import Content


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
    """

    slug: Text
    title: Text
    question: Text
    order: int
    body: Callable[[Content, Language], str]
    figures: tuple[str, ...] = ()
    heading: Text | None = None


PAGES: Registry[Page] = Registry(("page", "page"), __name__)
