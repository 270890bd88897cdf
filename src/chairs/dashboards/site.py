"""Builds the static site from the rendered pieces: plain files that open without a server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from chairs.core.errors import Language, Problem
from chairs.dashboards.content import Changes, Content, read_catalog, read_studies
from chairs.dashboards.fiche import LANGUAGES
from chairs.dashboards.shell import SITE, document, ordered_pages
from chairs.store.files import replacing_folder

ASSETS = ("site.css", "site.js", "locale-fr.js")


def assemble(
    render_root: Path,
    out: Path,
    *,
    absent: Mapping[str, Sequence[Problem]],
    changes: Mapping[str, Changes],
    catalog: Path | None = None,
) -> list[Path]:
    """Build the site `out` from what lies under `render_root` and return the pages written.

    The folder is replaced as a whole: a reader sees the old site or the new one. The pages hold no
    time stamp: the same pieces give the same bytes. plotly is not imported, only its script is copied.

    Parameters
    ----------
    absent
        Studies that were not run, each with the reasons and remedies.
    changes
        For each study, the published numbers that differ from the state before.
    catalog
        The data catalogue (`data/catalog.yaml`), shown on the provenance page.
    """
    content = Content(
        studies=read_studies(render_root),
        absent=absent,
        changes=changes,
        catalog=read_catalog(catalog) if catalog else {},
    )
    with replacing_folder(out) as draft:
        written = [Path("index.html")]
        (draft / "index.html").write_text(_door(), encoding="utf-8", newline="\n")
        for lang in LANGUAGES:
            (draft / lang).mkdir()
            for name, text in _pages(content, lang):
                (draft / lang / name).write_text(text, encoding="utf-8", newline="\n")
                written.append(Path(lang, name))
        copy_assets(draft / "assets")
    return [out / place for place in written]


def _pages(content: Content, lang: Language) -> Iterator[tuple[str, str]]:
    """Give the name and the text of each page, a page of its own for each study where there is one."""
    for page in ordered_pages():
        yield page.file(lang), document(page, page.body(content, lang), lang)
        if page.part:
            for study in content.with_any(page.figures):
                yield page.file(lang, study.name), document(page, page.part(content, study, lang), lang, study)


def copy_assets(folder: Path) -> None:
    """Write what every page needs (style, scripts) into `folder`."""
    folder.mkdir(exist_ok=True)
    for name in ASSETS:
        text = files("chairs.dashboards").joinpath("assets", name).read_text(encoding="utf-8")
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    spec = find_spec("plotly")  # finds the package without importing it
    assert spec is not None
    assert spec.origin is not None
    shutil.copyfile(Path(spec.origin).parent / "package_data" / "plotly.min.js", folder / "plotly.min.js")


def _door() -> str:
    """Return the page at the root of the site, which leads to the French home page."""
    home, english = (ordered_pages()[0].file(lang) for lang in LANGUAGES)
    return f"""<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url=fr/{home}">
<title>{SITE.fr}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/site.css">
</head>
<body>
<main class="frame head">
<h1>{SITE.fr}</h1>
<p><a href="fr/{home}" hreflang="fr">Version française</a> ·
<a href="en/{english}" hreflang="en" lang="en">English version</a></p>
</main>
</body>
</html>
"""
