"""The risk of a study's patients: learnt from the earlier days, judged on the later ones, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.flow.risk.groups import fairness
from chairs.flow.risk.judging import FEWEST, bins, judge_chances, mean_interval, skill_interval
from chairs.flow.risk.learning import learn
from chairs.flow.risk.model import LEVELS, RiskModel
from chairs.flow.risk.moments import looks
from chairs.flow.risk.remaining import learn_remaining, moment_only
from chairs.flow.risk.settings import DAY, TRIAGE, RiskRequest

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd

FEWEST_LEARNT = 100  # looks, and of each outcome 20
ALL = "all"
REASONS = {
    "too_few": Text(
        fr="trop peu de patients regardés (il en faut 100 pour apprendre, 22 pour juger)",
        en="too few patients looked at (100 are needed to learn, 22 to judge)",
    ),
    "one_outcome": Text(
        fr="trop peu d'admis, ou trop peu de non admis, pour distinguer les uns des autres",
        en="too few admitted, or too few not admitted, to tell one from the other",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTables:
    """Model and tables (contracts `risk_skill`, `risk_calibration`, `risk_groups`), or the reason why there is none."""

    model: RiskModel | None
    tables: dict[str, pd.DataFrame]
    scores: dict[str, float]
    learnt: int = 0
    judged: int = 0
    reason: Text | None = None


def study_risk(events: pd.DataFrame | Path, cases: pd.DataFrame | None, asked: RiskRequest, name: str) -> RiskTables:
    """Learn and judge the risks of a log's patients.

    Notes
    -----
    Learnt are the looks of the first days, up to one horizon before the first day that is judged: all that is learnt
    had come out by then. Judged are the looks of the last days. Where the log supports no model the tables hold the
    reason and no number.
    """
    import numpy as np

    urgent, present = looks(events, cases, asked)
    at = urgent["at"].to_numpy(np.int64)
    split = int(at.min() + asked.share * (at.max() - at.min())) if len(at) else 0
    before = urgent[at <= split - asked.horizon_days * DAY]
    after = urgent[at > split]
    reason = _unfit(before, after)
    if reason is not None:
        return RiskTables(model=None, tables=_tables([_absent(reason)], [], []), scores={}, reason=reason)
    kept = _thinned(before, asked.most)
    found = learn(kept, tuple(asked.known))
    bare = RiskModel(
        name=name, arrival=asked.arrival, admission=asked.admission, known=dict(asked.known),
        timezone=asked.timezone, calendar=asked.calendar, hours=asked.hours if asked.calendar == "real" else (),
        words=found.words, numbers=found.numbers, columns=found.columns, kind=found.kind,
        intercept=found.intercept, weights=found.weights, trees=found.trees,
    )  # fmt: skip
    past = present[present["at"] <= split - asked.horizon_days * DAY]
    model = _with_rest(bare, learn_remaining((kept, bare.probability(kept)), past))
    later = present[present["at"] > split]
    tables = _judged(model, kept, (after, later), asked.groups)
    return RiskTables(model=model, tables=tables, scores=dict(found.scores), learnt=len(kept), judged=len(after))


def _with_rest(model: RiskModel, cells: Any) -> RiskModel:
    from dataclasses import replace

    return replace(model, rest=cells)


def _unfit(before: pd.DataFrame, after: pd.DataFrame) -> Text | None:
    if len(before) < FEWEST_LEARNT or len(after) < 2 * FEWEST:
        return REASONS["too_few"]
    for table, least in ((before, 20), (after, FEWEST)):
        admitted = int(table["admitted"].sum())
        if not least <= admitted <= len(table) - least:
            return REASONS["one_outcome"]
    return None


def _thinned(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return at most so many rows, evenly spread over the table."""
    import numpy as np

    if len(table) <= most:
        return table.reset_index(drop=True)
    return table.iloc[np.linspace(0, len(table) - 1, most).astype(int)].reset_index(drop=True)


def _judged(
    model: RiskModel, learnt: pd.DataFrame, later: tuple[pd.DataFrame, pd.DataFrame], names: tuple[str, ...]
) -> dict[str, pd.DataFrame]:
    """Return the tables of skill, calibration and fairness, by moment."""
    import numpy as np

    after, present = later
    chance = model.probability(after)
    share = learnt.groupby("moment")["admitted"].mean()
    base = after["moment"].map(share).fillna(learnt["admitted"].mean()).to_numpy(np.float64)
    skill, curve, groups = [], [], []
    for moment in (ALL, *sorted(set(after["moment"]))):
        here = (after["moment"] == moment).to_numpy() | (moment == ALL)
        outcome = after["admitted"].to_numpy(np.int64)[here]
        case = after["number"].to_numpy()[here]
        if min(outcome.sum(), len(outcome) - outcome.sum()) < FEWEST:
            skill.append(_absent(REASONS["one_outcome"], moment, len(outcome)))
            continue
        skill += [
            _row("admission", moment, one, len(outcome))
            for one in judge_chances(chance[here], outcome, base[here], case)
        ]
        curve += _curve(moment, chance[here], outcome)
        if moment in (ALL, TRIAGE):
            groups += [{"moment": moment, **row} for row in fairness(after[here], chance[here], names)]
    skill += list(_stays(model, (after, chance), present))
    return _tables(skill, curve, groups)


def _curve(moment: str, chance: np.ndarray, outcome: np.ndarray) -> list[dict[str, object]]:
    import numpy as np

    number = bins(chance, outcome)
    rows = []
    for one in np.unique(number):
        here = number == one
        n, came = int(here.sum()), int(outcome[here].sum())
        low, high = _wilson(came, n)
        rows.append(
            {
                "moment": moment, "band": int(one) + 1, "expected": float(chance[here].mean()), "observed": came / n,
                "low": low, "high": high, "admitted": came, "n": n,
            }
        )  # fmt: skip
    return rows


def _wilson(came: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, *JASA* 22, 1927)."""
    z = 1.959964
    share, spread = came / n, z * z / n
    half = z * ((share * (1 - share) + spread / 4) / n) ** 0.5
    return (share + spread / 2 - half) / (1 + spread), (share + spread / 2 + half) / (1 + spread)


def _stays(model: RiskModel, urgent: tuple[pd.DataFrame, np.ndarray], present: pd.DataFrame) -> Any:
    """Give the scores of remaining stays by moment: emergency patients and everybody else present."""
    import numpy as np

    from chairs.stats.scoring_rules import pinball

    after, chance = urgent
    levels = np.array(LEVELS)
    tables = [(after, model.remaining(after, chance)), (present, model.remaining(present))]
    hours = np.concatenate([table["rest_hours"].to_numpy(np.float64) for table, _ in tables])
    quantiles = np.concatenate([found for _, found in tables])
    moments = np.concatenate([table["moment"].to_numpy(object) for table, _ in tables])
    case = np.concatenate([table["number"].to_numpy() for table, _ in tables])
    plain = moment_only(model.rest, [str(moment) for moment in moments])
    loss, base = (pinball(levels, found, hours).mean(axis=1) for found in (quantiles, plain))
    inside = ((quantiles[:, 1] <= hours) & (hours <= quantiles[:, -2])).astype(np.float64)
    for moment in (ALL, *sorted(set(moments))):
        here = (moments == moment) | (moment == ALL)
        if here.sum() < 2 * FEWEST:
            continue
        for one in (
            mean_interval("pinball", loss[here], case[here]),
            skill_interval(loss[here], base[here], case[here]),
            mean_interval("coverage_80", inside[here], case[here]),
        ):
            yield _row("stay", moment, one, int(here.sum()))


def _row(target: str, moment: str, one: Any, n: int) -> dict[str, object]:
    return {
        "target": target, "moment": moment, "measure": one.measure, "value": one.value, "low": one.low,
        "high": one.high, "n": n, "status": "ok", "reason_fr": None, "reason_en": None,
    }  # fmt: skip


def _absent(reason: Text, moment: str = ALL, n: int = 0) -> dict[str, object]:
    return {
        "target": "admission", "moment": moment, "measure": "log_score", "value": None, "low": None, "high": None,
        "n": n, "status": "not_valid", "reason_fr": reason.fr, "reason_en": reason.en,
    }  # fmt: skip


def _tables(skill: list[Any], curve: list[Any], groups: list[Any]) -> dict[str, pd.DataFrame]:
    """Return the three tables in the form of their contracts, rounded."""
    import pandas as pd

    from chairs.tables import CONTRACTS

    found = {}
    for name, rows in (("risk_skill", skill), ("risk_calibration", curve), ("risk_groups", groups)):
        contract = CONTRACTS[name]
        table = pd.DataFrame(rows, columns=list(contract.columns))
        numbers = [column for column, kind in contract.columns.items() if kind.kind == "number"]
        table[numbers] = table[numbers].astype("float64").round(6)
        found[name] = contract.conform(table)
    return found
