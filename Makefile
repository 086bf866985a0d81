# Every target makes its own virtual environment; nothing is installed outside .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-all lint bench coverage clean

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: $(VENV)/.ready
	-@$(BIN)/hegui check evidence/sample-firm/infrastructure

test: $(VENV)/.ready
	$(BIN)/python -m pytest -m "not slow"
	$(BIN)/hegui test

test-all: $(VENV)/.ready
	$(BIN)/python -m pytest
	$(BIN)/hegui test --mutate

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hegui lint

coverage: $(VENV)/.ready
	$(BIN)/hegui coverage -f page --language zh > docs/reference/coverage.md

bench: $(VENV)/.ready
	$(BIN)/python -m tests.bench.run $(if $(CORPUS),--corpus $(CORPUS))
	$(BIN)/python -m tests.bench.bundle

clean:
	rm -rf $(VENV) .bench-venv bench-corpus .pytest_cache .mypy_cache .ruff_cache
