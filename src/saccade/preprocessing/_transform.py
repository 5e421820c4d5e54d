"""What ImageDataGenerator does to pictures: draw, transform, standardize, fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from saccade.core._errors import ShapeError, message
from saccade.data import prepare_warp, warp_batch
from saccade.data._warn import warn
from saccade.preprocessing._affine import affine_map, apply_affine_transform, flip_axis
from saccade.preprocessing._colour import apply_brightness_shift, apply_channel_shift

ShiftRange = float | Sequence[float] | np.ndarray
Parameters = Mapping[str, float | None]
Preprocess = Callable[[np.ndarray], np.ndarray]
OtherT = TypeVar("OtherT")

_WHERE = "ImageDataGenerator"
_EPSILON = 1e-6


class PictureTransform:
    """The transformations of `ImageDataGenerator`, which has the settings."""

    featurewise_center: bool
    samplewise_center: bool
    featurewise_std_normalization: bool
    samplewise_std_normalization: bool
    zca_whitening: bool
    zca_epsilon: float
    rotation_range: float
    width_shift_range: ShiftRange
    height_shift_range: ShiftRange
    brightness_range: Sequence[float] | None
    shear_range: float
    zoom_range: Sequence[float]
    channel_shift_range: float
    fill_mode: str
    cval: float
    horizontal_flip: bool
    vertical_flip: bool
    rescale: float | None
    preprocessing_function: Preprocess | None
    data_format: str
    interpolation_order: int
    dtype: str
    channel_axis: int
    row_axis: int
    col_axis: int
    mean: np.ndarray | None = None
    std: np.ndarray | None = None
    zca_whitening_matrix: np.ndarray | None = None

    def get_random_transform(
        self, img_shape: Sequence[int], seed: int | None = None
    ) -> dict[str, float | None]:
        """Draws the parameters of one transformation.

        NumPy's global generator is used, in the order of Keras, so that the same seed
        gives the same parameters.

        Args:
            img_shape: shape of the picture.
            seed: seed for NumPy's global generator; None leaves it as it is.

        Returns:
            theta and shear in degrees, tx and ty in pixels, zx, zy, flip_horizontal,
            flip_vertical, channel_shift_intensity and brightness (or None).

        Differs from Keras: none.
        """
        if seed is not None:
            np.random.seed(seed)
        height, width = img_shape[self.row_axis - 1], img_shape[self.col_axis - 1]
        theta = _symmetric(self.rotation_range)
        tx = _shift(self.height_shift_range, height)
        ty = _shift(self.width_shift_range, width)
        shear = _symmetric(self.shear_range)
        low, high = self.zoom_range
        zx, zy = (1, 1) if low == high == 1 else np.random.uniform(low, high, 2)
        flip_horizontal = (np.random.random() < 0.5) * self.horizontal_flip
        flip_vertical = (np.random.random() < 0.5) * self.vertical_flip
        channel_shift = brightness = None
        if self.channel_shift_range != 0:
            channel_shift = _symmetric(self.channel_shift_range)
        if self.brightness_range is not None:
            low, high = self.brightness_range
            brightness = np.random.uniform(low, high)
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": shear,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": flip_horizontal,
            "flip_vertical": flip_vertical,
            "channel_shift_intensity": channel_shift,
            "brightness": brightness,
        }

    def apply_transform(
        self, x: np.ndarray, transform_parameters: Parameters
    ) -> np.ndarray:
        """Transforms one picture by given parameters.

        Args:
            x: one picture.
            transform_parameters: as `get_random_transform` gives them; what is left
                out is left undone.

        Shapes:
            x: (h, w, c), or (c, h, w) with channels first -> the same

        Differs from Keras: none.
        """
        row, column, channel = (
            self.row_axis - 1,
            self.col_axis - 1,
            self.channel_axis - 1,
        )
        x = apply_affine_transform(
            x,
            **_moves(transform_parameters),
            row_axis=row,
            col_axis=column,
            channel_axis=channel,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
        )
        intensity = transform_parameters.get("channel_shift_intensity")
        if intensity is not None:
            x = apply_channel_shift(x, intensity, channel)
        if transform_parameters.get("flip_horizontal"):
            x = flip_axis(x, column)
        if transform_parameters.get("flip_vertical"):
            x = flip_axis(x, row)
        brightness = transform_parameters.get("brightness")
        if brightness is not None:
            last = apply_brightness_shift(np.moveaxis(x, channel, 2), brightness, False)
            x = np.moveaxis(last, 2, channel)
        return x

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """Transforms one picture at random.

        Args:
            x: one picture.
            seed: see `get_random_transform`.

        Shapes:
            x: (h, w, c), or (c, h, w) with channels first -> the same

        Differs from Keras: none.
        """
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """Scales a picture or a batch, in place where it can be.

        The order is preprocessing_function, rescale, the picture's own mean and
        deviation, the data set's mean and deviation, whitening.

        Args:
            x: pictures; `preprocessing_function` expects a single one.

        Shapes:
            any shape -> the same shape

        Differs from Keras: whole numbers are made floats first, where Keras fails.
        """
        if self.preprocessing_function is not None:
            x = self.preprocessing_function(x)
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
            x = np.array(x, self.dtype)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + _EPSILON
        if self.featurewise_center:
            x -= _fitted(self.mean, "featurewise_center", 0)
        if self.featurewise_std_normalization:
            std = _fitted(self.std, "featurewise_std_normalization", None)
            if std is not None:
                x /= std + _EPSILON
        if self.zca_whitening:
            matrix = _fitted(self.zca_whitening_matrix, "zca_whitening", None)
            if matrix is not None:
                flat = x.reshape(-1, math.prod(x.shape[-3:]))
                x = (flat @ matrix).reshape(x.shape)
        return x

    def fit(
        self,
        x: npt.ArrayLike,
        augment: bool = False,
        rounds: int = 1,
        seed: int | None = None,
    ) -> None:
        """Computes the statistics that the featurewise settings need.

        Args:
            x: a sample of the pictures, in the scale of the files; `rescale` is
                applied first.
            augment: whether to transform them at random before.
            rounds: with `augment`, passes over them.
            seed: seed for NumPy's global generator.

        Shapes:
            x: (n, h, w, c), or (n, c, h, w) with channels first

        Raises:
            ShapeError: not 4 axes.

        Differs from Keras: none.
        """
        pictures = np.array(x, dtype=self.dtype)
        if pictures.ndim != 4:
            raise ShapeError(
                message(
                    f"{_WHERE}.fit",
                    f"`x` must be a batch with 4 axes, got shape {pictures.shape}",
                )
            )
        warn_of_channels(pictures, self.channel_axis, self.data_format, f"{_WHERE}.fit")
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            pictures *= self.rescale
        if augment:
            pictures = np.stack(
                [self.random_transform(x) for _ in range(rounds) for x in pictures]
            ).astype(self.dtype, copy=False)
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            mean = self.mean = np.mean(pictures, axis=axes, keepdims=True)[0]
            pictures -= mean
        if self.featurewise_std_normalization:
            std = self.std = np.std(pictures, axis=axes, keepdims=True)[0]
            pictures /= std + _EPSILON
        if self.zca_whitening:
            count = len(pictures)
            flat = pictures.reshape(count, -1)
            u, s, _ = np.linalg.svd(flat.T, full_matrices=False)
            self.zca_whitening_matrix = (
                u * (np.sqrt(count) / (s + self.zca_epsilon))
            ) @ u.T

    def _overridden(self, name: str) -> bool:
        """Whether a subclass, or the user, has put another method in place."""
        mine = getattr(PictureTransform, name)
        return cast(object, getattr(getattr(self, name), "__func__", None)) is not mine

    def prepare(self, shape: Sequence[int]) -> None:
        """Begins to compile what `transform_batch` will need, in the background.

        Args:
            shape: of one picture, channels last.
        """
        moves = (
            np.any(self.rotation_range)
            or np.any(self.width_shift_range)
            or np.any(self.height_shift_range)
            or np.any(self.shear_range)
            or tuple(self.zoom_range) != (1, 1)
        )
        at_once = np.dtype(self.dtype) == np.float32
        at_once = at_once and not self._overridden("apply_transform")
        if moves and at_once and self.interpolation_order in (0, 1):
            prepare_warp(shape, self.fill_mode, self.interpolation_order)

    def transform_batch(
        self, pictures: Sequence[np.ndarray], parameters: Sequence[Parameters]
    ) -> np.ndarray:
        """Transforms and standardizes pictures, all at once where that is possible.

        The result is that of `apply_transform` and `standardize`, one by one.

        Args:
            pictures: of one shape, channels last; they are not written to.
            parameters: of each picture's transformation.

        Shapes:
            pictures: each (h, w, c) -> (b, h, w, c), or (b, c, h, w) with channels
            first
        """
        first = self.data_format == "channels_first"
        at_once = (
            self.interpolation_order in (0, 1)
            and np.dtype(self.dtype) == np.float32
            and all(picture.dtype in (np.uint8, np.float32) for picture in pictures)
            and not self._overridden("apply_transform")
        )
        if at_once:
            batch = self._warped(pictures, parameters)
            batch = batch.transpose(0, 3, 1, 2) if first else batch
        else:
            batch = np.empty(_shape(pictures, first), self.dtype)
            for row, (picture, chosen) in enumerate(
                zip(pictures, parameters, strict=True)
            ):
                x = picture.transpose(2, 0, 1) if first else picture
                batch[row] = self.apply_transform(np.array(x, self.dtype), chosen)
        return self._standardized(batch)

    def _warped(
        self, pictures: Sequence[np.ndarray], parameters: Sequence[Parameters]
    ) -> np.ndarray:
        height, width, _ = pictures[0].shape
        maps = [affine_map(height, width, **_moves(chosen)) for chosen in parameters]
        flips = [
            (bool(chosen.get("flip_vertical")), bool(chosen.get("flip_horizontal")))
            for chosen in parameters
        ]
        stacked = np.stack(pictures)
        if any(found is not None for found in maps) and len(stacked):
            matrices, offsets = _with_flips(maps, flips, height, width)
            batch = warp_batch(
                stacked,
                matrices,
                offsets,
                self.fill_mode,
                self.cval,
                self.interpolation_order,
            )
        else:
            batch = np.array(stacked, np.float32)
            for row, (vertical, horizontal) in enumerate(flips):
                if vertical or horizontal:
                    picture = stacked[row, :: -1 if vertical else 1]
                    batch[row] = picture[:, :: -1 if horizontal else 1]
        for row, chosen in enumerate(parameters):
            intensity = chosen.get("channel_shift_intensity")
            if intensity is not None:
                batch[row] = apply_channel_shift(batch[row], intensity, 2)
            brightness = chosen.get("brightness")
            if brightness is not None:
                batch[row] = apply_brightness_shift(batch[row], brightness, False)
        return batch

    def _standardized(self, batch: np.ndarray) -> np.ndarray:
        one_by_one = (
            self.preprocessing_function is not None
            or self.samplewise_center
            or self.samplewise_std_normalization
            or self.zca_whitening
            or self._overridden("standardize")
        )
        if not one_by_one:
            return self.standardize(batch)
        for row, picture in enumerate(batch):
            # A copy, since the user's function may keep or change what it gets.
            batch[row] = self.standardize(np.array(picture))
        return batch


def _fitted(
    statistic: np.ndarray | None, setting: str, otherwise: OtherT
) -> np.ndarray | OtherT:
    if statistic is not None:
        return statistic
    text = message(
        _WHERE,
        f"`{setting}` is on, but it hasn't been fit on any training data, so nothing "
        "is done",
        "call fit(pictures) of the generator first",
    )
    warn(text)
    return otherwise


def _shape(pictures: Sequence[np.ndarray], first: bool) -> tuple[int, ...]:
    height, width, channels = pictures[0].shape
    inner = (channels, height, width) if first else (height, width, channels)
    return (len(pictures), *inner)


def _moves(parameters: Parameters) -> dict[str, float]:
    return {
        name: cast(float, parameters.get(name, still))
        for name, still in (
            *(("theta", 0), ("tx", 0), ("ty", 0), ("shear", 0)),
            *(("zx", 1), ("zy", 1)),
        )
    }


def _with_flips(
    maps: Sequence[tuple[np.ndarray, np.ndarray] | None],
    flips: Sequence[tuple[bool, bool]],
    height: int,
    width: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Puts the flips, which come after the affine map, into its matrices."""
    matrices, offsets = [], []
    for found, flipped in zip(maps, flips, strict=True):
        matrix, offset = found if found is not None else (np.eye(2), np.zeros(2))
        turn = np.where(flipped, -1.0, 1.0)
        ends = np.where(flipped, [height - 1.0, width - 1.0], 0.0)
        matrices.append(matrix * turn)
        offsets.append(offset + matrix @ ends)
    return np.stack(matrices), np.stack(offsets)


def _symmetric(reach: float) -> float:
    return np.random.uniform(-reach, reach) if reach else 0


def _shift(reach: ShiftRange, length: int) -> float:
    """Draws a shift in pixels, by the three meanings of a shift range."""
    if isinstance(reach, float):
        # NumPy's choice of a float is an error that draws nothing; this is quicker.
        shift = _symmetric(reach)
        return shift * length if reach < 1 else shift
    if not np.any(reach):
        return 0
    try:  # pixels up to an int, or one of a list
        shift = np.random.choice(cast(Sequence[float], reach))
        shift = shift * np.random.choice([-1, 1])
    except ValueError:
        shift = _symmetric(cast(float, reach))
    return shift * length if np.max(reach) < 1 else shift


def warn_of_channels(
    x: np.ndarray, channel_axis: int, data_format: str, where: str
) -> None:
    """Warns of a batch whose channels are probably on another axis.

    Args:
        x: pictures.
        channel_axis: where they should be.
        data_format: its name.
        where: the function that was called.
    """
    if x.shape[channel_axis] in (1, 3, 4):
        return
    text = message(
        where,
        f"`x` of shape {x.shape} has {x.shape[channel_axis]} channels on axis "
        f"{channel_axis} ({data_format}), where pictures have 1, 3 or 4",
        "move the channels with np.moveaxis, or set `data_format`",
    )
    warn(text)
