"""Reader of free comments through a column mapping: names, numbers and addresses are taken out as they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import SettingError, Text, problem
from chairs.sources import READERS, Reader
from chairs.sources.mapped_table import read_mapped_table
from chairs.sources.mapping import mapping_of

if TYPE_CHECKING:
    from chairs.sources import Tables

TABLE = "comments"


def _read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Return the table `comments`; nothing of the text as written goes further than this function."""
    import pandas as pd

    from chairs.surveys.verbatims.language import language
    from chairs.surveys.verbatims.names import without_names

    mapping = mapping_of(options)
    if mapping is None or mapping.table != TABLE:
        raise SettingError(
            (
                problem(
                    "une correspondance (mapping) vers la table comments est nécessaire",
                    "a mapping to the table comments is needed",
                    file=str(options.get("source")),
                    remedy=("écrire table: comments", "write table: comments"),
                ),
            )
        )
    read = read_mapped_table(files, mapping)
    text = read["text"].map(without_names, na_action="ignore")
    tongue = text.map(language, na_action="ignore")
    for column in ("coded_a", "coded_b"):
        if column not in read:
            read[column] = pd.Series(pd.NA, index=read.index, dtype="str")
    return {TABLE: read.assign(text=text, language=tongue)}


READERS.add(
    "comments",
    Reader(name="comments", title=Text(fr="Commentaires libres, noms ôtés", en="Comments, names out"), read=_read),
)
