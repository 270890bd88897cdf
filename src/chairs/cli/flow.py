"""`chairs flow forecast`: forecasts of any series of counts, with intervals, from any of its moments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from chairs.store.stage import language

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.flow.forecasting.series import Series

app = typer.Typer(help="The flow of patients: forecasts.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)


@app.callback()
def _flow() -> None:
    """Keep `forecast` a word of its own, whatever their number."""


@app.command("forecast")
def forecast_(  # noqa: PLR0917 - one argument per option of the command
    series: Annotated[Path, typer.Argument(help="Times and values (CSV, .gz too).")],
    freq: Annotated[str, typer.Option(help="Step: h (hour), d (day), w (week), m (month).")],
    horizon: Annotated[int, typer.Option(min=1, max=672, help="Steps ahead.")],
    out: Annotated[Path, typer.Option(help="Where to write the forecasts (Parquet).")],
    origins: Annotated[Path | None, typer.Option(help="Moments to forecast from, one a line; else the end.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of the times.")] = None,
    value: Annotated[str | None, typer.Option(help="Column of the values.")] = None,
    measure: Annotated[str, typer.Option(help="What it is: a census is averaged over days.")] = "arrivals",
    timezone: Annotated[
        str | None, typer.Option(help="Clock of times without offset; else taken as it stands.")
    ] = None,
    calendar: Annotated[list[str] | None, typer.Option(help="Holidays: FR/B, BE/FWB, US; repeatable.")] = None,
    skill: Annotated[Path | None, typer.Option(help="Also write how good they were (Parquet), and print it.")] = None,
) -> None:
    """Forecast a series: mean and quantiles of the steps from each origin on, from what came before it."""
    from chairs.cli.series_file import read_origins, read_series
    from chairs.core.clock import check_zone
    from chairs.flow.forecasting.backtest import backtest, forecast
    from chairs.flow.forecasting.days import place
    from chairs.flow.forecasting.rehearsal import Forecaster
    from chairs.flow.forecasting.series import regular

    zone = None if timezone is None else check_zone(timezone, "--timezone")
    times, values = read_series(series, time=time, value=value, zone=zone)
    known = regular(times, values, freq, zone=zone or "UTC", measure=measure)
    steps = _steps(known, None if origins is None else read_origins(origins, zone=zone), origins)
    places = tuple(place(text) for text in calendar or ["FR/B"])
    forecaster = Forecaster(series=known, places=places, horizon=horizon, latest=int(steps.max()))
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(series.name, total=len(set(steps.tolist())) * (1 if skill is None else 2))
        advance = lambda: bar.advance(task)  # noqa: E731
        found = forecast(forecaster, steps, progress=advance)
        scores = None if skill is None else backtest(forecaster, steps, progress=advance)
    _write(found, "forecasts", out)
    if scores is not None and skill is not None:
        console.print(_printed(_write(scores, "forecast_skill", skill), horizon))


def _steps(series: Series, moments: pd.DatetimeIndex | None, file: Path | None) -> np.ndarray:
    """Return the step of each origin; one that its past does not support is refused by row."""
    import numpy as np

    from chairs.core.errors import DataError
    from chairs.flow.forecasting.support import refusal, unsupported

    steps = np.array([len(series.observed)]) if moments is None else series.known(moments)
    reasons = [unsupported(series, int(step)) for step in steps]
    name = file.name if file else "series"
    wrong = tuple(refusal(why, file=name, row=i + 1 if file else None) for i, why in enumerate(reasons) if why)
    if wrong:
        raise DataError(wrong)
    return steps


def _write(table: pd.DataFrame, contract: str, path: Path) -> pd.DataFrame:
    from chairs.store.files import DECIMALS, replacing
    from chairs.tables import CONTRACTS

    checked = CONTRACTS[contract].check(table.assign(site="all"))
    floats = checked.select_dtypes("float64").columns
    with replacing(path) as draft:
        checked.assign(**{name: checked[name].round(DECIMALS) for name in floats}).to_parquet(draft, index=False)
    return checked


def _printed(scores: pd.DataFrame, horizon: int) -> Table:
    heads = {
        "fr": ("modèle", "CRPS", "MASE", "couverture 80 %", "couverture 95 %", "n"),
        "en": ("model", "CRPS", "MASE", "80 % coverage", "95 % coverage", "n"),
    }
    table = Table(*heads[language()])
    for row in scores[(scores["from_lead"] == 1) & (scores["to_lead"] == horizon)].itertuples():
        numbers = (row.crps, row.mase, row.coverage_80, row.coverage_95)
        table.add_row(row.model, *(f"{number:.3g}".replace("nan", "–") for number in numbers), str(row.n))
    return table
