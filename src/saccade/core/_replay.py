"""Gradients of what a `Recorder` noted: the calls are replayed and differentiated.

The calls that lead from the sources to the targets make a pure function. Of arrays it
is compiled, and kept for the next record that looks the same, as in a training loop;
of tracers it becomes a part of what is being compiled.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer

from saccade.core._recorder import Call, Value, is_inexact

_KEPT = 64
_compiled: OrderedDict[Hashable, Callable[..., Any]] = OrderedDict()


class Replay:
    """The part of a record that leads from sources to targets, as a function.

    Args:
        calls: the record.
        sources: arrays to differentiate by.
        targets: arrays to differentiate.

    Example:
        >>> from saccade.core._recorder import Recorder
        >>> x = jnp.float32(3)
        >>> recorder = Recorder(); recorder.know(x); recorder.start()
        >>> y = x * x; recorder.stop()
        >>> replay = Replay(recorder.calls, [x], [y])
        >>> float(replay.gradients([jnp.float32(1)])[0])
        6.0
    """

    def __init__(
        self, calls: Sequence[Call], sources: Sequence[Value], targets: Sequence[Value]
    ) -> None:
        kept, needed = _between(calls, sources, targets)
        self.connected = [id(source) in needed for source in sources]
        self.reached = [id(target) in needed for target in targets]
        self._sources = [s for s in sources if id(s) in needed]
        self._targets = [t for t in targets if id(t) in needed]
        self._number: dict[int, int] = {}
        self._fixed: list[Value] = []
        self._trace_back(kept)

    def _trace_back(self, kept: Sequence[Call]) -> None:
        """Gives every value a place: sources, then fixed ones, then results."""
        sources, number = self._sources, self._number
        made = {id(output) for call in kept for output in call.outputs}
        # Of a source that is also a result, the result is moved by adding to it.
        self._moved = [id(source) in made for source in sources]
        for place, (source, moved) in enumerate(zip(sources, self._moved, strict=True)):
            if not moved:
                number[id(source)] = place
        shifts = {
            id(s): place
            for place, (s, moved) in enumerate(zip(sources, self._moved, strict=True))
            if moved
        }
        for call in kept:
            for value in call.inputs:
                if id(value) not in number and id(value) not in made:
                    number[id(value)] = len(sources) + len(self._fixed)
                    self._fixed.append(value)
        end = len(sources) + len(self._fixed)
        steps: list[tuple[Any, ...]] = []
        keys: list[Hashable] = []
        for call in kept:
            taken = tuple(number[id(value)] for value in call.inputs)
            given: list[tuple[int, int | None]] = []
            for output in call.outputs:
                if id(output) in number:  # handed on, or made before
                    given.append((-1, None))
                    continue
                number[id(output)] = end
                given.append((end, shifts.get(id(output))))
                end += 1
            steps.append((call.run, taken, tuple(given)))
            keys.append((call.key, taken, tuple(given)))
        self._steps = tuple(steps)
        self._ends = tuple(number[id(target)] for target in self._targets)
        known = all(call.key is not None for call in kept)
        self._key = (tuple(keys), len(sources), self._ends) if known else None

    def gradients(self, cotangents: Sequence[Value]) -> list[Value]:
        """Returns the gradient by every connected source.

        Args:
            cotangents: one array for each target that is reached, of its shape.
        """
        pull = self._function("gradients", _pull)
        return pull(self._starts(), self._fixed, list(cotangents))

    def jacobian(self, directions: Value) -> list[Value]:
        """Returns the gradients of one target, along each of some directions.

        Args:
            directions: (n, ...), each of the shape of the target.
        """
        pull = self._function("jacobian", _pull_each)
        return pull(self._starts(), self._fixed, directions)

    def _starts(self) -> list[Value]:
        pairs = zip(self._sources, self._moved, strict=True)
        return [jnp.zeros_like(s) if moved else s for s, moved in pairs]

    def _function(self, kind: str, pull: Callable[..., Any]) -> Callable[..., Any]:
        run = functools.partial(_run, self._steps, self._ends)
        whole = functools.partial(pull, run)
        values = (*self._sources, *self._fixed)
        if self._key is None or any(isinstance(value, Tracer) for value in values):
            return whole
        key = (kind, self._key)
        if key not in _compiled:
            _compiled[key] = jax.jit(whole)
            while len(_compiled) > _KEPT:
                _compiled.popitem(last=False)
        _compiled.move_to_end(key)
        return _compiled[key]


def _between(
    calls: Sequence[Call], sources: Sequence[Value], targets: Sequence[Value]
) -> tuple[list[Call], set[int]]:
    """The calls on the way, and the ids of the values on it."""
    live = {id(source) for source in sources}
    later: list[Call] = []
    for call in calls:
        if any(id(value) in live for value in call.inputs):
            later.append(call)
            live.update(id(value) for value in call.outputs if is_inexact(value))
    needed = {id(target) for target in targets} & live
    kept: list[Call] = []
    for call in reversed(later):
        if any(id(output) in needed for output in call.outputs):
            kept.append(call)
            needed.update(id(value) for value in call.inputs if id(value) in live)
    return kept[::-1], needed


def _run(
    steps: Sequence[tuple[Any, ...]],
    ends: Sequence[int],
    starts: Sequence[Value],
    fixed: Sequence[Value],
) -> list[Value]:
    """Replays the calls."""
    values: dict[int, Value] = dict(enumerate((*starts, *fixed)))
    for run, taken, given in steps:
        made = run(*(values[place] for place in taken))
        for (place, shift), value in zip(given, made, strict=True):
            values[place] = value if shift is None else value + starts[shift]
    return [values[place] for place in ends]


def _pull(
    run: Callable[..., Any],
    starts: Sequence[Value],
    fixed: Sequence[Value],
    cotangents: Sequence[Value],
) -> list[Value]:
    _, back = jax.vjp(lambda moved: run(moved, fixed), starts)
    return back(cotangents)[0]


def _pull_each(
    run: Callable[..., Any],
    starts: Sequence[Value],
    fixed: Sequence[Value],
    directions: Value,
) -> list[Value]:
    _, back = jax.vjp(lambda moved: run(moved, fixed), starts)
    return jax.vmap(lambda direction: back([direction])[0])(directions)
