"""Recorder: notes operations on arrays as they run, for a gradient taken later.

JAX hands every operation to its current trace. A `Recorder` is a trace that passes
each one on to the trace below and notes those that depend on something it knows, so
values stay ordinary arrays (or tracers, inside a compiled step) and nothing needs to
be wrapped. What is done with the notes is in `_replay`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeAlias

import jax
import jax.numpy as jnp
from jax.core import Trace, eval_jaxpr

if TYPE_CHECKING:
    from jax.extend.core import Primitive

# An array, a tracer, or a number that an operation was given.
Value: TypeAlias = Any


# Whether there ever was a recorder.
_used = False


@dataclasses.dataclass(slots=True)
class Call:
    """One operation: how to run it again, what it took and what it gave.

    Args:
        run: arrays to a list of arrays; holds no values of the run that was noted.
        key: equal for operations that do the same; None if that is not known.
        inputs: what it took.
        outputs: what it gave.
    """

    run: Callable[..., Sequence[Value]]
    key: Hashable
    inputs: Sequence[Value]
    outputs: Sequence[Value]


class Recorder(Trace):
    """A trace that notes what depends on the values it knows.

    Example:
        >>> x = jnp.ones(2)
        >>> recorder = Recorder(); recorder.know(x); recorder.start()
        >>> y = x * 2 + jnp.ones(2)
        >>> recorder.stop(); len(recorder.calls)
        2
    """

    def __init__(self) -> None:
        global _used
        super().__init__()
        _used = True
        self.calls: list[Call] = []
        self.paused = False
        self._known: dict[int, Value] = {}
        self._below: Trace | None = None
        self._open: Any = None

    def start(self) -> None:
        """Begins to take part in what this thread computes."""
        with _take_trace() as below:
            self._below = below
        self.paused = False
        self._open = _set_trace(self)
        self._open.__enter__()

    def stop(self) -> None:
        """Ends to take part; recorders are stopped in the reverse order."""
        self.paused = True
        if self._open is not None:
            self._open.__exit__(None, None, None)
            self._open = None

    @property
    def running(self) -> bool:
        """Whether operations pass through."""
        return self._open is not None

    def know(self, value: Value) -> None:
        """Notes from now on what depends on a value."""
        self._known[id(value)] = value

    def knows(self, value: Value) -> bool:
        """Says whether a value is known, or depends on one that is."""
        return id(value) in self._known

    def forget(self) -> None:
        """Drops all notes."""
        self.calls.clear()
        self._known.clear()

    # What JAX calls -----------------------------------------------------------------

    def process_primitive(
        self, primitive: Primitive, tracers: Sequence[Value], params: dict[str, Any], /
    ) -> Any:
        """Runs an operation below, and notes it."""
        made = self._outer.process_primitive(primitive, tracers, params)
        # As in TensorFlow, nothing depends on what was stopped.
        if primitive.name != "stop_gradient" and self._concerns(tracers):
            several = primitive.multiple_results
            outputs = list(made) if several else [made]

            def run(*values: Value) -> Sequence[Value]:
                result = primitive.bind(*values, **params)
                return result if several else [result]

            self._note(run, _key(primitive, params), list(tracers), outputs)
        return made

    def process_custom_jvp_call(
        self, primitive: Primitive, fun: Any, jvp: Any, tracers: Any, /, **options: Any
    ) -> Any:
        """The same for a function with a derivative of its own."""
        return self._process_function(
            "process_custom_jvp_call", primitive, (fun, jvp), tracers, options
        )

    def process_custom_vjp_call(
        self,
        primitive: Primitive,
        fun: Any,
        fwd: Any,
        bwd: Any,
        tracers: Any,
        /,
        **options: Any,
    ) -> Any:
        """The same for a function with a gradient of its own."""
        return self._process_function(
            "process_custom_vjp_call", primitive, (fun, fwd, bwd), tracers, options
        )

    def stage_value(self, val: Value) -> Value:
        """Lifts a value as the trace below does."""
        return self._outer.stage_value(val)

    @property
    def _outer(self) -> Trace:
        if self._below is None:
            raise RuntimeError("a recorder takes part only after start()")
        return self._below

    def _concerns(self, values: Sequence[Value]) -> bool:
        return not self.paused and any(id(value) in self._known for value in values)

    def _note(
        self,
        run: Callable[..., Sequence[Value]],
        key: Hashable,
        inputs: Sequence[Value],
        outputs: Sequence[Value],
    ) -> None:
        new = [v for v in outputs if id(v) not in self._known and is_inexact(v)]
        if new:
            self.calls.append(Call(run, key, inputs, outputs))
            for value in new:
                self.know(value)

    def _process_function(
        self,
        method: str,
        primitive: Primitive,
        functions: tuple[Any, ...],
        values: Sequence[Value],
        options: dict[str, Any],
    ) -> Any:
        """Writes a function down once, since JAX lets it be called only once."""
        if not self._concerns(values):
            process = getattr(self._outer, method)
            return process(primitive, *functions, values, **options)

        def call(*arguments: Value) -> Any:
            with _take_trace() as trace:
                process = getattr(trace, method)
                return process(primitive, *functions, arguments, **options)

        closed = jax.make_jaxpr(call)(*values)
        written, count = closed.jaxpr, len(closed.consts)

        def run(*arguments: Value) -> Sequence[Value]:
            return eval_jaxpr(written, arguments[:count], *arguments[count:])

        inputs = [*closed.consts, *values]
        with _set_trace(self._outer):
            outputs = run(*inputs)
        self._note(run, _function_key(primitive, functions[0]), inputs, outputs)
        return outputs


def _take_trace() -> AbstractContextManager[Any]:
    # Takes 20 ms to load, and most programs have no tape.
    from jax.extend.core import take_current_trace

    return take_current_trace()


def _set_trace(trace: Any) -> AbstractContextManager[Any]:
    from jax.extend.core import set_current_trace

    return set_current_trace(trace)


def _without_recorders(trace: Trace | None) -> Trace | None:
    while isinstance(trace, Recorder):
        trace = trace._below
    return trace


def copy_unseen(value: Value) -> Value:
    """Returns a copy that no recorder knows.

    Example:
        >>> x = jnp.ones(2)
        >>> copy_unseen(x) is x
        False
    """
    with _take_trace() as trace, _set_trace(_without_recorders(trace)):
        return jnp.array(value, copy=True)


def stop_gradient(value: Value) -> Value:
    """Returns the same numbers, which gradients take for constants.

    JAX's own function hands an array on as it is, which a recorder would not see.

    Args:
        value: an array.

    Example:
        >>> float(jax.grad(lambda x: x * stop_gradient(x))(3.0))
        3.0
    """
    if not _used:
        return jax.lax.stop_gradient(value)
    with _take_trace() as trace:
        recorded = isinstance(trace, Recorder)
    return copy_unseen(value) if recorded else jax.lax.stop_gradient(value)


def recording() -> bool:
    """Says whether a recorder takes part in what this thread computes now.

    Example:
        >>> recorder = Recorder(); recorder.start()
        >>> inside = recording(); recorder.stop(); inside, recording()
        (True, False)
    """
    if not _used:
        return False
    with _take_trace() as trace:
        return isinstance(trace, Recorder)


def is_inexact(value: Value) -> bool:
    """Says whether a gradient can flow through a value.

    Example:
        >>> is_inexact(jnp.ones(2)), is_inexact(jnp.arange(2))
        (True, False)
    """
    dtype = getattr(value, "dtype", None)
    return dtype is not None and jnp.issubdtype(dtype, jnp.inexact)


def _key(primitive: Primitive, params: dict[str, Any]) -> Hashable:
    key = (primitive, tuple(sorted(params.items(), key=lambda item: item[0])))
    return _if_hashable(key)


def _function_key(primitive: Primitive, function: Any) -> Hashable:
    """What decides which function it is: the code, and how JAX calls it."""
    parts = (function.f, function.transforms, function.params)
    return _if_hashable((primitive, _comparable(parts)))


def _comparable(part: Any) -> Any:
    """Takes arguments that are no arrays out of JAX's wrapper, which has no hash."""
    if isinstance(part, tuple):
        return tuple(map(_comparable, part))
    return (type(part.val), part.val) if hasattr(part, "val") else part


def _if_hashable(key: tuple[Any, ...]) -> Hashable:
    try:
        hash(key)
    except TypeError:
        return None
    return key


def compiling() -> bool:
    """Says whether JAX traces something now, apart from recorders.

    Example:
        >>> compiling(), bool(jax.jit(lambda: compiling())())
        (False, True)
    """
    with _take_trace() as trace:
        trace = _without_recorders(trace)
        # Inside this block the current trace is the one that computes at once.
        with _take_trace() as eager:
            return trace is not eager
