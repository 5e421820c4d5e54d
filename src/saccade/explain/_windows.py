"""Where a sliding window stands: sizes, borders, strides, what is left out.

Everything that slides (convolution, pooling) asks here. One axis at a time; a picture
has two.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from saccade.core import _checks
from saccade.core._errors import ConfigError, ShapeError, message

from ._numbers import Floats

Padding = str | int | Sequence[int] | Sequence[tuple[int, int]]
FILLS = {"zeros": "constant", "reflect": "reflect", "replicate": "edge"}
_PADDINGS = ("valid", "same", "full")


@dataclasses.dataclass(frozen=True)
class Axis:
    """How windows stand along one axis of the input.

    Args:
        size: cells of the input.
        kernel: cells of the window.
        stride: cells between the starts of neighbouring windows.
        dilation: cells between neighbouring cells of the window.
        before: cells that padding puts before the input.
        after: cells that padding puts behind it.

    Example:
        >>> axis = Axis(size=11, kernel=3, stride=2, dilation=1, before=4, after=4)
        >>> axis.count, axis.formula
        (9, '(11 + 4 + 4 - 3) / 2 + 1 = 9')
    """

    size: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    @property
    def reach(self) -> int:
        """Cells from the first to the last cell of a window."""
        return (self.kernel - 1) * self.dilation + 1

    @property
    def padded(self) -> int:
        """Cells of the input with its padding."""
        return self.before + self.size + self.after

    @property
    def count(self) -> int:
        """Windows, which is the size of the output."""
        return (self.padded - self.reach) // self.stride + 1

    @property
    def starts(self) -> tuple[int, ...]:
        """First cell of each window, counted from the first cell of the padding."""
        return tuple(range(0, self.count * self.stride, self.stride))

    @property
    def skipped(self) -> tuple[int, ...]:
        """Places where a window would fit but the stride jumps over them."""
        fitting = range(self.padded - self.reach + 1)
        return tuple(sorted(set(fitting) - set(self.starts)))

    @property
    def dropped(self) -> tuple[int, ...]:
        """Cells at the end that no window reaches, counted as in `starts`."""
        return tuple(range(self.starts[-1] + self.reach, self.padded))

    @property
    def formula(self) -> str:
        """The size formula with the present numbers.

        Example:
            >>> Axis(size=6, kernel=3, stride=2).formula
            '(6 - 3) / 2 + 1 = 2.5, rounded down to 2'
        """
        borders = f" + {self.before} + {self.after}" if self.before + self.after else ""
        top = f"({self.size}{borders} - {self.reach})"
        exact = (self.padded - self.reach) / self.stride + 1
        text = f"{top} / {self.stride} + 1"
        if exact.is_integer():
            return f"{text} = {self.count}"
        return f"{text} = {exact:.4g}, rounded down to {self.count}"

    def cells(self, index: int) -> tuple[int, ...]:
        """Returns the cells of window `index`, counted as in `starts`."""
        first = self.starts[index]
        return tuple(range(first, first + self.reach, self.dilation))


def make_axes(
    sizes: Sequence[int],
    kernel: Sequence[int],
    stride: int | Sequence[int],
    padding: Padding,
    dilation: int | Sequence[int],
    where: str,
) -> tuple[Axis, ...]:
    """Returns the axes of an input under a window.

    Args:
        sizes: of the input along each axis.
        kernel: of the window along each axis.
        stride: one int, or one per axis.
        padding: 'valid', 'same', 'full', a number of cells on every side, or one
            number or pair (before, after) per axis.
        dilation: one int, or one per axis.
        where: the function that was called, for messages.

    Raises:
        ConfigError: a number below its least, or a padding that is not known.
        ShapeError: the window is larger than the padded input.

    Example:
        >>> [axis.count for axis in make_axes((5,), (3,), 1, "same", 1, "convolve")]
        [5]
    """
    rank = len(sizes)
    strides = _checks.int_tuple(stride, rank, "stride", where)
    dilations = _checks.int_tuple(dilation, rank, "dilation", where)
    bare = [
        Axis(n, k, s, d)
        for n, k, s, d in zip(sizes, kernel, strides, dilations, strict=True)
    ]
    borders = _borders(bare, padding, where)
    axes = [
        dataclasses.replace(axis, before=before, after=after)
        for axis, (before, after) in zip(bare, borders, strict=True)
    ]
    for number, axis in enumerate(axes):
        _check_fits(axis, number, rank, where)
    return tuple(axes)


def _borders(
    axes: Sequence[Axis], padding: Padding, where: str
) -> list[tuple[int, int]]:
    if isinstance(padding, str):
        kind = _checks.one_of(padding, _PADDINGS, "padding", where)
        return [_named_border(axis, kind) for axis in axes]
    if isinstance(padding, Sequence) and len(padding) == len(axes):
        pairs = [p if isinstance(p, Sequence) else (p, p) for p in padding]
        if all(len(pair) == 2 for pair in pairs):
            return [(_cells(p[0], where), _cells(p[1], where)) for p in pairs]
    if isinstance(padding, Sequence):
        problem = f"`padding` must have one number or pair per axis, got {padding!r}"
        raise ConfigError(message(where, problem))
    cells = _cells(padding, where)
    return [(cells, cells) for _ in axes]


def _cells(value: object, where: str) -> int:
    return _checks.positive_int(value, "padding", where, minimum=0)


def _named_border(axis: Axis, kind: str) -> tuple[int, int]:
    if kind == "valid":
        return 0, 0
    if kind == "full":
        return axis.reach - 1, axis.reach - 1
    # As in Keras: ceil(size / stride) windows; an odd cell goes behind the input.
    windows = math.ceil(axis.size / axis.stride)
    missing = max((windows - 1) * axis.stride + axis.reach - axis.size, 0)
    return missing // 2, missing - missing // 2


def _check_fits(axis: Axis, number: int, rank: int, where: str) -> None:
    if axis.padded >= axis.reach:
        return
    name = "cells" if rank == 1 else ("rows", "columns")[number]
    spread = f" (spread by dilation {axis.dilation})" if axis.dilation > 1 else ""
    padded = " with its padding" if axis.padded > axis.size else ""
    raise ShapeError(
        message(
            where,
            f"the window has {axis.reach} {name}{spread}, more than the input"
            f"{padded}, which has {axis.padded}",
            "take a smaller window, a larger input, or padding='same'",
        )
    )


def pad(input: Floats, axes: Sequence[Axis], fill: str, where: str) -> Floats:
    """Returns the input (..., c) with its padding.

    Args:
        input: one axis for each of `axes`, and channels.
        axes: where windows stand.
        fill: 'zeros', 'reflect' or 'replicate'.
        where: the function that was called, for messages.

    Raises:
        ConfigError: another fill.
        ShapeError: the input is too small to be reflected so far.

    Example:
        >>> pad(np.ones((2, 1)), (Axis(2, 3, before=1),), "zeros", "x").ravel()
        array([0., 1., 1.])
    """
    mode = FILLS[_checks.one_of(fill, tuple(FILLS), "fill", where)]
    for axis in axes:
        if mode == "reflect" and max(axis.before, axis.after) >= axis.size:
            problem = (
                f"{axis.size} cells cannot be reflected into a border of "
                f"{max(axis.before, axis.after)}"
            )
            raise ShapeError(message(where, problem, "use fill='zeros'"))
    borders = [(axis.before, axis.after) for axis in axes]
    return np.pad(input, [*borders, (0, 0)], mode=mode)  # type: ignore[call-overload]


def window_of(padded: Floats, axes: Sequence[Axis], position: Sequence[int]) -> Floats:
    """Returns what the window at one position sees: (k..., c).

    Args:
        padded: the input with its padding, (..., c).
        axes: where windows stand.
        position: of the output, one index for each axis.

    Example:
        >>> window_of(np.arange(4.0)[:, None], (Axis(4, 2),), (1,)).ravel()
        array([1., 2.])
    """
    cells = [axis.cells(i) for axis, i in zip(axes, position, strict=True)]
    return padded[np.ix_(*cells)]


def all_windows(padded: Floats, axes: Sequence[Axis]) -> Floats:
    """Returns what each window sees: (out..., k..., c).

    Args:
        padded: the input with its padding, (..., c).
        axes: where windows stand.

    Example:
        >>> all_windows(np.arange(3.0)[:, None], (Axis(3, 2),))[..., 0]
        array([[0., 1.],
               [1., 2.]])
    """
    grids: list[np.ndarray] = []
    rank = len(axes)
    for number, axis in enumerate(axes):
        cells = np.array([axis.cells(i) for i in range(axis.count)])
        shape = [1] * (2 * rank)
        shape[number], shape[rank + number] = cells.shape
        grids.append(cells.reshape(shape))
    return padded[tuple(grids)]


def check_position(
    position: Sequence[int] | int, sizes: Sequence[int], where: str
) -> tuple[int, ...]:
    """Returns a position of the output as a tuple.

    Args:
        position: one index for each axis, from 0.
        sizes: of the output.
        where: the function that was called, for messages.

    Raises:
        ConfigError: not one index for each axis, or one outside.

    Example:
        >>> check_position(2, (4,), "cell")
        (2,)
    """
    given = (position,) if isinstance(position, (int, np.integer)) else tuple(position)
    if len(given) != len(sizes) or not all(
        isinstance(i, (int, np.integer)) and 0 <= i < n
        for i, n in zip(given, sizes, strict=True)
    ):
        last = ", ".join(f"0..{n - 1}" for n in sizes)
        problem = f"`position` must be in ({last}), got {position!r}"
        raise ConfigError(
            message(where, problem, "it counts cells of the output, from 0")
        )
    return tuple(int(i) for i in given)
