"""The compiled kernels: finding, loading and announcing them to XLA.

They are optional: without a C++ compiler at installation there is no library, and
everything runs on the pure-JAX forms.
"""

from __future__ import annotations

import ctypes
import functools
import os
from pathlib import Path

import jax
import numpy as np

from saccade.core._errors import ConfigError, ShapeError, message, unknown_name

from ._choose import is_off

TARGETS = (
    "average_pool",
    "average_pool_gradient",
    "channel_sums",
    "correlate",
    "correlate_relu",
    "correlate_windows",
    "direct",
    "gather",
    "kernel_gradient",
    "kernel_gradient_relu",
    "max_pool",
    "max_pool_gradient",
    "moments",
    "products",
    "relu_gradient",
    "thin",
    "warp_step",
    "winograd",
    "winograd_kernel_gradient",
)
_NAME = "_native_kernels"
_FOLDER = Path(__file__).parent
VECTORS_VARIABLE = "SACCADE_VECTORS"
VECTORS = ("avx512", "avx2", "plain")
_SUFFIXES = (".so", ".pyd", ".dll", ".dylib")


def missing() -> str | None:
    """Says why the compiled kernels are not used, or None where they are.

    Example:
        >>> missing() is None or "kernels" in missing()
        True
    """
    return _load()[1]


def has(target: str) -> bool:
    """Says whether one of the compiled kernels is there.

    A library that was compiled before it was written has the others only.

    Args:
        target: one of TARGETS.

    Example:
        >>> has("correlate") == (missing() is None)
        True
    """
    library = _load()[0]
    return library is not None and hasattr(library, f"saccade_{target}")


def older() -> str | None:
    """Says which kernels are missing in a library of an earlier version, or None.

    Example:
        >>> older() is None or "install saccade again" in older()
        True
    """
    gone = [target for target in TARGETS if not has(target)]
    if missing() or not gone:
        return None
    return message(
        "kernels",
        f"the compiled kernels are older than saccade and lack {', '.join(gone)}",
        "install saccade again, so that they are compiled anew",
    )


def vectors() -> str | None:
    """Returns the instructions that the kernels use here: 'avx512', 'avx2', 'plain'.

    None where there are no compiled kernels.

    Example:
        >>> vectors() in ("avx512", "avx2", "plain", None)
        True
    """
    library = _load()[0]
    if library is None:
        return None
    library.saccade_vectors.restype = ctypes.c_char_p
    return library.saccade_vectors().decode()


FILL_MODES = ("nearest", "constant", "reflect", "wrap")
"""What is outside a picture that `warp` reads, the first of `Fill` in problem.h."""


def warp(
    pictures: np.ndarray,
    matrices: np.ndarray,
    offsets: np.ndarray,
    fill_mode: str,
    cval: float,
    order: int,
    threads: int,
) -> np.ndarray | None:
    """Warps pictures without XLA, or returns None where there are no kernels.

    Args:
        pictures: uint8 or float32, channels last.
        matrices: from places in the result to places in the picture.
        offsets: added to them, in pixels.
        fill_mode: one of FILL_MODES.
        cval: the value outside for 'constant'.
        order: 0 takes the nearest pixel, 1 mixes four.
        threads: how many pictures are warped at the same time.

    Shapes:
        pictures: (b, h, w, c), matrices: (b, 2, 2), offsets: (b, 2)
        -> (b, h, w, c) float32

    Example:
        >>> x = np.arange(3, dtype=np.uint8).reshape(1, 1, 3, 1)
        >>> half = warp(x, np.eye(2)[None], np.array([[0.0, 0.5]]), "nearest", 0, 1, 1)
        >>> half is None or half.ravel().tolist() == [0.5, 1.5, 2.0]
        True
    """
    library = None if is_off() else _load()[0]
    if library is None or pictures.dtype not in (np.uint8, np.float32):
        return None
    pictures = np.ascontiguousarray(pictures)
    count, *shape = pictures.shape
    moves, shifts = np.asarray(matrices), np.asarray(offsets)
    if moves.shape != (count, 2, 2) or shifts.shape != (count, 2) or len(shape) != 3:
        problem = f"{pictures.shape}, {moves.shape} and {shifts.shape} do not fit"
        raise ShapeError(message("warp", problem))
    # Columns come first in the 8 numbers, as in `ops.image.affine_transform`.
    numbers = np.zeros((count, 8), np.float32)
    numbers[:, [4, 3, 1, 0]] = moves.reshape(count, 4)
    numbers[:, [5, 2]] = shifts
    warped = np.empty(pictures.shape, np.float32)
    failed = library.saccade_warp(
        *(pictures.ctypes.data_as(ctypes.c_void_p), pictures.dtype == np.uint8),
        *(ctypes.c_int64(length) for length in (count, *shape)),
        numbers.ctypes.data_as(ctypes.c_void_p),
        *(FILL_MODES.index(fill_mode), ctypes.c_float(cval), order),
        *(warped.ctypes.data_as(ctypes.c_void_p), threads),
    )
    return None if failed else warped


@functools.cache
def _load() -> tuple[ctypes.CDLL | None, str | None]:
    """Returns the library, or why there is none.

    Raises:
        ConfigError: `SACCADE_VECTORS` names no set of vectors.
    """
    narrowed = os.environ.get(VECTORS_VARIABLE, "")
    if narrowed and narrowed not in VECTORS:
        raise ConfigError(unknown_name(VECTORS_VARIABLE, narrowed, VECTORS))
    path = _find()
    if path is None:
        return None, message(
            "kernels",
            f"saccade was installed without its compiled kernels{_reason()}, so "
            "convolutions on CPU take longer: 3.4 times as long for those of LeNet-5, "
            "1.2 times for 32 channels (measured on two cores with AVX-512)",
            "install a C++ compiler (g++, clang++; clang-cl on Windows) and then "
            "saccade again, in the folder of its sources: "
            "pip install --force-reinstall --no-deps --no-cache-dir .",
        )
    try:
        library = ctypes.CDLL(str(path))
        for target in TARGETS:
            if not hasattr(library, f"saccade_{target}"):
                continue
            handler = jax.ffi.pycapsule(getattr(library, f"saccade_{target}"))
            jax.ffi.register_ffi_target(f"saccade_{target}", handler, platform="cpu")
    except Exception as error:
        # A library of another processor, another libc or another jaxlib.
        return None, message(
            "kernels",
            f"the compiled kernels {path.name} cannot be used here: {error}",
            "install saccade again, so that they are compiled for this machine",
        )
    return library, None


def _reason() -> str:
    """What setup.py noted where the compiler failed."""
    note = _FOLDER / f"{_NAME}.txt"
    return f" ({note.read_text(encoding='utf-8').strip()})" if note.is_file() else ""


def _find() -> Path | None:
    found = [
        path
        for path in sorted(_FOLDER.glob(f"{_NAME}*"))
        if path.suffix in _SUFFIXES and path.is_file()
    ]
    return found[0] if found else None
