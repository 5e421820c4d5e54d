"""Distiller: a model that trains a student to answer as its teacher does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import jax
import jax.numpy as jnp

from saccade import losses, metrics, tree
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.distillation._losses import DistillationLoss
from saccade.models import Model
from saccade.saving import deserialize_keras_object, serialize_keras_object

_OUTPUT = "final_output"


class Distiller(Model):
    """Trains a student by the labels and by what its teacher answers.

    The loss is w * (student's loss) + (1 - w) * (sum of the distillation losses).
    `student` is the trained network afterwards.

    Args:
        teacher: a trained model; its weights stay as they are.
        student: the model to train.
        distillation_losses: one, or a list of them.
        distillation_loss_weights: a factor for each; None for 1.
        student_loss_weight: w, in [0, 1].
        name: its name.
        **kwargs: as for every layer.

    Raises:
        ConfigError: an argument that cannot work.
        ShapeError: inputs or outputs of teacher and student do not fit.

    Differs from Keras: 'kl_divergence' compares probabilities under this name too,
        not only as an object; dropout in the student follows `training`.

    Example:
        >>> from saccade import Sequential, layers
        >>> from saccade.distillation import LogitsDistillation
        >>> teacher = Sequential([layers.Input((4,)), layers.Dense(3)])
        >>> student = Sequential([layers.Input((4,)), layers.Dense(3)])
        >>> distiller = Distiller(teacher, student, LogitsDistillation(3.0))
        >>> distiller.compile("adam", "sparse_categorical_crossentropy")
        >>> run = distiller.fit(jnp.ones((8, 4)), jnp.zeros(8), verbose=0)
        >>> sorted(run.history)
        ['distillation_loss', 'loss', 'student_loss', 'total_loss']
    """

    def __init__(
        self,
        teacher: Model,
        student: Model,
        distillation_losses: DistillationLoss | Sequence[DistillationLoss],
        distillation_loss_weights: Sequence[float] | None = None,
        student_loss_weight: float = 0.5,
        name: str = "distiller",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        _check_models(teacher, student)
        self.student_loss_weight = _share(student_loss_weight)
        self.distillation_losses = _all_losses(distillation_losses)
        weights = distillation_loss_weights
        count = len(self.distillation_losses)
        self.distillation_loss_weights = [1.0] * count if weights is None else weights
        if len(self.distillation_loss_weights) != count:
            raise ConfigError(
                message(
                    "Distiller",
                    f"Number of distillation_loss_weights ({len(weights or ())}) must "
                    f"match number of distillation_losses ({count})",
                )
            )
        for loss in self.distillation_losses:
            loss.validate_model_compatibility(teacher, student)
        self.teacher, self.student = teacher, student
        teacher.trainable = False
        self._teacher_features = _features(
            teacher, [loss.teacher_layer_name for loss in self.distillation_losses]
        )
        self._student_features = _features(
            student, [loss.student_layer_name for loss in self.distillation_losses]
        )
        self._student_loss: Any = None
        self.student_loss_tracker = metrics.Mean(name="student_loss")
        self.distillation_loss_tracker = metrics.Mean(name="distillation_loss")
        self.total_loss_tracker = metrics.Mean(name="total_loss")

    @property
    def rows_independent(self) -> bool:
        """Says that a smaller batch needs its own shape: losses of a user's own."""
        return False

    def compile(  # type: ignore[override]
        self,
        optimizer: Any = "adam",
        loss: Any = None,
        metrics: Any = None,
        **kwargs: Any,
    ) -> None:
        """Says how to train the student.

        Args:
            optimizer: name or object.
            loss: the student's loss on the labels.
            metrics: list of names or objects.
            **kwargs: as for compile() of every model.

        Raises:
            ConfigError: no loss, or metrics that are no list.
        """
        if loss is None:
            raise ConfigError(
                message("Distiller.compile", "'loss' cannot be `None`", "name a loss")
            )
        if metrics is not None and not isinstance(metrics, (list, tuple)):
            raise ConfigError(
                message(
                    "Distiller.compile",
                    f"metrics must be a list or tuple, got {metrics!r}",
                )
            )
        self._student_loss = tree.map_structure(losses.get, loss)
        super().compile(optimizer=optimizer, loss=None, metrics=metrics, **kwargs)
        self._compile_config = {**(self._compile_config or {}), "loss": loss}

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Returns the student's answers."""
        return self.student(inputs, training=training)

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Returns the shape of the student's answers."""
        return self.student.compute_output_shape(*args, **kwargs)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Returns the loss of a batch, and counts its parts.

        Args:
            x: the inputs.
            y: the labels.
            y_pred: the student's answers.
            sample_weight: kept for Keras.
            training: whether this is training.
        """
        if y_pred is None:
            y_pred = self(x, training=training)
        share = self.student_loss_weight
        student = jnp.zeros(())
        if share > 0 and y is not None:
            parts = zip(
                tree.flatten(self._student_loss),
                jax.tree.leaves(y),
                jax.tree.leaves(y_pred),
                strict=True,
            )
            student = sum(
                (jnp.mean(loss(true, pred)) for loss, true, pred in parts), student
            )
        distilled = jnp.zeros(())
        if share < 1:
            distilled = self._distilled(x, y_pred, training)
        total = share * student + (1 - share) * distilled
        self.student_loss_tracker.update_state(student)
        self.distillation_loss_tracker.update_state(distilled)
        self.total_loss_tracker.update_state(total)
        return total

    def _distilled(self, x: Any, y_pred: Any, training: bool) -> Any:
        if self._teacher_features is None:
            teacher = {_OUTPUT: self.teacher(x, training=False)}
        else:
            teacher = self._teacher_features(x, training=False)
        student: Any = {_OUTPUT: y_pred}
        if self._student_features is not None:
            student = {**self._student_features(x, training=training), **student}
        total = jnp.zeros(())
        pairs = zip(
            self.distillation_losses, self.distillation_loss_weights, strict=True
        )
        for loss, weight in pairs:
            one = teacher[loss.teacher_layer_name or _OUTPUT]
            other = student[loss.student_layer_name or _OUTPUT]
            loss.validate_outputs(one, other)
            value = loss.compute_loss(one, other)
            if jnp.ndim(value):
                raise ShapeError(
                    message(
                        type(loss).__name__,
                        "compute_loss returned a non-scalar loss with shape "
                        f"{jnp.shape(value)}",
                        "return one number, for example the mean",
                    )
                )
            total = total + weight * value
        return total

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize_keras_object(self.dtype_policy),
            "teacher": serialize_keras_object(self.teacher),
            "student": serialize_keras_object(self.student),
            "distillation_losses": [
                serialize_keras_object(loss) for loss in self.distillation_losses
            ],
            "distillation_loss_weights": list(self.distillation_loss_weights),
            "student_loss_weight": self.student_loss_weight,
        }

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Self:
        """Makes a distiller from `get_config()`.

        Args:
            config: the constructor's arguments.
            custom_objects: classes and functions of one's own, by name.
        """
        names = ("teacher", "student", "distillation_losses")
        made = {
            name: deserialize_keras_object(config[name], custom_objects)
            for name in names
        }
        return cls(**{**config, **made})


def _check_models(teacher: Any, student: Any) -> None:
    for kind, model in (("Teacher", teacher), ("Student", student)):
        if not isinstance(model, Model):
            raise ConfigError(
                message("Distiller", f"{kind} must be a keras.Model, got {model!r}")
            )
    for part in ("inputs", "outputs"):
        one, other = getattr(teacher, part, None), getattr(student, part, None)
        if one is None or other is None:
            continue
        pairs = list(zip(tree.flatten(one), tree.flatten(other), strict=False))
        if any(not _fits(a.shape, b.shape) or a.dtype != b.dtype for a, b in pairs):
            raise ShapeError(
                message(
                    "Distiller",
                    f"Teacher and student {part} are incompatible: "
                    f"{[(a.shape, a.dtype) for a, _ in pairs]} and "
                    f"{[(b.shape, b.dtype) for _, b in pairs]}",
                )
            )


def _fits(one: Sequence[int | None], other: Sequence[int | None]) -> bool:
    return len(one) == len(other) and all(
        None in (a, b) or a == b for a, b in zip(one, other, strict=True)
    )


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        problem = f"student_loss_weight must be a number, got {value!r}"
    elif not 0 <= value <= 1:
        problem = f"student_loss_weight must be between 0.0 and 1.0, got {value!r}"
    else:
        return value
    raise ConfigError(message("Distiller", problem))


def _all_losses(given: Any) -> list[DistillationLoss]:
    if given is None:
        raise ConfigError(
            message(
                "Distiller",
                "'distillation_losses' cannot be `None`",
                "pass a DistillationLoss, or a list of them",
            )
        )
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _features(model: Model, names: Sequence[str | None]) -> Model | None:
    """A model of the outputs and of what the named layers return."""
    wanted = [name for name in names if name is not None]
    if not wanted:
        return None
    outputs = {_OUTPUT: model.outputs[0] if len(model.outputs) == 1 else model.outputs}
    outputs |= {name: model.get_layer(name).output for name in wanted}
    return Model(inputs=model.inputs, outputs=outputs, name=f"{model.name}_features")
