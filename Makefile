# The commands of README.md; each sets up what it needs.
PYTHON := .venv/bin/python

.PHONY: all setup demo story test test-kernel nightly lint bench clean
all: lint test

setup:
	@provisioning/setup.sh

demo: setup
	@$(PYTHON) -m provisioning.cli demo

story: setup
	@$(PYTHON) -m provisioning.cli story

# A third of what tests take is waiting, so three at once keep two cores busy.
test: setup
	@$(PYTHON) -m pytest -q -n 3 --dist loadgroup --durations=40 tests

# Our drivers on a real kernel's cameras, adapters, keyboards and printers, in a virtual machine.
test-kernel: setup
	@tests/kernel/prepare.sh || true
	@DANGXIA_KERNEL=host $(PYTHON) -m pytest -q tests/kernel

# What is too long for every change: many more histories of a town, many more spoilt segments.
nightly: setup
	@DANGXIA_HISTORIES=50000 DANGXIA_INPUTS=100000 $(PYTHON) -m pytest -q -n 2 \
		tests/sync/simulator tests/sync/fuzz

lint: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@$(PYTHON) -m pytest -q tests/test_architecture.py tests/kiosk_ui/test_templates.py

bench: setup
	@$(PYTHON) -m tests.bench

clean:
	rm -rf var build .mypy_cache .ruff_cache .pytest_cache .hypothesis
