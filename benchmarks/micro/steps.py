"""Times whole training steps of some networks, in saccade or in a peer.

    python benchmarks/micro/steps.py [network ...] [--in saccade|keras|torch]

Printed per network: milliseconds of a step (least and median of some epochs), and what
part of the machine's best matrix product its convolutions and dense layers reach (their
multiply-adds forward, to the input and to the weights; the first layer has no gradient
to its input). With `SACCADE_KERNELS_TIMES=1` the compiled kernels print at the end what
each of them took, so what is left of a step is XLA's.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import statistics
import sys
import time
from collections.abc import Callable
from types import ModuleType

import numpy as np

Epoch = Callable[[], object]
# ("conv", filters, kernel, stride, padding) ("depth", kernel, stride) ("norm",)
# ("relu",) ("max",) ("mean",) ("flatten",) ("dense", units), and ("block", filters,
# stride) for a residual block.
Layer = tuple


@dataclasses.dataclass(frozen=True)
class Network:
    """A network as plain data."""

    shape: tuple[int, int, int]
    batch: int
    layers: tuple[Layer, ...]
    classes: int = 10
    steps: int = 16


def _conv(filters: int, kernel: int = 3, padding: str = "same") -> tuple[Layer, Layer]:
    return ("conv", filters, kernel, 1, padding), ("relu",)


def _normed(layer: Layer) -> tuple[Layer, Layer, Layer]:
    return layer, ("norm",), ("relu",)


def _point(filters: int, stride: int = 1) -> tuple[Layer, ...]:
    return _normed(("conv", filters, 1, stride, "same"))


def _mobile(filters: int, stride: int) -> tuple[Layer, ...]:
    return *_normed(("depth", 3, stride)), *_point(filters)


def _bottleneck(filters: int, stride: int) -> tuple[Layer, ...]:
    middle = _normed(("conv", filters, 3, 1, "same"))
    return *_point(filters, stride), *middle, *_point(4 * filters)


NETWORKS = {
    "lenet": Network(
        (28, 28, 1),
        32,
        (
            *_conv(6, 5), ("max",), *_conv(16, 5, "valid"), ("max",), ("flatten",),
            ("dense", 120), ("relu",), ("dense", 84), ("relu",), ("dense", 10),
        ),
        steps=100,
    ),
    "course14": Network(
        (28, 28, 1),
        32,
        (
            *_conv(4), ("conv", 4, 3, 2, "same"), ("relu",), ("flatten",),
            ("dense", 10),
        ),
        steps=200,
    ),
    "fruits": Network(
        (150, 150, 3),
        16,
        (*_conv(6), ("max",), ("flatten",), ("dense", 4)),
        classes=4,
    ),
    "cnn": Network(
        (32, 32, 3),
        64,
        (
            *_conv(32), *_conv(32), ("max",), *_conv(64), *_conv(64), ("max",),
            ("flatten",), ("dense", 128), ("relu",), ("dense", 10),
        ),
        steps=8,
    ),
    "resnet20": Network(
        (32, 32, 3),
        128,
        (
            ("conv", 16, 3, 1, "same"), ("norm",), ("relu",),
            *(("block", 16, 1),) * 3, ("block", 32, 2), *(("block", 32, 1),) * 2,
            ("block", 64, 2), *(("block", 64, 1),) * 2, ("mean",), ("dense", 10),
        ),
        steps=4,
    ),
    "vgg": Network(
        (32, 32, 3),
        32,
        (
            *_conv(64), *_conv(64), ("max",), *_conv(128), *_conv(128), ("max",),
            *_conv(256), *_conv(256), ("max",), ("flatten",), ("dense", 10),
        ),
        steps=4,
    ),
    "mobile": Network(
        (64, 64, 3),
        32,
        (
            *_normed(("conv", 32, 3, 2, "same")), *_mobile(64, 1), *_mobile(128, 2),
            *_mobile(128, 1), *_mobile(256, 2), *_mobile(256, 1), ("mean",),
            ("dense", 10),
        ),
        steps=4,
    ),
    "bottleneck": Network(
        (64, 64, 3),
        32,
        (
            *_normed(("conv", 64, 7, 2, "same")), ("max",), *_bottleneck(64, 1),
            *_bottleneck(64, 1), *_bottleneck(128, 2), *_bottleneck(128, 1),
            ("mean",), ("dense", 10),
        ),
        steps=4,
    ),
}  # fmt: skip


def operations(network: Network) -> float:
    """Floating-point operations of a step's convolutions and products."""
    (h, w, c), total, first = network.shape, 0.0, True

    def product(places: int, depth: int, width: int) -> None:
        nonlocal total, first
        total += 2 * places * depth * width * (2 if first else 3)
        first = False

    for kind, *options in network.layers:
        if kind in ("conv", "block"):
            filters, kernel, stride, padding = (
                options if kind == "conv" else (options[0], 3, options[1], "same")
            )
            if padding == "valid":
                h, w = h - kernel + 1, w - kernel + 1
            h, w = -(-h // stride), -(-w // stride)
            product(h * w, kernel * kernel * c, filters)
            if kind == "block":
                product(h * w, 9 * filters, filters)
                if stride > 1:
                    product(h * w, c, filters)
            c = filters
        elif kind == "depth":
            h, w = -(-h // options[1]), -(-w // options[1])
            product(h * w, options[0] ** 2, c)
        elif kind == "max":
            h, w = h // 2, w // 2
        elif kind == "mean":
            h = w = 1
        elif kind == "dense":
            product(1, h * w * c, options[0])
            h, w, c = 1, 1, options[0]
    return total * network.batch


def in_keras(keras: ModuleType, network: Network, x, y) -> Epoch:
    """Returns one epoch of `fit` in a module with Keras' names."""
    layers = keras.layers

    def norm(value):
        return layers.BatchNormalization()(value)

    def conv(value, filters, kernel, stride, padding="same", bias=True):
        made = layers.Conv2D(filters, kernel, stride, padding, use_bias=bias)
        return made(value)

    def block(value, filters, stride):
        out = layers.ReLU()(norm(conv(value, filters, 3, stride, bias=False)))
        out = norm(conv(out, filters, 3, 1, bias=False))
        if stride > 1:
            value = norm(conv(value, filters, 1, stride, bias=False))
        return layers.ReLU()(layers.Add()([out, value]))

    value = start = layers.Input(network.shape)
    for kind, *options in network.layers:
        if kind == "conv":
            value = conv(value, *options)
        elif kind == "block":
            value = block(value, *options)
        elif kind == "depth":
            value = layers.DepthwiseConv2D(*options, padding="same")(value)
        elif kind == "norm":
            value = norm(value)
        elif kind == "relu":
            value = layers.ReLU()(value)
        elif kind == "max":
            value = layers.MaxPooling2D()(value)
        elif kind == "mean":
            value = layers.GlobalAveragePooling2D()(value)
        elif kind == "flatten":
            value = layers.Flatten()(value)
        else:
            value = layers.Dense(*options)(value)
    value = layers.Softmax()(value)
    model = keras.Model(start, value)
    model.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy")
    return lambda: model.fit(x, y, batch_size=network.batch, epochs=1, verbose=0)


def in_torch(network: Network, x, y) -> Epoch:
    """Returns one epoch of a plain loop in PyTorch, channels last."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, before: int, filters: int, stride: int) -> None:
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(before, filters, 3, stride, 1, bias=False),
                nn.BatchNorm2d(filters),
                nn.ReLU(),
                nn.Conv2d(filters, filters, 3, 1, 1, bias=False),
                nn.BatchNorm2d(filters),
            )
            self.beside = nn.Sequential()
            if stride > 1:
                self.beside = nn.Sequential(
                    nn.Conv2d(before, filters, 1, stride, bias=False),
                    nn.BatchNorm2d(filters),
                )

        def forward(self, x):
            return torch.relu(self.body(x) + self.beside(x))

    modules, c = [], network.shape[-1]
    for kind, *options in network.layers:
        if kind == "conv":
            filters, kernel, stride, padding = options
            space = kernel // 2 if padding == "same" else 0
            modules.append(nn.Conv2d(c, filters, kernel, stride, space))
            c = filters
        elif kind == "block":
            modules.append(Block(c, *options))
            c = options[0]
        elif kind == "depth":
            kernel, stride = options
            modules.append(nn.Conv2d(c, c, kernel, stride, kernel // 2, groups=c))
        elif kind == "norm":
            modules.append(nn.BatchNorm2d(c))
        elif kind == "relu":
            modules.append(nn.ReLU())
        elif kind == "max":
            modules.append(nn.MaxPool2d(2))
        elif kind == "mean":
            modules += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        elif kind == "flatten":
            modules.append(nn.Flatten())
        else:
            modules.append(nn.LazyLinear(*options))
    model = nn.Sequential(*modules)
    xs = torch.from_numpy(x).permute(0, 3, 1, 2)
    ys = torch.from_numpy(y).long()
    model(xs[:2])  # dense layers learn what comes in
    model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    loss = nn.CrossEntropyLoss()

    def epoch() -> None:
        for index in torch.randperm(len(xs)).split(network.batch):
            value = loss(model(xs[index]), ys[index])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()

    return epoch


def peak() -> float:
    """The best GFLOP/s of a square matrix product here, in NumPy."""
    a = np.random.default_rng(0).normal(size=(1536, 1536)).astype(np.float32)
    best = 0.0
    for _ in range(8):
        start = time.perf_counter()
        a @ a
        best = max(best, 2 * len(a) ** 3 / (time.perf_counter() - start) / 1e9)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--in", dest="where", default="saccade")
    parser.add_argument("--repeat", type=int, default=7)
    options = parser.parse_args()
    highest = peak()
    print(f"{options.where}; matrix product: {highest:.0f} GFLOP/s")
    for name in options.networks or NETWORKS:
        network = NETWORKS[name]
        rng = np.random.default_rng(1)
        count = network.steps * network.batch
        x = rng.random((count, *network.shape), np.float32)
        y = rng.integers(0, network.classes, count).astype(np.int32)
        if options.where == "torch":
            epoch = in_torch(network, x, y)
        else:
            module = __import__(options.where)
            epoch = in_keras(module, network, x, y)
        epoch()
        epoch()
        times = []
        for _ in range(options.repeat):
            start = time.perf_counter()
            epoch()
            times.append((time.perf_counter() - start) / network.steps)
        best = min(times)
        speed = operations(network) / best / 1e9
        print(
            f"{name:<10}{1e3 * best:>9.3f} ms{1e3 * statistics.median(times):>9.3f} ms"
            f"{speed:>8.0f} GFLOP/s{speed / highest:>7.0%}",
            flush=True,
        )
    if os.environ.get("SACCADE_KERNELS_TIMES"):
        print(
            f"times of the kernels: in all {2 + options.repeat} epochs", file=sys.stderr
        )


if __name__ == "__main__":
    main()
