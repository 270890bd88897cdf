"""Published numbers before and after: what counts as a change and how it is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairs.record.diff import Change, Changes, compare, say_changes, say_value

numbers = st.dictionaries(
    st.sampled_from(["links", "scores"]),
    st.dictionaries(
        st.sampled_from(["a", "b"]),
        st.dictionaries(st.sampled_from(["n", "score"]), st.integers(0, 3).map(float) | st.just("masked")),
    ),
)


def _flat(content):
    return {(t, k, c): v for t, rows in content.items() for k, row in rows.items() for c, v in row.items()}


@pytest.mark.property
@given(numbers, numbers)
def test_the_changes_turn_the_former_state_into_the_present_one(before, after):
    found = list(compare(before, after))
    state = _flat(before)
    for change in found:
        place = (change.table, change.key, change.column)
        assert state.get(place) == change.before
        assert change.before != change.after
        state[place] = change.after

    assert {k: v for k, v in state.items() if v is not None} == _flat(after)
    assert found == sorted(found, key=lambda c: (c.table, c.key, c.column))


@pytest.mark.unit
def test_changes_are_said_in_both_languages():
    items = (
        Change(table="scores", key="1", column="score", before=72.3, after=72.5),
        Change(table="scores", key="2", column="n", before=12.0, after="masked"),
        Change(table="scores", key="3", column="n", before=None, after=40.0),
    )
    found = Changes(study="demo", first=False, items=items)

    assert say_changes("demo", found, "fr").splitlines() == [
        "demo : 3 nombres publiés ont changé",
        "  scores | 1 | score : 72,3 → 72,5",
        "  scores | 2 | n : 12 → masqué",
        "  scores | 3 | n : non publié → 40",
    ]
    assert say_changes("demo", found, "en").splitlines()[0] == "demo: 3 published numbers changed"
    assert list(found) == list(items)


@pytest.mark.unit
def test_a_first_run_and_a_still_one_are_said():
    assert say_changes("demo", Changes(study="demo", first=True), "fr") == "demo : première exécution"
    never = Changes(study="demo", first=True, never=True)
    assert say_changes("demo", never, "fr").startswith("demo : jamais exécutée")
    assert 'run "chairs run demo"' in say_changes("demo", never, "en")
    assert say_changes("demo", Changes(study="demo", first=False), "en") == "demo: no published number changed"


@pytest.mark.unit
@pytest.mark.parametrize(("value", "fr"), [(0.0, "0"), (-0.448, "-0,448"), (1e6, "1000000"), (0.1 + 0.2, "0,3")])
def test_numbers_are_written_without_tails(value, fr):
    assert say_value(value, "fr") == fr
