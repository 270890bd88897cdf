"""How the engine is compiled and laid out: once, lightly, and with nothing that grows with the length of a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from chairs.twin.anchors.short import delay, release, seize
from chairs.twin.compiling import compile_model
from chairs.twin.engine.queues import offer
from chairs.twin.resources import Resource, Shift
from chairs.twin.simulate import simulate
from chairs.twin.steps import Leave

from .conftest import booked, fixed, hospital

pytestmark = pytest.mark.unit


COUNT = """
import importlib, json, pkgutil
import chairs.twin.engine
from chairs.twin.anchors.queues import mmc
from chairs.twin.simulate import simulate
simulate(mmc(0.5, 1.0, 1), horizon=10.0).measures
made = {}
for module in pkgutil.iter_modules(chairs.twin.engine.__path__):
    members = vars(importlib.import_module(f"chairs.twin.engine.{module.name}"))
    made |= {name: len(item.signatures) for name, item in members.items() if hasattr(item, "signatures")}
print(json.dumps(made))
"""


@pytest.mark.nightly
def test_each_part_is_compiled_once_and_the_whole_found_again_on_disk(tmp_path):
    cold, warm = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", COUNT],
                env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for _ in range(2)
    )
    assert len(cold) > 60
    assert set(cold.values()) == {1}
    assert {name: times for name, times in warm.items() if times} == {"run": 1}


def test_a_part_refuses_to_be_called_from_python():
    array = np.zeros(64, dtype=np.int64)
    with pytest.raises(ValueError, match="not in list"):
        offer(array, np.zeros(64), 0)


def test_measures_need_neither_pandas_nor_scipy():
    code = (
        "import sys\n"
        "from chairs.twin.anchors.queues import mmc\n"
        "from chairs.twin.simulate import simulate\n"
        "simulate(mmc(0.5, 1.0, 1), horizon=100.0).measures.values('wait', 'ask')\n"
        "print([name for name in ('pandas', 'scipy.linalg', 'pyarrow', 'numpy.f2py') if name in sys.modules])\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def model_with_a_roster():
    bed = Resource(name="bed", shifts=(Shift(at=7.5, capacity=3), Shift(at=20.0, capacity=1)))
    steps = (seize("ask", "bed"), delay("stay", fixed(1.0)), release("ends", "bed"), Leave(name="out"))
    return hospital([booked(0.0, to="ask")], [bed], steps)


def test_a_roster_goes_on_as_long_as_the_run():
    weeks = 5
    open_ = simulate(model_with_a_roster(), horizon=weeks * 7 * 1440.0).samples(30.0)[0, :, 0, 2]
    half_hours = np.arange(open_.size) / 2 % 24
    expected = np.where((half_hours >= 7.5) & (half_hours < 20.0), 3, 1)
    at_change = np.isin(half_hours, (7.5, 20.0))  # the sample of that very moment may come first
    assert np.array_equal(open_[~at_change], expected[~at_change])


def test_a_roster_is_written_once_whatever_the_length_of_the_run():
    sizes = {compile_model(model_with_a_roster(), horizon=weeks * 7 * 1440.0).reals.size for weeks in (1, 52, 520)}
    assert len(sizes) == 1
