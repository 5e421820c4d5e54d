"""`tf.Variable` and `tf.Module`, on saccade's variables."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import jax
import numpy as np
from numpy.typing import DTypeLike

from saccade.core import _names
from saccade.core._errors import ArgumentTypeError, message
from saccade.core._variable import Variable as SaccadeVariable
from saccade.launcher._tensorflow_functions import to_dtype
from saccade.layers import Layer

_Method = TypeVar("_Method", bound=Callable[..., Any])


class Variable(SaccadeVariable):
    """A variable with TensorFlow's arguments; layers take it for a weight.

    Args:
        initial_value: the first value, or a function that makes it.
        trainable: whether training changes it by gradients; None for yes.
        validate_shape: accepted; changes nothing.
        caching_device: accepted; changes nothing.
        name: its name.
        variable_def: accepted; changes nothing.
        dtype: its type; None for that of the value.
        import_scope: accepted; changes nothing.
        constraint: applied after each update.
        **options: accepted; they change nothing.

    Raises:
        ArgumentTypeError: no `initial_value`.

    Example:
        >>> v = Variable([1.0, 2.0]); _ = v.assign_add([1.0, 1.0])
        >>> v.numpy()
        array([2., 3.], dtype=float32)
    """

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: object = None,
        name: str | None = None,
        variable_def: object = None,
        dtype: DTypeLike | None = None,
        import_scope: str | None = None,
        constraint: Callable[[jax.Array], jax.Array] | None = None,
        **options: object,
    ) -> None:
        first = initial_value() if callable(initial_value) else initial_value
        if first is None:
            raise ArgumentTypeError(
                message("tf.Variable", "`initial_value` is missing", "tf.Variable(0.0)")
            )
        array: Any = first.value if isinstance(first, SaccadeVariable) else first
        kind = to_dtype(np.asarray(array).dtype if dtype is None else dtype)
        super().__init__(
            array,
            dtype=kind.name,
            trainable=trainable is not False,
            name=name or "Variable",
        )
        self.constraint = constraint

    def assign(
        self,
        value: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> jax.Array:
        """Sets the value."""
        return super().assign(value)

    def assign_add(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        delta: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> jax.Array:
        """Adds to the value."""
        return super().assign_add(delta)

    def assign_sub(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        delta: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> jax.Array:
        """Subtracts from the value."""
        return super().assign_sub(delta)

    def read_value(self) -> jax.Array:
        """Returns the value."""
        return self.value

    def get_shape(self) -> tuple[int, ...]:
        """Returns the shape."""
        return self.shape


class Module:
    """A holder of variables and other modules; subclass it.

    Args:
        name: its name; None for the class's.

    Example:
        >>> module = Module(); module.bias = Variable(np.zeros(3))
        >>> len(module.trainable_variables)
        1
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or _names.to_snake_case(type(self).__name__)

    @property
    def variables(self) -> tuple[SaccadeVariable, ...]:
        """All variables in attributes, lists and dicts, here and below."""
        found = {id(v): v for v in _variables(vars(self))}
        return tuple(found.values())

    @property
    def trainable_variables(self) -> tuple[SaccadeVariable, ...]:
        """Those that training changes."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self) -> tuple[SaccadeVariable, ...]:
        """Those that training does not change by gradients."""
        return tuple(v for v in self.variables if not v.trainable)

    @classmethod
    def with_name_scope(cls, method: _Method) -> _Method:
        """Returns a method that names what it makes after the module."""

        @functools.wraps(method)
        def run(self: Module, *args: Any, **kwargs: Any) -> Any:
            with _names.name_scope(self.name):
                return method(self, *args, **kwargs)

        return run  # type: ignore[return-value]


def _variables(part: Any) -> Iterator[SaccadeVariable]:
    if isinstance(part, SaccadeVariable):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _variables(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            yield from _variables(value)
    elif isinstance(part, (Module, Layer)):
        yield from part.variables
