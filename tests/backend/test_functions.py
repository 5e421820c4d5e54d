"""The functions of Keras 2's backend: what older losses and metrics are made of."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import backend as K
from saccade.core._symbolic import KerasTensor


def test_settings_are_those_of_config() -> None:
    from saccade import config

    assert K.set_floatx is config.set_floatx
    assert K.backend() == "jax"
    K.set_epsilon(1e-5)
    assert config.epsilon() == 1e-5


def test_every_name_is_there() -> None:
    for name in K.__all__:
        assert callable(getattr(K, name)), name


def test_dice_loss_of_older_programs() -> None:
    def dice(y_true, y_pred, smooth=1.0):
        true, pred = K.flatten(y_true), K.flatten(y_pred)
        both = K.sum(true * pred)
        return 1 - (2 * both + smooth) / (K.sum(true) + K.sum(pred) + smooth)

    mask = np.array([[1.0, 0.0], [1.0, 1.0]], "float32")
    assert float(dice(mask, mask)) == pytest.approx(0)
    assert float(dice(mask, 1 - mask)) == pytest.approx(1 - 1 / 5)


def test_rmse_and_clip() -> None:
    y, p = np.array([1.0, 2.0]), np.array([2.0, 4.0])
    rmse = K.sqrt(K.mean(K.square(K.cast(y, "float32") - p), axis=-1))
    assert float(rmse) == pytest.approx(2.5**0.5)
    inside = K.clip(p, min_value=K.epsilon(), max_value=3)
    np.testing.assert_array_equal(inside, [2, 3])


def test_variables() -> None:
    v = K.variable([1.0, 2.0])
    K.set_value(v, [3.0, 4.0])
    np.testing.assert_array_equal(K.get_value(v), [3, 4])
    np.testing.assert_array_equal(K.eval(v), [3, 4])
    K.batch_set_value([(v, [5.0, 6.0])])
    np.testing.assert_array_equal(K.batch_get_value([v])[0], [5, 6])
    assert K.count_params(v) == 2


def test_shapes() -> None:
    assert K.int_shape(KerasTensor((None, 3))) == (None, 3)
    x = np.zeros((2, 3, 4))
    assert K.batch_flatten(x).shape == (2, 12)
    assert K.permute_dimensions(x, (0, 2, 1)).shape == (2, 4, 3)
    assert K.concatenate([x, x]).shape == (2, 3, 8)
    assert K.repeat_elements(x, 2, axis=1).shape == (2, 6, 4)
    assert K.reverse(np.arange(4).reshape(2, 2), (0, 1)).tolist() == [[3, 2], [1, 0]]


def test_switch_repeats_its_condition() -> None:
    rows = K.switch(np.array([True, False]), lambda: np.ones((2, 2)), np.zeros((2, 2)))
    np.testing.assert_array_equal(rows, [[1, 1], [0, 0]])


def test_l2_normalize() -> None:
    x = np.array([[3.0, 4.0], [0.0, 0.0]], "float32")
    np.testing.assert_allclose(
        K.l2_normalize(x, axis=1), [[0.6, 0.8], [0, 0]], rtol=1e-5
    )
    np.testing.assert_allclose(K.l2_normalize(x)[0], [0.6, 0.8], rtol=1e-5)


def test_random_draws() -> None:
    assert K.random_normal((2, 3)).shape == (2, 3)
    assert float(K.random_uniform((100,), 2.0, 3.0).min()) >= 2
    share = float(K.random_bernoulli((4000,), 0.25, seed=1).mean())
    assert abs(share - 0.25) < 0.04
    np.testing.assert_array_equal(K.dropout(np.ones(3), 1.0), np.zeros(3))
