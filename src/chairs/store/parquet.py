"""Tables on disk: checked against their contract, sorted, the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, problem
from chairs.store.files import DECIMALS, replacing
from chairs.tables import CONTRACTS
from chairs.tables.contract import Contract

if TYPE_CHECKING:
    import pandas as pd


def write_table(frame: pd.DataFrame, contract: str | Contract, folder: Path) -> Path:
    """Check `frame`, sort it by its contract's order and write `folder/CONTRACT.parquet`, all or nothing.

    Raises
    ------
    DataError
        What the contract's check finds.
    """
    rules = CONTRACTS[contract] if isinstance(contract, str) else contract
    return write_as(frame, rules, folder / f"{rules.name}.parquet")


def write_as(frame: pd.DataFrame, rules: Contract, path: Path) -> Path:
    """Check `frame`, sort it by its contract's order and write it to `path`, all or nothing.

    Floats are rounded to `DECIMALS` so that the bytes do not depend on the CPU.

    Raises
    ------
    DataError
        What the contract's check finds.
    """
    import pandas as pd
    import pyarrow as arrow
    import pyarrow.parquet

    table = rules.check(frame)
    table = table.sort_values(list(rules.order), kind="stable", ignore_index=True)
    floats = table.select_dtypes("float64").columns
    table = table.assign(**{name: table[name].round(DECIMALS) + 0.0 for name in floats})
    instant = pd.ArrowDtype(arrow.timestamp("us", tz="UTC"))  # pyarrow 25 reads other zoned columns by a deprecated way
    table = table.astype({name: instant for name in table.select_dtypes("datetimetz").columns})
    content = arrow.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    with replacing(path) as draft:
        arrow.parquet.write_table(content, draft, compression="zstd", row_group_size=1 << 20)
    return path


def read_table(path: Path) -> pd.DataFrame:
    """Read a table that `write_table` wrote.

    Raises
    ------
    DataError
        When the file is absent or is not Parquet.
    """
    import pandas as pd
    import pyarrow as arrow

    try:
        return pd.read_parquet(path)
    except FileNotFoundError:
        raise DataError(
            (
                problem(
                    "table absente",
                    "table absent",
                    file=str(path),
                    remedy=("lancer « chairs run »", 'run "chairs run"'),
                ),
            )
        ) from None
    except arrow.ArrowInvalid:
        raise DataError(
            (
                problem(
                    "ce fichier n'est pas un Parquet lisible",
                    "this file is not readable as Parquet",
                    file=str(path),
                    remedy=("le supprimer et lancer « chairs run »", 'delete it and run "chairs run"'),
                ),
            )
        ) from None


def read_table_if_any(path: Path) -> pd.DataFrame | None:
    """Read a table that a study may lack; None when it does."""
    return read_table(path) if path.is_file() else None
