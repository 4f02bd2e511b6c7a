# The commands of README.md; each sets up what it needs.
PYTHON := .venv/bin/python

.PHONY: all setup demo story test lint bench clean
all: lint test

setup:
	@provisioning/setup.sh

demo: setup
	@$(PYTHON) -m provisioning.cli demo

story: setup
	@$(PYTHON) -m provisioning.cli story

test: setup
	@$(PYTHON) -m pytest -q -n 2 --dist loadgroup tests

lint: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@$(PYTHON) -m pytest -q tests/test_architecture.py tests/kiosk_ui/test_templates.py

bench: setup
	@$(PYTHON) -m tests.bench

clean:
	rm -rf var build .mypy_cache .ruff_cache .pytest_cache .hypothesis
