"""Data cut in two parts that both hold every class in its share."""

from __future__ import annotations

import numbers

import jax
import numpy as np

from saccade.core._checks import positive_int
from saccade.core._errors import ConfigError, DataError, message
from saccade.core._random import default_seed, host_generator
from saccade.data._batches import common_length
from saccade.data._convert import to_tree
from saccade.data._split import class_labels
from saccade.data._types import Tree

WHERE = "stratified_split"
Part = tuple[Tree, Tree]


def stratified_split(
    x: object, y: object, fraction: float = 0.2, seed: int | None = None
) -> tuple[Part, Part]:
    """Splits data in two mixed parts with the same share of every class.

    Each class gives `fraction` of its rows, rounded so that the whole is right, to
    the second part: at least one row of a class with two or more; none of a class
    with one. For validation that does not depend on the order of the rows.

    Args:
        x: inputs: an array, a table, or a structure of them.
        y: classes: whole numbers, or one-hot rows.
        fraction: part of the rows for the second part, in (0, 1).
        seed: which rows, and their order; None draws one from the global seed.

    Shapes:
        x: (n, ...); y: (n,), (n, 1) or one-hot (n, k).

    Returns:
        ((x, y), (x, y)): the larger part for training, and the other. Both are
        copies, in the types that the engine computes with.

    Raises:
        ConfigError: a fraction outside (0, 1), or a wrong seed.
        DataError: `y` holds no classes, is of another length than `x`, or leaves one
            of the parts empty.

    Differs from Keras: `validation_split` of `fit` takes the last rows.

    Example:
        >>> x, y = np.arange(10), np.repeat([0, 1], 5)
        >>> (x_train, y_train), (x_test, y_test) = stratified_split(x, y, 0.4, seed=1)
        >>> np.bincount(y_train).tolist(), np.bincount(y_test).tolist()
        ([3, 3], [2, 2])
    """
    is_number = isinstance(fraction, numbers.Real) and not isinstance(fraction, bool)
    if not is_number or not 0 < fraction < 1:
        problem = f"`fraction` must be a number in (0, 1), got {fraction!r}"
        raise ConfigError(message(WHERE, problem))
    seed = (
        default_seed() if seed is None else positive_int(seed, "seed", WHERE, minimum=0)
    )
    inputs, targets = to_tree(x, "x", WHERE), to_tree(y, "y", WHERE)
    length = common_length([("x", inputs), ("y", targets)], WHERE)
    labels = class_labels(targets)
    if inputs is None or targets is None or labels is None or not length:
        raise DataError(
            message(
                WHERE,
                "`y` must hold the class of each row, as whole numbers or one-hot",
                "for other targets shuffle the rows and pass `validation_split` to fit",
            )
        )
    chosen = _choose(labels, float(fraction), host_generator(seed))
    order = host_generator(seed, 1).permutation(length)
    parts = order[~chosen[order]], order[chosen[order]]
    if not all(len(part) for part in parts):
        raise DataError(
            message(
                WHERE,
                f"`fraction`={fraction} of {length} rows leaves a part without rows",
                "pass more rows or another fraction",
            )
        )
    first, second = (
        (
            jax.tree.map(lambda a, rows=rows: a[rows], inputs),
            jax.tree.map(lambda a, rows=rows: a[rows], targets),
        )
        for rows in parts
    )
    return first, second


def _choose(
    labels: np.ndarray, fraction: float, generator: np.random.Generator
) -> np.ndarray:
    """Returns for each row, (n,) bool, whether it goes into the second part."""
    _, numbers_of_class, counts = np.unique(
        labels, return_inverse=True, return_counts=True
    )
    wanted = counts * fraction
    take = np.floor(wanted).astype(np.int64)
    # Of what rounding down leaves, the classes that lost most get one row each.
    left = round(len(labels) * fraction) - int(take.sum())
    take[np.argsort(take - wanted, kind="stable")[: max(left, 0)]] += 1
    take = np.clip(take, np.minimum(1, counts - 1), counts - 1)
    chosen = np.zeros(len(labels), bool)
    for number, count in enumerate(take):
        rows = np.flatnonzero(numbers_of_class == number)
        chosen[generator.permutation(rows)[:count]] = True
    return chosen
