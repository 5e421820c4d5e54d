"""Looks at targets on the host before anything is compiled.

Each check is at most a few passes over the labels.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from saccade.core._errors import DataError, DataWarning, ShapeError, message
from saccade.losses import _crossentropy, _ctc, _focal, _margin
from saccade.losses._loss import Loss, LossFunctionWrapper

_SPARSE = {
    _crossentropy.sparse_categorical_crossentropy,
    _crossentropy.categorical_generalized_cross_entropy,
}
_ONE_HOT = {
    _crossentropy.categorical_crossentropy,
    _focal.categorical_focal_crossentropy,
    _margin.categorical_hinge,
}
_BINARY = {
    _crossentropy.binary_crossentropy,
    _focal.binary_focal_crossentropy,
}
# Their targets are not shaped like their predictions.
_OTHER = {_ctc.ctc, _margin.circle}

Shape = Sequence[int | None]


def check_targets(
    loss: Loss | None, y_true: np.ndarray, output_shape: Shape, where: str = "y"
) -> None:
    """Raises where targets cannot belong to the output under a built-in loss.

    Args:
        loss: the resolved loss; nothing is known about users' own ones.
        y_true: all targets, or the first ones.
        output_shape: of the model's output, the batch first.
        where: how the user knows the targets: 'y', 'validation_data' ...

    Raises:
        DataError: class numbers outside the classes or not whole; one-hot labels
            where numbers are wanted or the reverse.
        ShapeError: other shapes that do not fit.

    Warns:
        DataWarning: labels outside [0, 1] under a binary loss; one column of targets
            for an output of several units.

    Example:
        >>> from saccade.losses import MeanSquaredError
        >>> check_targets(MeanSquaredError(), np.zeros((5, 1)), (None, 1))
    """
    if not isinstance(loss, LossFunctionWrapper) or not len(y_true):
        return
    ours = str(getattr(loss.fn, "__module__", "")).startswith("saccade.losses.")
    if not ours or loss.fn in _OTHER:
        return
    kwargs = loss._fn_kwargs
    name = loss.fn.__name__
    if loss.fn in _SPARSE:
        axis = int(kwargs.get("axis", -1)) % len(output_shape)
        classes = output_shape[axis]
        if classes is None:
            return
        _check_sparse_shape(name, y_true, output_shape, axis, classes, where)
        ignore = kwargs.get("ignore_class")
        _check_class_numbers(name, y_true, classes, ignore, where)
    elif loss.fn in _ONE_HOT:
        _check_one_hot(name, y_true, output_shape, where)
    else:
        _check_shapes(name, y_true, output_shape, where, loss.fn in _BINARY)
        if loss.fn in _BINARY:
            _check_unit_interval(name, y_true, where)


def _shown(shape: Shape) -> str:
    return str((None, *shape[1:]))


def _fits(one: Shape, other: Shape) -> bool:
    """Whether two shapes are equal but for unknown lengths and the batch."""
    return len(one) == len(other) and all(
        a is None or b is None or a == b
        for a, b in zip(one[1:], other[1:], strict=True)
    )


def _check_sparse_shape(
    name: str, y: np.ndarray, output: Shape, axis: int, classes: int, where: str
) -> None:
    without = [*output[:axis], *output[axis + 1 :]]
    with_one = [*output[:axis], 1, *output[axis + 1 :]]
    if _fits(y.shape, without) or _fits(y.shape, with_one):
        return
    if _fits(y.shape, output):
        raise DataError(
            message(
                where,
                f"{name} expects class numbers, got labels of shape "
                f"{_shown(y.shape)} for an output {_shown(output)}: they look one-hot",
                "use loss='categorical_crossentropy', or pass the numbers: "
                "y.argmax(axis=-1)",
            )
        )
    raise ShapeError(
        message(
            where,
            f"{name} expects class numbers of shape {_shown(without)} for an output "
            f"{_shown(output)}, got {_shown(y.shape)}",
        )
    )


def _check_class_numbers(
    name: str, y: np.ndarray, classes: int, ignore: int | None, where: str
) -> None:
    if y.dtype.kind == "f" and not np.array_equal(y, np.floor(y)):
        row = _first(y != np.floor(y))
        raise DataError(
            message(
                where,
                f"{name} expects whole class numbers, got {_at(y, row)} in row "
                f"{row[0]}",
                "use a regression loss such as 'mse' for targets that are no classes",
            )
        )
    low, high = y.min(), y.max()
    if low >= 0 and high < classes:
        return
    bad = (y < 0) | (y >= classes)
    if ignore is not None:
        bad &= y != ignore
    if not bad.any():
        return
    row = _first(bad)
    worst = y[bad]
    if classes == 1:
        fix = "use loss='binary_crossentropy' for an output of one unit"
    elif worst.min() == worst.max() == classes and low > 0:
        fix = "class numbers start at 0: pass y - 1"
    elif worst.min() < 0:
        fix = "number the classes from 0, or name the one to leave out: ignore_class"
    else:
        fix = f"give the last layer {int(worst.max()) + 1} units, or correct the labels"
    raise DataError(
        message(
            where,
            f"{name} expects class numbers in 0..{classes - 1} for an output of "
            f"{classes} classes, got {_at(y, row)} in row {row[0]}",
            fix,
        )
    )


def _check_one_hot(name: str, y: np.ndarray, output: Shape, where: str) -> None:
    if _fits(y.shape, output):
        return
    numbers = _fits(y.shape, output[:-1]) or _fits(y.shape, [*output[:-1], 1])
    if not numbers:
        _check_shapes(name, y, output, where, exact=True)
        return
    classes = output[-1]
    encode = f"y = keras.utils.to_categorical(y, {classes})"
    if name == "categorical_crossentropy":
        encode = f"use loss='sparse_categorical_crossentropy', or {encode}"
    raise DataError(
        message(
            where,
            f"{name} expects one-hot labels of shape {_shown(output)}, got class "
            f"numbers of shape {_shown(y.shape)}",
            encode,
        )
    )


def _check_shapes(
    name: str, y: np.ndarray, output: Shape, where: str, exact: bool
) -> None:
    target: Shape = y.shape
    if len(target) == len(output) + 1 and target[-1] == 1:
        target = target[:-1]
    elif len(output) == len(target) + 1 and output[-1] == 1:
        target = (*target, 1)
    if _fits(target, output):
        return
    one_column = len(target) == 1 or (len(target) == len(output) and target[-1] == 1)
    if not exact and len(target) == len(output) and _broadcasts(target, output):
        warnings.warn(
            message(
                where,
                f"targets {_shown(y.shape)} are repeated to fit the output "
                f"{_shown(output)}",
                "make both shapes equal",
            ),
            DataWarning,
            stacklevel=4,
        )
        return
    fix = "make the last layer as wide as the targets"
    if one_column and exact:
        fix = "use loss='sparse_categorical_crossentropy' for class numbers"
    elif one_column:
        fix = (
            "give the last layer 1 unit for one number per sample, or use "
            "loss='sparse_categorical_crossentropy' for class numbers"
        )
    raise ShapeError(
        message(
            where,
            f"{name} expects targets of the output's shape {_shown(output)}, got "
            f"{_shown(y.shape)}",
            fix,
        )
    )


def _broadcasts(target: Shape, output: Shape) -> bool:
    return all(
        a is None or b is None or a == b or 1 in (a, b)
        for a, b in zip(target[1:], output[1:], strict=True)
    )


def _check_unit_interval(name: str, y: np.ndarray, where: str) -> None:
    if y.dtype.kind == "b" or (y.min() >= 0 and y.max() <= 1):
        return
    bad = (y < 0) | (y > 1)
    if not bad.any():
        return
    row = _first(bad)
    warnings.warn(
        message(
            where,
            f"{name} expects labels in [0, 1], got {_at(y, row)} in row {row[0]}",
            "use sparse_categorical_crossentropy for class numbers, or 'hinge' for "
            "labels -1 and 1",
        ),
        DataWarning,
        stacklevel=3,
    )


def _first(bad: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), bad.shape))


def _at(y: np.ndarray, index: tuple[int, ...]) -> str:
    value = y[index]
    return f"{float(value):g}" if y.dtype.kind == "f" else str(int(value))
