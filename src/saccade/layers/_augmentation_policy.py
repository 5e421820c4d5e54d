"""Augmentation by chance: a few of eleven layers, drawn for each batch.

Only the layers that were drawn are computed: a switch inside a loop, so that each layer
is compiled once however often it may come up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer

from saccade.core import _checks
from saccade.core._symbolic import Shape

from ._augmentation import Augmentation, Factor
from ._augmentation_colour import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
)
from ._augmentation_filters import RandomSharpness
from ._augmentation_geometry import RandomRotation, RandomShear, RandomTranslation
from ._augmentation_tone import (
    AutoContrast,
    Equalization,
    RandomPosterization,
    Solarization,
)
from ._box_moves import Size

# What is done to a batch of pictures or masks with one layer and its parameters.
Doing = Callable[[Augmentation, jax.Array, Any], jax.Array]


class _Policy(Augmentation):
    """A layer that draws which of its steps come."""

    def __init__(
        self,
        value_range: Sequence[float],
        factor: Factor,
        interpolation: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.value_range = self._two_limits(value_range)
        self.factor = self._range(factor, "factor", 0, 1)
        self.interpolation = interpolation
        self._steps: dict[str, Augmentation] = {}

    def _make_steps(self, names: Sequence[str]) -> dict[str, Augmentation]:
        """The layers of given names, as strong as `factor` says."""
        common = {
            "data_format": self.data_format,
            "dtype": self.dtype_policy,
            "seed": self.seed,
        }
        ranged = {**common, "value_range": self.value_range}
        fixed = {k: v for k, v in ranged.items() if k != "seed"}
        moved = {**common, "interpolation": self.interpolation}
        factor = self.factor
        bits = max(1, int(8 * factor[1]))
        makers: dict[str, Callable[[], Augmentation]] = {
            "random_shear": lambda: RandomShear(factor, factor, **moved),
            "random_translation": lambda: RandomTranslation(factor, factor, **moved),
            "random_rotation": lambda: RandomRotation(factor, **moved),
            "random_brightness": lambda: RandomBrightness(factor, **ranged),
            "random_color_degeneration": lambda: RandomColorDegeneration(
                factor, **ranged
            ),
            "random_contrast": lambda: RandomContrast(factor, **ranged),
            "random_sharpness": lambda: RandomSharpness(factor, **ranged),
            "random_posterization": lambda: RandomPosterization(bits, **ranged),
            "solarization": lambda: Solarization(factor, factor, **ranged),
            "auto_contrast": lambda: AutoContrast(**fixed),
            "equalization": lambda: Equalization(**fixed),
        }
        return {name: makers[name]() for name in names}


def _picture(layer: Augmentation, x: jax.Array, drawn: Any) -> jax.Array:
    return layer._apply(x, drawn)


def _mask(layer: Augmentation, x: jax.Array, drawn: Any) -> jax.Array:
    return layer._apply_to_masks(x, drawn)


def _is_known(x: Any) -> bool:
    """Whether a value is at hand, not traced: then no switch has to be compiled."""
    return not isinstance(x, Tracer)


class RandAugment(_Policy):
    """Applies a few of eleven layers, drawn anew for each batch.

    They are shear, translation, rotation, brightness, colour degeneration, contrast,
    sharpness, posterization, solarization, auto contrast and equalization.

    Args:
        value_range: the lowest and the highest value of the pictures.
        num_ops: how many layers are drawn; the same may come twice.
        factor: how strong they are, in [0, 1]; one number f means from 0 to f.
        interpolation: 'bilinear' or 'nearest', of the layers that move pixels.
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, 3) or (h, w, 3) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.
        ShapeError: not 3 channels.

    Differs from Keras: other random numbers, and as the eleven layers; of these only
    those drawn are computed.

    Example:
        >>> RandAugment(seed=1)(jnp.ones((2, 8, 8, 3))).shape
        (2, 8, 8, 3)

    Reference: Cubuk et al., "RandAugment: Practical automated data augmentation with a
        reduced search space", 2019, https://arxiv.org/abs/1909.13719
    """

    _NAMES = (
        "random_shear",
        "random_translation",
        "random_rotation",
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
        "random_posterization",
        "solarization",
        "auto_contrast",
        "equalization",
    )

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        num_ops: int = 2,
        factor: Factor = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            value_range, factor, interpolation, seed=seed, data_format=data_format,
            **kwargs,
        )  # fmt: skip
        self.num_ops = _checks.positive_int(num_ops, "num_ops", self._where)
        self._steps = self._make_steps(self._NAMES)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, Any]:
        which, *keys = jax.random.split(key, 1 + len(self._steps))
        number = len(self._steps)
        return {
            "transforms": {
                name: layer._draw(own, shape) if layer._DRAWS else None
                for own, (name, layer) in zip(keys, self._steps.items(), strict=True)
            },
            "layer_idxes": jax.random.randint(which, (self.num_ops,), 0, number),
        }

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        return self._run(images, transformation, _picture)

    def _apply_to_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        return self._run(masks, transformation, _mask)

    def _apply_to_boxes(
        self, boxes: jax.Array, transformation: Any, size: Size
    ) -> jax.Array:
        def move(layer: Augmentation, x: jax.Array, drawn: Any) -> jax.Array:
            return layer._apply_to_boxes(x, drawn, size)

        return self._run(boxes, transformation, move)

    def _run(self, x: jax.Array, transformation: Any, do: Doing) -> jax.Array:
        drawn = transformation["transforms"]
        which = transformation["layer_idxes"]

        def branch(name: str) -> Callable[[jax.Array], jax.Array]:
            return lambda x: do(self._steps[name], x, drawn[name]).astype(x.dtype)

        branches = [branch(name) for name in self._steps]
        if _is_known(which):
            for number in which.tolist():
                x = branches[number](x)
            return x
        return jax.lax.fori_loop(
            0, self.num_ops, lambda i, x: jax.lax.switch(which[i], branches, x), x
        )


class AugMix(_Policy):
    """Blends pictures with several differently changed forms of themselves.

    Each form comes from a chain of layers, drawn anew for each batch.

    Args:
        value_range: the lowest and the highest value of the pictures.
        num_chains: how many changed forms are blended.
        chain_depth: layers of a chain at most; each may be left out.
        factor: how strong the layers are, in [0, 1]; one number f means from 0 to f.
        alpha: parameter of the Dirichlet and beta distributions that the shares of
            the forms and of the picture itself come from.
        all_ops: whether brightness, colour degeneration, contrast and sharpness are
            among the layers; the others are those of `RandAugment`.
        interpolation: 'bilinear' or 'nearest', of the layers that move pixels.
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, 3) or (h, w, 3) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.
        ShapeError: not 3 channels.
        UnsupportedFeatureError: boxes or masks are given: a blend of moved pictures
            has no mask.

    Differs from Keras: other random numbers, and as the layers; the layers are drawn
    in every step, where Keras on JAX draws them once when it compiles.

    Example:
        >>> AugMix(seed=1)(jnp.ones((2, 8, 8, 3))).shape
        (2, 8, 8, 3)

    Reference: Hendrycks et al., "AugMix: A Simple Data Processing Method to Improve
        Robustness and Uncertainty", 2019, https://arxiv.org/abs/1912.02781
    """

    _KNOWS_BOXES = False
    _NAMES = (
        "random_shear",
        "random_translation",
        "random_rotation",
        "random_posterization",
        "solarization",
        "auto_contrast",
        "equalization",
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
    )

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Factor = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            value_range, factor, interpolation, seed=seed, data_format=data_format,
            **kwargs,
        )  # fmt: skip
        self.num_chains = _checks.positive_int(num_chains, "num_chains", self._where)
        self.chain_depth = _checks.positive_int(chain_depth, "chain_depth", self._where)
        self.alpha = alpha
        self.all_ops = all_ops
        self._steps = self._make_steps(self._NAMES if all_ops else self._NAMES[:7])

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        weights, which, steps = jax.random.split(key, 3)
        size = (self.num_chains, self.chain_depth)
        # One number more than there are layers: nothing is done.
        number = len(self._steps) + 1
        # Dirichlet's shares are gammas over their sum, a beta's are those of two.
        gammas = jax.random.loggamma(
            weights, jnp.float32(self.alpha), (self.num_chains + 2,)
        )
        return {
            "chain_mixing_weights": jax.nn.softmax(gammas[2:]),
            "weight_sample": jax.nn.sigmoid(gammas[0] - gammas[1]),
            "layer_idxes": jax.random.randint(which, size, 0, number),
            "keys": jax.random.split(steps, size),
        }

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        dtype = images.dtype
        shares = jnp.asarray(transformation["chain_mixing_weights"]).astype(dtype)
        own = jnp.asarray(transformation["weight_sample"]).astype(dtype)
        if "chain_transforms" in transformation:
            blend = self._keras_chains(
                images, transformation["chain_transforms"], shares
            )
        elif _is_known(transformation["layer_idxes"]):
            blend = self._known_chains(images, transformation, shares)
        else:
            blend = self._traced_chains(images, transformation, shares)
        return jnp.clip(own * images + (1 - own) * blend, *self.value_range)

    def _step(self, x: jax.Array, layer: Augmentation, key: jax.Array) -> jax.Array:
        drawn = layer._draw(key, x.shape) if layer._DRAWS else None
        return layer._apply(x, drawn).astype(x.dtype)

    def _keras_chains(
        self, images: jax.Array, chains: Any, shares: jax.Array
    ) -> jax.Array:
        """Keras' form of the parameters: names and parameters of each layer."""
        blend = jnp.zeros_like(images)
        for share, chain in zip(shares, chains, strict=True):
            x = images
            for step in chain:
                x = self._steps[step["layer_name"]]._apply(x, step["transformation"])
            blend += share * x
        return blend

    def _known_chains(
        self, images: jax.Array, transformation: Any, shares: jax.Array
    ) -> jax.Array:
        layers = list(self._steps.values())
        blend = jnp.zeros_like(images)
        for chain, numbers in enumerate(transformation["layer_idxes"].tolist()):
            x = images
            for depth, number in enumerate(numbers):
                if number < len(layers):
                    key = transformation["keys"][chain, depth]
                    x = self._step(x, layers[number], key)
            blend += shares[chain] * x
        return blend

    def _traced_chains(
        self, images: jax.Array, transformation: Any, shares: jax.Array
    ) -> jax.Array:
        which, keys = transformation["layer_idxes"], transformation["keys"]

        def branch(layer: Augmentation) -> Callable[[jax.Array, jax.Array], jax.Array]:
            return lambda x, key: self._step(x, layer, key)

        branches = [branch(layer) for layer in self._steps.values()]
        branches.append(lambda x, key: x)

        # One loop over all steps; a new chain begins with the pictures again.
        def step(
            i: jax.Array, state: tuple[jax.Array, jax.Array]
        ) -> tuple[jax.Array, jax.Array]:
            x, blend = state
            chain, depth = i // self.chain_depth, i % self.chain_depth
            x = jnp.where(depth == 0, images, x)
            x = jax.lax.switch(which[chain, depth], branches, x, keys[chain, depth])
            share = jnp.where(depth == self.chain_depth - 1, shares[chain], 0)
            return x, blend + share * x

        start = (images, jnp.zeros_like(images))
        steps = self.num_chains * self.chain_depth
        return jax.lax.fori_loop(0, steps, step, start)[1]

    def _apply_to_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        raise self._unsupported("segmentation_masks")
