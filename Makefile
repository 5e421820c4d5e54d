# make demo   sets everything up and trains LeNet-5 on real handwritten digits
# make test   sets everything up and runs the tests
# make bench  measures saccade beside Keras and PyTorch (installs them: large)
# make lint   checks style, types and the size of modules
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test bench lint clean
.DELETE_ON_ERROR:

demo: $(VENV)/demo.stamp
	$(BIN)/python examples/lenet_digits.py --out build/demo

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n auto --dist worksteal --durations=15

lint: $(VENV)/test.stamp
	BIN=$(BIN) sh scripts/lint

bench: $(VENV)/bench.stamp
	$(BIN)/python -m benchmarks.run

$(BIN)/python:
	$(PYTHON) scripts/check_python.py
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: $(BIN)/python pyproject.toml
	$(PIP) -e '.[plot]'
	@touch $@

$(VENV)/test.stamp: $(BIN)/python pyproject.toml
	$(PIP) -e '.[dev,parity]'
	@touch $@ $(VENV)/demo.stamp

$(VENV)/bench.stamp: $(VENV)/test.stamp
	$(PIP) -r benchmarks/requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache
