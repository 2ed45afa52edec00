# One verb each. `make` alone prints them. Needs Python 3.11 or later, make and git; the rest comes into .venv.

PORT ?= 8000
SITE ?= site
PYTHON ?=
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
QUALITY := tests/quality/node_modules/.package-lock.json
EDITOR := assets/editor/node_modules/.package-lock.json
# On a terminal pip shows how far it is; elsewhere it is quiet.
PIP := $(BIN)/python -m pip install --disable-pip-version-check $$(test -t 2 || echo --quiet)
NPM := $(BIN)/npm --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error --prefix
PROCESSES ?= 3
PARALLEL := --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --upgrade

.DEFAULT_GOAL := help
.PHONY: help install serve test test-long lint format bench screenshots docs assets lock clean

help: ## Print the targets
	@echo 'Usage: make TARGET'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/core.stamp ## Make .venv with the program and all that it needs

serve: $(VENV)/core.stamp ## Serve a site, on the first run a demonstration (PORT=8000 SITE=site)
	@test -e '$(SITE)/westmarch.toml' || { echo 'Making a demonstration in $(SITE)/'; $(BIN)/westmarch --site '$(SITE)' init --demo > /dev/null; }
	@$(BIN)/westmarch --site '$(SITE)' serve --port '$(PORT)'

# Processes share the tests by files, in the order of tests/conftest.py. They are one more than two processors, as many
# tests wait: for a database, a server, a browser or the time. Pytest ends with 5 where ARGS leaves nothing to run.
test: $(VENV)/test.stamp $(QUALITY) ## Run all tests but the long ones (ARGS="-k name" PROCESSES=3)
	$(BIN)/python -m pytest -m 'not long' $(PARALLEL) $(ARGS) || test $$? -eq 5

test-long: $(VENV)/test.stamp $(VENV)/wapiti.stamp $(QUALITY) ## Run the long tests
	$(BIN)/python -m pytest -m long $(ARGS)

lint: $(VENV)/dev.stamp ## Check style, types and that the generated docs are up to date
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python docs/generate.py --check

format: $(VENV)/dev.stamp ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/test.stamp ## Measure, and print the tables
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(VENV)/test.stamp ## Take pictures of all pages, for eyes (ARGS="--only post --width 360")
	$(BIN)/python -m screenshots $(ARGS)

docs: $(VENV)/core.stamp ## Write the generated parts of the docs
	$(BIN)/python docs/generate.py

# The output is kept in the repository: only who changes the editor needs this.
assets: $(EDITOR) ## Build the editor of texts into the package
	$(BIN)/node assets/editor/build.js

lock: $(VENV)/dev.stamp ## Lock the newest versions within the ranges of pyproject.toml
	$(LOCK) pyproject.toml --output-file requirements/core.txt
	$(LOCK) pyproject.toml --all-extras --group test --constraint requirements/core.txt \
		--output-file requirements/test.txt
	$(LOCK) pyproject.toml --all-extras --group test --group dev --constraint requirements/test.txt \
		--output-file requirements/dev.txt
	echo 'wapiti3>=3.2.3,<4' | $(LOCK) - --output-file requirements/wapiti.txt
	$(NPM) tests/quality update --package-lock-only --omit-lockfile-registry-resolved

clean: ## Remove .venv, caches and what was built; sites stay
	rm -rf $(VENV) tests/quality/node_modules assets/editor/node_modules build dist .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find src tests docs benchmarks screenshots -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A stamp says which lock was installed last, so that a second run has nothing to do.

define CHOOSE_PYTHON
for python in '$(PYTHON)' python3 python3.14 python3.13 python3.12 python3.11; do \
  test -n "$$python" || continue; \
  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { lacking="$$python"; continue; }; \
  echo "Making $(VENV) with $$("$$python" --version)"; \
  "$$python" -m venv --clear $(VENV) && exit 0; \
  exit 1; \
done; \
if test -n "$$lacking"; then \
  echo "$$lacking has no venv module. Install it (on Debian and Ubuntu: apt install python3-venv) and try again." >&2; \
else \
  echo 'Python 3.11 or later was not found. Install it, or name one: make PYTHON=/path/to/python3' >&2; \
fi; \
exit 1
endef

$(BIN)/python:
	@$(CHOOSE_PYTHON)

$(VENV)/core.stamp: $(BIN)/python requirements/core.txt pyproject.toml
	@echo "Installing what the program needs: $$(grep -c == requirements/core.txt) packages (this takes a minute or a few)"
	@$(PIP) --require-hashes --requirement requirements/core.txt
	@$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/test.stamp: $(VENV)/core.stamp requirements/test.txt
	@echo 'Installing what the tests need'
	@$(PIP) --require-hashes --requirement requirements/test.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/test.stamp requirements/dev.txt
	@echo 'Installing what the checks need'
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@touch $@

# A scanner that wants other versions of what the program is built on: it has an environment of its own.
$(VENV)/wapiti.stamp: $(VENV)/core.stamp requirements/wapiti.txt
	@echo 'Installing the scanner of the long tests'
	@$(BIN)/python -m venv $(VENV)/wapiti
	@$(VENV)/wapiti/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements/wapiti.txt
	@touch $@

$(EDITOR): assets/editor/package-lock.json | $(VENV)/test.stamp
	@echo 'Fetching what the editor is built of'
	@$(NPM) assets/editor ci && touch $@

$(QUALITY): tests/quality/package-lock.json | $(VENV)/test.stamp
	@echo 'Fetching the checkers of pages'
	@$(NPM) tests/quality ci && touch $@ || echo 'They cannot be had now: the tests that need them will be skipped.' >&2
