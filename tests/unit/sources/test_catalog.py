"""The catalogue: what it refuses, and what the real one holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chairs.core.errors import SettingError
from chairs.sources import READERS
from chairs.sources.catalog import entry, load_catalog
from chairs.store import paths

pytestmark = pytest.mark.unit

GOOD = """
one:
  title: {fr: un, en: one}
  publisher: P
  licence: L
  year: "2019"
  files:
    - {name: a.csv, mirror: one/a.csv.gz, sha256: HASH, bytes: 3, address: "https://example.org/a.csv"}
""".replace("HASH", "ab" * 32)


def test_the_real_catalogue_is_complete(project: Path) -> None:
    catalog = load_catalog()
    assert {
        "has-esatis-48h-2017",
        "has-esatis-48h-2019",
        "has-esatis-ca-2019",
        "drees-sae-2019",
        "drees-sae-2021",
        "drees-sae-2022",
        "has-iqss-2019",
        "sepsis-cases-log",
        "fr-ed-profile-2013",
        "ed-arrivals-iowa",
        "facts-valenciennes",
    } <= set(catalog)
    for source in catalog.values():
        assert source.derived or source.page or source.doi, f"{source.id}: nowhere to look it up"
        assert source.reader is None or source.reader in READERS
        assert re.fullmatch(r"\d{4}(-\d{4})?", source.year or "")
        assert not any(file.address for file in source.files) or source.via


def test_every_study_names_sources_of_the_catalogue(project: Path) -> None:
    for name in paths.study_names():
        for source in paths.study(name).read:
            assert entry(source).files


def test_an_unknown_source_is_answered_with_the_known(project: Path) -> None:
    with pytest.raises(SettingError, match="has-esatis-48h-2019"):
        entry("has-esatis-48h-2091")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("licence: L", "license: L", 'unknown key "license"'),
        ("publisher: P", "derived: true\n  publisher: P", "a derived source has no address"),
        ("https://", "http://", "starts with https://"),
        ("ab" * 32, "abc", "64 hexadecimal digits"),
        ("name: a.csv", "name: ../a.csv", "leaves its folder"),
        ("mirror: one/", "mirror: /one/", "leaves its folder"),
        ("  licence: L\n", "", 'missing key "licence"'),
        ("bytes: 3", "bytes: three", "a whole number"),
    ],
)
def test_a_bad_catalogue_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingError, match=re.escape(words)):
        load_catalog(path)
    path.write_text(GOOD + " ", encoding="utf-8")
    assert load_catalog(path)["one"].year == "2019"
