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
from ._conv import conv as conv
from ._conv import conv_transpose as conv_transpose
from ._conv import depthwise_conv as depthwise_conv
from ._conv import separable_conv as separable_conv
from ._dispatch import open_door
from ._nn import batch_normalization as batch_normalization
from ._nn import binary_crossentropy as binary_crossentropy
from ._nn import categorical_crossentropy as categorical_crossentropy
from ._nn import moments as moments
from ._nn import normalize as normalize
from ._nn import one_hot as one_hot
from ._nn import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from ._pool import average_pool as average_pool
from ._pool import max_pool as max_pool

__all__ = [
    "average_pool",
    "batch_normalization",
    "binary_crossentropy",
    "categorical_crossentropy",
    "celu",
    "conv",
    "conv_transpose",
    "depthwise_conv",
    "elu",
    "gelu",
    "glu",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "max_pool",
    "moments",
    "normalize",
    "one_hot",
    "relu",
    "relu6",
    "selu",
    "separable_conv",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "sparse_categorical_crossentropy",
    "swish",
]

open_door(globals(), __all__, "nn")
