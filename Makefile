PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-train lint leaderboards

demo: $(VENV)/installed
	$(BIN)/cbs-bench demo --out demo

test: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "not train" --numprocesses 2 --dist loadfile

test-train: $(VENV)/train
	$(BIN)/pytest -m train

lint: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/dev: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

$(VENV)/train: $(VENV)/dev
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet --editable '.[train]'
	touch $@

# The tables of both READMEs, from the results that are committed.
leaderboards: $(VENV)/installed
	$(BIN)/cbs-bench report leaderboards/results --fill README.md leaderboards/README.md
