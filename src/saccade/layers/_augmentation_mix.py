"""Augmentation that puts other things into pictures: holes, parts of other pictures.

The two that mix pictures leave the rows that fill up the last batch out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core._dtypes import is_float
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._scope import current_row_mask
from saccade.core._symbolic import Shape
from saccade.random._bits import hashed_normal

from ._augmentation import (
    Augmentation,
    Factor,
    chosen,
    per_picture,
    uniform,
    where_chosen,
)


class _Boxes(Augmentation):
    """A layer that treats a box of each picture apart."""

    def _box(
        self, key: jax.Array, shape: Shape, lengths: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Draws where boxes lie whose sides are given as shares of the sides.

        Args:
            key: the random key.
            shape: of the batch.
            lengths: (b, 2), across and down.

        Returns:
            Which pixels lie inside, and the share of the picture they are.
        """
        height, width = self._size(shape)
        sides = jnp.asarray([width, height], jnp.float32)
        sizes = lengths * sides
        low = uniform(key, lengths.shape) * (sides - sizes)
        inside: jax.Array = jnp.asarray(True)
        for column, axis in ((1, self._pixel_axes[0]), (0, self._pixel_axes[1])):
            line = [1] * 4
            line[axis] = -1
            place = jnp.arange((height, width)[1 - column], dtype=jnp.float32)
            start = per_picture(low[:, column], "float32")
            end = per_picture(low[:, column] + sizes[:, column], "float32")
            place = place.reshape(line)
            inside = inside & (place >= start) & (place < end)
        return inside, per_picture(lengths[:, 0] * lengths[:, 1], "float32")


class RandomErasing(_Boxes):
    """Covers a box of a share of the pictures.

    Args:
        factor: the limits of each picture's probability, in [0, 1]; one number f means
            from 0 to f, so half of f of the pictures.
        scale: the limits of the box's sides, each as the square of its share of the
            picture's side, in [0, 1]; one number means from 0 to it.
        fill_value: what covers: a number, one for each of three channels, or None for
            noise.
        value_range: the lowest and the highest value of the pictures.
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers.

    Example:
        >>> erase = RandomErasing((1.0, 1.0), (1.0, 1.0), fill_value=7.0)
        >>> erase(jnp.zeros((1, 2, 2, 1))).ravel()
        Array([7., 7., 7., 7.], dtype=float32)

    Reference: Zhong et al., "Random Erasing Data Augmentation", 2017,
        https://arxiv.org/abs/1708.04896
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: Factor = (0.02, 0.33),
        fill_value: float | Sequence[float] | None = None,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._range(factor, "factor", 0, 1)
        self.scale = self._range(scale, "scale", 0, 1)
        numbers = fill_value if isinstance(fill_value, (list, tuple)) else [fill_value]
        if fill_value is not None and not (
            len(numbers) in (1, 3) and all(isinstance(n, (int, float)) for n in numbers)
        ):
            raise ConfigError(
                message(
                    self._where,
                    "`fill_value` must be a number, three numbers or None, got "
                    f"{fill_value!r}",
                )
            )
        self.fill_value = fill_value
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        chance, size, place, noise = jax.random.split(key, 4)
        rows = shape[0] or 1
        lengths = jnp.sqrt(uniform(size, (rows, 2), self.scale))
        return {
            "apply_erasing": chosen(chance, rows, self.factor),
            "batch_masks": self._box(place, shape, lengths)[0],
            "fill_value": self._filling(noise, shape),
        }

    def _filling(self, key: jax.Array, shape: Shape) -> jax.Array:
        if self.fill_value is None:
            normal = hashed_normal(key, [size or 1 for size in shape])
            filling = normal * self.value_range[1]
        else:
            line = [1] * 4
            line[self._channel_axis] = -1
            filling = jnp.asarray(self.fill_value, jnp.float32).reshape(line)
        return jnp.clip(filling, *self.value_range)

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        filling = jnp.asarray(transformation["fill_value"]).astype(images.dtype)
        erased = jnp.where(transformation["batch_masks"], filling, images)
        return where_chosen(transformation["apply_erasing"], erased, images)


class _Mixing(Augmentation):
    """A layer that mixes each picture with another of the batch, and their labels."""

    def transform_labels(
        self, labels: ArrayLike, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """Mixes labels as the pictures are mixed.

        Args:
            labels: one row of numbers for each picture, for example one-hot.
            transformation: what `get_random_transformation` returned.
            training: whether to mix.

        Raises:
            ShapeError: labels are class numbers, which cannot be mixed.
        """
        y = jnp.asarray(labels)
        if not training or transformation is None:
            return y
        if y.ndim < 2 and not is_float(y.dtype):
            raise ShapeError(
                message(
                    self._where,
                    "labels must be of shape (b, classes) to be mixed, got class "
                    f"numbers of shape {y.shape}",
                    "make them one-hot: utils.to_categorical(labels), with the loss "
                    "'categorical_crossentropy'",
                )
            )
        weight = jnp.asarray(transformation["mix_weight"])
        if len(y) != len(weight.reshape(-1)):
            raise ShapeError(
                message(
                    self._where,
                    f"there are {len(y)} labels for {weight.size} pictures",
                )
            )
        weight = weight.reshape(-1, *[1] * (y.ndim - 1)).astype(jnp.float32)
        other = jnp.take(y, transformation["permutation_order"], axis=0, mode="clip")
        return weight * y + (1 - weight) * other

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Any = None
    ) -> Any:
        """Draws the parameters for a batch; None for one picture, which has no other.

        Args:
            data: the pictures, or a dict with 'images'.
            training: whether to draw at all.
            seed: a stream or an int; None for the layer's stream.
        """
        images = data["images"] if isinstance(data, dict) else data
        if jnp.ndim(images) == 3:
            return None
        return super().get_random_transformation(data, training, seed)


def partners(key: jax.Array, rows: int) -> jax.Array:
    """Draws which picture each one is mixed with: an order of all real ones.

    Rows that fill up the last batch are partners of themselves alone.

    Args:
        key: the random key.
        rows: number of pictures.

    Example:
        >>> sorted(partners(jax.random.key(0), 3).tolist())
        [0, 1, 2]
    """
    draws = uniform(key, (rows,))
    real = current_row_mask()
    if real is None or real.shape != (rows,):
        return jnp.argsort(draws)
    # Real rows first, once in a drawn order and once in theirs.
    drawn = jnp.argsort(jnp.where(real, draws, 2.0))
    own = jnp.argsort(~real, stable=True)
    order = jnp.zeros(rows, drawn.dtype).at[own].set(drawn)
    return jnp.where(real, order, jnp.arange(rows))


def shares(key: jax.Array, alpha: ArrayLike, rows: int) -> jax.Array:
    """Draws from a beta distribution whose parameters are both `alpha`.

    By one draw of gammas, which takes half as long to compile as `jax.random.beta`.

    Args:
        key: the random key.
        alpha: the parameter, > 0.
        rows: how many to draw.

    Example:
        >>> shares(jax.random.key(0), 0.2, 3).shape
        (3,)
    """
    gammas = jax.random.loggamma(key, jnp.asarray(alpha, jnp.float32), (2, rows))
    return jax.nn.sigmoid(gammas[0] - gammas[1])


class MixUp(_Mixing):
    """Blends each picture with another of the batch, and their labels alike.

    Args:
        alpha: both parameters of the beta distribution that shares are drawn from:
            small numbers blend little, 1 draws all shares equally often.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images' and 'labels'; training: whether to
        blend. A layer inside a model sees no labels, so mix them on the data set.

    Shapes:
        data: (b, h, w, c), labels (b, classes) -> the same, compute dtype; one picture
        (h, w, c) stays as it is.

    Raises:
        ConfigError: `alpha` is not above 0.
        ShapeError: labels are class numbers.

    Differs from Keras: other random numbers; labels that are class numbers are an
    error, where Keras returns a wrong shape.

    Example:
        >>> x, y = jnp.ones((2, 4, 4, 3)), jnp.eye(2)
        >>> float(MixUp(seed=1)({"images": x, "labels": y})["labels"].sum())
        2.0

    Reference: Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2017,
        https://arxiv.org/abs/1710.09412
    """

    def __init__(
        self,
        alpha: float = 0.2,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        if not isinstance(alpha, (int, float)) or alpha <= 0:
            raise ConfigError(
                message(self._where, f"`alpha` must be a number > 0, got {alpha!r}")
            )
        self.alpha = alpha

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        first, second = jax.random.split(key)
        rows = shape[0] or 1
        return {
            "mix_weight": shares(first, self.alpha, rows),
            "permutation_order": partners(second, rows),
        }

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        weight = per_picture(transformation["mix_weight"], images.dtype.name)
        order = transformation["permutation_order"]
        other = jnp.take(images, order, axis=0, mode="clip")
        return weight * images + (1 - weight) * other

    def _apply_to_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        return self._apply(masks.astype(self.compute_dtype), transformation)

    def transform_bounding_boxes(
        self,
        bounding_boxes: Mapping[str, Any],
        transformation: Any = None,
        training: bool = True,
    ) -> dict[str, Any]:
        """Puts the boxes of the other picture behind those of each."""
        boxes = super().transform_bounding_boxes(
            bounding_boxes, transformation, training
        )
        if not training or transformation is None or boxes["boxes"].ndim == 2:
            return boxes
        order = transformation["permutation_order"]
        both = {
            name: jnp.concatenate([boxes[name], boxes[name][order]], axis=1)
            for name in ("boxes", "labels")
        }
        return {**boxes, **both}


class CutMix(_Mixing, _Boxes):
    """Puts a box of another picture of the batch into each, and mixes their labels.

    Args:
        factor: the limits between which the parameter of the beta distribution is
            drawn that the boxes' sizes come from, in [0, 1]; one number f means from
            0 to f.
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images' and 'labels'; training: whether to mix.
        A layer inside a model sees no labels, so mix them on the data set.

    Shapes:
        data: (b, h, w, c), labels (b, classes) -> the same, compute dtype; one picture
        (h, w, c) stays as it is.

    Raises:
        ConfigError: `factor` outside its range.
        ShapeError: labels are class numbers.
        UnsupportedFeatureError: boxes are given.

    Differs from Keras: other random numbers; labels that are class numbers are an
    error, where Keras returns a wrong shape.

    Example:
        >>> x, y = jnp.ones((2, 4, 4, 3)), jnp.eye(2)
        >>> round(float(CutMix(seed=1)({"images": x, "labels": y})["labels"].sum()), 3)
        2.0

    Reference: Yun et al., "CutMix: Regularization Strategy to Train Strong
        Classifiers with Localizable Features", 2019, https://arxiv.org/abs/1905.04899
    """

    _KNOWS_BOXES = False

    def __init__(
        self,
        factor: Factor = 1.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._range(factor, "factor", 0, 1)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        strength, share, place, order = jax.random.split(key, 4)
        rows = shape[0] or 1
        alpha = uniform(strength, (), self.factor) + 1e-6
        kept = shares(share, alpha, rows)
        sides = jnp.sqrt(1 - kept)[:, None]
        inside, part = self._box(place, shape, jnp.tile(sides, (1, 2)))
        return {
            "permutation_order": partners(order, rows),
            "batch_masks": inside,
            "mix_weight": 1 - part,
        }

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        order = transformation["permutation_order"]
        other = jnp.take(images, order, axis=0, mode="clip")
        return jnp.where(transformation["batch_masks"], other, images)

    def _apply_to_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        # Keras repeats the box for each channel of the picture; masks have others.
        axis = self._channel_axis
        box = jnp.asarray(transformation["batch_masks"])
        box = jax.lax.slice_in_dim(box, 0, 1, axis=box.ndim + axis)
        return self._apply(masks, {**transformation, "batch_masks": box})
