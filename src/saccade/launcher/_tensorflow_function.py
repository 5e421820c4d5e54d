"""`tf.function`: a function of arrays and variables, compiled once for each signature.

It is traced as TensorFlow traces it, so Python's own effects happen once. Variables
that it reads become arguments, those it writes results. What JAX cannot compile, such
as an `if` about an array's value, runs as it is written.
"""

from __future__ import annotations

import functools
import types
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core import _runtime, _scope
from saccade.core._random import draw_key
from saccade.core._recorder import compiling
from saccade.core._scope import Scope
from saccade.core._variable import Variable
from saccade.data import Dataset, DatasetIterator, TensorSpec
from saccade.layers import Layer
from saccade.metrics import Metric
from saccade.optimizers import Optimizer

# What JAX says of Python that asks for the value of an array.
_NEEDS_VALUES = (
    jax.errors.ConcretizationTypeError,
    jax.errors.NonConcreteBooleanIndexError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
)
# Traces until all variables are known: they may be made at the first use.
_ROUNDS = 4


class Function:
    """A Python function and its compiled programs.

    Args:
        function: takes nests of arrays, and anything else.
        signature: a `TensorSpec` for each argument, or None.

    Example:
        >>> double = Function(lambda x: x * 2)
        >>> double(np.ones(2, "float32"))
        Array([2., 2.], dtype=float32)
    """

    eagerly = False  # what tf.config.run_functions_eagerly sets, for all

    def __init__(
        self, function: Callable[..., Any], signature: Sequence[Any] | None = None
    ) -> None:
        self.function = function
        self.traces = 0
        self._signature = signature
        self._programs: dict[Hashable, _Program] = {}
        self._as_written = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the program for these arguments, and makes it first if need be."""
        if self._as_written or Function.eagerly or _scope.current() or compiling():
            return self.function(*args, **kwargs)
        leaves, form = jax.tree.flatten(
            (self._fitted(args), kwargs), is_leaf=lambda x: isinstance(x, Variable)
        )
        arrays = [leaf for leaf in leaves if _is_array(leaf)]
        key = (form, *(_kind(leaf) for leaf in leaves))
        if not _usable(key, leaves):
            return self.function(*args, **kwargs)
        program = self._programs.get(key)
        if program is None:
            rest = [None if _is_array(leaf) else leaf for leaf in leaves]
            try:
                program = self._make(rest, form, arrays)
            except _NEEDS_VALUES:
                program = None
            if program is None:
                self._as_written = True
                return self.function(*args, **kwargs)
            self._programs[key] = program
        return program(arrays)

    def _fitted(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Turns arguments into arrays as `input_signature` says."""
        if self._signature is None:
            return args
        skipped = len(args) - len(self._signature)  # `self` of a method
        fitted = [
            jnp.asarray(value, spec.dtype) if isinstance(spec, TensorSpec) else value
            for value, spec in zip(args[skipped:], self._signature, strict=True)
        ]
        return (*args[:skipped], *fitted)

    def _make(
        self, rest: list[Any], form: Any, arrays: Sequence[Any]
    ) -> _Program | None:
        """Traces until every variable that takes part is known."""
        _runtime.enable_cache()
        found = [*_contents(self.function), *rest]
        if any(isinstance(x, (Dataset, DatasetIterator)) for x in found):
            return None  # tracing would run through all of the data
        variables = {id(v): v for x in found for v in _variables(x)}
        for _ in range(_ROUNDS):
            program = _Program(self, list(variables.values()), rest, form)
            unknown = program.trace(arrays)
            if not unknown:
                return program
            variables.update((id(v), v) for v in unknown)
        return None


class _Program:
    def __init__(
        self, owner: Function, variables: list[Variable], rest: list[Any], form: Any
    ) -> None:
        self._owner = owner
        self._variables = variables
        self._rest = rest
        self._form = form
        self._draws = False
        self._touched: list[Variable] = []
        self._written: list[int] = []
        self._result: tuple[Any, list[Any]] = (None, [])
        self._compiled = jax.jit(self._run)

    def trace(self, arrays: Sequence[Any]) -> list[Variable]:
        """Traces the function; returns the variables that are not known yet."""
        self._owner.traces += 1
        key = np.zeros(2, np.uint32)
        self._compiled.trace(self._values(), list(arrays), key)
        known = {id(v) for v in self._variables}
        return [v for v in self._touched if id(v) not in known]

    def __call__(self, arrays: Sequence[Any]) -> Any:
        key = draw_key() if self._draws else np.zeros(2, np.uint32)
        made, new = self._compiled(self._values(), list(arrays), key)
        for place, value in zip(self._written, new, strict=True):
            self._variables[place].assign(value)
        given = iter(made)
        form, others = self._result
        leaves = [next(given) if leaf is _ARRAY else leaf for leaf in others]
        return jax.tree.unflatten(form, leaves)

    def _values(self) -> list[Any]:
        return [variable.value for variable in self._variables]

    def _run(self, values: Any, arrays: Any, key: Any) -> Any:
        given = iter(arrays)
        leaves = [next(given) if leaf is None else leaf for leaf in self._rest]
        args, kwargs = jax.tree.unflatten(self._form, leaves)

        def drawn() -> jax.Array:
            self._draws = True
            return key

        pairs = list(zip(self._variables, values, strict=True))
        with Scope(pairs, key=drawn) as scope:
            result = self._owner.function(*args, **kwargs)
            present = scope.values(self._variables)
        self._touched = list(scope.touched.values())
        self._written = [
            place
            for place, (before, now) in enumerate(zip(values, present, strict=True))
            if before is not now
        ]
        flat, form = jax.tree.flatten(result, is_leaf=lambda x: x is None)
        flat = [x.value if isinstance(x, Variable) else x for x in flat]
        made = [jnp.asarray(x) for x in flat if _is_result(x)]
        self._result = (form, [_ARRAY if _is_result(x) else x for x in flat])
        return made, [present[place] for place in self._written]


_ARRAY = object()


def wrapped(
    function: Callable[..., Any], signature: Sequence[Any] | None
) -> Callable[..., Any]:
    """Returns what stands for a function that `tf.function` decorates.

    Args:
        function: what the program wrote.
        signature: `input_signature`.
    """
    compiled = Function(function, signature)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return compiled(*args, **kwargs)

    names = vars(call)
    names["python_function"] = function
    names["get_concrete_function"] = lambda *args, **kwargs: call
    names["experimental_get_tracing_count"] = lambda: compiled.traces
    return call


def _is_array(leaf: Any) -> bool:
    return isinstance(leaf, (jax.Array, np.ndarray, np.generic)) and (
        leaf.dtype.kind != "O"
    )


def _is_result(leaf: Any) -> bool:
    return _is_array(leaf) or isinstance(leaf, (bool, int, float, complex))


def _kind(leaf: Any) -> Hashable:
    """What the program depends on: shape and type of arrays, the rest as it is."""
    if _is_array(leaf):
        weak = isinstance(leaf, jax.Array) and leaf.weak_type
        return leaf.shape, leaf.dtype, weak
    return type(leaf), id(leaf) if isinstance(leaf, Variable) else leaf


def _usable(key: Hashable, leaves: Sequence[Any]) -> bool:
    if any(isinstance(leaf, (Dataset, DatasetIterator, Iterator)) for leaf in leaves):
        return False
    try:
        hash(key)
    except TypeError:
        return False
    return True


def _contents(function: Callable[..., Any]) -> list[Any]:
    """What a function uses of its surroundings."""
    inner = getattr(function, "__func__", function)
    code = getattr(inner, "__code__", None)
    found: list[Any] = [getattr(function, "__self__", None)]
    if code is None:
        return found
    for cell in inner.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # a name that gets its value later
            continue
    names = Counter(_names(code))
    found += [inner.__globals__[name] for name in names if name in inner.__globals__]
    return found


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _variables(x: Any, depth: int = 2) -> Iterator[Variable]:
    """The variables of an object, and of those in its attributes or lists."""
    if isinstance(x, Variable):
        yield x
    elif isinstance(x, (Layer, Optimizer, Metric)):
        yield from x.variables
    if depth and isinstance(x, (list, tuple, Layer)):
        for part in x if isinstance(x, (list, tuple)) else vars(x).values():
            if isinstance(part, (Variable, Layer, Optimizer, Metric, list, tuple)):
                yield from _variables(part, depth - 1)
    optimizer = getattr(x, "optimizer", None) if isinstance(x, Layer) else None
    if isinstance(optimizer, Optimizer):
        yield from optimizer.variables
