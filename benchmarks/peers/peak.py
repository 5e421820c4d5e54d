"""Measures the machine's product of float32 matrices with one library.

    python -m benchmarks.peers.peak {numpy,torch,jax} THREADS

Prints the best GFLOP/s over some sizes and repetitions as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np

SIZES = (1024, 1536, 2048)
REPEATS = 12


def products(
    library: str, threads: int
) -> Callable[[np.ndarray], Callable[[], object]]:
    """Returns what makes, of a matrix, a call that multiplies it with itself."""
    if library == "numpy":
        return lambda x: lambda: x @ x
    if library == "torch":
        import torch

        torch.set_num_threads(threads)

        def with_torch(x: np.ndarray) -> Callable[[], object]:
            tensor = torch.from_numpy(x)
            return lambda: tensor @ tensor

        return with_torch

    import jax

    product = jax.jit(lambda x: x @ x)

    def with_jax(x: np.ndarray) -> Callable[[], object]:
        array = jax.device_put(x)
        return lambda: product(array).block_until_ready()

    return with_jax


def best(library: str, threads: int) -> float:
    """Returns the most GFLOP/s that a library reaches."""
    make = products(library, threads)
    rates = []
    for size in SIZES:
        matrix = np.random.default_rng(1).random((size, size), dtype=np.float32)
        multiply = make(matrix)
        multiply()
        for _ in range(REPEATS):
            start = time.perf_counter()
            multiply()
            rates.append(2 * size**3 / (time.perf_counter() - start) / 1e9)
    return max(rates)


if __name__ == "__main__":
    print(json.dumps({"gflops": best(sys.argv[1], int(sys.argv[2]))}))
