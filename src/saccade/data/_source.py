"""The two forms in which data reach the engine: arrays, or a stream of batches."""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from typing import Any, ClassVar

from saccade.core._errors import ConfigError, message
from saccade.data._types import Batch, Tree
from saccade.data._warn import warn

DEFAULT_BATCH_SIZE = 32


@dataclasses.dataclass(frozen=True)
class ArraySource:
    """Data with random access that fit in the memory of the host.

    Attributes:
        x: inputs, every array with `length` rows.
        y: targets, or None.
        sample_weight: weights in the structure of `y`, or None.
        length: number of rows.
        batch_size: rows in a batch; the last batch may have fewer.
        class_weighted: the weights were made from `class_weight`, which does not hold
            for validation.
        steps: the number of batches that `batch_size` was derived from, or None.
        bare: see `StreamSource`.

    Example:
        >>> import numpy as np
        >>> ArraySource(np.zeros((70, 2)), None, None, 70, 32).num_batches()
        3
    """

    x: Tree
    y: Tree | None
    sample_weight: Tree | None
    length: int
    batch_size: int
    class_weighted: bool = False
    steps: int | None = None
    bare: ClassVar[bool] = True

    def num_batches(self) -> int:
        """Batches in one pass, with the smaller last one."""
        return math.ceil(self.length / self.batch_size)

    def with_batch_size(
        self, batch_size: int | None, steps: int | None = None
    ) -> ArraySource:
        """Returns the same data in batches of another size.

        Args:
            batch_size: rows in a batch; None derives it from `steps`, or 32.
            steps: batches that the data shall make when `batch_size` is None.
        """
        return dataclasses.replace(
            self,
            batch_size=batch_size or default_batch_size(self.length, steps),
            steps=steps if batch_size is None else None,
        )


class StreamSource(ABC):
    """Batches that arrive one after another.

    Attributes:
        first: the first batch, for building the model; `open` gives it again.
        num_batches: batches in one pass, None where unknown or endless.
        endless: the stream is known never to end.
        bare: inputs without targets come alone, not in a tuple, as a step that a
            user writes sees them.
        spent: nothing more can come, however often it is opened.
        ended: what to tell the user of an end that was met; see `tell_of_end`.
    """

    first: Batch
    endless: bool = False
    bare: bool = False
    spent: bool = False
    ended: str | None = None

    @property
    @abstractmethod
    def num_batches(self) -> int | None:
        """Batches in one pass, None where unknown or endless."""

    @abstractmethod
    def open(self, epoch: int, steps: int | None) -> Iterator[Batch]:
        """Gives the batches of one epoch; never reads further than they reach.

        Generators and iterators go on where the epoch before stopped. What can be
        read again starts again when it is used up. Where the data end before `steps`
        batches, the epoch is shorter, and `ended` says so.

        Args:
            epoch: the number of the epoch, from 0.
            steps: how many batches; None for all until the end.

        Raises:
            DataError: it gives nothing at all, or something that is no batch.
        """

    def tell_of_end(self) -> None:
        """Warns of an end before the steps asked for; of each end once.

        For the thread of the user's program, as `open` may run in another.
        """
        if self.ended is not None:
            warn(self.ended)
            self.ended = None

    def cursor(self) -> Any:
        """Returns where the stream is between two epochs, as plain values."""
        return None

    def seek(self, epoch: int, steps: int | None, cursor: Any) -> None:
        """Brings a new stream to where another one was between two epochs.

        Args:
            epoch: the number of the epoch that will be opened next.
            steps: as `open` will get it.
            cursor: what `cursor()` of the other stream returned.
        """
        for past in range(epoch):
            deque(self.open(past, steps), 0)

    def close(self) -> None:
        """Ends threads that the stream started."""
        return


def default_batch_size(length: int, steps: int | None) -> int:
    """Returns the batch size where none is given: 32, or what makes `steps` batches.

    Example:
        >>> default_batch_size(100, None), default_batch_size(100, 8)
        (32, 13)
    """
    return max(1, math.ceil(length / steps)) if steps else DEFAULT_BATCH_SIZE


def steps_argument(where: str) -> str:
    """Returns the argument by which the caller of a method says how many steps.

    Example:
        >>> steps_argument("fit"), steps_argument("evaluate")
        ('steps_per_epoch', 'steps')
    """
    if "validation" in where:
        return "validation_steps"
    return "steps_per_epoch" if where.startswith("fit") else "steps"


def check_steps(
    source: ArraySource | StreamSource, steps: int | None, epochs: int, where: str
) -> int | None:
    """Says how many steps to make, before anything is compiled.

    Warns where the data give fewer steps than asked for: then each epoch is one pass
    over all that is there, as in Keras.

    Args:
        source: the data.
        steps: `steps_per_epoch`, `validation_steps` or `steps`.
        epochs: how many epochs will run.
        where: 'fit', 'fit(validation_data)', 'evaluate' or 'predict'.

    Returns:
        `steps`, or what the data give, where that is less.

    Raises:
        ConfigError: the data never end and `steps` is missing.

    Example:
        >>> import numpy as np
        >>> source = ArraySource(np.zeros((70, 2)), None, None, 70, 32)
        >>> check_steps(source, 3, 5, "fit")
        3
    """
    argument = steps_argument(where)
    arrays = isinstance(source, ArraySource)
    available = source.num_batches() if arrays else source.num_batches
    if steps is None:
        if not arrays and source.endless:
            problem = f"the data never end and `{argument}` is missing"
            fix = f"pass {argument}=<batches per epoch>"
            raise ConfigError(message(where, problem, fix))
        return None
    if available is None:
        return steps
    given = f"the data give {available:,} steps"
    if arrays:
        given += f" of {source.batch_size} ({source.length:,} samples)"
    if steps > available:
        taken = f"so {'an epoch' if where == 'fit' else 'the pass'} ends after these"
        fix = f"leave `{argument}` out, or pass at most {argument}={available}"
        warn(message(where, f"{argument}={steps} but {given}, {taken}", fix))
        return available
    rest = available % steps
    if where == "fit" and rest and epochs >= math.ceil(available / steps):
        every = math.ceil(available / steps)
        warn(
            message(
                where,
                f"{argument}={steps} but {given}, so every {_ordinal(every)} epoch "
                f"has only {rest}, the rest of the data",
                f"leave `{argument}` out",
            )
        )
    return steps


def whole_executions(steps: int | None, steps_per_execution: int) -> int | None:
    """Returns the steps of an epoch made of whole executions, as in Keras.

    Args:
        steps: `steps_per_epoch`.
        steps_per_execution: as compile() got it.

    Example:
        >>> whole_executions(5, 1), whole_executions(6, 2), whole_executions(None, 2)
        (5, 6, None)
    """
    if steps is None or not steps % steps_per_execution:
        return steps
    whole = steps + steps_per_execution - steps % steps_per_execution
    warn(
        message(
            "fit",
            f"steps_per_epoch={steps} is no multiple of "
            f"steps_per_execution={steps_per_execution}, so an epoch may have {whole}",
            f"pass steps_per_epoch={whole}",
        )
    )
    return whole


def _ordinal(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return (
        f"{number}{'th' if 10 < number % 100 < 14 else endings.get(number % 10, 'th')}"
    )
