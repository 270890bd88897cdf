"""What can go wrong, said in words a person can act on and never with a patient's value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["fr", "en"]

EXIT_CODE = 2
SHOWN = 20  # problems listed before "and N more"
LISTED, NEAREST = 40, 8  # names that are all told; of more, the nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One sentence in the two languages of the platform."""

    fr: str
    en: str

    def say(self, lang: Language) -> str:
        """Return the sentence in `lang`."""
        return self.fr if lang == "fr" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with one input.

    Parameters
    ----------
    what
        What is wrong. It may name columns, codes of a public code list, counts and limits;
        it never repeats a value read in the file.
    remedy
        What the reader can do about it.
    file
        Name of the file as the user gave it.
    row
        1-based line of the file as a spreadsheet shows it (the header is row 1); for a record
        that spans lines, the line where it starts.
    column
        Name of the column, as the file writes it.

    Examples
    --------
    >>> problem = Problem(
    ...     what=Text(fr="durée négative", en="negative duration"),
    ...     remedy=Text(fr="corriger la fin", en="correct the end"),
    ...     file="log.csv", row=12, column="end")
    >>> problem.say("en")
    'log.csv, row 12, column "end": negative duration. Remedy: correct the end.'
    """

    what: Text
    remedy: Text | None = None
    file: str | None = None
    row: int | None = None
    column: str | None = None

    def say(self, lang: Language = "en") -> str:
        """Return the problem as one line of text."""
        words = _WORDS[lang]
        place = [self.file or ""]
        if self.row is not None:
            place.append(f"{words['row']} {self.row}")
        if self.column is not None:
            place.append(words["column"].format(self.column))
        where = ", ".join(part for part in place if part)
        sentence = f"{where}{words['colon']}" if where else ""
        sentence += self.what.say(lang)
        if self.remedy is not None:
            sentence += f". {words['remedy']}{words['colon']}{self.remedy.say(lang)}."
        return sentence


_WORDS = {
    "fr": {"row": "ligne", "column": "colonne « {} »", "colon": " : ", "remedy": "Remède"},
    "en": {"row": "row", "column": 'column "{}"', "colon": ": ", "remedy": "Remedy"},
}


@dataclass
class ChairsError(Exception):
    """An error the user can act on; the command line prints it without a traceback, exit code 2."""

    problems: tuple[Problem, ...] = field(default=())

    def say(self, lang: Language = "en") -> str:
        """Return all problems, one a line, at most `SHOWN` of them."""
        lines = [problem.say(lang) for problem in self.problems[:SHOWN]]
        more = len(self.problems) - SHOWN
        if more > 0:
            lines.append(f"… et {more} autres" if lang == "fr" else f"… and {more} more")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.say("en")


class DataError(ChairsError):
    """A file or table does not hold what its contract promises."""


class SettingError(ChairsError):
    """A study, parameter, protocol or command names something that does not exist or does not fit."""


class DisclosureError(ChairsError):
    """An output may not leave: the gate refuses it."""


def problem(
    fr: str,
    en: str,
    *,
    remedy: tuple[str, str] | None = None,
    file: str | None = None,
    row: int | None = None,
    column: str | None = None,
) -> Problem:
    """Build a `Problem` from plain strings (French, English)."""
    return Problem(
        what=Text(fr=fr, en=en),
        remedy=Text(fr=remedy[0], en=remedy[1]) if remedy else None,
        file=file,
        row=row,
        column=column,
    )


def offered(name: str, choices: Iterable[str]) -> str:
    """Return the names that could have been meant: all of them, or the nearest eight where they are more than 40.

    Examples
    --------
    >>> offered("Ba", ["A", "B"])
    'A, B'
    >>> offered("bed MIM", [f"bed {ward}" for ward in ("MIN", *map(str, range(60)))]).split(", ")[0]
    'bed MIN'
    """
    from difflib import get_close_matches

    every = list(map(str, choices))
    if len(every) <= LISTED:
        return ", ".join(every)
    return f"{', '.join(get_close_matches(name, every, n=NEAREST, cutoff=0))}, … ({len(every)})"


def unknown(kind: tuple[str, str], name: str, choices: Iterable[str], *, file: str | None = None) -> SettingError:
    """Build the error for a name that is not among `choices`; it tells the valid ones (`offered`).

    Examples
    --------
    >>> print(unknown(("étude", "study"), "demmo", ["demo", "sepsis"]))
    unknown study "demmo". Remedy: choose among: demo, sepsis.
    """
    listed = offered(name, sorted(choices))
    return SettingError(
        (
            problem(
                f"{kind[0]} : nom inconnu « {name} »",
                f'unknown {kind[1]} "{name}"',
                remedy=(f"choisir parmi : {listed}", f"choose among: {listed}"),
                file=file,
            ),
        )
    )
