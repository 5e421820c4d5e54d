"""Which name of TensorFlow is which function, by namespace: "" is `tf` itself.

Loaded at the first use of one of them, since it needs JAX.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from saccade.data import (
    INFINITE,
    UNKNOWN,
    Dataset,
    DatasetIterator,
    Options,
    Tensor,
    TensorSpec,
)
from saccade.launcher import _tensorflow_data as data
from saccade.launcher import _tensorflow_functions as array
from saccade.launcher import _tensorflow_image as image
from saccade.launcher import _tensorflow_more as more
from saccade.launcher import _tensorflow_network as network
from saccade.launcher import _tensorflow_nn as nn
from saccade.launcher import _tensorflow_tape as tape
from saccade.launcher import _tensorflow_variable as variable
from saccade.launcher._tensorflow_functions import (
    activation,
    binary,
    over_axis,
    position,
    reduction,
    unary,
)

_DTYPES: dict[str, object] = {
    name: np.dtype(getattr(jnp, name))
    for name in (
        *("bfloat16", "float16", "float32", "float64", "complex64"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    )
}

_ELEMENTWISE: dict[str, object] = {
    "abs": unary(jnp.abs),
    "acos": unary(jnp.arccos),
    "asin": unary(jnp.arcsin),
    "acosh": unary(jnp.arccosh),
    "asinh": unary(jnp.arcsinh),
    "atan": unary(jnp.arctan),
    "atanh": unary(jnp.arctanh),
    "ceil": unary(jnp.ceil),
    "cos": unary(jnp.cos),
    "cosh": unary(jnp.cosh),
    "digamma": unary(jax.scipy.special.digamma),
    "erf": unary(jax.scipy.special.erf),
    "erfinv": unary(jax.scipy.special.erfinv),
    "exp": unary(jnp.exp),
    "expm1": unary(jnp.expm1),
    "floor": unary(jnp.floor),
    "is_finite": unary(jnp.isfinite),
    "is_inf": unary(jnp.isinf),
    "is_nan": unary(jnp.isnan),
    "lgamma": unary(jax.scipy.special.gammaln),
    "log": unary(jnp.log),
    "log1p": unary(jnp.log1p),
    "log_sigmoid": unary(jax.nn.log_sigmoid),
    "logical_not": unary(jnp.logical_not),
    "negative": unary(jnp.negative),
    "reciprocal": unary(jnp.reciprocal),
    "round": unary(jnp.round),
    "rsqrt": unary(jax.lax.rsqrt),
    "sigmoid": unary(jax.nn.sigmoid),
    "sign": unary(jnp.sign),
    "sin": unary(jnp.sin),
    "sinh": unary(jnp.sinh),
    "sqrt": unary(jnp.sqrt),
    "square": unary(jnp.square),
    "tan": unary(jnp.tan),
    "tanh": unary(jnp.tanh),
}

_PAIRS: dict[str, object] = {
    "add": binary(jnp.add),
    "atan2": binary(jnp.arctan2),
    "divide": binary(jnp.true_divide),
    "divide_no_nan": binary(
        lambda x, y: jnp.where(y == 0, 0, x / jnp.where(y == 0, 1, y))
    ),
    "equal": binary(jnp.equal),
    "floordiv": binary(jnp.floor_divide),
    "floormod": binary(jnp.mod),
    "greater": binary(jnp.greater),
    "greater_equal": binary(jnp.greater_equal),
    "less": binary(jnp.less),
    "less_equal": binary(jnp.less_equal),
    "logical_and": binary(jnp.logical_and),
    "logical_or": binary(jnp.logical_or),
    "logical_xor": binary(jnp.logical_xor),
    "maximum": binary(jnp.maximum),
    "minimum": binary(jnp.minimum),
    "mod": binary(jnp.mod),
    "multiply": binary(jnp.multiply),
    "multiply_no_nan": binary(lambda x, y: jnp.where(y == 0, 0, x * y)),
    "not_equal": binary(jnp.not_equal),
    "pow": binary(jnp.power),
    "squared_difference": binary(lambda x, y: jnp.square(x - y)),
    "subtract": binary(jnp.subtract),
    "truediv": binary(jnp.true_divide),
    "xlogy": binary(jax.scipy.special.xlogy),
}

_REDUCED: dict[str, object] = {
    "argmax": position(jnp.argmax),
    "argmin": position(jnp.argmin),
    "cumprod": more.cumprod,
    "cumsum": nn.cumsum,
    "reduce_all": reduction(jnp.all),
    "reduce_any": reduction(jnp.any),
    "reduce_euclidean_norm": reduction(
        lambda x, **where: jnp.sqrt(jnp.sum(x * x, **where))
    ),
    "reduce_logsumexp": reduction(jax.nn.logsumexp),
    "reduce_max": reduction(jnp.max),
    "reduce_mean": reduction(array.mean),
    "reduce_min": reduction(jnp.min),
    "reduce_prod": reduction(jnp.prod),
    "reduce_std": reduction(jnp.std),
    "reduce_sum": reduction(jnp.sum),
    "reduce_variance": reduction(jnp.var),
}

_ARRAYS: dict[str, object] = {
    "add_n": more.add_n,
    "argsort": array.argsort,
    "boolean_mask": array.boolean_mask,
    "broadcast_to": array.broadcast_to,
    "cast": array.cast,
    "clip_by_global_norm": more.clip_by_global_norm,
    "clip_by_norm": more.clip_by_norm,
    "clip_by_value": array.clip_by_value,
    "concat": array.concat,
    "cond": more.cond,
    "constant": array.constant,
    "convert_to_tensor": array.convert_to_tensor,
    "custom_gradient": more.custom_gradient,
    "einsum": array.einsum,
    "ensure_shape": more.ensure_shape,
    "expand_dims": array.expand_dims,
    "eye": array.eye,
    "fill": array.fill,
    "gather": array.gather,
    "gather_nd": more.gather_nd,
    "identity": array.identity,
    "linspace": array.linspace,
    "map_fn": more.map_fn,
    "matmul": array.matmul,
    "meshgrid": jnp.meshgrid,
    "norm": array.norm,
    "one_hot": array.one_hot,
    "ones": array.ones,
    "ones_like": array.ones_like,
    "pad": array.pad,
    "print": nn.print_,
    "range": array.range_,
    "rank": array.rank,
    "repeat": array.repeat,
    "reshape": array.reshape,
    "reverse": array.reverse,
    "roll": more.roll,
    "scatter_nd": more.scatter_nd,
    "sequence_mask": more.sequence_mask,
    "shape": array.shape,
    "size": array.size,
    "slice": more.slice_,
    "sort": array.sort,
    "split": array.split,
    "squeeze": array.squeeze,
    "stack": array.stack,
    "stop_gradient": array.stop_gradient,
    "tensor_scatter_nd_add": more.tensor_scatter_nd_add,
    "tensor_scatter_nd_update": more.tensor_scatter_nd_update,
    "tensordot": array.tensordot,
    "tile": array.tile,
    "transpose": array.transpose,
    "unique": more.unique,
    "unstack": array.unstack,
    "vectorized_map": more.vectorized_map,
    "where": array.where,
    "zeros": array.zeros,
    "zeros_like": array.zeros_like,
}

_MATH_ONLY = frozenset(
    (
        *("ceil", "cumprod", "digamma", "divide_no_nan", "erf", "erfinv", "expm1"),
        *("floordiv", "floormod", "is_finite", "is_inf", "is_nan", "lgamma", "log"),
        *("log1p", "log_sigmoid", "logical_xor", "mod", "multiply_no_nan"),
        *("reciprocal", "reduce_euclidean_norm", "reduce_std", "reduce_variance"),
        *("rsqrt", "squared_difference", "xlogy"),
    )
)
"""Names that TensorFlow has in `tf.math` and not in `tf`."""

_MATH = {**_ELEMENTWISE, **_PAIRS, **_REDUCED}

_CARDINALITY: dict[str, object] = {
    "INFINITE_CARDINALITY": INFINITE,
    "UNKNOWN_CARDINALITY": UNKNOWN,
}

_DECODERS: dict[str, object] = {
    "decode_bmp": data.decode_picture,
    "decode_gif": data.decode_gif,
    "decode_image": data.decode_image,
    "decode_jpeg": data.decode_picture,
    "decode_png": data.decode_picture,
    "encode_jpeg": data.encode_picture("jpeg"),
    "encode_png": data.encode_picture("png"),
}

_PICTURES: dict[str, object] = {
    call.__name__: call
    for call in (
        image.adjust_brightness,
        image.adjust_contrast,
        image.adjust_gamma,
        image.adjust_hue,
        image.adjust_saturation,
        image.central_crop,
        image.convert_image_dtype,
        image.crop_to_bounding_box,
        image.extract_patches,
        image.flip_left_right,
        image.flip_up_down,
        image.grayscale_to_rgb,
        image.hsv_to_rgb,
        more.image_gradients,
        image.pad_to_bounding_box,
        image.per_image_standardization,
        image.psnr,
        image.random_brightness,
        image.random_contrast,
        image.random_crop,
        image.random_flip_left_right,
        image.random_flip_up_down,
        image.random_hue,
        image.random_saturation,
        image.resize,
        image.resize_with_crop_or_pad,
        image.resize_with_pad,
        image.rgb_to_grayscale,
        image.rgb_to_hsv,
        image.rot90,
        more.total_variation,
        image.transpose,
    )
}


class _EitherKind(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, (jax.Array, Tensor))


class Tensors(metaclass=_EitherKind):
    """What `isinstance(x, tf.Tensor)` asks for: arrays of JAX, elements of data."""


TABLES: dict[str, dict[str, object]] = {
    "": {
        **{name: call for name, call in _MATH.items() if name not in _MATH_ONLY},
        **_ARRAYS,
        **_DTYPES,
        "GradientTape": tape.GradientTape,
        "Module": variable.Module,
        "Tensor": Tensors,
        "TensorShape": more.TensorShape,
        "TensorSpec": TensorSpec,
        "UnconnectedGradients": tape.UnconnectedGradients,
        "Variable": variable.Variable,
        "bool": np.dtype(bool),
        "newaxis": None,
        "numpy_function": data.python_function,
        "py_function": data.python_function,
        "string": np.dtype(object),
    },
    "data": {
        **_CARDINALITY,
        "Dataset": Dataset,
        "Iterator": DatasetIterator,
        "Options": Options,
    },
    "data.experimental": {
        **_CARDINALITY,
        "cardinality": data.cardinality,
        "ignore_errors": data.ignore_errors,
        "unbatch": data.unbatch,
    },
    "dtypes": {**_DTYPES, "bool": np.dtype(bool), "cast": array.cast},
    "image": {**_DECODERS, **_PICTURES, "ResizeMethod": image.ResizeMethod},
    "io": {**_DECODERS, "read_file": data.read_file, "write_file": data.write_file},
    "debugging": {
        "assert_equal": more.check("assert_equal", np.equal),
        "assert_greater": more.check("assert_greater", np.greater),
        "assert_greater_equal": more.check("assert_greater_equal", np.greater_equal),
        "assert_less": more.check("assert_less", np.less),
        "assert_less_equal": more.check("assert_less_equal", np.less_equal),
        "assert_non_negative": more.check("assert_non_negative", lambda x: x >= 0),
        "assert_positive": more.check("assert_positive", lambda x: x > 0),
        "check_numerics": more.check_numerics,
    },
    "linalg": {
        "band_part": array.band_part,
        "cholesky": unary(jnp.linalg.cholesky),
        "det": unary(jnp.linalg.det),
        "diag": unary(lambda x: x[..., None] * jnp.eye(x.shape[-1], dtype=x.dtype)),
        "diag_part": unary(lambda x: jnp.diagonal(x, axis1=-2, axis2=-1)),
        "global_norm": more.global_norm,
        "inv": unary(jnp.linalg.inv),
        "matrix_transpose": unary(lambda x: jnp.swapaxes(x, -1, -2)),
        "matvec": binary(lambda a, b: jnp.einsum("...ij,...j->...i", a, b)),
        "solve": binary(jnp.linalg.solve),
        "trace": unary(lambda x: jnp.trace(x, axis1=-2, axis2=-1)),
        "einsum": array.einsum,
        "eye": array.eye,
        "l2_normalize": nn.l2_normalize,
        "matmul": array.matmul,
        "norm": array.norm,
        "tensordot": array.tensordot,
    },
    "math": {
        **_MATH,
        "confusion_matrix": more.confusion_matrix,
        "in_top_k": nn.in_top_k,
        "l2_normalize": nn.l2_normalize,
        "softplus": activation(jax.nn.softplus),
        "top_k": nn.top_k,
    },
    "nn": {
        "avg_pool": network.avg_pool2d,
        "avg_pool2d": network.avg_pool2d,
        "batch_normalization": network.batch_normalization,
        "bias_add": nn.bias_add,
        "conv2d": network.conv2d,
        "conv2d_transpose": network.conv2d_transpose,
        "depth_to_space": network.depth_to_space,
        "depthwise_conv2d": network.depthwise_conv2d,
        "dropout": network.dropout,
        "elu": activation(jax.nn.elu),
        "embedding_lookup": network.embedding_lookup,
        "gelu": nn.gelu,
        "in_top_k": nn.in_top_k,
        "l2_loss": nn.l2_loss,
        "l2_normalize": nn.l2_normalize,
        "leaky_relu": nn.leaky_relu,
        "log_softmax": over_axis(jax.nn.log_softmax),
        "log_sigmoid": unary(jax.nn.log_sigmoid),
        "max_pool": network.max_pool2d,
        "max_pool2d": network.max_pool2d,
        "moments": nn.moments,
        "relu": activation(jax.nn.relu),
        "relu6": activation(jax.nn.relu6),
        "selu": activation(jax.nn.selu),
        "sigmoid": unary(jax.nn.sigmoid),
        "sigmoid_cross_entropy_with_logits": nn.sigmoid_cross_entropy_with_logits,
        "silu": activation(jax.nn.silu),
        "softmax": over_axis(jax.nn.softmax),
        "softmax_cross_entropy_with_logits": nn.softmax_cross_entropy_with_logits,
        "softplus": activation(jax.nn.softplus),
        "softsign": activation(jax.nn.soft_sign),
        "space_to_depth": network.space_to_depth,
        "sparse_softmax_cross_entropy_with_logits": (
            nn.sparse_softmax_cross_entropy_with_logits
        ),
        "swish": activation(jax.nn.silu),
        "tanh": unary(jnp.tanh),
        "top_k": nn.top_k,
        "weighted_cross_entropy_with_logits": (
            network.weighted_cross_entropy_with_logits
        ),
    },
    "strings": {
        "join": data.text_join,
        "length": data.text_length,
        "lower": data.text_lower,
        "regex_full_match": data.text_matches,
        "regex_replace": data.text_replace,
        "split": data.text_split,
        "strip": data.text_strip,
        "to_number": data.text_to_number,
        "upper": data.text_upper,
    },
    "random": {
        "categorical": more.categorical,
        "gamma": more.gamma,
        "normal": nn.normal,
        "poisson": more.poisson,
        "shuffle": nn.shuffle,
        "truncated_normal": nn.truncated_normal,
        "uniform": nn.uniform,
    },
}
