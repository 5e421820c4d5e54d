"""The bridge between mutable Keras objects and pure JAX functions.

Layers and metrics are written as Keras objects: they read `variable.value` and call
`variable.assign(...)`. Compiled code must be pure. Inside a `Scope`, reads come from
the values handed in and writes are collected, so tracing such code gives a pure
function from values to values. This module and `_variable` are the only two places
that know about it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import jax

if TYPE_CHECKING:
    from saccade.core._random import SeedGenerator
    from saccade.core._variable import Variable

_local = threading.local()


def _stack() -> list[Scope]:
    return _local.__dict__.setdefault("scopes", [])


def current() -> Scope | None:
    """Returns the innermost open scope of this thread, or None."""
    stack = _stack()
    return stack[-1] if stack else None


def readers() -> list[Callable[[Variable, jax.Array], jax.Array]]:
    """Returns who is told of each reading of a variable in this thread.

    A reader gets the variable and its value, and returns what is read instead.
    """
    return _local.__dict__.setdefault("readers", [])


def current_row_mask() -> jax.Array | None:
    """Returns which rows of the batch are real, bool (b,), or None if all are.

    The engine fills the last, smaller batch up to the common size so that one
    compiled program serves all batches; whatever mixes rows must leave out the rest.
    """
    scope = current()
    return scope.row_mask if scope is not None else None


def remember_logits(
    probabilities: jax.Array, logits: jax.Array, activation: str
) -> None:
    """Notes what a softmax or sigmoid was computed from, for the loss."""
    scope = current()
    if scope is not None:
        scope.logits[id(probabilities)] = (probabilities, logits, activation)


def logits_behind(probabilities: jax.Array) -> tuple[jax.Array, str] | None:
    """Returns what an array was made of by which activation, None if by another."""
    scope = current()
    found = scope.logits.get(id(probabilities)) if scope is not None else None
    return None if found is None else (found[1], found[2])


def autocast_dtype() -> str | None:
    """Returns the type in which a layer sees its float weights, None for their own."""
    return _local.__dict__.get("autocast")


@contextmanager
def autocasting(dtype: str | None) -> Iterator[None]:
    """Lets the layer inside see its float weights in another type.

    Args:
        dtype: the type; None for each weight's own.

    Example:
        >>> with autocasting("bfloat16"): autocast_dtype()
        'bfloat16'
    """
    before = autocast_dtype()
    _local.__dict__["autocast"] = dtype
    try:
        yield
    finally:
        _local.__dict__["autocast"] = before


@contextmanager
def without_row_mask() -> Iterator[None]:
    """Hides the mask of real rows, for numbers that are not one per row."""
    scope = current()
    if scope is None:
        yield
        return
    mask, scope.row_mask = scope.row_mask, None
    try:
        yield
    finally:
        scope.row_mask = mask


class Scope:
    """Redirects reads and writes of variables while it is open.

    Args:
        values: value to read for each variable; others read their own.
        key: function that makes the random key of this step, called once at most.
        row_mask: bool (b,), which rows of the batch are real; None if all are.
    """

    def __init__(
        self,
        values: Iterable[tuple[Variable, jax.Array]] = (),
        *,
        key: Callable[[], jax.Array] | None = None,
        row_mask: jax.Array | None = None,
    ) -> None:
        self._values: dict[int, jax.Array] = {id(v): a for v, a in values}
        self._make_key = key
        self._key: jax.Array | None = None
        self._draws: dict[int, int] = {}
        self._outer: Scope | None = None
        self.row_mask = row_mask
        # What `add_loss` was given, and the layer that it was called on.
        self.added: list[tuple[object, jax.Array]] = []
        # All variables that were read or written, in the order of the first time.
        self.touched: dict[int, Variable] = {}
        # The array itself is kept too, so that no other takes over its id.
        self.logits: dict[int, tuple[jax.Array, jax.Array, str]] = {}

    @classmethod
    def nested(cls, values: Iterable[tuple[Variable, jax.Array]] = ()) -> Self:
        """Makes a scope inside the open one: its random numbers, rows and values.

        Args:
            values: value to read for each variable; others are read outside.
        """
        outer = current()
        if outer is None:
            return cls(values)
        key = outer.key if outer.has_key else None
        scope = cls(values, key=key, row_mask=outer.row_mask)
        scope._draws, scope._outer = outer._draws, outer
        return scope

    @property
    def losses(self) -> list[jax.Array]:
        """What `add_loss` was given inside."""
        return [value for _, value in self.added]

    @property
    def has_key(self) -> bool:
        """Whether random draws inside come from this scope."""
        return self._make_key is not None

    @property
    def drawn(self) -> bool:
        """Whether random numbers were drawn inside."""
        return self._key is not None or bool(self._draws)

    def key(self) -> jax.Array:
        """Returns the step's random key."""
        if self._key is None:
            if self._make_key is None:
                raise RuntimeError("this scope has no random key")
            self._key = self._make_key()
        return self._key

    def count_draw(self, generator: SeedGenerator) -> int:
        """Returns how often this generator was asked in this scope, and counts on."""
        number = self._draws.get(id(generator), 0)
        self._draws[id(generator)] = number + 1
        return number

    def read(self, variable: Variable) -> jax.Array | None:
        """Returns the redirected value, or None if the variable's own is meant."""
        self.touched.setdefault(id(variable), variable)
        found = self._values.get(id(variable))
        if found is None and self._outer is not None:
            return self._outer.read(variable)
        return found

    def write(self, variable: Variable, value: jax.Array) -> None:
        """Collects a new value."""
        self.touched.setdefault(id(variable), variable)
        self._values[id(variable)] = value

    def values(self, variables: Iterable[Variable]) -> list[jax.Array]:
        """Returns the present values of the variables, written or not."""
        return [self._values.get(id(v), v.own_value) for v in variables]

    def __enter__(self) -> Self:
        _stack().append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _stack().pop()
