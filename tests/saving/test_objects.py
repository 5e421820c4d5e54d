"""Objects to plain values and back; what must not be read."""

from __future__ import annotations

import json

import jax.numpy as jnp
import numpy as np
import pytest

from saccade import activations, config, initializers, losses, regularizers, saving
from saccade.core._dtypes import DTypePolicy
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    SavingError,
    UnsupportedFeatureError,
)
from saccade.saving import _lambda, _objects

write, read = saving.serialize_keras_object, saving.deserialize_keras_object


@pytest.mark.parametrize(
    "value",
    [None, 1, 2.5, True, "text", b"bytes", ..., [1, [2, "a"]], {"a": {"b": [1]}}],
    ids=str,
)
def test_plain_values(value) -> None:
    stored = write(value)
    json.dumps(stored)
    assert read(stored) == value


def test_tuples_are_lists_when_read_as_in_keras() -> None:
    assert write((1, (2, 3))) == (1, (2, 3))
    assert read(write((1, (2, 3)))) == [1, [2, 3]]
    assert read({"class_name": "__tuple__", "items": [1, 2]}) == (1, 2)


def test_slices() -> None:
    assert read(write(slice(1, None, 2))) == slice(1, None, 2)


def test_arrays() -> None:
    for value in (np.arange(3), jnp.ones((2, 2), jnp.bfloat16)):
        stored = json.loads(json.dumps(write(value)))
        again = read(stored)
        assert type(again) is type(value) or isinstance(again, type(jnp.zeros(1)))
        assert again.dtype == value.dtype
        np.testing.assert_array_equal(np.asarray(again), np.asarray(value))
    assert write(np.float32(2.5)) == 2.5
    assert write(np.array(3)) == 3


def test_types_of_arrays_are_names() -> None:
    assert write(np.dtype("uint8")) == "uint8"
    assert write(np.float32) == "float32"


def test_form_is_that_of_keras() -> None:
    assert write(initializers.GlorotUniform()) == {
        "module": "keras.initializers",
        "class_name": "GlorotUniform",
        "config": {"seed": None, "input_axes": None, "output_axes": None},
        "registered_name": None,
    }
    assert write(DTypePolicy("mixed_bfloat16")) == {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": {"name": "mixed_bfloat16"},
        "registered_name": None,
    }
    assert write(losses.mean_squared_error) == {
        "module": "builtins",
        "class_name": "function",
        "config": "mean_squared_error",
        "registered_name": "function",
    }


def test_functions() -> None:
    assert read(write(activations.relu)) is activations.relu
    stored = {"module": "builtins", "class_name": "function", "config": "selu"}
    assert read(stored) is activations.selu
    with pytest.raises(ConfigError, match="unknown name 'nothing'"):
        read({**stored, "config": "nothing"})


def test_nested_objects() -> None:
    stored = json.loads(json.dumps(write({"a": [regularizers.L2(0.5)], "b": "x"})))
    again = read(stored)
    assert again["a"][0].get_config() == {"l2": 0.5}
    assert again["b"] == "x"


def test_registered_class() -> None:
    @saving.register_keras_serializable("test_objects")
    class Own:
        def __init__(self, size, inner=None):
            self.size, self.inner = size, inner

        def get_config(self):
            return {"size": self.size, "inner": write(self.inner)}

        @classmethod
        def from_config(cls, config):
            return cls(config["size"], read(config["inner"]))

    stored = json.loads(json.dumps(write(Own(3, regularizers.L1(0.5)))))
    assert stored["registered_name"] == "test_objects>Own"
    again = read(stored)
    assert isinstance(again, Own)
    assert (again.size, again.inner.l1) == (3, 0.5)


def test_custom_objects_reach_inner_configs() -> None:
    class Inner(regularizers.L2):
        pass

    stored = write({"a": {"b": Inner(0.5)}})
    with pytest.raises(ConfigError, match="register_keras_serializable"):
        read(stored)
    assert isinstance(read(stored, {"Inner": Inner})["a"]["b"], Inner)
    with saving.CustomObjectScope({"Inner": Inner}):
        assert isinstance(read(stored)["a"]["b"], Inner)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("builtins", "eval"),
        ("subprocess", "Popen"),
        ("keras.utils", "get_file"),
        ("keras.saving", "load_model"),
        ("saccade.core._registry", "export"),
        ("keras.layers._layer", "Layer"),
        ("keras.layers", "deserialize"),
        ("keras..os", "system"),
        (None, "Dense"),
    ],
)
def test_names_outside_the_public_packages_are_refused(module, name) -> None:
    stored = {"module": module, "class_name": name, "config": {}}
    with pytest.raises(ConfigError, match=f"unknown name '{name}'"):
        read(stored)
    function = {"module": module, "class_name": "function", "config": name}
    if name != "Dense":
        with pytest.raises(ConfigError, match=f"unknown name '{name}'"):
            read(function)


def test_misspelt_public_name_gives_the_nearest() -> None:
    stored = {"module": "keras.initializers", "class_name": "HeNormall", "config": {}}
    with pytest.raises(ConfigError, match="did you mean 'HeNormal'"):
        read(stored)


def test_lambda_is_refused_unless_trusted() -> None:
    stored = json.loads(json.dumps(write(lambda x, y=2: x * y)))
    with pytest.raises(UnsupportedFeatureError, match="could run anything"):
        read(stored)
    with pytest.raises(UnsupportedFeatureError):
        read({"inner": [stored]})
    assert read(stored, safe_mode=False)(4) == 8
    token = _objects._unsafe.set(False)
    try:
        config.enable_unsafe_deserialization()
        assert read(stored)(4) == 8
    finally:
        _objects._unsafe.reset(token)


def test_trust_is_handed_to_inner_configs_and_ends() -> None:
    @saving.register_keras_serializable("test_objects")
    class Holder:
        def __init__(self, function):
            self.function = function

        def get_config(self):
            return {"function": self.function}

        @classmethod
        def from_config(cls, config):
            return cls(read(config["function"]))

    stored = write(Holder(lambda x: x + 1))
    assert read(stored, safe_mode=False).function(1) == 2
    with pytest.raises(UnsupportedFeatureError):
        read(stored)


def test_lambda_with_a_closure_and_broken_code() -> None:
    factor = 3
    again = _lambda.load(_lambda.dump(lambda x: x * factor))
    assert again(2) == 6
    with pytest.raises(SavingError, match="stored Python code cannot be read"):
        _lambda.load(["////", None, None])


def test_what_cannot_be_written() -> None:
    with pytest.raises(ArgumentTypeError, match=r"write an instance: Zeros\(\)"):
        write(initializers.Zeros)
    with pytest.raises(ArgumentTypeError, match=r"a `get_config\(\)` method"):
        write(object())

    class Wrong:
        def get_config(self):
            return [1]

    with pytest.raises(ArgumentTypeError, match=r"must return a dict, got \[1\]"):
        write(Wrong())


def test_what_cannot_be_read() -> None:
    with pytest.raises(ArgumentTypeError, match="expected a config"):
        read({1, 2})
    with pytest.raises(ConfigError, match="values of kind '__typespec__'"):
        read({"class_name": "__typespec__", "config": {}})

    with saving.custom_object_scope({"Bare": type("Bare", (), {})}):
        stored = {"module": None, "class_name": "Bare", "config": {}}
        with pytest.raises(ArgumentTypeError, match=r"has no `from_config\(\)`"):
            read(stored)
