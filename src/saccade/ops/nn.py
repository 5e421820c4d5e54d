"""Operations of neural networks, as `keras.ops.nn` names them."""

from ._activations import celu as celu
from ._activations import elu as elu
from ._activations import gelu as gelu
from ._activations import glu as glu
from ._activations import hard_sigmoid as hard_sigmoid
from ._activations import hard_silu as hard_silu
from ._activations import hard_swish as hard_swish
from ._activations import hard_tanh as hard_tanh
from ._activations import leaky_relu as leaky_relu
from ._activations import log_sigmoid as log_sigmoid
from ._activations import log_softmax as log_softmax
from ._activations import relu as relu
from ._activations import relu6 as relu6
from ._activations import selu as selu
from ._activations import sigmoid as sigmoid
from ._activations import silu as silu
from ._activations import softmax as softmax
from ._activations import softplus as softplus
from ._activations import softsign as softsign
from ._activations import swish as swish
from ._adaptive_pool import adaptive_average_pool as adaptive_average_pool
from ._adaptive_pool import adaptive_max_pool as adaptive_max_pool
from ._attention import dot_product_attention as dot_product_attention
from ._blocks import depth_to_space as depth_to_space
from ._blocks import fold as fold
from ._blocks import space_to_depth as space_to_depth
from ._blocks import unfold as unfold
from ._conv import conv as conv
from ._conv import conv_transpose as conv_transpose
from ._conv import depthwise_conv as depthwise_conv
from ._conv import separable_conv as separable_conv
from ._ctc import ctc_decode as ctc_decode
from ._ctc import ctc_loss as ctc_loss
from ._dispatch import open_door
from ._fourier import polar as polar
from ._nn import batch_normalization as batch_normalization
from ._nn import binary_crossentropy as binary_crossentropy
from ._nn import categorical_crossentropy as categorical_crossentropy
from ._nn import moments as moments
from ._nn import normalize as normalize
from ._nn import one_hot as one_hot
from ._nn import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from ._pool import average_pool as average_pool
from ._pool import max_pool as max_pool
from ._scaling import layer_normalization as layer_normalization
from ._scaling import multi_hot as multi_hot
from ._scaling import psnr as psnr
from ._scaling import rms_normalization as rms_normalization
from ._shrink import hard_shrink as hard_shrink
from ._shrink import soft_shrink as soft_shrink
from ._shrink import sparse_plus as sparse_plus
from ._shrink import sparse_sigmoid as sparse_sigmoid
from ._shrink import sparsemax as sparsemax
from ._shrink import squareplus as squareplus
from ._shrink import tanh_shrink as tanh_shrink
from ._shrink import threshold as threshold

__all__ = [
    "adaptive_average_pool",
    "adaptive_max_pool",
    "average_pool",
    "batch_normalization",
    "binary_crossentropy",
    "categorical_crossentropy",
    "celu",
    "conv",
    "conv_transpose",
    "ctc_decode",
    "ctc_loss",
    "depth_to_space",
    "depthwise_conv",
    "dot_product_attention",
    "elu",
    "fold",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "layer_normalization",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "max_pool",
    "moments",
    "multi_hot",
    "normalize",
    "one_hot",
    "polar",
    "psnr",
    "relu",
    "relu6",
    "rms_normalization",
    "selu",
    "separable_conv",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "space_to_depth",
    "sparse_categorical_crossentropy",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh_shrink",
    "threshold",
    "unfold",
]

open_door(globals(), __all__, "nn")
