"""Boxes and their names drawn onto pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from saccade.core import _checks
from saccade.core._errors import ArgumentTypeError, ConfigError, ShapeError, message
from saccade.core._lazy import optional_import
from saccade.utils.bounding_boxes import convert_format

_WHERE = "draw_bounding_boxes"
# Letters of `font_scale` 1 are as high as OpenCV's.
_LETTERS = 24.0


def batch_of_pictures(images: Any, data_format: str | None, where: str) -> np.ndarray:
    """Returns pictures as a NumPy array with the channels last.

    Args:
        images: a batch.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        where: the caller, for messages.

    Raises:
        ShapeError: no batch.
    """
    pictures = np.asarray(images)
    if pictures.ndim != 4:
        raise ShapeError(
            message(
                where,
                f"`images` must have 4 axes, got the shape {pictures.shape}",
                "one picture is images[None]",
            )
        )
    first = _checks.data_format(data_format, where) == "channels_first"
    return pictures.transpose(0, 2, 3, 1) if first else pictures


def as_bytes(images: np.ndarray) -> np.ndarray:
    """Returns pictures of [0, 1] or [0, 255] as uint8.

    Example:
        >>> as_bytes(np.array([0.0, 1.0])), as_bytes(np.array([2.0, 300.0]))
        (array([  0, 255], dtype=uint8), array([  2, 255], dtype=uint8))
    """
    if images.dtype.kind == "f" and images.size:
        images = images * 255 if images.max() <= 1 else images
        images = np.clip(images, 0, 255)
    return images.astype(np.uint8)


def draw_bounding_boxes(
    images: Any,
    bounding_boxes: Mapping[str, Any],
    bounding_box_format: str,
    class_mapping: Mapping[int, str] | None = None,
    color: Sequence[int] = (128, 128, 128),
    line_thickness: int = 2,
    text_thickness: int | None = 1,
    font_scale: float = 1.0,
    data_format: str | None = None,
) -> np.ndarray:
    """Draws boxes, and the names of what is in them, onto pictures.

    Args:
        images: values in [0, 1] or [0, 255].
        bounding_boxes: a dict with 'boxes' and 'labels', and 'confidences' or not;
            boxes with the label -1 are left out.
        bounding_box_format: the form of the boxes; see
            `utils.bounding_boxes.convert_format`.
        class_mapping: names by label; labels without a name are not written.
        color: of lines and letters: red, green, blue in [0, 255].
        line_thickness: pixels.
        text_thickness: of the letters; None for that of the lines.
        font_scale: size of the letters.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Returns:
        New pictures, uint8.

    Shapes:
        images: (b, h, w, c); boxes: (b, n, 4); labels, confidences: (b, n)
        -> (b, h, w, c).

    Raises:
        ShapeError: `images` is no batch.
        ArgumentTypeError: `bounding_boxes` is no dict.
        ConfigError: it lacks an entry, or the form is unknown.

    Differs from Keras: OpenCV is not needed, the letters are others.

    Example:
        >>> boxes = {"boxes": np.array([[[2, 2, 6, 6]]]), "labels": np.array([[0]])}
        >>> drawn = draw_bounding_boxes(np.zeros((1, 9, 9, 3)), boxes, "xyxy",
        ...                             color=(255, 0, 0), line_thickness=1)
        >>> drawn[0, 2, 2:8, 0]
        array([255, 255, 255, 255, 255,   0], dtype=uint8)
    """
    pictures = batch_of_pictures(images, data_format, _WHERE)
    if not isinstance(bounding_boxes, Mapping):
        raise ArgumentTypeError(
            message(
                _WHERE,
                "`bounding_boxes` must be a dict with 'boxes' and 'labels', got "
                f"{type(bounding_boxes).__name__}",
            )
        )
    missing = [name for name in ("boxes", "labels") if name not in bounding_boxes]
    if missing:
        raise ConfigError(
            message(
                _WHERE,
                f"`bounding_boxes` has no {missing[0]!r}; it has "
                f"{', '.join(map(repr, bounding_boxes)) or 'nothing'}",
            )
        )
    height, width = pictures.shape[1:3]
    boxes = np.asarray(
        convert_format(
            bounding_boxes["boxes"], bounding_box_format, "xyxy", height, width
        )
    )
    labels = np.asarray(bounding_boxes["labels"])
    sure = bounding_boxes.get("confidences")
    sure = None if sure is None else np.asarray(sure)
    names = class_mapping or {}
    pen = _Pen(
        tuple(color), line_thickness, text_thickness or line_thickness, font_scale
    )
    drawn = []
    for number, picture in enumerate(as_bytes(pictures)):
        captions = [
            _caption(names, int(label), None if sure is None else sure[number][i])
            for i, label in enumerate(labels[number])
        ]
        shown = [i for i, label in enumerate(labels[number]) if int(label) != -1]
        drawn.append(
            pen.draw(picture, [(boxes[number][i], captions[i]) for i in shown])
        )
    result = np.stack(drawn)
    first = _checks.data_format(data_format, _WHERE) == "channels_first"
    return result.transpose(0, 3, 1, 2) if first else result


def _caption(names: Mapping[int, str], label: int, sure: float | None) -> str:
    if label not in names:
        return ""
    return str(names[label]) if sure is None else f"{names[label]} | {sure:.2f}"


class _Pen:
    """Draws into one picture after another.

    Args:
        colour: red, green, blue.
        line: width of lines.
        letters: width of letters.
        scale: size of letters.
    """

    def __init__(
        self, colour: tuple[int, ...], line: int, letters: int, scale: float
    ) -> None:
        self._colour, self._line = colour, max(1, int(line))
        self._size = _LETTERS * scale
        self._bold = max(0, int(letters) - 1) / 2

    def draw(
        self, picture: np.ndarray, boxes: Sequence[tuple[np.ndarray, str]]
    ) -> np.ndarray:
        """Returns a picture with boxes and their captions."""
        pillow = optional_import("PIL.Image", extra="", purpose=_WHERE)
        drawing = optional_import("PIL.ImageDraw", extra="", purpose=_WHERE)
        fonts = optional_import("PIL.ImageFont", extra="", purpose=_WHERE)
        grey = picture.shape[-1] == 1
        canvas = pillow.fromarray(picture[..., 0] if grey else picture)
        pen = drawing.Draw(canvas)
        colour: Any = tuple(map(int, self._colour))
        if grey:
            colour = round(sum(colour) / len(colour))
        elif picture.shape[-1] == 4:
            colour = (*colour, 255)
        for (x1, y1, x2, y2), caption in boxes:
            corners = [(int(x1), int(y1)), (int(x2), int(y2))]
            if x2 >= x1 and y2 >= y1:
                pen.rectangle(corners, outline=colour, width=self._line)
            if caption:
                above = y1 - 8 - self._size > 0
                pen.text(
                    (x1, y1 - 8) if above else (x1 + 3, y1 + self._line + 3),
                    caption,
                    fill=colour,
                    font=fonts.load_default(self._size),
                    anchor="ls" if above else "la",
                    stroke_width=self._bold,
                )
        result = np.asarray(canvas)
        return result[..., None] if grey else result
