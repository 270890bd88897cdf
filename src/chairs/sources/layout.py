"""How a text file is written: one bounded pass over its bytes before anything reads it."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from chairs.core.errors import DataError, problem

LONGEST_LINE = 1 << 20
LARGEST = 1 << 30  # bytes of decompressed content
LARGEST_RATIO = 250  # decompressed to compressed; text files stay under 50, a zip bomb is near 1,000
RATIO_FROM = 32 << 20

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a text file is written: encoding, gzip or not, bytes and lines once decompressed."""

    encoding: str
    compressed: bool
    size: int
    lines: int


def inspect(path: Path, *, largest: int = LARGEST) -> Layout:
    r"""Go through a text file once, in bounded memory, and say how it is written.

    Encoding: UTF-8 (with or without mark) when the whole file is, else Windows-1252.

    Parameters
    ----------
    largest
        Most bytes of decompressed content that are accepted.

    Raises
    ------
    DataError
        For a file that is absent, empty, truncated, not text (NUL bytes, an archive, UTF-16), in neither
        encoding, too large, that inflates out of proportion, or with a line over `LONGEST_LINE` bytes
        (found without reading the rest of the line).

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_bytes("unité;n\nchirurgie;1\n".encode("cp1252"))
    >>> inspect(file)
    Layout(encoding='cp1252', compressed=False, size=20, lines=2)
    """
    scan = _Scan(path.name, largest)
    try:
        with path.open("rb") as raw:
            compressed = _compressed(raw, path.name)
            # read1 gives what is readable before a cut; read would lose it
            read = gzip.GzipFile(fileobj=raw).read1 if compressed else raw.read
            while chunk := read(LONGEST_LINE):
                scan.take(chunk, raw.tell() if compressed else None)
    except FileNotFoundError:
        raise refuse(path.name, _ABSENT) from None
    except (IsADirectoryError, PermissionError):
        raise refuse(path.name, _UNREADABLE) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise refuse(path.name, _CUT if scan.lines else _TRUNCATED, scan.lines or None) from None
    return scan.layout(compressed)


def open_text(path: Path, layout: Layout) -> io.TextIOWrapper:
    """Open an inspected file as text, decompressed and decoded, line ends untouched."""
    raw: Any = gzip.open(path, "rb") if layout.compressed else path.open("rb")
    return io.TextIOWrapper(raw, encoding=layout.encoding, newline="")


def count_rows(path: Path) -> int | None:
    """Return the rows of a file: lines under the header of a text table, rows of a Parquet file, else None."""
    names = [suffix.casefold() for suffix in path.suffixes]
    if names[-1:] == [".parquet"]:
        from pyarrow import parquet

        return int(parquet.read_metadata(path).num_rows)
    if set(names) & {".csv", ".tsv", ".txt"}:
        return inspect(path, largest=1 << 40).lines - 1  # a log read as a stream may be larger than a table
    return None


def refuse(file: str, words: tuple[str, str, str, str], row: int | None = None) -> DataError:
    """Return the error made of (French, English, remedy in French, remedy in English)."""
    fr, en, remedy_fr, remedy_en = words
    return DataError((problem(fr, en, file=file, row=row, remedy=(remedy_fr, remedy_en)),))


class _Scan:
    """What has been seen of a file so far, one chunk after another."""

    def __init__(self, name: str, largest: int) -> None:
        self.name, self.largest = name, largest
        self.size = self.lines = self.open_line = 0
        self.not_utf8: int | None = None
        self.not_cp1252: int | None = None
        self.blank = True
        self.mark = False
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def take(self, chunk: bytes, read: int | None) -> None:
        if self.size == 0:
            self.mark = chunk.startswith(codecs.BOM_UTF8)
            if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise refuse(self.name, _UTF16)
        self.size += len(chunk)
        if (position := chunk.find(b"\0")) >= 0:
            raise refuse(self.name, _NUL, self._row(chunk, position))
        first = chunk.find(b"\n")
        if self.open_line + (len(chunk) if first < 0 else first) > LONGEST_LINE:
            raise refuse(self.name, _LONG_LINE, self.lines + 1)
        if self.size > self.largest or (read and self.size > RATIO_FROM and self.size > LARGEST_RATIO * read):
            raise refuse(self.name, _TOO_LARGE)
        self._decode(chunk)
        self.blank = self.blank and not chunk.removeprefix(codecs.BOM_UTF8).strip()
        self.lines += chunk.count(b"\n")
        self.open_line = self.open_line + len(chunk) if first < 0 else len(chunk) - chunk.rfind(b"\n") - 1

    def _decode(self, chunk: bytes) -> None:
        if chunk.isascii() and not self.decoder.getstate()[0]:
            return
        if self.not_utf8 is None:
            try:
                self.decoder.decode(chunk)
            except UnicodeDecodeError as error:
                self.not_utf8 = self._row(chunk, error.start)
        if self.not_cp1252 is None and (found := _NOT_CP1252.search(chunk)):
            self.not_cp1252 = self._row(chunk, found.start())

    def _row(self, chunk: bytes, position: int) -> int:
        return self.lines + 1 + chunk.count(b"\n", 0, position)

    def layout(self, compressed: bool) -> Layout:
        if self.blank:
            raise refuse(self.name, EMPTY)
        if self.not_utf8 is None:
            try:
                self.decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                self.not_utf8 = self.lines + 1
        if self.not_utf8 is not None and self.not_cp1252 is not None:
            raise refuse(self.name, _ENCODING, min(self.not_utf8, self.not_cp1252))
        encoding = "cp1252" if self.not_utf8 is not None else "utf-8-sig" if self.mark else "utf-8"
        lines = self.lines + (self.open_line > 0)
        return Layout(encoding=encoding, compressed=compressed, size=self.size, lines=lines)


def _compressed(raw: BinaryIO, name: str) -> bool:
    start = raw.read(4)
    raw.seek(0)
    if start == _ZIP:
        raise refuse(name, _ARCHIVE)
    return start[:2] == _GZIP


EMPTY = ("fichier vide", "empty file", "exporter le fichier à nouveau", "export the file again")
_ABSENT = ("fichier absent", "file not found", "vérifier le nom du fichier", "check the name of the file")
_UNREADABLE = (
    "fichier illisible",
    "the file cannot be opened",
    "indiquer un fichier et vérifier ses droits",
    "name a file and check its permissions",
)
_AGAIN = ("copier ou télécharger le fichier à nouveau", "copy or download the file again")
_TRUNCATED = ("archive gzip tronquée ou abîmée", "truncated or damaged gzip file", *_AGAIN)
_CUT = (
    "archive gzip tronquée ou abîmée ; cette ligne est la dernière lisible",
    "truncated or damaged gzip file; this row is the last that can be read",
    *_AGAIN,
)
_UTF16 = (
    "fichier en UTF-16",
    "the file is in UTF-16",
    "l'enregistrer en UTF-8",
    "save it as UTF-8",
)
_NUL = (
    "octet nul : ce n'est pas un fichier texte",
    "NUL byte: this is not a text file",
    "exporter en CSV (texte)",
    "export as CSV (text)",
)
_LONG_LINE = (
    f"ligne de plus de {LONGEST_LINE >> 20} Mo",
    f"line over {LONGEST_LINE >> 20} MB",
    "vérifier les fins de ligne de l'export",
    "check the line ends of the export",
)
_TOO_LARGE = (
    "contenu trop grand ou archive qui gonfle démesurément",
    "content too large, or an archive that inflates out of proportion",
    "découper le fichier, ou demander un export plus court",
    "split the file, or ask for a shorter export",
)
_ENCODING = (
    "encodage inconnu : ni UTF-8 ni Windows-1252",
    "unknown encoding: neither UTF-8 nor Windows-1252",
    "enregistrer le fichier en UTF-8",
    "save the file as UTF-8",
)
_ARCHIVE = (
    "archive zip ou classeur Excel, là où du texte est attendu",
    "zip archive or Excel workbook where text is expected",
    "extraire le fichier, ou l'enregistrer en CSV",
    "extract the file, or save it as CSV",
)
