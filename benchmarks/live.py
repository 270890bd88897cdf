"""The hourly update of the live twin with a thousand present: folds what came, draws 200 futures, writes the snapshot.

Needs data/ingest and data/simulate/demo, data/calibrate/sepsis (`make run`). Those present are the cases of many past
moments of the log laid over one another; from hour to hour the feed tells what happened to them and who came. Seconds
of the wall, of two threads, and of the processor beside; the first update of a process, then those after it.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from chairs.live.feed import Feed
from chairs.live.inbox import Inbox
from chairs.live.update import Settings, tidy, update
from chairs.store import paths
from chairs.store.files import read_json
from chairs.twin.forecasting import Forecaster
from chairs.twin.model import Model, read_model
from chairs.twin.outlook import Question
from chairs.twin.whereabouts import Rule

PRESENT, UPDATES, HOUR = 1000, 3, pd.Timedelta(hours=1)
STUDIES = {
    "demo": (
        "simulate",
        Rule(outside=("cancellation",), final=("departure", "left_without_being_seen", "ward_stay", "cancellation")),
    ),
    "sepsis": ("calibrate", Rule(final=tuple(f"Release {word}" for word in "ABCDE"))),
}


def crowd(log: pd.DataFrame, rule: Rule) -> tuple[pd.DataFrame, pd.Timestamp]:
    """Return the log of a thousand cases under way at one moment and of those who come soon after, and that moment."""
    begins = log[["requested", "start", "end"]].min(axis=1)
    cases = pd.DataFrame({"first": begins.groupby(log["case_id"]).min()})
    cases["last"] = log["end"].fillna(begins).groupby(log["case_id"]).max()
    ended = log[log["activity"].isin(rule.final)]["case_id"].unique()
    cases = cases[cases.index.isin(ended)]
    day = cases["first"].quantile(0.2).floor("D") + pd.Timedelta(hours=9)
    parts, here, number = [], 0, 0
    while here < PRESENT:
        then = day + pd.Timedelta(days=number)
        near = cases[(cases["first"] <= then + UPDATES * HOUR) & (cases["last"] > then)].sort_values("first")
        near = near[((near["first"] > then) | (np.arange(len(near)) < PRESENT - here))]
        some = log[log["case_id"].isin(near.index)].copy()
        some["case_id"] += f"-{number}"
        for name in ("requested", "start", "end"):
            some[name] -= then - day
        parts.append(some)
        here, number = here + int((near["first"] <= then).sum()), number + 1
    return pd.concat(parts, ignore_index=True), day


def told(log: pd.DataFrame, since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Return the pathways so far, known at one moment, of the cases that something happened to since another."""
    times = log[["requested", "start", "end"]]
    fresh = ((times > since) & (times <= until)).any(axis=1)
    seen = log[log["case_id"].isin(log.loc[fresh, "case_id"])].copy()
    for name in ("requested", "start", "end"):
        seen[name] = seen[name].where(seen[name] <= until)
    return seen.dropna(subset=["requested", "start", "end"], how="all").drop(columns=["position", "replication"])


def updates(model: Model, log: pd.DataFrame, at: pd.Timestamp, settings: Settings, folder: Path) -> None:
    """Print the seconds of each update, with what is kept from hour to hour and without."""
    feed, inbox = Feed(folder=folder / "feed"), Inbox(folder / "inbox.sqlite")
    feed.folder.mkdir()
    keeping = Forecaster(model)
    for number in range(UPDATES):
        now = at + number * HOUR
        drop = told(log, log["end"].min() - pd.Timedelta(days=365) if number == 0 else now - HOUR, now)
        drop.to_parquet(feed.folder / f"drop-{number:02d}.parquet", index=False)
        begun = time.process_time()
        received = feed.receive(inbox)
        read = time.process_time() - begun
        assert received.new, received.problems
        moment, spent, bytes_ = now.to_pydatetime().astimezone(dt.UTC), [], set()
        for forecasts in (keeping, model):
            tidy()  # as the service does in the pause
            begun, used = time.perf_counter(), time.process_time()
            snapshot = update(inbox, folder / "out", moment, replace(settings, model=forecasts))
            spent.append((time.perf_counter() - begun, time.process_time() - used))
            bytes_.add(str(snapshot))
        assert len(bytes_) == 1, "what is kept changed the forecast"
        print(
            f"  update {number + 1}: {snapshot.census['all']:5d} present{drop['case_id'].nunique():6d} cases told"
            f"{read:7.2f} s processor to take them in; update{spent[0][0]:6.2f} s wall,{spent[0][1]:5.2f} s processor; "
            f"with nothing kept {spent[1][0]:.2f} s wall"
        )


def main() -> None:
    """Print the table."""
    for study, (stage, rule) in STUDIES.items():
        model = read_model(read_json(paths.stage_folder(stage, study) / "model.json"))
        log = pd.read_parquet(paths.stage_folder("ingest", study) / "events.parquet")
        log = log[log["activity"] != "Return ER"]  # months later
        events, at = crowd(log, rule)
        settings = Settings(rule=rule, question=Question(hours=48, replications=200))
        print(f"{study}: {len(model.steps)} steps, 200 futures of 48 hours; load {os.getloadavg()[0]:.1f}")
        with tempfile.TemporaryDirectory() as folder:
            updates(model, events, at, settings, Path(folder))


if __name__ == "__main__":
    main()
