"""Rematerialization: computing values a second time instead of keeping them.

Only who asks for it, and how, belongs here; what layers do about it is in
`layers/_recompute.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Self

import jax

from saccade.core._errors import ConfigError, message

_MODES = ("full", "activations", "larger_than", "list_of_layers")
_local = threading.local()


class RematScope:
    """Lets the layers made inside compute their values again in the backward pass.

    That saves the memory of what training would otherwise keep, and costs time.

    Args:
        mode: 'full' for every layer, 'activations' for activations of layers,
            'larger_than' for layers whose output has more numbers than
            `output_size_threshold`, 'list_of_layers' for those in `layer_names`, None
            for no layer.
        output_size_threshold: see `mode`.
        layer_names: see `mode`.

    Raises:
        ConfigError: another mode.

    Differs from Keras: 'activations' means the whole layer where there is one.

    Example:
        >>> from saccade import layers
        >>> with RematScope("full"):
        ...     layer = layers.Dense(2, use_bias=False, kernel_initializer="ones")
        >>> layer(jax.numpy.ones((1, 3)))
        Array([[3., 3.]], dtype=float32)

    Reference: Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016,
        https://arxiv.org/abs/1604.06174
    """

    def __init__(
        self,
        mode: str | None = "full",
        output_size_threshold: int = 1024,
        layer_names: Sequence[str] | None = None,
    ) -> None:
        if mode not in (*_MODES, None):
            known = ", ".join(map(repr, _MODES))
            raise ConfigError(
                message("RematScope", f"`mode` must be {known} or None, got {mode!r}")
            )
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = list(layer_names or [])

    def __enter__(self) -> Self:
        _stack().append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _stack().pop()


def _stack() -> list[RematScope]:
    return _local.__dict__.setdefault("scopes", [])


def current_remat() -> RematScope | None:
    """Returns the innermost open scope, None if there is none or it asks for nothing.

    Example:
        >>> current_remat() is None
        True
    """
    stack = _stack()
    return stack[-1] if stack and stack[-1].mode is not None else None


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a function whose inner values are computed again in the backward pass.

    Args:
        f: takes and returns arrays, and changes nothing.

    Example:
        >>> float(jax.grad(remat(lambda x: jax.numpy.sin(x) ** 2))(0.0))
        0.0
    """
    return jax.checkpoint(f)
