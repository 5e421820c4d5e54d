"""Models from models and from text: clone_model, model_from_json."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import jax

from saccade.core._errors import ConfigError, message
from saccade.core._symbolic import KerasTensor, Operation
from saccade.layers import InputLayer, Layer
from saccade.models._functional import Functional
from saccade.models._graph import Graph, mapped
from saccade.models._model import Model, _takes_graph
from saccade.models._sequential import Sequential
from saccade.saving import deserialize_keras_object
from saccade.saving._older_configs import modern_model

CloneFunction = Callable[[Any], Any]
CallFunction = Callable[..., Any]


def model_from_json(
    json_string: str, custom_objects: Mapping[str, Any] | None = None
) -> Model:
    """Makes a model from what `model.to_json()` gave, with fresh weights.

    Args:
        json_string: the text.
        custom_objects: classes and functions of one's own, by name.

    Raises:
        ConfigError: no JSON, or a class that is not known.

    Example:
        >>> from saccade import layers
        >>> model = Sequential([layers.Input((2,)), layers.Dense(3)])
        >>> model_from_json(model.to_json()).count_params()
        9
    """
    try:
        config = json.loads(json_string)
    except json.JSONDecodeError as error:
        raise ConfigError(message("model_from_json", f"no JSON: {error}")) from None
    if not isinstance(config, dict) or "class_name" not in config:
        raise ConfigError(
            message("model_from_json", "the JSON describes no model", "model.to_json()")
        )
    return deserialize_keras_object(modern_model(config), custom_objects=custom_objects)


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: CloneFunction | None = None,
    call_function: CallFunction | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Model:
    """Makes a model of the same layers with fresh weights.

    Args:
        model: a model of the functional API, a `Sequential`, or a subclassed model
            with `get_config`.
        input_tensors: placeholders to start from, in place of new ones.
        clone_function: takes a layer and returns the one to use in its place; None
            makes a new one from its config.
        call_function: takes (layer, *args, **kwargs) and calls the new layer.
        recursive: whether `clone_function` also gets the layers of models inside.
        **kwargs: kept for Keras.

    Returns:
        The new model, compiled with the same arguments if `model` is compiled.

    Raises:
        ConfigError: arguments that a subclassed model cannot have, or `input_tensors`
            in another form than `model.input`.

    Example:
        >>> from saccade import layers
        >>> model = Sequential([layers.Input((2,)), layers.Dense(3)])
        >>> copy = clone_model(model)
        >>> copy.count_params(), copy.layers[0] is model.layers[0]
        (9, False)
    """
    kwargs.pop("cache", None)
    if kwargs:
        raise ConfigError(
            message("clone_model", f"unexpected argument {next(iter(kwargs))!r}")
        )
    if model._graph is None and not isinstance(model, Sequential):
        return _clone_subclassed(model, input_tensors, clone_function, call_function)
    if isinstance(model, Sequential) and call_function is not None:
        raise ConfigError(
            message(
                "clone_model",
                "`call_function` is for models of the functional API, got a Sequential",
            )
        )
    clone = _recursive(clone_function or _from_config, recursive)
    if isinstance(model, Sequential):
        new: Model = _clone_sequential(model, input_tensors, clone)
    else:
        new = _clone_graph(model, input_tensors, clone, call_function)
    compiled = model.get_compile_config()
    if compiled is not None:
        new.compile_from_config(compiled)
    return new


def _from_config(layer: Any) -> Any:
    return type(layer).from_config(layer.get_config())


def _recursive(clone: CloneFunction, deep: bool) -> CloneFunction:
    def run(part: Any) -> Any:
        if deep and isinstance(part, Model):
            return clone_model(part, clone_function=clone, recursive=True)
        # Operations are not for the user's function, which knows layers.
        return clone(part) if isinstance(part, Layer) else _from_config(part)

    return run


def _clone_subclassed(
    model: Model,
    input_tensors: Any,
    clone_function: CloneFunction | None,
    call_function: CallFunction | None,
) -> Model:
    for name, value in (
        ("input_tensors", input_tensors),
        ("clone_function", clone_function),
        ("call_function", call_function),
    ):
        if value is not None:
            raise ConfigError(
                message(
                    "clone_model",
                    f"`{name}` is for Sequential and models of the functional API, got "
                    f"a subclassed model {model.name!r}",
                )
            )
    return type(model).from_config(model.get_config())


def _clone_sequential(
    model: Sequential, input_tensors: Any, clone: CloneFunction
) -> Model:
    given = jax.tree.leaves(input_tensors)
    if len(given) > 1:
        raise ConfigError(
            message(
                "clone_model", f"a Sequential has one input, got {len(given)} tensors"
            )
        )
    parts = [clone(layer) for layer in model.layers]
    first = model._layers[0] if model._layers else None
    if given:
        parts.insert(0, _input_of(given[0]))
    elif isinstance(first, InputLayer):
        parts.insert(0, _from_config(first))
    return Sequential(parts, name=model.name, trainable=model.trainable)


def _input_of(tensor: KerasTensor) -> InputLayer:
    history = tensor._keras_history
    if history is not None and isinstance(history.operation, InputLayer):
        return history.operation
    return InputLayer(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)


def _clone_graph(
    model: Model,
    input_tensors: Any,
    clone: CloneFunction,
    call_function: CallFunction | None,
) -> Model:
    graph = model._graph
    assert graph is not None
    inputs = _new_inputs(graph, input_tensors)
    made: dict[int, Operation] = {}
    values: dict[int, Any] = {
        id(old): new
        for old, new in zip(graph.inputs, jax.tree.leaves(inputs), strict=True)
    }
    for node in graph.steps:
        old = node.operation
        if id(old) not in made:
            made[id(old)] = clone(old)
        args, kwargs = node.filled(values)
        new: Any = made[id(old)]
        if call_function is None:
            returned = new(*args, **kwargs)
        else:
            returned = call_function(new, *args, **kwargs)
        for tensor, value in zip(node.outputs, jax.tree.leaves(returned), strict=True):
            values[id(tensor)] = value
    outputs = mapped(graph.output_struct, lambda tensor: values[id(tensor)])
    cls = type(model) if _takes_graph(type(model)) else Functional
    return cls(inputs, outputs, name=model.name, trainable=model.trainable)


def _new_inputs(graph: Graph, given: Any) -> Any:
    if given is None:
        return mapped(
            graph.input_struct,
            lambda tensor: _from_config(tensor._keras_history.operation).output,  # type: ignore[union-attr]
        )
    tensors = jax.tree.leaves(given)
    if len(tensors) != len(graph.inputs):
        raise ConfigError(
            message(
                "clone_model",
                f"expected {len(graph.inputs)} input tensors, got {len(tensors)}",
            )
        )
    by_key = isinstance(graph.input_struct, Mapping) or isinstance(given, Mapping)
    if by_key and jax.tree.structure(given) != jax.tree.structure(graph.input_struct):
        names = mapped(graph.input_struct, lambda tensor: tensor.name)
        raise ConfigError(
            message(
                "clone_model",
                "`input_tensors` must have the same structure as model.input, a nest "
                f"like {names}, got {mapped(given, lambda tensor: tensor.name)}",
            )
        )
    left = dict(zip(map(id, graph.inputs), tensors, strict=True))
    return mapped(graph.input_struct, lambda tensor: left[id(tensor)])
