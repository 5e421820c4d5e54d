"""`keras.StatelessScope`: variables read from given values and never changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._scope import Scope, current
from saccade.core._variable import Variable


class StatelessScope(Scope):
    """Reads variables from given values, and collects what is assigned to them.

    Args:
        state_mapping: pairs of a variable and the value to read in its place.
        collect_losses: kept for Keras; what `add_loss` gets inside is in `losses`, each
            with the layer that it comes from.
        initialize_variables: kept for Keras; variables made inside have their values
            at once.

    Raises:
        ConfigError: a pair does not begin with a variable.
        ShapeError: a value has another shape than its variable.

    Differs from Keras: losses are always collected, with their layers.

    Example:
        >>> v = Variable(1.0)
        >>> with StatelessScope([(v, 5.0)]) as scope:
        ...     _ = v.assign(v + 1)
        >>> float(scope.get_current_value(v)), float(v)
        (6.0, 1.0)
    """

    def __init__(
        self,
        state_mapping: Iterable[tuple[Variable, ArrayLike]] | None = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
    ) -> None:
        pairs = [_pair(*entry) for entry in state_mapping or ()]
        super().__init__(pairs)
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables

    def add_loss(self, loss: jax.Array) -> None:
        """Adds to `losses`."""
        self.added.append((None, loss))

    def add_update(self, update: tuple[Variable, ArrayLike]) -> None:
        """Sets the value of a variable inside the scope.

        Args:
            update: the variable and its new value.
        """
        variable, value = update
        self.write(variable, jnp.asarray(value))

    def get_current_value(self, variable: Variable) -> jax.Array | None:
        """Returns the value given or assigned inside; None if there was neither.

        Args:
            variable: the variable.
        """
        return self._values.get(id(variable))

    def __enter__(self) -> Self:
        outer = current()
        if outer is not None:
            # Inside a compiled step: its random numbers, rows and values.
            self._outer, self._draws = outer, outer._draws
            self._make_key = outer.key if outer.has_key else None
            self.row_mask = outer.row_mask
        return super().__enter__()


def _pair(variable: Variable, value: ArrayLike) -> tuple[Variable, jax.Array]:
    if not isinstance(variable, Variable):
        raise ConfigError(
            message(
                "Invalid reference variable in StatelessScope",
                f"each pair must begin with a Variable, got {variable!r}",
            )
        )
    array = jnp.asarray(value, variable.dtype)
    if array.shape != variable.shape:
        raise ShapeError(
            message(
                "Invalid variable value in StatelessScope",
                f"{variable.path!r} has shape {variable.shape}, the value has "
                f"{array.shape}",
            )
        )
    return variable, array
