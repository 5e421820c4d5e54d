"""A few steps in the place of a long run, measured and written down.

Inside `rehearsing()` the three functions of `_loop` are others, which run them on few
batches, so every check of a model, its data and its callbacks is the real one.
Programs and files must not be known here.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import jax
import numpy as np

from saccade import losses
from saccade.callbacks import CallbackList
from saccade.data import ArraySource, StreamSource
from saccade.data._streams import IteratorStream
from saccade.engine import _loop
from saccade.engine._groups import GROUP_BYTES, Group
from saccade.engine._pace import Pace
from saccade.engine._plan import ExecutionPlan

if TYPE_CHECKING:
    from saccade.engine._programs import Programs
    from saccade.engine._spec import Trainable, TrainSpec

FEW = 3
"""Batches that are run of each call."""
# Time over which steps are measured, if there are enough of them.
_MEASURED_S = 0.3
_MOST_STEPS = 2048
# Time after which rows are no longer counted, but taken to fill all batches.
_COUNTING_S = 30.0


@dataclasses.dataclass
class Memory:
    """Bytes on the device.

    Args:
        parameters: of the model.
        optimizer: what the optimizer keeps.
        working: what a step needs for a moment, as the compiler says; 0 if it does not.
        data: batches or whole arrays that lie there.
    """

    parameters: int = 0
    optimizer: int = 0
    working: int = 0
    data: int = 0

    @property
    def total(self) -> int:
        """All together."""
        return self.parameters + self.optimizer + self.working + self.data


@dataclasses.dataclass
class Rehearsed:
    """What was seen of one call of fit, evaluate or predict.

    Args:
        call: its name.
        line: where the program calls it; 0 if that is not known.
        model: what it runs.
        x: what a row of the inputs is, such as '(28, 28, 1) float32'.
        y: what a row of the targets is; '' for none.
        rows: number of all rows; None if it is not known.
        batch_size: rows in a batch.
        steps: batches of the call, or of an epoch; None if it is not known.
        epochs: how many the real run has.
        plan: how it will be executed.
        memory: what it needs on the device.
        first_s: seconds of the rehearsal, most of them for compiling.
        step_s: seconds that the device needs for a batch.
        input_s: seconds until the data of a batch are there.
        validation_s: seconds of the validation after each epoch.
        validation_steps: batches of that validation; 0 for none.
        logs: loss and metrics after the few steps.
    """

    call: str
    line: int
    model: Any
    x: str
    y: str
    rows: int | None
    batch_size: int
    steps: int | None
    epochs: int = 1
    plan: str = ""
    memory: Memory = dataclasses.field(default_factory=Memory)
    first_s: float = 0.0
    step_s: float = 0.0
    input_s: float = 0.0
    validation_s: float = 0.0
    validation_steps: int = 0
    logs: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def epoch_s(self) -> float | None:
        """Seconds expected for an epoch; the slower of device and input counts."""
        if self.steps is None:
            return None
        return self.steps * max(self.step_s, self.input_s) + self.validation_s

    @property
    def total_s(self) -> float | None:
        """Seconds expected for the whole call, with compiling."""
        epoch = self.epoch_s
        return None if epoch is None else self.first_s + self.epochs * epoch


@contextmanager
def rehearsing() -> Iterator[list[Rehearsed]]:
    """Lets fit, evaluate and predict run a few batches only; gives what was seen.

    The history of `fit` has as many epochs as it would have, the outputs of `predict`
    as many rows, so that what a program does with them works.
    """
    seen: list[Rehearsed] = []
    whole = _loop.fit, _loop.evaluate, _loop.predict
    rehearsal = _Rehearsal(seen, *whole)
    _loop.fit = rehearsal.fit
    _loop.evaluate = rehearsal.evaluate
    _loop.predict = rehearsal.predict
    try:
        yield seen
    finally:
        _loop.fit, _loop.evaluate, _loop.predict = whole


class _Rehearsal:
    def __init__(
        self,
        seen: list[Rehearsed],
        fit: Callable[..., None],
        evaluate: Callable[..., dict[str, Any]],
        predict: Callable[..., Any],
    ) -> None:
        self._seen = seen
        self._fit, self._evaluate, self._predict = fit, evaluate, predict
        self._fitted: Rehearsed | None = None

    def fit(
        self,
        model: Trainable,
        spec: TrainSpec,
        programs: Programs,
        source: ArraySource | StreamSource,
        plan: ExecutionPlan,
        options: _loop.FitOptions,
        callbacks: CallbackList,
        validate: _loop.Validate | None,
    ) -> None:
        """Trains for a few steps of one epoch, and measures more of them."""
        epochs = options.epochs - options.initial_epoch
        if epochs <= 0:
            return
        _check_all_labels(model, spec, source)
        seen = _seen("fit", model, source, options.steps)
        seen.epochs, seen.plan = epochs, str(plan)
        steps = min(FEW, seen.steps or FEW)
        short = dataclasses.replace(
            options, epochs=options.initial_epoch + 1, steps=steps, verbose=0,
            resumable=False,
        )  # fmt: skip
        self._fitted = seen
        start = time.perf_counter()
        try:
            self._fit(model, spec, programs, source, plan, short, callbacks, validate)
        finally:
            self._fitted = None
        seen.first_s = time.perf_counter() - start
        history = callbacks.history
        seen.logs = {name: values[-1] for name, values in history.history.items()}
        seen.step_s = _time_steps(programs, source, plan, short, seen.steps)
        seen.input_s = _time_input(source, steps, (seen.steps or FEW) * epochs)
        seen.memory = _memory(programs, source, plan)
        self._seen.append(seen)
        _lengthen(history, options)

    def evaluate(
        self,
        spec: TrainSpec,
        programs: Programs,
        source: ArraySource | StreamSource,
        steps: int | None,
        callbacks: CallbackList,
        pace: Pace,
        groups: list[Group] | None = None,
    ) -> dict[str, Any]:
        """Counts a few batches in, and measures it once more."""
        seen = _seen("evaluate", programs.model, source, steps)
        few = min(FEW, seen.steps or FEW)
        if groups:
            first = dataclasses.replace(groups[0], count=min(groups[0].count, few))
            groups = [first]
        start = time.perf_counter()
        logs = self._evaluate(spec, programs, source, few, callbacks, pace, groups)
        seen.first_s = seen.step_s = time.perf_counter() - start
        if _reads_again(source):
            start = time.perf_counter()
            quiet = CallbackList()
            self._evaluate(spec, programs, source, few, quiet, pace, groups)
            seen.step_s = time.perf_counter() - start
        seen.step_s /= few
        seen.logs = dict(logs)
        if self._fitted is None:
            self._seen.append(seen)
        else:
            self._fitted.validation_steps = seen.steps or 0
            self._fitted.validation_s = seen.step_s * (seen.steps or 0)
        return logs

    def predict(
        self,
        programs: Programs,
        source: ArraySource | StreamSource,
        steps: int | None,
        callbacks: CallbackList,
        stride: int = 1,
    ) -> Any:
        """Returns the outputs of a few batches, repeated to the right length."""
        seen = _seen("predict", programs.model, source, steps)
        few = min(FEW, seen.steps or FEW)
        start = time.perf_counter()
        found = self._predict(programs, source, few, callbacks, stride)
        seen.first_s = seen.step_s = time.perf_counter() - start
        if _reads_again(source):
            start = time.perf_counter()
            self._predict(programs, source, few, CallbackList())
            seen.step_s = time.perf_counter() - start
        seen.step_s /= few
        self._seen.append(seen)
        if seen.steps is None or seen.steps <= few:
            return found
        rows = seen.rows = seen.rows or _count_rows(source, seen.steps)
        return jax.tree.map(lambda a: np.resize(a, (rows, *a.shape[1:])), found)


def _seen(
    call: str, model: Any, source: ArraySource | StreamSource, steps: int | None
) -> Rehearsed:
    """Writes down what is known before anything runs."""
    if isinstance(source, ArraySource):
        x, y, size = source.x, source.y, source.batch_size
        known, rows = source.num_batches(), source.length
        if steps is not None and steps < known:
            rows = steps * size
    else:
        x, y, _ = source.first
        size = _rows_of(x)
        known = source.num_batches
        rows_given = getattr(getattr(source, "_dataset", None), "n", None)
        whole = steps is None or steps == known
        rows = rows_given if isinstance(rows_given, int) and whole else None
    return Rehearsed(call, _line(), model, _row(x), _row(y), rows, size, steps or known)


def _line() -> int:
    """Returns the line of the main program that is running, 0 if there is none."""
    frame = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__") != "__main__":
        frame = frame.f_back
    return 0 if frame is None else frame.f_lineno


def _reads_again(source: ArraySource | StreamSource) -> bool:
    """Whether reading a few batches once more takes nothing from the program."""
    return not isinstance(source, IteratorStream)


def _count_rows(source: ArraySource | StreamSource, steps: int) -> int:
    """Returns the rows of all batches; the last may have fewer than the others.

    Reads on, unless that takes too long or would take from the program.
    """
    if isinstance(source, ArraySource):
        return source.length
    rows = steps * _rows_of(source.first)
    if not _reads_again(source):
        return rows
    count, start = 0, time.perf_counter()
    for batch in source.open(0, steps):
        count += _rows_of(batch)
        if time.perf_counter() - start > _COUNTING_S:
            return rows
    return count


def _rows_of(batch: Any) -> int:
    return int(jax.tree.leaves(batch)[0].shape[0])


def _row(tree: Any) -> str:
    return ", ".join(f"{tuple(a.shape[1:])} {a.dtype}" for a in jax.tree.leaves(tree))


def _check_all_labels(
    model: Any, spec: TrainSpec, source: ArraySource | StreamSource
) -> None:
    """Checks the labels of all files; `fit` itself sees those of the first batch."""
    dataset = getattr(source, "_dataset", None)
    shape = getattr(model, "output_shape", None)
    found = spec.objective.losses
    if getattr(dataset, "class_mode", None) != "sparse" or len(found) != 1:
        return
    labels = np.asarray(getattr(dataset, "labels", ()))
    if found[0] is not None and labels.ndim == 1 and isinstance(shape, tuple):
        losses.check_targets(found[0], labels.astype(np.int32), shape, "fit")


class _Same(StreamSource):
    """Gives the first batch of a stream again and again, from memory."""

    def __init__(self, source: StreamSource) -> None:
        self.first = source.first

    @property
    def num_batches(self) -> int | None:
        return None

    def open(self, epoch: int, steps: int | None) -> Iterator[Any]:
        for _ in range(steps or 1):
            yield self.first


def _time_steps(
    programs: Programs,
    source: ArraySource | StreamSource,
    plan: ExecutionPlan,
    options: _loop.FitOptions,
    steps: int | None,
) -> float:
    """Returns the seconds of a step, compiled and with its data at hand."""
    if isinstance(source, StreamSource):
        source = _Same(source)
    most = min(steps or _MOST_STEPS, _MOST_STEPS)
    count = min(FEW, most)
    while True:
        longer = dataclasses.replace(options, steps=count)
        runner = _loop._make_runner(programs, source, plan, longer)
        start = time.perf_counter()
        for _ in runner.epoch(1, lambda _, n: 1 if plan.single_steps else n):
            pass
        taken = time.perf_counter() - start
        if taken > _MEASURED_S or count == most:
            return taken / count
        wanted = count * min(8.0, 1.5 * _MEASURED_S / max(taken, 1e-9))
        count = min(most, max(count + 1, int(wanted)))


def _time_input(source: ArraySource | StreamSource, used: int, available: int) -> float:
    """Returns the seconds until the next batch is there, when nothing else runs."""
    count = 2 * FEW
    if not _reads_again(source):
        count = min(count, available - used)  # the program may need no more
    if isinstance(source, ArraySource) or count < 1:
        return 0.0
    start = time.perf_counter()
    for _ in source.open(1, count):
        pass
    return (time.perf_counter() - start) / count


def _memory(
    programs: Programs, source: ArraySource | StreamSource, plan: ExecutionPlan
) -> Memory:
    state = programs.layout.read()
    if isinstance(source, ArraySource):
        data = (source.x, source.y, source.sample_weight)
        batch = jax.tree.map(lambda a: a[: source.batch_size], data)
    else:
        data = batch = source.first
    number = np.int32(0)
    lowered = cast("jax.stages.Wrapped", programs.train_exact).lower(
        state, batch, np.array([0, 0], np.uint32), number, number
    )
    analysis = lowered.compile().memory_analysis()
    resident = plan.kind == "resident"
    return Memory(
        parameters=_bytes(state[:2]),
        optimizer=_bytes(state[2]),
        working=int(getattr(analysis, "temp_size_in_bytes", 0)),
        data=_bytes(data) if resident else max(2 * GROUP_BYTES, 2 * _bytes(batch)),
    )


def _bytes(tree: Any) -> int:
    return sum(a.size * a.dtype.itemsize for a in jax.tree.leaves(tree))


def _lengthen(history: Any, options: _loop.FitOptions) -> None:
    """Repeats the last values, as programs draw them over all epochs."""
    epochs = options.epochs - options.initial_epoch
    for values in history.history.values():
        values.extend(values[-1:] * (epochs - len(values)))
    history.epoch = list(range(options.initial_epoch, options.epochs))
