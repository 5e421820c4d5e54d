"""Resizing without distortion."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade.utils import smart_resize


def test_smart_resize_cuts_the_middle() -> None:
    x = np.zeros((2, 4, 8, 1), np.float32)
    x[:, :, 2:6] = 1
    found = smart_resize(x, (2, 2))
    assert isinstance(found, np.ndarray)
    np.testing.assert_allclose(found, np.ones((2, 2, 2, 1)))
    tall = np.moveaxis(x[0], 1, 0)
    np.testing.assert_allclose(smart_resize(tall, (3, 3)), np.ones((3, 3, 1)))


def test_smart_resize_of_jax_arrays_and_channels_first() -> None:
    x = jnp.ones((3, 4, 8))
    found = smart_resize(x, (2, 6), data_format="channels_first")
    assert isinstance(found, jax.Array)
    assert found.shape == (3, 2, 6)


def test_smart_resize_errors() -> None:
    with pytest.raises(ValueError, match=r"`size` must be \(height, width\), got"):
        smart_resize(np.zeros((2, 2, 1)), (1, 2, 3))
    with pytest.raises(ValueError, match=r"4 \(a batch\), got shape \(2, 2\)"):
        smart_resize(np.zeros((2, 2)), (1, 2))
