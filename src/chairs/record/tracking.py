"""Records each new state of a study in MLflow, once; the only module that imports MLflow."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import Language, SettingError, Text, problem
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The run that holds a study's present state; `new` when this call recorded it."""

    study: str
    fingerprint: str
    run_id: str
    new: bool

    def say(self, lang: Language = "fr") -> str:
        """Return one line of text."""
        name = f"{self.study} @ {self.fingerprint[:8]}"
        if lang == "fr":
            return f"{name} : {'enregistré' if self.new else 'déjà enregistré'}, exécution MLflow {self.run_id}"
        return f"{name}: {'recorded' if self.new else 'already recorded'}, MLflow run {self.run_id}"


def track(study: Study, *, tell: Callable[[Text], None] | None = None) -> Tracked:
    """Record the study's present state as one MLflow run, or find the run that already holds it.

    The state is the fingerprint of the study's entries in `dvc.lock`. When a finished run carries it,
    nothing is written, and with the SQLite store MLflow is not even imported. A run that was cut half-way
    has no final tag: the next call completes that same run.

    Parameters
    ----------
    tell
        Called with a sentence before something slow (the first use creates the database).

    Raises
    ------
    SettingError
        When the study has not run yet.
        When the tracking server does not answer.
    DataError
        When the store is unreadable.
    """
    stages = lockfile.of_study(lockfile.read_lock(), study.name)
    mark = lockfile.fingerprint(stages)
    if known := find(study.name, FINGERPRINT, mark):
        return Tracked(study=study.name, fingerprint=mark, run_id=known.id, new=False)
    # two first uses of one new database at once break its schema: one process at a time, and look again
    with locked(paths.root() / "mlruns" / ".lock"):
        if known := find(study.name, FINGERPRINT, mark):
            return Tracked(study=study.name, fingerprint=mark, run_id=known.id, new=False)
        store = runs.database(runs.address())
        if tell and store is not None and not store.exists():
            tell(FIRST_USE)
        with _explained():
            run_id = _write(gather(study.name, stages))
    return Tracked(study=study.name, fingerprint=mark, run_id=run_id, new=True)


def find(study: str, tag: str, value: str, *, status: str = "FINISHED") -> Run | None:
    """Return the newest run of `study` in this state whose `tag` has this value, from whichever store is in use."""
    store = runs.database(runs.address())
    if store is not None:
        return runs.look_up(store, study, tag, value, status=status)
    with _explained():
        client = _client()
        experiment = client.get_experiment_by_name(study)
        if experiment is None:
            return None
        wanted = f"tags.`{tag}` = '{value}' and attributes.status = '{status}'"
        found = client.search_runs([experiment.experiment_id], wanted, max_results=1)
    return Run(id=found[0].info.run_id, tags=found[0].data.tags, params=found[0].data.params) if found else None


def _write(state: State) -> str:
    """Write one run, its final tag last, and return its identifier; a run cut before is taken up again."""
    client = _client()
    begun = find(state.study, PENDING, state.fingerprint, status="RUNNING")
    if begun is not None:
        run_id = begun.id
    else:
        name = f"{state.study} {state.fingerprint[:8]}"
        tags = {PENDING: state.fingerprint, "mlflow.source.name": "dvc.yaml"}
        run_id = client.create_run(_experiment(client, state.study), tags=tags, run_name=name).info.run_id
    _log(client, run_id, state)
    for path in state.files:
        client.log_artifact(run_id, str(path))
    client.set_tag(run_id, FINGERPRINT, state.fingerprint)
    client.set_terminated(run_id)
    return run_id


def _log(client: MlflowClient, run_id: str, state: State) -> None:
    from mlflow.entities import Metric, Param, RunTag

    # the run's own start as time: a second writing of the same number is then the same number
    at = client.get_run(run_id).info.start_time
    metrics = [Metric(name, value, at, 0) for name, value in sorted(state.metrics.items())]
    params = [Param(name, text[:6000]) for name, text in sorted(state.params.items())]
    tags = [RunTag(name, text) for name, text in sorted(state.tags.items())]
    for i in range(0, max(len(params), len(tags), 1), BATCH):
        client.log_batch(run_id, params=params[i : i + BATCH], tags=tags[i : i + BATCH])
    for i in range(0, len(metrics), 10 * BATCH - 1):
        client.log_batch(run_id, metrics=metrics[i : i + 10 * BATCH - 1])


def _experiment(client: MlflowClient, name: str) -> str:
    experiment = client.get_experiment_by_name(name)
    if experiment is not None:
        return str(experiment.experiment_id)
    store = runs.database(runs.address())
    # a server knows its own place for artifacts
    place = (store.absolute().parent / "artifacts").as_uri() if store is not None else None
    return client.create_experiment(name, artifact_location=place)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what MLflow raises into words; the address stays out of them, for it may hold a password."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # before its first import
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        raise SettingError(
            (
                problem(
                    f"le registre MLflow ne répond pas ou refuse ({error.error_code})",
                    f"the MLflow store does not answer or refuses ({error.error_code})",
                    file="MLFLOW_TRACKING_URI",
                    remedy=(
                        "vérifier l'adresse et le serveur, ou retirer la variable pour le registre local",
                        "check the address and the server, or unset the variable for the local store",
                    ),
                ),
            )
        ) from None


def _client() -> MlflowClient:
    store = runs.database(runs.address())
    if store is not None:
        store.parent.mkdir(parents=True, exist_ok=True)
    # its migrations tell of each of their 60 steps
    for chatty in ("alembic", "mlflow.store.db.utils"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    from mlflow.tracking import MlflowClient

    return MlflowClient(tracking_uri=runs.address())
