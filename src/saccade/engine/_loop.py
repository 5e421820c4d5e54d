"""The only Python loop over epochs: training, validation, callbacks, stopping."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Iterator, Mapping
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
            model.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            done = run.begin_epoch(epoch)
            logs = dict(run.logs)
            with deferred_interrupt() as interrupt:
                allow = _make_allow(callbacks, plan, interrupt)
                for look in () if run.ended else runner.epoch(epoch, allow, done):
                    logs = plain(look.logs)
                    run.steps, run.logs = look.steps, logs
                    _after(callbacks, plan, look, logs)
                    callbacks.keep_state(run)
                    if look.bad >= 0 and not warned:
                        warned = True
                        _warn_of_nan(epoch, look.bad)
                    interrupt.check()
                    if model.stop_training:
                        break
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
    callbacks: CallbackList, plan: ExecutionPlan, interrupt: Interrupt
) -> Callable[[int, int], int]:
    """Returns what says how many steps may run before the next look."""

    def allow(done: int, wanted: int) -> int:
        interrupt.check()
        if plan.single_steps:
            callbacks.on_train_batch_begin(done)
            return 1
        asked = callbacks.steps_until_told()
        return wanted if asked is None else min(wanted, asked)

    return allow


def _after(
    callbacks: CallbackList, plan: ExecutionPlan, look: Look, logs: dict[str, Any]
) -> None:
    if plan.single_steps:
        callbacks.on_train_batch_end(look.steps - 1, logs)
    else:
        callbacks.on_progress(look.steps - 1, logs, look.bad)


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
    programs.reset_metrics()
    callbacks.on_test_begin()
    logs: dict[str, Any] = {}
    done = 0
    with deferred_interrupt() as interrupt:
        for group in groups or _test_groups(programs, source, steps):
            for count, latest in _count_group(programs, group, callbacks, pace, done):
                done, logs = done + count, latest
                interrupt.check()
    callbacks.on_test_end(logs)
    return logs


def _count_group(
    programs: Programs, group: Group, callbacks: CallbackList, pace: Pace, done: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Counts a group in, some batches at a time; gives (how many, the logs so far)."""
    singly = callbacks.tests_singly
    watch = Stopwatch()
    start = 0
    while start < group.count:
        count = 1 if singly else min(pace.steps(), group.count - start)
        if singly:
            callbacks.on_test_batch_begin(done + start)
        watch.lap()
        logs = plain(_count_batches(programs, group, start, start + count))
        pace.measured(count, watch.lap())
        start += count
        if singly:
            callbacks.on_test_batch_end(done + start - 1, logs)
        else:
            callbacks.on_test_progress(done + start - 1, logs)
        yield count, logs


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
    finally:
        coming.close()


def _rows(batch: Any) -> int:
    return jax.tree.leaves(batch)[0].shape[0]


def predict(
    programs: Programs,
    source: ArraySource | StreamSource,
    steps: int | None,
    callbacks: CallbackList,
) -> Any:
    """Returns the outputs for all rows, as NumPy arrays.

    Args:
        programs: the compiled loops.
        source: the data; targets are ignored.
        steps: the number of batches to take; None for all.
        callbacks: told about batches.
    """
    callbacks.on_predict_begin()
    parts: list[Any] = []
    done = 0
    with deferred_interrupt() as interrupt:
        for group in _predict_groups(programs, source, steps):
            for number in range(group.count):
                callbacks.on_predict_batch_begin(done + number)
            part = _predict_part(programs, group)
            for number in range(group.count):
                outputs = _of_batch(part, group, number)
                callbacks.on_predict_batch_end(done + number, {"outputs": outputs})
            done += group.count
            parts.append(part)
            interrupt.check()
    callbacks.on_predict_end()
    return jax.tree.map(lambda *pieces: np.concatenate(pieces), *parts)


def _of_batch(part: Any, group: Group, number: int) -> Any:
    """The rows of one batch out of those of its group."""
    if group.sizes is None:
        return part
    start = int(group.sizes[:number].sum())
    stop = start + int(group.sizes[number])
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


def _predict_part(programs: Programs, group: Group) -> Any:
    state = programs.layout.read()
    if group.sizes is None:
        return jax.tree.map(np.asarray, programs.predict_exact(state, group.arrays))
    sizes = group.sizes
    stacked = programs.predict_group(state, group.arrays, sizes, np.int32(group.count))

    def join(a: jax.Array) -> np.ndarray:
        host = np.asarray(a)
        real = np.arange(host.shape[1]) < sizes[:, None]
        rows = host.reshape(-1, *host.shape[2:])
        count = int(real.sum())
        if real.ravel()[:count].all():
            return rows[:count]
        return rows[real.ravel()]

    return jax.tree.map(join, stacked)
