"""A colour picture as what it is: a table of numbers for each colour."""

from __future__ import annotations

import dataclasses
import os

import numpy as np
import numpy.typing as npt

from saccade.core._errors import ConfigError, PictureError, ShapeError, message
from saccade.data._image_open import open_picture

from ._numbers import floats, words
from ._steps import Steps

_WHERE = "channels"
_NAMES = {
    1: ("grey",),
    3: ("red", "green", "blue"),
    4: ("red", "green", "blue", "opacity"),
}
_PATCH = 5
_TRIED = 24  # places along each side


@dataclasses.dataclass(frozen=True, eq=False)
class Channels(Steps):
    """A picture taken apart.

    Args:
        picture: all of it.
        names: of the channels.
        means: the mean of each channel.
        corner: row and column of the first pixel of `patch`.
        patch: a few pixels, to be shown as numbers.

    Shapes:
        picture: (h, w, c); means: (c,); patch: (h', w', c)
    """

    picture: np.ndarray
    names: tuple[str, ...]
    means: np.ndarray
    corner: tuple[int, int]
    patch: np.ndarray

    def channel(self, name: str) -> np.ndarray:
        """Returns one channel, (h, w).

        Args:
            name: 'red', 'green', 'blue', 'grey' or 'opacity'.

        Raises:
            ConfigError: the picture has no such channel.

        Example:
            >>> channels(np.zeros((2, 2, 3), "uint8")).channel("red").shape
            (2, 2)
        """
        if name not in self.names:
            problem = (
                f"the picture has the channels {', '.join(self.names)}, got {name!r}"
            )
            raise ConfigError(message(_WHERE, problem))
        return self.picture[..., self.names.index(name)]

    def lines(self) -> list[str]:
        """Returns shape, means and the patch for the screen."""
        h, w, c = self.picture.shape
        row, column = self.corner
        lines = [f"{h} rows × {w} columns × {c} channels = {words(h * w * c)} numbers"]
        rows, columns = self.patch.shape[:2]
        where = (
            f"rows {row}..{row + rows - 1}, columns {column}..{column + columns - 1}"
        )
        for number, name in enumerate(self.names):
            lines.append(f"{name}: mean {words(self.means[number])}; {where}:")
            lines += [
                "  " + "".join(f"{words(v):>8}" for v in line)
                for line in self.patch[..., number]
            ]
        return lines


def channels(
    picture: npt.ArrayLike | str | os.PathLike[str],
    corner: tuple[int, int] | None = None,
) -> Channels:
    """Takes a picture apart into its colours.

    Args:
        picture: a file, or an array.
        corner: row and column of the first of the pixels to be shown as numbers; None
            for where the picture changes most.

    Shapes:
        picture: (h, w), (h, w, 1), (h, w, 3) or (h, w, 4)

    Raises:
        PictureError: the file is no picture, or cannot be read.
        ShapeError: the array is no picture.
        ConfigError: the corner is outside.

    Differs from Keras: not in Keras.

    Example:
        >>> pixels = np.zeros((4, 4, 3), "uint8")
        >>> pixels[..., 0] = 200
        >>> channels(pixels).means
        array([200.,   0.,   0.])
    """
    pixels = read(picture, _WHERE)
    height, width, count = pixels.shape
    rows, columns = min(_PATCH, height), min(_PATCH, width)
    first = corner or _liveliest(pixels, rows, columns)
    if not (0 <= first[0] <= height - 1 and 0 <= first[1] <= width - 1):
        problem = (
            f"`corner` must be in (0..{height - 1}, 0..{width - 1}), got {corner!r}"
        )
        raise ConfigError(message(_WHERE, problem))
    patch = pixels[first[0] : first[0] + rows, first[1] : first[1] + columns]
    means = pixels.reshape(-1, count).mean(0)
    return Channels(pixels, _NAMES[count], means, first, patch)


def _liveliest(pixels: np.ndarray, rows: int, columns: int) -> tuple[int, int]:
    """Returns the corner of the patch whose numbers differ most, of a coarse grid."""
    height, width = pixels.shape[:2]
    places = [
        np.unique(np.linspace(0, whole - part, _TRIED).astype(int))
        for whole, part in ((height, rows), (width, columns))
    ]
    best, found = -1.0, (0, 0)
    for row in places[0]:
        for column in places[1]:
            patch = pixels[row : row + rows, column : column + columns, :3]
            spread = float(patch.std((0, 1)).sum())
            if spread > best:
                best, found = spread, (int(row), int(column))
    return found


def read(picture: npt.ArrayLike | str | os.PathLike[str], where: str) -> np.ndarray:
    """Returns a picture (h, w, c) from a file or an array.

    Args:
        picture: a file, or an array (h, w) or (h, w, c).
        where: the function that was called, for messages.

    Raises:
        PictureError: the file is no picture, or cannot be read.
        ShapeError: the array has other axes or channels.

    Example:
        >>> read(np.zeros((2, 3)), "channels").shape
        (2, 3, 1)
    """
    if isinstance(picture, (str, os.PathLike)):
        pixels = _decoded(picture, where)
    else:
        floats(picture, "picture", where)
        pixels = np.asarray(picture)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.ndim != 3 or pixels.shape[-1] not in _NAMES:
        problem = "a picture must be (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), got "
        raise ShapeError(message(where, f"{problem}{pixels.shape}"))
    return pixels


def why(error: Exception) -> str:
    """Says why a picture cannot be read, without its name.

    Args:
        error: what reading it raised.

    Example:
        >>> why(FileNotFoundError(2, "No such file or directory", "cat.png"))
        'No such file or directory'
    """
    known = getattr(error, "why", None) or getattr(error, "strerror", None)
    return str(known or error)


def _decoded(path: str | os.PathLike[str], where: str) -> np.ndarray:
    from PIL import Image

    try:
        image = open_picture(path, where)
        kind = "L" if image.mode in ("1", "L", "LA", "I", "I;16", "F") else "RGB"
        return np.array(image.convert(kind))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        problem = f"{os.fspath(path)!r} cannot be read: {why(error)}"
        fix = "give a JPEG, PNG, BMP, GIF, WEBP or TIFF picture"
        raise PictureError(message(where, problem, fix)) from error
