"""Records Keras' layers: outputs, gradients, statistics, names of weights, configs.

Writes `layers.npz`: `cases` (JSON: class, arguments, shape of the input, paths of the
weights, config) and for each case the input, the weights, the output, the gradients of
sum(output * r) by input and weights, and the weights after a call in training.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

ROWS = (3, 5)
LINE = (2, 9, 4)
PICTURE = (2, 7, 6, 4)
FIRST = (2, 4, 7, 6)
VOLUME = (2, 4, 5, 4, 2)
L2 = {"class_name": "L2", "config": {"l2": 0.1}}

Case = tuple[str, dict[str, Any], tuple[int, ...]]

CONVOLUTIONS: list[Case] = [
    ("Conv1D", {"filters": 3, "kernel_size": 3}, LINE),
    ("Conv1D", {"filters": 3, "kernel_size": 2, "padding": "causal",
                "dilation_rate": 2}, LINE),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "activation": "relu"}, PICTURE),
    ("Conv2D", {"filters": 4, "kernel_size": [3, 2], "strides": [2, 1],
                "padding": "same", "groups": 2, "use_bias": False}, PICTURE),
    ("Conv2D", {"filters": 3, "kernel_size": 2, "dilation_rate": 2,
                "data_format": "channels_first", "kernel_regularizer": "l2"}, FIRST),
    ("Conv3D", {"filters": 2, "kernel_size": 2, "padding": "same"}, VOLUME),
    ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}, LINE),
    ("DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "padding": "same"}, PICTURE),
    ("DepthwiseConv2D", {"kernel_size": 2, "depth_multiplier": 2, "dilation_rate": 2,
                         "data_format": "channels_first"}, FIRST),
    ("SeparableConv1D", {"filters": 3, "kernel_size": 3, "padding": "same"}, LINE),
    ("SeparableConv2D", {"filters": 3, "kernel_size": 3, "depth_multiplier": 2,
                         "activation": "tanh"}, PICTURE),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2}, LINE),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2,
                         "padding": "same"}, PICTURE),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": [2, 3], "strides": 2,
                         "output_padding": 1}, PICTURE),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "dilation_rate": 2,
                         "data_format": "channels_first"}, FIRST),
]  # fmt: skip
POOLINGS: list[Case] = [
    ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, LINE),
    ("MaxPooling2D", {}, PICTURE),
    ("MaxPooling2D", {"pool_size": [3, 2], "strides": 1, "padding": "same"}, PICTURE),
    ("MaxPooling2D", {"pool_size": 2, "data_format": "channels_first"}, FIRST),
    ("MaxPooling3D", {}, VOLUME),
    ("AveragePooling1D", {"pool_size": 2}, LINE),
    ("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, PICTURE),
    ("AveragePooling3D", {"pool_size": 2}, VOLUME),
    ("GlobalMaxPooling1D", {}, LINE),
    ("GlobalMaxPooling2D", {"keepdims": True}, PICTURE),
    ("GlobalMaxPooling3D", {}, VOLUME),
    ("GlobalAveragePooling1D", {"data_format": "channels_first"}, LINE),
    ("GlobalAveragePooling2D", {}, PICTURE),
    ("GlobalAveragePooling2D", {"keepdims": True, "data_format": "channels_first"},
     FIRST),
    ("GlobalAveragePooling3D", {}, VOLUME),
]  # fmt: skip
NORMALISATIONS: list[Case] = [
    ("BatchNormalization", {}, ROWS),
    ("BatchNormalization", {"momentum": 0.5, "epsilon": 0.1}, PICTURE),
    ("BatchNormalization", {"axis": 1, "scale": False}, FIRST),
    ("BatchNormalization", {"center": False, "gamma_regularizer": "l2"}, LINE),
    ("LayerNormalization", {}, ROWS),
    ("LayerNormalization", {"axis": [1, 2], "epsilon": 0.01}, PICTURE),
    ("GroupNormalization", {"groups": 2}, PICTURE),
    ("GroupNormalization", {"groups": -1, "axis": 1}, FIRST),
    ("RMSNormalization", {}, LINE),
    ("UnitNormalization", {}, ROWS),
    ("UnitNormalization", {"axis": [1, 2]}, PICTURE),
]
SHAPES: list[Case] = [
    ("Flatten", {}, PICTURE),
    ("Flatten", {"data_format": "channels_first"}, FIRST),
    ("Reshape", {"target_shape": [-1, 8]}, PICTURE),
    ("Permute", {"dims": [3, 1, 2]}, PICTURE),
    ("RepeatVector", {"n": 3}, ROWS),
    ("ZeroPadding1D", {"padding": [1, 2]}, LINE),
    ("ZeroPadding2D", {"padding": [1, 2]}, PICTURE),
    ("ZeroPadding2D", {"padding": [[0, 1], [2, 3]], "data_format": "channels_first"},
     FIRST),
    ("ZeroPadding3D", {"padding": 1}, VOLUME),
    ("Cropping1D", {"cropping": [0, 2]}, LINE),
    ("Cropping2D", {"cropping": [[1, 0], [2, 1]]}, PICTURE),
    ("Cropping2D", {"cropping": 1, "data_format": "channels_first"}, FIRST),
    ("Cropping3D", {}, VOLUME),
    ("UpSampling1D", {"size": 3}, LINE),
    ("UpSampling2D", {"size": [2, 3]}, PICTURE),
    ("UpSampling2D", {"interpolation": "bilinear", "data_format": "channels_first"},
     FIRST),
    ("UpSampling3D", {}, VOLUME),
]  # fmt: skip
OTHERS: list[Case] = [
    ("Dense", {"units": 4, "activation": "softmax"}, ROWS),
    ("Dense", {"units": 3, "use_bias": False, "kernel_regularizer": L2,
               "kernel_initializer": "he_normal", "activity_regularizer": "l2",
               "kernel_constraint": "max_norm"}, LINE),
    ("Embedding", {"input_dim": 6, "output_dim": 3}, ROWS),
    ("Identity", {}, ROWS),
    ("Activation", {"activation": "elu"}, ROWS),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.2}, ROWS),
    ("LeakyReLU", {}, ROWS),
    ("PReLU", {"shared_axes": [1, 2], "alpha_initializer": "ones"}, PICTURE),
    ("ELU", {"alpha": 0.5}, ROWS),
    ("Softmax", {}, ROWS),
    ("Softmax", {"axis": [1, 2]}, LINE),
    ("Dropout", {"rate": 0.3, "seed": 3, "noise_shape": [None, 1]}, ROWS),
    ("SpatialDropout1D", {"rate": 0.3}, LINE),
    ("SpatialDropout2D", {"rate": 0.3}, PICTURE),
    ("SpatialDropout3D", {"rate": 0.3}, VOLUME),
    ("GaussianNoise", {"stddev": 0.3}, ROWS),
    ("GaussianDropout", {"rate": 0.3}, ROWS),
    ("AlphaDropout", {"rate": 0.3}, ROWS),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, ROWS),
    ("Rescaling", {"scale": 0.5, "offset": [1.0, 2.0, 3.0, 4.0]}, PICTURE),
    ("Normalization", {}, ROWS),
    ("Normalization", {"mean": [1.0, 2.0, 3.0, 4.0], "variance": [1.0, 4.0, 9.0, 2.0],
                       "invert": True}, PICTURE),
    ("Resizing", {"height": 4, "width": 9}, PICTURE),
    ("Resizing", {"height": 8, "width": 4, "interpolation": "bicubic",
                  "antialias": True, "crop_to_aspect_ratio": True}, PICTURE),
    ("Resizing", {"height": 8, "width": 4, "interpolation": "nearest",
                  "pad_to_aspect_ratio": True, "fill_value": 1.0,
                  "data_format": "channels_first"}, FIRST),
    ("CenterCrop", {"height": 4, "width": 3}, PICTURE),
    ("CenterCrop", {"height": 9, "width": 3}, PICTURE),
]  # fmt: skip
CASES = [*OTHERS, *CONVOLUTIONS, *POOLINGS, *NORMALISATIONS, *SHAPES]


def measure(layers: Any, case: Case, to_jax: Any) -> tuple[dict[str, Any], Any]:
    """Returns the facts and the arrays of one case, of any library like Keras.

    Args:
        layers: the package of layers.
        case: class, arguments, shape of the input.
        to_jax: function that calls a layer with given weights:
            to_jax(layer, weights, x, training) -> (output, weights afterwards).
    """
    import jax

    name, arguments, shape = case
    rng = np.random.default_rng(len(name) + sum(shape))
    x = rng.normal(size=shape).astype("float32")
    if name == "Embedding":
        x = rng.integers(0, arguments["input_dim"], shape).astype("int32")
    layer = getattr(layers, name)(name="layer", **arguments)
    layer(x)
    weights = [
        # Positive, since some are variances.
        np.asarray(rng.uniform(0.2, 1.2, w.shape), str(w.dtype))
        for w in layer.weights
    ]
    if name == "Normalization":
        # Keras computes with constants that only `adapt` makes.
        if layer.weights:
            layer.adapt(x + 1)
        weights = layer.get_weights()
    layer.set_weights(weights)
    arrays: dict[str, np.ndarray] = {"x": x}
    arrays |= {f"weight{i}": w for i, w in enumerate(weights)}
    # Random numbers are not compared, and no other layer changes in training.
    phases = [False, True] if name == "BatchNormalization" else [False]
    for training in phases:
        outputs, after = to_jax(layer, weights, x, training)
        r = np.random.default_rng(1).normal(size=outputs.shape).astype("float32")

        def total(x: Any, weights: Any, r: Any = r, t: bool = training) -> Any:
            return (to_jax(layer, weights, x, t)[0] * r).sum()

        gradients = jax.grad(total, (0, 1), allow_int=True)(x, weights)
        tag = "training" if training else "plain"
        arrays[f"{tag}/output"] = np.asarray(outputs)
        if x.dtype.kind == "f":
            arrays[f"{tag}/gradient"] = np.asarray(gradients[0])
        for i in range(len(layer.trainable_weights)):
            arrays[f"{tag}/gradient{i}"] = np.asarray(gradients[1][i])
        if training:
            arrays |= {f"after{i}": np.asarray(w) for i, w in enumerate(after)}
    facts = {
        "class": name,
        "arguments": arguments,
        "shape": shape,
        "paths": [w.path for w in layer.weights],
        "trainable": [w.path for w in layer.trainable_weights],
        "config": layer.get_config(),
    }
    return json.loads(json.dumps(facts)), arrays


def call_keras(layer: Any, weights: Any, x: Any, training: bool) -> Any:
    """Calls one of pip's Keras layers with given weights."""
    trained = len(layer.trainable_variables)
    # Generators of random numbers are variables, but no weights.
    others = [
        next((w for w, v in zip(weights, layer.weights, strict=True) if v is o), None)
        for o in layer.non_trainable_variables
    ]
    state = [
        o.value if w is None else w
        for o, w in zip(layer.non_trainable_variables, others, strict=True)
    ]
    extra = {"training": training} if layer._call_has_training_arg else {}
    outputs, after = layer.stateless_call(weights[:trained], state, x, **extra)
    return outputs, [*weights[:trained], *after]


def record(folder: Path) -> None:
    """Writes `layers.npz`."""
    from keras import layers

    facts, arrays = [], {}
    for number, case in enumerate(CASES):
        fact, values = measure(layers, case, call_keras)
        facts.append(fact)
        arrays |= {f"{number}/{key}": value for key, value in values.items()}
    np.savez_compressed(folder / "layers.npz", cases=json.dumps(facts), **arrays)
