"""Draws of the shim, and its printing."""

from types import ModuleType

import numpy as np
import pytest


def test_a_seed_repeats_the_draws(tf: ModuleType) -> None:
    def draws() -> list[np.ndarray]:
        tf.random.set_seed(5)
        return [
            tf.random.normal((2, 3)).numpy(),
            tf.random.uniform([4], 0, 10, dtype=tf.int32).numpy(),
            tf.random.truncated_normal([2]).numpy(),
            tf.random.shuffle(np.arange(6)).numpy(),
        ]

    first, second = draws(), draws()
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(
        tf.random.normal((3,)).numpy(), tf.random.normal((3,)).numpy()
    )


def test_draws_have_the_asked_distribution(tf: ModuleType) -> None:
    tf.random.set_seed(1)
    normal = tf.random.normal(shape=(20000,), mean=3.0, stddev=2.0).numpy()
    assert normal.dtype == np.float32
    assert normal.mean() == pytest.approx(3, abs=0.1)
    assert normal.std() == pytest.approx(2, abs=0.1)
    cut = tf.random.truncated_normal([5000], 1.0, 2.0).numpy()
    assert np.abs(cut - 1).max() <= 4
    even = tf.random.uniform([5000], -1, 1).numpy()
    assert -1 <= even.min() < -0.9 < 0.9 < even.max() < 1
    whole = tf.random.uniform([500], maxval=3, dtype=tf.int64).numpy()
    assert set(whole) == {0, 1, 2}
    assert sorted(tf.random.shuffle(np.arange(9)).numpy()) == list(range(9))


def test_a_calls_own_seed_gives_a_stream(tf: ModuleType) -> None:
    first = tf.random.normal((3,), seed=11).numpy()
    assert not np.array_equal(first, tf.random.normal((3,), seed=11).numpy())


def test_print_goes_to_standard_error(
    tf: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    tf.print("loss:", 1.5, sep=" = ")
    captured = capsys.readouterr()
    assert captured.err == "loss: = 1.5\n"
    assert captured.out == ""
