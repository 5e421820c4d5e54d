"""Convolution as users call it: formats, paddings, groups, errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade.core import _settings
from saccade.core._errors import ConfigError, ShapeError
from saccade.ops._conv import (
    add_bias,
    conv,
    conv_transpose,
    depthwise_conv,
    separable_conv,
)


def normal(*shape: int) -> jax.Array:
    return jnp.asarray(np.random.default_rng(1).normal(size=shape), jnp.float32)


def test_a_convolution_by_hand() -> None:
    x = jnp.arange(16.0).reshape(1, 4, 4, 1)
    w = jnp.asarray([[1.0, 2.0], [3.0, 4.0]]).reshape(2, 2, 1, 1)
    out = conv(x, w)
    # 0 * 1 + 1 * 2 + 4 * 3 + 5 * 4 = 34 in the corner.
    np.testing.assert_array_equal(
        out[0, :, :, 0], [[34, 44, 54], [74, 84, 94], [114, 124, 134]]
    )


def test_same_puts_the_odd_zero_at_the_end() -> None:
    x, w = jnp.ones((1, 4, 1)), jnp.ones((2, 1, 1))
    np.testing.assert_array_equal(np.ravel(conv(x, w, padding="same")), [2, 2, 2, 1])


@pytest.mark.parametrize("function", [conv, depthwise_conv])
def test_channels_first_is_the_same_sum(function) -> None:
    x, w = normal(2, 6, 5, 4), normal(3, 3, 4, 4)
    expected = function(x, w, 2, "same")
    first = function(jnp.moveaxis(x, -1, 1), w, 2, "same", "channels_first")
    np.testing.assert_allclose(jnp.moveaxis(first, 1, -1), expected, atol=1e-5)


def test_transposed_channels_first_is_the_same_sum() -> None:
    x, w = normal(2, 6, 5, 4), normal(3, 3, 2, 4)
    expected = conv_transpose(x, w, 2, "same")
    first = conv_transpose(
        jnp.moveaxis(x, -1, 1), w, 2, "same", data_format="channels_first"
    )
    np.testing.assert_allclose(jnp.moveaxis(first, 1, -1), expected, atol=1e-5)


def test_the_global_format_is_the_default(monkeypatch) -> None:
    monkeypatch.setattr(_settings._settings, "image_data_format", "channels_first")
    assert conv(jnp.ones((1, 3, 5, 6)), jnp.ones((3, 3, 3, 2))).shape == (1, 2, 3, 4)


def test_groups_are_inferred_from_the_kernel() -> None:
    x, w = normal(1, 4, 4, 6), normal(3, 3, 3, 4)
    out = conv(x, w)
    np.testing.assert_allclose(out[..., :2], conv(x[..., :3], w[..., :2]), atol=1e-5)
    np.testing.assert_allclose(out[..., 2:], conv(x[..., 3:], w[..., 2:]), atol=1e-5)


def test_depthwise_order_of_channels() -> None:
    x, w = normal(1, 4, 4, 3), normal(2, 2, 3, 2)
    out = depthwise_conv(x, w)
    alone = conv(x[..., 1:2], w[:, :, 1:2, :])
    np.testing.assert_allclose(out[..., 2:4], alone, atol=1e-5)


def test_separable_is_depthwise_then_pointwise() -> None:
    x, depth, point = normal(1, 6, 6, 3), normal(3, 3, 3, 2), normal(1, 1, 6, 5)
    expected = conv(depthwise_conv(x, depth, 2, "same"), point)
    np.testing.assert_allclose(
        separable_conv(x, depth, point, 2, "same"), expected, atol=1e-5
    )


def test_transposed_is_the_gradient_of_a_convolution() -> None:
    x, w = normal(1, 7, 7, 2), normal(3, 3, 2, 4)
    out, pull = jax.vjp(lambda x: conv(x, w, 2), x)
    np.testing.assert_allclose(conv_transpose(out, w, 2), pull(out)[0], atol=1e-5)


def test_three_spatial_axes() -> None:
    out = conv(jnp.ones((1, 4, 4, 4, 2)), jnp.ones((2, 2, 2, 2, 3)))
    np.testing.assert_array_equal(out, np.full((1, 3, 3, 3, 3), 16.0))
    shape = conv_transpose(
        jnp.ones((1, 2, 2, 2, 3)), jnp.ones((2, 2, 2, 4, 3)), 2
    ).shape
    assert shape == (1, 4, 4, 4, 4)


def test_the_input_takes_the_type_of_the_kernel() -> None:
    x = jnp.full((1, 3, 3, 1), 200, jnp.uint8)
    out = conv(x, jnp.ones((3, 3, 1, 1)))
    assert out.dtype == jnp.float32
    assert float(out[0, 0, 0, 0]) == 1800.0


def test_jit_vmap_and_grad() -> None:
    x, w = normal(3, 2, 5, 5, 1), normal(3, 3, 1, 2)
    out = jax.jit(jax.vmap(lambda x: conv(x, w)))(x)
    assert out.shape == (3, 2, 3, 3, 2)
    assert jax.grad(lambda w: conv(x[0], w).sum())(w).shape == w.shape


def test_bias_in_both_formats() -> None:
    x, bias = normal(2, 3, 4, 2), jnp.asarray([1.0, -1.0])
    np.testing.assert_array_equal(add_bias(x, bias), x + bias)
    first = add_bias(jnp.moveaxis(x, -1, 1), bias, "channels_first")
    np.testing.assert_array_equal(jnp.moveaxis(first, 1, -1), x + bias)
    with pytest.raises(ShapeError, match=r"shape \(2,\), one number per channel"):
        add_bias(x, jnp.ones(3))


def test_a_kernel_larger_than_its_input() -> None:
    with pytest.raises(ShapeError, match=r"window of 5 does not fit into axis 1") as e:
        conv(jnp.ones((1, 4, 8, 1)), jnp.ones((5, 5, 1, 1)))
    assert "padding='same'" in str(e.value)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x, w: conv(x, w[..., :2, :]), "3 channels, which is no multiple of"),
        (lambda x, w: conv(x, w[..., :1, :4]), "4 filters cannot be split evenly"),
        (lambda x, w: conv(x[0], w), "as many axes"),
        (lambda x, w: depthwise_conv(x, w[..., :1, :]), "the kernel expects 1"),
        (lambda x, w: conv_transpose(x, w), "the kernel expects 5"),
        (lambda x, w: conv(x, w, 0), "`strides` must be an int >= 1, got 0"),
        (lambda x, w: conv(x, w, (1, 1, 1)), "one int or 2 ints"),
        (lambda x, w: conv(x, w, padding="smae"), "did you mean 'same'"),
        (lambda x, w: conv(x, w, data_format="nhwc"), "'channels_last'"),
        (lambda x, w: conv(x, w, dilation_rate=-1), "`dilation_rate`"),
        # XLA ends the process where the padded size overflows.
        (
            lambda x, w: conv(x, w, 1, "same", dilation_rate=2**35),
            "windows reach over 68719476742 x 68719476742 places of a picture of 6 x 6",
        ),
        (lambda x, w: conv_transpose(x, w[..., :3], 2**40), "more than any memory"),
        (lambda x, w: conv(x, w[:0]), r"`kernel` is empty: .* \(0, 3, 3, 5\)"),
        (lambda x, w: conv(x, w[..., :0]), "`kernel` is empty"),
        (
            lambda x, w: conv_transpose(w[0], w[..., :5], padding="same"),
            "kernel",
        ),
    ],
)
def test_errors_name_the_argument(call, text) -> None:
    with pytest.raises((ConfigError, ShapeError), match=text):
        call(jnp.ones((1, 6, 6, 3)), jnp.ones((3, 3, 3, 5)))


@pytest.mark.parametrize("batch", [2, 16])
def test_strides_beyond_the_picture_leave_one_window(batch: int) -> None:
    x, w = normal(batch, 6, 6, 3), normal(3, 3, 3, 5)
    np.testing.assert_allclose(conv(x, w, 2**40), conv(x[:, :3, :3], w), atol=1e-5)


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("shape", [(0, 6, 6, 3), (2, 0, 6, 3)], ids=str)
def test_nothing_in_nothing_out(shape: tuple[int, ...], size: int) -> None:
    x, w = jnp.ones(shape), jnp.ones((size, size, 3, 5))

    def loss(x, w):
        out = conv(x, w, padding="same")
        assert out.shape == (*shape[:3], 5)
        return out.sum() + add_bias(out, jnp.ones(5)).sum()

    to_x, to_w = jax.jit(jax.grad(loss, (0, 1)))(x, w)
    assert to_x.shape == shape
    np.testing.assert_array_equal(to_w, jnp.zeros_like(w))


def test_empty_transposed_output() -> None:
    with pytest.raises(ShapeError, match="would become 0 long"):
        conv_transpose(
            jnp.ones((1, 1, 1)), jnp.ones((2, 1, 1)), 1, "same", output_padding=0
        )
