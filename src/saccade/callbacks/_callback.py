"""Callback, and the list through which the engine talks to them.

Most callbacks only need a look now and then. A callback of a user's that overrides a
batch hook is called exactly after every batch, so the engine then steps singly; the
ones here use `on_progress`, which comes after each compiled chunk of steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from saccade.core._errors import ArgumentTypeError, message

if TYPE_CHECKING:
    from saccade.callbacks._history import History
    from saccade.data import ArraySource, StreamSource
    from saccade.engine._resume import Run
    from saccade.models import Model

Logs = Mapping[str, Any] | None

_TRAIN_HOOKS = (
    "on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end",
)  # fmt: skip
_TEST_HOOKS = ("on_test_batch_begin", "on_test_batch_end")
_PREDICT_HOOKS = ("on_predict_batch_begin", "on_predict_batch_end")


class Callback:
    """An object that is told how training, evaluation and prediction go.

    Subclass it and override the hooks wanted. `self.model` is the model,
    `self.params` a dict with 'verbose', 'epochs' and 'steps'.

    Differs from Keras: overriding a batch hook makes the engine run one step at a
    time, which is slower; epoch hooks cost nothing.

    Example:
        >>> class Stop(Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         self.model.stop_training = epoch >= 2
        >>> Stop().params
        {}
    """

    # The attributes that `state_dict` returns.
    _kept: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}
        self._model: Model | None = None
        self.validation_data = None

    @property
    def model(self) -> Model:
        """The model that is trained."""
        if self._model is None:
            raise AttributeError(f"{type(self).__name__} belongs to no model yet")
        return self._model

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Takes in the arguments of fit()."""
        self.params = dict(params)

    def set_model(self, model: Model) -> None:
        """Takes in the model."""
        self._model = model

    def on_train_begin(self, logs: Logs = None) -> None:
        """Comes once, before the first epoch."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Comes once, after the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Comes before each epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Comes after each epoch and its validation, with what is logged."""

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Comes before each step of training; the older name."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Comes after each step of training; the older name."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Comes before each step of training."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Comes after each step of training, with the means so far."""
        self.on_batch_end(batch, logs=logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Comes before an evaluation or validation."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Comes after an evaluation or validation, with its results."""

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Comes before each batch of an evaluation."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Comes after each batch of an evaluation."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Comes before a prediction."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Comes after a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Comes before each batch of a prediction."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Comes after each batch of a prediction."""

    def on_progress(self, batch: int, logs: Logs = None, bad: int = -1) -> None:
        """Comes after each compiled chunk of training steps, not in Keras.

        Args:
            batch: number of the last finished step, from 0.
            logs: the means so far.
            bad: number of the first step whose loss was NaN, -1 if none was.
        """

    def on_test_progress(self, batch: int, logs: Logs = None) -> None:
        """Comes after each compiled chunk of an evaluation, not in Keras."""

    def steps_until_told(self) -> int | None:
        """Returns after how many steps a look must come, None if any; not in Keras."""
        return None

    def state_dict(self) -> dict[str, Any]:
        """Returns what it must remember when a killed run is resumed; not in Keras.

        Numbers, texts, NumPy arrays, and lists and dicts of these. `BackupAndRestore`
        keeps them.
        """
        return {name: getattr(self, name) for name in self._kept}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Takes in what `state_dict` returned; comes after `on_train_begin`.

        Args:
            state: the dict.
        """
        for name in self._kept:
            setattr(self, name, state[name])

    def set_data(
        self,
        training: ArraySource | StreamSource,
        validation: ArraySource | StreamSource | None,
    ) -> None:
        """Takes in where batches come from, before `on_train_begin`; not in Keras."""

    def set_run(self, run: Run) -> None:
        """Takes in the run; comes once, before `on_train_begin`; not in Keras."""

    def keep_state(self, run: Run) -> None:
        """Comes when all callbacks have heard of steps or an epoch; not in Keras."""

    def _overrides(self, hooks: Iterable[str]) -> str | None:
        """The first of the hooks that a user's class overrides."""
        for hook in hooks:
            own = getattr(type(self), hook, None)
            ours = getattr(own, "__module__", "").startswith("saccade.")
            if hook in vars(self) or (own is not None and not ours):
                return hook
        return None


class CallbackList(Callback):
    """Several callbacks behind one; the engine talks to this.

    Args:
        callbacks: a callback, or a nest of them.
        add_history: whether to add a `History` if there is none.
        add_progbar: whether to add a `ProgbarLogger` if there is none.
        model: the model they belong to.
        **params: handed to every callback: verbose, epochs, steps.

    Raises:
        ArgumentTypeError: something that is no callback.

    Example:
        >>> len(CallbackList([Callback()], add_history=True).callbacks)
        2
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Model | None = None,
        **params: Any,
    ) -> None:
        super().__init__()
        from saccade.callbacks._history import History
        from saccade.callbacks._logging import ProgbarLogger

        self.callbacks: list[Callback] = list(_flat(callbacks))
        for callback in self.callbacks:
            if isinstance(callback, type) or not hasattr(callback, "on_epoch_end"):
                hint = None
                if isinstance(callback, type):
                    hint = f"make an object of the class: {callback.__name__}()"
                raise ArgumentTypeError(
                    message("callbacks", f"expected a Callback, got {callback!r}", hint)
                )
        found = [c for c in self.callbacks if isinstance(c, History)]
        self.history: History = found[0] if found else History()
        if add_history and not found:
            self.callbacks.append(self.history)
        has_bar = any(isinstance(c, ProgbarLogger) for c in self.callbacks)
        if add_progbar and not has_bar:
            self.callbacks.append(ProgbarLogger())
        if model is not None:
            self.set_model(model)
        self.set_params(params)

    @property
    def single_step_reason(self) -> str | None:
        """Why every step must be looked at, or None."""
        for callback in self.callbacks:
            hook = Callback._overrides(callback, _TRAIN_HOOKS)
            if hook is not None:
                return f"{type(callback).__name__} overrides {hook}"
        return None

    @property
    def tests_singly(self) -> bool:
        """Whether every batch of an evaluation must be looked at."""
        return any(Callback._overrides(c, _TEST_HOOKS) for c in self.callbacks)

    @property
    def predicts_singly(self) -> bool:
        """Whether every batch of a prediction must be looked at."""
        return any(Callback._overrides(c, _PREDICT_HOOKS) for c in self.callbacks)

    def steps_until_told(self) -> int | None:
        """Returns the smallest number that any of the callbacks asks for."""
        asked = [
            callback.steps_until_told()
            for callback in self.callbacks
            if hasattr(callback, "steps_until_told")
        ]
        return min((steps for steps in asked if steps is not None), default=None)

    def append(self, callback: Callback) -> None:
        """Adds a callback."""
        self.callbacks.append(callback)

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Hands the arguments of fit() on."""
        self.params = dict(params)
        for callback in self.callbacks:
            callback.set_params(self.params)

    def set_model(self, model: Model) -> None:
        """Hands the model on."""
        self._model = model
        for callback in self.callbacks:
            callback.set_model(model)

    def _tell(self, hook: str, *args: Any, **kwargs: Any) -> None:
        given = [{} if a is None else a for a in args]
        named = {name: {} if a is None else a for name, a in kwargs.items()}
        for callback in self.callbacks:
            getattr(callback, hook)(*given, **named)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_train_begin", logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_train_end", logs)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_epoch_begin", epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_epoch_end", epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_train_batch_begin", batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Hands the call on, and the progress to those that only want that."""
        self._tell("on_train_batch_end", batch, logs=logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_test_begin", logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_test_end", logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_test_batch_begin", batch, logs=logs)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_test_batch_end", batch, logs=logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_predict_begin", logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_predict_end", logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_predict_batch_begin", batch, logs=logs)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Hands the call on."""
        self._tell("on_predict_batch_end", batch, logs=logs)

    def on_progress(self, batch: int, logs: Logs = None, bad: int = -1) -> None:
        """Hands the call on to those that have the hook."""
        for callback in self.callbacks:
            hook = getattr(callback, "on_progress", None)
            if hook is not None:
                hook(batch, logs, bad)

    def on_test_progress(self, batch: int, logs: Logs = None) -> None:
        """Hands the call on to those that have the hook."""
        for callback in self.callbacks:
            hook = getattr(callback, "on_test_progress", None)
            if hook is not None:
                hook(batch, logs)

    def set_data(
        self,
        training: ArraySource | StreamSource,
        validation: ArraySource | StreamSource | None,
    ) -> None:
        """Hands the sources on to those that have the hook."""
        for callback in self.callbacks:
            if hasattr(callback, "set_data"):
                callback.set_data(training, validation)

    def set_run(self, run: Run) -> None:
        """Hands the run on to those that have the hook."""
        for callback in self.callbacks:
            if hasattr(callback, "set_run"):
                callback.set_run(run)

    def keep_state(self, run: Run) -> None:
        """Hands the run on to those that have the hook."""
        for callback in self.callbacks:
            if hasattr(callback, "keep_state"):
                callback.keep_state(run)


def _flat(callbacks: Any) -> Iterable[Any]:
    if callbacks is None:
        return
    if isinstance(callbacks, CallbackList):
        yield from callbacks.callbacks
    elif isinstance(callbacks, (list, tuple)):
        for item in callbacks:
            yield from _flat(item)
    else:
        yield callbacks
