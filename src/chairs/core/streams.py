"""Named random streams: one seed, one name, always the same numbers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator of the stream called `names` under `seed`.

    A stream depends on its own name only: adding or removing another stream does not move it, so
    that two runs which differ in one thing keep common random numbers everywhere else.

    Parameters
    ----------
    seed
        The seed of the whole run.
    names
        What the numbers are for, from the general to the particular ("demo", "arrivals").

    Notes
    -----
    Philox keyed by the first 128 bits of SHA-256 of the seed and the names (Salmon et al.,
    *Parallel random numbers: as easy as 1, 2, 3*, SC 2011, for the generator).

    Examples
    --------
    >>> float(stream(1, "arrivals").random()) == float(stream(1, "arrivals").random())
    True
    >>> float(stream(1, "arrivals").random()) == float(stream(1, "stays").random())
    False
    """
    import numpy as np

    text = "\x1f".join([str(int(seed)), *(f"{type(n).__name__}:{n}" for n in names)])
    key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")
    return np.random.Generator(np.random.Philox(key=key))
