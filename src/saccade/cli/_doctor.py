"""`saccade doctor`: what is installed, what runs, what is missing and how to get it."""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Iterator
from importlib import metadata

from saccade import __version__

# "jax[cuda12]>=0.10; extra == 'gpu'"
_REQUIREMENT = re.compile(
    r"(?P<name>[\w.-]+)(\[(?P<inner>[\w-]+)\])?.*;.*extra == ['\"](?P<extra>[\w-]+)"
)
_ENVIRONMENT = ("JAX_", "XLA_", "SACCADE_", "CUDA_VISIBLE_DEVICES", "KERAS_BACKEND")
# What runs where: https://docs.jax.dev/en/latest/installation.html
_WINDOWS = (
    "Windows: JAX has no GPU wheels for Windows, so saccade computes on the CPU here.",
    "For an NVIDIA GPU use WSL2: run `wsl --install`, then in its Linux shell "
    "`pip install 'saccade[gpu]'`; the GPU's driver stays the one of Windows.",
)
_INTEL_MAC = (
    "Mac with an Intel processor: there is no jaxlib wheel for it since 0.5, so pip "
    "finds none that saccade can use.",
    "On a Mac with Apple silicon this Python runs under Rosetta: install a Python for "
    "arm64. On an Intel Mac run saccade in a Linux container or on another machine.",
)


def print_report() -> None:
    """Prints the report; starts JAX to ask for the devices."""
    for title, lines in (
        ("This machine", iter(_platform_notes())),
        ("Versions", _versions()),
        ("Devices", _devices()),
        ("Compiled kernels", _kernels()),
        ("Flags in force", _flags()),
        ("Compiled programs", _cache()),
        ("Optional packages", _extras()),
    ):
        shown = [f"  {line}" for line in lines]
        if shown:
            print("\n".join([title, *shown]))


def _platform_notes() -> tuple[str, ...]:
    """What JAX cannot do on this machine; nothing where it can do all."""
    kind = (platform.system(), platform.machine())
    if kind[0] == "Windows":
        return _WINDOWS
    return _INTEL_MAC if kind == ("Darwin", "x86_64") else ()


def _jax_is_missing() -> bool:
    return _version("jax") is None or _version("jaxlib") is None


def _versions() -> Iterator[str]:
    yield f"{'saccade':<12} {__version__}"
    yield f"{'Python':<12} {platform.python_version()} on {platform.platform()}"
    for name in ("jax", "jaxlib", "numpy", "h5py", "pillow"):
        yield f"{name:<12} {_version(name) or 'missing: pip install ' + name}"


def _brought_by(distribution: str, extra: str) -> list[str]:
    """Lists the packages of an extra; jax[cuda12] stands for what that brings."""
    try:
        required = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return []
    names: list[str] = []
    for line in required:
        found = _REQUIREMENT.match(line)
        if found is None or found["extra"] != extra:
            continue
        nested = _brought_by(found["name"], found["inner"]) if found["inner"] else []
        names += nested or [found["name"]]
    return names


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _devices() -> Iterator[str]:
    if _jax_is_missing():
        yield "none: jax or jaxlib is missing"
        return
    import jax

    try:
        found = jax.devices()
    except RuntimeError as error:
        yield f"none: {error}"
        return
    for device in found:
        yield f"{device.platform}:{device.id}  {device.device_kind}"
    yield f"{os.cpu_count()} processor cores"


def _kernels() -> Iterator[str]:
    if _jax_is_missing():
        return
    from saccade import kernels
    from saccade.core._errors import ConfigError

    try:
        why = kernels.missing()
    except ConfigError as error:  # a misspelt variable is a finding too
        yield from str(error).splitlines()
        return
    if why is not None:
        yield from why.splitlines()
        return
    yield f"vectors of the processor that they use: {kernels.vectors()}"
    yield from (kernels.older() or "").splitlines()
    if os.environ.get("SACCADE_KERNELS") == "off":
        yield "not used: SACCADE_KERNELS=off"
    with_them, without = (_convolution_s(native) for native in (True, False))
    yield (
        "a convolution of LeNet-5, forward and backward: "
        f"{1e3 * with_them:.2f} ms with them, {1e3 * without:.2f} ms without"
    )


def _convolution_s(native: bool) -> float:
    """Measures a convolution with its gradients, in half a second.

    Args:
        native: by the compiled kernels, or by the best form without them.
    """
    import jax
    import jax.numpy as jnp

    from saccade.kernels import ConvSpec, Form, form, form_names

    spec = ConvSpec(
        32, (14, 14), (10, 10), (5, 5), 6, 16, (1, 1), (1, 1), ((0, 0), (0, 0))
    )

    def best(operation: str) -> Form:
        forms = [form(operation, name) for name in form_names(operation)]
        fit = [
            f
            for f in forms
            if f.native == native and "cpu" in f.devices and f.fits(spec)
        ]
        return min(fit, key=lambda f: f.cost(spec))

    @jax.jit
    def run(x: jax.Array, w: jax.Array, dy: jax.Array) -> list[jax.Array]:
        pairs = {
            "conv": (x, w),
            "conv_grad_input": (dy, w),
            "conv_grad_kernel": (x, dy),
        }
        return [best(name).run(*pair, spec) for name, pair in pairs.items()]

    with jax.default_device(jax.devices("cpu")[0]):
        arrays = (
            jnp.ones((spec.batch, *spec.inputs, spec.in_channels)),
            jnp.ones((*spec.kernel, spec.in_channels, spec.filters)),
            jnp.ones((spec.batch, *spec.outputs, spec.filters)),
        )
        jax.block_until_ready(run(*arrays))
        times = []
        for _ in range(10):
            start = time.perf_counter()
            jax.block_until_ready(run(*arrays))
            times.append(time.perf_counter() - start)
    return min(times)


def _flags() -> Iterator[str]:
    named = {k: v for k, v in os.environ.items() if k.startswith(_ENVIRONMENT)}
    for name in sorted(named):
        yield f"{name}={named[name]}"
    if _jax_is_missing():
        return
    import jax

    for name in ("jax_enable_x64", "jax_default_matmul_precision", "jax_disable_jit"):
        yield f"{name} = {getattr(jax.config, name)}"


def _cache() -> Iterator[str]:
    if _jax_is_missing():
        return
    from saccade.core._runtime import CACHE_VARIABLE, cache_folder

    folder = cache_folder()
    if folder is None:
        yield f"not kept: {CACHE_VARIABLE} is '{os.environ[CACHE_VARIABLE]}'"
        return
    sizes = [f.stat().st_size for f in folder.glob("*")] if folder.is_dir() else []
    yield str(folder)
    yield f"{len(sizes)} files, {sum(sizes) / 2**20:.1f} MiB"


def _extras() -> Iterator[str]:
    try:
        extras = metadata.metadata("saccade").get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        yield "unknown: saccade runs from its source folder; pip install -e . there"
        return
    for extra in extras:
        names = _brought_by("saccade", extra)
        missing = [name for name in names if _version(name) is None]
        if not missing:
            yield f"{extra:<8} complete: {', '.join(names)}"
            continue
        if extra == "gpu" and platform.system() != "Linux":
            yield f"{extra:<8} only for Linux, and for Windows under WSL2"
            continue
        yield (
            f"{extra:<8} missing {', '.join(missing)}: pip install 'saccade[{extra}]'"
        )
