"""Every page of every study says what may be claimed and what may not, as its file and its protocol imply."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from chairs.core.errors import Text
from chairs.core.study import Study, read_study
from chairs.dashboards import shell
from chairs.dashboards.allowed import allowed
from chairs.dashboards.fiche import LANGUAGES
from chairs.dashboards.render import render_study
from chairs.dashboards.site import assemble
from chairs.linking.protocol import read_protocol
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit
PIPELINES = Path(__file__).resolve().parents[3] / "pipelines"
STUDIES = sorted(path.stem for path in (PIPELINES / "studies").glob("*.yaml"))


def declared(study: Study) -> pd.DataFrame:
    """What the table `claims` says of the study's protocol, whatever was found."""
    protocol = read_protocol(PIPELINES / "protocols" / f"{study.protocol}.yaml")
    rows = [[protocol.name, *pair] for pair in protocol.pairs]
    frame = pd.DataFrame(rows, columns=["protocol", "exposure", "outcome"])
    status = "exploratory" if protocol.exploratory else "confirmatory"
    said = {"seal": "0", "estimand": protocol.estimand, "model": protocol.declared, "lag": protocol.lag, "per": 1.0}
    return CONTRACTS["claims"].conform(frame.assign(**said, claim="not_valid", n=0, status=status))


@pytest.fixture(scope="module")
def site(invented: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All studies of the pipeline, rendered from the claims that their protocols make and invented scores."""
    root = tmp_path_factory.mktemp("allowed")
    for name in STUDIES:
        study = read_study(PIPELINES / "studies" / f"{name}.yaml")
        folder = root / "release" / name
        folder.mkdir(parents=True)
        if study.protocol:
            declared(study).to_parquet(folder / "claims.parquet", index=False)
        if study.outcome:
            scores = invented.scores(study.outcome.partition("/")[0])
            scores.to_parquet(folder / "scores.parquet", index=False)
        render_study(study, folder, root / "render" / name)
    assemble(root / "render", root / "site", absent={}, changes={})
    return root / "site"


def test_every_page_of_every_study_carries_both_sides_in_both_languages(site: Path) -> None:
    seen = set()
    for lang in LANGUAGES:
        for page in sorted((site / lang).iterdir()):
            text = page.read_text(encoding="utf-8")
            for part in re.findall(r'<section aria-labelledby="study-.*?</section>', text, flags=re.DOTALL):
                name = re.search(r"study-([a-z0-9-]+)", part)[1]  # type: ignore[index]
                for title in shell.SIDES.values():
                    assert f"<h3>{shell.text(title, lang)}</h3><ul><li>" in part, (page.name, name, lang)
                seen.add((lang, name))
    assert seen == {(lang, name) for lang in ("fr", "en") for name in STUDIES}


@pytest.mark.parametrize(
    ("study", "said"),
    [
        ("france-2019", ("aucun n’est comparé à lui-même", "l’étude est exploratoire", "une seule année")),
        ("nhs-staff", ("aucun patient n’est interrogé", "le personnel", "aucun n’est comparé à lui-même")),
        ("us-stars", ("classes ordonnées", "aucun n’est comparé à lui-même", "l’étude est exploratoire")),
        ("demo", ("tout est inventé", "d’un même établissement change")),
    ],
)
def test_the_page_of_links_says_what_each_kind_of_study_forbids(site: Path, study: str, said: tuple[str, ...]) -> None:
    text = (site / "fr" / f"performance-{study}.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    part = text.split(f'<section aria-labelledby="study-{study}"')[1].split("</section>")[0]
    for words in said:
        assert words in part, words
    assert "est la cause du score" in part


def test_a_protocol_within_establishments_forbids_no_change_and_claims_no_cause(invented: ModuleType) -> None:
    study = invented.hospital()
    lines = {line.text.en for line in allowed(study, {"claims": invented.claims("x/all")}) if "link" in line.stages}
    assert any("of one establishment changes" in line for line in lines)
    assert not any("none is compared with itself" in line for line in lines)
    assert not any("exploratory" in line for line in lines)
    assert any("causes the score" in line for line in lines)


def test_a_study_without_protocol_is_exploratory(invented: ModuleType) -> None:
    said = [line.text.en for line in allowed(invented.sites(), {}) if line.side == "may_not"]
    assert "Speak of a confirmed link: the study is exploratory." in said


def test_the_study_file_adds_its_own_lines(invented: ModuleType) -> None:
    own = Text(fr="Ma ligne.", en="My line.")
    study = Study(name="x", title=own, question=own, level="public", period="2019", stages=("link",), may_say=(own,))
    assert own in [line.text for line in allowed(study, {}) if line.side == "may"]


def test_stars_are_official_and_a_survey_without_a_table_is_not(invented: ModuleType) -> None:
    from dataclasses import replace

    def forbidden(outcome: str) -> bool:
        study = replace(invented.sites(), outcome=outcome)
        scores = invented.scores(outcome.partition("/")[0])
        return any("unofficial" in line.text.en for line in allowed(study, {"scores": scores}))

    assert [forbidden(name) for name in ("cms-hcahps-stars/all", "esatis-48h-mco/all", "phq-9/all")] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("outcome", [None, "phq-9/all"])  # not named, or without a score
def test_what_is_said_is_of_the_outcome_that_the_figures_compare(invented: ModuleType, outcome: str | None) -> None:
    from dataclasses import replace

    scores = {"scores": invented.scores("esatis-48h-mco")}
    named = replace(invented.sites(), outcome="esatis-48h-mco/all")
    assert allowed(replace(named, outcome=outcome), scores) == allowed(named, scores)
    staff = replace(named, outcome="nhs-staff-survey/recommend_care")
    assert any("no patient is asked" in line.text.en for line in allowed(staff, {}))
