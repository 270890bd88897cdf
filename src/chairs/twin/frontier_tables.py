"""A frontier as tables and as JSON: what the command writes and the page draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chairs.store.files import rounded
from chairs.twin.model import plain
from chairs.twin.options import TOTALS

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.optimise import Frontier

SHOWN = ("measure", "before", "mean", "low", "high", "se", "replications")


def combinations_table(found: Frontier) -> pd.DataFrame:
    """Return one row a combination compared: units by lever, totals, where it stands, who dominates it.

    `number` is its place from the cheapest on; `by` the number of the combination that dominates it or, for an
    undecided one, may; `from_today_MEASURE` the difference from today (`Member.differences`).
    """
    import pandas as pd

    rows = [
        {
            "number": number,
            **dict(zip(found.question.levers, one.choice, strict=True)),
            **{name: rounded(one.totals[name]) for name in TOTALS},
            "standing": one.standing,
            "by": one.by,
            "replications": one.replications,
            **{f"from_today_{name}": rounded(value) for name, value in one.differences.items()},
        }
        for number, one in enumerate(found.members)
    ]
    return pd.DataFrame(rows).astype({"by": "Int64"})


def frontier_effects(found: Frontier) -> pd.DataFrame:
    """Return the effects of what is not dominated, one row a combination and measure, from fresh replications."""
    import pandas as pd

    rows = [
        {
            "number": number,
            "standing": one.standing,
            "measure": effect.measure,
            **{name: rounded(getattr(effect, name)) for name in SHOWN[1:]},
        }
        for number, one in enumerate(found.members)
        for effect in one.effects
    ]
    return pd.DataFrame(rows, columns=["number", "standing", *SHOWN])


def written(found: Frontier) -> dict[str, Any]:
    """Return a frontier as JSON holds it: the question, how it was answered, every combination, all effects."""
    combinations = []
    for number, one in enumerate(found.members):
        effects = [{name: getattr(effect, name) for name in SHOWN} for effect in one.effects]
        combinations.append(
            {
                "number": number, "choice": dict(zip(found.question.levers, one.choice, strict=True)),
                "totals": one.totals, "standing": one.standing, "by": one.by, "replications": one.replications,
                "from_today": one.differences, "effects": effects,
            }
        )  # fmt: skip
    return {
        "question": plain(found.question),
        "alpha": found.question.alpha,
        "tolerance": dict(found.question.tolerance),
        "allowed": found.allowed,
        "tried": found.tried,
        "compared": len(found.members),
        "searched": found.searched,
        "comparisons": found.comparisons,
        "combinations": combinations,
    }
