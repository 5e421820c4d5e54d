"""TensorFlow's functions around data sets: files, texts, functions of Python."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from saccade.core._errors import ArgumentTypeError, DataError, message
from saccade.data import (
    Dataset,
    Tensor,
    as_tensor,
    decode_channels,
    open_picture,
    picture_frames,
    to_array,
)
from saccade.launcher._tensorflow_image import convert_image_dtype
from saccade.utils import array_to_img


def read_file(filename: Any, name: str | None = None) -> Tensor:
    """Returns the content of a file, as one text."""
    with open(_text(filename), "rb") as file:
        return as_tensor(file.read())


def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: DTypeLike = "uint8",
    name: str | None = None,
    expand_animations: bool = True,
) -> Tensor:
    """Decodes a picture; a GIF gives all its frames unless told otherwise."""
    file = io.BytesIO(_content(contents))
    with open_picture(file, "tf.io.decode_image") as image:
        if image.format == "GIF" and expand_animations:
            pixels = picture_frames(image)
        else:
            pixels = decode_channels(image, channels or 0)
    return convert_image_dtype(as_tensor(pixels), dtype)


def decode_picture(
    contents: Any,
    channels: int = 0,
    dtype: DTypeLike = "uint8",
    name: str | None = None,
    **options: Any,
) -> Tensor:
    """Decodes a JPEG, PNG or BMP; options of the decoder change nothing."""
    return decode_image(contents, channels, dtype, expand_animations=False)


def decode_gif(contents: Any, name: str | None = None) -> Tensor:
    """Decodes all frames of a GIF: (frames, h, w, 3)."""
    return decode_image(contents, 3)


def encode_picture(kind: str) -> Callable[..., Tensor]:
    """Makes a function that writes pictures as files of a kind."""

    def encode(image: Any, *arguments: Any, **options: Any) -> Tensor:
        file = io.BytesIO()
        array_to_img(np.asarray(image), "channels_last", scale=False).save(file, kind)
        return as_tensor(file.getvalue())

    return encode


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Writes a text into a file."""
    with open(_text(filename), "wb") as file:
        file.write(_content(contents))


def _content(value: Any) -> bytes:
    """Returns one text as bytes."""
    array = to_array(value)
    item = array.item() if array.size == 1 else None
    if not isinstance(item, bytes):
        raise DataError(
            message(
                "tf.io",
                f"one text was expected, got {type(value).__name__} of shape "
                f"{array.shape}",
                "tf.io.read_file(path) gives the content of a file",
            )
        )
    return item


def _text(value: Any) -> str:
    return _content(value).decode()


def _each_text(function: Callable[[bytes], Any]) -> Callable[[Any], Tensor]:
    """Applies a function to every text of an array."""

    def call(value: Any) -> Tensor:
        texts = to_array(value)
        made = [function(text) for text in texts.ravel()]
        return as_tensor(to_array(made).reshape(texts.shape))

    return call


def text_split(
    input: Any, sep: str | None = None, maxsplit: int = -1, name: str | None = None
) -> Tensor:
    """Splits one text, at white space or at `sep`."""
    parts = _content(input).split(None if sep is None else sep.encode(), maxsplit)
    return as_tensor(to_array(parts))


def text_join(
    inputs: Sequence[Any], separator: str = "", name: str | None = None
) -> Tensor:
    """Puts texts one after another."""
    joined = separator.encode().join(_content(part) for part in inputs)
    return as_tensor(joined)


def text_lower(input: Any, encoding: str = "", name: str | None = None) -> Tensor:
    """Makes letters small."""
    return _each_text(bytes.lower)(input)


def text_upper(input: Any, encoding: str = "", name: str | None = None) -> Tensor:
    """Makes letters large."""
    return _each_text(bytes.upper)(input)


def text_strip(input: Any, name: str | None = None) -> Tensor:
    """Takes white space off both ends."""
    return _each_text(bytes.strip)(input)


def text_length(input: Any, unit: str = "BYTE", name: str | None = None) -> Tensor:
    """Counts the bytes of texts."""
    return _each_text(len)(input)


def text_to_number(
    input: Any, out_type: DTypeLike = "float32", name: str | None = None
) -> Tensor:
    """Reads numbers from texts."""
    return as_tensor(np.asarray(_each_text(float)(input)).astype(out_type))


def text_replace(
    input: Any,
    pattern: str,
    rewrite: str,
    replace_global: bool = True,
    name: str | None = None,
) -> Tensor:
    """Replaces what fits a regular expression."""
    count = 0 if replace_global else 1
    found = re.compile(pattern.encode())
    return _each_text(lambda text: found.sub(rewrite.encode(), text, count))(input)


def text_matches(input: Any, pattern: str, name: str | None = None) -> Tensor:
    """Says whether whole texts fit a regular expression."""
    found = re.compile(pattern.encode())
    return _each_text(lambda text: found.fullmatch(text) is not None)(input)


def python_function(
    func: Callable[..., Any] | None = None,
    inp: Sequence[Any] | None = None,
    Tout: Any = None,
    *arguments: Any,
    **options: Any,
) -> Any:
    """Calls a function of Python with NumPy's arrays.

    `Dataset.map` does not compile a function that calls it.
    """
    if func is None:
        raise ArgumentTypeError(message("tf.py_function", "`func` is missing"))
    # An array that is being traced has no numbers: this raises, and `map` then calls
    # the whole function as it is.
    made = func(*(as_tensor(np.asarray(value)) for value in inp or ()))
    kinds = Tout if isinstance(Tout, (list, tuple)) else [Tout]
    values = made if isinstance(Tout, (list, tuple)) else [made]
    results = [
        as_tensor(to_array(value) if kind is None else _as_kind(value, kind))
        for value, kind in zip(values, kinds, strict=False)
    ]
    return results if isinstance(Tout, (list, tuple)) else results[0]


def _as_kind(value: Any, kind: Any) -> np.ndarray:
    array = to_array(value)
    return array if np.dtype(kind) == object else array.astype(kind)


def cardinality(dataset: Dataset) -> Tensor:
    """Returns the number of elements; -1 for endless, -2 for unknown."""
    return dataset.cardinality()


def ignore_errors(log_warning: bool = False) -> Callable[[Dataset], Dataset]:
    """Returns what `Dataset.apply` takes to leave out elements that fail."""
    return lambda dataset: dataset.ignore_errors(log_warning)


def unbatch() -> Callable[[Dataset], Dataset]:
    """Returns what `Dataset.apply` takes to make an element of every row."""
    return Dataset.unbatch
