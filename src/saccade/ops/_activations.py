"""Activation functions: pure, element by element but for softmax and its kin.

`saccade.activations` shows most of them under the same names. Integers are computed in
the global float type, except by the functions that only cut (relu, relu6, hard_tanh).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _scope, _settings
from saccade.core._errors import DataWarning, ShapeError, message


def floating(x: ArrayLike) -> jax.Array:
    """Returns `x` as an array of a floating-point type.

    Example:
        >>> floating(jnp.arange(2)).dtype.name, floating(jnp.ones(2, "float16")).dtype
        ('float32', dtype('float16'))
    """
    array = jnp.asarray(x)
    if jnp.issubdtype(array.dtype, jnp.inexact):
        return array
    return array.astype(_settings.floatx())


def relu(x: ArrayLike) -> jax.Array:
    """Cuts off negative values: max(x, 0).

    Args:
        x: any real array.

    Example:
        >>> relu(jnp.array([-1.0, 2.0]))
        Array([0., 2.], dtype=float32)
    """
    return jax.nn.relu(jnp.asarray(x))


def relu6(x: ArrayLike) -> jax.Array:
    """Cuts to the range from 0 to 6.

    Args:
        x: any real array.

    Example:
        >>> relu6(jnp.array([-1.0, 2.0, 9.0]))
        Array([0., 2., 6.], dtype=float32)
    """
    return jax.nn.relu6(jnp.asarray(x))


def leaky_relu(x: ArrayLike, negative_slope: float = 0.2) -> jax.Array:
    """Multiplies negative values by a small slope.

    Args:
        x: any real array.
        negative_slope: factor for values below 0.

    Example:
        >>> leaky_relu(jnp.array([-1.0, 2.0]))
        Array([-0.2,  2. ], dtype=float32)
    """
    return jax.nn.leaky_relu(floating(x), negative_slope=negative_slope)


def elu(x: ArrayLike, alpha: float = 1.0) -> jax.Array:
    """Replaces negative values by alpha * (exp(x) - 1).

    Args:
        x: any real array.
        alpha: minus the value towards minus infinity.

    Example:
        >>> round(float(elu(-1.0)), 4)
        -0.6321

    Reference: Clevert et al., "Exponential Linear Units", 2016,
        https://arxiv.org/abs/1511.07289
    """
    return jax.nn.elu(floating(x), alpha=alpha)


def celu(x: ArrayLike, alpha: float = 1.0) -> jax.Array:
    """Replaces negative values by alpha * (exp(x / alpha) - 1).

    Args:
        x: any real array.
        alpha: minus the value towards minus infinity, > 0.

    Example:
        >>> round(float(celu(-1.0)), 4)
        -0.6321

    Reference: Barron, "Continuously Differentiable Exponential Linear Units", 2017,
        https://arxiv.org/abs/1704.07483
    """
    return jax.nn.celu(floating(x), alpha=alpha)


def selu(x: ArrayLike) -> jax.Array:
    """ELU scaled so that mean 0 and variance 1 are kept from layer to layer.

    1.0507 * elu(x, 1.6733); meant for weights drawn by 'lecun_normal'.

    Args:
        x: any real array.

    Example:
        >>> round(float(selu(-1.0)), 4)
        -1.1113

    Reference: Klambauer et al., "Self-Normalizing Neural Networks", 2017,
        https://arxiv.org/abs/1706.02515
    """
    return jax.nn.selu(floating(x))


def gelu(x: ArrayLike, approximate: bool = True) -> jax.Array:
    """Gaussian error linear unit: x * P(X <= x) for a standard normal X.

    Args:
        x: any real array.
        approximate: whether to use the formula with tanh in place of erf.

    Example:
        >>> round(float(gelu(2.0, approximate=False)), 4)
        1.9545

    Reference: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016,
        https://arxiv.org/abs/1606.08415
    """
    return jax.nn.gelu(floating(x), approximate=approximate)


def silu(x: ArrayLike) -> jax.Array:
    """Multiplies each value by its sigmoid; also called swish.

    Args:
        x: any real array.

    Example:
        >>> round(float(silu(2.0)), 4)
        1.7616

    Reference: Ramachandran et al., "Searching for Activation Functions", 2017,
        https://arxiv.org/abs/1710.05941
    """
    return jax.nn.silu(floating(x))


def hard_silu(x: ArrayLike) -> jax.Array:
    """Multiplies each value by its hard sigmoid; also called hard swish.

    Args:
        x: any real array.

    Example:
        >>> round(float(hard_silu(1.0)), 4)
        0.6667

    Reference: Howard et al., "Searching for MobileNetV3", 2019,
        https://arxiv.org/abs/1905.02244
    """
    return jax.nn.hard_silu(floating(x))


def sigmoid(x: ArrayLike) -> jax.Array:
    """Maps to the range (0, 1): 1 / (1 + exp(-x)).

    Args:
        x: any real array.

    Example:
        >>> round(float(sigmoid(2.0)), 4)
        0.8808
    """
    array = floating(x)
    outputs = jax.nn.sigmoid(array)
    _scope.remember_logits(outputs, array, "sigmoid")
    return outputs


def hard_sigmoid(x: ArrayLike) -> jax.Array:
    """A sigmoid of straight lines: x / 6 + 1 / 2 cut to [0, 1].

    Args:
        x: any real array.

    Example:
        >>> hard_sigmoid(jnp.array([-4.0, 0.0, 4.0]))
        Array([0. , 0.5, 1. ], dtype=float32)
    """
    return jax.nn.hard_sigmoid(floating(x))


def log_sigmoid(x: ArrayLike) -> jax.Array:
    """The logarithm of the sigmoid, exact for large |x| too.

    Args:
        x: any real array.

    Example:
        >>> round(float(log_sigmoid(0.0)), 4)
        -0.6931
    """
    return jax.nn.log_sigmoid(floating(x))


def tanh(x: ArrayLike) -> jax.Array:
    """Maps to the range (-1, 1) by the hyperbolic tangent.

    Args:
        x: any real array.

    Example:
        >>> round(float(tanh(1.0)), 4)
        0.7616
    """
    return jnp.tanh(floating(x))


def hard_tanh(x: ArrayLike) -> jax.Array:
    """Cuts to the range from -1 to 1.

    Args:
        x: any real array.

    Example:
        >>> hard_tanh(jnp.array([-3.0, 0.5, 3.0]))
        Array([-1. ,  0.5,  1. ], dtype=float32)
    """
    return jax.nn.hard_tanh(jnp.asarray(x))


def softplus(x: ArrayLike) -> jax.Array:
    """A smooth form of relu: log(1 + exp(x)).

    Args:
        x: any real array.

    Example:
        >>> round(float(softplus(2.0)), 4)
        2.1269
    """
    return jax.nn.softplus(floating(x))


def softsign(x: ArrayLike) -> jax.Array:
    """Maps to the range (-1, 1): x / (1 + |x|).

    Args:
        x: any real array.

    Example:
        >>> softsign(jnp.array([-1.0, 3.0]))
        Array([-0.5 ,  0.75], dtype=float32)
    """
    return jax.nn.soft_sign(floating(x))


def glu(x: ArrayLike, axis: int = -1) -> jax.Array:
    """Gated linear unit: the first half times the sigmoid of the second half.

    Args:
        x: any real array, of even length along `axis`.
        axis: the axis that is halved.

    Raises:
        ShapeError: the axis has an odd length.

    Example:
        >>> glu(jnp.array([1.0, 2.0, 0.0, 0.0]))
        Array([0.5, 1. ], dtype=float32)

    Reference: Dauphin et al., "Language Modeling with Gated Convolutional Networks",
        2017, https://arxiv.org/abs/1612.08083
    """
    array = floating(x)
    if array.shape[axis] % 2:
        raise ShapeError(
            message(
                "glu",
                f"axis {axis} must have an even length to be halved, got an input of "
                f"shape {array.shape}",
            )
        )
    return jax.nn.glu(array, axis=axis)


def softmax(x: ArrayLike, axis: int | tuple[int, ...] | None = -1) -> jax.Array:
    """Turns scores into probabilities: exp(x) / sum(exp(x)) along an axis.

    Args:
        x: scores, at least one axis.
        axis: the axis or axes that sum to 1; None for all.

    Raises:
        ShapeError: `x` has no axis, or not the one named.

    Differs from Keras: an axis of length 1, whose result is always 1, gives a
        `DataWarning`, which is a `UserWarning` as in Keras.

    Example:
        >>> softmax(jnp.array([[1.0, 2.0, 3.0]])).round(4)
        Array([[0.09  , 0.2447, 0.6652]], dtype=float32)
    """
    array = floating(x)
    _check_axis(array, axis, "softmax")
    if isinstance(axis, int) and array.shape[axis] == 1:
        warnings.warn(
            f"softmax over axis {axis} of an input of shape {array.shape} is always 1, "
            "because that axis has length 1. Use 'sigmoid' for one output, or more "
            "outputs.",
            DataWarning,
            stacklevel=2,
        )
    outputs = jax.nn.softmax(array, axis=axis)
    if axis in (-1, array.ndim - 1):
        _scope.remember_logits(outputs, array, "softmax")
    return outputs


def log_softmax(x: ArrayLike, axis: int | tuple[int, ...] | None = -1) -> jax.Array:
    """The logarithm of softmax, exact for very small probabilities too.

    Args:
        x: scores, at least one axis.
        axis: the axis or axes that sum to 1; None for all.

    Raises:
        ShapeError: `x` has no axis, or not the one named.

    Example:
        >>> log_softmax(jnp.array([0.0, 0.0])).round(4)
        Array([-0.6931, -0.6931], dtype=float32)
    """
    array = floating(x)
    _check_axis(array, axis, "log_softmax")
    return jax.nn.log_softmax(array, axis=axis)


def _check_axis(x: jax.Array, axis: int | tuple[int, ...] | None, where: str) -> None:
    axes = (axis,) if isinstance(axis, int) else axis or ()
    if not x.ndim or any(not -x.ndim <= a < x.ndim for a in axes):
        raise ShapeError(
            message(where, f"an input of shape {x.shape} has no axis {axis}")
        )


swish: Callable[[ArrayLike], jax.Array] = silu
hard_swish: Callable[[ArrayLike], jax.Array] = hard_silu
