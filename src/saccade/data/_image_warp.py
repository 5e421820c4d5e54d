"""Affine warps of pictures, with the numbers of SciPy's `affine_transform`.

Rotation, shift, shear, zoom and flips are one matrix, so a picture is resampled once.
A batch goes through the compiled kernels. Where there are none, the arithmetic here,
which is written once, is compiled by JAX for a batch, and run by NumPy for a single
picture, whose size may be new each time.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np

from saccade import kernels
from saccade.core._runtime import enable_cache
from saccade.data._image_check import threads_for_reading

# Pictures in one call: one program serves batches of any size.
_GROUP = 8

# What has been compiled, and the lock under which it is.
_ready: set[tuple[object, ...]] = set()
_compiling = threading.Lock()

FILL_MODES = kernels.FILL_MODES


def warp_batch(
    pictures: np.ndarray,
    matrices: np.ndarray,
    offsets: np.ndarray,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """Warps each picture of a batch by its own matrix.

    Pixel (i, j) of the result is the picture's value at matrix @ (i, j) + offset.

    Args:
        pictures: channels last, any real type.
        matrices: from places in the result to places in the picture.
        offsets: added to them, in pixels.
        fill_mode: what is outside: 'nearest' repeats the edge, 'constant' is `cval`,
            'reflect' mirrors with the edge repeated, 'wrap' starts again with a
            period of one pixel less than the length (as SciPy does).
        cval: the value outside for 'constant'.
        order: 0 takes the nearest pixel, 1 mixes four.

    Shapes:
        pictures: (b, h, w, c), matrices: (b, 2, 2), offsets: (b, 2)
        -> (b, h, w, c) float32

    Reference: SciPy, `scipy.ndimage.affine_transform`.

    Example:
        >>> x = np.arange(3, dtype=np.uint8).reshape(1, 1, 3, 1)
        >>> half = warp_batch(x, np.eye(2)[None], np.array([[0.0, 0.5]]))
        >>> half.ravel().tolist()
        [0.5, 1.5, 2.0]
    """
    arguments = (pictures, matrices, offsets, fill_mode, cval, order)
    native = kernels.warp(*arguments, threads_for_reading())
    return _warp_compiled(*arguments) if native is None else native


def _warp_compiled(
    pictures: np.ndarray,
    matrices: np.ndarray,
    offsets: np.ndarray,
    fill_mode: str,
    cval: float,
    order: int,
) -> np.ndarray:
    """The same by a program that JAX compiles, where there are no kernels."""
    enable_cache()
    key = (pictures.shape[1:], pictures.dtype, fill_mode, order)
    if key not in _ready:
        # `prepare_warp` may be at it: the same program is not compiled twice.
        with _compiling:
            warped = _warp_groups(pictures, matrices, offsets, fill_mode, cval, order)
            _ready.add(key)
        return warped
    return _warp_groups(pictures, matrices, offsets, fill_mode, cval, order)


def prepare_warp(
    shape: Sequence[int], fill_mode: str = "nearest", order: int = 1
) -> threading.Thread:
    """Compiles the warp of 8-bit pictures in the background; `warp_batch` waits for it.

    Args:
        shape: of one picture, channels last.
        fill_mode: as in `warp_batch`.
        order: as in `warp_batch`.

    Example:
        >>> prepare_warp((2, 2, 1)).join()
    """
    blank = np.zeros((1, *shape), np.uint8)
    still = np.eye(2)[None], np.zeros((1, 2))
    thread = threading.Thread(
        target=warp_batch,
        args=(blank, *still, fill_mode, 0.0, order),
        name="saccade-compile",
    )
    thread.start()
    return thread


def _warp_groups(
    pictures: np.ndarray,
    matrices: np.ndarray,
    offsets: np.ndarray,
    fill_mode: str,
    cval: float,
    order: int,
) -> np.ndarray:
    warp = _compiled(fill_mode, order)
    count = len(pictures)
    warped = np.empty(pictures.shape, np.float32)
    with jax.default_device(_host()):
        for start in range(0, count, _GROUP):
            # The last group is filled up with pictures that are warped already.
            rows = np.arange(start, start + _GROUP) % count
            warped[start : start + _GROUP] = warp(
                pictures[rows],
                matrices[rows].astype(np.float32),
                offsets[rows].astype(np.float32),
                np.float32(cval),
            )[: count - start]
    return warped


def warp_picture(
    picture: np.ndarray,
    matrix: np.ndarray,
    offset: np.ndarray,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """Warps one picture; see `warp_batch`.

    Args:
        picture: channels last.
        matrix: from places in the result to places in the picture.
        offset: added to them, in pixels.
        fill_mode: as in `warp_batch`.
        cval: as in `warp_batch`.
        order: 0 or 1.

    Shapes:
        picture: (h, w, c), matrix: (2, 2), offset: (2,) -> (h, w, c) of the picture's
        float type, float32 for whole numbers

    Example:
        >>> x = np.arange(3.0).reshape(1, 3, 1)
        >>> warp_picture(x, np.eye(2), np.array([0, 1]), "constant", -1).ravel()
        array([ 1.,  2., -1.])
    """
    dtype = picture.dtype if picture.dtype.kind == "f" else np.dtype(np.float32)
    warped = _warp(
        picture[None].astype(dtype, copy=False),
        np.asarray(matrix, np.float64)[None],
        np.asarray(offset, np.float64)[None],
        cval,
        np,
        fill_mode,
        order,
    )
    return warped[0].astype(dtype, copy=False)


@functools.cache
def _compiled(fill_mode: str, order: int) -> Callable[..., jax.Array]:
    warp = functools.partial(_warp, xp=jnp, fill_mode=fill_mode, order=order)
    return jax.jit(warp)


@functools.cache
def _host() -> object:
    """Returns the CPU if JAX may use it: the batch is wanted in host memory."""
    try:
        return jax.local_devices(backend="cpu")[0]
    except RuntimeError:
        return jax.local_devices()[0]


def _warp(
    pictures: np.ndarray,
    matrices: np.ndarray,
    offsets: np.ndarray,
    cval: float | np.ndarray,
    xp: ModuleType,
    fill_mode: str,
    order: int,
) -> np.ndarray:
    """The arithmetic; `xp` is NumPy, or JAX's, whose arrays are typed as NumPy's."""
    b, h, w, _ = pictures.shape
    kind = matrices.dtype
    rows = xp.arange(h, dtype=kind)[None, :, None]
    columns = xp.arange(w, dtype=kind)[None, None, :]

    def place(axis: int) -> np.ndarray:
        step = matrices[:, axis, :, None, None]
        return step[:, 0] * rows + step[:, 1] * columns + offsets[:, axis, None, None]

    y, inside_y = _inside(place(0), h, fill_mode, xp)
    x, inside_x = _inside(place(1), w, fill_mode, xp)
    number = xp.arange(b)[:, None, None]

    def value(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        at = number, _index(i, h, xp), _index(j, w, xp)
        return pictures[at].astype(_float_type(pictures))

    if order == 0:
        warped = value(xp.floor(y + 0.5), xp.floor(x + 0.5))
    else:
        top, left = xp.floor(y), xp.floor(x)
        dy = (y - top)[..., None].astype(_float_type(pictures))
        dx = (x - left)[..., None].astype(_float_type(pictures))
        above = value(top, left) * (1 - dx) + value(top, left + 1) * dx
        below = value(top + 1, left) * (1 - dx) + value(top + 1, left + 1) * dx
        warped = above * (1 - dy) + below * dy
    if fill_mode != "constant":
        return warped
    return xp.where((inside_y & inside_x)[..., None], warped, cval)


def _float_type(pictures: np.ndarray) -> np.dtype:
    is_float = jnp.issubdtype(pictures.dtype, jnp.floating)
    return pictures.dtype if is_float else np.dtype(np.float32)


def _inside(
    place: np.ndarray, length: int, fill_mode: str, xp: ModuleType
) -> tuple[np.ndarray, np.ndarray]:
    """Brings places along an axis into the picture; also says which were inside."""
    last = length - 1
    inside = (place >= 0) & (place <= last)
    if fill_mode == "reflect":
        place = xp.mod(place, 2 * length)
        # Mirrored about length - 1/2; from there on places run backwards.
        place = xp.where(place > length - 0.5, 2 * length - 1 - place, place)
    elif fill_mode == "wrap" and last > 0:
        # As SciPy counts: whole periods below 0 end at the last pixel, not at 0.
        low = place + last * (xp.floor(-place / last) + 1)
        high = place - last * xp.floor(place / last)
        place = xp.where(inside, place, xp.where(place < 0, low, high))
    else:
        place = xp.clip(place, 0, last)
    return place, inside


def _index(place: np.ndarray, length: int, xp: ModuleType) -> np.ndarray:
    """Makes whole places indices; a neighbour one step outside is the edge."""
    return xp.clip(place, 0, length - 1).astype(np.int32)
