"""Files of events: read back here, and by TensorBoard where it is installed."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest

import saccade
from saccade import callbacks, layers
from saccade.callbacks._events import EventFile, masked_checksum
from saccade.core._errors import ConfigError, DataWarning, UnsupportedFeatureError

rng = np.random.default_rng(0)
X = rng.random((40, 3)).astype("float32")
Y = rng.random(40).astype("float32")


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(data):
    """The fields of a protocol buffer: number -> list of ints or bytes."""
    found, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            size = {1: 8, 5: 4}[kind]
            value, at = data[at : at + size], at + size
        found.setdefault(number, []).append(value)
    return found


def records(path):
    data = path.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        content = data[12 : 12 + length]
        sums = (
            struct.unpack("<I", data[8:12]),
            struct.unpack("<I", data[12 + length : 16 + length]),
        )
        assert sums == ((masked_checksum(data[:8]),), (masked_checksum(content),))
        yield fields(content)
        data = data[16 + length :]


def summaries(folder):
    """(tag, step, plugin, tensor's fields) in order."""
    (path,) = folder.iterdir()
    first, *rest = records(path)
    assert first[3] == [b"brain.Event:2"]
    found = []
    for event in rest:
        value = fields(fields(event[5][0])[1][0])
        plugin = fields(fields(value[9][0])[1][0])[1][0].decode()
        step = event.get(2, [0])[0]
        found.append((value[1][0].decode(), step, plugin, fields(value[8][0])))
    return found


def scalars(folder):
    return {
        (tag, step): struct.unpack("<f", tensor[4][0])[0]
        for tag, step, plugin, tensor in summaries(folder)
        if plugin == "scalars"
    }


def make_model():
    model = saccade.Sequential(
        [layers.Input((3,)), layers.Dense(2, name="first"), layers.Dense(1)]
    )
    model.compile(saccade.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return model


def fit(tmp_path, *args, epochs=2, **kwargs):
    model = make_model()
    board = callbacks.TensorBoard(tmp_path, *args, **kwargs)
    run = model.fit(
        X, Y, batch_size=10, epochs=epochs, verbose=0, callbacks=[board],
        validation_data=(X, Y),
    )  # fmt: skip
    return model, run.history


def test_numbers_of_epochs(tmp_path):
    """The tags and steps are those of Keras."""
    _, history = fit(tmp_path)
    train = scalars(tmp_path / "train")
    assert set(train) == {
        (f"epoch_{name}", epoch)
        for name in ("loss", "mae", "learning_rate")
        for epoch in (0, 1)
    }
    validation = scalars(tmp_path / "validation")
    for epoch in (0, 1):
        for name in ("loss", "mae"):
            expected = history[name][epoch], history[f"val_{name}"][epoch]
            got = train[f"epoch_{name}", epoch], validation[f"epoch_{name}", epoch]
            assert got == pytest.approx(expected)
            by_step = validation[f"evaluation_{name}_vs_iterations", 4 * epoch + 4]
            assert by_step == pytest.approx(expected[1])
        assert train["epoch_learning_rate", epoch] == pytest.approx(0.1)
    assert len(validation) == 8


@pytest.mark.parametrize(("freq", "steps"), [("batch", range(1, 9)), (3, (3, 6))])
def test_numbers_of_batches(freq, steps, tmp_path):
    fit(tmp_path, update_freq=freq, write_steps_per_second=True)
    train = scalars(tmp_path / "train")
    for name in ("loss", "mae", "steps_per_second"):
        assert [s for tag, s in train if tag == f"batch_{name}"] == list(steps)
    assert all(np.isfinite(value) for value in train.values())


def test_weights_as_histograms_and_pictures(tmp_path):
    image = pytest.importorskip("PIL.Image")
    model, _ = fit(tmp_path, histogram_freq=2, write_images=True, epochs=3)
    found = {
        (tag, step): (plugin, tensor)
        for tag, step, plugin, tensor in summaries(tmp_path / "train")
    }
    path = model.layers[0].kernel.path
    plugin, tensor = found[f"{path}/histogram", 2]
    assert plugin == "histograms"
    assert (f"{path}/histogram", 1) not in found
    buckets = np.frombuffer(tensor[4][0]).reshape(-1, 3)
    expected, edges = np.histogram(model.layers[0].kernel.numpy(), 30)
    np.testing.assert_array_equal(buckets[:, 2], expected)
    np.testing.assert_allclose(buckets[:, 0], edges[:-1], atol=1e-6)
    plugin, tensor = found[f"{path}/image", 0]
    assert plugin == "images"
    width, height, picture = tensor[8]
    assert (width, height) == (b"3", b"2")
    with image.open(io.BytesIO(picture)) as opened:
        assert opened.size == (3, 2)
        assert opened.mode == "L"


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pictures_are_the_same_again(channels, tmp_path):
    image = pytest.importorskip("PIL.Image")
    picture = rng.random((5, 4, channels))
    EventFile(tmp_path).images("x", picture[None], 0)
    ((_, _, _, tensor),) = summaries(tmp_path)
    with image.open(io.BytesIO(tensor[8][2])) as opened:
        got = np.asarray(opened).reshape(picture.shape)
    assert np.abs(got / 255 - picture).max() < 1 / 255


def test_the_graph_is_the_config(tmp_path):
    model, _ = fit(tmp_path, epochs=1)
    tag, step, plugin, tensor = summaries(tmp_path / "train")[0]
    assert (tag, step, plugin) == ("keras", 0, "graph_keras_model")
    assert tensor[8] == [model.to_json().encode()]
    fit(tmp_path / "without", epochs=1, write_graph=False)
    found = summaries(tmp_path / "without" / "train")
    assert {plugin for _, _, plugin, _ in found} == {"scalars"}


def test_tensorboard_reads_it(tmp_path):
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator"
    )
    _, history = fit(tmp_path, histogram_freq=1, write_images=True, update_freq=2)
    events = accumulator.EventAccumulator(str(tmp_path / "train"))
    events.Reload()
    tags = events.Tags()["tensors"]
    assert {"epoch_loss", "batch_loss", "keras", "first/kernel/histogram"} <= {
        tag.removeprefix("sequential/") for tag in tags
    }
    values = [event.tensor_proto for event in events.Tensors("epoch_loss")]
    tensors = pytest.importorskip("tensorboard.util.tensor_util")
    got = [float(tensors.make_ndarray(value)) for value in values]
    assert got == pytest.approx(history["loss"])


def test_arguments():
    with pytest.raises(ConfigError, match="`update_freq` must be 'epoch', 'batch'"):
        callbacks.TensorBoard(update_freq="step")
    with pytest.raises(UnsupportedFeatureError, match="embeddings belong to text"):
        callbacks.TensorBoard(embeddings_freq=1)
    with pytest.warns(DataWarning, match="nothing is profiled"):
        callbacks.TensorBoard(profile_batch=2)


def test_constant_and_empty_weights(tmp_path):
    events = EventFile(tmp_path)
    events.histogram("same", np.full(4, 2.0), 0)
    events.histogram("none", np.array([np.nan]), 0)
    same, none = (tensor for _, _, _, tensor in summaries(tmp_path))
    assert np.frombuffer(same[4][0]).tolist() == [1.5, 2.5, 4.0]
    assert none[4] == [b""]
