"""Layers that disturb their input during training, and penalties on outputs.

Random numbers come from `core._random`: inside a compiled step they are a pure
function of the step, so a run can be resumed with equal bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade import regularizers
from saccade.core import _checks
from saccade.core._dtypes import DTypePolicy
from saccade.core._errors import ConfigError, message
from saccade.core._random import SeedGenerator, draw_key
from saccade.core._symbolic import Shape
from saccade.ops._shapes import channel_axis
from saccade.random._bits import hashed_normal, keep_mask

from ._input import InputSpec
from ._same_shape import SameShape

# The values to which SELU(x) tends for very negative x is -alpha * scale.
_SELU_LIMIT = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946


def _kept(
    seed: SeedGenerator, rate: float, shape: Sequence[int], noise_shape: Shape | None
) -> jax.Array:
    """Draws which inputs are kept, bool, of a shape that broadcasts to the input."""
    if noise_shape is not None:
        shape = [
            size if wanted is None else wanted
            for wanted, size in zip(noise_shape, shape, strict=True)
        ]
    return keep_mask(draw_key(seed), 1 - rate, shape)


class Dropout(SameShape):
    """Sets a random part of the inputs to 0 during training.

    What is kept is multiplied by 1 / (1 - rate), so that the expected sum stays.

    Args:
        rate: fraction that is set to 0, in [0, 1].
        noise_shape: shape of the random mask; None, or None in it, for the input's
            size. (None, 1, 1, None) drops whole channels.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        inputs: any; training: whether to drop.

    Shapes:
        inputs: any -> the same.

    Raises:
        ConfigError: `rate` outside [0, 1], or a wrong `noise_shape`.

    Differs from Keras: other random numbers.

    Example:
        >>> Dropout(0.5)(jnp.ones(4), training=False)
        Array([1., 1., 1., 1.], dtype=float32)

    Reference: Srivastava et al., "Dropout", JMLR 15, 2014
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rate = _fraction(rate, self._where)
        self.noise_shape = _noise_shape(noise_shape, self._where)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: jax.Array, training: bool = False) -> jax.Array:
        """Returns the inputs, thinned out if `training`."""
        if not training or self.rate == 0:
            return inputs
        if self.rate == 1:
            return jnp.zeros_like(inputs)
        kept = _kept(
            self.seed_generator, self.rate, inputs.shape, self._mask_shape(inputs.ndim)
        )
        return jnp.where(kept, inputs * (1 / (1 - self.rate)), 0)

    def _mask_shape(self, ndim: int) -> Shape | None:
        return self.noise_shape


def _fraction(rate: object, where: str) -> float:
    number = isinstance(rate, (int, float)) and not isinstance(rate, bool)
    if not number or not 0 <= rate <= 1:  # type: ignore[operator]
        raise ConfigError(
            message(
                where,
                "Invalid value received for argument `rate`. Expected a float value "
                f"between 0 and 1. Got {rate!r}",
            )
        )
    return float(rate)  # type: ignore[arg-type]


def _noise_shape(value: Sequence[int | None] | None, where: str) -> Shape | None:
    if value is None:
        return None
    expected = None
    if isinstance(value, str) or not isinstance(value, Sequence):
        expected = "a tuple or list of integers"
    elif not all(size is None or isinstance(size, int) for size in value):
        expected = "all elements to be integers or None"
    elif not all(size is None or size > 0 for size in value):
        expected = "all dimensions to be positive integers or None"
    if expected is not None:
        raise ConfigError(
            message(
                where,
                "Invalid value received for argument `noise_shape`. Expected "
                f"{expected}. Got {value!r}",
            )
        )
    return tuple(value)


class _SpatialDropout(Dropout):
    """What the dropping of whole channels shares; see `SpatialDropout2D`."""

    rank: int
    data_format = "channels_last"

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        name: str | None = None,
        dtype: str | DTypePolicy | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype, **kwargs)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _mask_shape(self, ndim: int) -> Shape:
        axis = channel_axis(ndim, self.data_format)
        return tuple(None if a in (0, axis) else 1 for a in range(ndim))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = {
            "rate": self.rate,
            "seed": self.seed,
            "name": self.name,
            "dtype": self.dtype,
        }
        if self.rank > 1:
            config["data_format"] = self.data_format
        return config


class SpatialDropout1D(_SpatialDropout):
    """The 1-D form of `SpatialDropout2D`: (b, steps, c).

    Example:
        >>> SpatialDropout1D(0.5)(jnp.ones((1, 4, 2))).shape
        (1, 4, 2)
    """

    rank = 1


class _SpatialDropoutWithFormat(_SpatialDropout):
    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: str | DTypePolicy | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype, **kwargs)
        self.data_format = _checks.data_format(data_format, self._where)


class SpatialDropout2D(_SpatialDropoutWithFormat):
    """Sets whole channels of pictures to 0 during training.

    Neighbouring pixels say nearly the same, so dropping single ones hides little.

    Args:
        rate: fraction of the channels that is set to 0, in [0, 1].
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        seed: int for a stream of its own.
        name: its name.
        dtype: type or policy; None for the global one.
        **kwargs: `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> the same.

    Raises:
        ConfigError: `rate` outside [0, 1], or another data format.
        ShapeError: wrong number of axes.

    Differs from Keras: other random numbers.

    Example:
        >>> SpatialDropout2D(0.5)(jnp.ones((1, 4, 4, 2))).shape
        (1, 4, 4, 2)

    Reference: Tompson et al., "Efficient Object Localization", 2014,
        https://arxiv.org/abs/1411.4280
    """

    rank = 2


class SpatialDropout3D(_SpatialDropoutWithFormat):
    """The 3-D form of `SpatialDropout2D`: (b, depth, h, w, c).

    Example:
        >>> SpatialDropout3D(0.5)(jnp.ones((1, 2, 4, 4, 2))).shape
        (1, 2, 4, 4, 2)
    """

    rank = 3


class GaussianNoise(SameShape):
    """Adds normally distributed noise during training.

    Args:
        stddev: standard deviation of the noise, >= 0.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        inputs: any; training: whether to add noise.

    Shapes:
        inputs: any -> the same.

    Raises:
        ConfigError: `stddev` is no number >= 0.

    Differs from Keras: other random numbers; `stddev` may be above 1.

    Example:
        >>> GaussianNoise(0.1)(jnp.ones(2), training=False)
        Array([1., 1.], dtype=float32)
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(stddev, bool) or not isinstance(stddev, (int, float)):
            stddev = math.nan
        if not stddev >= 0:
            raise ConfigError(
                message(self._where, f"`stddev` must be a number >= 0, got {stddev!r}")
            )
        self.stddev = stddev
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: jax.Array, training: bool = False) -> jax.Array:
        """Returns the inputs, with noise if `training`."""
        if not training or self.stddev == 0:
            return inputs
        key = draw_key(self.seed_generator)
        noise = hashed_normal(key, inputs.shape).astype(inputs.dtype)
        return inputs + self.stddev * noise


class GaussianDropout(SameShape):
    """Multiplies by normally distributed noise of mean 1 during training.

    Its standard deviation is sqrt(rate / (1 - rate)), that of dropout's own noise.

    Args:
        rate: as of `Dropout`, in [0, 1).
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        inputs: any; training: whether to multiply.

    Shapes:
        inputs: any -> the same.

    Raises:
        ConfigError: `rate` outside [0, 1).

    Differs from Keras: other random numbers; rate=1 is refused.

    Example:
        >>> GaussianDropout(0.1)(jnp.ones(2), training=False)
        Array([1., 1.], dtype=float32)

    Reference: Srivastava et al., "Dropout", JMLR 15, 2014
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = _below_one(rate, self._where)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: jax.Array, training: bool = False) -> jax.Array:
        """Returns the inputs, scaled at random if `training`."""
        if not training or self.rate == 0:
            return inputs
        key = draw_key(self.seed_generator)
        noise = hashed_normal(key, inputs.shape).astype(inputs.dtype)
        return inputs * (1 + math.sqrt(self.rate / (1 - self.rate)) * noise)


def _below_one(rate: float, where: str) -> float:
    rate = _fraction(rate, where)
    if rate == 1:
        raise ConfigError(message(where, "`rate` must be below 1, got 1"))
    return rate


class AlphaDropout(SameShape):
    """Dropout that keeps mean and variance, for networks with SELU.

    What is dropped gets SELU's lowest value instead of 0, then all is scaled and
    shifted.

    Args:
        rate: fraction that is dropped, in [0, 1).
        noise_shape: as of `Dropout`.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        inputs: any; training: whether to drop.

    Shapes:
        inputs: any -> the same.

    Raises:
        ConfigError: `rate` outside [0, 1), or a wrong `noise_shape`.

    Differs from Keras: other random numbers; rate=1 is refused.

    Example:
        >>> AlphaDropout(0.5)(jnp.ones(2), training=False)
        Array([1., 1.], dtype=float32)

    Reference: Klambauer et al., "Self-Normalizing Neural Networks", 2017,
        https://arxiv.org/abs/1706.02515
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rate = _below_one(rate, self._where)
        self.noise_shape = _noise_shape(noise_shape, self._where)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: jax.Array, training: bool = False) -> jax.Array:
        """Returns the inputs, thinned out if `training`."""
        if not training or self.rate == 0:
            return inputs
        kept = _kept(self.seed_generator, self.rate, inputs.shape, self.noise_shape)
        scale = ((1 - self.rate) * (1 + self.rate * _SELU_LIMIT**2)) ** -0.5
        shift = -scale * _SELU_LIMIT * self.rate
        return jnp.where(kept, inputs, _SELU_LIMIT) * scale + shift


class ActivityRegularization(SameShape):
    """Adds a penalty on its input to the loss, and hands it on.

    Args:
        l1: factor of the sum of absolute values.
        l2: factor of the sum of squares.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: any -> the same.

    Differs from Keras: none.

    Example:
        >>> layer = ActivityRegularization(l1=0.5)
        >>> _ = layer(jnp.array([[1.0, -3.0]])); layer.losses
        [Array(2., dtype=float32)]
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the input."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        del config["activity_regularizer"]
        return config
