# 安澜 Anlan. `make run` starts the demonstration city; `make test` runs the suite; `make help` lists the rest.

VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 8000
TLS ?=
JOBS ?= auto
PYTEST_ARGS ?=
BENCH ?= chain
BIN = $(VENV)/bin
REQUIREMENTS = $(VENV)/.requirements
PACKAGE = $(VENV)/.package
# In the order of testpaths: the longest journeys first, so that no core waits for them at the end.
PYTEST = $(BIN)/pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder
ASSETS = $(shell find frontend -type f) build.mjs package.json package-lock.json

# Compiled modules are kept beside the environment, also where the caller's Python writes none: it
# halves the start of every command, worker and test.
PYTHONDONTWRITEBYTECODE =
PYTHONPYCACHEPREFIX = $(abspath $(VENV))/bytecode

export VENV PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX
ifdef DATABASE_URL
export DATABASE_URL
endif

.PHONY: help run setup test test-all check format bench walk assets screenshots query-counts access-matrix lock clean

help: ## what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(PACKAGE) ## the demonstration city at 127.0.0.1:8000 (HOST=0.0.0.0 for phones, TLS=1 for their cameras)
	@ANLAN_DEMONSTRATION=1 $(BIN)/anlan serve --setup --host $(HOST) --port $(PORT) $(if $(filter-out 0,$(TLS)),--tls)

setup: $(PACKAGE) ## tables, codes, rules and item bank, without the demonstration city
	@$(BIN)/anlan setup

test: $(PACKAGE) ## the whole suite (DATABASE_URL=… for another database, PYTEST_ARGS=… for a part)
	$(PYTEST) -m "not long" $(PYTEST_ARGS)

test-all: $(PACKAGE) ## the suite with its fault and load rounds
	$(PYTEST) $(PYTEST_ARGS)

check: $(PACKAGE) ## form, types, floors, house rules, migrations, documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy src/anlan tests scripts conftest.py hatch_build.py
	$(BIN)/pytest -q tests/house

format: $(PACKAGE) ## put the code into its form
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format -q .

bench: $(PACKAGE) ## measure: one JSON object with units in its keys (BENCH=name)
	@$(BIN)/anlan bench $(BENCH) --json

walk: $(PACKAGE) ## one class through the whole chain, in a temporary database
	@$(BIN)/anlan walk

assets: $(PACKAGE) ## build the pages' CSS, JavaScript, icons and fonts

screenshots: $(PACKAGE) ## take the README's pictures from the running product
	$(BIN)/python scripts/screenshots.py

query-counts: $(PACKAGE) ## write tests/house/query_counts.json anew, after looking at why it rose
	ANLAN_WRITE_QUERY_COUNTS=1 $(BIN)/pytest -q -p no:xdist -m "not long and not journey" $(PYTEST_ARGS)

access-matrix: $(PACKAGE) ## write tests/house/access_matrix.json anew, after looking at why it changed
	ANLAN_WRITE_ACCESS_MATRIX=1 $(BIN)/pytest -q -p no:xdist tests/house/test_access_matrix.py

lock: $(REQUIREMENTS) ## write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --extra dev -q -o requirements.lock pyproject.toml
	$(BIN)/python scripts/licences.py

clean: ## remove what was built; data in var/ stays
	rm -rf $(VENV) node_modules src/anlan/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(REQUIREMENTS): requirements.lock scripts/environment.sh
	@scripts/environment.sh requirements
	@touch $@

$(PACKAGE): $(REQUIREMENTS) pyproject.toml hatch_build.py $(ASSETS)
	@scripts/environment.sh package
	@touch $@
