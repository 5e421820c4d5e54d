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
    TensorSpec,
)
from saccade.launcher import _tensorflow_data as data
from saccade.launcher import _tensorflow_functions as array
from saccade.launcher import _tensorflow_image as image
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
    "atan": unary(jnp.arctan),
    "ceil": unary(jnp.ceil),
    "cos": unary(jnp.cos),
    "cosh": unary(jnp.cosh),
    "erf": unary(jax.scipy.special.erf),
    "exp": unary(jnp.exp),
    "floor": unary(jnp.floor),
    "is_finite": unary(jnp.isfinite),
    "is_inf": unary(jnp.isinf),
    "is_nan": unary(jnp.isnan),
    "log": unary(jnp.log),
    "log1p": unary(jnp.log1p),
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
    "equal": binary(jnp.equal),
    "floordiv": binary(jnp.floor_divide),
    "floormod": binary(jnp.mod),
    "greater": binary(jnp.greater),
    "greater_equal": binary(jnp.greater_equal),
    "less": binary(jnp.less),
    "less_equal": binary(jnp.less_equal),
    "logical_and": binary(jnp.logical_and),
    "logical_or": binary(jnp.logical_or),
    "maximum": binary(jnp.maximum),
    "minimum": binary(jnp.minimum),
    "mod": binary(jnp.mod),
    "multiply": binary(jnp.multiply),
    "not_equal": binary(jnp.not_equal),
    "pow": binary(jnp.power),
    "squared_difference": binary(lambda x, y: jnp.square(x - y)),
    "subtract": binary(jnp.subtract),
}

_REDUCED: dict[str, object] = {
    "argmax": position(jnp.argmax),
    "argmin": position(jnp.argmin),
    "cumsum": nn.cumsum,
    "reduce_all": reduction(jnp.all),
    "reduce_any": reduction(jnp.any),
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
    "argsort": array.argsort,
    "boolean_mask": array.boolean_mask,
    "broadcast_to": array.broadcast_to,
    "cast": array.cast,
    "clip_by_value": array.clip_by_value,
    "concat": array.concat,
    "constant": array.constant,
    "convert_to_tensor": array.convert_to_tensor,
    "einsum": array.einsum,
    "expand_dims": array.expand_dims,
    "eye": array.eye,
    "fill": array.fill,
    "gather": array.gather,
    "identity": array.identity,
    "linspace": array.linspace,
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
    "shape": array.shape,
    "size": array.size,
    "sort": array.sort,
    "split": array.split,
    "squeeze": array.squeeze,
    "stack": array.stack,
    "stop_gradient": array.stop_gradient,
    "tensordot": array.tensordot,
    "tile": array.tile,
    "transpose": array.transpose,
    "unstack": array.unstack,
    "where": array.where,
    "zeros": array.zeros,
    "zeros_like": array.zeros_like,
}

_MATH_ONLY = frozenset(
    (
        *("ceil", "erf", "floordiv", "floormod", "is_finite", "is_inf", "is_nan"),
        *("log", "log1p", "mod", "reciprocal", "reduce_std"),
        *("reduce_variance", "rsqrt", "squared_difference"),
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
        image.transpose,
    )
}

TABLES: dict[str, dict[str, object]] = {
    "": {
        **{name: call for name, call in _MATH.items() if name not in _MATH_ONLY},
        **_ARRAYS,
        **_DTYPES,
        "GradientTape": tape.GradientTape,
        "Module": variable.Module,
        "Tensor": jax.Array,
        "TensorShape": data.tensor_shape,
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
    "linalg": {
        "einsum": array.einsum,
        "eye": array.eye,
        "l2_normalize": nn.l2_normalize,
        "matmul": array.matmul,
        "norm": array.norm,
        "tensordot": array.tensordot,
    },
    "math": {
        **_MATH,
        "in_top_k": nn.in_top_k,
        "l2_normalize": nn.l2_normalize,
        "softplus": activation(jax.nn.softplus),
        "top_k": nn.top_k,
    },
    "nn": {
        "bias_add": nn.bias_add,
        "elu": activation(jax.nn.elu),
        "gelu": nn.gelu,
        "in_top_k": nn.in_top_k,
        "l2_loss": nn.l2_loss,
        "l2_normalize": nn.l2_normalize,
        "leaky_relu": nn.leaky_relu,
        "log_softmax": over_axis(jax.nn.log_softmax),
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
        "sparse_softmax_cross_entropy_with_logits": (
            nn.sparse_softmax_cross_entropy_with_logits
        ),
        "swish": activation(jax.nn.silu),
        "tanh": unary(jnp.tanh),
        "top_k": nn.top_k,
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
        "normal": nn.normal,
        "shuffle": nn.shuffle,
        "truncated_normal": nn.truncated_normal,
        "uniform": nn.uniform,
    },
}
