"""Pictures inside the page: thumbnails in the file itself, galleries, rows.

Sizes are bounded, so that a report stays a file one can send by mail.
"""

from __future__ import annotations

import base64
import dataclasses
import io
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from saccade.data import open_picture

from ._html import Html, tag

if TYPE_CHECKING:
    from PIL import Image as pillow

THUMBNAIL = 180
"""Longest side of a picture in a report, in pixels."""

_SMALL = 64  # up to here the pixels are kept as they are, and shown as squares
_QUALITY = 80


@dataclasses.dataclass(frozen=True)
class Captioned:
    """A picture file of a gallery and what is said about it.

    Args:
        path: the file.
        caption: below it.
    """

    path: str
    caption: Html


def picture_of_array(
    array: np.ndarray, side: int = THUMBNAIL, **attributes: str
) -> Html:
    """Makes an `img` of pixels.

    Args:
        array: a picture; values are taken as [0, 255] and cut.
        side: longest side in pixels; larger pictures are made smaller.
        **attributes: of the element; `alt` says what it shows.

    Shapes:
        array: (h, w) or (h, w, c), c 1, 3 or 4

    Example:
        >>> picture_of_array(np.zeros((2, 2, 3), np.uint8), alt="black")[:26]
        '<img src="data:image/png;b'
    """
    from PIL import Image

    pixels = np.clip(np.nan_to_num(np.asarray(array)), 0, 255).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[-1] == 1:
        pixels = pixels[..., 0]
    return _element(Image.fromarray(pixels), side, attributes)


def picture_of_file(path: str, side: int = THUMBNAIL, **attributes: str) -> Html:
    """Makes an `img` of a picture file, or a box that says that it cannot be shown.

    Args:
        path: the file.
        side: longest side in pixels.
        **attributes: of the element.
    """
    from PIL import Image

    attributes.setdefault("alt", os.path.basename(path))
    try:
        with open_picture(path) as image:
            # JPEG files decode several times faster at a fraction of their size.
            image.draft("RGB", (side, side))
            return _element(_eight_bits(image), side, attributes)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        # The file went or broke after training; the report is still worth having.
        return tag(
            "div", "cannot be shown: the file is gone or broken", class_="absent"
        )


def _eight_bits(image: pillow.Image) -> pillow.Image:
    """Pictures of 16 and 32 bits from their darkest to their brightest value."""
    from PIL import Image

    if image.mode in ("L", "RGB"):
        return image
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, np.float64)
        low, high = values.min(), values.max()
        return Image.fromarray(
            ((values - low) / max(high - low, 1e-9) * 255).astype(np.uint8)
        )
    return image.convert("RGB")


def _element(image: pillow.Image, side: int, attributes: dict[str, str]) -> Html:
    image.thumbnail((side, side))
    small = max(image.size) <= _SMALL
    if small:
        attributes["class_"] = f"small-pixels {attributes.get('class_', '')}".strip()
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    buffer = io.BytesIO()
    if small:
        image.save(buffer, "PNG")
    else:
        image.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    kind = "png" if small else "jpeg"
    text = base64.b64encode(buffer.getvalue()).decode("ascii")
    width, height = image.size
    return tag("img", src=Html(f"data:image/{kind};base64,{text}"), width=width,
               height=height, loading="lazy", **attributes)  # fmt: skip


def gallery(pictures: Sequence[Captioned], side: int = THUMBNAIL) -> Html:
    """Shows picture files in a grid, each with its caption.

    Args:
        pictures: in the order in which they are shown.
        side: longest side in pixels.
    """
    return tag(
        "div",
        *(
            tag(
                "figure",
                picture_of_file(shown.path, side),
                tag("figcaption", shown.caption),
            )
            for shown in pictures
        ),
        class_="gallery",
    )


def rows_of_variants(
    originals: np.ndarray, variants: Sequence[np.ndarray], heads: Sequence[str]
) -> Html:
    """Shows each picture beside its variants, one row for each.

    Args:
        originals: pictures.
        variants: the same pictures, changed, in columns.
        heads: names of the columns, the originals' first.

    Shapes:
        originals: (m, h, w, c); variants: each (m, h, w, c)
    """
    side = max(48, min(THUMBNAIL, 900 // (len(variants) + 1)))
    cells: list[Html] = [tag("span", head) for head in heads]
    for row, original in enumerate(originals):
        cells.append(
            picture_of_array(original, side, class_="original", alt="original")
        )
        cells += [
            picture_of_array(variant[row], side, alt="changed") for variant in variants
        ]
    return tag("div", *cells, class_="rows", style=f"--columns:{len(variants) + 1}")
