"""Stage forecast: hourly and daily series to forecasts with intervals, and their skill at past origins."""

from chairs.flow.forecasting.settings import read_forecast_request
from chairs.flow.forecasting.study import study_forecasts
from chairs.flow.settings import read_pathway
from chairs.store import paths
from chairs.store.parquet import read_table, write_table
from chairs.store.stage import run_stage


def work(study, folder):
    """Forecast the study's series from their end and from past origins; score the past ones."""
    unit_hour = read_table(paths.stage_folder("discover", study.name) / "unit_hour.parquet")
    timezone = read_pathway(study, paths.params("discover")).timezone
    for name, table in study_forecasts(unit_hour, read_forecast_request(paths.params("forecast")), timezone).items():
        write_table(table, name, folder)


if __name__ == "__main__":
    run_stage("forecast", work)
