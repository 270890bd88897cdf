"""Applies the rule of one table: returns the form that may leave, with the state of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Text
from chairs.disclosure.network import protect_edges
from chairs.disclosure.rules import Conserved, Count, Margin, Merge, Rules, TableRule, When
from chairs.disclosure.suppression import merge_rare, protect_groups, small, small_complement, thin_tail
from chairs.tables import STATUSES
from chairs.tables.contract import Column, Contract

if TYPE_CHECKING:
    import pandas as pd

CELL_STATUS = "cell_status"
NUMBERS = ("number", "count", "flag")
DAYS = 365  # of a year: whether a team has 11 people does not hang on the leap day


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A table in the form that may leave.

    Parameters
    ----------
    cells
        Numbers that were there and are hidden now.
    dropped
        Rows that left the table (merged or hidden with their name).
    exempt
        Rows that passed as they are, because an authority published them.
    """

    frame: pd.DataFrame
    cells: int = 0
    dropped: int = 0
    exempt: int = 0


def released_contract(contract: Contract) -> Contract:
    """Return the contract of the released form: numbers may be missing, `cell_status` says why."""
    columns = {
        name: replace(column, missing=True) if column.kind in NUMBERS and name not in contract.key else column
        for name, column in contract.columns.items()
    }
    columns[CELL_STATUS] = Column(
        kind="text",
        choices=STATUSES,
        label=Text(
            fr="État de la ligne (masked : 1 à 10 personnes, ou masquée pour en protéger une autre)",
            en="State of the row (masked: 1 to 10 persons, or hidden to protect another)",
        ),
    )
    return replace(contract, columns=columns)


def counts_of(contract: Contract, rule: TableRule) -> tuple[Count, ...]:
    """Return the columns that count persons: those the contract marks and those the rule names."""
    named = {count.column for count in rule.counts}
    marked = [Count(column=n) for n, c in contract.columns.items() if c.persons and n not in named]
    return (*rule.counts, *marked)


def mask(frame: pd.DataFrame, contract: Contract, rules: Rules, *, public: bool, wholes: Mapping[str, float]) -> Masked:
    """Return `frame` (of `contract`'s form) with what rules hide set to missing, and `cell_status`.

    Parameters
    ----------
    public
        Is the study public? Only then do rows that an authority published pass as they are.
    wholes
        Totals that counts of several tables are parts of, by name.

    Notes
    -----
    In turn: rare kinds are merged; small counts hide the numbers of their row; small complements hide the count;
    thin tails hide their quantile; where a total is published, second cells are hidden with the first.
    """
    import pandas as pd

    rule = rules.tables[contract.name]
    dropped = 0
    if rule.merge is not None:
        merged = _merged(frame, rule.merge, rules.threshold.value, wholes)
        dropped = len(frame) - int(merged[rule.merge.name].ne(rule.merge.other).sum())
        frame = merged
    frame = frame.reset_index(drop=True)
    exempt = _exempt(frame, rule) if public else pd.Series(False, index=frame.index)
    hidden = _hidden(frame, contract, rules, exempt, wholes)
    gone = pd.Series(False, index=frame.index)
    if rule.conserved is not None:
        gone = _edges(frame, hidden[rule.conserved.amount], rule.conserved, rules)
    table = frame.assign(**{n: frame[n].mask(hidden[n]) for n in hidden.columns})
    state = frame["status"] if _has_status(contract) else pd.Series("ok", index=frame.index)
    table[CELL_STATUS] = state.mask(hidden.any(axis=1), "masked")
    if _has_status(contract):
        table["status"] = table[CELL_STATUS]
    cells = int((hidden & frame[hidden.columns].notna())[~gone].to_numpy().sum())
    return Masked(
        frame=table[~gone].reset_index(drop=True),
        cells=cells,
        dropped=dropped + int(gone.sum()),
        exempt=int(exempt.sum()),
    )


def persons(frame: pd.DataFrame, count: Count) -> pd.Series:
    """Return how many persons each row of `count` stands for; missing where the column counts none."""
    amount = frame[count.column].astype("float64")
    if count.times is not None:
        amount = amount * frame[count.times].astype("float64")
    if count.spread is not None:
        amount = amount / frame["period"].map(_length).astype("float64") / (1 if count.spread == "year" else DAYS)
    if count.only is not None:
        amount = amount.where(_rows(frame, count.only))
    for rows in count.unless:
        amount = amount.mask(_rows(frame, rows))
    return amount


def _hidden(
    frame: pd.DataFrame, contract: Contract, rules: Rules, exempt: pd.Series, wholes: Mapping[str, float]
) -> pd.DataFrame:
    """Return, for each number of the table, whether it must be hidden."""
    import pandas as pd

    rule = rules.tables[contract.name]
    counts = counts_of(contract, rule)
    numbers = [n for n, c in contract.columns.items() if c.kind in NUMBERS and n not in contract.key]
    hidden = pd.DataFrame(False, index=frame.index, columns=numbers)
    apart = {count.column for count in counts if count.alone}
    whole_row = [name for name in numbers if name not in apart and name not in rule.keep]
    together = pd.Series(False, index=frame.index)
    for count in counts:
        low = small(persons(frame, count), rules.threshold.value)
        hidden[count.column] |= low | _complements(frame, count, rules, wholes)
        if not count.alone:
            together |= low
    together = _with_tied(frame, together, contract, rule)
    together = _with_margins(frame, together & ~exempt, contract, rules)
    for name in [*whole_row, *apart]:
        hidden[name] |= together
    for name, share in rule.quantiles.items():
        fewest = pd.concat([persons(frame, c) for c in counts if not c.alone], axis=1).min(axis=1)
        hidden[name] |= thin_tail(fewest, share, rules.tail.value) & frame[name].notna()
    hidden.loc[exempt.to_numpy()] = False
    return hidden


def _complements(frame: pd.DataFrame, count: Count, rules: Rules, wholes: Mapping[str, float]) -> pd.Series:
    import pandas as pd

    limit = rules.complement.value
    found = pd.Series(False, index=frame.index)
    if count.of is not None:
        found |= small_complement(persons(frame, count), frame[count.of].astype("float64"), limit)
    if count.whole is not None and count.whole.of in wholes:
        rows = True if count.whole.when is None else _rows(frame, count.whole.when)
        found |= small_complement(persons(frame, count), wholes[count.whole.of], limit) & rows
    return found


def _with_tied(frame: pd.DataFrame, hidden: pd.Series, contract: Contract, rule: TableRule) -> pd.Series:
    """Return `hidden` with the rows that speak of the same persons as a hidden one."""
    if rule.tied is None:
        return hidden
    cell = [frame[name] for name in contract.key if name != rule.tied.column]
    for follower, leader in rule.tied.to.items():
        small_cells = (hidden & (frame[rule.tied.column] == leader)).groupby(cell, dropna=False).transform("any")
        hidden = hidden | (small_cells & (frame[rule.tied.column] == follower))
    return hidden


def _with_margins(frame: pd.DataFrame, hidden: pd.Series, contract: Contract, rules: Rules) -> pd.Series:
    """Return `hidden` with second rows added along each margin, until no margin asks for more."""
    rule = rules.tables[contract.name]
    leading = next((count for count in counts_of(contract, rule) if not count.alone), None)
    if leading is None or not rule.margins:
        return hidden
    amounts = persons(frame, leading)
    while True:
        before = hidden
        for margin in rule.margins:
            groups, total = _groups(frame, contract, margin)
            hidden = protect_groups(amounts, hidden, groups, total, rules.threshold.value)
        if hidden.equals(before):
            return hidden


def _groups(frame: pd.DataFrame, contract: Contract, margin: Margin) -> tuple[list[pd.Series], pd.Series]:
    """Return what the parts of one sum share, and which rows are the sums."""
    same = [frame[name] for name in contract.key if name != margin.over]
    if margin.total == "all":
        return same, frame[margin.over] == "all"
    year = frame[margin.over].str[:4]
    return [*same, year], frame[margin.over] == year


def _edges(frame: pd.DataFrame, hidden: pd.Series, named: Conserved, rules: Rules) -> pd.Series:
    import pandas as pd

    edges = frame[[named.source, named.target, named.amount]].set_axis(["source", "target", "amount"], axis=1)
    found = protect_edges(
        edges, hidden.to_numpy(dtype=bool), threshold=rules.threshold.value, narrow=rules.narrow.value
    )
    return pd.Series(found, index=frame.index)


def _merged(frame: pd.DataFrame, merge: Merge, threshold: int, wholes: Mapping[str, float]) -> pd.DataFrame:
    """Return the table with rare kinds merged; a shortened list's missing kinds count as rare."""
    listed = int(frame[merge.amount].sum())
    shortened = frame[merge.share].sum() < 1 - 1e-6 * (len(frame) + 1)
    total = max(int(wholes.get(merge.whole, listed)), listed) if shortened else listed
    table = merge_rare(frame, merge.name, merge.amount, other=merge.other, threshold=threshold, rest=total - listed)
    return table.assign(**{merge.share: table[merge.amount] / max(total, 1), merge.rank: range(1, len(table) + 1)})


def _exempt(frame: pd.DataFrame, rule: TableRule) -> pd.Series:
    import pandas as pd

    if rule.published is None:
        return pd.Series(False, index=frame.index)
    return frame[rule.published.column].str.fullmatch(rule.published.pattern).fillna(False).astype(bool)


def _length(period: str) -> float:
    """Return a period as a share of its year."""
    return 1.0 if len(period) == 4 else 1 / 4 if "Q" in period else 1 / 12


def _rows(frame: pd.DataFrame, when: When) -> pd.Series:
    return frame[when.column].isin(when.values)


def _has_status(contract: Contract) -> bool:
    return "status" in contract.columns and "masked" in contract.columns["status"].choices
