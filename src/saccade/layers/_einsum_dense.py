"""EinsumDense: a matrix product over any axes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade import activations, constraints, initializers, regularizers
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._symbolic import Shape
from saccade.core._variable import Variable

from ._dense import _refuse, activated
from ._layer import Layer

_EQUATION = re.compile(r"^([a-zA-Z.]+),([a-zA-Z]+)->([a-zA-Z.]+)$")


class EinsumDense(Layer):
    """Multiplies by a kernel over the axes that an equation names.

    Args:
        equation: axes of input, kernel and output, such as 'abc,cd->abd'; '...' for
            any axes in between.
        output_shape: sizes of the output without the batch; None where they are those
            of the input.
        activation: name or function; None for none.
        bias_axes: letters of the output that the bias has; None for no bias.
        kernel_initializer: first values of the kernel.
        bias_initializer: first values of the bias.
        kernel_regularizer: penalty on the kernel, added to the loss.
        bias_regularizer: penalty on the bias.
        kernel_constraint: applied to the kernel after each update.
        bias_constraint: applied to the bias after each update.
        lora_rank: kept for Keras; must be None.
        lora_alpha: kept for Keras; must be None.
        gptq_unpacked_column_size: kept for Keras; must be None.
        quantization_config: kept for Keras; must be None.
        **kwargs: `activity_regularizer`, `name`, `dtype`, `trainable`.

    Shapes:
        inputs and output: as the equation says; weights: kernel, bias.

    Raises:
        ConfigError: the equation is none, or its letters and sizes do not fit.
        ShapeError: a size that the kernel needs is not known.

    Differs from Keras: no low-rank adaptation, no quantisation.

    Example:
        >>> EinsumDense("abc,cd->abd", (None, 8), bias_axes="d")(
        ...     jnp.ones((2, 3, 5))).shape
        (2, 3, 8)
    """

    kernel: Variable
    bias: Variable | None = None

    def __init__(
        self,
        equation: str,
        output_shape: int | Sequence[int | None],
        activation: object = None,
        bias_axes: str | None = None,
        kernel_initializer: object = "glorot_uniform",
        bias_initializer: object = "zeros",
        kernel_regularizer: object = None,
        bias_regularizer: object = None,
        kernel_constraint: object = None,
        bias_constraint: object = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        gptq_unpacked_column_size: int | None = None,
        quantization_config: object = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _refuse(
            self._where,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            gptq_unpacked_column_size=gptq_unpacked_column_size,
            quantization_config=quantization_config,
        )
        self.lora_rank = self.lora_alpha = None
        self.gptq_unpacked_column_size = self.quantization_config = None
        self.equation = equation
        match = _EQUATION.match(equation.replace(" ", ""))
        if match is None:
            raise ConfigError(
                message(
                    self._where,
                    f"cannot read the equation {equation!r}",
                    "write it as 'abc,cd->abd'",
                )
            )
        self._input_axes, self._kernel_axes, self._output_axes = match.groups()
        single = isinstance(output_shape, int) or output_shape is None
        self.partial_output_shape: tuple[int | None, ...] = (
            (output_shape,) if single else tuple(output_shape)  # type: ignore[assignment]
        )
        self.output_shape_argument = output_shape
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Shape) -> None:
        """Makes the kernel and the bias."""
        sizes = self._sizes(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=[self._known(sizes, letter) for letter in self._kernel_axes],
            initializer=self._initializer(),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.bias_axes is None:
            return
        out = self._output_axes.replace(".", "")
        wrong = sorted(set(self.bias_axes) - set(out))
        if wrong:
            raise ConfigError(
                message(
                    self._where,
                    f"`bias_axes` {self.bias_axes!r} are not all in "
                    f"{self._output_axes!r}",
                )
            )
        self.bias = self.add_weight(
            name="bias",
            shape=self._bias_shape(sizes, len(input_shape)),
            initializer=self.bias_initializer,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )

    def _initializer(self) -> Any:
        """The kernel's initializer; one that counts inputs is told which they are."""
        found = self.kernel_initializer
        if not isinstance(found, initializers.VarianceScaling):
            return found
        out = [letter in self._output_axes for letter in self._kernel_axes]
        return found.counting(
            [axis for axis, is_output in enumerate(out) if not is_output],
            [axis for axis, is_output in enumerate(out) if is_output],
        )

    def _bias_shape(self, sizes: dict[str, int | None], rank: int) -> list[int]:
        """Sizes from the first axis of the bias on, 1 where it has none."""
        assert self.bias_axes is not None
        unnamed = rank - len(self._input_axes.replace("...", ""))
        left, _, right = self._output_axes.partition("...")
        axes = [*left, *("." * unnamed if "..." in self._output_axes else ""), *right]
        first = min(axes.index(letter) for letter in self.bias_axes)
        return [
            self._known(sizes, axis) if axis in self.bias_axes else 1
            for axis in axes[first:]
        ]

    def _known(self, sizes: dict[str, int | None], letter: str) -> int:
        size = sizes.get(letter)
        if size is None:
            raise ShapeError(
                message(
                    self._where,
                    f"the size of axis {letter!r} of {self.equation!r} is not known",
                    "give it in `output_shape` or in `Input`",
                )
            )
        return size

    def _sizes(self, input_shape: Shape) -> dict[str, int | None]:
        """The size of each letter, from the input and from `output_shape`."""
        sizes = _aligned(self._input_axes, tuple(input_shape), self._where)
        out = self._output_axes.partition("...")
        letters = out[0] + out[2]
        wanted = self.partial_output_shape
        for letter, size in zip(letters[-len(wanted) :], wanted, strict=False):
            if size is not None:
                if sizes.get(letter) not in (None, size):
                    raise ConfigError(
                        message(
                            self._where,
                            f"axis {letter!r} has size {sizes[letter]} in the input "
                            f"and {size} in `output_shape`",
                        )
                    )
                sizes[letter] = size
        return sizes

    def call(self, inputs: jax.Array, training: bool | None = None) -> jax.Array:
        """Returns activation(einsum(inputs, kernel) + bias)."""
        dtype = self.compute_dtype
        kernel = self.kernel.value.astype(dtype)
        equation = f"{self._input_axes},{self._kernel_axes}->{self._output_axes}"
        outputs = jnp.einsum(equation, inputs.astype(dtype), kernel)
        if self.bias is not None:
            outputs = outputs + self.bias.value.astype(dtype)
        return activated(self.activation, outputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the output."""
        sizes = self._sizes(input_shape)
        left, dots, right = self._output_axes.partition("...")
        before, _, after = self._input_axes.partition("...")
        middle: Shape = ()
        if dots:
            middle = tuple(input_shape[len(before) : len(input_shape) - len(after)])
        return (
            *(sizes[letter] for letter in left),
            *middle,
            *(sizes[letter] for letter in right),
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        config.setdefault("activity_regularizer", None)
        config["output_shape"] = self.output_shape_argument
        for name in ("lora_rank", "lora_alpha"):
            config.pop(name, None)
        return config


def _aligned(letters: str, shape: Shape, where: str) -> dict[str, int | None]:
    left, dots, right = letters.partition("...")
    count = len(left) + len(right)
    if len(shape) < count or (not dots and len(shape) != count):
        raise ShapeError(
            message(where, f"an input of shape {shape} does not fit {letters!r}")
        )
    sizes = dict(zip(left, shape, strict=False))
    if right:
        sizes.update(zip(right, shape[-len(right) :], strict=True))
    return sizes
