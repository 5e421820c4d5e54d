from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from saccade.optimizers import _clip

GRADIENTS = [np.array([[3.0, 0.0], [0.0, 4.0]], np.float32), np.float32([0.6, 0.8])]


def test_by_norm_takes_each_gradient_alone():
    long, short = _clip.by_norm(GRADIENTS, 2.0)
    assert_allclose(long, GRADIENTS[0] * 0.4, rtol=1e-6)
    assert_allclose(short, GRADIENTS[1])


def test_by_global_norm_takes_all_together():
    norm = np.sqrt(26.0)
    for got, gradient in zip(
        _clip.by_global_norm(GRADIENTS, 2.0), GRADIENTS, strict=True
    ):
        assert_allclose(got, gradient * 2 / norm, rtol=1e-6)
    for got, gradient in zip(
        _clip.by_global_norm(GRADIENTS, 100.0), GRADIENTS, strict=True
    ):
        assert_allclose(got, gradient)


def test_by_value():
    assert_allclose(_clip.by_value([np.float32([-3, 0.5, 3])], 1.0)[0], [-1, 0.5, 1])


def test_zero_gradients_stay_zero():
    zero = [np.zeros(3, np.float32)]
    for clip in (_clip.by_norm, _clip.by_global_norm, _clip.by_value):
        assert_allclose(clip(zero, 1.0)[0], 0)


def test_an_infinite_gradient_is_seen():
    got = _clip.by_global_norm([np.float32([np.inf, 1.0]), np.ones(1, np.float32)], 1.0)
    assert np.isnan(got[0]).all()
    assert np.isnan(got[1]).all()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=4, max_size=4))
def test_no_gradient_is_longer_than_the_bound(numbers):
    gradient = np.asarray(numbers, np.float32)
    for clip in (_clip.by_norm, _clip.by_global_norm):
        assert np.linalg.norm(clip([gradient], 2.0)[0]) <= 2.0 * (1 + 1e-5)
