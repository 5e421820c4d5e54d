"""Losses by name and config."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import losses
from saccade.core._errors import ConfigError
from saccade.core._registry import custom_object_scope
from saccade.losses import as_loss, resolve


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mse", losses.mean_squared_error),
        ("MSE", losses.mean_squared_error),
        ("mae", losses.mean_absolute_error),
        ("MAPE", losses.mean_absolute_percentage_error),
        ("msle", losses.mean_squared_logarithmic_error),
        ("kld", losses.kl_divergence),
        ("kullback_leibler_divergence", losses.kl_divergence),
        ("bce", losses.binary_crossentropy),
        ("logcosh", losses.log_cosh),
        ("sparse_categorical_crossentropy", losses.sparse_categorical_crossentropy),
    ],
)
def test_functions_by_name(name: str, expected: object) -> None:
    assert losses.get(name) is expected
    loss = as_loss(name)
    assert loss is not None
    assert loss.name == name


def test_classes_objects_and_none() -> None:
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)
    assert isinstance(losses.get(losses.Huber), losses.Huber)
    loss = losses.Huber(delta=2.0)
    assert losses.get(loss) is loss
    assert as_loss(loss) is loss
    assert losses.get(None) is None
    assert as_loss(None) is None


def test_own_functions() -> None:
    def own_error(t: object, p: object) -> object:
        return p

    loss = as_loss(own_error)
    assert loss is not None
    assert loss.name == "own_error"
    with custom_object_scope({"own_error": own_error}):
        assert losses.get("own_error") is own_error
        assert losses.deserialize(losses.serialize(own_error)) is own_error


def test_unknown_names() -> None:
    with pytest.raises(
        ConfigError, match="unknown name 'categorical_crossentropi'"
    ) as e:
        losses.get("categorical_crossentropi")
    assert "did you mean 'categorical_crossentropy'?" in str(e.value)
    with pytest.raises(ValueError, match="expected a name"):
        losses.get(3)


@pytest.mark.parametrize("word", ["ce", "crossentropy", "CE"])
def test_crossentropy_follows_the_shapes(word: str) -> None:
    def chosen(target: tuple[int, ...], output: tuple[int, ...]) -> object:
        loss = resolve(word, np.zeros(target), np.zeros(output))
        assert isinstance(loss, losses.LossFunctionWrapper)
        assert loss.name == word
        return loss.fn

    assert chosen((5,), (5, 3)) is losses.sparse_categorical_crossentropy
    assert chosen((5, 1), (5, 3)) is losses.sparse_categorical_crossentropy
    assert chosen((5, 3), (5, 3)) is losses.categorical_crossentropy
    assert chosen((5, 1), (5, 1)) is losses.binary_crossentropy
    assert chosen((5,), (5, 1)) is losses.binary_crossentropy
    without = resolve(word, None, np.zeros((5, 3)))
    assert isinstance(without, losses.LossFunctionWrapper)
    assert without.fn is losses.categorical_crossentropy
    assert resolve("mse", None, np.zeros((5, 3))) is not None
