# Two commands: `make run` checks every plan that has a claim, `make test` runs the whole test suite.
# They need Python 3.11 or newer with venv and pip, and make.
PYTHON ?= python3
VENV ?= .venv
# The seed of the README's tables; SEED= draws a fresh one.
SEED ?= 20261124
# What `make test` runs; all of it where nothing is named.
TESTS ?=
BIN = $(VENV)/bin
INSTALLED = $(VENV)/.installed

.PHONY: run test lint thresholds bench clean

run: $(INSTALLED)
	$(BIN)/resilience-sim check $(if $(SEED),--seed $(SEED)) --out out

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

thresholds: $(INSTALLED)
	$(BIN)/resilience-sim check --baseline benchmarks/thresholds/ledger.yaml --junit out/thresholds.xml --summary out/thresholds.md

bench: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[benchmark]"
	$(BIN)/python -m benchmarks

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test,lint,notebooks,cjk]"
	touch $@

clean:
	rm -rf out $(VENV)
