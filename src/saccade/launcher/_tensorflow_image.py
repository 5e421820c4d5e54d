"""TensorFlow's functions of pictures, on arrays of NumPy and of JAX alike.

An array of NumPy is worked on by NumPy, so pictures of a thousand sizes, as a data set
reads them from files, compile nothing; arrays of JAX may be traced.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import DTypeLike

from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._random import SeedGenerator, draw_key
from saccade.data import Tensor, as_tensor, resize_taps
from saccade.launcher._tensorflow_functions import to_dtype
from saccade.ops import image as ops_image

# Arrays of either kind; what a function is given it returns.
Picture = Any
Seed = int | None

_GREY = (0.2989, 0.587, 0.114)
_streams: dict[int, SeedGenerator] = {}


class ResizeMethod:
    """The methods of `tf.image.resize`."""

    AREA = "area"
    BICUBIC = "bicubic"
    BILINEAR = "bilinear"
    GAUSSIAN = "gaussian"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    MITCHELLCUBIC = "mitchellcubic"
    NEAREST_NEIGHBOR = "nearest"


_METHODS = {
    value for name, value in vars(ResizeMethod).items() if not name.startswith("_")
}


def _module(x: Picture) -> ModuleType:
    return np if isinstance(x, (np.ndarray, np.generic)) else jnp


def _array(x: Picture) -> Picture:
    """Returns NumPy's arrays plain, everything else as JAX's."""
    return np.asarray(x) if isinstance(x, (np.ndarray, np.generic)) else jnp.asarray(x)


def _pictures(function: Callable[..., Picture]) -> Callable[..., Picture]:
    """Gives a function plain arrays, and the program a Tensor where it gave one."""
    first = next(iter(inspect.signature(function).parameters))

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Picture:
        image, *others = arguments or (named.pop(first),)
        made = function(_array(image), *others, **named)
        return as_tensor(made) if isinstance(image, Tensor) else made

    return call


def _key(seed: Seed) -> jax.Array:
    if seed is None:
        return draw_key(None)
    return draw_key(_streams.setdefault(seed, SeedGenerator(seed)))


def _uniform(x: Picture, seed: Seed, low: float, high: float, shape: Any = ()) -> Any:
    """Draws evenly, as an array of the kind of `x`."""
    drawn = jax.random.uniform(_key(seed), shape, jnp.float32, low, high)
    return np.asarray(drawn) if isinstance(x, np.ndarray) else drawn


def _size(image: Picture) -> tuple[int, int]:
    if image.ndim not in (3, 4):
        raise ShapeError(
            message(
                "tf.image",
                "a picture has 3 axes (height, width, channels), a batch of them 4, "
                f"got shape {tuple(image.shape)}",
            )
        )
    return image.shape[-3], image.shape[-2]


@_pictures
def convert_image_dtype(
    image: Picture, dtype: DTypeLike, saturate: bool = False, name: str | None = None
) -> Picture:
    """Changes the type and the range: floats are in [0, 1], whole numbers up to max."""
    target = to_dtype(dtype)
    xp = _module(image)
    have, want = image.dtype.kind == "f", target.kind == "f"
    if image.dtype == target:
        return image
    if have and want:
        return image.astype(target)
    if want:
        return image.astype(target) * target.type(1 / np.iinfo(image.dtype).max)
    most = np.iinfo(target).max
    if have:
        scaled = image * (most + 0.5)
        return (xp.clip(scaled, 0, most) if saturate else scaled).astype(target)
    factor = (most + 1) / (np.iinfo(image.dtype).max + 1)
    return (image.astype("float32") * factor).astype(target)


def _in_floats(
    change: Callable[..., Picture],
) -> Callable[..., Picture]:
    """Lets a function see floats in [0, 1], and gives the type back."""

    @functools.wraps(change)
    def call(image: Picture, *arguments: Any, **named: Any) -> Picture:
        kind = image.dtype
        floats = convert_image_dtype(image, kind if kind.kind == "f" else "float32")
        made = change(floats, *arguments, **named)
        return convert_image_dtype(made, kind, saturate=True)

    return _pictures(call)


@_pictures
def resize(
    images: Picture,
    size: Any,
    method: str = "bilinear",
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Picture:
    """Resizes pictures; float32, but for 'nearest'."""
    if method not in _METHODS:
        raise ConfigError(
            message(
                "tf.image.resize",
                f"`method` must be one of {', '.join(sorted(_METHODS))}, got "
                f"{method!r}",
            )
        )
    have = _size(images)
    height, width = (int(n) for n in np.asarray(size).ravel())
    if preserve_aspect_ratio:
        scale = min(height / have[0], width / have[1])
        height, width = round(have[0] * scale), round(have[1] * scale)
    if antialias and method != "nearest":
        given = jnp.asarray(images, jnp.float32)
        made = ops_image.resize(
            given, (height, width), interpolation=method, antialias=True,
            data_format="channels_last",
        )  # fmt: skip
        return np.asarray(made) if isinstance(images, np.ndarray) else made
    made = _sampled(images, height, -3, method)
    return _sampled(made, width, -2, method)


def _sampled(images: Picture, length: int, axis: int, method: str) -> Picture:
    xp = _module(images)
    places, weights = resize_taps(images.shape[axis], length, method)
    parts = [xp.take(images, place, axis=axis) for place in places]
    if method == "nearest":
        return parts[0]
    shape = (-1,) + (1,) * (-axis - 1)
    total = parts[0] * weights[0].reshape(shape)
    for part, weight in zip(parts[1:], weights[1:], strict=True):
        total = total + part * weight.reshape(shape)
    return total


@_pictures
def resize_with_pad(
    image: Picture,
    target_height: int,
    target_width: int,
    method: str = "bilinear",
    antialias: bool = False,
) -> Picture:
    """Resizes as a whole into the middle of black borders."""
    height, width = _size(image)
    ratio = max(height / target_height, width / target_width)
    inner = (height / ratio, width / ratio)
    size = [max(1, math.floor(side + 1e-6)) for side in inner]
    made = resize(image, size, method=method, antialias=antialias)
    top = math.floor((target_height - inner[0]) / 2)
    left = math.floor((target_width - inner[1]) / 2)
    return pad_to_bounding_box(made, top, left, target_height, target_width)


@_pictures
def pad_to_bounding_box(
    image: Picture,
    offset_height: int,
    offset_width: int,
    target_height: int,
    target_width: int,
) -> Picture:
    """Adds black borders."""
    height, width = _size(image)
    below = target_height - offset_height - height
    right = target_width - offset_width - width
    if min(offset_height, offset_width, below, right) < 0:
        raise ShapeError(
            message(
                "tf.image.pad_to_bounding_box",
                f"a picture of {height}x{width} at ({offset_height}, {offset_width}) "
                f"does not fit into {target_height}x{target_width}",
            )
        )
    borders = [(0, 0)] * (image.ndim - 3)
    borders += [(offset_height, below), (offset_width, right), (0, 0)]
    return _module(image).pad(image, borders)


@_pictures
def crop_to_bounding_box(
    image: Picture,
    offset_height: int,
    offset_width: int,
    target_height: int,
    target_width: int,
) -> Picture:
    """Cuts a part out."""
    height, width = _size(image)
    if offset_height + target_height > height or offset_width + target_width > width:
        raise ShapeError(
            message(
                "tf.image.crop_to_bounding_box",
                f"{target_height}x{target_width} at ({offset_height}, {offset_width}) "
                f"is not inside a picture of {height}x{width}",
            )
        )
    rows = slice(offset_height, offset_height + target_height)
    columns = slice(offset_width, offset_width + target_width)
    return image[..., rows, columns, :]


@_pictures
def resize_with_crop_or_pad(
    image: Picture, target_height: int, target_width: int
) -> Picture:
    """Cuts, or adds black borders, on both sides alike."""
    height, width = _size(image)
    top = max(0, (height - target_height) // 2)
    left = max(0, (width - target_width) // 2)
    image = image[..., top : top + target_height, left : left + target_width, :]
    height, width = _size(image)
    top, left = (target_height - height) // 2, (target_width - width) // 2
    return pad_to_bounding_box(image, top, left, target_height, target_width)


@_pictures
def central_crop(image: Picture, central_fraction: float) -> Picture:
    """Cuts the middle part out."""
    height, width = _size(image)
    top = int((height - height * central_fraction) / 2)
    left = int((width - width * central_fraction) / 2)
    return image[..., top : height - top, left : width - left, :]


@_pictures
def random_crop(
    value: Picture, size: Any, seed: Seed = None, name: str | None = None
) -> Picture:
    """Cuts a part of a size out anywhere."""
    wanted = [int(n) for n in np.asarray(size).ravel()]
    wanted = [n if w == -1 else w for w, n in zip(wanted, value.shape, strict=True)]
    if any(w > n for w, n in zip(wanted, value.shape, strict=True)):
        raise ShapeError(
            message(
                "tf.image.random_crop",
                f"a part of size {tuple(wanted)} is larger than {tuple(value.shape)}",
            )
        )
    room = np.array(value.shape) - wanted + 1
    starts = jax.random.randint(_key(seed), room.shape, 0, room)
    if isinstance(value, np.ndarray):
        places = np.asarray(starts)
        return value[
            tuple(slice(s, s + w) for s, w in zip(places, wanted, strict=True))
        ]
    return jax.lax.dynamic_slice(value, list(starts), wanted)


@_pictures
def flip_left_right(image: Picture) -> Picture:
    """Mirrors left and right."""
    return image[..., ::-1, :]


@_pictures
def flip_up_down(image: Picture) -> Picture:
    """Mirrors up and down."""
    return image[..., ::-1, :, :]


@_pictures
def rot90(image: Picture, k: int = 1, name: str | None = None) -> Picture:
    """Turns by quarters, against the clock."""
    return _module(image).rot90(image, k, (-3, -2))


@_pictures
def transpose(image: Picture, name: str | None = None) -> Picture:
    """Changes rows and columns."""
    return _module(image).swapaxes(image, -3, -2)


def _sometimes(image: Picture, changed: Picture, seed: Seed) -> Picture:
    """Changes each picture of a batch, or the one, with a chance of a half."""
    shape = (*image.shape[:-3], 1, 1, 1)
    chosen = _uniform(image, seed, 0.0, 1.0, shape) < 0.5
    return _module(image).where(chosen, changed, image)


@_pictures
def random_flip_left_right(image: Picture, seed: Seed = None) -> Picture:
    """Mirrors left and right, or not."""
    return _sometimes(image, image[..., ::-1, :], seed)


@_pictures
def random_flip_up_down(image: Picture, seed: Seed = None) -> Picture:
    """Mirrors up and down, or not."""
    return _sometimes(image, image[..., ::-1, :, :], seed)


@_in_floats
def adjust_brightness(image: Picture, delta: Any) -> Picture:
    """Adds to all values, of the range [0, 1]."""
    return image + delta


@_in_floats
def adjust_contrast(images: Picture, contrast_factor: Any) -> Picture:
    """Moves values away from the mean of their channel."""
    mean = images.mean(axis=(-3, -2), keepdims=True)
    return (images - mean) * contrast_factor + mean


@_in_floats
def adjust_gamma(image: Picture, gamma: float = 1, gain: float = 1) -> Picture:
    """Raises values of the range [0, 1] to a power."""
    return image**gamma * gain


@_in_floats
def adjust_saturation(
    image: Picture, saturation_factor: Any, name: str | None = None
) -> Picture:
    """Makes colours stronger or weaker."""
    xp = _module(image)
    h, s, v = xp.moveaxis(rgb_to_hsv(image), -1, 0)
    s = xp.clip(s * saturation_factor, 0, 1)
    return hsv_to_rgb(xp.stack([h, s, v], -1))


@_in_floats
def adjust_hue(image: Picture, delta: Any, name: str | None = None) -> Picture:
    """Turns colours round the circle of colours; 1 is a whole turn."""
    xp = _module(image)
    h, s, v = xp.moveaxis(rgb_to_hsv(image), -1, 0)
    return hsv_to_rgb(xp.stack([(h + delta) % 1.0, s, v], -1))


@_pictures
def random_brightness(image: Picture, max_delta: float, seed: Seed = None) -> Picture:
    """Adds the same random number to all values."""
    return adjust_brightness(image, _uniform(image, seed, -max_delta, max_delta))


@_pictures
def random_contrast(
    image: Picture, lower: float, upper: float, seed: Seed = None
) -> Picture:
    """Changes the contrast by a random factor."""
    return adjust_contrast(image, _uniform(image, seed, lower, upper))


@_pictures
def random_saturation(
    image: Picture, lower: float, upper: float, seed: Seed = None
) -> Picture:
    """Changes the saturation by a random factor."""
    return adjust_saturation(image, _uniform(image, seed, lower, upper))


@_pictures
def random_hue(image: Picture, max_delta: float, seed: Seed = None) -> Picture:
    """Turns colours by a random part of the circle."""
    return adjust_hue(image, _uniform(image, seed, -max_delta, max_delta))


@_in_floats
def rgb_to_grayscale(images: Picture, name: str | None = None) -> Picture:
    """Weighs the colours as the eye does; one channel."""
    return (images * np.array(_GREY, images.dtype)).sum(axis=-1, keepdims=True)


@_pictures
def grayscale_to_rgb(images: Picture, name: str | None = None) -> Picture:
    """Repeats the one channel three times."""
    return _module(images).repeat(images, 3, axis=-1)


@_pictures
def rgb_to_hsv(images: Picture, name: str | None = None) -> Picture:
    """Makes red, green and blue in [0, 1] hue, saturation and value."""
    xp = _module(images)
    r, g, b = xp.moveaxis(images, -1, 0)
    value, low = images.max(-1), images.min(-1)
    spread = value - low
    safe = xp.where(spread > 0, spread, 1)
    hue = xp.where(
        r == value,
        (g - b) / safe % 6,
        xp.where(g == value, (b - r) / safe + 2, (r - g) / safe + 4),
    )
    hue = xp.where(spread > 0, hue / 6, 0)
    saturation = xp.where(value > 0, spread / xp.where(value > 0, value, 1), 0)
    return xp.stack([hue, saturation, value], -1)


@_pictures
def hsv_to_rgb(images: Picture, name: str | None = None) -> Picture:
    """Makes hue, saturation and value red, green and blue in [0, 1]."""
    xp = _module(images)
    h, s, v = xp.moveaxis(images, -1, 0)
    turns = xp.stack([h, h, h], -1) * 6 + np.array([5, 3, 1], np.float32)
    part = turns % 6
    share = xp.clip(xp.minimum(part, 4 - part), 0, 1)
    return v[..., None] * (1 - s[..., None] * share)


@_pictures
def per_image_standardization(image: Picture) -> Picture:
    """Gives every picture mean 0 and deviation 1, float32."""
    xp = _module(image)
    floats = image.astype("float32")
    count = math.prod(image.shape[-3:])
    axes = (-3, -2, -1)
    mean = floats.mean(axis=axes, keepdims=True)
    deviation = floats.std(axis=axes, keepdims=True)
    return (floats - mean) / xp.maximum(deviation, 1 / math.sqrt(count))


@_pictures
def extract_patches(
    images: Picture,
    sizes: Sequence[int],
    strides: Sequence[int],
    rates: Sequence[int],
    padding: str,
    name: str | None = None,
) -> Picture:
    """Cuts pictures (b, h, w, c) into patches; each lies in the last axis."""
    found = jax.lax.conv_general_dilated_patches(
        jnp.asarray(images, jnp.float32),
        tuple(sizes[1:3]),
        tuple(strides[1:3]),
        padding.upper(),
        rhs_dilation=tuple(rates[1:3]),
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    # JAX has the channel outermost, TensorFlow innermost.
    channels, shape = images.shape[-1], found.shape
    parts = found.reshape(*shape[:3], channels, -1)
    made = jnp.swapaxes(parts, -1, -2).reshape(shape).astype(images.dtype)
    return np.asarray(made) if isinstance(images, np.ndarray) else made


@_pictures
def psnr(a: Picture, b: Picture, max_val: float, name: str | None = None) -> Picture:
    """Returns the ratio of signal to noise of each picture, in decibels."""
    xp = _module(a)
    error = xp.mean((a.astype("float32") - _array(b)) ** 2, axis=(-3, -2, -1))
    return 10 * xp.log10(max_val**2 / error)
