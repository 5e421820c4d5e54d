"""Calls of the compiled kernels that do not fit: an error each time, never a crash."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import kernels
from saccade.core._errors import ShapeError
from saccade.kernels import ConvSpec, PoolSpec, _library, _native

pytestmark = pytest.mark.skipif(
    _library.missing() is not None, reason="installed without compiled kernels"
)
# in, out, taps, stride, dilation, before, spread; and in, out, size, stride, before
AXIS = (6, 4, 3, 1, 1, 0, 1)
POOL_AXIS = (6, 3, 2, 2, 0)
SHAPES = {
    "correlate": ((6, 6, 4, 8), (3, 3, 2, 6), (4, 4, 6, 8)),
    "correlate_relu": ((6, 6, 4, 8), (3, 3, 2, 6), (6,), (4, 4, 6, 8)),
    "correlate_windows": ((6, 6, 4, 8), (3, 3, 2, 6), (6,), (2, 4, 6, 8)),
    "direct": ((8, 6, 6, 4), (3, 3, 2, 6), (6,), (8, 2, 4, 6)),
    "kernel_gradient": ((6, 6, 4, 8), (4, 4, 6, 8), (3, 3, 2, 6)),
    "winograd": ((6, 6, 4, 8), (3, 3, 4, 6), (4, 4, 6, 8)),
    "winograd_kernel_gradient": ((6, 6, 4, 8), (4, 4, 6, 8), (3, 3, 4, 6)),
    "max_pool": ((6, 6, 4, 8), (3, 3, 4, 8)),
    "max_pool_gradient": ((6, 6, 4, 8), (3, 3, 4, 8), (6, 6, 4, 8)),
    "average_pool": ((6, 6, 4, 8), (3, 3, 4, 8)),
    "average_pool_gradient": ((3, 3, 4, 8), (6, 6, 4, 8)),
}
WORDS = "do not fit its numbers"


def call(target: str, shapes=None, dtypes=None, **changed: Any) -> jax.Array:
    """Calls a kernel that fits but for what is given."""
    *inputs, output = shapes or SHAPES[target]
    dtypes = dtypes or ["float32"] * (len(inputs) + 1)
    axis = POOL_AXIS if "pool" in target else AXIS
    attributes: dict[str, Any] = {"y": axis, "x": axis}
    if axis is AXIS:
        attributes["groups"] = 1 if "winograd" in target else 2
    if target in ("correlate_windows", "direct"):
        attributes["windows"] = (2, 1)
    if target == "direct":
        attributes["relu"] = True
    attributes |= changed
    numbers = {
        name: np.array(value, np.int64) if isinstance(value, tuple) else value
        for name, value in attributes.items()
    }
    if isinstance(numbers.get("groups"), int):
        numbers["groups"] = np.int64(numbers["groups"])
    made = [jnp.ones(s, t) for s, t in zip(inputs, dtypes, strict=False)]
    result = jax.ShapeDtypeStruct(output, jnp.dtype(dtypes[-1]))
    run = jax.ffi.ffi_call(f"saccade_{target}", result)
    return jax.block_until_ready(run(*made, **numbers))


@pytest.mark.parametrize("target", SHAPES)
def test_what_fits_runs(target: str) -> None:
    assert np.isfinite(call(target)).all()


@pytest.mark.parametrize("target", SHAPES)
def test_a_wrong_length_of_any_axis_of_any_array(target: str) -> None:
    for number, shape in enumerate(SHAPES[target]):
        for axis, right in enumerate(shape):
            for length in (0, right + 1):
                if length == 0 and number == len(SHAPES[target]) - 1:
                    continue  # XLA calls nobody for an empty result
                wrong = list(SHAPES[target])
                wrong[number] = (*shape[:axis], length, *shape[axis + 1 :])
                with pytest.raises(Exception, match=WORDS):
                    call(target, wrong)


@pytest.mark.parametrize("target", SHAPES)
def test_a_wrong_number_of_axes(target: str) -> None:
    for number, shape in enumerate(SHAPES[target]):
        for other in (shape[:-1], (*shape, 1), ()):
            wrong = list(SHAPES[target])
            wrong[number] = other
            with pytest.raises(Exception, match=WORDS):
                call(target, wrong)


@pytest.mark.parametrize("target", SHAPES)
def test_a_wrong_type(target: str) -> None:
    count = len(SHAPES[target])
    for number in range(count):
        for other in ("float16", "int32"):
            dtypes = ["float32"] * count
            dtypes[number] = other
            with pytest.raises(Exception, match="F32"):
                call(target, dtypes=dtypes)


def with_number(axis: tuple[int, ...], place: int, value: int) -> tuple[int, ...]:
    return (*axis[:place], value, *axis[place + 1 :])


HUGE = (2**56 + 1, 2**62, 2**63 - 1, -(2**63), -1)


@pytest.mark.parametrize("target", SHAPES)
@pytest.mark.parametrize("name", ["y", "x"])
def test_numbers_that_would_overflow_or_make_no_sense(target: str, name: str) -> None:
    axis = POOL_AXIS if "pool" in target else AXIS
    before = len(axis) - (1 if axis is POOL_AXIS else 2)
    for place in range(len(axis)):
        for value in HUGE:
            if place == before and value == -1:
                continue  # a picture that is cut by one is right
            with pytest.raises(Exception, match=WORDS):
                call(target, **{name: with_number(axis, place, value)})
        if place != before:
            with pytest.raises(Exception, match=WORDS):
                call(target, **{name: with_number(axis, place, 0)})
    for length in (0, len(axis) - 1, len(axis) + 1):
        with pytest.raises(Exception, match=WORDS):
            call(target, **{name: (1,) * length})


@pytest.mark.parametrize("target", ["correlate_windows", "direct"])
def test_windows_over_a_convolution(target: str) -> None:
    for windows in ((), (2,), (2, 1, 1), (0, 1), (2, -1), (3, 1), (2, 2), (2**62, 1)):
        with pytest.raises(Exception, match=WORDS):
            call(target, windows=windows)


def test_windows_with_more_taps_than_are_counted() -> None:
    wide = with_number(POOL_AXIS, 2, 2**20)
    with pytest.raises(Exception, match=WORDS):
        call("max_pool_gradient", y=wide, x=wide)


@pytest.mark.parametrize("groups", [0, -1, 3, 5, 2**40])
def test_groups_that_do_not_divide_the_channels(groups: int) -> None:
    grouped = "correlate", "correlate_relu", "correlate_windows", "direct"
    for target in (*grouped, "kernel_gradient"):
        with pytest.raises(Exception, match=WORDS):
            call(target, groups=groups)


def test_a_number_of_another_type() -> None:
    with pytest.raises(Exception, match="expected S64"):
        call("correlate", groups=np.float32(1))


OUT_OF_MEMORY = """
import resource
import jax, jax.numpy as jnp
from saccade.kernels import ConvSpec, _library, _native

assert _library.missing() is None
spec = ConvSpec(1, (2, 2), (2, 2), (3, 3), 1024, 1024, (1, 1), (1, 1), ((1, 1),) * 2)
run = jax.jit(lambda x, w: _native.conv_tiles(x, w, spec))
x, w = jnp.ones((1, 2, 2, 1024)), jnp.ones((3, 3, 1024, 1024))
first = run(x, w).block_until_ready()
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
most = resource.getrlimit(resource.RLIMIT_AS)[1]
# Room for the result, none for the 64 MiB of the transformed kernel.
resource.setrlimit(resource.RLIMIT_AS, (used + 2**24, most))
try:
    run(x, w).block_until_ready()
except Exception as error:
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    assert "RESOURCE_EXHAUSTED: saccade kernels: " in str(error), error
    assert (run(x, w) == first).all()
    print("an error, and then the numbers")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux")
def test_memory_that_runs_out_is_an_error_and_the_next_call_works() -> None:
    done = subprocess.run(
        [sys.executable, "-c", OUT_OF_MEMORY],
        env={**os.environ, "SACCADE_KERNELS_TIMES": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "an error, and then the numbers\n", done.stderr
    # Its calls are counted, and printed when the process ends.
    assert re.search(r" 3 .*  winograd \(2, 2, 1024, 1\)", done.stderr)


def test_taps_that_see_nothing_need_no_memory() -> None:
    # 2^32 - 4 places apart, what they reach over counts to 0 in 64 bits.
    for apart in (1000, 2**32 - 4, 2**40):
        axis = (6, 6, 3, 1, apart, apart, 1)
        shapes = ((6, 6, 1, 8), (6, 6, 4, 8), (3, 3, 1, 4))
        slope = np.asarray(call("kernel_gradient", shapes, y=axis, x=axis, groups=1))
        wanted = np.zeros((3, 3, 1, 4))
        wanted[1, 1] = 6 * 6 * 8
        np.testing.assert_array_equal(slope, wanted)


def test_empty_batches_and_outputs() -> None:
    spec = ConvSpec(0, (6, 6), (4, 4), (3, 3), 2, 3, (1, 1), (1, 1), ((0, 0),) * 2)
    x, w, dy = jnp.ones((0, 6, 6, 2)), jnp.ones((3, 3, 2, 3)), jnp.ones((0, 4, 4, 3))
    assert _native.conv(x, w, spec).shape == (0, 4, 4, 3)
    np.testing.assert_array_equal(_native.conv_grad_kernel(x, dy, spec), 0)
    pool = PoolSpec(2, (6, 6), (0, 3), (2, 2), (2, 2), ((0, 0),) * 2, 1)
    slope = _native.max_pool_gradient(
        jnp.ones((2, 6, 6, 1)), jnp.ones((2, 0, 3, 1)), pool
    )
    np.testing.assert_array_equal(slope, np.zeros((2, 6, 6, 1)))


def test_other_types_go_to_other_forms() -> None:
    spec = ConvSpec(
        4, (6, 6), (4, 4), (3, 3), 2, 3, (1, 1), (1, 1), ((0, 0),) * 2,
        dtype="bfloat16",
    )  # fmt: skip
    assert kernels.choose("conv", spec, "cpu").name != "native"
    cube = ConvSpec(4, (4,) * 3, (2,) * 3, (3,) * 3, 2, 3, (1,) * 3, (1,) * 3,
                    ((0, 0),) * 3)  # fmt: skip
    assert kernels.choose("conv", cube, "cpu").name != "native"


def test_a_warp_of_arrays_that_do_not_fit() -> None:
    pictures = np.zeros((2, 4, 4, 3), np.uint8)
    turns, shifts = np.tile(np.eye(2), (2, 1, 1)), np.zeros((2, 2))
    for wrong in (
        (pictures[0], turns, shifts),
        (pictures, turns[:1], shifts),
        (pictures, turns, shifts[:, :1]),
    ):
        with pytest.raises(ShapeError, match="do not fit"):
            kernels.warp(*wrong, "nearest", 0.0, 1, 1)
    with pytest.raises(ValueError, match="not in tuple"):
        kernels.warp(pictures, turns, shifts, "mirror", 0.0, 1, 1)
    assert kernels.warp(pictures.astype(float), turns, shifts, "wrap", 0, 1, 1) is None


def test_a_picture_that_is_too_long_to_be_warped() -> None:
    library = _library._load()[0]
    assert library is not None
    empty = ctypes.c_void_p(None)
    sizes = (ctypes.c_int64(n) for n in (1, 2**25, 1, 1))
    failed = library.saccade_warp(
        empty, 1, *sizes, empty, 0, ctypes.c_float(0), 1, empty, 1
    )
    assert failed == 1
