"""ONNX files give the numbers of `predict` in ONNX Runtime."""

from __future__ import annotations

from collections import Counter

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Input, Model, Sequential, layers, ops
from saccade.core._errors import ConfigError, UnsupportedFeatureError

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")


def with_other_weights(model, rng):
    """Gives all weights values that no initializer gives, so that none is lost."""
    for variable in model.variables:
        value = variable.numpy() + 0.1 * rng.standard_normal(variable.shape)
        variable.assign(np.abs(value) if "variance" in variable.path else value)
    return model


def session_of(model, path, **options):
    model.export(path, format="onnx", verbose=False, **options)
    onnx.checker.check_model(onnx.load(path), full_check=True)
    return runtime.InferenceSession(path, providers=["CPUExecutionProvider"])


def check(model, rng, path, *, rows=3, inputs=None, tolerance=1e-5):
    """Compares the file's outputs, by their names, with predict's."""
    with_other_weights(model, rng)
    if inputs is None:
        shapes = [tensor.shape[1:] for tensor in model.inputs]
        inputs = [rng.random((rows, *shape), "float32") for shape in shapes]
    by_name = isinstance(inputs, dict)
    given = inputs if by_name or len(inputs) > 1 else inputs[0]
    expected = jax.tree.leaves(model.predict(given, verbose=0))
    session = session_of(model, path)
    names = [x.name for x in session.get_inputs()]
    feed = inputs if by_name else dict(zip(names, inputs, strict=True))
    found = session.run(None, feed)
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert a.dtype == b.dtype
        assert_allclose(a, b, rtol=1e-4, atol=tolerance)
    return session


def kinds(path):
    return Counter(node.op_type for node in onnx.load(path).graph.node)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "model.onnx")


def test_lenet_is_a_short_graph_with_the_names_of_its_layers(rng, path):
    model = Sequential(
        [
            Input((28, 28, 1), name="picture"),
            layers.Conv2D(6, 5, padding="same", activation="relu", name="c1"),
            layers.AveragePooling2D(),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax", name="digits"),
        ]
    )
    session = check(model, rng, path)
    assert [x.name for x in session.get_inputs()] == ["picture"]
    assert [x.name for x in session.get_outputs()] == ["digits"]
    assert session.get_inputs()[0].shape == ["batch", 28, 28, 1]
    assert session.get_outputs()[0].shape == ["batch", 10]
    file = onnx.load(path)
    assert [x.version for x in file.opset_import] == [18]
    names = {x.name for x in file.graph.initializer}
    assert {"sequential/c1/kernel", "sequential/c1/bias"} <= names
    found = kinds(path)
    # Into channels first, and out again before Flatten; nothing between.
    assert found["Transpose"] == 2
    assert found["Relu"] == found["AveragePool"] == found["MaxPool"] == 1
    assert found["Softmax"] == 1
    assert not found["Mul"] + found["Exp"]
    assert [len(n.input) for n in file.graph.node if n.op_type == "Conv"] == [3, 3]


def test_batch_normalization_and_a_residual(rng, path):
    x = inputs = Input((12, 12, 3), name="image")
    for stride in (1, 2):
        y = layers.Conv2D(8, 3, strides=stride, padding="same", use_bias=False)(x)
        y = layers.ReLU()(layers.BatchNormalization()(y))
        z = layers.Conv2D(8, 1, strides=stride)(x)
        x = layers.Add()([y, z])
    x = layers.GlobalAveragePooling2D()(x)
    check(Model(inputs, layers.Dense(4, name="scores")(x)), rng, path)
    assert kinds(path)["Transpose"] == 1


def test_depthwise_separable_grouped_and_dilated(rng, path):
    inputs = Input((17, 17, 3))
    x = layers.DepthwiseConv2D(3, 2, padding="same", depth_multiplier=2)(inputs)
    x = layers.SeparableConv2D(6, 3, activation="swish")(x)
    x = layers.Conv2D(12, 3, groups=3, dilation_rate=2)(x)
    x = layers.ReLU(6.0)(x)
    x = layers.GlobalMaxPooling2D(keepdims=True)(x)
    check(Model(inputs, x), rng, path)


def test_a_u_net(rng, path):
    inputs = Input((16, 16, 2))
    a = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    b = layers.Conv2D(8, 3, padding="same")(layers.MaxPooling2D()(a))
    c = layers.Conv2DTranspose(4, 3, strides=2, padding="same")(b)
    d = layers.Concatenate()([c, a])
    e = layers.AveragePooling2D(3, 2, padding="same")(d)
    f = layers.UpSampling2D(2)(e)
    g = layers.UpSampling2D(2, interpolation="bilinear")(e)
    h = layers.Concatenate()([f, g, d])
    check(Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(h)), rng, path)


@pytest.mark.parametrize(
    "options",
    [
        {"strides": 3},
        {"strides": 4, "padding": "same"},
        {"strides": 2, "padding": "same", "output_padding": 1},
        {"dilation_rate": 2, "padding": "same"},
    ],
)
def test_transposed_convolutions(rng, path, options):
    inputs = Input((7, 9, 3))
    check(Model(inputs, layers.Conv2DTranspose(5, 3, **options)(inputs)), rng, path)


def test_pooling_of_all_kinds(rng, path):
    flat, deep = Input((9, 9, 3)), Input((6, 6, 6, 2))
    outputs = [
        layers.MaxPooling2D(3, 2, padding="same")(flat),
        layers.AveragePooling2D(2, padding="same")(flat),
        layers.GlobalAveragePooling2D()(flat),
        layers.AdaptiveAveragePooling2D(3)(flat),
        layers.AdaptiveMaxPooling2D(4)(flat),
        layers.MaxPooling3D()(deep),
        layers.AveragePooling3D(3, 1)(deep),
    ]
    check(Model([flat, deep], outputs), rng, path)


def test_one_axis(rng, path):
    inputs = Input((8, 6))
    outputs = [
        layers.Conv1D(4, 3, padding="causal")(inputs),
        layers.Conv1DTranspose(4, 3, strides=2)(inputs),
        layers.MaxPooling1D()(inputs),
        layers.Cropping1D(1)(layers.ZeroPadding1D(2)(inputs)),
    ]
    check(Model(inputs, outputs), rng, path)


class Positions(layers.Layer):
    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], initializer="glorot_uniform")

    def call(self, x):
        return x + self.table


def test_a_vision_transformer(rng, path):
    inputs = Input((16, 16, 3))
    x = layers.Rescaling(2.0, -1)(inputs)
    x = Positions()(layers.Reshape((16, 12))(layers.Conv2D(12, 4, 4)(x)))
    for _ in range(2):
        y = layers.LayerNormalization()(x)
        x = x + layers.MultiHeadAttention(3, 4)(y, y)
        y = layers.Dense(24, activation="gelu")(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(12)(y)])
    x = layers.GlobalAveragePooling1D()(x)
    check(Model(inputs, layers.Dense(4, activation="softmax")(x)), rng, path)
    assert kinds(path)["Softmax"] == 3


def test_softmax_along_other_axes_and_what_only_looks_like_it(rng, path):
    inputs = Input((4, 5))
    power = ops.exp(inputs - ops.max(inputs, axis=1, keepdims=True))
    outputs = [
        ops.softmax(inputs, axis=1),
        power / ops.sum(power, axis=2, keepdims=True),
        power / ops.sum(power * 2, axis=1, keepdims=True),
        layers.Softmax(axis=[1, 2])(inputs),
    ]
    check(Model(inputs, outputs), rng, path)
    assert kinds(path)["Softmax"] == 1


def test_normalizations(rng, path):
    inputs = Input((6, 6, 4))
    adapted = layers.Normalization()
    adapted.adapt(rng.random((10, 6, 6, 4), "float32"))
    outputs = [
        adapted(inputs),
        layers.GroupNormalization(2)(inputs),
        layers.UnitNormalization()(inputs),
        layers.LayerNormalization(axis=[1, 2])(inputs),
        layers.BatchNormalization(axis=1)(inputs),
    ]
    check(Model(inputs, outputs), rng, path)


def test_activations(rng, path):
    inputs = Input((5,))
    x = inputs * 4 - 2
    names = (
        "elu selu softplus softsign hard_sigmoid mish exponential silu log_softmax "
        "relu6 gelu leaky_relu"
    )
    outputs = [layers.Activation(name)(x) for name in names.split()]
    check(Model(inputs, [*outputs, layers.PReLU()(x)]), rng, path)


def test_several_inputs_and_outputs_by_name(rng, path):
    a, b = Input((8,), name="a"), Input((4, 4, 1), name="b")
    flat = layers.Flatten()(b)
    both = layers.Concatenate()([a, flat])
    model = Model(
        {"a": a, "b": b},
        {"sum": layers.Dense(3)(both), "same": a, "part": layers.Dense(1)(flat)},
    )
    inputs = {
        "a": rng.random((3, 8), "float32"),
        "b": rng.random((3, 4, 4, 1), "float32"),
    }
    session = check(model, rng, path, inputs=inputs)
    assert [x.name for x in session.get_inputs()] == ["a", "b"]
    assert [x.name for x in session.get_outputs()] == ["part", "same", "sum"]


def test_whole_numbers_and_tables(rng, path):
    pictures = Input((8, 8, 1), dtype="uint8")
    words = Input((5,), dtype="int32")
    x = layers.Flatten()(layers.Rescaling(1 / 255)(pictures))
    y = layers.GlobalAveragePooling1D()(layers.Embedding(10, 4)(words))
    inputs = [
        rng.integers(0, 255, (3, 8, 8, 1)).astype("uint8"),
        rng.integers(0, 10, (3, 5)).astype("int32"),
    ]
    model = Model([pictures, words], layers.Dense(2)(layers.Concatenate()([x, y])))
    check(model, rng, path, inputs=inputs)


class Own(layers.Layer):
    """Uses the size of the batch, moments, softmax and choices."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")

    def call(self, x):
        gate = ops.sigmoid(ops.mean(x, axis=(1, 2), keepdims=True) * self.scale)
        rows = ops.shape(x)[0]
        share = ops.softmax(ops.reshape(x, (rows, -1)))
        curved = ops.where(x > 0.5, ops.log1p(x), ops.square(x))
        return x * gate + ops.reshape(share, ops.shape(x)) + curved


def test_layers_of_ones_own(rng, path):
    inputs = Input((5, 5, 3))
    check(Model(inputs, Own(name="own")(inputs)), rng, path)
    assert "own/scale" in {x.name for x in onnx.load(path).graph.initializer}


def test_operations_on_placeholders(rng, path):
    x = Input((6, 6, 4))
    outputs = [
        ops.argmax(x, -1), ops.cumsum(x, 1), ops.top_k(x, 2)[1], ops.sort(x, -1),
        ops.take(x, np.array([1, 0, 2]), axis=-1), x[:, 1:, ::2], x[:, 0],
        ops.flip(x, 1), ops.split(x, 2, -1)[1], ops.stack([x, x], 1), ops.std(x, 1),
        ops.clip(x, 0.2, 0.5), ops.one_hot(ops.argmax(x, -1), 4), ops.logsumexp(x, -1),
        ops.tile(x, (1, 2, 1, 1)), ops.repeat(x, 2, 1), ops.roll(x, 1, 1),
        ops.matmul(x, ops.transpose(x, (0, 1, 3, 2))), ops.round(x * 9), ops.tril(x),
        ops.einsum("bhwc,bhwd->bcd", x, x), ops.any(x > 0.9, axis=-1), ops.mod(x, 0.3),
        ops.take_along_axis(x, ops.expand_dims(ops.argmax(x, -1), -1), -1),
    ]  # fmt: skip
    check(Model(x, outputs), rng, path)


class Net(Model):
    def __init__(self):
        super().__init__()
        self.conv, self.dense = layers.Conv2D(3, 3), layers.Dense(2)

    def call(self, x, training=False):
        y = self.conv(x)
        return {"mask": y, "scores": self.dense(ops.mean(y, (1, 2)))}


def test_a_subclassed_model(rng, path):
    model = Net()
    inputs = [rng.random((3, 6, 6, 1), "float32")]
    model(inputs[0])
    session = check(model, rng, path, inputs=inputs)
    assert session.get_outputs()[0].shape == ["batch", 4, 4, 3]


def test_short_floats_are_written_as_long_ones(rng, path):
    inputs = Input((8,))
    x = layers.Dense(4, activation="relu", dtype="mixed_bfloat16")(inputs)
    model = Model(inputs, layers.Dense(2, dtype="float32")(x))
    check(model, rng, path, tolerance=0.02)


def test_a_fixed_batch(rng, path):
    inputs = Input((4,))
    model = Model(inputs, layers.Dense(2)(inputs))
    session = session_of(model, path, input_signature=[layers.InputSpec(shape=(7, 4))])
    assert session.get_inputs()[0].shape == [7, 4]


def test_what_onnx_has_no_word_for_is_named_with_its_layer(path):
    class Root(layers.Layer):
        def call(self, x):
            return ops.cholesky(x)

    inputs = Input((3, 3))
    model = Model(inputs, Root(name="root")(inputs), name="net")
    with pytest.raises(
        UnsupportedFeatureError, match=r"'net/root' uses JAX's operation 'cholesky'"
    ) as caught:
        model.export(path)
    assert "stablehlo" in str(caught.value)


def test_other_opsets_are_refused(path):
    model = Sequential([Input((2,)), layers.Dense(1)])
    with pytest.raises(ConfigError, match="`opset_version` must be 18, got 12"):
        model.export(path, opset_version=12)
