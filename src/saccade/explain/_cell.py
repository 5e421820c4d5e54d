"""The arithmetic that made one number inside a network of one's own.

`cell` finds what a layer sees of a picture; `layer_cell` needs only the layer and that
input. Neither changes the model.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence

import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from saccade import activations
from saccade.core._errors import (
    ConfigError,
    NotBuiltError,
    PictureError,
    ShapeError,
    UnsupportedFeatureError,
    message,
)
from saccade.layers import (
    AveragePooling1D,
    AveragePooling2D,
    Conv1D,
    Conv2D,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    InputLayer,
    Layer,
    MaxPooling1D,
    MaxPooling2D,
)
from saccade.models import Model, Sequential
from saccade.utils import load_img

from ._channels import why
from ._convolve import ConvolvedCell, convolved_cell
from ._functions import FUNCTIONS
from ._neuron import Activation, Neuron, dense_neuron
from ._numbers import Floats, floats, words
from ._pooling import PooledCell, pooled, pooled_cell
from ._steps import Steps
from ._windows import Axis, Padding, check_position, make_axes, pad

_WHERE = "cell"
_CONVOLUTIONS = (Conv1D, Conv2D)
_DEPTHWISE = (DepthwiseConv1D, DepthwiseConv2D)
_MAXIMA, _MEANS = (MaxPooling1D, MaxPooling2D), (AveragePooling1D, AveragePooling2D)
_ALL_MAXIMA = (GlobalMaxPooling1D, GlobalMaxPooling2D)
_ALL_MEANS = (GlobalAveragePooling1D, GlobalAveragePooling2D)


@dataclasses.dataclass(frozen=True, eq=False)
class LayerCell(Steps):
    """One number that a layer of a network gave, and how it came about.

    Args:
        layer: the layer's name.
        kind: its class.
        inputs: what it saw of the picture, channels last.
        output_shape: shape of what it gave.
        position: the number's place, without the channel.
        filter: its channel: the filter, or the unit of a dense layer.
        arithmetic: the steps, computed from the weights in double precision.
        measured: the number itself, as the layer computed it.
    """

    layer: str
    kind: str
    inputs: Floats
    output_shape: tuple[int, ...]
    position: tuple[int, ...]
    filter: int
    arithmetic: ConvolvedCell | PooledCell | Neuron
    measured: float

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of what it saw of the picture."""
        return self.inputs.shape

    @property
    def difference(self) -> float:
        """What rounding made: the measured number minus that of the steps."""
        return self.measured - self.arithmetic.output

    def lines(self) -> list[str]:
        """Returns the arithmetic for the screen."""
        where = f"filter {self.filter}"
        if isinstance(self.arithmetic, Neuron):
            where = f"unit {self.filter}"
        elif isinstance(self.arithmetic, PooledCell):
            where = f"channel {self.filter}"
        return [
            f"{self.kind} {self.layer!r}: {self.input_shape} -> {self.output_shape}, "
            f"{where}",
            *self.arithmetic.lines(),
            f"the layer itself gave {words(self.measured, 7)}",
        ]


def cell(
    model: Model,
    picture: npt.ArrayLike | str | os.PathLike[str],
    layer: str | int,
    position: Sequence[int] | int = (),
    filter: int = 0,
) -> LayerCell:
    """Returns the arithmetic of one number that a layer gives for a picture.

    The weights are those of the model at this moment, trained or not.

    Args:
        model: a `Sequential` or functional model.
        picture: what it takes, one example without the batch axis; or a picture file,
            which is resized to the model's input.
        layer: the layer's name or number: a convolution, pooling or dense layer.
        position: the number's place in the layer's output, (row, column) for pictures;
            nothing for a dense or global pooling layer.
        filter: its channel: the filter, or the unit of a dense layer.

    Raises:
        NotBuiltError: the model has no weights yet.
        ShapeError: the picture is not what the model takes.
        PictureError: the file cannot be read.
        ConfigError: no such layer, place or filter.
        UnsupportedFeatureError: a layer of another kind, or a model that is a class of
            its own; `layer_cell` needs no model.

    Differs from Keras: not in Keras.

    Example:
        >>> from saccade import Input, Sequential, layers
        >>> model = Sequential([Input((4, 4, 1)), layers.Conv2D(2, 3, name="a")])
        >>> found = cell(model, np.ones((4, 4, 1)), "a", (1, 0), filter=1)
        >>> found.output_shape, abs(found.difference) < 1e-5
        ((2, 2, 2), True)
    """
    if not model.built or any(not inner.built for inner in model.layers):
        raise NotBuiltError(
            message(
                _WHERE,
                f"model {model.name!r} is not built, so its weights do not exist yet",
                "give it an `Input(shape)`, or call fit or build first",
            )
        )
    index = layer if isinstance(layer, int) else None
    found = model.get_layer(None if index is not None else str(layer), index)
    return layer_cell(found, layer_input(model, picture, found), position, filter)


def layer_input(
    model: Model, picture: npt.ArrayLike | str | os.PathLike[str], layer: Layer
) -> np.ndarray:
    """Returns what a layer of a model sees of a picture, without the batch axis.

    Args:
        model: a `Sequential` or functional model.
        picture: one example, or a picture file.
        layer: one of its layers.

    Raises:
        ShapeError, PictureError, UnsupportedFeatureError: as `cell`.

    Example:
        >>> from saccade import Input, Sequential, layers
        >>> model = Sequential([Input((4, 4, 1)), layers.Flatten(), layers.Dense(2)])
        >>> layer_input(model, np.ones((4, 4, 1)), model.layers[1]).shape
        (16,)
    """
    chain = isinstance(model, Sequential) and type(model).call is Sequential.call
    if not chain and model._graph is None:
        raise UnsupportedFeatureError(
            message(
                _WHERE,
                f"{type(model).__name__} is a class of its own; what its layers see "
                "cannot be found",
                "call explain.layer_cell(layer, inputs, ...) with the layer's input",
            )
        )
    x = jnp.asarray(_example(model, picture)[None], jnp.float32)
    if chain:
        for inner in model.layers:
            if inner is layer:
                break
            x = inner(x, training=False)
        return np.asarray(x)[0]
    part = Model(model.inputs, layer.input)
    return np.asarray(part(x, training=False))[0]


def _example(
    model: Model, picture: npt.ArrayLike | str | os.PathLike[str]
) -> np.ndarray:
    shape = model.input_shape
    if not isinstance(shape, tuple) or not all(
        isinstance(n, (int, type(None))) for n in shape
    ):
        problem = f"model {model.name!r} has several inputs"
        fix = "call explain.layer_cell(layer, inputs, ...) with the layer's input"
        raise UnsupportedFeatureError(message(_WHERE, problem, fix))
    expected = shape[1:]
    if isinstance(picture, (str, os.PathLike)):
        return _read(picture, expected)
    floats(picture, "picture", _WHERE)
    x = np.asarray(picture)
    if x.shape == (1, *x.shape[1:]) and x.ndim == len(expected) + 1:
        x = x[0]
    if x.shape != expected and x.ndim == len(expected) - 1 and expected[-1] == 1:
        x = x[..., None]
    fits = x.ndim == len(expected) and all(
        want in (None, got) for want, got in zip(expected, x.shape, strict=True)
    )
    if not fits:
        problem = f"the model takes pictures of shape {expected}, got {x.shape}"
        fix = "give one picture without the batch axis, for example x[0]"
        raise ShapeError(message(_WHERE, problem, fix))
    return x


def _read(path: str | os.PathLike[str], expected: tuple[int | None, ...]) -> np.ndarray:
    if len(expected) != 3 or expected[-1] not in (1, 3, 4):
        problem = f"the model takes {expected}, which is no picture (h, w, channels)"
        raise ShapeError(message(_WHERE, problem, "give an array in place of a file"))
    mode = {1: "grayscale", 3: "rgb", 4: "rgba"}[expected[-1]]
    height, width = expected[:2]
    size = None if height is None or width is None else (height, width)
    try:
        pixels = np.asarray(load_img(path, mode, size, "bilinear"))
    except (OSError, SyntaxError) as error:
        problem = f"{os.fspath(path)!r} cannot be read: {why(error)}"
        fix = "give a JPEG, PNG, BMP, GIF, WEBP or TIFF picture"
        raise PictureError(message(_WHERE, problem, fix)) from error
    return pixels.reshape(*pixels.shape[:2], -1)


def layer_cell(
    layer: Layer,
    inputs: npt.ArrayLike,
    position: Sequence[int] | int = (),
    filter: int = 0,
    weights: Sequence[npt.ArrayLike] | None = None,
) -> LayerCell:
    """Returns the arithmetic of one number of a layer, from the layer and its input.

    With `weights` it is a pure function: of an earlier epoch, say, while the layer goes
    on learning.

    Args:
        layer: a built convolution, pooling or dense layer.
        inputs: what it sees of one example, without the batch axis.
        position: as for `cell`.
        filter: as for `cell`.
        weights: arrays in the order of `layer.weights`; None for those it has now.

    Raises:
        NotBuiltError, ConfigError, ShapeError, UnsupportedFeatureError: as `cell`.

    Differs from Keras: not in Keras.

    Example:
        >>> from saccade import layers
        >>> found = layer_cell(layers.MaxPooling2D(), np.arange(4.0).reshape(2, 2, 1),
        ...                    (0, 0))
        >>> found.arithmetic.lines()
        ['out[0, 0] = max(0, 1, 2, 3) = 3']
    """
    raw = np.asarray(floats(inputs, "inputs", _WHERE), np.float32)
    x = raw.astype(np.float64)
    first = getattr(layer, "data_format", None) == "channels_first"
    x = np.moveaxis(x, 0, -1) if first else x
    explain = _explainer(layer)
    if not layer.built and layer.weights == [] and explain in (_convolution, _dense):
        problem = f"layer {layer.name!r} is not built, so its weights do not exist yet"
        raise NotBuiltError(message(_WHERE, problem, "call it on data once"))
    values = _values(layer, weights)
    given = _output(layer, raw, values)
    flat = isinstance(layer, (*_ALL_MAXIMA, *_ALL_MEANS))
    given = np.moveaxis(given, 0, -1) if first and not flat else given
    place = (0,) * (x.ndim - 1) if flat else position
    sizes = x.shape[:-1] if flat else given.shape[:-1]
    place = check_position(place, sizes, _WHERE)
    channels = given.shape[-1]
    if not isinstance(filter, (int, np.integer)) or not 0 <= filter < channels:
        problem = f"`filter` must be in 0..{channels - 1}, got {filter!r}"
        fix = "it is the filter, or the unit of a dense layer, counted from 0"
        raise ConfigError(message(_WHERE, problem, fix))
    where = () if flat else place
    number = given.reshape(-1, channels)[0] if flat else given[place]
    return LayerCell(
        layer=layer.name,
        kind=type(layer).__name__,
        inputs=x,
        output_shape=given.shape,
        position=where,
        filter=int(filter),
        arithmetic=explain(layer, x, place, int(filter), values),
        measured=float(number[filter]),
    )


Values = dict[int, npt.ArrayLike]
"""Weights by the id of their variable."""
Explainer = Callable[
    [Layer, Floats, tuple[int, ...], int, Values], ConvolvedCell | PooledCell | Neuron
]


def _values(layer: Layer, weights: Sequence[npt.ArrayLike] | None) -> Values:
    own = layer.weights
    given = [weight.value for weight in own] if weights is None else list(weights)
    shapes = [tuple(np.shape(value)) for value in given]
    if shapes != [tuple(weight.shape) for weight in own]:
        expected = [tuple(weight.shape) for weight in own]
        problem = f"layer {layer.name!r} has weights {expected}, got {shapes}"
        fix = "give them in the order of layer.weights"
        raise ShapeError(message(_WHERE, problem, fix))
    return {id(weight): value for weight, value in zip(own, given, strict=True)}


def _output(layer: Layer, inputs: np.ndarray, values: Values) -> Floats:
    """What the layer itself gives with these weights."""
    x = jnp.asarray(inputs[None])
    if not layer.built:  # pooling has nothing to build
        return np.asarray(layer(x), np.float64)[0]
    trainable = [jnp.asarray(values[id(v)]) for v in layer.trainable_variables]
    others = [jnp.asarray(values[id(v)]) for v in layer.non_trainable_variables]
    outputs, _ = layer.stateless_call(trainable, others, x, training=False)
    return np.asarray(outputs, np.float64)[0]


def _explainer(layer: Layer) -> Explainer:
    if isinstance(layer, (*_CONVOLUTIONS, *_DEPTHWISE)):
        return _convolution
    if isinstance(layer, (*_MAXIMA, *_MEANS, *_ALL_MAXIMA, *_ALL_MEANS)):
        return _pooling
    if isinstance(layer, Dense):
        return _dense
    why = "makes nothing" if isinstance(layer, InputLayer) else "is another kind"
    raise UnsupportedFeatureError(
        message(
            _WHERE,
            f"{type(layer).__name__} {layer.name!r} {why}; convolutions (1-D, 2-D, "
            "depthwise), pooling and dense layers can be explained",
            "name one of these",
        )
    )


def _convolution(
    layer: Layer, x: Floats, position: tuple[int, ...], filter: int, values: Values
) -> ConvolvedCell:
    assert isinstance(layer, (*_CONVOLUTIONS, *_DEPTHWISE))
    kernel = _array(values, layer.kernel)
    channels = x.shape[-1]
    if isinstance(layer, _DEPTHWISE):
        groups, width = channels, kernel.shape[-1]
        kernel = kernel.reshape(*kernel.shape[:-2], 1, channels * width)
    else:
        groups, width = layer.groups, kernel.shape[-1] // layer.groups
    border: Padding = layer.padding
    if border == "causal":
        border = [((kernel.shape[0] - 1) * layer.dilation_rate[0], 0)]
    axes = make_axes(
        x.shape[:-1], kernel.shape[:-2], layer.strides, border, layer.dilation_rate,
        _WHERE,
    )  # fmt: skip
    padded = pad(x, axes, "zeros", _WHERE)
    bias = np.zeros(kernel.shape[-1])
    if layer.bias is not None:
        bias = _array(values, layer.bias)
    # A filter sees the channels of its group; the others are as if multiplied by 0.
    seen = slice(filter // width * channels // groups, None)
    seen = slice(seen.start, seen.start + channels // groups)
    full = _spread(kernel, groups)
    activation = _activation(layer.activation)
    found = convolved_cell(padded, full, bias, axes, position, filter, activation)
    return dataclasses.replace(
        found,
        window=found.window[..., seen],
        kernel=found.kernel[..., seen],
        products=found.products[..., seen],
        channel_sums=found.channel_sums[seen],
    )


def _spread(kernel: Floats, groups: int) -> Floats:
    """Returns a kernel (k..., c / groups, filters) as one that sees all channels."""
    if groups == 1:
        return kernel
    channels, filters = kernel.shape[-2:]
    width = filters // groups
    full = np.zeros((*kernel.shape[:-2], channels * groups, filters))
    for group in range(groups):
        rows = slice(group * channels, (group + 1) * channels)
        columns = slice(group * width, (group + 1) * width)
        full[..., rows, columns] = kernel[..., columns]
    return full


def _pooling(
    layer: Layer, x: Floats, position: tuple[int, ...], filter: int, values: Values
) -> PooledCell:
    kind = "max" if isinstance(layer, (*_MAXIMA, *_ALL_MAXIMA)) else "average"
    if isinstance(layer, (*_MAXIMA, *_MEANS)):
        axes = make_axes(
            x.shape[:-1], layer.pool_size, layer.strides, layer.padding, 1, _WHERE
        )
    else:
        axes = tuple(Axis(n, n, n) for n in x.shape[:-1])
    return pooled_cell(pooled(x, axes, kind).padded, kind, axes, position, filter)


def _dense(
    layer: Layer, x: Floats, position: tuple[int, ...], filter: int, values: Values
) -> Neuron:
    assert isinstance(layer, Dense)
    kernel = _array(values, layer.kernel)
    bias = np.zeros(kernel.shape[-1])
    if layer.bias is not None:
        bias = _array(values, layer.bias)
    return dense_neuron(
        x[position], kernel, bias, _activation(layer.activation), filter
    )


def _array(values: Values, weight: object) -> Floats:
    return np.asarray(values[id(weight)], np.float64)


def _activation(function: Callable[..., object]) -> Activation:
    """Names a function that is known here; else calls it with what JAX takes."""
    name = getattr(function, "__name__", type(function).__name__)
    if name in FUNCTIONS and getattr(activations, name, None) is function:
        return name

    def call(totals: Floats) -> Floats:
        return np.asarray(function(jnp.asarray(totals, jnp.float32)), np.float64)

    call.__name__ = name
    return call
