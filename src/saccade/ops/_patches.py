"""Cutting pictures and putting borders around them: crops, pads, patches."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _checks
from saccade.core._errors import ArgumentTypeError, ConfigError, ShapeError, message

from ._pictures import picture_axes
from ._shapes import window_count, window_padding

_METHODS = (
    "linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3",
    "lanczos5",
)  # fmt: skip


def pad_images(
    images: ArrayLike,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> jax.Array:
    """Puts zeros around; two of the three numbers in each direction are given.

    Args:
        images: one picture or a batch.
        top_padding: rows above.
        left_padding: columns on the left.
        bottom_padding: rows below.
        right_padding: columns on the right.
        target_height: of the result.
        target_width: of the result.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, c) or (b, h, w, c), or with the channels before (h, w)
        -> the same with the new height and width.

    Raises:
        ShapeError: neither 3 nor 4 axes.
        ConfigError: not two of three numbers, or one below 0.

    Differs from Keras: none.

    Example:
        >>> pad_images(jnp.ones((2, 2, 1)), 1, 0, 0, target_width=3)[..., 0]
        Array([[0., 0., 0.],
               [1., 1., 0.],
               [1., 1., 0.]], dtype=float32)
    """
    where = "ops.image.pad_images"
    x = jnp.asarray(images)
    down, across, _ = picture_axes(x, data_format, where)
    borders = [(0, 0)] * x.ndim
    for axis, names, given in (
        (down, ("top_padding", "bottom_padding", "target_height"),
         (top_padding, bottom_padding, target_height)),
        (across, ("left_padding", "right_padding", "target_width"),
         (left_padding, right_padding, target_width)),
    ):  # fmt: skip
        before, after, total = _two_of_three(names, given, where)
        more = (0 if total is None else total) - x.shape[axis]
        before = more - (after or 0) if before is None else before
        after = more - before if after is None else after
        borders[axis] = _not_negative(names[:2], (before, after), x.shape, where)
    return jnp.pad(x, borders)


def crop_images(
    images: ArrayLike,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> jax.Array:
    """Cuts a part out; two of the three numbers in each direction are given.

    Args:
        images: one picture or a batch.
        top_cropping: rows cut off above.
        left_cropping: columns cut off on the left.
        bottom_cropping: rows cut off below.
        right_cropping: columns cut off on the right.
        target_height: of the result.
        target_width: of the result.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, c) or (b, h, w, c), or with the channels before (h, w)
        -> the same with the new height and width.

    Raises:
        ShapeError: neither 3 nor 4 axes.
        ConfigError: not two of three numbers, or one below 0, or more than there is.

    Differs from Keras: a part that reaches beyond the picture is an error.

    Example:
        >>> crop_images(jnp.arange(9.0).reshape(3, 3, 1), 0, 1, 2, 0)[..., 0]
        Array([[1., 2.]], dtype=float32)
    """
    where = "ops.image.crop_images"
    x = jnp.asarray(images)
    down, across, _ = picture_axes(x, data_format, where)
    for axis, names, given in (
        (down, ("top_cropping", "bottom_cropping", "target_height"),
         (top_cropping, bottom_cropping, target_height)),
        (across, ("left_cropping", "right_cropping", "target_width"),
         (left_cropping, right_cropping, target_width)),
    ):  # fmt: skip
        before, after, length = _two_of_three(names, given, where)
        have = x.shape[axis]
        before = have - (length or 0) - (after or 0) if before is None else before
        length = have - before - (after or 0) if length is None else length
        _not_negative(names, (before, have - before - length, length), x.shape, where)
        x = jax.lax.slice_in_dim(x, before, before + length, axis=x.ndim + axis)
    return x


def _two_of_three(
    names: Sequence[str], given: Sequence[int | None], where: str
) -> Sequence[int | None]:
    if [*given].count(None) != 1:
        got = ", ".join(f"{n}={v!r}" for n, v in zip(names, given, strict=True))
        raise ConfigError(
            message(where, f"two of {', '.join(names)} must be given, got {got}")
        )
    for name, value in zip(names, given, strict=True):
        if value is not None:
            _checks.positive_int(value, name, where, minimum=0)
    return given


def _not_negative(
    names: Sequence[str], values: Sequence[int], shape: tuple[int, ...], where: str
) -> tuple[int, int]:
    for name, value in zip(names, values, strict=True):
        if value < 0:
            raise ConfigError(
                message(
                    where,
                    f"`{name}` would be {value} for pictures of shape {shape}",
                    "give numbers that fit the pictures' size",
                )
            )
    return values[0], values[1]


def extract_patches(
    images: ArrayLike,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """Cuts pictures into patches, each of them laid out as one vector.

    Args:
        images: one picture or a batch; volumes if `size` has three numbers.
        size: height and width of a patch, or depth, height and width.
        strides: pixels between neighbouring patches; None for `size`.
        dilation_rate: pixels between neighbouring pixels of a patch.
        padding: 'valid' (patches lie inside) or 'same' (zeros around).
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, c) or (b, h, w, c) -> (..., h', w', height * width * c), or with
        the channels before (h, w); the vector has rows, columns, channels in order.

    Raises:
        ShapeError: another number of axes, or a patch larger than the picture.
        ArgumentTypeError: `size` is no int and no tuple.
        ConfigError: an argument outside its range.

    Differs from Keras: none.

    Example:
        >>> extract_patches(jnp.arange(16.0).reshape(4, 4, 1), 2)[0, 0]
        Array([0., 1., 4., 5.], dtype=float32)
    """
    where = "ops.image.extract_patches"
    if not isinstance(size, (int, tuple, list)):
        raise ArgumentTypeError(
            message(where, f"`size` is {size!r}. Expected an int or a tuple of ints")
        )
    rank = 2 if isinstance(size, int) else len(size)
    if rank not in (2, 3):
        raise ConfigError(
            message(where, f"`size` is {size!r}. Expected a tuple of length 2 or 3")
        )
    return _patches(
        images, size, strides, dilation_rate, padding, data_format, rank, where
    )


def extract_patches_3d(
    volumes: ArrayLike,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """Cuts volumes into patches, each of them laid out as one vector.

    Args:
        volumes: one volume or a batch.
        size: depth, height and width of a patch.
        strides: as of `extract_patches`.
        dilation_rate: as of `extract_patches`.
        padding: as of `extract_patches`.
        data_format: as of `extract_patches`.

    Shapes:
        volumes: (d, h, w, c) or (b, d, h, w, c) -> (..., d', h', w', numbers of a
        patch), or with the channels before (d, h, w).

    Raises:
        ShapeError: another number of axes, or a patch larger than the volume.
        ArgumentTypeError: `size` is no int and not three ints.
        ConfigError: an argument outside its range.

    Differs from Keras: none.

    Example:
        >>> extract_patches_3d(jnp.ones((4, 4, 4, 2)), 2).shape
        (2, 2, 2, 16)
    """
    where = "ops.image.extract_patches_3d"
    if not isinstance(size, int) and len(tuple(size)) != 3:
        raise ArgumentTypeError(
            message(where, f"`size` is {size!r}. Expected an int or a tuple of 3 ints")
        )
    return _patches(
        volumes, size, strides, dilation_rate, padding, data_format, 3, where
    )


def _patches(
    images: ArrayLike,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None,
    dilation_rate: int | Sequence[int],
    padding: str,
    data_format: str | None,
    rank: int,
    where: str,
) -> jax.Array:
    sizes = _checks.int_tuple(size, rank, "size", where)
    steps = _checks.int_tuple(strides or sizes, rank, "strides", where)
    spread = _checks.int_tuple(dilation_rate, rank, "dilation_rate", where)
    padding = _checks.one_of(padding, ("valid", "same"), "padding", where)
    last = _checks.data_format(data_format, where) == "channels_last"
    x = jnp.asarray(images)
    if x.ndim not in (rank + 1, rank + 2):
        raise ShapeError(
            message(where, f"expected {rank + 1} or {rank + 2} axes, got {x.shape}")
        )
    start = x.ndim - rank - (1 if last else 0)
    borders, counts = [(0, 0)] * x.ndim, []
    for i in range(rank):
        window = (x.shape[start + i], sizes[i], steps[i], padding, spread[i])
        borders[start + i] = window_padding(*window)
        counts.append(window_count(*window) or 0)
    if min(counts) < 1:
        raise ShapeError(
            message(where, f"patches of {sizes} do not fit pictures of {x.shape}")
        )
    x = jnp.pad(x, borders)
    parts = []
    for place in itertools.product(*map(range, sizes)):
        part = x
        for i in range(rank):
            first = place[i] * spread[i]
            stop = first + (counts[i] - 1) * steps[i] + 1
            part = jax.lax.slice_in_dim(part, first, stop, steps[i], axis=start + i)
        parts.append(part)
    return jnp.concatenate(parts, axis=-1 if last else start - 1)


def scale_and_translate(
    images: ArrayLike,
    output_shape: Sequence[int],
    scale: ArrayLike,
    translation: ArrayLike,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> jax.Array:
    """Resizes and shifts arrays.

    What lies at x in the input comes to lie at x * scale + translation, where the
    middle of the first pixel is 0.5; what lies outside is 0.

    Args:
        images: any array.
        output_shape: the shape of the result.
        scale: one number for each of `spatial_dims`.
        translation: one number for each of `spatial_dims`.
        spatial_dims: the axes that change.
        method: 'linear', 'cubic', 'lanczos3' or 'lanczos5', or 'bilinear',
            'trilinear', 'bicubic', 'tricubic'.
        antialias: whether to average over pixels that fall together.

    Raises:
        ConfigError: another `method`.

    Differs from Keras: none.

    Example:
        >>> scale, shift = jnp.asarray([2.0]), jnp.asarray([0.0])
        >>> scale_and_translate(jnp.asarray([0.0, 4.0]), (4,), scale, shift, (0,),
        ...                     "linear")
        Array([0., 1., 3., 4.], dtype=float32)
    """
    where = "ops.image.scale_and_translate"
    name = _checks.one_of(method, _METHODS, "method", where)
    return jax.image.scale_and_translate(
        jnp.asarray(images),
        tuple(output_shape),
        tuple(spatial_dims),
        jnp.asarray(scale),
        jnp.asarray(translation),
        name,
        antialias=antialias,
    )
