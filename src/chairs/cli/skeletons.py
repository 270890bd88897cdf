"""The files that `chairs new` writes: for each kind a skeleton and a test that fails until it is filled in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """Where the file of a kind goes, what stands in it, and the test that says what to fill in ($name is replaced)."""

    path: str
    content: str
    test: str
    check: str
    then: str


HEAD = '''"""$name: filled in?"""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.$marker


'''

INDICATOR = '''"""Indicators: say here in one line what this module is about."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator


@indicator(
    label=Text(fr="à remplir", en="fill in"),
    unit=Text(fr="à remplir", en="fill in"),
    direction=0,
    inputs=("operating_income", "staff_fte"),
    numerator=Text(fr="à remplir", en="fill in"),
    denominator=Text(fr="à remplir", en="fill in"),
    reference="à remplir",
)
def $name(amounts: Amounts) -> Sides:
    """Say what it measures, in plain words, with its unit and where its definition comes from."""
    return Sides(numerator=amounts["operating_income"], denominator=amounts["staff_fte"])
'''

INDICATOR_TEST = (
    HEAD
    + """def test_$name_is_described_and_gives_a_published_figure() -> None:
    from chairs.indicators.indicator import INDICATORS

    record = INDICATORS["$name"]
    said = (record.label.fr, record.unit.fr, record.numerator.fr, record.denominator.fr, record.reference)
    assert "à remplir" not in said, "fill in label, unit, numerator, denominator and reference"
    pytest.fail("replace this line: compare the indicator with a figure published elsewhere")
"""
)

SURVEY = """# $name: one line on where this questionnaire comes from.
name: $name
title: {fr: "à remplir", en: "fill in"}
version: "1"
years: ["any"]             # years it stands for: "2024", "2020-2024", "2020-" (no end), any (no edition)
source: {fr: à remplir, en: to be filled in}
licence: à remplir
respondent: patient        # patient, customer, staff or student
floor: 30                  # fewer respondents give no score
answers: {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}   # code as entered: points, the best answer last
missing: {"9": does_not_know}                       # code: not_concerned, does_not_know or refused
dimensions:
  - {name: all, label: {fr: "Score global", en: "Overall score"}}
  - {name: first, label: {fr: "à remplir", en: "fill in"}}
items:
  - {code: Q1, dimension: first, label: {fr: "à remplir", en: "fill in"}}
"""

SURVEY_TEST = (
    HEAD
    + """def test_the_questionnaire_is_filled_in() -> None:
    from pathlib import Path

    import chairs.surveys.instrument as instrument

    text = (Path(instrument.FOLDER) / "$name.yaml").read_text(encoding="utf-8")
    assert "à remplir" not in text, "fill in title, source, licence, dimensions and items"
    pytest.fail("replace this line: score a few answers by hand and compare")
"""
)

STUDY = """# $name: what it asks, of which sources.
name: $name
title: {fr: "à remplir", en: "fill in"}
question: {fr: "à remplir", en: "fill in"}
level: patient             # public (open data), demo (invented) or patient (nothing is released yet)
period: "2026"             # a year, or two: "2024-2026"
stages: [ingest, discover] # in the order of dvc.yaml; add score, derive, link; release and render if not patient
files:                     # what you put in data/raw/$name/; the mapping is pipelines/mappings/$name/my-export.yaml
  - {file: export.csv, reader: event_log, mapping: my-export}
# sources: [has-esatis-48h-2019]          # entries of data/catalog.yaml, if it uses any
pathway:                   # how the event log is read (src/chairs/flow/settings.py lists all keys)
  reference: arrival       # the step from which delays are counted
  arrival: arrival         # the step that is an arrival at the site
  # final: [departure]     # steps that end a pathway; cases still under way are then left out of the map
# instruments: [demo-patient-experience]  # questionnaires to score
# outcome: demo-patient-experience/all    # the score that indicators are linked to
"""

PROTOCOL = """# $name: what is asked of a link, before its outcome is read (docs/how-to/declare-a-link.md).
name: $name
study: demo                # the study whose tables are read; write `protocol: $name` in its file (it holds one)
question: {fr: "à remplir", en: "fill in"}
estimand: within           # one establishment that changes; between: establishments that differ
lag: 0                     # years from the exposure to the outcome; a year of lag costs a year of data
exposures: [absenteeism]                     # codes of indicators
outcomes: [demo-patient-experience/all]      # instrument/dimension; each pair is one test of the family
# model: ordinal           # for stars and other ordered classes (estimand: between)
covariates: [mco_beds, status, emergency]    # held equal: causes of both, never effects of the exposure
graph:                     # the causal diagram that says why
  - mco_beds -> absenteeism
  - mco_beds -> outcome
  - absenteeism -> outcome
smallest_effect: 1.0       # points of the score, per change of the exposure, under which nothing matters
per: {absenteeism: 1}      # the change spoken of
# negative_outcomes: [demo-patient-experience/repas]   # what the exposures cannot reach
# exploratory: true        # only where the outcome is public or was looked at: nothing confirmatory is then said
assumed: {site: 3.0, year: 1.5, person: 18.0}   # spread expected of the score, for `chairs link answerable $name`
"""

PROTOCOL_TEST = (
    HEAD
    + """def test_the_protocol_is_filled_in_and_sealed() -> None:
    from pathlib import Path

    from chairs.linking.protocol import read_protocol
    from chairs.linking.sealing import hold, read_seals

    folder = Path(__file__).resolve().parents[2] / "pipelines" / "protocols"
    protocol = read_protocol(folder / "$name.yaml")
    assert "à remplir" not in protocol.question.fr, "fill in the question, then the rest"
    hold(protocol, read_seals(folder / "$name.seal"))
"""
)

MAPPING = """# How the columns of one export are read; those of yours stand on the right (docs/how-to/add-a-study.md).
table: events
timezone: Europe/Paris
columns: {case_id: CASE, activity: STEP, unit: UNIT, start: START, end: END}
"""

STUDY_TEST = (
    HEAD
    + """def test_the_study_is_filled_in() -> None:
    from pathlib import Path

    text = (Path(__file__).resolve().parents[2] / "pipelines" / "studies" / "$name.yaml").read_text(encoding="utf-8")
    assert "à remplir" not in text, "fill in title and question, then delete this test"
"""
)

SOURCE = '''"""Reads $name: say here of whom, which file, which table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.sources import READERS, Reader
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    from chairs.sources import Tables


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Turn the files into contract tables (name of the contract: its rows)."""
    sheet = read_sheet(files[0])
    raise NotImplementedError(f"$name: rename the columns {sheet.frame.columns.tolist()} to those of a contract")


READERS.add("$name", Reader(name="$name", title=Text(fr="à remplir", en="fill in"), read=read))
'''

SOURCE_TEST = (
    HEAD
    + """def test_the_reader_reads_a_small_file(tmp_path) -> None:
    from chairs.sources import READERS

    assert READERS["$name"].title.fr != "à remplir", "fill in the title"
    pytest.fail("replace this line: write a small file here, read it, check its table")
"""
)

PAGE = '''"""Page: say here what it shows."""

from __future__ import annotations

from chairs.core.errors import Language, Text
from chairs.dashboards import shell
from chairs.dashboards.content import Content
from chairs.dashboards.pages import PAGES, Page

FIGURES = ("associations",)


def body(content: Content, lang: Language) -> str:
    """Return what stands under the heading: the figures of every study that has them."""
    studies = content.with_any(FIGURES)
    return "".join(shell.study_sections(studies, FIGURES, FIGURES, lang))


PAGES.add(
    "$name",
    Page(
        slug=Text(fr="$name", en="$name"),
        title=Text(fr="à remplir", en="fill in"),
        question=Text(fr="à remplir", en="fill in"),
        order=50,
        body=body,
    ),
)
'''

PAGE_TEST = (
    HEAD
    + """def test_the_page_is_named_in_both_languages() -> None:
    from chairs.dashboards.pages import PAGES

    page = PAGES["$name"]
    assert "à remplir" not in (page.title.fr, page.question.fr), "fill in title and question, then delete this test"
"""
)

SKELETONS = {
    "indicator": Skeleton(
        path="src/chairs/indicators/$name.py",
        content=INDICATOR,
        test="tests/unit/indicators/test_$name.py",
        check=INDICATOR_TEST.replace("$marker", "reference"),
        then="move the function to the module of its domain if one fits; `make docs`; `chairs run --dry`",
    ),
    "survey": Skeleton(
        path="src/chairs/surveys/instruments/$name.yaml",
        content=SURVEY,
        test="tests/unit/surveys/test_$name.py",
        check=SURVEY_TEST.replace("$marker", "unit"),
        then="write its word under `instruments:` of a study; `make docs`",
    ),
    "study": Skeleton(
        path="pipelines/studies/$name.yaml",
        content=STUDY,
        test="tests/contract/test_$name.py",
        check=STUDY_TEST.replace("$marker", "contract"),
        then="its word now stands in params.yaml; `chairs run $name`",
    ),
    "protocol": Skeleton(
        path="pipelines/protocols/$name.yaml",
        content=PROTOCOL,
        test="tests/contract/test_protocol_$name.py",
        check=PROTOCOL_TEST.replace("$marker", "contract"),
        then="name its study; `chairs link answerable $name`; then, before `chairs run`, `chairs link seal $name`",
    ),
    "source": Skeleton(
        path="src/chairs/sources/$name.py",
        content=SOURCE,
        test="tests/unit/sources/test_$name.py",
        check=SOURCE_TEST.replace("$marker", "unit"),
        then="add its entry to data/catalog.yaml (`make docs`), then its word under `sources:` of a study",
    ),
    "page": Skeleton(
        path="src/chairs/dashboards/pages/$name.py",
        content=PAGE,
        test="tests/unit/dashboards/test_page_$name.py",
        check=PAGE_TEST.replace("$marker", "unit"),
        then="`chairs run`, then `chairs dashboard`",
    ),
}
