"""Functions of `saccade.ops` under the arguments that Keras 2's backend gave them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax

from saccade import ops
from saccade.ops._table import finish, parse

_MEANINGS = {
    "a": "the power.",
    "axis": "the axis.",
    "data_format": "'channels_last' or 'channels_first'; None for the global setting.",
    "depthwise_kernel": "the filters of each channel.",
    "dilation_rate": "inputs between neighbouring taps.",
    "dtype": "the type; None for the usual one.",
    "indices": "class numbers from 0.",
    "kernel": "the filters.",
    "n": "how often, one number for each axis.",
    "name": "kept for Keras.",
    "num_classes": "length of the vectors.",
    "padding": "'valid' or 'same'.",
    "pointwise_kernel": "the filters that mix channels.",
    "pool_mode": "'max' or 'avg'.",
    "pool_size": "the window.",
    "shape": "shape of the result.",
    "size": "number of rows and columns.",
    "start": "the first number; the end, if it is given alone.",
    "step": "the distance.",
    "stop": "the end.",
    "strides": "inputs between neighbouring windows.",
    "x": "an array.",
    "y": "another array.",
}


def older(
    name: str,
    function: Callable[..., Any],
    signature: str,
    summary: str,
    example: str,
    rename: Mapping[str, str] | None = None,
) -> Callable[..., jax.Array]:
    """Makes a function with the arguments of Keras 2 out of one of `ops`.

    Args:
        name: its name in Keras 2.
        function: what computes; takes arrays and placeholders.
        signature: the arguments of Keras 2.
        summary: one sentence.
        example: a call and its result, with ' -> ' between.
        rename: arguments that `function` calls otherwise.
    """
    parameters = parse(signature)
    names = rename or {}

    def run(*args: Any, **kwargs: Any) -> Any:
        bound = parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        given = {names.get(k, k): v for k, v in bound.arguments.items() if k != "name"}
        return function(**given)

    return finish(run, name, parameters, summary, example, "saccade.backend", _MEANINGS)


def _two(
    name: str, summary: str, example: str, of: Callable[..., Any] | None = None
) -> Callable[..., jax.Array]:
    function = of or getattr(ops, name)
    names = {"x": "x1", "y": "x2"}
    return older(name, function, "x, y", summary, example, names)


equal = _two("equal", "Says where x == y.", "equal([1, 2], 2) -> [False, True]")
greater = _two("greater", "Says where x > y.", "greater([1, 3], 2) -> [False, True]")
greater_equal = _two(
    "greater_equal", "Says where x >= y.", "greater_equal([1, 2], 2) -> [False, True]"
)
less = _two("less", "Says where x < y.", "less([1, 3], 2) -> [True, False]")
less_equal = _two(
    "less_equal", "Says where x <= y.", "less_equal([2, 3], 2) -> [True, False]"
)
not_equal = _two(
    "not_equal", "Says where x and y differ.", "not_equal([1, 2], 2) -> [True, False]"
)
maximum = _two("maximum", "The larger of two.", "maximum([1, 3], 2) -> [2, 3]")
minimum = _two("minimum", "The smaller of two.", "minimum([1, 3], 2) -> [1, 2]")
dot = _two(
    "dot", "Multiplies the last axis of x with the last but one of y.",
    "dot([[1, 2]], [[3], [4]]) -> [[11]]",
)  # fmt: skip
pow = older(
    "pow", ops.power, "x, a", "A power.", "pow([2, 3], 2) -> [4, 9]",
    {"x": "x1", "a": "x2"},
)  # fmt: skip
arange = older(
    "arange", ops.arange, "start, stop=None, step=1, dtype='int32'",
    "Whole numbers, `step` apart, without the end.", "arange(3) -> [0, 1, 2]",
)  # fmt: skip
cumprod = older(
    "cumprod", ops.cumprod, "x, axis=0", "Multiplies step by step along an axis.",
    "cumprod([1, 2, 3]) -> [1, 2, 6]",
)  # fmt: skip
cumsum = older(
    "cumsum", ops.cumsum, "x, axis=0", "Adds up step by step along an axis.",
    "cumsum([1, 2, 3]) -> [1, 3, 6]",
)  # fmt: skip
eye = older(
    "eye", ops.eye, "size, dtype=None, name=None", "A matrix with 1 on the diagonal.",
    "eye(2) -> [[1.0, 0.0], [0.0, 1.0]]", {"size": "N"},
)  # fmt: skip
ones = older(
    "ones", ops.ones, "shape, dtype=None, name=None", "An array of 1.",
    "ones((2,)) -> [1.0, 1.0]",
)  # fmt: skip
ones_like = older(
    "ones_like", ops.ones_like, "x, dtype=None, name=None",
    "An array of 1 and the shape of another.", "ones_like([3, 4]) -> [1, 1]",
)  # fmt: skip
zeros = older(
    "zeros", ops.zeros, "shape, dtype=None, name=None", "An array of 0.",
    "zeros((2,)) -> [0.0, 0.0]",
)  # fmt: skip
zeros_like = older(
    "zeros_like", ops.zeros_like, "x, dtype=None, name=None",
    "An array of 0 and the shape of another.", "zeros_like([3, 4]) -> [0, 0]",
)  # fmt: skip
one_hot = older(
    "one_hot", ops.one_hot, "indices, num_classes",
    "Turns class numbers into vectors with a single 1.",
    "one_hot([1], 3) -> [[0.0, 1.0, 0.0]]", {"indices": "x"},
)  # fmt: skip
reshape = older(
    "reshape", ops.reshape, "x, shape", "Gives the same elements another shape.",
    "reshape([1, 2], (2, 1)) -> [[1], [2]]", {"shape": "newshape"},
)  # fmt: skip
tile = older(
    "tile", ops.tile, "x, n", "Repeats the whole array.",
    "tile([1, 2], 2) -> [1, 2, 1, 2]", {"n": "repeats"},
)  # fmt: skip
hard_sigmoid = older(
    "hard_sigmoid", lambda x: ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0),
    "x", "0.2 x + 0.5, cut to [0, 1]: Keras 2's line, which is steeper than Keras 3's.",
    "hard_sigmoid([-3.0, 0.0]) -> [0.0, 0.5]",
)  # fmt: skip
