"""Loops over elements, products of batches, and what ended with Keras 2's graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade import ops, random
from saccade.core._dtypes import standardize_dtype
from saccade.core._errors import (
    ConfigError,
    ShapeError,
    UnsupportedFeatureError,
    message,
)
from saccade.core._variable import Variable


def batch_dot(
    x: ArrayLike, y: ArrayLike, axes: int | Sequence[int] | None = None
) -> jax.Array:
    """Multiplies element by element of the batch and adds up over one axis of each.

    Args:
        x: (b, ...).
        y: (b, ...).
        axes: the axis of each to add up over; None for the last of x and the last but
            one of y (the last, if y has two axes).

    Raises:
        ShapeError: fewer than two axes, or lengths that differ.
        ConfigError: the batch axis is named.

    Example:
        >>> batch_dot(jnp.ones((2, 3, 4)), jnp.ones((2, 4, 5))).shape
        (2, 3, 5)
        >>> batch_dot(jnp.ones((2, 3)), jnp.ones((2, 3)), axes=1).shape
        (2, 1)
    """
    one, two = jnp.asarray(x), jnp.asarray(y)
    if min(one.ndim, two.ndim) < 2:
        raise ShapeError(
            message(
                "K.batch_dot",
                f"both need a batch and another axis, got {one.shape} and {two.shape}",
            )
        )
    if axes is None:
        axes = (one.ndim - 1, two.ndim - (1 if two.ndim == 2 else 2))
    first, second = (axes, axes) if isinstance(axes, int) else axes
    first, second = first % one.ndim, second % two.ndim
    if not first or not second:
        raise ConfigError(
            message(
                "K.batch_dot",
                "axis 0 is the batch, which cannot be added up over",
                "put in a batch axis with K.expand_dims(x, 0)",
            )
        )
    if one.shape[0] != two.shape[0] or one.shape[first] != two.shape[second]:
        raise ShapeError(
            message(
                "K.batch_dot",
                f"shapes {one.shape} and {two.shape} do not fit along axes "
                f"{(first, second)}",
            )
        )
    result = jax.lax.dot_general(one, two, (((first,), (second,)), ((0,), (0,))))
    # Two matrices give a column, so that the result has at least two axes.
    return result[:, None] if result.ndim == 1 else result


def foldl(
    fn: Callable[[Any, Any], Any],
    elems: ArrayLike,
    initializer: ArrayLike | None = None,
    name: str | None = None,
) -> Any:
    """Carries a value along the elements of axis 0.

    Args:
        fn: gets the value so far and an element, returns the next value.
        elems: an array.
        initializer: the first value; None for the first element.
        name: kept for Keras.

    Example:
        >>> int(foldl(lambda total, x: total + x, jnp.arange(4)))
        6
    """
    values = jnp.asarray(elems)
    if initializer is None:
        initializer, values = values[0], values[1:]
    return ops.scan(lambda a, x: (fn(a, x), None), jnp.asarray(initializer), values)[0]


def foldr(
    fn: Callable[[Any, Any], Any],
    elems: ArrayLike,
    initializer: ArrayLike | None = None,
    name: str | None = None,
) -> Any:
    """Carries a value along the elements of axis 0, from the last one.

    Args:
        fn: gets the value so far and an element, returns the next value.
        elems: an array.
        initializer: the first value; None for the last element.
        name: kept for Keras.

    Example:
        >>> int(foldr(lambda so_far, x: x - so_far, jnp.array([9, 3, 1])))
        7
    """
    return foldl(fn, jnp.flip(jnp.asarray(elems), 0), initializer)


def map_fn(
    fn: Callable[[Any], Any],
    elems: ArrayLike,
    name: str | None = None,
    dtype: object = None,
) -> Any:
    """Calls a function on each element of axis 0.

    Args:
        fn: gets one element.
        elems: arrays.
        name: kept for Keras.
        dtype: kept for Keras.

    Example:
        >>> map_fn(lambda x: 2 * x, jnp.arange(3)).tolist()
        [0, 2, 4]
    """
    return ops.map(fn, jax.tree.map(jnp.asarray, elems))


def repeat(x: ArrayLike, n: int) -> jax.Array:
    """Repeats each row: (b, d) becomes (b, n, d).

    Args:
        x: a matrix.
        n: how often.

    Raises:
        ShapeError: not two axes.

    Example:
        >>> repeat([[1, 2]], 2).tolist()
        [[[1, 2], [1, 2]]]
    """
    if ops.ndim(x) != 2:
        raise ShapeError(message("K.repeat", f"expected 2 axes, got {ops.shape(x)}"))
    return ops.repeat(ops.expand_dims(x, 1), n, 1)


def random_normal_variable(
    shape: Sequence[int],
    mean: float,
    scale: float,
    dtype: str | None = None,
    name: str | None = None,
    seed: int | None = None,
) -> Variable:
    """Makes a variable of normally distributed numbers.

    Args:
        shape: its shape.
        mean: the mean.
        scale: the standard deviation.
        dtype: a float type; None for the global one.
        name: its name.
        seed: an int for the same numbers each time.

    Example:
        >>> random_normal_variable((2, 3), 0.0, 1.0).shape
        (2, 3)
    """
    kind = standardize_dtype(dtype)
    return Variable(random.normal(shape, mean, scale, kind, seed), name=name)


def random_uniform_variable(
    shape: Sequence[int],
    low: float,
    high: float,
    dtype: str | None = None,
    name: str | None = None,
    seed: int | None = None,
) -> Variable:
    """Makes a variable of uniformly distributed numbers.

    Args:
        shape: its shape.
        low: lower bound, included.
        high: upper bound, not included.
        dtype: a float type; None for the global one.
        name: its name.
        seed: an int for the same numbers each time.

    Example:
        >>> random_uniform_variable((2, 3), 0.0, 1.0).shape
        (2, 3)
    """
    kind = standardize_dtype(dtype)
    return Variable(random.uniform(shape, low, high, kind, seed), name=name)


def is_sparse(tensor: object) -> bool:
    """Says whether an array is sparse: never.

    Args:
        tensor: anything.

    Example:
        >>> is_sparse(jnp.zeros(2))
        False
    """
    return False


def to_dense(tensor: ArrayLike) -> jax.Array:
    """Returns the array: none is sparse.

    Args:
        tensor: any array.

    Example:
        >>> to_dense([1, 2]).tolist()
        [1, 2]
    """
    return jnp.asarray(tensor)


def in_train_phase(x: Any, alt: Any, training: bool | None = None) -> Any:
    """The first value in training, the other one elsewhere.

    Args:
        x: a value, or a function without arguments that makes it.
        alt: the other one, likewise.
        training: what `call` of a layer got; it must be given.

    Raises:
        UnsupportedFeatureError: `training` is None.

    Example:
        >>> in_train_phase(1.0, 2.0, training=False)
        2.0
    """
    if training is None:
        learning_phase()
    chosen = x if training else alt
    return chosen() if callable(chosen) else chosen


def in_test_phase(x: Any, alt: Any, training: bool | None = None) -> Any:
    """The first value outside training, the other one in training.

    Args:
        x: a value, or a function without arguments that makes it.
        alt: the other one, likewise.
        training: what `call` of a layer got; it must be given.

    Raises:
        UnsupportedFeatureError: `training` is None.

    Example:
        >>> in_test_phase(1.0, 2.0, training=False)
        1.0
    """
    return in_train_phase(alt, x, training)


def _gone(name: str, problem: str, fix: str) -> Callable[..., NoReturn]:
    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise UnsupportedFeatureError(message(f"K.{name}", problem, fix))

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Raises `UnsupportedFeatureError`: {problem}."
    return refuse


_NO_GRAPH = "there is no graph to take a part of, programs run as they are written"
gradients = _gone(
    "gradients",
    _NO_GRAPH,
    "write the loss as a function and use jax.grad(loss)(x), or tf.GradientTape",
)
function = _gone(
    "function",
    _NO_GRAPH,
    "part = keras.Model(model.input, layer.output) gives the same numbers: "
    "part.predict(x), or part(x, training=True)",
)
placeholder = _gone("placeholder", _NO_GRAPH, "use keras.Input(shape)")
get_session = _gone("get_session", "there are no sessions", "leave the line out")
set_session = _gone("set_session", "there are no sessions", "leave the line out")
learning_phase = _gone(
    "learning_phase",
    "there is no global phase",
    "take it as an argument: `def call(self, x, training=None)`, or call the model "
    "with model(x, training=False)",
)
set_learning_phase = _gone(
    "set_learning_phase",
    "there is no global phase",
    "call the model with model(x, training=False); predict and evaluate do",
)
rnn = _gone(
    "rnn",
    "saccade is for pictures and leaves recurrent networks out",
    "ops.scan carries a state along an axis",
)
