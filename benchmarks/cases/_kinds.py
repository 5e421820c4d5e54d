"""The kinds of cases, as plain data that every framework's script understands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Conv:
    """A convolution with a square kernel and a bias."""

    filters: int
    kernel: int
    padding: str
    activation: str = "linear"
    strides: int = 1
    bias: bool = True


@dataclass(frozen=True)
class Pool:
    """Pooling, of the largest or the average, with windows that do not overlap."""

    size: int
    average: bool = False


@dataclass(frozen=True)
class GlobalPool:
    """The average of each channel over the whole picture."""


@dataclass(frozen=True)
class BatchNorm:
    """Batch normalization of the channels, with scale and shift.

    Keras' momentum is the share of the old average that is kept, PyTorch's the share
    of the new one.
    """

    momentum: float = 0.99
    epsilon: float = 1e-3


@dataclass(frozen=True)
class Activation:
    """A function of each number."""

    name: str


@dataclass(frozen=True)
class Flatten:
    """One row of numbers for each picture."""


@dataclass(frozen=True)
class Dense:
    """A fully connected layer with a bias."""

    units: int
    activation: str


@dataclass(frozen=True)
class Residual:
    """Two branches of layers added up, then relu; no `shortcut` is the input itself."""

    layers: tuple[LayerData, ...]
    shortcut: tuple[LayerData, ...] = ()


LayerData = (
    Conv | Pool | GlobalPool | BatchNorm | Activation | Flatten | Dense | Residual
)
Shape = tuple[int, ...]


KERAS = ("keras-tensorflow", "keras-jax", "keras-torch")
PEERS = (*KERAS, "pytorch", "pytorch-compiled")


@dataclass(frozen=True)
class Target:
    """What saccade promises: `factor` times sooner than each of some peers.

    `KERAS` and `PEERS` stand for the best of them; a peer that a case does not measure
    is no part of it.
    """

    against: tuple[str, ...]
    factor: float


@dataclass(frozen=True)
class StepTarget:
    """What saccade promises: a step in less than so many seconds."""

    seconds: float


@dataclass(frozen=True)
class PeakTarget:
    """What saccade promises: a share of the machine's product of matrices."""

    share: float


@dataclass(frozen=True)
class Training:
    """Epochs of training a network by plain gradient descent, with accuracy.

    Args:
        pictures: per epoch; `quick_pictures` are used for a quick run.
        parameters: how many are trained.
        compiled: whether torch.compile is measured too (it takes long to compile).
    """

    name: str
    title: str
    input_shape: Shape
    layers: tuple[LayerData, ...]
    pictures: int
    quick_pictures: int
    batch: int
    parameters: int
    targets: tuple[Target | StepTarget | PeakTarget, ...] = ()
    compiled: bool = False
    learning_rate: float = 0.01
    classes: int = 10


@dataclass(frozen=True)
class Programs:
    """Whole processes: unchanged course programs, on a second start."""

    name: str
    title: str
    programs: tuple[str, ...]
    quick_programs: tuple[str, ...]
    full_data: bool
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Command:
    """One line of Python to be timed in a fresh interpreter."""

    name: str
    code: str
    needs: tuple[str, ...] = ()
    backend: str = ""


@dataclass(frozen=True)
class Imports:
    """Fresh interpreters that import something and end.

    `subject` may take `limit_s` longer than `reference`.
    """

    name: str
    title: str
    commands: tuple[Command, ...]
    subject: str
    reference: str
    limit_s: float


@dataclass(frozen=True)
class Memory:
    """Growth of a process while it trains, counted in copies of the pictures."""

    name: str
    title: str
    training: Training
    dtypes: tuple[str, ...]
    limit_copies: float


@dataclass(frozen=True)
class ReadingTarget:
    """What saccade promises: an epoch over a folder `factor` times sooner."""

    folder: str
    form: str
    epoch: str
    against: str
    factor: float


@dataclass(frozen=True)
class Reading:
    """Epochs over folders of pictures, each reader in a fresh process.

    `limit_share` is the most of an epoch that a network of 3 ms a batch may wait.
    """

    name: str
    title: str
    folders: dict[str, str]
    targets: tuple[ReadingTarget, ...]
    limit_share: float


@dataclass(frozen=True)
class InferenceTarget:
    """What saccade promises: `factor` times sooner at a number of pictures."""

    batch: int
    factor: float
    against: tuple[str, ...] = KERAS


@dataclass(frozen=True)
class Inference:
    """A network's answers to pictures that lie in memory, all of them in one batch."""

    name: str
    title: str
    training: Training
    batches: tuple[int, ...]
    targets: tuple[InferenceTarget, ...]


@dataclass(frozen=True)
class Curve:
    """A network that grows with one number.

    Args:
        label: what grows, for people.
        make: of a value, the network.
        single: measured with one thread too.
    """

    label: str
    values: tuple[int, ...]
    quick_values: tuple[int, ...]
    make: Callable[[int], Training]
    single: bool = False


@dataclass(frozen=True)
class Growth:
    """Time per picture of training steps while something grows.

    A cliff is where the arithmetic done per second falls by more than `limit_fall` from
    one value to the next.
    """

    name: str
    title: str
    curves: dict[str, Curve]
    peers: tuple[str, ...]
    limit_fall: float


@dataclass(frozen=True)
class Startup:
    """From the start of a process to the end of its first epoch, cold and warm."""

    name: str
    title: str
    training: Training
    pictures: int
    targets: tuple[Target, ...]


Case = Training | Programs | Imports | Memory | Reading | Inference | Growth | Startup


def walk(training: Training) -> Iterator[tuple[LayerData, Shape, Shape]]:
    """Yields each layer with its input's and its output's shape, without the batch.

    The layers of a residual block come before it, those of the shortcut last.
    """
    return _walk(training.layers, training.input_shape)


def _walk(
    layers: tuple[LayerData, ...], shape: Shape
) -> Iterator[tuple[LayerData, Shape, Shape]]:
    for layer in layers:
        if isinstance(layer, Residual):
            yield from _walk(layer.layers, shape)
            yield from _walk(layer.shortcut, shape)
        after = output_shape(layer, shape)
        yield layer, shape, after
        shape = after


def output_shape(layer: LayerData, shape: Shape) -> Shape:
    """Returns the shape that a layer makes of a shape, without the batch."""
    match layer:
        case Conv(filters=filters, strides=strides, padding="same"):
            return (*(-(-n // strides) for n in shape[:2]), filters)
        case Conv(filters=filters, kernel=kernel, strides=strides):
            return (*((n - kernel) // strides + 1 for n in shape[:2]), filters)
        case Pool(size=size):
            return (*(n // size for n in shape[:2]), shape[2])
        case GlobalPool():
            return shape[2:]
        case Flatten():
            return (math.prod(shape),)
        case Dense(units=units):
            return (units,)
        case Residual(layers=layers):
            for inner in layers:
                shape = output_shape(inner, shape)
            return shape
        case BatchNorm() | Activation():
            return shape


def flops(training: Training, backward: bool = True) -> int:
    """Returns the arithmetic of one picture: two for each product that is added.

    Only convolutions and fully connected layers count. With `backward` the gradients to
    the weights and to the input are in it; the first layer needs none to its input.
    """
    total = 0
    for layer, before, after in walk(training):
        match layer:
            case Conv(kernel=kernel):
                forward = 2 * math.prod(after) * kernel**2 * before[-1]
            case Dense(units=units):
                forward = 2 * before[-1] * units
            case _:
                continue
        parts = 1 if not backward else 2 if total == 0 else 3
        total += parts * forward
    return total
