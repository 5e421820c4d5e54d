"""Policies by name, type and config."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import dtype_policies, layers, mixed_precision


@pytest.mark.parametrize("name", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_there_and_back(name) -> None:
    policy = dtype_policies.get(name)
    config = dtype_policies.serialize(policy)
    assert dtype_policies.deserialize(config) == policy
    assert dtype_policies.get(config) == policy


def test_configs_are_those_of_keras() -> None:
    theirs = pytest.importorskip("keras").dtype_policies
    for name in ("float16", "mixed_bfloat16"):
        assert dtype_policies.serialize(dtype_policies.get(name)) == theirs.serialize(
            theirs.get(name)
        )


def test_unknown_names() -> None:
    with pytest.raises(ValueError, match="unknown name 'float17'"):
        dtype_policies.get("float17")


def test_policies_that_cannot_be_met() -> None:
    with pytest.raises(ValueError, match="'float64' cannot be met") as caught:
        layers.Dense(2, dtype="float64")
    assert "use 'float32'" in str(caught.value)
    with pytest.raises(NotImplementedError, match="asks for quantization"):
        layers.Dense(2, dtype="int8_from_mixed_bfloat16")
    with pytest.raises(ValueError, match="did you mean 'mixed_float16'"):
        mixed_precision.set_global_policy("mixed_float61")
    with pytest.raises(ValueError, match="Invalid `policy` argument"):
        mixed_precision.set_dtype_policy(16)
    with pytest.raises(TypeError, match="must be a text"):
        dtype_policies.DTypePolicy(16)


def test_layers_of_ones_own_see_short_weights() -> None:
    class Scale(layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight(shape=(), initializer="ones")
            self.exact = self.add_weight(shape=(), autocast=False, trainable=False)

        def call(self, inputs):
            self.exact.assign_add(2.0**-12)
            self.factor.assign_add(2.0**-12)
            assert self.exact.value.dtype == "float32"
            return inputs * self.factor

    layer = Scale(dtype="mixed_bfloat16")
    layer.build((None, 1))
    for _ in range(3):
        assert layer(np.ones((1, 1), "float32")).dtype == "bfloat16"
    # Added to the weight itself, not to what the layer sees.
    assert float(layer.factor) == 1 + 3 * 2.0**-12


def test_maps() -> None:
    policies = dtype_policies.DTypePolicyMap(None, {"a/.*": "float16", "x": "bfloat16"})
    assert len(policies) == 2
    assert list(policies) == ["a/.*", "x"]
    assert policies["a/b"].name == "float16"
    assert policies["c"].name == "float32"
    assert policies.name == "map_float32"
    again = dtype_policies.deserialize(dtype_policies.serialize(policies))
    assert again == policies
    assert again != dtype_policies.DTypePolicyMap()
    with pytest.raises(ValueError, match="'x' already exists"):
        policies["x"] = "float32"
    policies["a/b.*"] = "float32"
    with pytest.raises(ValueError, match="matches multiple dtype policy"):
        policies["a/bc"]
    with pytest.raises(ValueError, match="cannot be a map"):
        dtype_policies.DTypePolicyMap(policies)
    with pytest.raises(TypeError, match="must be a dict"):
        dtype_policies.DTypePolicyMap("float32", ["a"])
    layer = layers.Dense(1, dtype=dtype_policies.DTypePolicyMap(), name="d")
    layer.build((None, 1))
    layer.dtype_policy = "bfloat16"
    assert layer.compute_dtype == "bfloat16"
