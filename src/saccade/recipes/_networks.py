"""The networks that `saccade train` offers, and those of the user's own programs.

Each takes pictures with values in [0, 255]: the scaling is a layer of the network, so
that a saved model needs nothing else.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from saccade import layers
from saccade.core._errors import ConfigError, SaccadeError, message, nearest
from saccade.core._symbolic import Shape
from saccade.launcher import install
from saccade.models import Model, Sequential

WHERE = "model"


@dataclasses.dataclass(frozen=True)
class Network:
    """A network by its name.

    Args:
        words: what it is, for help and messages.
        layers: makes its layers for a number of classes.
        learning_rate: that of Adam with which it trains well.
    """

    words: str
    layers: Callable[[int], list[layers.Layer]]
    learning_rate: float


@dataclasses.dataclass(frozen=True)
class Built:
    """A network for the pictures at hand.

    Args:
        model: takes pictures with values in [0, 255], gives probabilities.
        learning_rate: that with which it trains well.
        optimizer: the user's own, None for that of the recipe.
        notes: what was decided, as sentences.
    """

    model: Model
    learning_rate: float
    optimizer: Any = None
    notes: tuple[str, ...] = ()


def _block(filters: int, strides: int = 1) -> list[layers.Layer]:
    """A convolution, its normalization and the activation."""
    return [
        layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False),
        # Runs on folders have few steps: averages of 100 steps would lag behind.
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
    ]


def _scale() -> layers.Layer:
    return layers.Rescaling(1 / 127.5, offset=-1.0)


def _halve() -> layers.Layer:
    return layers.MaxPooling2D(2, padding="same")


def _pooled(stem: int, widths: tuple[int, ...], dropout: float) -> Any:
    def make(classes: int) -> list[layers.Layer]:
        found = [_scale(), *_block(stem, strides=2), _halve()]
        for width in widths:
            found += [*_block(width), _halve()]
        return [
            *found,
            layers.GlobalAveragePooling2D(),
            layers.Dropout(dropout),
            layers.Dense(classes, activation="softmax"),
        ]

    return make


def _lenet(classes: int) -> list[layers.Layer]:
    return [
        _scale(),
        layers.Conv2D(6, 5, padding="same", activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Conv2D(16, 5, activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(120, activation="tanh"),
        layers.Dense(84, activation="tanh"),
        layers.Dense(classes, activation="softmax"),
    ]


NETWORKS: dict[str, Network] = {
    "tiny": Network(
        "3 small convolutions, for a first try or pictures below 64 pixels",
        _pooled(8, (16, 32), 0.1),
        3e-3,
    ),
    "lenet": Network("LeNet-5 of 1998, for digits and small pictures", _lenet, 1e-3),
    "small": Network(
        "4 convolutions with batch normalization, for photographs of about 150 pixels",
        _pooled(16, (32, 64, 128), 0.3),
        3e-3,
    ),
    "medium": Network(
        "6 convolutions, about 6 times the work of small, for thousands of pictures",
        _pooled(32, (64, 128, 192, 256, 256), 0.4),
        1e-3,
    ),
}
"""The networks by name, from the smallest on."""


def build_network(name: str, shape: Shape, classes: int) -> Built:
    """Makes a network.

    Args:
        name: a key of NETWORKS, or 'program.py:function'.
        shape: (height, width, channels) of the pictures.
        classes: how many there are.

    Raises:
        ConfigError: an unknown name, with the nearest; a program that cannot be
            loaded, fails or returns something else.

    Example:
        >>> build_network("tiny", (32, 32, 3), 4).model.output_shape
        (None, 4)
    """
    if name in NETWORKS:
        network = NETWORKS[name]
        chain = [layers.Input(shape), *network.layers(classes)]
        return Built(Sequential(chain, name=name), network.learning_rate)
    check_name(name)
    path, _, function = name.rpartition(":")
    built = _fit_own(_call(_load(path, function), name, shape, classes), name, shape)
    _check_answers(built.model, name, shape, classes)
    return built


def check_name(name: str) -> None:
    """Checks the name of a network before pictures are read.

    Args:
        name: as for `build_network`.

    Raises:
        ConfigError: no such network, or no such program.

    Example:
        >>> check_name("small")
    """
    if name in NETWORKS:
        return
    path, colon, function = name.rpartition(":")
    if not colon or not path.endswith(".py"):
        close = nearest(name, NETWORKS)
        hint = f"did you mean {close[0]!r}? " if close else ""
        known = ", ".join(NETWORKS)
        if name.endswith(".py"):
            hint = f"did you mean '{name}:create_model'? "
        raise ConfigError(
            message(
                WHERE,
                f"unknown network {name!r}",
                f"{hint}Known: {known}, or your own as program.py:function",
            )
        )
    file = Path(path)
    if not file.is_file():
        names = (
            [p.name for p in file.parent.glob("*.py")] if file.parent.exists() else []
        )
        close = nearest(file.name, names)
        fix = (
            f"did you mean '{file.with_name(close[0])}:{function}'?" if close else None
        )
        raise ConfigError(message(WHERE, f"there is no program {path!r}", fix))
    if not function.isidentifier():
        fix = f"write {path}:create_model"
        raise ConfigError(message(WHERE, f"{function!r} names no function", fix))


def _load(path: str, function: str) -> Callable[..., Any]:
    """Runs the user's program with saccade in the place of Keras."""
    install()
    module = _import(Path(path).absolute())
    found = getattr(module, function, None)
    if callable(found):
        return found
    own = [n for n, v in vars(module).items() if inspect.isfunction(v)]
    close = nearest(function, own)
    hint = f"did you mean {close[0]!r}? " if close else ""
    fix = f"{hint}Functions there: {', '.join(own) or 'none'}"
    raise ConfigError(message(WHERE, f"{path!r} has no function {function!r}", fix))


def _import(path: Path) -> ModuleType:
    name = f"_saccade_program_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(message(WHERE, f"{str(path)!r} is no Python program"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except SystemExit as error:
        problem = f"the program ends itself (exit code {error.code})"
        fix = "put what is not the network below `if __name__ == '__main__':`"
        raise ConfigError(message(WHERE, f"{path.name}: {problem}", fix)) from error
    except Exception as error:
        raise _failed(path, error) from error
    finally:
        sys.path.remove(str(path.parent))
    return module


def _failed(path: Path, error: Exception) -> ConfigError:
    """Says where in the user's program something was raised."""
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == path
    ]
    place = f"{path.name}, line {own[-1].lineno}" if own else path.name
    if isinstance(error, SyntaxError):
        place = f"{path.name}, line {error.lineno}"
    shown = str(error) if isinstance(error, SaccadeError) else repr(error)
    return ConfigError(message(WHERE, f"{place} raised: {shown.rstrip('.')}"))


_SHAPE_NAMES = ("input_shape", "shape")
_PLAIN = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_CLASS_NAMES = ("num_classes", "classes", "n_classes", "nb_classes", "num_labels")


def _call(
    function: Callable[..., Any], name: str, shape: Shape, classes: int
) -> object:
    """Calls the user's function with as much of (shape, classes) as it takes."""
    left: dict[str, Any] = {"shape": tuple(shape), "classes": classes}
    named: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in _SHAPE_NAMES:
            named[parameter.name] = left.pop("shape", tuple(shape))
        elif parameter.name in _CLASS_NAMES:
            named[parameter.name] = left.pop("classes", classes)
        elif parameter.default is parameter.empty and parameter.kind in _PLAIN:
            if not left:
                problem = f"{name} needs `{parameter.name}`, which is not known"
                fix = "let it take (input_shape, num_classes) or fewer"
                raise ConfigError(message(WHERE, problem, fix))
            named[parameter.name] = left.pop(next(iter(left)))
    try:
        return function(**named)
    except Exception as error:
        path = Path(name.rpartition(":")[0]).absolute()
        raise _failed(path, error) from error


def _fit_own(model: object, name: str, shape: Shape) -> Built:
    """Puts scaling before a user's network where it has none."""
    if not isinstance(model, Model):
        problem = f"{name} returned {type(model).__name__}, not a model"
        raise ConfigError(
            message(WHERE, problem, "end the function with `return model`")
        )
    optimizer = model.optimizer if model.compiled else None
    notes = []
    if optimizer is not None:
        notes.append(
            f"The network comes compiled, so its optimizer {type(optimizer).__name__} "
            "is used as it is, with its learning rate."
        )
    if not any(_scales(layer) for layer in model._flatten_layers()):
        # Courses divide by 255 while they read; here the model does.
        notes.append(
            "The network has no layer that scales, so 1/255 was put before it."
        )
        model = Sequential(
            [layers.Input(shape), layers.Rescaling(1 / 255), model], name="scaled"
        )
    return Built(model, 1e-3, optimizer, tuple(notes))


def _grey_picture(shape: Shape) -> np.ndarray:
    return np.full([1, *(side or 1 for side in shape)], 128, np.uint8)


def _check_answers(model: Model, name: str, shape: Shape, classes: int) -> None:
    """Checks that a network gives one probability for each class."""
    found = model.predict(_grey_picture(shape), verbose=0)
    fix = f"end it with Dense({classes}, activation='softmax')"
    got = getattr(found, "shape", None)
    if got != (1, classes):
        problem = f"{name} gives outputs of shape {got} for one picture"
        raise ConfigError(
            message(WHERE, f"{problem}, but there are {classes} classes", fix)
        )
    if found.min() < 0 or abs(float(found.sum()) - 1) > 1e-2:
        problem = f"{name} gives numbers that are no probabilities"
        raise ConfigError(message(WHERE, problem, fix))


def _scales(layer: layers.Layer) -> bool:
    return isinstance(layer, (layers.Rescaling, layers.Normalization))
