"""ImageDataGenerator: settings, and the flows of batches from arrays and files."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence

import numpy.typing as npt

from saccade.core import _checks, _settings
from saccade.core._errors import ConfigError, message
from saccade.data import FILL_MODES
from saccade.data._warn import warn
from saccade.preprocessing._array import Inputs, NumpyArrayIterator
from saccade.preprocessing._colour import check_brightness_range
from saccade.preprocessing._directory import DirectoryIterator
from saccade.preprocessing._frame import DataFrameIterator, check_frame
from saccade.preprocessing._transform import PictureTransform, Preprocess, ShiftRange

_WHERE = "ImageDataGenerator"
_IGNORED = {
    "has_ext": "filenames in the data frame have to match the files' exactly",
    "sort": "with shuffle=False batches are in the order of the data frame",
    "drop_duplicates": "use the data frame's own drop_duplicates()",
}


class ImageDataGenerator(PictureTransform):
    """Reads pictures in batches and changes them at random, again in every epoch.

    Random changes are meant for training only: make a second generator without them
    for validation.

    Args:
        featurewise_center: subtract the data set's mean; needs `fit`.
        samplewise_center: subtract each picture's mean.
        featurewise_std_normalization: divide by the data set's deviation; needs `fit`.
        samplewise_std_normalization: divide by each picture's deviation.
        zca_whitening: whiten with ZCA; needs `fit`.
        zca_epsilon: keeps the whitening finite.
        rotation_range: degrees to either side.
        width_shift_range: a fraction below 1 is a share of the width, a float from 1
            on is pixels, an int n draws whole pixels in (-n, n), a list one of its
            elements.
        height_shift_range: the same, of the height.
        brightness_range: (lowest, highest) factor.
        shear_range: degrees to either side.
        zoom_range: z for [1 - z, 1 + z], or (lowest, highest); one factor for each
            axis, above 1 the content becomes smaller.
        channel_shift_range: reach of a number added to all values.
        fill_mode: what comes from outside: 'nearest', 'constant', 'reflect', 'wrap'.
        cval: the value outside for 'constant'.
        horizontal_flip: swap left and right in half of the cases.
        vertical_flip: swap top and bottom in half of the cases.
        rescale: factor for all values, for example 1 / 255.
        preprocessing_function: called with each picture after the random changes and
            before `rescale`; returns a picture of the same shape.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        validation_split: share of the pictures that is the subset 'validation', in
            (0, 1); the first of each folder.
        interpolation_order: 0 takes the nearest pixel, 1 mixes four, up to 5 splines.
        dtype: type of the batches; None for the global float type.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: pictures are read by several threads, kept decoded in memory
        and warped together by one compiled program. In Keras 3 `width_shift_range`
        moves pictures up and down and `height_shift_range` sideways; so they do here.

    Example:
        >>> import numpy as np
        >>> generator = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True)
        >>> flow = generator.flow(np.full((5, 8, 8, 3), 255), np.arange(5), 2, seed=1)
        >>> x, y = next(flow)
        >>> x.shape, float(x.max()), len(flow)
        ((2, 8, 8, 3), 1.0, 3)
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: ShiftRange = 0.0,
        height_shift_range: ShiftRange = 0.0,
        brightness_range: Sequence[float] | None = None,
        shear_range: float = 0.0,
        zoom_range: float | Sequence[float] = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Preprocess | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: str | None = None,
    ) -> None:
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.shear_range = shear_range
        self.zoom_range = _zoom_range(zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = _checks.one_of(fill_mode, FILL_MODES, "fill_mode", _WHERE)
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.dtype = dtype or _settings.floatx()
        self.interpolation_order = interpolation_order
        self.data_format = _checks.data_format(data_format, _WHERE)
        last = self.data_format == "channels_last"
        self.row_axis, self.col_axis, self.channel_axis = (
            (1, 2, 3) if last else (2, 3, 1)
        )
        self._validation_split = _share(validation_split)
        if brightness_range is not None:
            brightness_range = check_brightness_range(brightness_range, _WHERE)
        self.brightness_range = brightness_range
        self._settle()

    def _settle(self) -> None:
        """Turns on what a setting needs and off what it replaces, with a warning."""
        if self.zca_whitening:
            self._override("zca_whitening", "featurewise_center", True)
            self._override("zca_whitening", "featurewise_std_normalization", False)
        for kind in ("featurewise", "samplewise"):
            if getattr(self, f"{kind}_std_normalization"):
                by = f"{kind}_std_normalization"
                self._override(by, f"{kind}_center", True)

    def _override(self, by: str, setting: str, value: bool) -> None:
        if bool(getattr(self, setting)) == value:
            return
        setattr(self, setting, value)
        text = f"`{by}` overrides setting of `{setting}`, which is now {value}"
        warn(message(_WHERE, text))

    def flow(
        self,
        x: Inputs,
        y: npt.ArrayLike | None = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: npt.ArrayLike | None = None,
        seed: int | None = None,
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Gives batches of an array.

        Args:
            x: pictures, or (pictures, other array or list of them) for several inputs.
            y: targets, or None for batches without.
            batch_size: pictures in a batch.
            shuffle: whether every epoch has a new order.
            sample_weight: weight of each picture, or None.
            seed: seed of order and transformations; None uses NumPy's global
                generator as it stands.
            save_to_dir: folder that copies of what is given are written to.
            save_prefix: start of their names.
            save_format: their suffix, for example 'png' or 'jpeg'.
            ignore_class_split: whether the two subsets may have different classes.
            subset: 'training' or 'validation', by `validation_split`: the first rows
                are for validation.

        Shapes:
            x: (n, h, w, c), or (n, c, h, w) with channels first

        Raises:
            DataError: arrays of different lengths, or a subset that lacks classes.
            ShapeError: `x` has not 4 axes.

        Differs from Keras: none.
        """
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            ignore_class_split=ignore_class_split,
            subset=subset,
            dtype=self.dtype,
        )

    def flow_from_directory(
        self,
        directory: str | os.PathLike[str],
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        *,
        on_error: str = "stop",
        exif_orientation: bool = False,
    ) -> DirectoryIterator:
        """Gives batches of the pictures in a folder with one folder for each class.

        Every file is opened once at the start. Those that are broken are named in one
        message, with the reason. Up to 10,000 pictures in 128 MiB of files that fit the
        memory for pictures are decoded then; of others only the files are looked at.

        Args:
            directory: holds the folders of the classes.
            target_size: (height, width) in pixels that pictures are resized to.
            color_mode: 'grayscale', 'rgb' or 'rgba'.
            classes: names of the folders to use, in the order of their numbers; None
                for all, sorted.
            class_mode: 'categorical' for rows of 0 and 1, 'sparse' and 'binary' for
                numbers, 'input' for the pictures themselves, None for no targets.
            batch_size: pictures in a batch.
            shuffle: whether every epoch has a new order; False keeps that of
                `filenames`, which predictions need.
            seed: see `flow`, as `save_to_dir`, `save_prefix` and `save_format`.
            save_to_dir: folder for copies.
            save_prefix: start of their names.
            save_format: their suffix.
            follow_links: whether to enter folders that are links.
            subset: 'training' or 'validation', by `validation_split`: the first files
                of each class are for validation.
            interpolation: 'nearest', 'bilinear', 'bicubic', 'hamming', 'box' or
                'lanczos'.
            keep_aspect_ratio: whether pictures are cut instead of distorted.
            on_error: 'stop' with a list of the pictures that cannot be read, or
                'skip' them with a warning.
            exif_orientation: whether pictures are turned as their camera recorded it.

        Raises:
            FolderError: no such folder.
            PictureError: pictures cannot be read, and `on_error` is 'stop'.
            ConfigError: an argument outside its range.

        Differs from Keras: `on_error` and `exif_orientation` are new; a broken
            picture is found before the training and not in its midst.
        """
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
            on_error=on_error,
            exif_orientation=exif_orientation,
        )

    def flow_from_dataframe(
        self,
        dataframe: object,
        directory: str | os.PathLike[str] | None = None,
        x_col: str = "filename",
        y_col: str | list[str] = "class",
        weight_col: str | None = None,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        *,
        on_error: str = "stop",
        exif_orientation: bool = False,
        **kwargs: object,
    ) -> DataFrameIterator:
        """Gives batches of the pictures that a data frame names.

        Args:
            dataframe: of pandas or polars, one row for each picture.
            directory: folder in front of the names; None if they are whole paths.
            x_col: column with the files' names, suffix included.
            y_col: column with the labels; a list of columns for 'multi_output' and
                'raw'.
            weight_col: column with weights, or None.
            target_size: see `flow_from_directory`, as all that are not here.
            color_mode: 'grayscale', 'rgb' or 'rgba'.
            classes: the classes to use, in order; rows of others are left out.
            class_mode: as there, and 'raw' for the column's values and 'multi_output'
                for a list of columns. For 'categorical' a label may be a list.
            batch_size: pictures in a batch.
            shuffle: whether every epoch has a new order.
            seed: seed of order and transformations.
            save_to_dir: folder for copies.
            save_prefix: start of their names.
            save_format: their suffix.
            subset: 'training' or 'validation': the first rows are for validation.
            interpolation: how pictures are resized.
            validate_filenames: whether to leave out rows whose file is missing, and
                to open every file once; False starts sooner.
            on_error: 'stop' or 'skip'.
            exif_orientation: whether pictures are turned as their camera recorded it.
            **kwargs: has_ext, sort and drop_duplicates of older versions, which do
                nothing but warn.

        Raises:
            ArgumentTypeError: a column with the wrong type of values.
            ConfigError: an argument outside its range, or an unknown column.
            PictureError: pictures cannot be read, and `on_error` is 'stop'.

        Differs from Keras: see `flow_from_directory`; unknown arguments are errors.
        """
        for name in kwargs:
            if name not in _IGNORED:
                _checks.no_unknown_keywords([name], list(_IGNORED), _WHERE)
            _deprecated(f"`{name}` does nothing: {_IGNORED[name]}")
        if class_mode == "other":
            _deprecated('class_mode="other" is now called "raw"')
            class_mode = "raw"
        return DataFrameIterator(
            check_frame(dataframe),
            directory,
            self,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            dtype=self.dtype,
            validate_filenames=validate_filenames,
            on_error=on_error,
            exif_orientation=exif_orientation,
        )


def _deprecated(problem: str) -> None:
    text = message("flow_from_dataframe", problem)
    warnings.warn(text, DeprecationWarning, stacklevel=3)


def _share(value: float) -> float:
    if value and not 0 < value < 1:
        raise ConfigError(
            message(
                _WHERE,
                f"`validation_split` must be strictly between 0 and 1, got {value!r}",
            )
        )
    return value


def _zoom_range(value: float | Sequence[float]) -> list[float]:
    if isinstance(value, (int, float)):
        return [1 - value, 1 + value]
    if len(value) == 2 and all(isinstance(bound, (int, float)) for bound in value):
        return list(value)
    raise ConfigError(
        message(
            _WHERE,
            f"`zoom_range` must be a number or (lowest, highest), got {value!r}",
            "for example zoom_range=0.2 or zoom_range=(0.8, 1.2)",
        )
    )
