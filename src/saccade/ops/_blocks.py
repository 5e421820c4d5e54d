"""Windows as columns and back, blocks as channels and back, axes by a pattern."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _checks
from saccade.core._errors import ConfigError, ShapeError, message

Ints = int | Sequence[int]


def unfold(
    x: ArrayLike,
    kernel_size: Ints,
    dilation: Ints = 1,
    padding: Ints = 0,
    stride: Ints = 1,
) -> jax.Array:
    """Lays each window of a picture out as a column.

    Args:
        x: pictures, channels first.
        kernel_size: the window.
        dilation: distance of its points.
        padding: zeros around the picture.
        stride: step between windows.

    Shapes:
        x: (b, c, h, w) -> (b, c * kh * kw, windows)

    Example:
        >>> unfold(jnp.ones((1, 2, 4, 4)), 2).shape
        (1, 8, 9)
    """
    array = jnp.asarray(x)
    size, steps, apart, around = _settings(
        "ops.unfold", kernel_size, stride, dilation, padding
    )
    result = jax.lax.conv_general_dilated_patches(
        array, size, steps, [(p, p) for p in around], rhs_dilation=apart
    )
    return result.reshape(result.shape[0], result.shape[1], -1)


def fold(
    x: ArrayLike,
    output_size: Ints,
    kernel_size: Ints,
    dilation: Ints = 1,
    padding: Ints = 0,
    stride: Ints = 1,
) -> jax.Array:
    """Adds columns up to a picture: the transpose of `unfold`.

    Args:
        x: columns, as `unfold` makes them.
        output_size: height and width of the picture.
        kernel_size: the window.
        dilation: distance of its points.
        padding: zeros that were around the picture.
        stride: step between windows.

    Shapes:
        x: (b, c * kh * kw, windows) -> (b, c, h, w)

    Raises:
        ShapeError: not three axes, or columns that do not fit the window.

    Example:
        >>> fold(jnp.ones((1, 4, 4)), 4, 2, stride=2).shape
        (1, 1, 4, 4)
    """
    columns = jnp.asarray(x)
    if columns.ndim != 3:
        raise ShapeError(
            message("ops.fold", f"expected 3D columns, got shape {columns.shape}")
        )
    size, _, _, _ = _settings("ops.fold", kernel_size, stride, dilation, padding)
    height, width = _checks.int_tuple(output_size, 2, "output_size", "ops.fold")
    if columns.shape[1] % math.prod(size):
        raise ShapeError(
            message(
                "ops.fold",
                f"{columns.shape[1]} numbers of a column cannot be shared out among "
                f"windows of {size}",
            )
        )
    shape = (columns.shape[0], columns.shape[1] // math.prod(size), height, width)
    place = jax.ShapeDtypeStruct(shape, columns.dtype)
    transpose = jax.linear_transpose(
        lambda picture: unfold(picture, kernel_size, dilation, padding, stride), place
    )
    return transpose(columns)[0]


def _settings(
    where: str, size: Ints, stride: Ints, dilation: Ints, padding: Ints
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    around = (padding, padding) if isinstance(padding, int) else tuple(padding)
    return (
        _checks.int_tuple(size, 2, "kernel_size", where),
        _checks.int_tuple(stride, 2, "stride", where),
        _checks.int_tuple(dilation, 2, "dilation", where),
        around,
    )


def depth_to_space(
    x: ArrayLike, block_size: int, data_format: str = "channels_last"
) -> jax.Array:
    """Spreads channels out into blocks of pixels, for super-resolution.

    Args:
        x: pictures.
        block_size: width of a block.
        data_format: 'channels_last' or 'channels_first'.

    Shapes:
        x: (b, h, w, c) -> (b, h * s, w * s, c / s^2)

    Raises:
        ShapeError: the channels cannot be shared out.
        ConfigError: a block below 2.

    Example:
        >>> depth_to_space(jnp.ones((1, 2, 2, 8)), 2).shape
        (1, 4, 4, 2)

    Reference: Shi et al., "Real-Time Single Image and Video Super-Resolution", 2016,
        https://arxiv.org/abs/1609.05158
    """
    array, last = _channels_last(x, data_format, "ops.depth_to_space")
    b, h, w, c = array.shape
    s = _block(block_size, "ops.depth_to_space")
    if c % (s * s):
        raise ShapeError(
            message(
                "ops.depth_to_space",
                f"{c} channels cannot be shared out among {s * s} pixels",
            )
        )
    blocks = array.reshape(b, h, w, s, s, c // (s * s))
    result = blocks.transpose(0, 1, 3, 2, 4, 5).reshape(b, h * s, w * s, -1)
    return result if last else jnp.moveaxis(result, -1, 1)


def space_to_depth(
    x: ArrayLike, block_size: int, data_format: str = "channels_last"
) -> jax.Array:
    """Lays blocks of pixels out as channels: the inverse of `depth_to_space`.

    Args:
        x: pictures.
        block_size: width of a block.
        data_format: 'channels_last' or 'channels_first'.

    Shapes:
        x: (b, h, w, c) -> (b, h / s, w / s, c * s^2)

    Raises:
        ShapeError: height or width is no multiple of the block.
        ConfigError: a block below 2.

    Example:
        >>> space_to_depth(jnp.ones((1, 4, 4, 2)), 2).shape
        (1, 2, 2, 8)
    """
    array, last = _channels_last(x, data_format, "ops.space_to_depth")
    b, h, w, c = array.shape
    s = _block(block_size, "ops.space_to_depth")
    if h % s or w % s:
        raise ShapeError(
            message(
                "ops.space_to_depth",
                f"height {h} and width {w} must be multiples of {s}",
            )
        )
    blocks = array.reshape(b, h // s, s, w // s, s, c)
    result = blocks.transpose(0, 1, 3, 2, 4, 5).reshape(b, h // s, w // s, -1)
    return result if last else jnp.moveaxis(result, -1, 1)


def _block(size: int, where: str) -> int:
    if size < 2:
        raise ConfigError(
            message(where, f"`block_size` must be at least 2, got {size!r}")
        )
    return size


def _channels_last(
    x: ArrayLike, data_format: str, where: str
) -> tuple[jax.Array, bool]:
    array = jnp.asarray(x)
    last = _checks.data_format(data_format, where) == "channels_last"
    if array.ndim != 4:
        raise ShapeError(message(where, f"expected pictures, got {array.shape}"))
    return (array if last else jnp.moveaxis(array, 1, -1)), last


def rearrange(tensor: ArrayLike, pattern: str, **axes_lengths: int) -> jax.Array:
    """Reorders, splits and joins axes as a pattern says.

    Args:
        tensor: any array.
        pattern: names of the axes before and after, such as 'b (h s) c -> b h (s c)'.
        **axes_lengths: lengths of axes that a bracket on the left leaves open.

    Raises:
        ConfigError: the sides of the pattern do not fit each other or the array.

    Example:
        >>> rearrange(jnp.ones((2, 6)), "b (h w) -> b w h", h=2).shape
        (2, 3, 2)
    """
    array = jnp.asarray(tensor)
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ConfigError(message("ops.rearrange", f"no '->' in {pattern!r}"))
    before, after = (_groups(side) for side in sides)
    names = [name for group in before for name in group]
    wanted = [name for group in after for name in group]
    if sorted(names) != sorted(wanted) or len(before) != array.ndim:
        raise ConfigError(
            message(
                "ops.rearrange",
                f"{pattern!r} does not fit an array of shape {array.shape}, or its "
                "sides name different axes",
            )
        )
    sizes = dict(axes_lengths)
    for group, length in zip(before, array.shape, strict=True):
        known = math.prod(sizes.get(name, 1) for name in group)
        unknown = [name for name in group if name not in sizes]
        if unknown:
            sizes[unknown[0]] = length // max(known, 1)
            known *= sizes[unknown[0]]
        if known != length or len(unknown) > 1:
            raise ConfigError(
                message("ops.rearrange", f"{group} do not make up an axis of {length}")
            )
    parts = array.reshape([sizes[name] for name in names])
    parts = parts.transpose([names.index(name) for name in wanted])
    return parts.reshape([math.prod(sizes[n] for n in group) for group in after])


def _groups(side: str) -> list[list[str]]:
    found = re.findall(r"\(([^)]*)\)|(\w+)", side)
    return [inside.split() if not single else [single] for inside, single in found]
