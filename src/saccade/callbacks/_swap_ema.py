"""SwapEMAWeights: evaluation with the averages of the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from saccade.callbacks._callback import Callback, Logs
from saccade.core._errors import ConfigError, message

if TYPE_CHECKING:
    from saccade.engine._resume import Run


class SwapEMAWeights(Callback):
    """Puts the optimizer's averages of the weights in their place to evaluate.

    The optimizer must have `use_ema=True`. After evaluation or prediction the weights
    are back.

    Args:
        swap_on_epoch: whether the averages are also there at the end of each epoch,
            for callbacks that come later in the list, such as `ModelCheckpoint`.

    Raises:
        ConfigError: the optimizer keeps no averages.

    Differs from Keras: the weights are back after predict() too; a run that ends
        early keeps the averages, as one that ends in time does.

    Example:
        >>> SwapEMAWeights(swap_on_epoch=True).swap_on_epoch
        True
    """

    _kept = ("_swapped",)

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._swapped = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Puts the weights back."""
        self._put(False)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Puts the averages in, if asked to."""
        if self.swap_on_epoch:
            self._put(True)

    def keep_state(self, run: Run) -> None:
        """Keeps the averages if this was the last epoch."""
        last = run.epoch >= run.options.epochs or self.model.stop_training
        if self._swapped and not run.steps and last:
            # fit() ends with the averages in place of the weights, wherever they are.
            for weight, average in self._pairs():
                average.assign(weight.value)

    def on_train_end(self, logs: Logs = None) -> None:
        """Forgets that the averages are in, where they now belong."""
        self._swapped = False

    def on_test_begin(self, logs: Logs = None) -> None:
        """Puts the averages in."""
        self._put(True)

    def on_test_end(self, logs: Logs = None) -> None:
        """Puts the weights back."""
        self._put(False)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Puts the averages in."""
        self._put(True)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Puts the weights back."""
        self._put(False)

    def _put(self, averages: bool) -> None:
        if self._swapped == averages:
            return
        for weight, average in self._pairs():
            value = weight.value
            weight.assign(average.value)
            average.assign(value)
        self._swapped = averages

    def _pairs(self) -> list[tuple[Any, Any]]:
        optimizer: Any = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        if not getattr(optimizer, "use_ema", False):
            raise ConfigError(
                message(
                    "SwapEMAWeights",
                    "the optimizer keeps no averages of the weights",
                    "make the optimizer with use_ema=True",
                )
            )
        averages = optimizer._averages
        if not averages:
            raise ConfigError(
                message(
                    "SwapEMAWeights",
                    "there are no averages yet",
                    "train the model before evaluate() and predict()",
                )
            )
        return list(zip(optimizer._trainable_variables, averages, strict=True))
