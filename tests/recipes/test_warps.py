"""Warps done as one give what they give one after another."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from saccade import layers
from saccade.core._scope import Scope
from saccade.recipes._warps import RandomPart, Warps, fuse


def ramp(batch: int = 3, height: int = 40, width: int = 48) -> jax.Array:
    """Pictures that are linear in both directions, so that looking up is exact."""
    y, x = np.mgrid[:height, :width]
    picture = np.stack([x, y, x + 2 * y], -1).astype(np.float32)
    return jnp.asarray(np.stack([picture] * batch))


def test_one_lookup_gives_what_several_give() -> None:
    parts = [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.02, fill_mode="reflect"),
        layers.RandomTranslation(0.05, 0.05, fill_mode="reflect"),
        RandomPart(0.8),
        layers.RandomZoom(0.1, fill_mode="reflect"),
        layers.RandomFlip("vertical"),
    ]
    x = ramp()
    warps = Warps(parts)
    drawn = warps._draw(jax.random.key(0), x.shape)
    one_by_one = x
    for part, own in zip(parts, drawn, strict=True):
        one_by_one = part._apply(one_by_one, own)
    middle = (slice(None), slice(12, -12), slice(14, -14))
    np.testing.assert_allclose(
        warps._apply(x, drawn)[middle], one_by_one[middle], atol=0.02
    )


def test_flips_alone_are_exact() -> None:
    x = jnp.arange(24.0).reshape(1, 4, 6, 1)
    both = Warps([layers.RandomFlip("horizontal"), layers.RandomFlip("vertical")])
    yes, no = jnp.ones((1, 1, 1, 1), bool), jnp.zeros((1, 1, 1, 1), bool)
    for across in (yes, no):
        for down in (yes, no):
            expected = np.asarray(x)
            expected = expected[:, :, ::-1] if across.all() else expected
            expected = expected[:, ::-1] if down.all() else expected
            found = both._apply(x, [{"flips": across}, {"flips": down}])
            np.testing.assert_array_equal(found, expected)


def test_a_part_lies_inside_the_picture() -> None:
    part = RandomPart(0.5)
    x = ramp(64)
    with Scope(key=lambda: jax.random.key(1)):
        found = np.asarray(part(x, training=True))
    assert found.min() >= -1e-3
    assert found[..., 0].max() <= 47 + 1e-3
    widths = found[:, 0, -1, 0] - found[:, 0, 0, 0]
    assert (widths >= 0.5 * 47 - 1e-3).all()
    assert widths.std() > 1


def test_nothing_happens_outside_training() -> None:
    x = ramp()
    warps = Warps([RandomPart(0.5), layers.RandomFlip()])
    np.testing.assert_array_equal(warps(x, training=False), x)


def test_a_single_warp_stays_as_it_is() -> None:
    flip, noise = layers.RandomFlip(), layers.GaussianNoise(1.0)
    assert fuse([flip, noise]) == [flip, noise]
