"""What must be set before JAX starts, and the compilation cache.

`prepare()` runs when saccade is imported and only edits the environment. The cache is
turned on at the first compilation, because finding its folder reads files.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import os
import platform
import stat
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

# XLA:CPU's YNNPACK fusions return wrong numbers for some shapes and can crash
# (jax issues 39103, 39257, 40412). An empty list of fusion types turns them off.
YNNPACK_FLAG = "--xla_cpu_experimental_ynn_fusion_type="
CACHE_VARIABLE = "SACCADE_CACHE"
CACHE_LIMIT_BYTES = 512 * 2**20

_state = {"cache": False}


def prepare() -> None:
    """Sets the flags that JAX reads when it starts, keeping what the user set.

    Differs from Keras: Keras leaves both as they are.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if YNNPACK_FLAG.rstrip("=") not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {YNNPACK_FLAG}".strip()
        if _jax_is_running():
            warnings.warn(
                "JAX was started before saccade was imported, so saccade could not "
                "turn off a faulty fusion of XLA on CPU. Import saccade first, or "
                f"set XLA_FLAGS={YNNPACK_FLAG!r} in the environment.",
                RuntimeWarning,
                stacklevel=3,
            )
    # Grow on the GPU with need instead of taking three quarters at the first call.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")


def compute_in_place() -> None:
    """Lets programs on CPU begin in the thread that calls them, if JAX has not started.

    Results are waited for at once, and waking another thread up and being woken up by
    it costs more than a small network. After the import `jax.config.update` with
    `jax_cpu_enable_async_dispatch` still turns it round.
    """
    import jax

    if not _jax_is_running():
        jax.config.update("jax_cpu_enable_async_dispatch", False)


def _jax_is_running() -> bool:
    bridge = sys.modules.get("jax._src.xla_bridge")
    return bool(getattr(bridge, "_backends", None))


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keeps Python's garbage collector still while it is open.

    Loading JAX and tracing make hundreds of thousands of objects that stay, and the
    collector would look through all of them several times.

    Example:
        >>> with collector_paused(): gc.isenabled()
        False
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load(name: str) -> ModuleType:
    """Imports a part of saccade, and JAX with the first of them.

    Example:
        >>> load("saccade.tree").__name__
        'saccade.tree'
    """
    with collector_paused():
        return importlib.import_module(name)


def cache_folder() -> Path | None:
    """Returns the folder of compiled programs, or None if the cache is off.

    The environment variable SACCADE_CACHE names another folder, or is 'off'. The
    folder is private to the user, since whoever writes into it can run code, and is
    separate for each version of JAX and each kind of processor.
    """
    chosen = os.environ.get(CACHE_VARIABLE, "")
    if chosen.lower() in ("off", "0", "no", "false"):
        return None
    if chosen:
        root = Path(chosen).expanduser()
    elif sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA", "~")).expanduser() / "saccade"
    elif sys.platform == "darwin":
        root = Path("~/Library/Caches/saccade").expanduser()
    else:
        home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        root = Path(home).expanduser() / "saccade"
    from jaxlib.version import __version__ as version

    return root / "compiled" / f"jaxlib-{version}-{_processor()}"


def _processor() -> str:
    """Returns a short name of the processor and its vector instructions."""
    facts = [platform.machine(), platform.processor()]
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        text = ""
    for line in text.splitlines():
        if line.startswith(("model name", "flags", "Features")):
            facts.append(line)
        elif not line and len(facts) > 2:
            break
    digest = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:12]
    return f"{platform.machine() or 'cpu'}-{digest}"


def enable_cache() -> None:
    """Turns JAX's persistent compilation cache on, once; safe to call often."""
    if _state["cache"]:
        return
    _state["cache"] = True
    import jax

    if getattr(jax.config, "jax_compilation_cache_dir", None):
        return  # the user has chosen a folder
    folder = cache_folder()
    if folder is None:
        return
    try:
        _make_private(folder)
        _bound_size(folder, CACHE_LIMIT_BYTES)
    except OSError as error:
        warnings.warn(
            f"saccade keeps no compiled programs: {folder} cannot be used ({error}). "
            f"Set {CACHE_VARIABLE} to a folder of yours, or to 'off'.",
            RuntimeWarning,
            stacklevel=2,
        )
        return
    from jax.experimental.compilation_cache import compilation_cache

    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    # A program compiled before this point has made JAX decide against a cache.
    compilation_cache.reset_cache()


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":
        return
    details = folder.stat()
    if details.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
    if stat.S_IMODE(details.st_mode) != 0o700:
        folder.chmod(0o700)


def _bound_size(folder: Path, limit_bytes: int) -> None:
    """Removes the programs used longest ago until the folder is within its bound."""
    entries = []
    for path in folder.iterdir():
        try:
            details = path.stat()
        except FileNotFoundError:
            continue  # another process tidied up at the same time
        entries.append((details.st_mtime, details.st_size, path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= limit_bytes:
            return
        path.unlink(missing_ok=True)
        total -= size
