"""Large batches answered in pieces: the same numbers, and only where that is right."""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade import layers, ops
from saccade.engine import _pieces


@pytest.fixture
def cut(monkeypatch):
    """Makes pieces small, and lists their rows."""
    monkeypatch.setattr(_pieces, "PIECE_BYTES", 2048)
    monkeypatch.setattr(_pieces, "LEAST_ROWS", 1)
    found = []
    whole = _pieces._split

    def note(step, size):
        found.append(size)
        return whole(step, size)

    monkeypatch.setattr(_pieces, "_split", note)
    return found


def network(*more):
    return saccade.Sequential(
        [
            layers.Input((6, 6, 3)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.BatchNormalization(),
            *more,
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ]
    )


def test_the_same_numbers_whole_and_in_pieces(rng, cut):
    model = network(layers.Dropout(0.5))
    x = rng.normal(size=(48, 6, 6, 3)).astype("float32")
    got = model.predict(x, batch_size=48, verbose=0)
    assert cut == [8]  # rows of 4 x 4 x 4 floats, 256 bytes
    expected = model.predict(x, batch_size=3, verbose=0)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(got, model.predict_on_batch(x))
    part = model.predict(x[:33], batch_size=48, verbose=0)
    np.testing.assert_allclose(part, got[:33], rtol=1e-5, atol=1e-6)


def test_several_inputs_and_outputs(rng, cut):
    one, two = layers.Input((40,)), layers.Input((40,))
    joined = layers.Concatenate()([one, two])
    model = saccade.Model([one, two], {"sum": layers.Add()([one, two]), "all": joined})
    x = [rng.normal(size=(32, 40)).astype("float32") for _ in range(2)]
    got = model.predict(x, batch_size=32, verbose=0)
    assert cut == [4]
    np.testing.assert_array_equal(got["sum"], x[0] + x[1])
    np.testing.assert_array_equal(got["all"], np.concatenate(x, 1))


class Mean(layers.Layer):
    """Mixes rows; nothing is known of a layer of one's own."""

    def call(self, x):
        return x - ops.mean(x, axis=0)


class Noise(layers.GaussianNoise):
    def call(self, inputs, training=False):
        return super().call(inputs, training=True)


@pytest.mark.parametrize("layer", [Mean(), Noise(1.0)])
def test_layers_of_ones_own_get_the_whole_batch(layer, rng, cut):
    model = network(layer)
    model.predict(rng.normal(size=(48, 6, 6, 3)), batch_size=48, verbose=0)
    assert not cut


def test_no_piece_draws_what_another_drew(rng, cut):
    inputs = layers.Input((100,))
    outputs = layers.Dropout(0.5)(inputs, training=True)
    model = saccade.Model(inputs, outputs)
    got = model.predict(np.ones((32, 100)), batch_size=32, verbose=0)
    assert len(np.unique(got, axis=0)) == 32


def test_statistics_of_the_batch_are_those_of_all_of_it(rng, cut):
    inputs = layers.Input((100,))
    outputs = layers.BatchNormalization()(inputs, training=True)
    model = saccade.Model(inputs, outputs)
    x = rng.normal(size=(32, 100))
    got = model.predict(x, batch_size=32, verbose=0)
    np.testing.assert_allclose(got.mean(0), 0, atol=1e-5)
    assert not cut


def test_large_weights_make_no_small_pieces(rng, cut):
    # The kernel of 8 KB is converted, which makes an array as large as four pieces.
    last = layers.Dense(32, dtype="mixed_bfloat16")
    model = saccade.Sequential([layers.Input((128,)), last])
    model.predict(rng.normal(size=(4, 128)), batch_size=4, verbose=0)
    assert not cut


def test_pieces_are_not_smaller_than_vectors_need(rng, monkeypatch):
    monkeypatch.setattr(_pieces, "PIECE_BYTES", 1)
    assert _pieces.piece_size(100, 1000) == 100
    assert _pieces.piece_size(1024, 2**30) == 64


def test_sizes_of_pieces():
    assert _pieces.piece_size(64, 100) == 64
    assert _pieces.piece_size(1000, 40 * 2**20) == 200
    assert _pieces.piece_size(128, 2**40) == 64
    assert _pieces.piece_size(7, 0) == 7
