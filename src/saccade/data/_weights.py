"""Weights of samples: their structure, and weights of classes turned into them."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import numpy as np

from saccade.core._errors import ArgumentTypeError, ConfigError, DataError, message
from saccade.data._convert import host_view
from saccade.data._types import Tree, float_type


def check_class_weight(class_weight: object, where: str) -> dict[int, float]:
    """Returns weights of classes as a dict of ints and floats.

    Raises:
        ArgumentTypeError: no mapping.
        ConfigError: a key that is no class number, or a weight that is no number.

    Example:
        >>> check_class_weight({0: 1, 1: 5}, "fit")
        {0: 1.0, 1: 5.0}
    """
    if not isinstance(class_weight, Mapping):
        raise ArgumentTypeError(
            message(
                where,
                "`class_weight` must be a dict from class number to weight, got "
                f"{type(class_weight).__name__}",
                "pass dict(enumerate(weights))",
            )
        )
    weights: dict[int, float] = {}
    for key, weight in class_weight.items():
        try:
            number, value = int(key), float(weight)
        except (TypeError, ValueError):
            number, value = -1, 0.0
        if isinstance(key, (str, bytes)) or number < 0 or number != key:
            problem = f"`class_weight` has the key {key!r}, which is no class number"
            fix = "number the classes 0, 1, ... as in `y`"
            raise ConfigError(message(where, problem, fix))
        weights[number] = value
    return weights


def class_weight_to_sample_weight(
    y: Tree | None, class_weight: Mapping[int, float], where: str
) -> np.ndarray:
    """Returns the weight of each row's class.

    Classes without a weight get 1, as in Keras.

    Args:
        y: class numbers (b,) or (b, 1), one-hot rows or probabilities (b, k).
        class_weight: weights by class number.
        where: the method that was called.

    Shapes:
        (b,) of the global float type.

    Raises:
        ConfigError: no `y`, or several.
        DataError: `y` has more than two axes.

    Example:
        >>> class_weight_to_sample_weight(np.array([0, 1, 2]), {1: 5.0}, "fit")
        array([1., 5., 1.], dtype=float32)
    """
    if y is None or isinstance(y, (list, tuple, dict)):
        got = "none" if y is None else f"{len(jax.tree.leaves(y))}"
        problem = f"`class_weight` needs one array `y` of classes, got {got}"
        raise ConfigError(message(where, problem, "pass `sample_weight` instead"))
    labels = host_view(y)
    if labels.ndim > 2:
        raise DataError(
            message(
                where,
                "`class_weight` needs `y` as class numbers (b,) or one-hot rows "
                f"(b, k), got the shape {labels.shape}",
                "pass `sample_weight` of the shape of `y` instead",
            )
        )
    if labels.ndim == 2:
        one_hot = labels.shape[1] > 1
        labels = labels.argmax(axis=1) if one_hot else labels[:, 0]
    classes, inverse = np.unique(np.rint(labels).astype(np.int64), return_inverse=True)
    table = [class_weight.get(int(number), 1.0) for number in classes]
    return np.asarray(table, float_type())[inverse]


def match_sample_weight(
    sample_weight: Tree | None, y: Tree | None, where: str
) -> Tree | None:
    """Returns weights with the structure of `y`: one array serves all outputs.

    Raises:
        ConfigError: weights without `y`, or with another structure than `y`, or one
            array that is not one weight per row for several outputs.

    Example:
        >>> w = np.ones(2, "float32")
        >>> match_sample_weight(w, [np.zeros(2), np.zeros(2)], "fit")[1] is w
        True
    """
    if sample_weight is None:
        return None
    if y is None:
        problem = "`sample_weight` was given without `y`"
        raise ConfigError(message(where, problem, "pass the targets `y` too"))
    if isinstance(sample_weight, (list, tuple, dict)):
        if isinstance(y, (list, tuple, dict)) and _same_structure(sample_weight, y):
            return sample_weight
        raise ConfigError(
            message(
                where,
                f"`sample_weight` is {_structure(sample_weight)} but `y` is "
                f"{_structure(y)}",
                "pass one array of weights, or one per output in the structure of `y`",
            )
        )
    if isinstance(y, (list, tuple, dict)):
        if sample_weight.ndim > 1 and sample_weight.shape[1:] != (1,):
            problem = (
                "one `sample_weight` for several outputs must have the shape (b,), "
                f"got {sample_weight.shape}"
            )
            raise ConfigError(message(where, problem, "pass one array per output"))
        return jax.tree.map(lambda _: sample_weight, y)
    if sample_weight.ndim > y.ndim:
        problem = (
            f"`sample_weight` of shape {sample_weight.shape} has more axes than `y` "
            f"of shape {y.shape}"
        )
        raise ConfigError(message(where, problem, "pass one weight per row: (b,)"))
    return sample_weight


def _same_structure(left: Tree, right: Tree) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys()
    both_lists = all(isinstance(side, (list, tuple)) for side in (left, right))
    return both_lists and len(left) == len(right)


def _structure(tree: Tree) -> str:
    if isinstance(tree, dict):
        return f"a dict of {', '.join(map(repr, tree))}"
    if isinstance(tree, (list, tuple)):
        return f"a list of {len(tree)} arrays"
    return f"one array of shape {tree.shape}"
