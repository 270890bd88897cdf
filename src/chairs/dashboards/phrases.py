"""Sentences that several figures share: the source, what is masked, both languages at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.dashboards import fmt

if TYPE_CHECKING:
    import pandas as pd


def both(write: Callable[[Language], str]) -> Text:
    """Return what `write` says in each language, with that language's typography.

    Examples
    --------
    >>> both(lambda lang: f"n = {fmt.number(1.5, lang, 1)}").fr.replace(fmt.FIRM, " ")
    'n = 1,5'
    """
    return Text(fr=fmt.typeset(write("fr"), "fr"), en=fmt.typeset(write("en"), "en"))


def source(study: Study, period: str | None = None) -> Text:
    """Return where the numbers of a figure come from, in words; the details are on the provenance page."""
    names = ", ".join(study.sources)

    def write(lang: Language) -> str:
        kept = f"{study.title.say(lang)}, {fmt.period(period or study.period, lang)}"
        if study.level == "demo":
            return f"{kept} ({LEVELS['demo'].say(lang)})"
        return f"{kept} ({names})" if names else kept

    return both(write)


def during(period: str, text: str, lang: Language) -> str:
    """Return a sentence that says its period first; `text` is written as in the middle of a sentence.

    Examples
    --------
    >>> during("2017", "la moitié sont lents.", "fr"), during("", "half are slow.", "en")
    ('En 2017, la moitié sont lents.', 'Half are slow.')
    >>> during("2017-Q4", "la moitié sont lents.", "fr")
    'Au 4e trimestre 2017, la moitié sont lents.'
    """
    if not period:
        return headed(text)
    word = "In" if lang == "en" else "Au" if "-Q" in period else "En"
    return f"{word} {fmt.period(period, lang)}, {text}"


def headed(text: str) -> str:
    """Return `text` for the beginning of a sentence or a label: its first letter a capital, the rest as it is.

    Examples
    --------
    >>> headed("établissement public"), headed("IFAQ"), headed("")
    ('Établissement public', 'IFAQ', '')
    """
    return text[:1].upper() + text[1:]


def masked(count: int, fr: tuple[str, str], en: tuple[str, str]) -> Text | None:
    """Return how many lines of the table are masked or empty; None when none is.

    `fr` and `en` are what they are called, singular and plural; the French noun is feminine.
    """
    if count == 0:
        return None

    def write(lang: Language) -> str:
        many = fmt.number(count, lang)
        if lang == "fr":
            said = fmt.plural(
                count, "masquée ou sans valeur, donc non dessinée", "masquées ou sans valeur, donc non dessinées", lang
            )
            return f"{many} {fmt.plural(count, *fr, lang)} {said}."
        return f"{many} {fmt.plural(count, *en, lang)} masked or without a value, hence not drawn."

    return both(write)


def seen(fr: str, en: str, sentence: Text) -> Text:
    """Return an alternative text: what kind of drawing it is, then what it shows."""
    return Text(fr=f"{fmt.typeset(fr, 'fr')} {sentence.fr}", en=f"{fmt.typeset(en, 'en')} {sentence.en}")


def joined(parts: Sequence[Text | None]) -> Text | None:
    """Return the sentences one after the other; None when there is none."""
    there = [part for part in parts if part is not None]
    if not there:
        return None
    return Text(fr=" ".join(part.fr for part in there), en=" ".join(part.en for part in there))


def statuses(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return for each row the reason of its missing values: the gate's `cell_status`, else the table's own `status`."""
    from chairs.tables import STATUSES

    for name in ("cell_status", "status"):
        if name in frame.columns and frame[name].isin(STATUSES).all():
            return tuple("not_available" if word == "ok" else str(word) for word in frame[name])
    return ("not_available",) * len(frame)


LEVELS = {
    "public": Text(fr="données ouvertes", en="open data"),
    "demo": Text(fr="données de démonstration", en="demonstration data"),
    "patient": Text(fr="données de patients, agrégées", en="patient data, aggregated"),
}
