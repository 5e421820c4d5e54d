"""Single pictures: files, Pillow images and arrays, each made into the others."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from saccade.core import _checks, _settings
from saccade.core._errors import ShapeError, message
from saccade.data import open_picture, picture_form, shape_picture

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL import Image as pillow


def has_too_many_pixels(file: io.BytesIO) -> bool:
    """Whether a picture is so large that Pillow warns of it; only its head is read.

    Args:
        file: the bytes of a picture file.

    Raises:
        OSError: it is no picture.

    Example:
        >>> file = io.BytesIO()
        >>> array_to_img([[[0.0], [255.0]]]).save(file, "png")
        >>> has_too_many_pixels(file)
        False
    """
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            Image.open(file).close()
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            return True
    return False


def load_img(
    path: str | bytes | os.PathLike[str] | io.BytesIO,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> pillow.Image:
    """Reads a picture from a file.

    Grey, palette, alpha, CMYK and 16-bit pictures are converted to `color_mode`; with
    'grayscale' 16-bit and 32-bit grey keep their values. Of an animation the first
    frame counts. The camera's orientation (EXIF) is not applied.

    Args:
        path: the file, or a BytesIO that holds it.
        color_mode: 'grayscale', 'rgb' or 'rgba'.
        target_size: (height, width) in pixels; None keeps the file's own.
        interpolation: 'nearest', 'bilinear', 'bicubic', 'hamming', 'box', 'lanczos'.
        keep_aspect_ratio: whether to cut the largest middle part that has the
            proportions of `target_size` before resizing, so that nothing is distorted.

    Raises:
        ConfigError: an argument outside its range.
        ArgumentTypeError: `path` is neither a path nor a BytesIO.
        OSError: the file does not exist or is not a picture.

    Differs from Keras: a wrong `interpolation` is an error even if nothing is resized.

    Example:
        >>> file = io.BytesIO()
        >>> array_to_img([[[0.0], [255.0]]]).save(file, "png")
        >>> load_img(file, target_size=(2, 4)).size
        (4, 2)
    """
    form = picture_form(
        "load_img", target_size, color_mode, interpolation, keep_aspect_ratio
    )
    return shape_picture(open_picture(path), form)


def img_to_array(
    img: pillow.Image | npt.ArrayLike,
    data_format: str | None = None,
    dtype: npt.DTypeLike | None = None,
) -> np.ndarray:
    """Makes a Pillow image an array.

    Args:
        img: the image, or an array of 2 or 3 axes.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dtype: type of the result; None for the global float type.

    Shapes:
        -> (h, w, c) or (c, h, w); grey pictures get one channel.

    Raises:
        ShapeError: an array with neither 2 nor 3 axes.

    Differs from Keras: none.

    Example:
        >>> img_to_array([[1, 2, 3]]).shape
        (1, 3, 1)
    """
    where = "img_to_array"
    last = _checks.data_format(data_format, where) == "channels_last"
    array = np.asarray(img, dtype=np.dtype(dtype or _settings.floatx()))
    if array.ndim == 2:
        return array[..., None] if last else array[None]
    if array.ndim != 3:
        raise ShapeError(
            message(where, f"`img` must have 2 or 3 axes, got shape {array.shape}")
        )
    return array if last else array.transpose(2, 0, 1)


def array_to_img(
    x: npt.ArrayLike,
    data_format: str | None = None,
    scale: bool = True,
    dtype: npt.DTypeLike | None = None,
) -> pillow.Image:
    """Makes an array a Pillow image.

    Args:
        x: one picture with 1, 3 or 4 channels.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        scale: whether to stretch the values, so that the least becomes 0 and the
            largest 255; else values are cut to whole numbers.
        dtype: type to compute in; None for the global float type.

    Shapes:
        x: (h, w, c) or (c, h, w)

    Raises:
        ShapeError: not 3 axes, or another number of channels.

    Differs from Keras: without `scale`, values outside [0, 255] become 0 and 255
        instead of wrapping around.

    Example:
        >>> list(array_to_img([[[0.0], [0.5], [1.0]]]).tobytes())
        [0, 127, 255]
    """
    from PIL import Image

    where = "array_to_img"
    last = _checks.data_format(data_format, where) == "channels_last"
    array = np.asarray(x, dtype=np.dtype(dtype or _settings.floatx()))
    if array.ndim != 3:
        raise ShapeError(
            message(
                where,
                f"`x` must be one picture with 3 axes, got shape {array.shape}",
                "pass x[0] of a batch; give a grey picture an axis: x[..., None]",
            )
        )
    if not last:
        array = array.transpose(1, 2, 0)
    channels = array.shape[2]
    if channels not in (1, 3, 4):
        raise ShapeError(
            message(where, f"`x` must have 1, 3 or 4 channels, got shape {array.shape}")
        )
    if scale:
        array -= array.min()
        most = array.max()
        if most != 0:
            array /= most
        array *= 255
    if channels == 1:
        if array.max() > 255:
            return Image.fromarray(array[..., 0].astype(np.int32))
        array = array[..., 0]
    return Image.fromarray(np.clip(array, 0, 255).astype(np.uint8))


def save_img(
    path: str | os.PathLike[str] | BinaryIO,
    x: npt.ArrayLike,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: object,
) -> None:
    """Writes an array to a picture file.

    Args:
        path: the file, or an open binary file (then give `file_format` too).
        x: one picture with 1, 3 or 4 channels.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        file_format: 'png', 'jpeg' ...; None for the suffix of `path`.
        scale: whether to stretch the values to [0, 255], see `array_to_img`.
        **kwargs: passed on to Pillow's `Image.save`, for example quality=95.

    Raises:
        ShapeError: `x` is not one picture.
        ValueError: an unknown format.

    Differs from Keras: see `array_to_img`.

    Example:
        >>> file = io.BytesIO()
        >>> save_img(file, np.zeros((2, 2, 3)), file_format="png")
        >>> load_img(file).size
        (2, 2)
    """
    if file_format is None and isinstance(path, (str, os.PathLike)):
        file_format = Path(path).suffix[1:]
    kind = (file_format or "").lower().replace("jpg", "jpeg") or None
    image = array_to_img(x, data_format, scale)
    if image.mode == "RGBA" and kind == "jpeg":
        warnings.warn(
            "The JPEG format does not support RGBA images, converting to RGB.",
            stacklevel=2,
        )
        image = image.convert("RGB")
    image.save(path, format=kind, **kwargs)
