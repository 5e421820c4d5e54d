"""The variables of a model as nested dicts by their paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from saccade.core._errors import ConfigError, message

if TYPE_CHECKING:
    from saccade.core._variable import Variable
    from saccade.models._model import Model

_FORMS: dict[str, Callable[[Variable], Any]] = {
    "backend_tensor": lambda variable: variable.value,
    "numpy_array": lambda variable: np.asarray(variable.value),
}


def read(model: Model, value_format: str) -> dict[str, Any]:
    """Returns {group: {part of the path: ... value}}; see `Model.get_state_tree`."""
    if value_format not in _FORMS:
        raise ConfigError(
            message(
                "get_state_tree",
                f"`value_format` must be one of {', '.join(map(repr, _FORMS))}, got "
                f"{value_format!r}",
            )
        )
    form = _FORMS[value_format]
    return {name: _nested(group, form) for name, group in _groups(model).items()}


def write(model: Model, tree: Mapping[str, Any]) -> None:
    """Sets the variables that a tree names; see `Model.set_state_tree`."""
    known = _groups(model)
    for name, group in tree.items():
        if name not in known:
            raise ConfigError(
                message(
                    "set_state_tree",
                    f"there is no group {name!r}; there are {', '.join(known)}",
                )
            )
        values = dict(_flat(group))
        for variable in known[name]:
            if variable.path in values:
                variable.assign(values.pop(variable.path))
        if values:
            raise ConfigError(
                message(
                    "set_state_tree",
                    f"{name} has no variable of the path {next(iter(values))!r}",
                    "give a tree that get_state_tree() of the same model returned",
                )
            )


def _groups(model: Model) -> dict[str, Sequence[Variable]]:
    optimizer = model.optimizer
    return {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": model.non_trainable_variables,
        "optimizer_variables": [] if optimizer is None else optimizer.variables,
        "metrics_variables": model.metrics_variables,
    }


def _nested(
    variables: Sequence[Variable], form: Callable[[Variable], Any]
) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for variable in variables:
        *folders, last = variable.path.split("/")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})
        if last in place:
            raise ConfigError(
                message(
                    "get_state_tree",
                    "The following variable path is found twice in the model: "
                    f"{variable.path!r}",
                    "give layers and weights names of their own",
                )
            )
        place[last] = form(variable)
    return tree


def _flat(tree: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, part in tree.items():
        path = f"{before}{name}"
        inner = isinstance(part, Mapping)
        found += _flat(part, f"{path}/") if inner else [(path, part)]
    return found
