"""Metrics beside Keras' own: signatures, configs, variables, and names in logs."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from saccade import metrics

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

PLANNED = {
    "ConcordanceCorrelation",
    "PearsonCorrelation",
    "concordance_correlation",
    "pearson_correlation",
}
NAMES = sorted(
    name
    for name in dir(keras.metrics)
    if not name.startswith("_") and name not in PLANNED
)
NEEDED: dict[str, Any] = {
    "num_classes": 4, "target_class_ids": [0, 1], "specificity": 0.4,
    "sensitivity": 0.4, "recall": 0.4, "precision": 0.4,
}  # fmt: skip
CLASSES = [
    name
    for name in NAMES
    if inspect.isclass(getattr(keras.metrics, name))
    and name not in ("Metric", "MeanMetricWrapper")
]


def _needed(name: str) -> dict[str, Any]:
    parameters = inspect.signature(getattr(keras.metrics, name)).parameters
    return {
        key: value
        for key, value in NEEDED.items()
        if key in parameters and parameters[key].default is inspect.Parameter.empty
    }


def test_every_name_is_there() -> None:
    assert not [name for name in NAMES if not hasattr(metrics, name)]


@pytest.mark.parametrize("name", CLASSES)
def test_config_variables_and_name(name: str) -> None:
    keras.utils.clear_session()
    config = {"name": "m", **_needed(name)}
    own = getattr(metrics, name)(**config)
    theirs = getattr(keras.metrics, name)(**config)
    assert own.get_config() == theirs.get_config()
    assert [v.path for v in own.variables] == [v.path for v in theirs.variables]
    assert [v.shape for v in own.variables] == [v.shape for v in theirs.variables]
    assert [v.dtype for v in own.variables] == [v.dtype for v in theirs.variables]
    form = keras.metrics.serialize(theirs)
    assert metrics.serialize(own) == form
    assert metrics.deserialize(form).get_config() == own.get_config()


@pytest.mark.parametrize(
    ("target", "output"),
    [((5,), (5, 1)), ((5, 1), (5, 1)), ((5,), (5, 3)), ((5, 1), (5, 3)),
     ((5, 3), (5, 3)), ((5, 2, 2), (5, 2, 2, 3)), ((5, 2, 2, 1), (5, 2, 2, 3))],
)  # fmt: skip
@pytest.mark.parametrize("word", ["acc", "accuracy", "mse", "AUC", "Precision"])
def test_names_and_kinds_in_compile(
    word: str, target: tuple[int, ...], output: tuple[int, ...]
) -> None:
    from keras.src.trainers.compile_utils import get_metric

    y_true, y_pred = np.zeros(target), np.zeros(output)
    own = metrics.resolve(word, y_true, y_pred)
    theirs = get_metric(word, y_true, y_pred)
    assert (own.name, type(own).__name__) == (theirs.name, type(theirs).__name__)


@pytest.mark.parametrize("name", ["SparseCategoricalAccuracy", "BinaryAccuracy"])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "bool"])
def test_types_of_targets(name: str, dtype: str) -> None:
    rng = np.random.default_rng(10)
    shape = (30,) if name.startswith("Sparse") else (30, 4)
    y_true = rng.integers(0, 2, shape).astype(dtype)
    y_pred = rng.uniform(size=(30, 4)).astype("float32")
    own, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    np.testing.assert_allclose(own(y_true, y_pred), theirs(y_true, y_pred), 1e-6)
