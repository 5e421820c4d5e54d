"""The table of forms and what each costs; `_choose` reads it."""

from __future__ import annotations

from . import _conv, _matmul, _pooling, _xla
from ._choose import Form, register
from ._spec import PoolSpec

ACCELERATORS = ("gpu", "tpu", "cuda", "rocm")
# Only where nothing else fits: slow on CPU, in loops beyond use.
LAST = 1e12


def _last(spec: object) -> float:
    return LAST


def _is_tiling(spec: PoolSpec) -> bool:
    return spec.is_tiling


def _one(spec: object) -> float:
    return 1.0


for _operation, _function in (
    ("conv", _xla.conv),
    ("conv_grad_input", _xla.conv_grad_input),
    ("conv_grad_kernel", _xla.conv_grad_kernel),
    ("max_pool", _xla.max_pool),
    ("sum_pool", _xla.sum_pool),
):
    register(_operation, Form("xla", _function, ACCELERATORS))
    register(_operation, Form("xla_cpu", _function, ("cpu",), cost=_last))

_CPU = ("cpu",)
register("conv", Form("shift", _matmul.conv_shift, _CPU, fits=_matmul.fits_depthwise))
register("conv", Form("patches", _matmul.conv_patches, _CPU, cost=_one))
register(
    "conv",
    Form("taps", _matmul.conv_taps, _CPU, fits=_matmul.fits_one_group, cost=_last),
)
register("conv_grad_input", Form("phases", _conv.input_gradient_phases, _CPU))
register(
    "conv_grad_kernel",
    Form("shift", _matmul.kernel_gradient_shift, _CPU, fits=_matmul.fits_depthwise),
)
register(
    "conv_grad_kernel",
    Form("patches", _matmul.kernel_gradient_patches, _CPU, cost=_one),
)
register(
    "conv_grad_kernel",
    Form(
        "taps",
        _matmul.kernel_gradient_taps,
        _CPU,
        fits=_matmul.fits_one_group,
        cost=_last,
    ),
)
register("max_pool", Form("split", _pooling.max_pool_split, _CPU, fits=_is_tiling))
register("max_pool", Form("views", _pooling.max_pool_views, _CPU, cost=_one))
register("sum_pool", Form("split", _pooling.sum_pool_split, _CPU, fits=_is_tiling))
register("sum_pool", Form("views", _pooling.sum_pool_views, _CPU, cost=_one))
