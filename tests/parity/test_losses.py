"""Losses beside Keras' own: signatures, configs, names, and drawn inputs."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from saccade import losses
from saccade.losses import LossFunctionWrapper

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

NAMES = sorted(name for name in dir(keras.losses) if not name.startswith("_"))
CLASSES = [
    name
    for name in NAMES
    if inspect.isclass(getattr(keras.losses, name)) and name != "Loss"
]


def test_every_name_is_there() -> None:
    assert not [name for name in NAMES if not hasattr(losses, name)]


@pytest.mark.parametrize("name", CLASSES)
def test_config_and_serialised_form(name: str) -> None:
    own, theirs = getattr(losses, name)(), getattr(keras.losses, name)()
    assert own.get_config() == theirs.get_config()
    if name == "CategoricalGeneralizedCrossEntropy":
        return  # Keras writes this one in a form that it cannot read.
    form = keras.losses.serialize(theirs)
    assert losses.serialize(own) == form
    again = keras.losses.deserialize(losses.serialize(own))
    assert type(again) is type(theirs)
    assert losses.deserialize(form).get_config() == own.get_config()


@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (2, 5, 3), (2, 3, 3, 2)])
@pytest.mark.parametrize("dtype", ["float32", "uint8", "int64", "bool", "float16"])
@pytest.mark.parametrize(
    "name",
    ["MeanSquaredError", "MeanAbsoluteError", "BinaryCrossentropy", "Dice", "Hinge"],
)
def test_shapes_and_types(name: str, shape: tuple[int, ...], dtype: str) -> None:
    rng = np.random.default_rng(8)
    y_true = rng.integers(0, 2, shape).astype(dtype)
    y_pred = rng.uniform(0.1, 0.9, shape).astype("float32")
    weight = rng.uniform(size=(*shape[:-1],)).astype("float32")
    for w in (None, weight):
        found = getattr(losses, name)()(y_true, y_pred, w)
        if found.shape:
            continue
        expected = getattr(keras.losses, name)()(y_true, y_pred, w)
        np.testing.assert_allclose(found, expected, 1e-5, 1e-6)


@pytest.mark.parametrize("classes", [2, 10, 300])
@pytest.mark.parametrize("dtype", ["int32", "uint16", "float32"])
def test_sparse_crossentropy_of_many_classes(classes: int, dtype: str) -> None:
    rng = np.random.default_rng(9)
    y_true = rng.integers(0, classes, 20).astype(dtype)
    y_pred = rng.dirichlet(np.full(classes, 0.1), 20).astype("float32")
    for logits in (False, True):
        config = {"from_logits": logits}
        found = losses.SparseCategoricalCrossentropy(**config)(y_true, y_pred)
        theirs = keras.losses.SparseCategoricalCrossentropy(**config)
        np.testing.assert_allclose(found, theirs(y_true, y_pred), 1e-5)


@pytest.mark.parametrize("name", ["mse", "bce", "KLD", "Huber", "huber"])
def test_names_in_compile(name: str) -> None:
    from keras.src.trainers.compile_utils import get_loss

    y = np.zeros((3, 4))
    own = losses.resolve(name, y, y)
    assert isinstance(own, LossFunctionWrapper)
    assert own.name == get_loss(name, y, y).name
