"""Times each layer of augmentation beside Keras and plain PyTorch, in turns.

    python benchmarks/micro/augment.py [--batch 32] [--size 150] [--channels 3]
        [--layers RandomRotation,Resizing] [--libraries saccade,keras-tf] [--repeats 3]

saccade's layers run inside a compiled loop, as in a training step; Keras' inside a
compiled function (on JAX and on TensorFlow); PyTorch's are written with `affine_grid`
and `grid_sample`, `interpolate`, `flip`, as users do. Each library has a process of its
own; printed are milliseconds for a batch of float32 pictures, the least of some runs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec

LIBRARIES = {"saccade": "jax", "keras-jax": "keras", "keras-tf": "tensorflow",
             "torch": "torch"}  # fmt: skip
LAYERS: dict[str, tuple[tuple, dict]] = {
    "RandomFlip": ((), {}),
    "RandomRotation": ((0.1,), {}),
    "RandomRotation constant": ((0.1,), {"fill_mode": "constant"}),
    "RandomRotation nearest": ((0.1,), {"interpolation": "nearest"}),
    "RandomZoom": ((0.2,), {}),
    "RandomTranslation": ((0.2, 0.2), {}),
    "RandomShear": ((0.2, 0.2), {}),
    "RandomPerspective": ((), {}),
    "RandomElasticTransform": ((), {}),
    "RandomCrop": ((0.8, 0.8), {}),
    "Resizing": ((0.64, 0.64), {}),
    "Resizing up": ((1.5, 1.5), {}),
    "Resizing antialias": ((0.64, 0.64), {"antialias": True}),
    "Resizing bicubic": ((0.64, 0.64), {"interpolation": "bicubic"}),
    "RandomBrightness": ((0.2,), {}),
    "RandomContrast": ((0.2,), {}),
    "RandomSaturation": ((0.2,), {}),
    "RandomHue": ((0.2,), {}),
    "RandomColorJitter": (
        (),
        {"value_range": (0, 255), "brightness_factor": 0.2, "contrast_factor": 0.2},
    ),
    "RandomGrayscale": ((), {}),
    "RandomInvert": ((), {}),
    "RandomGaussianBlur": ((), {}),
    "RandomSharpness": ((0.5,), {}),
    "RandomErasing": ((), {}),
    "GaussianNoise": ((0.1,), {}),
}
_IN_PIXELS = ("RandomCrop", "Resizing")
_SECONDS = 0.6


def made(library, name: str, size: int):
    """Makes a layer; shares of the size become pixels."""
    kind, *_ = name.split()
    arguments, named = LAYERS[name]
    if kind in _IN_PIXELS:
        arguments = tuple(round(share * size) for share in arguments)
    return getattr(library.layers, kind)(*arguments, **named)


def least(run: Callable[[int], object], steps: int = 1) -> float:
    """Returns the least milliseconds of one step; `run` takes their number."""
    run(steps)
    start = time.perf_counter()
    run(steps)
    once = time.perf_counter() - start
    found = [once]
    for _ in range(max(3, min(200, int(_SECONDS / once)))):
        start = time.perf_counter()
        run(steps)
        found.append(time.perf_counter() - start)
    return min(found) / steps * 1e3


def time_saccade(name: str, shape: tuple[int, ...]) -> float:
    """Times a layer of saccade in a loop of ten steps."""
    import jax

    import saccade

    layer = made(saccade, name, shape[1])
    x = pictures(shape)
    layer(x[:1])
    state = [v.value for v in layer.non_trainable_variables]

    def step(carry, _):
        given, state, _ = carry
        out, state = layer.stateless_call([], state, given, training=True)
        return (given, state, out), None

    def many(given, state):
        out, _ = layer.stateless_call([], state, given, training=True)
        return jax.lax.scan(step, (given, state, out), length=9)[0][2]

    many = jax.jit(many)
    given = jax.numpy.asarray(x)
    return least(lambda n: many(given, state).block_until_ready(), 10)


def time_keras(name: str, shape: tuple[int, ...]) -> float:
    """Times a layer of Keras in a compiled function of the backend."""
    import keras

    layer = made(keras, name, shape[1])
    x = pictures(shape)
    layer(x[:1])
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        run = tf.function(lambda x: layer(x, training=True))
        given = tf.constant(x)
        return least(lambda n: run(given).numpy().ravel()[0])
    import jax

    state = [v.value for v in layer.non_trainable_variables]
    run = jax.jit(lambda x, s: layer.stateless_call([], s, x, training=True))
    given = jax.numpy.asarray(x)
    return least(lambda n: jax.block_until_ready(run(given, state)))


def time_torch(name: str, shape: tuple[int, ...]) -> float | None:
    """Times what a user of PyTorch writes, channels first."""
    import torch
    from torch.nn import functional as F

    torch.set_num_threads(os.cpu_count() or 1)
    x = torch.from_numpy(pictures(shape)).permute(0, 3, 1, 2).contiguous()
    count, size = shape[0], shape[1]
    mode = "nearest" if "nearest" in name else "bilinear"
    padding = "zeros" if "constant" in name or "Perspective" in name else "reflection"

    def warped(theta):
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        return F.grid_sample(x, grid, mode, padding, align_corners=False)

    def matrix(a, b, c, d, e, f):
        one, zero = torch.ones(count), torch.zeros(count)
        rows = [one * n if isinstance(n, float) else n for n in (a, b, c, d, e, f)]
        return torch.stack([n + zero for n in rows], 1).reshape(count, 2, 3)

    def drawn(low, high):
        return torch.empty(count).uniform_(low, high)

    def rotation():
        angle = drawn(-0.6, 0.6)
        cosine, sine = angle.cos(), angle.sin()
        return warped(matrix(cosine, -sine, 0.0, sine, cosine, 0.0))

    def flip():
        flips = torch.rand(count, 1, 1, 1) < 0.5
        return torch.where(flips, x.flip(2, 3), x)

    def zoom():
        share = drawn(0.8, 1.2)
        return warped(matrix(share, 0.0, 0.0, 0.0, share, 0.0))

    def shift():
        return warped(matrix(1.0, 0.0, drawn(-0.4, 0.4), 0.0, 1.0, drawn(-0.4, 0.4)))

    def shear():
        return warped(matrix(1.0, drawn(-0.2, 0.2), 0.0, drawn(-0.2, 0.2), 1.0, 0.0))

    def resized(share, **named):
        target = round(share * size)
        return lambda: F.interpolate(x, (target, target), **named)

    def crop():
        side = round(0.8 * size)
        top, left = torch.randint(0, size - side + 1, (2,)).tolist()
        return x[:, :, top : top + side, left : left + side].contiguous()

    def bright():
        return (x + 255 * drawn(-0.2, 0.2).reshape(-1, 1, 1, 1)).clamp_(0, 255)

    def contrast():
        mean = x.mean((2, 3), keepdim=True)
        return (mean + (x - mean) * drawn(0.8, 1.2).reshape(-1, 1, 1, 1)).clamp_(0, 255)

    table: dict[str, Callable] = {
        "RandomFlip": flip,
        "RandomRotation": rotation,
        "RandomRotation constant": rotation,
        "RandomRotation nearest": rotation,
        "RandomZoom": zoom,
        "RandomTranslation": shift,
        "RandomShear": shear,
        "RandomCrop": crop,
        "Resizing": resized(0.64, mode="bilinear"),
        "Resizing up": resized(1.5, mode="bilinear"),
        "Resizing antialias": resized(0.64, mode="bilinear", antialias=True),
        "Resizing bicubic": resized(0.64, mode="bicubic"),
        "RandomBrightness": bright,
        "RandomContrast": contrast,
        "GaussianNoise": lambda: x + 0.1 * torch.randn_like(x),
    }
    run = table.get(name)
    return None if run is None else least(lambda n: run())


def pictures(shape: tuple[int, ...]):
    """Random pictures, floats from 0 to 255."""
    import numpy as np

    rng = np.random.default_rng(0)
    return rng.integers(0, 256, shape).astype(np.float32)


TIMERS = {"saccade": time_saccade, "torch": time_torch}


def jax_refusal() -> type[Exception]:
    """What JAX raises of layers that need numbers while they are compiled."""
    if find_spec("jax") is None:
        return AttributeError
    from jax.errors import ConcretizationTypeError

    return ConcretizationTypeError


def work(library: str, names: list[str], shape: tuple[int, ...]) -> None:
    """Times layers in this process and prints them as JSON."""
    found = {}
    for name in names:
        try:
            found[name] = TIMERS.get(library, time_keras)(name, shape)
        except (AttributeError, jax_refusal()):
            found[name] = None  # it lacks the layer, or cannot compile it
    print("\n" + json.dumps(found))


def measure(library: str, names: list[str], options) -> dict[str, float | None]:
    """Times layers in a fresh process."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if library.startswith("keras"):
        backend = "tensorflow" if library == "keras-tf" else "jax"
        environment["KERAS_BACKEND"] = backend
    shape = (options.batch, options.size, options.size, options.channels)
    words = ["--work", library, ",".join(names), *map(str, shape)]
    command = [sys.executable, __file__, *words]
    ended = subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(ended.stdout.splitlines()[-1])


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--size", type=int, default=150)
    parser.add_argument("--channels", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--layers", default=",".join(LAYERS))
    parser.add_argument("--libraries", default=",".join(LIBRARIES))
    parser.add_argument("--work", nargs=6, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        library, names, *shape = options.work
        work(library, names.split(","), tuple(map(int, shape)))
        return
    names = [n for n in LAYERS if {n, n.split()[0]} & set(options.layers.split(","))]
    libraries = [n for n in options.libraries.split(",") if find_spec(LIBRARIES[n])]
    found: dict[str, list[dict[str, float | None]]] = {n: [] for n in libraries}
    for _ in range(options.repeats):
        for library in libraries:
            found[library].append(measure(library, names, options))
    print(f"{'ms for a batch':26}" + "".join(f"{n:>12}" for n in libraries))
    for name in names:
        cells = []
        for library in libraries:
            times = [t for turn in found[library] if (t := turn[name]) is not None]
            cells.append(f"{min(times):12.2f}" if times else f"{'-':>12}")
        print(f"{name:26}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
