"""A look at every picture before training, so that a broken one does not stop it.

Cheap signs of a whole file are looked for first; only a file that lacks them is
decoded. `_jpeg` says what they are for a JPEG; a whole PNG has chunks whose checksums
agree.
"""

from __future__ import annotations

import dataclasses
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from saccade.core._errors import message
from saccade.data._decode import PictureForm, decode, decode_open
from saccade.data._image_open import in_turn, is_turned, open_picture, reason
from saccade.data._jpeg import looks_whole

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image as pillow

# Kinds of pixels that convert to grey and colours; the others are tried.
_USUAL = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16")


@dataclasses.dataclass(frozen=True)
class Unusable:
    """A file that cannot be used, and why.

    Args:
        path: the file.
        why: a clause that starts with "it".
    """

    path: str
    why: str


@dataclasses.dataclass(frozen=True)
class Looked:
    """What the header of a usable picture says.

    Args:
        path: the file.
        width: of the pixels in the file.
        height: of the pixels in the file.
        mode: Pillow's name for its kind of pixels: 'RGB', 'L', 'CMYK' ...
        kind: of the file: 'JPEG', 'PNG' ...
        turned: whether its camera recorded that it has to be turned.
    """

    path: str
    width: int
    height: int
    mode: str
    kind: str
    turned: bool


def look_at(path: str) -> Looked | Unusable:
    """Looks whether a picture can be decoded, and what it is.

    Args:
        path: the file.

    Example:
        >>> look_at("/no/such/picture.png").why
        'it does not exist'
    """
    try:
        with open_picture(path) as image:
            size, mode, kind = image.size, image.mode, image.format or ""
            # Elsewhere it is rare, and for a PNG Pillow decodes to find it.
            turned = "exif" in image.info and kind != "PNG" and is_turned(image)
            _decode_if_in_doubt(image)
    except Exception as error:
        # Whatever a damaged file makes a decoder raise (OSError, SyntaxError,
        # struct.error, DecompressionBombError ...) is what the user wants to know.
        return Unusable(path, reason(error))
    return Looked(path, *size, mode, kind, turned)


def check_picture(path: str) -> Unusable | None:
    """Looks whether a picture can be decoded; None if nothing speaks against it.

    Args:
        path: the file.

    Example:
        >>> check_picture("/no/such/picture.png").why
        'it does not exist'
    """
    found = look_at(path)
    return found if isinstance(found, Unusable) else None


def _decode_if_in_doubt(image: pillow.Image) -> None:
    file = getattr(image, "fp", None)
    if image.format == "JPEG" and isinstance(file, io.BytesIO):
        if image.mode in _USUAL and looks_whole(file.getvalue()):
            return
    elif image.format == "PNG":
        image.verify()
        return
    with in_turn(image):
        image.load()
        if image.mode not in _USUAL:
            image.convert("RGB")


def decode_checked(path: str, form: PictureForm) -> np.ndarray:
    """Decodes a picture, and refuses all that `look_at` refuses.

    Args:
        path: the file.
        form: size and colours.

    Shapes:
        -> (h, w, c)

    Raises:
        OSError, SyntaxError, ValueError: the file cannot be used.
    """
    with open_picture(path) as image:
        file = getattr(image, "fp", None)
        if image.format != "PNG" or not isinstance(file, io.BytesIO):
            return decode_open(image, form)
        content = file.getvalue()
        image.verify()  # the decoder alone lets damage after the pixels pass
    return decode(io.BytesIO(content), form)


def find_unusable(paths: Sequence[str], threads: int = 4) -> list[Unusable]:
    """Looks at pictures with several threads and returns those that cannot be used.

    Args:
        paths: the files.
        threads: how many read at the same time.

    Example:
        >>> [file.why for file in find_unusable(["/no/such/picture.png"])]
        ['it does not exist']
    """
    looked = look_at_all(paths, threads)
    return [found for found in looked if isinstance(found, Unusable)]


def look_at_all(paths: Sequence[str], threads: int = 4) -> list[Looked | Unusable]:
    """Looks at pictures with several threads, see `look_at`.

    Args:
        paths: the files.
        threads: how many read at the same time.

    Example:
        >>> look_at_all([])
        []
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="saccade-check") as pool:
        return list(pool.map(look_at, paths))


def list_unusable(where: str, unusable: Sequence[Unusable], total: int) -> str:
    """Builds the one message that names every unusable file and why.

    Args:
        where: the function that was called.
        unusable: the files.
        total: number of all files.

    Example:
        >>> print(list_unusable("flow", [Unusable("a.png", "it is empty")], 9))
        flow: 1 of 9 pictures cannot be used:
          a.png: it is empty.
        Fix: repair or remove the files, or pass on_error='skip' to go on without them.
    """
    lines = [f"  {file.path}: {file.why}" for file in unusable]
    return message(
        where,
        f"{len(unusable):,} of {total:,} pictures cannot be used:\n" + "\n".join(lines),
        "repair or remove the files, or pass on_error='skip' to go on without them",
    )


def threads_for_reading() -> int:
    """Returns how many threads read pictures: one for each core allowed, at most 16.

    Example:
        >>> 1 <= threads_for_reading() <= 16
        True
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        cores = os.cpu_count() or 1
    return max(1, min(16, cores))
