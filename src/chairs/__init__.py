"""Platform of the research chairs CHV–UPHF: twins of patient flow, performance and experience.

In a notebook: ``import chairs; scores = chairs.load("scores", "france-2019")``.
"""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# The same bits on every machine: these must be set before numpy is first imported.
_SAME_BITS = {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
if platform.machine() in ("x86_64", "AMD64"):  # with AVX-512, exp and log differ in the last bit
    _SAME_BITS["NPY_DISABLE_CPU_FEATURES"] = "X86_V4 AVX512_ICL AVX512_SPR"
for _name, _value in _SAME_BITS.items():
    os.environ.setdefault(_name, _value)


def load(table: str, study: str) -> pd.DataFrame:
    """Return a table of a study, with where it comes from in ``.attrs["provenance"]``.

    Parameters
    ----------
    table
        Name of a table of the data dictionary ("scores", "events", "links", …).
    study
        Name of a study ("demo", "france-2019", "sepsis").

    Returns
    -------
    pandas.DataFrame
        The table of the last step that wrote it, before the release gate. Its ``attrs["provenance"]`` holds the
        study, its level and notice, the stage, the file, its sha256 and its number of rows.

    Raises
    ------
    SettingError
        For an unknown table or study; the valid names are listed.
    DataError
        When the pipeline has not made the table yet.
    """
    from chairs.store.load import load_table

    return load_table(table, study)
