"""TensorFlow's calls that set something or ask about the machine.

saccade decides devices, memory and compilation itself, so settings are accepted and
change nothing; questions get true answers.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import saccade
from saccade.core._errors import ConfigError, message
from saccade.launcher._names import TENSORFLOW_VERSION

_Function = TypeVar("_Function", bound=Callable[..., object])

_PLATFORMS = {"CPU": "cpu", "GPU": "gpu", "TPU": "tpu"}
_AUTOTUNE = -1


class PhysicalDevice(NamedTuple):
    """A processor that TensorFlow programs list, with TensorFlow's name for it."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A processor as TensorFlow programs place work on it."""

    name: str
    device_type: str


def settings() -> dict[str, dict[str, object]]:
    """Returns the calls by namespace: {"config": {"set_visible_devices": ...}, ...}.

    Example:
        >>> settings()[""]["executing_eagerly"]()
        True
    """
    return {
        "": {
            "device": device,
            "executing_eagerly": lambda: True,
            "function": function,
            "get_logger": get_logger,
            "is_tensor": is_tensor,
        },
        "autograph": {"set_verbosity": accept, "trace": accept},
        "autograph.experimental": {"do_not_convert": as_it_is},
        "compat": {"as_bytes": as_bytes, "as_str": as_text, "as_text": as_text},
        "compat.v1": {
            "disable_eager_execution": accept,
            "disable_v2_behavior": accept,
            "enable_eager_execution": accept,
            "enable_v2_behavior": accept,
            "set_random_seed": set_seed,
        },
        "compat.v1.logging": _logging_calls(),
        "compat.v1.random": {"set_random_seed": set_seed},
        **_config_calls(),
        "data": {"AUTOTUNE": _AUTOTUNE},
        "data.experimental": {"AUTOTUNE": _AUTOTUNE},
        "debugging": {"set_log_device_placement": accept},
        "logging": _logging_calls(),
        "random": {"set_seed": set_seed},
        "test": {
            "gpu_device_name": gpu_device_name,
            "is_built_with_cuda": is_gpu_available,
            "is_built_with_gpu_support": is_gpu_available,
            "is_gpu_available": is_gpu_available,
        },
        "version": {
            "COMPILER_VERSION": f"saccade {saccade.__version__}",
            "GIT_VERSION": f"saccade {saccade.__version__}",
            "VERSION": TENSORFLOW_VERSION,
        },
    }


def _config_calls() -> dict[str, dict[str, object]]:
    return {
        "config": {
            "get_visible_devices": list_physical_devices,
            "list_logical_devices": list_logical_devices,
            "list_physical_devices": list_physical_devices,
            "run_functions_eagerly": run_functions_eagerly,
            "set_logical_device_configuration": accept,
            "set_soft_device_placement": accept,
            "set_visible_devices": accept,
            "LogicalDeviceConfiguration": accept,
        },
        "config.experimental": {
            "enable_op_determinism": accept,
            "get_visible_devices": list_physical_devices,
            "list_logical_devices": list_logical_devices,
            "list_physical_devices": list_physical_devices,
            "set_memory_growth": accept,
            "set_virtual_device_configuration": accept,
            "set_visible_devices": accept,
            "VirtualDeviceConfiguration": accept,
        },
        "config.optimizer": {"set_experimental_options": accept, "set_jit": accept},
        "config.threading": {
            "set_inter_op_parallelism_threads": accept,
            "set_intra_op_parallelism_threads": accept,
        },
    }


def accept(*arguments: object, **named: object) -> None:
    """Takes any setting and changes nothing."""


def device(name: object = None) -> contextlib.AbstractContextManager[None]:
    """Takes the name of a device; JAX goes on using the one it has chosen."""
    return contextlib.nullcontext()


def as_it_is(
    func: _Function | None = None, *arguments: object, **named: object
) -> _Function | Callable[[_Function], _Function]:
    """Returns the function itself, as a decorator with or without arguments."""
    return func if callable(func) else lambda inner: inner


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Sequence[Any] | None = None,
    *arguments: object,
    **named: object,
) -> Callable[..., Any]:
    """Compiles a function, as a decorator with or without arguments.

    Args:
        func: the function.
        input_signature: a `tf.TensorSpec` for each argument.
        *arguments: accepted; they change nothing.
        **named: accepted; they change nothing.
    """
    if func is None:
        return lambda inner: function(inner, input_signature)
    # Here, because it needs JAX.
    from saccade.launcher._tensorflow_function import wrapped

    return wrapped(func, input_signature)


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Says whether functions that `tf.function` decorates run as they are written."""
    from saccade.launcher._tensorflow_function import Function

    Function.eagerly = bool(run_eagerly)


def get_logger() -> logging.Logger:
    """Returns the logger named 'tensorflow'; saccade writes nothing to it."""
    return logging.getLogger("tensorflow")


def is_tensor(x: object) -> bool:
    """Says whether x is a JAX array or a variable."""
    jax = sys.modules.get("jax")
    return jax is not None and (isinstance(x, jax.Array) or hasattr(x, "__jax_array__"))


def as_bytes(text: str | bytes, encoding: str = "utf-8") -> bytes:
    """Returns text as bytes."""
    return text.encode(encoding) if isinstance(text, str) else text


def as_text(text: str | bytes, encoding: str = "utf-8") -> str:
    """Returns bytes as text."""
    return text.decode(encoding) if isinstance(text, bytes) else text


def set_seed(seed: int) -> None:
    """Fixes every draw of saccade; Python's and NumPy's own are left alone."""
    from saccade.core._random import set_global_seed

    set_global_seed(seed)


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """Lists the processors that JAX can use.

    Args:
        device_type: 'CPU', 'GPU' or 'TPU'; None for all.

    Raises:
        ConfigError: another type.
    """
    if device_type is not None and device_type not in _PLATFORMS:
        raise ConfigError(
            message(
                "tf.config.list_physical_devices",
                f"`device_type` must be 'CPU', 'GPU' or 'TPU', got {device_type!r}",
            )
        )
    kinds = list(_PLATFORMS) if device_type is None else [device_type]
    return [
        PhysicalDevice(f"/physical_device:{kind}:{number}", kind)
        for kind in kinds
        for number in range(_count(kind))
    ]


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """Lists the processors that JAX can use, under TensorFlow's logical names."""
    return [
        LogicalDevice(name.replace("/physical_device", "/device"), kind)
        for name, kind in list_physical_devices(device_type)
    ]


def is_gpu_available(cuda_only: bool = False, *arguments: object) -> bool:
    """Says whether JAX has a GPU."""
    return _count("GPU") > 0


def gpu_device_name() -> str:
    """Returns TensorFlow's name for the first GPU, or ''."""
    return "/device:GPU:0" if is_gpu_available() else ""


def _count(kind: str) -> int:
    import jax

    try:
        return len(jax.local_devices(backend=_PLATFORMS[kind]))
    except RuntimeError:  # JAX's answer for a platform that is not there
        return 0


def _logging_calls() -> dict[str, object]:
    logger = get_logger()
    levels = {
        "DEBUG": logging.DEBUG,
        "INFO": logging.INFO,
        "WARN": logging.WARNING,
        "ERROR": logging.ERROR,
        "FATAL": logging.FATAL,
    }
    calls = {
        "debug": logger.debug,
        "info": logger.info,
        "warn": logger.warning,
        "warning": logger.warning,
        "error": logger.error,
        "fatal": logger.fatal,
        "get_verbosity": logger.getEffectiveLevel,
        "set_verbosity": logger.setLevel,
    }
    return {**levels, **calls}
