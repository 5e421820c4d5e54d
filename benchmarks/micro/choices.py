"""Compares the form that is chosen for a convolution with the fastest one measured.

    python benchmarks/micro/choices.py [--batch N ...] [--channels N ...] [--size N ...]
    python benchmarks/micro/choices.py --set wide points strided depthwise large

A row for each shape and direction (forward, to the input, to the kernel): the form that
the cost model takes, the fastest, what each takes in microseconds, and `<<<` where the
choice costs more than a tenth. Arrays come in the layout that each form likes best, as
they do inside a network. Forms that the model thinks far slower are left out.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time

import saccade  # noqa: F401  (sets XLA's flags before JAX starts)

# isort: split
import jax
import numpy as np
from jax.experimental.layout import Format, Layout

from saccade.kernels import ConvSpec, _choose

OPERATIONS = ("conv", "conv_grad_input", "conv_grad_kernel")
# Convolutions of larger networks: size, channels, filters, kernel, stride, groups.
SETS = {
    "wide": (
        (32, 128, 128, 3, 1, 1), (16, 128, 128, 3, 1, 1), (8, 256, 256, 3, 1, 1),
    ),
    "points": (
        (16, 64, 256, 1, 1, 1), (16, 256, 64, 1, 1, 1), (16, 32, 64, 1, 1, 1),
        (8, 128, 128, 1, 1, 1),
    ),
    "strided": (
        (112, 3, 64, 7, 2, 1), (32, 64, 128, 3, 2, 1), (32, 64, 128, 1, 2, 1),
        (32, 16, 32, 3, 2, 1),
    ),
    "depthwise": (
        (32, 32, 32, 3, 1, 32), (16, 128, 128, 3, 1, 128), (32, 64, 64, 3, 2, 64),
        (16, 128, 128, 5, 1, 128),
    ),
    "large": ((16, 64, 64, 5, 1, 1), (16, 64, 64, 7, 1, 1), (14, 32, 64, 5, 1, 1)),
}  # fmt: skip
# Estimates beyond so many times the least are not measured.
FAR = 5.0


def spec_of(batch: int, size: int, channels: int, filters: int, kernel: int,
            stride: int, groups: int) -> ConvSpec:  # fmt: skip
    """A convolution with zeros around, as in residual networks."""
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + kernel - size, 0)
    around = (total // 2, total - total // 2)
    return ConvSpec(
        batch, (size,) * 2, (outputs,) * 2, (kernel,) * 2, channels, filters,
        (stride,) * 2, (1, 1), (around,) * 2, groups,
    )  # fmt: skip


def microseconds(form: _choose.Form, operation: str, spec: ConvSpec) -> float:
    """Returns the least time of a form on arrays in its favourite layouts."""
    x = (spec.batch, *spec.inputs, spec.in_channels)
    w = (*spec.kernel, spec.group_channels, spec.filters)
    y = (spec.batch, *spec.outputs, spec.filters)
    shapes = {"conv": (x, w), "conv_grad_input": (y, w), "conv_grad_kernel": (x, y)}
    layout = Format(Layout.AUTO)
    run = jax.jit(
        lambda a, b: form.run(a, b, spec), in_shardings=layout, out_shardings=layout
    )
    rng = np.random.default_rng(0)
    arrays = [rng.random(shape, np.float32) - 0.5 for shape in shapes[operation]]
    compiled = run.lower(*arrays).compile()
    laid = [
        jax.device_put(a, f)
        for a, f in zip(arrays, compiled.input_formats[0], strict=True)
    ]
    best, end = float("inf"), time.perf_counter() + 0.06
    count = 0
    while count < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        jax.block_until_ready(compiled(*laid))
        best = min(best, time.perf_counter() - start)
        count += 1
    return 1e6 * best


def _named(size: int, channels: int, filters: int, kernel: int, stride: int,
           groups: int) -> str:  # fmt: skip
    text = f"{size}x{size}x{channels}->{filters} k{kernel}"
    return text + f" s{stride}" * (stride > 1) + f" g{groups}" * (groups > 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, nargs="*", default=[1, 8, 32, 128])
    parser.add_argument("--channels", type=int, nargs="*", default=[4, 16, 64])
    parser.add_argument("--filters", type=int, nargs="*", default=[0])
    parser.add_argument("--size", type=int, nargs="*", default=[8, 32])
    parser.add_argument("--kernel", type=int, default=3)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--set", nargs="*", choices=list(SETS), default=[])
    parser.add_argument("--operation", nargs="*", default=list(OPERATIONS))
    parser.add_argument("--seconds", type=float, default=100.0)
    options = parser.parse_args()
    shapes = [shape for name in options.set for shape in SETS[name]] or [
        (size, channels, filters or channels, options.kernel, options.stride, 1)
        for channels, filters, size in itertools.product(
            options.channels, options.filters, options.size
        )
    ]
    os.environ.pop(_choose.VARIABLE, None)
    lost, end = [], time.perf_counter() + options.seconds
    for batch, shape in itertools.product(options.batch, shapes):
        spec = spec_of(batch, *shape)
        for operation in options.operation:
            if time.perf_counter() > end:
                continue
            ranked = _choose._ranked(operation, spec, "cpu")
            chosen = _choose.choose(operation, spec, "cpu").name
            limit = max(ranked[0][1] * FAR, ranked[1][1])
            times = {
                form.name: microseconds(form, operation, spec)
                for form, cost in ranked
                if cost <= limit
            }
            fastest = min(times, key=times.__getitem__)
            ratio = times[chosen] / times[fastest]
            lost.append(ratio)
            found = ", ".join(
                f"{form.name} {times[form.name]:.0f} ({cost:.0f})"
                for form, cost in ranked
                if form.name in times
            )
            mark = " <<<" if ratio > 1.1 else ""
            print(
                f"b{batch} {_named(*shape)} {operation}: {found}{mark}",
                flush=True,
            )
    print(f"{len(lost)} choices; {sum(r > 1.1 for r in lost)} lose more than a tenth")


if __name__ == "__main__":
    main()
