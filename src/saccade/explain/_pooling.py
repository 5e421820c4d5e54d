"""Pooling as steps: the largest or the mean of each window, and the way back."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from saccade.core import _checks
from saccade.core._errors import ConfigError, ShapeError, message

from ._numbers import Floats, factor, floats, words
from ._steps import Steps
from ._windows import Axis, Padding, all_windows, check_position, make_axes, window_of

_WHERE = "pooling"
_LINES = 100


@dataclasses.dataclass(frozen=True, eq=False)
class PooledCell(Steps):
    """The arithmetic of one number of a pooling layer's output.

    Args:
        kind: 'max' or 'average'.
        position: its place in the output.
        channel: its channel; pooling never mixes them.
        places: for each axis, the cells of the input that the window sees.
        window: what they hold; NaN where the window sticks out.
        chosen: place in the window of the largest, for 'max'.
        share: how much of the gradient each cell gets back; sums to 1.
        output: the number.

    Shapes:
        window, share: (k...)
    """

    kind: str
    position: tuple[int, ...]
    channel: int
    places: tuple[tuple[int, ...], ...]
    window: Floats
    chosen: tuple[int, ...] | None
    share: Floats
    output: float

    def lines(self) -> list[str]:
        """Returns the arithmetic for the screen."""
        place = ", ".join(map(str, self.position))
        seen = [v for v in self.window.ravel() if not np.isnan(v)]
        if self.kind == "max":
            text = f"max({', '.join(words(v) for v in seen)})"
        else:
            text = f"({' + '.join(factor(v) for v in seen)}) / {len(seen)}"
        return [f"out[{place}] = {text} = {words(self.output)}"]


@dataclasses.dataclass(frozen=True, eq=False)
class Pooling(Steps):
    """Pooling with all that a picture of it needs.

    Args:
        input: what is pooled, channels last.
        kind: 'max' or 'average'.
        axes: sizes, borders and places of the windows along each axis.
        padded: the input with its padding, which is NaN and counts nothing.
        output: what the layer gives.

    Shapes:
        input: (n, c) or (h, w, c); output: (out..., c)
    """

    input: Floats
    kind: str
    axes: tuple[Axis, ...]
    padded: Floats
    output: Floats

    @property
    def rank(self) -> int:
        """1 for a sequence, 2 for a picture."""
        return len(self.axes)

    @property
    def result(self) -> list[float] | list[list[float]]:
        """The first channel's output as plain lists.

        Example:
            >>> pooling([1, 3, 2, 5], 2).result
            [3.0, 5.0]
        """
        return self.output[..., 0].tolist()

    def positions(self) -> Iterator[tuple[int, ...]]:
        """Yields each place of the output, row by row."""
        return iter(np.ndindex(*(axis.count for axis in self.axes)))

    def cell(self, position: Sequence[int] | int, channel: int = 0) -> PooledCell:
        """Returns the arithmetic of one number of the output.

        Args:
            position: its place, one index for each axis.
            channel: which channel, from 0.

        Raises:
            ConfigError: there is no such place or channel.

        Example:
            >>> pooling([1, 3, 2, 5], 2).cell(1).lines()
            ['out[1] = max(2, 5) = 5']
        """
        return pooled_cell(self.padded, self.kind, self.axes, position, channel)

    def lines(self) -> list[str]:
        """Returns sizes and every step of the first channel for the screen."""
        names = ("size",) if self.rank == 1 else ("rows", "columns")
        lines = [
            f"{name}: {axis.formula}"
            for name, axis in zip(names, self.axes, strict=True)
        ]
        lines.append("parameters: 0")
        for count, position in enumerate(self.positions()):
            if count == _LINES:
                left = math.prod(axis.count for axis in self.axes) - _LINES
                lines.append(f"... {left} more")
                break
            lines += self.cell(position).lines()
        return lines


def pooling(
    input: npt.ArrayLike,
    size: int | Sequence[int] = 2,
    *,
    stride: int | Sequence[int] | None = None,
    padding: Padding = "valid",
    kind: str = "max",
) -> Pooling:
    """Returns pooling as steps: each window becomes its largest number, or its mean.

    It has no weights. On the way back the gradient goes to the largest cell only, or
    in equal shares to all.

    Args:
        input: a sequence, or a picture; channels last where there are several.
        size: of the window, one int or one per axis.
        stride: cells from one window to the next; None for `size`.
        padding: as for `convolve`; what it adds counts nothing.
        kind: 'max' or 'average'.

    Shapes:
        input: (n,), (h, w) or (h, w, c); output: (out..., c)

    Raises:
        ShapeError: the window is larger than the input, or the input has other axes.
        ConfigError: another argument has a value that cannot work.

    Differs from Keras: not in Keras; `layers.MaxPooling2D` gives the result only.

    Example:
        >>> pooling([[1, 2, 5, 6], [3, 4, 7, 8]], 2).result
        [[4.0, 8.0]]
    """
    x = floats(input, "input", _WHERE)
    if x.ndim not in (1, 2, 3):
        raise ShapeError(
            message(
                _WHERE,
                f"`input` must be (n,), (h, w) or (h, w, channels), got {x.shape}",
            )
        )
    x = x if x.ndim == 3 else x[..., None]
    sizes = _checks.int_tuple(size, x.ndim - 1, "size", _WHERE)
    axes = make_axes(
        x.shape[:-1], sizes, sizes if stride is None else stride, padding, 1, _WHERE
    )
    return pooled(x, axes, kind)


def pooled(x: Floats, axes: Sequence[Axis], kind: str) -> Pooling:
    """Returns pooling of an input whose axes are known.

    Args:
        x: the input.
        axes: where windows stand.
        kind: 'max' or 'average'.

    Shapes:
        x: (..., c)

    Raises:
        ConfigError: another kind, or padding so wide that a window sees nothing else.

    Example:
        >>> pooled(np.ones((4, 1)), [Axis(4, 2, 2)], "max").output.ravel()
        array([1., 1.])
    """
    kind = _checks.one_of(kind, ("max", "average"), "kind", _WHERE)
    if any(max(axis.before, axis.after) >= axis.reach for axis in axes):
        problem = "`padding` is so wide that a window would see nothing else"
        raise ConfigError(message(_WHERE, problem, "take less than the window's size"))
    borders = [(axis.before, axis.after) for axis in axes]
    padded = np.pad(x, [*borders, (0, 0)], constant_values=np.nan)
    windows = all_windows(padded, axes)
    inner = tuple(range(len(axes), 2 * len(axes)))
    reduce = np.nanmax if kind == "max" else np.nanmean
    return Pooling(x, kind, tuple(axes), padded, reduce(windows, axis=inner))


def pooled_cell(
    padded: Floats,
    kind: str,
    axes: Sequence[Axis],
    position: Sequence[int] | int,
    channel: int = 0,
) -> PooledCell:
    """Returns the arithmetic of one number, from the input alone.

    Args:
        padded: the input with NaN around it.
        kind: 'max' or 'average'.
        axes: where windows stand.
        position: the place in the output.
        channel: which channel.

    Shapes:
        padded: (..., c)

    Raises:
        ConfigError: there is no such place or channel.

    Example:
        >>> pooled_cell(np.arange(4.0)[:, None], "max", [Axis(4, 2, 2)], 1).chosen
        (1,)
    """
    place = check_position(position, [axis.count for axis in axes], _WHERE)
    if not 0 <= channel < padded.shape[-1]:
        problem = f"`channel` must be in 0..{padded.shape[-1] - 1}, got {channel!r}"
        raise ConfigError(message(_WHERE, problem))
    window = window_of(padded, axes, place)[..., channel]
    real = ~np.isnan(window)
    chosen = None
    if kind == "max":
        index = np.unravel_index(int(np.nanargmax(window)), window.shape)
        chosen = tuple(int(i) for i in index)
        share = np.zeros(window.shape)
        share[chosen] = 1.0
        output = float(window[chosen])
    else:
        share = real / real.sum()
        output = float(np.nanmean(window))
    return PooledCell(
        kind=kind,
        position=place,
        channel=channel,
        places=tuple(
            tuple(cell - axis.before for cell in axis.cells(i))
            for axis, i in zip(axes, place, strict=True)
        ),
        window=window,
        chosen=chosen,
        share=share,
        output=output,
    )
