# Thin lines: each target calls the tool that does the work. Everything is installed into $(VENV), nothing elsewhere.
PYTHON ?= python3
VENV ?= .venv
DEMO_PORT ?= 8000
GATE_PORT ?= 8100
DATA ?= demo-data
ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The virtual environment's Node first: there is one where the machine has none.
NPM := cd collector_js && PATH="$(abspath $(BIN)):$$PATH" npm
# Of all that pip tells, one name for each package, as it comes; the rest is in install.log, and shown where it fails.
NAMES := while read -r what name rest; do [ "$$what" != Collecting ] || printf ' %s' "$${name%%[!A-Za-z0-9._-]*}"; done; echo
PACKAGING := pyproject.toml validator/build_hook.py

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench zoo docs calibrate build clean

help: ## Lists the targets.
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/'

demo: $(VENV)/installed build ## Starts the demo site and the gate. DEMO_PORT, GATE_PORT and DATA change where.
	@exec $(BIN)/hushgate demo --demo-port $(DEMO_PORT) --gate-port $(GATE_PORT) --data $(DATA)

test: $(VENV)/installed-dev build collector_js/node_modules/.package-lock.json ## Runs every test; ARGS go to pytest.
	$(NPM) run test
	$(NPM) run test:browser
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/installed-dev collector_js/node_modules/.package-lock.json ## Checks style, types and the direction of imports.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(NPM) run lint

bench: $(VENV)/installed-dev build ## Measures the collector beside fpscanner in a real browser, and the gate against a bare Flask route.
	PYTHONPATH=tests $(BIN)/python -m bench $(ARGS)

zoo: $(VENV)/installed-zoo tests/zoo/node_modules/.package-lock.json ## Runs real bots and people against the demo; writes docs/detection.md.
	PATH="$(abspath $(BIN)):$$PATH" PYTHONPATH=tests $(BIN)/python -m zoo $(ARGS)

docs: $(VENV)/installed ## Writes CHECKS.md and SETTINGS.md.
	$(BIN)/hushgate docs

calibrate: $(VENV)/installed-dev build ## Counts again what each check is worth, then writes CHECKS.md.
	PYTHONPATH=tests $(BIN)/python -m population calibrate
	$(BIN)/hushgate docs

build: $(VENV)/made ## Builds the collector and the address data, where their sources have changed.
	@$(BIN)/python validator/build_hook.py

clean: ## Removes what was built and installed; leaves the demo's data.
	rm -rf $(VENV) dist collector_js/dist collector_js/node_modules validator/hushgate/web/static validator/hushgate/geo/db
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# pip hides what a build hook prints, so the hook is run by itself, in sight, and finds its work done when pip calls it.
$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "hushgate: $(PYTHON) is older than 3.11. Name another: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "hushgate: $(PYTHON) cannot make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "hushgate: making $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet "hatchling>=1.27" editables
	$(PIP) install --quiet pip $$($(BIN)/python validator/build_hook.py requirements)
	@touch $@

$(VENV)/installed: $(PACKAGING) | $(VENV)/made
	@$(BIN)/python validator/build_hook.py
	@echo "hushgate: installing the package and what it needs (once; about a minute, some of it in silence)"
	@rm -f $@
	@{ $(PIP) install --no-build-isolation --editable . 2>&1 && touch $@; } | tee $(VENV)/install.log | $(NAMES)
	@test -f $@ || { cat $(VENV)/install.log >&2; exit 1; }

$(VENV)/installed-dev: $(VENV)/installed
	@echo "hushgate: installing the tools for tests and checks (once)"
	$(PIP) install --quiet --no-build-isolation --editable ".[dev]"
	@touch $@

$(VENV)/installed-zoo: $(VENV)/installed-dev
	@echo "hushgate: installing the zoo's tools (once)"
	$(PIP) install --quiet --no-build-isolation --editable ".[zoo]"
	@touch $@

tests/zoo/node_modules/.package-lock.json: tests/zoo/package-lock.json | $(VENV)/made
	cd tests/zoo && PATH="$(abspath $(BIN)):$$PATH" npm ci --ignore-scripts --no-fund --no-audit
	@touch $@

collector_js/node_modules/.package-lock.json: collector_js/package-lock.json | $(VENV)/made
	$(NPM) install --no-save --ignore-scripts --no-fund --no-audit
	@touch $@
