"""Pictures of models: what is in them, and that nothing overlaps."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest
from PIL import Image

from saccade import Input, Model, Sequential, layers, ops
from saccade.core._errors import ArgumentTypeError, ConfigError, NotBuiltError
from saccade.utils import model_to_dot, plot_model
from saccade.utils._layered_layout import layered

SVG = "{http://www.w3.org/2000/svg}"


def words(path):
    return [element.text for element in ElementTree.parse(path).iter(f"{SVG}text")]


def count(path, tag):
    return len(list(ElementTree.parse(path).iter(f"{SVG}{tag}")))


@pytest.fixture
def chain():
    return Sequential(
        [
            Input((8, 8, 1), name="picture"),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.Flatten(),
            layers.Dense(2, name="top"),
        ]
    )


@pytest.fixture
def siamese():
    """Two pictures through one model, and numbers beside; two outputs."""
    encoder = Sequential(
        [Input((8, 8, 1)), layers.Flatten(), layers.Dense(4)], name="encoder"
    )
    encoder.trainable = False
    a, b, c = Input((8, 8, 1), name="a"), Input((8, 8, 1), name="b"), Input((3,))
    apart = ops.abs(encoder(a) - encoder(b))
    both = layers.Concatenate(name="both")([apart, layers.Dense(2)(c)])
    outputs = {"same": layers.Dense(1, name="same")(both), "both": both}
    return Model([a, b, c], outputs, name="siamese")


def test_all_that_can_be_shown(chain, tmp_path):
    path = tmp_path / "model.svg"
    assert plot_model(chain, path) is None
    assert words(path) == ["InputLayer", "Conv2D", "Flatten", "Dense"]
    assert count(path, "polygon") == 3
    plot_model(
        chain, path, show_shapes=True, show_dtype=True, show_layer_names=True,
        show_layer_activations=True, show_trainable=True,
    )  # fmt: skip
    assert words(path) == [
        "picture (InputLayer)", "Output: (None, 8, 8, 1)", "Type: float32",
        "conv (Conv2D)", "Activation: relu", "Input: (None, 8, 8, 1)",
        "Output: (None, 6, 6, 4)", "Type: float32", "Trainable",
        "flatten (Flatten)", "Input: (None, 6, 6, 4)", "Output: (None, 144)",
        "Type: float32",
        "top (Dense)", "Activation: linear", "Input: (None, 144)", "Output: (None, 2)",
        "Type: float32", "Trainable",
    ]  # fmt: skip


def test_models_inside_are_closed_or_opened(siamese, tmp_path):
    path = tmp_path / "model.svg"
    plot_model(siamese, path, show_layer_names=True)
    assert "encoder (Sequential)" in words(path)
    assert "dense (Dense)" not in words(path)
    # Twice from the encoder, once for each input of the subtraction.
    assert count(path, "polygon") == 9
    plot_model(
        siamese, path, show_layer_names=True, expand_nested=True, show_trainable=True
    )
    found = words(path)
    assert {"encoder (Sequential)", "dense (Dense)", "Non-trainable"} <= set(found)
    assert count(path, "polygon") == 11


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "pdf"])
def test_pictures_of_pixels(chain, tmp_path, kind):
    path = tmp_path / f"model.{kind}"
    plot_model(chain, str(path), dpi=50)
    if kind == "pdf":
        assert path.read_bytes().startswith(b"%PDF")
        return
    with Image.open(path) as picture:
        small = picture.size
        assert len(picture.convert("RGB").getcolors(100_000)) > 4
    plot_model(chain, path, dpi=100)
    with Image.open(path) as picture:
        assert abs(picture.size[0] - 2 * small[0]) <= 1


def test_directions(siamese, tmp_path):
    def extent(rankdir):
        path = tmp_path / "model.svg"
        plot_model(siamese, path, rankdir=rankdir, show_layer_names=True)
        root = ElementTree.parse(path).getroot()
        places = {
            element.text: (float(element.get("x")), float(element.get("y")))
            for element in root.iter(f"{SVG}text")
        }
        first, last = places["a (InputLayer)"], places["same (Dense)"]
        return last[0] - first[0], last[1] - first[1]

    assert extent("TB")[1] > 100
    assert extent("BT")[1] < -100
    assert extent("LR")[0] > 100
    assert extent("RL")[0] < -100
    with pytest.raises(ConfigError, match=r"rankdir: unknown name 'UP'"):
        plot_model(siamese, rankdir="UP")


def boxes_of(text):
    return [
        tuple(map(float, found))
        for found in re.findall(
            r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', text
        )
    ]


def test_boxes_do_not_overlap_and_skips_pass_beside(tmp_path):
    x = inputs = Input((16, 16, 3))
    skips = []
    for filters in (4, 8, 16):
        x = layers.Conv2D(filters, 3, padding="same")(x)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    for skip in reversed(skips):
        x = layers.UpSampling2D()(x)
        x = layers.Concatenate()([x, skip])
    text = model_to_dot(Model(inputs, x), show_shapes=True).create().decode()
    boxes = boxes_of(text)
    assert len(boxes) == 13
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in itertools.combinations(boxes, 2):
        assert x1 + w1 < x2 or x2 + w2 < x1 or y1 + h1 < y2 or y2 + h2 < y1
    # No line goes through a box, and each of the three skips straight down beside them.
    right = max(x + w for x, _, w, _ in boxes)
    lines = re.findall(r"([\d.]+) ([\d.]+)L\1 ([\d.]+)", text)
    lines = [tuple(map(float, line)) for line in lines]
    for line, top, bottom in lines:
        for x, y, w, h in boxes:
            assert not (x < line < x + w and y + h > top + 0.2 and bottom > y + 0.2)
    assert len({round(x / 20) for x, _, _ in lines if x > right}) == 3


def test_dot(siamese):
    text = model_to_dot(siamese, expand_nested=True, rankdir="LR").to_string()
    assert text.startswith('digraph "siamese" {')
    assert "rankdir=LR" in text
    assert "subgraph cluster_n" in text
    assert 'label="encoder (Sequential)"' in text
    assert text.count("->") == 11
    assert text.count("{") == text.count("}") == 2


def test_dot_writes_files(chain, tmp_path):
    dot = model_to_dot(chain, show_layer_names=False)
    assert dot.create(prog="dot", format="svg").startswith(b"<svg")
    dot.write(tmp_path / "model.dot")
    assert 'label="Conv2D"' in (tmp_path / "model.dot").read_text()
    dot.write_png(tmp_path / "model.png")
    assert (tmp_path / "model.png").read_bytes().startswith(b"\x89PNG")


def test_a_layer_called_on_its_own_result(tmp_path):
    x = inputs = Input((4,))
    dense, other = layers.Dense(4), layers.Dense(4)
    for _ in range(2):
        x = other(dense(x))
    plot_model(Model(inputs, x), tmp_path / "model.svg")
    assert count(tmp_path / "model.svg", "polygon") == 3


def test_a_subclassed_model_lists_its_layers(tmp_path):
    class Net(Model):
        def __init__(self):
            super().__init__(name="net")
            self.first, self.second = layers.Dense(2), layers.Dense(1)

        def call(self, x):
            return self.second(self.first(x))

    model = Net()
    with pytest.raises(NotBuiltError, match="'net' is not built yet"):
        plot_model(model, tmp_path / "model.svg")
    model.build((None, 3))
    plot_model(model, tmp_path / "model.svg", show_layer_names=True)
    assert words(tmp_path / "model.svg") == [
        "net (Net)", "dense (Dense)", "dense_1 (Dense)"
    ]  # fmt: skip


def test_wrong_arguments(chain, tmp_path):
    with pytest.raises(ConfigError, match=r"one of svg, png, .* got 'docx'"):
        plot_model(chain, tmp_path / "model.docx")
    with pytest.raises(ArgumentTypeError, match="show_shape"):
        plot_model(chain, tmp_path / "model.png", show_shape=True)


def test_rows_follow_the_longest_way():
    layout = layered([(10, 10)] * 4, [(0, 1), (1, 3), (0, 3), (2, 3)])
    # The source 2 stands just above what takes it.
    assert [y for _, y in layout.corners] == [0, 44, 44, 88]
    assert [len(route) for route in layout.routes] == [4, 4, 6, 4]
