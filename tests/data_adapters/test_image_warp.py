"""Affine warps have the numbers of SciPy."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.data import FILL_MODES, warp_batch, warp_picture

ndimage = pytest.importorskip("scipy.ndimage")

MAPS = {
    "turn": ([[0.8, -0.6], [0.6, 0.8]], [1.513, -2.247]),
    "shift": ([[1, 0], [0, 1]], [3, -4]),
    "far": ([[1, 0], [0, 1]], [-40.25, 37]),
    "zoom": ([[0.31, 0], [0, 2.71]], [0.013, 0.007]),
    "flip": ([[-1, 0], [0, -1]], [8, 10]),
    "whole periods": ([[1, 0], [0, 1]], [-16, -20]),
}


def expected(x: np.ndarray, name: str, mode: str, order: int) -> np.ndarray:
    channels = [
        ndimage.affine_transform(
            x[..., c].astype(np.float64), *MAPS[name], order=order, mode=mode, cval=7
        )
        for c in range(x.shape[2])
    ]
    return np.stack(channels, 2)


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("mode", FILL_MODES)
@pytest.mark.parametrize(
    ("kernels", "channels"), [("", 3), ("", 1), ("", 4), ("off", 3)]
)
def test_as_scipy(
    mode: str, order: int, kernels: str, channels: int, monkeypatch
) -> None:
    monkeypatch.setenv("SACCADE_KERNELS", kernels)
    x = np.random.default_rng(0).integers(0, 256, (9, 11, channels)).astype(np.uint8)
    names = list(MAPS)
    matrices, offsets = (np.array([MAPS[n][i] for n in names], float) for i in (0, 1))
    batch = warp_batch(np.stack([x] * len(names)), matrices, offsets, mode, 7, order)
    assert batch.dtype == np.float32
    assert batch.flags.writeable
    for row, name in enumerate(names):
        wanted = expected(x, name, mode, order)
        one = warp_picture(x, matrices[row], offsets[row], mode, 7, order)
        np.testing.assert_allclose(one, wanted, atol=1e-3, err_msg=name)
        np.testing.assert_allclose(batch[row], wanted, atol=0.01, err_msg=name)


@pytest.mark.parametrize("count", [1, 8, 19])
def test_batches_of_any_size_and_pictures_of_one_pixel(count: int) -> None:
    x = np.random.default_rng(1).uniform(0, 1, (count, 4, 1, 2)).astype(np.float32)
    same = np.stack([np.eye(2)] * count)
    for mode in FILL_MODES:
        warped = warp_batch(x, same, np.zeros((count, 2)), mode)
        np.testing.assert_array_equal(warped, x)


def test_float64_stays_exact() -> None:
    x = np.random.default_rng(2).uniform(0, 1, (5, 5, 1))
    warped = warp_picture(x, *(np.array(part) for part in MAPS["turn"]))
    assert warped.dtype == np.float64
    np.testing.assert_allclose(warped, expected(x, "turn", "nearest", 1), atol=1e-12)
