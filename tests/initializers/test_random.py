"""Random initializers: statistics against theory, seeds, fans, errors."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import initializers
from saccade.core import _random
from saccade.core._errors import ConfigError, ShapeError
from saccade.initializers._random import compute_fans
from saccade.layers import EinsumDense

SHAPE = (3, 3, 40, 60)
FAN_IN, FAN_OUT = 360, 540
# name -> (standard deviation, largest absolute value)
CUT = 0.87962566103423978
EXPECTED = {
    "glorot_uniform": (math.sqrt(2 / 900), math.sqrt(6 / 900)),
    "glorot_normal": (math.sqrt(2 / 900), 2 * math.sqrt(2 / 900) / CUT),
    "he_uniform": (math.sqrt(2 / FAN_IN), math.sqrt(6 / FAN_IN)),
    "he_normal": (math.sqrt(2 / FAN_IN), 2 * math.sqrt(2 / FAN_IN) / CUT),
    "lecun_uniform": (math.sqrt(1 / FAN_IN), math.sqrt(3 / FAN_IN)),
    "lecun_normal": (math.sqrt(1 / FAN_IN), 2 * math.sqrt(1 / FAN_IN) / CUT),
    "random_normal": (0.05, math.inf),
    "truncated_normal": (0.05 * CUT, 0.1),
    "random_uniform": (0.1 / math.sqrt(12), 0.05),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_statistics(name: str) -> None:
    values = np.asarray(initializers.get(name)(SHAPE))
    stddev, bound = EXPECTED[name]
    count = values.size
    assert values.dtype == np.float32
    assert values.shape == SHAPE
    # Five standard errors of mean and standard deviation.
    assert abs(values.mean()) < 5 * stddev / math.sqrt(count)
    assert abs(values.std() / stddev - 1) < 5 / math.sqrt(2 * count)
    assert np.abs(values).max() <= bound * (1 + 1e-6)
    if math.isfinite(bound):
        assert np.abs(values).max() > 0.99 * bound


@pytest.mark.parametrize("name", EXPECTED)
def test_values_of_neighbours_are_independent(name: str) -> None:
    flat = np.asarray(initializers.get(name)(SHAPE)).ravel()
    correlation = np.corrcoef(flat[:-1], flat[1:])[0, 1]
    assert abs(correlation) < 5 / math.sqrt(flat.size)


def test_truncated_normal_follows_the_cut_distribution() -> None:
    draws = np.sort(np.asarray(initializers.TruncatedNormal(0, 1, seed=3)((20000,))))
    cdf = np.array([0.5 * (1 + math.erf(v / 2**0.5)) for v in draws])
    low = 0.5 * (1 + math.erf(-2 / 2**0.5))
    cdf = (cdf - low) / (1 - 2 * low)
    uniform = (np.arange(len(draws)) + 0.5) / len(draws)
    assert np.abs(cdf - uniform).max() < 1.95 / math.sqrt(len(draws))


def test_mean_and_bounds_are_used() -> None:
    assert abs(float(initializers.RandomNormal(3.0, 0.1)((2000,)).mean()) - 3) < 0.02
    draws = initializers.RandomUniform(2.0, 3.0)((2000,))
    assert float(draws.min()) >= 2
    assert float(draws.max()) <= 3


def test_same_instance_gives_the_same_values_twice() -> None:
    draw = initializers.GlorotUniform()
    assert bool((draw((4, 5)) == draw((4, 5))).all())


def test_seed_fixes_values_and_its_absence_does_not() -> None:
    one, same, other = (initializers.HeNormal(seed=s)((9,)) for s in (1, 1, 2))
    assert bool((one == same).all())
    assert bool((one != other).any())
    assert bool((initializers.HeNormal()((9,)) != initializers.HeNormal()((9,))).any())


def test_global_seed_repeats_a_program() -> None:
    def draws():
        _random.set_global_seed(7)
        return [initializers.get("glorot_uniform")((3, 3)) for _ in range(2)]

    for one, again in zip(draws(), draws(), strict=True):
        np.testing.assert_array_equal(one, again)


def test_seed_generator_moves_on() -> None:
    def draws():
        draw = initializers.RandomNormal(seed=_random.SeedGenerator(5))
        return draw((4,)), draw((4,))

    first, second = draws()
    assert bool((first != second).any())
    np.testing.assert_array_equal(draws(), (first, second))


def test_wrong_seed() -> None:
    with pytest.raises(ConfigError, match="`seed` must be an int, a SeedGenerator"):
        initializers.GlorotUniform(seed=1.5)  # type: ignore[arg-type]


def test_building_weights_compiles_nothing() -> None:
    with pytest.MonkeyPatch.context() as patch:
        compiled = []
        from jax._src import compiler

        real = compiler.compile_or_get_cached
        patch.setattr(
            compiler,
            "compile_or_get_cached",
            lambda *a, **k: compiled.append(1) or real(*a, **k),
        )
        for name in [*EXPECTED, "zeros", "ones", "orthogonal", "identity"]:
            initializers.get(name)((37, 11))
        assert compiled == []
        jax.jit(lambda x: x * 1.2345)(jnp.ones(41))
        assert compiled, "the counter does not see compilations"


@pytest.mark.parametrize(
    ("shape", "fans"),
    [
        ((), (1, 1)),
        ((5,), (5, 5)),
        ((784, 10), (784, 10)),
        ((3, 3, 16, 32), (144, 288)),
        ((5, 4, 8), (20, 40)),
    ],
)
def test_fans(shape, fans) -> None:
    assert compute_fans(shape) == fans


def test_fans_of_given_axes() -> None:
    assert compute_fans((2, 3, 5), (0, 1), (2,)) == (6, 5)
    wide = initializers.HeUniform(1, input_axes=(0,), output_axes=(1, 2))((3, 3, 100))
    assert float(abs(wide).max()) > 1.3  # sqrt(6 / 3), not sqrt(6 / 9)


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (3, 3, 2, 8), (3, 3, 8, 2)])
def test_orthogonal(shape) -> None:
    values = np.asarray(initializers.Orthogonal(gain=2.0)(shape))
    matrix = values.reshape(-1, shape[-1]) / 2
    if len(matrix) < matrix.shape[1]:
        matrix = matrix.T
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(matrix.shape[1]), atol=1e-5)


def test_orthogonal_needs_a_matrix() -> None:
    with pytest.raises(ShapeError, match=r"at least two axes, got shape \(3,\)"):
        initializers.Orthogonal()((3,))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_type(dtype: str) -> None:
    assert initializers.get("he_normal")((3, 3), dtype).dtype == dtype


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"scale": 0}, "`scale` must be positive float, got 0"),
        ({"mode": "fan_inn"}, "did you mean 'fan_in'"),
        (
            {"distribution": "gauss"},
            "Invalid `distribution` argument: 'gauss', known are uniform",
        ),
    ],
)
def test_variance_scaling_errors(arguments, text) -> None:
    with pytest.raises(ConfigError, match=text):
        initializers.VarianceScaling(**arguments)


def test_normal_is_the_truncated_one() -> None:
    draw = initializers.VarianceScaling(distribution="normal")
    assert draw.get_config()["distribution"] == "truncated_normal"
    wide = initializers.VarianceScaling(distribution="untruncated_normal", seed=1)
    assert float(abs(wide((100, 1000))).max()) > 3.5 * math.sqrt(1 / 100)


def test_heads_count_as_outputs() -> None:
    layer = EinsumDense("abc,cde->abde", (None, 8, 16), kernel_initializer="he_normal")
    layer.build((None, 10, 512))
    # Not 8 * 512 inputs, as the last two axes of a convolution's kernel would have.
    assert np.std(layer.kernel) == pytest.approx(math.sqrt(2 / 512), rel=0.05)
    assert layer.get_config()["kernel_initializer"]["config"]["input_axes"] is None
