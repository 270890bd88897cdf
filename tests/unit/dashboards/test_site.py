"""Rendering and assembling: what is written, the same bytes twice, nothing half-written, missing tables said."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from chairs.core.errors import DataError, problem
from chairs.core.study import Described
from chairs.dashboards.changed import row
from chairs.dashboards.content import read_studies
from chairs.dashboards.figures import FIGURES
from chairs.dashboards.pages import PAGES
from chairs.dashboards.render import render_study
from chairs.dashboards.site import assemble
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit
STUDIES = ("hospital", "sites", "pathway")


@dataclass(frozen=True)
class Change:
    table: str
    key: str
    column: str
    before: float | str | None
    after: float | str | None


@dataclass(frozen=True)
class Changes:
    first: bool
    items: tuple[Change, ...] = ()

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.items)


def digest(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def rendered(invented: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("render")
    for name in STUDIES:
        study = getattr(invented, name)()
        released = invented.write(study, tmp_path_factory.mktemp("release") / study.name)
        render_study(study, released, root / study.name)
    return root


def test_figures_json_holds_what_is_traced(rendered: Path) -> None:
    figures = json.loads((rendered / "demo" / "figures.json").read_text(encoding="utf-8"))
    assert set(figures) == set(FIGURES)
    for figure in figures.values():
        assert set(figure) == {"fingerprint", "title", "tables", "columns", "rows"}
        numbers = {name: figure[name] for name in ("columns", "rows")}
        text = json.dumps(numbers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == figure["fingerprint"]
        assert figure["tables"]
        assert set(figure["title"]) == {"fr", "en"}


def test_what_is_described_beside_the_question_is_in_no_figure(invented: ModuleType, tmp_path: Path) -> None:
    study = invented.sites()
    released = invented.write(study, tmp_path / "release")
    code = pd.read_parquet(released / "indicators.parquet")["code"].iloc[0]
    for name, beside in (("all", ()), ("without", (code,))):
        render_study(replace(study, described=Described(indicators=beside)), released, tmp_path / name)
    said = [json.loads((tmp_path / name / "figures.json").read_text(encoding="utf-8")) for name in ("all", "without")]
    assert [any(row[0] == code for row in one["position"]["rows"]) for one in said] == [True, False]


def test_two_renderings_are_identical_to_the_byte(rendered: Path, invented: ModuleType, tmp_path: Path) -> None:
    study = invented.hospital()
    render_study(study, invented.write(study, tmp_path / "release"), tmp_path / "again")
    assert digest(tmp_path / "again") == digest(rendered / study.name)


def test_two_sites_are_identical_to_the_byte(rendered: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assemble(rendered, tmp_path / name, absent={}, changes={})
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_a_figure_that_is_no_longer_made_leaves_no_fragment(invented: ModuleType, tmp_path: Path) -> None:
    study = invented.hospital()
    released = invented.write(study, tmp_path / "release")
    render_study(study, released, tmp_path / "out")
    (released / "variants.parquet").unlink()
    render_study(study, released, tmp_path / "out")
    assert "variants" not in json.loads((tmp_path / "out" / "figures.json").read_text(encoding="utf-8"))
    card = (tmp_path / "out" / "variants.fr.html").read_text(encoding="utf-8")
    assert "Figure non produite" in card
    assert "variants" in card


def test_a_fictitious_calendar_has_no_hours_of_the_day(rendered: Path) -> None:
    figures = json.loads((rendered / "pathway" / "figures.json").read_text(encoding="utf-8"))
    assert set(figures) == {"durations", "waits", "process-map", "variants"}


def test_every_page_has_its_twin_and_every_figure_its_place(rendered: Path, tmp_path: Path) -> None:
    written = assemble(rendered, tmp_path / "site", absent={}, changes={})
    of_a_study = [page for page in written if page.stem in ("performance-demo", "performance-sites")]
    assert len(of_a_study) == 4
    assert len(written) == 1 + 2 * len(PAGES) + len(of_a_study)
    placed = {figure for name in PAGES for figure in PAGES[name].figures}
    assert placed == set(FIGURES)
    shown = Counter[str]()
    for page in (tmp_path / "site" / "fr").iterdir():
        french = page.read_text(encoding="utf-8")
        (twin,) = set(re.findall(r'hreflang="en" href="../(en/[a-z0-9-]+.html)"', french))
        english = (tmp_path / "site" / twin).read_text(encoding="utf-8")
        assert f'hreflang="fr" href="../fr/{page.name}"' in english
        assert french.count("<article") == english.count("<article")
        assert french.count('aria-current="page"') == 1
        shown.update(re.findall(r'<article class="card[^"]*" id="([^"]+)"', french))
    made = {f"{s.name}-{f['id']}" for s in read_studies(rendered) for f in (*s.about["figures"], *s.about["absent"])}
    assert shown == Counter(dict.fromkeys(made, 1))


def test_no_link_is_dead_and_old_addresses_lead_to_a_figure(rendered: Path, tmp_path: Path) -> None:
    written = assemble(rendered, tmp_path / "site", absent={}, changes={})
    texts = {page.resolve(): page.read_text(encoding="utf-8") for page in written}
    for page, text in texts.items():
        for name, _, anchor in (link.partition("#") for link in re.findall(r'<a [^>]*?href="([^"]+)"', text)):
            to = (page.parent / name).resolve() if name else page
            assert to in texts, (page.name, name)
            assert not anchor or f'id="{anchor}"' in texts[to], (page.name, name, anchor)
    for lang in ("fr", "en"):  # before each study had its page, its figures stood on this one
        whole = (tmp_path / "site" / lang / "performance.html").read_text(encoding="utf-8")
        for figure in json.loads((rendered / "demo" / "figures.json").read_text(encoding="utf-8")):
            own = f"demo-{figure}"
            assert (f'id="{own}" href="performance-demo.html#{own}"' in whole) == (
                figure in PAGES["performance"].figures
            )


def test_the_overview_tells_the_clearest_links(rendered: Path, tmp_path: Path) -> None:
    assemble(rendered, tmp_path / "site", absent={}, changes={})
    text = (tmp_path / "site" / "fr" / "performance.html").read_text(encoding="utf-8")
    part = text.split('<section aria-labelledby="study-demo"')[1].split("</section>")[0]
    assert "<li>Taux d’occupation des lits (+10 points de %) → " in part.replace("\u00a0", " ")
    assert "<article" not in text


def test_a_table_of_an_older_version_is_named_with_the_remedy(invented: ModuleType, tmp_path: Path) -> None:
    study = invented.hospital()
    released = invented.write(study, tmp_path / "release")
    claims = pd.read_parquet(released / "claims.parquet")
    claims.drop(columns="model").to_parquet(released / "claims.parquet")
    with pytest.raises(DataError) as caught:
        render_study(study, released, tmp_path / "out")
    said = caught.value.say("fr")
    assert "claims.parquet" in said
    assert "model" in said
    assert "chairs run demo" in said


def test_the_demonstration_is_marked_wherever_it_is_shown(rendered: Path, tmp_path: Path) -> None:
    assemble(rendered, tmp_path / "site", absent={}, changes={})
    for page in ("parcours", "performance", "performance-demo", "suivi", "jumeau"):
        text = (tmp_path / "site" / "fr" / f"{page}.html").read_text(encoding="utf-8")
        for part in text.split("<section ")[1:]:
            if 'aria-labelledby="study-demo"' in part:
                assert "Données de démonstration." in part
    flow = (tmp_path / "site" / "fr" / "parcours.html").read_text(encoding="utf-8")
    assert "Durées réelles, calendrier fictif." in flow
    performance = (tmp_path / "site" / "fr" / "performance.html").read_text(encoding="utf-8")
    assert "Des associations — pas des preuves de causalité." in performance


def test_what_was_not_run_is_named_with_its_remedy(rendered: Path, tmp_path: Path) -> None:
    absent = {
        "lost": (problem("fichier absent", "file not found", file="lost.csv", remedy=("le poser", "put it there")),)
    }
    assemble(rendered, tmp_path / "site", absent=absent, changes={})
    assert "lost.csv\u00a0: fichier absent. Remède\u00a0: le poser." in (tmp_path / "site/fr/index.html").read_text(
        encoding="utf-8"
    )
    assert "lost.csv: file not found. Remedy: put it there." in (tmp_path / "site/en/index.html").read_text(
        encoding="utf-8"
    )


def test_changes_show_before_and_after_with_enough_decimals(rendered: Path, tmp_path: Path) -> None:
    items = (
        Change("links", "a · <b>", "estimate", -0.448123, -0.448129),
        Change("scores", "x", "n", 120.0, "masked"),
        Change("facts", "cases", "value", None, 1050.0),
        *(Change("facts", f"f{i}", "value", 1.0, 2.0) for i in range(20)),
    )
    changes = {"demo": Changes(False, items), "sites": Changes(False), "pathway": Changes(True)}
    assemble(rendered, tmp_path / "site", absent={}, changes=changes)
    home = (tmp_path / "site/fr/index.html").read_text(encoding="utf-8")
    assert "−0,44812<" in home
    assert "−0,44813<" in home
    assert "a · &lt;b&gt;" in home
    assert "masqué (n" in home
    assert "non publié" in home
    assert "23 nombres publiés ont changé" in home
    assert "chairs diff demo" in home
    assert "aucun nombre publié n’a changé" in home
    assert "première exécution" in home


def test_the_details_of_a_change_hold_no_code(rendered: Path, tmp_path: Path) -> None:
    pair = "demo · absenteeism · demo-patient-experience/pec_inf"
    items = (
        Change("claims", pair, "low", 1.0, 2.0),
        Change("curve_points", f"{pair} · 0 · False · 1 · True", "estimate", 1.0, 2.0),
        Change("indicators", "990000001 · URG · 2024-03 · occupancy", "value", 1.0, 2.0),
        Change("links", f"{pair} · 1 · partial_spearman · mco_beds, status", "estimate", 1.0, 2.0),
        Change("claims", f"{pair} · of_other_columns", "no_longer_there", 1.0, 2.0),
        Change("forecasts", "990000001 · URG · arrivals · d · 2024-12-15 23:00:00+00:00 · 2024-12-16 23:00:00+00:00",
               "q0.5", 1.0, 2.0),
    )  # fmt: skip
    assemble(rendered, tmp_path / "site", absent={}, changes={"demo": Changes(False, items)})
    for lang in ("fr", "en"):
        home = (tmp_path / f"site/{lang}/index.html").read_text(encoding="utf-8")
        listed = re.sub("<[^>]+>", "|", home.partition("<details>")[2].partition("</details>")[0])
        assert listed
        assert not re.search(r"absenteeism\b|pec_inf|partial_|mco_beds|False|True|no_longer|demo-patient", listed)
    assert "Absenteeism → Care by nurses and aides · lag 1 year · adjusted rank correlation" in listed
    assert "same year · unadjusted · at least one answer · extremes kept" in listed
    assert "15 December 2024, 23:00 UTC" in listed


@pytest.mark.parametrize("table", sorted(CONTRACTS))
def test_every_coded_column_of_a_key_has_words(table: str) -> None:
    """Each value that the dictionary allows in a key is told without its code."""
    columns = CONTRACTS[table].columns
    for name in CONTRACTS[table].key:
        for value in columns[name].choices or ():
            said = row(table, " · ".join(value if one == name else "–" for one in CONTRACTS[table].key), {}, "fr")
            assert not re.search(r"[a-z0-9]_[a-z]|\{|^d$|^h$", said), (name, value, said)


def test_a_site_without_any_study_still_says_what_to_do(tmp_path: Path) -> None:
    assemble(tmp_path / "render", tmp_path / "site", absent={}, changes={})
    for page in ("index", "parcours", "performance"):
        assert "make run" in (tmp_path / "site" / "fr" / f"{page}.html").read_text(encoding="utf-8")


def test_the_command_to_trace_names_a_figure_that_exists(rendered: Path, tmp_path: Path) -> None:
    assemble(rendered, tmp_path / "site", absent={}, changes={})
    first = read_studies(rendered)[0]
    mark = f"{first.name}/{first.about['figures'][0]['id']}@{first.about['figures'][0]['fingerprint'][:8]}"
    assert f"chairs trace {mark}<" in (tmp_path / "site/fr/provenance.html").read_text(encoding="utf-8")
    assemble(tmp_path / "none", tmp_path / "bare", absent={}, changes={})
    assert "<code>chairs trace" not in (tmp_path / "bare/fr/provenance.html").read_text(encoding="utf-8")


def test_the_catalogue_shows_on_the_provenance_page(rendered: Path, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(
        "drees-sae-2019:\n  title: {fr: 'SAE <2019>', en: SAE 2019}\n  publisher: DREES\n  licence: Licence Ouverte\n"
        "  page: 'https://example.org/sae'\n  files: [{name: a, sha256: 0123456789abcdef}]\nother: {title: x}\n",
        encoding="utf-8",
    )
    assemble(rendered, tmp_path / "site", absent={}, changes={}, catalog=catalog)
    page = (tmp_path / "site/fr/provenance.html").read_text(encoding="utf-8")
    assert "SAE &lt;2019&gt;" in page
    assert "0123456789ab<" in page
    assert "other" not in page
    for study in read_studies(rendered):
        for figure in study.about["figures"]:
            assert f"{study.name}/{figure['id']}@{figure['fingerprint'][:8]}" in page


def test_a_failure_leaves_the_old_site(rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assemble(rendered, tmp_path / "site", absent={}, changes={})
    before = digest(tmp_path / "site")

    def broken(_: Path) -> None:
        raise RuntimeError

    monkeypatch.setattr("chairs.dashboards.site.copy_assets", broken)
    with pytest.raises(RuntimeError):
        assemble(tmp_path / "none", tmp_path / "site", absent={}, changes={})
    assert digest(tmp_path / "site") == before
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_weights_and_time(rendered: Path, tmp_path: Path) -> None:
    started = time.perf_counter()
    written = assemble(rendered, tmp_path / "site", absent={}, changes={})
    assert time.perf_counter() - started < 2  # 0.1 s alone; the bound leaves room for a busy machine
    for page in written:
        assert page.stat().st_size <= 250_000
    assert sum(p.stat().st_size for p in (tmp_path / "site").rglob("*") if p.is_file()) <= 10_000_000


def test_assembling_imports_no_plotly(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from chairs.dashboards.site import assemble;"
        f"assemble(Path({str(tmp_path / 'render')!r}), Path({str(tmp_path / 'site')!r}), absent={{}}, changes={{}});"
        "print([name for name in ('plotly', 'pandas', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
