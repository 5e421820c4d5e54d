"""Times whole training steps with each form of convolution and pooling.

    python benchmarks/micro/conv_forms.py [network ...] [--forms TEXT ...] [--repeat N]

A step is forward, backward and SGD on one batch, run inside `lax.fori_loop` with a
traced trip count, as the engine runs epochs. Printed per network and setting of
SACCADE_KERNELS: milliseconds per step (least, median, and the processor time of all
cores, which other programs disturb less) and seconds to compile.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

import saccade  # noqa: F401  (sets XLA's flags before JAX starts)

# isort: split
import jax
import jax.numpy as jnp
import numpy as np

from saccade import kernels, ops

Network = tuple[tuple[int, ...], list[tuple]]
# (batch, height, width, channels), layers
NETWORKS: dict[str, Network] = {
    "lenet_max": (
        (32, 28, 28, 1),
        [
            ("conv", 6, 5, "same"), ("max",), ("conv", 16, 5, "valid"), ("max",),
            ("flatten",), ("dense", 120), ("dense", 84), ("dense", 10),
        ],
    ),
    "lenet_avg": (
        (32, 28, 28, 1),
        [
            ("conv", 6, 5, "same"), ("avg",), ("conv", 16, 5, "valid"), ("avg",),
            ("flatten",), ("dense", 120), ("dense", 84), ("dense", 10),
        ],
    ),
    "course14": (
        (32, 28, 28, 1),
        [
            ("conv", 4, 3, "valid"), ("max",), ("conv", 4, 3, "valid"), ("max",),
            ("flatten",), ("dense", 10),
        ],
    ),
    "cnn": (
        (64, 32, 32, 3),
        [
            ("conv", 32, 3, "same"), ("conv", 32, 3, "same"), ("max",),
            ("conv", 64, 3, "same"), ("conv", 64, 3, "same"), ("max",),
            ("flatten",), ("dense", 128), ("dense", 10),
        ],
    ),
}  # fmt: skip


def initial(network: Network) -> list[jax.Array]:
    rng = np.random.default_rng(0)
    (_, h, w, c), layers = network
    weights: list[np.ndarray] = []
    for name, *options in layers:
        if name == "conv":
            filters, k, padding = options
            weights.append(rng.normal(size=(k, k, c, filters)) / np.sqrt(k * k * c))
            weights.append(np.zeros(filters))
            c = filters
            if padding == "valid":
                h, w = h - k + 1, w - k + 1
        elif name in ("max", "avg"):
            h, w = h // 2, w // 2
        elif name == "flatten":
            c = h * w * c
        else:
            weights.append(rng.normal(size=(c, options[0])) / np.sqrt(c))
            weights.append(np.zeros(options[0]))
            c = options[0]
    return [jnp.asarray(value, jnp.float32) for value in weights]


def forward(network: Network, weights: list[jax.Array], x: jax.Array) -> jax.Array:
    rest = iter(weights)
    layers = network[1]
    for place, (name, *options) in enumerate(layers):
        if name == "conv":
            x = ops.conv(x, next(rest), padding=options[2])
            x = jax.nn.relu(kernels.add_bias(x, next(rest)))
        elif name == "max":
            x = ops.max_pool(x, 2)
        elif name == "avg":
            x = ops.average_pool(x, 2)
        elif name == "flatten":
            x = x.reshape(x.shape[0], -1)
        else:
            x = x @ next(rest) + next(rest)
            x = x if place == len(layers) - 1 else jax.nn.relu(x)
    return x


def make_run(network: Network) -> Callable[..., list[jax.Array]]:
    """Returns a function that trains for a given number of steps."""
    batch = network[0][0]

    def loss(weights: list[jax.Array], x: jax.Array, y: jax.Array) -> jax.Array:
        logits = jax.nn.log_softmax(forward(network, weights, x))
        return -jnp.mean(jnp.take_along_axis(logits, y[:, None], 1))

    def run(
        weights: list[jax.Array], xs: jax.Array, ys: jax.Array, steps: jax.Array
    ) -> list[jax.Array]:
        def step(i: jax.Array, weights: list[jax.Array]) -> list[jax.Array]:
            start = (i * batch) % xs.shape[0]
            x = jax.lax.dynamic_slice_in_dim(xs, start, batch)
            y = jax.lax.dynamic_slice_in_dim(ys, start, batch)
            slopes = jax.grad(loss)(weights, x.astype(jnp.float32) / 255, y)
            return [w - 0.01 * g for w, g in zip(weights, slopes, strict=True)]

        return jax.lax.fori_loop(0, steps, step, weights)

    return run


def measure(network: Network, repeat: int) -> tuple[float, float, float, float]:
    """Returns milliseconds per step (least, median, processor) and s to compile."""
    shape = network[0]
    rng = np.random.default_rng(1)
    xs = jnp.asarray(rng.integers(0, 256, (8 * shape[0], *shape[1:])), jnp.uint8)
    ys = jnp.asarray(rng.integers(0, 10, 8 * shape[0]), jnp.int32)
    weights = initial(network)
    start = time.perf_counter()
    run = jax.jit(make_run(network)).lower(weights, xs, ys, jnp.int32(1)).compile()
    compiling = time.perf_counter() - start

    def seconds(steps: int) -> tuple[float, float]:
        start, busy = time.perf_counter(), time.process_time()
        jax.block_until_ready(run(weights, xs, ys, jnp.int32(steps)))
        return time.perf_counter() - start, time.process_time() - busy

    seconds(2)
    steps = max(2, round(0.1 / (seconds(4)[0] / 4)))
    times = [seconds(steps) for _ in range(repeat)]
    wall = [1e3 * t / steps for t, _ in times]
    busy = min(1e3 * t / steps for _, t in times)
    return min(wall), statistics.median(wall), busy, compiling


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--forms", nargs="*", default=[""])
    parser.add_argument("--repeat", type=int, default=15)
    options = parser.parse_args()
    titles = ("ms least", "ms median", "cpu ms", "compile s")
    print(f"{'network':<12}" + "".join(f"{title:>11}" for title in titles) + "  forms")
    for name in options.networks:
        for forms in options.forms:
            os.environ["SACCADE_KERNELS"] = forms
            numbers = measure(NETWORKS[name], options.repeat)
            row = "".join(f"{number:>11.3f}" for number in numbers)
            print(f"{name:<12}{row}  {forms or '(cost model)'}", flush=True)


if __name__ == "__main__":
    main()
