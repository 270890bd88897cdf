"""The browser of the tests, and what axe finds in a page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = os.environ.get("CHAIRS_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium here: install it or name it in CHAIRS_BROWSER")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=program, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[tuple[str, list[str]]]]:
    """What axe finds in a page whose details are all open: rule and first places of each."""
    axe = Path(os.environ.get("CHAIRS_AXE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))
    if not axe.is_file():
        pytest.skip("axe-core is not here: npm install axe-core, or name axe.min.js in CHAIRS_AXE")

    def found(page: Page) -> list[tuple[str, list[str]]]:
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.evaluate(axe.read_text(encoding="utf-8"))
        said: dict[str, Any] = page.evaluate(
            "rules => axe.run(document, {runOnly: rules, preload: false, resultTypes: ['violations']})", RULES
        )
        return [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in said["violations"]]

    return found
