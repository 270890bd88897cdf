"""The results of a proof as the tables `backtest` and `verdicts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.tables import CONTRACTS
from chairs.twin.backtest.proof import Judged
from chairs.twin.backtest.verdicts import CONCLUSION, conclude

if TYPE_CHECKING:
    import pandas as pd


def backtest_table(judged: Judged) -> pd.DataFrame:
    """Return the distances as the table `backtest`: mean and standard error by generator, draws and measure."""
    groups = judged.runs.groupby(["generator", "draws", "measure"])["value"]
    table = groups.agg(mean="mean", se="sem", runs="size").reset_index()
    contract = CONTRACTS["backtest"]
    return contract.conform(table).sort_values(list(contract.order), kind="stable", ignore_index=True)


def verdicts_table(judged: Judged) -> pd.DataFrame:
    """Return the verdicts as the table `verdicts`; its line `all` is the conclusion."""
    import pandas as pd

    rows = [
        (one.measure, one.value, one.limit, one.best or None, one.holds, one.say("fr"), one.say("en"))
        for one in judged.verdicts
    ]
    words, held = conclude(judged.verdicts), sum(one.holds for one in judged.verdicts)
    rows.append((CONCLUSION, float(held), float(len(rows)), None, held == len(rows), words.fr, words.en))
    contract = CONTRACTS["verdicts"]
    table = contract.conform(pd.DataFrame(rows, columns=list(contract.columns)))
    return table.sort_values(list(contract.order), kind="stable", ignore_index=True)
