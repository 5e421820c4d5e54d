"""Anything that `fit`, `evaluate` and `predict` accept, made a source of batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from saccade.core._checks import positive_int
from saccade.core._errors import ArgumentTypeError, ConfigError, DataError, message
from saccade.data import _convert, _frames, _streams, _weights
from saccade.data._batches import common_length
from saccade.data._finite import warn_not_finite
from saccade.data._source import (
    ArraySource,
    StreamSource,
    default_batch_size,
    steps_argument,
)
from saccade.data._types import ClassWeight, Tree


def adapt(
    x: object,
    y: object = None,
    *,
    sample_weight: object = None,
    class_weight: ClassWeight | None = None,
    batch_size: int | None = None,
    steps: int | None = None,
    shuffle: bool | Literal["batch"] = True,
    where: str = "fit",
    seed: int | None = None,
) -> ArraySource | StreamSource:
    """Checks the data and returns them in one of the two forms the engine takes.

    Args:
        x: inputs: arrays, tables, lists of numbers or a structure of them; or a
            PyDataset, generator or iterable of batches, which then brings its own
            targets and weights.
        y: targets.
        sample_weight: weight of each row in the loss.
        class_weight: weight of each class; classes left out weigh 1.
        batch_size: rows in a batch; None for 32, or for what makes `steps` batches.
        steps: steps per epoch.
        shuffle: whether a PyDataset's batches come in random order.
        where: the method that was called, or 'fit(validation_data)', for messages.
        seed: seed of that order; None draws one from the global seed.

    Raises:
        ArgumentTypeError: nothing that holds data.
        ConfigError: arguments that exclude each other or have no meaning.
        DataError: texts, objects, no rows, or different numbers of rows.

    Differs from Keras: also takes lists of numbers, polars tables and any iterable or
        iterator of batches; refuses sparse matrices; warns of NaN and infinity.

    Example:
        >>> source = adapt([[1.0, 2.0], [3.0, 4.0]], [0, 1])
        >>> source.length, source.batch_size, source.x.dtype
        (2, 32, dtype('float32'))
    """
    if batch_size is not None:
        batch_size = positive_int(batch_size, "batch_size", where)
    if steps is not None:
        steps = positive_int(steps, steps_argument(where), where)
    weights = None
    if class_weight is not None:
        weights = _weights.check_class_weight(class_weight, where)
    if x is None:
        problem, fix = "`x` is missing", f"pass one of: {_convert.ACCEPTED}"
        raise ConfigError(message(where, problem, fix))
    if not _convert.can_convert(x):
        _refuse_beside_stream(x, y, sample_weight, where)
        return _streams.stream_source(
            x, class_weight=weights, shuffle=bool(shuffle), where=where, seed=seed
        )
    if sample_weight is not None and weights is not None:
        problem = "`class_weight` and `sample_weight` exclude each other"
        fix = "multiply them: sample_weight * class weights of y"
        raise ConfigError(message(where, problem, fix))
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if not _convert.can_convert(value):
            raise ArgumentTypeError(_no_array(name, value, where))
    return _array_source(x, y, sample_weight, weights, batch_size, steps, where)


def labels_on_host(source: ArraySource | StreamSource) -> Tree | None:
    """Returns the targets as NumPy arrays, for checks of labels.

    Of a stream these are the first batch's.

    Args:
        source: what `adapt` returned.

    Example:
        >>> labels_on_host(adapt([[1.0], [2.0]], [0, 1]))
        array([0, 1], dtype=int32)
    """
    y = source.y if isinstance(source, ArraySource) else source.first[1]
    return _convert.on_host(y)


def _array_source(
    x: object,
    y: object,
    sample_weight: object,
    class_weight: Mapping[int, float] | None,
    batch_size: int | None,
    steps: int | None,
    where: str,
) -> ArraySource:
    inputs = _convert.to_tree(x, "x", where)
    targets = _convert.to_tree(y, "y", where)
    given = _convert.to_tree(sample_weight, "sample_weight", where)
    parts = [("x", inputs), ("y", targets), ("sample_weight", given)]
    length = common_length(parts, where)
    if inputs is None or length == 0:
        fix = "check how the data were loaded or selected"
        raise DataError(message(where, "the data set is empty: 0 rows", fix))
    weights = _weights.match_sample_weight(given, targets, where)
    if class_weight is not None:
        weights = _weights.class_weight_to_sample_weight(targets, class_weight, where)
    warn_not_finite(parts, where, _columns(x=x, y=y))
    return ArraySource(
        x=inputs,
        y=targets,
        sample_weight=weights,
        length=length,
        batch_size=batch_size or default_batch_size(length, steps),
        class_weighted=class_weight is not None,
        steps=steps if batch_size is None else None,
    )


def _columns(**values: object) -> dict[str, list[str]]:
    named = {name: _frames.column_names(value) for name, value in values.items()}
    return {name: columns for name, columns in named.items() if columns is not None}


def _refuse_beside_stream(
    x: object, y: object, sample_weight: object, where: str
) -> None:
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ConfigError(
                message(
                    where,
                    f"`{name}` must not be given when `x` is a {type(x).__name__}",
                    "let each batch be a tuple (inputs, targets) or (inputs, targets, "
                    "sample_weights)",
                )
            )


def _no_array(name: str, value: object, where: str) -> str:
    return message(
        where,
        f"`{name}` has a type that holds no numbers: {type(value).__name__}",
        "pass a NumPy or JAX array, a list of numbers, a pandas or polars column, or "
        "a list or dict of these",
    )
