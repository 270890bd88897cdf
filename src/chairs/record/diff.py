"""Keeps the published numbers of the last two states and says which of them changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Language, unknown
from chairs.record.published import manifest_path, published_numbers
from chairs.record.written import read_written
from chairs.store import paths
from chairs.store.files import DECIMALS, rounded, sha256_of, write_json, write_text

if TYPE_CHECKING:
    from chairs.record.published import Numbers

Value = float | str | None  # a number, "masked", or None where there was none


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One published number that is no longer what it was; None on the side where it was not published."""

    table: str
    key: str
    column: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The published numbers of a study that the last change of state moved.

    Parameters
    ----------
    first
        There is no former state to compare with.
    never
        There is no state at all: the study has never published a number here.
    """

    study: str
    first: bool
    items: tuple[Change, ...] = ()
    never: bool = False

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.items)


def snapshot(studies: Iterable[str]) -> None:
    """Keep the published numbers of `studies` in `data/published/STUDY.json`.

    The former file becomes `STUDY.previous.json` only when a number changed, so that the comparison
    survives any number of runs that change nothing. A study without a release is left as it was.
    """
    for study in studies:
        if not manifest_path(study).is_file():
            continue
        release = sha256_of(manifest_path(study))
        taken = paths.data("published", f"{study}.release")  # spares reading megabytes to learn that nothing changed
        if taken.is_file() and taken.read_text(encoding="utf-8") == release:
            continue
        former, numbers = _kept(_current(study), study), rounded(published_numbers(study))
        if former and former["numbers"] != numbers:
            write_json(_previous(study), former)
        write_json(_current(study), {"study": study, "numbers": numbers})
        write_text(taken, release)


def changes(study: str) -> Changes:
    """Return every published number of `study` that differs between the last two states.

    Raises
    ------
    SettingError
        For an unknown study, with the names of those there are.
    DataError
        When a kept state is damaged.
    """
    before, after = _kept(_previous(study), study), _kept(_current(study), study)
    if not after and study not in (names := paths.study_names()):
        raise unknown(("étude", "study"), study, names)
    if not before or not after:
        return Changes(study=study, first=True, never=not after)
    return Changes(study=study, first=False, items=tuple(compare(before["numbers"], after["numbers"])))


def compare(before: Numbers, after: Numbers) -> Iterator[Change]:
    """Yield the numbers that differ, by table, row and column.

    Examples
    --------
    >>> for change in compare({"links": {"beds": {"n": 855.0}}}, {"links": {"beds": {"n": 856.0}}}):
    ...     print(change.table, change.key, change.column, change.before, change.after)
    links beds n 855.0 856.0
    """
    for table in sorted(before.keys() | after.keys()):
        was, now = before.get(table, {}), after.get(table, {})
        for key in sorted(was.keys() | now.keys()):
            old, new = was.get(key, {}), now.get(key, {})
            for column in sorted(old.keys() | new.keys()):
                if old.get(column) != new.get(column):
                    yield Change(table=table, key=key, column=column, before=old.get(column), after=new.get(column))


def as_written(change: Change) -> tuple[str, str, str]:
    """Return the table, the row and the column of a number by their names and keys."""
    return change.table, change.key, change.column


def say_changes(
    study: str, found: Changes, lang: Language = "fr", place: Callable[[Change], Iterable[str]] = as_written
) -> str:
    """Return all the changes as text, one a line under a line that counts them; `place` says where a number stands."""
    if found.never:
        return _NEVER[lang].format(study)
    if found.first:
        return f"{study} : première exécution" if lang == "fr" else f"{study}: first run"
    if not found:
        return f"{study} : aucun nombre publié n'a changé" if lang == "fr" else f"{study}: no published number changed"
    count = len(found)
    if lang == "fr":
        head = f"{study} : {count} {'nombre publié a' if count == 1 else 'nombres publiés ont'} changé"
    else:
        head = f"{study}: {count} published {'number' if count == 1 else 'numbers'} changed"
    lines = [f"  {' | '.join(place(c))} : {say_value(c.before, lang)} → {say_value(c.after, lang)}" for c in found]
    return "\n".join([head, *lines])


def say_value(value: Value, lang: Language = "fr") -> str:
    """Return a number as people of that language write it, or the word for one that is not there.

    Examples
    --------
    >>> say_value(72.3, "fr"), say_value(1148.0, "en"), say_value("masked", "fr"), say_value(None, "en")
    ('72,3', '1148', 'masqué', 'not published')
    """
    if isinstance(value, str) or value is None:
        return _WORDS[lang].get(value or "absent", str(value))
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if lang == "fr" else text


_WORDS: Mapping[Language, Mapping[str, str]] = {
    "fr": {"absent": "non publié", "masked": "masqué"},
    "en": {"absent": "not published", "masked": "masked"},
}


_NEVER: Mapping[Language, str] = {
    "fr": "{0} : jamais exécutée ici jusqu'à la publication (release) ; lancer « chairs run {0} »",
    "en": '{0}: never run here as far as the release; run "chairs run {0}"',
}


def _current(study: str) -> Path:
    return paths.data("published", f"{study}.json")


def _previous(study: str) -> Path:
    return paths.data("published", f"{study}.previous.json")


def _kept(path: Path, study: str) -> dict[str, Any] | None:
    return read_written(path, study, "numbers") if path.is_file() else None
