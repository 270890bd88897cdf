"""The reference sets of statistics: find them, run the cases on them, compare number by number, print the table.

A set is one JSON (`id, data_files, model, note, tolerance, expected`) and its CSV files. A case is a function
`(folder, reference) -> numbers` where `numbers` has the nested shape of `reference["expected"]` (or a part of it:
the parts that several files compute are joined). Cases are written by topic in `stats_cases_<topic>.py` beside this
file, each with

    CASES = {"<set id>": function, ...}
    TOLERANCES = {"<set id>": {"<path pattern>": "<key of the set's tolerance>"}}   # optional, fnmatch patterns

A case may also return a list of `Line` where "equal within a tolerance" is not the question (planted truth). Cases
read the set's own `data_files`, `model` and names, so that another set of the same kind runs through the same case:

    python tests/reference/stats_sets.py                     the table of all sets
    python tests/reference/stats_sets.py irt_lsat            each number of one set
    python tests/reference/stats_sets.py other.json irt_lsat each number of another set, run by the case of irt_lsat
"""
# ruff: noqa: T201  (a command: its table goes to the screen)

from __future__ import annotations

import fnmatch
import importlib.util
import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MIRROR = os.environ.get("CHAIRS_DATA_MIRROR")  # the publishers' files: the sets lie beside them
SHARED = (HERE.parents[2] / "shared", *([Path(MIRROR).resolve().parent] if MIRROR else []))
FOLDERS = (HERE / "data", *(folder / "reference" / "stats" for folder in SHARED))
SMALL = 300_000  # bytes; larger sets are read where they lie

Reference = Mapping[str, Any]
Case = Callable[[Path, Reference], "dict[str, Any] | list[Line]"]

IDS = (
    "agg_bh1996", "cfa_holzinger_swineford", "clmm_wine", "dea_cooper_textbook", "dml_bonus", "efa_bfi25",
    "funnel_smr_ratio", "funnel_topbox", "glmm_cbpp", "icc_shrout_fleiss", "irt_grm_science", "irt_lsat", "kappa_cohen",
    "littles_law_queues", "lmm_hsb82", "lmm_insteval", "lmm_sleepstudy", "meta_bcg", "multiple_testing_bh1995",
    "omega_thurstone", "panel_grunfeld", "planted_truth", "polychoric_bfi_A", "relative_importance_swiss",
    "reliability_bfi", "rubin_pooling", "score_patient_survey", "sensitivity_unobserved_confounding", "spc_xmr",
    "survey_weights_api",
)  # fmt: skip

# A key of `tolerance` such as se_rel is for the numbers whose last name (or a name on the way to it) is one of these.
LEAVES = {
    "p": {"p", "pval", "pvalue", "Pr(>|z|)", "Pr(>|t|)", "Pr(>F)", "Qp", "QEp", "QMp"},
    "se": {"se", "Std. Error"},
    "varcor": {"vcov", "sdcor"},
    "logLik": {"logLik"},
    "Exp": {"Exp"},
    "z1": {"z1", "se.z1"},
}
BRANCHES = {"coef": "coef", "loading": "schmid_leiman", "blup": "blup*", "varcor": "varcor"}


@dataclass(frozen=True)
class Line:
    """One number of one set: what was computed, what is expected, how far apart they may be."""

    path: str
    value: Any
    expected: Any
    tolerance: str
    ok: bool

    def __str__(self) -> str:
        mark = "ok  " if self.ok else "FAIL"
        return f"{mark} {self.path:<60} {_shown(self.value):>22} {_shown(self.expected):>22}  {self.tolerance}"


def folder_of(set_id: str) -> Path | None:
    """Return the folder that holds the set and all its files, or None."""
    for folder in FOLDERS:
        description = folder / f"{set_id}.json"
        if description.is_file():
            files = json.loads(description.read_text(encoding="utf-8"))["data_files"]
            if all((folder / name).is_file() for name in files):
                return folder
    return None


def read(set_id: str, folder: Path) -> Reference:
    """Return what the set's JSON says."""
    found: Reference = json.loads((folder / f"{set_id}.json").read_text(encoding="utf-8"))
    return found


def collected() -> tuple[dict[str, list[Case]], dict[str, dict[str, str]]]:
    """Return the cases and tolerance patterns of all `stats_cases_*.py`, by set."""
    if str(HERE) not in sys.path:  # cases import Line from here, and each other
        sys.path.insert(0, str(HERE))
    cases: dict[str, list[Case]] = {}
    patterns: dict[str, dict[str, str]] = {}
    for path in sorted(HERE.glob("stats_cases_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for set_id, case in module.CASES.items():
            cases.setdefault(set_id, []).append(case)
        for set_id, mapping in getattr(module, "TOLERANCES", {}).items():
            patterns.setdefault(set_id, {}).update(mapping)
    return cases, patterns


def check(set_id: str, folder: Path, reference: Reference | None = None) -> list[Line]:
    """Run every case of the set and return all its numbers compared; a number nobody computed is a failed line."""
    cases, patterns = collected()
    reference = read(set_id, folder) if reference is None else reference
    lines: list[Line] = []
    computed: dict[str, Any] = {}
    for case in cases.get(set_id, []):
        result = case(folder, reference)
        if isinstance(result, list):
            lines.extend(result)
        else:
            computed = joined(computed, result)
    if computed or not lines:
        lines.extend(compare(computed, reference, patterns.get(set_id, {})))
    return lines


def joined(left: Any, right: Any) -> Any:
    """Return two nested parts as one (the right one wins where both have a number)."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return {key: joined(left.get(key, {}), right[key]) if key in right else left[key] for key in {**left, **right}}
    return right


def compare(computed: Any, reference: Reference, patterns: Mapping[str, str] | None = None) -> list[Line]:
    """Return one line for each leaf of `expected`, in its order."""
    return [
        _line(names, expected, _found(computed, names), reference["tolerance"], patterns or {})
        for names, expected in _leaves(reference["expected"], ())
    ]


def _leaves(node: Any, names: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, (*names, key))
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for position, value in enumerate(node):
            yield from _leaves(value, (*names, position))
    else:
        yield names, node


ABSENT = "not computed"


def _found(node: Any, names: tuple[Any, ...]) -> Any:
    for name in names:
        try:
            node = node[name]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return node.item() if hasattr(node, "item") else node


def _line(
    names: tuple[Any, ...], expected: Any, value: Any, tolerance: Mapping[str, Any], patterns: Mapping[str, str]
) -> Line:
    path = "/".join(map(str, names))
    number = isinstance(expected, int | float) and not isinstance(expected, bool)
    if not number:
        return Line(path, value, expected, "exact", bool(value == expected))
    key = tolerance_key(path, names, tolerance, patterns)
    if key == "exact":
        return Line(path, value, expected, "exact", bool(value == expected))
    allowed = float(tolerance[key])
    limit = allowed * (abs(float(expected)) if key.endswith("_rel") else 1.0)
    known = isinstance(value, int | float) and math.isfinite(value)
    return Line(path, value, expected, f"{key} {allowed:g}", known and abs(value - expected) <= max(limit, 1e-12))


def tolerance_key(path: str, names: tuple[Any, ...], tolerance: Mapping[str, Any], patterns: Mapping[str, str]) -> str:
    """Return the key of the tolerance that holds for a number: a pattern, its name, its branch, the default."""
    for pattern, key in patterns.items():
        if fnmatch.fnmatchcase(path, pattern):
            return key
    words = [str(name) for name in names if not isinstance(name, int)]
    for key in tolerance:
        stem = key.rsplit("_", 1)[0]
        if words and words[-1] in LEAVES.get(stem, ()):
            return key
    for key in tolerance:
        stem = key.rsplit("_", 1)[0]
        if stem in BRANCHES and any(fnmatch.fnmatchcase(word, BRANCHES[stem]) for word in words[:-1]):
            return key
    for key in ("default_rel", "default_abs"):
        if key in tolerance:
            return key
    return "exact"


def _shown(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _largest(lines: list[Line]) -> str:
    """Return the largest difference as a share of the larger of 1 and the expected number."""
    gaps = [
        abs(line.value - line.expected) / max(1.0, abs(line.expected))
        for line in lines
        if isinstance(line.expected, int | float) and isinstance(line.value, int | float)
    ]
    return f"{max(gaps):.1e}" if gaps else "-"


def main(arguments: list[str]) -> int:
    """Print the table of all sets, or each number of one."""
    if arguments and arguments[0].endswith(".json"):
        path = Path(arguments[0])
        lines = check(arguments[1], path.parent, json.loads(path.read_text(encoding="utf-8")))
    elif arguments:
        folder = folder_of(arguments[0])
        if folder is None:
            print(f"{arguments[0]}: its files are not here")
            return 1
        lines = check(arguments[0], folder)
    else:
        return _all_sets()
    print("\n".join(map(str, lines)))
    return int(not all(line.ok for line in lines))


def _all_sets() -> int:
    print(f"{'set':<36} {'numbers':>8} {'within':>8} {'largest gap':>12}  verdict")
    wrong = 0
    for set_id in IDS:
        folder = folder_of(set_id)
        if folder is None:
            print(f"{set_id:<36} {'':>8} {'':>8} {'':>12}  its files are not here (larger than {SMALL // 1000} kB)")
            continue
        lines = check(set_id, folder)
        within = sum(line.ok for line in lines)
        wrong += within < len(lines)
        verdict = "pass" if within == len(lines) else "FAIL"
        print(f"{set_id:<36} {len(lines):>8} {within:>8} {_largest(lines):>12}  {verdict}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    import stats_sets  # the same module that the cases import

    sys.exit(stats_sets.main(sys.argv[1:]))
