"""Functions of a program applied to elements: compiled where they can be.

A function is traced as `fit` traces layers: variables are arguments of the program, and
random draws come from a key of each element's own, so every element of every pass gets
fresh ones. What cannot be traced (a decoder, `.numpy()`, NumPy's random numbers) is
called as it is.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from saccade.core._errors import ArgumentTypeError, message
from saccade.core._scope import Scope
from saccade.core._variable import Variable
from saccade.data._dataset_elements import (
    Element,
    TensorSpec,
    leaves,
    map_leaves,
    to_element,
    to_tensors,
)

# Programs of one function: each shape of element needs one.
_MOST_PROGRAMS = 4

Program = Callable[..., Any]


class _Recorder(Scope):
    """Notes which variables a function reads and writes."""

    def __init__(self, key: Callable[[], jax.Array]) -> None:
        super().__init__(key=key)
        self.seen: dict[int, Variable] = {}
        self.written: list[Variable] = []

    def read(self, variable: Variable) -> jax.Array | None:
        """See `Scope.read`."""
        self.seen[id(variable)] = variable
        return super().read(variable)

    def write(self, variable: Variable, value: jax.Array) -> None:
        """See `Scope.write`."""
        self.written.append(variable)
        super().write(variable, value)


class MapFunction:
    """A function of elements that compiles itself.

    Args:
        function: gets the parts of a tuple one by one, anything else whole.
        where: the method it was given to.

    Raises:
        ArgumentTypeError: it cannot be called.

    Example:
        >>> double = MapFunction(lambda x: x * 2, "map")
        >>> double(np.float32(3), np.zeros(2, np.uint32)), double.compiled
        (np.float32(6.0), True)
    """

    def __init__(self, function: Callable[..., Any], where: str) -> None:
        if not callable(function):
            raise ArgumentTypeError(
                message(
                    f"Dataset.{where}",
                    f"needs a function, got {type(function).__name__}",
                    "pass for example lambda x, y: (x / 255, y)",
                )
            )
        self._function = function
        self._where = where
        self._variables: list[Variable] = []
        self._programs: dict[Any, Program | None] = {}
        self._refused = False
        self._lock = threading.RLock()

    @property
    def compiled(self) -> bool:
        """Whether there is a compiled program for some shape of element."""
        return any(self._programs.values())

    def __call__(self, element: Element, key: np.ndarray) -> Element:
        """Returns what the function makes of an element.

        Args:
            element: its leaves.
            key: two words that no other element has.

        Shapes:
            key: (2,) uint32
        """
        program = self._program(element, "one")
        if program is None:
            return self.eager(element, key)
        return self._run(program, element, key)

    def block(self, block: Element, keys: np.ndarray) -> Element | None:
        """Returns what the function makes of each row of a block, or None.

        None says that the rows have to be given to the function one by one.

        Args:
            block: its leaves have a first axis.
            keys: one for each row.

        Shapes:
            keys: (n, 2) uint32
        """
        program = self._program(block, "block")
        return None if program is None else self._run(program, block, keys)

    def _run(self, program: Program, element: Element, key: np.ndarray) -> Element:
        with _on_host():
            values = [_on_cpu(variable.own_value) for variable in self._variables]
            made = program(key, values, element)
        return map_leaves(_from_device, made)

    def eager(self, element: Element, key: np.ndarray) -> Element:
        """Calls the function as it is; its draws still come from the key."""
        recorder = _Recorder(lambda: jax.numpy.asarray(key))
        with recorder:
            made = self._call(to_tensors(element))
        for variable in dict.fromkeys(recorder.written):
            variable.assign(recorder.values([variable])[0])
        if hasattr(made, "element_spec"):
            raise ArgumentTypeError(
                message(
                    f"Dataset.{self._where}",
                    "the function returned a Dataset",
                    "use flat_map or interleave for that",
                )
            )
        return to_element(made)

    def _call(self, element: Element) -> Any:
        if isinstance(element, tuple) and not hasattr(element, "_fields"):
            return self._function(*element)
        return self._function(element)

    def _program(self, element: Element, kind: str) -> Program | None:
        if self._refused:
            return None
        shapes = [_signature(leaf) for leaf in leaves(element)]
        if None in shapes:
            return None
        signature = (kind, *shapes)
        with self._lock:
            if signature in self._programs:
                return self._programs[signature]
            program = None
            if len(self._programs) < _MOST_PROGRAMS:
                program = self._compile(element, kind)
                self._programs[signature] = program
            return program

    def _compile(self, element: Element, kind: str) -> Program | None:
        """Traces the function, more than once, and returns its program."""

        def pure(key: jax.Array, values: Sequence[jax.Array], given: Element) -> Any:
            with Scope(zip(self._variables, values, strict=True), key=lambda: key):
                return map_leaves(_traced_leaf, self._call(given))

        one = element
        if kind == "block":
            one = map_leaves(lambda leaf: None if leaf is None else leaf[0], element)
        one = map_leaves(lambda leaf: None if leaf is None else _struct(leaf), one)
        key = np.zeros(2, np.uint32)
        draws = _host_draws(self._function)
        try:
            with _on_host():
                if not self._look(key, one):
                    return None
                values = [variable.own_value for variable in self._variables]
                texts = {_program_text(pure, key, values, one) for _ in range(2)}
        except Exception:
            # Whatever stops the tracing: the plain call says what is wrong, if
            # anything is.
            return None
        if len(texts) > 1 or _host_draws(self._function) != draws:
            # It draws or counts on the host, which a program would do only once.
            self._refused = True
            return None
        if kind == "block":
            return jax.jit(jax.vmap(pure, in_axes=(0, None, 0)))
        return jax.jit(pure)

    def _look(self, key: np.ndarray, element: Element) -> bool:
        """Finds the variables; says whether the function leaves them as they are."""
        found: list[_Recorder] = []

        def look(key: jax.Array, given: Element) -> Any:
            recorder = _Recorder(lambda: key)
            found.append(recorder)
            with recorder:
                return map_leaves(_traced_leaf, self._call(given))

        jax.eval_shape(look, key, element)
        self._refused = bool(found[0].written)
        known = {id(variable) for variable in self._variables}
        seen = found[0].seen.items()
        self._variables += [v for number, v in seen if number not in known]
        return not self._refused

    def spec(self, element: Element) -> Element | None:
        """Returns the TensorSpec of the result for those of an element, or None.

        Args:
            element: TensorSpec of each leaf; sizes may be None.
        """
        if self._refused:
            return None
        found = []
        for probe in (11, 13):
            try:
                given = map_leaves(lambda spec, n=probe: _probe(spec, n), element)
                shape = jax.eval_shape(
                    lambda given: map_leaves(_traced_leaf, self._call(given)), given
                )
            except Exception:
                # As in _compile: it has to be called to know.
                return None
            found.append(shape)
        return map_leaves(_common_spec, *found)


def _signature(leaf: Any) -> tuple[Any, ...] | None:
    """What a program is made for; None for a leaf that no program can take."""
    if leaf is None:
        return (None,)
    dtype = getattr(leaf, "dtype", None)
    if dtype is None or dtype.kind == "O":
        return None
    if dtype.kind in "iu" and dtype.itemsize == 8 and np.size(leaf):
        limits = np.iinfo(np.int32)
        if np.min(leaf) < limits.min or np.max(leaf) > limits.max:
            return None
    return np.shape(leaf), dtype


def _struct(leaf: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(
        np.shape(leaf), jax.dtypes.canonicalize_dtype(leaf.dtype)
    )


def _traced_leaf(leaf: Any) -> Any:
    return leaf if leaf is None or isinstance(leaf, jax.Array) else _constant(leaf)


def _constant(leaf: Any) -> Any:
    if isinstance(leaf, (list, np.ndarray, np.generic, bool, int, float)):
        return jax.numpy.asarray(leaf)
    raise TypeError(f"no array: {type(leaf).__name__}")


def _from_device(leaf: Any) -> Any:
    if leaf is None:
        return None
    array = np.asarray(leaf)
    return array if array.ndim else array[()]


def _probe(spec: TensorSpec | None, size: int) -> jax.ShapeDtypeStruct | None:
    if spec is None:
        return None
    if spec.shape is None or spec.dtype == object:
        raise TypeError("no numbers of known shape")
    shape = tuple(size if n is None else n for n in spec.shape)
    return jax.ShapeDtypeStruct(shape, jax.dtypes.canonicalize_dtype(spec.dtype))


def _common_spec(one: Any, other: Any) -> TensorSpec | None:
    if one is None:
        return None
    shape = [a if a == b else None for a, b in zip(one.shape, other.shape, strict=True)]
    return TensorSpec(shape, one.dtype)


def _program_text(function: Program, *arguments: Any) -> str:
    """Returns a program with its constants, for comparing."""
    # A new function each time: JAX remembers what it has traced.
    closed = jax.make_jaxpr(lambda *given: function(*given))(*arguments)
    constants = [np.asarray(constant).tobytes() for constant in closed.consts]
    return f"{closed.jaxpr}{constants}"


def _host_draws(function: Callable[..., Any]) -> list[str]:
    """The states of the random numbers of the host that a function can reach."""
    code = getattr(function, "__code__", None)
    names = () if code is None else code.co_names
    known = getattr(function, "__globals__", {})
    reached = [known[name] for name in names if name in known]
    for cell in getattr(function, "__closure__", None) or ():
        with contextlib.suppress(ValueError):  # a name without a value yet
            reached.append(cell.cell_contents)
    states: list[Any] = [random.getstate(), np.random.get_state()]
    for thing in reached:
        if isinstance(thing, np.random.Generator):
            states.append(thing.bit_generator.state)
        elif isinstance(thing, np.random.RandomState):
            states.append(thing.get_state())
        elif isinstance(thing, random.Random):
            states.append(thing.getstate())
    with np.printoptions(threshold=10**4):
        return [repr(state) for state in states]


def _on_host() -> contextlib.AbstractContextManager[Any]:
    """Lets programs run on the CPU: elements lie in its memory."""
    if jax.default_backend() == "cpu":
        return contextlib.nullcontext()
    return jax.default_device(jax.devices("cpu")[0])


def _on_cpu(value: jax.Array) -> jax.Array | np.ndarray:
    return value if jax.default_backend() == "cpu" else np.asarray(value)
