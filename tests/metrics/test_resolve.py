"""Metrics by name, config and shape."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import losses, metrics
from saccade.core._errors import ConfigError
from saccade.core._registry import custom_object_scope
from saccade.metrics import resolve, shape_dependent_loss

SHAPES = {
    "binary": ((5,), (5, 1)),
    "binary column": ((5, 1), (5, 1)),
    "sparse": ((5,), (5, 3)),
    "sparse column": ((5, 1), (5, 3)),
    "sparse grid": ((5, 4, 4), (5, 4, 4, 3)),
    "categorical": ((5, 3), (5, 3)),
}
ACCURACIES = {
    "binary": metrics.BinaryAccuracy,
    "sparse": metrics.SparseCategoricalAccuracy,
    "categorical": metrics.CategoricalAccuracy,
}


@pytest.mark.parametrize("word", ["acc", "accuracy", "Accuracy"])
@pytest.mark.parametrize("kind", SHAPES)
def test_accuracy_follows_the_shapes(word: str, kind: str) -> None:
    target, output = (np.zeros(shape) for shape in SHAPES[kind])
    metric = resolve(word, target, output)
    assert type(metric) is ACCURACIES[kind.split()[0]]
    assert metric.name == word


@pytest.mark.parametrize("kind", SHAPES)
def test_crossentropy_follows_the_shapes(kind: str) -> None:
    target, output = (np.zeros(shape) for shape in SHAPES[kind])
    metric = resolve("ce", target, output)
    loss = shape_dependent_loss("ce", target, output)
    assert isinstance(metric, metrics.MeanMetricWrapper)
    assert isinstance(loss, losses.LossFunctionWrapper)
    assert metric._fn is loss.fn
    assert kind.split()[0] in loss.fn.__name__
    assert metric.name == loss.name == "ce"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mse", metrics.MeanSquaredError),
        ("MAE", metrics.MeanAbsoluteError),
        ("mean_squared_error", metrics.MeanSquaredError),
        ("AUC", metrics.AUC),
        ("auc", metrics.AUC),
        ("top_k_categorical_accuracy", metrics.TopKCategoricalAccuracy),
        ("sparse_categorical_accuracy", metrics.SparseCategoricalAccuracy),
        ("binary_crossentropy", metrics.BinaryCrossentropy),
        ("bce", metrics.BinaryCrossentropy),
        ("huber", metrics.MeanMetricWrapper),
        ("Precision", metrics.Precision),
    ],
)
def test_names_stay_in_the_logs(name: str, expected: type) -> None:
    metric = resolve(name, None, np.zeros((5, 3)))
    assert type(metric) is expected
    assert metric.name == name


def test_objects_classes_and_functions() -> None:
    output = np.zeros((5, 3))
    own = metrics.Recall(name="mine")
    assert resolve(own, None, output) is own
    assert own.name == "mine"
    assert resolve(metrics.F1Score, None, output).name == "f1_score"
    assert resolve(losses.mean_squared_error, None, output).name == "mean_squared_error"
    assert resolve(losses.Huber(), None, output).name == "huber_loss"

    def RootError(t: object, p: object) -> object:
        return p

    wrapped = resolve(RootError, None, output)
    assert wrapped.name == "root_error"
    assert isinstance(wrapped, metrics.MeanMetricWrapper)
    with custom_object_scope({"RootError": RootError}):
        assert metrics.get("RootError") is RootError
    assert metrics.get(None) is None


@pytest.mark.parametrize("name", ["f1_score", "r2_score"])
def test_state_exists_before_the_first_batch(name: str) -> None:
    metric = resolve(name, np.zeros((5, 3)), np.zeros((5, 3)))
    assert {v.shape for v in metric.variables} >= {(3,)}
    assert resolve(name, None, np.zeros((5, 2))).variables[-1].shape == (2,)


def test_unknown_names() -> None:
    output = np.zeros((5, 3))
    with pytest.raises(ConfigError, match="metric: unknown name 'acuracy'") as e:
        resolve("acuracy", None, output)
    assert "did you mean 'accuracy'?" in str(e.value)
    with pytest.raises(ValueError, match="expected a name"):
        metrics.get(3)
    with pytest.raises(ConfigError, match="expected a metric, got None"):
        resolve(None, None, output)
    with pytest.raises(ConfigError, match="unknown name 'Nothing'"):
        metrics.deserialize({"class_name": "Nothing", "config": {}})
