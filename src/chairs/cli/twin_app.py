"""`chairs twin app`: the what-if app on this machine, sliders beside the twin."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress

from chairs.cli.twin import _model, aside, console
from chairs.store import paths
from chairs.store.files import read_json
from chairs.store.stage import language

if TYPE_CHECKING:
    import flask

HERE = "127.0.0.1"


def app_(  # noqa: PLR0917 - one argument per option of the command
    study: Annotated[str, typer.Argument(help="Study whose stage simulate has learnt a hospital.")] = "demo",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine; 0: any free one.")] = 8050,
    at: Annotated[str, typer.Option(help="First moment replayed, on the hospital's clock.")] = "2024-01-08T07:00",
    days: Annotated[float, typer.Option(min=1.0, max=56.0, help="Days replayed.")] = 14.0,
    replications: Annotated[int, typer.Option(min=2, help="Pairs of runs of an answer.")] = 200,
    threads: Annotated[int, typer.Option(min=1)] = 2,
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers.")] = 1,
) -> None:
    """Open the what-if app: it serves this machine only and asks nothing of any other."""
    import logging

    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # not a line for each request
    with Progress(console=aside, transient=True) as bar:
        bar.add_task("…", total=None)
        web = _application(study, _setting(at, days, (replications, threads, seed)))
    served = make_server(HERE, port, web, threaded=True)
    console.print(f"http://{HERE}:{served.server_port}/{language()}/")
    try:
        served.serve_forever()
    except KeyboardInterrupt:
        served.shutdown()


def _setting(at: str, days: float, numbers: tuple[int, int, int]) -> dict[str, Any]:
    from chairs.core.errors import SettingError, problem

    replications, threads, seed = numbers
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        raise SettingError(
            (problem("« --at » n'est pas une date", '"--at" is no date', remedy=("2024-01-08T07:00",) * 2),)
        ) from None
    return {"at": moment, "days": days, "replications": replications, "threads": threads, "seed": seed}


def _application(study: str, setting: dict[str, Any]) -> flask.Flask:
    from chairs.core.errors import Text
    from chairs.live.app import server
    from chairs.live.desk import Desk, Setting

    folder = paths.stage_folder("simulate", study)
    model = _model(folder / "model.json", None)
    moment = setting["at"].replace(tzinfo=setting["at"].tzinfo or ZoneInfo(model.timezone))
    desk = Desk(model, Setting(**{**setting, "at": moment, "first_look": min(24, setting["replications"])}))
    said = read_json(folder / "report.json")["assumed"]
    about = paths.study(study)
    return server(desk, about.labels, [Text(**one) for one in said], about.title, about.notice)
