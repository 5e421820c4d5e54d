"""Splitting of data into two data sets."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from saccade.core._errors import ArgumentTypeError, ConfigError, DataError, message
from saccade.data import Dataset
from saccade.data._dataset_elements import (
    Element,
    length_of,
    map_leaves,
    rows_of,
    stack,
)
from saccade.data._dataset_nodes import AUTOTUNE, INFINITE, Batch, Prefetch, Slices

_WHERE = "split_dataset"


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Dataset, Dataset]:
    """Splits data into a left and a right part.

    Args:
        dataset: an array, a list or tuple of arrays with equal numbers of rows, or a
            `Dataset`, whose elements are read into memory; one of batches is taken
            apart and batched again.
        left_size: share of the data in (0, 1), or a number of elements; None for what
            `right_size` leaves.
        right_size: the same for the right part, which is taken from the end.
        shuffle: whether to mix the data before, as Python's `random.shuffle`.
        seed: of that; None draws one.
        preferred_backend: accepted.

    Raises:
        ArgumentTypeError: `dataset` is none of these, or a size is no number.
        ConfigError: sizes out of range.
        DataError: no elements, or no end of them.

    Differs from Keras: a list or tuple may hold JAX arrays and lists of numbers.

    Example:
        >>> left, right = split_dataset(np.arange(10), left_size=0.8)
        >>> len(left), [int(x) for x in right]
        (8, [8, 9])
    """
    columns, batch_size = _columns(dataset)
    total = length_of(columns)
    if not total:
        problem, fix = "the data set is empty", "check how the data were loaded"
        raise DataError(message(_WHERE, problem, fix))
    left, right = _sizes(left_size, right_size, total)
    order = list(range(total))
    if shuffle:
        # Python's own generator, for the parts that Keras makes of the same seed.
        random.seed(random.randint(0, 10**6) if seed is None else seed)
        random.shuffle(order)
    parts = order[:left], order[-right:]
    first, second = (_dataset(columns, np.array(rows), batch_size) for rows in parts)
    return first, second


def _dataset(columns: Element, rows: np.ndarray, batch_size: int | None) -> Dataset:
    taken = map_leaves(lambda leaf: leaf.take(rows, axis=0), columns)
    node = Slices(taken)
    if batch_size is not None:
        return Dataset(Prefetch(Batch(node, batch_size, False), 2))
    return Dataset(node).prefetch(AUTOTUNE)


def _columns(dataset: Any) -> tuple[Element, int | None]:
    """Returns the data as arrays, and the size of batches if they had one."""
    if isinstance(dataset, Dataset):
        return _read(dataset)
    if isinstance(dataset, np.ndarray):
        return dataset, None
    if isinstance(dataset, (list, tuple)):
        if not dataset:
            raise ConfigError(message(_WHERE, f"got an empty {type(dataset).__name__}"))
        return tuple(np.asarray(part) for part in dataset), None
    raise ArgumentTypeError(
        message(
            _WHERE,
            "`dataset` must be a Dataset, an array or a list or tuple of arrays, got "
            f"{type(dataset).__name__}",
        )
    )


def _read(dataset: Dataset) -> tuple[Element, int | None]:
    node = dataset._node
    if node.size() == INFINITE:
        raise DataError(message(_WHERE, "the data never end", "split before repeat()"))
    elements = list(node.open())
    while isinstance(node, Prefetch):
        node = node.before
    if not isinstance(node, Batch):
        if not elements:
            raise DataError(message(_WHERE, "the data set is empty"))
        return stack(elements, _WHERE), None
    rows = [row for element in elements for row in rows_of(element)]
    return stack(rows, _WHERE), node.batch_size


def _sizes(left: object, right: object, total: int) -> tuple[int, int]:
    """Returns the numbers of elements on both sides."""
    if left is None and right is None:
        problem = "`left_size` or `right_size` must be given"
        raise ConfigError(message(_WHERE, problem, "pass for example left_size=0.8"))
    sizes = _count(left, "left_size", total), _count(right, "right_size", total)
    first = total - (sizes[1] or 0) if sizes[0] is None else sizes[0]
    second = total - first if sizes[1] is None else sizes[1]
    if first + second > total:
        raise ConfigError(
            message(
                _WHERE,
                f"`left_size` {left!r} and `right_size` {right!r} are {first + second} "
                f"elements, but there are {total}",
                "leave one of them out",
            )
        )
    if not first or not second:
        side = "right" if first else "left"
        raise ConfigError(
            message(
                _WHERE, f"the {side} part of {total} elements is empty", "other sizes"
            )
        )
    return first, second


def _count(size: object, name: str, total: int) -> int | None:
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, (int, float)):
        raise ArgumentTypeError(
            message(
                _WHERE, f"`{name}` must be an int or a float, got {type(size).__name__}"
            )
        )
    limit = total if isinstance(size, int) else 1
    if not 0 < size < limit:
        raise ConfigError(
            message(
                _WHERE,
                f"`{name}` must be an int in (0, {total}) or a float in (0, 1), got "
                f"{size!r}",
            )
        )
    return size if isinstance(size, int) else round(size * total)
