"""Activation functions, as `keras.activations` names them.

Most are those of `saccade.ops`; here are the few with other arguments, and the look-up
by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade import ops
from saccade.core import _refused, _registry
from saccade.core._errors import ConfigError, message
from saccade.core._symbolic import KerasTensor
from saccade.ops import celu as celu
from saccade.ops import elu as elu
from saccade.ops import glu as glu
from saccade.ops import hard_shrink as hard_shrink
from saccade.ops import hard_sigmoid as hard_sigmoid
from saccade.ops import hard_silu as hard_silu
from saccade.ops import hard_swish as hard_swish
from saccade.ops import hard_tanh as hard_tanh
from saccade.ops import leaky_relu as leaky_relu
from saccade.ops import log_sigmoid as log_sigmoid
from saccade.ops import log_softmax as log_softmax
from saccade.ops import relu6 as relu6
from saccade.ops import selu as selu
from saccade.ops import sigmoid as sigmoid
from saccade.ops import silu as silu
from saccade.ops import soft_shrink as soft_shrink
from saccade.ops import softmax as softmax
from saccade.ops import softplus as softplus
from saccade.ops import softsign as softsign
from saccade.ops import sparse_plus as sparse_plus
from saccade.ops import sparse_sigmoid as sparse_sigmoid
from saccade.ops import sparsemax as sparsemax
from saccade.ops import squareplus as squareplus
from saccade.ops import swish as swish
from saccade.ops import tanh as tanh
from saccade.ops import tanh_shrink as tanh_shrink
from saccade.ops import threshold as threshold
from saccade.ops._activations import floating
from saccade.saving import _lookup, _objects

Activation = Callable[..., jax.Array]

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


def relu(
    x: ArrayLike,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> jax.Array:
    """Rectified linear unit: max(x, 0), or a variant of it.

    x from `threshold` on, at most `max_value`, and below the threshold
    negative_slope * (x - threshold).

    Args:
        x: any real array.
        negative_slope: slope below the threshold.
        max_value: largest value of the result; None for no limit.
        threshold: values up to here count as inactive.

    Example:
        >>> relu(jnp.array([-10.0, 3.0, 9.0]), negative_slope=0.5, max_value=6.0)
        Array([-5.,  3.,  6.], dtype=float32)
    """
    if threshold == 0 and max_value is None:
        if negative_slope == 0:
            return ops.relu(x)
        return leaky_relu(x, negative_slope)
    if isinstance(x, KerasTensor):
        return _symbolic_relu(x, negative_slope, max_value, threshold)
    array = floating(x) if negative_slope else jnp.asarray(x)
    # A zero of the same type keeps integers and short floats as they are.
    zero = jnp.zeros((), array.dtype)
    result = jnp.where(array > threshold, array, zero)
    if max_value is not None:
        result = jnp.clip(result, zero, jnp.asarray(max_value, array.dtype))
    if negative_slope:
        result -= negative_slope * jax.nn.relu(threshold - array)
    return result


def _symbolic_relu(
    x: Any, negative_slope: float, max_value: float | None, threshold: float
) -> Any:
    result = ops.where(ops.greater(x, threshold), x, 0.0)
    if max_value is not None:
        result = ops.clip(result, 0.0, max_value)
    if negative_slope:
        result = result - negative_slope * ops.relu(threshold - x)
    return result


def gelu(x: ArrayLike, approximate: bool = False) -> jax.Array:
    """Gaussian error linear unit: x * P(X <= x) for a standard normal X.

    Args:
        x: any real array.
        approximate: whether to use the formula with tanh in place of erf.

    Example:
        >>> round(float(gelu(2.0)), 4)
        1.9545

    Reference: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016,
        https://arxiv.org/abs/1606.08415
    """
    return ops.gelu(x, approximate=approximate)


def exponential(x: ArrayLike) -> jax.Array:
    """The exponential function.

    Args:
        x: any real array.

    Example:
        >>> round(float(exponential(1.0)), 4)
        2.7183
    """
    return ops.exp(x)


def linear(x: ArrayLike) -> jax.Array:
    """Returns its input.

    Args:
        x: anything.

    Example:
        >>> linear(jnp.array([-1.0, 2.0]))
        Array([-1.,  2.], dtype=float32)
    """
    # Anything is handed through as it is, so nothing is converted here.
    return x  # type: ignore[return-value]


def mish(x: ArrayLike) -> jax.Array:
    """Smooth, not monotonic: x * tanh(softplus(x)).

    Args:
        x: any real array.

    Example:
        >>> round(float(mish(2.0)), 4)
        1.944

    Reference: Misra, "Mish", 2019, https://arxiv.org/abs/1908.08681
    """
    array: Any = x if isinstance(x, KerasTensor) else floating(x)
    return array * ops.tanh(ops.softplus(array))


def get(identifier: object) -> Activation:
    """Returns the activation that a name, a config or a callable stands for.

    Args:
        identifier: 'relu', a config, a function of one array, or None for `linear`.

    Raises:
        ConfigError: an unknown name, with the nearest, or something not callable.

    Example:
        >>> get("relu").__name__, get(None).__name__
        ('relu', 'linear')
    """
    if identifier is None:
        return linear
    return _lookup.get_from("keras.activations", identifier, "activation")


def serialize(activation: Activation) -> str | dict[str, Any]:
    """Returns the name of an activation, or a config for one of the user's own.

    Args:
        activation: a function, or an object with `get_config()`.

    Raises:
        ConfigError: not callable.

    Example:
        >>> serialize(silu)
        'silu'
    """
    if not callable(activation):
        raise ConfigError(
            message("activation", f"expected something callable, got {activation!r}")
        )
    name = getattr(activation, "__name__", None)
    if name is not None and _objects.find_public("keras.activations", name) is (
        activation
    ):
        return name
    return _objects.serialize(activation)


def deserialize(
    config: str | Mapping[str, Any],
    custom_objects: Mapping[str, object] | None = None,
) -> Activation:
    """Returns the activation that `serialize` described.

    Args:
        config: a name or a config.
        custom_objects: functions of one's own, by name.

    Raises:
        ConfigError: an unknown name, with the nearest.

    Example:
        >>> deserialize("tanh").__name__
        'tanh'
    """
    return _lookup.deserialize_from("keras.activations", config, custom_objects)


_registry.export("keras.activations", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
