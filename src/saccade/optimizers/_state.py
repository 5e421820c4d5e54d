"""What an optimizer remembers: learning rate, count of steps, slots of the weights."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, ClassVar, overload

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from saccade.core import _names
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    NotBuiltError,
    message,
)
from saccade.core._variable import Variable
from saccade.optimizers import _arguments
from saccade.optimizers.schedules import LearningRateSchedule

if TYPE_CHECKING:
    from jax.typing import ArrayLike
    from numpy.typing import DTypeLike

    Initializer = str | Callable[..., ArrayLike]
    LearningRate = float | LearningRateSchedule | Callable[[], ArrayLike]


class OptimizerState:
    """The part of `Optimizer` that holds variables; see there for the arguments."""

    _untracked: ClassVar[frozenset[str]] = frozenset({"_trainable_variables"})
    _variables: list[Variable]

    def __init__(
        self,
        learning_rate: LearningRate,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: object,
    ) -> None:
        self.__dict__["_variables"] = []
        where = type(self).__name__
        old_name = _arguments.old_learning_rate(kwargs, type(self))
        if old_name is not None:
            learning_rate = old_name  # type: ignore[assignment]
        _arguments.bounds(
            where,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
        )
        _arguments.at_least_zero(weight_decay, "weight_decay", where, optional=True)
        _arguments.at_least_zero(
            loss_scale_factor, "loss_scale_factor", where, optional=True
        )
        _arguments.averaging(where, use_ema, ema_momentum, ema_overwrite_frequency)
        _arguments.accumulation(where, gradient_accumulation_steps)
        self.name = name or _names.auto_name(_names.to_snake_case(where))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.global_clipnorm = global_clipnorm
        self.clipvalue = clipvalue
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.built = False
        self._trainable_variables: list[Variable] = []
        self._index: dict[int, int] = {}
        self._averages: list[Variable] = []
        self._accumulated: list[Variable] = []
        self._decay_free: set[int] = set()
        self._decay_free_names: re.Pattern[str] | None = None
        self._iterations = self._scalar(0, "iteration", "int32")
        self._learning_rate: Variable | LearningRateSchedule | Callable[[], ArrayLike]
        if callable(learning_rate):
            self._learning_rate = learning_rate
        else:
            number = _arguments.rate(learning_rate, where)
            self._learning_rate = self._scalar(number, "learning_rate", None)

    @property
    def variables(self) -> list[Variable]:
        """All variables: count of steps, learning rate, then averages and slots."""
        return list(self._variables)

    @property
    def iterations(self) -> Variable | jax.Array:
        """The number of updates made so far, int32 ()."""
        if self.gradient_accumulation_steps:
            return self._iterations.value // self.gradient_accumulation_steps
        return self._iterations

    @property
    def learning_rate(self) -> Variable | ArrayLike:
        """The rate of the next step: a variable, or the value of the schedule."""
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        if isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate(self._iterations.value)
        return self._learning_rate()

    @learning_rate.setter
    def learning_rate(self, learning_rate: LearningRate) -> None:
        present = self._learning_rate
        if callable(learning_rate):
            self._learning_rate = learning_rate
            if isinstance(present, Variable):
                self._variables[:] = [v for v in self._variables if v is not present]
        elif isinstance(present, Variable):
            if not isinstance(learning_rate, Tracer):
                learning_rate = _arguments.rate(learning_rate, type(self).__name__)
            present.assign(learning_rate)
        else:
            raise ArgumentTypeError(
                message(
                    f"{type(self).__name__} {self.name!r}",
                    "the learning rate follows a schedule and cannot be set to "
                    f"{learning_rate!r}",
                    "make the optimizer with a float as `learning_rate`",
                )
            )

    @property
    def lr(self) -> Variable | ArrayLike:
        """The learning rate under its old name."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: LearningRate) -> None:
        self.learning_rate = value

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the state for the weights to be trained.

        Args:
            variables: the weights, in the order in which gradients will come.
        """
        if self.use_ema:
            self._averages = self.add_optimizer_variables(
                variables, "average", constant(0.0)
            )
        if self.gradient_accumulation_steps:
            self._accumulated = self.add_optimizer_variables(
                variables, "gradient_accumulator", constant(0.0)
            )
        self._index = {id(v): i for i, v in enumerate(variables)}
        self._trainable_variables = list(variables)
        self.built = True

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Initializer = "zeros",
        dtype: DTypeLike | None = None,
        aggregation: str = "none",
        layout: object = None,
        name: str | None = None,
    ) -> Variable:
        """Adds a variable of the optimizer's own.

        Args:
            shape: its shape.
            initializer: name, or function of (shape, dtype).
            dtype: its type; None for the global float type.
            aggregation: kept for Keras.
            layout: kept for Keras.
            name: its name.
        """
        self._check_started()
        if isinstance(initializer, str):
            first = _initializer(initializer)
        else:
            first = initializer
        with _names.name_scope(self.name):
            variable = Variable(
                first,
                shape=tuple(shape),
                dtype=dtype,
                trainable=False,
                aggregation=aggregation,
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(
        self,
        reference_variable: Variable,
        name: str | None = None,
        initializer: Initializer = "zeros",
    ) -> Variable:
        """Adds a variable of the shape and type of a weight.

        Args:
            reference_variable: the weight.
            name: what it holds; put behind the weight's path.
            initializer: name, or function of (shape, dtype).
        """
        stem = reference_variable.path.replace("/", "_")
        return self.add_variable(
            reference_variable.shape,
            initializer,
            reference_variable.dtype,
            name=f"{stem}_{name or 'var'}",
        )

    @overload
    def add_optimizer_variables(
        self,
        trainable_variables: Sequence[Variable],
        name: str,
        initializer: Initializer | Sequence[Initializer] = ...,
    ) -> list[Variable]: ...

    @overload
    def add_optimizer_variables(
        self,
        trainable_variables: Sequence[Variable],
        name: list[str] | tuple[str, ...],
        initializer: Initializer | Sequence[Initializer] = ...,
    ) -> tuple[list[Variable], ...]: ...

    def add_optimizer_variables(
        self,
        trainable_variables: Sequence[Variable],
        name: str | list[str] | tuple[str, ...],
        initializer: Initializer | Sequence[Initializer] = "zeros",
    ) -> list[Variable] | tuple[list[Variable], ...]:
        """Adds a variable for each weight, or one for each weight and name.

        Args:
            trainable_variables: the weights.
            name: what they hold; several names give several lists.
            initializer: one for all names, or one for each.

        Raises:
            ConfigError: not as many initializers as names.
        """
        kinds = _arguments.names(name)
        if isinstance(initializer, str) or callable(initializer):
            firsts: list[Initializer] = [initializer] * len(kinds)
        else:
            firsts = list(initializer)
        if len(kinds) != len(firsts):
            raise ConfigError(
                message(
                    f"{type(self).__name__}.add_optimizer_variables",
                    f"expected as many initializers as names, got {len(firsts)} for "
                    f"{len(kinds)} ({', '.join(kinds)})",
                )
            )
        lists: tuple[list[Variable], ...] = tuple([] for _ in kinds)
        for variable in trainable_variables:
            for one, kind, first in zip(lists, kinds, firsts, strict=True):
                one.append(self.add_variable_from_reference(variable, kind, first))
        return lists[0] if isinstance(name, str) else lists

    def _scalar(self, value: float, name: str, dtype: str | None) -> Variable:
        return self.add_variable((), constant(value), dtype, name=name)

    def _get_variable_index(self, variable: Variable) -> int:
        """Returns the place of a weight in the list of `build`."""
        return self._index[id(variable)]

    def __setattr__(self, name: str, value: object) -> None:
        self._check_started()
        if name not in self._untracked:
            entries = value if isinstance(value, (list, tuple)) else (value,)
            for entry in entries:
                if isinstance(entry, Variable) and not any(
                    entry is known for known in self._variables
                ):
                    self._variables.append(entry)
        super().__setattr__(name, value)

    def _check_started(self) -> None:
        if "_variables" not in self.__dict__:
            raise RuntimeError(
                message(
                    f"optimizer {type(self).__name__}",
                    "`super().__init__()` was not called",
                    "call it first in `__init__`, with the learning rate",
                )
            )

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Sets the values of `variables`.

        Raises:
            NotBuiltError: `build` was not called.
            ShapeError: a value has another shape than its variable.
        """
        if not self.built:
            raise NotBuiltError(
                message(
                    f"{type(self).__name__}.set_weights",
                    "You are calling it before the optimizer has its state",
                    "call `optimizer.build(trainable_variables)` first",
                )
            )
        for variable, weight in zip(self._variables, weights, strict=False):
            variable.assign(weight)

    def save_own_variables(self, store: MutableMapping[str, np.ndarray]) -> None:
        """Writes the values of `variables` under "0", "1", ...

        Args:
            store: a dict or an HDF5 group.
        """
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, ArrayLike]) -> None:
        """Reads what `save_own_variables` wrote; warns if it is of another optimizer.

        Args:
            store: a dict or an HDF5 group.
        """
        if len(store) != len(self.variables):
            warnings.warn(
                f"Skipping variable loading for optimizer {self.name!r}: it has "
                f"{len(self.variables)} variables, the saved one {len(store)}."
                + ("" if self.built else " It is not built yet."),
                stacklevel=2,
            )
            return
        for i, variable in enumerate(self.variables):
            variable.assign(np.asarray(store[str(i)]))


def constant(value: float) -> Callable[..., np.ndarray]:
    """Returns an initializer that fills with one number.

    Example:
        >>> constant(0.5)((2,), "float32")
        array([0.5, 0.5], dtype=float32)
    """

    def initializer(shape: Sequence[int], dtype: str) -> np.ndarray:
        return np.full(tuple(shape), value, jnp.dtype(dtype))

    return initializer


def _initializer(name: str) -> Callable[..., ArrayLike]:
    from saccade import initializers

    return initializers.get(name)
