"""`tf.GradientTape`: TensorFlow's way to gradients, on a recorder of JAX's operations.

Everything that computes with JAX is recorded: `tf.*`, `keras.ops`, layers, losses,
operators, `jax.numpy`. How is in `core._recorder` and `core._replay`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

import jax
import jax.numpy as jnp

from saccade.core import _scope
from saccade.core._errors import ArgumentTypeError, ConfigError, SaccadeError, message
from saccade.core._recorder import Recorder, copy_unseen, is_inexact
from saccade.core._replay import Replay
from saccade.core._variable import Variable
from saccade.data import Tensor


class TapeError(SaccadeError, RuntimeError):
    """A tape was used in an order that cannot work."""


class UnconnectedGradients:
    """What `gradient` returns for sources that the target does not depend on."""

    NONE = "none"
    ZERO = "zero"


class GradientTape:
    """Records what is computed inside its `with` block, to differentiate it.

    Args:
        persistent: whether gradients may be taken more than once.
        watch_accessed_variables: whether trainable variables that are read count as
            watched.

    Differs from Keras: this is TensorFlow's. Values are arrays of JAX; a gradient is
        the gradient of the recorded operations run again, compiled as one program.

    Example:
        >>> x = jnp.float32(3.0)
        >>> with GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = x * x
        >>> float(tape.gradient(y, x))
        6.0
    """

    def __init__(
        self, persistent: bool = False, watch_accessed_variables: bool = True
    ) -> None:
        self._persistent = bool(persistent)
        self._watch_accessed = bool(watch_accessed_variables)
        self._recorder = Recorder()
        self._read: dict[tuple[int, int], tuple[Variable, Any, Any]] = {}
        self._owner: dict[int, int] = {}
        self._asked: dict[int, Variable] = {}
        self._given: dict[int, tuple[Tensor, jax.Array]] = {}
        self._spent = False

    # Recording ----------------------------------------------------------------------

    def __enter__(self) -> Self:
        if self._recorder.running:
            raise TapeError(
                message("tf.GradientTape", "the tape is recording already", "leave it")
            )
        self._spent = False
        _scope.readers().append(self._on_read)
        self._recorder.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._recorder.running:
            self._recorder.stop()
            _scope.readers().remove(self._on_read)

    def watch(self, tensor: Any) -> None:
        """Counts arrays and variables as what one may differentiate by.

        Args:
            tensor: an array, a variable, or a nest of them.

        Raises:
            ArgumentTypeError: something else.
        """
        for value in _leaves(tensor):
            if isinstance(value, Variable):
                self._asked[id(value)] = value
                if self._recorder.running:
                    self._on_read(value, value.value)
            elif isinstance(value, Tensor):
                array = value.watched()
                self._given[id(value)] = (value, array)
                self._recorder.know(array)
            elif isinstance(value, jax.Array):
                self._recorder.know(value)
            else:
                raise ArgumentTypeError(
                    message(
                        "tf.GradientTape.watch",
                        f"expected an array or a variable, got {type(value).__name__}",
                        "tf.constant(value) makes an array",
                    )
                )

    def watched_variables(self) -> tuple[Variable, ...]:
        """Returns the variables that count as watched, in the order of reading."""
        found = {id(variable): variable for variable, *_ in self._read.values()}
        return tuple(found.values())

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Records nothing for a while.

        Raises:
            TapeError: the tape is not recording.
        """
        if not self._recorder.running:
            raise TapeError(
                message("tf.GradientTape.stop_recording", "the tape is not recording")
            )
        before, self._recorder.paused = self._recorder.paused, True
        try:
            yield
        finally:
            self._recorder.paused = before

    def reset(self) -> None:
        """Forgets what was recorded."""
        for table in (self._read, self._owner, self._given):
            table.clear()
        self._recorder.forget()
        for variable in self._asked.values():
            self.watch(variable)

    def _on_read(self, variable: Variable, value: Any) -> Any:
        """Notes which array a variable had; two variables never share one here."""
        watched = id(variable) in self._asked
        if self._recorder.paused or not (
            watched or (self._watch_accessed and variable.trainable)
        ):
            return value
        found = self._read.get((id(variable), id(value)))
        if found is not None:
            return found[2]
        own = value
        if self._owner.setdefault(id(value), id(variable)) != id(variable):
            own = copy_unseen(value)
            self._owner[id(own)] = id(variable)
        self._read[id(variable), id(value)] = (variable, value, own)
        # What is read again must give the same array.
        self._read[id(variable), id(own)] = (variable, own, own)
        self._recorder.know(own)
        return own

    # Gradients ----------------------------------------------------------------------

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = UnconnectedGradients.NONE,
    ) -> Any:
        """Returns the gradient of the sum of `target` by each source.

        Args:
            target: an array, or a nest of them whose gradients are added.
            sources: variables and arrays, in any nest.
            output_gradients: factors for the elements of `target`, of its structure.
            unconnected_gradients: 'none' or 'zero': what stands for the gradient by
                something that the target does not depend on.

        Returns:
            An array for each source, in the same nest.

        Raises:
            TapeError: a second gradient of a tape that is not persistent.
            ConfigError: an unknown `unconnected_gradients`.
        """
        targets = _leaves(target)
        with self._used("gradient"):
            arrays = [self._present(value) for value in targets]
            replay, groups = self._replay(arrays, sources)
            factors = _factors(arrays, targets, output_gradients)
            reached = [f for f, on in zip(factors, replay.reached, strict=True) if on]
            found = iter(replay.gradients(reached) if reached else ())
            parts = [next(found) if on else None for on in replay.connected]
            return _gathered(sources, groups, parts, unconnected_gradients)

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: str = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Returns the derivative of every element of `target` by every one of sources.

        Args:
            target: one array.
            sources: variables and arrays, in any nest.
            unconnected_gradients: see `gradient`.
            parallel_iterations: accepted; changes nothing.
            experimental_use_pfor: accepted; changes nothing.

        Shapes:
            -> (*target, *source) for each source.
        """
        with self._used("jacobian"):
            array = self._present(_one(target, "jacobian"))
            basis = jnp.eye(array.size, dtype=array.dtype)
            shape = array.shape
            return self._jacobian(
                array, sources, basis.reshape(-1, *shape), unconnected_gradients,
                lambda part: part.reshape(*shape, *part.shape[1:]),
            )  # fmt: skip

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: str = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Returns the Jacobian of each row, where rows do not depend on each other.

        Args:
            target: one array (b, ...).
            source: one array (b, ...).
            unconnected_gradients: see `gradient`.
            parallel_iterations: accepted; changes nothing.
            experimental_use_pfor: accepted; changes nothing.

        Shapes:
            -> (b, *target without b, *source without b).
        """
        with self._used("batch_jacobian"):
            array = self._present(_one(target, "batch_jacobian"))
            rows, *shape = array.shape
            basis = jnp.eye(array.size // rows, dtype=array.dtype)
            each = jnp.broadcast_to(
                basis.reshape(-1, 1, *shape), (len(basis), rows, *shape)
            )
            return self._jacobian(
                array, source, each, unconnected_gradients,
                lambda part: jnp.moveaxis(part, 0, 1).reshape(
                    rows, *shape, *part.shape[2:]
                ),
            )  # fmt: skip

    def _jacobian(
        self,
        array: Any,
        sources: Any,
        directions: Any,
        unconnected: str,
        shaped: Callable[[Any], Any],
    ) -> Any:
        replay, groups = self._replay([array], sources)
        found = iter(replay.jacobian(directions) if any(replay.reached) else ())
        parts = [shaped(next(found)) if on else None for on in replay.connected]
        return _gathered(sources, groups, parts, unconnected)

    @contextlib.contextmanager
    def _used(self, method: str) -> Iterator[None]:
        """Checks that the tape may be used, and lets go of what it holds."""
        if self._spent:
            raise TapeError(
                message(
                    f"tf.GradientTape.{method}",
                    "the tape was used already, and it keeps its record for one "
                    "gradient only",
                    "tf.GradientTape(persistent=True) may be used more often; or ask "
                    "for all gradients at once, in a list of sources",
                )
            )
        if not self._persistent:
            self.__exit__()
        try:
            yield
        finally:
            if not self._persistent:
                self._spent = True
                self.reset()

    def _replay(
        self, arrays: Sequence[Any], sources: Any
    ) -> tuple[Replay, list[list[int]]]:
        """The replay, and which of its sources belong to each of the given ones."""
        flat: list[Any] = []
        groups: list[list[int]] = []
        for source in _leaves(sources):
            found = [a for a in self._arrays_of(source) if is_inexact(a)]
            groups.append(list(range(len(flat), len(flat) + len(found))))
            flat += found
        return Replay(tuple(self._recorder.calls), flat, arrays), groups

    def _arrays_of(self, source: Any) -> list[Any]:
        if isinstance(source, Variable):
            own = {
                id(array): array
                for variable, _, array in self._read.values()
                if variable is source
            }
            return list(own.values())
        if isinstance(source, Tensor) and id(source) not in self._given:
            return []
        if isinstance(source, (jax.Array, Tensor)):
            array = self._present(source)
            return [array] if self._recorder.knows(array) else []
        raise ArgumentTypeError(
            message(
                "tf.GradientTape.gradient",
                f"a source must be an array or a variable, got {type(source).__name__}",
                "tf.Variable(value), or tf.constant(value) and tape.watch(...)",
            )
        )

    def _present(self, value: Any) -> Any:
        """The array that stands for a value on this tape."""
        if isinstance(value, Variable):
            return value.value
        given = self._given.get(id(value))
        return jnp.asarray(value) if given is None else given[1]


def _leaves(nest: Any) -> list[Any]:
    return jax.tree.leaves(nest, is_leaf=lambda x: isinstance(x, Variable))


def _one(target: Any, method: str) -> Any:
    leaves = _leaves(target)
    if len(leaves) != 1:
        raise ArgumentTypeError(
            message(
                f"tf.GradientTape.{method}",
                f"`target` must be one array, got a nest of {len(leaves)}",
                "ask for one after the other, on a persistent tape",
            )
        )
    return leaves[0]


def _factors(arrays: Sequence[Any], targets: Sequence[Any], given: Any) -> list[Any]:
    if given is None:
        return [jnp.ones_like(array) for array in arrays]
    leaves = _leaves(given)
    if len(leaves) != len(targets):
        raise ConfigError(
            message(
                "tf.GradientTape.gradient",
                f"`output_gradients` must have one array for each of the "
                f"{len(targets)} targets, got {len(leaves)}",
            )
        )
    return [
        jnp.broadcast_to(jnp.asarray(leaf, array.dtype), array.shape)
        for leaf, array in zip(leaves, arrays, strict=True)
    ]


def _gathered(
    sources: Any,
    groups: Sequence[Sequence[int]],
    parts: Sequence[Any],
    unconnected: Any,
) -> Any:
    """Adds up what belongs to one source, and puts all into the nest of the sources."""
    if unconnected not in (UnconnectedGradients.NONE, UnconnectedGradients.ZERO):
        raise ConfigError(
            message(
                "tf.GradientTape.gradient",
                "`unconnected_gradients` must be 'none' or 'zero', got "
                f"{unconnected!r}",
            )
        )
    found: list[Any] = []
    for source, group in zip(_leaves(sources), groups, strict=True):
        present = [parts[place] for place in group if parts[place] is not None]
        if present:
            found.append(sum(present[1:], start=present[0]))
        else:
            zero = unconnected == UnconnectedGradients.ZERO
            found.append(jnp.zeros(source.shape, source.dtype) if zero else None)
    form = jax.tree.structure(sources, is_leaf=lambda x: isinstance(x, Variable))
    return jax.tree.unflatten(form, found)
