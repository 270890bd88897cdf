"""Reads the answers of `chairs survey quality`, refuses what holds none, and says in words what it found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, Language, Text, problem

if TYPE_CHECKING:
    import pandas as pd

    from chairs.surveys.instrument import Instrument

HEADS = {
    "dimension": Text(fr="dimension", en="dimension"),
    "period": Text(fr="année", en="year"),
    "n": Text(fr="réponses complètes", en="complete answers"),
    "alpha": Text(fr="alpha", en="alpha"),
    "low": Text(fr="de", en="from"),
    "high": Text(fr="à", en="to"),
    "omega": Text(fr="oméga", en="omega"),
    "cfi": Text(fr="CFI", en="CFI"),
    "rmsea": Text(fr="RMSEA", en="RMSEA"),
    "why": Text(fr="pourquoi un nombre manque", en="why a number is missing"),
}
UNKNOWN = Text(fr="non calculé", en="not computed")


def read_answers(path: Path) -> pd.DataFrame:
    """Return the answers that a file holds (Parquet, or delimited text), checked against their contract.

    Raises
    ------
    DataError
        For a file that is absent, empty or cannot be read, a column that is absent, and by row what the contract
        does not allow.
    """
    import pandas as pd
    import pyarrow as arrow

    from chairs.sources.checking import breaches_by_row
    from chairs.sources.text import read_sheet
    from chairs.tables import CONTRACTS

    if not path.is_file():
        raise DataError((problem("fichier absent", "no such file", file=str(path)),))
    if path.suffix.casefold() != ".parquet":
        frame = read_sheet(path).frame
        frame = frame.mask(frame == "")
    else:
        try:
            frame = pd.read_parquet(path).reset_index(drop=True)
            frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
        except (arrow.ArrowInvalid, OSError):
            words = ("ce fichier n'est pas un Parquet lisible", "this file is not readable as Parquet")
            remedy = ("l'écrire à nouveau, ou donner un CSV", "write it again, or give a CSV")
            raise DataError((problem(*words, file=path.name, remedy=remedy),)) from None
    _require(frame, path.name)
    found = breaches_by_row(frame, "responses", path.name)
    if found:
        raise DataError(tuple(found))
    return CONTRACTS["responses"].conform(frame)


def _require(frame: pd.DataFrame, file: str) -> None:
    """Refuse a file that lacks columns of the contract; that of the answers may not be missing here."""
    from chairs.tables import CONTRACTS

    needed = [name for name, column in CONTRACTS["responses"].columns.items() if not column.missing or name == "answer"]
    there = ", ".join(str(name) for name in list(frame.columns)[:30])
    words = (f"colonne absente ; colonnes présentes : {there}", f"column absent; columns present: {there}")
    remedy = ("ajouter la colonne, ou la renommer ainsi", "add the column, or rename one so")
    absent = [problem(*words, file=file, column=name, remedy=remedy) for name in needed if name not in frame]
    if absent:
        raise DataError(tuple(absent))


def refuse_strange(answers: pd.DataFrame, asked: Instrument, file: str) -> None:
    """Refuse answers that `score` refuses: an unknown item or code, a year of another version, another scale.

    Raises
    ------
    DataError
        By the rows and columns of the file.
    """
    from chairs.sources.answer_rows import AnswerFile, answer_problems

    found = answer_problems(AnswerFile(table=answers[answers["instrument"] == asked.name], file=file))
    if found:
        raise DataError(tuple(found))


def refuse_without(answers: pd.DataFrame, asked: Instrument, file: str) -> None:
    """Refuse answers of which none is to the instrument asked for, or an instrument without questions.

    Raises
    ------
    DataError
        Naming the instruments of the platform that the file does answer.
    """
    from chairs.surveys.instrument import instrument_names

    if not asked.items:
        words = (
            "ce questionnaire arrive en scores déjà calculés : sans ses questions, sa qualité ne se mesure pas",
            "this instrument comes as scores already computed: without its items, its quality cannot be measured",
        )
        raise DataError((problem(*words, file=asked.name),))
    if not (answers["instrument"] == asked.name).any():
        here = sorted(set(answers["instrument"]) & set(instrument_names()))
        listed = ", ".join(here) or "–"
        words = (f"aucune réponse au questionnaire {asked.name}", f"no answer to the instrument {asked.name}")
        remedy = (f"questionnaires que ce fichier contient : {listed}", f"instruments that this file holds: {listed}")
        raise DataError((problem(*words, file=file, column="instrument", remedy=remedy),))


def in_words(table: pd.DataFrame, asked: Instrument, lang: Language) -> str:
    """Return the table `scale_quality` of one instrument as text: labels of its dimensions, reasons in words."""
    labels = {dimension.name: dimension.label.say(lang) for dimension in asked.dimensions}
    pairs = zip(table["status"], table["reason"], strict=True)
    said = table.assign(dimension=table["dimension"].map(labels), why=[_why(*pair, asked, lang) for pair in pairs])
    heads = {name: text.say(lang) for name, text in HEADS.items()}
    for name in ("dimension", "why"):  # words start at the left
        width = max(len(heads[name]), int(said[name].str.len().max()))
        said[name], heads[name] = said[name].str.ljust(width), heads[name].ljust(width)
    said = said[list(heads)].round(3).rename(columns=heads)
    text: str = said.to_string(index=False, na_rep="", decimal="," if lang == "fr" else ".")
    return text


def _why(status: str, reason: object, asked: Instrument, lang: Language) -> str:
    from chairs.surveys.psychometrics.reasons import REASONS

    if status == "below_floor":
        fr, en = f"moins de {asked.floor} réponses complètes", f"fewer than {asked.floor} complete answers"
        return Text(fr=fr, en=en).say(lang)
    if isinstance(reason, str):
        return REASONS[reason].say(lang) if reason in REASONS else UNKNOWN.say(lang)
    return ""
