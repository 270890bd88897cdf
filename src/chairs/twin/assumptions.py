"""What a twin assumes and what its log could not tell, as the table `assumptions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from chairs.core.errors import Text


def assumptions_table(unidentified: Sequence[Text], assumed: Sequence[Text]) -> pd.DataFrame:
    """Return the table `assumptions`: one line a sentence, in the order given.

    Sentences that leave with it hold no number of persons: a calibration keeps its counts in `figures`.

    Examples
    --------
    >>> from chairs.core.errors import Text
    >>> table = assumptions_table([], [Text(fr="un", en="one"), Text(fr="deux", en="two")])
    >>> table[["kind", "rank", "sentence_en"]].values.tolist()
    [['assumed', 1, 'one'], ['assumed', 2, 'two']]
    """
    import pandas as pd

    contract = CONTRACTS["assumptions"]
    rows = [
        {"kind": kind, "rank": rank, "sentence_fr": text.fr, "sentence_en": text.en}
        for kind, texts in (("assumed", assumed), ("unidentified", unidentified))
        for rank, text in enumerate(texts, start=1)
    ]
    return contract.conform(pd.DataFrame(rows, columns=list(contract.columns)))
