"""Calls of layers whose inner values are computed again in the backward pass."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jax

from saccade.core._remat import RematScope, remat
from saccade.core._scope import Scope
from saccade.core._symbolic import infer

if TYPE_CHECKING:
    from saccade.layers._layer import Layer


def wanted(
    scope: RematScope | None,
    layer: Layer,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> bool:
    """Says whether a layer that was made in a scope is to be computed twice."""
    if scope is None:
        return False
    if scope.mode == "activations":
        return getattr(layer, "activation", None) is not None
    if scope.mode == "list_of_layers":
        return layer.name in scope.layer_names
    if scope.mode == "larger_than":
        outputs = infer(layer.call, args, kwargs)
        sizes = [math.prod(t.shape) for t in jax.tree.leaves(outputs)]
        return sum(sizes) > scope.output_size_threshold
    return True


def recomputed(layer: Layer, call: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps the `call` of a layer; weights that it changes are changed outside.

    Args:
        layer: what is called.
        call: its method.
    """

    @functools.wraps(call)
    def run(*args: Any, **kwargs: Any) -> Any:
        variables = layer.variables
        leaves, tree = jax.tree.flatten((args, kwargs))
        owners: list[Any] = []
        where = [i for i, leaf in enumerate(leaves) if isinstance(leaf, jax.Array)]

        def pure(values: list[Any], arrays: list[Any]) -> Any:
            filled = list(leaves)
            for i, array in zip(where, arrays, strict=True):
                filled[i] = array
            new_args, new_kwargs = jax.tree.unflatten(tree, filled)
            with Scope.nested(zip(variables, values, strict=True)) as scope:
                outputs = call(*new_args, **new_kwargs)
                changed = {
                    number: value
                    for number, value in enumerate(scope.values(variables))
                    if value is not values[number]
                }
                owners[:] = [owner for owner, _ in scope.added]
                return outputs, changed, scope.losses

        values = [variable.value for variable in variables]
        outputs, changed, losses = remat(pure)(values, [leaves[i] for i in where])
        for number, value in changed.items():
            variables[number].assign(value)
        for owner, loss in zip(owners, losses, strict=True):
            owner.add_loss(loss)
        return outputs

    return run
