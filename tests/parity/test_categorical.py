"""to_categorical and normalize beside Keras'."""

from __future__ import annotations

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from saccade import utils  # noqa: E402

pytestmark = pytest.mark.parity


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([0, 2, 1], None),
        ([0, 2, 1], 5),
        ([[1], [0]], None),
        ([[1, 2], [0, 1]], None),
        (np.array([1.0, 0.0], np.float32), 3),
        (np.array([1, 0], np.uint8), 0),
        (np.array([True, False]), None),
        (3, None),
    ],
)
def test_to_categorical(labels, classes: int | None) -> None:
    expected = keras.utils.to_categorical(labels, classes)
    found = utils.to_categorical(labels, classes)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("axis", [1, -1])
def test_normalize(axis: int, order: int) -> None:
    x = np.random.default_rng(0).normal(size=(4, 3))
    x[1] = 0
    expected = keras.utils.normalize(x, axis, order)
    np.testing.assert_allclose(utils.normalize(x, axis, order), expected, rtol=1e-12)
    on_device = keras.ops.convert_to_tensor(x.astype("float32"))
    expected = keras.utils.normalize(on_device, axis, order)
    found = utils.normalize(on_device, axis, order)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
