"""Steps on single batches without detours, where the same was asked before.

To find out what a step works on, and to check it, costs several times more than a step
of a small network. What was found out at one batch serves the next of the same shapes,
for as long as the model holds what it held. A model of the user's own kind, or one with
layers or metrics of the user's, finds out each time.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from saccade.core import _random
from saccade.engine._objective import is_ours
from saccade.models._calls import are_plain
from saccade.models._watch import Watch

if TYPE_CHECKING:
    from saccade.data import ArraySource
    from saccade.engine._programs import Programs
    from saccade.engine._state import Values
    from saccade.models._trainer import Trainer

# Shapes that are kept for a method; who gives more has no use for them.
MOST_SHAPES = 64


@dataclasses.dataclass(slots=True)
class Known:
    """What a step on a batch works on.

    Args:
        programs: what runs it.
        outputs: shapes and types of the outputs, to check targets by.
        nothing_counted: the values of the metrics when they were reset.
        shapes: of batches that were checked.
        watch: None if nothing of this serves another batch.
        trained: which weights were trained, when this was found out.
    """

    programs: Programs
    outputs: Any
    nothing_counted: list[jax.Array]
    shapes: set[Any]
    watch: Watch | None
    trained: list[bool]
    order: list[str] | None = None

    def state(self) -> Values:
        """Returns the present values, of metrics that have counted nothing."""
        *others, _ = self.programs.layout.read()
        return (*others, self.nothing_counted)


class BatchSteps:
    """What a model has found out about steps on single batches, and their number.

    Args:
        model: whose steps they are.
    """

    def __init__(self, model: Trainer) -> None:
        self._model = model
        self._known: dict[str, Known] = {}
        self._number = 0
        self._seed: int | None = None

    def __reduce__(self) -> Any:
        # A copy of a model finds out by itself.
        return BatchSteps, (self._model,)

    def forget(self) -> None:
        """Drops what was found out."""
        self._known.clear()

    def next_seed(self) -> tuple[np.ndarray, np.int32]:
        """Returns the seed of the model's batches, and the number of the next."""
        if self._seed is None:
            self._seed = _random.default_seed()
        number = np.int32(self._number)
        self._number += 1
        return np.array([0, self._seed], np.uint32), number

    def find(self, where: str, source: ArraySource) -> Known | None:
        """Returns what is known of such a batch, or None.

        Args:
            where: the method that was called.
            source: the batch.
        """
        known = self._known.get(where)
        if known is None or known.watch is None:
            return None
        if _shapes(source) not in known.shapes or not known.watch.unchanged():
            return None
        return known if _trained(known.programs) == known.trained else None

    def keep(
        self, where: str, source: ArraySource, programs: Programs, outputs: Any
    ) -> Known:
        """Takes in what was found out for a batch; the metrics were just reset.

        Args:
            where: the method that was called.
            source: the batch.
            programs: what runs the step.
            outputs: shapes and types of the outputs.
        """
        before = self._known.get(where)
        shapes: set[Any] = set()
        if before is not None and before.watch is not None:
            same = before.programs is programs and before.watch.unchanged()
            if same and len(before.shapes) < MOST_SHAPES:
                shapes = before.shapes
        shapes.add(_shapes(source))
        nothing = [variable.own_value for variable in programs.layout.metrics]
        trained = _trained(programs)
        known = Known(programs, outputs, nothing, shapes, self._watch(), trained)
        self._known[where] = known
        return known

    def _watch(self) -> Watch | None:
        model = self._model
        layers = model._flatten_layers()
        own = type(model).__module__.startswith("saccade.") and are_plain(layers)
        if not own or not all(map(is_ours, model.metrics)):
            return None
        return Watch([*layers, *filter(None, [model.optimizer])])


def _shapes(source: ArraySource) -> Any:
    leaves, form = jax.tree.flatten((source.x, source.y, source.sample_weight))
    return (form, source.bare, *((leaf.shape, leaf.dtype) for leaf in leaves))


def _trained(programs: Programs) -> list[bool]:
    layout = programs.layout
    return [v.trainable for group in (layout.trainable, layout.frozen) for v in group]
