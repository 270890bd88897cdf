"""Writes docs/reference from the code: run `make docs`; a test fails when a page is out of date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
MADE = "<!-- Written by docs/build.py from the code: edit the code, then `make docs`. -->\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; a bar in a cell is escaped."""
    lines = [f"| {' | '.join(heads)} |", f"|{'|'.join(' --- ' for _ in heads)}|"]
    for row in rows:
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |")
    return "\n".join(lines) + "\n"


def tables_page() -> str:
    """Return the data dictionary: every contract with its columns, types, units and checks."""
    from chairs.tables import CONTRACTS

    parts = [
        "# Data dictionary\n",
        MADE,
        "One section a table. Times are UTC microseconds; identifiers are text; "
        "a missing value keeps its reason in `status` or `cell_status`.\n",
    ]
    for name in CONTRACTS:
        contract = CONTRACTS[name]
        parts.append(f"## `{name}`\n\n{contract.label.en} — *{contract.label.fr}*\n")
        parts.append(
            f"Key: {', '.join(f'`{k}`' for k in contract.key) or 'none'}. Sorted by "
            f"{', '.join(f'`{k}`' for k in contract.order)}."
            f"{' Further columns are allowed.' if contract.open else ''}\n"
        )
        rows = [
            (
                f"`{column}`",
                spec.kind,
                spec.unit or "–",
                "yes" if spec.missing else "no",
                _limits(spec),
                spec.label.en,
                spec.label.fr,
            )
            for column, spec in contract.columns.items()
        ]
        parts.append(table(("column", "type", "unit", "may be missing", "allowed", "holds", "contient"), rows))
        if contract.rules:
            parts.append("Rows: " + "; ".join(f"refused when “{rule.message.en}”" for rule in contract.rules) + ".\n")
    return "\n".join(parts)


def _limits(column) -> str:
    if column.choices:
        return ", ".join(f"`{c}`" for c in column.choices)
    bounds = [
        f"≥ {column.at_least:g}" if column.at_least is not None else "",
        f"≤ {column.at_most:g}" if column.at_most is not None else "",
        f"form `{column.pattern}`" if column.pattern else "",
    ]
    return ", ".join(b for b in bounds if b) or "–"


def indicators_page() -> str:
    """Return the catalogue of indicators."""
    from chairs.indicators.indicator import INDICATORS

    directions = {1: "higher is better", -1: "lower is better", 0: "neither"}
    heads = ("code", "domain", "label", "libellé", "unit", "allowed", "direction", "numerator", "denominator",
             "reference")  # fmt: skip
    rows = []
    for item in (INDICATORS[code] for code in INDICATORS):
        times = f" × {item.per:g}" if item.per != 1 else ""
        below = item.denominator.en if item.denominator else "–"
        ends = (item.lowest, item.highest) if item.compute else (None, None)
        allowed = " ".join(f"{sign} {end:g}" for sign, end in zip("≥≤", ends, strict=True) if end is not None) or "–"
        rows.append((f"`{item.code}`", item.domain, item.label.en, item.label.fr, item.unit.en, allowed,
                     directions[item.direction], item.numerator.en + times, below,
                     item.reference + (f". {item.note.en}" if item.note else "")))  # fmt: skip
    return "\n".join(["# Indicators\n", MADE, table(heads, rows), hospi_diag_part()])


def hospi_diag_part() -> str:
    """Return the codes of Hospi Diag, by edition, with the indicator that computes each."""
    from chairs.indicators.hospi_diag import read_editions

    heads = ("edition", "code", "label", "libellé", "indicator", "where the two differ")
    rows = [
        (edition, f"`{name}`", code.label.en, code.label.fr, f"`{code.indicator}`" if code.indicator else "–",
         code.note or "–")
        for edition, codes in read_editions().editions.items()
        for name, code in codes.items()
    ]  # fmt: skip
    about = (
        "The same code means another thing in another edition. A column of a Hospi Diag file finds its indicator "
        'here, or by `chairs.indicators.hospi_diag.hospi_diag("2010-2016", "F6_D")`, endings of the files included.\n'
    )
    return "\n".join(["\n## Codes of Hospi Diag\n", about, table(heads, rows)])


def instruments_page() -> str:
    """Return the catalogue of survey instruments."""
    from chairs.surveys.instrument import instrument, instrument_names

    parts = ["# Survey instruments\n", MADE]
    for name in instrument_names():
        form = instrument(name)
        parts.append(
            f"## `{name}`\n\n{form.title.en} — *{form.title.fr}*. Version {form.version}, years "
            f"{', '.join(form.years)}; scores {form.unit}; a score "
            f"needs {form.floor} answers. Source: {form.source.en}. Licence: {form.licence}.\n"
        )
        if form.note:
            parts.append(f"{form.note.en} — *{form.note.fr}*\n")
        rows = [(f"`{d.name}`", d.label.en, d.label.fr, sum(i.dimension == d.name for i in form.items) or "–")
                for d in form.dimensions]  # fmt: skip
        parts.append(table(("dimension", "label", "libellé", "items"), rows))
    return "\n".join(parts)


def sources_page() -> str:
    """Return the catalogue of data sources."""
    from chairs.sources.catalog import load_catalog

    rows = [
        (
            f"`{e.id}`",
            e.title.en,
            e.publisher,
            e.licence,
            e.year or "–",
            e.reader,
            _where(e),
            len(e.files),
        )
        for e in load_catalog(HERE.parent / "data" / "catalog.yaml").values()
    ]
    return "\n".join(
        [
            "# Data sources\n",
            MADE,
            table(("source", "title", "publisher", "licence", "year", "reader", "where", "files"), rows),
        ]
    )


def _where(entry) -> str:
    if entry.derived:
        return "derived: from a mirror folder only"
    return " ".join(part for part in (f"doi:{entry.doi}" if entry.doi else "", entry.page or "") if part) or "–"


def twin_page() -> str:
    """Return the formats of the twin's files."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("twin_formats", HERE / "twin_formats.py")
    assert spec is not None
    assert spec.loader is not None
    formats = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(formats)
    return formats.page(table, MADE)


PAGES = {
    "data-dictionary.md": tables_page,
    "indicators.md": indicators_page,
    "instruments.md": instruments_page,
    "sources.md": sources_page,
    "twin-files.md": twin_page,
}


def main() -> None:
    """Write every page of docs/reference."""
    folder = HERE / "reference"
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
