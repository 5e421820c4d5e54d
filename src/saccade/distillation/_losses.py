"""How far a student's outputs are from its teacher's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import jax
import jax.numpy as jnp

from saccade import losses, tree
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.models import Model
from saccade.saving import deserialize_keras_object, serialize_keras_object


class DistillationLoss:
    """Base of the losses between teacher and student; override `compute_loss`.

    Example:
        >>> class Difference(DistillationLoss):
        ...     def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
        ...         return abs(teacher_outputs - student_outputs).mean()
        >>> float(Difference().compute_loss(jnp.ones(2), jnp.zeros(2)))
        1.0
    """

    teacher_layer_name: str | None = None
    student_layer_name: str | None = None

    def compute_loss(
        self, teacher_outputs: Any, student_outputs: Any, **kwargs: Any
    ) -> jax.Array:
        """Returns the loss, one number.

        Args:
            teacher_outputs: array or nest.
            student_outputs: array or nest.
            **kwargs: for losses of one's own.
        """
        raise NotImplementedError(
            message(
                type(self).__name__,
                "Subclasses must implement compute_loss(teacher_outputs, "
                "student_outputs)",
            )
        )

    def validate_outputs(self, teacher_outputs: Any, student_outputs: Any) -> None:
        """Checks that outputs can be compared.

        Raises:
            ShapeError: their structures differ.
        """
        if not _alike(teacher_outputs, student_outputs):
            raise ShapeError(
                message(
                    type(self).__name__,
                    "teacher and student return other structures: "
                    f"{_form(teacher_outputs)} and {_form(student_outputs)}",
                )
            )

    def validate_model_compatibility(self, teacher: Model, student: Model) -> None:
        """Checks that the loss fits both models; comes once."""


class _OfOutputs(DistillationLoss):
    """What the two losses share: one loss for each output."""

    def __init__(self, loss: Any) -> None:
        self.loss = tree.map_structure(_loss, loss)
        if all(one is None for one in tree.flatten(self.loss)):
            raise ConfigError(
                message(
                    type(self).__name__,
                    "`loss` must contain at least one non-`None` value",
                )
            )

    def _sum(
        self,
        compare: Callable[[Any, Any, Any], Any],
        teacher_outputs: Any,
        student_outputs: Any,
    ) -> jax.Array:
        parts = zip(
            tree.flatten(self.loss),
            jax.tree.leaves(teacher_outputs),
            jax.tree.leaves(student_outputs),
            strict=True,
        )
        found = [compare(*part) for part in parts if part[0] is not None]
        return jnp.sum(jnp.stack(found))

    def validate_outputs(self, teacher_outputs: Any, student_outputs: Any) -> None:
        """Checks that outputs, and the losses for them, can be put side by side.

        Raises:
            ShapeError: their structures differ.
        """
        super().validate_outputs(teacher_outputs, student_outputs)
        if len(tree.flatten(self.loss)) != len(jax.tree.leaves(teacher_outputs)):
            raise ShapeError(
                message(
                    type(self).__name__,
                    f"Loss structure mismatch: {len(tree.flatten(self.loss))} losses "
                    f"for {len(jax.tree.leaves(teacher_outputs))} outputs",
                    "give a loss, or None, for each output",
                )
            )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a loss from `get_config()`."""
        loss = deserialize_keras_object(config["loss"])
        return cls(**{**config, "loss": loss})


class LogitsDistillation(_OfOutputs):
    """Compares the outputs of both, softened by a temperature.

    Outputs are divided by it; for the Kullback-Leibler divergence they are logits,
    softmax follows, and the loss is multiplied by the square of the temperature.

    Args:
        temperature: > 0; higher ones show more of what the teacher holds possible.
        loss: name or object; a nest of them for several outputs, None for those that
            do not count.

    Raises:
        ConfigError: no loss, or a temperature of 0 or less.

    Example:
        >>> loss = LogitsDistillation(2.0)
        >>> float(loss.compute_loss(jnp.ones((1, 3)), jnp.zeros((1, 3))))
        0.0

    Reference: Hinton et al., "Distilling the knowledge in a neural network", 2015,
    https://arxiv.org/abs/1503.02531
    """

    def __init__(self, temperature: float = 3.0, loss: Any = "kl_divergence") -> None:
        super().__init__(loss)
        if isinstance(temperature, bool) or not isinstance(temperature, (int, float)):
            raise ConfigError(
                message(
                    "LogitsDistillation",
                    f"temperature must be a number, got {temperature!r}",
                )
            )
        if temperature <= 0:
            raise ConfigError(
                message(
                    "LogitsDistillation",
                    f"temperature must be positive, got {temperature!r}",
                )
            )
        self.temperature = temperature

    def compute_loss(
        self, teacher_outputs: Any, student_outputs: Any, **kwargs: Any
    ) -> jax.Array:
        """Returns the loss, one number.

        Args:
            teacher_outputs: logits, array or nest.
            student_outputs: logits, array or nest.
            **kwargs: kept for Keras.
        """

        def compare(loss: Any, teacher: Any, student: Any) -> Any:
            teacher, student = teacher / self.temperature, student / self.temperature
            if not isinstance(loss, losses.KLDivergence):
                return jnp.mean(loss(teacher, student))
            parts = jax.nn.softmax(teacher), jax.nn.softmax(student)
            return jnp.mean(loss(*parts)) * self.temperature**2

        return self._sum(compare, teacher_outputs, student_outputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "temperature": self.temperature,
            "loss": serialize_keras_object(self.loss),
        }


class FeatureDistillation(_OfOutputs):
    """Compares what a layer of each returns.

    Args:
        loss: name or object; a nest of them for several outputs, None for those that
            do not count.
        teacher_layer_name: the layer of the teacher; None for its outputs.
        student_layer_name: the layer of the student; None for its outputs.

    Raises:
        ConfigError: no loss.

    Example:
        >>> loss = FeatureDistillation("mae")
        >>> float(loss.compute_loss(jnp.ones((1, 3)), jnp.zeros((1, 3))))
        1.0

    Reference: Romero et al., "FitNets", 2014, https://arxiv.org/abs/1412.6550
    """

    def __init__(
        self,
        loss: Any = "mse",
        teacher_layer_name: str | None = None,
        student_layer_name: str | None = None,
    ) -> None:
        super().__init__(loss)
        self.teacher_layer_name = teacher_layer_name
        self.student_layer_name = student_layer_name

    def validate_model_compatibility(self, teacher: Model, student: Model) -> None:
        """Checks that both models have the layers.

        Raises:
            ConfigError: a model whose layers are not known, or no such layer.
        """
        if self.teacher_layer_name is None and self.student_layer_name is None:
            return
        for kind, model, name in (
            ("teacher", teacher, self.teacher_layer_name),
            ("student", student, self.student_layer_name),
        ):
            if getattr(model, "inputs", None) is None:
                raise ConfigError(
                    message(
                        "FeatureDistillation",
                        f"layers by name need Functional or Sequential models, and "
                        f"the {kind} is of the class {type(model).__name__}",
                        "leave the names out to compare the outputs",
                    )
                )
            if name is not None:
                try:
                    model.get_layer(name)
                except ValueError as error:
                    raise ConfigError(f"In {kind} model: {error}") from error

    def compute_loss(
        self, teacher_outputs: Any, student_outputs: Any, **kwargs: Any
    ) -> jax.Array:
        """Returns the loss, one number.

        Args:
            teacher_outputs: array or nest.
            student_outputs: array or nest.
            **kwargs: kept for Keras.
        """
        return self._sum(
            lambda loss, teacher, student: jnp.mean(loss(teacher, student)),
            teacher_outputs,
            student_outputs,
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "loss": serialize_keras_object(self.loss),
            "teacher_layer_name": self.teacher_layer_name,
            "student_layer_name": self.student_layer_name,
        }


def _loss(given: Any) -> Any:
    found = losses.get(given) if isinstance(given, str) else given
    # The divergence of probabilities, which logits are not.
    return losses.KLDivergence() if found is losses.kl_divergence else found


def _form(outputs: Any) -> str:
    return str(jax.tree.map(lambda x: tuple(x.shape), outputs))


def _alike(one: Any, other: Any) -> bool:
    return jax.tree.structure(one) == jax.tree.structure(other)
