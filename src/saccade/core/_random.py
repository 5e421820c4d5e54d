"""Randomness: one global seed, host-side streams, and keys for compiled steps.

Two kinds of draws exist. Weights and the order of pictures are drawn on the host with
NumPy's counter-based Philox generator, so building a model compiles nothing. Draws
inside a compiled step (dropout, noise, augmentation) use JAX keys that are a pure
function of the step's key and of the generator that asks, so a run can be resumed in
mid-epoch with equal bits.
"""

from __future__ import annotations

import random as _python_random
import threading
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core import _scope
from saccade.core._errors import ConfigError, message
from saccade.core._variable import Variable

_lock = threading.Lock()
_source = _python_random.Random()


def set_global_seed(seed: int) -> None:
    """Fixes every draw that is not given a seed of its own.

    Args:
        seed: any int >= 0.

    Raises:
        ConfigError: not an int.

    Example:
        >>> set_global_seed(1); a = default_seed()
        >>> set_global_seed(1); a == default_seed()
        True
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise ConfigError(
            message("set_random_seed", f"`seed` must be an int, got {seed!r}")
        )
    with _lock:
        _source.seed(int(seed))
        _global_generator.reset(_source.randint(1, 2**31 - 1))


def default_seed() -> int:
    """Draws a seed for an object that was given none.

    Example:
        >>> 0 < default_seed() < 2**31
        True
    """
    with _lock:
        return _source.randint(1, 2**31 - 1)


def host_generator(*counters: int) -> np.random.Generator:
    """Returns a NumPy generator that is a pure function of the given ints.

    Args:
        counters: for example (seed,), or (seed, epoch).

    Example:
        >>> host_generator(3, 1).integers(10) == host_generator(3, 1).integers(10)
        np.True_
    """
    sequence = np.random.SeedSequence([c & 0xFFFFFFFFFFFFFFFF for c in counters])
    return np.random.Generator(np.random.Philox(sequence))


def mix(*numbers: int) -> int:
    """Hashes ints to one int of 31 bits, the same in every process.

    Example:
        >>> mix(1, 2) == mix(1, 2) != mix(2, 1)
        True
    """
    words = [n & 0xFFFFFFFFFFFFFFFF for n in numbers]
    return int(np.random.SeedSequence(words).generate_state(1)[0]) >> 1


class SeedGenerator:
    """A stream of random keys.

    Args:
        seed: an int, or None to draw one from the global seed.
        name: a name for messages.
        **kwargs: kept for Keras; must be empty.

    Raises:
        ConfigError: `seed` is no int, or there are unknown arguments.

    Differs from Keras: inside a compiled step keys come from the step, not from the
    state.

    Example:
        >>> g = SeedGenerator(7)
        >>> bool((g.next() == SeedGenerator(7).next()).all())
        True
    """

    def __init__(
        self, seed: int | None = None, name: str | None = None, **kwargs: Any
    ) -> None:
        if kwargs:
            raise ConfigError(
                message(
                    "SeedGenerator",
                    f"Unrecognized keyword arguments {sorted(kwargs)}",
                    "it takes `seed` and `name`",
                )
            )
        if seed is None:
            seed = default_seed()
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise ConfigError(
                message(
                    "SeedGenerator", f"Argument `seed` must be an integer, got {seed!r}"
                )
            )
        self.seed = int(seed)
        self.name = name or "seed_generator"
        self._counter = 0
        self._state: _State | None = None

    def reset(self, seed: int) -> None:
        """Starts the stream again from another seed."""
        self.seed = seed
        self._counter = 0

    @property
    def state(self) -> Variable:
        """The seed and the number of keys drawn, a variable of uint32 (2,)."""
        if self._state is None:
            self._state = _State(self)
        return self._state

    def next(self, ordered: bool = True) -> jax.Array:
        """Returns the next key of the stream."""
        return draw_key(self)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> SeedGenerator:
        """Builds a generator from `get_config()`."""
        return cls(**config)


class _State(Variable):
    """The state of a generator as a variable; the numbers stay on the host."""

    def __init__(self, generator: SeedGenerator) -> None:
        self._generator = generator
        super().__init__(
            self._stored,
            dtype="uint32",
            trainable=False,
            name=f"{generator.name}_state",
        )

    @property
    def _stored(self) -> jax.Array:  # type: ignore[override]
        owner = self._generator
        numbers = np.array([owner.seed & 0xFFFFFFFF, owner._counter], np.uint32)
        with jax.ensure_compile_time_eval():  # A number, also while tracing.
            return jnp.asarray(numbers, np.uint32)

    @_stored.setter
    def _stored(self, value: jax.Array) -> None:  # type: ignore[override]
        seed, counter = (int(number) for number in np.asarray(value))
        if seed != self._generator.seed & 0xFFFFFFFF:
            self._generator.seed = seed
        self._generator._counter = counter


_global_generator = SeedGenerator(_source.randint(1, 2**31 - 1), "global")


def global_generator() -> SeedGenerator:
    """Returns the stream used where no seed is given.

    Example:
        >>> isinstance(global_generator(), SeedGenerator)
        True
    """
    return _global_generator


def draw_key(seed: SeedGenerator | int | None = None) -> jax.Array:
    """Returns a JAX random key.

    Args:
        seed: a stream, an int (always the same key), or None for the global stream.

    Example:
        >>> bool((draw_key(3) == draw_key(3)).all())
        True
    """
    if isinstance(seed, (int, np.integer)):
        return _raw_key(int(seed))
    generator = _global_generator if seed is None else seed
    scope = _scope.current()
    if scope is not None and scope.has_key:
        number = scope.count_draw(generator)
        return jax.random.fold_in(scope.key(), mix(generator.seed, number))
    if scope is not None and generator._state is not None:
        state = scope.read(generator._state)
        if state is not None:  # A program of the user's own hands the state in.
            generator._state.assign(state + jnp.array([0, 1], "uint32"))
            return jax.random.fold_in(jnp.stack([state[0] * 0, state[0]]), state[1])
    number = generator._counter
    generator._counter += 1
    return _raw_key(mix(generator.seed, number))


def _raw_key(bits: int) -> jax.Array:
    # Threefry's raw form; made on the host so that no program is compiled for it.
    # The type is given because without it JAX compiles a program to copy the array.
    return jnp.asarray(np.array([0, bits & 0xFFFFFFFF], np.uint32), np.uint32)
