"""The shim's functions inside compiled code, and their own errors."""

from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade.core._errors import ConfigError


def test_shapes_are_numbers_while_compiling(tf: ModuleType) -> None:
    @jax.jit
    def rows(x: jax.Array) -> jax.Array:
        return tf.reshape(x, (tf.shape(x)[0], -1)) + tf.zeros(tf.shape(x)[:1])[:, None]

    assert rows(jnp.ones((2, 3, 4))).shape == (2, 12)


def test_numpy_method_is_there_with_the_shim_only(tf: ModuleType) -> None:
    array = tf.constant([1, 2])
    assert isinstance(array.numpy(), np.ndarray)


def test_gather_with_batches_says_what_to_use(tf: ModuleType) -> None:
    with pytest.raises(ConfigError, match="take_along_axis"):
        tf.gather(np.ones((2, 2)), [[0], [1]], batch_dims=1)
