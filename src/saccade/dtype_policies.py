"""Which types layers keep weights in and compute in, as `keras.dtype_policies`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saccade.core import _registry
from saccade.core._dtypes import DTypePolicy as DTypePolicy
from saccade.core._dtypes import get_policy
from saccade.saving import deserialize_keras_object, serialize_keras_object

FloatDTypePolicy = DTypePolicy


def get(identifier: Any) -> DTypePolicy:
    """Returns the policy that a name, a type, a config or None stands for.

    Args:
        identifier: for example 'mixed_bfloat16'; None for the global policy.

    Raises:
        ConfigError: no such policy.

    Example:
        >>> get("mixed_bfloat16").compute_dtype
        'bfloat16'
    """
    return get_policy(identifier)


def serialize(dtype_policy: DTypePolicy) -> Any:
    """Returns what a file says of a policy.

    Args:
        dtype_policy: the policy.

    Example:
        >>> serialize(get("float16"))["config"]
        {'name': 'float16'}
    """
    return serialize_keras_object(dtype_policy)


def deserialize(
    config: Any, custom_objects: Mapping[str, object] | None = None
) -> DTypePolicy:
    """Makes a policy from `serialize()`.

    Args:
        config: what `serialize` returned.
        custom_objects: classes of one's own by name.

    Example:
        >>> deserialize(serialize(get("float16")))
        <DTypePolicy "float16">
    """
    return deserialize_keras_object(config, custom_objects)


__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]

_registry.export(
    "keras.dtype_policies", {name: globals()[name] for name in ("deserialize", "get")}
)
