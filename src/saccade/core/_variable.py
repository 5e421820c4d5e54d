"""Variable: a named, mutable holder of one JAX array."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core import _budget, _names, _runtime, _scope
from saccade.core._dtypes import standardize_dtype
from saccade.core._errors import ConfigError, ShapeError, message

if TYPE_CHECKING:
    from jax.typing import ArrayLike
    from numpy.typing import DTypeLike

    class ArrayRule(Protocol):
        """A regularizer or constraint: an array to an array."""

        def __call__(self, x: jax.Array, /) -> jax.Array: ...


# Every program of saccade has variables, so it is early enough here.
_runtime.compute_in_place()

# From this many bytes on, one copy less is worth the care; and where arrays begin.
_LARGE = 2**16
_ALIGNMENT = 64


class Variable:
    """A named, mutable array: a weight, a statistic, a counter.

    Args:
        initializer: the first value, or a function of (shape, dtype) that makes it.
        shape: the shape; needed when `initializer` is a function.
        dtype: the type; None for the global float type.
        trainable: whether training changes it by gradients.
        autocast: whether layers of your own with a mixed policy see it in the type
            they compute in.
        aggregation: kept for Keras: how replicas combine ('none', 'mean', 'sum').
        synchronization: kept for Keras.
        name: its name; its path is made from the names of the open scopes.

    Raises:
        ConfigError: a function was given as initializer, but no shape.

    Differs from Keras: values are JAX arrays only. As in Keras, operators take the
    variable itself, most functions of `jax.numpy` its `value`.

    Example:
        >>> v = Variable(np.zeros(2), name="total")
        >>> v.assign_add(np.ones(2)); v.numpy()
        Array([1., 1.], dtype=float32)
        array([1., 1.], dtype=float32)
    """

    def __init__(
        self,
        initializer: ArrayLike | Callable[..., ArrayLike],
        shape: Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
    ) -> None:
        self.name = name or _names.auto_name("variable")
        prefix = _names.current_path()
        self.path = f"{prefix}/{self.name}" if prefix else self.name
        self.trainable = bool(trainable)
        # What it was made as: layers that are frozen and freed come back to it.
        self.made_trainable = self.trainable
        self.autocast = autocast
        self.aggregation = aggregation
        self.synchronization = synchronization
        self.regularizer: ArrayRule | None = None
        self.constraint: ArrayRule | None = None
        self.overwrite_with_gradient = False
        self._stored: jax.Array
        self._late: Callable[..., ArrayLike] | None = None
        # A variable that a step makes at its first use has a value all the same.
        with jax.ensure_compile_time_eval():
            self._begin(initializer, shape, dtype)

    def _begin(
        self,
        initializer: ArrayLike | Callable[..., ArrayLike],
        shape: Sequence[int] | None,
        dtype: DTypeLike | None,
    ) -> None:
        """Makes the first value."""
        if callable(initializer):
            if shape is None:
                raise ConfigError(
                    message(
                        f"Variable {self.name!r}",
                        "`shape` is needed when `initializer` is a function",
                    )
                )
            self.dtype = standardize_dtype(dtype)
            self.shape: tuple[int, ...] = tuple(shape)
            _budget.spend(self.shape, np.dtype(self.dtype).itemsize)
            if _budget.is_limited() and _is_built_in(initializer):
                # A file is being loaded; its weights most likely come next.
                self._late = initializer
                return
            first = initializer(self.shape, dtype=self.dtype)
        else:
            first = initializer
            # Plain Python and NumPy floats take the global float type, as in Keras.
            known = getattr(first, "dtype", None)
            if dtype is None and known is not None and "float" not in str(known):
                dtype = known
            elif dtype is None and isinstance(first, (bool, int)):
                dtype = "bool" if isinstance(first, bool) else "int32"
            self.dtype = standardize_dtype(dtype)
        self._stored = _as_array(first, self.dtype)
        self.shape = self._stored.shape

    @property
    def _value(self) -> jax.Array:
        if self._late is not None:
            with jax.ensure_compile_time_eval():  # a trace may be what asks first
                first = self._late(self.shape, dtype=self.dtype)
                self._stored = _as_array(first, self.dtype)
            self._late = None
        return self._stored

    @property
    def own_value(self) -> jax.Array:
        """The stored array, whatever scope is open (for the engine)."""
        return self._value

    @property
    def value(self) -> jax.Array:
        """The present value, as the open scope sees it.

        Inside `call` of a layer with a mixed policy, in the type it computes in.
        """
        value, short = self._present(), _scope.autocast_dtype()
        if short is not None and self.autocast and "float" in self.dtype:
            return value.astype(short)
        return value

    def _present(self) -> jax.Array:
        scope = _scope.current()
        redirected = None if scope is None else scope.read(self)
        value = self._value if redirected is None else redirected
        for reader in _scope.readers():
            value = reader(self, value)
        return value

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    def assign(self, value: ArrayLike | Variable) -> jax.Array:
        """Sets the value.

        Args:
            value: an array of this variable's shape.

        Raises:
            ShapeError: its shape is another.
        """
        if isinstance(value, Variable):
            value = value.value
        array = _as_array(value, self.dtype)
        if array.shape != self.shape:
            raise ShapeError(
                message(
                    f"Variable {self.path!r}",
                    f"expected a value of shape {self.shape}, got {array.shape}",
                )
            )
        scope = _scope.current()
        if scope is not None:
            scope.write(self, array)
        else:
            self._stored = array
            self._late = None
        return array

    def assign_add(self, value: ArrayLike | Variable) -> jax.Array:
        """Adds to the value."""
        return self.assign(self._present() + jnp.asarray(value, self.dtype))

    def assign_sub(self, value: ArrayLike | Variable) -> jax.Array:
        """Subtracts from the value."""
        return self.assign(self._present() - jnp.asarray(value, self.dtype))

    def numpy(self) -> np.ndarray:
        """Returns the value as a NumPy array (a copy on the host)."""
        return np.array(self.value)

    def __jax_array__(self) -> jax.Array:
        return self.value

    def __array__(
        self, dtype: DTypeLike | None = None, copy: bool | None = None
    ) -> np.ndarray:
        return np.asarray(self.value, dtype)

    def __repr__(self) -> str:
        return (
            f"<Variable path={self.path}, shape={self.shape}, "
            f"dtype={self.dtype}, value={np.asarray(self._value)}>"
        )

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, index: object) -> jax.Array:
        return self.value[index]

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __neg__(self) -> jax.Array:
        return -self.value

    def __abs__(self) -> jax.Array:
        return jnp.abs(self.value)

    def __add__(self, other: ArrayLike) -> jax.Array:
        return self.value + jnp.asarray(other)

    def __radd__(self, other: ArrayLike) -> jax.Array:
        return jnp.asarray(other) + self.value

    def __sub__(self, other: ArrayLike) -> jax.Array:
        return self.value - jnp.asarray(other)

    def __rsub__(self, other: ArrayLike) -> jax.Array:
        return jnp.asarray(other) - self.value

    def __mul__(self, other: ArrayLike) -> jax.Array:
        return self.value * jnp.asarray(other)

    def __rmul__(self, other: ArrayLike) -> jax.Array:
        return jnp.asarray(other) * self.value

    def __truediv__(self, other: ArrayLike) -> jax.Array:
        return self.value / jnp.asarray(other)

    def __rtruediv__(self, other: ArrayLike) -> jax.Array:
        return jnp.asarray(other) / self.value

    def __floordiv__(self, other: ArrayLike) -> jax.Array:
        return self.value // jnp.asarray(other)

    def __mod__(self, other: ArrayLike) -> jax.Array:
        return self.value % jnp.asarray(other)

    def __pow__(self, other: ArrayLike) -> jax.Array:
        return self.value ** jnp.asarray(other)

    def __matmul__(self, other: ArrayLike) -> jax.Array:
        return self.value @ jnp.asarray(other)

    def __rmatmul__(self, other: ArrayLike) -> jax.Array:
        return jnp.asarray(other) @ self.value

    def __lt__(self, other: ArrayLike) -> jax.Array:
        return self.value < jnp.asarray(other)

    def __le__(self, other: ArrayLike) -> jax.Array:
        return self.value <= jnp.asarray(other)

    def __gt__(self, other: ArrayLike) -> jax.Array:
        return self.value > jnp.asarray(other)

    def __ge__(self, other: ArrayLike) -> jax.Array:
        return self.value >= jnp.asarray(other)


def _as_array(value: ArrayLike, dtype: str) -> jax.Array:
    """Converts without compiling anything where the value is on the host."""
    if isinstance(value, jax.Array):
        # The name of a type takes longer than to look one up by it.
        return value if value.dtype == jnp.dtype(dtype) else value.astype(dtype)
    given = np.asarray(value)
    if given.size * np.dtype(dtype).itemsize < _LARGE:
        own = given.astype(dtype)
    else:
        own = _aligned(given.shape, np.dtype(dtype))
        own[...] = given
    # With its type given, JAX takes the array as it is, or copies one that does not
    # begin where it should; without, it compiles a program.
    return jnp.asarray(own, dtype)


def _aligned(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Returns an array that begins where JAX wants it, so that it is not copied."""
    size = math.prod(shape) * dtype.itemsize
    raw = np.empty(size + _ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % _ALIGNMENT
    return raw[start : start + size].view(dtype).reshape(shape)


def _is_built_in(initializer: Callable[..., ArrayLike]) -> bool:
    return type(initializer).__module__.startswith("saccade.")
