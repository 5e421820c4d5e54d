"""Which file `export` writes, and what it says where it writes none."""

from __future__ import annotations

import pytest

from saccade import Input, Sequential, layers
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    NotBuiltError,
    UnsupportedFeatureError,
)
from saccade.export import _protobuf, export_model


@pytest.fixture
def model():
    return Sequential([Input((2,)), layers.Dense(1)], name="net")


def test_the_name_says_the_format(model, tmp_path, capsys):
    path = tmp_path / "folder" / "net.onnx"
    model.export(path)
    assert path.stat().st_size > 100
    assert f"Exported 'net' as onnx to {str(path)!r}" in capsys.readouterr().out
    assert [x.name for x in path.parent.iterdir()] == ["net.onnx"]


def test_no_format_is_an_error_that_names_both(model, tmp_path):
    with pytest.raises(ConfigError, match="format='onnx' or format='stablehlo'"):
        model.export(tmp_path / "net")
    with pytest.raises(ConfigError, match="did you mean 'onnx'"):
        model.export(tmp_path / "net", format="onx")


@pytest.mark.parametrize(
    ("format", "instead"),
    [
        ("tf_saved_model", "to serve with TensorFlow"),
        ("openvino", "OpenVINO reads it"),
        ("litert", "ONNX Runtime runs on phones"),
        ("torch", "Keras on PyTorch"),
    ],
)
def test_keras_other_formats_say_what_to_do_instead(model, tmp_path, format, instead):
    with pytest.raises(UnsupportedFeatureError, match=instead):
        model.export(tmp_path / "net", format=format)


def test_wrong_arguments(model, tmp_path):
    with pytest.raises(ArgumentTypeError, match="takes no argument 'platforms'"):
        model.export(tmp_path / "net.onnx", platforms=("cpu",))
    with pytest.raises(ConfigError, match="is a folder"):
        model.export(tmp_path, format="onnx")
    with pytest.raises(NotBuiltError, match="has no weights yet"):
        export_model(Sequential([layers.Dense(1)]), tmp_path / "net.onnx")
    spec = layers.InputSpec(shape=(None, 3))
    with pytest.raises(ConfigError, match=r"the shape \(None, 2\), .* \(None, 3\)"):
        model.export(tmp_path / "net.onnx", input_signature=[spec])
    with pytest.raises(ConfigError, match="has 2 entries for 1 inputs"):
        model.export(tmp_path / "net.onnx", input_signature=[spec, spec])
    with pytest.raises(ConfigError, match="must hold shapes, got 'x'"):
        model.export(tmp_path / "net.onnx", input_signature=["x"])


def test_negative_numbers_take_ten_bytes():
    assert _protobuf.varint(-1) == b"\xff" * 9 + b"\x01"
