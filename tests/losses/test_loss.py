"""The base of losses: reductions, weights, masks, errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import losses
from saccade.core._errors import ConfigError
from saccade.core._scope import Scope
from saccade.losses import LossFunctionWrapper, _loss

VALUES = np.array([1.0, 2.0, 6.0], "float32")
WEIGHTS = np.array([1.0, 0.0, 0.5], "float32")


class Plain(losses.Loss):
    def call(self, y_true: jax.Array, y_pred: jax.Array) -> jax.Array:
        return y_pred


@pytest.mark.parametrize(
    ("reduction", "plain", "weighted"),
    [
        ("sum_over_batch_size", 3.0, 4.0 / 3),
        ("mean", 3.0, 4.0 / 3),
        ("auto", 3.0, 4.0 / 3),
        ("sum", 9.0, 4.0),
        ("mean_with_sample_weight", 3.0, 4.0 / 1.5),
        ("none", VALUES, VALUES * WEIGHTS),
        (None, VALUES, VALUES * WEIGHTS),
    ],
)
def test_reductions(reduction: str | None, plain: object, weighted: object) -> None:
    loss = Plain(reduction=reduction)
    np.testing.assert_allclose(loss(VALUES, VALUES), plain, 1e-6)
    np.testing.assert_allclose(loss(VALUES, VALUES, WEIGHTS), weighted, 1e-6)
    # (b, 1) weights, as Keras allows.
    again = loss(VALUES, VALUES, WEIGHTS[:, None])
    np.testing.assert_allclose(np.squeeze(again), weighted, 1e-6)


@pytest.mark.parametrize("reduction", [*_loss.REDUCTIONS, None])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("width", [(), (4,)])
def test_rows_that_fill_up_do_not_count(
    reduction: str | None, weighted: bool, width: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(5, *width)).astype("float32")
    weight = rng.uniform(size=5).astype("float32") if weighted else None
    loss = Plain(reduction=reduction)
    expected = loss(values, values, weight)
    padded = np.concatenate([values, np.full((2, *width), np.nan, "float32")])
    padded_weight = None if weight is None else np.concatenate([weight, [7.0, 8.0]])
    with Scope(row_mask=jnp.arange(7) < 5):
        found = loss(padded, padded, padded_weight)
    if reduction in (None, "none"):
        assert not np.any(found[5:])
        found = found[:5]
    np.testing.assert_allclose(found, expected, 1e-6)


def test_no_real_row_gives_zero() -> None:
    with Scope(row_mask=jnp.zeros(3, bool)):
        assert float(Plain()(VALUES, VALUES)) == 0.0


def test_weights_of_samples_beside_values_of_elements() -> None:
    values = np.arange(6.0, dtype="float32").reshape(2, 3)
    found = Plain(reduction="sum")(values, values, np.array([1.0, 10.0]))
    assert float(found) == 3.0 + 120.0


def test_a_square_batch_is_weighed_by_rows() -> None:
    # Broadcasting alone would weigh the columns.
    values = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
    found = Plain(reduction="none")(values, values, np.array([1.0, 0.0]))
    np.testing.assert_array_equal(found, [[1.0, 2.0], [0.0, 0.0]])


def test_a_number_stays_a_number() -> None:
    loss = LossFunctionWrapper(lambda t, p: jnp.mean(jnp.square(t - p)))
    assert float(loss(np.zeros(4), np.full(4, 2.0))) == 4.0


def test_predictions_without_axes_leave_out_filling() -> None:
    y_true = np.array([1.0, 2.0, 9.0], "float32")
    y_pred = np.array([0.0, 0.0, 5.0], "float32")
    expected = losses.MeanSquaredError()(y_true[:2], y_pred[:2])
    with Scope(row_mask=jnp.array([True, True, False])):
        np.testing.assert_allclose(losses.MeanSquaredError()(y_true, y_pred), expected)


def test_reduction_errors() -> None:
    with pytest.raises(ConfigError, match=r"`reduction` must be .* got 'summ'") as e:
        losses.MeanSquaredError(reduction="summ")
    assert "did you mean 'sum'?" in str(e.value)
    with pytest.raises(ConfigError, match="expected one of"):
        losses.Reduction.validate("x")
    losses.Reduction.validate("sum")
    assert losses.Reduction.AUTO in losses.Reduction.all()


def test_a_subclass_without_call() -> None:
    with pytest.raises(NotImplementedError, match=r"Loss has no `call\(\)`"):
        losses.Loss()(VALUES, VALUES)


def test_dtype_is_that_of_the_result() -> None:
    found = losses.MeanSquaredError(dtype="bfloat16")([[1.0]], [[2.0]])
    assert found.dtype == jnp.bfloat16
    assert losses.Loss(dtype="mixed_bfloat16").dtype == "bfloat16"


def test_automatic_names() -> None:
    assert Plain().name.startswith("plain")
    assert Plain(name="mine").name == "mine"


def test_nested_targets_reach_call() -> None:
    class Two(losses.Loss):
        def call(
            self, y_true: dict[str, jax.Array], y_pred: list[jax.Array]
        ) -> jax.Array:
            return y_true["a"] + y_pred[0] + y_pred[1]

    ones = np.ones(3, "int32")
    assert float(Two()({"a": ones}, [ones, ones])) == 3.0
    assert "mean_squared_error" in repr(LossFunctionWrapper(losses.mse))


def test_class_numbers_of_8_bits_with_many_classes() -> None:
    p = np.full((2, 600), 1e-6, "float32")
    p[0, 3] = p[1, 259] = 1.0
    y = np.array([3, 3], "uint8")
    found = losses.SparseCategoricalCrossentropy(reduction="none")(y, p)
    assert found[0] < 0.01
    assert found[1] > 5


def test_ignored_elements_of_infinite_logits_have_finite_gradients() -> None:
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    y = np.array([-1, 0])
    gradient = jax.grad(lambda p: loss(y, p))(jnp.array([[0.0, 0.0], [0.5, 0.5]]))
    assert np.isfinite(gradient).all()
    assert not gradient[0].any()


def test_config_of_a_function() -> None:
    loss = LossFunctionWrapper(losses.huber, name="h", delta=3.0)
    again = LossFunctionWrapper.from_config(loss.get_config())
    assert (again.fn, again.name, again._fn_kwargs) == (
        losses.huber,
        "h",
        {"delta": 3.0},
    )
