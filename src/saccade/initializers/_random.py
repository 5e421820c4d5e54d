"""Initializers that draw at random, on the host, so that they compile nothing."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import jax
import numpy as np

from saccade.core import _random
from saccade.core._errors import ConfigError, ShapeError, message, nearest
from saccade.core._random import SeedGenerator
from saccade.saving import _objects

from ._initializer import Initializer, to_device

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

Seed: TypeAlias = int | SeedGenerator | Mapping[str, Any] | None

# Standard deviation of a standard normal cut at two standard deviations.
TRUNCATED_STDDEV = 0.87962566103423978
_MODES = ("fan_in", "fan_out", "fan_avg")


class RandomInitializer(Initializer):
    """Base of initializers that draw at random.

    Args:
        seed: an int; or a `SeedGenerator`, which gives other values at each call; or
            None, which draws an int from the global seed once, here.

    Raises:
        ConfigError: anything else.

    Differs from Keras: the numbers for a seed are others than those of Keras.

    Example:
        >>> draw = RandomNormal(seed=1)
        >>> bool((draw((2,)) == draw((2,))).all())
        True
    """

    def __init__(self, seed: Seed = None) -> None:
        self._init_seed = seed
        if seed is None:
            seed = _random.default_seed()
        elif isinstance(seed, Mapping):
            seed = _objects.deserialize(seed)
        if isinstance(seed, bool) or not isinstance(
            seed, (int, np.integer, SeedGenerator)
        ):
            raise ConfigError(
                message(
                    type(self).__name__,
                    f"`seed` must be an int, a SeedGenerator or None, got {seed!r}",
                )
            )
        self.seed = seed

    def generator(self) -> np.random.Generator:
        """Returns the generator of NumPy for one call."""
        if isinstance(self.seed, SeedGenerator):
            words = np.asarray(self.seed.next())
            return _random.host_generator(*(int(word) for word in words))
        return _random.host_generator(int(self.seed))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"seed": _objects.serialize(self._init_seed)}


class RandomNormal(RandomInitializer):
    """Draws from a normal distribution.

    Args:
        mean: the mean.
        stddev: the standard deviation.
        seed: see `RandomInitializer`.

    Example:
        >>> RandomNormal(stddev=0.1, seed=1)((3, 4)).shape
        (3, 4)
    """

    def __init__(
        self, mean: float = 0.0, stddev: float = 0.05, seed: Seed = None
    ) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed=seed)

    def __call__(
        self, shape: Sequence[int], dtype: DTypeLike | None = None
    ) -> jax.Array:
        """Returns the first values of a weight."""
        draws = self._draw(self.generator(), tuple(shape))
        return to_device(_affine(draws, self.stddev, self.mean), dtype)

    def _draw(
        self, generator: np.random.Generator, shape: tuple[int, ...]
    ) -> np.ndarray:
        return generator.standard_normal(shape, np.float32)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomNormal):
    """Draws from a normal distribution cut at two standard deviations.

    Values further than two standard deviations from the mean are drawn again, so
    the standard deviation of the result is 0.88 times `stddev`.

    Args:
        mean: the mean.
        stddev: the standard deviation before the cut.
        seed: see `RandomInitializer`.

    Example:
        >>> draws = TruncatedNormal(stddev=0.1, seed=1)((1000,))
        >>> bool(abs(draws).max() <= 0.2)
        True
    """

    def _draw(
        self, generator: np.random.Generator, shape: tuple[int, ...]
    ) -> np.ndarray:
        return _truncated_normal(generator, shape)


class RandomUniform(RandomInitializer):
    """Draws from a uniform distribution.

    Args:
        minval: lower bound, included.
        maxval: upper bound, not included.
        seed: see `RandomInitializer`.

    Example:
        >>> draws = RandomUniform(0.0, 2.0, seed=1)((1000,))
        >>> bool(draws.min() >= 0), bool(draws.max() <= 2)
        (True, True)
    """

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: Seed = None
    ) -> None:
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed=seed)

    def __call__(
        self, shape: Sequence[int], dtype: DTypeLike | None = None
    ) -> jax.Array:
        """Returns the first values of a weight."""
        draws = self.generator().random(tuple(shape), np.float32)
        return to_device(_affine(draws, self.maxval - self.minval, self.minval), dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


class VarianceScaling(RandomInitializer):
    """Draws with a variance that keeps signals from growing or fading in depth.

    The variance is scale / n, where n is the number of inputs or outputs of a unit.

    Args:
        scale: factor of the variance, > 0.
        mode: what n is: 'fan_in' (inputs of a unit), 'fan_out' (outputs) or 'fan_avg'
            (their mean).
        distribution: 'truncated_normal' (also 'normal'), 'untruncated_normal' or
            'uniform'.
        seed: see `RandomInitializer`.
        input_axes: axes of the weight whose sizes multiply to the inputs; given
            together with `output_axes`, else the last two axes and, for convolution
            kernels, the window count.
        output_axes: axes whose sizes multiply to the outputs.

    Raises:
        ConfigError: an argument outside its range.

    Example:
        >>> draws = VarianceScaling(distribution="uniform", seed=1)((300, 10))
        >>> bool(abs(draws).max() <= 0.1)
        True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        where = type(self).__name__
        if scale <= 0:
            raise ConfigError(
                message(
                    where, f"Argument `scale` must be positive float, got {scale!r}"
                )
            )
        self.scale = scale
        self.mode = _one_of(mode, _MODES, "mode", where)
        self.distribution = _one_of(
            "truncated_normal" if distribution == "normal" else distribution,
            tuple(_STANDARDIZED),
            "distribution",
            where,
        )
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed=seed)

    def __call__(
        self, shape: Sequence[int], dtype: DTypeLike | None = None
    ) -> jax.Array:
        """Returns the first values of a weight."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        count = {
            "fan_in": fan_in,
            "fan_out": fan_out,
            "fan_avg": (fan_in + fan_out) / 2,
        }[self.mode]
        variance = self.scale / max(1.0, count)
        draw = _STANDARDIZED[self.distribution]
        values = draw(self.generator(), tuple(shape))
        return to_device(_affine(values, math.sqrt(variance), 0.0), dtype)

    def counting(
        self, input_axes: Sequence[int], output_axes: Sequence[int]
    ) -> VarianceScaling:
        """Returns this one, or a copy that counts these axes if it was given none.

        Args:
            input_axes: axes of the weight that are inputs.
            output_axes: axes that are outputs.
        """
        if self.input_axes is not None and self.output_axes is not None:
            return self
        other = copy.copy(self)
        other.input_axes, other.output_axes = input_axes, output_axes
        return other

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Preset(VarianceScaling):
    """A `VarianceScaling` with fixed scale, mode and distribution."""

    _fixed: ClassVar[tuple[float, str, str]]

    def __init__(
        self,
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self._fixed, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        return {key: config[key] for key in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_Preset):
    """Uniform draws of variance 2 / (inputs + outputs): the default of most layers.

    Args as in `VarianceScaling`.

    Example:
        >>> bool(abs(GlorotUniform(seed=1)((3, 3))).max() <= 1.0)
        True

    Reference: Glorot and Bengio, "Understanding the difficulty of training deep
        feedforward neural networks", 2010
    """

    _fixed = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Preset):
    """Truncated normal draws of variance 2 / (inputs + outputs).

    Args as in `VarianceScaling`.

    Example:
        >>> GlorotNormal(seed=1)((3, 3)).shape
        (3, 3)
    """

    _fixed = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Preset):
    """Uniform draws of variance 2 / inputs, for layers followed by relu.

    Args as in `VarianceScaling`.

    Example:
        >>> HeUniform(seed=1)((3, 3)).shape
        (3, 3)

    Reference: He et al., "Delving Deep into Rectifiers", 2015,
        https://arxiv.org/abs/1502.01852
    """

    _fixed = (2.0, "fan_in", "uniform")


class HeNormal(_Preset):
    """Truncated normal draws of variance 2 / inputs, for layers followed by relu.

    Args as in `VarianceScaling`.

    Example:
        >>> HeNormal(seed=1)((3, 3)).shape
        (3, 3)

    Reference: He et al., "Delving Deep into Rectifiers", 2015,
        https://arxiv.org/abs/1502.01852
    """

    _fixed = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Preset):
    """Uniform draws of variance 1 / inputs.

    Args as in `VarianceScaling`.

    Example:
        >>> LecunUniform(seed=1)((3, 3)).shape
        (3, 3)
    """

    _fixed = (1.0, "fan_in", "uniform")


class LecunNormal(_Preset):
    """Truncated normal draws of variance 1 / inputs, for layers followed by selu.

    Args as in `VarianceScaling`.

    Example:
        >>> LecunNormal(seed=1)((3, 3)).shape
        (3, 3)
    """

    _fixed = (1.0, "fan_in", "truncated_normal")


class Orthogonal(RandomInitializer):
    """Makes a random matrix whose rows or columns are orthogonal.

    Weights of more than two axes are seen as a matrix with their last axis as
    columns.

    Args:
        gain: length of the orthogonal rows or columns.
        seed: see `RandomInitializer`.

    Raises:
        ShapeError: called with a shape of fewer than two axes.

    Example:
        >>> q = Orthogonal(seed=1)((4, 2))
        >>> bool(abs(q.T @ q - np.eye(2)).max() < 1e-5)
        True

    Reference: Saxe et al., "Exact solutions to the nonlinear dynamics of learning in
        deep linear neural networks", 2014, https://arxiv.org/abs/1312.6120
    """

    def __init__(self, gain: float = 1.0, seed: Seed = None) -> None:
        self.gain = gain
        super().__init__(seed=seed)

    def __call__(
        self, shape: Sequence[int], dtype: DTypeLike | None = None
    ) -> jax.Array:
        """Returns the first values of a weight."""
        shape = tuple(shape)
        if len(shape) < 2:
            raise ShapeError(
                message(
                    type(self).__name__,
                    f"needs a weight of at least two axes, got shape {shape}",
                )
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(self.generator().standard_normal(tall, np.float32))
        # Without the signs of r, Q would not be uniform over orthogonal matrices.
        q *= np.sign(np.diag(r))
        if rows < columns:
            q = q.T
        return to_device(_affine(q.reshape(shape), self.gain, 0.0), dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "gain": self.gain}


def _one_of(value: str, allowed: Sequence[str], name: str, where: str) -> str:
    if value in allowed:
        return value
    close = nearest(value, allowed)
    raise ConfigError(
        message(
            where,
            f"Invalid `{name}` argument: {value!r}, known are {', '.join(allowed)}",
            f"did you mean {close[0]!r}?" if close else None,
        )
    )


def compute_fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Returns how many inputs and outputs a unit with this weight has.

    Args:
        shape: the weight's shape; (inputs, outputs) are its last two axes, and the
            axes before are a window.
        input_axes: the axes that count as inputs; with `output_axes` only.
        output_axes: the axes that count as outputs.

    Example:
        >>> compute_fans((3, 3, 16, 32)), compute_fans((784, 10))
        ((144, 288), (784, 10))
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return (
            math.prod(shape[axis] for axis in input_axes),
            math.prod(shape[axis] for axis in output_axes),
        )
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def _affine(draws: np.ndarray, factor: float, shift: float) -> np.ndarray:
    """Returns draws * factor + shift in place, as float32."""
    draws *= np.float32(factor)
    if shift:
        draws += np.float32(shift)
    return draws


def _truncated_normal(
    generator: np.random.Generator, shape: tuple[int, ...]
) -> np.ndarray:
    draws = generator.standard_normal(math.prod(shape), np.float32)
    outside = np.flatnonzero(np.abs(draws) > 2)
    while len(outside):
        again = generator.standard_normal(len(outside), np.float32)
        draws[outside] = again
        outside = outside[np.abs(again) > 2]
    return draws.reshape(shape)


_Draw: TypeAlias = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
# Draws of mean 0 and variance 1.
_STANDARDIZED: dict[str, _Draw] = {
    "uniform": lambda generator, shape: (
        (2 * generator.random(shape, np.float32) - 1) * np.float32(math.sqrt(3))
    ),
    "truncated_normal": lambda generator, shape: (
        _truncated_normal(generator, shape) / np.float32(TRUNCATED_STDDEV)
    ),
    "untruncated_normal": lambda generator, shape: generator.standard_normal(
        shape, np.float32
    ),
}
