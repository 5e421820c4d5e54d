"""The compiled kernels: finding, loading and announcing them to XLA.

They are optional: without a C++ compiler at installation there is no library, and
everything runs on the pure-JAX forms.
"""

from __future__ import annotations

import ctypes
import functools
from pathlib import Path

import jax

from saccade.core._errors import message

TARGETS = ("correlate", "kernel_gradient", "max_pool", "max_pool_gradient")
_NAME = "_native_kernels"
_SUFFIXES = (".so", ".pyd", ".dll", ".dylib")


def missing() -> str | None:
    """Says why the compiled kernels are not used, or None where they are.

    Example:
        >>> missing() is None or "kernels" in missing()
        True
    """
    return _load()[1]


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


@functools.cache
def _load() -> tuple[ctypes.CDLL | None, str | None]:
    """Returns the library, or why there is none."""
    path = _find()
    if path is None:
        return None, message(
            "kernels",
            "saccade was installed without its compiled kernels, so convolutions on "
            "CPU take two to three times as long",
            "install a C++ compiler (g++ or clang++) and install saccade again",
        )
    try:
        library = ctypes.CDLL(str(path))
        for target in TARGETS:
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


def _find() -> Path | None:
    folder = Path(__file__).parent
    found = [
        path
        for path in sorted(folder.glob(f"{_NAME}*"))
        if path.suffix in _SUFFIXES and path.is_file()
    ]
    return found[0] if found else None
