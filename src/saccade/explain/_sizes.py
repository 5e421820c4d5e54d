"""What padding, stride and layers do to sizes and counts, side by side."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from saccade.core import _checks

from ._convolve import Convolution, convolve
from ._numbers import floats, words
from ._steps import Steps
from ._windows import Padding


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison(Steps):
    """The same convolution with one argument changed.

    Args:
        argument: which: 'padding' or 'stride'.
        names: its values as text.
        cases: the convolutions.
    """

    argument: str
    names: tuple[str, ...]
    cases: tuple[Convolution, ...]

    def lines(self) -> list[str]:
        """Returns sizes and results for the screen."""
        lines = []
        for name, case in zip(self.names, self.cases, strict=True):
            sizes = " × ".join(str(axis.count) for axis in case.axes)
            lines.append(f"{self.argument} {name}: output {sizes}")
            for axis in case.axes:
                lines.append(f"  {axis.formula}")
                if axis.skipped:
                    skipped = ", ".join(map(str, axis.skipped))
                    lines.append(f"  starts that are skipped: {skipped}")
                if axis.dropped:
                    lines.append(f"  cells at the end never seen: {len(axis.dropped)}")
            lines.append(f"  result {np.round(case.output[..., 0], 4).tolist()}")
        return lines


def padding(
    input: npt.ArrayLike,
    kernel: npt.ArrayLike,
    *,
    kinds: Sequence[Padding] = ("valid", "same", "full"),
    stride: int = 1,
    dilation: int = 1,
    fill: str = "zeros",
) -> Comparison:
    """Returns the same convolution with several kinds of padding.

    'valid' adds nothing and the output shrinks by kernel - 1; 'same' adds as much as
    keeps the size; 'full' adds kernel - 1 on each side, so that every overlap counts.

    Args:
        input: as for `convolve`.
        kernel: as for `convolve`.
        kinds: 'valid', 'same', 'full', or numbers of cells.
        stride: as for `convolve`.
        dilation: as for `convolve`.
        fill: as for `convolve`.

    Raises:
        ShapeError, ConfigError: as `convolve`.

    Differs from Keras: not in Keras.

    Example:
        >>> found = padding([1, 2, 3, 4, 5], [1, 1, 1])
        >>> [case.axes[0].count for case in found.cases]
        [3, 5, 7]
    """
    cases = tuple(
        convolve(
            input, kernel, stride=stride, padding=kind, dilation=dilation, fill=fill
        )
        for kind in kinds
    )
    return Comparison("padding", tuple(str(kind) for kind in kinds), cases)


def stride(
    input: npt.ArrayLike,
    kernel: npt.ArrayLike,
    *,
    strides: Sequence[int] = (1, 2, 3),
    padding: Padding = "valid",
) -> Comparison:
    """Returns the same convolution with several strides.

    A stride of 2 keeps every second window. Cells at the end that no window reaches
    any more are dropped.

    Args:
        input: as for `convolve`.
        kernel: as for `convolve`.
        strides: the strides to compare.
        padding: as for `convolve`.

    Raises:
        ShapeError, ConfigError: as `convolve`.

    Differs from Keras: not in Keras.

    Example:
        >>> found = stride([1, 2, 3, 4, 5, 6], [1, 0, 0], strides=[1, 2])
        >>> [case.result for case in found.cases], found.cases[1].axes[0].dropped
        ([[1.0, 2.0, 3.0, 4.0], [1.0, 3.0]], (5,))
    """
    cases = tuple(
        convolve(input, kernel, stride=step, padding=padding) for step in strides
    )
    return Comparison("stride", tuple(str(step) for step in strides), cases)


@dataclasses.dataclass(frozen=True)
class ParameterCount(Steps):
    """Weights of a convolution beside those of a dense layer for the same picture.

    Args:
        input_shape: rows, columns, channels.
        kernel_size: rows, columns.
        filters: of the convolution, and units of the dense layer.
        use_bias: whether biases are counted.
        convolution: how many numbers the convolution learns.
        dense: how many the dense layer learns.
    """

    input_shape: tuple[int, ...]
    kernel_size: tuple[int, ...]
    filters: int
    use_bias: bool
    convolution: int
    dense: int

    def lines(self) -> list[str]:
        """Returns both counts with their products, for the screen."""
        channels = self.input_shape[-1]
        bias = " + 1" if self.use_bias else ""
        kernel = " × ".join(map(str, (*self.kernel_size, channels)))
        inputs = " × ".join(map(str, self.input_shape))
        return [
            f"convolution: ({kernel}{bias}) × {self.filters} filters = "
            f"{words(self.convolution)}, for a picture of any size",
            f"dense layer: ({inputs}{bias}) × {self.filters} units = "
            f"{words(self.dense)}",
        ]


def parameters(
    input_shape: Sequence[int],
    kernel_size: int | Sequence[int] = 3,
    filters: int = 1,
    use_bias: bool = True,
) -> ParameterCount:
    """Counts what a convolution learns, and what a dense layer would.

    Args:
        input_shape: rows, columns, channels of the picture.
        kernel_size: of the convolution, one int or one per axis.
        filters: of the convolution, and units of the dense layer.
        use_bias: whether biases are counted.

    Raises:
        ConfigError: a number below 1.

    Differs from Keras: not in Keras.

    Example:
        >>> count = parameters((720, 1280, 3), kernel_size=3, use_bias=False)
        >>> count.convolution, count.dense
        (27, 2764800)
    """
    where = "parameters"
    rank = len(floats(input_shape, "input_shape", where)) - 1
    shape = tuple(_checks.positive_int(n, "input_shape", where) for n in input_shape)
    size = _checks.int_tuple(kernel_size, rank, "kernel_size", where)
    count = _checks.positive_int(filters, "filters", where)
    bias = int(bool(use_bias))
    return ParameterCount(
        input_shape=shape,
        kernel_size=size,
        filters=count,
        use_bias=bool(use_bias),
        convolution=(math.prod(size) * shape[-1] + bias) * count,
        dense=(math.prod(shape) + bias) * count,
    )
