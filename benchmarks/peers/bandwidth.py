"""Measures how quickly this machine copies memory, by the size of what is copied.

    python -m benchmarks.peers.bandwidth THREADS

Prints GB/s, read and written, for each number of bytes that all threads work on, as
JSON: what fits into a cache is copied more quickly than what does not.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

# From what a core's own cache holds to what only memory does.
SIZES = tuple(2**power for power in range(18, 29, 2))
REPEATS = 9


def rate(size: int, threads: int) -> float:
    """Returns the most bytes read and written in a second, all threads together."""
    # A source and a target for each thread, `size` bytes in all.
    pairs = [
        (np.ones(size // threads // 8, np.float32), np.ones(size // threads // 8, "f4"))
        for _ in range(threads)
    ]
    # Many copies between two looks at the clock, which small ones need.
    rounds = max(1, 2**28 // size)
    gate = Barrier(threads)

    def work(pair: tuple[np.ndarray, np.ndarray]) -> float:
        source, target = pair
        least = float("inf")
        for _ in range(REPEATS):
            gate.wait()
            start = time.perf_counter()
            for _ in range(rounds):
                np.copyto(target, source)
            least = min(least, time.perf_counter() - start)
        return least

    with ThreadPoolExecutor(threads) as pool:
        slowest = max(pool.map(work, pairs))
    return size * rounds / slowest


def measure(threads: int) -> dict[str, float]:
    """Returns GB/s by the number of bytes."""
    return {str(size): rate(size, threads) / 1e9 for size in SIZES}


if __name__ == "__main__":
    print(json.dumps({"gb_per_s": measure(int(sys.argv[1]))}))
