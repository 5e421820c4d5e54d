"""What a network of a run sees and does: activations, gradients, predictions.

Everything is computed when somebody looks, from the weights that the run kept; the
training itself does nothing for it.
"""

from __future__ import annotations

import dataclasses
import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from saccade import explain
from saccade.core._errors import (
    ConfigError,
    SaccadeError,
    UnsupportedFeatureError,
    message,
)
from saccade.core._symbolic import node_of
from saccade.layers import InputLayer, Layer
from saccade.models import Model, model_from_json
from saccade.runs import RunFolder

# A unit that is 0 for all examples is dead; shares below are not worth a word.
_DEAD_SHARE = 0.1
# The first layer's gradient for each weight beside the last's.
_VANISHING = 1e-3
_BINS = 24
_MOST_KERNELS = 32


@dataclasses.dataclass(frozen=True)
class LayerState:
    """How a layer stands at one epoch.

    Args:
        name: the layer's name.
        kind: its class.
        parameters: how many weights it has.
        size: mean absolute weight.
        histogram: counts of its weights over `low`..`high`.
        low: smallest weight.
        high: largest weight.
        gradient: mean absolute gradient of its weights; None without targets.
        dead: share of its units that are 0 for all examples; None where it means
            nothing.
        kernels: of a convolution, its first filters, the mean over input channels.
    """

    name: str
    kind: str
    parameters: int
    size: float | None
    histogram: list[int]
    low: float
    high: float
    gradient: float | None
    dead: float | None
    kernels: list[list[list[float]]]


class Network:
    """The model of a run, at any epoch that was kept.

    Args:
        run: the run.

    Raises:
        SavingError: files are damaged.
        UnsupportedFeatureError: the model cannot be made from its text.
    """

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.model = _model_of(run)
        self.x, self.y = run.examples()
        if len(self.x) != len(self.model.inputs):
            problem = f"has {len(self.x)} inputs in its examples, the model "
            raise UnsupportedFeatureError(
                message(run.name, problem + str(len(self.model.inputs)))
            )
        self.layers = [
            layer for layer in self.model.layers if not isinstance(layer, InputLayer)
        ]
        names = [tensor.name for tensor in self.model.inputs]
        self.inputs = names if len(names) > 1 else ["input"]
        self.sources = [self._sources(layer) for layer in self.layers]
        self._lock = threading.Lock()
        self._epoch: int | None = None
        self._all: tuple[list[np.ndarray], list[np.ndarray]] | None = None
        self._compute: Callable[..., Any] | None = None
        self._slopes: Callable[..., Any] | None = None

    def at(self, epoch: int) -> None:
        """Takes the weights of an epoch, once."""
        if epoch != self._epoch:
            self.model.set_weights(self.run.weights(epoch))
            self._epoch = epoch
            self._all = None

    def activations(self, epoch: int, example: int) -> list[np.ndarray]:
        """Returns what each layer gives for an example, its inputs first.

        Args:
            epoch: one of the run's epochs.
            example: the number of the example.

        Shapes:
            each: the layer's output without its batch axis
        """
        with self._lock:
            self.at(epoch)
            at = self._check(example)
            arrays = [*self.x, *self._all_outputs()[0]]
            return [array[at] for array in arrays]

    def predictions(self, epoch: int) -> list[np.ndarray]:
        """Returns each output of the model for all examples.

        Shapes:
            each: (examples, ...)
        """
        with self._lock:
            self.at(epoch)
            return self._all_outputs()[1]

    def cell(
        self, epoch: int, example: int, layer: str, position: list[int], filter: int
    ) -> explain.LayerCell:
        """Returns the arithmetic of one number of a layer's output.

        Args:
            epoch: one of the run's epochs.
            example: the number of the example.
            layer: the layer's name.
            position: row and column; empty for a dense layer.
            filter: the channel or unit.

        Raises:
            ConfigError, UnsupportedFeatureError: as `explain.layer_cell`.
        """
        with self._lock:
            self.at(epoch)
            names = [found.name for found in self.layers]
            if layer not in names:
                raise ConfigError(
                    message(layer, "is no layer here", f"layers: {', '.join(names)}")
                )
            found = self.layers[names.index(layer)]
            if not hasattr(found.input, "shape"):
                problem = (
                    f"adds up or joins {len(found.input)} inputs, number by number"
                )
                raise UnsupportedFeatureError(message(layer, problem))
            at = self._check(example)
            part = Model(self.model.inputs, found.input)
            seen = part(_tree([x[at : at + 1] for x in self.x]), training=False)
            return explain.layer_cell(found, np.asarray(seen)[0], position, filter)

    def states(self, epoch: int) -> list[LayerState]:
        """Returns how each layer with weights or units stands."""
        with self._lock:
            self.at(epoch)
            outputs = self._all_outputs()[0]
            gradients = self._gradients()
            return [
                _state(layer, output, gradients)
                for layer, output in zip(self.layers, outputs, strict=True)
            ]

    def _check(self, example: int) -> int:
        if not 0 <= example < len(self.x[0]):
            raise ConfigError(
                message(f"example {example}", f"there are 0 to {len(self.x[0]) - 1}")
            )
        return example

    def _sources(self, layer: Layer) -> list[str]:
        """Names of the layers, or inputs, whose outputs a layer sees."""
        names = []
        for tensor in jax.tree.leaves([layer.input]):
            node = node_of(tensor)
            known = self.inputs[0] if len(self.inputs) == 1 else tensor.name
            if node is None or node.is_input:
                names.append(known)
            else:
                names.append(node.operation.name)
        return names

    def _all_outputs(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """What layers and model give for all examples, computed once for each epoch."""
        if self._all is None:
            found = [np.asarray(output) for output in self._outputs()]
            count = len(self.layers)
            self._all = found[:count], found[count:]
        return self._all

    def _outputs(self) -> list[jax.Array]:
        """Every layer's output, then the model's; compiled once."""
        if self._compute is None:
            # Of a layer with several outputs, an LSTM with its states, the first.
            tensors = [jax.tree.leaves([layer.output])[0] for layer in self.layers]
            parts = Model(self.model.inputs, [*tensors, *self.model.outputs])

            def compute(values: list[jax.Array], rest: list[jax.Array], x: Any):
                found, _ = parts.stateless_call(values, rest, x, training=False)
                return found

            self._parts = parts
            self._compute = jax.jit(compute)
        values = [v.value for v in self._parts.trainable_variables]
        rest = [v.value for v in self._parts.non_trainable_variables]
        return self._compute(values, rest, _tree([jnp.asarray(x) for x in self.x]))

    def _gradients(self) -> dict[str, np.ndarray]:
        """Gradients of the loss over the examples by the variable's path."""
        if len(self.y) != len(self.model.outputs) or self.model.loss is None:
            return {}
        if self._slopes is None:
            model = self.model

            form = jax.tree.structure(model.input)

            def loss(values, rest, x, y):  # type: ignore[no-untyped-def]
                x = jax.tree.unflatten(form, x)
                found, _ = model.stateless_call(values, rest, x, training=False)
                y = jax.tree.unflatten(jax.tree.structure(found), y)
                return model.compute_loss(x, y, found)

            self._slopes = jax.jit(jax.grad(loss))
        values = [v.value for v in self.model.trainable_variables]
        rest = [v.value for v in self.model.non_trainable_variables]
        x, y = ([jnp.asarray(a) for a in arrays] for arrays in (self.x, self.y))
        found = self._slopes(values, rest, x, y)
        names = [v.path for v in self.model.trainable_variables]
        return dict(zip(names, map(np.asarray, found), strict=True))


def _tree(arrays: list[Any]) -> Any:
    """As models take their inputs: one array as it is, several as a list."""
    return arrays[0] if len(arrays) == 1 else arrays


def warnings(states: list[LayerState]) -> list[str]:
    """Returns what is wrong with a network, in words.

    Args:
        states: of its layers, in order.

    Example:
        >>> warnings([])
        []
    """
    found = [
        f"{state.name}: {state.dead:.0%} of its units are 0 for all examples (dead): "
        "a smaller learning rate or LeakyReLU keeps them alive."
        for state in states
        if state.dead is not None and state.dead >= _DEAD_SHARE
    ]
    slopes = [state for state in states if state.gradient is not None]
    if len(slopes) > 1 and slopes[-1].gradient:
        share = (slopes[0].gradient or 0.0) / slopes[-1].gradient
        if share < _VANISHING:
            found.append(
                f"The gradient of {slopes[0].name} is {share:.1e} of the one of "
                f"{slopes[-1].name}: the signal vanishes on its way back. ReLU, "
                "normalization or fewer layers help."
            )
    return found


def _state(
    layer: Layer, output: np.ndarray, gradients: dict[str, np.ndarray]
) -> LayerState:
    weights = [np.asarray(v.value).ravel() for v in layer.trainable_variables]
    flat = np.concatenate(weights) if weights else np.zeros(0, np.float32)
    counts, edges = np.histogram(flat, _BINS) if flat.size else (np.zeros(0), [0, 0])
    slopes = [
        np.abs(gradients[v.path]).ravel()
        for v in layer.trainable_variables
        if v.path in gradients
    ]
    return LayerState(
        name=layer.name,
        kind=type(layer).__name__,
        parameters=int(flat.size),
        size=float(np.abs(flat).mean()) if flat.size else None,
        histogram=[int(count) for count in counts],
        low=float(edges[0]),
        high=float(edges[-1]),
        gradient=float(np.concatenate(slopes).mean()) if slopes else None,
        dead=_dead(layer, output),
        kernels=_kernels(layer),
    )


def _kernels(layer: Layer) -> list[list[list[float]]]:
    kernel = getattr(layer, "kernel", None)
    if kernel is None or len(kernel.shape) != 4 or max(kernel.shape[:2]) == 1:
        return []
    mean = np.asarray(kernel.value, np.float32).mean(axis=2)
    return [mean[..., k].tolist() for k in range(min(mean.shape[-1], _MOST_KERNELS))]


def _dead(layer: Layer, output: np.ndarray) -> float | None:
    """The share of channels that are 0 everywhere; for ReLU only, which can die."""
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    if name != "relu" and type(layer).__name__ != "ReLU":
        return None
    return float((output.reshape(-1, output.shape[-1]) == 0).all(axis=0).mean())


def _model_of(run: RunFolder) -> Model:
    facts = run.facts()
    reason = "has a class of its own without get_config"
    fix = (
        "the curves are shown; layers and pictures need a Sequential or functional "
        "model of saccade's own layers"
    )
    if facts.get("model") is not None:
        try:
            model = model_from_json(facts["model"])
            if facts.get("compile"):
                model.compile_from_config(facts["compile"])
            if not model.built:
                reason = f"{model.name!r} is not built, so its weights do not exist"
                fix = "the curves are shown; give the model an `Input(shape)` first"
            elif model._graph is None and not model.inputs:
                reason = "is a class of its own"
            else:
                return model
        except (SaccadeError, TypeError, ValueError) as error:
            reason = str(error).partition("\n")[0]
    problem = f"the model cannot be made from its text: {reason}"
    raise UnsupportedFeatureError(message(run.name, problem, fix))


@functools.lru_cache(maxsize=4)
def _network(folder: Path, written: float) -> Network:
    return Network(RunFolder(folder))


def network(run: RunFolder) -> Network:
    """Returns the network of a run; the same one as long as the run is the same.

    Args:
        run: the run.

    Raises:
        SavingError, UnsupportedFeatureError: as `Network`.
    """
    return _network(run.folder, (run.folder / "run.json").stat().st_mtime)
