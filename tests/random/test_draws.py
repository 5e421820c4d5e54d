"""Draws: statistics, seeds, types, errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import random
from saccade.core import _scope
from saccade.core._errors import ConfigError, ShapeError

DRAWS = {
    "normal": lambda **o: random.normal((4000,), 1.0, 2.0, **o),
    "truncated_normal": lambda **o: random.truncated_normal((4000,), 1.0, 2.0, **o),
    "uniform": lambda **o: random.uniform((4000,), 1.0, 3.0, **o),
    "gamma": lambda **o: random.gamma((4000,), 4.0, **o),
    "beta": lambda **o: random.beta((4000,), 2.0, 6.0, **o),
    "binomial": lambda **o: random.binomial((4000,), 10, 0.3, **o),
    "randint": lambda **o: random.randint((4000,), 2, 6, **o),
}
# name -> (mean, standard deviation)
MOMENTS = {
    "normal": (1.0, 2.0),
    "truncated_normal": (1.0, 2 * 0.8796),
    "uniform": (2.0, 2 / 12**0.5),
    "gamma": (4.0, 2.0),
    "beta": (0.25, (2 * 6 / (64 * 9)) ** 0.5),
    "binomial": (3.0, 2.1**0.5),
    "randint": (3.5, 1.118),
}


@pytest.mark.parametrize("name", DRAWS)
def test_moments(name: str) -> None:
    draws = np.asarray(DRAWS[name](seed=3), "float64")
    mean, stddev = MOMENTS[name]
    assert abs(draws.mean() - mean) < 5 * stddev / 4000**0.5
    assert abs(draws.std() / stddev - 1) < 0.1


@pytest.mark.parametrize("name", DRAWS)
def test_seeds(name: str) -> None:
    draw = DRAWS[name]
    np.testing.assert_array_equal(draw(seed=3), draw(seed=3))
    stream = random.SeedGenerator(3)
    assert bool((draw(seed=stream) != draw(seed=stream)).any())
    assert bool((draw() != draw()).any())
    np.testing.assert_array_equal(
        draw(seed=random.SeedGenerator(3)), draw(seed=random.SeedGenerator(3))
    )


def test_types() -> None:
    assert random.normal((2,), dtype="bfloat16").dtype == jnp.bfloat16
    assert random.randint((2,), 0, 3, dtype="uint8").dtype == "uint8"
    with pytest.raises(ConfigError, match=r"use random\.randint for integers"):
        random.uniform((2,), dtype="int32")
    with pytest.raises(ConfigError, match="must be an integer type, got 'float32'"):
        random.randint((2,), 0, 3, dtype="float32")


def test_categorical_follows_the_probabilities() -> None:
    p = np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]], "float32")
    draws = np.asarray(random.categorical(jnp.log(p), 4000, seed=1))
    assert draws.shape == (2, 4000)
    for row, expected in zip(draws, p, strict=True):
        share = np.bincount(row, minlength=3) / 4000
        np.testing.assert_allclose(share, expected, atol=0.04)
    with pytest.raises(ShapeError, match=r"\(batch, classes\), got \(3,\)"):
        random.categorical(jnp.zeros(3), 1)


def test_shuffle_keeps_slices_whole() -> None:
    x = np.arange(40).reshape(20, 2)
    mixed = np.asarray(random.shuffle(x, seed=1))
    assert (mixed != x).any()
    np.testing.assert_array_equal(np.sort(mixed, axis=0), x)
    np.testing.assert_array_equal(mixed[:, 1] - mixed[:, 0], 1)
    other = np.asarray(random.shuffle(x.T, axis=1, seed=2))
    np.testing.assert_array_equal(other[1] - other[0], 1)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_expected_sum(rate: float) -> None:
    x = np.full((200, 100), 2.0, "float32")
    y = np.asarray(random.dropout(x, rate, seed=1))
    kept = y[y != 0]
    np.testing.assert_allclose(kept, 2 / (1 - rate), rtol=1e-5)
    stddev = (rate * (1 - rate) / x.size) ** 0.5
    assert abs(1 - kept.size / x.size - rate) < 5 * stddev


def test_dropout_rates_at_the_ends() -> None:
    x = jnp.ones((3, 3))
    np.testing.assert_array_equal(random.dropout(x, 0.0), x)
    np.testing.assert_array_equal(random.dropout(x, 1.0), 0 * x)
    with pytest.raises(ConfigError, match=r"`rate` must be a number in \[0, 1\]"):
        random.dropout(x, 1.5)


def test_dropout_noise_shape() -> None:
    y = np.asarray(random.dropout(np.ones((8, 5, 5, 6)), 0.5, (None, 1, 1, None)))
    assert set(np.unique(y)) == {0.0, 2.0}
    assert (y == y[:, :1, :1]).all()
    with pytest.raises(ShapeError, match=r"`noise_shape` \(2, 1\) cannot be repeated"):
        random.dropout(np.ones((8, 5, 5, 6)), 0.5, (2, 1))
    with pytest.raises(ShapeError, match="cannot be repeated to the shape"):
        random.dropout(np.ones((8, 5)), 0.5, (4, None))


def test_dropout_keeps_the_type_and_gives_gradients() -> None:
    x = jnp.ones((4, 4), jnp.bfloat16)
    assert random.dropout(x, 0.5).dtype == jnp.bfloat16
    key = jax.random.PRNGKey(1)
    y = random.dropout(jnp.ones(50), 0.5, seed=key)
    grad = jax.grad(lambda x: random.dropout(x, 0.5, seed=key).sum())(jnp.ones(50))
    np.testing.assert_array_equal(grad, y)


def test_draws_in_a_step_are_a_function_of_its_key() -> None:
    stream = random.SeedGenerator(3)

    def step(number: int):
        make = lambda: jax.random.PRNGKey(number)  # noqa: E731
        with _scope.Scope(key=make):
            return [random.dropout(jnp.ones(64), 0.5, seed=stream) for _ in range(2)]

    first, again, other = step(1), step(1), step(2)
    np.testing.assert_array_equal(first, again)
    assert bool((first[0] != first[1]).any())
    assert bool((first[0] != other[0]).any())


def test_compiled_functions_need_a_seed() -> None:
    with pytest.raises(ConfigError, match="you should only use seeded random ops"):
        jax.jit(lambda: random.normal((2,)))()
    draws = jax.jit(lambda key: random.normal((2,), seed=key))
    assert (draws(jax.random.key(1)) != draws(jax.random.key(2))).all()


def test_seed_generator_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ConfigError, match=r"Unrecognized keyword arguments \['sead'\]"):
        random.SeedGenerator(sead=1)
    with pytest.raises(ConfigError, match="`seed` must be an integer, got 'one'"):
        random.SeedGenerator("one")
