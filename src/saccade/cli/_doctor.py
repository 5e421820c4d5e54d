"""`saccade doctor`: what is installed, what runs, what is missing and how to get it."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from importlib import metadata

from saccade import __version__

# "jax[cuda12]>=0.10; extra == 'gpu'"
_REQUIREMENT = re.compile(
    r"(?P<name>[\w.-]+)(\[(?P<inner>[\w-]+)\])?.*;.*extra == ['\"](?P<extra>[\w-]+)"
)
_ENVIRONMENT = ("JAX_", "XLA_", "SACCADE_", "CUDA_VISIBLE_DEVICES", "KERAS_BACKEND")


def print_report() -> None:
    """Prints the report; starts JAX to ask for the devices."""
    for title, lines in (
        ("Versions", _versions()),
        ("Devices", _devices()),
        ("Flags in force", _flags()),
        ("Compiled programs", _cache()),
        ("Optional packages", _extras()),
    ):
        print(title)
        for line in lines:
            print(f"  {line}")


def _versions() -> Iterator[str]:
    yield f"{'saccade':<12} {__version__}"
    yield f"{'Python':<12} {platform.python_version()} on {platform.platform()}"
    for name in ("jax", "jaxlib", "numpy", "h5py", "pillow", "rich"):
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
    if _version("jax") is None:
        yield "none: jax is missing"
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


def _flags() -> Iterator[str]:
    named = {k: v for k, v in os.environ.items() if k.startswith(_ENVIRONMENT)}
    for name in sorted(named):
        yield f"{name}={named[name]}"
    if _version("jax") is None:
        return
    import jax

    for name in ("jax_enable_x64", "jax_default_matmul_precision", "jax_disable_jit"):
        yield f"{name} = {getattr(jax.config, name)}"


def _cache() -> Iterator[str]:
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
        yield (
            f"{extra:<8} missing {', '.join(missing)}: pip install 'saccade[{extra}]'"
        )
