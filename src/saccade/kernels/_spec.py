"""What a heavy operation is asked to do, as plain numbers: forms are chosen by it."""

from __future__ import annotations

import dataclasses
import math

USUAL_BATCH = 32


@dataclasses.dataclass(frozen=True, slots=True)
class ConvSpec:
    """One convolution, channels last, described by its forward direction.

    The gradient with respect to the input (which is also the transposed convolution)
    and the one with respect to the kernel carry the spec of the forward convolution.

    Args:
        batch: pictures; only the cost model reads it.
        inputs: spatial size of the input.
        outputs: spatial size of the output.
        kernel: spatial size of the kernel.
        in_channels: channels of the input.
        filters: channels of the output.
        strides: inputs between neighbouring windows, per axis.
        dilation: inputs between neighbouring taps, per axis.
        padding: zeros before and after each axis; a negative number cuts off.
        groups: independent blocks of channels.
        dtype: name of the numbers' type; whoever chooses a form fills it in.

    Example:
        >>> spec = ConvSpec(32, (28, 28), (28, 28), (5, 5), 1, 6, (1, 1), (1, 1),
        ...                 ((2, 2), (2, 2)))
        >>> spec.taps, spec.pixels, spec.flops
        (25, 25088, 7526400)
    """

    batch: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    kernel: tuple[int, ...]
    in_channels: int
    filters: int
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    groups: int = 1
    dtype: str = "float32"

    @property
    def rank(self) -> int:
        """Number of spatial axes."""
        return len(self.kernel)

    @property
    def taps(self) -> int:
        """Positions in the kernel."""
        return math.prod(self.kernel)

    @property
    def pixels(self) -> int:
        """Positions in all outputs of a batch."""
        return self.batch * math.prod(self.outputs)

    @property
    def group_channels(self) -> int:
        """Input channels that one filter sees."""
        return self.in_channels // self.groups

    @property
    def flops(self) -> int:
        """Multiplications and additions of the plain formula."""
        return 2 * self.pixels * self.taps * self.group_channels * self.filters

    @property
    def is_empty(self) -> bool:
        """True where there are no numbers to multiply: all results are 0."""
        axes = (*self.inputs, *self.outputs, *self.kernel)
        return 0 in (self.batch, self.in_channels, self.filters, *axes)

    @property
    def is_dense(self) -> bool:
        """True where neighbouring windows and taps are one input apart."""
        return set(self.strides) | set(self.dilation) == {1}


@dataclasses.dataclass(frozen=True, slots=True)
class PoolSpec:
    """One pooling, channels last.

    Args:
        batch: pictures; only the cost model reads it.
        inputs: spatial size of the input.
        outputs: spatial size of the output.
        size: the window.
        strides: inputs between neighbouring windows.
        padding: positions before and after each axis that belong to no picture.
        channels: channels.
        dtype: name of the numbers' type; whoever chooses a form fills it in.

    Example:
        >>> PoolSpec(1, (4, 4), (2, 2), (2, 2), (2, 2), ((0, 0), (0, 0)), 1).is_tiling
        True
    """

    batch: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    channels: int
    dtype: str = "float32"

    @property
    def is_tiling(self) -> bool:
        """True where windows lie side by side."""
        return self.size == self.strides


@dataclasses.dataclass(frozen=True, slots=True)
class ChannelSpec:
    """A sum over all but the channels, for a bias or batch normalization.

    Args:
        batch: pictures, or rows.
        pixels: numbers of a channel in one picture; 1 for rows.
        channels: channels.
        dtype: name of the numbers' type.
    """

    batch: int
    pixels: int
    channels: int
    dtype: str = "float32"


@dataclasses.dataclass(frozen=True, slots=True)
class ProductSpec:
    """A product of matrices.

    Args:
        rows: of the first and of the result; 0 for other than two axes.
        depth: numbers that are added up.
        columns: of the second and of the result.
        dtype: name of the numbers' type.
    """

    rows: int
    depth: int
    columns: int
    dtype: str = "float32"


@dataclasses.dataclass(frozen=True, slots=True)
class RowsSpec:
    """The rows of a batch.

    Args:
        rows: how many.
        size: of each, in bytes.
        dtype: name of the numbers' type.
    """

    rows: int
    size: int
    dtype: str


@dataclasses.dataclass(frozen=True, slots=True)
class WarpSpec:
    """A look-up of pictures at other places, channels last.

    Args:
        batch: pictures.
        inputs: height and width of the pictures.
        outputs: height and width of the result.
        channels: channels.
        fill_mode: what is outside, as in `ops.image.affine_transform`.
        bilinear: whether four pixels are mixed; else the nearest is taken.
        fill_value: the value outside for 'constant'.
        dtype: name of the numbers' type.
    """

    batch: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    channels: int
    fill_mode: str
    bilinear: bool
    fill_value: float = 0.0
    dtype: str = "float32"
