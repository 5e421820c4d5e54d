"""Convolution, 1-D and 2-D, as steps: each window, its products, their sum.

As in every deep learning library the kernel is not flipped: this is what mathematics
calls cross-correlation.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from saccade.core._errors import ConfigError, ShapeError, message

from ._neuron import Activation, apply
from ._numbers import Floats, floats, signed, sum_of_products, words
from ._steps import Steps
from ._windows import (
    Axis,
    Padding,
    all_windows,
    check_position,
    make_axes,
    pad,
    window_of,
)

_WHERE = "convolve"
_LINES = 100


@dataclasses.dataclass(frozen=True, eq=False)
class ConvolvedCell(Steps):
    """The arithmetic of one number of a convolution's output.

    Args:
        position: its place in the output.
        filter: which filter made it.
        places: for each axis, the cells of the input that the window sees; those
            below 0 or behind the input are padding.
        window: what they hold.
        kernel: the weights of the filter.
        products: window × kernel.
        channel_sums: the sum of the products of each channel.
        bias: what is added.
        total: all products and the bias.
        activation: name of the function that comes then.
        output: its value, the number in the output.

    Shapes:
        window, kernel, products: (k..., c); channel_sums: (c,)
    """

    position: tuple[int, ...]
    filter: int
    places: tuple[tuple[int, ...], ...]
    window: Floats
    kernel: Floats
    products: Floats
    channel_sums: Floats
    bias: float
    total: float
    activation: str
    output: float

    def lines(self) -> list[str]:
        """Returns the arithmetic for the screen."""
        place = ", ".join(map(str, self.position))
        channels = self.window.shape[-1]
        if channels == 1:
            terms = sum_of_products(self.window, self.kernel)
        else:
            terms = " + ".join(f"({words(v)})" for v in self.channel_sums)
        bias = f" {signed(self.bias)}" if self.bias else ""
        lines = [f"out[{place}] = {terms}{bias} = {words(self.total)}"]
        if channels > 1:
            lines += [
                f"  channel {c}: "
                f"{sum_of_products(self.window[..., c], self.kernel[..., c])}"
                f" = {words(self.channel_sums[c])}"
                for c in range(channels)
            ]
        if self.activation != "linear":
            text = f"{self.activation}({words(self.total)}) = {words(self.output)}"
            lines.append(f"  {text}")
        return lines


@dataclasses.dataclass(frozen=True, eq=False)
class Convolution(Steps):
    """A convolution with all that a picture of it needs.

    Args:
        input: what is convolved, channels last.
        kernel: the weights, as Keras stores them.
        bias: one for each filter, 0 if there is none.
        use_bias: whether there is one.
        axes: sizes, borders and places of the windows along each axis.
        fill: what padding holds: 'zeros', 'reflect' or 'replicate'.
        padded: the input with its padding.
        totals: sums and bias, before the activation.
        activation: its name.
        output: what the layer gives.

    Shapes:
        input: (n, c) or (h, w, c); kernel: (k..., c, filters); bias: (filters,);
        totals, output: (out..., filters)
    """

    input: Floats
    kernel: Floats
    bias: Floats
    use_bias: bool
    axes: tuple[Axis, ...]
    fill: str
    padded: Floats
    totals: Floats
    activation: str
    output: Floats
    _apply: Activation = dataclasses.field(repr=False, default=None)

    @property
    def rank(self) -> int:
        """1 for a sequence, 2 for a picture."""
        return len(self.axes)

    @property
    def filters(self) -> int:
        """How many filters there are."""
        return self.kernel.shape[-1]

    @property
    def parameters(self) -> int:
        """How many weights and biases it has, whatever the size of the input."""
        return self.kernel.size + self.bias.size * self.use_bias

    @property
    def result(self) -> list[float] | list[list[float]]:
        """The first filter's output as plain lists.

        Example:
            >>> convolve([2, 3, 5, 7, 11], [-1, 1]).result
            [1.0, 2.0, 2.0, 4.0]
        """
        return self.output[..., 0].tolist()

    def positions(self) -> Iterator[tuple[int, ...]]:
        """Yields each place of the output, row by row."""
        return iter(np.ndindex(*(axis.count for axis in self.axes)))

    def cell(self, position: Sequence[int] | int, filter: int = 0) -> ConvolvedCell:
        """Returns the arithmetic of one number of the output.

        Args:
            position: its place, one index for each axis.
            filter: which filter, from 0.

        Raises:
            ConfigError: there is no such place or filter.

        Example:
            >>> convolve([2, 3, 5], [-1, 1]).cell(1).lines()
            ['out[1] = 3 × (-1) + 5 × 1 = 2']
        """
        return convolved_cell(
            self.padded, self.kernel, self.bias, self.axes, position, filter,
            self._apply,
        )  # fmt: skip

    def lines(self) -> list[str]:
        """Returns sizes and every step of the first filter for the screen."""
        names = ("size",) if self.rank == 1 else ("rows", "columns")
        lines = [
            f"{name}: {axis.formula}"
            for name, axis in zip(names, self.axes, strict=True)
        ]
        for name, axis in zip(names, self.axes, strict=True):
            if axis.dropped:
                what = "cells" if name == "size" else name
                what = what if len(axis.dropped) > 1 else what[:-1]
                lines.append(f"never seen at the end: {len(axis.dropped)} {what}")
        lines.append(f"parameters: {words(self.parameters)}")
        for count, position in enumerate(self.positions()):
            if count == _LINES:
                left = math.prod(axis.count for axis in self.axes) - _LINES
                lines.append(f"... {left} more")
                break
            lines += self.cell(position).lines()
        return lines


def convolve(
    input: npt.ArrayLike,
    kernel: npt.ArrayLike,
    *,
    stride: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
    bias: npt.ArrayLike | None = None,
    activation: Activation = None,
    fill: str = "zeros",
) -> Convolution:
    """Returns a convolution as steps.

    The kernel slides over the input; where it stands, each cell below is multiplied by
    the weight above it, and the products are added: one number of the output. With
    several channels each has its own part of the kernel, and all are added.

    Args:
        input: a sequence, or a picture; channels last where there are several.
        kernel: the weights. With `input` (n,) it is (k,); with (h, w) it is (kh, kw);
            with channels (k..., c), or (k..., c, filters) as Keras stores them.
        stride: cells from one window to the next.
        padding: 'valid' for none, 'same' for as many outputs as inputs (divided by the
            stride), 'full' for every overlap, or a number of cells.
        dilation: cells between neighbouring weights of the kernel.
        bias: added to each sum; one number, one for each filter, or None for none.
        activation: name of a function of `explain.functions`, or a function of the
            sums of all filters at a place; None for none.
        fill: what padding holds: 'zeros', 'reflect' or 'replicate'.

    Shapes:
        input: (n,), (n, c), (h, w) or (h, w, c); output: (out..., filters)

    Raises:
        ShapeError: the arrays do not fit together, or the kernel is larger than the
            input.
        ConfigError: another argument has a value that cannot work.

    Differs from Keras: not in Keras; `layers.Conv2D` gives the result only.

    Example:
        >>> convolve([[2, 1, 3], [4, 0, 2], [1, 5, 6]], [[-1, -2], [1, 2]]).result
        [[0.0, -3.0], [7.0, 13.0]]
    """
    x, w = floats(input, "input", _WHERE), floats(kernel, "kernel", _WHERE)
    x, w = _with_channels(x, w)
    b = floats(0.0 if bias is None else bias, "bias", _WHERE)
    if b.ndim and b.shape != w.shape[-1:]:
        problem = f"`bias` must be one number or {w.shape[-1]}, got shape {b.shape}"
        raise ShapeError(message(_WHERE, problem))
    b = np.broadcast_to(b, w.shape[-1:]).copy()
    axes = make_axes(x.shape[:-1], w.shape[:-2], stride, padding, dilation, _WHERE)
    padded = pad(x, axes, fill, _WHERE)
    rank = len(axes)
    windows = all_windows(padded, axes)
    totals = np.tensordot(windows, w, rank + 1) + b
    name, _ = apply(activation, totals[(0,) * rank])
    if callable(activation):
        output = np.apply_along_axis(activation, -1, totals)
    else:
        output = apply(activation, totals)[1]
    return Convolution(
        x, w, b, bias is not None, axes, fill, padded, totals, name, output, activation
    )


def convolved_cell(
    padded: Floats,
    kernel: Floats,
    bias: Floats,
    axes: Sequence[Axis],
    position: Sequence[int] | int,
    filter: int = 0,
    activation: Activation = None,
) -> ConvolvedCell:
    """Returns the arithmetic of one number, from weights and input alone.

    Args:
        padded: the input with its padding.
        kernel: the weights.
        bias: one number for each filter.
        axes: where windows stand.
        position: the place in the output.
        filter: which filter.
        activation: a name, or a function of the sums of all filters at the place.

    Shapes:
        padded: (..., c); kernel: (k..., c, filters); bias: (filters,)

    Raises:
        ConfigError: there is no such place or filter.

    Example:
        >>> x, w = np.arange(4.0)[:, None], np.ones((2, 1, 1))
        >>> convolved_cell(x, w, np.zeros(1), [Axis(4, 2)], 2).total
        5.0
    """
    place = check_position(position, [axis.count for axis in axes], _WHERE)
    filters = kernel.shape[-1]
    if not 0 <= filter < filters:
        problem = f"`filter` must be in 0..{filters - 1}, got {filter!r}"
        raise ConfigError(message(_WHERE, problem))
    window = window_of(padded, axes, place)
    totals = np.tensordot(window, kernel, window.ndim) + bias
    name, outputs = apply(activation, totals)
    products = window * kernel[..., filter]
    return ConvolvedCell(
        position=place,
        filter=filter,
        places=tuple(
            tuple(cell - axis.before for cell in axis.cells(i))
            for axis, i in zip(axes, place, strict=True)
        ),
        window=window,
        kernel=kernel[..., filter],
        products=products,
        channel_sums=products.reshape(-1, products.shape[-1]).sum(0),
        bias=float(bias[filter]),
        total=float(totals[filter]),
        activation=name,
        output=float(outputs[filter]),
    )


def _with_channels(x: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Gives input and kernel their axes of channels and filters."""
    form = (x.ndim, w.ndim)
    if form in ((1, 1), (2, 2)):
        return x[..., None], w[..., None, None]
    if form == (3, 3):
        x, w = x, w[..., None]
    elif form in ((1, 3), (2, 4)):
        x = x[..., None]
    elif form not in ((2, 3), (3, 4)):
        raise ShapeError(
            message(
                _WHERE,
                f"input {x.shape} and kernel {w.shape} do not go together",
                "a sequence (n,) needs a kernel (k,), a picture (h, w) one of (kh, kw),"
                " with channels (h, w, c) one of (kh, kw, c) or (kh, kw, c, filters)",
            )
        )
    if x.shape[-1] != w.shape[-2]:
        problem = (
            f"the input has {x.shape[-1]} channels but the kernel has weights for "
            f"{w.shape[-2]}"
        )
        fix = "both end with the channels: input (..., c), kernel (..., c, filters)"
        raise ShapeError(message(_WHERE, problem, fix))
    return x, w
