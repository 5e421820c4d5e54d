"""Picture files as rows of a `Dataset`: decoded as TensorFlow does it, and kept.

Which files and labels there are is decided elsewhere (`utils.image_dataset_from_...`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

import numpy as np

from saccade.core._errors import PictureError, message
from saccade.data._cache import PictureCache, identity
from saccade.data._dataset_elements import Element, TensorSpec
from saccade.data._dataset_nodes import Node, Rows
from saccade.data._image_check import Unusable, list_unusable, threads_for_reading
from saccade.data._image_open import in_turn, open_picture, reason
from saccade.data._image_resize import middle_part, resize_picture, resize_with_pad
from saccade.data._warn import warn

if TYPE_CHECKING:
    from PIL import Image as pillow

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_DEEP_MODES = ("I;16", "I;16B", "I;16L", "I")
# Resized pictures are kept as whole multiples of 1/128, in half the memory of float32.
# Only these methods stay within [0, 255].
_STEP = 128
_BOUNDED = ("bilinear", "area", "gaussian")


@dataclasses.dataclass(frozen=True)
class ResizedForm:
    """What a picture is made into.

    Args:
        size: (height, width).
        channels: 1, 3 or 4.
        interpolation: a method of `tf.image.resize`.
        fit: 'stretch', 'crop' or 'pad': what is done about other proportions.

    Example:
        >>> ResizedForm((2, 3)).shape
        (2, 3, 3)
    """

    size: tuple[int, int]
    channels: int = 3
    interpolation: str = "bilinear"
    fit: str = "stretch"

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return (*self.size, self.channels)

    @property
    def dtype(self) -> np.dtype:
        """uint8 where no pixel is mixed from others, else float32."""
        return np.dtype("uint8" if self.interpolation == "nearest" else "float32")

    def resize(self, picture: np.ndarray) -> np.ndarray:
        """Brings a decoded picture to the size."""
        if self.fit == "pad":
            return resize_with_pad(picture, self.size, self.interpolation)
        if self.fit == "crop":
            picture = middle_part(picture, self.size)
        return resize_picture(picture, self.size, self.interpolation)

    def pack(self, picture: np.ndarray) -> np.ndarray:
        """Returns a resized picture as it is kept."""
        if self.interpolation not in _BOUNDED:
            return picture
        return np.rint(picture * _STEP).astype(np.uint16)

    def unpack(self, kept: np.ndarray, out: np.ndarray) -> None:
        """Writes a kept picture into a batch."""
        if kept.dtype == np.uint16:
            np.multiply(kept, np.float32(1 / _STEP), out=out)
        else:
            out[...] = kept


def decode_channels(image: pillow.Image, channels: int) -> np.ndarray:
    """Returns the pixels of an open picture, of an animation the first frame's.

    16-bit pictures are brought to 8 bits, alpha is cut off, as TensorFlow does it.

    Args:
        image: as opened.
        channels: 1, 3 or 4; 0 for as many as the file has.

    Shapes:
        -> (h, w, channels) uint8

    Example:
        >>> from PIL import Image
        >>> decode_channels(Image.new("L", (2, 1), 7), 3).tolist()
        [[[7, 7, 7], [7, 7, 7]]]
    """
    from PIL import Image

    if image.mode in _DEEP_MODES:
        deep = np.asarray(image)
        image = Image.fromarray((deep >> 8).clip(0, 255).astype(np.uint8))
    if not channels:
        channels = 4 if image.has_transparency_data else 3
        channels = 1 if image.mode in ("1", "L") else channels
    mode = _MODES[channels]
    if mode == "L" and image.format == "JPEG":
        image.draft("L", image.size)  # the file has the grey values themselves
    pixels = np.asarray(image if image.mode == mode else image.convert(mode))
    return pixels if pixels.ndim == 3 else pixels[..., None]


def picture_frames(image: pillow.Image) -> np.ndarray:
    """Returns all frames of an open animation.

    Args:
        image: as opened.

    Shapes:
        -> (frames, h, w, 3) uint8

    Example:
        >>> from PIL import Image
        >>> picture_frames(Image.new("L", (2, 1), 7)).shape
        (1, 1, 2, 3)
    """
    from PIL import ImageSequence

    frames = ImageSequence.Iterator(image)
    return np.stack([np.asarray(frame.convert("RGB")) for frame in frames])


class PictureRows:
    """Pictures and labels by number, read by several threads and kept in memory.

    Args:
        paths: the files.
        labels: one row for each file, or None.
        form: what pictures are made into.
        channels_first: whether the channels come before height and width.
        skip: whether a picture that can no longer be read is left out.
        where: the function that was called, for messages.

    Raises:
        PictureError: a picture cannot be read, from `row` and `gather`.
    """

    def __init__(
        self,
        paths: Sequence[str],
        labels: np.ndarray | None,
        form: ResizedForm,
        channels_first: bool,
        skip: bool,
        where: str,
    ) -> None:
        self.paths = paths
        self.labels = labels
        self.form = form
        self._channels_first = channels_first
        self._skip = skip
        self._where = where
        self._cache = PictureCache()
        self._threads = threads_for_reading()
        self._pool: ThreadPoolExecutor | None = None
        self._told: set[str] = set()

    def row(self, number: int) -> Element:
        """Returns one picture with its label."""
        batch = np.empty((1, *self.form.shape), self.form.dtype)
        broken = self._fill(batch, 0, number)
        if broken is not None:
            raise PictureError(list_unusable(self._where, [broken], len(self.paths)))
        picture = self._laid_out(batch)[0]
        return picture if self.labels is None else (picture, self.labels[number])

    def gather(self, numbers: np.ndarray) -> Element:
        """Returns several pictures, stacked, with their labels."""
        batch = np.empty((len(numbers), *self.form.shape), self.form.dtype)
        places = range(len(numbers))
        if self._threads > 1 and len(numbers) > 1:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(
                    self._threads, thread_name_prefix="saccade-read"
                )
            # A part for each thread: single pictures that are kept take less time
            # than handing them over.
            parts = [places[first :: self._threads] for first in range(self._threads)]
            jobs = [self._pool.submit(self._fill_all, batch, p, numbers) for p in parts]
            broken = [found for job in jobs for found in job.result()]
        else:
            broken = self._fill_all(batch, places, numbers)
        if broken:
            kept = self._without(broken, len(numbers))
            batch, numbers = batch[kept], numbers[kept]
        pictures = self._laid_out(batch)
        return pictures if self.labels is None else (pictures, self.labels[numbers])

    def _fill_all(
        self, batch: np.ndarray, places: Sequence[int], numbers: np.ndarray
    ) -> list[tuple[int, Unusable]]:
        found = [(place, self._fill(batch, place, numbers[place])) for place in places]
        return [(place, broken) for place, broken in found if broken is not None]

    def _fill(self, batch: np.ndarray, place: int, number: int) -> Unusable | None:
        """Writes one picture into the batch, or returns why it cannot be read."""
        path = self.paths[number]
        try:
            now = identity(path)
            kept = self._cache.get(path, now)
            if kept is None:
                with open_picture(path, self._where) as image, in_turn(image):
                    picture = decode_channels(image, self.form.channels)
                kept = self.form.pack(self.form.resize(picture))
                self._cache.put(path, now, kept)
        except Exception as error:
            # Whatever a damaged file makes a decoder raise becomes the reason.
            return Unusable(path, reason(error))
        self.form.unpack(kept, batch[place])
        return None

    def _without(self, broken: list[tuple[int, Unusable]], count: int) -> list[int]:
        """Returns the places that are left, or stops with the files' names."""
        files = [file for _, file in sorted(broken, key=lambda pair: pair[0])]
        left = sorted(set(range(count)) - {place for place, _ in broken})
        if not self._skip or not left:
            text = list_unusable(self._where, files, len(self.paths))
            raise PictureError(text.replace("pictures cannot", "pictures now cannot"))
        for file in files:
            if file.path not in self._told:
                self._told.add(file.path)
                problem = f"{file.path} is left out from now on: {file.why}"
                warn(message(self._where, problem))
        return left

    def _laid_out(self, batch: np.ndarray) -> np.ndarray:
        if self._channels_first:
            return np.ascontiguousarray(batch.transpose(0, 3, 1, 2))
        return batch

    def spec(self) -> Element:
        """TensorSpec of a picture and its label."""
        height, width, channels = self.form.shape
        shape = (channels, height, width) if self._channels_first else self.form.shape
        picture = TensorSpec(shape, self.form.dtype)
        if self.labels is None:
            return picture
        return picture, TensorSpec(self.labels.shape[1:], self.labels.dtype)


class Pictures(Node):
    """The step that gives pictures in the order of their files.

    Args:
        pictures: the rows.
    """

    def __init__(self, pictures: PictureRows) -> None:
        self._pictures = pictures

    def open(self) -> Iterator[Element]:
        """Gives picture after picture."""
        return map(self._pictures.row, self.rows())

    def size(self) -> int:
        """The number of files."""
        return len(self._pictures.paths)

    def base(self) -> Rows:
        """The pictures themselves."""
        return cast(Rows, self._pictures)

    def rows(self) -> Iterator[int]:
        """All, in order."""
        return iter(range(self.size()))

    def spec(self) -> Element:
        """That of the form."""
        return self._pictures.spec()
