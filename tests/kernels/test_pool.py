"""Every form of pooling against XLA's own, ties and NaN included."""

from __future__ import annotations

import hypothesis
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import strategies as st

from saccade import kernels
from saccade.kernels import PoolSpec, _xla
from saccade.ops._shapes import window_count, window_padding


@st.composite
def pool_specs(draw: st.DrawFn) -> PoolSpec:
    rank = draw(st.integers(1, 2))
    size = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    strides = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    if draw(st.booleans()):
        strides = size
    padding = draw(st.sampled_from(["valid", "same"]))
    inputs = tuple(draw(st.integers(3, 8)) for _ in range(rank))
    each = list(zip(inputs, size, strides, strict=True))
    return PoolSpec(
        batch=2,
        inputs=inputs,
        outputs=tuple(window_count(n, k, s, padding) for n, k, s in each),
        size=size,
        strides=strides,
        padding=tuple(window_padding(n, k, s, padding) for n, k, s in each),
        channels=draw(st.integers(1, 3)),
    )


CPU_FORMS = [
    (operation, name)
    for operation in ("max_pool", "sum_pool")
    for name in kernels.form_names(operation)
    if not name.startswith("xla")
    and not (kernels.form(operation, name).native and kernels.missing())
]
QUICK = hypothesis.settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)


@pytest.mark.parametrize(("operation", "name"), CPU_FORMS)
def test_form_and_gradient_agree_with_xla(operation: str, name: str) -> None:
    form = kernels.form(operation, name)
    reference = kernels.form(operation, "xla")

    @QUICK
    @hypothesis.given(spec=pool_specs(), seed=st.integers(0, 3))
    def check(spec: PoolSpec, seed: int) -> None:
        rng = np.random.default_rng(seed)
        # Small whole numbers, so that windows hold equal maxima.
        shape = (spec.batch, *spec.inputs, spec.channels)
        x = jnp.asarray(rng.integers(-2, 2, shape), jnp.float32)
        shape = (spec.batch, *spec.outputs, spec.channels)
        g = jnp.asarray(rng.integers(1, 9, shape), jnp.float32)

        @jax.jit
        def both(x: jax.Array, g: jax.Array) -> list[jax.Array]:
            out, pull = jax.vjp(lambda x: form.run(x, spec), x)
            expected, expected_pull = jax.vjp(lambda x: reference.run(x, spec), x)
            return [out, expected, pull(g)[0], expected_pull(g)[0]]

        out, expected, slope, expected_slope = both(x, g)
        np.testing.assert_array_equal(out, expected)
        np.testing.assert_array_equal(slope, expected_slope)

    check()


def _square(n: int, k: int, s: int) -> PoolSpec:
    out = (n - k) // s + 1
    return PoolSpec(1, (n, n), (out, out), (k, k), (s, s), ((0, 0), (0, 0)), 1)


@pytest.mark.parametrize("spec", [_square(4, 2, 2), _square(5, 3, 2)])
def test_nan_in_a_window_is_its_maximum(spec: PoolSpec) -> None:
    for place in range(4):
        x = np.ones((1, *spec.inputs, 1), np.float32)
        x[0, place // 2, place % 2, 0] = np.nan
        out = np.asarray(kernels.max_pool(jnp.asarray(x), spec))
        expected = np.asarray(_xla.max_pool(jnp.asarray(x), spec))
        np.testing.assert_array_equal(np.isnan(out), np.isnan(expected))
        assert np.isnan(out[0, 0, 0, 0])


def test_integers_and_infinities() -> None:
    spec = _square(2, 2, 2)
    x = jnp.asarray([-7, -9, -8, -12], jnp.int8).reshape(1, 2, 2, 1)
    assert int(kernels.max_pool(x, spec)[0, 0, 0, 0]) == -7
    least = jnp.full((1, 2, 2, 1), -jnp.inf)
    assert float(kernels.max_pool(least, spec)[0, 0, 0, 0]) == -np.inf


def test_average_counts_real_inputs_only() -> None:
    spec = PoolSpec(1, (3,), (2,), (2,), (2,), ((0, 1),), 1)
    x = jnp.asarray([2.0, 4.0, 10.0]).reshape(1, 3, 1)
    np.testing.assert_array_equal(np.ravel(kernels.average_pool(x, spec)), [3.0, 10.0])


def test_runs_under_vmap_and_jit() -> None:
    spec = _square(4, 2, 2)
    x = jnp.arange(32.0).reshape(2, 1, 4, 4, 1)
    out = jax.jit(jax.vmap(lambda x: kernels.max_pool(x, spec)))(x)
    np.testing.assert_array_equal(np.ravel(out), [5, 7, 13, 15, 21, 23, 29, 31])
