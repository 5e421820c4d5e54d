"""Which types layers keep weights in and compute in, as `keras.dtype_policies`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Self

from saccade.core import _refused, _registry
from saccade.core._dtypes import DTypePolicy as DTypePolicy
from saccade.core._dtypes import get_policy
from saccade.core._errors import ArgumentTypeError, ConfigError, message
from saccade.saving import deserialize_keras_object, serialize_keras_object


class FloatDTypePolicy(DTypePolicy):
    """The name that some versions of Keras write for `DTypePolicy`; the same.

    Example:
        >>> FloatDTypePolicy("float16") == DTypePolicy("float16")
        True
    """


class DTypePolicyMap(DTypePolicy, MutableMapping[str, DTypePolicy]):
    """Policies of single layers, by their paths; passed to the layers as `dtype`.

    Args:
        default_policy: policy or name for all others; None for the global policy.
        policy_map: policies by path. A path that is no key is matched with all keys
            as regular expressions, which must fit the whole path.

    Raises:
        ConfigError: a map as default, a path that two expressions match, a key given
            twice, or no policy.
        ArgumentTypeError: `policy_map` is no dict.

    Example:
        >>> policies = DTypePolicyMap("mixed_bfloat16", {"head/.*": "float32"})
        >>> policies["head/dense"].name, policies["body"].name
        ('float32', 'mixed_bfloat16')
    """

    def __init__(
        self,
        default_policy: str | DTypePolicy | None = None,
        policy_map: Mapping[str, Any] | None = None,
    ) -> None:
        where = "DTypePolicyMap"
        if isinstance(default_policy, DTypePolicyMap):
            raise ConfigError(message(where, "`default_policy` cannot be a map"))
        if policy_map is not None and not isinstance(policy_map, Mapping):
            raise ArgumentTypeError(
                message(where, f"`policy_map` must be a dict, got {policy_map!r}")
            )
        self._given = default_policy
        self._map = {key: get(value) for key, value in (policy_map or {}).items()}
        get(default_policy)

    @property
    def default_policy(self) -> DTypePolicy:
        """The policy of paths that are not in the map."""
        return get(self._given)

    @property
    def name(self) -> str:
        """'map_' and the name of the default."""
        return f"map_{self.default_policy.name}"

    @property
    def compute_dtype(self) -> str:
        """That of the default."""
        return self.default_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """That of the default."""
        return self.default_policy.variable_dtype

    def __getitem__(self, key: str) -> DTypePolicy:
        if key in self._map:
            return self._map[key]
        found = [pattern for pattern in self._map if re.fullmatch(pattern, key)]
        if len(found) > 1:
            raise ConfigError(
                message(
                    "DTypePolicyMap",
                    f"Path {key!r} matches multiple dtype policy keys: {found}",
                    "let each path match one key",
                )
            )
        return self._map[found[0]] if found else self.default_policy

    def __setitem__(self, key: str, policy: Any) -> None:
        if key in self._map:
            raise ConfigError(
                message(
                    "DTypePolicyMap",
                    f"{key!r} already exists with {self._map[key]!r}",
                    f"delete it first: del policies[{key!r}]",
                )
            )
        self._map[key] = get(policy)

    def __delitem__(self, key: str) -> None:
        del self._map[key]

    def __contains__(self, key: object) -> bool:
        return key in self._map

    def __len__(self) -> int:
        return len(self._map)

    def __iter__(self) -> Iterator[str]:
        return iter(self._map)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DTypePolicyMap)
            and other.name == self.name
            and other._map == self._map
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        pairs = [(key, policy.name) for key, policy in self._map.items()]
        return f"<DTypePolicyMap default={self.default_policy.name!r}, {pairs}>"

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        given = self._given
        return {
            "default_policy": (
                serialize(given) if isinstance(given, DTypePolicy) else given
            ),
            "policy_map": {key: serialize(value) for key, value in self._map.items()},
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a map from `get_config()`."""
        return cls(config.get("default_policy"), config.get("policy_map"))


def get(identifier: Any) -> DTypePolicy:
    """Returns the policy that a name, a type, a config or None stands for.

    Args:
        identifier: for example 'mixed_bfloat16'; None for the global policy.

    Raises:
        ConfigError: no such policy, or one that cannot be met.

    Example:
        >>> get("mixed_bfloat16").compute_dtype
        'bfloat16'
    """
    if isinstance(identifier, Mapping) and "class_name" in identifier:
        return deserialize(identifier)
    return get_policy(identifier)  # type: ignore[arg-type]


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


__all__ = [
    "DTypePolicy",
    "DTypePolicyMap",
    "FloatDTypePolicy",
    "deserialize",
    "get",
    "serialize",
]

_registry.export(
    "keras.dtype_policies",
    {
        name: globals()[name]
        for name in ("DTypePolicyMap", "FloatDTypePolicy", "deserialize", "get")
    },
)

__getattr__ = _refused.door(__name__, __all__)
