"""`chairs link redraws`: what is asked for is read, and a bar that is not met is told."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

from chairs.cli import link
from chairs.cli.app import app
from chairs.cli.cluster import executor_for
from chairs.core.errors import SettingError
from chairs.demo import redraws as program
from chairs.demo.redraw_figures import Figure
from chairs.demo.redraws import RedrawTables

pytestmark = pytest.mark.unit
FIGURE = {"check": "coverage", "subject": "absenteeism", "sites": 8, "redraws": 100, "error": 0.02}


def test_sizes_are_read_or_refused() -> None:
    assert link._numbers("8,15, 30") == [8, 15, 30]
    with pytest.raises(SettingError, match="8,15,30"):
        link._numbers("8,x")


@pytest.mark.parametrize(("share", "fr", "en"), [(0.95, "tenu", "met"), (0.80, "NON TENU", "NOT MET")])
def test_the_table_says_which_bars_are_met(monkeypatch: pytest.MonkeyPatch, share: float, fr: str, en: str) -> None:
    figure = Figure(share=share, low=0.87, high=1.0, **FIGURE)  # type: ignore[arg-type]
    for lang, word, number in (("fr", fr, f"{100 * share:.1f}".replace(".", ",")), ("en", en, f"{100 * share:.1f}")):
        monkeypatch.setenv("CHAIRS_LANG", lang)
        page = io.StringIO()
        Console(file=page, width=160).print(link._table([figure]))
        assert f" {word} " in page.getvalue().replace("\n", " ")
        assert number in page.getvalue()


def test_a_bar_that_is_not_met_ends_with_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals that never hold the effect."""
    pairs = pd.DataFrame({"redraw": range(50), "sites": 8, "exposure": "absenteeism", "outcome": "o", "truth": -0.9})
    pairs = pairs.assign(estimate=0.0, low=-0.1, high=0.1, p=0.5, q=0.5, claim="", flags="")
    silent = pd.DataFrame({"redraw": range(50), "truth": 1.0, "low": 0.0, "high": 2.0})
    monkeypatch.setattr(program, "redraws", lambda *asked, **how: RedrawTables(pairs=pairs, silent=silent))
    said = CliRunner().invoke(app, ["link", "redraws", "--of", "50", "--sites", "8"])
    assert said.exit_code == 1


def test_one_worker_needs_no_executor() -> None:
    with executor_for(None, 1, 1) as executor:
        assert executor is None
