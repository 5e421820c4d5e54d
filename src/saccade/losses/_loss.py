"""Loss: the base of all losses, with weights and reductions.

Formulas are elsewhere, in one module per family.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core import _names, _settings
from saccade.core._dtypes import get_policy, is_int
from saccade.core._errors import ConfigError, message, nearest
from saccade.core._masks import get_mask
from saccade.losses import _arrays
from saccade.saving import _objects

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from saccade.core._dtypes import DTypePolicy

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")

# Functions whose targets are class numbers: these are not cast to floating point.
CLASS_INDEX_FUNCTIONS: set[Callable[..., jax.Array]] = set()
# Functions that leave out some elements: (y_true, values, kwargs) -> mask or None.
ELEMENT_MASKS: dict[
    Callable[..., jax.Array],
    Callable[[jax.Array, jax.Array, Mapping[str, object]], jax.Array | None],
] = {}


class Reduction:
    """The names of reductions, as `tf.keras.losses.Reduction` had them.

    Example:
        >>> Reduction.SUM
        'sum'
    """

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """Returns all names."""
        return cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE

    @classmethod
    def validate(cls, key: str) -> None:
        """Raises for any other name.

        Raises:
            ConfigError: `key` is none of the names.
        """
        if key not in cls.all():
            raise ConfigError(
                message("Reduction", f"expected one of {cls.all()}, got {key!r}")
            )


class Loss:
    """A measure of how wrong predictions are: the smaller, the better.

    Subclass it and write `call(y_true, y_pred)`, which returns one value per sample.

    Args:
        name: its name; None for the class's name and a number.
        reduction: how the values of a batch become one: 'sum_over_batch_size' or
            'mean' (sum / number of values), 'sum', 'mean_with_sample_weight' (sum /
            sum of the weights), 'none' or None (they stay as they are).
        dtype: type or policy to compute in; None for the global float type.

    Call args:
        y_true: what is right.
        y_pred: what was predicted.
        sample_weight: weight of each sample (b,) or of each value.

    Shapes:
        values of `call`: (b, ...); the result: (), or (b, ...) without reduction.

    Raises:
        ConfigError: an unknown reduction.

    Differs from Keras: weights (b,) beside values (b, t, ...) weigh whole samples,
        where Keras fails or broadcasts them along the last axis; 'auto' is taken as
        'sum_over_batch_size', as in tf.keras; class numbers given as integers stay
        integers.

    Example:
        >>> class Squared(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return jnp.mean(jnp.square(y_pred - y_true), axis=-1)
        >>> float(Squared()([[0.0, 1.0]], [[1.0, 1.0]]))
        0.5
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: DTypeLike | DTypePolicy | None = None,
    ) -> None:
        self.name = name or _names.auto_name(_names.to_snake_case(type(self).__name__))
        self.reduction = standardize_reduction(reduction, self.name)
        self._policy = get_policy(dtype or _settings.floatx())

    @property
    def dtype(self) -> str:
        """The type that the loss is computed in."""
        return self._policy.compute_dtype

    def __call__(
        self,
        y_true: Any,
        y_pred: Any,
        sample_weight: _arrays.Values | None = None,
    ) -> jax.Array:
        """Returns the reduced, weighted loss."""
        predictions = _convert(y_pred, self.dtype, keep_integers=False)
        targets = _convert(y_true, self.dtype, keep_integers=self._class_indices())
        values = jnp.asarray(self.call(targets, predictions), self.dtype)
        mask = _both(self._element_mask(targets, values), get_mask(y_pred))
        weights = None if sample_weight is None else jnp.asarray(sample_weight)
        return reduce_weighted(values, weights, mask, self.reduction)

    def call(self, y_true: Any, y_pred: Any) -> jax.Array:
        """Returns one value per sample; to be written by subclasses.

        Args:
            y_true: what is right, as arrays.
            y_pred: what was predicted, as arrays.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `call()`")

    def _class_indices(self) -> bool:
        return False

    def _element_mask(self, y_true: Any, values: jax.Array) -> jax.Array | None:
        return None

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Builds a loss from `get_config()`."""
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A loss made of a function of (y_true, y_pred).

    Args:
        fn: returns one value per sample.
        reduction: see `Loss`.
        name: its name; None for the class's name and a number.
        dtype: see `Loss`.
        **kwargs: further arguments of `fn`.

    Example:
        >>> loss = LossFunctionWrapper(lambda t, p: jnp.abs(t - p)[:, 0], "sum")
        >>> float(loss([[1.0], [2.0]], [[0.0], [0.0]]))
        3.0
    """

    def __init__(
        self,
        fn: Callable[..., jax.Array],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: DTypeLike | DTypePolicy | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> jax.Array:
        """Returns what the function returns, its arguments being of one rank."""
        if isinstance(y_true, jax.Array) and isinstance(y_pred, jax.Array):
            y_true, y_pred = _arrays.match_ranks(y_true, y_pred)
            return _arrays.call_on_rows(self.fn, y_true, y_pred, self._fn_kwargs)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def _class_indices(self) -> bool:
        return self.fn in CLASS_INDEX_FUNCTIONS

    def _element_mask(self, y_true: Any, values: jax.Array) -> jax.Array | None:
        find = ELEMENT_MASKS.get(self.fn)
        if find is None or type(self).call is not LossFunctionWrapper.call:
            return None
        return find(y_true, values, self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = {"fn": _objects.serialize(self.fn)}
        config.update({k: _objects.serialize(v) for k, v in self._fn_kwargs.items()})
        return super().get_config() | config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Builds a loss from `get_config()`."""
        if "fn" in config:
            config = {k: _objects.deserialize(v) for k, v in config.items()}
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({self.fn}, kwargs={self._fn_kwargs})>"


class BuiltinLoss(LossFunctionWrapper):
    """A loss of the library: its function is fixed, its config is Keras'.

    Subclasses pass the function and its arguments to this constructor.
    """

    # Arguments that Keras leaves out of its config: saved if they are not the default.
    _unsaved: tuple[str, ...] = ()

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        defaults = inspect.signature(type(self)).parameters
        own = {
            key: value
            for key, value in self._fn_kwargs.items()
            if key not in self._unsaved or value != defaults[key].default
        }
        return Loss.get_config(self) | own

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Builds a loss from `get_config()`."""
        return cls(**config)


def _both(counted: jax.Array | None, handed_on: Any) -> jax.Array | None:
    """What counts for the loss itself, and by the mask that layers handed on."""
    if handed_on is None:
        return counted
    mask = jnp.asarray(handed_on, bool)
    if counted is None:
        return mask
    missing = counted.ndim - mask.ndim
    return counted & mask.reshape(mask.shape + (1,) * missing)


def standardize_reduction(reduction: str | None, where: str) -> str | None:
    """Returns the name of a reduction in its normal form.

    Raises:
        ConfigError: no such reduction.

    Example:
        >>> standardize_reduction("auto", "loss")
        'sum_over_batch_size'
    """
    if reduction == Reduction.AUTO:
        return Reduction.SUM_OVER_BATCH_SIZE
    if reduction is None or reduction in REDUCTIONS:
        return reduction
    close = nearest(str(reduction), REDUCTIONS)
    raise ConfigError(
        message(
            where,
            f"`reduction` must be None or one of {REDUCTIONS}, got {reduction!r}",
            f"did you mean {close[0]!r}?" if close else None,
        )
    )


def reduce_weighted(
    values: jax.Array,
    sample_weight: jax.Array | None = None,
    mask: jax.Array | None = None,
    reduction: str | None = "sum_over_batch_size",
) -> jax.Array:
    """Weighs the values of a batch and reduces them.

    Args:
        values: the loss of each sample, or of each of its parts.
        sample_weight: (b,) or broadcastable to the values.
        mask: which values count, shaped like them; None for all.
        reduction: see `Loss`. Means divide by the number of values that count.
            Rows that only fill up the batch never count.

    Shapes:
        values: (b, ...) -> (), or (b, ...) without reduction.

    Example:
        >>> float(reduce_weighted(jnp.array([1.0, 3.0]), jnp.array([1.0, 0.0])))
        0.5
    """
    if sample_weight is not None:
        values, sample_weight = _align(values, sample_weight.astype(values.dtype))
        values = values * sample_weight
    rows = _arrays.rows_mask(values)
    if mask is not None:
        mask = mask.reshape(mask.shape + (1,) * (values.ndim - mask.ndim))
        kept = mask if rows is None else mask & rows
    else:
        kept = rows
    if kept is not None:
        values = jnp.where(kept, values, 0)
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    total = jnp.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        weights = sample_weight if mask is None else sample_weight * mask
        if weights.ndim:
            weights = _arrays.real_rows(weights)
        return _arrays.divide_no_nan(total, jnp.sum(weights))
    if kept is None:
        return total / values.size
    repeats = values.size // int(np.prod(kept.shape))
    count = jnp.sum(kept, dtype=values.dtype) * repeats
    return _arrays.divide_no_nan(total, count)


def _align(values: jax.Array, weights: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Brings weights to a shape that broadcasts against the values."""
    values, weights = _arrays.match_ranks(values, weights)
    missing = values.ndim - weights.ndim
    if weights.ndim and missing > 0 and weights.shape[0] == values.shape[0]:
        weights = weights.reshape(weights.shape + (1,) * missing)
    return values, weights


def _convert(tree: Any, dtype: str, *, keep_integers: bool) -> Any:
    """Arrays of the given type out of arrays, nested lists of numbers, or dicts."""
    if isinstance(tree, Mapping):
        return {
            key: _convert(part, dtype, keep_integers=keep_integers)
            for key, part in tree.items()
        }
    if isinstance(tree, (list, tuple)) and any(
        getattr(part, "ndim", 0) for part in tree
    ):
        parts = [_convert(part, dtype, keep_integers=keep_integers) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    if keep_integers:
        array = jnp.asarray(tree)
        return array if is_int(array.dtype) else array.astype(dtype)
    return jnp.asarray(tree, dtype)
