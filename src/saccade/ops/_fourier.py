"""Fourier transforms; complex numbers are pairs (real part, imaginary part)."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core._errors import ConfigError, message
from saccade.ops._activations import floating

Pair = tuple[ArrayLike, ArrayLike]


def complex_of(x: Pair, where: str) -> jax.Array:
    """Joins a real and an imaginary part.

    Raises:
        ConfigError: no pair, or two shapes.

    Example:
        >>> complex_of((1.0, 2.0), "ops.fft").item()
        (1+2j)
    """
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ConfigError(
            message(where, "`x` must be a pair (real part, imaginary part)")
        )
    real, imaginary = (floating(part) for part in x)
    if real.shape != imaginary.shape:
        raise ConfigError(
            message(
                where,
                f"both parts must have one shape, got {real.shape} and "
                f"{imaginary.shape}",
            )
        )
    return jax.lax.complex(real, imaginary)


def _pair(
    function: Callable[[jax.Array], jax.Array], x: Pair, where: str
) -> tuple[jax.Array, jax.Array]:
    result = function(complex_of(x, where))
    return jnp.real(result), jnp.imag(result)


def fft(x: Pair) -> tuple[jax.Array, jax.Array]:
    """The Fourier transform along the last axis.

    Args:
        x: the real and the imaginary part.

    Example:
        >>> [part.tolist() for part in fft(([1.0, 1.0], [0.0, 0.0]))]
        [[2.0, 0.0], [0.0, 0.0]]
    """
    return _pair(jnp.fft.fft, x, "ops.fft")


def fft2(x: Pair) -> tuple[jax.Array, jax.Array]:
    """The Fourier transform along the last two axes.

    Args:
        x: the real and the imaginary part.

    Example:
        >>> fft2(([[1.0]], [[0.0]]))[0].tolist()
        [[1.0]]
    """
    return _pair(jnp.fft.fft2, x, "ops.fft2")


def ifft2(x: Pair) -> tuple[jax.Array, jax.Array]:
    """The inverse of `fft2`.

    Args:
        x: the real and the imaginary part.

    Example:
        >>> ifft2(([[1.0]], [[0.0]]))[0].tolist()
        [[1.0]]
    """
    return _pair(jnp.fft.ifft2, x, "ops.ifft2")


def rfft(x: ArrayLike, fft_length: int | None = None) -> tuple[jax.Array, jax.Array]:
    """The first half of the Fourier transform of real numbers, along the last axis.

    Args:
        x: real numbers.
        fft_length: they are cut or filled up with 0 to this length.

    Example:
        >>> rfft([1.0, 1.0])[0].tolist()
        [2.0, 0.0]
    """
    result = jnp.fft.rfft(floating(x), fft_length)
    return jnp.real(result), jnp.imag(result)


def irfft(x: Pair, fft_length: int | None = None) -> jax.Array:
    """The inverse of `rfft`.

    Args:
        x: the real and the imaginary part.
        fft_length: length of the result; None for an even one.

    Example:
        >>> irfft(([2.0, 0.0], [0.0, 0.0])).tolist()
        [1.0, 1.0]
    """
    return jnp.fft.irfft(complex_of(x, "ops.irfft"), fft_length)


def view_as_complex(x: ArrayLike) -> jax.Array:
    """Complex numbers from pairs on the last axis.

    Args:
        x: (..., 2).

    Raises:
        ConfigError: the last axis has another length.

    Example:
        >>> view_as_complex([1.0, 2.0]).item()
        (1+2j)
    """
    array = floating(x)
    if not array.ndim or array.shape[-1] != 2:
        raise ConfigError(
            message(
                "ops.view_as_complex",
                "Last dimension of input must be size 2, the real and the imaginary "
                f"part, got shape {array.shape}",
            )
        )
    # Complex numbers have parts of 32 bits at least.
    array = array.astype(jnp.promote_types(array.dtype, jnp.float32))
    return jax.lax.complex(array[..., 0], array[..., 1])


def view_as_real(x: ArrayLike) -> jax.Array:
    """Pairs on a new last axis from complex numbers.

    Args:
        x: complex numbers.

    Example:
        >>> view_as_real(jnp.asarray(1 + 2j)).tolist()
        [1.0, 2.0]
    """
    array = jnp.asarray(x)
    return jnp.stack([jnp.real(array), jnp.imag(array)], axis=-1)


def polar(abs_: ArrayLike, angle: ArrayLike) -> jax.Array:
    """Complex numbers from their lengths and angles.

    Args:
        abs_: lengths.
        angle: angles in radians.

    Example:
        >>> polar(2.0, 0.0).item()
        (2+0j)
    """
    length, turn = floating(abs_), floating(angle)
    return jax.lax.complex(length * jnp.cos(turn), length * jnp.sin(turn))
