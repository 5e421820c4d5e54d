"""Scaling of the loss, so that short floats do not round small gradients to zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self

import jax
import jax.numpy as jnp

from saccade.core._checks import positive_int
from saccade.core._errors import ConfigError, message, nearest
from saccade.core._variable import Variable
from saccade.optimizers import _arguments, _lookup
from saccade.optimizers._optimizer import Optimizer, either
from saccade.optimizers._state import constant

if TYPE_CHECKING:
    from jax.typing import ArrayLike

    from saccade.optimizers._state import LearningRate


class LossScaleOptimizer(Optimizer):
    """Wraps an optimizer and multiplies the loss by a factor that finds itself.

    A step with a gradient that is not finite is left out and halves the factor; it
    doubles after `dynamic_growth_steps` good steps.

    Args:
        inner_optimizer: the optimizer that moves the weights, or its name.
        initial_scale: first factor, > 0.
        dynamic_growth_steps: number of good steps after which the factor doubles.
        name: its name.
        **kwargs: shared arguments of older files, which must have their defaults.

    Raises:
        ConfigError: `dynamic=False`, or a shared argument that belongs to the inner
            optimizer.

    Differs from Keras: the inner optimizer may be given by name.

    Example:
        >>> from saccade.optimizers import SGD
        >>> optimizer = LossScaleOptimizer(SGD(1.0), initial_scale=8.0)
        >>> w = Variable([1.0], name="w")
        >>> optimizer.apply([[8.0]], [w]); float(w[0])
        0.0

    Reference: Micikevicius et al., "Mixed precision training", 2017,
    https://arxiv.org/abs/1710.03740
    """

    def __init__(
        self,
        inner_optimizer: Optimizer | str,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: object,
    ) -> None:
        where = "LossScaleOptimizer"
        if not kwargs.pop("dynamic", True):
            raise ConfigError(
                message(
                    where,
                    "`dynamic=False` is no argument any more",
                    "set `loss_scale_factor` on the inner optimizer instead",
                )
            )
        unknown = [key for key in kwargs if key not in _arguments.DEFAULTS]
        if unknown:
            known = ("inner_optimizer", "initial_scale", "dynamic_growth_steps", "name")
            close = nearest(unknown[0], known)
            names = ", ".join(f"`{name}`" for name in unknown)
            raise ConfigError(
                message(
                    where,
                    f"unexpected arguments: {names}",
                    f"did you mean `{close[0]}`?"
                    if close
                    else f"it takes {', '.join(known)}",
                )
            )
        for key, value in kwargs.items():
            if value != _arguments.DEFAULTS[key]:
                raise ConfigError(
                    message(
                        where,
                        f"`{key}` cannot be set here, got {value!r}",
                        f"set `{key}` on the `inner_optimizer`",
                    )
                )
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = _lookup.get(inner_optimizer)
        # Else gradients would be scaled twice.
        self.inner_optimizer.loss_scale_factor = None
        _arguments.at_least_zero(initial_scale, "initial_scale", where)
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = positive_int(
            dynamic_growth_steps, "dynamic_growth_steps", where
        )

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the state for the weights to be trained, once.

        Args:
            variables: the weights, in the order in which gradients will come.
        """
        if self.built:
            return
        self.step_counter = self._scalar(0, "step_counter", "int32")
        self.dynamic_scale = self.add_variable(
            (), constant(self.initial_scale), "float32", name="dynamic_scale"
        )
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        """All variables: its own, then those of the inner optimizer."""
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def learning_rate(self) -> Variable | ArrayLike:
        """The rate of the inner optimizer."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: LearningRate) -> None:
        self.inner_optimizer.learning_rate = learning_rate

    @property
    def iterations(self) -> Variable | jax.Array:
        """The number of updates that the inner optimizer made, int32 ()."""
        return self.inner_optimizer.iterations

    def apply(
        self,
        grads: Sequence[ArrayLike | None],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        """Makes one step, or leaves it out if a gradient is not finite.

        Args:
            grads: gradients of the scaled loss, one for each weight.
            trainable_variables: the weights; None for those of `build`.

        Raises:
            DataError: there is no gradient at all.
        """
        if len(grads) == 0:
            return
        variables = self._weights_for(grads, trainable_variables)
        arrays = [None if g is None else jnp.asarray(g) for g in grads]
        given = [g for g in arrays if g is not None]
        finite = jnp.stack([jnp.isfinite(g).all() for g in given] or [True]).all()

        def step() -> None:
            scale = self.dynamic_scale.value
            # What replaces a weight was never multiplied by the scale.
            scaled_back = [
                g
                if g is None or variable.overwrite_with_gradient
                else g / scale.astype(g.dtype)
                for g, variable in zip(arrays, variables, strict=True)
            ]
            self.inner_optimizer.apply(scaled_back, variables)
            full = self.step_counter.value == self.dynamic_growth_steps - 1
            self.step_counter.assign(jnp.where(full, 0, self.step_counter.value + 1))
            self.dynamic_scale.assign(jnp.where(full, scale * 2, scale))

        def leave_out() -> None:
            self.step_counter.assign(jnp.zeros((), jnp.int32))
            self.dynamic_scale.assign(self.dynamic_scale.value / 2)

        held = [*self._trainable_variables, *self.variables]
        either(finite, held, step, leave_out)

    def scale_loss(self, loss: jax.Array) -> jax.Array:
        """Multiplies the loss by the present factor."""
        return loss * (self.dynamic_scale.value if self.built else self.initial_scale)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Ends training, as the inner optimizer does.

        Args:
            var_list: the weights.
        """
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, object]:
        """Returns the constructor's arguments."""
        return {
            "name": self.name,
            "inner_optimizer": _lookup.serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
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
        inner = arguments["inner_optimizer"]
        if isinstance(inner, Mapping):
            arguments["inner_optimizer"] = _lookup.deserialize(inner, custom_objects)
        return cls(**arguments)  # type: ignore[arg-type]
