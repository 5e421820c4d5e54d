"""The compiled loops of one model, and how often each was traced.

Each program runs any number of steps: the bounds are arguments, so a progress bar, a
last chunk or a step at a time need no second program. The last, smaller batch is
filled up and masked where all parts of the model honour the mask.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from saccade import kernels
from saccade.core import _runtime
from saccade.core._random import global_generator, mix
from saccade.engine._pieces import in_pieces
from saccade.engine._program import Program
from saccade.engine._state import StateLayout, Values
from saccade.engine._step import (
    Batch,
    MakeKey,
    logs_itself,
    make_predict_step,
    make_test_step,
    make_train_step,
    read_logs,
)

if TYPE_CHECKING:
    from saccade.engine._spec import Trainable, TrainSpec


_NO_SEED = np.zeros(2, np.uint32)


class Programs:
    """The compiled programs of a model for one layout of variables.

    Args:
        model: what to run.
        spec: the arguments of compile(); None if only predictions are wanted.
        layout: the variables that take part.
        bare: see `make_train_step`.
    """

    def __init__(
        self,
        model: Trainable,
        spec: TrainSpec | None,
        layout: StateLayout,
        bare: bool = False,
    ) -> None:
        _runtime.enable_cache()
        self.layout = layout
        self._bare = bare
        # Parts that do not honour the mask get the last batch in its own shape.
        self.exact = not (
            model.rows_independent and (spec is None or spec.objective.rows_independent)
        )
        self.traces: Counter[str] = Counter()
        self._predictions = 0
        # Whether a prediction that was traced draws random numbers.
        self._draws = False
        self.model = model
        self._spec = spec

    def _compiled(self, name: str, run: Callable[..., Any]) -> Program:
        @functools.wraps(run)
        def traced(*args: Any) -> Any:
            self.traces[name] += 1
            return run(*args)

        traced.__name__ = f"saccade_{name}"
        return Program(traced)

    def _logs(self, counts: list[jax.Array]) -> dict[str, Any]:
        return read_logs(self.model, self.layout, counts)

    def reset_metrics(self) -> None:
        """Makes the metrics forget what they counted."""
        self.model.reset_metrics()

    def forget(self) -> None:
        """Lets everything be traced anew, since numbers in it have changed."""
        for name, part in vars(type(self)).items():
            if isinstance(part, functools.cached_property):
                vars(self).pop(name, None)

    def _nth(
        self, group: Batch, sizes: jax.Array, index: jax.Array
    ) -> tuple[Batch, jax.Array | None]:
        """One batch of a group, and which of its rows are real."""
        batch, mask = _nth_of_group(group, sizes, index)
        # Where nothing is filled up, a step may also join batches, or make its own.
        return batch, None if self.exact else mask

    def _first_logs(self, part: str, step: Callable[[], Any]) -> dict[str, jax.Array]:
        """Zeros for the logs that a user's step returns; nothing for other steps."""
        if not logs_itself(self.model, part):
            return {}
        shapes = jax.eval_shape(step)
        return jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), shapes)

    @functools.cached_property
    def _train_step(self) -> Callable[..., tuple[Values, jax.Array, Any]]:
        if self._spec is None:
            raise RuntimeError("training needs compile()")
        return make_train_step(self.model, self._spec, self.layout, self._bare)

    @functools.cached_property
    def train_resident(self) -> Callable[..., tuple[Values, dict[str, Any], Any]]:
        """Steps over data that lie on the device, in a given order.

        Called with (state, data, order, length, seed, epoch, start, stop): `order`
        int32 (batches, batch size) names the rows of each batch; rows at and beyond
        `length` of the last batch are filled up.
        """
        return self._compiled("train_resident", self._run_resident)

    def _run_resident(
        self,
        state: Values,
        data: Batch,
        order: jax.Array,
        length: jax.Array,
        seed: jax.Array,
        epoch: jax.Array,
        start: jax.Array,
        stop: jax.Array,
    ) -> Any:
        batches, size = order.shape
        rows_given = jax.tree.leaves(data)[0].shape[0]
        masked = not self.exact and rows_given != batches * size

        def fetch(step: jax.Array) -> tuple[Batch, jax.Array | None]:
            rows = lax.dynamic_index_in_dim(order, step, keepdims=False)
            # The host has made sure that every index exists.
            batch = jax.tree.map(lambda a: kernels.take_rows(a, rows), data)
            if not masked:
                return batch, None
            return batch, step * size + jnp.arange(size) < length

        return self._loop(state, fetch, seed, epoch, start, stop)

    @functools.cached_property
    def train_group(self) -> Callable[..., tuple[Values, dict[str, Any], Any]]:
        """Steps over a group of batches that were brought to the device together.

        Called with (state, group, sizes, offset, seed, epoch, start, stop): the
        arrays of `group` are (batches, batch size, ...), `sizes` int32 (batches,)
        says how many rows of each are real, `offset` is the number of the first.
        """
        return self._compiled("train_group", self._run_group)

    def _run_group(
        self,
        state: Values,
        group: Batch,
        sizes: jax.Array,
        offset: jax.Array,
        seed: jax.Array,
        epoch: jax.Array,
        start: jax.Array,
        stop: jax.Array,
    ) -> Any:
        def fetch(step: jax.Array) -> tuple[Batch, jax.Array | None]:
            return self._nth(group, sizes, step - offset)

        return self._loop(state, fetch, seed, epoch, start, stop)

    def _loop(
        self,
        state: Values,
        fetch: Callable[[jax.Array], tuple[Batch, jax.Array | None]],
        seed: jax.Array,
        epoch: jax.Array,
        start: jax.Array,
        stop: jax.Array,
    ) -> Any:
        def make(values: Values, step: jax.Array) -> Any:
            batch, mask = fetch(step)
            return self._train_step(values, batch, mask, _step_key(seed, epoch, step))

        def body(step: jax.Array, carry: tuple[Values, jax.Array, Any]) -> Any:
            flat, bad, _ = carry
            values, loss, logs = make(_shaped(flat, state), step)
            # Remembers the first step whose loss was not a number.
            bad = jnp.where((bad < 0) & jnp.isnan(loss), step, bad)
            return _flat(values), bad, logs

        none = jnp.full((), -1, jnp.int32)
        logs = self._first_logs("train_step", lambda: make(state, start)[2])
        flat, bad, logs = lax.fori_loop(start, stop, body, (_flat(state), none, logs))
        state = _shaped(flat, state)
        return state, logs or self._logs(state[3]), bad

    @functools.cached_property
    def train_exact(self) -> Callable[..., tuple[Values, dict[str, Any], Any]]:
        """One step on a batch of its own shape, nothing filled up."""

        def run(
            state: Values,
            batch: Batch,
            seed: jax.Array,
            epoch: jax.Array,
            step: jax.Array,
        ) -> Any:
            state, loss, logs = self._train_step(
                state, batch, None, _step_key(seed, epoch, step)
            )
            bad = jnp.where(jnp.isnan(loss), step, -1)
            return state, logs or self._logs(state[3]), bad

        return self._compiled("train_exact", run)

    @functools.cached_property
    def _test_step(self) -> Callable[..., tuple[Values, Any]]:
        if self._spec is None:
            raise RuntimeError("evaluation needs compile()")
        return make_test_step(self.model, self._spec, self.layout, bare=self._bare)

    @functools.cached_property
    def test_group(self) -> Callable[..., tuple[Values, dict[str, Any]]]:
        """Counts a group of batches in: (state, group, sizes, start, stop)."""

        def run(
            state: Values,
            group: Batch,
            sizes: jax.Array,
            start: jax.Array,
            stop: jax.Array,
        ) -> Any:
            def make(values: Values, step: jax.Array) -> Any:
                return self._test_step(values, *self._nth(group, sizes, step))

            logs = self._first_logs("test_step", lambda: make(state, start)[1])
            state, logs = lax.fori_loop(
                start, stop, lambda step, carry: make(carry[0], step), (state, logs)
            )
            return state, logs or self._logs(state[3])

        return self._compiled("test_group", run)

    @functools.cached_property
    def test_exact(self) -> Callable[..., tuple[Values, dict[str, Any]]]:
        """Counts one batch of its own shape in: (state, batch)."""

        def run(state: Values, batch: Batch) -> Any:
            state, logs = self._test_step(state, batch, None)
            return state, logs or self._logs(state[3])

        return self._compiled("test_exact", run)

    @functools.cached_property
    def predict_group(self) -> Callable[..., Any]:
        """Outputs for a group of batches: (state, x, sizes, stop, seed, done).

        Arrays (batches, batch size, ...) in and out; `done` batches came before.
        """
        step = make_predict_step(self.model, self.layout)

        def run(
            state: Values,
            x: Any,
            sizes: jax.Array,
            stop: jax.Array,
            seed: jax.Array,
            done: jax.Array,
        ) -> Any:
            groups = jax.tree.leaves(x)[0].shape[0]
            if groups == 1:  # needs no loop, which costs more than one picture
                only = jax.tree.map(lambda a: a.reshape(a.shape[1:]), x)
                rows = jax.tree.leaves(only)[0].shape[0]
                key = self._batch_key(seed, done)
                if self.exact:
                    y = step(state, only, None, key)
                else:
                    whole = functools.partial(_keyed, step, state, key)
                    mask = jnp.arange(rows) < sizes[0]
                    pieces = in_pieces(whole, only, mask)
                    # Pieces that draw numbers would all draw the same.
                    y = (whole if self._draws else pieces)(only, mask)
                return jax.tree.map(lambda v: v[None], y)
            first = jax.tree.map(lambda a: a[0], x)
            shapes = jax.eval_shape(
                lambda s, b: step(s, b, None, self._batch_key(seed, done)), state, first
            )
            out = jax.tree.map(lambda s: jnp.zeros((groups, *s.shape), s.dtype), shapes)

            def body(i: jax.Array, filled: Any) -> Any:
                batch, mask = self._nth(x, sizes, i)
                y = step(state, batch, mask, self._batch_key(seed, done + i))
                return jax.tree.map(
                    lambda o, v: lax.dynamic_update_index_in_dim(o, v, i, 0), filled, y
                )

            return lax.fori_loop(0, stop, body, out)

        return self._compiled("predict_group", run)

    @functools.cached_property
    def predict_exact(self) -> Callable[..., Any]:
        """Outputs for one batch of its own shape: (state, x, seed, done)."""
        step = make_predict_step(self.model, self.layout)

        def run(state: Values, x: Any, seed: jax.Array, done: jax.Array) -> Any:
            return step(state, x, None, self._batch_key(seed, done))

        return self._compiled("predict_exact", run)

    def _batch_key(self, seed: jax.Array, number: jax.Array) -> MakeKey:
        """The random key of a batch: a pure function of (seed, number)."""

        def make() -> jax.Array:
            self._draws = True
            return jax.random.fold_in(seed, number)

        return make

    def next_prediction(self, known: bool = False) -> np.ndarray:
        """Returns the seed of a call of predict(), uint32 (2,).

        It follows from the global seed and the number of calls before, and draws
        nothing, so that a prediction between two runs of training changes neither.

        Args:
            known: whether what is called was traced before; then there is no need of
                a seed that nobody reads.
        """
        number = self._predictions
        self._predictions += 1
        if known and not self._draws:
            return _NO_SEED
        bits = mix(global_generator().seed, number)
        return np.array([0, bits], np.uint32)


def _keyed(
    step: Callable[[Values, Any, Any, MakeKey], Any],
    state: Values,
    key: MakeKey,
    x: Any,
    mask: jax.Array,
) -> Any:
    return step(state, x, mask, key)


def _flat(state: Values) -> Values:
    """The state with one axis to each array.

    XLA's loops on CPU are several times slower over short last axes, such as that of
    a (784, 10) kernel, and only carrying the arrays flat keeps them so.
    """
    return jax.tree.map(lambda a: a.reshape(-1) if a.ndim > 1 else a, state)


def _shaped(flat: Values, like: Values) -> Values:
    return jax.tree.map(lambda a, b: a.reshape(b.shape), flat, like)


def _nth_of_group(
    group: Batch, sizes: jax.Array, index: jax.Array
) -> tuple[Batch, jax.Array]:
    batch = jax.tree.map(
        lambda a: lax.dynamic_index_in_dim(a, index, keepdims=False), group
    )
    rows = jax.tree.leaves(batch)[0].shape[0]
    size = lax.dynamic_index_in_dim(sizes, index, keepdims=False)
    return batch, jnp.arange(rows) < size


def _step_key(seed: jax.Array, epoch: jax.Array, step: jax.Array) -> MakeKey:
    """The random key of a step: a pure function of (seed, epoch, step)."""
    return lambda: jax.random.fold_in(jax.random.fold_in(seed, epoch), step)
