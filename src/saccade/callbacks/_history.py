"""History: what was logged, epoch by epoch."""

from __future__ import annotations

from typing import Any

from saccade.callbacks._callback import Callback, Logs


class History(Callback):
    """Keeps what was logged after each epoch; fit() returns it.

    Attributes: `epoch`, the list of epochs, and `history`, a dict from each name to
    its values.

    Example:
        >>> history = History(); history.on_train_begin()
        >>> history.on_epoch_end(0, {"loss": 1.5}); history.history
        {'loss': [1.5]}
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = {}

    def on_train_begin(self, logs: Logs = None) -> None:
        """Starts the list of epochs afresh."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Adds an epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
