"""Normalisations and cross-entropies against NumPy; errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import ops
from saccade.core._errors import ConfigError, ShapeError, UnsupportedFeatureError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 5, 3)).astype("float32")


@pytest.mark.parametrize("axis", [-1, 1])
def test_batch_normalization(axis: int) -> None:
    size = X.shape[axis]
    mean, variance, offset, scale = (
        RNG.uniform(0.5, 2, size).astype("float32") for _ in range(4)
    )
    shape = [1, 1, 1]
    shape[axis] = size
    m, v, o, s = (part.reshape(shape) for part in (mean, variance, offset, scale))
    ours = ops.batch_normalization(X, mean, variance, axis, offset, scale, 0.01)
    np.testing.assert_allclose(
        ours, (X - m) / np.sqrt(v + 0.01) * s + o, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("axes", [0, (0, 1), [0, 1, 2]])
@pytest.mark.parametrize("keepdims", [False, True])
def test_moments(axes, keepdims) -> None:
    mean, variance = ops.moments(X, axes, keepdims)
    over = axes if isinstance(axes, int) else tuple(axes)
    np.testing.assert_allclose(mean, X.mean(over, keepdims=keepdims), atol=1e-6)
    np.testing.assert_allclose(variance, X.var(over, keepdims=keepdims), rtol=1e-5)


def test_moments_of_short_floats_do_not_overflow() -> None:
    x = jnp.array([60000.0, -60000.0, 60000.0, -60000.0], jnp.float16)
    mean, variance = ops.moments(x, 0)
    assert float(mean) == 0
    assert variance.dtype == jnp.float16
    assert bool(jnp.isfinite(variance))


@pytest.mark.parametrize("order", [1, 2, 3])
def test_normalize(order: int) -> None:
    length = (np.abs(X) ** order).sum(1, keepdims=True) ** (1 / order)
    ours = ops.normalize(X, axis=1, order=order)
    np.testing.assert_allclose(ours, X / length, rtol=1e-5)
    np.testing.assert_array_equal(ops.normalize(np.zeros(3), order=order), 0)
    whole = (np.abs(X) ** order).sum() ** (1 / order)
    ours = ops.normalize(X, axis=None, order=order)
    np.testing.assert_allclose(ours, X / whole, rtol=1e-5)


@pytest.mark.parametrize("order", [0, 2.5, "a", True])
def test_normalize_refuses_orders(order) -> None:
    with pytest.raises(ConfigError, match="Argument `order` must be an int >= 1"):
        ops.normalize(X, order=order)


def test_one_hot() -> None:
    np.testing.assert_array_equal(ops.one_hot([0, 2, -1, 3], 3), [
        [1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0],
    ])  # fmt: skip
    assert ops.one_hot([[1]], 4, axis=1, dtype="int32").shape == (1, 4, 1)
    with pytest.raises(UnsupportedFeatureError, match="sparse=True is not supported"):
        ops.one_hot([1], 2, sparse=True)


def probabilities(shape) -> np.ndarray:
    p = RNG.uniform(0.1, 1, shape).astype("float32")
    return p / p.sum(-1, keepdims=True)


def test_categorical_crossentropy() -> None:
    target, output = probabilities((6, 4)), probabilities((6, 4))
    expected = -(target * np.log(output)).sum(-1)
    ours = ops.categorical_crossentropy(target, output)
    np.testing.assert_allclose(ours, expected, rtol=1e-5)
    ours = ops.categorical_crossentropy(target, np.log(output) + 3, from_logits=True)
    np.testing.assert_allclose(ours, expected, rtol=1e-5)
    scaled = ops.categorical_crossentropy(target, output * 7)
    np.testing.assert_allclose(scaled, expected, rtol=1e-5)


def test_sparse_categorical_crossentropy() -> None:
    labels, output = np.array([0, 3, 1]), probabilities((3, 4))
    expected = -np.log(output[np.arange(3), labels])
    for target in (labels, labels[:, None]):
        ours = ops.sparse_categorical_crossentropy(target, output)
        np.testing.assert_allclose(ours, expected, rtol=1e-5)
    ours = ops.sparse_categorical_crossentropy(labels, np.log(output), True)
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_binary_crossentropy() -> None:
    target = RNG.uniform(size=(5, 2)).astype("float32")
    scores = RNG.normal(size=(5, 2)).astype("float32")
    p = 1 / (1 + np.exp(-scores))
    expected = -(target * np.log(p) + (1 - target) * np.log(1 - p))
    np.testing.assert_allclose(ops.binary_crossentropy(target, p), expected, rtol=1e-4)
    np.testing.assert_allclose(
        ops.binary_crossentropy(target, scores, from_logits=True), expected, rtol=1e-4
    )


def test_certain_and_wrong_stays_finite() -> None:
    wrong = ops.binary_crossentropy([1.0], [0.0])
    assert 15 < float(wrong[0]) < 17
    far = ops.binary_crossentropy([1.0], [-500.0], from_logits=True)
    assert float(far[0]) == pytest.approx(500)
    grad = jax.grad(lambda p: ops.categorical_crossentropy(jnp.array([1.0, 0]), p))
    assert bool(jnp.isfinite(grad(jnp.array([0.0, 1.0]))).all())


@pytest.mark.parametrize(
    ("name", "target", "output", "text"),
    [
        ("categorical_crossentropy", (2, 3), (2, 4), r"got \(2, 3\) and \(2, 4\)"),
        ("categorical_crossentropy", (), (), "with at least one axis"),
        ("binary_crossentropy", (2,), (3,), "must have one shape, got"),
        ("sparse_categorical_crossentropy", (2,), (3, 4), r"`target` of shape \(2,\)"),
    ],
)
def test_wrong_shapes(name, target, output, text) -> None:
    with pytest.raises(ShapeError, match=text):
        getattr(ops, name)(np.zeros(target), np.zeros(output))


def test_unsupported() -> None:
    with pytest.raises(UnsupportedFeatureError, match="synchronized"):
        ops.moments(X, 0, synchronized=True)


def test_layer_normalization_in_the_older_manner() -> None:
    with pytest.warns(UserWarning, match="`rms_scaling=True`, which is deprecated"):
        ours = ops.layer_normalization(X, beta=X[0, 0], rms_scaling=True, epsilon=1e-6)
    np.testing.assert_allclose(ours, X / X.std(-1, keepdims=True), rtol=1e-4)
    with pytest.raises(ConfigError, match="unknown arguments"):
        ops.layer_normalization(X, rms=True)
