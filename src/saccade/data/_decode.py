"""Files of pictures made arrays: opening, converting, resizing, as Keras does it.

Pillow does the work, see docs/decisions/0004-decoder.md. Nothing in here knows of
folders, labels or batches.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeGuard, cast

import numpy as np

from saccade.core import _checks
from saccade.data._image_open import (
    TURNS,
    PictureSource,
    in_turn,
    open_picture,
    orientation,
)

if TYPE_CHECKING:
    from PIL import Image as pillow

COLOR_MODES = ("grayscale", "rgb", "rgba")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")

_MODES = {"rgb": "RGB", "rgba": "RGBA"}
# Grey pictures of more than 8 bits keep their values, as in Keras.
_GREY_MODES = ("L", "I;16", "I")


@dataclasses.dataclass(frozen=True)
class PictureForm:
    """What a picture is made into when it is read.

    Args:
        target_size: (height, width) in pixels; None keeps the file's own.
        color_mode: 'grayscale', 'rgb' or 'rgba'.
        interpolation: one of INTERPOLATIONS, Pillow's filters.
        keep_aspect_ratio: whether to cut the largest middle part that has the
            proportions of `target_size` before resizing.
        exif_orientation: whether to turn the picture as its camera recorded it.

    Example:
        >>> PictureForm((2, 3), "rgb").shape
        (2, 3, 3)
    """

    target_size: tuple[int, int] | None = None
    color_mode: str = "rgb"
    interpolation: str = "nearest"
    keep_aspect_ratio: bool = False
    exif_orientation: bool = False

    @property
    def channels(self) -> int:
        """Number of channels, 1, 3 or 4."""
        return {"grayscale": 1, "rgb": 3, "rgba": 4}[self.color_mode]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels), 0 for sides that the file decides."""
        height, width = self.target_size or (0, 0)
        return (height, width, self.channels)


def picture_form(
    where: str,
    target_size: object,
    color_mode: object,
    interpolation: object,
    keep_aspect_ratio: bool = False,
    exif_orientation: bool = False,
) -> PictureForm:
    """Checks the arguments that say how pictures are read.

    Args:
        where: the function that was called, for messages.
        target_size: see `PictureForm`, as all that follow.
        color_mode: any letter case.
        interpolation: any letter case.
        keep_aspect_ratio: any truth value.
        exif_orientation: any truth value.

    Raises:
        ConfigError: an argument outside its range.

    Example:
        >>> picture_form("load_img", [8, 9], "rgb", "nearest").target_size
        (8, 9)
    """
    size = None
    if target_size is not None:
        height, width = _checks.int_tuple(_sides(target_size), 2, "target_size", where)
        size = (height, width)
    return PictureForm(
        size,
        _checks.one_of(color_mode, COLOR_MODES, "color_mode", where),
        _checks.one_of(interpolation, INTERPOLATIONS, "interpolation", where),
        bool(keep_aspect_ratio),
        bool(exif_orientation),
    )


def _sides(value: object) -> int | Sequence[int]:
    # int_tuple refuses what is neither; arrays of sizes are common in programs.
    return cast("int | Sequence[int]", list(value) if _is_array(value) else value)


def _is_array(value: object) -> TypeGuard[np.ndarray]:
    return isinstance(value, np.ndarray) and value.ndim == 1


def shape_picture(image: pillow.Image, form: PictureForm) -> pillow.Image:
    """Converts an open picture to the colours and size of a form.

    The first frame of an animation counts.

    Args:
        image: as opened.
        form: what is wanted.

    Raises:
        OSError, SyntaxError, ValueError: the pixels cannot be decoded.
    """
    from PIL import Image

    if form.exif_orientation:
        image = _upright(image)
    if form.color_mode == "grayscale":
        if image.mode not in _GREY_MODES:
            image = image.convert("L")
    elif image.mode != _MODES[form.color_mode]:
        image = image.convert(_MODES[form.color_mode])
    if form.target_size is None:
        return image
    height, width = form.target_size
    if image.size == (width, height):
        return image
    resample = Image.Resampling[form.interpolation.upper()]
    box = _middle(image.size, width, height) if form.keep_aspect_ratio else None
    return image.resize((width, height), resample, box=box)


def _upright(image: pillow.Image) -> pillow.Image:
    """Turns a picture as its camera recorded it; leaves it where the record is odd."""
    from PIL import Image

    image.load()  # after which the record of a TIFF is applied and gone
    turn = TURNS.get(orientation(image))
    return image.transpose(Image.Transpose[turn]) if turn else image


def _middle(
    size: tuple[int, int], width: int, height: int
) -> tuple[float, float, float, float]:
    """Returns the largest middle part with the proportions of the target."""
    have_width, have_height = size
    part_height = min(have_height, have_width * height // width)
    part_width = min(have_width, have_height * width // height)
    top, left = (have_height - part_height) // 2, (have_width - part_width) // 2
    return (left, top, left + part_width, top + part_height)


def decode(source: PictureSource, form: PictureForm) -> np.ndarray:
    """Reads a picture as an array.

    Args:
        source: a path, or a BytesIO that holds the file.
        form: its size and colours.

    Shapes:
        -> (h, w, c), uint8; grey pictures of 16 and 32 bits keep their type.

    Raises:
        OSError, SyntaxError, ValueError: the file cannot be read or decoded.

    Example:
        >>> import io; from PIL import Image
        >>> file = io.BytesIO()
        >>> Image.new("L", (4, 2), 7).save(file, "png")
        >>> decode(file, PictureForm((1, 1), "rgb")).tolist()
        [[[7, 7, 7]]]
    """
    with open_picture(source) as image:
        return decode_open(image, form)


def decode_open(image: pillow.Image, form: PictureForm) -> np.ndarray:
    """Reads an open picture as an array, see `decode`.

    Args:
        image: as opened.
        form: its size and colours.

    Shapes:
        -> (h, w, c)

    Raises:
        OSError, SyntaxError, ValueError: the pixels cannot be decoded.
    """
    with in_turn(image):
        array = np.asarray(shape_picture(image, form))
    return array if array.ndim == 3 else array[..., None]
