"""The what-if app in a real browser: keyboard, both languages, quiet, accessible, narrow enough."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from chairs.core.errors import Text
from chairs.live.app import server
from chairs.live.desk import Desk, Setting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.e2e
LABELS = {
    "ED": Text(fr="Urgences", en="Emergency department"),
    "A": Text(fr="Médecine", en="Medicine"),
    "B": Text(fr="Soins intensifs", en="Intensive care"),
}
ASSUMED = Text(fr="Les jours fériés sont des jours comme les autres.", en="Public holidays are days like others.")
WAIT = 30_000  # ms; the machine that tests may be busy: time is measured in benchmarks/whatif.py


@pytest.fixture(scope="module")
def address(small_hospital: Any) -> Iterator[str]:
    from werkzeug.serving import make_server

    at = dt.datetime(2024, 1, 8, 7, tzinfo=ZoneInfo("Europe/Paris"))
    desk = Desk(small_hospital, Setting(at=at, replications=30, first_look=6, threads=2))
    served = make_server("127.0.0.1", 0, server(desk, LABELS, [ASSUMED]), threaded=True)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join(10)


@pytest.fixture(scope="module", params=["fr", "en"])
def opened(
    address: str, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, list[str], list[str]]]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/{request.param}/")
    page.wait_for_selector("#figure svg.main-svg", timeout=WAIT)
    yield page, asked, complaints
    page.close()


def changed(page: Page, before: str) -> str:
    page.wait_for_function(
        "old => (said => said !== old && /\\(30 /.test(said))(document.getElementById('finding').innerText)",
        arg=before, timeout=WAIT,
    )  # fmt: skip
    return page.inner_text("#finding")


def test_a_key_moves_a_slider_and_the_figure_follows_and_comes_back(opened: Any) -> None:
    page, asked, complaints = opened
    today, drawn = page.inner_text("#finding"), page.inner_text("#numbers")
    page.focus("#lever-beds-B")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    after = changed(page, today)
    assert page.inner_text("#lever-beds-B-says") == "+2"
    assert page.get_attribute("#chart", "aria-label") == after
    assert page.inner_text("#numbers") != drawn
    page.focus("#reset")
    page.keyboard.press("Enter")
    assert changed(page, after) == today
    assert page.inner_text("#lever-beds-B-says") == "0"
    assert {url.split("/")[2].partition(":")[0] for url in asked if url.startswith("http")} == {"127.0.0.1"}
    assert complaints == []


def test_every_slider_has_a_name_and_is_reached_by_the_keyboard(opened: Any) -> None:
    page = opened[0]
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    named = page.evaluate("[...document.querySelectorAll('input[type=range]')].map(i => i.labels.length)")
    assert named == [1] * 8
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    free = page.evaluate("[...document.querySelectorAll('input[type=range]:not(:disabled)')].map(i => i.id)")
    assert set(free) <= reached
    assert "reset" in reached


def test_the_page_speaks_its_language(opened: Any) -> None:
    page = opened[0]
    lang = page.evaluate("document.documentElement.lang")
    text = page.inner_text("main")
    assert ASSUMED.say(lang).replace("'", "’") in text.replace("'", "’")
    if lang == "fr":
        assert re.findall(r".{0,20}(?:\d\.\d|(?<![\w–-])-\d).{0,20}", text + page.inner_text("#figure")) == []
    else:
        assert not re.search(r"[àâéèêù]", text)


def test_nothing_overflows(opened: Any) -> None:
    page = opened[0]
    for width in (1280, 640, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    page.set_viewport_size({"width": 1280, "height": 900})


def test_axe_finds_nothing(opened: Any, violations: Any) -> None:
    assert violations(opened[0]) == []
