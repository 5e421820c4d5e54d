"""Variables as nested dicts."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import Input, Model, layers
from saccade.core._errors import ConfigError


def built() -> Model:
    x = Input((2,))
    model = Model(x, layers.Dense(1, name="out")(x))
    model.compile("adam", "mse")
    model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
    return model


def test_a_tree_goes_there_and_back() -> None:
    model = built()
    tree = model.get_state_tree(value_format="numpy_array")
    assert set(tree["trainable_variables"]["out"]) == {"kernel", "bias"}
    assert tree["optimizer_variables"]["adam"]["iteration"] == 1
    kernel = model.get_weights()[0]
    model.set_weights([0 * w for w in model.get_weights()])
    model.set_state_tree(tree)
    np.testing.assert_array_equal(model.get_weights()[0], kernel)


def test_what_is_not_there() -> None:
    model = built()
    with pytest.raises(ConfigError, match="no variable of the path 'out/scale'"):
        model.set_state_tree({"trainable_variables": {"out": {"scale": 1}}})
    with pytest.raises(ConfigError, match="no group 'weights'"):
        model.set_state_tree({"weights": {}})
    with pytest.raises(ConfigError, match="value_format"):
        model.get_state_tree("text")
    with pytest.raises(AttributeError, match="reserved"):
        model.layers = []
