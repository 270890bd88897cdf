"""The same numbers on every machine: what the package sets before numpy is imported."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

IN_USE = """
import json, chairs
from numpy.lib.introspect import opt_func_info
print(json.dumps(sorted({kind["current"] for one in opt_func_info().values() for kind in one.values()})))
"""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="other processors have no AVX-512")
def test_numpy_does_without_what_only_some_processors_have():
    plain = {name: value for name, value in os.environ.items() if name != "NPY_DISABLE_CPU_FEATURES"}
    told = subprocess.run([sys.executable, "-c", IN_USE], env=plain, capture_output=True, text=True, check=True)
    in_use = json.loads(told.stdout)
    assert in_use
    assert not [name for name in in_use if name == "X86_V4" or name.startswith("AVX512")]
