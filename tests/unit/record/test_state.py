"""What is recorded: long mappings split over tags, metric names that MLflow takes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairs.record.runs import Run
from chairs.record.state import TAG_ROOM, _metric_name, pack


@pytest.mark.property
@given(st.dictionaries(st.text(min_size=1, max_size=200), st.text(max_size=64), max_size=120))
def test_a_mapping_of_any_size_comes_back_from_its_tags(content):
    tags = pack("dvc.deps.score", content)

    assert Run(id="r", tags=tags, params={}).packed("dvc.deps.score") == content
    assert all(len(text) <= max(TAG_ROOM, 3000) for text in tags.values())


@pytest.mark.unit
def test_packs_of_other_keys_are_left_out():
    tags = pack("a", {"x": "1"}) | pack("ab", {"y": "2"}) | {"a#2": json.dumps({"z": "3"})}

    assert Run(id="r", tags=tags, params={}).packed("a") == {"x": "1", "z": "3"}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("links", "p · beds · esatis-48h-mco/all · 0", "estimate"), "links/p beds esatis-48h-mco_all 0/estimate"),
        (("facts", "délai médian", "value"), "facts/délai médian/value"),
        (("facts", "../..", "value"), "facts/_/value"),
    ],
)
def test_metric_names_are_paths_without_surprises(parts, name):
    assert _metric_name(*parts) == name
