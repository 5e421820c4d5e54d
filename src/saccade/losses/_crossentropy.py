"""Cross-entropies: losses of probabilities against classes.

Focal variants are in `_focal`. Written with compare-and-select sums, which XLA fuses
into one pass on every device; gathers and their scatter gradients would not be.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from saccade.core import _settings
from saccade.core._errors import ConfigError, DataWarning, ShapeError, message
from saccade.core._recorder import stop_gradient
from saccade.losses._arrays import (
    Values,
    clip_probability,
    int_axis,
    pair,
    same_shape,
)
from saccade.losses._loss import (
    CLASS_INDEX_FUNCTIONS,
    ELEMENT_MASKS,
    BuiltinLoss,
)

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def binary_crossentropy(
    y_true: Values,
    y_pred: Values,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Returns the mean cross-entropy of independent yes-or-no labels.

    Mean of -t log(p) - (1 - t) log(1 - p).

    Args:
        y_true: the labels, 0 or 1.
        y_pred: probabilities in [0, 1], or logits.
        from_logits: whether `y_pred` are logits (before the sigmoid).
        label_smoothing: in [0, 1]; labels are moved this far towards 0.5.
        axis: the axis of the mean.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> round(float(binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    y_true, y_pred = binary_targets(
        y_true, y_pred, label_smoothing, "binary_crossentropy"
    )
    return jnp.mean(binary_values(y_true, y_pred, from_logits), axis=axis)


def categorical_crossentropy(
    y_true: Values,
    y_pred: Values,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Returns the cross-entropy of one class among several, labels being one-hot.

    -sum t log(p), the probabilities being first divided by their sum.

    Args:
        y_true: one-hot labels or probabilities.
        y_pred: probabilities in [0, 1], or logits.
        from_logits: whether `y_pred` are logits (before the softmax).
        label_smoothing: in [0, 1]; labels are moved this far towards 1 / classes.
        axis: the axis of the classes.

    Shapes:
        (b, ..., k) and (b, ..., k) -> (b, ...).

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> round(float(categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    where = "categorical_crossentropy"
    axis = int_axis(axis, where)
    y_true, y_pred = categorical_targets(y_true, y_pred, label_smoothing, where)
    if from_logits:
        log_p = jax.nn.log_softmax(y_pred, axis=axis)
    else:
        total = jnp.sum(y_pred, axis=axis, keepdims=True)
        log_p = jnp.log(clip_probability(y_pred / total))
    return -jnp.sum(y_true * log_p, axis=axis)


def sparse_categorical_crossentropy(
    y_true: Values,
    y_pred: Values,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> jax.Array:
    """Returns the cross-entropy of one class among several, labels being numbers.

    -log of the probability of the right class, after division by their sum.

    Args:
        y_true: class numbers in 0..k-1; the loss of any other number is 0.
        y_pred: probabilities in [0, 1], or logits.
        from_logits: whether `y_pred` are logits (before the softmax).
        ignore_class: a class number whose samples do not count; None for none.
        axis: the axis of the classes.

    Shapes:
        (b, ...) or (b, ..., 1), and (b, ..., k) -> (b, ...).

    Raises:
        ShapeError: the shapes do not fit.

    Differs from Keras: `axis` may be any axis. Integer labels stay integers.

    Example:
        >>> round(float(sparse_categorical_crossentropy([1], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    where = "sparse_categorical_crossentropy"
    y_pred = jnp.asarray(y_pred)
    axis = int_axis(axis, where) % max(y_pred.ndim, 1)
    labels = class_numbers(y_true, y_pred, axis, where)
    ignored = None
    if ignore_class is not None:
        ignored = labels == int(ignore_class)
        y_pred = jnp.where(jnp.expand_dims(ignored, axis), 1, y_pred)
    classes = y_pred.shape[axis]
    if from_logits:
        shifted = y_pred - stop_gradient(jnp.max(y_pred, axis=axis, keepdims=True))
        values = jnp.log(jnp.sum(jnp.exp(shifted), axis=axis))
        values = values - at_class(shifted, labels, axis)
    else:
        right = at_class(y_pred, labels, axis) / jnp.sum(y_pred, axis=axis)
        values = -jnp.log(clip_probability(right))
    counts = (labels >= 0) & (labels < classes)
    if ignored is not None:
        counts &= ~ignored
    return jnp.where(counts, values, 0)


def categorical_generalized_cross_entropy(
    y_true: Values, y_pred: Values, q: float
) -> jax.Array:
    """Returns a cross-entropy that bears wrong labels: (1 - p^q) / q.

    Args:
        y_true: class numbers in 0..k-1.
        y_pred: probabilities in [0, 1].
        q: in (0, 1): near 0 as cross-entropy, near 1 as the absolute error.

    Shapes:
        (b, ...) and (b, ..., k) -> (b, ...).

    Example:
        >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], 0.5).tolist()
        [1.0]

    Reference: Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep
    Neural Networks with Noisy Labels", 2018, https://arxiv.org/abs/1805.07836
    """
    y_pred = jnp.asarray(y_pred)
    axis = y_pred.ndim - 1
    labels = class_numbers(
        y_true, y_pred, axis, "categorical_generalized_cross_entropy"
    )
    return (1.0 - jnp.power(at_class(y_pred, labels, axis), q)) / q


def kl_divergence(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns how far one distribution is from another: sum t log(t / p).

    Args:
        y_true: the right distribution, clipped to [epsilon, 1].
        y_pred: the predicted one, likewise.

    Shapes:
        (b, ..., k) and (b, ..., k) -> (b, ...).

    Example:
        >>> kl_divergence([[0.5, 0.5]], [[0.5, 0.5]]).tolist()
        [0.0]
    """
    y_true, y_pred = pair(y_true, y_pred)
    y_true = jnp.clip(y_true, _settings.epsilon(), 1)
    y_pred = jnp.clip(y_pred, _settings.epsilon(), 1)
    return jnp.sum(y_true * jnp.log(y_true / y_pred), axis=-1)


def binary_targets(
    y_true: Values, y_pred: Values, label_smoothing: float, where: str
) -> tuple[jax.Array, jax.Array]:
    """Returns smoothed labels and predictions of one shape."""
    y_true, y_pred = pair(y_true, y_pred)
    same_shape(y_true, y_pred, where)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return y_true, y_pred


def binary_values(y_true: jax.Array, y_pred: jax.Array, from_logits: bool) -> jax.Array:
    """Returns the cross-entropy of every single yes-or-no label."""
    if from_logits:
        # One logarithm, finite for any logit.
        linear = jnp.maximum(y_pred, 0) - y_pred * y_true
        return linear + jnp.log1p(jnp.exp(-jnp.abs(y_pred)))
    p = clip_probability(y_pred)
    return -(y_true * jnp.log(p) + (1.0 - y_true) * jnp.log(1.0 - p))


def categorical_targets(
    y_true: Values, y_pred: Values, label_smoothing: float, where: str
) -> tuple[jax.Array, jax.Array]:
    """Returns smoothed one-hot labels and predictions of one shape."""
    y_true, y_pred = pair(y_true, y_pred)
    same_shape(y_true, y_pred, where)
    if y_pred.ndim and y_pred.shape[-1] == 1:
        warnings.warn(
            message(
                where,
                f"expected predictions for several classes, got {y_pred.shape}",
                "use binary_crossentropy for two classes with one output",
            ),
            DataWarning,
            stacklevel=3,
        )
    if label_smoothing:
        classes = y_true.shape[-1]
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / classes
    return y_true, y_pred


def class_numbers(
    y_true: Values, y_pred: jax.Array, axis: int, where: str
) -> jax.Array:
    """Returns class numbers as integers shaped like the predictions without `axis`.

    Raises:
        ShapeError: the shapes do not fit.
    """
    # Not in their own type: 8 bits could not count 1,000 classes.
    labels = jnp.asarray(y_true).astype("int32")
    if labels.ndim == y_pred.ndim and labels.shape[axis] == 1:
        labels = jnp.squeeze(labels, axis)
    expected = y_pred.shape[:axis] + y_pred.shape[axis + 1 :]
    if labels.shape != expected:
        fix = None
        if labels.shape == y_pred.shape:
            fix = "use categorical_crossentropy for one-hot labels"
        raise ShapeError(
            message(
                where,
                f"expected class numbers of shape {expected} for predictions "
                f"{y_pred.shape}, got {labels.shape}",
                fix,
            )
        )
    return labels


def at_class(x: jax.Array, labels: jax.Array, axis: int) -> jax.Array:
    """Returns the entries of `x` at the class numbers, 0 for other numbers."""
    number = jax.lax.broadcasted_iota("int32", x.shape, axis)
    return jnp.sum(jnp.where(number == jnp.expand_dims(labels, axis), x, 0), axis=axis)


def _not_ignored(
    y_true: jax.Array, values: jax.Array, kwargs: Mapping[str, object]
) -> jax.Array | None:
    ignore = kwargs.get("ignore_class")
    if not isinstance(ignore, int):
        return None
    return (y_true.astype("int32") != ignore).reshape(values.shape)


CLASS_INDEX_FUNCTIONS.update(
    {sparse_categorical_crossentropy, categorical_generalized_cross_entropy}
)
ELEMENT_MASKS[sparse_categorical_crossentropy] = _not_ignored


class BinaryCrossentropy(BuiltinLoss):
    """The cross-entropy of yes-or-no labels; see `binary_crossentropy`.

    Args:
        from_logits: whether predictions are logits (before the sigmoid).
        label_smoothing: in [0, 1]; labels are moved this far towards 0.5.
        axis: the axis of the mean.
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> round(float(BinaryCrossentropy()([0, 1], [0.5, 0.5])), 4)
        0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class CategoricalCrossentropy(BuiltinLoss):
    """The cross-entropy of one-hot labels; see `categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits (before the softmax).
        label_smoothing: in [0, 1]; labels are moved this far towards 1 / classes.
        axis: the axis of the classes.
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> round(float(CategoricalCrossentropy()([[0, 1]], [[0.5, 0.5]])), 4)
        0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class SparseCategoricalCrossentropy(BuiltinLoss):
    """The cross-entropy of class numbers; see `sparse_categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits (before the softmax).
        ignore_class: a class number whose samples do not count; None for none.
        reduction: see `Loss`.
        axis: the axis of the classes.
        name: its name.
        dtype: see `Loss`.

    Differs from Keras: an `axis` other than -1 is kept in the config.

    Example:
        >>> round(float(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
        0.6931
    """

    _unsaved = ("axis",)

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
        self.from_logits = from_logits
        self.ignore_class = ignore_class


class CategoricalGeneralizedCrossEntropy(BuiltinLoss):
    """Bears wrong labels; see `categorical_generalized_cross_entropy`.

    Args:
        q: in (0, 1): near 0 as cross-entropy, near 1 as the absolute error.
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Raises:
        ConfigError: `q` outside (0, 1).

    Example:
        >>> float(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
        1.0

    Reference: Zhang and Sabuncu, 2018, https://arxiv.org/abs/1805.07836
    """

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: DTypeLike | None = None,
    ) -> None:
        if not 0 < q < 1:
            raise ConfigError(
                message(
                    "CategoricalGeneralizedCrossEntropy",
                    f"`q` must be in (0, 1), got {q!r}",
                )
            )
        super().__init__(
            categorical_generalized_cross_entropy, reduction, name, dtype, q=q
        )
        self.q = q


class KLDivergence(BuiltinLoss):
    """How far one distribution is from another; see `kl_divergence`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> float(KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
        0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "kl_divergence",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(kl_divergence, reduction, name, dtype)
