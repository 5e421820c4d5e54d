"""Random layers: what they draw, when, and from which stream; penalties."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from saccade import layers
from saccade.core._scope import Scope
from saccade.layers import (
    ActivityRegularization,
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
)
from saccade.random._bits import hashed_bits

ONES = np.ones((100, 400), "float32")
ALL = [
    Dropout(0.3),
    SpatialDropout1D(0.3),
    GaussianNoise(0.3),
    GaussianDropout(0.3),
    AlphaDropout(0.3),
]


def test_dropout_keeps_the_mean_and_the_rate() -> None:
    outputs = np.asarray(Dropout(0.3, seed=1)(ONES, training=True))
    assert set(np.unique(outputs)) == {0, np.float32(1 / 0.7)}
    # 40,000 draws: the standard deviation of the rate is 0.0023.
    assert abs((outputs == 0).mean() - 0.3) < 0.01


def test_dropout_of_everything_and_of_nothing() -> None:
    assert not np.asarray(Dropout(1)(ONES, training=True)).any()
    assert_array_equal(Dropout(0)(ONES, training=True), ONES)


def test_noise_shape_drops_together() -> None:
    x = np.ones((6, 5, 50), "float32")
    outputs = np.asarray(Dropout(0.5, noise_shape=(None, 1, None))(x, training=True))
    assert_array_equal(outputs, np.broadcast_to(outputs[:, :1], x.shape))
    assert 0 < (outputs == 0).mean() < 1


@pytest.mark.parametrize("first", [False, True])
def test_spatial_dropout_drops_channels(first) -> None:
    x = np.ones((8, 4, 3, 30), "float32")
    axes = (1, 2)
    if first:
        x, axes = np.moveaxis(x, -1, 1), (2, 3)
    form = "channels_first" if first else "channels_last"
    outputs = np.asarray(SpatialDropout2D(0.5, data_format=form)(x, training=True))
    assert_array_equal(outputs.min(axes), outputs.max(axes))
    assert 0.3 < (outputs == 0).mean() < 0.7


def test_noise_has_the_given_deviation() -> None:
    noise = np.asarray(GaussianNoise(0.2)(ONES, training=True)) - 1
    assert abs(noise.mean()) < 0.005
    assert abs(noise.std() - 0.2) < 0.005
    factors = np.asarray(GaussianDropout(0.2)(ONES, training=True))
    assert abs(factors.mean() - 1) < 0.01
    assert abs(factors.std() - 0.5) < 0.01


def test_alpha_dropout_keeps_mean_and_variance(rng) -> None:
    x = rng.normal(size=(200, 400)).astype("float32")
    outputs = np.asarray(AlphaDropout(0.2)(x, training=True))
    assert abs(outputs.mean()) < 0.03
    assert abs(outputs.std() - 1) < 0.03


def test_random_bits_are_fair_and_unrelated() -> None:
    def bits(seed, shape=(64, 1024)):
        words = np.asarray(hashed_bits(jax.random.PRNGKey(seed), shape))
        return np.unpackbits(words.view(np.uint8)).reshape(-1, 32).astype(float) - 0.5

    draws = [bits(seed) for seed in range(3)]
    count = len(draws[0])
    # Each figure below is a mean of `count` numbers of deviation 0.25 or 0.5.
    limit = 5 / np.sqrt(count)
    for one in draws:
        assert np.abs(one.mean(0)).max() < limit / 2
        for distance in (1, 2, 64, 1024):
            product = (one[:-distance] * one[distance:]).mean(0)
            assert np.abs(product).max() < limit / 4
    for one, two in ((0, 1), (0, 2), (1, 2)):
        assert np.abs((draws[one] * draws[two]).mean(0)).max() < limit / 4


def test_random_bits_do_not_depend_on_the_kind_of_key() -> None:
    old, new = jax.random.PRNGKey(3), jax.random.key(3)
    assert_array_equal(hashed_bits(old, (4, 5)), hashed_bits(new, (4, 5)))


@pytest.mark.parametrize("layer", ALL, ids=lambda layer: type(layer).__name__)
def test_nothing_happens_outside_training(layer) -> None:
    x = np.ones((2, 3, 4), "float32")
    assert_array_equal(layer(x), x)
    assert_array_equal(layer(x, training=False), x)


@pytest.mark.parametrize("layer", ALL, ids=lambda layer: type(layer).__name__)
def test_draws_are_a_function_of_the_step(layer) -> None:
    x = np.ones((4, 5, 6), "float32")

    def step(number):
        key = jax.random.PRNGKey(number)
        with Scope(key=lambda: key):
            return np.asarray(layer(x, training=True))

    assert_array_equal(step(1), step(1))
    assert (step(1) != step(2)).any()


def test_layers_with_one_seed_draw_alike_and_others_differ() -> None:
    def mask(layer):
        return np.asarray(layer(ONES, training=True))

    assert_array_equal(mask(Dropout(0.5, seed=7)), mask(Dropout(0.5, seed=7)))
    assert (mask(Dropout(0.5)) != mask(Dropout(0.5))).any()
    layer = Dropout(0.5, seed=7)
    assert (mask(layer) != mask(layer)).any()


@pytest.mark.parametrize(
    "cls", [Dropout, SpatialDropout1D, GaussianDropout, AlphaDropout]
)
@pytest.mark.parametrize("rate", [-0.1, 1.5, "half", None, True])
def test_rates_are_fractions(cls, rate) -> None:
    with pytest.raises(ValueError, match=r"Expected a float value between 0 and 1"):
        cls(rate)


def test_more_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="`rate` must be below 1"):
        GaussianDropout(1.0)
    with pytest.raises(ValueError, match="`stddev` must be a number >= 0"):
        GaussianNoise(-1)
    with pytest.raises(ValueError, match="Expected a tuple"):
        Dropout(0.5, noise_shape="all")
    with pytest.raises(ValueError, match="Expected all dimensions to be pos"):
        Dropout(0.5, noise_shape=(None, 0))
    with pytest.raises(ValueError, match="4 axes"):
        SpatialDropout2D(0.5)(np.ones((2, 3)))


def test_penalty_on_what_passes() -> None:
    layer = ActivityRegularization(l1=0.5, l2=2.0)
    x = np.array([[1.0, -3.0], [0.0, 2.0]], "float32")
    assert_array_equal(layer(x), x)
    assert_allclose(layer.losses, [(0.5 * 6 + 2 * 14) / 2])
    assert set(layer.get_config()) == {"name", "trainable", "dtype", "l1", "l2"}
    assert layers.serialize(layer)["config"]["l2"] == 2.0
