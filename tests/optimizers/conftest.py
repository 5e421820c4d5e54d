"""The values that Keras gave, for tests that run without Keras."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from saccade import Variable, optimizers


@dataclass
class Recorded:
    arrays: dict[str, np.ndarray]
    cases: list[dict[str, Any]]
    schedules: list[tuple[str, dict[str, Any]]]
    names: tuple[str, ...] = ("kernel", "bias", "filters")

    def weights(self) -> list[Variable]:
        return [Variable(self.arrays[f"first/{n}"], name=n) for n in self.names]

    def gradients(self, step: int) -> list[np.ndarray]:
        return [self.arrays[f"gradients/{n}"][step - 1] for n in self.names]

    def optimizer(self, number: int) -> optimizers.Optimizer:
        case = self.cases[number]
        config = dict(case["config"])
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            cls = getattr(optimizers.schedules, rate["class_name"])
            config["learning_rate"] = cls(**rate["config"])
        return getattr(optimizers, case["class_name"])(**config)


def load() -> Recorded:
    file = Path(__file__).parents[1] / "data" / "optimizers.npz"
    with np.load(file) as data:
        arrays = dict(data)
    cases = json.loads(str(arrays.pop("cases")))
    schedules = json.loads(str(arrays.pop("schedules")))
    return Recorded(arrays, cases, schedules)


@pytest.fixture(scope="session")
def recorded() -> Recorded:
    return load()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture, entries in (("case", "cases"), ("rates_case", "schedules")):
        if fixture in metafunc.fixturenames:
            listed = getattr(load(), entries)
            ids = [_label(entry) for entry in listed]
            metafunc.parametrize(fixture, range(len(listed)), ids=ids)


def _label(entry: dict[str, Any] | tuple[str, dict[str, Any]]) -> str:
    name, config = (
        (entry["class_name"], entry["config"]) if isinstance(entry, dict) else entry
    )
    return "-".join([name, *config])
