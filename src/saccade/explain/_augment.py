"""One picture through augmentations, each several times."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from saccade.core import _checks
from saccade.core._errors import ConfigError, message
from saccade.core._scope import Scope
from saccade.layers import Layer
from saccade.layers._augmentation import Augmentation

from ._channels import read
from ._steps import Steps

_WHERE = "augmentations"


@dataclasses.dataclass(frozen=True, eq=False)
class Augmented(Steps):
    """A picture, and what augmentations made of it.

    Args:
        original: the picture.
        names: of the augmentations.
        pictures: what came out.

    Shapes:
        original: (h, w, c) uint8; pictures: (names, count, h, w, c) uint8
    """

    original: np.ndarray
    names: tuple[str, ...]
    pictures: np.ndarray

    def lines(self) -> list[str]:
        """Returns how much each changes the pixels, for the screen."""
        apart = np.abs(self.pictures.astype(float) - self.original).mean((1, 2, 3, 4))
        width = max(len(name) for name in self.names)
        return [
            f"{name:<{width}}  a pixel changes by {change:.1f} of 255 on average"
            for name, change in zip(self.names, apart, strict=True)
        ]


def augmentations(
    picture: npt.ArrayLike | str | os.PathLike[str],
    changes: Mapping[str, Layer | Sequence[Layer]],
    count: int = 5,
    seed: int = 0,
) -> Augmented:
    """Sends one picture through augmentations, each several times.

    Args:
        picture: a file, or an array of numbers in [0, 255].
        changes: layers by the name that is shown, such as
            {"turned": layers.RandomRotation(0.1)}; a list of layers acts in turn.
        count: how often each.
        seed: of the random numbers; layers made without a seed of their own have
            another in each program, unless `utils.set_random_seed` was called.

    Shapes:
        picture: (h, w), (h, w, 1), (h, w, 3)

    Raises:
        PictureError: the file is no picture, or cannot be read.
        ShapeError: the array is no picture.
        ConfigError: no augmentation, or a count below 1.

    Differs from Keras: not in Keras.

    Example:
        >>> from saccade import layers
        >>> found = augmentations(np.zeros((4, 4, 3)), {"flip": layers.RandomFlip()}, 2)
        >>> found.pictures.shape
        (1, 2, 4, 4, 3)
    """
    times = _checks.positive_int(count, "count", _WHERE)
    if not changes:
        fix = "give for example {'flip': layers.RandomFlip()}"
        raise ConfigError(message(_WHERE, "`changes` is empty", fix))
    original = np.clip(np.rint(read(picture, _WHERE)), 0, 255).astype(np.uint8)
    batch = np.repeat(original[None], times, 0).astype(np.float32)
    made = [
        _changed(batch, [change] if isinstance(change, Layer) else change, seed)
        for change in changes.values()
    ]
    return Augmented(original, tuple(changes), np.stack(made))


def _changed(batch: np.ndarray, steps: Sequence[Layer], seed: int) -> np.ndarray:
    key = jnp.array([0, seed], jnp.uint32)
    data = {"images": batch, "labels": np.eye(len(batch), dtype=np.float32)}
    with Scope(key=lambda: key):
        for step in steps:
            if isinstance(step, Augmentation):
                data = step(data, training=True)
            else:
                data = {**data, "images": step(data["images"], training=True)}
    pixels = np.clip(np.rint(np.asarray(data["images"])), 0, 255)
    return pixels.astype(np.uint8).reshape(batch.shape)
