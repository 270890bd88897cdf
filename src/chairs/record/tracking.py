"""Records each new state of a study in MLflow, once; the only module that imports MLflow."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

from chairs.core.errors import Language, Text
from chairs.core.study import Study
from chairs.record import lockfile, runs
from chairs.record.locking import locked
from chairs.record.runs import FINGERPRINT, PENDING, Run
from chairs.record.state import State, gather
from chairs.store import paths

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

BATCH = 100  # parameters and tags that MLflow takes at once
FIRST_USE = Text(
    fr="Première utilisation du registre MLflow : création de la base, quelques secondes…",
    en="First use of the MLflow store: creating the database, a few seconds…",
)
