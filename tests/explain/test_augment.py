"""One picture through augmentations."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import explain, layers
from saccade.core._errors import ConfigError


def test_each_augmentation_acts_alone_and_as_its_seed_says() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 6, 3)).astype("uint8")
    changes = {
        "mirror": layers.RandomFlip("horizontal", seed=1),
        "both": [layers.Rescaling(0.5), layers.RandomInvert((1.0, 1.0), seed=2)],
    }
    found = explain.augmentations(pixels, changes, count=8)
    assert found.names == ("mirror", "both")
    mirrored = [(p == pixels[:, ::-1]).all() for p in found.pictures[0]]
    same = [(p == pixels).all() for p in found.pictures[0]]
    assert np.logical_xor(mirrored, same).all()
    assert {*mirrored, *same} == {True, False}
    expected = 255 - pixels * 0.5
    assert (abs(found.pictures[1] - expected) <= 1).all()
    again = explain.augmentations(pixels, changes, count=8)
    np.testing.assert_array_equal(again.pictures, found.pictures)
    other = explain.augmentations(pixels, changes, count=8, seed=1)
    assert (other.pictures != found.pictures).any()
    assert found.lines()[0].startswith("mirror  a pixel changes by ")


def test_mistakes() -> None:
    with pytest.raises(ConfigError, match="`changes` is empty"):
        explain.augmentations(np.zeros((2, 2)), {})
    with pytest.raises(ConfigError, match="`count` must be"):
        explain.augmentations(np.zeros((2, 2)), {"a": layers.RandomFlip()}, 0)
