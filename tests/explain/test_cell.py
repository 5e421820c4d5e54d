"""The arithmetic of numbers inside networks, and diagrams of them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import saccade
from saccade import explain, layers
from saccade.core._errors import (
    ConfigError,
    NotBuiltError,
    PictureError,
    ShapeError,
    UnsupportedFeatureError,
)


@pytest.fixture(scope="module")
def model() -> saccade.Sequential:
    saccade.utils.set_random_seed(0)
    return saccade.Sequential(
        [
            saccade.Input((9, 8, 3)),
            layers.Rescaling(1 / 255, name="scale"),
            layers.Conv2D(4, 3, strides=2, padding="same", activation="relu",
                          bias_initializer="ones", name="conv"),
            layers.MaxPooling2D((2, 2), padding="same", name="pool"),
            layers.Flatten(name="flat"),
            layers.Dense(3, activation="softmax", name="top"),
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (9, 8, 3)).astype("uint8")


def test_cells_of_a_network_are_what_its_layers_give(model, picture) -> None:
    found = explain.cell(model, picture, "conv", (0, 3), filter=2)
    assert (found.kind, found.output_shape) == ("Conv2D", (5, 4, 4))
    assert found.arithmetic.places == ((-1, 0, 1), (6, 7, 8))  # sticks out on top
    outputs = saccade.Model(model.inputs, [x.output for x in model.layers])(
        picture[None].astype("float32")
    )
    assert found.measured == pytest.approx(float(outputs[1][0, 0, 3, 2]), abs=1e-6)
    for name, place, filter in (
        ("conv", (4, 3), 0), ("pool", (2, 1), 3), ("top", (), 1), (-1, (), 0)
    ):  # fmt: skip
        found = explain.cell(model, picture, name, place, filter)
        assert found.arithmetic.output == pytest.approx(found.measured, abs=2e-6)
        assert "the layer itself gave" in found.lines()[-1]


@pytest.mark.parametrize(
    ("layer", "shape", "position", "filter"),
    [
        (layers.Conv2D(4, (3, 2), groups=2, dilation_rate=2), (7, 6, 4), (1, 2), 3),
        (layers.Conv2D(2, 3, data_format="channels_first"), (3, 5, 5), (2, 0), 1),
        (layers.Conv2D(3, 2, activation="softmax"), (4, 4, 1), (1, 1), 2),
        (layers.Conv1D(3, 4, padding="causal", activation="tanh"), (6, 2), 1, 2),
        (layers.DepthwiseConv2D(3, depth_multiplier=2), (5, 5, 2), (2, 1), 3),
        (layers.DepthwiseConv1D(2, padding="same", strides=2), (5, 3), 2, 1),
        (layers.MaxPooling1D(3, padding="same"), (5, 2), 1, 1),
        (layers.AveragePooling2D(2, padding="same"), (5, 5, 2), (2, 2), 0),
        (layers.GlobalMaxPooling2D(), (4, 3, 5), (), 4),
        (layers.GlobalAveragePooling2D(keepdims=True), (4, 3, 5), (), 2),
        (layers.GlobalAveragePooling1D(data_format="channels_first"), (3, 4), (), 2),
        (layers.Dense(4, activation="gelu", use_bias=False), (6,), (), 3),
        (layers.Dense(2, activation=lambda x: x * x), (3, 6), 2, 1),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "weights") else None,
)
def test_each_kind_of_layer(layer, shape, position, filter) -> None:
    x = np.random.default_rng(1).normal(size=shape).astype("float32")
    layer(x[None])
    found = explain.layer_cell(layer, x, position, filter)
    steps = found.arithmetic
    assert steps.output == pytest.approx(found.measured, abs=3e-6)
    if hasattr(steps, "products"):
        assert steps.products.sum() + steps.bias == pytest.approx(steps.total)


def test_groups_show_only_the_channels_they_see() -> None:
    layer = layers.Conv2D(4, 1, groups=2)
    x = np.arange(4, dtype="float32").reshape(1, 1, 4)
    layer(x[None])
    found = explain.layer_cell(layer, x, (0, 0), 2).arithmetic
    assert found.window.ravel().tolist() == [2, 3]
    assert found.kernel.shape == (1, 1, 2)


def test_functional_models_files_and_classes_of_ones_own(tmp_path, picture) -> None:
    start = saccade.Input((9, 8, 3))
    side = layers.Conv2D(2, 1, name="side")(start)
    model = saccade.Model(start, layers.Add()([side, layers.Conv2D(2, 1)(start)]))
    Image.fromarray(picture).save(tmp_path / "p.png")
    from_file = explain.cell(model, tmp_path / "p.png", "side", (3, 3))
    assert from_file.measured == explain.cell(model, picture, "side", (3, 3)).measured
    small = Image.fromarray(picture).resize((4, 4))
    small.save(tmp_path / "small.png")
    resized = explain.cell(model, tmp_path / "small.png", "side", (3, 3))
    assert resized.input_shape == (9, 8, 3)

    class Own(saccade.Model):
        def __init__(self):
            super().__init__()
            self.top = layers.Dense(2, name="top")

        def call(self, x):
            return self.top(x)

    own = Own()
    own(np.ones((1, 4), "float32"))
    with pytest.raises(UnsupportedFeatureError, match=r"explain\.layer_cell"):
        explain.cell(own, np.ones(4), "top")
    assert explain.layer_cell(own.top, np.ones(4), filter=1).output_shape == (2,)


def test_mistakes_of_cells(model, picture, tmp_path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    empty = saccade.Sequential([layers.Dense(2)])
    for call, kind, text in (
        (lambda: explain.cell(empty, [1], "dense"), NotBuiltError, "is not built"),
        (lambda: explain.cell(model, picture, "cnv"), ConfigError, "mean 'conv'?"),
        (lambda: explain.cell(model, picture, 9), ConfigError, "must be below"),
        (lambda: explain.cell(model, picture[:5], "conv", (0, 0)), ShapeError,
         "takes pictures of shape (9, 8, 3), got (5, 8, 3)"),
        (lambda: explain.cell(model, picture, "conv", (9, 0)), ConfigError,
         "`position` must be in (0..4, 0..3), got (9, 0)"),
        (lambda: explain.cell(model, picture, "conv", (0, 0), 4), ConfigError,
         "`filter` must be in 0..3, got 4"),
        (lambda: explain.cell(model, picture, "flat"), UnsupportedFeatureError,
         "Flatten 'flat' is another kind"),
        (lambda: explain.cell(model, tmp_path / "broken.png", "conv"), PictureError,
         "broken.png' cannot be read"),
        (lambda: explain.layer_cell(layers.Dense(2), [1.0]), NotBuiltError,
         "not built"),
    ):  # fmt: skip
        with pytest.raises(kind) as caught:
            call()
        assert text in str(caught.value)


def test_a_diagram_has_the_layers_their_links_and_their_weights(model) -> None:
    found = explain.layers(model)
    assert found.parameters == model.count_params()
    assert [block.kind for block in found.blocks] == [
        "InputLayer", "Rescaling", "Conv2D", "MaxPooling2D", "Flatten", "Dense"
    ]  # fmt: skip
    conv = found.blocks[2]
    assert (conv.shape, conv.activation, conv.depth) == ((5, 4, 4), "relu", 2)
    assert conv.parameters == 3 * 3 * 3 * 4 + 4
    np.testing.assert_array_equal(conv.weights["kernel"], model.layers[1].kernel)
    assert not found.small
    assert f"{model.name}: {found.parameters} parameters" in found.lines()[-1]

    start = saccade.Input((6,), name="start")
    a, b = layers.Dense(4, name="a")(start), layers.Dense(4, name="b")(start)
    joined = saccade.Model(start, layers.Add(name="sum")([a, b]))
    blocks = {block.name: block for block in explain.layers(joined).blocks}
    assert blocks["sum"].inputs == ("a", "b")
    assert [blocks[n].depth for n in ("start", "a", "b", "sum")] == [0, 1, 1, 2]
    with pytest.raises(NotBuiltError, match="is not built"):
        explain.layers(saccade.Sequential([layers.Dense(2)]))


def test_weights_of_an_earlier_epoch_leave_the_layer_alone() -> None:
    layer = layers.Conv2D(2, 2, activation="relu")
    x = np.random.default_rng(0).normal(size=(3, 3, 1)).astype("float32")
    layer(x[None])
    now = layer.get_weights()
    earlier = [np.ones_like(now[0]), np.array([0.5, -100], "float32")]
    found = explain.layer_cell(layer, x, (1, 1), 0, weights=earlier)
    expected = max(0.0, float(x[1:, 1:].sum()) + 0.5)
    assert found.measured == pytest.approx(expected, abs=1e-6)
    assert found.arithmetic.output == pytest.approx(expected, abs=1e-6)
    assert explain.layer_cell(layer, x, (1, 1), 1, weights=earlier).measured == 0
    for mine, before in zip(layer.get_weights(), now, strict=True):
        np.testing.assert_array_equal(mine, before)
    with pytest.raises(ShapeError, match=r"in the order of layer\.weights"):
        explain.layer_cell(layer, x, (1, 1), 0, weights=earlier[:1])
