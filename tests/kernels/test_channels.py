"""Sums over channels in every form: moments, products, biases, and average pooling."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import kernels
from saccade.kernels import PoolSpec, _library, _native, _native_channels, _norm

needs_library = pytest.mark.skipif(
    not _library.has("moments"), reason="installed without compiled kernels"
)
# Below, at and beyond vectors, blocks of pixels and blocks of channels.
SHAPES = [(1, 3, 1), (3, 5, 7, 2), (16, 4, 4, 17), (33, 3, 7, 5), (20, 2, 2, 2, 35)]


def normal(*shape: int, seed: int = 0) -> jax.Array:
    rng = np.random.default_rng(seed)
    return jnp.asarray(rng.normal(3.0, 2.0, size=shape), jnp.float32)


@needs_library
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_moments_agree_with_xla(shape: tuple[int, ...]) -> None:
    x, weights = normal(*shape), normal(2, shape[-1], seed=1)
    rows = jnp.arange(shape[0]) < max(1, shape[0] - 2)

    def loss(form, x, kept):
        mean, variance = form(x, kept)
        return jnp.sum(weights[0] * mean + weights[1] * variance), (mean, variance)

    @jax.jit
    def both(x):
        return [
            jax.value_and_grad(loss, 1, has_aux=True)(form, x, kept)
            for kept in (None, rows)
            for form in (_native_channels.moments, _norm.moments_by_sums)
        ]

    first, second, third, fourth = both(x)
    for got, expected in ((first, second), (third, fourth)):
        jax.tree.map(
            lambda g, e: np.testing.assert_allclose(g, e, rtol=2e-5, atol=2e-5),
            got,
            expected,
        )


@needs_library
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_normalizing_and_gradients_agree_with_xla(shape: tuple[int, ...]) -> None:
    x, g = normal(*shape), normal(*shape, seed=1)
    centre, factor, shift = normal(3, shape[-1], seed=2)

    @jax.jit
    def both(x, g, factor, shift):
        pulled = []
        for form in (_native_channels.normalize, _norm.normalize_plainly):
            out, pull = jax.vjp(
                lambda *a, f=form: f(a[0], centre, *a[1:]), x, factor, shift
            )
            pulled.append((out, *pull(g)))
        return pulled

    for got, expected in zip(*both(x, g, factor, shift), strict=True):
        scale = float(jnp.max(jnp.abs(expected)))
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=2e-6 * scale)


@needs_library
def test_moments_of_nothing() -> None:
    for form in _native_channels.moments, _norm.moments_by_sums:
        mean, variance = form(jnp.ones((0, 4, 4, 3)), None)
        assert mean.shape == variance.shape == (3,)


@needs_library
def test_moments_keep_their_digits_far_from_zero() -> None:
    x = jnp.asarray(1e4 + np.arange(4096.0).reshape(32, 8, 8, 2) % 7, jnp.float32)
    mean, variance = _native_channels.moments(x, None)
    wide = np.asarray(x, np.float64)
    np.testing.assert_allclose(mean, wide.mean((0, 1, 2)), rtol=1e-6)
    np.testing.assert_allclose(variance, wide.var((0, 1, 2)), rtol=1e-4)


@needs_library
def test_numbers_that_do_not_count_may_be_anything() -> None:
    x = normal(5, 4, 3).at[3:].set(jnp.nan)
    rows = jnp.arange(5) < 3
    mean, variance = _native_channels.moments(x, rows)
    np.testing.assert_allclose(mean, x[:3].mean((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(variance, x[:3].var((0, 1)), rtol=1e-5)
    slope = jax.grad(lambda x: jnp.sum(_native_channels.moments(x, rows)[1]))(x)
    np.testing.assert_array_equal(slope[3:], 0)
    (factor,) = jax.grad(
        lambda f: (
            jnp.sum(_native_channels.normalize(x, mean, f, mean, rows)[:3] ** 2) / 2
        ),
        argnums=(0,),
    )(jnp.ones(3))
    off = x[:3] - mean
    np.testing.assert_allclose(factor, jnp.sum((off + mean) * off, (0, 1)), rtol=1e-4)
    none = _native_channels.moments(x, jnp.zeros(5, bool))
    np.testing.assert_array_equal(jnp.stack(none), 0)


@needs_library
def test_the_same_bits_each_time() -> None:
    x = normal(33, 9, 9, 20)
    first = [np.asarray(a) for a in _native_channels.moments(x, None)]
    for _ in range(5):
        for a, b in zip(first, _native_channels.moments(x, None), strict=True):
            np.testing.assert_array_equal(a, b)


@needs_library
@pytest.mark.parametrize("form", [_native_channels.moments, _norm.moments_by_sums])
def test_second_derivatives(form) -> None:
    x = normal(4, 3, 2)
    one = jnp.ones(2)

    def slope(moments, normalize):
        def loss(x, factor):
            mean, variance = moments(x, None)
            centre = jax.lax.stop_gradient(mean)
            out = normalize(x, centre, factor / (variance + 1), centre - mean)
            return jnp.sum(jnp.sin(out))

        def again(x, factor):
            return sum(jnp.sum(g**2) for g in jax.grad(loss, (0, 1))(x, factor))

        return jax.jit(jax.grad(again, (0, 1)))(x, one)

    def textbook(x, rows):
        return jnp.mean(x, (0, 1)), jnp.var(x, (0, 1))

    got = slope(form, _native_channels.normalize)
    expected = slope(textbook, _norm.normalize_plainly)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


@needs_library
def test_forms_are_chosen_by_the_batch(monkeypatch) -> None:
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)
    for operation in ("bias_gradient", "moments", "normalize"):

        def chosen(x, operation=operation):
            return kernels.choose(operation, _norm.spec_of(x), "cpu").name

        assert chosen(jnp.zeros((32, 16, 16, 8))) == "native"
        assert chosen(jnp.zeros((2, 16, 16, 8))) != "native"
        assert chosen(jnp.zeros((32, 3))) != "native"
        assert chosen(jnp.zeros((32, 16, 16, 8), jnp.bfloat16)) != "native"


@needs_library
def test_arrays_that_do_not_fit_are_an_error_and_no_crash() -> None:
    x = normal(4, 3, 2)
    with pytest.raises(Exception, match="do not fit each other"):
        jax.block_until_ready(_native_channels._moments(x, jnp.ones(5)))
    with pytest.raises(Exception, match="do not fit each other"):
        jax.block_until_ready(
            _native_channels.products(x, normal(4, 2, 2), jnp.ones(2), jnp.ones(4))
        )


POOLS = [
    (1, 1, (5, 5), (2, 2), (2, 2), "valid"),
    (17, 3, (7, 6), (3, 2), (2, 1), "same"),
    (32, 20, (5, 4), (2, 3), (3, 3), "same"),
    (3, 200, (4, 4), (4, 4), (4, 4), "valid"),
]


@needs_library
@pytest.mark.parametrize("case", POOLS, ids=str)
def test_averages_and_gradients_agree_with_xla(case) -> None:
    from saccade.ops._shapes import window_count, window_padding

    batch, channels, inputs, size, strides, padding = case
    each = list(zip(inputs, size, strides, strict=True))
    spec = PoolSpec(
        batch,
        inputs,
        tuple(window_count(n, k, s, padding) for n, k, s in each),
        size,
        strides,
        tuple(window_padding(n, k, s, padding) for n, k, s in each),
        channels,
    )
    x = normal(batch, *inputs, channels)
    g = normal(batch, *spec.outputs, channels, seed=1)

    @jax.jit
    def both(x, g):
        pulled = []
        for name in ("native", "xla"):
            run = kernels.form("average_pool", name).run
            out, pull = jax.vjp(lambda x, run=run: run(x, spec), x)
            pulled.append((out, pull(g)[0]))
        return pulled

    for got, expected in zip(*both(x, g), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


@needs_library
def test_average_pooling_is_linear() -> None:
    spec = PoolSpec(3, (5,), (4,), (2,), (1,), ((0, 0),), 2)
    x, y = normal(3, 5, 2), normal(3, 4, 2, seed=1)
    one, other = _native.average_pool(x, spec), _native.average_pool_gradient(y, spec)
    np.testing.assert_allclose(jnp.vdot(one, y), jnp.vdot(x, other), rtol=1e-5)
    (back,) = jax.vjp(lambda y: _native.average_pool_gradient(y, spec), y)[1](x)
    np.testing.assert_array_equal(back, one)
