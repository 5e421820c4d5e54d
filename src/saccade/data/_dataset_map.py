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
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from saccade.core._errors import ArgumentTypeError, ConfigError, DataError, message
from saccade.core._random import mix
from saccade.core._scope import Scope
from saccade.core._variable import Variable
from saccade.data._dataset_elements import (
    Element,
    TensorSpec,
    leaves,
    map_leaves,
    rows_of,
    spec_of,
    stack,
    to_element,
    to_tensors,
)
from saccade.data._dataset_nodes import AUTOTUNE, UNKNOWN, Node, Step
from saccade.data._image_check import threads_for_reading
from saccade.data._prefetch import ordered_map

# Programs of one function: each shape of element needs one.
_MOST_PROGRAMS = 4
# Elements that one call of a compiled function takes together, and their largest size.
_BLOCK = 64
_BLOCK_BYTES = 2**18
# A call that is shorter than this is not worth handing to another thread.
_SHORT_S = 3e-4
_TRIALS = 4

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
    closed = jax.make_jaxpr(function)(*arguments)
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


class Map(Step):
    """A function of each element.

    Args:
        before: the elements.
        function: see `MapFunction`.
        seed: of the draws inside it.
        parallel: calls at the same time; AUTOTUNE decides by how long they take.
        skip: whether elements are left out for which it fails.
    """

    def __init__(
        self,
        before: Node,
        function: MapFunction,
        seed: int,
        parallel: int | None,
        skip: bool = False,
    ) -> None:
        super().__init__(before)
        self._function = function
        self._seed = seed
        self._parallel = parallel
        self._skip = skip
        self._passes = 0
        self._lock = threading.Lock()

    def _pass_keys(self) -> Callable[[int, int], np.ndarray]:
        """Starts a pass; returns what makes the keys of its elements a..b."""
        with self._lock:
            word = mix(self._seed, self._passes)
            self._passes += 1

        def keys(first: int, last: int) -> np.ndarray:
            numbers = np.arange(first, last, dtype=np.uint32)
            return np.stack([np.full_like(numbers, word), numbers], axis=1)

        return keys

    def open(self) -> Iterator[Element]:
        """Gives what the function makes."""
        if self._small():
            blocks = self.blocks(_BLOCK)
            if blocks is not None:
                for block in blocks:
                    yield from rows_of(block)
                return
        keys = self._pass_keys()
        made = self._results(self.before.open(), lambda n: keys(n, n + 1)[0])
        for element in made:
            if element is not _SKIPPED:
                yield element

    def _small(self) -> bool:
        base = self.before.base()
        if base is None or self._skip:
            return False
        sizes = (np.asarray(leaf).nbytes for leaf in leaves(base.row(0)))
        return self.before.size() != 0 and sum(sizes) <= _BLOCK_BYTES

    def _results(
        self, elements: Iterator[Element], key: Callable[[int], np.ndarray]
    ) -> Iterator[Any]:
        workers = self._workers()
        if workers > 1 and self._parallel == AUTOTUNE:
            # The first is left out: it may wait for the compiler.
            fastest = np.inf
            for number in range(_TRIALS):
                element = next(elements, _SKIPPED)
                if element is _SKIPPED:
                    return
                begun = time.perf_counter()
                yield self._make(element, key(number))
                fastest = min(fastest, time.perf_counter() - begun)
            workers = workers if fastest > _SHORT_S else 1
        first = _TRIALS if self._parallel == AUTOTUNE and self._workers() > 1 else 0
        yield from ordered_map(
            lambda item: self._make(item[1], key(item[0])),
            enumerate(elements, first),
            workers,
            2 * workers,
        )

    def _workers(self) -> int:
        if self._parallel is None:
            return 1
        most = threads_for_reading()
        return most if self._parallel == AUTOTUNE else min(self._parallel, 4 * most)

    def _make(self, element: Element, key: np.ndarray) -> Any:
        try:
            return self._function(element, key)
        except Exception:
            if self._skip:
                return _SKIPPED
            raise

    def blocks(self, size: int) -> Iterator[Element] | None:
        """Blocks of results, where the function takes whole blocks."""
        if self._skip:
            return None
        blocks = self.before.blocks(size)
        return None if blocks is None else self._mapped(blocks, size)

    def _mapped(self, blocks: Iterator[Element], size: int) -> Iterator[Element]:
        keys = self._pass_keys()
        first = 0
        for block in blocks:
            count = len(next(leaf for leaf in leaves(block) if leaf is not None))
            # A smaller last block is filled up: a program for it would be compiled.
            full = size if first else count
            filled = block
            if full != count:
                order = np.resize(np.arange(count), full)
                filled = map_leaves(
                    lambda leaf, o=order: None if leaf is None else leaf[o], block
                )
            made = self._function.block(filled, keys(first, first + full))
            if made is None:
                made = stack(self._one_by_one(block, first, keys), "batch")
            elif full != count:
                made = map_leaves(
                    lambda leaf, n=count: None if leaf is None else leaf[:n], made
                )
            yield made
            first += count

    def _one_by_one(
        self, block: Element, first: int, keys: Callable[[int, int], np.ndarray]
    ) -> list[Element]:
        numbered = enumerate(rows_of(block), first)
        workers = self._workers()
        return list(
            ordered_map(
                lambda item: self._function(item[1], keys(item[0], item[0] + 1)[0]),
                numbered,
                workers,
                2 * workers,
            )
        )

    def spec(self) -> Element:
        """That of the function's result, by tracing it or from the first element."""
        found = self._function.spec(self.before.spec())
        if found is not None:
            return found
        return Node.spec(self)

    def without_errors(self) -> Map:
        """Leaves elements out for which the function fails."""
        return Map(
            self.before.without_errors(),
            self._function,
            self._seed,
            self._parallel,
            skip=True,
        )


_SKIPPED = object()


class Filter(Step):
    """The elements for which a function says so.

    Args:
        before: the elements.
        function: gives a truth value.
        seed: of the draws inside it.
        until: whether the first element refused ends the pass.
    """

    def __init__(
        self, before: Node, function: MapFunction, seed: int, until: bool = False
    ) -> None:
        super().__init__(before)
        self._function = function
        self._key = np.array([seed, 0], np.uint32)
        self._until = until

    def open(self) -> Iterator[Element]:
        """Gives the elements that stay."""
        for number, element in enumerate(self.before.open()):
            key = self._key + np.array([0, number], np.uint32)
            answer = self._function(element, key)
            if np.size(answer) != 1:
                raise DataError(
                    message(
                        "Dataset.filter",
                        "the function must return one truth value, got "
                        f"{spec_of(answer)}",
                        "reduce it, for example with keras.ops.all",
                    )
                )
            if bool(answer):
                yield element
            elif self._until:
                return

    def size(self) -> int:
        """Known only by counting."""
        return UNKNOWN


class FlatMap(Step):
    """The elements of data sets that a function makes of the elements before.

    Args:
        before: the elements.
        function: gives a node for an element.
        cycle: data sets that take turns.
        block: elements of one before the next has its turn.
    """

    def __init__(
        self, before: Node, function: Callable[[Element], Node], cycle: int, block: int
    ) -> None:
        super().__init__(before)
        self._function = function
        self._cycle = cycle
        self._block = block

    def open(self) -> Iterator[Element]:
        """Gives elements by turns."""
        coming = (self._function(element).open() for element in self.before.open())
        turns: list[Iterator[Element] | None] = [None] * self._cycle
        ended = False
        while True:
            for place, stream in enumerate(turns):
                if stream is None and not ended:
                    stream = turns[place] = next(coming, None)
                    ended = stream is None
                if stream is None:
                    continue
                for _ in range(self._block):
                    element = next(stream, _SKIPPED)
                    if element is _SKIPPED:
                        turns[place] = None
                        break
                    yield element
            if ended and not any(turns):
                return

    def size(self) -> int:
        """Known only by counting."""
        return UNKNOWN

    def spec(self) -> Element:
        """That of the first element."""
        return Node.spec(self)


def parallel_calls(value: object, where: str) -> int | None:
    """Checks `num_parallel_calls`.

    Args:
        value: None, AUTOTUNE or a number > 0.
        where: the method.

    Raises:
        ConfigError: anything else.

    Example:
        >>> parallel_calls(-1, "map")
        -1
    """
    if value is None:
        return None
    number = int(value) if isinstance(value, (int, np.integer)) else 0
    if isinstance(value, bool) or number == 0 or number < AUTOTUNE:
        raise ConfigError(
            message(
                f"Dataset.{where}",
                f"`num_parallel_calls` must be an int > 0 or AUTOTUNE, got {value!r}",
            )
        )
    return number
