# Two commands: `make run` and `make test`. Everything else: `make help`.
SHELL := /bin/bash
PY ?= $(shell for p in python3.12 python3.11 python3; do "$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
# Stages call `python`: ours must come first. An absolute interpreter would change every stage's hash.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# The same bits everywhere: one BLAS kernel, one thread in sums, one clock, one alphabet.
export OPENBLAS_CORETYPE := Haswell
ifeq ($(shell uname -m),x86_64)
export NPY_DISABLE_CPU_FEATURES := X86_V4 AVX512_ICL AVX512_SPR
endif
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export PYTHONHASHSEED := 0
export TZ := UTC
export LC_ALL := C.UTF-8
export MLFLOW_DISABLE_TELEMETRY := true
export DVC_NO_ANALYTICS := true
export UV_PYTHON_DOWNLOADS := never
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check dashboard lab mlflow bench studies reference docs lock clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/ok: requirements/bootstrap.txt requirements/lock.txt pyproject.toml
	@test -n "$(PY)" || { echo "Python 3.11 or 3.12 is needed (Debian and Ubuntu: also the package python3-venv). Point to it with: make $(MAKECMDGOALS) PY=/path/to/python3.12"; exit 1; }
	$(PY) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	$(BIN)/uv pip sync -q --compile-bytecode --require-hashes --python $(BIN)/python requirements/lock.txt
	$(BIN)/uv pip install -q --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $@

run: .venv/ok  ## fetch the data, run the pipeline, build the pages
	@chairs run

test: .venv/ok  ## run the tests
	python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/ok  ## style, types, import rules
	ruff check .
	ruff format --check .
	mypy
	lint-imports

dashboard: .venv/ok  ## open the committee pages
	@chairs dashboard

lab: .venv/ok  ## open the notebooks in JupyterLab
	@chairs lab

mlflow: .venv/ok  ## look at the recorded runs on http://127.0.0.1:5000
	mlflow ui --workers 1 --host 127.0.0.1 --port 5000 --backend-store-uri "$${MLFLOW_TRACKING_URI:-sqlite:///mlruns/mlflow.db}"

bench: .venv/ok  ## measure speed and print the tables
	python -m benchmarks $(ONLY)

studies: .venv/ok  ## the long runs: statistical redraws, large files
	python -m pytest -m nightly

reference: .venv/ok  ## the table of the reference sets of statistics (SET=name: each of its numbers)
	@python tests/reference/stats_sets.py $(SET)

docs: .venv/ok  ## write the reference pages again
	python docs/build.py

lock: .venv/ok  ## resolve the dependencies again (needs a package index)
	$(BIN)/uv pip compile -q --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group dev --override requirements/overrides.in -o requirements/lock.txt

clean:  ## delete what the pipeline made (not the fetched data)
	chairs clean
