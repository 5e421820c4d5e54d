"""A small `tensorflow` for Keras programs.

Settings, devices and logging are ready at once. Arithmetic is in
`_tensorflow_table`, which is loaded at its first use because it needs JAX. What is
in neither raises an error that names the call and the nearest thing there is.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from types import ModuleType

from saccade.core._errors import message, nearest
from saccade.launcher import _tensorflow_settings
from saccade.launcher._arrays import add_numpy_method
from saccade.launcher._errors import UnavailableNameError
from saccade.launcher._names import TENSORFLOW_HINTS, TENSORFLOW_VERSION

# Namespaces that hold only arithmetic, or nothing but a hint.
_FURTHER = (
    "data.experimental",
    "image",
    "io",
    "io.gfile",
    "linalg",
    "math",
    "nn",
    "strings",
    "train",
)
# In TensorFlow these are Keras' own parts under a second name.
_KERAS_PARTS = ("initializers", "losses", "metrics", "optimizers")


def make_tensorflow(keras: ModuleType) -> dict[str, ModuleType]:
    """Makes the module `tensorflow` and those below it.

    Args:
        keras: what `tf.keras` is.

    Returns:
        Each module by its full name.

    Example:
        >>> tf = make_tensorflow(ModuleType("keras"))["tensorflow"]
        >>> tf.config.threading.set_inter_op_parallelism_threads(1)
        >>> tf.executing_eagerly()
        True
    """
    ready = _tensorflow_settings.settings()
    places = {"", *ready, *_FURTHER}
    for place in list(places):
        while place := place.rpartition(".")[0]:
            places.add(place)
    modules: dict[str, ModuleType] = {}
    for place in sorted(places):  # parents come before their children
        module = _Namespace(place, ready.get(place, {}), keras)
        modules[module.__name__] = module
        parent, _, name = module.__name__.rpartition(".")
        if parent:
            setattr(modules[parent], name, module)
    root = modules["tensorflow"]
    vars(root).update(keras=keras, __version__=TENSORFLOW_VERSION)
    modules["tensorflow.compat.v1"].__dict__["keras"] = keras
    return modules


class _Namespace(ModuleType):
    """One module of the shim: ready names, then arithmetic, then an error."""

    def __init__(
        self, place: str, ready: Mapping[str, object], keras: ModuleType
    ) -> None:
        name = f"tensorflow.{place}" if place else "tensorflow"
        super().__init__(name, "The part of TensorFlow that saccade answers.")
        self.__package__ = name
        self.__path__ = []
        self.__file__ = __file__
        self.__spec__ = ModuleSpec(name, None, is_package=True)
        self._place = place
        self._keras = keras
        vars(self).update(ready)

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if not self._place and name in _KERAS_PARTS:
            return getattr(self._keras, name)
        call = f"{self._place}.{name}".lstrip(".")
        functions = _functions().get(self._place, {})
        if name not in functions:
            hint = _hint(call)
            raise UnavailableNameError(
                message(
                    f"tf.{call}",
                    "this is TensorFlow's own and not part of saccade",
                    hint or _nearest(self, call, name),
                )
            )
        vars(self)[name] = functions[name]
        return functions[name]

    def __dir__(self) -> list[str]:
        ready = {name for name in vars(self) if not name.startswith("_")}
        return sorted(ready | set(_functions().get(self._place, {})))


def _functions() -> Mapping[str, Mapping[str, object]]:
    module = importlib.import_module("saccade.launcher._tensorflow_table")
    add_numpy_method()
    tables: Mapping[str, Mapping[str, object]] = module.TABLES
    return tables


def _hint(call: str) -> str:
    """Returns the hand-written advice for a call or for the namespace it is in."""
    while call:
        if call in TENSORFLOW_HINTS:
            return TENSORFLOW_HINTS[call]
        call = call.rpartition(".")[0]
    return ""


def _nearest(namespace: _Namespace, call: str, name: str) -> str:
    """Finds the same name elsewhere, else the one spelt most alike."""
    everywhere = [
        f"{place}.{known}".lstrip(".")
        for place, table in {**_tensorflow_settings.settings(), **_functions()}.items()
        for known in table
    ]
    same = [known for known in everywhere if known.rpartition(".")[2] == name]
    here = [f"{call.removesuffix(name)}{known}" for known in dir(namespace)]
    close = same or nearest(call, here) or nearest(call, everywhere)
    if close:
        return f"the nearest there is: tf.{close[0]}"
    return "use keras.ops, jax.numpy or NumPy"
