"""From what a stream gives at one step to a checked batch."""

from __future__ import annotations

from collections.abc import Mapping

from saccade.core._errors import ConfigError, DataError, message
from saccade.data import _convert, _weights
from saccade.data._finite import warn_not_finite
from saccade.data._types import Batch, Tree, named_leaves


def unpack_x_y_sample_weight(data: object) -> tuple[object, object, object]:
    """Takes a batch apart, whatever of it is there.

    Args:
        data: x, (x,), (x, y) or (x, y, sample_weight); a list counts as a tuple.

    Returns:
        (x, y, sample_weight) with None for what is missing.

    Raises:
        DataError: a tuple of another length.

    Example:
        >>> unpack_x_y_sample_weight((1, 2))
        (1, 2, None)
    """
    if not isinstance(data, (list, tuple)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise DataError(
            message(
                "batch",
                f"must be (x,), (x, y) or (x, y, sample_weight), got {len(data)} parts",
                "put several inputs into one list or dict: ([x1, x2], y)",
            )
        )
    x, y, sample_weight = (*data, None, None)[:3]
    return x, y, sample_weight


def pack_x_y_sample_weight(
    x: object, y: object = None, sample_weight: object = None
) -> object:
    """Puts a batch together, leaving out what is None.

    Args:
        x: inputs.
        y: targets.
        sample_weight: weights; left out when there are no targets.

    Returns:
        x alone (in a tuple when it is a list or tuple), (x, y), or
        (x, y, sample_weight).

    Example:
        >>> pack_x_y_sample_weight(1), pack_x_y_sample_weight([1, 2], 3)
        (1, ([1, 2], 3))
    """
    if y is None:
        return (x,) if isinstance(x, (list, tuple)) else x
    if sample_weight is None:
        return x, y
    return x, y, sample_weight


class BatchReader:
    """Checks the batches of one stream against each other.

    Args:
        where: the method that was called.
        source: what the stream is called in messages: its type.
        class_weight: weights of classes, turned into weights of rows.

    Example:
        >>> reader = BatchReader("fit", "generator", None)
        >>> reader.read(([[1.0], [2.0]], [0, 1]), 0)[1]
        array([0, 1], dtype=int32)
    """

    def __init__(
        self, where: str, source: str, class_weight: Mapping[int, float] | None
    ) -> None:
        self._where = where
        self._source = source
        self._class_weight = class_weight
        self._ranks: list[tuple[str, int]] | None = None
        self._warned = False

    def read(self, item: object, step: int) -> Batch:
        """Returns an item as arrays with equal numbers of rows.

        Args:
            item: what the stream gave.
            step: its number in the stream, from 0, for messages.

        Raises:
            ArgumentTypeError, ConfigError, DataError: it is no batch.
        """
        where = f"{self._where}, batch {step} of {self._source}"
        if item is None:
            raise DataError(message(where, "is None", "give (inputs, targets)"))
        x, y, sample_weight = self._unpack(item, where)
        self._check_is_batch(y, where)
        inputs = _convert.to_tree(x, "x", where)
        targets = _convert.to_tree(y, "y", where)
        weights = _convert.to_tree(sample_weight, "sample_weight", where)
        if inputs is None:
            raise DataError(message(where, "has no inputs", "give (inputs, targets)"))
        parts = [("x", inputs), ("y", targets), ("sample_weight", weights)]
        if common_length(parts, where) == 0:
            raise DataError(message(where, "is empty: 0 rows"))
        self._check_ranks(parts, where)
        if not self._warned:
            self._warned = warn_not_finite(parts, where)
        weights = _weights.match_sample_weight(weights, targets, where)
        if self._class_weight is not None:
            weights = self._class_weights(self._class_weight, targets, weights, where)
        return inputs, targets, weights

    def _unpack(self, item: object, where: str) -> tuple[object, object, object]:
        try:
            return unpack_x_y_sample_weight(item)
        except DataError as error:
            raise DataError(str(error).replace("batch:", f"{where}:", 1)) from None

    def _check_is_batch(self, y: object, where: str) -> None:
        if y is not None and _convert.is_single_number(y):
            raise DataError(
                message(
                    where,
                    f"must be a whole batch, got a single target {y!r}",
                    "group the samples first: dataset.batch(32), or "
                    "torch.utils.data.DataLoader(dataset, batch_size=32)",
                )
            )

    def _check_ranks(self, parts: list[tuple[str, Tree | None]], where: str) -> None:
        ranks = [
            (name, leaf.ndim)
            for part, tree in parts
            for name, leaf in named_leaves(tree, part)
        ]
        if self._ranks is None:
            self._ranks = ranks
        elif ranks != self._ranks:
            raise DataError(
                message(
                    where,
                    f"must have the arrays and axes of the first batch, "
                    f"{_words(self._ranks)}, got {_words(ranks)}",
                    "let every batch have the same form",
                )
            )

    @staticmethod
    def _class_weights(
        class_weight: Mapping[int, float],
        y: Tree | None,
        given: Tree | None,
        where: str,
    ) -> Tree:
        if given is not None:
            problem = "`class_weight` and `sample_weight` exclude each other"
            fix = "leave one of them out"
            raise ConfigError(message(where, problem, fix))
        return _weights.class_weight_to_sample_weight(y, class_weight, where)


def common_length(parts: list[tuple[str, Tree | None]], where: str) -> int:
    """Returns the number of rows that all arrays share; 0 where there are none.

    Args:
        parts: names and structures of arrays.
        where: the method that was called.

    Raises:
        DataError: two arrays differ; both lengths are named.

    Example:
        >>> import numpy as np
        >>> common_length([("x", np.zeros((3, 2))), ("y", np.zeros(3))], "fit")
        3
    """
    leaves = [leaf for name, tree in parts for leaf in named_leaves(tree, name)]
    if not leaves:
        return 0
    first, array = leaves[0]
    length = array.shape[0]
    for name, leaf in leaves:
        if leaf.shape[0] == length:
            continue
        fix = "every array must have one row per sample"
        x = parts[0][1]
        if isinstance(x, (list, tuple)) and len(x) in (leaf.shape[0], 1):
            fix = "a list of arrays means several inputs; for one pass np.stack(x)"
        problem = f"`{first}` has {length:,} rows but `{name}` has {leaf.shape[0]:,}"
        raise DataError(message(where, problem, fix))
    return length


def _words(ranks: list[tuple[str, int]]) -> str:
    return ", ".join(f"`{name}` of {rank} axes" for name, rank in ranks) or "none"
