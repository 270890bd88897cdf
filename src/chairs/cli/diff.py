"""`chairs diff`: every published number that changed between the last two states, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from chairs.store import paths
from chairs.store.stage import language

if TYPE_CHECKING:
    from chairs.core.errors import Language
    from chairs.record.diff import Changes


def diff(
    studies: Annotated[list[str] | None, typer.Argument(help="Studies to compare (default: all).")] = None,
) -> None:
    """Show every published number that the last run changed, before and after."""
    from chairs.record.diff import changes

    known = paths.study_names()
    for name in studies or known:
        found = changes(name)
        labels = paths.study(name).labels if found and name in known else {}
        told = {code: {"fr": words.fr, "en": words.en} for code, words in labels.items()}
        typer.echo(in_words(name, found, told, language()))


def in_words(study: str, found: Changes, labels: Mapping[str, Mapping[str, str]], lang: Language) -> str:
    """Return the changes of a study in the words that its page has for its tables, rows and columns."""
    from chairs.dashboards.changed import column, label, row
    from chairs.record.diff import say_changes

    return say_changes(
        study,
        found,
        lang,
        lambda c: (label(c.table, lang), row(c.table, c.key, labels, lang), column(c.table, c.column, lang)),
    )
