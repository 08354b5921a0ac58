.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help setup demo sandbox check test test-browser bench lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(READY): requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: install it, or call make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11: call make PYTHON=/path/to/a/newer/python3"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

setup: $(READY) ## Create .venv from the lock

demo: $(READY) ## Run a simulated month end to end on invented data
	$(BIN)/affiliate-ops demo

sandbox: $(READY) ## Run the outside world in small until Ctrl-C
	$(BIN)/affiliate-ops sandbox --creators 20

check: $(READY) ## Format, lint, types and contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

test: $(READY) ## Every test that needs nothing but Python
	$(BIN)/python -m pytest -n 2 --durations=10

test-browser: $(READY) ## Tests of the pages in Chromium
	$(BIN)/python -m pytest -m browser

bench: $(READY) ## Measure; prints what it measured
	$(BIN)/python -m benchmarks

lock: ## Pin every dependency anew, with hashes (needs uv)
	uv pip compile pyproject.toml --extra postgres --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements.lock

clean: ## Remove what was made
	rm -rf .venv var
