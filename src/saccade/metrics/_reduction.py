"""Metrics that add up or average: `Sum`, `Mean`, and means of functions."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import jax
import jax.numpy as jnp

from saccade.losses._arrays import call_on_rows, divide_no_nan, match_ranks
from saccade.losses._loss import ELEMENT_MASKS
from saccade.metrics._metric import Metric, MetricFunction, masked_weight
from saccade.saving import _objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import DTypeLike


def _sample_values(
    values: jax.Array,
    sample_weight: jax.Array | None,
    reduce: Callable[..., jax.Array],
) -> tuple[jax.Array, jax.Array | None]:
    """Reduces weighted values to one per sample; also returns the samples' weights."""
    if sample_weight is not None:
        values, sample_weight = match_ranks(values, sample_weight)
        if values.ndim > sample_weight.ndim:
            extra = tuple(range(sample_weight.ndim, values.ndim))
            values = reduce(values, axis=extra)
        rank = sample_weight.ndim
        sample_weight = jnp.broadcast_to(sample_weight, values.shape)
        # Not a product: where nothing counts, infinities must not either.
        values = jnp.where(sample_weight == 0, 0, values * sample_weight)
        if rank > 1:
            sample_weight = reduce(sample_weight, axis=tuple(range(1, rank)))
    if values.ndim > 1:
        values = reduce(values, axis=tuple(range(1, values.ndim)))
    return values, sample_weight


class Sum(Metric):
    """The weighted sum of all values.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(Sum()([1.0, 3.0], sample_weight=[1.0, 0.0]))
        1.0
    """

    def __init__(self, name: str | None = "sum", dtype: DTypeLike | None = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", dtype=self.dtype, name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Adds values.

        Args:
            values: numbers.
            sample_weight: weights of the samples (b,) or of the values.
        """
        values = jnp.asarray(values, self.dtype)
        weight = masked_weight(sample_weight, self.dtype, values)
        values, _ = _sample_values(values, weight, jnp.sum)
        self.total.assign_add(jnp.sum(values))

    def result(self) -> jax.Array:
        """Returns the sum so far."""
        return self.total.value


class Mean(Metric):
    """The weighted mean of all values.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Differs from Keras: values of weight 0 do not count even if infinite or NaN.

    Example:
        >>> float(Mean()([1.0, 3.0]))
        2.0
    """

    def __init__(self, name: str | None = "mean", dtype: DTypeLike | None = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", dtype=self.dtype, name="total")
        self.count = self.add_variable((), "zeros", dtype=self.dtype, name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Counts values in.

        Args:
            values: numbers.
            sample_weight: weights of the samples (b,) or of the values.
        """
        values = jnp.asarray(values, self.dtype)
        weight = masked_weight(sample_weight, self.dtype, values)
        values, weight = _sample_values(values, weight, jnp.mean)
        self.total.assign_add(jnp.sum(values))
        if weight is not None:
            self.count.assign_add(jnp.sum(weight))
        else:
            self.count.assign_add(values.shape[0] if values.ndim else 1)

    def result(self) -> jax.Array:
        """Returns the mean so far, 0 if there is none."""
        return divide_no_nan(self.total.value, self.count.value)


class MeanMetricWrapper(Mean):
    """The mean of a function of (y_true, y_pred) over all samples.

    Args:
        fn: returns one value per sample.
        name: its name in the logs.
        dtype: see `Metric`.
        **kwargs: further arguments of `fn`.

    Example:
        >>> far = MeanMetricWrapper(lambda t, p: jnp.abs(t - p) > 1, name="far")
        >>> float(far([0.0, 0.0], [0.5, 2.0]))
        0.5
    """

    def __init__(
        self,
        fn: MetricFunction,
        name: str | None = None,
        dtype: DTypeLike | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(  # pyright: ignore[reportIncompatibleMethodOverride] Keras'
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Counts a batch in.

        Args:
            y_true: what is right.
            y_pred: what was predicted.
            sample_weight: weights of the samples (b,) or of the function's values.
        """
        y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
        values = call_on_rows(self._fn, y_true, y_pred, self._fn_kwargs)
        find = ELEMENT_MASKS.get(self._fn)
        if find is not None and sample_weight is not None:
            # As in Keras: without weights, elements left out count as zeros.
            mask = find(y_true, values, self._fn_kwargs)
            if mask is not None:
                weight, mask = match_ranks(
                    jnp.asarray(sample_weight, self.dtype), mask.astype(self.dtype)
                )
                sample_weight = weight * mask
        super().update_state(values, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = {"fn": _objects.serialize(self._fn)}
        config.update({k: _objects.serialize(v) for k, v in self._fn_kwargs.items()})
        return super().get_config() | config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Builds a metric from `get_config()`."""
        if "fn" in config:
            config = {k: _objects.deserialize(v) for k, v in config.items()}
        return cls(**config)


class BuiltinMean(MeanMetricWrapper):
    """A mean of the library: its function is fixed, its config is Keras'.

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
        return Metric.get_config(self) | own

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Builds a metric from `get_config()`."""
        return cls(**config)
