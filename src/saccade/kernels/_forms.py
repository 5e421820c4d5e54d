"""The table of forms and what each costs; `_choose` reads it.

Costs are estimated microseconds on two cores with AVX-512, fitted to
`benchmarks/micro/conv_forms.py`. Only their order matters: it decides.
"""

from __future__ import annotations

import math

from . import (
    _bias,
    _conv_relu,
    _direct,
    _lanes,
    _matmul,
    _native,
    _native_channels,
    _norm,
    _pool,
    _pooling,
    _product,
    _rows,
    _winograd,
    _xla,
)
from ._choose import Form, register
from ._matmul import is_point
from ._spec import ChannelSpec, ConvSpec, PoolSpec, ProductSpec, RowsSpec

ACCELERATORS = ("gpu", "tpu", "cuda", "rocm")
CPU = ("cpu",)
# Only where nothing else fits: slow on CPU, in loops beyond use.
LAST = 1e12
# Additions and multiplications per microsecond of a matrix product, and of the native
# kernels, whose vectors have so many numbers.
PRODUCT = NATIVE = 2e5
VECTOR = 16
# Numbers per microsecond that are copied into patches, with the batch innermost or
# with the channels; that Winograd's transforms move; that change their order.
COPY = 1.4e3
COPY_LAST = 1e3
TRANSFORM = 1.1e3
TRANSFORM_KERNEL = 500
TURN = 4e3
# Channels times filters of a kernel that native tiles transform in a microsecond.
TURN_KERNEL = 40
# Numbers per microsecond that are added up for each channel.
SUM = 4e3
# Pixels that the kernel for few pictures gives in a microsecond whatever they cost, and
# the numbers of a filter from which on a block of them outgrows inner caches.
EACH = 1e3
LONG = 1 << 12
# Microseconds to start one operation.
START = 1.0


def _last(spec: object) -> float:
    return LAST


def _patches_cost(spec: ConvSpec) -> float:
    # Short runs of channels are copied one number at a time.
    slower = 1 + 8 / spec.group_channels
    moved = spec.taps * spec.in_channels * spec.pixels * slower / COPY_LAST
    if is_point(spec):
        # No patches, but what lies around may have the batch innermost.
        moved = spec.pixels * (spec.in_channels + spec.filters) * slower / TURN
    return spec.flops / PRODUCT + moved + START * spec.taps


def _lanes_cost(spec: ConvSpec) -> float:
    copied = spec.taps * spec.in_channels * spec.pixels if spec.taps > 1 else 0
    # Products that leave few lanes to each row of the kernel start slowly.
    few = 1 + 12 / min(spec.batch, VECTOR) if is_point(spec) else 1
    # The views of a few pictures are short, and made in one go.
    return spec.flops / PRODUCT * few + copied / COPY + START / 4 * spec.taps


def _native_cost(spec: ConvSpec) -> float:
    # A batch that does not fill its last vector costs as much as one that does.
    vectors = -(-spec.batch // VECTOR)
    few = 1 + 2 / (spec.filters // spec.groups)
    work = spec.flops / NATIVE * few * _inside(spec)
    return work * vectors * VECTOR / spec.batch + 5 * START


def _direct_cost(spec: ConvSpec) -> float:
    # Vectors hold filters, eight or sixteen.
    filters = spec.filters // spec.groups
    width = 8 if filters <= 8 else VECTOR
    empty = -(-filters // width) * width / filters
    # One tap: a number that is loaded is used by filters alone.
    again = 1.6 if is_point(spec) else 1
    if spec.taps * spec.group_channels > LONG:
        again = 2  # the kernel comes from far away for each row
    return spec.flops / NATIVE * empty * again + spec.pixels / EACH + START


def _tiles_cost(
    spec: ConvSpec, least: float = 0.57, channels: float = 1.5, filters: float = 3.5
) -> float:
    # What is left of the plain kernels' time: products, and transforms, which count
    # for more where few channels are summed or few filters share them.
    left = least + channels / spec.in_channels + filters / spec.filters
    even = math.prod((n + n % 2) / n for n in spec.outputs)
    # The kernel is transformed by one thread, and read again for each few tiles.
    kernel = spec.in_channels * spec.filters / TURN_KERNEL
    return _native_cost(spec) * left * even / _inside(spec) + kernel + 5 * START


def _tiles_input_cost(spec: ConvSpec) -> float:
    return _tiles_cost(spec, channels=3.5, filters=1.5)


def _tiles_kernel_cost(spec: ConvSpec) -> float:
    return _tiles_cost(spec, least=0.52, filters=1.5)


def _inside(spec: ConvSpec) -> float:
    """Returns the share of taps that see the picture, not the zeros around it."""
    share = 1.0
    for axis, (before, _) in enumerate(spec.padding):
        size, taps = spec.outputs[axis], spec.kernel[axis]
        stride, dilation = spec.strides[axis], spec.dilation[axis]
        last = spec.inputs[axis] - 1
        seen = 0
        for tap in range(taps):
            shift = tap * dilation - before
            low, high = max(0, -(shift // stride)), (last - shift) // stride
            seen += max(0, min(high, size - 1) - low + 1)
        share *= seen / (size * taps) if size else 1.0
    return max(share, 0.1)


def _winograd_cost(spec: ConvSpec, slower: float = 1) -> float:
    moved = 4 * (spec.in_channels + spec.filters) * spec.pixels / TRANSFORM * slower
    kernel = 25 * spec.in_channels * spec.filters / TRANSFORM_KERNEL
    return spec.flops / PRODUCT / 2.25 + moved + kernel + 40 * START


def _winograd_kernel_cost(spec: ConvSpec) -> float:
    return _winograd_cost(spec, slower=1.4)


def _library_cost(spec: ConvSpec) -> float:
    moved = spec.pixels * (spec.in_channels + spec.filters) / TURN
    channels = spec.in_channels
    few = 1 + 4 / channels + 200 / channels**2 + 4 / spec.filters
    return spec.flops / PRODUCT * few + moved + 15 * START


def _library_gradient_cost(spec: ConvSpec) -> float:
    # The output's gradient is spread out: zeros are multiplied, too.
    return _library_cost(spec) * math.prod(spec.strides)


def _library_kernel_cost(spec: ConvSpec) -> float:
    # The pictures take the place of the channels, and a few of them are slow.
    return _library_cost(spec) * (1 + 4 / spec.batch**2)


def _native_pool_cost(spec: PoolSpec) -> float:
    return 0.5


def _sums_cost(spec: ChannelSpec) -> float:
    return spec.batch * spec.pixels * spec.channels / SUM + START


def _native_sums_cost(spec: ChannelSpec) -> float:
    # Vectors are filled by the batch; without one, channels innermost are better.
    vectors = math.ceil(spec.batch / VECTOR)
    return vectors * VECTOR * spec.pixels * spec.channels / SUM / 1.5


def _product_cost(spec: ProductSpec) -> float:
    # XLA leaves vectors that the columns do not fill half empty.
    slower = 1 + VECTOR / spec.columns if spec.columns else 1
    work = 2 * spec.rows * spec.depth * spec.columns
    return work / PRODUCT * 2 * slower + 2 * START


def _turned_cost(spec: ProductSpec) -> float:
    # The same forward; the gradient to the rows takes half as long.
    return 0.8 * _product_cost(spec)


def _thin_cost(spec: ProductSpec) -> float:
    vectors = math.ceil(spec.columns / VECTOR)
    return 2 * spec.rows * spec.depth * vectors * VECTOR / PRODUCT + START


def _copy_cost(spec: RowsSpec) -> float:
    return spec.rows * (spec.size / 5e3 + 0.01) + START


def _native_copy_cost(spec: RowsSpec) -> float:
    return spec.rows * (spec.size / 1e4 + 0.01) + START


def _window_cost(spec: PoolSpec) -> float:
    taps = 1
    for k in spec.size:
        taps *= k
    # Many positions in one chain: XLA computes shared parts again and again.
    return taps if taps <= 9 else taps**2


def _axes_cost(spec: PoolSpec) -> float:
    return 3.0 * sum(spec.size)


def _channels_last(cost: float) -> float:
    """What pooling costs where the channels are innermost, not the batch."""
    return 2 * cost


def _window_cost_last(spec: PoolSpec) -> float:
    return _channels_last(_window_cost(spec))


def _axes_cost_last(spec: PoolSpec) -> float:
    return _channels_last(_axes_cost(spec))


for _operation, _function in (
    ("conv", _xla.conv),
    ("conv_grad_input", _xla.conv_grad_input),
    ("conv_grad_kernel", _xla.conv_grad_kernel),
    ("max_pool", _xla.max_pool),
    ("sum_pool", _xla.sum_pool),
    ("average_pool", _pool.average_by_sums),
    ("bias_gradient", _bias.by_sum),
    ("relu_gradient", _conv_relu.by_sum),
    ("moments", _norm.moments_by_sums),
    ("normalize", _norm.normalize_plainly),
    ("product", _product.plain),
    ("take_rows", _rows.by_index),
):
    register(_operation, Form("xla", _function, ACCELERATORS))
    register(_operation, Form("xla_cpu", _function, CPU, cost=_last))

for _operation, _forms in {
    "conv": (
        Form("lanes", _lanes.conv, CPU, cost=_lanes_cost),
        Form("winograd", _winograd.conv, CPU, _winograd.fits, _winograd_cost),
        Form("patches", _matmul.conv_patches, CPU, cost=_patches_cost),
        Form("library", _xla.conv, CPU, _xla.fits_library, _library_cost),
        Form(
            "native",
            _native.conv,
            CPU,
            _native.fits,
            _native_cost,
            native=True,
            with_relu=_native.conv_relu,
            with_max=_native.conv_relu_max,
        ),
        Form(
            "native_direct",
            _direct.conv,
            CPU,
            _direct.fits,
            _direct_cost,
            native=True,
            with_relu=_direct.conv_relu,
            with_max=_direct.conv_relu_max,
        ),
        Form(
            "native_tiles",
            _native.conv_tiles,
            CPU,
            _native.fits_tiles,
            _tiles_cost,
            native=True,
        ),
    ),
    "conv_grad_input": (
        Form("lanes", _lanes.conv_grad_input, CPU, cost=_lanes_cost),
        Form(
            "winograd", _winograd.conv_grad_input, CPU, _winograd.fits, _winograd_cost
        ),
        Form("patches", _matmul.conv_grad_input_points, CPU, is_point, _patches_cost),
        Form(
            "library",
            _xla.conv_grad_input,
            CPU,
            _xla.fits_library,
            _library_gradient_cost,
        ),
        Form(
            "native",
            _native.conv_grad_input,
            CPU,
            _native.fits,
            _native_cost,
            native=True,
        ),
        Form(
            "native_tiles",
            _native.conv_grad_input_tiles,
            CPU,
            _native.fits_tiles,
            _tiles_input_cost,
            native=True,
        ),
    ),
    "conv_grad_kernel": (
        Form("lanes", _lanes.conv_grad_kernel, CPU, cost=_lanes_cost),
        Form(
            "winograd",
            _winograd.conv_grad_kernel,
            CPU,
            _winograd.fits,
            _winograd_kernel_cost,
        ),
        Form("patches", _matmul.kernel_gradient_patches, CPU, cost=_patches_cost),
        Form(
            "library",
            _xla.conv_grad_kernel_turned,
            CPU,
            _xla.fits_library,
            _library_kernel_cost,
        ),
        Form(
            "native",
            _native.conv_grad_kernel,
            CPU,
            _native.fits,
            _native_cost,
            native=True,
            with_relu=_native.conv_grad_kernel_relu,
        ),
        Form(
            "native_tiles",
            _native.conv_grad_kernel_tiles,
            CPU,
            _native.fits_tiles,
            _tiles_kernel_cost,
            native=True,
        ),
    ),
    "max_pool": (
        Form("lanes", _lanes.pooled(_pooling.max_pool_views), CPU, cost=_window_cost),
        Form("lanes_axes", _lanes.pooled(_pooling.max_pool_axes), CPU, cost=_axes_cost),
        Form("views", _pooling.max_pool_views, CPU, cost=_window_cost_last),
        Form("axes", _pooling.max_pool_axes, CPU, cost=_axes_cost_last),
        Form(
            "native",
            _native.max_pool,
            CPU,
            _native.fits_pool,
            _native_pool_cost,
            native=True,
        ),
    ),
    "sum_pool": (
        Form("lanes", _lanes.pooled(_pooling.sum_pool_views), CPU, cost=_window_cost),
        Form("lanes_axes", _lanes.pooled(_pooling.sum_pool_axes), CPU, cost=_axes_cost),
        Form("views", _pooling.sum_pool_views, CPU, cost=_window_cost_last),
        Form("axes", _pooling.sum_pool_axes, CPU, cost=_axes_cost_last),
    ),
    "average_pool": (
        Form("sums", _pool.average_by_sums, CPU, cost=_window_cost),
        Form(
            "native",
            _native.average_pool,
            CPU,
            _native.fits_average,
            _native_pool_cost,
            native=True,
        ),
    ),
    "bias_gradient": (
        Form("lanes", _bias.by_lanes, CPU, cost=_sums_cost),
        Form(
            "native",
            _native_channels.sums,
            CPU,
            _native_channels.fits,
            _native_sums_cost,
            native=True,
        ),
    ),
    "relu_gradient": (
        Form("lanes", _conv_relu.by_lanes, CPU, cost=_sums_cost),
        Form(
            "native",
            _native_channels.relu_gradient,
            CPU,
            _native_channels.fits_relu,
            _native_sums_cost,
            native=True,
        ),
    ),
    "moments": (
        Form("sums", _norm.moments_by_sums, CPU, cost=_sums_cost),
        Form(
            "native",
            _native_channels.moments,
            CPU,
            _native_channels.fits,
            _native_sums_cost,
            native=True,
        ),
    ),
    "product": (
        Form("plain", _product.plain, CPU, cost=_product_cost),
        Form("turned", _product.turned, CPU, _product.is_wide, _turned_cost),
        Form("native", _product.native, CPU, _product.fits, _thin_cost, native=True),
    ),
    "take_rows": (
        Form("plain", _rows.by_index, CPU, cost=_copy_cost),
        Form("native", _rows.native, CPU, _rows.fits, _native_copy_cost, native=True),
    ),
    "normalize": (
        Form("plain", _norm.normalize_plainly, CPU, cost=_sums_cost),
        Form(
            "native",
            _native_channels.normalize,
            CPU,
            _native_channels.fits,
            _native_sums_cost,
            native=True,
        ),
    ),
}.items():
    for _form in _forms:
        register(_operation, _form)
