"""Single random changes keep the shape and follow NumPy's seed."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.preprocessing import image


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("random_rotation", (40,)),
        ("random_shift", (0.4, 0.4)),
        ("random_shear", (30,)),
        ("random_zoom", ((0.5, 1.5),)),
    ],
)
def test_same_seed_same_picture(name: str, arguments: tuple) -> None:
    x = np.random.default_rng(0).uniform(size=(3, 9, 9))
    results = []
    for seed in (1, 1, 2):
        np.random.seed(seed)
        results.append(getattr(image, name)(x, *arguments))
    assert results[0].shape == x.shape
    np.testing.assert_array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


def test_random_zoom_wants_a_pair() -> None:
    with pytest.raises(ValueError, match="`zoom_range` must be"):
        image.random_zoom(np.ones((1, 2, 2)), (1, 2, 3))
