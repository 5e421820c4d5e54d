"""Layers that prepare pictures: ranges, statistics, sizes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from saccade import ops
from saccade.core import _checks, _settings
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    DataError,
    NotBuiltError,
    ShapeError,
    message,
)
from saccade.core._symbolic import Shape
from saccade.core._variable import Variable
from saccade.ops._image import INTERPOLATIONS
from saccade.saving import deserialize_keras_object, serialize_keras_object

from ._box_moves import (
    Size,
    Window,
    as_corners,
    box_format,
    checked_boxes,
    cropped,
    in_form,
    window_for,
)
from ._layer import Layer
from ._same_shape import SameShape

if TYPE_CHECKING:
    from jax.typing import ArrayLike


class Rescaling(SameShape):
    """Multiplies and adds: inputs * scale + offset.

    Args:
        scale: a number, or one per channel: 1 / 255 brings pictures to [0, 1].
        offset: a number, or one per channel.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: any -> the same, compute dtype.

    Differs from Keras: none.

    Example:
        >>> Rescaling(1 / 255)(np.array([[0, 255]], "uint8")).tolist()
        [[0.0, 1.0]]
    """

    def __init__(
        self, scale: ArrayLike, offset: ArrayLike = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns inputs * scale + offset."""
        dtype = self.compute_dtype
        scale = np.asarray(self.scale)
        if scale.ndim and _settings.image_data_format() == "channels_first":
            scale = scale.reshape(scale.shape + (1,) * (3 - scale.ndim))
        return inputs.astype(dtype) * jnp.asarray(scale, dtype) + jnp.asarray(
            self.offset, dtype
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        config["scale"] = serialize_keras_object(self.scale)
        config["offset"] = serialize_keras_object(self.offset)
        return config

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Self:
        """Makes a layer from `get_config()`."""
        config = dict(config)
        for name in ("scale", "offset"):
            config[name] = deserialize_keras_object(config[name], custom_objects)
        return cls(**config)


class Normalization(SameShape):
    """Takes the mean off and divides by the standard deviation of known data.

    (x - mean) / max(sqrt(variance), 1e-7), with statistics that are given or found by
    `adapt(data)` before training.

    Args:
        axis: the axis, or axes, that have a mean each; None for one mean of all.
        mean: the mean; with `variance`, instead of `adapt`.
        variance: the variance.
        invert: whether to undo the normalisation instead: mean + x * deviation.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, ...) -> the same; weights, unless the statistics are given: mean,
        variance (sizes of `axis`), count ().

    Raises:
        ConfigError: only one of `mean` and `variance`, or of different shapes.
        ShapeError: a size on `axis` is not known, or does not exist.

    Differs from Keras: `adapt` sums in float64 and also takes DataFrames.

    Example:
        >>> layer = Normalization()
        >>> layer.adapt(np.array([[0.0, 7.0], [2.0, 9.0]]))
        >>> layer(np.array([[0.0, 9.0]])).tolist()
        [[-1.0, 1.0]]
    """

    adapt_mean: Variable
    adapt_variance: Variable
    count: Variable

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: ArrayLike | Sequence[float] | None = None,
        variance: ArrayLike | Sequence[float] | None = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        axes = () if axis is None else (axis,) if isinstance(axis, int) else axis
        self.axis = tuple(axes)
        self.invert = invert
        self.input_mean = mean
        self.input_variance = variance
        self._shape: tuple[int, ...] | None = None
        if (mean is None) != (variance is None):
            raise ConfigError(
                message(
                    self._where,
                    "`mean` and `variance` must be given together, got "
                    f"mean={mean!r}, variance={variance!r}",
                )
            )
        shape = np.asarray(mean).shape
        if mean is not None and (
            shape != np.asarray(variance).shape or len(shape) > len(self.axis)
        ):
            raise ConfigError(
                message(
                    self._where,
                    "`mean` and `variance` must have one shape, with at most as many "
                    f"axes as `axis` {self.axis}, got shapes {shape} and "
                    f"{np.asarray(variance).shape}",
                )
            )

    def build(self, input_shape: Shape) -> None:
        """Makes the statistics' weights, unless they are given."""
        ndim = len(input_shape)
        kept = self._kept(ndim, input_shape)
        shape = tuple(n if a in kept else 1 for a, n in enumerate(input_shape))
        self._shape = tuple(int(n or 1) for n in shape)
        if self.input_mean is None:
            sizes = [self._shape[a] for a in kept]
            self.adapt_mean = self.add_weight(
                name="mean", shape=sizes, initializer="zeros", trainable=False
            )
            self.adapt_variance = self.add_weight(
                name="variance", shape=sizes, initializer="ones", trainable=False
            )
            self.count = self.add_weight(
                name="count",
                shape=(),
                initializer="zeros",
                dtype="int32",
                trainable=False,
            )

    def _kept(self, ndim: int, shape: Shape) -> list[int]:
        """The axes with statistics of their own, counted from 0, in order."""
        wrong = [a for a in self.axis if not -ndim <= a < ndim]
        kept = sorted(a % ndim for a in self.axis)
        if wrong or any(shape[a] is None for a in kept):
            raise ShapeError(
                message(
                    self._where,
                    f"needs known sizes on `axis` {self.axis} of its input, got shape "
                    f"{tuple(shape)}",
                )
            )
        return kept

    def _statistics(self) -> tuple[jax.Array, jax.Array]:
        """Mean and variance in a shape that broadcasts to the input."""
        if self._shape is None:
            raise NotBuiltError(
                message(self._where, "has no statistics yet", "call `adapt(data)`")
            )
        dtype = self.compute_dtype
        if self.input_mean is None or self.input_variance is None:
            mean = self.adapt_mean.value.reshape(self._shape)
            variance = self.adapt_variance.value.reshape(self._shape)
            return mean.astype(dtype), variance.astype(dtype)
        given = []
        for value in (self.input_mean, self.input_variance):
            array = np.asarray(value)
            wide = [1] * len(self._shape)
            kept = self._kept(len(wide), self._shape)
            for size, axis in zip(array.shape[::-1], kept[::-1], strict=False):
                wide[axis] = size
            given.append(
                jnp.asarray(np.broadcast_to(array.reshape(wide), self._shape), dtype)
            )
        return given[0], given[1]

    @property
    def mean(self) -> jax.Array | None:
        """The mean, in a shape that broadcasts to the input; None before `build`."""
        return None if self._shape is None else self._statistics()[0]

    @property
    def variance(self) -> jax.Array | None:
        """The variance, in a shape that broadcasts to the input, as `mean`."""
        return None if self._shape is None else self._statistics()[1]

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the normalised inputs."""
        mean, variance = self._statistics()
        deviation = jnp.maximum(jnp.sqrt(variance), _settings.epsilon())
        x = inputs.astype(self.compute_dtype)
        return mean + x * deviation if self.invert else (x - mean) / deviation

    def adapt(self, data: Any) -> None:
        """Finds mean and variance of data, in place of those found before.

        Args:
            data: an array or a table of all samples, or an iterable of batches.

        Raises:
            ConfigError: the statistics were given to the constructor.
            DataError: no data.
            ArgumentTypeError: neither an array nor iterable.
            ShapeError: batches of different shapes, or not those built for.
        """
        if self.input_mean is not None:
            raise ConfigError(
                message(self._where, "`adapt` has no use, since `mean` was given")
            )
        total, mean, variance = 0, np.zeros(()), np.zeros(())
        axes: tuple[int, ...] = ()
        for batch in _batches(data, self.axis, self._where):
            if not self.built:
                self._build_once((None, *batch.shape[1:]))
            self._check_batch(batch)
            if not total:
                kept = self._kept(batch.ndim, batch.shape)
                axes = tuple(a for a in range(batch.ndim) if a not in kept)
            # Chan's rule for joining the statistics of two sets.
            size = math.prod(batch.shape[a] for a in axes)
            values = batch.astype(np.float64)
            part_mean, part_variance = values.mean(axes), values.var(axes)
            total += size
            weight = size / total
            step = part_mean - mean
            variance = (
                variance * (1 - weight)
                + part_variance * weight
                + step**2 * weight * (1 - weight)
            )
            mean = mean + step * weight
        if not total:
            raise DataError(message(self._where, "`adapt` was given no data"))
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _check_batch(self, batch: np.ndarray) -> None:
        expected = self._shape or ()
        fits = batch.ndim == len(expected) and all(
            expected[a] == batch.shape[a] for a in self._kept(batch.ndim, batch.shape)
        )
        if not fits:
            raise ShapeError(
                message(
                    self._where,
                    f"`adapt` got data of shape {batch.shape}, which do not fit the "
                    f"statistics of shape {expected}",
                )
            )

    def finalize_state(self) -> None:
        """Does nothing: the statistics are read from the weights. For Keras."""

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        config["mean"] = np.array(self.input_mean).tolist()
        config["variance"] = np.array(self.input_variance).tolist()
        return config


# How many numbers of a large array are looked at together.
_CHUNK = 2**20


def _batches(data: Any, axis: Sequence[int], where: str) -> Iterator[np.ndarray]:
    """Yields arrays of samples, large arrays in pieces to spare memory."""
    if hasattr(data, "__array__") or isinstance(data, (int, float)):
        array = np.asarray(data)
        samples = array.shape[0] if array.ndim else 1
        if 0 in axis or -array.ndim in axis or not array.ndim:
            yield array
            return
        step = max(1, _CHUNK * samples // max(array.size, 1))
        for start in range(0, samples, step):
            yield array[start : start + step]
        return
    length = getattr(data, "num_batches", None)
    if length is not None and hasattr(data, "__getitem__"):
        data = (data[number] for number in range(length))
    if not isinstance(data, Iterable):
        raise ArgumentTypeError(
            message(
                where,
                "`adapt` takes an array, a table or an iterable of batches, got "
                f"{type(data).__name__}",
            )
        )
    for batch in data:
        yield np.asarray(batch[0] if isinstance(batch, (tuple, list)) else batch)


# What has the pictures' height and width in a dict.
_OF_PICTURES = ("images", "segmentation_masks")


class _ToSize(Layer):
    """A layer that brings pictures to one height and width."""

    def __init__(
        self,
        height: int,
        width: int,
        data_format: str | None,
        bounding_box_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bounding_box_format = box_format(bounding_box_format, self._where)
        self.height = _checks.positive_int(height, "height", self._where)
        self.width = _checks.positive_int(width, "width", self._where)
        self.data_format = _checks.data_format(data_format, self._where)

    def _first_axis(self, ndim: int) -> int:
        """The axis of the rows."""
        if ndim not in (3, 4):
            raise ShapeError(
                message(
                    self._where,
                    "expected one picture (3 axes) or a batch (4 axes), got an input "
                    f"with {ndim} axes",
                )
            )
        return ndim - 3 if self.data_format == "channels_last" else ndim - 2

    def build(self, input_shape: Any) -> None:
        """Checks the number of axes."""
        self.compute_output_shape(input_shape)

    def _sized(self, x: jax.Array, masks: bool) -> jax.Array:
        """Brings pictures or masks to the size."""
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        """Returns the pictures in the new size; a dict keeps its other entries."""
        if not isinstance(inputs, Mapping):
            return self._sized(inputs, False)
        result = {
            name: self._sized(jnp.asarray(value), name != "images")
            if name in _OF_PICTURES
            else value
            for name, value in inputs.items()
        }
        if "bounding_boxes" in inputs:
            shape = jnp.shape(inputs["images"])
            axis = self._first_axis(len(shape))
            boxes = checked_boxes(
                inputs["bounding_boxes"],
                len(shape),
                self.bounding_box_format,
                self._where,
            )
            size = (shape[axis], shape[axis + 1])
            result["bounding_boxes"] = self._move(boxes, size)
        return result

    def _window(self, size: Size) -> Window:
        """The part of pictures of a size that is brought to the new one."""
        raise NotImplementedError

    def _move(self, boxes: Mapping[str, Any], size: Size) -> dict[str, Any]:
        form, target = self.bounding_box_format or "", (self.height, self.width)
        given = boxes["boxes"]
        # Boxes of zeros or -1 only fill up, and become zeros.
        filling = jnp.all(given == -1, -1) | jnp.all(given == 0, -1)
        corners = as_corners(boxes, form, size)
        moved = cropped(corners["boxes"], self._window(size), target)
        corners["boxes"] = jnp.where(filling[..., None], 0, moved)
        return in_form(corners, form, target)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        if self.bounding_box_format is None:
            config.pop("bounding_box_format", None)
        return config

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with the new height and width."""
        if isinstance(input_shape, Mapping):
            return {
                name: self.compute_output_shape(shape)
                if name in _OF_PICTURES
                else shape
                for name, shape in input_shape.items()
            }
        axis = self._first_axis(len(input_shape))
        return (
            *input_shape[:axis],
            self.height,
            self.width,
            *input_shape[axis + 2 :],
        )


class Resizing(_ToSize):
    """Resizes pictures.

    Args:
        height: of the result, in pixels.
        width: of the result, in pixels.
        interpolation: 'bilinear', 'nearest', 'bicubic', 'lanczos3' or 'lanczos5'.
        crop_to_aspect_ratio: first cut the largest middle part of the result's
            proportions.
        pad_to_aspect_ratio: first add borders to reach the result's proportions.
        fill_mode: only 'constant'.
        fill_value: value of added borders.
        antialias: whether to average over pixels that fall together.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) or (h, w, c) -> (..., height, width, c); integers stay
        integers and are rounded.

    Raises:
        ConfigError: a size below 1, another interpolation or fill mode, or cropping
            together with padding.
        ShapeError: neither 3 nor 4 axes.

    Example:
        >>> Resizing(4, 6)(jnp.ones((1, 8, 8, 3))).shape
        (1, 4, 6, 3)
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(height, width, data_format, **kwargs)
        where = self._where
        self.interpolation = _checks.one_of(
            interpolation, INTERPOLATIONS, "interpolation", where
        )
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = _checks.one_of(fill_mode, ("constant",), "fill_mode", where)
        self.fill_value = fill_value
        self.antialias = bool(antialias)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ConfigError(
                message(
                    where,
                    "`crop_to_aspect_ratio` and `pad_to_aspect_ratio` exclude each "
                    "other",
                )
            )

    def _sized(self, x: jax.Array, masks: bool) -> jax.Array:
        return ops.image.resize(
            x,
            (self.height, self.width),
            interpolation="nearest" if masks else self.interpolation,
            antialias=self.antialias and not masks,
            crop_to_aspect_ratio=self.crop_to_aspect_ratio,
            pad_to_aspect_ratio=self.pad_to_aspect_ratio,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )

    def _window(self, size: Size) -> Window:
        return window_for(
            size,
            (self.height, self.width),
            self.crop_to_aspect_ratio,
            self.pad_to_aspect_ratio,
        )


class CenterCrop(_ToSize):
    """Cuts the middle out of pictures; smaller ones are enlarged first.

    Args:
        height: of the result, in pixels.
        width: of the result, in pixels.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) or (h, w, c) -> (..., height, width, c) compute dtype.

    Raises:
        ConfigError: a size below 1.
        ShapeError: neither 3 nor 4 axes.

    Example:
        >>> CenterCrop(2, 2)(jnp.arange(16.0).reshape(1, 4, 4, 1)).ravel()
        Array([ 5.,  6.,  9., 10.], dtype=float32)
    """

    def __init__(
        self, height: int, width: int, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(height, width, data_format, **kwargs)

    def _sized(self, x: jax.Array, masks: bool) -> jax.Array:
        x = x if masks else x.astype(self.compute_dtype)
        axis = self._first_axis(x.ndim)
        above = x.shape[axis] - self.height
        beside = x.shape[axis + 1] - self.width
        if above < 0 or beside < 0:
            return ops.image.resize(
                x,
                (self.height, self.width),
                interpolation="nearest" if masks else "bilinear",
                crop_to_aspect_ratio=True,
                data_format=self.data_format,
            )
        x = jax.lax.slice_in_dim(x, above // 2, above // 2 + self.height, axis=axis)
        return jax.lax.slice_in_dim(
            x, beside // 2, beside // 2 + self.width, axis=axis + 1
        )

    def _window(self, size: Size) -> Window:
        above, beside = size[0] - self.height, size[1] - self.width
        if above < 0 or beside < 0:
            return window_for(size, (self.height, self.width), crop=True, pad=False)
        return Window(above // 2, beside // 2, self.height, self.width)
