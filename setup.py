"""Builds the optional C++ kernels; everything else is in pyproject.toml."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError

NATIVE = Path("src/saccade/kernels/native")
NOTE = "_native_kernels.txt"
EXPORTED = (
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
    "vectors",
    "warp",
    "warp_step",
    "winograd",
    "winograd_kernel_gradient",
)
OFF = os.environ.get("SACCADE_BUILD_KERNELS", "").lower() in ("0", "off", "no", "false")


class BuildKernels(build_ext):
    """Builds a plain shared library, which no Python module is."""

    def get_export_symbols(self, ext: Extension) -> list[str]:
        """What is exported on Windows: no PyInit function, but what XLA calls."""
        return [f"saccade_{name}" for name in EXPORTED]

    def build_extension(self, ext: Extension) -> None:
        """Builds it; where that fails, notes why for `saccade doctor`, and goes on."""
        note = Path(self.get_ext_fullpath(ext.name)).with_name(NOTE)
        note.unlink(missing_ok=True)
        try:
            if sys.platform == "win32":
                # Microsoft's compiler has no vector types.
                self.compiler.initialize()  # type: ignore[attr-defined]
                self.compiler.cc = shutil.which("clang-cl") or "clang-cl"  # type: ignore[attr-defined]
            super().build_extension(ext)
        except Exception as error:
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(f"{error}\n", encoding="utf-8")
            # Of an extension that is optional pip says this one, and no more.
            raise CompileError(str(error)) from error


class TagForAnyPython(bdist_wheel):
    """One wheel for a platform serves every Python: the library knows none of them."""

    def get_tag(self) -> tuple[str, str, str]:
        """Returns 'py3', 'none' and the platform."""
        return ("py3", "none", super().get_tag()[2])


def _include() -> list[str]:
    # The headers of XLA's foreign function interface come with jaxlib.
    import jaxlib

    return [str(Path(jaxlib.__file__).parent / "include")]


def _kernels() -> list[Extension]:
    if OFF:
        return []
    if sys.platform == "win32":
        flags = ["/std:c++17", "/O2", "/clang:-ffp-contract=fast", "/EHsc"]
    else:
        flags = [
            "-std=c++17",
            "-O3",
            "-ffp-contract=fast",
            "-fno-trapping-math",
            "-fno-math-errno",
            "-g0",
            "-w",
        ]
    return [
        Extension(
            "saccade.kernels._native_kernels",
            sources=sorted(str(path) for path in NATIVE.glob("*.cpp")),
            depends=sorted(str(path) for path in NATIVE.glob("*.h")),
            include_dirs=_include(),
            extra_compile_args=flags,
            language="c++",
            optional=True,  # without a compiler the pure-JAX forms do the work
        )
    ]


setup(
    ext_modules=_kernels(),
    cmdclass={"build_ext": BuildKernels, "bdist_wheel": TagForAnyPython},
)
