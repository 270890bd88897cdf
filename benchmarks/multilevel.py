"""A million answers in a thousand establishments, InstEval, and answers streamed from Parquet, beside other tools.

Run with `python -m benchmarks.multilevel [ROWS]`: the fits beside glmm, statsmodels (on a tenth of the rows) and, where
R is present, lme4; with ROWS (100000000 for the whole bar), also that many answers written by DuckDB to a temporary
Parquet file and streamed. Each tool runs in a process of its own, one thread; CPU seconds leave reading Python out.
"""

from __future__ import annotations

import importlib
import json
import math
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ANSWERS, SITES, YEARS, SEED = 1_000_000, 1000, 12, 20260131
MOST_SECONDS, MOST_GB = 2.0, 1.0
COVARIATES = ("age", "female", "health", "staff")
TRUTH = {"age": 0.08, "female": -0.76, "health": 2.0, "staff": 1.05}
SD_SITE, SD_ANSWER = 4.0, 16.0
INSTEVAL = ("reference", "stats", "lmm_insteval.csv")  # beside the folder of the publishers' files
LINE = "{:<46} {:>9} {:>8} {:>10} {:>10} {:>13}"


def _bits(key: str, salt: int) -> str:
    """Write a hash of a whole number, its low bits left out."""
    return f"(hash(({key}) * 64 + {salt}) >> 9)"


def _normal(key: str, salt: int) -> str:
    """Write a standard normal number made of two hashes (Box and Muller)."""
    one, two = (f"({_bits(key, salt + k)} % 1000003 + 1) / 1000004.0" for k in (0, 1))
    return f"sqrt(-2 * ln({one})) * cos(2 * pi() * {two})"


def write(path: Path, rows: int) -> None:
    """Write `rows` planted answers; every number comes from a hash of the row, so that the file is reproducible."""
    import duckdb

    linear = " + ".join(f"{b} * {name}" for name, b in TRUTH.items())
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(
            f"""
            copy (
                select 'E' || lpad(s::varchar, 4, '0') as site, year, age, female, health, staff,
                       60 + {linear} + 0.2 * (year - 2010) + {SD_SITE} * {_normal("s + 900000000000", 10)}
                       + {SD_ANSWER} * {_normal("i", 12)} as score
                from (
                    select i, s, year, 60 + 18 * {_normal("i", 14)} as age, ({_bits("i", 3)} % 2)::double as female,
                           (1 + {_bits("i", 4)} % 5)::double as health,
                           {_normal("s * 5000 + year + 800000000000", 16)} as staff
                    from (
                        select i, {_bits("i", 1)} % {SITES} as s, (2010 + {_bits("i", 2)} % {YEARS})::integer as year
                        from range({rows}) as numbers(i))))
            to '{path}' (format parquet)"""
        )


def by_sums(path: Path, _: Path) -> dict[str, Any]:
    """Stream the file into sums of products, then fit."""
    from chairs.stats.one_way import one_way
    from chairs.stats.streaming import Design, cross_products

    began = time.process_time()
    design = Design(outcome="score", cluster="site", covariates=COVARIATES, factors=("year",))
    fit = one_way(cross_products(path, design))
    spent = time.process_time() - began
    return _found(spent, [fit.coefficient(t).estimate for t in COVARIATES], fit.variances, fit.log_likelihood)


def by_glmm(path: Path, _: Path) -> dict[str, Any]:
    """Read the file as a table and fit it by glmm through `linear_mixed`."""
    import pandas as pd

    from chairs.stats.linear_mixed import linear_mixed

    data = pd.read_parquet(path).astype({"site": "category"})
    data["year"] = pd.Categorical(data["year"].astype(str))
    began = time.process_time()
    fit = linear_mixed(data, f"score ~ {' + '.join(COVARIATES)} + year + (1 | site)")
    spent = time.process_time() - began
    return _found(spent, [fit.coefficient(t).estimate for t in COVARIATES], fit.variances, fit.log_likelihood)


def by_fixed_effects(path: Path, _: Path) -> dict[str, Any]:
    """Two-way fixed effects with CR2, streamed."""
    from chairs.stats.panel import fixed_effects
    from chairs.stats.streaming import Design, cross_products

    began = time.process_time()
    design = Design(outcome="score", cluster="site", covariates=COVARIATES, factors=("year",))
    fit = fixed_effects(cross_products(path, design))
    return _found(time.process_time() - began, [fit.coefficient(t).estimate for t in COVARIATES], (), None)


def by_pyfixest(path: Path, _: Path) -> dict[str, Any]:
    """Two-way fixed effects with CRV1 by pyfixest, its first (compiling) run left out."""
    import pandas as pd
    import pyfixest

    data = pd.read_parquet(path)
    formula = f"score ~ {' + '.join(COVARIATES)} | site + year"
    pyfixest.feols(formula, data.head(20_000), vcov={"CRV1": "site"})
    began = time.process_time()
    fit = pyfixest.feols(formula, data, vcov={"CRV1": "site"})
    return _found(time.process_time() - began, fit.coef()[list(COVARIATES)].tolist(), (), None)


def by_statsmodels(path: Path, _: Path) -> dict[str, Any]:
    """Fit a tenth of the rows by statsmodels' MixedLM (all of them take a minute and give a wrong variance)."""
    import warnings

    import pandas as pd
    import statsmodels.formula.api as smf

    data = pd.read_parquet(path).head(ANSWERS // 10)
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = smf.mixedlm(f"score ~ {' + '.join(COVARIATES)} + C(year)", data, groups=data["site"]).fit()
    spent = time.process_time() - began
    between = float(fit.cov_re.iloc[0, 0])
    variances = [between, float(fit.scale)]
    return {"cpu": spent, "beta": fit.params[list(COVARIATES)].tolist(), "sd": [v**0.5 for v in variances],
            "loglik": float(fit.llf)}  # fmt: skip


def by_lme4(path: Path, folder: Path) -> dict[str, Any] | None:
    """Fit by lme4 where R has it."""
    import pandas as pd

    if shutil.which("Rscript") is None:
        return None
    pd.read_parquet(path).to_csv(folder / "answers.csv", index=False)
    script = f"""
    suppressMessages(library(lme4)); d <- read.csv("{folder / "answers.csv"}"); d$year <- factor(d$year)
    t <- system.time(m <- lmer(score ~ {" + ".join(COVARIATES)} + year + (1|site), d))
    cat(t[["user.self"]], fixef(m)[2:5], as.data.frame(VarCorr(m))$sdcor, as.numeric(logLik(m)), sep="\\n")
    """
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    cpu, *rest = [float(line) for line in done.stdout.split()]
    return {"cpu": cpu, "beta": rest[:4], "sd": rest[4:6], "loglik": rest[6]}


def insteval(path: Path, _: Path) -> dict[str, Any] | None:
    """Crossed effects of 2,972 students, 1,128 lecturers and 14 departments; no degrees of freedom, as lme4."""
    return _insteval(path, "normal")


def insteval_tested(path: Path, _: Path) -> dict[str, Any] | None:
    """Fit the same with Satterthwaite's degrees of freedom, as lmerTest."""
    return _insteval(path, "satterthwaite")


def _insteval(path: Path, errors: Any) -> dict[str, Any] | None:
    import pandas as pd

    from chairs.stats.linear_mixed import linear_mixed

    if not path.is_file():
        return None
    data = pd.read_csv(path)
    began = time.process_time()
    fit = linear_mixed(data, "y ~ service + (1|s) + (1|d) + (1|dept)", reml=False, errors=errors)
    spent = time.process_time() - began
    return _found(spent, [fit.coefficient("service").estimate], fit.variances, fit.log_likelihood)


def _found(cpu: float, beta: list[float], variances: Any, loglik: float | None) -> dict[str, Any]:
    return {"cpu": cpu, "beta": beta, "sd": [v.spread for v in variances], "loglik": loglik}


def _alone(name: str, work: Callable[..., Any], path: str, folder: str, queue: Any) -> None:
    for library in ("duckdb", "glmm", "pandas", "pyarrow", "scipy.optimize", "scipy.special"):
        importlib.import_module(library)
    found = work(Path(path), Path(folder))
    if found is not None:
        found["gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    queue.put(json.dumps(found))


def measured(name: str, work: Callable[..., Any], path: Path | None, folder: Path) -> dict[str, Any] | None:
    """Run `work` in a process of its own and print its line; absent without a file to read."""
    if path is None:
        print(LINE.format(name, "absent", "", "", "", ""))
        return None
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_alone, args=(name, work, str(path), str(folder), queue))
    process.start()
    process.join()
    found: dict[str, Any] | None = None if process.exitcode else json.loads(queue.get())
    if found is None:
        print(LINE.format(name, "FAILED" if process.exitcode else "absent", "", "", "", ""))
        return None
    sd, loglik = [*found["sd"], math.nan, math.nan], found["loglik"]
    shown = (f"{found['cpu']:.2f}", f"{found['gb']:.2f}", f"{sd[0]:.4f}", f"{found['beta'][-1]:.5f}",
             "-" if loglik is None else f"{loglik:.3f}")  # fmt: skip
    print(LINE.format(name, *shown), flush=True)
    return found


def insteval_file() -> Path | None:
    """Return where InstEval lies, beside the mirror (`CHAIRS_DATA_MIRROR`); None where there is no mirror."""
    from chairs.sources.origins import mirror_folder

    mirror = mirror_folder()
    return mirror.resolve().parent.joinpath(*INSTEVAL) if mirror else None


def main(rows: int = 0) -> bool:
    """Measure, print the table and return whether the limits hold."""
    os.environ.update({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"})
    print(LINE.format("", "CPU s", "GB", "sd between", "last b", "log-lik."))
    with tempfile.TemporaryDirectory(prefix="chairs-bench-") as name:
        folder, path = Path(name), Path(name) / "answers.parquet"
        write(path, ANSWERS)
        ours = measured("random intercept, sums of products (file)", by_sums, path, folder)
        peer = measured("random intercept, glmm (table in memory)", by_glmm, path, folder)
        measured("random intercept, statsmodels, a tenth", by_statsmodels, path, folder)
        measured("random intercept, lme4", by_lme4, path, folder)
        measured("two-way fixed effects, sums, CR2", by_fixed_effects, path, folder)
        measured("two-way fixed effects, pyfixest, CRV1", by_pyfixest, path, folder)
        ratings = insteval_file()
        crossed = measured("InstEval crossed (ML)", insteval, ratings, folder)
        measured("InstEval crossed (ML), Satterthwaite", insteval_tested, ratings, folder)
        if rows:
            write(path, rows)
            print(f"{rows:,} answers, {path.stat().st_size / 2**30:.2f} GB of Parquet")
            measured("random intercept, sums of products (file)", by_sums, path, folder)
    assert ours is not None
    assert peer is not None
    same = all(math.isclose(a, b, rel_tol=1e-6) for k in ("beta", "sd") for a, b in zip(ours[k], peer[k], strict=True))
    passed = same and ours["cpu"] <= MOST_SECONDS and ours["gb"] <= MOST_GB
    passed = passed and (crossed is None or crossed["cpu"] <= MOST_SECONDS)
    print(f"equal to glmm to 1e-6: {same}; {MOST_SECONDS:.0f} CPU s, {MOST_GB:.0f} GB: {'pass' if passed else 'FAIL'}")
    return passed


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
