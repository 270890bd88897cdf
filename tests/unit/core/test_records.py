"""Records refuse what they do not know and say what they do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pytest

from chairs.core.errors import ChairsError, SettingError, Text, problem, unknown
from chairs.core.records import build, read_yaml
from chairs.core.registry import Registry
from chairs.core.study import read_study

pytestmark = pytest.mark.unit


@dataclass(frozen=True, kw_only=True)
class Ward:
    name: str
    beds: int = 1


@dataclass(frozen=True, kw_only=True)
class Hospital:
    title: Text
    kind: Literal["public", "private"]
    wards: tuple[Ward, ...] = ()
    share: float | None = None
    extra: dict[str, float] = field(default_factory=dict)


def test_nested_records_are_built() -> None:
    data = {
        "title": {"fr": "a", "en": "b"},
        "kind": "public",
        "wards": [{"name": "ICU", "beds": 3}],
        "share": 1,
        "extra": {"x": 2},
    }
    hospital = build(Hospital, data, "h.yaml")
    assert hospital.wards == (Ward(name="ICU", beds=3),)
    assert (hospital.share, hospital.extra, hospital.title.say("en")) == (1.0, {"x": 2.0}, "b")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "other"}, "public, private"),
        ({"wardz": []}, 'unknown key "wardz". Remedy: choose among: extra, kind, share, title, wards'),
        ({"wards": [{"name": "a", "beds": "many"}]}, "h.yaml, wards[0], beds: a whole number is expected"),
        ({"wards": {"name": "a"}}, "a list is expected"),
        ({"title": "x"}, "a mapping key: value is expected"),
        ({"share": True}, "a number is expected"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_place_and_the_choices(change: dict, said: str) -> None:
    with pytest.raises(SettingError) as error:
        build(Hospital, {"title": {"fr": "a", "en": "b"}, "kind": "public"} | change, "h.yaml")
    assert said in str(error.value)


def test_a_missing_key_is_named() -> None:
    with pytest.raises(SettingError, match='missing key "kind"'):
        build(Hospital, {"title": {"fr": "a", "en": "b"}}, "h.yaml")


def test_yaml_errors_name_the_row_not_the_content(tmp_path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("a: 1\nb: [SECRET\n", encoding="utf-8")
    with pytest.raises(SettingError) as error:
        read_yaml(path)
    assert "row" in str(error.value)
    assert "SECRET" not in str(error.value)
    path.write_bytes("é: 1".encode("latin-1"))
    with pytest.raises(SettingError, match="UTF-8"):
        read_yaml(path)
    with pytest.raises(SettingError, match="not found"):
        read_yaml(tmp_path / "none.yaml")


def test_a_study_has_the_name_of_its_file(tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: other\ntitle: {fr: a, en: a}\nquestion: {fr: a, en: a}\nlevel: public\nperiod: '2019'\nstages: []\n"
    )
    with pytest.raises(SettingError, match="write name: mine"):
        read_study(path)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("described: {indicators: [day_place_use]}", "described: without indicators"),
        ("described: {sources: [nhs-bed-occupancy-2022]}", "described: without indicators"),
        ("indicators: [occupancy]\ndescribed: {indicators: [day_place_use, occupancy]}", "named twice: occupancy"),
        ("indicators: [occupancy, occupancy]", "named twice: occupancy"),
        (
            "indicators: [occupancy]\ndescribed: {indicators: [day_place_use]}\nexposures: [day_place_use, occupancy]",
            'column "exposures": an exposure that is only described beside the question: day_place_use',
        ),
    ],
)
def test_what_is_described_is_told_from_the_question(tmp_path, more: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    head = "name: mine\ntitle: {fr: a, en: a}\nquestion: {fr: a, en: a}\nlevel: public\nperiod: '2019'\nstages: []\n"
    path.write_text(head + more + "\n")
    with pytest.raises(SettingError) as error:
        read_study(path)
    assert said in error.value.say("en")
    assert all(one.remedy is not None and one.file == "mine.yaml" for one in error.value.problems)
    path.write_text(head + "indicators: [occupancy]\ndescribed: {indicators: [day_place_use]}\n")
    assert read_study(path).derived == ("occupancy", "day_place_use")


def test_registry_refuses_twice_and_explains_the_unknown() -> None:
    names: Registry[int] = Registry(("nom", "name"))
    names.add("one", 1)
    with pytest.raises(ValueError, match="twice"):
        names.add("one", 2)
    with pytest.raises(SettingError, match="choose among: one"):
        names["two"]


def test_many_problems_are_cut_and_counted() -> None:
    error = ChairsError(tuple(problem("x", "x", row=i) for i in range(50)))
    assert error.say("en").splitlines()[-1] == "… and 30 more"
    assert error.say("fr").splitlines()[-1] == "… et 30 autres"
    assert unknown(("a", "b"), "c", []).problems
