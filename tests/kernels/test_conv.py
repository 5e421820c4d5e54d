"""Every form of convolution against XLA's own and against a plain NumPy loop."""

from __future__ import annotations

import itertools

import hypothesis
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import strategies as st

from saccade import kernels
from saccade.kernels import ConvSpec, _strips, _xla
from saccade.ops._shapes import window_count, window_padding


@st.composite
def conv_specs(draw: st.DrawFn, form: str = "") -> ConvSpec:
    """Draws shapes; `form` names one that takes only some of them."""
    tiles = form in ("winograd", "native_tiles")
    rank = 2 if tiles else draw(st.integers(1, 2))
    points = form == "conv_grad_input patches"

    def sizes(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(low, high)) for _ in range(rank))

    kernel, strides, dilation = sizes(1, 4), sizes(1, 3), sizes(1, 2)
    groups = draw(st.integers(1, 3))
    channels = draw(st.integers(1, 3))
    if tiles:
        kernel, strides, dilation, groups = (3, 3), (1, 1), (1, 1), 1
    if points:
        kernel = (1,) * rank
    if points or form == "library":
        groups = 1
    padding = draw(st.sampled_from(["valid", "same"]))
    least = max((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
    inputs = sizes(least, least + 6)
    each = list(zip(inputs, kernel, strides, dilation, strict=True))
    return ConvSpec(
        batch=2,
        inputs=inputs,
        outputs=tuple(window_count(n, k, s, padding, d) for n, k, s, d in each),
        kernel=kernel,
        in_channels=groups * channels,
        filters=groups * draw(st.integers(1, 3)),
        strides=strides,
        dilation=dilation,
        padding=tuple(window_padding(n, k, s, padding, d) for n, k, s, d in each),
        groups=groups,
    )


def arrays(spec: ConvSpec) -> tuple[jax.Array, jax.Array, jax.Array]:
    rng = np.random.default_rng(0)

    def normal(*shape: int) -> jax.Array:
        return jnp.asarray(rng.normal(size=shape), jnp.float32)

    return (
        normal(spec.batch, *spec.inputs, spec.in_channels),
        normal(*spec.kernel, spec.group_channels, spec.filters),
        normal(spec.batch, *spec.outputs, spec.filters),
    )


def numpy_conv(x: np.ndarray, w: np.ndarray, spec: ConvSpec) -> np.ndarray:
    x = np.pad(x, [(0, 0), *spec.padding, (0, 0)])
    out = np.zeros((spec.batch, *spec.outputs, spec.filters))
    many = spec.filters // spec.groups
    for place in itertools.product(*map(range, spec.outputs)):
        for tap in itertools.product(*map(range, spec.kernel)):
            at = tuple(
                p * s + t * d
                for p, s, t, d in zip(
                    place, spec.strides, tap, spec.dilation, strict=True
                )
            )
            for f in range(spec.filters):
                first = f // many * spec.group_channels
                seen = x[(slice(None), *at, slice(first, first + spec.group_channels))]
                out[(slice(None), *place, f)] += seen @ w[(*tap, slice(None), f)]
    return out


def close(got: jax.Array, expected: jax.Array | np.ndarray) -> None:
    scale = max(1.0, float(np.max(np.abs(expected), initial=0)))
    np.testing.assert_allclose(
        np.asarray(got) / scale, np.asarray(expected) / scale, atol=1e-5
    )


QUICK = hypothesis.settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
CPU_FORMS = [
    (operation, name)
    for operation in ("conv", "conv_grad_input", "conv_grad_kernel")
    for name in kernels.form_names(operation)
    if not name.startswith("xla")
]


@QUICK
@hypothesis.given(spec=conv_specs())
def test_xla_form_agrees_with_numpy(spec: ConvSpec) -> None:
    x, w, _ = arrays(spec)
    close(_xla.conv(x, w, spec), numpy_conv(np.asarray(x), np.asarray(w), spec))


def _drawn(operation: str, name: str) -> str:
    both = f"{operation} {name}"
    return both if both == "conv_grad_input patches" else name


@pytest.mark.parametrize(("operation", "name"), CPU_FORMS)
def test_form_agrees_with_xla(operation: str, name: str) -> None:
    form = kernels.form(operation, name)

    @QUICK
    @hypothesis.given(spec=conv_specs(_drawn(operation, name)))
    def check(spec: ConvSpec) -> None:
        with kernels.answering():  # for which one of them is
            assert form.fits(spec)
        x, w, dy = arrays(spec)

        @jax.jit
        def both(
            x: jax.Array, w: jax.Array, dy: jax.Array
        ) -> tuple[jax.Array, jax.Array, jax.Array]:
            reference, cotangent = jax.vjp(lambda x, w: _xla.conv(x, w, spec), x, w)
            dx, dw = cotangent(dy)
            operands, expected = {
                "conv": ((x, w), reference),
                "conv_grad_input": ((dy, w), dx),
                "conv_grad_kernel": ((x, dy), dw),
            }[operation]
            xla = kernels.form(operation, "xla")
            return form.run(*operands, spec), expected, xla.run(*operands, spec)

        got, expected, by_xla = both(x, w, dy)
        close(got, expected)
        close(by_xla, expected)

    check()


@pytest.mark.parametrize("name", ["lanes", "winograd"])
@pytest.mark.parametrize("rows", [5, 8])
def test_strips_give_the_same_numbers(name: str, rows: int, monkeypatch) -> None:
    spec = ConvSpec(
        2, (rows,) * 2, (rows,) * 2, (3, 3), 2, 3, (1, 1), (1, 1), ((1, 1),) * 2
    )
    x, w, dy = arrays(spec)
    monkeypatch.setattr(_strips, "CACHE_BYTES", 1)
    for operation, operands in {
        "conv": (x, w),
        "conv_grad_input": (dy, w),
        "conv_grad_kernel": (x, dy),
    }.items():
        expected = kernels.form(operation, "xla").run(*operands, spec)
        close(kernels.form(operation, name).run(*operands, spec), expected)


def test_strips_with_strides_and_a_rest(monkeypatch) -> None:
    spec = ConvSpec(1, (11,), (5,), (3,), 1, 2, (2,), (1,), ((0, 0),))
    x, w, dy = arrays(spec)
    monkeypatch.setattr(_strips, "CACHE_BYTES", 2 * 4 * 3)
    assert _strips.rows_per_strip(5, 4 * 3) == 2
    for operation, operands in {
        "conv": (x, w),
        "conv_grad_input": (dy, w),
        "conv_grad_kernel": (x, dy),
    }.items():
        expected = kernels.form(operation, "xla").run(*operands, spec)
        close(kernels.form(operation, "lanes").run(*operands, spec), expected)


def _plane(stride: int, groups: int) -> ConvSpec:
    n = (5 - 1) // stride + 1
    around = tuple(window_padding(5, 3, stride, "same") for _ in range(2))
    return ConvSpec(
        2, (5, 5), (n, n), (3, 3), 2, 4, (stride,) * 2, (1, 1), around, groups
    )


@pytest.mark.parametrize("spec", [_plane(1, 1), _plane(2, 1), _plane(2, 2)])
def test_gradients_and_second_derivatives_agree_with_xla(spec: ConvSpec) -> None:
    x, w, dy = arrays(spec)

    def derivatives(conv, x, w):
        def loss(x: jax.Array, w: jax.Array) -> jax.Array:
            return jnp.sum(jnp.sin(conv(x, w, spec)) * dy)

        def slope(x: jax.Array, w: jax.Array) -> jax.Array:
            dx, dw = jax.grad(loss, (0, 1))(x, w)
            return jnp.sum(dx**2) + jnp.sum(dw**2)

        return jax.grad(loss, (0, 1))(x, w), jax.grad(slope, (0, 1))(x, w)

    got = jax.jit(lambda x, w: derivatives(kernels.conv, x, w))(x, w)
    expected = jax.jit(lambda x, w: derivatives(_xla.conv, x, w))(x, w)
    jax.tree.map(close, got, expected)


def test_runs_under_vmap_and_inside_a_loop() -> None:
    spec = ConvSpec(2, (5, 4), (5, 4), (3, 3), 2, 3, (1, 1), (1, 1), ((1, 1), (1, 1)))
    x, w, _ = arrays(spec)
    many = jax.vmap(lambda w: kernels.conv(x, w, spec))(jnp.stack([w, 2 * w]))
    close(many[1], 2 * _xla.conv(x, w, spec))

    @jax.jit
    def descend(w: jax.Array, steps: jax.Array) -> jax.Array:
        def step(_: jax.Array, w: jax.Array) -> jax.Array:
            return w - 0.01 * jax.grad(lambda w: jnp.sum(kernels.conv(x, w, spec)))(w)

        return jax.lax.fori_loop(0, steps, step, w)

    gradient = jax.grad(lambda w: jnp.sum(_xla.conv(x, w, spec)))(w)
    close(descend(w, jnp.int32(3)), w - 0.03 * gradient)


def test_short_floats_are_added_up_in_float32() -> None:
    spec = ConvSpec(1, (64,), (1,), (64,), 64, 1, (1,), (1,), ((0, 0),))
    x = jnp.ones((1, 64, 64), jnp.bfloat16)
    w = jnp.full((64, 64, 1), 2**-8, jnp.bfloat16)
    out = kernels.conv(x, w, spec)
    assert out.dtype == jnp.bfloat16
    assert float(out[0, 0, 0]) == 16.0
