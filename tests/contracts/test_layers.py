"""What every layer must keep: configs, shapes, compiled = eager, gradients, rows."""

from __future__ import annotations

import inspect
import json
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from saccade import Model, layers
from saccade.core._scope import Scope
from saccade.core._symbolic import KerasTensor
from saccade.models import load_model

CLASSES = {
    getattr(layers, name)
    for name in layers.__all__
    if inspect.isclass(getattr(layers, name))
    and issubclass(getattr(layers, name), layers.Layer)
} - {layers.Layer, layers.InputLayer, layers.Pipeline}
# Layers on lists of arrays, or on a layer, are in test_layers_on_lists.py.
CLASSES -= {getattr(layers, name) for name in (
    "Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply",
    "Subtract", "TimeDistributed", "Wrapper", "AdditiveAttention", "Attention",
    "GroupQueryAttention", "MultiHeadAttention", "SpectralNormalization",
)}  # fmt: skip
ROWS, LINE, PICTURE, VOLUME = (5,), (9, 4), (7, 6, 4), (4, 5, 4, 2)
COLOURS = (7, 6, 3)
# What holds all numbers of a sample.
RANGE = {"value_range": (-4, 4)}


def halve(x):
    return x / 2


# Arguments and the shape of a sample, where the names do not say them.
GIVEN = {
    "Activation": ({"activation": "tanh"}, ROWS),
    "ActivityRegularization": ({"l2": 0.1}, ROWS),
    "AdaptiveAveragePooling1D": ({"output_size": 4}, LINE),
    "AdaptiveAveragePooling2D": ({"output_size": (3, 2)}, PICTURE),
    "AdaptiveAveragePooling3D": ({"output_size": 2}, VOLUME),
    "AdaptiveMaxPooling1D": ({"output_size": 4}, LINE),
    "AdaptiveMaxPooling2D": ({"output_size": (3, 2)}, PICTURE),
    "AdaptiveMaxPooling3D": ({"output_size": 2}, VOLUME),
    "AlphaDropout": ({"rate": 0.3}, ROWS),
    "AugMix": ({"all_ops": False, "seed": 1, **RANGE}, COLOURS),
    "AutoContrast": (RANGE, PICTURE),
    "BatchNormalization": ({}, PICTURE),
    "CategoryEncoding": ({"num_tokens": 9, "output_mode": "count"}, ROWS),
    "CenterCrop": ({"height": 4, "width": 4}, PICTURE),
    "ContrastLimitedAdaptiveHistogramEqualization": (
        {"tile_grid_size": (2, 2), **RANGE},
        PICTURE,
    ),
    "CutMix": ({"seed": 1}, PICTURE),
    "Dense": ({"units": 3, "activation": "softmax"}, ROWS),
    "Dropout": ({"rate": 0.3}, ROWS),
    "ELU": ({"alpha": 0.7}, ROWS),
    "EinsumDense": (
        {"equation": "abc,cd->abd", "output_shape": (None, 3), "bias_axes": "d"},
        LINE,
    ),
    "Embedding": ({"input_dim": 9, "output_dim": 3}, ROWS),
    "Equalization": (RANGE, PICTURE),
    "Flatten": ({}, PICTURE),
    "GaussianDropout": ({"rate": 0.3}, ROWS),
    "GaussianNoise": ({"stddev": 0.3}, ROWS),
    "GroupNormalization": ({"groups": 2}, PICTURE),
    "Identity": ({}, ROWS),
    "Lambda": ({"function": halve}, ROWS),
    "LayerNormalization": ({}, LINE),
    "LeakyReLU": ({"negative_slope": 0.2}, ROWS),
    "Masking": ({}, LINE),
    "MaxNumBoundingBoxes": ({"max_number": 3}, PICTURE),
    "MixUp": ({"seed": 1}, PICTURE),
    "Normalization": ({}, ROWS),
    "PReLU": ({"shared_axes": [1]}, LINE),
    "Permute": ({"dims": (2, 1)}, LINE),
    "RMSNormalization": ({}, ROWS),
    "RandAugment": ({"seed": 1, **RANGE}, COLOURS),
    "RandomBrightness": ({"factor": 0.3, "seed": 1, **RANGE}, PICTURE),
    "RandomColorDegeneration": ({"factor": 0.5, "seed": 1, **RANGE}, COLOURS),
    "RandomColorJitter": (
        {"brightness_factor": 0.2, "hue_factor": 0.3, "seed": 1, **RANGE},
        COLOURS,
    ),
    "RandomContrast": ({"factor": 0.5, "seed": 1, **RANGE}, PICTURE),
    "RandomCrop": ({"height": 4, "width": 4, "seed": 1}, PICTURE),
    "RandomElasticTransform": ({"seed": 1, **RANGE}, PICTURE),
    "RandomErasing": ({"seed": 1, **RANGE}, PICTURE),
    "RandomFlip": ({"seed": 1}, PICTURE),
    "RandomGaussianBlur": ({"seed": 1, **RANGE}, PICTURE),
    "RandomGrayscale": ({"seed": 1}, COLOURS),
    "RandomHue": ({"factor": 0.5, "seed": 1, **RANGE}, COLOURS),
    "RandomInvert": ({"seed": 1, **RANGE}, PICTURE),
    "RandomPerspective": ({"seed": 1}, PICTURE),
    "RandomPosterization": ({"factor": (8, 8), "seed": 1, **RANGE}, PICTURE),
    "RandomRotation": ({"factor": 0.2, "seed": 1}, PICTURE),
    "RandomSaturation": ({"factor": 0.8, "seed": 1, **RANGE}, COLOURS),
    "RandomSharpness": ({"factor": 0.8, "seed": 1, **RANGE}, PICTURE),
    "RandomShear": ({"x_factor": 0.3, "seed": 1}, PICTURE),
    "RandomTranslation": (
        {"height_factor": 0.2, "width_factor": 0.3, "seed": 1},
        PICTURE,
    ),
    "RandomZoom": ({"height_factor": 0.2, "seed": 1}, PICTURE),
    "ReLU": ({"max_value": 2.0}, ROWS),
    "RepeatVector": ({"n": 2}, ROWS),
    "Rescaling": ({"scale": 0.5}, PICTURE),
    "Reshape": ({"target_shape": (4, -1)}, LINE),
    "Resizing": ({"height": 4, "width": 5}, PICTURE),
    "Softmax": ({}, ROWS),
    "Solarization": ({"addition_factor": 0.1, "seed": 1, **RANGE}, PICTURE),
    "UnitNormalization": ({}, ROWS),
}
# Arguments of the families whose names end in a rank.
FAMILIES = {
    "Conv": {"filters": 3, "kernel_size": 3},
    "Cropping": {"cropping": 1},
    "DepthwiseConv": {"kernel_size": 3, "padding": "same"},
    "SeparableConv": {"filters": 3, "kernel_size": 3},
    "SpatialDropout": {"rate": 0.3},
}
RANDOM = (
    "Alpha", "AugMix", "CutMix", "Dropout", "Gaussian", "MixUp", "Rand",
    "Solarization", "SpatialDropout",
)  # fmt: skip


def given(cls):
    name = cls.__name__
    if name in GIVEN:
        return GIVEN[name]
    family, rank = re.findall(r"^(\D+)(\d)D", name)[0]
    return FAMILIES.get(family, {}), {"1": LINE, "2": PICTURE, "3": VOLUME}[rank]


@pytest.fixture(params=sorted(CLASSES, key=lambda c: c.__name__))
def cls(request):
    return request.param


def make(cls, **more):
    arguments, shape = given(cls)
    layer = cls(**arguments, **more)
    layer.build((None, *shape))
    return layer, shape


def sample(cls, shape, rows=3):
    x = np.random.default_rng(len(cls.__name__)).normal(size=(rows, *shape))
    if cls in (layers.CategoryEncoding, layers.Embedding):
        return np.abs(x * 2).astype("int32")
    if cls in (
        layers.ContrastLimitedAdaptiveHistogramEqualization,
        layers.Equalization,
    ):
        # Numbers that short floats hold, so that all fall into the same steps.
        return (np.round(x * 4) / 4).astype("float32")
    return x.astype("float32")


def training(cls):
    return "training" in inspect.signature(cls.call).parameters


def run(layer, x, weights, mask=None, key=None, **extra):
    make_key = None if key is None else lambda: key
    pairs = zip(layer.weights, weights, strict=True)
    with Scope(pairs, row_mask=mask, key=make_key) as scope:
        outputs = layer(x, **extra)
        return outputs, scope.values(layer.weights), scope.losses


def compiled(layer, x, mask=None, **extra):
    """As `run`, in one program."""
    return jax.jit(lambda x, w: run(layer, x, w, mask, **extra))(x, layer.get_weights())


def test_config_makes_an_equal_layer(cls):
    layer, shape = make(cls, name="mine", trainable=False)
    custom = {"halve": halve}
    text = json.dumps(layers.serialize(layer))
    again = layers.deserialize(json.loads(text), custom_objects=custom)
    assert type(again) is cls
    ours, theirs = layer.get_config(), again.get_config()
    assert json.dumps(ours) == json.dumps(theirs)
    assert again.compute_output_shape((2, *shape)) == layer.compute_output_shape(
        (2, *shape)
    )


def test_shape_without_tracing_is_the_traced_one(cls):
    layer, shape = make(cls)
    whole = (None, *shape)
    assert layer.compute_output_shape(whole) == layers.Layer.compute_output_shape(
        layer, whole
    )


def test_placeholders_have_the_shape_and_type_of_outputs(cls):
    layer, shape = make(cls)
    symbol = layer(KerasTensor((None, *shape)))
    x, weights = sample(cls, shape), layer.get_weights()
    outputs = jax.eval_shape(lambda x: run(layer, x, weights)[0], x)
    assert symbol.shape == (None, *outputs.shape[1:])
    assert symbol.dtype == outputs.dtype.name


def test_compiled_is_eager_and_gradients_are_finite(cls):
    if cls is layers.AugMix:
        pytest.skip("takes long to compile; compared in test_augmentation_values")
    layer, shape = make(cls)
    x, weights = sample(cls, shape), layer.get_weights()
    extra = {"training": True} if training(cls) else {}
    key = jax.random.PRNGKey(0)

    def total(x, weights):
        outputs = run(layer, x, weights, key=key, **extra)[0]
        return jnp.sum(outputs.astype("float32") ** 2), outputs

    run_both = jax.value_and_grad(total, (0, 1), has_aux=True, allow_int=True)
    (_, compiled), gradients = jax.jit(run_both)(x, weights)
    eager = run(layer, x, weights, key=key, **extra)[0]
    assert_allclose(compiled, eager, rtol=1e-5, atol=1e-5)
    for gradient in jax.tree.leaves(gradients):
        if gradient.dtype != jax.dtypes.float0:
            assert np.isfinite(gradient).all()


def test_mixed_types(cls):
    layer, shape = make(cls, dtype="mixed_bfloat16")
    long, _ = make(cls)
    x = sample(cls, shape)
    long.set_weights(layer.get_weights())
    outputs = compiled(layer, x)[0]
    assert outputs.dtype == jnp.bfloat16
    expected = compiled(long, x)[0]
    assert_allclose(outputs.astype("float32"), expected, rtol=0.03, atol=0.05)
    assert all(v.dtype == "float32" for v in layer.trainable_weights)


def test_rows_do_not_see_each_other_nor_padded_ones(cls):
    layer, shape = make(cls)
    if not layer.rows_independent or cls.__name__.startswith(RANDOM):
        assert not layer.rows_independent or training(cls)
        return
    x = sample(cls, shape, 3)
    padded = np.concatenate([x, np.full_like(x[:2], 7)])
    extra = {"training": True} if training(cls) else {}
    alone = compiled(layer, x, **extra)
    masked = compiled(layer, padded, jnp.arange(5) < 3, **extra)
    assert_allclose(masked[0][:3], alone[0], rtol=1e-5, atol=1e-5)
    for one, two in zip(alone[1] + alone[2], masked[1] + masked[2], strict=True):
        assert_allclose(two, one, rtol=1e-5, atol=1e-6)


def test_all_survive_a_model_file(tmp_path):
    inputs, outputs, data = [], [], []
    classes = sorted(CLASSES, key=lambda c: c.__name__)
    for cls in classes:
        layer, shape = make(cls)
        inputs.append(layers.Input(shape))
        outputs.append(layer(inputs[-1]))
        data.append(sample(cls, shape, 2))
    model = Model(inputs, outputs)
    model.save(tmp_path / "all.keras")
    again = load_model(
        tmp_path / "all.keras", custom_objects={"halve": halve}, safe_mode=False
    )
    whole = zip(classes, model(data), again(data), strict=True)
    for cls, one, two in whole:
        assert_array_equal(one, two, err_msg=cls.__name__)


def test_weights_can_be_taken_and_given_back(cls):
    layer, _ = make(cls)
    other, _ = make(cls)
    other.set_weights(layer.get_weights())
    stored = {}
    other.save_own_variables(stored)
    third, _ = make(cls)
    third.load_own_variables(stored)
    for one, two in zip(layer.get_weights(), third.get_weights(), strict=True):
        assert_array_equal(one, two)
    assert layer.count_params() == sum(w.size for w in layer.get_weights())
    assert [w.path for w in layer.weights] == [
        f"{layer.name}/{w.name}" for w in layer.weights
    ]


def test_an_unknown_argument_names_the_nearest(cls):
    arguments, _ = given(cls)
    with pytest.raises(TypeError, match="did you mean `trainable`"):
        cls(**arguments, trainabel=False)
