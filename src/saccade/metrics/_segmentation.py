"""Intersection over union of classes, for segmentation."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from saccade.core import _settings
from saccade.core._dtypes import is_float, is_int
from saccade.core._errors import ConfigError, DataWarning, message
from saccade.metrics._metric import Metric, masked_weight

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class _Confusion(Metric):
    """Counts how often each class is taken for each other."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: DTypeLike | None = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype or "int32")
        self.num_classes = num_classes
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes),
            "zeros",
            dtype=self.dtype,
            name="total_confusion_matrix",
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch in.

        Args:
            y_true: the right classes, or one-hot.
            y_pred: the predicted classes, or probabilities.
            sample_weight: weights of the samples (b,) or of the elements.
        """
        y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
        if not self.sparse_y_true:
            y_true = jnp.argmax(y_true, axis=self.axis)
        if not self.sparse_y_pred:
            y_pred = jnp.argmax(y_pred, axis=self.axis)
        given = getattr(sample_weight, "dtype", None)
        if given is not None and is_float(given) and is_int(self.dtype):
            warnings.warn(
                message(
                    self.name,
                    f"weights are {given}, the metric counts in {self.dtype}: they "
                    "are cut to whole numbers",
                    "make the metric with dtype='float32'",
                ),
                DataWarning,
                stacklevel=2,
            )
        weight = masked_weight(sample_weight, self.dtype)
        if weight is None:
            weight = jnp.ones((), self.dtype)
        if weight.ndim and weight.size != y_true.size:
            shape = weight.shape + (1,) * (y_true.ndim - weight.ndim)
            weight = jnp.broadcast_to(weight.reshape(shape), y_true.shape)
        true = y_true.astype("int32").reshape(-1)
        pred = y_pred.astype("int32").reshape(-1)
        weight = jnp.broadcast_to(weight.reshape(-1), true.shape)
        kept = (true >= 0) & (true < self.num_classes)
        kept &= (pred >= 0) & (pred < self.num_classes)
        if self.ignore_class is not None:
            kept &= true != self.ignore_class
        place = jnp.where(kept, true * self.num_classes + pred, 0)
        counts = jnp.zeros((self.num_classes**2,), self.dtype)
        counts = counts.at[place].add(jnp.where(kept, weight, 0))
        self.total_cm.assign_add(counts.reshape(self.total_cm.shape))


class IoU(_Confusion):
    """The mean over some classes of intersection / union.

    Args:
        num_classes: number of classes.
        target_class_ids: the classes to average over.
        name: its name in the logs.
        dtype: type to count in; None for int32.
        ignore_class: a class number whose elements do not count; None for none.
        sparse_y_true: whether targets are class numbers, not one-hot.
        sparse_y_pred: whether predictions are class numbers, not probabilities.
        axis: the axis of the classes where they are not numbers.

    Raises:
        ConfigError: a class id beyond `num_classes`.

    Differs from Keras: weights (b,) beside (b, h, w) weigh whole samples.

    Example:
        >>> iou = IoU(num_classes=2, target_class_ids=[0])
        >>> round(float(iou([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: DTypeLike | None = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis
        )
        if max(target_class_ids) >= num_classes:
            raise ConfigError(
                message(
                    self.name,
                    f"`target_class_ids` must be in 0..{num_classes - 1}, got "
                    f"{max(target_class_ids)}",
                )
            )
        self.target_class_ids = list(target_class_ids)

    def result(self) -> jax.Array:
        """Returns the mean intersection over union so far."""
        counts = self.total_cm.value
        both = jnp.diag(counts)
        union = jnp.sum(counts, axis=0) + jnp.sum(counts, axis=1) - both
        chosen = jnp.asarray(self.target_class_ids)
        union = union[chosen].astype("float32")
        ratio = both[chosen].astype("float32") / (union + _settings.epsilon())
        present = union > 1e-9
        total = jnp.sum(jnp.where(present, ratio, 0.0))
        return total / (jnp.sum(present) + _settings.epsilon())

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return super().get_config() | {
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }

    def _config_without(self, *keys: str) -> dict[str, Any]:
        config = IoU.get_config(self)
        return {key: value for key, value in config.items() if key not in keys}


class BinaryIoU(IoU):
    """Intersection over union of the two classes of probabilities.

    Args:
        target_class_ids: the classes to average over: 0, 1 or both.
        threshold: probabilities from here on mean class 1.
        name: its name in the logs.
        dtype: type to count in; None for int32.

    Example:
        >>> iou = BinaryIoU(target_class_ids=[0, 1], threshold=0.3)
        >>> round(float(iou([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
        0.3333
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch in.

        Args:
            y_true: the right classes, 0 or 1.
            y_pred: probabilities.
            sample_weight: weights of the samples (b,) or of the elements.
        """
        classes = jnp.asarray(y_pred, "float32") >= self.threshold
        super().update_state(y_true, classes, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        shared = self._config_without(
            "num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis"
        )
        return shared | {"threshold": self.threshold}


class MeanIoU(IoU):
    """The mean over all classes of intersection / union.

    Args:
        num_classes: number of classes.
        name: its name in the logs.
        dtype: type to count in; None for int32.
        ignore_class: a class number whose elements do not count; None for none.
        sparse_y_true: whether targets are class numbers, not one-hot.
        sparse_y_pred: whether predictions are class numbers, not probabilities.
        axis: the axis of the classes where they are not numbers.

    Example:
        >>> round(float(MeanIoU(2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: DTypeLike | None = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return self._config_without("target_class_ids")


class OneHotIoU(IoU):
    """`IoU` of one-hot targets.

    Args:
        num_classes: number of classes.
        target_class_ids: the classes to average over.
        name: its name in the logs.
        dtype: type to count in; None for int32.
        ignore_class: a class number whose elements do not count; None for none.
        sparse_y_pred: whether predictions are class numbers, not probabilities.
        axis: the axis of the classes.

    Example:
        >>> iou = OneHotIoU(num_classes=2, target_class_ids=[1])
        >>> float(iou([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]]).round(3))
        1.0
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: DTypeLike | None = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            target_class_ids,
            name,
            dtype,
            ignore_class,
            False,
            sparse_y_pred,
            axis,
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return self._config_without("sparse_y_true")


class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` of one-hot targets.

    Args:
        num_classes: number of classes.
        name: its name in the logs.
        dtype: type to count in; None for int32.
        ignore_class: a class number whose elements do not count; None for none.
        sparse_y_pred: whether predictions are class numbers, not probabilities.
        axis: the axis of the classes.

    Example:
        >>> iou = OneHotMeanIoU(num_classes=2)
        >>> float(iou([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]]).round(3))
        1.0
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: DTypeLike | None = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return self._config_without("target_class_ids", "sparse_y_true")
