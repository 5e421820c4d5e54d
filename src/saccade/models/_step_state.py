"""Which variables take part in a step that a user wrote in TensorFlow's form.

Such a step takes the data alone and changes variables as it goes: weights, statistics,
the state of any number of optimizers, counters. Traced once before the first step, it
shows which ones; the engine then carries their values like all others.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import jax
import numpy as np

from saccade.core._scope import Scope
from saccade.core._variable import Variable
from saccade.engine._state import StateLayout


def takes_state(step: Callable[..., Any]) -> bool:
    """Says whether a step is in Keras' JAX form: (state, data), not data alone.

    Args:
        step: a method of a model, bound to it.

    Example:
        >>> takes_state(lambda state, data: None), takes_state(lambda data: None)
        (True, False)
    """
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(step).parameters.values()
    return any(p.kind in kinds for p in parameters) or len(parameters) > 1


class SeenSteps:
    """What steps in TensorFlow's form work on, each traced once for a kind of batch."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Any, ...], list[Variable]] = {}

    def touched_by(
        self, step: Callable[[Any], Any], data: Any, layout: StateLayout
    ) -> list[Variable]:
        """Runs a step on placeholders; returns the variables that it read or wrote.

        What layers, optimizers and metrics make at their first use is made by this.

        Args:
            step: a method of a model that takes data alone.
            data: a batch.
            layout: the weights of the model.
        """
        leaves, form = jax.tree.flatten(data)
        forms = tuple((np.shape(leaf), str(leaf.dtype)) for leaf in leaves)
        key = (step.__name__, form, *forms, *layout.identity)
        if key not in self._seen:
            self._seen[key] = _touched_by(step, data)
        return self._seen[key]


def _touched_by(step: Callable[[Any], Any], data: Any) -> list[Variable]:
    found: list[Variable] = []

    def run(arrays: Any) -> None:
        with Scope(key=_any_key) as scope:
            step(arrays)
        found.extend(scope.touched.values())

    specs = jax.tree.map(lambda a: jax.ShapeDtypeStruct(np.shape(a), a.dtype), data)
    jax.eval_shape(run, specs)
    return found


def with_others(layout: StateLayout, touched: Iterable[Variable]) -> StateLayout:
    """Adds variables to the group of the optimizer, unless they are in a group."""
    known = {id(v) for group in layout.groups for v in group}
    others = [v for v in touched if id(v) not in known]
    return StateLayout(
        layout.trainable, layout.frozen, [*layout.optimizer, *others], layout.metrics
    )


def _any_key() -> jax.Array:
    return jax.numpy.zeros(2, "uint32")
