"""Shape arithmetic of windows: convolution, transposed convolution, pooling.

Pure Python, without JAX, so that layers can infer shapes and check arguments before
anything is compiled. Sizes may be None where an axis is not fixed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from saccade.core._errors import ConfigError, ShapeError, message

Shape = tuple[int | None, ...]
Padding = tuple[int, int]


def spatial_axes(ndim: int, data_format: str) -> tuple[int, ...]:
    """Returns the axes between batch and channels.

    Args:
        ndim: number of axes with batch and channels.
        data_format: 'channels_last' or 'channels_first'.

    Example:
        >>> spatial_axes(4, "channels_last"), spatial_axes(4, "channels_first")
        ((1, 2), (2, 3))
    """
    first = 1 if data_format == "channels_last" else 2
    return tuple(range(first, first + ndim - 2))


def channel_axis(ndim: int, data_format: str) -> int:
    """Returns the axis of the channels.

    Example:
        >>> channel_axis(4, "channels_last"), channel_axis(4, "channels_first")
        (3, 1)
    """
    return ndim - 1 if data_format == "channels_last" else 1


def reach(size: int, dilation: int) -> int:
    """Returns how many inputs a dilated window spans.

    Example:
        >>> reach(3, 2)
        5
    """
    return (size - 1) * dilation + 1


def window_count(
    length: int | None, size: int, stride: int, padding: str, dilation: int = 1
) -> int | None:
    """Returns how many windows fit along one axis; <= 0 where none does.

    Args:
        length: inputs along the axis, or None.
        size: taps of the window.
        stride: inputs between neighbouring windows.
        padding: 'valid' (windows lie inside), 'same' or 'causal' (ceil(n / stride)).
        dilation: inputs between neighbouring taps.

    Example:
        >>> window_count(28, 5, 1, "valid"), window_count(28, 3, 2, "same")
        (24, 14)
    """
    if length is None:
        return None
    if padding == "valid":
        return (length - reach(size, dilation)) // stride + 1
    return -(-length // stride)


def window_padding(
    length: int, size: int, stride: int, padding: str, dilation: int = 1
) -> Padding:
    """Returns how many zeros go before and after one axis.

    'same' puts the odd one at the end, as TensorFlow and XLA do.

    Example:
        >>> window_padding(28, 3, 2, "same"), window_padding(28, 5, 1, "same")
        ((0, 1), (2, 2))
    """
    if padding == "valid":
        return (0, 0)
    total = max((-(-length // stride) - 1) * stride + reach(size, dilation) - length, 0)
    return (total, 0) if padding == "causal" else (total // 2, total - total // 2)


def transposed_padding(
    size: int, stride: int, padding: str, output_padding: int | None, dilation: int = 1
) -> Padding:
    """Returns the zeros around the spread-out input of a transposed convolution.

    Args:
        size: taps of the window.
        stride: outputs between neighbouring inputs.
        padding: 'valid' or 'same'.
        output_padding: outputs added at the end, or None for the usual length.
        dilation: outputs between neighbouring taps.

    Example:
        >>> transposed_padding(3, 2, "same", None), transposed_padding(3, 2, "valid", 1)
        ((2, 1), (2, 3))
    """
    span = reach(size, dilation)
    if padding == "valid":
        extra = max(stride - span, 0) if output_padding is None else output_padding
        return (span - 1, span - 1 + extra)
    if output_padding is None:
        total = stride + span - 2
    else:
        total = span + span % 2 - 2 + output_padding
    before = min(total - total // 2, span - 1)
    return (before, total - before)


def transposed_length(
    length: int | None,
    size: int,
    stride: int,
    padding: str,
    output_padding: int | None = None,
    dilation: int = 1,
) -> int | None:
    """Returns the length of one axis after a transposed convolution.

    Example:
        >>> transposed_length(14, 3, 2, "same"), transposed_length(14, 3, 2, "valid")
        (28, 29)
    """
    if length is None:
        return None
    before, after = transposed_padding(size, stride, padding, output_padding, dilation)
    return (length - 1) * stride + 1 + before + after - reach(size, dilation) + 1


def windowed_shape(
    shape: Sequence[int | None],
    size: Sequence[int],
    strides: Sequence[int],
    padding: str,
    data_format: str,
    where: str,
    *,
    channels: int | None = None,
    dilation: Sequence[int] | None = None,
) -> Shape:
    """Returns the output shape of a convolution or a pooling.

    Args:
        shape: the input's shape with batch and channels.
        size: the window, one int per spatial axis.
        strides: one int per spatial axis.
        padding: 'valid', 'same' or 'causal'.
        data_format: 'channels_last' or 'channels_first'.
        where: the layer or function, for the error.
        channels: channels of the output; None keeps the input's.
        dilation: one int per spatial axis; None for 1.

    Raises:
        ShapeError: the window is larger than its input and padding is 'valid'.

    Example:
        >>> windowed_shape((None, 28, 28, 1), (5, 5), (1, 1), "valid",
        ...                "channels_last", "Conv2D", channels=6)
        (None, 24, 24, 6)
    """
    shape = tuple(shape)
    dilation = dilation or (1,) * len(size)
    out = list(shape)
    for axis, k, s, d in zip(
        spatial_axes(len(shape), data_format), size, strides, dilation, strict=True
    ):
        count = window_count(shape[axis], k, s, padding, d)
        if count is not None and count <= 0 and shape[axis] != 0:
            raise ShapeError(
                message(
                    where,
                    f"a window of {reach(k, d)} does not fit into axis {axis} of its "
                    f"input of shape {shape} with padding='valid'",
                    "use padding='same', a smaller window, larger pictures, or fewer "
                    "pooling layers before it",
                )
            )
        out[axis] = count
    if channels is not None:
        out[channel_axis(len(shape), data_format)] = channels
    return tuple(out)


def transposed_shape(
    shape: Sequence[int | None],
    size: Sequence[int],
    strides: Sequence[int],
    padding: str,
    data_format: str,
    where: str,
    *,
    channels: int,
    output_padding: Sequence[int] | None = None,
    dilation: Sequence[int] | None = None,
) -> Shape:
    """Returns the output shape of a transposed convolution.

    Args:
        shape: the input's shape with batch and channels.
        size: the window, one int per spatial axis.
        strides: one int per spatial axis.
        padding: 'valid' or 'same'.
        data_format: 'channels_last' or 'channels_first'.
        where: the layer or function, for the error.
        channels: channels of the output.
        output_padding: one int per spatial axis, or None for the usual length.
        dilation: one int per spatial axis; None for 1.

    Raises:
        ShapeError: the output would be empty.

    Example:
        >>> transposed_shape((None, 7, 7, 8), (3, 3), (2, 2), "same",
        ...                  "channels_last", "Conv2DTranspose", channels=4)
        (None, 14, 14, 4)
    """
    shape = tuple(shape)
    rank = len(size)
    extra: Sequence[int | None] = output_padding or (None,) * rank
    dilation = dilation or (1,) * rank
    out = list(shape)
    for axis, k, s, e, d in zip(
        spatial_axes(len(shape), data_format),
        size,
        strides,
        extra,
        dilation,
        strict=True,
    ):
        length = transposed_length(shape[axis], k, s, padding, e, d)
        if length is not None and length <= 0:
            raise ShapeError(
                message(
                    where,
                    f"axis {axis} of an input of shape {shape} would become {length} "
                    f"long with a window of {k}, strides={s}, padding={padding!r} and "
                    f"output_padding={e}",
                    "raise `output_padding` or leave it out",
                )
            )
        out[axis] = length
    out[channel_axis(len(shape), data_format)] = channels
    return tuple(out)


MOST_NUMBERS = 2**40


def check_size(
    shape: Sequence[int], around: Sequence[Padding], channels: int, where: str
) -> None:
    """Refuses windows that reach so far that no memory holds what they reach over.

    XLA would end the process where such a size overflows.

    Args:
        shape: lengths of the batch and of the spatial axes.
        around: zeros before and after each spatial axis.
        channels: channels.
        where: the layer or function, for the error.

    Raises:
        ShapeError: the padded array would have more than MOST_NUMBERS numbers.

    Example:
        >>> check_size((32, 28, 28), ((1, 1), (1, 1)), 3, "ops.conv")
    """
    lengths = [
        n + before + after for n, (before, after) in zip(shape[1:], around, strict=True)
    ]
    if math.prod(n for n in (shape[0], *lengths, channels)) > MOST_NUMBERS:
        raise ShapeError(
            message(
                where,
                f"windows reach over {' x '.join(map(str, lengths))} places of a "
                f"picture of {' x '.join(map(str, shape[1:]))}: more than any memory "
                "holds",
                "use smaller windows, strides and dilation rates",
            )
        )


def group_count(channels: int, kernel_channels: int, filters: int, where: str) -> int:
    """Returns the number of groups that a kernel's shape implies.

    Args:
        channels: channels of the input.
        kernel_channels: input channels that one filter sees.
        filters: number of filters.
        where: the layer or function, for the error.

    Raises:
        ShapeError: the channels cannot be split so, or
        ConfigError: the filters cannot.

    Example:
        >>> group_count(8, 4, 6, "ops.conv")
        2
    """
    if kernel_channels <= 0 or channels % kernel_channels:
        raise ShapeError(
            message(
                where,
                f"the input has {channels} channels, which is no multiple of the "
                f"{kernel_channels} input channels of the kernel",
            )
        )
    groups = channels // kernel_channels
    if filters % groups:
        raise ConfigError(
            message(
                where,
                f"{filters} filters cannot be split evenly over {groups} groups",
            )
        )
    return groups
