"""The rule set: what it holds, and that it names only what exists."""

import pytest

from chairs.core.errors import SettingError
from chairs.disclosure.masking import NUMBERS, counts_of, released_contract
from chairs.disclosure.rules import allowed, load_rules
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.contract


def test_the_limits_are_those_of_the_french_rule():
    rules = load_rules()

    assert (rules.threshold.value, rules.complement.value) == (11, 11)
    assert rules.levels == ("public", "demo")
    for limit in (rules.threshold, rules.complement, rules.tail, rules.narrow):
        assert limit.why.fr
        assert limit.why.en
        assert limit.source


@pytest.mark.parametrize("name", allowed())
def test_a_rule_names_columns_of_its_contract(name):
    rule, columns = load_rules().tables[name], CONTRACTS[name].columns
    named = {count.column for count in rule.counts} | {count.times for count in rule.counts} | set(rule.keep)
    named |= {count.of for count in rule.counts} | set(rule.quantiles) | {margin.over for margin in rule.margins}
    named |= {when.column for count in rule.counts for when in count.unless}
    if rule.published:
        named.add(rule.published.column)
    if rule.merge:
        named |= {rule.merge.name, rule.merge.amount, rule.merge.share, rule.merge.rank}

    assert named - {None} <= set(columns)


@pytest.mark.parametrize("name", allowed())
def test_every_column_marked_as_persons_is_treated(name):
    contract = CONTRACTS[name]
    marked = {column for column, spec in contract.columns.items() if spec.persons}

    assert marked <= {count.column for count in counts_of(contract, load_rules().tables[name])}


@pytest.mark.parametrize("name", allowed())
def test_no_table_on_the_list_can_hold_a_row_of_one_person(name):
    contract = CONTRACTS[name]

    assert not contract.open, "an open table could carry any column out"
    assert not set(load_rules().never) & set(contract.columns)


@pytest.mark.parametrize("name", ["events", "cases", "responses", "unit_hour", "quantities"])
def test_row_tables_are_not_on_the_list(name):
    assert name in CONTRACTS
    assert name not in allowed()


@pytest.mark.parametrize("name", allowed())
def test_the_released_form_lets_numbers_be_missing_and_says_why(name):
    contract = CONTRACTS[name]
    released = released_contract(contract)

    assert set(released.columns) - set(contract.columns) == {"cell_status"}
    for column, spec in released.columns.items():
        if spec.kind in NUMBERS and column not in contract.key:
            assert spec.missing


def test_a_misspelt_rule_is_refused(tmp_path):
    text = (load_rules.__wrapped__.__globals__["FILE"]).read_text(encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(text.replace("threshold:", "treshold:"), encoding="utf-8")

    with pytest.raises(SettingError, match="treshold"):
        load_rules(tmp_path / "rules.yaml")
