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
from ._linalg import slogdet as slogdet
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

__all__ = [
    "abs",
    "absolute",
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
    "average",
    "bartlett",
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
    "cbrt",
    "ceil",
    "clip",
    "concatenate",
    "conj",
    "conjugate",
    "copy",
    "corrcoef",
    "correlate",
    "cos",
    "cosh",
    "count_nonzero",
    "cross",
    "cumprod",
    "cumsum",
    "deg2rad",
    "diag",
    "diagflat",
    "diagonal",
    "diff",
    "digitize",
    "divide",
    "divide_no_nan",
    "dot",
    "dsplit",
    "dstack",
    "einsum",
    "empty",
    "empty_like",
    "equal",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "eye",
    "fabs",
    "flip",
    "fliplr",
    "flipud",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "full",
    "full_like",
    "gcd",
    "geomspace",
    "get_item",
    "greater",
    "greater_equal",
    "hamming",
    "hanning",
    "heaviside",
    "histogram",
    "hsplit",
    "hstack",
    "hypot",
    "i0",
    "identity",
    "imag",
    "inner",
    "isclose",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "kaiser",
    "kron",
    "lcm",
    "ldexp",
    "left_shift",
    "less",
    "less_equal",
    "linspace",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logspace",
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
    "nonzero",
    "not_equal",
    "ones",
    "ones_like",
    "outer",
    "pad",
    "percentile",
    "power",
    "prod",
    "ptp",
    "quantile",
    "rad2deg",
    "ravel",
    "real",
    "reciprocal",
    "repeat",
    "reshape",
    "right_shift",
    "roll",
    "rot90",
    "round",
    "searchsorted",
    "select",
    "sign",
    "signbit",
    "sin",
    "sinc",
    "sinh",
    "size",
    "slogdet",
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
    "trace",
    "transpose",
    "trapezoid",
    "tri",
    "tril",
    "triu",
    "true_divide",
    "trunc",
    "unique",
    "unravel_index",
    "vander",
    "var",
    "vdot",
    "vectorize",
    "view",
    "vsplit",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]

open_door(globals(), __all__, "numpy")
