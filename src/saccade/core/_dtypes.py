"""Data types: names, promotion and the policy of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax.numpy as jnp

from saccade.core import _settings
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    UnsupportedFeatureError,
    message,
    unknown_name,
)

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

_FLOATS = ("float32", "bfloat16", "float16", "float64")
_INTS = (
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
)  # fmt: skip
_NAMES = (*_FLOATS, *_INTS, "complex64", "bool", "string")


def standardize_dtype(dtype: DTypeLike | None) -> str:
    """Returns the name of a data type; None means the global float type.

    Raises:
        ConfigError: no such type.

    Example:
        >>> standardize_dtype("float"), standardize_dtype("int")
        ('float32', 'int32')
    """
    if dtype is None:
        return _settings.floatx()
    if isinstance(dtype, str):
        name = {"int": "int32", "float": "float32", "double": "float64"}.get(
            dtype, dtype
        )
        if name in _NAMES:
            return name
        raise ConfigError(unknown_name("dtype", dtype, _NAMES))
    if dtype is float:
        return _settings.floatx()
    if dtype is int:
        return "int32"
    try:
        name = jnp.dtype(dtype).name  # type: ignore[arg-type]
    except TypeError:
        as_text = getattr(dtype, "name", None)
        if isinstance(as_text, str) and as_text in _NAMES:
            return as_text
        raise ConfigError(unknown_name("dtype", dtype, _NAMES)) from None
    return str(name)


def is_float(dtype: DTypeLike) -> bool:
    """Says whether a type is a floating-point one.

    Example:
        >>> is_float("bfloat16"), is_float("uint8")
        (True, False)
    """
    return "float" in standardize_dtype(dtype)


def is_int(dtype: DTypeLike) -> bool:
    """Says whether a type is an integer one.

    Example:
        >>> is_int("uint8"), is_int("bool")
        (True, False)
    """
    return "int" in standardize_dtype(dtype)


def result_type(*dtypes: DTypeLike) -> str:
    """Returns the type that an operation on the given types computes in.

    Example:
        >>> result_type("int32", "float32")
        'float32'
    """
    if not dtypes:
        return _settings.floatx()
    return str(jnp.result_type(*(jnp.dtype(standardize_dtype(d)) for d in dtypes)))


class DTypePolicy:
    """Which types a layer stores its weights in and computes in.

    Args:
        name: a type ('float32', 'bfloat16'), or 'mixed_bfloat16' /
            'mixed_float16': weights float32, computation in the short type; None
            for the global policy.

    Raises:
        ConfigError: another name, or 'float64', which the engine does not compute in.
        UnsupportedFeatureError: a policy of quantization.

    Example:
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.variable_dtype, policy.compute_dtype
        ('float32', 'bfloat16')
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = dtype_policy().name
        _check_policy(name)
        if name in ("mixed_float16", "mixed_bfloat16"):
            self._compute, self._variable = name.removeprefix("mixed_"), "float32"
        else:
            self._compute = self._variable = standardize_dtype(name)
        self._name = name if name.startswith("mixed_") else self._compute

    @property
    def quantization_mode(self) -> None:
        """Always None: nothing is quantized; kept for Keras."""
        return None

    @property
    def name(self) -> str:
        """The policy's name."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """The type that the layer computes in."""
        return self._compute

    @property
    def variable_dtype(self) -> str:
        """The type that weights are stored in."""
        return self._variable

    def get_config(self) -> dict[str, str]:
        """Returns the constructor's arguments."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict[str, str]) -> DTypePolicy:
        """Builds a policy from `get_config()`."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


def _check_policy(name: object) -> None:
    if not isinstance(name, str):
        raise ArgumentTypeError(
            message(
                "DTypePolicy",
                f"`name` must be a text such as 'mixed_float16', got {name!r}",
            )
        )
    if "_from_" in name:
        raise UnsupportedFeatureError(
            message(
                "DTypePolicy",
                f"{name!r} asks for quantization, which saccade leaves out",
                "use 'mixed_bfloat16' for computation in fewer bits",
            )
        )
    if name in ("float64", "double"):
        raise ConfigError(
            message(
                "DTypePolicy",
                "'float64' cannot be met: the engine computes in 32 bits",
                "use 'float32'",
            )
        )
    known = ("mixed_bfloat16", "mixed_float16", *_NAMES)
    if name not in (*known, "int", "float"):
        raise ConfigError(unknown_name("dtype policy", name, known))


_global_policy: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """Returns the policy of layers that are given none.

    Example:
        >>> dtype_policy()
        <DTypePolicy "float32">
    """
    return _global_policy or DTypePolicy(_settings.floatx())


def set_dtype_policy(policy: str | DTypePolicy | None) -> None:
    """Sets the policy of layers made from now on.

    Args:
        policy: a policy or its name; None for the plain global float type.

    Raises:
        ConfigError: no such policy, or something else.

    Example:
        >>> set_dtype_policy("mixed_bfloat16"); set_dtype_policy(None)
    """
    global _global_policy
    if policy is not None and not isinstance(policy, (str, DTypePolicy)):
        raise ConfigError(
            message(
                "set_dtype_policy",
                "Invalid `policy` argument: expected a name such as 'mixed_bfloat16' "
                f"or a DTypePolicy, got {policy!r}",
            )
        )
    _global_policy = DTypePolicy(policy) if isinstance(policy, str) else policy


def get_policy(
    identifier: str | DTypePolicy | dict[str, object] | DTypeLike | None,
) -> DTypePolicy:
    """Returns the policy that a name, a type, a config or None stands for.

    Example:
        >>> get_policy("float16")
        <DTypePolicy "float16">
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        config = identifier.get("config", identifier)
        name = config.get("name") if isinstance(config, dict) else None
        return DTypePolicy(str(name))
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    return DTypePolicy(standardize_dtype(identifier))
