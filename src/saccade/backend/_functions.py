"""The functions of Keras 2's backend that `saccade.ops` has not under that name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from saccade import activations, ops, random
from saccade.core import _settings
from saccade.core._dtypes import standardize_dtype
from saccade.core._variable import Variable

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from saccade.core._symbolic import KerasTensor


def argmax(x: ArrayLike, axis: int | None = -1) -> jax.Array:
    """Where the largest value is along an axis.

    Args:
        x: any array.
        axis: the axis.

    Example:
        >>> argmax([[1, 5, 3]])
        Array([1], dtype=int32)
    """
    return ops.argmax(x, axis)


def argmin(x: ArrayLike, axis: int | None = -1) -> jax.Array:
    """Where the smallest value is along an axis.

    Args:
        x: any array.
        axis: the axis.

    Example:
        >>> argmin([[4, 5, 3]])
        Array([2], dtype=int32)
    """
    return ops.argmin(x, axis)


def batch_get_value(tensors: Iterable[Variable | ArrayLike]) -> list[np.ndarray]:
    """Copies several values to the host.

    Args:
        tensors: variables or arrays.

    Example:
        >>> batch_get_value([jnp.zeros(2)])
        [array([0., 0.], dtype=float32)]
    """
    return [get_value(x) for x in tensors]


def batch_set_value(tuples: Iterable[tuple[Variable, ArrayLike]]) -> None:
    """Sets several variables.

    Args:
        tuples: pairs of a variable and its new value.

    Example:
        >>> v = variable(1.0); batch_set_value([(v, 2.0)]); float(v)
        2.0
    """
    for x, value in tuples:
        x.assign(value)


def cast_to_floatx(x: ArrayLike) -> jax.Array | np.ndarray:
    """Converts to the global float type; NumPy arrays stay on the host.

    Args:
        x: any array.

    Example:
        >>> cast_to_floatx(np.array([1, 2]))
        array([1., 2.], dtype=float32)
    """
    if isinstance(x, (jax.Array, Variable)):
        return ops.cast(x, _settings.floatx())
    return np.asarray(x).astype(_settings.floatx())


def clip(x: ArrayLike, min_value: ArrayLike, max_value: ArrayLike) -> jax.Array:
    """Cuts values to a range.

    Args:
        x: any array.
        min_value: lower bound.
        max_value: upper bound.

    Example:
        >>> clip([-1, 2, 9], 0, 5)
        Array([0, 2, 5], dtype=int32)
    """
    return ops.clip(x, min_value, max_value)


def concatenate(tensors: Sequence[ArrayLike], axis: int = -1) -> jax.Array:
    """Joins arrays along an axis they have.

    Args:
        tensors: the arrays.
        axis: the axis.

    Example:
        >>> concatenate([[1], [2, 3]])
        Array([1, 2, 3], dtype=int32)
    """
    return ops.concatenate(tensors, axis)


def constant(
    value: ArrayLike,
    dtype: DTypeLike | None = None,
    shape: Sequence[int] | None = None,
    name: str | None = None,
) -> jax.Array:
    """Makes an array.

    Args:
        value: the value.
        dtype: the type; None for the global float type.
        shape: repeat the value to this shape.
        name: kept for Keras.

    Example:
        >>> constant(2, shape=(2,))
        Array([2., 2.], dtype=float32)
    """
    array = jnp.asarray(value, standardize_dtype(dtype))
    return array if shape is None else jnp.broadcast_to(array, tuple(shape))


def count_params(x: Variable | ArrayLike) -> int:
    """The number of elements.

    Args:
        x: a variable or an array.

    Example:
        >>> count_params(jnp.zeros((2, 3)))
        6
    """
    return ops.size(jnp.asarray(x))


def dropout(
    x: ArrayLike,
    level: float,
    noise_shape: Sequence[int | None] | None = None,
    seed: int | None = None,
) -> jax.Array:
    """Sets a random part of the values to 0 and scales up the rest.

    Args:
        x: any float array.
        level: probability of becoming 0, in [0, 1].
        noise_shape: see `saccade.random.dropout`.
        seed: an int for the same mask each time.

    Example:
        >>> dropout(jnp.ones(2), 0.0)
        Array([1., 1.], dtype=float32)
    """
    return random.dropout(x, level, noise_shape, seed)


def dtype(x: Variable | KerasTensor | jax.Array | np.ndarray) -> str:
    """The name of an array's type.

    Args:
        x: an array, a variable or a placeholder.

    Example:
        >>> dtype(jnp.zeros(2))
        'float32'
    """
    return standardize_dtype(x.dtype)


def expand_dims(x: ArrayLike, axis: int = -1) -> jax.Array:
    """Puts in an axis of length 1.

    Args:
        x: any array.
        axis: its place.

    Example:
        >>> expand_dims([1, 2]).shape
        (2, 1)
    """
    return ops.expand_dims(x, axis)


def flatten(x: ArrayLike) -> jax.Array:
    """Makes an array flat, the batch axis too.

    Args:
        x: any array.

    Example:
        >>> flatten(jnp.zeros((2, 3))).shape
        (6,)
    """
    return ops.ravel(x)


def gather(reference: ArrayLike, indices: ArrayLike) -> jax.Array:
    """The slices along the first axis with the given numbers.

    Args:
        reference: any array.
        indices: whole numbers.

    Example:
        >>> gather([5, 6, 7], [2, 0])
        Array([7, 5], dtype=int32)
    """
    return ops.take(reference, indices, axis=0)


def get_value(x: Variable | ArrayLike) -> np.ndarray:
    """Copies a value to the host.

    Args:
        x: a variable or an array.

    Example:
        >>> get_value(jnp.zeros(2))
        array([0., 0.], dtype=float32)
    """
    return np.array(x)


def in_top_k(predictions: ArrayLike, targets: ArrayLike, k: int) -> jax.Array:
    """Says for each row whether its class is among the k highest scores.

    Args:
        predictions: scores (b, k).
        targets: class numbers (b,).
        k: how many count.

    Example:
        >>> in_top_k([[0.1, 0.9]], [1], 1)
        Array([ True], dtype=bool)
    """
    return ops.in_top_k(targets, predictions, k)


def int_shape(x: object) -> tuple[int | None, ...]:
    """The shape as a tuple, with None for sizes that are not fixed.

    Args:
        x: an array, a variable or a placeholder.

    Example:
        >>> int_shape(jnp.zeros((2, 3)))
        (2, 3)
    """
    return ops.shape(x)


def l2_normalize(x: ArrayLike, axis: int | Sequence[int] | None = None) -> jax.Array:
    """Divides by the Euclidean length.

    Args:
        x: any array.
        axis: the axis or axes; None for the length of the whole array.

    Example:
        >>> round(float(l2_normalize([3.0, 4.0])[0]), 4)
        0.6
    """
    axes = tuple(range(ops.ndim(x))) if axis is None else axis
    return ops.normalize(x, axes, epsilon=1e-6)


def permute_dimensions(x: ArrayLike, pattern: Sequence[int]) -> jax.Array:
    """Puts the axes into another order.

    Args:
        x: any array.
        pattern: the old numbers of the axes in their new order.

    Example:
        >>> permute_dimensions(jnp.zeros((2, 3)), (1, 0)).shape
        (3, 2)
    """
    return ops.transpose(x, tuple(pattern))


def random_bernoulli(
    shape: Sequence[int],
    p: float = 0.0,
    dtype: DTypeLike | None = None,
    seed: int | None = None,
) -> jax.Array:
    """Draws 1 with a probability, else 0.

    Args:
        shape: shape of the result.
        p: the probability of 1.
        dtype: the type; None for the global float type.
        seed: an int for the same draws each time.

    Example:
        >>> random_bernoulli((2,), 1.0)
        Array([1., 1.], dtype=float32)
    """
    draws = random.uniform(shape, seed=seed) < p
    return draws.astype(standardize_dtype(dtype))


def relu(
    x: ArrayLike,
    alpha: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> jax.Array:
    """Rectified linear unit, see `saccade.activations.relu`.

    Args:
        x: any array.
        alpha: slope below the threshold.
        max_value: largest value of the result; None for no limit.
        threshold: values up to here count as inactive.

    Example:
        >>> relu(jnp.array([-2.0, 3.0]), alpha=0.5)
        Array([-1.,  3.], dtype=float32)
    """
    return activations.relu(x, alpha, max_value, threshold)


def repeat_elements(x: ArrayLike, rep: int, axis: int) -> jax.Array:
    """Repeats each element along an axis.

    Args:
        x: any array.
        rep: how often.
        axis: the axis.

    Example:
        >>> repeat_elements([1, 2], 2, axis=0)
        Array([1, 1, 2, 2], dtype=int32)
    """
    return ops.repeat(x, rep, axis)


def reverse(x: ArrayLike, axes: int | Sequence[int]) -> jax.Array:
    """Turns the order round along axes.

    Args:
        x: any array.
        axes: the axes.

    Example:
        >>> reverse([1, 2], 0)
        Array([2, 1], dtype=int32)
    """
    return ops.flip(x, axes)


def set_value(x: Variable, value: ArrayLike) -> None:
    """Sets a variable, such as the learning rate of an optimizer.

    Args:
        x: the variable.
        value: its new value.

    Example:
        >>> v = variable(1.0); set_value(v, 2.0); float(v)
        2.0
    """
    x.assign(value)


def switch(
    condition: ArrayLike,
    then_expression: ArrayLike | Callable[[], ArrayLike],
    else_expression: ArrayLike | Callable[[], ArrayLike],
) -> jax.Array:
    """One value where a condition holds and another elsewhere.

    Args:
        condition: bool.
        then_expression: the value, or a function without arguments that makes it.
        else_expression: the other value, likewise.

    Example:
        >>> switch([True, False], [1, 2], [3, 4])
        Array([1, 4], dtype=int32)
    """
    yes, no = (
        part() if callable(part) and not isinstance(part, Variable) else part
        for part in (then_expression, else_expression)
    )
    for _ in range(len(ops.shape(yes)) - len(ops.shape(condition))):
        condition = ops.expand_dims(condition, -1)
    return ops.where(condition, yes, no)


def update(x: Variable, new_x: ArrayLike) -> jax.Array:
    """Sets a variable and returns its value.

    Args:
        x: the variable.
        new_x: its new value.

    Example:
        >>> float(update(variable(1.0), 2.0))
        2.0
    """
    return x.assign(new_x)


def update_add(x: Variable, increment: ArrayLike) -> jax.Array:
    """Adds to a variable and returns its value.

    Args:
        x: the variable.
        increment: what is added.

    Example:
        >>> float(update_add(variable(1.0), 2.0))
        3.0
    """
    return x.assign_add(increment)


def update_sub(x: Variable, decrement: ArrayLike) -> jax.Array:
    """Subtracts from a variable and returns its value.

    Args:
        x: the variable.
        decrement: what is subtracted.

    Example:
        >>> float(update_sub(variable(1.0), 2.0))
        -1.0
    """
    return x.assign_sub(decrement)


def variable(
    value: ArrayLike,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    constraint: Callable[[jax.Array], jax.Array] | None = None,
) -> Variable:
    """Makes a variable.

    Args:
        value: its first value.
        dtype: its type; None for the global float type.
        name: its name.
        constraint: applied after each update by an optimizer.

    Example:
        >>> float(variable(1.0))
        1.0
    """
    result = Variable(value, dtype=standardize_dtype(dtype), name=name)
    result.constraint = constraint
    return result
