"""The only Python loop over epochs: training, validation, callbacks, stopping."""

from __future__ import annotations

import contextlib
import dataclasses
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import jax
import numpy as np

from saccade.core import _settings
from saccade.core._errors import DataWarning, message
from saccade.data import ArraySource, StreamSource, prefetch
from saccade.engine._groups import (
    Group,
    GroupBuilder,
    array_groups,
)
from saccade.engine._logs import plain
from saccade.engine._pace import Interrupt, Pace, Stopwatch, deferred_interrupt
from saccade.engine._plan import ExecutionPlan
from saccade.engine._resume import Run
from saccade.engine._runners import ArrayRunner, Look, StreamRunner

if TYPE_CHECKING:
    from saccade.callbacks import CallbackList
    from saccade.engine._programs import Programs
    from saccade.engine._spec import Trainable, TrainSpec

# Seconds between two looks: a bar that moves, or Ctrl-C answered within a second.
BAR_LOOK_S = 0.12
QUIET_LOOK_S = 0.5


@dataclasses.dataclass(frozen=True)
class FitOptions:
    """The arguments of fit() that the loop needs."""

    epochs: int
    initial_epoch: int
    steps: int | None
    shuffle: bool | Literal["batch"]
    seed: int
    verbose: int
    validation_freq: int | tuple[int, ...]
    resumable: bool = True


Validate = Callable[[], Mapping[str, Any]]


def fit(
    model: Trainable,
    spec: TrainSpec,
    programs: Programs,
    source: ArraySource | StreamSource,
    plan: ExecutionPlan,
    options: FitOptions,
    callbacks: CallbackList,
    validate: Validate | None,
) -> None:
    """Trains for the given epochs; the variables always hold the last finished step."""
    run = Run(model, programs, source, options, callbacks)
    model.stop_training = False
    warned = False
    if options.resumable:
        callbacks.set_run(run)
    runner = _make_runner(programs, source, plan, run.options)
    callbacks.on_train_begin()
    run.begin()
    logs: dict[str, Any] = {}
    try:
        for epoch in _epochs(run.options):
            if run.ended and not run.steps:
                break
            if _ran_dry(source, run, begun=False):
                break
            model.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            done = run.begin_epoch(epoch)
            logs = dict(run.logs)
            with deferred_interrupt() as interrupt:
                allow = _make_allow(callbacks, plan, interrupt, spec)
                told = done
                for look in () if run.ended else runner.epoch(epoch, allow, done):
                    logs = plain(look.logs)
                    run.steps, run.logs = look.steps, logs
                    told = _after(callbacks, plan, look, logs, spec, told)
                    callbacks.keep_state(run)
                    if look.bad >= 0 and not warned:
                        warned = True
                        _warn_of_nan(epoch, look.bad)
                    interrupt.check()
                    if model.stop_training:
                        break
                if _ran_dry(source, run, begun=True):
                    break
                if plan.single_steps and told < run.steps:
                    # Keras numbers the last step as if the execution were whole.
                    stride = spec.steps_per_execution
                    callbacks.on_train_batch_end(told + stride - 1, logs)
            if validate is not None and _is_due(epoch, options.validation_freq):
                logs |= {f"val_{name}": value for name, value in validate().items()}
            # A copy, in Keras' order; what callbacks add is for those after them.
            callbacks.on_epoch_end(epoch, plain(logs))
            run.end_epoch(epoch)
            callbacks.keep_state(run)
            if model.stop_training:
                break
    finally:
        _finalize(model, spec)
    callbacks.on_train_end(logs)


def _ran_dry(source: ArraySource | StreamSource, run: Run, begun: bool) -> bool:
    """Warns where a stream ended early; returns whether the epoch has no step at all.

    Args:
        source: the data.
        run: where it is.
        begun: whether the epoch has run, not only the one before.
    """
    if not isinstance(source, StreamSource):
        return False
    wanted = run.options.steps
    nothing = source.spent and not (begun and run.steps)
    if nothing or (begun and wanted is not None and run.steps < wanted):
        source.tell_of_end()
    return nothing


def _finalize(model: Trainable, spec: TrainSpec) -> None:
    """Lets the optimizer end its work, also after early or forced stops."""
    optimizer = spec.optimizer
    # Averages of no step at all are zeros, which must not replace the weights.
    if optimizer is not None and int(optimizer.iterations):
        optimizer.finalize_variable_values(model.trainable_variables)


def _epochs(options: FitOptions) -> range:
    bound = _settings.max_epochs()
    stop = options.epochs if bound is None else min(options.epochs, bound)
    return range(options.initial_epoch, stop)


def _make_runner(
    programs: Programs,
    source: ArraySource | StreamSource,
    plan: ExecutionPlan,
    options: FitOptions,
) -> ArrayRunner | StreamRunner:
    if isinstance(source, ArraySource):
        pace = Pace(BAR_LOOK_S if options.verbose == 1 else QUIET_LOOK_S)
        return ArrayRunner(
            programs, source, plan, options.seed, options.shuffle, options.steps, pace
        )
    return StreamRunner(
        programs, source, options.seed, options.steps, plan.single_steps
    )


def _make_allow(
    callbacks: CallbackList, plan: ExecutionPlan, interrupt: Interrupt, spec: TrainSpec
) -> Callable[[int, int], int]:
    """Returns what says how many steps may run before the next look."""
    stride = spec.steps_per_execution

    def allow(done: int, wanted: int) -> int:
        interrupt.check()
        if plan.single_steps:
            if done % stride == 0:
                callbacks.on_train_batch_begin(done)
            return min(wanted, stride - done % stride)
        asked = callbacks.steps_until_told()
        return wanted if asked is None else min(wanted, asked)

    return allow


def _after(
    callbacks: CallbackList,
    plan: ExecutionPlan,
    look: Look,
    logs: dict[str, Any],
    spec: TrainSpec,
    told: int,
) -> int:
    """Tells callbacks of finished steps; returns how many they were told of."""
    if not plan.single_steps:
        callbacks.on_progress(look.steps - 1, logs, look.bad)
    elif look.steps % spec.steps_per_execution == 0:
        callbacks.on_train_batch_end(look.steps - 1, logs)
    else:
        return told
    return look.steps


def _is_due(epoch: int, frequency: int | tuple[int, ...]) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def _warn_of_nan(epoch: int, step: int) -> None:
    warnings.warn(
        message(
            "fit",
            f"the loss became NaN at epoch {epoch + 1}, step {step + 1}",
            "lower the learning rate, scale the inputs to about [0, 1], or set "
            "clipnorm=1.0 in the optimizer; callbacks.TerminateOnNaN() stops there",
        ),
        DataWarning,
        stacklevel=4,
    )


def evaluate(
    spec: TrainSpec,
    programs: Programs,
    source: ArraySource | StreamSource,
    steps: int | None,
    callbacks: CallbackList,
    pace: Pace,
    groups: list[Group] | None = None,
) -> dict[str, Any]:
    """Returns loss and metrics over a source.

    Args:
        spec: the arguments of compile().
        programs: the compiled loops.
        source: the data.
        steps: the number of batches to take; None for all.
        callbacks: told about batches.
        pace: how many batches to count between two looks.
        groups: the data in groups already, if kept from an earlier call.
    """
    model, stride = programs.model, spec.steps_per_execution
    programs.reset_metrics()
    model.stop_evaluating = False
    callbacks.on_test_begin()
    logs: dict[str, Any] = {}
    done = told = 0
    parts = (
        (group, part)
        for group in groups or _test_groups(programs, source, steps)
        for part in _parts_of(group, callbacks, pace)
    )
    with deferred_interrupt() as interrupt, contextlib.closing(parts):
        for group, part in parts:
            if callbacks.tests_singly and done % stride == 0:
                callbacks.on_test_batch_begin(done)
            watch = Stopwatch()
            logs = plain(_count_batches(programs, group, part.start, part.stop))
            pace.measured(len(part), watch.lap())
            done += len(part)
            if not callbacks.tests_singly:
                callbacks.on_test_progress(done - 1, logs)
            elif done % stride == 0:
                callbacks.on_test_batch_end(done - 1, logs)
                told = done
            interrupt.check()
            if model.stop_evaluating:
                break
    if callbacks.tests_singly and told < done:
        callbacks.on_test_batch_end(told + stride - 1, logs)
    callbacks.on_test_end(logs)
    return logs


def _parts_of(group: Group, callbacks: CallbackList, pace: Pace) -> Iterator[range]:
    """Says which batches of a group to count in before each look."""
    start = 0
    while start < group.count:
        count = 1 if callbacks.tests_singly else min(pace.steps(), group.count - start)
        yield range(start, start + count)
        start += count


def _count_batches(
    programs: Programs, group: Group, start: int, stop: int
) -> dict[str, Any]:
    layout = programs.layout
    if group.sizes is None:
        state, logs = programs.test_exact(layout.read(), group.arrays)
    else:
        state, logs = programs.test_group(
            layout.read(), group.arrays, group.sizes, np.int32(start), np.int32(stop)
        )
    host_logs = jax.device_get(logs)
    layout.write(state)
    return host_logs


def _test_groups(
    programs: Programs, source: ArraySource | StreamSource, steps: int | None
) -> Any:
    if isinstance(source, StreamSource):
        return _stream_groups(programs, source, steps)
    arrays = (source.x, source.y, source.sample_weight)
    if programs.exact and source.length % source.batch_size:
        return _exact_groups(source, arrays, steps)
    return array_groups(source, arrays, steps)


def _exact_groups(source: ArraySource, arrays: Any, steps: int | None) -> Any:
    """Every batch in its own shape, for parts that do not honour the mask."""
    size = source.batch_size
    for number in range(source.num_batches() if steps is None else steps):
        rows = slice(number * size, (number + 1) * size)
        batch = jax.tree.map(lambda a, r=rows: a[r], arrays)
        yield Group(batch, None, 1)


def _stream_groups(programs: Programs, source: StreamSource, steps: int | None) -> Any:
    builder = GroupBuilder(source.first)
    coming = prefetch(source.open(0, steps), builder.capacity * 2)
    try:
        for ready in coming.groups(builder.capacity):
            for batch in ready if programs.exact else ():
                yield Group(batch, None, 1)
            if programs.exact:
                continue
            if not all(builder.fits(b) for b in ready):
                builder = GroupBuilder(max(ready, key=_rows), builder.capacity)
            yield builder.build(ready)
        if steps is not None:
            source.tell_of_end()
    finally:
        coming.close()


def _rows(batch: Any) -> int:
    return jax.tree.leaves(batch)[0].shape[0]


def predict(
    programs: Programs,
    source: ArraySource | StreamSource,
    steps: int | None,
    callbacks: CallbackList,
    stride: int = 1,
) -> Any:
    """Returns the outputs for all rows, as NumPy arrays.

    Args:
        programs: the compiled loops.
        source: the data; targets are ignored.
        steps: the number of batches to take; None for all.
        callbacks: told about batches.
        stride: after how many batches they are told.
    """
    model = programs.model
    model.stop_predicting = False
    callbacks.on_predict_begin()
    parts: list[Any] = []
    begun: list[Any] = []
    seed, done = programs.next_prediction(), 0
    groups = _predict_groups(programs, source, steps)
    if callbacks.predicts_singly:
        groups = _by_executions(groups, stride)
    with deferred_interrupt() as interrupt:
        for group in groups:
            for number in range(-done % stride, group.count, stride):
                callbacks.on_predict_batch_begin(done + number)
            part = _predict_part(programs, group, seed, np.int32(done))
            parts.append(part)
            # Executions may begin in one group and end in the next.
            for first, last in _executions(done, group.count, stride):
                begun.append(_of_batches(part, group, first, last))
                if (done + last) % stride:
                    continue
                outputs, begun = _joined(begun), []
                callbacks.on_predict_batch_end(done + last - 1, {"outputs": outputs})
                if model.stop_predicting:
                    parts[-1] = _of_batches(part, group, 0, last)
                    break
            done += group.count
            interrupt.check()
            if model.stop_predicting:
                break
    if begun:
        # Keras numbers the last step as if the execution were whole.
        number = done + -done % stride - 1
        callbacks.on_predict_batch_end(number, {"outputs": _joined(begun)})
    callbacks.on_predict_end()
    return _joined(parts)  # A copy: users write into what they get.


# What a rehearsal puts another function in the place of.
_whole_predict = predict


def is_whole() -> bool:
    """Says whether predictions are whole, and not a rehearsal of a few batches.

    Example:
        >>> is_whole()
        True
    """
    return predict is _whole_predict


def _by_executions(groups: Iterable[Group], stride: int) -> Iterator[Group]:
    """Cuts groups where executions begin, so that each is begun, run and ended."""
    done = 0
    for group in groups:
        sizes = group.sizes
        if sizes is None:
            yield group
        else:
            for first, last in _executions(done, group.count, stride):
                arrays = jax.tree.map(lambda a, f=first, e=last: a[f:e], group.arrays)
                yield Group(arrays, sizes[first:last], last - first)
        done += group.count


def _executions(done: int, count: int, stride: int) -> Iterator[tuple[int, int]]:
    """Cuts the batches of a group where executions begin: (first, last) of each."""
    first = 0
    while first < count:
        last = min(count, first + stride - (done + first) % stride)
        yield first, last
        first = last


def _joined(parts: list[Any]) -> Any:
    return jax.tree.map(lambda *pieces: np.concatenate(pieces), *parts)


def _of_batches(part: Any, group: Group, first: int, last: int) -> Any:
    """The rows of the batches first..last out of those of their group."""
    if group.sizes is None:
        return part
    start, stop = (int(group.sizes[:n].sum()) for n in (first, last))
    return jax.tree.map(lambda rows: rows[start:stop], part)


def _predict_groups(
    programs: Programs, source: ArraySource | StreamSource, steps: int | None
) -> Any:
    if isinstance(source, ArraySource):
        if programs.exact and source.length % source.batch_size:
            return _exact_groups(source, source.x, steps)
        return array_groups(source, source.x, steps)
    return (
        dataclasses.replace(group, arrays=group.arrays[0])
        for group in _stream_groups(programs, source, steps)
    )


def _predict_part(
    programs: Programs, group: Group, seed: np.ndarray, done: np.int32
) -> Any:
    state, x, sizes = programs.layout.read(), group.arrays, group.sizes
    if sizes is None:
        return jax.tree.map(np.asarray, programs.predict_exact(state, x, seed, done))
    count = np.int32(group.count)
    stacked = programs.predict_group(state, x, sizes, count, seed, done)

    def join(a: jax.Array) -> np.ndarray:
        host = np.asarray(a)
        real = np.arange(host.shape[1]) < sizes[:, None]
        rows = host.reshape(-1, *host.shape[2:])
        count = int(real.sum())
        if real.ravel()[:count].all():
            return rows[:count]
        return rows[real.ravel()]

    return jax.tree.map(join, stacked)
