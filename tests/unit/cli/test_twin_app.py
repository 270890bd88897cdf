"""`chairs twin app`: what it is asked is checked before anything is computed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from chairs.cli.twin_app import HERE, _application, _setting
from chairs.core.errors import DataError, SettingError

pytestmark = pytest.mark.unit


def test_it_serves_this_machine_only() -> None:
    assert HERE == "127.0.0.1"


def test_a_moment_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(SettingError, match=r"is no date|n'est pas une date"):
        _setting("some day", 14, (200, 2, 1))
    assert _setting("2024-01-08T07:00", 14, (200, 2, 1))["at"] == dt.datetime(2024, 1, 8, 7)


def test_a_study_without_a_hospital_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_ROOT", str(tmp_path))
    (tmp_path / "dvc.yaml").write_text("stages: {}\n")
    with pytest.raises((DataError, SettingError)):
        _application("demo", _setting("2024-01-08T07:00", 14, (2, 1, 1)))
