"""The look-up of pictures by the compiled kernel beside the form for XLA."""

from __future__ import annotations

import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import kernels
from saccade.kernels import WarpSpec, _library, _warp

pytestmark = pytest.mark.skipif(
    _library.missing() is not None, reason="installed without compiled kernels"
)
MODES = ("nearest", "reflect", "mirror", "constant", "wrap")
# Height and width of pictures and of results: one pixel, one row, more than a block.
SIZES = [((1, 1), (3, 2)), ((1, 5), (1, 5)), ((7, 9), (6, 11)), ((20, 70), (3, 140))]


def moves(rng: np.random.Generator, count: int, inputs: tuple[int, ...]) -> np.ndarray:
    """Numbers that turn, slant, tilt and shift, also far out of the picture."""
    found = rng.normal(size=(count, 8)) * 0.3
    found[:, [0, 4]] += 1
    found[:, [2, 5]] += rng.normal(size=(count, 2)) * np.array(inputs[::-1])
    found[:, 6:] *= 0.01 * (np.arange(count) % 2)[:, None]  # some are affine
    return found.astype(np.float32)


def both(images: np.ndarray, places: np.ndarray, spec: WarpSpec) -> list[np.ndarray]:
    x, at = jnp.asarray(images), jnp.asarray(places)
    return [np.asarray(run(x, at, spec)) for run in (_warp.native, _warp.gathers)]


def spec_of(images: np.ndarray, outputs: tuple[int, ...], *more) -> WarpSpec:
    count, height, width, channels = images.shape
    name = images.dtype.name
    return WarpSpec(count, (height, width), outputs, channels, *more, dtype=name)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("bilinear", [True, False])
def test_kernel_gives_the_numbers_of_the_form_for_xla(mode, bilinear):
    rng = np.random.default_rng(0)
    for number, (inputs, outputs) in enumerate(SIZES):
        for channels in (1, 2, 3, 4, 5):
            count = 1 + (number + channels) % 3
            x = rng.integers(0, 256, (count, *inputs, channels))
            dtype = (np.uint8, np.float32)[channels % 2]
            spec = spec_of(x.astype(dtype), outputs, mode, bilinear, 7.5)
            numbers = moves(rng, (1, count)[number % 2], inputs)
            found, wanted = both(x.astype(dtype), numbers, spec)
            assert found.dtype == np.float32
            np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=0.02)


@pytest.mark.parametrize("mode", sorted({*MODES} - {"constant"}))
def test_white_stays_white(mode):
    rng = np.random.default_rng(3)
    for channels in (1, 3):
        x = np.full((4, 20, 30, channels), 255, np.uint8)
        found, _ = both(x, moves(rng, 4, (20, 30)), spec_of(x, (20, 30), mode, True))
        assert np.unique(found).tolist() == [255.0]


@pytest.mark.parametrize("mode", MODES)
def test_places_may_be_arrays(mode):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2, 6, 5, 3)).astype(np.float32)
    spec = spec_of(x, (4, 9), mode, True)
    for count in (1, 2):
        places = rng.uniform(-12, 12, (2, count, 4, 9)).astype(np.float32)
        found, wanted = both(x, places, spec)
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("mode", MODES)
def test_whole_places_give_whole_pixels(mode):
    x = np.arange(24.0, dtype=np.float32).reshape(1, 2, 4, 3)
    steps = np.arange(-9, 10, dtype=np.float32)
    places = np.stack(np.meshgrid(steps, steps, indexing="ij"))[:, None]
    for bilinear in (True, False):
        found, wanted = both(x, places, spec_of(x, (19, 19), mode, bilinear, 3.0))
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("bilinear", [True, False])
def test_reads_stay_inside_wherever_places_are(mode, bilinear):
    rng = np.random.default_rng(2)
    x = rng.uniform(1, 2, (9, 5, 6, 3)).astype(np.float32)
    odd = [np.nan, np.inf, -np.inf, 1e30, -1e30, 3e9, -3e9, 2.0**31, 1e-38]
    numbers = moves(rng, 9, (5, 6))
    numbers[np.arange(9), np.arange(9) % 8] = odd
    spec = spec_of(x, (5, 6), mode, bilinear, 1.5)
    found = np.asarray(_warp.native(jnp.asarray(x), jnp.asarray(numbers), spec))
    assert found.shape == x.shape
    known = found[np.isfinite(found)]
    assert known.size > 0
    assert known.min() > 0.99
    assert known.max() < 2.01


def test_same_bits_again_and_in_a_loop():
    rng = np.random.default_rng(3)
    x = jnp.asarray(rng.normal(size=(4, 150, 150, 3)), jnp.float32)
    numbers = jnp.asarray(moves(rng, 4, (150, 150)))
    spec = WarpSpec(4, (150, 150), (150, 150), 3, "reflect", True)
    first = np.asarray(_warp.native(x, numbers, spec))

    def step(carry, _):
        return carry, _warp.native(x, numbers, spec)

    looped = jax.jit(lambda: jax.lax.scan(step, 0, length=3)[1])()
    for again in np.asarray(looped):
        np.testing.assert_array_equal(again, first)


def test_derivatives_are_those_of_the_form_for_xla():
    rng = np.random.default_rng(4)
    x = jnp.asarray(rng.normal(size=(2, 4, 5, 3)), jnp.float32)
    numbers = jnp.asarray(moves(rng, 2, (4, 5)))
    spec = WarpSpec(2, (4, 5), (4, 5), 3, "reflect", True)

    def loss(run):
        return lambda x, at: jnp.sum(jnp.sin(run(x, at, spec)))

    found = jax.grad(loss(_warp.native), (0, 1))(x, numbers)
    wanted = jax.grad(loss(_warp.gathers), (0, 1))(x, numbers)
    for one, two in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-3, atol=1e-3)
    _, moved = jax.jvp(lambda x: _warp.native(x, numbers, spec), (x,), (x,))
    np.testing.assert_allclose(moved, _warp.gathers(x, numbers, spec), atol=1e-4)


def test_vmap_runs_picture_by_picture():
    rng = np.random.default_rng(5)
    x = jnp.asarray(rng.normal(size=(3, 1, 4, 5, 2)), jnp.float32)
    numbers = jnp.asarray(moves(rng, 3, (4, 5)))[:, None]
    spec = WarpSpec(1, (4, 5), (4, 5), 2, "wrap", True)
    found = jax.vmap(lambda x, at: _warp.native(x, at, spec))(x, numbers)
    for n in range(3):
        wanted = _warp.gathers(x[n], numbers[n], spec)
        np.testing.assert_allclose(found[n], wanted, atol=1e-4)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "bfloat16", "float16"])
def test_result_has_the_type_of_the_pictures(dtype):
    x = jnp.asarray([[[[10], [21]]]], dtype)
    spec = WarpSpec(1, (1, 2), (1, 1), 1, "nearest", True, dtype=dtype)
    half = jnp.asarray([0.0, 0.5]).reshape(2, 1, 1, 1)
    found = kernels.look_up(x, half, spec)
    assert found.dtype == x.dtype
    assert float(found.ravel()[0]) == (16 if "int" in dtype else 15.5)


def test_choice(monkeypatch):
    spec = WarpSpec(32, (150, 150), (150, 150), 3, "reflect", True)
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)
    assert kernels.choose("warp", spec, "cpu").name == "native"
    assert kernels.choose("warp", spec, "gpu").name == "xla"
    large = WarpSpec(1, (2**16, 2**14), (1, 1), 3, "reflect", True)
    assert kernels.choose("warp", large, "cpu").name == "xla"
    double = WarpSpec(1, (2, 2), (2, 2), 3, "reflect", True, dtype="float64")
    assert kernels.choose("warp", double, "cpu").name == "xla"
    monkeypatch.setenv("SACCADE_KERNELS", "off")
    assert kernels.choose("warp", spec, "cpu").name == "xla"


@pytest.mark.parametrize(
    ("pictures", "places", "dtype", "fill"),
    [
        ((2, 3, 3, 1), (2, 7), "float32", 0),
        ((2, 3, 3, 1), (3, 8), "float32", 0),
        ((2, 3, 3, 1), (2, 2, 3, 4), "float32", 0),
        ((2, 3, 3, 1), (2, 8), "int32", 0),
        ((2, 3, 3, 1), (2, 8), "float32", 7),
        ((2, 3, 3, 2), (2, 8), "float32", 0),
        ((2, 0, 3, 1), (2, 8), "float32", 0),
        ((3, 3, 1), (2, 8), "float32", 0),
    ],
)
def test_wrong_calls_are_errors(pictures, places, dtype, fill):
    _library.missing()
    run = jax.ffi.ffi_call(
        "saccade_warp_step", jax.ShapeDtypeStruct((2, 3, 3, 1), jnp.float32)
    )
    with pytest.raises(jax.errors.JaxRuntimeError, match=r"saccade kernels: .*warp"):
        jax.block_until_ready(
            run(
                jnp.zeros(pictures, dtype),
                jnp.zeros(places),
                fill=np.int64(fill),
                value=np.float32(0),
                mixed=True,
            )
        )


def test_no_pictures_are_no_work():
    spec = WarpSpec(0, (3, 3), (3, 3), 1, "nearest", True)
    found = _warp.native(jnp.zeros((0, 3, 3, 1)), jnp.zeros((1, 8)), spec)
    assert found.shape == (0, 3, 3, 1)


@pytest.mark.parametrize("narrow", ["plain", "avx2"])
def test_narrower_vectors_give_the_same_numbers(narrow):
    if kernels.vectors() == "plain":
        pytest.skip("this processor has no wider vectors")
    code = (
        "import pytest, sys\n"
        "from saccade.kernels import _library\n"
        f"assert _library.vectors() == {narrow!r}, _library.vectors()\n"
        f"sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', {__file__!r}, "
        "'-k', 'True-reflect or arrays and reflect or whole and wrap']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "SACCADE_VECTORS": narrow},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
