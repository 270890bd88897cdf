"""Workers: a Dask scheduler by its address, jobs in the queue of SLURM, or processes of this machine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chairs.core.errors import SettingError, problem

if TYPE_CHECKING:
    from distributed import Client

ADDRESS = re.compile(r"(tcp|tls|ws|wss)://\S+:\d+")
CONNECT_SECONDS = 10
WORKER_SECONDS = 60  # for the first worker of a scheduler that is there
LOST_WORKERS = 3  # a piece of work that took so many workers down is not given to another


@contextmanager
def executor_at(where: str | None, jobs: int) -> Iterator[Executor | None]:
    """Give the workers of `where` (tcp://… or slurm) with the interface of `concurrent.futures`; None gives None.

    A worker that is lost costs the time of its work: the scheduler gives that to another, `LOST_WORKERS` times.

    Raises
    ------
    SettingError
        When there is no such scheduler, no worker or no SLURM, or one piece of work ends worker after worker.
    """
    if where is None:
        yield None
        return
    import dask
    from distributed.scheduler import KilledWorker

    with dask.config.set({"distributed.scheduler.allowed-failures": LOST_WORKERS}), _client(where, jobs) as client:
        try:
            yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]
        except KilledWorker:
            raise _refusal(
                "le même travail a fait perdre plusieurs machines de calcul, l'une après l'autre",
                "the same piece of work took several workers down, one after the other",
                ("leur donner plus de mémoire, ou simuler moins longtemps", "give them more memory, or simulate less"),
            ) from None


@contextmanager
def executor_for(where: str | None, jobs: int, workers: int) -> Iterator[Executor | None]:
    """Give the workers of `where` as `executor_at` does, or else `workers` processes of this machine; one gives None.

    Processes start afresh (no fork): a database that is open here has threads of its own.
    """
    if where is not None or workers == 1:
        with executor_at(where, jobs) as executor:
            yield executor
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _client(where: str, jobs: int) -> Iterator[Client]:
    if where == "slurm":
        with _slurm(jobs) as cluster, _open(cluster) as client:
            client.wait_for_workers(1)  # the queue decides when
            yield client
        return
    if not ADDRESS.fullmatch(where):
        raise _refusal(
            "--cluster n'est ni une adresse ni « slurm »",
            '--cluster is neither an address nor "slurm"',
            ("écrire par exemple tcp://10.0.0.5:8786, ou slurm", "write for example tcp://10.0.0.5:8786, or slurm"),
        )
    with _connected(where) as client:
        yield client


def _open(where: Any) -> Client:
    from distributed import Client

    return Client(where, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]


def _connected(address: str) -> Client:
    try:
        client = _open(address)
    except (OSError, TimeoutError):
        raise _refusal(
            "aucun ordonnanceur Dask ne répond à cette adresse",
            "no Dask scheduler answers at this address",
            ("lancer « dask scheduler » là-bas, ou corriger l'adresse", 'start "dask scheduler" there, or correct it'),
        ) from None
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError:
        client.close()  # type: ignore[no-untyped-call]
        raise _refusal(
            "l'ordonnanceur n'a aucune machine de calcul",
            "the scheduler has no worker",
            ("lancer « dask worker ADRESSE » sur une machine", 'start "dask worker ADDRESS" on a machine'),
        ) from None
    return client


@contextmanager
def _slurm(jobs: int) -> Iterator[Any]:
    if shutil.which("sbatch") is None:
        raise _refusal(
            "SLURM n'est pas sur cette machine (commande sbatch absente)",
            "SLURM is not on this machine (no command sbatch)",
            (
                "se connecter au nœud de soumission, ou donner une adresse",
                "log in to the submit node, or give an address",
            ),
        )
    from dask_jobqueue import SLURMCluster  # type: ignore[attr-defined]

    with SLURMCluster(**slurm_settings(), scheduler_options={"dashboard": False}) as cluster:
        cluster.scale(jobs=jobs)
        yield cluster


def slurm_settings() -> dict[str, Any]:
    """Return what one job asks for where the user's own `jobqueue.yaml` is silent: one core, one worker, 2 GB.

    Queue, account, wall time and further lines of the job come from that file, as for any use of dask-jobqueue.

    Examples
    --------
    >>> slurm_settings()["cores"]
    1
    """
    import dask
    import dask_jobqueue  # noqa: F401 - reads its defaults into dask's configuration

    asked = {"cores": 1, "processes": 1, "memory": "2GB"}
    return {
        "job_name": "chairs-twin",
        **{word: dask.config.get(f"jobqueue.slurm.{word}", None) or value for word, value in asked.items()},
    }


def _refusal(fr: str, en: str, remedy: tuple[str, str]) -> SettingError:
    return SettingError((problem(fr, en, remedy=remedy),))
