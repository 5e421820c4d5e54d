"""Calls of a whole model on arrays, compiled once the same was asked for often.

`model(x)` runs layer by layer, each operation as it comes: right for looking into a
model, and slow. A model of saccade's own parts that is called again and again on arrays
of the same shapes is compiled as one program, which gives the same numbers within the
rounding of their type. Whatever is more than arrays in and arrays out goes layer by
layer as before: tracers, tapes, masks, random numbers, statistics that are counted,
penalties, code of the user's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jax.core import Tracer

from saccade import kernels
from saccade.core import _recorder, _runtime, _scope
from saccade.core._masks import has_mask
from saccade.engine._program import Program
from saccade.layers._layer import calling
from saccade.models._watch import Watch

if TYPE_CHECKING:
    from saccade.core._variable import Variable
    from saccade.layers import Layer
    from saccade.models._model import Model

# The call with the same shapes that is compiled: before it, compiling would cost more
# than it saves. A number, not a time, so that a program gives the same bits each run.
COMPILED_FROM = 10
MOST_SHAPES = 64
# Where code comes from that does nothing but compute.
_KNOWN = ("builtins", "jax", "jaxlib", "ml_dtypes", "numpy", "saccade")


@dataclasses.dataclass(slots=True)
class _Compiled:
    run: Program
    variables: list[Variable]


class Calls:
    """What a model has compiled of its calls on arrays.

    Args:
        model: whose calls they are.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        # By shapes: how many calls there were, the program, or None if there is none.
        self._known: dict[Any, int | _Compiled | None] = {}
        self._watch: Watch | None = None
        self._layers: list[Layer] = []

    def __reduce__(self) -> Any:
        return Calls, (self._model,)

    def find(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Returns the outputs, or None if the call must run layer by layer.

        Args:
            args: what the model was called with.
            kwargs: the same by name.
        """
        if _scope.current() is not None or calling() or len(args) != 1:
            return None
        training = kwargs.get("training")
        if len(kwargs) > ("training" in kwargs) or not _is_flag(training):
            return None
        leaves, form = jax.tree.flatten(args[0])
        if not leaves or not all(map(_is_array, leaves)) or self._is_special(leaves):
            return None
        policy = id(self._model._policy)
        key = (form, training, policy, *((a.shape, a.dtype) for a in leaves))
        known = self._known.get(key, 0)
        if isinstance(known, int):
            known = self._count(key, known, args[0], training)
        if known is None:
            return None
        if self._watch is None or not self._watch.unchanged():
            self._known.clear()
            return None
        for layer in self._layers:
            layer._eager_losses.clear()
        return known.run([v.own_value for v in known.variables], args[0])

    def _is_special(self, leaves: Sequence[Any]) -> bool:
        """Whether somebody looks at each operation, or hands on more than numbers."""
        seen = _scope.readers() or _recorder.recording()
        return bool(seen) or self._model.run_eagerly or has_mask(leaves)

    def _count(
        self, key: Any, calls: int, x: Any, training: bool | None
    ) -> _Compiled | None:
        """Counts a call; returns a program when there were enough."""
        if len(self._known) >= MOST_SHAPES and key not in self._known:
            self._known.clear()
        self._known[key] = calls + 1
        if calls + 1 < COMPILED_FROM:
            return None
        layers = self._model._flatten_layers()
        if self._watch is None or not self._watch.unchanged():
            self._known = {key: calls + 1}
            self._layers, self._watch = layers, Watch(_parts(self._model, layers))
        found = None
        if all(layer.built for layer in layers) and are_plain(layers):
            found = self._compile(x, training)
        self._known[key] = found
        return found

    def _compile(self, x: Any, training: bool | None) -> _Compiled | None:
        """Makes a program, or returns None if the call does more than compute."""
        _runtime.enable_cache()
        model, variables, pure = self._model, self._model.weights, True

        def call(values: list[jax.Array], x: Any) -> Any:
            nonlocal pure
            scope = _scope.Scope(
                zip(variables, values, strict=True), key=lambda: jax.random.key(0)
            )
            with kernels.answering(), scope:
                outputs = model(x, training=training)
            same = map(_is, scope.values(variables), values)
            touched = set(scope.touched) - set(map(id, variables))
            pure = (
                pure
                and all(same)
                and not touched
                and not scope.added
                and not scope.drawn
                # JAX would sort the names of a dict.
                and isinstance(outputs, jax.Array | list | tuple)
                and not has_mask(outputs)
            )
            return outputs

        run = Program(call)
        run.shapes([v.own_value for v in variables], x)
        return _Compiled(run, variables) if pure else None


def _is(one: object, other: object) -> bool:
    return one is other


def _is_flag(value: object) -> bool:
    return value is None or value is True or value is False


def _is_array(value: object) -> bool:
    kind = type(value)
    if kind is np.ndarray:
        return value.dtype.kind in "fiub"  # type: ignore[attr-defined]
    return isinstance(value, jax.Array) and not isinstance(value, Tracer)


def _parts(model: Model, layers: Iterable[Layer]) -> list[Any]:
    """What a call depends on: the layers below, and of the model what it runs."""
    chain = [layer for layer in layers if layer is not model]
    return [*chain, _Holder(model)]


class _Holder:
    """Stands for a model among watched layers: fit() changes what calls never read."""

    def __init__(self, model: Model) -> None:
        # The list itself, which grows and shrinks; a graph is fixed.
        self.layers = vars(model).get("_layers", ())


def are_plain(layers: Iterable[Layer]) -> bool:
    """Says whether layers, and what they hold, are saccade's own code and plain values.

    Example:
        >>> from functools import partial; from saccade.layers import Dense
        >>> own = partial(jax.numpy.clip, max=1.0)
        >>> are_plain([Dense(1)]), are_plain([Dense(1, activation=own)])
        (True, False)
    """
    return all(
        # What models keep of training is no part of their calls.
        _is_known(layer)
        and (hasattr(layer, "fit") or all(map(_is_plain, vars(layer).values())))
        for layer in layers
    )


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_plain, value.values()))
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    return _is_known(value)


def _is_known(value: Any) -> bool:
    kind = value if callable(value) and hasattr(value, "__name__") else type(value)
    return (getattr(kind, "__module__", None) or "").split(".")[0] in _KNOWN
