"""SpectralNormalization: keeps the largest stretch of a layer's kernel at 1."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from saccade.core._dtypes import is_float
from saccade.core._errors import ConfigError, message
from saccade.core._recorder import stop_gradient
from saccade.core._symbolic import Shape
from saccade.core._variable import Variable
from saccade.initializers import TruncatedNormal

from ._input import InputSpec
from ._layer import Layer
from ._wrapper import Wrapper


class SpectralNormalization(Wrapper):
    """Divides the kernel of a layer by its largest singular value, in training.

    That bounds how much the layer can stretch its input, which steadies the training
    of discriminators. The value is found by the power method, one step for each batch.

    Args:
        layer: a layer with a `kernel` or `embeddings`.
        power_iterations: steps of the power method for each call in training, > 0.
        **kwargs: `name`, `dtype`, `trainable`.

    Call args:
        inputs: what the layer takes; training: whether to normalise the kernel first.

    Shapes:
        inputs and output: as of the layer; weights: those of the layer, and vector_u
        (1, last size of the kernel).

    Raises:
        ConfigError: no step, or a layer without `kernel` and `embeddings`.

    Differs from Keras: none.

    Example:
        >>> from saccade.layers import Dense
        >>> layer = SpectralNormalization(Dense(2), power_iterations=9)
        >>> _ = layer(jnp.ones((1, 3)), training=True)
        >>> round(float(jnp.linalg.norm(layer.kernel.value, 2)), 2)
        1.0

    Reference: Miyato et al., "Spectral Normalization for Generative Adversarial
        Networks", 2018, https://arxiv.org/abs/1802.05957
    """

    kernel: Variable
    vector_u: Variable

    def __init__(self, layer: Layer, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise ConfigError(
                message(
                    self._where,
                    "`power_iterations` should be greater than zero. Got "
                    f"{power_iterations!r}",
                )
            )
        self.power_iterations = power_iterations

    def build(self, input_shape: Shape = ()) -> None:
        """Builds the layer inside, and the vector of the power method."""
        super().build(input_shape)
        for name in ("kernel", "embeddings"):
            if hasattr(self.layer, name):
                self.kernel = getattr(self.layer, name)
                break
        else:
            raise ConfigError(
                message(
                    self._where,
                    f"{type(self.layer).__name__} object has no attribute 'kernel' nor "
                    "'embeddings'",
                    "wrap a layer with such a weight: Dense, Conv2D, Embedding ...",
                )
            )
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=TruncatedNormal(stddev=0.02),
            dtype=self.kernel.dtype,
            trainable=False,
        )

    def call(self, inputs: jax.Array, training: bool | None = False) -> jax.Array:
        """Returns what the layer makes of the inputs, with the kernel normalised."""
        if training:
            self._normalize()
        outputs = self.layer(inputs)
        return outputs.astype(inputs.dtype) if is_float(inputs.dtype) else outputs

    def _normalize(self) -> None:
        """Takes steps of the power method and divides the kernel."""
        kernel = self.kernel.value
        matrix = kernel.reshape(-1, kernel.shape[-1])
        u, v = self.vector_u.value, jnp.zeros((1, matrix.shape[0]), matrix.dtype)
        for _ in range(self.power_iterations):
            v = _to_length_one(u @ matrix.T)
            u = _to_length_one(v @ matrix)
        u, v = stop_gradient(u), stop_gradient(v)
        stretch = (v @ matrix @ u.T).reshape(())
        # A kernel of zeros stays as it is, and has gradients.
        zero = jnp.all(kernel == 0)
        self.vector_u.assign(jnp.where(zero, self.vector_u.value, u))
        self.kernel.assign(kernel / jnp.where(zero, 1, stretch))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the layer's shape."""
        return self.layer.compute_output_shape(input_shape)


def _to_length_one(x: jax.Array) -> jax.Array:
    return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x)), 1e-12))
