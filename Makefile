# `make help` lists what can be done. PORT, YUEMIAN_DATA and every other setting come from the environment.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
ARGS ?=
# Bytecode is kept, whatever the environment says: the suite and `up` start Python dozens of times.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/dev.stamp ## Install everything a developer needs

.PHONY: up
up: $(VENV)/runtime.stamp ## Start Yuemian: database, web, worker (stop with Ctrl-C)
	@exec $(BIN)/yuemian up $(ARGS)

.PHONY: demo
demo: $(VENV)/runtime.stamp ## Start Yuemian with fresh demo data of its own
	@rm -rf var/demo && YUEMIAN_DATA=$(CURDIR)/var/demo exec $(BIN)/yuemian up $(ARGS)

# Four processes for two cores: the journeys often wait, for a page, a mail or a minute.
.PHONY: test
test: $(VENV)/dev.stamp ## Run the tests (ARGS="tests/postgres -k restart" chooses)
	@tools/system-packages.sh
	@$(BIN)/python -m pytest -q $(if $(ARGS),$(ARGS),-n 4 --dist loadfile --no-loadscope-reorder)

.PHONY: check
check: lint ## Run everything a change must pass
	@$(MAKE) --no-print-directory --jobs=5 types layers migrations messages-check test

.PHONY: lint
lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

.PHONY: types
types: $(VENV)/dev.stamp
	@$(BIN)/mypy --no-error-summary

.PHONY: layers
layers: $(VENV)/dev.stamp
	@$(BIN)/lint-imports >$(VENV)/layers.log 2>&1 || { cat $(VENV)/layers.log; exit 1; }

.PHONY: migrations
migrations: $(VENV)/dev.stamp
	@$(BIN)/yuemian manage makemigrations --check --dry-run --verbosity 0 || \
	  { echo "The models have changed: run '$(BIN)/yuemian manage makemigrations' and commit the result." >&2; exit 1; }

.PHONY: messages-check
messages-check: $(VENV)/dev.stamp
	@$(BIN)/python -m yuemian.ui.catalogue check

.PHONY: messages
messages: $(VENV)/dev.stamp ## Collect new texts into the catalogues, to be translated
	@$(BIN)/python -m yuemian.ui.catalogue sync

.PHONY: bench
bench: $(VENV)/dev.stamp ## Measure and record the speed of the main paths
	@$(BIN)/python -m bench $(ARGS)

.PHONY: chaos
chaos: $(VENV)/dev.stamp ## Kill processes at random for long
	@CHAOS=long $(BIN)/python -m pytest -q -m chaos $(ARGS)

.PHONY: lock
lock: ## Refresh the locked dependencies (needs uv)
	@requirements/lock.sh --upgrade

.PHONY: clean
clean: ## Remove the environment and caches; the data in var/ stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || \
	  { echo "Python 3.11 or newer is needed: install it, or name one with PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is $$($(PYTHON) --version 2>&1); Yuemian needs 3.11 or newer: name one with PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing; install it with: apt-get install python3-venv" >&2; exit 1; }
	@echo "Creating the virtual environment …" >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: requirements/runtime.lock pyproject.toml | $(BIN)/python
	@echo "Installing Yuemian …" >&2
	@$(PIP) install --require-hashes --no-deps --no-compile -r requirements/runtime.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock $(VENV)/runtime.stamp
	@echo "Installing the developer's tools …" >&2
	@$(PIP) install --require-hashes --no-deps --no-compile -r requirements/dev.lock
	@touch $@
