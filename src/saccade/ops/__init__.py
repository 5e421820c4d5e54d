"""Array operations as pure functions: they run alone under jit, vmap and grad."""

from . import image as image
from ._conv import conv as conv
from ._conv import conv_transpose as conv_transpose
from ._conv import depthwise_conv as depthwise_conv
from ._conv import separable_conv as separable_conv
from ._pool import average_pool as average_pool
from ._pool import max_pool as max_pool

__all__ = [
    "average_pool",
    "conv",
    "conv_transpose",
    "depthwise_conv",
    "image",
    "max_pool",
    "separable_conv",
]
