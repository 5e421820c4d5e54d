"""3x3 convolution with 2.25 times fewer multiplications (Winograd's F(2x2, 3x3)).

Tiles of 4x4 inputs are transformed by additions, multiplied channel-wise as 16 matrix
products, and transformed back to 2x2 outputs. Rounding errors stay below 1e-6 of the
largest output. The batch is innermost, as in `_lanes`.

Reference: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015,
https://arxiv.org/abs/1509.09308
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from . import _strips
from ._lanes import turned
from ._matmul import flipped, pad
from ._spec import USUAL_BATCH, ConvSpec

Four = list[jax.Array]
# The transform of the kernel along one axis: taps -> the four products.
_KERNEL = np.array(
    [[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]], np.float32
)
_SPAN = 3


def fits(spec: ConvSpec) -> bool:
    """Takes 3x3 kernels with stride and dilation 1 and one group, in two dimensions."""
    return spec.kernel == (3, 3) and spec.is_dense and spec.groups == 1


def conv(x: jax.Array, kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """Convolution by tiles."""
    return turned(_conv(turned(x), kernel, spec.outputs, spec.padding))


def conv_grad_input(
    cotangent: jax.Array, kernel: jax.Array, spec: ConvSpec
) -> jax.Array:
    """Convolution of the output's gradient with the flipped kernel, by tiles."""
    padding = tuple((2 - lo, 2 - hi) for lo, hi in spec.padding)
    turn = flipped(kernel, spec)
    return turned(_conv(turned(cotangent), turn, spec.inputs, padding))


def conv_grad_kernel(x: jax.Array, cotangent: jax.Array, spec: ConvSpec) -> jax.Array:
    """The transpose of the tiled convolution with respect to the kernel."""
    even = [n + n % 2 for n in spec.outputs]
    odd = [n % 2 for n in spec.outputs]
    around = [(lo, hi + o) for (lo, hi), o in zip(spec.padding, odd, strict=True)]
    dy = pad(turned(cotangent), [(0, o) for o in odd])

    def part(x: jax.Array, dy: jax.Array) -> jax.Array:
        return jnp.matmul(
            _output_tiles(dy),
            _input_tiles(x).mT,
            preferred_element_type=jnp.float32,
        )

    strip = _strip(even, spec.in_channels + spec.filters, dy)
    out = _strips.total(part, pad(turned(x), around), dy, strip, 1, _SPAN)
    out = out.reshape(4, 4, spec.filters, spec.in_channels)
    out = jnp.einsum("ai,bj,bafc->ijcf", _KERNEL, _KERNEL, out)
    return out.astype(x.dtype)


def _strip(even: list[int], channels: int, x: jax.Array) -> int:
    """Returns how many output rows to take at a time."""
    lanes = x.shape[-1] if isinstance(x.shape[-1], int) else USUAL_BATCH
    scratch = 16 * channels * even[1] // 2 * lanes * x.dtype.itemsize
    strip = _strips.rows_per_strip(even[0], scratch // 2, multiple=2)
    # At least two strips: the loop over them keeps XLA from computing what comes
    # before and after once per tile position.
    return min(strip, max(2, (even[0] + 3) // 4 * 2))


def _conv(
    x: jax.Array,
    kernel: jax.Array,
    outputs: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
) -> jax.Array:
    """Returns (filters, *outputs, b) from (c, h, w, b)."""
    channels, filters = kernel.shape[2:]
    weights = jnp.einsum("ai,bj,ijcf->bafc", _KERNEL, _KERNEL, kernel)
    weights = weights.reshape(16, filters, channels).astype(x.dtype)
    even = [n + n % 2 for n in outputs]
    around = [
        (lo, hi + e - n) for (lo, hi), e, n in zip(padding, even, outputs, strict=True)
    ]

    def part(x: jax.Array) -> jax.Array:
        tall, wide = (x.shape[1] - 2) // 2, (x.shape[2] - 2) // 2
        out = jnp.matmul(weights, _input_tiles(x))
        out = out.reshape(4, 4, filters, tall, wide, x.shape[-1])
        columns = _outputs([out[j] for j in range(4)])
        cells = [_outputs([column[i] for i in range(4)]) for column in columns]
        out = jnp.stack([jnp.stack(cell, 2) for cell in cells], 4)
        return out.reshape(filters, 2 * tall, 2 * wide, x.shape[-1])

    strip = _strip(even, channels + filters, x)
    out = _strips.join(part, pad(x, around), even[0], strip, 1, _SPAN)
    return lax.slice_in_dim(
        lax.slice_in_dim(out, 0, outputs[0], axis=1), 0, outputs[1], axis=2
    )


def _input_tiles(x: jax.Array) -> jax.Array:
    """Transforms every second 4x4 window: (c, h, w, b) -> (16, c, tiles * b).

    Products come out with the column's index before the row's. Stacking between the
    two axes keeps XLA from computing the first transform once per product.
    """
    rows = jnp.stack(_inputs(_windows(x, 1)))
    return jnp.stack(_inputs(_windows(rows, 3))).reshape(16, x.shape[0], -1)


def _output_tiles(dy: jax.Array) -> jax.Array:
    """The transpose of the transform to outputs: (f, h, w, b) -> (16, f, tiles * b)."""
    rows = jnp.stack(_spread(dy, 1))
    return jnp.stack(_spread(rows, 3)).reshape(16, dy.shape[0], -1)


def _windows(x: jax.Array, axis: int) -> Four:
    """Returns the four positions of the windows along one axis."""
    last = x.shape[axis] - 3
    return [lax.slice_in_dim(x, i, i + last, 2, axis) for i in range(4)]


def _inputs(d: Four) -> Four:
    return [d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]]


def _outputs(m: Four) -> list[jax.Array]:
    return [m[0] + m[1] + m[2], m[1] - m[2] - m[3]]


def _spread(dy: jax.Array, axis: int) -> Four:
    first, second = (lax.slice_in_dim(dy, i, None, 2, axis) for i in range(2))
    return [first, first + second, first - second, -second]
