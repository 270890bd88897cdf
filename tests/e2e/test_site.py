"""The site in a real browser, opened from a file: quiet, accessible, narrow enough, in proper French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from chairs.core.errors import problem
from chairs.dashboards.fiche import LANGUAGES
from chairs.dashboards.pages import PAGES
from chairs.dashboards.render import render_study
from chairs.dashboards.site import assemble

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.e2e
OF_STUDIES = [("performance", "demo")]  # a page that a study has to itself, with all its figures
PLACES = [
    f"{lang}/{PAGES[name].file(lang, study)}"
    for name, study in [*((name, "") for name in PAGES), *OF_STUDIES]
    for lang in LANGUAGES
]
WIDTHS = (1280, 640, 320)


@dataclass
class Opened:
    """One page in the browser, with what it asked for and complained of."""

    page: Page
    place: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(invented: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    for study in (invented.hospital(), invented.sites(), invented.pathway()):
        render_study(study, invented.write(study, root / "release" / study.name), root / "render" / study.name)
    absent = {
        "lost": (problem("fichier absent", "file not found", file="lost.csv", remedy=("le poser", "put it there")),)
    }
    catalog = root / "catalog.yaml"
    entry = "{title: {fr: SAE, en: SAE}, publisher: DREES, licence: Licence Ouverte, page: 'https://example.org', "
    catalog.write_text(f"drees-sae-2019: {entry}files: [{{sha256: 0123456789abcdef}}]}}\n", encoding="utf-8")
    assemble(root / "render", root / "site", absent=absent, changes={}, catalog=catalog)
    return root / "site"


@pytest.fixture(scope="module", params=PLACES)
def opened(browser: Browser, site: Path, request: pytest.FixtureRequest) -> Iterator[Opened]:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    found = Opened(page, request.param)
    page.on("request", lambda asked: found.requests.append(asked.url))
    page.on("console", lambda said: found.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.goto((site / request.param).as_uri())
    page.wait_for_selector("html[data-ready]", state="attached", timeout=30_000)
    yield found
    page.close()


def test_no_request_leaves_and_nothing_is_complained_of(opened: Opened) -> None:
    assert [url for url in opened.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert opened.complaints == []


def test_each_figure_has_all_its_parts(opened: Opened) -> None:
    for card in opened.page.query_selector_all("article.card:not(.none)"):
        name = card.get_attribute("id")
        drawn = card.query_selector(".chart[aria-label], .drawn[aria-label]")
        assert drawn is not None, name
        assert re.search(r"\d", drawn.get_attribute("aria-label") or ""), name
        assert card.query_selector(".chart svg.main-svg, .drawn svg, .drawn ol, .drawn ul"), name
        assert card.query_selector("details table tbody tr"), name
        assert re.search(r"n = \d", card.query_selector(".n").inner_text().replace("\u00a0", " ")), name  # type: ignore[union-attr]
        assert card.query_selector(".source"), name
        assert re.search(r"/[a-z-]+@[0-9a-f]{8}$", card.query_selector(".mark").inner_text()), name  # type: ignore[union-attr]


def test_the_page_has_its_landmarks_and_language(opened: Opened) -> None:
    page = opened.page
    assert page.evaluate("document.documentElement.lang") == opened.place[:2]
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == page.locator("header").count() == page.locator("footer").count() == 1
    assert page.locator("nav a[aria-current=page]").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_labels_fit_inside_their_charts(opened: Opened) -> None:
    cut = opened.page.evaluate("""() => [...document.querySelectorAll('.chart')].flatMap(box => {
        const frame = box.getBoundingClientRect();
        const out = r => r.width && (r.left < frame.left - 1 || r.right > frame.right + 1
            || r.top < frame.top - 1 || r.bottom > frame.bottom + 1);
        return [...box.querySelectorAll('text')]
            .filter(text => text.textContent.trim() && out(text.getBoundingClientRect()))
            .map(text => box.id + ': ' + text.textContent);
    })""")
    assert cut == []


def test_french_pages_have_french_numbers(opened: Opened) -> None:
    if not opened.place.startswith("fr/"):
        assert not re.search(r"[àâéèêù]", opened.page.locator("main h2").first.inner_text())
        return
    texts = opened.page.evaluate("""() => {
        document.querySelectorAll('details').forEach(d => d.open = true);
        return [...document.querySelectorAll('.card, .keep, .keys, .banner')].map(card => {
            const copy = card.cloneNode(true);
            copy.querySelectorAll('code, script, .source').forEach(e => e.remove());
            return copy.textContent;
        });
    }""")
    wrong = [found for text in texts for found in re.findall(r".{0,20}(?:\d\.\d|(?<![\w–-])-\d).{0,20}", text)]
    assert wrong == []


def test_nothing_overflows_at_any_width(opened: Opened) -> None:
    for width in WIDTHS:
        opened.page.set_viewport_size({"width": width, "height": 800})
        opened.page.wait_for_timeout(300)
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width, width
    opened.page.set_viewport_size({"width": 1280, "height": 800})


def test_a_map_wider_than_its_card_says_that_it_slides(browser: Browser, site: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((site / "fr" / "parcours.html").as_uri())
    page.wait_for_selector("html[data-ready]", state="attached", timeout=30_000)
    agrees = """() => [...document.querySelectorAll('.slide')].map(hint => {
        const map = hint.nextElementSibling;
        return hint.hidden === (map.scrollWidth - map.clientWidth < 2);
    })"""
    for width in (1280, 200):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(300)
        found = page.evaluate(agrees)
        assert found
        assert all(found), width
    assert page.locator(".slide:visible").count() > 0
    page.close()


def test_axe_finds_nothing(opened: Opened, violations: Any) -> None:
    assert violations(opened.page) == []


def test_the_table_downloads_as_csv(browser: Browser, site: Path) -> None:
    page = browser.new_page(accept_downloads=True)
    page.goto((site / "fr" / "parcours.html").as_uri())
    page.locator("#demo-durations details").nth(1).locator("summary").click()
    with page.expect_download() as caught:
        page.locator("#demo-durations button.csv").click()
    text = Path(caught.value.path()).read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    assert caught.value.suggested_filename == "demo-durations.csv"
    assert lines[0].split(";")[:2] == ["Étape atteinte", "Effectif"]
    assert lines[1].split(";")[:2] == ["Tri par l’infirmière", "9000"]
    assert "0,12" in lines[1].split(";")
    page.close()


def test_a_committee_can_print_it(browser: Browser, site: Path) -> None:
    page = browser.new_page(viewport={"width": 1047, "height": 700})
    page.goto((site / "fr" / "performance-demo.html").as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    page.emulate_media(media="print")
    assert page.locator("nav").first.is_hidden()
    assert page.locator("button.csv").first.is_hidden()
    assert len(page.pdf(prefer_css_page_size=True, tagged=True)) <= 1_000_000
    page.close()
