"""Predictions of one batch without detours, where the same was asked before.

`predict` may take anything and tell anybody; to find out what it was given costs more
than to answer one picture. What was found out is kept here, with what it depends on: a
batch of NumPy's of a shape, type and size that were answered before goes straight to
the compiled program. All else goes the long way, which brings the errors and warnings.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from saccade.core import _settings
from saccade.data._convert import to_array
from saccade.data._finite import first_not_finite
from saccade.engine import _loop
from saccade.engine._groups import next_power_of_two
from saccade.models._watch import Watch

if TYPE_CHECKING:
    from saccade.engine._programs import Programs
    from saccade.models._trainer import Trainer

# Shapes that are kept for a model; who gives more has no use for them.
MOST_SHAPES = 64
# Numbers that are looked through in one go: each step of Python counts for one picture.
FEW_NUMBERS = 1 << 14
_ONE, _NONE_BEFORE = np.int32(1), np.int32(0)


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    """What answers, for as long as the model is the same."""

    watch: Watch
    key: tuple[Any, ...]
    programs: Programs
    # Shape, type and the rows that the batch is filled up to.
    shapes: set[tuple[Any, ...]]


class Answers:
    """What a model has found out about predictions of one batch.

    Args:
        model: whose predictions they are.
    """

    def __init__(self, model: Trainer) -> None:
        self._model = model
        self._known: _Known | None = None

    def __reduce__(self) -> Any:
        # A copy of a model finds out by itself.
        return Answers, (self._model,)

    def forget(self) -> None:
        """Drops everything."""
        self._known = None

    def find(self, x: object, batch_size: int | None) -> Any:
        """Returns the outputs for a batch, or None if it must go the long way.

        Args:
            x: what `predict` was given.
            batch_size: the same.
        """
        known = self._known
        if known is None or type(x) is not np.ndarray or not x.ndim:
            return None
        rows = len(x)
        size = _filled(rows, batch_size, known.programs.exact)
        if size is None or not self._holds(known):
            return None
        x = np.asarray(to_array(x, "x", "predict"))
        if (x.shape, x.dtype, size) not in known.shapes or _has_nan(x):
            return None
        self._model.stop_predicting = False
        return _answer(known.programs, x, rows, size)

    def _holds(self, known: _Known) -> bool:
        """Says whether nothing has changed that an answer depends on."""
        return (
            self._model._programs.get(known.key) is known.programs
            and _settings.max_steps_per_epoch() is None
            and _loop.is_whole()
            and known.watch.unchanged()
        )

    def keep(
        self,
        x: object,
        given: object,
        batch_size: int | None,
        key: tuple[Any, ...],
        programs: Programs,
    ) -> None:
        """Remembers that a prediction went well.

        Args:
            x: what `predict` was given.
            given: what became of it.
            batch_size: what `predict` was given.
            key: the place of the programs in the model.
            programs: those that answered, whose layout is all weights.
        """
        if type(x) is not np.ndarray or not isinstance(given, np.ndarray):
            return
        size = _filled(len(given), batch_size, programs.exact)
        if size is None:
            return
        known = self._known
        if known is None or known.programs is not programs or not self._holds(known):
            watch = Watch(self._model._flatten_layers())
            self._known = known = _Known(watch, key, programs, set())
        if len(known.shapes) >= MOST_SHAPES:
            known.shapes.clear()
        known.shapes.add((given.shape, given.dtype, size))


def _filled(rows: int, batch_size: int | None, exact: bool) -> int | None:
    """The rows that a batch is filled up to; None if it is not one batch.

    Example:
        >>> _filled(5, None, False), _filled(5, 4, False)
        (8, None)
        >>> _filled(5, None, True)  # in its own shape
        0
    """
    most = 32 if batch_size is None else batch_size
    if type(most) is not int or not 0 < rows <= most:
        return None
    return 0 if exact and rows < most else min(most, next_power_of_two(rows))


def _has_nan(x: np.ndarray) -> bool:
    """Whether there is something to warn of."""
    if x.dtype.kind != "f":
        return False
    if x.size <= FEW_NUMBERS:
        return not np.isfinite(x).all()
    return first_not_finite(x) is not None


def _answer(programs: Programs, x: np.ndarray, rows: int, size: int) -> Any:
    seed, state = programs.next_prediction(known=True), programs.layout.read()
    if not size:
        out = programs.predict_exact(state, x, seed, _NONE_BEFORE)
        return jax.tree.map(np.array, out)
    if size > rows:
        x = np.concatenate([x, np.zeros((size - rows, *x.shape[1:]), x.dtype)])
    sizes = np.array([rows], np.int32)
    out = programs.predict_group(state, x[None], sizes, _ONE, seed, _NONE_BEFORE)
    if isinstance(out, jax.Array):
        return _first_rows(out, rows)
    return jax.tree.map(lambda a: _first_rows(a, rows), out)


def _first_rows(outputs: jax.Array, rows: int) -> np.ndarray:
    """A copy, since users write into what they get."""
    return np.asarray(outputs)[0, :rows].copy()
