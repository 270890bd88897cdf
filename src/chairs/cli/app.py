"""The list of verbs; each lives in its own module."""

from __future__ import annotations

import typer

from chairs.cli import (
    clean,
    dashboard,
    data,
    diff,
    flow,
    lab,
    link,
    new,
    run,
    survey,
    trace,
    twin,
    twin_app,
    twin_calibrate,
    twin_latest,
    twin_live,
    twin_optimise,
    twin_replay,
    twin_scenario,
    twin_watch,
)

app = typer.Typer(
    name="chairs",
    help="Platform of the research chairs CHV–UPHF. Start with: chairs run",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.add_typer(data.app, name="data")
twin.app.command("calibrate")(twin_calibrate.calibrate_)
twin.app.command("backtest")(twin_calibrate.backtest_)
twin.app.command("scenario")(twin_scenario.scenario_)
twin.app.command("replay")(twin_replay.replay_)
twin.app.command("optimise")(twin_optimise.optimise_)
twin.app.command("app")(twin_app.app_)
twin.app.command("live")(twin_live.live_)
twin.app.command("latest")(twin_latest.latest_)
twin.app.command("forecast")(twin_live.forecast_)
twin.app.command("watch")(twin_watch.watch_)
app.add_typer(twin.app, name="twin")
app.add_typer(flow.app, name="flow")
app.add_typer(survey.app, name="survey")
app.add_typer(link.app, name="link")
app.command("contest")(link.contest)
app.command("trace")(trace.trace)
app.command("diff")(diff.diff)
app.command("dashboard")(dashboard.dashboard)
app.command("lab")(lab.lab)
app.command("new")(new.new)
app.command("clean")(clean.clean)
