"""Objects to plain values and back, in the form Keras writes into its files.

An object becomes `{"module", "class_name", "config", "registered_name"}` with its
public place. Reading finds classes and functions only in the public packages of
saccade and among those that the user registered or handed over: never by importing or
evaluating what a file names.
"""

from __future__ import annotations

import importlib
import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax
import numpy as np

from saccade.core import _registry
from saccade.core._dtypes import DTypePolicy, standardize_dtype
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    UnsafeError,
    message,
    nearest,
)
from saccade.core._random import SeedGenerator
from saccade.saving import _lambda

# What serialised objects are made of: JSON, and tuples, which JSON makes lists.
Plain = Any

# The packages whose objects a config may name, and where the names of 'keras' live.
_FUNCTION_PACKAGES = (
    "activations", "constraints", "initializers", "losses", "metrics", "optimizers",
    "regularizers",
)  # fmt: skip
_PACKAGES = frozenset(
    {*_FUNCTION_PACKAGES, "dtype_policies", "layers", "models", "optimizers.legacy"}
    | {"distillation", "optimizers.schedules", "random"}
)
_TOP = {
    "Initializer": "initializers", "Layer": "layers", "Loss": "losses",
    "Metric": "metrics", "Model": "models", "Optimizer": "optimizers",
    "Regularizer": "regularizers", "Sequential": "models",
}  # fmt: skip
# Places inside Keras that its configs name, and the packages that have what is there.
_INNER = {
    "src.engine.functional": "models", "src.models.functional": "models",
    "src.models.model": "models", "src.models.sequential": "models",
    "src.ops.core": "ops", "src.ops.image": "ops", "src.ops.linalg": "ops",
    "src.ops.math": "ops", "src.ops.nn": "ops", "src.ops.numpy": "ops",
}  # fmt: skip

# Names of these packages that are no objects to build models from.
_DOORS = frozenset({"get", "serialize", "deserialize"})

_unsafe: ContextVar[bool] = ContextVar("saccade_unsafe_loading", default=False)

_registry.export("keras", {"DTypePolicy": DTypePolicy})
_registry.export("keras.random", {"SeedGenerator": SeedGenerator})


def enable_unsafe_deserialization() -> None:
    """Lets configs and files contain Python code for the rest of the process.

    Only for files that are trusted: loading them can then run anything.

    Example:
        >>> token = _unsafe.set(False); enable_unsafe_deserialization()
        >>> _unsafe.reset(token)
    """
    _unsafe.set(True)


def serialize_keras_object(obj: object) -> Plain:
    """Turns an object into plain values that JSON can hold.

    Args:
        obj: a layer, an initializer, a function, an array, or lists and dicts of them.

    Raises:
        ArgumentTypeError: it has no `get_config()`, or is a class.

    Differs from Keras: types of arrays (`np.float32`) are written by their names; a
        lambda gives no warning here but is refused when it is read.

    Example:
        >>> serialize_keras_object(DTypePolicy("float32"))["config"]
        {'name': 'float32'}
    """
    if obj is None or isinstance(obj, (str, bool, int, float)):
        return obj
    if isinstance(obj, (list, tuple)):
        return (
            type(obj)(map(serialize_keras_object, obj))
            if _plain_list(obj)
            else [serialize_keras_object(item) for item in obj]
        )
    if isinstance(obj, Mapping) and not hasattr(obj, "get_config"):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    special = _serialize_value(obj)
    if special is not None:
        return special
    if inspect.isclass(obj):
        raise _not_serializable(obj, f"write an instance: {obj.__name__}()")
    if _is_function(obj):
        return _serialize_function(obj)
    if not hasattr(obj, "get_config"):
        raise _not_serializable(obj, "give its class a `get_config()` method")
    return _serialize_instance(obj)


def _plain_list(obj: list[object] | tuple[object, ...]) -> bool:
    return type(obj) in (list, tuple)


def _serialize_value(obj: object) -> Plain:
    """Returns the form of arrays, bytes, slices and types; None for anything else."""
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, slice):
        ends = {"start": obj.start, "stop": obj.stop, "step": obj.step}
        return {"class_name": "__slice__", "config": serialize_keras_object(ends)}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, np.generic) or (isinstance(obj, np.ndarray) and not obj.ndim):
        return obj.item()
    if isinstance(obj, (np.ndarray, jax.Array)):
        kind = "__numpy__" if isinstance(obj, np.ndarray) else "__tensor__"
        values = np.asarray(obj)
        if values.dtype.name == "bfloat16":
            values = values.astype("float32")
        config = {"value": values.tolist(), "dtype": standardize_dtype(obj.dtype)}
        return {"class_name": kind, "config": config}
    if isinstance(obj, np.dtype) or (
        inspect.isclass(obj) and issubclass(obj, np.generic)
    ):
        return standardize_dtype(obj)
    return None


def _is_function(obj: object) -> bool:
    return callable(obj) and not hasattr(obj, "get_config") and hasattr(obj, "__name__")


def _serialize_function(obj: object) -> Plain:
    if getattr(obj, "__name__", "") == "<lambda>":
        if not isinstance(obj, types.FunctionType):
            raise _not_serializable(obj, None)
        return {"class_name": "__lambda__", "config": {"value": _lambda.dump(obj)}}
    return {
        "module": "builtins",
        "class_name": "function",
        "config": _registry.get_registered_name(obj),
        "registered_name": "function",
    }


def _serialize_instance(obj: Any) -> dict[str, Plain]:
    cls = type(obj)
    place = _registry.public_place(cls)
    config = obj.get_config()
    if not isinstance(config, dict):
        raise ArgumentTypeError(
            message(cls.__name__, f"`get_config()` must return a dict, got {config!r}")
        )
    module = cls.__module__ if cls.__module__ != "__main__" else None
    result = {
        "module": place[0] if place else module,
        "class_name": place[1] if place else cls.__name__,
        "config": serialize_keras_object(config),
        "registered_name": None
        if place and not place[0].startswith("keras.src.")
        else _registry.get_registered_name(cls),
    }
    for key in ("build_config", "compile_config"):
        extra = getattr(obj, f"get_{key}", lambda: None)()
        if extra is not None:
            result[key] = serialize_keras_object(extra)
    return result


def _not_serializable(obj: object, fix: str | None) -> ArgumentTypeError:
    return ArgumentTypeError(
        message("serialize_keras_object", f"cannot write {obj!r} as plain values", fix)
    )


def deserialize_keras_object(
    config: Plain,
    custom_objects: Mapping[str, object] | None = None,
    safe_mode: bool = True,
    *,
    namespace: str | None = None,
) -> Any:
    """Makes the object that `serialize_keras_object` described.

    Args:
        config: plain values.
        custom_objects: classes and functions of one's own, by name.
        safe_mode: whether to refuse Python code in the config.
        namespace: a public package ('keras.losses') in which bare names and names
            without a module are looked up first.

    Raises:
        ConfigError: a name that is known nowhere, with the nearest.
        ArgumentTypeError: something that is no config, or whose class refuses it.
        UnsupportedFeatureError: Python code, while `safe_mode` is on.

    Example:
        >>> deserialize_keras_object(serialize_keras_object(DTypePolicy("float16")))
        <DTypePolicy "float16">
    """
    custom = dict(custom_objects or {})
    # Anything but a plain False keeps the safe mode on.
    safe = safe_mode is not False and not _unsafe.get()

    def read(part: Plain) -> Any:
        return deserialize_keras_object(part, custom, safe)

    if isinstance(config, str):
        return _by_name(config, custom, namespace)
    if config is None or isinstance(config, (bool, int, float)):
        return config
    if isinstance(config, (list, tuple)):
        return [read(part) for part in config]
    if not isinstance(config, Mapping):
        raise ArgumentTypeError(
            message("deserialize_keras_object", f"expected a config, got {config!r}")
        )
    kind = config.get("class_name")
    if kind == "__tuple__":
        return tuple(read(part) for part in config.get("items", ()))
    if not isinstance(kind, str) or (namespace is None and "config" not in config):
        return {key: read(part) for key, part in config.items()}
    if kind.startswith("__"):
        return _read_value(kind, config["config"], read, safe)
    if kind == "function":
        return _find_function(str(config["config"]), config, custom, namespace)
    return _read_instance(config, custom, safe, namespace)


def _read_value(
    kind: str, inner: Any, read: Callable[[Plain], Any], safe: bool
) -> object:
    if kind == "__numpy__":
        # Only numbers: other types could declare gigabytes for each value.
        return np.array(inner["value"], dtype=standardize_dtype(inner["dtype"]))
    if kind == "__tensor__":
        return jax.numpy.asarray(np.array(inner["value"]), dtype=inner["dtype"])
    if kind == "__bytes__":
        return inner["value"].encode("utf-8")
    if kind == "__ellipsis__":
        return Ellipsis
    if kind == "__slice__":
        return slice(read(inner["start"]), read(inner["stop"]), read(inner["step"]))
    if kind == "__lambda__":
        if safe:
            raise UnsafeError(
                message(
                    "deserialize_keras_object",
                    "the config contains the code of a Lambda, and it could run "
                    "anything when loaded",
                    "if you trust its origin pass safe_mode=False; better, use a named "
                    "function with @register_keras_serializable",
                )
            )
        return _lambda.load(inner["value"])
    raise ConfigError(
        message("deserialize_keras_object", f"values of kind {kind!r} are not known")
    )


def _by_name(name: str, custom: Mapping[str, object], namespace: str | None) -> Any:
    """A bare string: a name where a package is given, else just a string."""
    own = _registry.get_registered_object(name, custom)
    if namespace is None:
        return name if own is None else own
    found = own if own is not None else find_public(namespace, name)
    if found is None:
        raise unknown(namespace, name)
    return found() if inspect.isclass(found) else found


def _find_function(
    name: str,
    config: Mapping[str, Any],
    custom: Mapping[str, object],
    namespace: str | None,
) -> object:
    own = _registry.get_registered_object(name, custom)
    if own is not None:
        return own
    places = [f"keras.{package}" for package in _FUNCTION_PACKAGES]
    module = config.get("module")
    if isinstance(module, str) and module in places:
        places.insert(0, module)
    if namespace is not None:
        places.insert(0, namespace)
    for place in places:
        found = find_public(place, name)
        if inspect.isroutine(found) or _is_function(found):
            return found
    raise unknown(namespace or "functions", name, _registered())


def _read_instance(
    config: Mapping[str, Any],
    custom: Mapping[str, object],
    safe: bool,
    namespace: str | None,
) -> Any:
    cls = _find_class(config, custom, namespace)
    if not hasattr(cls, "from_config"):
        raise ArgumentTypeError(
            message(
                str(config["class_name"]),
                "the class has no `from_config()`, so it cannot be made from a config",
            )
        )
    with _registry.custom_object_scope(custom), _safety(safe):
        instance = cls.from_config(dict(config.get("config") or {}))
        if config.get("build_config") and not getattr(instance, "built", True):
            instance.build_from_config(config["build_config"])
        if config.get("compile_config"):
            instance.compile_from_config(config["compile_config"])
    return instance


@contextmanager
def _safety(safe: bool) -> Iterator[None]:
    """Hands `safe_mode` on to configs read inside `from_config` methods."""
    token = _unsafe.set(not safe)
    try:
        yield
    finally:
        _unsafe.reset(token)


def _find_class(
    config: Mapping[str, Any], custom: Mapping[str, object], namespace: str | None
) -> Any:
    name = config["class_name"]
    for key in (config.get("registered_name"), name):
        own = _registry.get_registered_object(key, custom) if key else None
        if own is not None:
            return own
    module = config.get("module")
    for place in (module, namespace):
        found = find_public(place, name) if isinstance(place, str) else None
        if inspect.isclass(found):
            return found
    bare = _registry.find_by_bare_name(name)
    if bare is not None:
        return bare
    raise unknown(module if isinstance(module, str) else namespace, name, _registered())


def find_public(namespace: str, name: str) -> object | None:
    """Returns the object at a public place, after importing its package of ours.

    Args:
        namespace: for example 'keras.layers'; any other package gives None.
        name: the public name.

    Example:
        >>> find_public("keras", "DTypePolicy").__name__
        'DTypePolicy'
        >>> find_public("os", "system") is None
        True
    """
    top, _, rest = namespace.partition(".")
    if top != "keras" or name in _DOORS:
        return None
    if rest and rest not in _PACKAGES and rest not in _INNER:
        return None
    found = _registry.find_public(namespace, name)
    package = _INNER.get(rest, rest) or _TOP.get(name)
    if found is not None or package is None:
        return found
    try:
        importlib.import_module(f"saccade.{package}")
    except ModuleNotFoundError as error:
        if error.name != f"saccade.{package}":
            raise
    return _registry.find_public(namespace, name)


def public_names(namespace: str) -> list[str]:
    """Returns the names of a public package that a config may use."""
    return [name for name in _registry.public_names(namespace) if name not in _DOORS]


def _registered() -> str:
    own = ", ".join(sorted(_registry.get_custom_objects()))
    return (
        "a class or function of yours must be decorated with "
        "@saccade.saving.register_keras_serializable() before, or be given in "
        f"`custom_objects` (registered now: {own or 'none'}); a loss, metric or "
        "optimizer is not needed with compile=False"
    )


_NOT_LOADED = {
    "Lambda": "it holds Python code, and loading it could run anything",
    "SlicingOpLambda": "it calls a function of TensorFlow",
    "TFOpLambda": "it calls a function of TensorFlow",
    "TensorFlowOpLayer": "it holds a program of TensorFlow",
    "TFSMLayer": "it loads a program of TensorFlow, which could do anything",
    "TorchModuleWrapper": "it holds a pickle, and reading one could run anything",
}


def unknown(namespace: str | None, name: str, fix: str | None = None) -> ConfigError:
    """Returns the error for a name that a public package has not."""
    where = namespace or "deserialize_keras_object"
    if name in _NOT_LOADED:
        return ConfigError(
            message(
                where,
                f"{name!r} is not loaded from files: {_NOT_LOADED[name]}",
                f"replace it by a layer of your own; {fix}" if fix else None,
            )
        )
    close = nearest(name, public_names(where))
    hint = f"did you mean {close[0]!r}? " if close else ""
    return ConfigError(
        message(where, f"unknown name {name!r}", (hint + (fix or "")).strip() or None)
    )


serialize = serialize_keras_object
deserialize = deserialize_keras_object
