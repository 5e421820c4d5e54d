"""Puts saccade in the place of `keras` and `tensorflow` for the running program.

Every alias is saccade's own module object, so `keras.layers.Dense` and
`saccade.layers.Dense` are one class. Parts are loaded when they are first asked for.
The finder stands first on `sys.meta_path`: the path finder would find saccade's files
under the aliases' names and load them a second time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

import saccade
from saccade.core import _runtime
from saccade.core._errors import ConfigError, message
from saccade.core._refused import refused_text
from saccade.launcher._arrays import add_numpy_method, remove_numpy_method
from saccade.launcher._errors import (
    UnavailableImportError,
    UnavailableNameError,
    unavailable,
)
from saccade.launcher._names import (
    KERAS_HINTS,
    KERAS_VERSION,
    MOVED,
    PRIVATE,
    ROOTS,
)
from saccade.launcher._tensorflow import make_tensorflow

_KERAS_PREFIXES = ("tensorflow.keras.", "keras.")
_HIDDEN = {"__version__", "load_ipython_extension", "unload_ipython_extension"}


def install() -> None:
    r"""Makes `import keras` and `import tensorflow` give saccade from here on.

    Harmless TensorFlow calls work; every other one raises an error that names it and
    the nearest thing there is. Calling it again changes nothing.

    Raises:
        ConfigError: the real Keras or TensorFlow has been imported already.

    Differs from Keras: Keras has no such thing.

    Example:
        >>> import subprocess, sys
        >>> program = "import saccade.launcher; saccade.launcher.install();" \
        ...     "import keras, tensorflow as tf; print(tf.keras is keras)"
        >>> words = [sys.executable, "-c", program]
        >>> subprocess.run(words, capture_output=True, text=True).stdout
        'True\n'
    """
    if _finder() is not None:
        return
    for root in ROOTS:
        if root in sys.modules:
            place = getattr(sys.modules[root], "__file__", None) or "memory"
            raise ConfigError(
                message(
                    "saccade.launcher.install",
                    f"'{root}' has been imported already, from {place}",
                    "start Python (or the notebook's kernel) again and put this "
                    "before every other import",
                )
            )
    keras = _Keras()
    sys.modules["keras"] = sys.modules["tensorflow.keras"] = keras
    sys.modules.update(make_tensorflow(keras))
    sys.meta_path.insert(0, _AliasFinder())


def uninstall() -> None:
    """Takes the aliases away again; modules a program holds already stay as they are.

    Example:
        >>> uninstall()
    """
    finder = _finder()
    if finder is None:
        return
    sys.meta_path.remove(finder)
    for name in [n for n in sys.modules if n.partition(".")[0] in ROOTS]:
        del sys.modules[name]
    for undo in reversed(finder.undo):
        undo()


def _finder() -> _AliasFinder | None:
    for finder in sys.meta_path:
        if isinstance(finder, _AliasFinder):
            return finder
    return None


class _Keras(ModuleType):
    """The module `keras`: saccade's door with Keras' version number."""

    def __init__(self) -> None:
        super().__init__("keras", "Keras' names, answered by saccade.")
        self.__version__ = KERAS_VERSION
        self.__path__ = []
        self.__package__ = "keras"
        self.__file__ = saccade.__file__
        self.__spec__ = ModuleSpec("keras", None, is_package=True)
        self.__all__ = sorted(set(saccade.__all__) - _HIDDEN)

    def version(self) -> str:
        """Returns the version of Keras whose API is followed."""
        return KERAS_VERSION

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(f"module 'keras' has no attribute {name!r}")
        if name not in self.__all__:
            hint = KERAS_HINTS.get(name, "")
            raise UnavailableNameError(unavailable("keras", name, self.__all__, hint))
        value = getattr(saccade, name)
        finder = _finder()
        if isinstance(value, ModuleType) and finder is not None:
            finder.teach(value, name)
            sys.modules.setdefault(f"keras.{name}", value)
            sys.modules.setdefault(f"tensorflow.keras.{name}", value)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return [*self.__all__, "__version__"]


class _AliasLoader(Loader):
    """Hands out a module that exists and leaves its own spec in place."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


class _AliasFinder(MetaPathFinder):
    """Answers every import below `keras` and `tensorflow`."""

    def __init__(self) -> None:
        self.undo: list[Callable[[], None]] = [remove_numpy_method]
        self._taught: dict[str, str] = {}

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname.startswith("saccade."):
            self._refuse_unknown_name(fullname, path)
            return None
        for prefix in _KERAS_PREFIXES:
            if fullname.startswith(prefix):
                module = self._keras_module(fullname.removeprefix(prefix))
                return ModuleSpec(fullname, _AliasLoader(module))
        if fullname.startswith("tensorflow."):
            module = _tensorflow_module(fullname)
            return ModuleSpec(fullname, _AliasLoader(module))
        return None

    def _keras_module(self, place: str) -> ModuleType:
        """Returns the module at a place such as "datasets.mnist"."""
        if place == "src" or place.startswith("src."):
            return _private_door(place)
        place = MOVED.get(place, place)
        parent, _, name = place.rpartition(".")
        public = not any(part.startswith("_") for part in place.split("."))
        if public and place.partition(".")[0] in saccade.__all__:
            target = f"saccade.{place}"
            try:
                module = _runtime.load(target)
            except UnavailableImportError:
                raise
            except ModuleNotFoundError as error:
                if not parent or error.name != target:
                    raise  # a part of saccade itself, or something it needs
            else:
                self.teach(module, place)
                return module
        known = sys.modules.get(f"saccade.{parent}" if parent else "keras")
        refused = refused_text(f"keras.{parent}" if parent else "keras", name)
        if refused is not None:
            raise UnavailableImportError(refused)
        raise UnavailableImportError(
            unavailable(
                f"keras.{parent}" if parent else "keras",
                name,
                _public_names(known) if known else (),
                KERAS_HINTS.get(place, ""),
            )
        )

    def _refuse_unknown_name(self, fullname: str, path: Sequence[str] | None) -> None:
        # `from keras.layers import LSTM` comes here as "saccade.layers.LSTM" once the
        # attribute is not found; a plain ImportError would not say what there is.
        parent, _, name = fullname.rpartition(".")
        place = self._taught.get(parent)
        if place is None or name.startswith("_"):
            return
        if path and PathFinder.find_spec(fullname, path) is not None:
            return
        raise UnavailableImportError(_missing(sys.modules[parent], place, name))

    def teach(self, module: ModuleType, place: str) -> None:
        """Makes a module of saccade explain the Keras names that it does not have."""
        add_numpy_method()
        if module.__name__ in self._taught:
            return
        self._taught[module.__name__] = place
        names = vars(module)
        before = names.get("__getattr__")

        def explain(name: str) -> object:
            if before is not None:
                try:
                    return before(name)
                except AttributeError:
                    if name.startswith("_"):
                        raise
            if name.startswith("_"):
                raise AttributeError(
                    f"module {module.__name__!r} has no attribute {name!r}"
                )
            moved = MOVED.get(f"{place}.{name}")
            if moved is not None:
                return self._keras_module(moved)
            raise UnavailableNameError(_missing(module, place, name))

        names["__getattr__"] = explain
        if before is None:
            self.undo.append(lambda: names.pop("__getattr__", None))
        else:
            self.undo.append(lambda: names.update(__getattr__=before))
        if "__path__" not in names:
            # A module without a path gives the finder no say in `from m import x`.
            names["__path__"] = []
            self.undo.append(lambda: names.pop("__path__", None))


def _missing(module: ModuleType, place: str, name: str) -> str:
    refused = refused_text(f"keras.{place}", name)
    if refused is not None:
        return refused
    hint = KERAS_HINTS.get(f"{place}.{name}", "")
    return unavailable(f"keras.{place}", name, _public_names(module), hint)


def _public_names(module: ModuleType) -> list[str]:
    listed = getattr(module, "__all__", None)
    return [name for name in listed or dir(module) if not name.startswith("_")]


def _private_door(place: str) -> ModuleType:
    """Returns an empty `keras.src`; whatever is below it is refused by name."""
    if place == "src":
        module = ModuleType("keras.src", "Keras' private code; not part of saccade.")
        module.__path__ = []

        def refuse(name: str) -> object:
            if name.startswith("_"):
                raise AttributeError(f"module 'keras.src' has no attribute {name!r}")
            raise UnavailableNameError(_private_text(name))

        vars(module)["__getattr__"] = refuse
        return module
    raise UnavailableImportError(_private_text(place.removeprefix("src.")))


def _private_text(place: str) -> str:
    return message(
        f"keras.src.{place}",
        "this is Keras' private code and not part of saccade",
        f"import from the public place, keras.{place}"
        if place.partition(".")[0] in saccade.__all__
        else "write it without; it has no public place",
    )


def _tensorflow_module(fullname: str) -> ModuleType:
    """Returns `tensorflow.python` as an empty door; refuses the rest by name."""
    if fullname == "tensorflow.python":
        module = ModuleType(fullname, "TensorFlow's private code; not in saccade.")
        module.__path__ = []
        return module
    for prefix, hint in PRIVATE.items():
        if fullname.startswith(prefix):
            raise UnavailableImportError(
                message(fullname, "this is TensorFlow's private code", hint)
            )
    parent, _, name = fullname.rpartition(".")
    # The module explains the missing name itself; an import asks for another type.
    try:
        value = getattr(sys.modules[parent], name)
    except UnavailableNameError as error:
        raise UnavailableImportError(str(error)) from None
    if isinstance(value, ModuleType):
        return value
    raise UnavailableImportError(
        message(
            fullname,
            "this is a name and not a module",
            f"from {parent} import {name}",
        )
    )
