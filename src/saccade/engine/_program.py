"""One compiled function, with what a call of it needs around it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax

from saccade.core import _runtime
from saccade.core._heap import process_heap


class Program:
    """A function that is compiled when it is called, once for each kind of arguments.

    The collector of garbage rests in the first call: tracing makes millions of objects
    that stay, each look at which is lost time. The memory of a large program stays with
    the process between its calls.

    Args:
        run: the function, of arrays.

    Example:
        >>> int(Program(lambda x: x + 1)(2))
        3
    """

    def __init__(self, run: Callable[..., Any]) -> None:
        @functools.wraps(run)
        def traced(*args: Any) -> Any:
            self._is_new = True
            return run(*args)

        self._program = jax.jit(traced)
        self._was_called = False
        self._is_large = False
        # Since it was traced, nobody has asked how much memory it needs.
        self._is_new = True

    def __call__(self, *args: Any) -> Any:
        if self._is_large:
            with process_heap():
                result = self._program(*args)
        elif self._was_called:
            result = self._program(*args)
        else:
            with _runtime.collector_paused():
                result = self._program(*args)
            self._was_called = True
        if self._is_new:
            self._is_large = self._needs_memory(args)
            self._is_new = False
        return result

    def _needs_memory(self, args: tuple[Any, ...]) -> bool:
        # Where programs run in other threads, their memory is not from this one's heap.
        apart = jax.config.read("jax_cpu_enable_async_dispatch")
        if jax.default_backend() != "cpu" or apart:
            return False
        # JAX has kept what it made for these arguments: nothing is compiled again.
        analysis = self._program.lower(*args).compile().memory_analysis()
        size = analysis.temp_size_in_bytes if analysis is not None else 0
        return process_heap().need(self, size) or self._is_large

    def lower(self, *args: Any) -> jax.stages.Lowered:
        """Traces the function for arguments and gives it to those who look into it."""
        return self._program.lower(*args)

    def shapes(self, *args: Any) -> Any:
        """Returns the shapes and types of what a call would return; nothing is run."""
        with _runtime.collector_paused():
            return self._program.eval_shape(*args)
