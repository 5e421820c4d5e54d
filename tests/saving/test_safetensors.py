"""Weights in safetensors files: there and back, and strictness against what is not."""

from __future__ import annotations

import json
import struct

import jax.numpy as jnp
import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import DataWarning, SavingError
from saccade.saving._safetensors import SafetensorsReader, write_arrays


def net(units=2):
    inner = saccade.Sequential([layers.Input((3,)), layers.Dense(3)])
    return saccade.Sequential(
        [layers.Input((3,)), inner, layers.Dense(4), layers.Dense(units)]
    )


NAMES = {
    f"layers/{place}/{name}"
    for place in ("dense", "dense_1", "sequential/layers/dense")
    for name in ("kernel", "bias")
}


def test_weights_by_name(tmp_path):
    path = tmp_path / "a.safetensors"
    one, other = net(), net()
    one.compile("adam", "mse")
    one.save_weights(path)
    assert set(SafetensorsReader(path).names) == NAMES
    other.load_weights(path)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(SavingError, match="is there already"):
        one.save_weights(path, overwrite=False)


def test_what_does_not_fit_is_named(tmp_path):
    path = tmp_path / "a.safetensors"
    net(units=5).save_weights(path)
    model = net()
    before = model.get_weights()
    with pytest.raises(SavingError, match=r"dense_1/kernel: expected \(4, 2\), got"):
        model.load_weights(path)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    with pytest.warns(DataWarning, match="layers/dense_1/bias"):
        model.load_weights(path, skip_mismatch=True)
    assert not np.array_equal(model.get_weights()[0], before[0])
    np.testing.assert_array_equal(model.get_weights()[4], before[4])
    small = saccade.Sequential([layers.Input((3,)), layers.Dense(4, name="x")])
    with pytest.raises(SavingError, match="the model has no such weight"):
        small.load_weights(path)
    write_arrays(path, {"layers/dens/kernel": np.zeros((3, 4), "float32")})
    with pytest.raises(SavingError, match="is not in the file; there is 'layers/dens/"):
        small.load_weights(path)


def test_layers_may_be_left_as_they_are(tmp_path):
    path = tmp_path / "a.safetensors"
    net(units=5).save_weights(path)
    model = net()
    kept = model.layers[-1].get_weights()
    model.load_weights(path, objects_to_skip=[model.layers[-1]])
    np.testing.assert_array_equal(model.layers[-1].get_weights()[0], kept[0])


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype="float32").reshape(2, 3),
        np.array(3, "int64"),
        np.zeros((0, 4), "float16"),
        np.array([True, False]),
        np.asarray(jnp.asarray([1.5, -2.0], jnp.bfloat16)),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    ],
    ids=lambda a: a.dtype.name,
)
def test_types_and_shapes(tmp_path, array):
    path = tmp_path / "a.safetensors"
    write_arrays(path, {"a": array, "b": np.ones(3, "uint8")})
    again = SafetensorsReader(path).array("a")
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(again, array)


def test_the_bytes_of_a_file(tmp_path):
    """As the format says: length, JSON padded with spaces, numbers."""
    path = tmp_path / "a.safetensors"
    write_arrays(path, {"a": np.array([1, 2], "uint8"), "b": np.array(1.0, "float32")})
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    assert length % 8 == 0
    assert json.loads(content[8 : 8 + length]) == {
        "__metadata__": {"format": "np"},
        "b": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
        "a": {"dtype": "U8", "shape": [2], "data_offsets": [4, 6]},
    }
    assert content[8 + length :] == struct.pack("<f", 1.0) + b"\1\2"


def test_files_of_the_package(tmp_path):
    package = pytest.importorskip("safetensors.numpy")
    arrays = {"a": np.arange(5, dtype="int16"), "b": np.ones((2, 2), "float32")}
    package.save_file(arrays, tmp_path / "theirs.safetensors", metadata={"x": "y"})
    write_arrays(tmp_path / "ours.safetensors", arrays)
    theirs = SafetensorsReader(tmp_path / "theirs.safetensors")
    ours = package.load_file(tmp_path / "ours.safetensors")
    for name, array in arrays.items():
        np.testing.assert_array_equal(theirs.array(name), array)
        np.testing.assert_array_equal(ours[name], array)


def entry(start=0, stop=4, dtype="F32", shape=(1,), **more):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop], **more}


@pytest.mark.parametrize(
    ("header", "data", "why"),
    [
        ({"a": entry(), "b": entry(8, 12)}, 12, "not at 4"),  # a gap
        ({"a": entry(), "b": entry(2, 6)}, 6, "not at 4"),  # an overlap
        ({"a": entry(), "b": entry()}, 4, "not at 4"),
        ({"a": entry(4, 8)}, 8, "not at 0"),
        ({"a": entry()}, 5, "take 4 bytes, and there are 5"),
        ({"a": entry()}, 3, "take 4 bytes, and there are 3"),
        ({"a": entry(shape=(2,))}, 4, r"shape \(2,\) has 4 bytes"),
        ({"a": entry(shape=(2**40, 2**40))}, 4, "has 4 bytes"),
        ({"a": entry(shape=(-1, -1))}, 4, "has the shape"),
        ({"a": entry(shape=(True,))}, 4, "has the shape"),
        ({"a": entry(shape=3)}, 4, "has the shape"),
        ({"a": entry(4, 0)}, 4, "has -4 bytes"),
        ({"a": entry(dtype="object")}, 4, "unknown type 'object'"),
        ({"a": entry(dtype=["F32"])}, 4, "unknown type"),
        ({"a": entry(more=1)}, 4, "'a' is no array"),
        ({"a": 1}, 0, "'a' is no array"),
        ([], 0, "no JSON object"),
        (b'{"a": 1, "a": 2}', 0, "the name 'a' is there twice"),
        (b"{" * 50_000, 0, "no JSON"),
        (b"\xff\xfe", 0, "no JSON"),
    ],
)
def test_what_breaks_the_rules(tmp_path, header, data, why):
    path = tmp_path / "a.safetensors"
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(data))
    with pytest.raises(SavingError, match=why):
        SafetensorsReader(path)


@pytest.mark.parametrize("length", [3, 2**40, 2**63, 2**64 - 1])
def test_headers_that_declare_too_much(tmp_path, length):
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", length)[: 3 if length == 3 else 8])
    with pytest.raises(SavingError, match=r"too short|its header declares"):
        SafetensorsReader(path)
