"""Opening files that should be pictures, and saying why one cannot be used.

Files come from anywhere, so this is where they are distrusted: only common kinds are
opened, by their content and not by their name; the size that a header states is looked
at before anything is decoded.
"""

from __future__ import annotations

import io
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from saccade.core._errors import ArgumentTypeError, message

if TYPE_CHECKING:
    from PIL import Image as pillow

PictureSource = str | bytes | os.PathLike[str] | io.BytesIO

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
"""The only decoders that are used. Pillow knows some forty more that hardly anyone
needs and that a file with a lying suffix would reach."""

LARGEST_FILE = 2**30
"""Bytes of the largest file that is read; larger ones would fill the memory."""

# Pixels from which on pictures are decoded one after another: a dozen threads with a
# picture at the bound each would need gigabytes.
_LARGE = 2**24
_LARGE_TURN = threading.Lock()

_ORIENTATION = 0x0112
TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""What brings the first row to the top, by EXIF 2.32, section 4.6.4.A."""

# First bytes of files that people take for pictures, and what they are.
_MISTAKEN = (
    (b"%PDF", "a PDF document"),
    (b"<!do", "a web page, perhaps of a failed download"),
    (b"<htm", "a web page, perhaps of a failed download"),
    (b"<svg", "an SVG drawing"),
    (b"<?xm", "an XML file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"8BPS", "a Photoshop file"),
    (b"\0\0\x01\0", "an icon"),
    (b"\0\0\0\x0cjP", "a JPEG 2000 picture"),
    (b"version https://git-lfs", "a pointer of Git LFS: run `git lfs pull`"),
)
_BRANDS = {b"avif": "an AVIF picture", b"avis": "an AVIF picture"}
_BRANDS |= {b"heic": "a HEIC picture", b"heix": "a HEIC picture"}
_BRANDS |= {b"mif1": "a HEIC picture", b"msf1": "a HEIC picture"}


class RefusedFileError(OSError):
    """A file that is not even opened as a picture.

    Args:
        why: a clause that starts with "it".
        path: the file.
    """

    def __init__(self, why: str, path: str) -> None:
        super().__init__(f"{path!r} cannot be used as a picture: {why}")
        self.why = why


def open_picture(source: PictureSource, where: str = "load_img") -> pillow.Image:
    """Opens a picture and reads its header; pixels are decoded when they are used.

    Args:
        source: a path, or a BytesIO that holds the file.
        where: the function that was called, for messages.

    Raises:
        ArgumentTypeError: neither of these.
        OSError: no such file, no permission, or not a picture of FORMATS.
        DecompressionBombError: more pixels than `PIL.Image.MAX_IMAGE_PIXELS`.

    Differs from Keras: only the kinds of FORMATS; the bound of pixels is an error,
        where Pillow warns up to twice as many.

    Example:
        >>> from PIL import Image
        >>> file = io.BytesIO()
        >>> Image.new("L", (4, 2)).save(file, "png")
        >>> open_picture(file).size
        (4, 2)
    """
    from PIL import Image, UnidentifiedImageError

    if isinstance(source, io.BytesIO):
        file, name = source, "a BytesIO"
    elif isinstance(source, (str, bytes, os.PathLike)):
        path = os.fspath(source)
        name = os.fsdecode(path)
        file = io.BytesIO(_content(path, name))
    else:
        raise ArgumentTypeError(
            message(
                where,
                f"`path` must be a path or an io.BytesIO, got {type(source).__name__}",
            )
        )
    try:
        image = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        guess = _guess(bytes(file.getbuffer()[:64]))
        raise UnidentifiedImageError(
            f"cannot identify image file {name!r}: {guess}"
        ) from None
    bound = Image.MAX_IMAGE_PIXELS
    if bound is not None and image.width * image.height > bound:
        raise Image.DecompressionBombError(
            f"{name!r} states {image.width} x {image.height} pixels; the bound is "
            f"PIL.Image.MAX_IMAGE_PIXELS, {bound:,}"
        )
    return image


def _content(path: str | bytes, name: str) -> bytes:
    """Reads a file, unless it is none or too large for a picture."""
    details = os.stat(path)
    # Opening a pipe would wait for ever for someone to write into it.
    if not stat.S_ISREG(details.st_mode) and not stat.S_ISDIR(details.st_mode):
        raise RefusedFileError("it is a pipe or a device", name)
    if details.st_size > LARGEST_FILE:
        why = f"it has more than {LARGEST_FILE / 2**30:g} GiB"
        raise RefusedFileError(why, name)
    with open(path, "rb") as file:
        content = file.read()
    if not content:
        raise RefusedFileError("it is empty (0 bytes)", name)
    return content


def orientation(image: pillow.Image) -> int:
    """Returns how the camera was held, as EXIF numbers it; 1 is upright.

    Args:
        image: as opened.

    Example:
        >>> from PIL import Image
        >>> orientation(Image.new("L", (2, 2)))
        1
    """
    try:
        found = image.getexif().get(_ORIENTATION)
    except Exception:
        # Damaged notes about a picture, which raise whatever their bytes happen to
        # lead to, are no reason not to use its pixels.
        return 1
    return found if isinstance(found, int) else 1


def is_turned(image: pillow.Image) -> bool:
    """Says whether a picture has to be turned to be upright; see `orientation`."""
    return orientation(image) in TURNS


@contextmanager
def in_turn(image: pillow.Image) -> Iterator[None]:
    """Lets only one of the very large pictures be decoded at a time.

    Args:
        image: as opened.
    """
    if image.width * image.height < _LARGE:
        yield
        return
    with _LARGE_TURN:
        yield


def _guess(start: bytes) -> str:
    """Says what a file is that is no picture of the kinds that are read."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, what in _MISTAKEN:
        if start.startswith(signature) or text[:4].lower() == signature:
            return f"it is {what}"
    if start[4:8] == b"ftyp":
        return f"it is {_BRANDS.get(start[8:12], 'a film')}"
    return "it is not a picture, or its first bytes are damaged"


def reason(error: Exception) -> str:
    """Says in a few words why a picture could not be read.

    Args:
        error: what reading it raised.

    Example:
        >>> reason(FileNotFoundError(2, "No such file"))
        'it does not exist'
    """
    from PIL import Image, UnidentifiedImageError

    text = str(error).strip() or type(error).__name__
    if isinstance(error, RefusedFileError):
        return error.why
    if isinstance(error, FileNotFoundError):
        return "it does not exist"
    if isinstance(error, PermissionError):
        return "there is no permission to read it"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    if isinstance(error, UnidentifiedImageError):
        return text[text.rindex(": it ") + 2 :] if ": it " in text else _guess(b"")
    if isinstance(
        error, (Image.DecompressionBombError, Image.DecompressionBombWarning)
    ):
        return (
            f"it would unpack to more than {Image.MAX_IMAGE_PIXELS or 0:,} pixels "
            "(a decompression bomb?); the bound is PIL.Image.MAX_IMAGE_PIXELS"
        )
    if isinstance(error, MemoryError):
        return "there is not enough memory to decode it"
    if "truncated" in text.lower():
        return f"it is truncated ({text})"
    return f"it is damaged ({text})"
