"""Reads answers once, in DuckDB, into sums of products per establishment: tables or Parquet larger than memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, SettingError, problem, unknown
from chairs.core.records import build
from chairs.stats.cross_products import INTERCEPT, CrossProducts
from chairs.stats.small_sums import is_small, small_cells
from chairs.store.duck import connected, named, quoted

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd

GLANCE = 100_000  # rows read to choose what to subtract from each column
NUMBERS = ("INT", "FLOAT", "DOUBLE", "DECIMAL", "REAL", "BOOLEAN", "HUGEINT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Which columns a linear model of clustered answers reads.

    Parameters
    ----------
    outcome, cluster
        The number to explain; the establishment.
    covariates
        Numbers.
    factors
        Classes (a year, a type of stay): one 0/1 column a level, the first level being the reference.
    weights
        Column of positive weights (precisions: a row of weight 2 counts as two); rows without one are left out.
    """

    outcome: str
    cluster: str
    covariates: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    weights: str | None = None


def cross_products(
    source: pd.DataFrame | Path | Sequence[Path], design: Design | Mapping[str, Any], threads: int = 1
) -> CrossProducts:
    r"""Sum the products of the columns of `design` per establishment, in one pass.

    Rows where a column of the design is missing or not finite are left out.

    Parameters
    ----------
    source
        A table, or Parquet files (read as a stream, whatever their size).
    design
        The columns (a mapping is checked against `Design`).
    threads
        Of DuckDB; with one, the sums are the same to the last bit on every run.

    Raises
    ------
    SettingError
        If a column does not exist.
    DataError
        If a covariate, the outcome or the weight is not a number, if no row is complete, or if a file is absent or not
        Parquet.

    Notes
    -----
    Answers are grouped by establishment and level of each factor, so that only the k covariates are multiplied row by
    row (k + 2 choose 2 sums); the 0/1 columns of factors are then filled in from these cells. Columns are reduced by
    the mean of the first 100,000 rows first: the differences are small numbers and their products lose no digits.
    A table of at most `small_sums.LARGEST` rows is summed in memory, to the same bits. Checked against NumPy on whole
    tables and against merging halves.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"site": ["A", "A", "B"], "age": [40.0, 60, 50], "score": [70.0, 80, 90]})
    >>> sums = cross_products(answers, Design(outcome="score", cluster="site", covariates=("age",)))
    >>> sums.clusters, sums.rows.tolist(), sums.columns
    (('A', 'B'), [2, 1], ('(intercept)', 'age', 'score'))
    >>> sums.unshifted().products[0].tolist()
    [[2.0, 100.0, 150.0], [100.0, 5200.0, 7600.0], [150.0, 7600.0, 11300.0]]
    """
    design = design if isinstance(design, Design) else build(Design, design, "design")
    cells, shift = small_cells(source, design) if is_small(source, design) else _scanned(source, design, threads)
    if not len(cells["rows"]):
        raise DataError((problem("aucune ligne complète", "no complete row", column=design.outcome),))
    return _assembled(cells, design, shift)


def _scanned(
    source: pd.DataFrame | Path | Sequence[Path], design: Design, threads: int
) -> tuple[Mapping[str, np.ndarray], np.ndarray]:
    """Sum in DuckDB: a large table, files, weights, keys of unusual types."""
    with connected() as connection, _readable(source):
        connection.execute(f"set threads = {int(threads)}")
        relation = _relation(connection, source)
        _checked(connection, relation, design)
        complete = _complete(relation, design)
        numbers = (*design.covariates, design.outcome)
        shift = _shift(connection, complete, numbers)
        cells = connection.execute(_query(complete, design, numbers, shift)).fetchnumpy()
    return cells, shift


def _relation(connection: duckdb.DuckDBPyConnection, source: pd.DataFrame | Path | Sequence[Path]) -> str:
    if hasattr(source, "columns"):
        connection.register("answers", source)
        return "answers"
    paths = [source] if isinstance(source, Path) else list(source)
    return f"read_parquet([{', '.join(quoted(str(path)) for path in paths)}], union_by_name = true)"


@contextmanager
def _readable(source: pd.DataFrame | Path | Sequence[Path]) -> Iterator[None]:
    """Tell in words that a file could not be read."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        if hasattr(source, "columns") or isinstance(error, duckdb.OutOfMemoryException):
            raise
        paths = [source] if isinstance(source, Path) else list(source)
        known = [path for path in paths if len(paths) == 1 or not path.is_file()]
        what = ("fichier absent, ou qui n'est pas du Parquet lisible", "file absent, or not readable Parquet")
        remedy = ("donner les fichiers Parquet de la table", "give the Parquet files of the table")
        raise DataError((problem(*what, file=known[0].name if known else None, remedy=remedy),)) from error


def _checked(connection: duckdb.DuckDBPyConnection, relation: str, design: Design) -> None:
    kinds = {row[0]: row[1] for row in connection.execute(f"describe select * from {relation}").fetchall()}
    weights = (design.weights,) if design.weights else ()
    numbers = (design.outcome, *design.covariates, *weights)
    for name in (design.cluster, *design.factors, *numbers):
        if name not in kinds:
            raise unknown(("colonne", "column"), name, kinds)
    if len({design.cluster, *design.factors, *numbers}) < 1 + len(design.factors) + len(numbers):
        raise SettingError((problem("une colonne est nommée deux fois", "a column is named twice"),))
    for name in numbers:
        if not any(word in kinds[name] for word in NUMBERS):
            what = ("la colonne n'est pas numérique", "the column is not numeric")
            remedy = ("la déclarer parmi `factors`", "declare it among `factors`")
            raise DataError((problem(*what, column=name, remedy=remedy),))


def _complete(relation: str, design: Design) -> str:
    """Write the query of complete rows: v0, v1... the numbers, f0... the factors, w the weight."""
    numbers = (*design.covariates, design.outcome)
    read = [f"{named(design.cluster)}::varchar as cluster"]
    read += [f"{named(name)}::double as v{k}" for k, name in enumerate(numbers)]
    read += [f"{named(name)}::varchar as f{k}" for k, name in enumerate(design.factors)]
    read += [f"{named(design.weights)}::double as w"] if design.weights else []
    kept = ["cluster is not null", *(f"isfinite(v{k})" for k in range(len(numbers)))]
    kept += [f"f{k} is not null" for k in range(len(design.factors))]
    kept += ["isfinite(w)", "w > 0"] if design.weights else []
    return f"(select * from (select {', '.join(read)} from {relation}) where {' and '.join(kept)})"


def _shift(connection: duckdb.DuckDBPyConnection, complete: str, numbers: Sequence[str]) -> np.ndarray:
    import numpy as np

    asked = ", ".join(f"coalesce(avg(v{k}), 0)" for k in range(len(numbers)))
    query = f"select {asked} from (select * from {complete} limit {GLANCE})"
    return np.array(connection.execute(query).fetchall()[0], dtype=float)


def _query(complete: str, design: Design, numbers: Sequence[str], shift: np.ndarray) -> str:
    weight = "w * " if design.weights else ""
    reduced = [f"(v{k} - ({value!r}::double)) as d{k}" for k, value in enumerate(shift.tolist())]
    sums = ["count(*) as rows", "sum(w) as s, sum(ln(w)) as l" if design.weights else "count(*)::double as s"]
    for k in range(len(numbers)):
        sums.append(f"sum({weight}d{k}) as s{k}")
        sums += [f"sum({weight}d{k} * d{j}) as s{k}_{j}" for j in range(k + 1)]
    keys = ", ".join(["cluster", *(f"f{k}" for k in range(len(design.factors)))])
    inner = ", ".join([keys, *reduced, *(["w"] if design.weights else [])])
    return f"select {keys}, {', '.join(sums)} from (select {inner} from {complete}) group by {keys} order by {keys}"


def _assembled(cells: Mapping[str, np.ndarray], design: Design, shift: np.ndarray) -> CrossProducts:
    """Lay the sums of the cells out as one matrix an establishment, 0/1 columns of the factors included."""
    import numpy as np

    k, place = len(shift), _Places.of(cells, design)
    base = [0, *range(1, k), place.width - 1]  # where the intercept, the covariates and the outcome stand
    moments = np.zeros((len(cells["rows"]), k + 1, k + 1))
    moments[:, 0, 0] = cells["s"]
    for i in range(k):
        moments[:, 0, i + 1] = moments[:, i + 1, 0] = cells[f"s{i}"]
        for j in range(i + 1):
            moments[:, i + 1, j + 1] = moments[:, j + 1, i + 1] = cells[f"s{i}_{j}"]
    products = np.zeros((len(place.clusters), place.width, place.width))
    at = place.cluster
    np.add.at(products, (at[:, None, None], np.array(base)[:, None], np.array(base)[None, :]), moments)
    for level in place.levels:
        np.add.at(products, (at[:, None], level[:, None], np.array(base)), moments[:, 0, :])
        np.add.at(products, (at[:, None], np.array(base), level[:, None]), moments[:, 0, :])
        for other in place.levels:
            np.add.at(products, (at, level, other), moments[:, 0, 0])
    rows = np.bincount(at, weights=cells["rows"], minlength=len(place.clusters)).astype(np.int64)
    return CrossProducts(
        columns=(INTERCEPT, *design.covariates, *place.names, design.outcome),
        shift=np.array([0.0, *shift[:-1], *np.zeros(len(place.names)), shift[-1]]),
        clusters=place.clusters,
        rows=rows,
        products=products,
        weighted=design.weights is not None,
        log_weights=float(cells["l"].sum()) if design.weights else 0.0,
        classes=place.names,
        references=place.references,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where each cell goes: its establishment, and the columns of its levels."""

    clusters: tuple[str, ...]
    cluster: np.ndarray
    levels: tuple[np.ndarray, ...]
    names: tuple[str, ...]
    references: tuple[str, ...]
    width: int

    @classmethod
    def of(cls, cells: Mapping[str, np.ndarray], design: Design) -> _Places:
        import numpy as np

        clusters, cluster = np.unique(np.asarray(cells["cluster"], dtype=str), return_inverse=True)
        names: list[str] = []
        levels, references = [], []
        for k, factor in enumerate(design.factors):
            found, code = np.unique(np.asarray(cells[f"f{k}"], dtype=str), return_inverse=True)
            levels.append(1 + len(design.covariates) + len(names) + code)
            references.append(f"{factor}={found[0]}")
            names += [f"{factor}={level}" for level in found]
        return cls(
            clusters=tuple(map(str, clusters)), cluster=cluster, levels=tuple(levels), names=tuple(names),
            references=tuple(references), width=2 + len(design.covariates) + len(names),
        )  # fmt: skip
