"""Nests of outputs, and which loss belongs to which part of them, as in Keras.

A loss may be given for every output, by the names of outputs, in a nest like that of
the outputs, and for whole parts of it. What a loss computes must not go here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import jax

from saccade.core._errors import ConfigError, message, nearest

Path: TypeAlias = tuple[Any, ...]
Nest: TypeAlias = Any


class UnknownOutput(ConfigError, KeyError):
    """A loss for an output that is not there; a KeyError, as in Keras."""

    __str__ = Exception.__str__


@dataclasses.dataclass(frozen=True)
class Term:
    """One summand of the loss.

    Args:
        path: where the output is, in the nest of the outputs.
        loss: what the user gave.
        weight: its factor.
        name: what it is called in logs; None for the loss's own name.
    """

    path: Path
    loss: Any
    weight: float
    name: str | None


def is_nest(x: object) -> bool:
    """Says whether something is a list, a tuple or a dict, but no config.

    Example:
        >>> is_nest([1]), is_nest({"class_name": "MeanSquaredError"})
        (True, False)
    """
    if isinstance(x, Mapping):
        return "class_name" not in x
    return isinstance(x, (list, tuple))


def leaves(nest: Nest, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yields the parts of a nest with their paths; dicts in their own order.

    Example:
        >>> list(leaves({"b": [1, 2], "a": 3}))
        [(('b', 0), 1), (('b', 1), 2), (('a',), 3)]
    """
    if not is_nest(nest):
        yield path, nest
        return
    for key, part in _items(nest):
        yield from leaves(part, (*path, key))


def at(nest: Nest, path: Path) -> Any:
    """Returns the part of a nest at a path; None below None."""
    for key in path:
        if nest is None:
            return None
        nest = nest[key]
    return nest


def named(outputs: Nest, names: Sequence[str] | None) -> Nest:
    """Puts the names of outputs, in JAX's order, into a nest like that of the outputs.

    Returns:
        None if they are not as many.
    """
    form = jax.tree.structure(outputs)
    if names is None or form.num_leaves != len(names):
        return None
    return jax.tree.unflatten(form, list(names))


def matched(given: Nest, outputs: Nest, names: Nest, what: str) -> Nest:
    """Arranges targets or weights like the outputs: by key, by name or by place.

    Args:
        given: one for all, or a nest; None for none.
        outputs: a nest.
        names: the names of its leaves, nested alike; or None.
        what: the argument, for messages.

    Raises:
        ConfigError: an unknown name, or too few or too many.
    """
    if not is_nest(outputs):
        if isinstance(given, Mapping):
            found = _chosen(given, {0: names}, what)
            return found[0] if found[0] is not None or len(given) != 1 else None
        single = isinstance(given, (list, tuple)) and len(given) == 1
        return given[0] if single else given
    keys = [key for key, _ in _items(outputs)]
    if isinstance(given, Mapping):
        titles = {key: at(names, (key,)) for key in keys}
        parts = _chosen(given, titles, what)
    elif isinstance(given, (list, tuple)):
        parts = _placed(given, outputs, keys, what)
    else:
        parts = dict.fromkeys(keys, given)
    return _like(
        outputs,
        {
            key: matched(parts[key], outputs[key], at(names, (key,)), what)
            for key in keys
        },
    )


def _placed(
    given: Sequence[Any], outputs: Nest, keys: list[Any], what: str
) -> dict[Any, Any]:
    if len(given) == len(keys):
        return dict(zip(keys, given, strict=True))
    paths = [path for path, _ in leaves(outputs)]
    if len(given) != len(paths):
        raise ConfigError(
            message(
                what,
                f"expected one entry for each of {len(paths)} outputs, got "
                f"{len(given)}",
            )
        )
    filled = _empty(outputs)
    for path, part in zip(paths, given, strict=True):
        at(filled, path[:-1])[path[-1]] = part
    return {key: filled[key] for key in keys}


def form_of(nest: Nest) -> Nest:
    """Returns a nest with None in place of its parts; dicts keep their order.

    Example:
        >>> form_of({"b": 1, "a": [2, 3]})
        {'b': None, 'a': [None, None]}
    """
    return _like_all(nest, None)


def _empty(nest: Nest) -> Any:
    """A nest of None that can be written to."""
    if isinstance(nest, Mapping):
        return {key: _empty(part) for key, part in nest.items()}
    return [_empty(part) for part in nest] if is_nest(nest) else None


def _chosen(
    given: Mapping[Any, Any], titles: Mapping[Any, Any], what: str
) -> dict[Any, Any]:
    known = [*titles, *(t for t in titles.values() if isinstance(t, str))]
    for key in given:
        if key not in known:
            close = nearest(str(key), [str(k) for k in known])
            raise ConfigError(
                message(
                    what,
                    f"Invalid `{what}`: there is no output {key!r}",
                    f"did you mean {close[0]!r}?" if close else None,
                )
            )

    def pick(key: Any, title: Any) -> Any:
        if key in given:
            return given[key]
        return given.get(title) if isinstance(title, str) else None

    return {key: pick(key, title) for key, title in titles.items()}


def _like(nest: Nest, parts: dict[Any, Any]) -> Nest:
    if isinstance(nest, Mapping):
        return parts
    values = list(parts.values())
    if hasattr(nest, "_fields"):
        return type(nest)(*values)
    return tuple(values) if isinstance(nest, tuple) else values


def _items(nest: Nest) -> Iterator[tuple[Any, Any]]:
    return iter(nest.items()) if isinstance(nest, Mapping) else enumerate(nest)


# Losses -----------------------------------------------------------------------------


def plan(loss: Nest, weights: Nest, outputs: Nest, names: Nest) -> list[Term]:
    """Says which loss belongs to which part of the outputs.

    Args:
        loss: one for every output, or a nest of them.
        weights: a factor, or a nest of them like that of the losses.
        outputs: the nest of the outputs.
        names: the names of its leaves, nested alike; or None.

    Raises:
        ConfigError: names or numbers that do not fit.

    Example:
        >>> [t.name for t in plan({"a": "mse", "b": "mae"}, None, [1, 2], ["a", "b"])]
        ['a', 'b']
    """
    loss, weights = _by_output(loss, weights, outputs, names)
    if not is_nest(loss):
        factors = matched(weights, outputs, names, "loss_weights")
        loss = _like_all(outputs, loss)
        weights = factors
    terms: list[Term] = []
    _walk(terms, loss, weights, outputs, names, ())
    return terms


def _like_all(outputs: Nest, value: Any) -> Nest:
    if not is_nest(outputs):
        return value
    return _like(outputs, {key: _like_all(p, value) for key, p in _items(outputs)})


def _by_output(
    loss: Nest, weights: Nest, outputs: Nest, names: Nest
) -> tuple[Nest, Nest]:
    """Turns losses by the names of outputs in a list into a list."""
    if not isinstance(loss, Mapping) or not is_nest(loss):
        return loss, weights
    if isinstance(outputs, Mapping):
        pairs = [(at(names, (key,)), key) for key in outputs]
        titles = {title: key for title, key in pairs if isinstance(title, str)}
        known = set(titles) - set(outputs)

        def renamed(nest: Nest) -> Nest:
            if not isinstance(nest, Mapping):
                return nest
            return {titles[k] if k in known else k: part for k, part in nest.items()}

        return renamed(loss), renamed(weights)
    flat = [name for _, name in leaves(names)] if names is not None else []
    if set(flat) != set(loss):
        raise ConfigError(
            message(
                "loss",
                f"Expected keys {flat} in the dict, one for each output, but got "
                f"{list(loss)}",
                "give a loss for each, None for none",
            )
        )
    if isinstance(weights, Mapping):
        weights = [weights.get(name) for name in flat]
    loss = [loss[name] for name in flat]
    if is_nest(outputs):
        return loss, weights
    return loss[0], weights[0] if is_nest(weights) and weights else weights


def _walk(
    terms: list[Term], loss: Nest, weight: Nest, outputs: Nest, names: Nest, path: Path
) -> None:
    if loss is None:
        return
    if not is_nest(loss):
        factor = 1.0 if weight is None or is_nest(weight) else float(weight)
        terms.append(Term(path, loss, factor, _name(path, outputs, names)))
        return
    weights = _weights(loss, weight)
    if not isinstance(loss, Mapping):
        inner = list(leaves(outputs))
        if not any(map(is_nest, loss)) and len(loss) == len(inner):
            for number, (below, part) in enumerate(inner):
                _walk(
                    terms, loss[number], weights[number], part, at(names, below),
                    (*path, *below),
                )  # fmt: skip
            return
        if not isinstance(outputs, type(loss)):
            # Several losses of the same part, which are added up.
            for number, one in enumerate(loss):
                _walk(terms, one, weights[number], outputs, names, path)
            return
    keys = dict(_items(outputs)) if is_nest(outputs) else {}
    same = isinstance(outputs, Mapping) == isinstance(loss, Mapping)
    for key, one in _items(loss):
        if one is None:
            continue
        if not same or key not in keys:
            raise UnknownOutput(
                message(
                    "loss",
                    f"The path: {(*path, key)} in the `loss` argument, can't be found "
                    "in either the model's output (`y_pred`) or in the labels "
                    "(`y_true`)",
                    f"there are {', '.join(map(repr, keys))}" if keys else None,
                )
            )
        _walk(terms, one, weights[key], keys[key], at(names, (key,)), (*path, key))


def _weights(loss: Nest, weight: Nest) -> dict[Any, Any]:
    """The weights of the parts of a loss, by their keys."""
    keys = [key for key, _ in _items(loss)]
    if not is_nest(weight):
        return dict.fromkeys(keys, weight)
    if isinstance(weight, Mapping):
        return {key: weight.get(key) for key in keys}
    if len(weight) != len(keys):
        raise ConfigError(
            message(
                "loss_weights",
                f"expected one entry for each of {len(keys)} losses, got "
                f"{len(weight)}; `loss_weights` must match the number of losses",
            )
        )
    return dict(zip(keys, weight, strict=True))


def _name(path: Path, outputs: Nest, names: Nest) -> str | None:
    if not is_nest(outputs):
        if not path:
            return names
        last = path[-1] if isinstance(path[-1], str) else names
        if last is None:
            return None if len(path) == 1 else "/".join(map(str, path))
        return "/".join(map(str, (*path[:-1], last)))
    if path:
        return "/".join(map(str, path))
    if isinstance(outputs, Mapping):
        return "_".join(map(str, outputs))
    return "_".join(str(name) for _, name in leaves(names))
