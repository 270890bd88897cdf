"""One module per source system: read, rename, hand over; catalogue and fetch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.core.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

    # contract name -> its rows; a `Path` is a Parquet file that already keeps the contract (big logs)
    Tables = dict[str, "pd.DataFrame | Path"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What turns the files of one source system into contract tables.

    Parameters
    ----------
    name
        Word used in the catalogue and in study files.
    title
        What it reads, for people.
    read
        From the files and the options to the tables. Options always hold `year` (text or None),
        `source` (catalogue entry or file name) and `scratch` (a folder for a ready Parquet file),
        plus those of the entry or of the mapping; `chairs data check` adds `review` (see `log_review`).
        A table read row by row keeps an index named `row`: the row of the file that each of its rows
        came from.
    recognises
        From the columns of a header (lower case) to "this file is mine"; absent where a header cannot tell.
    """

    name: str
    title: Text
    read: Callable[[Sequence[Path], Mapping[str, Any]], Tables]
    recognises: Callable[[frozenset[str]], bool] | None = None


READERS: Registry[Reader] = Registry(("lecteur", "reader"), __name__)

__all__ = ["READERS", "Reader"]
