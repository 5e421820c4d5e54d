"""Optimizer: from gradients to new weights, in Keras' form.

The base keeps what all optimizers share: the learning rate, the count of steps,
bounds on gradients, weight decay, averages of weights, accumulation of gradients.
How one weight moves is `update_step`. Everything is written with variables and runs
eagerly, or traced inside a `Scope`, which makes it a pure function.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Self, overload

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from saccade.core import _names
from saccade.core._checks import positive_int
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    DataError,
    NotBuiltError,
    ShapeError,
    message,
)
from saccade.core._scope import Scope
from saccade.core._variable import Variable
from saccade.optimizers import _arguments, _clip
from saccade.optimizers.schedules import (
    LearningRateSchedule,
    deserialize,
    serialize,
)

if TYPE_CHECKING:
    from jax.typing import ArrayLike
    from numpy.typing import DTypeLike

    Initializer = str | Callable[..., ArrayLike]
    LearningRate = float | LearningRateSchedule | Callable[[], ArrayLike]


class Optimizer:
    """Base of all optimizers; subclass it for a rule of your own.

    Override `build` to add slots (`add_variable_from_reference`), `update_step` to
    move one weight with `self.assign...`, and `get_config`.

    Args:
        learning_rate: number >= 0, a `LearningRateSchedule`, or a function without
            arguments that returns the rate. `lr` is the same under its old name.
        weight_decay: each step first takes `rate * weight_decay` of every weight
            away from it; None for none.
        clipnorm: largest length of the gradient of each weight; None for no bound.
        clipvalue: largest size of each element of the gradients.
        global_clipnorm: largest length of all gradients together.
        use_ema: whether to keep a moving average of the weights, which replaces them
            at the end of training.
        ema_momentum: share of the old average that is kept, in [0, 1].
        ema_overwrite_frequency: number of steps after which the average replaces the
            weights; None for only at the end.
        loss_scale_factor: the loss is multiplied by it and gradients are divided.
        gradient_accumulation_steps: number of steps, at least 2, whose mean gradient
            makes one update; None to update at each.
        name: its name; the paths of its variables begin with it.

    Raises:
        ConfigError: an argument outside its range, more than one bound on gradients,
            or `decay`, which is a schedule now.
        ArgumentTypeError: an argument that does not exist.

    Differs from Keras: `lr` works; whole numbers are taken as learning rates;
    `decay` is an error, not ignored; numbers out of range are errors.

    Example:
        >>> class Plain(Optimizer):
        ...     def update_step(self, gradient, variable, learning_rate):
        ...         self.assign_sub(variable, learning_rate * gradient)
        >>> w = Variable(np.ones(2), name="w")
        >>> Plain(learning_rate=0.5).apply([jnp.ones(2)], [w]); w.numpy()
        array([0.5, 0.5], dtype=float32)
    """

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
        bounds: dict[str, float | None] = {
            "clipnorm": clipnorm,
            "clipvalue": clipvalue,
            "global_clipnorm": global_clipnorm,
        }
        _arguments.bounds(where, bounds)
        _arguments.at_least_zero(weight_decay, "weight_decay", where)
        _arguments.averaging(where, use_ema, ema_momentum, ema_overwrite_frequency)
        if gradient_accumulation_steps:
            positive_int(
                gradient_accumulation_steps,
                "gradient_accumulation_steps",
                where,
                minimum=2,
            )
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

    # --- state ---------------------------------------------------------------------

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

    # --- one step ------------------------------------------------------------------

    def update_step(
        self,
        gradient: jax.Array,
        variable: Variable,
        learning_rate: Variable | ArrayLike,
    ) -> None:
        """Moves one weight; every optimizer overrides it.

        Args:
            gradient: the gradient, bounded and averaged as asked for.
            variable: the weight.
            learning_rate: the rate of this step.

        Raises:
            NotImplementedError: it is not overridden.
        """
        raise NotImplementedError(
            message(
                f"optimizer {type(self).__name__}",
                "`update_step(gradient, variable, learning_rate)` is missing",
                "override it and assign the new weight to `variable`",
            )
        )

    def assign(self, variable: Variable, value: ArrayLike | Variable) -> None:
        """Sets a weight or a slot."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: ArrayLike | Variable) -> None:
        """Adds to a weight or a slot."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: ArrayLike | Variable) -> None:
        """Subtracts from a weight or a slot."""
        variable.assign_sub(value)

    def apply(
        self,
        grads: Sequence[ArrayLike | None],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        """Makes one step.

        Args:
            grads: one gradient for each weight; None where there is none.
            trainable_variables: the weights; None for those of `build`.

        Raises:
            NotBuiltError: no weights are given and none are known.
            ConfigError: not as many gradients as weights, or a weight that the
                optimizer was not built with.
            DataError: there is no gradient at all.
            ShapeError: a gradient has another shape than its weight.
        """
        if len(grads) == 0:
            return
        variables = self._weights_for(grads, trainable_variables)
        pairs = self._present(grads, variables)
        variables = [variable for _, variable in pairs]
        gradients = [jnp.asarray(gradient) for gradient, _ in pairs]
        if self.loss_scale_factor is not None:
            gradients = [g / self.loss_scale_factor for g in gradients]
        if self.gradient_accumulation_steps:
            self._accumulate(gradients, variables, self.gradient_accumulation_steps)
        else:
            self._update(gradients, variables)
        if self.use_ema:
            self._average()
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))
        self._iterations.assign_add(1)

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[ArrayLike | None, Variable]]
    ) -> Variable:
        """Makes one step from pairs of gradient and weight.

        Args:
            grads_and_vars: for example `zip(gradients, model.trainable_variables)`.
        """
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def stateless_apply(
        self,
        optimizer_variables: Sequence[jax.Array],
        grads: Sequence[ArrayLike | None],
        trainable_variables: Sequence[jax.Array],
    ) -> tuple[list[jax.Array], list[jax.Array]]:
        """Makes one step as a pure function of arrays.

        Args:
            optimizer_variables: values of `variables`, in their order.
            grads: one gradient for each weight.
            trainable_variables: values of the weights, in the order of `build`.

        Returns:
            The new values of the weights, and of `variables`.

        Raises:
            NotBuiltError: `build` was not called.
            ConfigError: wrong numbers of arrays.
        """
        where = f"{type(self).__name__}.stateless_apply"
        if not self.built:
            raise NotBuiltError(
                message(
                    where,
                    "the optimizer has no state yet",
                    "call `optimizer.build(trainable_variables)` first",
                )
            )
        own, weights = self.variables, self._trainable_variables
        for given, known, name in (
            (optimizer_variables, own, "optimizer_variables"),
            (trainable_variables, weights, "trainable_variables"),
        ):
            if len(given) != len(known):
                raise ConfigError(
                    message(
                        where, f"`{name}` must be {len(known)} arrays, got {len(given)}"
                    )
                )
        values = [
            *zip(weights, trainable_variables, strict=True),
            *zip(own, optimizer_variables, strict=True),
        ]
        with Scope(values=values) as scope:
            self.apply(grads)
        return scope.values(weights), scope.values(own)

    def scale_loss(self, loss: jax.Array) -> jax.Array:
        """Multiplies the loss by `loss_scale_factor`, if there is one."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Ends training: puts the moving averages in place of the weights.

        Args:
            var_list: the weights.

        Raises:
            ConfigError: not as many weights as averages.
        """
        if not self.use_ema:
            return
        if len(var_list) != len(self._averages):
            raise ConfigError(
                message(
                    f"{type(self).__name__}.finalize_variable_values",
                    f"expected {len(self._averages)} weights, got {len(var_list)}",
                    "pass the weights that the optimizer was built with",
                )
            )
        for variable, average in zip(var_list, self._averages, strict=True):
            variable.assign(average)

    def exclude_from_weight_decay(
        self,
        var_list: Sequence[Variable] | None = None,
        var_names: Sequence[str] | None = None,
    ) -> None:
        """Leaves weights out of weight decay; to be called before `build`.

        Args:
            var_list: weights to leave out.
            var_names: parts of names to leave out, for example ["bias"].

        Raises:
            ConfigError: the optimizer is built already.
        """
        if self.built:
            raise ConfigError(
                message(
                    f"{type(self).__name__}.exclude_from_weight_decay",
                    "the optimizer is built already",
                    "call it before the first step",
                )
            )
        self._decay_free = {id(variable) for variable in var_list or ()}
        patterns = _arguments.names(var_names)
        self._decay_free_names = re.compile("|".join(patterns)) if patterns else None

    def _weights_for(
        self,
        grads: Sequence[ArrayLike | None],
        trainable_variables: Sequence[Variable] | None,
    ) -> list[Variable]:
        where = f"{type(self).__name__}.apply"
        if trainable_variables is None:
            if not self.built:
                raise NotBuiltError(
                    message(
                        where,
                        "the optimizer does not know the weights yet",
                        "pass `trainable_variables`, or call `build` first",
                    )
                )
            variables = self._trainable_variables
        else:
            variables = list(trainable_variables)
            if not self.built:
                self.build(variables)
                self.built = True
            for variable in variables:
                if id(variable) not in self._index:
                    raise ConfigError(
                        message(
                            where,
                            f"unknown variable {variable.path!r}: the optimizer was "
                            f"built with {len(self._index)} other weights",
                            "make a new optimizer for another set of weights",
                        )
                    )
        if len(grads) != len(variables):
            raise ConfigError(
                message(
                    where,
                    f"expected one gradient for each of the {len(variables)} weights, "
                    f"got {len(grads)}",
                )
            )
        return variables

    def _present(
        self, grads: Sequence[ArrayLike | None], variables: Sequence[Variable]
    ) -> list[tuple[ArrayLike, Variable]]:
        """Returns the pairs that have a gradient, and names the others."""
        present: list[tuple[ArrayLike, Variable]] = []
        missing: list[str] = []
        for gradient, variable in zip(grads, variables, strict=True):
            if gradient is None:
                missing.append(variable.path)
            elif np.shape(gradient) != variable.shape:
                raise ShapeError(
                    message(
                        f"gradient of {variable.path!r}",
                        f"expected shape {variable.shape}, got {np.shape(gradient)}",
                    )
                )
            else:
                present.append((gradient, variable))
        where = f"{type(self).__name__}.apply"
        if not present:
            names = ", ".join(missing)
            raise DataError(
                message(
                    where,
                    f"no gradients provided for any variable: {names}",
                    "compute the loss from these weights",
                )
            )
        if missing:
            warnings.warn(
                f"{where}: gradients do not exist for variables {missing}; they stay "
                "as they are. Does the loss depend on them?",
                stacklevel=3,
            )
        return present

    def _update(
        self, gradients: list[jax.Array], variables: Sequence[Variable]
    ) -> None:
        """Bounds gradients, decays weights and moves them."""
        if self.clipnorm:
            gradients = _clip.by_norm(gradients, self.clipnorm)
        elif self.global_clipnorm:
            gradients = _clip.by_global_norm(gradients, self.global_clipnorm)
        elif self.clipvalue:
            gradients = _clip.by_value(gradients, self.clipvalue)
        rate = self.learning_rate
        if self.weight_decay is not None:
            keep = 1 - jnp.asarray(rate, jnp.float32) * self.weight_decay
            for variable in variables:
                if self._use_weight_decay(variable):
                    variable.assign(variable.value * keep.astype(variable.dtype))
        self._update_all(gradients, variables, rate)

    def _update_all(
        self,
        gradients: Sequence[jax.Array],
        variables: Sequence[Variable],
        learning_rate: Variable | ArrayLike,
    ) -> None:
        for gradient, variable in zip(gradients, variables, strict=True):
            self.update_step(gradient, variable, learning_rate)

    def _use_weight_decay(self, variable: Variable) -> bool:
        pattern = self._decay_free_names
        named = pattern is not None and pattern.search(variable.name) is not None
        return id(variable) not in self._decay_free and not named

    def _accumulate(
        self, gradients: list[jax.Array], variables: Sequence[Variable], steps: int
    ) -> None:
        """Adds gradients up; every `steps` steps their mean makes an update."""
        sums = [self._accumulated[self._get_variable_index(v)] for v in variables]
        totals = [s.value + g for s, g in zip(sums, gradients, strict=True)]
        due = (self._iterations.value + 1) % steps == 0
        held = [*self._trainable_variables, *self.variables]
        before = [variable.value for variable in held]

        def update() -> list[jax.Array]:
            with Scope(values=zip(held, before, strict=True)) as scope:
                self._update([total / steps for total in totals], variables)
                for one in sums:
                    one.assign(jnp.zeros(one.shape, one.dtype))
            return scope.values(held)

        def wait() -> list[jax.Array]:
            with Scope(values=zip(held, before, strict=True)) as scope:
                for one, total in zip(sums, totals, strict=True):
                    one.assign(total)
            return scope.values(held)

        if isinstance(due, Tracer):
            after = jax.lax.cond(due, update, wait)
        else:
            after = update() if due else wait()
        for variable, old, new in zip(held, before, after, strict=True):
            if new is not old:
                variable.assign(new)

    def _average(self) -> None:
        """Moves the averages towards the weights, and back if it is time to."""
        count = jnp.asarray(self.iterations)
        kept = jnp.where(count == 0, 0.0, self.ema_momentum)
        frequency = self.ema_overwrite_frequency
        pairs = zip(self._trainable_variables, self._averages, strict=True)
        for variable, average in pairs:
            share = kept.astype(variable.dtype)
            new = share * average.value + (1 - share) * variable.value
            average.assign(new)
            if frequency:
                now = (count + 1) % frequency == 0
                variable.assign(jnp.where(now, new, variable.value))

    # --- storage and configuration -------------------------------------------------

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
                    "the optimizer has no state yet",
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

    def get_config(self) -> dict[str, object]:
        """Returns the constructor's arguments; an override adds its own."""
        rate = self._learning_rate
        return {
            "name": self.name,
            "learning_rate": (
                float(rate.numpy()) if isinstance(rate, Variable) else serialize(rate)
            ),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, object],
        custom_objects: Mapping[str, object] | None = None,
    ) -> Self:
        """Makes an optimizer, without its state, from `get_config()`.

        Args:
            config: the arguments.
            custom_objects: classes of one's own, by name.
        """
        arguments = dict(config)
        rate = arguments.get("learning_rate")
        if isinstance(rate, dict):
            arguments["learning_rate"] = deserialize(rate, custom_objects)
        return cls(**arguments)  # type: ignore[arg-type]


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
