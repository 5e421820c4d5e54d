"""Operations named as in NumPy, as `keras.ops.numpy` has them."""

from ._activations import tanh as tanh
from ._arrays import append as append
from ._arrays import arange as arange
from ._arrays import argsort as argsort
from ._arrays import array as array
from ._arrays import broadcast_to as broadcast_to
from ._arrays import concatenate as concatenate
from ._arrays import copy as copy
from ._arrays import diag as diag
from ._arrays import empty as empty
from ._arrays import expand_dims as expand_dims
from ._arrays import eye as eye
from ._arrays import flip as flip
from ._arrays import full as full
from ._arrays import full_like as full_like
from ._arrays import get_item as get_item
from ._arrays import hstack as hstack
from ._arrays import identity as identity
from ._arrays import linspace as linspace
from ._arrays import meshgrid as meshgrid
from ._arrays import moveaxis as moveaxis
from ._arrays import ndim as ndim
from ._arrays import nonzero as nonzero
from ._arrays import ones as ones
from ._arrays import ones_like as ones_like
from ._arrays import pad as pad
from ._arrays import ravel as ravel
from ._arrays import repeat as repeat
from ._arrays import reshape as reshape
from ._arrays import roll as roll
from ._arrays import size as size
from ._arrays import sort as sort
from ._arrays import split as split
from ._arrays import squeeze as squeeze
from ._arrays import stack as stack
from ._arrays import swapaxes as swapaxes
from ._arrays import take as take
from ._arrays import take_along_axis as take_along_axis
from ._arrays import tile as tile
from ._arrays import transpose as transpose
from ._arrays import unique as unique
from ._arrays import vstack as vstack
from ._arrays import where as where
from ._arrays import zeros as zeros
from ._arrays import zeros_like as zeros_like
from ._dispatch import open_door
from ._numpy import abs as abs
from ._numpy import absolute as absolute
from ._numpy import add as add
from ._numpy import all as all
from ._numpy import allclose as allclose
from ._numpy import amax as amax
from ._numpy import amin as amin
from ._numpy import any as any
from ._numpy import argmax as argmax
from ._numpy import argmin as argmin
from ._numpy import average as average
from ._numpy import ceil as ceil
from ._numpy import clip as clip
from ._numpy import cos as cos
from ._numpy import count_nonzero as count_nonzero
from ._numpy import cumsum as cumsum
from ._numpy import divide as divide
from ._numpy import divide_no_nan as divide_no_nan
from ._numpy import dot as dot
from ._numpy import einsum as einsum
from ._numpy import equal as equal
from ._numpy import exp as exp
from ._numpy import floor as floor
from ._numpy import floor_divide as floor_divide
from ._numpy import greater as greater
from ._numpy import greater_equal as greater_equal
from ._numpy import isclose as isclose
from ._numpy import isfinite as isfinite
from ._numpy import isinf as isinf
from ._numpy import isnan as isnan
from ._numpy import less as less
from ._numpy import less_equal as less_equal
from ._numpy import log as log
from ._numpy import log1p as log1p
from ._numpy import log2 as log2
from ._numpy import log10 as log10
from ._numpy import logical_and as logical_and
from ._numpy import logical_not as logical_not
from ._numpy import logical_or as logical_or
from ._numpy import logical_xor as logical_xor
from ._numpy import matmul as matmul
from ._numpy import max as max
from ._numpy import maximum as maximum
from ._numpy import mean as mean
from ._numpy import median as median
from ._numpy import min as min
from ._numpy import minimum as minimum
from ._numpy import mod as mod
from ._numpy import multiply as multiply
from ._numpy import negative as negative
from ._numpy import not_equal as not_equal
from ._numpy import power as power
from ._numpy import prod as prod
from ._numpy import reciprocal as reciprocal
from ._numpy import round as round
from ._numpy import sign as sign
from ._numpy import sin as sin
from ._numpy import sqrt as sqrt
from ._numpy import square as square
from ._numpy import std as std
from ._numpy import subtract as subtract
from ._numpy import sum as sum
from ._numpy import tan as tan
from ._numpy import tensordot as tensordot
from ._numpy import true_divide as true_divide
from ._numpy import var as var

__all__ = [
    "abs",
    "absolute",
    "add",
    "all",
    "allclose",
    "amax",
    "amin",
    "any",
    "append",
    "arange",
    "argmax",
    "argmin",
    "argsort",
    "array",
    "average",
    "broadcast_to",
    "ceil",
    "clip",
    "concatenate",
    "copy",
    "cos",
    "count_nonzero",
    "cumsum",
    "diag",
    "divide",
    "divide_no_nan",
    "dot",
    "einsum",
    "empty",
    "equal",
    "exp",
    "expand_dims",
    "eye",
    "flip",
    "floor",
    "floor_divide",
    "full",
    "full_like",
    "get_item",
    "greater",
    "greater_equal",
    "hstack",
    "identity",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "linspace",
    "log",
    "log1p",
    "log2",
    "log10",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "matmul",
    "max",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mod",
    "moveaxis",
    "multiply",
    "ndim",
    "negative",
    "nonzero",
    "not_equal",
    "ones",
    "ones_like",
    "pad",
    "power",
    "prod",
    "ravel",
    "reciprocal",
    "repeat",
    "reshape",
    "roll",
    "round",
    "sign",
    "sin",
    "size",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "subtract",
    "sum",
    "swapaxes",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tensordot",
    "tile",
    "transpose",
    "true_divide",
    "unique",
    "var",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]

open_door(globals(), __all__, "numpy")
