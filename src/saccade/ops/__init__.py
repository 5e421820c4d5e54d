"""Array operations as pure functions: they run alone under jit, vmap and grad."""

from saccade.core import _refused, _registry

from . import image as image
from . import linalg as linalg
from . import nn as nn
from . import numpy as numpy
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
from ._activations import tanh as tanh
from ._adaptive_pool import adaptive_average_pool as adaptive_average_pool
from ._adaptive_pool import adaptive_max_pool as adaptive_max_pool
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
from ._attention import dot_product_attention as dot_product_attention
from ._blocks import depth_to_space as depth_to_space
from ._blocks import fold as fold
from ._blocks import rearrange as rearrange
from ._blocks import space_to_depth as space_to_depth
from ._blocks import unfold as unfold
from ._control import associative_scan as associative_scan
from ._control import cond as cond
from ._control import custom_gradient as custom_gradient
from ._control import fori_loop as fori_loop
from ._control import map as map
from ._control import scan as scan
from ._control import switch as switch
from ._control import vectorized_map as vectorized_map
from ._control import while_loop as while_loop
from ._conv import conv as conv
from ._conv import conv_transpose as conv_transpose
from ._conv import depthwise_conv as depthwise_conv
from ._conv import separable_conv as separable_conv
from ._core import cast as cast
from ._core import convert_to_numpy as convert_to_numpy
from ._core import convert_to_tensor as convert_to_tensor
from ._core import is_tensor as is_tensor
from ._core import shape as shape
from ._core import stop_gradient as stop_gradient
from ._ctc import ctc_decode as ctc_decode
from ._ctc import ctc_loss as ctc_loss
from ._dispatch import fill_operators, open_door
from ._elementwise import angle as angle
from ._elementwise import arccos as arccos
from ._elementwise import arccosh as arccosh
from ._elementwise import arcsin as arcsin
from ._elementwise import arcsinh as arcsinh
from ._elementwise import arctan as arctan
from ._elementwise import arctan2 as arctan2
from ._elementwise import arctanh as arctanh
from ._elementwise import bitwise_and as bitwise_and
from ._elementwise import bitwise_invert as bitwise_invert
from ._elementwise import bitwise_left_shift as bitwise_left_shift
from ._elementwise import bitwise_not as bitwise_not
from ._elementwise import bitwise_or as bitwise_or
from ._elementwise import bitwise_right_shift as bitwise_right_shift
from ._elementwise import bitwise_xor as bitwise_xor
from ._elementwise import cbrt as cbrt
from ._elementwise import conj as conj
from ._elementwise import conjugate as conjugate
from ._elementwise import cosh as cosh
from ._elementwise import deg2rad as deg2rad
from ._elementwise import erfc as erfc
from ._elementwise import erfinv as erfinv
from ._elementwise import exp2 as exp2
from ._elementwise import expm1 as expm1
from ._elementwise import fabs as fabs
from ._elementwise import fmax as fmax
from ._elementwise import fmin as fmin
from ._elementwise import fmod as fmod
from ._elementwise import gcd as gcd
from ._elementwise import heaviside as heaviside
from ._elementwise import hypot as hypot
from ._elementwise import i0 as i0
from ._elementwise import imag as imag
from ._elementwise import isneginf as isneginf
from ._elementwise import isposinf as isposinf
from ._elementwise import isreal as isreal
from ._elementwise import lcm as lcm
from ._elementwise import ldexp as ldexp
from ._elementwise import left_shift as left_shift
from ._elementwise import logaddexp as logaddexp
from ._elementwise import logaddexp2 as logaddexp2
from ._elementwise import nan_to_num as nan_to_num
from ._elementwise import nextafter as nextafter
from ._elementwise import rad2deg as rad2deg
from ._elementwise import real as real
from ._elementwise import right_shift as right_shift
from ._elementwise import signbit as signbit
from ._elementwise import sinc as sinc
from ._elementwise import sinh as sinh
from ._elementwise import trunc as trunc
from ._fourier import fft as fft
from ._fourier import fft2 as fft2
from ._fourier import ifft2 as ifft2
from ._fourier import irfft as irfft
from ._fourier import polar as polar
from ._fourier import rfft as rfft
from ._fourier import view_as_complex as view_as_complex
from ._fourier import view_as_real as view_as_real
from ._linalg import cdist as cdist
from ._linalg import cholesky as cholesky
from ._linalg import cholesky_inverse as cholesky_inverse
from ._linalg import det as det
from ._linalg import eig as eig
from ._linalg import eigh as eigh
from ._linalg import inv as inv
from ._linalg import jvp as jvp
from ._linalg import logdet as logdet
from ._linalg import lstsq as lstsq
from ._linalg import lu_factor as lu_factor
from ._linalg import matrix_rank as matrix_rank
from ._linalg import pinv as pinv
from ._linalg import qr as qr
from ._linalg import slogdet as slogdet
from ._linalg import solve as solve
from ._linalg import solve_triangular as solve_triangular
from ._linalg import svd as svd
from ._math import erf as erf
from ._math import in_top_k as in_top_k
from ._math import norm as norm
from ._math import rsqrt as rsqrt
from ._math import top_k as top_k
from ._matrices import array_split as array_split
from ._matrices import bartlett as bartlett
from ._matrices import blackman as blackman
from ._matrices import cross as cross
from ._matrices import diagflat as diagflat
from ._matrices import diagonal as diagonal
from ._matrices import dsplit as dsplit
from ._matrices import dstack as dstack
from ._matrices import empty_like as empty_like
from ._matrices import fliplr as fliplr
from ._matrices import flipud as flipud
from ._matrices import geomspace as geomspace
from ._matrices import hamming as hamming
from ._matrices import hanning as hanning
from ._matrices import hsplit as hsplit
from ._matrices import inner as inner
from ._matrices import kaiser as kaiser
from ._matrices import kron as kron
from ._matrices import logspace as logspace
from ._matrices import outer as outer
from ._matrices import rot90 as rot90
from ._matrices import trace as trace
from ._matrices import tri as tri
from ._matrices import tril as tril
from ._matrices import triu as triu
from ._matrices import unravel_index as unravel_index
from ._matrices import vander as vander
from ._matrices import vdot as vdot
from ._matrices import vectorize as vectorize
from ._matrices import view as view
from ._matrices import vsplit as vsplit
from ._nn import batch_normalization as batch_normalization
from ._nn import binary_crossentropy as binary_crossentropy
from ._nn import categorical_crossentropy as categorical_crossentropy
from ._nn import moments as moments
from ._nn import normalize as normalize
from ._nn import one_hot as one_hot
from ._nn import sparse_categorical_crossentropy as sparse_categorical_crossentropy
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
from ._numpy import logsumexp as logsumexp
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
from ._places import dtype as dtype
from ._places import saturate_cast as saturate_cast
from ._places import scatter as scatter
from ._places import scatter_update as scatter_update
from ._places import segment_max as segment_max
from ._places import segment_min as segment_min
from ._places import segment_prod as segment_prod
from ._places import segment_sum as segment_sum
from ._places import slice as slice
from ._places import slice_update as slice_update
from ._places import unstack as unstack
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
from ._statistics import argpartition as argpartition
from ._statistics import bincount as bincount
from ._statistics import corrcoef as corrcoef
from ._statistics import correlate as correlate
from ._statistics import cumprod as cumprod
from ._statistics import diff as diff
from ._statistics import digitize as digitize
from ._statistics import histogram as histogram
from ._statistics import isin as isin
from ._statistics import nanargmax as nanargmax
from ._statistics import nanargmin as nanargmin
from ._statistics import nancumprod as nancumprod
from ._statistics import nancumsum as nancumsum
from ._statistics import nanmax as nanmax
from ._statistics import nanmean as nanmean
from ._statistics import nanmedian as nanmedian
from ._statistics import nanmin as nanmin
from ._statistics import nanpercentile as nanpercentile
from ._statistics import nanprod as nanprod
from ._statistics import nanquantile as nanquantile
from ._statistics import nanstd as nanstd
from ._statistics import nansum as nansum
from ._statistics import nanvar as nanvar
from ._statistics import percentile as percentile
from ._statistics import ptp as ptp
from ._statistics import quantile as quantile
from ._statistics import searchsorted as searchsorted
from ._statistics import select as select
from ._statistics import trapezoid as trapezoid
from ._stft import extract_sequences as extract_sequences
from ._stft import istft as istft
from ._stft import stft as stft

__all__ = [
    "abs",
    "absolute",
    "adaptive_average_pool",
    "adaptive_max_pool",
    "add",
    "all",
    "allclose",
    "amax",
    "amin",
    "angle",
    "any",
    "append",
    "arange",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "argmax",
    "argmin",
    "argpartition",
    "argsort",
    "array",
    "array_split",
    "associative_scan",
    "average",
    "average_pool",
    "bartlett",
    "batch_normalization",
    "binary_crossentropy",
    "bincount",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "blackman",
    "broadcast_to",
    "cast",
    "categorical_crossentropy",
    "cbrt",
    "cdist",
    "ceil",
    "celu",
    "cholesky",
    "cholesky_inverse",
    "clip",
    "concatenate",
    "cond",
    "conj",
    "conjugate",
    "conv",
    "conv_transpose",
    "convert_to_numpy",
    "convert_to_tensor",
    "copy",
    "corrcoef",
    "correlate",
    "cos",
    "cosh",
    "count_nonzero",
    "cross",
    "ctc_decode",
    "ctc_loss",
    "cumprod",
    "cumsum",
    "custom_gradient",
    "deg2rad",
    "depth_to_space",
    "depthwise_conv",
    "det",
    "diag",
    "diagflat",
    "diagonal",
    "diff",
    "digitize",
    "divide",
    "divide_no_nan",
    "dot",
    "dot_product_attention",
    "dsplit",
    "dstack",
    "dtype",
    "eig",
    "eigh",
    "einsum",
    "elu",
    "empty",
    "empty_like",
    "equal",
    "erf",
    "erfc",
    "erfinv",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "extract_sequences",
    "eye",
    "fabs",
    "fft",
    "fft2",
    "flip",
    "fliplr",
    "flipud",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "fold",
    "fori_loop",
    "full",
    "full_like",
    "gcd",
    "gelu",
    "geomspace",
    "get_item",
    "glu",
    "greater",
    "greater_equal",
    "hamming",
    "hanning",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "heaviside",
    "histogram",
    "hsplit",
    "hstack",
    "hypot",
    "i0",
    "identity",
    "ifft2",
    "imag",
    "image",
    "in_top_k",
    "inner",
    "inv",
    "irfft",
    "is_tensor",
    "isclose",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "istft",
    "jvp",
    "kaiser",
    "kron",
    "layer_normalization",
    "lcm",
    "ldexp",
    "leaky_relu",
    "left_shift",
    "less",
    "less_equal",
    "linalg",
    "linspace",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logaddexp2",
    "logdet",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logspace",
    "logsumexp",
    "lstsq",
    "lu_factor",
    "map",
    "matmul",
    "matrix_rank",
    "max",
    "max_pool",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mod",
    "moments",
    "moveaxis",
    "multi_hot",
    "multiply",
    "nan_to_num",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
    "ndim",
    "negative",
    "nextafter",
    "nn",
    "nonzero",
    "norm",
    "normalize",
    "not_equal",
    "numpy",
    "one_hot",
    "ones",
    "ones_like",
    "outer",
    "pad",
    "percentile",
    "pinv",
    "polar",
    "power",
    "prod",
    "psnr",
    "ptp",
    "qr",
    "quantile",
    "rad2deg",
    "ravel",
    "real",
    "rearrange",
    "reciprocal",
    "relu",
    "relu6",
    "repeat",
    "reshape",
    "rfft",
    "right_shift",
    "rms_normalization",
    "roll",
    "rot90",
    "round",
    "rsqrt",
    "saturate_cast",
    "scan",
    "scatter",
    "scatter_update",
    "searchsorted",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "select",
    "selu",
    "separable_conv",
    "shape",
    "sigmoid",
    "sign",
    "signbit",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "size",
    "slice",
    "slice_update",
    "slogdet",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "solve",
    "solve_triangular",
    "sort",
    "space_to_depth",
    "sparse_categorical_crossentropy",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "split",
    "sqrt",
    "square",
    "squareplus",
    "squeeze",
    "stack",
    "std",
    "stft",
    "stop_gradient",
    "subtract",
    "sum",
    "svd",
    "swapaxes",
    "swish",
    "switch",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tanh_shrink",
    "tensordot",
    "threshold",
    "tile",
    "top_k",
    "trace",
    "transpose",
    "trapezoid",
    "tri",
    "tril",
    "triu",
    "true_divide",
    "trunc",
    "unfold",
    "unique",
    "unravel_index",
    "unstack",
    "vander",
    "var",
    "vdot",
    "vectorize",
    "vectorized_map",
    "view",
    "view_as_complex",
    "view_as_real",
    "vsplit",
    "vstack",
    "where",
    "while_loop",
    "zeros",
    "zeros_like",
]

open_door(globals(), __all__)
fill_operators(globals())
_modules = ("image", "linalg", "nn", "numpy")
_registry.export(
    "keras.ops", {name: globals()[name] for name in __all__ if name not in _modules}
)

__getattr__ = _refused.door(__name__, __all__)
