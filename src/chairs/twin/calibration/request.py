"""What a study asks of the calibration: its clock, its calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chairs.core.study import Study
from chairs.flow.settings import read_pathway
from chairs.twin.calibration.calibrate import Settings


def settings_of(study: Study, discover: Mapping[str, Any]) -> Settings:
    """Return how the log of a study is read; a fictitious calendar has no clock but the one it is written on (UTC).

    Parameters
    ----------
    discover
        The block `discover` of `params.yaml` (the pathway is read as that stage reads it).

    Raises
    ------
    SettingError
        For a pathway that is not valid.
    """
    pathway = read_pathway(study, discover)
    real = study.calendar == "real"
    return Settings(name=study.name, timezone=pathway.timezone if real else "UTC", calendar=real)
