"""What has weights in a model, and the place of each in Keras' files.

Keras visits the layers of a chain or a graph first, then the attributes by their
names, private ones last, lists and dicts inside too. What is met twice is kept once,
at the first place; so the order must be Keras' own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from saccade.core._names import to_snake_case

# Attributes of the base classes that may hold layers which belong to other places.
_NOT_VISITED = frozenset(
    {
        "_batch_steps", "_chain", "_compile_config", "_compiled_calls",
        "_given_arguments", "_graph", "_inbound_nodes", "_layers", "_own_variables",
        "_programs", "_short_answers", "_spec",
    }
)  # fmt: skip
# Classes that Keras itself knows by another name than programs do.
_NAMED_OTHERWISE = {"group_query_attention": "grouped_query_attention"}
OPTIMIZER = "optimizer"
INNER = "inner_optimizer"


def places(model: Any, skipped: Iterable[Any] = ()) -> Iterator[tuple[str, Any]]:
    """Gives (place in the file, layer or optimizer) for all that has weights.

    Args:
        model: the model.
        skipped: objects to leave out, with all that is below them.

    Example:
        >>> from saccade import Sequential, layers
        >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
        >>> [place for place, _ in places(model)]
        ['', 'layers/dense']
    """
    return _of_object(model, "", {id(one) for one in skipped})


def is_optimizer(holder: Any) -> bool:
    """Whether something that has weights is an optimizer."""
    return hasattr(holder, "apply_gradients")


def _of_object(holder: Any, place: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    if id(holder) in seen:
        return
    seen.add(id(holder))
    yield place, holder
    prefix = f"{place}/" if place else ""
    if getattr(holder, "_graph", None) is not None or hasattr(holder, "_chain"):
        yield from _of_container(holder.layers, f"{prefix}layers", seen, set())
    attributes = _attributes(holder)
    for name in sorted(attributes, key=_order):
        value = attributes[name]
        if _has_weights(value):
            yield from _of_object(value, f"{prefix}{name}", seen)
        elif isinstance(value, (list, dict, tuple)):
            yield from _of_container(value, f"{prefix}{name}", seen, set())


def _order(name: str) -> str:
    return f"~{name}" if name.startswith("_") else name


def _attributes(holder: Any) -> dict[str, Any]:
    found = {
        name: value for name, value in vars(holder).items() if name not in _NOT_VISITED
    }
    if is_optimizer(holder):
        # A LossScaleOptimizer has one inside, whose variables Keras writes once more.
        inner = getattr(holder, INNER, None)
        return {} if inner is None else {INNER: inner}
    for name in ("layers", OPTIMIZER):  # of models
        if getattr(holder, name, None) is not None:
            found.setdefault(name, getattr(holder, name))
    for cls in type(holder).__mro__:
        if cls.__module__.partition(".")[0] == "saccade" or cls is object:
            continue
        for name, value in vars(cls).items():
            if name.startswith("__") or name in found or not _may_hold(value):
                continue
            try:
                found[name] = getattr(holder, name)
            except Exception:
                continue
    return found


def _may_hold(value: object) -> bool:
    return isinstance(value, (property, list, dict, tuple)) or _has_weights(value)


def _has_weights(value: object) -> bool:
    # Layers stand above this package, so they are known by what they can do.
    return (
        not isinstance(value, type)
        and hasattr(value, "save_own_variables")
        and hasattr(value, "load_own_variables")
    )


def _of_container(
    values: Any, place: str, seen: set[int], entered: set[int]
) -> Iterator[tuple[str, Any]]:
    """Names of the groups: the class, then the class with 1, 2, ..."""
    if id(values) in entered:
        return
    entered.add(id(values))
    counts: dict[str, int] = {}

    def unique(stem: str) -> str:
        number = counts.get(stem, -1) + 1
        counts[stem] = number
        return f"{place}/{stem}_{number}" if number else f"{place}/{stem}"

    for value in list(values.values()) if isinstance(values, dict) else values:
        if _has_weights(value):
            stem = to_snake_case(type(value).__name__)
            name = unique(_NAMED_OTHERWISE.get(stem, stem))
            yield from _of_object(value, name, seen)
        elif isinstance(value, (list, dict, tuple)):
            yield from _of_container(value, unique("container"), seen, entered)
