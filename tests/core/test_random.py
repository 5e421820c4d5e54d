"""Seeds, host streams and keys of steps."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade.core import _random
from saccade.core._errors import ConfigError
from saccade.core._scope import Scope


def test_the_global_seed_fixes_everything_without_a_seed_of_its_own():
    def draws():
        _random.set_global_seed(9)
        generator = _random.SeedGenerator()
        return [
            _random.default_seed(),
            *map(int, generator.next()),
            *map(int, _random.draw_key()),
        ]

    assert draws() == draws()


def test_streams_go_on_and_differ():
    generator = _random.SeedGenerator(1)
    first, second = generator.next(), generator.next()
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, _random.SeedGenerator(2).next())
    np.testing.assert_array_equal(generator.state, [1, 2])


def test_keys_in_a_step_are_a_function_of_the_step_alone():
    one, other = _random.SeedGenerator(1), _random.SeedGenerator(2)

    def draw(number):
        with Scope(key=lambda: jnp.array([0, number], jnp.uint32)):
            return [np.asarray(g.next()) for g in (one, one, other)]

    a, b = draw(3), draw(3)
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)
    assert len({tuple(k) for k in [*a, *draw(4)]}) == 6


def test_keys_work_under_jit():
    generator = _random.SeedGenerator(5)

    @jax.jit
    def noise(key):
        with Scope(key=lambda: key):
            return jax.random.normal(generator.next(), (3,))

    key = jnp.array([0, 1], jnp.uint32)
    np.testing.assert_array_equal(noise(key), noise(key))


@pytest.mark.parametrize("seed", ["7", 1.5, True])
def test_seeds_must_be_ints(seed):
    with pytest.raises(ConfigError, match="`seed` must be an int"):
        _random.set_global_seed(seed)


def test_host_generators_and_mixing_are_pure():
    a = _random.host_generator(1, 2).random(3)
    np.testing.assert_array_equal(a, _random.host_generator(1, 2).random(3))
    assert _random.mix(1, 2) == _random.mix(1, 2)
    assert _random.mix(1, 2) != _random.mix(2, 1)
    assert 0 <= _random.mix(-1, 2**40) < 2**31
