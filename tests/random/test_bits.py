"""The hash behind dropout: even, independent, the same when compiled."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade.random._bits import hashed_bits, keep_mask

KEY = jax.random.PRNGKey(11)


def as_bits(words) -> np.ndarray:
    return np.unpackbits(np.asarray(words).ravel().view("uint8"))


def test_every_bit_is_even() -> None:
    words = np.asarray(hashed_bits(KEY, (1 << 16,)))
    for bit in range(32):
        share = ((words >> bit) & 1).mean()
        assert abs(share - 0.5) < 5 * 0.5 / 256, bit


def test_bytes_are_uniform() -> None:
    count = np.bincount(np.asarray(hashed_bits(KEY, (1 << 16,))) >> 24, minlength=256)
    chi_squared = ((count - 256) ** 2 / 256).sum()
    assert 150 < chi_squared < 380  # 255 degrees of freedom


@pytest.mark.parametrize("lag", [1, 2, 32, 128, 1000])
def test_neighbours_are_independent(lag: int) -> None:
    flat = np.asarray(hashed_bits(KEY, (40000,))).astype("float64")
    assert abs(np.corrcoef(flat[:-lag], flat[lag:])[0, 1]) < 5 / 40000**0.5


@pytest.mark.parametrize("word", [0, 1])
def test_one_bit_of_the_key_changes_half_of_all_bits(word: int) -> None:
    before = as_bits(hashed_bits(KEY, (4096,)))
    for bit in (0, 1, 7, 31):
        other = KEY.at[word].set(KEY[word] ^ np.uint32(1 << bit))
        share = (as_bits(hashed_bits(other, (4096,))) != before).mean()
        assert abs(share - 0.5) < 0.01, bit


def test_masks_of_successive_steps_are_independent() -> None:
    keys = [jax.random.fold_in(KEY, step) for step in range(64)]
    masks = np.stack([keep_mask(k, 0.75, (2000,)) for k in keys]).astype("float64")
    # Each unit is kept in three quarters of the steps, and steps are uncorrelated.
    stddev = (0.75 * 0.25 / 64) ** 0.5
    assert abs(masks.mean(0) - 0.75).max() < 5 * stddev
    correlations = np.corrcoef(masks) - np.eye(64)
    assert abs(correlations).max() < 5.5 / 2000**0.5


def test_compiled_typed_and_reshaped_keys_agree() -> None:
    eager = hashed_bits(KEY, (6, 4))
    np.testing.assert_array_equal(
        jax.jit(hashed_bits, static_argnums=1)(KEY, (6, 4)), eager
    )
    np.testing.assert_array_equal(
        hashed_bits(jax.random.wrap_key_data(KEY), (6, 4)), eager
    )
    np.testing.assert_array_equal(hashed_bits(KEY, (24,)).reshape(6, 4), eager)
    assert hashed_bits(KEY, ()).shape == ()


def test_known_values() -> None:
    """A changed hash would change what seeds mean."""
    words = hashed_bits(jnp.array([1, 2], jnp.uint32), (3,))
    assert [int(word) for word in words] == KNOWN


def reference(key: tuple[int, int], count: int) -> list[int]:
    def mixed(x: int) -> int:
        x = ((x ^ (x >> 16)) * 0x7FEB352D) % 2**32
        x = ((x ^ (x >> 15)) * 0x846CA68B) % 2**32
        return x ^ (x >> 16)

    return [
        mixed(mixed((i * 0x9E3779B9 + key[0]) % 2**32) ^ key[1]) for i in range(count)
    ]


KNOWN = reference((1, 2), 3)
