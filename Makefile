# `make run` and `make test` are each enough on a fresh clone. What each of them needs is made on the way.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
UV_VERSION := 0.9
WORKERS ?= 2
PORT ?= 8345
BIN := .venv/bin
CHECKED := hotline projections workers tests
TYPED := hotline projections workers tests/support tests/bench tests/faults
# The machine's own uv, else one in .tools; never a Python that uv would have to download.
UV = $$(command -v uv || echo .tools/bin/uv)
SYNC = UV_PYTHON=$(PYTHON) $(UV) sync --frozen --quiet

.PHONY: help run test lint format types contracts unit browser bench soak provision lock clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 12

run: .venv/.ready-to-run ## start the hotline on http://127.0.0.1:8345, data in $HOTLINE_DATA or var/
	exec $(BIN)/hotline up --data "$${HOTLINE_DATA:-var}" --port $(PORT)

test: lint types contracts provision ## everything that CI checks
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --timeout 300 -m "not bench"

lint: .venv/.ready ## ruff: rules and format
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)

format: .venv/.ready ## let ruff put the code in order
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

types: .venv/.ready ## mypy --strict
	$(BIN)/mypy --strict $(TYPED)

contracts: .venv/.ready ## who may import whom
	$(BIN)/lint-imports

unit: .venv/.ready ## the fast tests alone: no PostgreSQL, nats-server or browser, nothing slow
	$(BIN)/pytest -n $(WORKERS) -q -m "not postgres and not nats and not browser and not slow and not bench"

browser: .venv/.ready provision ## the tests with a real browser alone
	$(BIN)/pytest -m browser

bench: .venv/.ready provision ## measure the figures we promise, medians of three (docs/benchmarks.md); BENCH="pg --short"
	$(BIN)/python -m tests.bench $(BENCH)

soak: .venv/.ready ## faults at length, then each mutant that must be caught; SOAK="--seed 7 --faults 300 --disks"
	$(BIN)/python -m tests.faults --and-mutants $(SOAK)

provision: .venv/.ready ## what tests need beyond Python packages: PostgreSQL, chromium, Chinese letters, axe-core
	tests/support/provision.sh $(BIN)/python

lock: .tools/uv ## resolve the dependencies anew
	$(UV) lock --upgrade

clean: ## remove what make has made; data in var/ stay
	rm -rf .venv .tools .cache dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results
	find $(CHECKED) -name __pycache__ -type d -prune -exec rm -rf {} +

.tools/uv:
	@mkdir -p .tools
	@command -v uv > /dev/null || { \
		$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || tests/support/provision.sh --venv; \
		$(PYTHON) -m venv .tools && .tools/bin/pip install --quiet 'uv>=$(UV_VERSION),<1'; }
	@touch $@

.venv/.ready: pyproject.toml uv.lock | .tools/uv
	$(SYNC) --extra postgres
	@touch $@ .venv/.ready-to-run

# Only what runs; a working place that has more keeps it.
.venv/.ready-to-run: pyproject.toml uv.lock | .tools/uv
	$(SYNC) --extra postgres --no-dev --inexact
	@touch $@
