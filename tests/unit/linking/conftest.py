"""The panel with planted links, as a module for the tests of this folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def planted() -> ModuleType:
    path = Path(__file__).parent / "planted_panel.py"
    if "planted_panel" not in sys.modules:
        spec = importlib.util.spec_from_file_location("planted_panel", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["planted_panel"] = module
        spec.loader.exec_module(module)
    return sys.modules["planted_panel"]
