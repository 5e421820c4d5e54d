"""The last rows of arrays as validation data."""

from __future__ import annotations

import dataclasses
import math
import numbers

import jax
import numpy as np

from saccade.core._errors import ConfigError, message
from saccade.data._convert import host_view
from saccade.data._source import ArraySource, StreamSource
from saccade.data._types import Tree
from saccade.data._warn import warn


def split_validation(
    source: ArraySource | StreamSource, fraction: float
) -> tuple[ArraySource, ArraySource]:
    """Splits the last rows off for validation, before any shuffling, as Keras does.

    Nothing is copied from NumPy arrays. Weights made from `class_weight` stay with
    the training part.

    Args:
        source: the data of `fit`.
        fraction: part of the rows for validation, in (0, 1).

    Raises:
        ConfigError: a stream, a fraction outside (0, 1), or too few rows for it.

    Example:
        >>> data = ArraySource(np.arange(10), np.arange(10), None, 10, 4)
        >>> train, validation = split_validation(data, 0.2)
        >>> train.length, validation.x
        (8, array([8, 9]))
    """
    if isinstance(source, StreamSource):
        raise ConfigError(
            message(
                "fit",
                "`validation_split` needs arrays, got batches that arrive one by one",
                "pass `validation_data`",
            )
        )
    is_number = isinstance(fraction, numbers.Real) and not isinstance(fraction, bool)
    if not is_number or not 0 < fraction < 1:
        problem = f"`validation_split` must be a number in (0, 1), got {fraction!r}"
        raise ConfigError(message("fit", problem))
    cut = math.floor(source.length * (1.0 - fraction))
    if cut in (0, source.length):
        raise ConfigError(
            message(
                "fit",
                f"`validation_split`={fraction} of {source.length} rows leaves none "
                f"for {'training' if cut == 0 else 'validation'}",
                "pass more rows, another fraction, or `validation_data`",
            )
        )
    size = source.batch_size if source.steps is None else None
    train = _rows(source, 0, cut).with_batch_size(size, source.steps)
    validation = _rows(source, cut, source.length).with_batch_size(size)
    if source.class_weighted:
        validation = dataclasses.replace(
            validation, sample_weight=None, class_weighted=False
        )
    _warn_sorted(train.y, validation.y, fraction)
    return train, validation


def _rows(source: ArraySource, start: int, stop: int) -> ArraySource:
    x, y, weight = jax.tree.map(
        lambda leaf: leaf[start:stop], (source.x, source.y, source.sample_weight)
    )
    return dataclasses.replace(
        source, x=x, y=y, sample_weight=weight, length=stop - start
    )


def _warn_sorted(train: Tree | None, validation: Tree | None, fraction: float) -> None:
    before, after = class_labels(train), class_labels(validation)
    if before is None or after is None:
        return
    labels = np.concatenate([before, after])
    known = np.unique(labels)
    runs = 1 + np.count_nonzero(labels[1:] != labels[:-1])
    # Each class in one unbroken run and several rows per class: sorted labels, not a
    # rare class nor a growing quantity.
    if runs != len(known) or 2 * len(known) > len(labels):
        return
    absent, held = np.setdiff1d(after, before), np.unique(after)
    if len(absent):
        problem = f"hold classes that training never sees: {_names(absent)}"
    elif len(held) < len(known):
        problem = f"hold {len(held)} of {len(known)} classes only: {_names(held)}"
    else:
        return
    warn(
        message(
            "fit",
            f"`y` is sorted by class, so the last {fraction:.0%} of the rows, taken by "
            f"`validation_split`, {problem}",
            "split before, with the same share of each class in both parts: train, "
            f"validation = keras.utils.stratified_split(x, y, {fraction}, seed=0); "
            "fit(*train, validation_data=validation)",
        )
    )


def _names(classes: np.ndarray) -> str:
    first = ", ".join(str(int(label)) for label in classes[:10])
    return f"{first}, ..." if len(classes) > 10 else first


def class_labels(y: Tree | None) -> np.ndarray | None:
    """Returns the classes of rows as (b,), or None where `y` is something else.

    Args:
        y: whole numbers (b,) or (b, 1), or one-hot rows (b, k).

    Example:
        >>> class_labels(np.eye(3)[[2, 0]])
        array([2, 0])
    """
    if y is None or isinstance(y, (list, tuple, dict)) or y.ndim > 2:
        return None
    labels = host_view(y)
    if labels.ndim == 2 and labels.shape[1] > 1:
        one_hot = np.count_nonzero(labels, axis=1) == 1
        return labels.argmax(axis=1) if one_hot.all() else None
    labels = labels.reshape(-1)
    if labels.dtype.kind not in "biu" and not (labels == np.rint(labels)).all():
        return None
    return labels
