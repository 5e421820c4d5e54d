"""Optimizer: from gradients to new weights, in Keras' form.

The base keeps what all optimizers share: bounds on gradients, weight decay, averages
of weights, accumulation of gradients. How one weight moves is `update_step`.
Everything is written with variables and runs eagerly, or traced inside a `Scope`,
which makes it a pure function.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from saccade.core._errors import (
    ConfigError,
    DataError,
    NotBuiltError,
    ShapeError,
    message,
)
from saccade.core._scope import Scope
from saccade.core._variable import Variable
from saccade.optimizers import _arguments, _clip
from saccade.optimizers._state import OptimizerState
from saccade.optimizers.schedules import deserialize, serialize

if TYPE_CHECKING:
    from jax.typing import ArrayLike

    class Tape(Protocol):
        """What records a loss, such as a `tf.GradientTape`."""

        def __enter__(self) -> object: ...

        def __exit__(self, *_: object) -> None: ...

        def gradient(self, target: object, sources: object, /) -> list[jax.Array]: ...


class Optimizer(OptimizerState):
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
        if not self.gradient_accumulation_steps:
            variables, gradients = _after_overwriting(variables, gradients)
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

    def minimize(
        self,
        loss: Callable[[], jax.Array] | jax.Array,
        var_list: Sequence[Variable] | Callable[[], Sequence[Variable]],
        tape: Tape | None = None,
    ) -> Variable:
        """Makes one step towards a smaller loss.

        Args:
            loss: a function without arguments; or what a tape recorded.
            var_list: the weights, or a function that returns them.
            tape: a `tf.GradientTape`.

        Raises:
            ConfigError: a loss that is no function, without a tape.

        Differs from Keras: Keras 3 has it no more; older programs use it.

        Example:
            >>> from saccade.optimizers import SGD
            >>> weight = Variable(np.float32(3.0))
            >>> _ = SGD(0.5).minimize(lambda: weight * weight / 2, [weight])
            >>> float(weight)
            1.5
        """
        if tape is None and not callable(loss):
            raise ConfigError(
                message(
                    f"{type(self).__name__}.minimize",
                    "`loss` is a number, and there is no `tape` that recorded it",
                    "minimize(lambda: compute_loss(), variables)",
                )
            )
        if callable(loss) and tape is not None:
            with tape:
                loss = loss()
        variables = list(var_list() if callable(var_list) else var_list)
        if tape is not None:
            return self.apply_gradients(
                zip(tape.gradient(loss, variables), variables, strict=True)
            )

        def value(values: list[jax.Array]) -> jax.Array:
            with Scope.nested(zip(variables, values, strict=True)):
                return jnp.sum(loss())  # type: ignore[operator]

        gradients = jax.grad(value)([v.value for v in variables])
        return self.apply_gradients(zip(gradients, variables, strict=True))

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
                            "make a new optimizer for another set of weights; of a "
                            "model, call compile() after changing `trainable`",
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
                    f"No gradients provided for any variable. These have none: {names}",
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
        for variable in variables:
            decay = self._weight_decay_of(variable)
            if decay is not None and self._use_weight_decay(variable):
                keep = 1 - jnp.asarray(rate, jnp.float32) * decay
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

    def _weight_decay_of(self, variable: Variable) -> float | None:
        return self.weight_decay

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

        def update() -> None:
            self._update([total / steps for total in totals], variables)
            for one in sums:
                one.assign(jnp.zeros(one.shape, one.dtype))

        def wait() -> None:
            for one, total in zip(sums, totals, strict=True):
                one.assign(total)

        due = (self._iterations.value + 1) % steps == 0
        either(due, [*self._trainable_variables, *self.variables], update, wait)

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


def _after_overwriting(
    variables: list[Variable], gradients: list[jax.Array]
) -> tuple[list[Variable], list[jax.Array]]:
    """Sets the weights that their gradients replace; returns the others."""
    left: list[tuple[Variable, jax.Array]] = []
    for variable, gradient in zip(variables, gradients, strict=True):
        if variable.overwrite_with_gradient:
            variable.assign(gradient)
        else:
            left.append((variable, gradient))
    return [v for v, _ in left], [g for _, g in left]


def either(
    condition: jax.Array,
    variables: Sequence[Variable],
    yes: Callable[[], object],
    no: Callable[[], object],
) -> None:
    """Runs one of two actions on variables; inside a compiled step as well.

    Args:
        condition: which one, bool ().
        variables: all that the actions read or write.
        yes: the action if it is true.
        no: the action if not.

    Example:
        >>> v = Variable(np.zeros(()), name="v")
        >>> either(jnp.array(True), [v], lambda: v.assign(1.0), lambda: None); float(v)
        1.0
    """
    if not isinstance(condition, Tracer):
        (yes if condition else no)()
        return
    before = [variable.value for variable in variables]

    def run(action: Callable[[], object]) -> list[jax.Array]:
        with Scope(values=zip(variables, before, strict=True)) as scope:
            action()
        return scope.values(variables)

    after = jax.lax.cond(condition, lambda: run(yes), lambda: run(no))
    for variable, value in zip(variables, after, strict=True):
        variable.assign(value)
