"""`keras.device`: where what is computed inside lies."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import jax

from saccade.core._errors import ConfigError, message


def device(device_name: object) -> AbstractContextManager[Any]:
    """Computes what is inside a `with` block on one device.

    Args:
        device_name: 'cpu', 'gpu:0', 'tpu:1', TensorFlow's '/device:GPU:0', or a device
            of JAX.

    Raises:
        ConfigError: there is no such device; those that are there are named.

    Differs from Keras: TensorFlow's form of the names is taken too.

    Example:
        >>> with device("cpu:0"):
        ...     jax.numpy.ones(2).device.platform
        'cpu'
    """
    if isinstance(device_name, jax.Device):
        return jax.default_device(device_name)
    if not isinstance(device_name, str):
        raise ConfigError(
            message(
                "device",
                "Expected a string like 'gpu:0' or a `jax.Device` instance, got "
                f"{device_name!r}",
            )
        )
    kind, _, number = (
        device_name.lower().removeprefix("/").removeprefix("device:").partition(":")
    )
    try:
        return jax.default_device(jax.local_devices(backend=kind)[int(number or 0)])
    except (RuntimeError, ValueError, IndexError):
        there = ", ".join(f"{d.platform}:{d.id}" for d in jax.local_devices())
        raise ConfigError(
            message(
                "device",
                f"there is no device {device_name!r}",
                f"use one of these: {there}",
            )
        ) from None
