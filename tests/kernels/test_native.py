"""The compiled kernels: every vector width, odd sizes, wrong calls, absence."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import kernels
from saccade.kernels import ConvSpec, PoolSpec, _library, _native, _xla
from saccade.kernels._spec import ChannelSpec

needs_library = pytest.mark.skipif(
    _library.missing() is not None, reason="installed without compiled kernels"
)
FILES = [str(Path(__file__).with_name(f"test_{n}.py")) for n in ("native", "channels")]
CONV = ConvSpec(32, (8, 8), (8, 8), (3, 3), 4, 4, (1, 1), (1, 1), ((1, 1), (1, 1)))


def arrays(spec: ConvSpec) -> tuple[jax.Array, jax.Array, jax.Array]:
    rng = np.random.default_rng(0)
    shapes = (
        (spec.batch, *spec.inputs, spec.in_channels),
        (*spec.kernel, spec.group_channels, spec.filters),
        (spec.batch, *spec.outputs, spec.filters),
    )
    x, w, dy = (jnp.asarray(rng.normal(size=s), jnp.float32) for s in shapes)
    return x, w, dy


def spec_of(
    batch: int,
    channels: int,
    filters: int,
    kernel: tuple[int, int],
    stride: int = 1,
    dilation: int = 1,
    groups: int = 1,
    before: int = 0,
) -> ConvSpec:
    inputs = (7, 9)
    outputs = tuple(
        (n + 2 * before - (k - 1) * dilation - 1) // stride + 1
        for n, k in zip(inputs, kernel, strict=True)
    )
    return ConvSpec(
        batch, inputs, outputs, kernel, channels, filters, (stride,) * 2,
        (dilation,) * 2, ((before, before),) * 2, groups,
    )  # fmt: skip


# Below, at, and beyond one and two vectors of each width; few and many channels.
SPECS = [
    spec_of(1, 1, 1, (1, 1)),
    spec_of(3, 3, 13, (3, 2), before=1),
    spec_of(16, 2, 6, (5, 5), before=2),
    spec_of(33, 5, 25, (2, 3), stride=2),
    spec_of(40, 4, 4, (3, 3), dilation=2, before=2),
    spec_of(20, 6, 9, (3, 3), groups=3, before=1),
    spec_of(17, 5, 5, (3, 3), stride=2, groups=5, before=1),
    spec_of(8, 24, 7, (2, 2), stride=3, dilation=2, before=3),
    spec_of(19, 8, 10, (4, 3), dilation=2, before=3),
    spec_of(32, 1, 1, (3, 5), stride=2, before=4),
]


@needs_library
@pytest.mark.parametrize("spec", SPECS, ids=lambda s: f"b{s.batch}c{s.in_channels}")
def test_convolutions_agree_with_xla(spec: ConvSpec) -> None:
    x, w, dy = arrays(spec)

    @jax.jit
    def both(x, w, dy):
        expected, pull = jax.vjp(lambda x, w: _xla.conv(x, w, spec), x, w)
        got = (
            _native.conv(x, w, spec),
            _native.conv_grad_input(dy, w, spec),
            _native.conv_grad_kernel(x, dy, spec),
        )
        return got, (expected, *pull(dy))

    for got, expected in zip(*both(x, w, dy), strict=True):
        scale = float(jnp.max(jnp.abs(expected)))
        np.testing.assert_allclose(got, expected, atol=1e-5 * scale)


# Odd and even sizes, one output, zeros on one side; below, at and beyond one vector.
TILED = [
    spec_of(1, 1, 1, (3, 3)),
    spec_of(3, 2, 13, (3, 3), before=1),
    spec_of(16, 24, 7, (3, 3), before=1),
    spec_of(33, 5, 25, (3, 3)),
    spec_of(70, 9, 12, (3, 3), before=2),
    ConvSpec(
        20, (3, 4), (1, 5), (3, 3), 3, 4, (1, 1), (1, 1), ((0, 0), (2, 1)), 1
    ),
]  # fmt: skip


@needs_library
@pytest.mark.parametrize("spec", TILED, ids=lambda s: f"b{s.batch}c{s.in_channels}")
def test_tiles_agree_with_xla(spec: ConvSpec) -> None:
    x, w, dy = arrays(spec)
    assert _native.fits_tiles(spec)

    @jax.jit
    def both(x, w, dy):
        expected, pull = jax.vjp(lambda x, w: _xla.conv(x, w, spec), x, w)
        got = (
            _native.conv_tiles(x, w, spec),
            _native.conv_grad_input_tiles(dy, w, spec),
            _native.conv_grad_kernel_tiles(x, dy, spec),
        )
        return got, (expected, *pull(dy))

    for got, expected in zip(*both(x, w, dy), strict=True):
        scale = float(jnp.max(jnp.abs(expected)))
        np.testing.assert_allclose(got, expected, atol=4e-6 * scale)


@needs_library
def test_tiles_are_for_plain_kernels_of_three() -> None:
    for spec in SPECS[0], SPECS[3], SPECS[4], SPECS[5], SPECS[6]:
        assert not _native.fits_tiles(spec)
        x, w, _ = arrays(spec)
        with pytest.raises(Exception, match="tiles are for plain 3x3 kernels"):
            jax.block_until_ready(_native.conv_tiles(x, w, spec))


@needs_library
def test_tiles_are_taken_where_channels_are_many(monkeypatch) -> None:
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)
    wide = ConvSpec(
        64, (32, 32), (32, 32), (3, 3), 32, 32, (1, 1), (1, 1), ((1, 1), (1, 1))
    )
    for operation in ("conv", "conv_grad_input", "conv_grad_kernel"):
        assert kernels.choose(operation, wide, "cpu").name == "native_tiles"
        assert kernels.choose(operation, CONV, "cpu").name == "native"


@needs_library
def test_signals_in_parts_agree_with_xla() -> None:
    # One row, of which each thread takes parts, forward and back.
    spec = ConvSpec(8, (500,), (250,), (5,), 2, 3, (2,), (1,), ((2, 1),))
    x, w, dy = arrays(spec)
    expected, pull = jax.vjp(lambda x: _xla.conv(x, w, spec), x)
    np.testing.assert_allclose(_native.conv(x, w, spec), expected, atol=1e-5)
    got = _native.conv_grad_input(dy, w, spec)
    np.testing.assert_allclose(got, pull(dy)[0], atol=1e-5)


@needs_library
@pytest.mark.parametrize("vectors", ["avx2", "plain"])
def test_narrower_vectors_give_the_same_numbers(vectors: str) -> None:
    if _library.vectors() == "plain":
        pytest.skip("this processor has no wider vectors")
    code = (
        "import pytest, sys\n"
        "from saccade.kernels import _library\n"
        f"assert _library.vectors() == {vectors!r}, _library.vectors()\n"
        f"sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', *{FILES!r}, "
        "'-k', 'agree or infinities or overlap or differences or inside_a_scan']))"
    )
    env = {**os.environ, "SACCADE_VECTORS": vectors}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_library
def test_the_same_bits_each_time() -> None:
    x, _, dy = arrays(CONV)
    for form in _native.conv_grad_kernel, _native.conv_grad_kernel_tiles:
        run = jax.jit(functools.partial(form, spec=CONV))
        first = np.asarray(run(x, dy))
        for _ in range(5):
            np.testing.assert_array_equal(np.asarray(run(x, dy)), first)


@needs_library
def test_the_same_bits_each_time_inside_a_scan() -> None:
    x, w, dy = arrays(CONV)
    pool = PoolSpec(32, (8, 8), (4, 4), (2, 2), (2, 2), ((0, 0),) * 2, 4)

    def loss(w: jax.Array) -> jax.Array:
        return jnp.sum(jnp.tanh(_native.max_pool(kernels.conv(x, w, CONV) * dy, pool)))

    def step(w: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        value, slope = jax.value_and_grad(loss)(w)
        return w - 1e-3 * slope, value

    run = jax.jit(lambda w: jax.lax.scan(step, w, None, length=4))
    first = [np.asarray(a) for a in run(w)]
    assert np.unique(first[1]).size == 4  # it learns something in each step
    for _ in range(5):
        for again, before in zip(run(w), first, strict=True):
            np.testing.assert_array_equal(np.asarray(again), before)


@needs_library
def test_pooling_of_nan_and_infinities() -> None:
    spec = PoolSpec(1, (4, 4), (2, 2), (2, 2), (2, 2), ((0, 0),) * 2, 1)
    x = np.full((1, 4, 4, 1), -np.inf, np.float32)
    x[0, 0, 3, 0] = np.nan
    x[0, 2, 2, 0] = np.inf
    out = np.asarray(_native.max_pool(jnp.asarray(x), spec))[0, ..., 0]
    np.testing.assert_array_equal(out, [[-np.inf, np.nan], [-np.inf, np.inf]])
    g = jnp.ones((1, 2, 2, 1))
    slope = np.asarray(_native.max_pool_gradient(jnp.asarray(x), g, spec))[0, ..., 0]
    # A window without a number above -inf gives its gradient to its first place.
    assert slope.sum() == 4
    assert slope[0, 0] == slope[0, 3] == slope[2, 0] == slope[2, 2] == 1


@needs_library
def test_windows_that_overlap_add_up_their_gradients() -> None:
    spec = PoolSpec(1, (5,), (4,), (2,), (1,), ((0, 0),), 1)
    x = jnp.asarray([0.0, 9.0, 1.0, 2.0, 0.0]).reshape(1, 5, 1)
    g = jnp.asarray([1.0, 2.0, 4.0, 8.0]).reshape(1, 4, 1)
    slope = _native.max_pool_gradient(x, g, spec)
    np.testing.assert_array_equal(np.ravel(slope), [0, 3, 0, 12, 0])


@needs_library
def test_second_derivative_of_pooling() -> None:
    spec = PoolSpec(2, (4, 4), (2, 2), (2, 2), (2, 2), ((0, 0),) * 2, 1)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 4, 4, 1)), jnp.float32)

    def slope(pool):
        def loss(x):
            return jnp.sum(jnp.sin(pool(x, spec)))

        return jax.grad(lambda x: jnp.sum(jax.grad(loss)(x) ** 2))

    expected = slope(kernels.form("max_pool", "views").run)(x)
    np.testing.assert_allclose(slope(_native.max_pool)(x), expected, atol=1e-6)


@needs_library
def test_arrays_that_do_not_fit_are_an_error_and_no_crash() -> None:
    x, w, _ = arrays(CONV)
    wrong = ConvSpec(32, (9, 9), (9, 9), (3, 3), 4, 4, (1, 1), (1, 1), ((1, 1),) * 2)
    with pytest.raises(Exception, match="do not fit its numbers"):
        jax.block_until_ready(_native.conv(x, w, wrong))


@needs_library
@pytest.mark.parametrize("places", [(1,), (2,), (0, 1, 2)], ids=["w", "b", "xwb"])
def test_finite_differences_agree(places: tuple[int, ...], monkeypatch) -> None:
    monkeypatch.setenv("SACCADE_KERNELS", "native")
    spec = ConvSpec(18, (9, 9), (8, 8), (4, 4), 3, 5, (1, 1), (1, 1), ((1, 2), (2, 1)))
    half = PoolSpec(18, (8, 8), (4, 4), (2, 2), (2, 2), ((0, 0),) * 2, 5)
    mean = PoolSpec(18, (4, 4), (2, 2), (3, 3), (2, 2), ((0, 1),) * 2, 5)
    x, w, dy = arrays(spec)
    points = x, w, jnp.linspace(-1.0, 1.0, 5)

    def loss(*points: jax.Array) -> jax.Array:
        out = kernels.max_pool(kernels.conv_relu(*points, spec), half)
        return jnp.sum(kernels.average_pool(out, mean) * dy[:, :2, :2])

    def moved(points: tuple[jax.Array, ...], step: float) -> jax.Array:
        there = [p + step * d for p, d in zip(points, ways, strict=True)]
        return jax.jit(loss)(*there)

    # Some way into which the points move; few maxima change on so short a way.
    ways = [
        jnp.sin(7.0 * jnp.arange(p.size)).reshape(p.shape) * (n in places)
        for n, p in enumerate(points)
    ]
    with kernels.recording() as choices:
        slopes = jax.jit(jax.grad(loss, places))(*points)
    assert {c.form for c in choices} == {"native"}
    step = 2.0**-12
    found = (moved(points, step) - moved(points, -step)) / (2 * step)
    wanted = sum(jnp.vdot(s, ways[n]) for s, n in zip(slopes, places, strict=True))
    assert abs(wanted) > 10
    np.testing.assert_allclose(found, wanted, rtol=0.02)


@needs_library
def test_native_forms_are_chosen_and_can_be_turned_off(monkeypatch) -> None:
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)
    for operation in ("conv", "conv_grad_input", "conv_grad_kernel"):
        assert kernels.choose(operation, CONV, "cpu").name == "native"
    monkeypatch.setenv("SACCADE_KERNELS", "off")
    assert kernels.choose("conv", CONV, "cpu").name != "native"


def test_without_a_library_the_pure_forms_do_the_work(monkeypatch) -> None:
    monkeypatch.setattr(_library, "_load", lambda: (None, "kernels: none"))
    assert kernels.choose("conv", CONV, "cpu").name != "native"
    assert _library.vectors() is None


def test_a_library_of_an_earlier_version_serves_with_what_it_has(monkeypatch) -> None:
    class Old:
        saccade_correlate = saccade_max_pool = None

    monkeypatch.setattr(_library, "_load", lambda: (Old(), None))
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)
    assert kernels.choose("conv", CONV, "cpu").name == "native"
    spec = ChannelSpec(32, 64, 4)
    assert kernels.choose("moments", spec, "cpu").name == "sums"
    assert "lack average_pool" in (kernels.older() or "")


def test_a_missing_library_says_what_to_do(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(_library, "_find", lambda: None)
    monkeypatch.setattr(_library, "_FOLDER", tmp_path)
    text = _library._load.__wrapped__()[1]
    assert text is not None
    assert "without its compiled kernels, so convolutions" in text
    assert "install a C++ compiler" in text
    (tmp_path / "_native_kernels.txt").write_text("command 'c++' failed\n")
    text = _library._load.__wrapped__()[1]
    assert "without its compiled kernels (command 'c++' failed), so" in (text or "")


def test_a_broken_library_is_no_error(monkeypatch, tmp_path) -> None:
    broken = tmp_path / "_native_kernels.so"
    broken.write_bytes(b"no library")
    monkeypatch.setattr(_library, "_find", lambda: broken)
    library, why = _library._load.__wrapped__()
    assert library is None
    assert why is not None
    assert "cannot be used here" in why
