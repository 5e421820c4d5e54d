"""State of the whole process: seeds and automatic names."""

from __future__ import annotations

import gc
import random

import numpy as np

from saccade.core import _names, _random
from saccade.core._errors import ConfigError, message


def set_random_seed(seed: int) -> None:
    """Makes a program repeat itself: seeds `random`, `numpy.random` and saccade.

    Args:
        seed: a whole number in 0..2**32-1.

    Raises:
        ConfigError: anything else; no seed is changed then.

    Example:
        >>> set_random_seed(3); a = np.random.rand()
        >>> set_random_seed(3); a == np.random.rand()
        True
    """
    if (
        isinstance(seed, bool)
        or not isinstance(seed, (int, np.integer))
        or not 0 <= seed < 2**32
    ):
        raise ConfigError(
            message(
                "set_random_seed",
                f"`seed` must be an integer in 0..2**32-1, got {seed!r}",
            )
        )
    random.seed(int(seed))
    np.random.seed(int(seed))
    _random.set_global_seed(int(seed))


def clear_session(free_memory: bool = True) -> None:
    """Starts automatic names afresh and frees what deleted models held.

    Args:
        free_memory: whether to run Python's garbage collection, which can take a
            while in a program with many objects.

    Example:
        >>> clear_session()
    """
    _names.reset_names()
    if free_memory:
        gc.collect()
