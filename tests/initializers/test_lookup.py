"""Initializers by name, by config, and back; users' own."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from saccade import initializers, saving
from saccade.core._errors import ConfigError, ShapeError
from saccade.core._random import SeedGenerator
from saccade.core._variable import Variable

CLASSES = sorted(
    {
        thing.__name__
        for name in initializers.__all__
        if isinstance(thing := getattr(initializers, name), type)
        and thing is not initializers.Initializer
    }
)


@pytest.mark.parametrize("name", CLASSES)
def test_config_round_trip(name: str) -> None:
    first = getattr(initializers, name)()
    config = initializers.serialize(first)
    assert config["module"] == "keras.initializers"
    assert config["class_name"] == name
    again = initializers.get(config)
    assert type(again) is type(first)
    assert again.get_config() == first.get_config()
    assert type(first.clone()) is type(first)


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("zeros", "Zeros"),
        ("zero", "Zeros"),
        ("one", "Ones"),
        ("normal", "RandomNormal"),
        ("uniform", "RandomUniform"),
        ("glorot_uniform", "GlorotUniform"),
        ("HeNormal", "HeNormal"),
        ("orthogonal", "Orthogonal"),
        ("identity", "Identity"),
    ],
)
def test_names(name: str, cls: str) -> None:
    assert type(initializers.get(name)).__name__ == cls
    assert type(initializers.deserialize(name)).__name__ == cls
    assert type(initializers.deserialize({"class_name": name})).__name__ == cls


def test_get_of_other_things() -> None:
    assert initializers.get(None) is None
    assert isinstance(initializers.get(initializers.Zeros), initializers.Zeros)
    own = lambda shape, dtype=None: jnp.ones(shape, dtype)  # noqa: E731
    assert initializers.get(own) is own


def test_array_as_initializer() -> None:
    first = initializers.get(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(Variable(first, shape=(2,)), [1, 2])
    with pytest.raises(ShapeError, match=r"`shape` to be \(2,\), .* has shape \(3,\)"):
        first((3,))


def test_unknown_name_gives_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'zeros'"):
        initializers.get("zeross")
    with pytest.raises(ConfigError, match="expected a name, a config or"):
        initializers.get(3)


def test_own_class() -> None:
    @saving.register_keras_serializable("test_initializers")
    class Ramp(initializers.Initializer):
        def __init__(self, step=1.0):
            self.step = step

        def __call__(self, shape, dtype=None):
            return jnp.arange(shape[0], dtype=dtype) * self.step

        def get_config(self):
            return {"step": self.step}

    config = initializers.serialize(Ramp(2.0))
    assert config["registered_name"] == "test_initializers>Ramp"
    again = initializers.get(config)
    np.testing.assert_array_equal(Variable(again, shape=(3,)), [0, 2, 4])


def test_base_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match="must define `__call__"):
        initializers.Initializer()((2,))


def test_seed_generator_in_a_config() -> None:
    first = initializers.HeNormal(seed=SeedGenerator(4))
    config = initializers.serialize(first)
    assert config["config"]["seed"]["class_name"] == "SeedGenerator"
    again = initializers.get(config)
    np.testing.assert_array_equal(again((3, 3)), first((3, 3)))
