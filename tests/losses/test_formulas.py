"""Formulas against NumPy, at their edges, and rows that must not mix in."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import losses
from saccade.core._errors import ConfigError, DataWarning, ShapeError
from saccade.core._scope import Scope

RNG = np.random.default_rng(1)
T = RNG.uniform(0.1, 2.0, (6, 4)).astype("float32")
P = RNG.uniform(0.1, 2.0, (6, 4)).astype("float32")
LABELS = RNG.integers(0, 4, 6)
ONE_HOT = np.eye(4, dtype="float32")[LABELS]
PROBABILITIES = P / P.sum(-1, keepdims=True)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (losses.mse(T, P), ((T - P) ** 2).mean(-1)),
        (losses.mae(T, P), abs(T - P).mean(-1)),
        (losses.mape(T, P), 100 * (abs(T - P) / T).mean(-1)),
        (losses.msle(T, P), ((np.log1p(T) - np.log1p(P)) ** 2).mean(-1)),
        (losses.log_cosh(T, P), np.log(np.cosh(T - P)).mean(-1)),
        (losses.poisson(T, P), (P - T * np.log(P)).mean(-1)),
        (
            losses.cosine_similarity(T, P),
            -(T * P).sum(-1) / np.linalg.norm(T, axis=-1) / np.linalg.norm(P, axis=-1),
        ),
        (
            losses.kl_divergence(PROBABILITIES[::-1], PROBABILITIES),
            (PROBABILITIES[::-1] * np.log(PROBABILITIES[::-1] / PROBABILITIES)).sum(-1),
        ),
        (
            losses.categorical_crossentropy(ONE_HOT, P),
            -np.log(PROBABILITIES[np.arange(6), LABELS]),
        ),
        (
            losses.sparse_categorical_crossentropy(LABELS, P),
            -np.log(PROBABILITIES[np.arange(6), LABELS]),
        ),
        (
            losses.sparse_categorical_crossentropy(LABELS, np.log(P), from_logits=True),
            -np.log(PROBABILITIES[np.arange(6), LABELS]),
        ),
        (
            losses.binary_crossentropy(ONE_HOT, PROBABILITIES),
            -np.log(np.where(ONE_HOT > 0, PROBABILITIES, 1 - PROBABILITIES)).mean(-1),
        ),
        (losses.dice(ONE_HOT, ONE_HOT), 0.0),
        (losses.tversky(ONE_HOT, 1 - ONE_HOT), 1.0),
    ],
)
def test_numpy_gives_the_same(found: jax.Array, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, 1e-5, 1e-6)


def test_zero_vectors_have_no_direction() -> None:
    found = losses.cosine_similarity(np.zeros((1, 3)), np.ones((1, 3)))
    np.testing.assert_array_equal(found, [0.0])


@pytest.mark.parametrize("logit", [-200.0, 0.0, 200.0])
@pytest.mark.parametrize("name", ["binary", "categorical", "sparse_categorical"])
def test_logits_are_finite_anywhere(name: str, logit: float) -> None:
    fn = getattr(losses, f"{name}_crossentropy")
    y = np.array([0]) if name.startswith("sparse") else np.array([[1.0, 0.0]])

    def total(p: jax.Array) -> jax.Array:
        return jnp.sum(fn(y, p, from_logits=True))

    value, gradient = jax.value_and_grad(total)(jnp.array([[logit, 3.0]]))
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


def test_any_axis_may_hold_the_classes() -> None:
    p = np.moveaxis(RNG.uniform(size=(2, 3, 5, 4)), -1, 1)
    y = RNG.integers(0, 4, (2, 3, 5))
    found = losses.sparse_categorical_crossentropy(y, p, axis=1)
    expected = losses.sparse_categorical_crossentropy(y, np.moveaxis(p, 1, -1))
    np.testing.assert_allclose(found, expected, 1e-5)


@pytest.mark.parametrize(
    ("label", "alignments"),
    [
        ([1, 2], ["012", "102", "120", "112", "122"]),
        ([1, 1], ["101"]),
        ([1, 0], ["100", "010", "001", "110", "011", "111"]),
    ],
)
def test_ctc_sums_over_all_alignments(label: list[int], alignments: list[str]) -> None:
    logits = RNG.normal(size=(1, 3, 3)).astype("float32")
    p = np.exp(logits[0]) / np.exp(logits[0]).sum(-1, keepdims=True)
    total = sum(np.prod(p[np.arange(3), [int(c) for c in a]]) for a in alignments)
    found = losses.ctc(np.array([label]), logits)
    np.testing.assert_allclose(found, [-np.log(total)], 1e-5)


def _pad(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x, 0.3 * x[:2] + 0.1])


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred"),
    [
        (losses.Dice(), ONE_HOT, PROBABILITIES),
        (losses.Dice(axis=[1]), ONE_HOT, PROBABILITIES),
        (losses.Tversky(0.3, 0.7), ONE_HOT, PROBABILITIES),
        (losses.Circle(), LABELS, P / np.linalg.norm(P, axis=-1, keepdims=True)),
        (losses.Circle(remove_diagonal=False), LABELS, PROBABILITIES),
        (losses.Hinge(), ONE_HOT, P),
        (losses.SquaredHinge(), ONE_HOT, P),
        (losses.SparseCategoricalCrossentropy(ignore_class=1), LABELS, P),
        (losses.CategoricalCrossentropy(), ONE_HOT, PROBABILITIES),
    ],
)
def test_losses_that_mix_rows_leave_out_filling(
    loss: losses.Loss, y_true: np.ndarray, y_pred: np.ndarray
) -> None:
    expected, by_hand = jax.value_and_grad(lambda p: loss(y_true, p))(y_pred)

    def padded(p: jax.Array) -> jax.Array:
        with Scope(row_mask=jnp.arange(8) < 6):
            return loss(_pad(y_true), p)

    found, gradient = jax.jit(jax.value_and_grad(padded))(_pad(y_pred))
    np.testing.assert_allclose(found, expected, 1e-5)
    np.testing.assert_allclose(gradient[:6], by_hand, 1e-4, 1e-6)
    assert not np.any(gradient[6:])


def test_labels_of_the_filling_do_not_decide_about_hinge() -> None:
    y = np.array([[0.0], [1.0]])
    p = np.array([[0.5], [0.5]])
    with Scope(row_mask=jnp.array([True, False])):
        found = losses.Hinge()(np.array([[0.0], [-1.0]]), p)
    np.testing.assert_allclose(found, losses.Hinge()(y[:1], p[:1]))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: losses.categorical_crossentropy(ONE_HOT, P[:, :3]),
            ShapeError,
            r"must have the same shape, got \(6, 4\) and \(6, 3\)",
        ),
        (
            lambda: losses.binary_crossentropy(ONE_HOT[:, :2], P),
            ShapeError,
            "binary_crossentropy: `y_true` and `y_pred` must have the same shape",
        ),
        (
            lambda: losses.sparse_categorical_crossentropy(ONE_HOT, P),
            ShapeError,
            "use categorical_crossentropy for one-hot labels",
        ),
        (
            lambda: losses.sparse_categorical_crossentropy(LABELS[:3], P),
            ShapeError,
            r"expected class numbers of shape \(6,\)",
        ),
        (
            lambda: losses.categorical_crossentropy(ONE_HOT, P, axis=True),
            ConfigError,
            "`axis` must be an int, got True",
        ),
        (
            lambda: losses.CategoricalGeneralizedCrossEntropy(q=1.0),
            ConfigError,
            r"`q` must be in \(0, 1\), got 1.0",
        ),
        (lambda: losses.ctc(LABELS, P), ShapeError, r"expected labels \(b, labels\)"),
    ],
)
def test_errors(call: object, error: type[Exception], text: str) -> None:
    assert callable(call)
    with pytest.raises(error, match=text):
        call()


def test_one_class_is_warned_about() -> None:
    with pytest.warns(DataWarning, match="use binary_crossentropy for two classes"):
        losses.categorical_crossentropy([[1.0]], [[0.5]])
