"""Means of probabilistic and hinge losses, as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saccade.losses import _crossentropy, _margin, _regression
from saccade.metrics._reduction import BuiltinMean

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class BinaryCrossentropy(BuiltinMean):
    """The mean cross-entropy of yes-or-no labels.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.
        from_logits: whether predictions are logits (before the sigmoid).
        label_smoothing: in [0, 1]; labels are moved this far towards 0.5.

    Example:
        >>> round(float(BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: DTypeLike | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        super().__init__(
            _crossentropy.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing


class CategoricalCrossentropy(BuiltinMean):
    """The mean cross-entropy of one-hot labels.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.
        from_logits: whether predictions are logits (before the softmax).
        label_smoothing: in [0, 1]; labels are moved this far towards 1 / classes.
        axis: the axis of the classes.

    Example:
        >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: DTypeLike | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(
            _crossentropy.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class SparseCategoricalCrossentropy(BuiltinMean):
    """The mean cross-entropy of class numbers.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.
        from_logits: whether predictions are logits (before the softmax).
        ignore_class: a class number that counts 0, or, where there are sample
            weights, not at all.
        axis: the axis of the classes.

    Example:
        >>> round(float(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
        0.6931
    """

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: DTypeLike | None = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(
            _crossentropy.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis


class KLDivergence(BuiltinMean):
    """How far predicted distributions are from the right ones, on average.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
        0.0
    """

    def __init__(
        self, name: str | None = "kl_divergence", dtype: DTypeLike | None = None
    ) -> None:
        super().__init__(_crossentropy.kl_divergence, name, dtype)


class Poisson(BuiltinMean):
    """The mean loss of counts under a Poisson distribution.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> round(float(Poisson()([[0.0, 3.0]], [[2.0, 1.0]])), 3)
        1.5
    """

    def __init__(
        self, name: str | None = "poisson", dtype: DTypeLike | None = None
    ) -> None:
        super().__init__(_regression.poisson, name, dtype)


class Hinge(BuiltinMean):
    """The mean hinge loss of labels -1 and 1.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(Hinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
        1.0
    """

    def __init__(
        self, name: str | None = "hinge", dtype: DTypeLike | None = None
    ) -> None:
        super().__init__(_margin.hinge, name, dtype)


class SquaredHinge(BuiltinMean):
    """The mean squared hinge loss of labels -1 and 1.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(SquaredHinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
        1.25
    """

    def __init__(
        self, name: str | None = "squared_hinge", dtype: DTypeLike | None = None
    ) -> None:
        super().__init__(_margin.squared_hinge, name, dtype)


class CategoricalHinge(BuiltinMean):
    """The mean hinge loss of one-hot labels.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 0.25]]))
        1.25
    """

    def __init__(
        self, name: str | None = "categorical_hinge", dtype: DTypeLike | None = None
    ) -> None:
        super().__init__(_margin.categorical_hinge, name, dtype)
