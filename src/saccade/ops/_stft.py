"""Short pieces of a signal, and their Fourier transforms."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from saccade.core import _checks
from saccade.core._errors import ArgumentTypeError, ConfigError, ShapeError, message
from saccade.ops._fourier import Pair, complex_of

# a - b * cos(2 pi n / length), for each named window.
_WINDOWS = {"hann": (0.5, 0.5), "hamming": (0.54, 0.46)}
# Where all windows together weigh less than this, nothing can be divided by it.
_LEAST_WEIGHT = 1e-10


def extract_sequences(
    x: ArrayLike, sequence_length: int, sequence_stride: int
) -> jax.Array:
    """Cuts the last axis into pieces that may overlap.

    Args:
        x: any array.
        sequence_length: the length of a piece.
        sequence_stride: from the start of one piece to the start of the next.

    Shapes:
        x: (..., n) -> (..., pieces, sequence_length)

    Raises:
        ConfigError: a length below 1.
        ShapeError: no axis, or less data than one piece.

    Example:
        >>> extract_sequences([1, 2, 3, 4, 5], 3, 2).tolist()
        [[1, 2, 3], [3, 4, 5]]
    """
    where = "ops.extract_sequences"
    length = _checks.positive_int(sequence_length, "sequence_length", where)
    return _pieces(jnp.asarray(x), length, _step(sequence_stride, where), where)


def stft(
    x: ArrayLike,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: str | ArrayLike | None = "hann",
    center: bool = True,
) -> tuple[jax.Array, jax.Array]:
    """The Fourier transforms of short pieces of a signal.

    Args:
        x: float signals.
        sequence_length: the length of a piece.
        sequence_stride: from one piece to the next.
        fft_length: pieces are filled up with 0 on both sides to this length.
        window: what each piece is multiplied by: 'hann', 'hamming', an array of
            `sequence_length` numbers, or None.
        center: whether piece t has its middle at t * sequence_stride; the signal is
            mirrored at both ends. Else it begins there.

    Shapes:
        x: (..., n) -> two of (..., pieces, fft_length // 2 + 1)

    Raises:
        ArgumentTypeError: `x` is no float array.
        ConfigError: lengths or the window cannot be.
        ShapeError: less data than one piece.

    Example:
        >>> real, imaginary = stft([0.0, 1.0, 2.0, 3.0, 4.0], 3, 2, 3)
        >>> real.tolist()
        [[0.75, -0.375], [3.75, -1.875], [5.25, -2.625]]
    """
    where = "ops.stft"
    step = _step(sequence_stride, where)
    signal = jnp.asarray(x)
    if signal.dtype not in (jnp.float32, jnp.float64):
        raise ArgumentTypeError(
            message(
                where,
                f"`x` must be `float32` or `float64`, got {signal.dtype}",
                "convert with ops.cast",
            )
        )
    weights = _window(window, sequence_length, fft_length, where)
    if center:
        sides = [(0, 0)] * (signal.ndim - 1) + [(fft_length // 2, fft_length // 2)]
        signal = jnp.pad(signal, sides, mode="reflect")
    pieces = _pieces(signal, fft_length, step, where)
    result = jnp.fft.rfft(pieces if weights is None else pieces * weights)
    return jnp.real(result), jnp.imag(result)


def istft(
    x: Pair,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: str | ArrayLike | None = "hann",
    center: bool = True,
) -> jax.Array:
    """The inverse of `stft`: the signal that fits all the pieces best.

    Args:
        x: the real and the imaginary part.
        sequence_length: as in `stft`.
        sequence_stride: as in `stft`.
        fft_length: as in `stft`.
        length: of the result; None for all that is known.
        window: as in `stft`; with None the pieces are only added up.
        center: as in `stft`.

    Shapes:
        two of (..., pieces, fft_length // 2 + 1) -> (..., n)

    Raises:
        ConfigError: lengths or the window cannot be, or `x` is no pair.
        ShapeError: fewer than two axes.

    Example:
        >>> signal = jnp.arange(8.0)
        >>> istft(stft(signal, 4, 2, 4), 4, 2, 4).round().astype(int).tolist()
        [0, 1, 2, 3, 4, 5, 6, 7]
    """
    where = "ops.istft"
    step = _step(sequence_stride, where)
    spectrum = complex_of(x, where)
    if spectrum.ndim < 2:
        raise ShapeError(
            message(where, f"expected rank >= 2, got shape {spectrum.shape}")
        )
    weights = _window(window, sequence_length, fft_length, where)
    pieces = jnp.fft.irfft(spectrum, fft_length)
    if weights is None:
        total = _added_up(pieces, step)
    else:
        square = jnp.broadcast_to(jnp.square(weights), pieces.shape[-2:])
        overlap = _added_up(square, step)
        overlap = jnp.where(overlap > _LEAST_WEIGHT, overlap, 1.0)
        total = _added_up(pieces * weights, step) / overlap
    start = fft_length // 2 if center else 0
    if length is not None:
        return total[..., start : start + length]
    return total[..., start : total.shape[-1] - start]


def _step(value: int, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(
            message(
                where, f"`sequence_stride` must be a positive integer, got {value!r}"
            )
        )
    return value


def _window(
    window: str | ArrayLike | None, length: int, fft_length: int, where: str
) -> jax.Array | None:
    """What pieces of `fft_length` are multiplied by; None for nothing."""
    if fft_length < length:
        raise ConfigError(
            message(
                where,
                "`fft_length` must equal or exceed `sequence_length`, got "
                f"fft_length={fft_length} and sequence_length={length}",
            )
        )
    if window is None:
        return None
    if isinstance(window, str):
        if window not in _WINDOWS:
            raise ConfigError(
                message(
                    where,
                    "If a string is passed to `window`, it must be 'hann' or "
                    f"'hamming', got {window!r}",
                )
            )
        middle, swing = _WINDOWS[window]
        turns = 2 * np.pi * np.arange(length) / length
        weights = np.asarray(middle - swing * np.cos(turns), "float32")
    else:
        weights = np.asarray(window, "float32")
    if weights.shape != (length,):
        raise ConfigError(
            message(
                where,
                f"The shape of `window` must be equal to ({length},), the "
                f"`sequence_length`, got {weights.shape}",
            )
        )
    before = (fft_length - length) // 2
    return jnp.pad(jnp.asarray(weights), (before, fft_length - length - before))


def _pieces(x: jax.Array, length: int, step: int, where: str) -> jax.Array:
    if not x.ndim or x.shape[-1] < length:
        raise ShapeError(
            message(
                where,
                f"the last axis must hold a piece of {length} numbers, got an array "
                f"of shape {x.shape}",
            )
        )
    starts = np.arange(0, x.shape[-1] - length + 1, step)
    return x[..., starts[:, None] + np.arange(length)]


def _added_up(pieces: jax.Array, step: int) -> jax.Array:
    """Puts pieces (..., t, n) at t * step and adds up what overlaps."""
    *rows, count, length = pieces.shape
    places = np.arange(count)[:, None] * step + np.arange(length)
    empty = jnp.zeros((*rows, (count - 1) * step + length), pieces.dtype)
    return empty.at[..., places].add(pieces)
