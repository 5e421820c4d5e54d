"""The shim's functions inside compiled code, and their own errors."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade.data import as_tensor


def test_shapes_are_numbers_while_compiling(tf: ModuleType) -> None:
    @jax.jit
    def rows(x: jax.Array) -> jax.Array:
        return tf.reshape(x, (tf.shape(x)[0], -1)) + tf.zeros(tf.shape(x)[:1])[:, None]

    assert rows(jnp.ones((2, 3, 4))).shape == (2, 12)


def test_numpy_method_is_there_with_the_shim_only(tf: ModuleType) -> None:
    array = tf.constant([1, 2])
    assert isinstance(array.numpy(), np.ndarray)


def test_shapes_with_tensorflows_methods(tf: ModuleType) -> None:
    x = tf.zeros((2, 3))
    x.set_shape([None, 3])
    assert x.get_shape().as_list() == [2, 3]
    assert x.get_shape().rank == 2
    seen = []
    jax.jit(lambda y: seen.append(y.get_shape().as_list()))(x)
    assert seen == [[2, 3]]
    unknown = tf.TensorShape([None, 3])
    assert unknown.num_elements() is None
    assert not unknown.is_fully_defined()
    assert isinstance(as_tensor(np.ones(2)), tf.Tensor)


def test_a_missing_method_of_a_shape_says_what_to_write(
    tmp_path: Path, launch: Callable[..., CompletedProcess[str]]
) -> None:
    program = tmp_path / "program.py"
    program.write_text("import tensorflow as tf\ntf.zeros((2, 3)).shape.as_list()\n")
    ended = launch(program)
    assert "line 2" in ended.stderr
    assert "Fix: a shape is a tuple here; list(x.shape)." in ended.stderr


def test_a_gradient_of_ones_own(tf: ModuleType) -> None:
    @tf.custom_gradient
    def clipped(x):
        return x * 2.0, lambda upstream: tf.clip_by_value(upstream, -0.5, 0.5)

    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(clipped(x) * 3.0)
    assert float(y) == 18.0
    np.testing.assert_allclose(tape.gradient(y, x), [0.5, 0.5])


def test_checks(tf: ModuleType) -> None:
    tf.debugging.assert_equal([1, 2], [1, 2])
    with pytest.raises(ValueError, match=r"tf.debugging.assert_less: too large"):
        tf.debugging.assert_less(3, 2, message="too large")
    with pytest.raises(ValueError, match="does not hold for array"):
        tf.debugging.assert_positive([1.0, -1.0])
    with pytest.raises(ValueError, match=r"tf.debugging.check_numerics: loss"):
        tf.debugging.check_numerics(tf.constant([np.nan]), "loss")
    with pytest.raises(ValueError, match=r"expected \(None, 4\), got \(2, 3\)"):
        tf.ensure_shape(tf.zeros((2, 3)), (None, 4))
    jax.jit(lambda x: tf.debugging.assert_positive(x))(jnp.zeros(1))


def test_network_operations_refuse_what_they_cannot_do(tf: ModuleType) -> None:
    x, k = tf.ones((1, 4, 4, 2)), tf.ones((2, 2, 2, 3))
    with pytest.raises(ValueError, match="`padding` must be 'SAME' or 'VALID'"):
        tf.nn.conv2d(x, k, 1, [[0, 0], [1, 1], [1, 1], [0, 0]])
    with pytest.raises(ValueError, match="`data_format` must be 'NHWC', got 'NCHW'"):
        tf.nn.max_pool2d(x, 2, 2, "SAME", data_format="NCHW")
    with pytest.raises(ValueError, match="must be 1 for batch and channels"):
        tf.nn.avg_pool(x, [2, 2, 2, 1], 2, "SAME")
    with pytest.raises(ValueError, match="must be 1, 2 or 4 ints"):
        tf.nn.avg_pool(x, [2, 2, 2], 2, "SAME")
    with pytest.raises(ValueError, match=r"give \(1, 8, 8, 3\), not `output_shape`"):
        tf.nn.conv2d_transpose(x, tf.ones((2, 2, 3, 2)), [1, 9, 9, 3], 2)


def test_random_numbers_of_further_kinds(tf: ModuleType) -> None:
    tf.random.set_seed(1)
    gamma = tf.random.gamma([4000], alpha=[2.0, 4.0], beta=2.0)
    assert gamma.shape == (4000, 2)
    np.testing.assert_allclose(gamma.mean(0), [1.0, 2.0], rtol=0.1)
    counts = tf.random.poisson([4000], 3.0)
    np.testing.assert_allclose(counts.mean(), 3.0, rtol=0.1)
    drawn = tf.random.categorical(tf.math.log([[0.8, 0.2], [0.1, 0.9]]), 4000)
    assert drawn.shape == (2, 4000)
    np.testing.assert_allclose(drawn.mean(1), [0.2, 0.9], atol=0.05)
    kept = tf.nn.dropout(tf.ones((4000,)), 0.25)
    np.testing.assert_allclose((kept > 0).mean(), 0.75, atol=0.05)
    np.testing.assert_allclose(kept.max(), 1 / 0.75, rtol=1e-6)


def test_print_in_compiled_code(tf: ModuleType, capfd) -> None:
    show = tf.function(lambda x: tf.print("sum:", tf.reduce_sum(x)))
    show(tf.ones(3))
    show(tf.ones(4))
    jax.effects_barrier()
    assert [line[:6] for line in capfd.readouterr().err.splitlines()] == [
        "sum: 3",
        "sum: 4",
    ]
