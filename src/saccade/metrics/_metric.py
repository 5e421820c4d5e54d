"""Metric: the base of all metrics, which count over many batches.

State is a few small `Variable`s; `update_state` runs traced inside the training loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from saccade import initializers
from saccade.core import _names, _scope, _settings
from saccade.core._dtypes import get_policy
from saccade.core._errors import ConfigError, message
from saccade.core._variable import Variable

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from saccade.core._dtypes import DTypePolicy


class Metric:
    """Something measured over all batches of an epoch.

    Subclass it: make state in `__init__` with `add_variable`, change it in
    `update_state`, compute the measure in `result`.

    Args:
        dtype: type or policy to compute in; None for the global float type.
        name: its name in the logs; None for the class's name and a number.

    Differs from Keras: `add_weight` without initializer starts from zeros.

    Example:
        >>> class Rows(Metric):
        ...     def __init__(self):
        ...         super().__init__(name="rows")
        ...         self.seen = self.add_variable((), "zeros", name="seen")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.seen.assign_add(y_pred.shape[0])
        ...     def result(self):
        ...         return self.seen.value
        >>> float(Rows()(np.zeros(3), np.zeros(3)))
        3.0
    """

    def __init__(
        self,
        dtype: DTypeLike | DTypePolicy | None = None,
        name: str | None = None,
    ) -> None:
        self._variables: list[Variable] = []
        self._metrics: list[Metric] = []
        self.name = name or _names.auto_name(_names.to_snake_case(type(self).__name__))
        self._policy = get_policy(dtype or _settings.floatx())

    @property
    def dtype(self) -> str:
        """The type that the metric computes in."""
        return self._policy.compute_dtype

    @property
    def variables(self) -> list[Variable]:
        """The state, that of metrics held as attributes included."""
        nested = [v for metric in self._metrics for v in metric.variables]
        return [*self._variables, *nested]

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any,
        dtype: DTypeLike | None = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Makes a variable for the state.

        Args:
            shape: its shape.
            initializer: its first value: a name or an initializer.
            dtype: its type; None for the global float type.
            aggregation: how replicas combine.
            name: its name.
        """
        self._require_init()
        with _names.name_scope(self.name.replace("/", ">")):
            variable = Variable(
                initializers.get("zeros" if initializer is None else initializer),
                shape=tuple(shape),
                dtype=dtype,
                trainable=False,
                autocast=False,
                aggregation=aggregation,
                synchronization="on_read",
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: Any = None,
        dtype: DTypeLike | None = None,
        name: str | None = None,
    ) -> Variable:
        """Makes a variable for the state; see `add_variable`."""
        return self.add_variable(shape, initializer, dtype=dtype, name=name)

    def reset_state(self) -> None:
        """Sets all state to zero, as at the start of an epoch."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, jnp.dtype(variable.dtype)))

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Counts a batch in; to be written by subclasses."""
        raise NotImplementedError(f"{type(self).__name__} has no `update_state()`")

    def result(self) -> Any:
        """Returns the measure so far, or a dict of several; for subclasses."""
        raise NotImplementedError(f"{type(self).__name__} has no `result()`")

    def ensure_built(
        self, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]
    ) -> None:
        """Makes state whose shape depends on the data; called before tracing.

        Args:
            y_true_shape: of the targets, the batch first.
            y_pred_shape: of the predictions.
        """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Counts a batch in and returns the measure so far."""
        self._require_init()
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(
        self, metric_variables: Sequence[jax.Array], *args: Any, **kwargs: Any
    ) -> list[jax.Array]:
        """Returns the state after a batch; changes nothing.

        Args:
            metric_variables: the state before.
            *args: as for `update_state`.
            **kwargs: as for `update_state`.

        Raises:
            ConfigError: not as many values as variables.
        """
        with self._scope(metric_variables) as scope:
            self.update_state(*args, **kwargs)
            return scope.values(self.variables)

    def stateless_result(self, metric_variables: Sequence[jax.Array]) -> Any:
        """Returns the measure for a given state.

        Args:
            metric_variables: the state.

        Raises:
            ConfigError: not as many values as variables.
        """
        with self._scope(metric_variables):
            return self.result()

    def stateless_reset_state(self) -> list[jax.Array]:
        """Returns the state at the start of an epoch."""
        with _scope.Scope() as scope:
            self.reset_state()
            return scope.values(self.variables)

    def _scope(self, values: Sequence[jax.Array]) -> _scope.Scope:
        variables = self.variables
        if len(values) != len(variables):
            raise ConfigError(
                message(
                    self.name,
                    f"`metric_variables` must have {len(variables)} values, one for "
                    f"each of `variables`, got {len(values)}",
                )
            )
        return _scope.Scope(
            zip(variables, values, strict=True), row_mask=_scope.current_row_mask()
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Builds a metric from `get_config()`."""
        return cls(**config)

    def __setattr__(self, name: str, value: object) -> None:
        parts = value if isinstance(value, (list, tuple)) else (value,)
        for part in parts:
            if isinstance(part, Metric) and name != "_metrics":
                self._require_init()
                if all(part is not known for known in self._metrics):
                    self._metrics.append(part)
            elif isinstance(part, Variable) and name != "_variables":
                self._require_init()
                if all(part is not known for known in self._variables):
                    self._variables.append(part)
        super().__setattr__(name, value)

    def _require_init(self) -> None:
        if "_variables" not in self.__dict__:
            raise ConfigError(
                message(
                    type(self).__name__,
                    "its `__init__` did not call `super().__init__()`",
                    "call it first, before state is made",
                )
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def masked_weight(
    sample_weight: Any, dtype: str, like: jax.Array | None = None
) -> jax.Array | None:
    """Returns weights in which rows that only fill up the batch weigh 0.

    Args:
        sample_weight: (b, ...), a number, or None for ones.
        dtype: the type of the result.
        like: what is weighed; without axes there are no rows to leave out.

    Example:
        >>> masked_weight([1, 2], "float32").tolist()
        [1.0, 2.0]
    """
    weight = None if sample_weight is None else jnp.asarray(sample_weight, dtype)
    mask = _scope.current_row_mask()
    if mask is None or (like is not None and like.ndim == 0):
        return weight
    if weight is None:
        return mask.astype(dtype)
    mask = mask.reshape(mask.shape + (1,) * (weight.ndim - 1))
    return jnp.where(mask, weight, 0)


MetricFunction = Callable[..., jax.Array]
