"""Settings and, for older programs, the functions of Keras 2's `K`.

Functions that `saccade.ops` has are the same objects, so their arguments have the names
of today; the rest is in `_functions`.
"""

from saccade.backend._functions import argmax as argmax
from saccade.backend._functions import argmin as argmin
from saccade.backend._functions import batch_flatten as batch_flatten
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
from saccade.core import _registry
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
from saccade.ops import abs as abs
from saccade.ops import all as all
from saccade.ops import any as any
from saccade.ops import arange as arange
from saccade.ops import batch_normalization as batch_normalization
from saccade.ops import binary_crossentropy as binary_crossentropy
from saccade.ops import cast as cast
from saccade.ops import categorical_crossentropy as categorical_crossentropy
from saccade.ops import cos as cos
from saccade.ops import cumsum as cumsum
from saccade.ops import dot as dot
from saccade.ops import elu as elu
from saccade.ops import equal as equal
from saccade.ops import exp as exp
from saccade.ops import eye as eye
from saccade.ops import greater as greater
from saccade.ops import greater_equal as greater_equal
from saccade.ops import hard_sigmoid as hard_sigmoid
from saccade.ops import is_tensor as is_tensor
from saccade.ops import less as less
from saccade.ops import less_equal as less_equal
from saccade.ops import log as log
from saccade.ops import logsumexp as logsumexp
from saccade.ops import max as max
from saccade.ops import maximum as maximum
from saccade.ops import mean as mean
from saccade.ops import min as min
from saccade.ops import minimum as minimum
from saccade.ops import ndim as ndim
from saccade.ops import not_equal as not_equal
from saccade.ops import one_hot as one_hot
from saccade.ops import ones as ones
from saccade.ops import ones_like as ones_like
from saccade.ops import power as pow
from saccade.ops import prod as prod
from saccade.ops import reshape as reshape
from saccade.ops import round as round
from saccade.ops import shape as shape
from saccade.ops import sigmoid as sigmoid
from saccade.ops import sign as sign
from saccade.ops import sin as sin
from saccade.ops import softmax as softmax
from saccade.ops import softplus as softplus
from saccade.ops import softsign as softsign
from saccade.ops import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from saccade.ops import sqrt as sqrt
from saccade.ops import square as square
from saccade.ops import squeeze as squeeze
from saccade.ops import stack as stack
from saccade.ops import std as std
from saccade.ops import stop_gradient as stop_gradient
from saccade.ops import sum as sum
from saccade.ops import tanh as tanh
from saccade.ops import tile as tile
from saccade.ops import transpose as transpose
from saccade.ops import var as var
from saccade.ops import zeros as zeros
from saccade.ops import zeros_like as zeros_like
from saccade.random import normal as random_normal
from saccade.random import truncated_normal as truncated_normal
from saccade.random import uniform as random_uniform
from saccade.utils import clear_session as clear_session

__all__ = [
    "abs",
    "all",
    "any",
    "arange",
    "argmax",
    "argmin",
    "backend",
    "batch_flatten",
    "batch_get_value",
    "batch_normalization",
    "batch_set_value",
    "binary_crossentropy",
    "cast",
    "cast_to_floatx",
    "categorical_crossentropy",
    "clear_session",
    "clip",
    "concatenate",
    "constant",
    "cos",
    "count_params",
    "cumsum",
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
    "gather",
    "get_uid",
    "get_value",
    "greater",
    "greater_equal",
    "hard_sigmoid",
    "image_data_format",
    "in_top_k",
    "int_shape",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "is_tensor",
    "l2_normalize",
    "less",
    "less_equal",
    "log",
    "logsumexp",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "name_scope",
    "ndim",
    "not_equal",
    "one_hot",
    "ones",
    "ones_like",
    "permute_dimensions",
    "pow",
    "prod",
    "random_bernoulli",
    "random_normal",
    "random_uniform",
    "relu",
    "repeat_elements",
    "reshape",
    "result_type",
    "reverse",
    "round",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_value",
    "shape",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "softplus",
    "softsign",
    "sparse_categorical_crossentropy",
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
    "tile",
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
