"""Pictures read at other places: rotation, zoom and their like, in one look-up.

The compiled kernel reads a picture once; the form for XLA is a gather for each of the
neighbouring pixels. Places are whole arrays, or 8 numbers for each picture.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from . import _choose, _library
from ._choose import Form, register
from ._spec import WarpSpec

# The order of `Fill` in problem.h.
_FILL_MODES = {"nearest": 0, "reflect": 2, "mirror": 4, "constant": 5, "wrap": 6}
# What the kernel can count up to, in 32 bits and in floats.
_MOST = 2**31
_LONGEST = 2**24
_NARROW = ("uint8", "bfloat16", "float16", "float32")


def look_up(images: jax.Array, places: jax.Array, spec: WarpSpec) -> jax.Array:
    """Reads pictures at given places, or where matrices say.

    Args:
        images: a batch, channels last.
        places: rows and columns in pixels, or the 8 numbers of
            `ops.image.affine_transform`; for each picture or the same for all.
        spec: sizes, the way of filling and of mixing.

    Shapes:
        images: (b, h, w, c); places: (2, b or 1, h', w') or (b or 1, 8)
        -> (b, h', w', c), of the same type; integers are rounded.

    Example:
        >>> x = jnp.asarray([0.0, 10.0]).reshape(1, 1, 2, 1)
        >>> spec = WarpSpec(1, (1, 2), (1, 1), 1, "nearest", True)
        >>> look_up(x, jnp.asarray([0.0, 0.25]).reshape(2, 1, 1, 1), spec).ravel()
        Array([2.5], dtype=float32)
    """
    found = _choose.choose("warp", spec).run(images, places, spec)
    if jnp.issubdtype(images.dtype, jnp.integer):
        found = _round(found)
    return found.astype(images.dtype)


def fits(spec: WarpSpec) -> bool:
    """Says whether the kernel takes pictures, and is there."""
    height, width = spec.inputs
    return (
        spec.dtype in _NARROW
        and 0 < height * width * spec.channels < _MOST
        and max(*spec.inputs, *spec.outputs) < _LONGEST
        and _library.missing() is None
    )


def native(images: jax.Array, places: jax.Array, spec: WarpSpec) -> jax.Array:
    """The compiled kernel; see `look_up`. The result is float32."""
    if images.dtype not in (jnp.uint8, jnp.float32):
        images = images.astype(jnp.float32)
    return _native(images, places.astype(jnp.float32), spec)


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _native(images: jax.Array, places: jax.Array, spec: WarpSpec) -> jax.Array:
    run = jax.ffi.ffi_call(
        "saccade_warp_step",
        jax.ShapeDtypeStruct((spec.batch, *spec.outputs, spec.channels), jnp.float32),
        vmap_method="sequential",
    )
    return run(  # type: ignore[return-value]  one result
        images,
        places,
        fill=np.int64(_FILL_MODES[spec.fill_mode]),
        value=np.float32(spec.fill_value),
        mixed=bool(spec.bilinear),
    )


@_native.defjvp
def _tangent(
    spec: WarpSpec,
    primals: tuple[jax.Array, jax.Array],
    tangents: tuple[jax.Array, jax.Array],
) -> tuple[jax.Array, jax.Array]:
    # Pictures are data: gradients to them are rare enough for the form of XLA.
    _, moved = jax.jvp(lambda x, at: gathers(x, at, spec), primals, tangents)
    return _native(*primals, spec), moved


def gathers(images: jax.Array, places: jax.Array, spec: WarpSpec) -> jax.Array:
    """The form for XLA: a gather for each neighbour; see `look_up`."""
    number, height, width, channels = images.shape
    rows, columns = projected(places, spec) if places.ndim == 2 else places
    grid = (number, *rows.shape[1:])
    flat = images.reshape(-1, channels)
    start = (jnp.arange(number) * (height * width))[:, None, None]
    total = jnp.zeros((*grid, channels), jnp.float32)
    covered = jnp.zeros((1, 1, 1), jnp.float32)
    bilinear, fill_mode = spec.bilinear, spec.fill_mode
    for row, row_weight in _neighbours(rows, height, bilinear, fill_mode):
        for column, column_weight in _neighbours(columns, width, bilinear, fill_mode):
            weight = row_weight * column_weight
            place = jnp.broadcast_to(start + row * width + column, grid)
            total += weight[..., None] * jnp.take(flat, place, axis=0, mode="clip")
            covered += weight
    if fill_mode == "constant":
        total += spec.fill_value * (1 - covered)[..., None]
    return total


def projected(matrix: jax.Array, spec: WarpSpec) -> tuple[jax.Array, jax.Array]:
    """The rows and columns that 8 numbers lead to, each (b or 1, h', w').

    Example:
        >>> spec = WarpSpec(1, (1, 2), (1, 2), 1, "nearest", True)
        >>> still = jnp.asarray([[1.0, 0, 0, 0, 1, 0, 0, 0]])
        >>> projected(still, spec)[1].ravel()
        Array([0., 1.], dtype=float32)
    """
    height, width = spec.outputs
    a0, a1, a2, b0, b1, b2, c0, c1 = (
        part[:, None, None] for part in jnp.moveaxis(matrix, -1, 0)
    )
    across = jnp.arange(width, dtype=jnp.float32)
    down = jnp.arange(height, dtype=jnp.float32)[:, None]
    scale = c0 * across + c1 * down + 1
    rows = (b0 * across + b1 * down + b2) / scale
    return rows, (a0 * across + a1 * down + a2) / scale


def _neighbours(
    places: jax.Array, size: int, bilinear: bool, fill_mode: str
) -> list[tuple[jax.Array, jax.Array]]:
    """The pixels around places on one axis, and their shares; 0 outside."""
    lower = jnp.floor(places) if bilinear else _round(places)
    found = [(lower, 1 - (places - lower) if bilinear else jnp.ones_like(places))]
    if bilinear:
        found.append((lower + 1, places - lower))
    result = []
    for place, weight in found:
        if fill_mode == "constant":
            weight = jnp.where((place >= 0) & (place < size), weight, 0)
        index = _inside(place, size, fill_mode).astype(jnp.int32)
        result.append((index, weight))
    return result


def _inside(place: jax.Array, size: int, fill_mode: str) -> jax.Array:
    """The pixel that stands for one outside; whole numbers, as floats."""
    if fill_mode == "wrap":
        return _remainder(place, size)
    if fill_mode == "mirror":
        last = size - 1
        return jnp.abs(_remainder(place + last, max(2 * last, 1)) - last)
    if fill_mode == "reflect":
        # The mirror of half a pixel: the edge's pixel comes twice.
        once = _remainder(place, 2 * size)
        return jnp.minimum(once, 2 * size - 1 - once)
    return jnp.clip(place, 0, size - 1)


def _remainder(x: jax.Array, size: int) -> jax.Array:
    """X % size of whole numbers, much faster than by dividing integers."""
    # The half keeps quotients away from whole numbers, so rounding does no harm.
    return x - size * jnp.floor((x + 0.5) / size)


def _round(x: jax.Array) -> jax.Array:
    """Rounds halves away from zero, as SciPy's neighbours are found."""
    return jnp.trunc(x + jnp.copysign(0.5, x))


def _cost(spec: WarpSpec) -> float:
    return 1.0


register("warp", Form("xla", gathers, cost=_cost))
register("warp", Form("native", native, ("cpu",), fits, native=True))
