"""Settings and, for older programs, the functions of Keras 2's `K`.

Functions that `saccade.ops` has with the same arguments are the same objects;
`_renamed` has those whose arguments were called otherwise.
"""

from saccade.backend._functions import argmax as argmax
from saccade.backend._functions import argmin as argmin
from saccade.backend._functions import batch_get_value as batch_get_value
from saccade.backend._functions import batch_set_value as batch_set_value
from saccade.backend._functions import cast_to_floatx as cast_to_floatx
from saccade.backend._functions import clip as clip
from saccade.backend._functions import concatenate as concatenate
from saccade.backend._functions import constant as constant
from saccade.backend._functions import count_params as count_params
from saccade.backend._functions import dropout as dropout
from saccade.backend._functions import dtype as dtype
from saccade.backend._functions import expand_dims as expand_dims
from saccade.backend._functions import flatten as flatten
from saccade.backend._functions import gather as gather
from saccade.backend._functions import get_value as eval
from saccade.backend._functions import get_value as get_value
from saccade.backend._functions import in_top_k as in_top_k
from saccade.backend._functions import int_shape as int_shape
from saccade.backend._functions import l2_normalize as l2_normalize
from saccade.backend._functions import permute_dimensions as permute_dimensions
from saccade.backend._functions import random_bernoulli as random_bernoulli
from saccade.backend._functions import relu as relu
from saccade.backend._functions import repeat_elements as repeat_elements
from saccade.backend._functions import reverse as reverse
from saccade.backend._functions import set_value as set_value
from saccade.backend._functions import switch as switch
from saccade.backend._functions import update as update
from saccade.backend._functions import update_add as update_add
from saccade.backend._functions import update_sub as update_sub
from saccade.backend._functions import variable as variable
from saccade.backend._graph import batch_dot as batch_dot
from saccade.backend._graph import foldl as foldl
from saccade.backend._graph import foldr as foldr
from saccade.backend._graph import function as function
from saccade.backend._graph import get_session as get_session
from saccade.backend._graph import gradients as gradients
from saccade.backend._graph import in_test_phase as in_test_phase
from saccade.backend._graph import in_train_phase as in_train_phase
from saccade.backend._graph import is_sparse as is_sparse
from saccade.backend._graph import learning_phase as learning_phase
from saccade.backend._graph import map_fn as map_fn
from saccade.backend._graph import placeholder as placeholder
from saccade.backend._graph import random_normal_variable as random_normal_variable
from saccade.backend._graph import random_uniform_variable as random_uniform_variable
from saccade.backend._graph import repeat as repeat
from saccade.backend._graph import rnn as rnn
from saccade.backend._graph import set_learning_phase as set_learning_phase
from saccade.backend._graph import set_session as set_session
from saccade.backend._graph import to_dense as to_dense
from saccade.backend._losses import batch_normalization as batch_normalization
from saccade.backend._losses import (
    binary_focal_crossentropy as binary_focal_crossentropy,
)
from saccade.backend._losses import (
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from saccade.backend._losses import ctc_batch_cost as ctc_batch_cost
from saccade.backend._losses import ctc_decode as ctc_decode
from saccade.backend._losses import moving_average_update as moving_average_update
from saccade.backend._losses import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from saccade.backend._pictures import batch_flatten as batch_flatten
from saccade.backend._pictures import bias_add as bias_add
from saccade.backend._pictures import conv1d as conv1d
from saccade.backend._pictures import conv2d as conv2d
from saccade.backend._pictures import conv2d_transpose as conv2d_transpose
from saccade.backend._pictures import conv3d as conv3d
from saccade.backend._pictures import depthwise_conv2d as depthwise_conv2d
from saccade.backend._pictures import pool2d as pool2d
from saccade.backend._pictures import pool3d as pool3d
from saccade.backend._pictures import resize_images as resize_images
from saccade.backend._pictures import resize_volumes as resize_volumes
from saccade.backend._pictures import separable_conv2d as separable_conv2d
from saccade.backend._pictures import spatial_2d_padding as spatial_2d_padding
from saccade.backend._pictures import spatial_3d_padding as spatial_3d_padding
from saccade.backend._pictures import temporal_padding as temporal_padding
from saccade.backend._renamed import arange as arange
from saccade.backend._renamed import cumprod as cumprod
from saccade.backend._renamed import cumsum as cumsum
from saccade.backend._renamed import dot as dot
from saccade.backend._renamed import equal as equal
from saccade.backend._renamed import eye as eye
from saccade.backend._renamed import greater as greater
from saccade.backend._renamed import greater_equal as greater_equal
from saccade.backend._renamed import hard_sigmoid as hard_sigmoid
from saccade.backend._renamed import less as less
from saccade.backend._renamed import less_equal as less_equal
from saccade.backend._renamed import maximum as maximum
from saccade.backend._renamed import minimum as minimum
from saccade.backend._renamed import not_equal as not_equal
from saccade.backend._renamed import one_hot as one_hot
from saccade.backend._renamed import ones as ones
from saccade.backend._renamed import ones_like as ones_like
from saccade.backend._renamed import pow as pow
from saccade.backend._renamed import reshape as reshape
from saccade.backend._renamed import tile as tile
from saccade.backend._renamed import zeros as zeros
from saccade.backend._renamed import zeros_like as zeros_like
from saccade.core import _refused, _registry
from saccade.core._dtypes import is_float as is_float_dtype
from saccade.core._dtypes import is_int as is_int_dtype
from saccade.core._dtypes import result_type as result_type
from saccade.core._dtypes import standardize_dtype as standardize_dtype
from saccade.core._name_scope import name_scope as name_scope
from saccade.core._names import get_uid as get_uid
from saccade.core._settings import backend as backend
from saccade.core._settings import epsilon as epsilon
from saccade.core._settings import floatx as floatx
from saccade.core._settings import image_data_format as image_data_format
from saccade.core._settings import set_epsilon as set_epsilon
from saccade.core._settings import set_floatx as set_floatx
from saccade.core._settings import set_image_data_format as set_image_data_format
from saccade.core._symbolic import is_keras_tensor as is_keras_tensor
from saccade.core._variable import Variable as Variable
from saccade.ops import abs as abs
from saccade.ops import all as all
from saccade.ops import any as any
from saccade.ops import binary_crossentropy as binary_crossentropy
from saccade.ops import cast as cast
from saccade.ops import categorical_crossentropy as categorical_crossentropy
from saccade.ops import cos as cos
from saccade.ops import elu as elu
from saccade.ops import exp as exp
from saccade.ops import is_tensor as is_tensor
from saccade.ops import log as log
from saccade.ops import logsumexp as logsumexp
from saccade.ops import max as max
from saccade.ops import mean as mean
from saccade.ops import min as min
from saccade.ops import ndim as ndim
from saccade.ops import prod as prod
from saccade.ops import round as round
from saccade.ops import shape as shape
from saccade.ops import sigmoid as sigmoid
from saccade.ops import sign as sign
from saccade.ops import sin as sin
from saccade.ops import softmax as softmax
from saccade.ops import softplus as softplus
from saccade.ops import softsign as softsign
from saccade.ops import sqrt as sqrt
from saccade.ops import square as square
from saccade.ops import squeeze as squeeze
from saccade.ops import stack as stack
from saccade.ops import std as std
from saccade.ops import stop_gradient as stop_gradient
from saccade.ops import sum as sum
from saccade.ops import tanh as tanh
from saccade.ops import transpose as transpose
from saccade.ops import var as var
from saccade.random import normal as random_normal
from saccade.random import truncated_normal as truncated_normal
from saccade.random import uniform as random_uniform
from saccade.utils import clear_session as clear_session

__all__ = [
    "Variable",
    "abs",
    "all",
    "any",
    "arange",
    "argmax",
    "argmin",
    "backend",
    "batch_dot",
    "batch_flatten",
    "batch_get_value",
    "batch_normalization",
    "batch_set_value",
    "bias_add",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "cast",
    "cast_to_floatx",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "clear_session",
    "clip",
    "concatenate",
    "constant",
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "cos",
    "count_params",
    "ctc_batch_cost",
    "ctc_decode",
    "cumprod",
    "cumsum",
    "depthwise_conv2d",
    "dot",
    "dropout",
    "dtype",
    "elu",
    "epsilon",
    "equal",
    "eval",
    "exp",
    "expand_dims",
    "eye",
    "flatten",
    "floatx",
    "foldl",
    "foldr",
    "function",
    "gather",
    "get_session",
    "get_uid",
    "get_value",
    "gradients",
    "greater",
    "greater_equal",
    "hard_sigmoid",
    "image_data_format",
    "in_test_phase",
    "in_top_k",
    "in_train_phase",
    "int_shape",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "is_sparse",
    "is_tensor",
    "l2_normalize",
    "learning_phase",
    "less",
    "less_equal",
    "log",
    "logsumexp",
    "map_fn",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "moving_average_update",
    "name_scope",
    "ndim",
    "not_equal",
    "one_hot",
    "ones",
    "ones_like",
    "permute_dimensions",
    "placeholder",
    "pool2d",
    "pool3d",
    "pow",
    "prod",
    "random_bernoulli",
    "random_normal",
    "random_normal_variable",
    "random_uniform",
    "random_uniform_variable",
    "relu",
    "repeat",
    "repeat_elements",
    "reshape",
    "resize_images",
    "resize_volumes",
    "result_type",
    "reverse",
    "rnn",
    "round",
    "separable_conv2d",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_learning_phase",
    "set_session",
    "set_value",
    "shape",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "softplus",
    "softsign",
    "sparse_categorical_crossentropy",
    "spatial_2d_padding",
    "spatial_3d_padding",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "standardize_dtype",
    "std",
    "stop_gradient",
    "sum",
    "switch",
    "tanh",
    "temporal_padding",
    "tile",
    "to_dense",
    "transpose",
    "truncated_normal",
    "update",
    "update_add",
    "update_sub",
    "var",
    "variable",
    "zeros",
    "zeros_like",
]

_registry.export("keras.backend", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
