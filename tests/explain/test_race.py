"""The race of optimizers: golden minima, shares of starts, the library's formulas."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from saccade import Variable, explain, optimizers
from saccade.core._errors import ConfigError, ShapeError
from saccade.explain._race import find_surface
from saccade.explain._racers import RACERS
from saccade.explain._surfaces import SURFACES


@pytest.mark.parametrize("name", [*SURFACES, "network"])
def test_gradients_are_those_of_the_surface(name: str) -> None:
    surface = find_surface(name)
    rng = np.random.default_rng(0)
    x, y = rng.uniform(surface.box[0], surface.box[1], (2, 50))
    h = 1e-5
    found = surface.gradient(x, y)
    for slope, dx, dy in zip(found, (h, 0), (0, h), strict=True):
        rise = surface.value(x + dx, y + dy) - surface.value(x - dx, y - dy)
        np.testing.assert_allclose(slope, rise / (2 * h), rtol=1e-5, atol=1e-4)
    for minimum in surface.minima:
        assert np.hypot(*surface.gradient(*np.array(minimum))) < 1e-4


def test_minima_of_the_first_surface() -> None:
    surface = SURFACES["two_gaussians"]
    (deep_x, _), (shallow_x, _) = surface.minima
    assert (round(deep_x, 6), round(shallow_x, 6)) == (-0.936301, 0.905318)
    heights = [float(surface.value(*np.array(m))) for m in surface.minima]
    np.testing.assert_allclose(heights, [-2.063090, -1.092733], atol=1e-6)


def test_a_networks_loss_is_a_surface_like_the_others() -> None:
    race = explain.race("network")
    assert set(race.ends) == {"minimum 1", "minimum 2", "elsewhere"}
    x, y, heights = race.surface.heights(41)
    assert heights.shape == (41, 41)
    lowest = float(race.surface.value(*np.array(race.surface.minima[0])))
    assert lowest <= heights.min() < lowest + 0.02
    row, column = np.unravel_index(heights.argmin(), heights.shape)
    assert np.hypot(x[column], y[row]) < 5
    # Far out the neuron is saturated: hardly any slope.
    steep = [np.hypot(*race.surface.gradient(*np.array(p))) for p in ((5, 5), (1, 1))]
    assert steep[0] < steep[1] / 5
    found = explain.basins("network", "adam", steps=150, size=9)
    assert found.ends.shape == (9, 9)
    assert found.shares.sum() > 0.3


@pytest.mark.parametrize(
    ("optimizer", "steps", "shares", "within"),
    [
        ("sgd", 500, (0.548, 0.452), 6e-4),
        ("momentum", 200, (0.591, 0.408), 6e-4),
        ("rmsprop", 300, (0.654, 0.341), 5e-3),
        ("adam_uncorrected", 100, (0.668, 0.330), 1.5e-3),
        ("adam", 100, (0.291, 0.218), 0.012),
        ("adam", 400, (0.643, 0.344), 6e-4),
    ],
)
def test_which_start_ends_where(optimizer, steps, shares, within) -> None:
    found = explain.basins(optimizer=optimizer, steps=steps)
    np.testing.assert_allclose(found.shares, shares, atol=within)
    assert (found.ends == 0).mean() == found.shares[0]


def test_from_one_start_they_part() -> None:
    race = explain.race(
        start=(0.3, 1.5),
        optimizers=["sgd", "momentum", "rmsprop", "adam_uncorrected"],
        steps=500,
    )
    assert race.ends == ("minimum 2", "minimum 1", "minimum 1", "minimum 1")
    assert race.lines()[-4].split()[:3] == ["SGD", "0.02", "0.905"]


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("sgd", lambda: optimizers.SGD(0.02)),
        ("momentum", lambda: optimizers.SGD(0.01, momentum=0.8)),
        ("nesterov", lambda: optimizers.SGD(0.01, momentum=0.8, nesterov=True)),
        ("rmsprop", lambda: optimizers.RMSprop(0.01, rho=0.99, epsilon=1e-6)),
        ("adagrad", lambda: optimizers.Adagrad(0.1, 0.1, 1e-7)),
        ("adam", lambda: optimizers.Adam(0.01, 0.7, 0.999, 1e-6)),
        ("adamw", lambda: optimizers.AdamW(0.01, 0.1, 0.7, 0.999, 1e-6)),
    ],
)
def test_the_rules_are_those_of_the_optimizers(name: str, made) -> None:
    race = explain.race(start=(0.3, 1.5), optimizers=[name], steps=6)
    optimizer, w = made(), Variable(np.array([0.3, 1.5], "float32"), name="w")
    for step in range(6):
        gradient = SURFACES["two_gaussians"].gradient(*race.paths[0, step])
        optimizer.apply([jnp.asarray(gradient, jnp.float32)], [w])
        np.testing.assert_allclose(race.paths[0, step + 1], w.value, atol=3e-6)


def test_a_missing_correction_makes_the_first_steps_long() -> None:
    race = explain.race(start=(0.3, 1.5), optimizers=["adam", "adam_uncorrected"])
    first = np.hypot(*(race.paths[:, 1] - race.paths[:, 0]).T)
    # 0.3 m / sqrt(0.001 v) in place of m / sqrt(v)
    assert first[1] / first[0] == pytest.approx(0.3 / np.sqrt(0.001), rel=1e-3)


def test_noise_is_the_same_for_all_and_for_the_same_seed() -> None:
    def run(**more):
        return explain.race("ravine", steps=20, optimizers=["sgd", "adam"], **more)

    np.testing.assert_array_equal(
        run(noise=1, seed=3).paths, run(noise=1, seed=3).paths
    )
    assert not np.allclose(run(noise=1, seed=3).paths, run(noise=1, seed=4).paths)
    assert not np.allclose(run(noise=1).paths, run().paths)


def test_a_rate_too_large_diverges_and_says_so() -> None:
    race = explain.race("rosenbrock", rates={"sgd": 1.0}, steps=30)
    assert race.ends[0] == "diverged"
    assert np.isnan(race.paths[0, -1]).all()
    assert np.isfinite(race.paths[1:]).all()
    assert "diverged" in race.lines()[5]


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("ravine", {"minimum 1", "elsewhere"}),
        ("rosenbrock", {"minimum 1", "elsewhere"}),
        ("rastrigin", {"minimum 1", "elsewhere"}),
        ("himmelblau", {"minimum 4", "minimum 1"}),
        ("beale", {"minimum 1", "elsewhere"}),
        ("saddle", {"elsewhere"}),
    ],
)
def test_the_usual_rates_show_a_difference(name: str, ends: set[str]) -> None:
    race = explain.race(name)
    assert set(race.ends) == ends
    if name == "saddle":  # the plain ones stay, the scaled ones leave
        assert (np.abs(race.paths[:, -1, 1]) > 1).tolist() == [False] * 3 + [True] * 4


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: explain.race("saddel"), ConfigError, "did you mean 'saddle'?"),
        (
            lambda: explain.race(optimizers=["adamm"]),
            ConfigError,
            "did you mean 'adam'",
        ),
        (lambda: explain.race(rates={"sgdd": 1}), ConfigError, "did you mean 'sgd'?"),
        (lambda: explain.race(rates={"sgd": -1}), ConfigError, "must be a number >= 0"),
        (lambda: explain.race(start=[1]), ShapeError, "two numbers, x and y"),
        (lambda: explain.race(steps=0), ConfigError, "`steps` must be an int >= 1"),
        (lambda: explain.race(noise=-1), ConfigError, "`noise` must be >= 0"),
    ],
)
def test_mistakes(call, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)


def test_every_racer_runs_on_every_surface() -> None:
    for name in SURFACES:
        assert len(explain.race(name, optimizers=list(RACERS), steps=3).ends) == 8
