"""What the pages are made from: the rendered studies, what is absent, what changed, the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from chairs.core.errors import Language, Problem
from chairs.core.records import read_yaml
from chairs.store.files import read_json


class Change(Protocol):
    """One published number that is not what it was; None on the side where it was not published."""

    @property
    def table(self) -> str:
        """Released table."""

    @property
    def key(self) -> str:
        """Row, by its key."""

    @property
    def column(self) -> str:
        """Column."""

    @property
    def before(self) -> float | str | None:
        """Number, or the word of a missing one, in the state before."""

    @property
    def after(self) -> float | str | None:
        """The same, now."""


class Changes(Protocol):
    """What differs from the state before, for one study; `first`: there was none."""

    @property
    def first(self) -> bool:
        """Say whether there is no state before."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Change]: ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """One study as `render_study` left it: what `study.json` says, and its pieces of HTML."""

    folder: Path
    about: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the study's name."""
        return str(self.about["name"])

    def say(self, key: str, lang: Language) -> str:
        """Return a text of `study.json` in `lang`, empty when it has none."""
        return str((self.about.get(key) or {}).get(lang, ""))

    def has(self, figure: str) -> bool:
        """Say whether the study has this figure, or a card that says why it has not."""
        return any(entry["id"] == figure for entry in (*self.about["figures"], *self.about["absent"]))

    def allowed(self, figures: Sequence[str], side: str, lang: Language) -> list[str]:
        """Return what may (or `may_not`) be said where these figures are shown."""
        entries = (*self.about["figures"], *self.about["absent"])
        stages = {entry["stage"] for entry in entries if entry["id"] in figures}
        return [
            str(line[lang])
            for line in self.about["allowed"]
            if line["side"] == side and not stages.isdisjoint(line["stages"])
        ]

    def heading(self, figure: str, lang: Language) -> str:
        """Return the title of a figure, or of the card that says why it is not there."""
        entries = (*self.about["figures"], *self.about["absent"])
        return next((str(entry["title"][lang]) for entry in entries if entry["id"] == figure), figure)

    def summary(self, figure: str) -> Mapping[str, Any] | None:
        """Return title, sentence, headline and fingerprint of a figure; None when it was not made."""
        return next((entry for entry in self.about["figures"] if entry["id"] == figure), None)

    def fragment(self, figure: str, lang: Language) -> str:
        """Return the figure's piece of HTML."""
        return (self.folder / f"{figure}.{lang}.html").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that the pages may show."""

    studies: tuple[Rendered, ...]
    absent: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    changes: Mapping[str, Changes] = field(default_factory=dict)
    catalog: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def with_any(self, figures: Sequence[str]) -> list[Rendered]:
        """Return the studies that have, or should have, one of `figures`."""
        return [study for study in self.studies if any(study.has(figure) for figure in figures)]


def read_studies(render_root: Path) -> tuple[Rendered, ...]:
    """Return the rendered studies found under `render_root`: real data first, then by name."""
    found = [Rendered(folder=path.parent, about=read_json(path)) for path in render_root.glob("*/study.json")]
    return tuple(sorted(found, key=lambda study: (study.about["level"] == "demo", study.name)))


def read_catalog(path: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of the data catalogue by their name; empty when there is no catalogue."""
    if not path.is_file():
        return {}
    return {str(name): dict(entry) for name, entry in (read_yaml(path) or {}).items()}
