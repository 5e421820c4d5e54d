"""Where a run of fit() is, as plain values, and how another process goes on from there.

Order of rows and random numbers of a step follow from (seed, epoch, step), so a run
is known by its variables, its seeds, and what the data and the callbacks remember.
Files are no matter of this module.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from saccade.core._errors import SavingError, message
from saccade.core._random import SeedGenerator
from saccade.data import ArraySource, StreamSource

if TYPE_CHECKING:
    from saccade.callbacks import CallbackList
    from saccade.core._variable import Variable
    from saccade.engine._loop import FitOptions
    from saccade.engine._programs import Programs
    from saccade.engine._spec import Trainable
    from saccade.engine._state import StateLayout

# Changes with what `snapshot` holds.
FORM = 1
_GROUPS = ("trainable", "frozen", "optimizer", "metrics")

Snapshot = dict[str, Any]


class Run:
    """A run of fit(): where it is, and from where it starts.

    Args:
        model: what is trained.
        programs: the compiled loops, which know its variables.
        source: the data.
        options: the arguments of fit().
        callbacks: those that are told.

    Attributes: `epoch` and `steps`, finished steps of that epoch; `logs` after them;
    `ended` says that training had been stopped when the state was kept.
    """

    def __init__(
        self,
        model: Trainable,
        programs: Programs,
        source: ArraySource | StreamSource,
        options: FitOptions,
        callbacks: CallbackList,
    ) -> None:
        self._model, self._programs = model, programs
        self._layout = programs.layout
        self._source, self._callbacks = source, callbacks
        self.options = options
        self.epoch, self.steps = options.initial_epoch, 0
        self.logs: dict[str, Any] = {}
        self.ended = False
        self._taken_up: Snapshot | None = None
        self._at_begin: dict[str, Any] = {}

    def snapshot(self) -> Snapshot:
        """Returns all that the rest of the run depends on: plain values and arrays."""
        groups = zip(_GROUPS, self._layout.groups, strict=True)
        return {
            "form": FORM,
            "seed": self.options.seed,
            "epoch": self.epoch,
            "steps": self.steps,
            "logs": self.logs,
            "stopped": self._model.stop_training,
            "variables": {
                name: [_kept(v) for v in variables] for name, variables in groups
            },
            "seeds": [[g.seed, g._counter] for g in _generators(self._model)],
            "data": self._at_begin,
            "callbacks": _states(self._callbacks),
        }

    def go_on_from(self, snapshot: Snapshot) -> None:
        """Takes up a run where a snapshot of it was taken; before training begins.

        Args:
            snapshot: what `snapshot()` returned, in this process or another.

        Raises:
            SavingError: it is of another model; nothing is changed then.
        """
        self._check(snapshot)
        self._taken_up = snapshot
        self.epoch, self.steps = snapshot["epoch"], snapshot["steps"]
        self.logs = dict(snapshot["logs"])
        self.options = dataclasses.replace(
            self.options, seed=snapshot["seed"], initial_epoch=self.epoch
        )
        self._set_model(snapshot)

    def begin(self) -> None:
        """Gives the callbacks their states back; comes after `on_train_begin`."""
        if self._taken_up is None:
            return
        _give_back(self._callbacks, self._taken_up["callbacks"])
        self.ended = self._model.stop_training = self._taken_up["stopped"]
        if not self.steps:
            self._restore_data(self._taken_up)
            self._taken_up = None

    def begin_epoch(self, epoch: int) -> int:
        """Comes after `on_epoch_begin`; returns how many steps are done already.

        Args:
            epoch: its number, from 0.
        """
        if self._taken_up is None:
            self.epoch, self.steps, self.logs = epoch, 0, {}
        else:
            # What hooks do when an epoch begins, they had done before.
            self._set_model(self._taken_up)
            _give_back(self._callbacks, self._taken_up["callbacks"])
            self._restore_data(self._taken_up)
            self._taken_up = None
        self._note_data()
        return self.steps

    def end_epoch(self, epoch: int) -> None:
        """Comes after validation and `on_epoch_end`: the next epoch is to begin.

        Args:
            epoch: the number of the finished one.
        """
        self.epoch, self.steps, self.logs = epoch + 1, 0, {}
        self._note_data()

    def _note_data(self) -> None:
        cursor = None
        if isinstance(self._source, StreamSource):
            cursor = self._source.cursor()
        # While an epoch runs, a thread is ahead of the steps; so what the data draw
        # from is noted before, and the batches of the epoch are made again.
        self._at_begin = {"cursor": cursor, "randomness": _randomness()}

    def _restore_data(self, snapshot: Snapshot) -> None:
        data = snapshot["data"]
        if isinstance(self._source, StreamSource):
            steps = self.options.steps or self._source.num_batches
            self._source.seek(self.epoch, steps, data["cursor"])
        _set_randomness(data["randomness"])

    def _check(self, snapshot: Snapshot) -> None:
        problem = _difference(snapshot, self._layout)
        if problem is None and len(snapshot["seeds"]) != len(_generators(self._model)):
            problem = "its layers draw other random numbers"
        if problem is not None:
            raise SavingError(
                message(
                    "fit",
                    f"the backup is of another run: {problem}",
                    "give BackupAndRestore another `backup_dir`, or delete the old "
                    "one to start anew",
                )
            )

    def _set_model(self, snapshot: Snapshot) -> None:
        groups = zip(_GROUPS, self._layout.groups, strict=True)
        for name, variables in groups:
            kept = snapshot["variables"][name]
            for variable, (_, array) in zip(variables, kept, strict=True):
                variable.assign(jnp.asarray(array))
        pairs = zip(_generators(self._model), snapshot["seeds"], strict=True)
        for generator, (seed, counter) in pairs:
            if generator.seed != seed:
                # It is a number in the programs that were compiled with it.
                self._programs.forget()
            generator.reset(seed)
            generator._counter = counter


def _kept(variable: Variable) -> list[Any]:
    return [variable.name, np.asarray(variable.own_value)]


def _difference(snapshot: Snapshot, layout: StateLayout) -> str | None:
    """What the snapshot's variables have other than the model's, None if nothing."""
    if snapshot.get("form") != FORM:
        return f"it has the form {snapshot.get('form')}, which this version cannot read"
    for group, variables in zip(_GROUPS, layout.groups, strict=True):
        kept = snapshot["variables"][group]
        for variable, (name, array) in zip(variables, kept, strict=False):
            if variable.shape != array.shape or variable.dtype != array.dtype.name:
                return (
                    f"{name!r} ({group}) is {array.dtype.name} {array.shape} there, "
                    f"{variable.path!r} is {variable.dtype} {variable.shape} now"
                )
        if len(kept) != len(variables):
            return f"it has {len(kept)} {group} variables, there are {len(variables)}"
    return None


def _generators(model: Any) -> list[SeedGenerator]:
    """The generators of all layers, in the order of the layers."""
    found: dict[int, SeedGenerator] = {}
    for layer in model._flatten_layers():
        for value in layer._attributes():
            for item in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(item, SeedGenerator):
                    found.setdefault(id(item), item)
    return list(found.values())


def _states(callbacks: CallbackList) -> list[list[Any]]:
    """What the callbacks remember, each with the name of its class."""
    found = []
    for callback in callbacks.callbacks:
        state_dict = getattr(callback, "state_dict", None)
        state = {} if state_dict is None else dict(state_dict())
        if state:
            found.append([type(callback).__name__, state])
    return found


def _give_back(callbacks: CallbackList, states: list[list[Any]]) -> None:
    """Hands states to the callbacks of the same class, in order."""
    waiting: dict[str, list[Mapping[str, Any]]] = {}
    for name, state in states:
        waiting.setdefault(name, []).append(state)
    for callback in callbacks.callbacks:
        left = waiting.get(type(callback).__name__)
        if left and hasattr(callback, "load_state_dict"):
            callback.load_state_dict(left.pop(0))


def _randomness() -> dict[str, Any]:
    """The states of the global generators of Python and NumPy."""
    name, words, position, has_gauss, gauss = np.random.get_state()
    version, state, following = random.getstate()
    return {
        "numpy": [name, np.asarray(words), int(position), int(has_gauss), float(gauss)],
        "python": [version, list(state), following],
    }


def _set_randomness(kept: Mapping[str, Any]) -> None:
    name, words, *rest = kept["numpy"]
    np.random.set_state((name, words, *rest))
    version, state, following = kept["python"]
    random.setstate((version, tuple(state), following))
