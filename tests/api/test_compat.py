"""The table of Keras' names is current, and says what is true."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def script():
    spec = importlib.util.spec_from_file_location("compat", ROOT / "scripts/compat.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_current() -> None:
    text = (ROOT / "docs" / "compat.md").read_text(encoding="utf-8")
    assert text == script().render(), "run `python scripts/compat.py`"


def test_states() -> None:
    state = script().state
    assert state("keras.layers", "Dense", "CORE") == ("done", "")
    assert state("keras.applications", "nothing", "CV") == ("planned", "")
    assert state("keras.quantizers", "get", "OUT") == ("refused", "quantization")


def test_operations_are_all_there() -> None:
    names = json.loads((ROOT / "tests/data/keras_api.json").read_text())
    state = script().state
    for place in ("keras.ops", "keras.ops.nn", "keras.ops.numpy", "keras.ops.linalg"):
        for name, entry in names[place].items():
            if entry["grade"] != "OUT":
                assert state(place, name, entry["grade"])[0] == "done", name


def test_each_test_of_keras_that_does_not_pass_has_a_reason() -> None:
    results = json.loads((ROOT / "tests/conformance/results.json").read_text())
    for area, entry in results.items():
        told = sum(part["tests"] for part in entry["rest"])
        assert entry["passed"] + told == entry["total"], area
