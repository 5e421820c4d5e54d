"""Methods of Keras 2: the ones for generators, and where others have gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Never

import jax

from saccade.core._errors import RemovedNameError, message
from saccade.models._older_keywords import check_older
from saccade.models._trainer import Trainer

if TYPE_CHECKING:
    from saccade.callbacks import Callback, History

_CLASSES = (
    "np.argmax(model.predict(x), axis=-1) for several outputs, "
    '(model.predict(x) > 0.5).astype("int32") for a single sigmoid'
)


class _Removed:
    """A method that is no more: as if it were not there, but it says what is."""

    def __init__(self, fix: str) -> None:
        self._fix = fix

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Never:
        raise RemovedNameError(
            message(
                f"{owner.__name__}.{self._name}",
                "Keras took this method out, TensorFlow in its version 2.6",
                self._fix,
            )
        )


class _CompiledMetrics:
    """What `self.compiled_metrics` was in steps of Keras 2."""

    def __init__(self, model: OlderNames) -> None:
        self._model = model

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch into the metrics of compile()."""
        self._model.compute_metrics(None, y_true, y_pred, sample_weight)


class OlderNames(Trainer):
    """The names of Keras 2 that programs still use."""

    @property
    def compiled_metrics(self) -> _CompiledMetrics:
        """The metrics of compile(), for steps written for Keras 2."""
        return _CompiledMetrics(self)

    def compiled_loss(
        self,
        y_true: Any,
        y_pred: Any,
        sample_weight: Any = None,
        regularization_losses: Sequence[Any] | None = None,
    ) -> Any:
        """Returns the loss of compile() and counts it, as steps of Keras 2 ask for it.

        Args:
            y_true: the targets.
            y_pred: the outputs.
            sample_weight: weight of each sample.
            regularization_losses: penalties that are added, such as `self.losses`.
        """
        objective = self._require_spec("compiled_loss").objective
        objective.build(y_true, y_pred, self._output_names())
        total, parts = objective.loss(y_true, y_pred, sample_weight)
        for penalty in regularization_losses or ():
            total = total + penalty
        rows = jax.tree.leaves(y_pred)[0].shape[0]
        objective.count_loss(total, parts, rows)
        return total

    predict_classes = _Removed(_CLASSES)
    predict_proba = _Removed("model.predict(x)")

    def fit_generator(
        self,
        generator: Iterable[Any],
        steps_per_epoch: int | None = None,
        epochs: int = 1,
        verbose: str | int = 1,
        callbacks: Sequence[Callback] | None = None,
        validation_data: Any = None,
        validation_steps: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        class_weight: Mapping[int, float] | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        shuffle: bool = True,
        initial_epoch: int = 0,
        **older: Any,
    ) -> History:
        """Trains from a generator; Keras 2's name of `fit`.

        `max_queue_size`, `workers` and `use_multiprocessing` have no effect.
        """
        check_older(older, self.fit_generator, "fit_generator")
        return self.fit(
            generator,
            steps_per_epoch=steps_per_epoch,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            validation_steps=validation_steps,
            validation_freq=validation_freq,
            class_weight=class_weight,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
        )

    def evaluate_generator(
        self,
        generator: Iterable[Any],
        steps: int | None = None,
        callbacks: Sequence[Callback] | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: str | int = 0,
        **older: Any,
    ) -> Any:
        """Returns loss and metrics over a generator; Keras 2's name of `evaluate`."""
        check_older(older, self.evaluate_generator, "evaluate_generator")
        return self.evaluate(
            generator, steps=steps, callbacks=callbacks, verbose=verbose
        )

    def predict_generator(
        self,
        generator: Iterable[Any],
        steps: int | None = None,
        callbacks: Sequence[Callback] | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: str | int = 0,
        **older: Any,
    ) -> Any:
        """Returns the outputs for a generator; Keras 2's name of `predict`."""
        check_older(older, self.predict_generator, "predict_generator")
        return self.predict(
            generator, steps=steps, callbacks=callbacks, verbose=verbose
        )
